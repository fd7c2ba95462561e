//! Finds the cases of a file: functions by name or attribute, calls that declare them.

use hashbrown::{HashMap, HashSet};

use super::chain::Chain;
use super::declared::Declared;
use super::kept::{Found, Kept, Met};
use super::library::Library;
use super::marks::Annotations;
use super::mocks::Mock;
use super::model::{Case, Mark, MarkKind, Part, Setting, TestFile};
use super::reader::Reader;
use super::rows::{element_pattern, rows_of};
use super::scope::Scope;
use super::vocabulary::glob;
use crate::RepoPath;
use crate::lang::{Kind, Node, Role};

/// Suites nest no deeper in what people write.
const SUITE_DEPTH: usize = 12;

pub struct Finder<'l, 'a> {
    pub library: &'l Library<'a>,
    pub file: usize,
    /// What may stay unread.
    pub(super) kept: Option<&'l Kept>,
    pub(super) cases: Vec<Case>,
    /// Cases whose name was given to something else, by their place.
    taken: HashSet<usize>,
    pub(super) settings: Vec<Setting>,
    mocks: Vec<Mock>,
    pub(super) followed: HashSet<&'a str>,
    pub(super) met: HashMap<*const Node, Met>,
    /// Something was left unread.
    pub(super) spares: bool,
    pub(super) kept_names: HashSet<Box<str>>,
    pub aliases: Vec<(&'a str, Vec<String>, Vec<Mark>)>,
    /// The cases that are being read inside of another, outermost first.
    pub(super) open: Vec<*const Node>,
}

/// What surrounds a definition.
#[derive(Clone, Default)]
pub struct Surroundings {
    pub suites: Vec<String>,
    pub marks: Vec<Mark>,
    pub settings: Vec<Setting>,
    pub scope: Scope,
    /// Methods of this class are collected; none outside of classes.
    pub(super) class: Option<bool>,
    /// That class is one of tests by what it is derived from, or by its name where names are enough.
    pub(super) is_test_class: bool,
    /// Nothing need be checked in what stands here: benchmarks.
    pub(super) unchecked: bool,
    /// Inside of another case: what is declared here is data of it.
    pub(super) within: bool,
}

/// Finds and reads every case of a file.
pub fn read(library: &Library<'_>, file: usize, kept: Option<&Kept>) -> Found {
    let source = library.files[file].source;
    let mut finder = Finder {
        library,
        file,
        kept,
        cases: Vec::new(),
        taken: HashSet::new(),
        settings: Vec::new(),
        mocks: Vec::new(),
        followed: HashSet::new(),
        met: HashMap::new(),
        spares: false,
        kept_names: HashSet::new(),
        aliases: Vec::new(),
        open: Vec::new(),
    };
    let scope = library.files[file].constants.clone();
    let top = Surroundings { scope, ..Surroundings::default() };
    finder.suite(&source.root, top, 0);
    let touches_more = finder.touches_more();
    finder.drop_taken();
    finder.shared_settings();
    if !source.inline {
        finder.helpers();
    }
    finder.drop_redefined();
    let spares = finder.spares;
    let file = TestFile {
        path: source.path.clone(),
        is_collected: is_collected(&source.path, &library.files[file].vocabulary.files),
        cases: finder.cases,
        settings: finder.settings,
        mocks: finder.mocks,
        kept_names: finder.kept_names,
        functions: library.files[file].functions.keys().map(|name| (*name).to_owned()).collect(),
        unread: source.unread.clone(),
    };
    Found { file, spares, touches_more }
}

/// Whether runners look into a file of this name where they are not told otherwise.
fn is_collected(path: &RepoPath, patterns: &[String]) -> bool {
    let path = path.to_text();
    let name = path.rsplit('/').next().unwrap_or(&path);
    patterns.is_empty() || patterns.iter().any(|pattern| glob(pattern, name))
}

impl<'l, 'a> Finder<'l, 'a> {
    pub fn reader(&self, scope: &Scope) -> Reader<'l, 'a> {
        Reader::new(self.library, self.file, scope.clone())
    }

    /// The statements of a suite; what they say about the whole suite reaches every case in it.
    fn suite(&mut self, body: &'a Node, mut around: Surroundings, depth: usize) {
        if depth > SUITE_DEPTH {
            return;
        }
        let first = self.cases.len();
        let mut marks = Vec::new();
        let mut settings = Vec::new();
        for statement in body.nodes() {
            self.statement(statement, &mut around, &mut marks, &mut settings, depth);
        }
        for case in &mut self.cases[first..] {
            case.marks.extend(marks.iter().cloned());
        }
        self.settings.extend(settings);
    }

    fn statement(
        &mut self,
        node: &'a Node,
        around: &mut Surroundings,
        marks: &mut Vec<Mark>,
        settings: &mut Vec<Setting>,
        depth: usize,
    ) {
        match node.kind {
            Kind::Function => self.function(node, around, marks),
            Kind::Class => self.class(node, around, depth),
            Kind::Attribute => {
                // An attribute of the file itself.
                let annotations = Annotations::of(node, &self.reader(&around.scope));
                marks.extend(annotations.marks);
            }
            Kind::Call | Kind::Await | Kind::Member => self.call(node, around, marks, settings, depth),
            Kind::Assign => match node.child(Role::Value).filter(|value| self.declares(value, around)) {
                Some(value) => self.call(value, around, marks, settings, depth),
                None => self.assign(node, around, marks, settings),
            },
            Kind::If => {
                let condition = node.child(Role::Condition).map(|condition| around.scope.resolve(condition));
                for (role, opposite) in [(Role::Then, true), (Role::Else, false)] {
                    for branch in node.children_in(role) {
                        let mut inner = around.clone();
                        if let Some(condition) = &condition {
                            let condition =
                                if opposite { Node::unary("!", condition.clone()) } else { condition.clone() };
                            let mut reader = self.reader(&around.scope);
                            reader.mark(
                                MarkKind::Skip,
                                Some(condition),
                                node.child(Role::Condition).map_or(node.span, |n| n.span),
                            );
                            inner.marks.extend(reader.reading.marks);
                        }
                        if branch.is(Kind::Block) {
                            self.suite(branch, inner, depth + 1);
                        } else {
                            self.statement(branch, &mut inner, marks, settings, depth + 1);
                        }
                    }
                }
            }
            Kind::Loop => {
                let target = node.child(Role::Target);
                let bodies: Vec<&Node> = node.children_in(Role::Body).collect();
                self.repeated(node.child(Role::Iterable), target, &bodies, around, depth);
            }
            Kind::Block | Kind::Other | Kind::Error | Kind::Try | Kind::With => {
                self.suite(node, around.clone(), depth + 1)
            }
            _ => {}
        }
    }

    /// Cases declared in a loop: once for each element that is written down.
    fn repeated(
        &mut self,
        iterable: Option<&Node>,
        target: Option<&Node>,
        bodies: &[&'a Node],
        around: &Surroundings,
        depth: usize,
    ) {
        let resolved = iterable.map(|iterable| around.scope.resolve(iterable));
        let rows = resolved.as_ref().and_then(rows_of);
        match rows {
            Some(rows) if rows.len() <= 60 => {
                for row in rows {
                    let mut inner = around.clone();
                    if let Some(target) = target {
                        inner.scope.bind_pattern(target, Some(row));
                    }
                    bodies.iter().for_each(|body| self.suite(body, inner.clone(), depth + 1));
                }
            }
            _ => bodies.iter().for_each(|body| self.suite(body, around.clone(), depth + 1)),
        }
    }

    fn class(&mut self, node: &'a Node, around: &Surroundings, depth: usize) {
        let reader = self.reader(&around.scope);
        let annotations = Annotations::of(node, &reader);
        let mut inner = around.clone();
        inner.suites.push(node.text.to_string());
        inner.marks.extend(annotations.marks);
        inner.settings.extend(annotations.settings);
        inner.unchecked |= annotations.unchecked;
        let patterns = &reader.file().vocabulary.classes;
        let bases: Vec<String> = node
            .children_in(Role::Base)
            .flat_map(|base| base.words().into_iter().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let collected = patterns.is_empty()
            || patterns.iter().any(|pattern| glob(pattern, &node.text) || bases.iter().any(|base| glob(pattern, base)));
        inner.class = Some(collected);
        let says_test = |base: &String| {
            let base = base.to_ascii_lowercase();
            ["test", "spec", "case", "suite"].iter().any(|word| base.contains(word))
        };
        inner.is_test_class = bases.iter().any(says_test)
            || reader.file().vocabulary.named_classes.iter().any(|pattern| glob(pattern, &node.text));
        for body in node.children_in(Role::Body) {
            self.suite(body, inner.clone(), depth + 1);
        }
    }

    fn function(&mut self, node: &'a Node, around: &Surroundings, suite_marks: &mut Vec<Mark>) {
        let reader = self.reader(&around.scope);
        let vocabulary = reader.file().vocabulary;
        let annotations = Annotations::of(node, &reader);
        let named = vocabulary.functions.iter().any(|pattern| glob(pattern, &node.text))
            && around.class != Some(false)
            && self.takes(node, &vocabulary.parameter)
            && !(vocabulary.bare && (node.child(Role::Parameter).is_some() || around.class != Some(true)))
            && node.child(Role::Body).is_some()
            && !reader.file().providers.contains(&*node.text);
        if vocabulary.declaring.iter().any(|pattern| glob(pattern, &node.text)) {
            self.meet(node, Met::Function);
            for body in node.children_in(Role::Body) {
                self.suite(body, around.clone(), 1);
            }
            return;
        }
        if vocabulary.run_hooks.iter().any(|hook| glob(hook, &node.text)) {
            self.meet(node, Met::Function);
            self.run_hook(node, around);
            return;
        }
        // Only a test can be skipped: one that is inherited, or declared by an attribute of the project's own.
        let skipped = annotations.marks.iter().any(|mark| mark.kind == MarkKind::Skip && mark.condition.is_none());
        let listed = reader.file().listed.contains(&*node.text) && node.child(Role::Body).is_some();
        if annotations.is_test || named || listed || skipped {
            self.meet(node, Met::Function);
            let mut around = around.clone();
            around.marks.extend(annotations.marks.clone());
            around.settings.extend(annotations.settings.clone());
            let body = node.child(Role::Body);
            self.case(node, &node.text, body, around, annotations, Part::Test);
        } else if vocabulary.hooks.iter().any(|hook| glob(hook, &node.text)) || annotations.is_hook {
            self.meet(node, Met::Function);
            let body = node.child(Role::Body);
            let at = self.cases.len();
            self.case(node, &node.text, body, around.clone(), annotations, Part::Hook);
            suite_marks.extend(self.cases.get(at).into_iter().flat_map(|hook| hook.marks.iter().cloned()));
        }
    }

    /// A function that the runner asks about every test: its marks are the run's.
    fn run_hook(&mut self, node: &'a Node, around: &Surroundings) {
        let annotations = Annotations { of_run: true, ..Annotations::default() };
        let at = self.cases.len();
        let body = node.child(Role::Body);
        self.case(node, &node.text, body, around.clone(), annotations, Part::Run);
        let mut reader = self.reader(&around.scope);
        if let Some(body) = body {
            body.walk(&mut |statement| {
                let target = statement.child(Role::Target).filter(|target| target.is(Kind::Index));
                let receiver = target.and_then(|target| target.child(Role::Receiver));
                let all = receiver.is_some_and(|receiver| &*receiver.text == "items");
                if all
                    && statement
                        .child(Role::Value)
                        .is_some_and(|value| value.is(Kind::List) && value.children.is_empty())
                {
                    reader.mark(MarkKind::Skip, None, statement.span);
                }
                let yes = statement.nodes().next().filter(|value| statement.is(Kind::Return) && value.is(Kind::Bool));
                if &*node.text == "pytest_ignore_collect"
                    && yes.is_some_and(|value| value.text.eq_ignore_ascii_case("true"))
                {
                    let only = body.nodes().count() == 1;
                    reader.mark(MarkKind::Skip, (!only).then(|| Node::name("path", statement.span)), statement.span);
                }
            });
        }
        let marks = reader.reading.marks;
        if let Some(case) = self.cases.get_mut(at) {
            case.marks.extend(marks);
        }
    }

    /// `collect_ignore = ["test_a.py"]`
    fn ignored(&mut self, node: &'a Node, name: &str, value: &Node, around: &Surroundings) {
        let resolved = around.scope.resolve(value);
        let entries: Vec<Node> = rows_of(&resolved).map(|rows| rows.into_iter().cloned().collect()).unwrap_or_default();
        // Under a condition it is a gate like any other.
        for entry in entries.iter().filter(|_| around.marks.is_empty()) {
            let mut reader = self.reader(&around.scope);
            reader.mark(MarkKind::Skip, None, node.span);
            let marks = reader.reading.marks;
            let name = format!("{name} {}", entry.spelled());
            let inner = Surroundings { marks, ..around.clone() };
            self.case(node, &name, None, inner, Annotations::default(), Part::Run);
        }
    }

    fn takes(&self, node: &Node, types: &[String]) -> bool {
        types.is_empty()
            || node.children_in(Role::Parameter).any(|parameter| {
                let words = parameter.words().join(".");
                types.iter().any(|kind| words.contains(kind.as_str()))
            })
    }

    pub(super) fn call(
        &mut self,
        node: &'a Node,
        around: &mut Surroundings,
        marks: &mut Vec<Mark>,
        settings: &mut Vec<Setting>,
        depth: usize,
    ) {
        let chain = Chain::of(node);
        if let Some(declared) = Declared::of(self, &chain, &around.scope) {
            let mut inner = around.clone();
            let above = Annotations::of(node, &self.reader(&around.scope));
            inner.marks.extend(above.marks);
            inner.settings.extend(above.settings);
            inner.marks.extend(declared.annotations.marks.clone());
            inner.settings.extend(declared.annotations.settings.clone());
            if declared.is_suite {
                self.meet(node, Met::Suite);
                inner.suites.push(declared.name);
                let Some(lambda) = declared.lambda else { return };
                for body in lambda.children_in(Role::Body) {
                    self.suite(body, inner.clone(), depth + 1);
                }
            } else {
                let body = declared.lambda.and_then(|lambda| lambda.child(Role::Body));
                let owner = declared.lambda.unwrap_or(node);
                let name = declared.name;
                self.case_at(owner, &name, body, inner, declared.annotations, Part::Test, node);
            }
            return;
        }
        let Some(last) = chain.last() else { return };
        let arguments = last.arguments.as_deref().unwrap_or_default();
        let vocabulary = self.library.files[self.file].vocabulary;
        if vocabulary.hooks.iter().any(|hook| glob(hook, last.name) || glob(hook, &chain.full_path().join("."))) {
            let lambda = arguments.iter().find(|n| n.is(Kind::Lambda)).copied();
            if let Some(lambda) = lambda {
                let at = self.cases.len();
                let annotations = Annotations::default();
                self.case_at(
                    lambda,
                    last.name,
                    lambda.child(Role::Body),
                    around.clone(),
                    annotations,
                    Part::Hook,
                    node,
                );
                marks.extend(self.cases.get(at).into_iter().flat_map(|hook| hook.marks.iter().cloned()));
            }
            return;
        }
        // `rows.forEach(row => { it(…) })`, `if (…) { … }` in a call: cases may be inside.
        let each = vocabulary.calls.get(&chain.full_path()).filter(|words| words.first() == "each");
        if let (Some(words), Some(lambda)) = (each, arguments.iter().find(|n| n.is(Kind::Lambda))) {
            let bodies: Vec<&Node> = lambda.children_in(Role::Body).collect();
            let target = element_pattern(lambda, words.has("spread"));
            let iterable = node.child(Role::Callee).and_then(|callee| callee.child(Role::Receiver));
            self.repeated(iterable, target.as_ref(), &bodies, around, depth);
            return;
        }
        let mut reader = self.reader(&around.scope);
        reader.visit(node);
        let reading = reader.reading;
        marks.extend(reading.marks);
        settings.extend(self.reader(&around.scope).settings_of(node));
        self.mocks.extend(self.reader(&around.scope).mocks_of(node));
        if reading.checks.is_empty() {
            for lambda in arguments.iter().filter(|n| n.is(Kind::Lambda)) {
                for body in lambda.children_in(Role::Body) {
                    self.suite(body, around.clone(), depth + 1);
                }
            }
            for block in arguments.iter().filter(|n| n.is(Kind::Block)) {
                self.suite(block, around.clone(), depth + 1);
            }
        }
    }

    /// `var _ = Describe(…)`: a value for its effect.
    fn declares(&self, value: &Node, around: &Surroundings) -> bool {
        value.is(Kind::Call) && Declared::of(self, &Chain::of(value), &around.scope).is_some()
    }

    /// `test_x = None` takes a test away, where a function's name makes it one.
    fn take(&mut self, name: &str, around: &Surroundings) {
        if self.library.files[self.file].vocabulary.functions.is_empty() {
            return;
        }
        let is_it = |case: &Case| case.part == Part::Test && case.name == name && case.suites == around.suites;
        let places = self.cases.iter().enumerate().filter(|(_, case)| is_it(case)).map(|(at, _)| at);
        self.taken.extend(places);
    }

    /// Only now: suites that are still being read count their cases by place.
    fn drop_taken(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        let mut at = 0..;
        self.cases.retain(|_| at.next().is_none_or(|at: usize| !taken.contains(&at)));
    }

    fn assign(
        &mut self,
        node: &'a Node,
        around: &mut Surroundings,
        marks: &mut Vec<Mark>,
        settings: &mut Vec<Setting>,
    ) {
        let (Some(target), Some(value)) = (node.child(Role::Target), node.child(Role::Value)) else { return };
        if target.is(Kind::Name) {
            Declared::alias(self, &target.text, value, &around.scope);
            let words = self.library.files[self.file].vocabulary.calls.word(&target.text).cloned();
            if words.as_ref().is_some_and(|words| words.first() == "ignored") {
                self.ignored(node, &target.text, value, around);
            }
            if words.is_some_and(|words| words.first() == "marks") {
                let reader = self.reader(&around.scope);
                let said = Annotations::of_value(value, &reader);
                around.unchecked |= said.unchecked;
                marks.extend(said.marks);
            }
            self.take(&target.text, around);
        }
        let mut reader = self.reader(&around.scope);
        reader.visit(node);
        let said = reader.reading.marks.len() + marks.len() + settings.len() + self.mocks.len();
        let before = marks.len() + settings.len() + self.mocks.len();
        marks.extend(reader.reading.marks);
        settings.extend(self.reader(&around.scope).settings_of(node));
        self.mocks.extend(self.reader(&around.scope).mocks_of(node));
        if marks.len() + settings.len() + self.mocks.len() == before && said == before {
            self.meet(node, Met::Apart);
        }
        around.scope = reader.scope;
    }
}
