//! One case: its rows, its reading, what surrounds it.

use std::hash::{DefaultHasher, Hash, Hasher};

use hashbrown::HashSet;

use super::cases::{Finder, Surroundings};
use super::emit::Draft;
use super::kept::Met;
use super::marks::Annotations;
use super::model::{Case, CheckKind, MarkKind, Part, Row, Setting};
use super::reader::{Reader, Reading, lines};
use super::rows::parameter_pattern;
use super::vocabulary::glob;
use crate::lang::{Kind, Node, Role, Span};

/// A body is told by so many words.
const WORDS: usize = 4000;

/// Cases that run inside of one another: `t.Run` in `t.Run`.
const NESTED: usize = 8;

impl<'a> Finder<'_, 'a> {
    pub(super) fn case(
        &mut self,
        node: &'a Node,
        name: &str,
        body: Option<&'a Node>,
        around: Surroundings,
        annotations: Annotations,
        part: Part,
    ) {
        self.case_at(node, name, body, around, annotations, part, node);
    }

    #[expect(clippy::too_many_arguments, reason = "everything that is known of a case, once")]
    pub(super) fn case_at(
        &mut self,
        owner: &'a Node,
        name: &str,
        body: Option<&'a Node>,
        around: Surroundings,
        annotations: Annotations,
        part: Part,
        whole: &'a Node,
    ) {
        let span = whole.span;
        let is_kept = part == Part::Test && !around.within && self.keeps(whole, owner);
        self.spares |= is_kept;
        if part == Part::Test && !around.within && !is_kept {
            self.meet(whole, Met::Apart);
        }
        let mut readings: Vec<Reading<'a>> = Vec::new();
        let parameters: Vec<&Node> = owner.children_in(Role::Parameter).map(parameter_pattern).collect();
        let bound =
            annotations.row_names.len() == 1 || !annotations.rows.is_empty() && annotations.row_names.is_empty();
        if let Some(body) = body.filter(|_| !is_kept) {
            let rows: Vec<Option<&Row>> = if annotations.rows.is_empty() || !bound || annotations.rows.len() > 100 {
                vec![None]
            } else {
                annotations.rows.iter().map(Some).collect()
            };
            for (at, row) in rows.into_iter().enumerate() {
                let mut reader = self.reader(&around.scope);
                if let Some(row) = row {
                    annotations.bind(&mut reader.scope, row, &parameters);
                    reader.row = u32::try_from(at).ok();
                } else {
                    for parameter in &parameters {
                        let value = reader.fixture(&parameter.text);
                        reader.scope.bind_pattern(parameter, value.as_ref());
                    }
                }
                if let Some(result) = annotations.results.get(&at) {
                    let subject = returned(body);
                    reader.emit(super::emit::Draft {
                        kind: CheckKind::Equal,
                        positive: true,
                        subject,
                        expected: vec![result.clone()],
                        tolerance: None,
                        span,
                    });
                }
                if let Some(throws) = &annotations.throws {
                    let subject = reader.block_subject(body, false);
                    reader.emit(Draft {
                        kind: CheckKind::Throws,
                        positive: true,
                        subject,
                        expected: throws.clone(),
                        tolerance: None,
                        span: annotations.throws_span.unwrap_or(span),
                    });
                }
                if annotations.of_run {
                    reader.deeper();
                }
                reader.body(body);
                if part == Part::Helper {
                    reader.answers(owner, body);
                }
                readings.push(std::mem::take(&mut reader.reading));
            }
        }
        let mut marks = around.marks.clone();
        if body.is_none() && part == Part::Test && !annotations.elsewhere && !around.within {
            let mut reader = self.reader(&around.scope);
            reader.mark(MarkKind::Todo, None, span);
            marks.extend(reader.reading.marks);
        }
        let mut case = Case {
            path: self.library.files[self.file].source.path.clone(),
            suites: around.suites.clone(),
            name: name.to_owned(),
            lines: lines(span),
            marks,
            settings: around.settings.clone(),
            checks: Vec::new(),
            rows: annotations.rows,
            mocks: annotations.mocks,
            words: Vec::new(),
            names: std::collections::BTreeSet::new(),
            part,
            unchecked: annotations.unchecked
                || around.unchecked
                || self.is_unchecked(name, &around.suites, &parameters)
                || self.is_compiled(span),
            unresolved: annotations.elsewhere,
            missing: Vec::new(),
            must_throw: annotations.throws.is_some(),
            is_kept,
            body: 0,
            is_declared: annotations.is_test || around.class != Some(true) || around.is_test_class,
        };
        if let Some(body) = body {
            if part != Part::Helper && !is_kept {
                let mut reader = self.reader(&around.scope);
                parameters.iter().for_each(|parameter| reader.scope.bind_pattern(parameter, None));
                case.settings.extend(reader.settings_of(body));
                case.mocks.extend(reader.mocks_of(body));
            }
            let mut words = body.words();
            words.truncate(WORDS);
            let mut hasher = DefaultHasher::new();
            words.hash(&mut hasher);
            case.body = hasher.finish();
            if !is_kept {
                case.words = words.into_iter().map(Into::into).collect();
            }
            body.walk(&mut |node| {
                let is_name = matches!(node.kind, Kind::Name | Kind::Member);
                if is_name && !is_kept {
                    case.names.insert(node.text.clone());
                } else if is_name && !self.kept_names.contains(&node.text) {
                    self.kept_names.insert(node.text.clone());
                }
            });
        }
        let mut inner = Vec::new();
        for (at, reading) in readings.into_iter().enumerate() {
            case.checks.extend(reading.checks);
            self.followed.extend(reading.followed);
            case.unresolved |= reading.unresolved;
            case.missing.extend(reading.missing);
            if at == 0 {
                if case.rows.is_empty() {
                    case.rows = reading.rows;
                }
                case.marks.extend(reading.marks);
                inner = reading.inner;
            }
        }
        self.cases.push(case);
        let mut seen = HashSet::new();
        for (node, scope) in inner {
            let place = std::ptr::from_ref(node);
            // A name may lead back to the case that it is declared in.
            if self.open.len() < NESTED && !self.open.contains(&place) && seen.insert(place) {
                self.open.push(place);
                let mut nested = around.clone();
                nested.suites.push(name.to_owned());
                nested.scope = scope;
                nested.within = true;
                let (mut marks, mut settings) = (Vec::new(), Vec::new());
                self.call(node, &mut nested, &mut marks, &mut settings, 1);
                self.open.pop();
            }
        }
    }

    /// Whether a name, its suite's or what it asks for says that it is no test: a benchmark.
    fn is_unchecked(&self, name: &str, suites: &[String], parameters: &[&Node]) -> bool {
        let asked = parameters.iter().map(|parameter| &*parameter.text);
        let names = [name].into_iter().chain(suites.iter().map(String::as_str)).chain(asked);
        let unchecked = &self.library.files[self.file].vocabulary.unchecked;
        names.into_iter().any(|name| unchecked.iter().any(|pattern| glob(pattern, name)))
    }

    /// Whether a remark in it has the compiler check something: `// @ts-expect-error`.
    fn is_compiled(&self, span: Span) -> bool {
        let file = &self.library.files[self.file];
        let text = file.source.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let says = |remark: &String| memchr::memmem::find(text, remark.as_bytes()).is_some();
        file.vocabulary.compiled.iter().any(says)
    }

    /// Timeouts and retries of the file and of its helpers.
    pub(super) fn shared_settings(&mut self) {
        let file = &self.library.files[self.file];
        for (name, function) in &file.functions {
            if self.has_met(function) {
                continue;
            }
            let mut reader = self.reader(&file.constants);
            for node in function.nodes() {
                let found = reader.settings_of(node).into_iter();
                self.settings.extend(found.map(|setting| Setting { owner: (*name).to_owned(), ..setting }));
            }
        }
        self.settings.sort_by(|a, b| (a.lines, &a.owner, &a.what).cmp(&(b.lines, &b.owner, &b.what)));
        self.settings.dedup();
    }

    /// Functions with checks that no case of this file calls: other files may.
    pub(super) fn helpers(&mut self) {
        let file = &self.library.files[self.file];
        let mut names: Vec<(&str, &Node)> = file.functions.iter().map(|(name, node)| (*name, *node)).collect();
        names.sort_by_key(|(_, node)| node.span.start);
        for (name, node) in names {
            // What starts the program runs the tests; they speak for themselves.
            if name == "main" && self.cases.iter().any(|case| case.part == Part::Test) {
                continue;
            }
            let is_known = self.followed.contains(name) || self.has_met(node);
            let is_kept = !is_known && self.keeps(node, node);
            self.spares |= is_kept;
            if is_known || is_kept {
                continue;
            }
            let scope = file.constants.clone();
            let around = Surroundings { scope, ..Surroundings::default() };
            let at = self.cases.len();
            self.case(node, name, node.child(Role::Body), around, Annotations::default(), Part::Helper);
            // A skip inside a helper is a condition of its callers; what it declares are its callers' cases.
            self.cases.truncate(at + 1);
        }
    }

    /// Of several definitions with one name only the last is collected.
    pub(super) fn drop_redefined(&mut self) {
        if self.library.files[self.file].vocabulary.functions.is_empty() {
            return;
        }
        let mut last = std::collections::HashMap::new();
        for (at, case) in self.cases.iter().enumerate() {
            last.insert((case.suites.clone(), case.name.clone()), at);
        }
        let mut at = 0;
        self.cases.retain(|case| {
            let keep = last.get(&(case.suites.clone(), case.name.clone())) == Some(&at);
            at += 1;
            keep
        });
    }
}

impl Reader<'_, '_> {
    /// The value that a fixture of this file hands to whoever names it, where it is written out.
    fn fixture(&self, name: &str) -> Option<Node> {
        let function = self.file().functions.get(name)?;
        let is_fixture = function.children_in(Role::Attribute).any(|attribute| attribute.words().contains(&"fixture"));
        let last = function.child(Role::Body)?.nodes().last().filter(|last| last.is(Kind::Return))?;
        let value = self.scope.resolve(last.nodes().next()?);
        (is_fixture && function.child(Role::Parameter).is_none() && value.is_literal()).then_some(value)
    }
}

/// What a body returns, or all of it.
fn returned(body: &Node) -> Node {
    let last = if body.is(Kind::Block) { body.nodes().last() } else { Some(body) };
    match last {
        Some(last) if last.is(Kind::Return) => last.nodes().next().unwrap_or(body).clone(),
        Some(last) => last.clone(),
        None => body.clone(),
    }
}
