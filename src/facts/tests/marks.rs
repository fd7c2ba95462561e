//! Decorators, annotations, attributes: what they say about the case they stand before.

use std::collections::HashMap;

use super::chain::{Chain, argument, named};
use super::emit::part;
use super::mocks::Mock;
use super::model::{Gate, Mark, MarkKind, Row, Setting, SettingKind};
use super::reader::{Reader, lines};
use super::rows::rows_of;
use super::scope::Scope;
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
        let given = which.and_then(|which| argument(arguments, which));
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
            }
            "hook" => self.is_hook = true,
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
                let given = words.0.iter().skip(1).find_map(|which| argument(arguments, which));
                let value = given.map(|node| reader.scope.resolve(node)).and_then(|node| {
                    time::amount(&node).or_else(|| polls::largest(&node).filter(|_| kind == SettingKind::Retry))
                });
                let text = reader.excerpt(span);
                self.settings.push(Setting::new(kind, reader.whole_test(), what, value, text, lines(span)));
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

    /// A table of rows given as one value.
    pub fn table(&mut self, table: &Node, names: Vec<String>, reader: &Reader<'_, '_>) {
        let resolved = reader.scope.resolve(table);
        self.row_names.push(names);
        let Some(rows) = rows_of(&resolved) else { return };
        for row in rows {
            let mut value = row.clone();
            if row.is(Kind::Call) && row.nodes().any(|n| n.is(Kind::Keyword)) || is_row_call(row) {
                // `pytest.param(1, 2, marks=…, id=…)`
                let arguments: Vec<&Node> = row.children_in(Role::Argument).collect();
                if let Some(marks) = argument(&arguments, "marks") {
                    self.marks.extend(Self::of_value(marks, reader).marks);
                }
                let items: Vec<_> =
                    arguments.iter().filter(|n| !n.is(Kind::Keyword)).map(|n| (Role::Item, (*n).clone())).collect();
                value = match items.as_slice() {
                    [(_, only)] => only.clone(),
                    _ => Node::with(Kind::List, row.span, items),
                };
            }
            self.rows.push(Row { value, text: reader.excerpt(row.span), lines: lines(row.span) });
        }
    }

    /// Rows that a function returns or yields.
    fn provider(&mut self, name: &str, reader: &Reader<'_, '_>) {
        let Some((_, function)) = reader.library.function(reader.file, name) else { return };
        let mut rows = Vec::new();
        for body in function.children_in(Role::Body) {
            body.walk(&mut |node| match node.kind {
                Kind::Return => rows.extend(node.nodes().filter(|n| n.is(Kind::List)).flat_map(Node::nodes).cloned()),
                Kind::Call if node.child(Role::Callee).is_some_and(|callee| &*callee.text == "yield") => {
                    rows.extend(node.children_in(Role::Argument).last().cloned());
                }
                _ => {}
            });
        }
        self.row_names.push(Vec::new());
        for row in rows {
            let value = if row.is(Kind::Pair) { row.child(Role::Value).cloned().unwrap_or(row) } else { row };
            let value = reader.scope.resolve(&value);
            self.rows.push(Row { text: reader.excerpt(value.span), lines: lines(value.span), value });
        }
    }

    /// Every name that is left out is a row that does not run.
    fn excluded(&mut self, names: Option<&Node>, reader: &Reader<'_, '_>) {
        for name in names.and_then(rows_of).unwrap_or_default() {
            self.marks.push(Mark {
                kind: MarkKind::Skip,
                condition: Some(name.clone()),
                gate: Gate::Sometimes,
                text: reader.excerpt(name.span),
                lines: lines(name.span),
            });
        }
    }

    /// `@CsvSource({"1, a", "2, b"})`: values between commas.
    fn lines_of_values(&mut self, arguments: &[&Node], reader: &Reader<'_, '_>) {
        self.row_names.push(Vec::new());
        for argument in arguments {
            let argument = match argument.kind {
                Kind::Keyword if matches!(&*argument.text, "value" | "textBlock") => argument.child(Role::Value),
                Kind::Keyword => None,
                _ => Some(*argument),
            };
            let Some(argument) = argument else { continue };
            let resolved = reader.scope.resolve(argument);
            for written in rows_of(&resolved).unwrap_or_else(|| vec![&resolved]) {
                for line in
                    written.text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
                {
                    let values = line.split(',').map(|value| (Role::Item, value_of_text(value, written.span)));
                    let value = Node::with(Kind::List, written.span, values.collect());
                    self.rows.push(Row { value, text: line.to_owned(), lines: lines(written.span) });
                }
            }
        }
    }

    fn row_of(&mut self, arguments: &[&Node], reader: &Reader<'_, '_>, span: Span) {
        if let Some(result) = named(arguments, "ExpectedResult") {
            self.results.insert(self.rows.len(), result.clone());
        }
        let items = arguments.iter().filter(|n| !n.is(Kind::Keyword) && !n.is(Kind::Assign));
        let value = Node::with(Kind::List, span, items.map(|n| (Role::Item, (*n).clone())).collect());
        self.rows.push(Row { value, text: reader.excerpt(span), lines: lines(span) });
    }

    /// Binds the parameters of a case to a row.
    pub fn bind(&self, scope: &mut Scope, row: &Row, parameters: &[&Node]) {
        let names = self.row_names.first().filter(|names| !names.is_empty());
        if let Some(names) = names {
            for (at, name) in names.iter().enumerate() {
                let value = match (&row.value.kind, names.len()) {
                    (_, 1) => Some(row.value.clone()),
                    (Kind::List, _) => row.value.nodes().nth(at).cloned(),
                    _ => None,
                };
                match value {
                    Some(value) => scope.bind(name, value),
                    None => scope.forget(name),
                }
            }
            return;
        }
        match (row.value.kind, parameters) {
            (Kind::List, [only]) if !matches!(only.kind, Kind::List) && row.value.children.len() != 1 => {
                scope.bind_pattern(only, Some(&row.value));
            }
            (Kind::List, many) => {
                for (parameter, value) in many.iter().zip(row.value.nodes()) {
                    scope.bind_pattern(parameter, Some(value));
                }
            }
            (_, [only, ..]) => scope.bind_pattern(only, Some(&row.value)),
            _ => {}
        }
    }
}

fn is_row_call(node: &Node) -> bool {
    node.is(Kind::Call)
        && (Chain::of(node)
            .last()
            .is_some_and(|last| matches!(last.name, "param" | "arguments" | "Arguments" | "TestCaseData"))
            || Chain::of(node).full_path().as_slice() == ["Arguments", "of"])
}

fn value_of_text(text: &str, span: Span) -> Node {
    let text = text.trim();
    let bare = text.trim_matches('\'');
    let kind = match text {
        "true" | "false" => Kind::Bool,
        _ if text.parse::<f64>().is_ok() => Kind::Number,
        _ => Kind::Text,
    };
    Node::leaf(kind, bare, span)
}

/// The table that a provider of rows returns: `@MethodSource("rows")`, `[MemberData(nameof(Rows))]`.
fn rows_from(source: &Node, reader: &Reader<'_, '_>) -> Option<Node> {
    let name = match source.kind {
        Kind::Text => source.text.rsplit(['#', '.']).next()?.to_owned(),
        Kind::Call => source.child(Role::Argument)?.words().last().map(|word| (*word).to_owned())?,
        _ => return None,
    };
    let function = *reader.file().functions.get(name.as_str())?;
    let body = function.child(Role::Body).or(function.child(Role::Value))?;
    if !body.is(Kind::Block) {
        return rows_of(body).map(|_| body.clone());
    }
    let mut found = None;
    for statement in body.nodes() {
        if statement.is(Kind::Return) {
            found = statement.nodes().next().filter(|value| rows_of(value).is_some()).cloned();
        }
    }
    found.or_else(|| {
        // `yield return new object[] { 1, 2 };`
        let rows: Vec<(Role, Node)> =
            body.nodes().filter(|row| row.is(Kind::List)).map(|row| (Role::Item, row.clone())).collect();
        (!rows.is_empty()).then(|| Node::with(Kind::List, body.span, rows))
    })
}

fn names_of(node: &Node) -> Vec<String> {
    match node.kind {
        Kind::Text => node.text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
        Kind::List => node.nodes().map(|name| name.text.to_string()).collect(),
        _ => Vec::new(),
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
