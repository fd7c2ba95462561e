//! Decorators, annotations, attributes: what they say about the case they stand before.

use hashbrown::HashMap;

use super::chain::{Chain, argument, named};
use super::emit::part;
use super::mocks::Mock;
use super::model::{Gate, Mark, Row, Setting, SettingKind};
use super::reader::{Reader, lines};
use super::tables::{names_of, rows_from};
use super::vocabulary::Words;
use super::{gate, polls, run, time};
use crate::lang::{Kind, Node, Role, Span};

#[derive(Clone, Default)]
pub struct Annotations {
    pub is_test: bool,
    pub is_hook: bool,
    pub marks: Vec<Mark>,
    pub settings: Vec<Setting>,
    pub rows: Vec<Row>,
    /// The parameters that each table of rows fills.
    pub row_names: Vec<Vec<String>>,
    /// Expected exception: its parts.
    pub throws: Option<Vec<Node>>,
    pub throws_span: Option<Span>,
    /// The body is a function that isn't here.
    pub elsewhere: bool,
    pub mocks: Vec<Mock>,
    /// The runner asks it about every test: leaving it early leaves nothing out.
    pub of_run: bool,
    /// It is a benchmark: nothing need be checked in it.
    pub unchecked: bool,
    /// What the case must return, by row: `[TestCase(1, ExpectedResult = 2)]`.
    pub results: HashMap<usize, Node>,
}

impl Annotations {
    /// Everything the attributes of a definition say, or the attribute itself.
    pub fn of(node: &Node, reader: &Reader<'_, '_>) -> Self {
        let mut found = Self::default();
        if node.is(Kind::Attribute) {
            node.nodes().for_each(|value| found.read(value, reader, node.span));
        }
        for attribute in node.children_in(Role::Attribute) {
            for value in attribute.nodes() {
                found.read(value, reader, attribute.span);
            }
        }
        found
    }

    /// A mark written as a value: `pytestmark = [pytest.mark.skip]`.
    pub fn of_value(value: &Node, reader: &Reader<'_, '_>) -> Self {
        let mut found = Self::default();
        if value.is(Kind::List) {
            value.nodes().for_each(|inner| found.read(inner, reader, inner.span));
        } else {
            found.read(value, reader, value.span);
        }
        found
    }

    fn read(&mut self, value: &Node, reader: &Reader<'_, '_>, span: Span) {
        // An alias of a mark: `skip_windows = pytest.mark.skipif(…)`.
        let resolved = reader.scope.resolve(value);
        let chain = Chain::of(&resolved);
        let path: Vec<String> = reader.known_path(&chain).into_iter().map(str::to_owned).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let arguments = chain.last().and_then(|last| last.arguments.clone()).unwrap_or_default();
        let Some(words) = reader.file().vocabulary.attributes.get(&path).cloned() else { return };
        self.apply(&words, &arguments, reader, span, &path.join("."));
    }

    fn apply(&mut self, words: &Words, arguments: &[&Node], reader: &Reader<'_, '_>, span: Span, what: &str) {
        let which = words.argument();
        let given = words.0.iter().skip(1).find_map(|which| argument(arguments, which));
        match words.first() {
            "test" => {
                self.is_test = true;
                if words.has("rows")
                    && let Some(rows) = arguments.first()
                {
                    self.table(rows, Vec::new(), reader);
                }
                if words.has("row") && !arguments.is_empty() {
                    self.row_of(arguments, reader, span);
                }
                if words.has("retry") {
                    self.setting(SettingKind::Retry, words, arguments, reader, span, what);
                }
            }
            "hook" => self.is_hook = true,
            "unchecked" => self.unchecked = true,
            "fixture" => {
                self.is_hook |=
                    named(arguments, "autouse").is_some_and(|given| given.is(Kind::Bool) && &*given.text == "true");
            }
            // A tag that is a mark by what it says: `@tag :skip`.
            "mark" => {
                for tag in arguments.iter().filter(|tag| tag.is(Kind::Text)) {
                    let name = tag.text.trim_start_matches(':');
                    if let Some(words) = reader.file().vocabulary.modify.word(name).cloned() {
                        self.apply(&words, &[], reader, span, &tag.text);
                    }
                }
            }
            "conditional" => {
                // `#[cfg_attr(miri, ignore)]`
                let Some((condition, attributes)) = arguments.split_first() else { return };
                let from = self.marks.len();
                for attribute in attributes {
                    self.read(attribute, reader, span);
                }
                for mark in &mut self.marks[from..] {
                    let inner = mark.condition.take();
                    let outer = (*condition).clone();
                    let both = inner.map_or(outer.clone(), |inner| Node::binary("&&", outer, inner));
                    mark.gate = gate::judge(&both, reader.file().vocabulary);
                    mark.condition = Some(both);
                }
            }
            "row" => self.row_of(arguments, reader, span),
            "rows" => {
                let names = argument(arguments, "0").map(names_of).unwrap_or_default();
                let excludes = named(arguments, "mode").is_some_and(|mode| mode.words().contains(&"EXCLUDE"));
                let table = given.or(arguments.last().copied()).map(|table| match table.kind {
                    Kind::Keyword => table.child(Role::Value).unwrap_or(table),
                    _ => table,
                });
                if excludes {
                    self.excluded(named(arguments, "names"), reader);
                } else if words.has("csv") {
                    self.lines_of_values(arguments, reader);
                } else if let Some(table) = table {
                    self.table(table, if words.has("names") { names } else { Vec::new() }, reader);
                }
            }
            "provider" => {
                if let Some(name) = arguments.iter().rfind(|n| n.is(Kind::Text)) {
                    self.provider(&name.text, reader);
                }
            }
            "rows-of" => {
                let from = self.rows.len();
                for table in arguments.iter().filter_map(|source| rows_from(source, reader)) {
                    self.table(&table, Vec::new(), reader);
                }
                if from == self.rows.len() {
                    self.row_names.clear();
                }
            }
            "each-row" => {
                for argument in arguments {
                    self.row_of(&[argument], reader, span);
                }
            }
            "skip" | "focus" | "todo" | "xfail" | "skip-if" | "run-if" => {
                let conditional = words.first().ends_with("-if") || which.is_some();
                let condition = given.filter(|n| conditional && !matches!(n.kind, Kind::Template)).cloned();
                let condition = condition.filter(|n| words.first().ends_with("-if") || !n.is(Kind::Text));
                let condition = match (condition, words.first()) {
                    (Some(condition), "run-if") => Some(Node::unary("!", condition)),
                    (None, "run-if") if !arguments.is_empty() => Some(Node::unary("!", arguments[0].clone())),
                    (None, "skip-if") if !arguments.is_empty() => Some(arguments[0].clone()),
                    (None, "run-if" | "skip-if") => Some(Node::name(what, span)),
                    (condition, _) => condition,
                };
                let condition = condition.map(|condition| reader.scope.resolve(&condition));
                if words.has("cfg") && condition.as_ref().is_some_and(is_test_cfg) {
                    return;
                }
                let kind = run::mark_kind(words.first());
                let gate = condition.as_ref().map_or(Gate::Always, |c| gate::judge(c, reader.file().vocabulary));
                self.marks.push(Mark { kind, condition, gate, text: reader.excerpt(span), lines: lines(span) });
            }
            "timeout" | "retry" | "sleep" => {
                let kind = match words.first() {
                    "retry" => SettingKind::Retry,
                    "sleep" => SettingKind::Sleep,
                    _ => SettingKind::Timeout,
                };
                self.setting(kind, words, arguments, reader, span, what);
            }
            "throws" => {
                let mut parts = Vec::new();
                if let Some(kind) = argument(arguments, "0") {
                    parts.push(part(if kind.is(Kind::Text) { "message" } else { "type" }, kind));
                }
                if let Some(message) = argument(arguments, "expected") {
                    parts = vec![part(if message.is(Kind::Text) { "message" } else { "type" }, message)];
                }
                // Type and message may stand in two annotations.
                self.throws.get_or_insert_default().extend(parts);
                self.throws_span = Some(span);
            }
            "mock" => {
                let at = Node::leaf(Kind::Attribute, "", span);
                self.mocks.extend(reader.patched(words, arguments, &at));
            }
            _ => {}
        }
        if words.has("nested") {
            arguments.iter().for_each(|inner| self.read(inner, reader, span));
        }
        let from = self.marks.len();
        self.options(arguments, reader, span, what);
        let row = words.has("row").then(|| self.rows.last().map(|row| row.value.clone())).flatten();
        for mark in self.marks[from..].iter_mut().filter(|mark| mark.condition.is_none()) {
            // Only this row does not run.
            if let Some(row) = &row {
                mark.condition = Some(row.clone());
                mark.gate = Gate::Sometimes;
            }
        }
        if self.marks[from..].iter().any(|mark| mark.condition.is_some()) {
            // `Skip = "why", SkipUnless = nameof(…)`: the first is the reason of the second.
            let mut at = 0;
            self.marks.retain(|mark| {
                at += 1;
                at <= from || mark.condition.is_some()
            });
        }
    }

    /// Named arguments and options that change how a case runs.
    pub fn options(&mut self, arguments: &[&Node], reader: &Reader<'_, '_>, span: Span, what: &str) {
        for argument in arguments {
            let entries: Vec<&Node> = if argument.is(Kind::Map) { argument.nodes().collect() } else { vec![argument] };
            for entry in entries {
                if entry.is(Kind::Text)
                    && entry.text.starts_with(':')
                    && let Some(words) = reader.file().vocabulary.modify.word(&entry.text).cloned()
                {
                    // `it "adds", :skip do`
                    let yes = Node::leaf(Kind::Bool, "true", entry.span);
                    self.option(words.first(), &yes, reader, entry.span, &format!("{what} {}", entry.text));
                }
                let (key, value) = match entry.kind {
                    Kind::Keyword => (entry.text.to_string(), entry.child(Role::Value)),
                    Kind::Pair => (
                        entry.child(Role::Left).map(|k| k.text.to_string()).unwrap_or_default(),
                        entry.child(Role::Value),
                    ),
                    Kind::Assign => (
                        entry.child(Role::Target).map(|k| k.text.to_string()).unwrap_or_default(),
                        entry.child(Role::Value),
                    ),
                    _ => continue,
                };
                let Some(words) = reader.file().vocabulary.modify.word(&key).cloned() else { continue };
                let Some(value) = value else { continue };
                self.option(words.first(), value, reader, span, &format!("{what} {key}"));
            }
        }
    }

    fn option(&mut self, word: &str, value: &Node, reader: &Reader<'_, '_>, span: Span, what: &str) {
        let value = reader.scope.resolve(value);
        let amount = time::amount(&value);
        let mut setting = |kind| {
            let text = reader.excerpt(span);
            self.settings.push(Setting::new(kind, reader.whole_test(), what, amount, text, lines(value.span)));
        };
        match word {
            "rows" => self.table(&value, Vec::new(), reader),
            "timeout" => setting(SettingKind::Timeout),
            "retry" => setting(SettingKind::Retry),
            "throws" => {
                self.throws = Some(vec![part("type", &value)]);
                self.throws_span = Some(span);
            }
            "skip" | "focus" | "todo" | "xfail" | "run-if" => {
                let off = value.is(Kind::Bool) && &*value.text == "false" || value.is(Kind::Null);
                if off && word != "run-if" {
                    return;
                }
                let literal = matches!(value.kind, Kind::Bool | Kind::Text | Kind::Template | Kind::Map);
                let condition = match word {
                    "run-if" => Some(Node::unary("!", value.clone())),
                    _ => (!literal).then(|| value.clone()),
                };
                let gate = condition.as_ref().map_or(Gate::Always, |c| gate::judge(c, reader.file().vocabulary));
                if gate == Gate::Never {
                    return;
                }
                let kind = run::mark_kind(word);
                self.marks.push(Mark {
                    kind,
                    condition,
                    gate,
                    text: reader.excerpt(value.span),
                    lines: lines(value.span),
                });
            }
            _ => {}
        }
    }

    /// A number of tries or a limit that an attribute gives.
    fn setting(
        &mut self,
        kind: SettingKind,
        words: &Words,
        arguments: &[&Node],
        reader: &Reader<'_, '_>,
        span: Span,
        what: &str,
    ) {
        let given = words.0.iter().skip(1).find_map(|which| argument(arguments, which));
        let value = given.map(|node| reader.scope.resolve(node)).and_then(|node| {
            time::amount(&node).or_else(|| polls::largest(&node).filter(|_| kind == SettingKind::Retry))
        });
        let text = reader.excerpt(span);
        self.settings.push(Setting::new(kind, reader.whole_test(), what, value, text, lines(span)));
    }
}

/// `cfg(test)` in any combination that holds in a test run.
fn is_test_cfg(condition: &Node) -> bool {
    let inner = match condition.kind {
        Kind::Unary => condition.nodes().next(),
        _ => Some(condition),
    };
    inner.is_some_and(|inner| inner.is(Kind::Name) && &*inner.text == "test")
}
