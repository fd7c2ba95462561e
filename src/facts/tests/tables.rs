//! The rows of a parametrised case, however they are given.

use super::chain::{Chain, argument, named};
use super::marks::Annotations;
use super::model::{Gate, Mark, MarkKind, Row};
use super::reader::{Reader, lines};
use super::rows::rows_of;
use super::scope::Scope;
use crate::lang::{Kind, Node, Role, Span};

impl Annotations {
    /// A table of rows given as one value.
    pub fn table(&mut self, table: &Node, names: Vec<String>, reader: &Reader<'_, '_>) {
        let resolved = reader.scope.resolve(table);
        self.row_names.push(names);
        let Some(rows) = rows_of(&resolved) else { return };
        for row in rows {
            let mut value = row.clone();
            let given = |named: bool| row.children_in(Role::Argument).any(|n| n.is(Kind::Keyword) == named);
            // What is only given by name is a value with parts: `Case(name: "a", expected: 3)`.
            if row.is(Kind::Call) && given(true) && given(false) || is_row_call(row) {
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
    pub(super) fn provider(&mut self, name: &str, reader: &Reader<'_, '_>) {
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
    pub(super) fn excluded(&mut self, names: Option<&Node>, reader: &Reader<'_, '_>) {
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
    pub(super) fn lines_of_values(&mut self, arguments: &[&Node], reader: &Reader<'_, '_>) {
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

    pub(super) fn row_of(&mut self, arguments: &[&Node], reader: &Reader<'_, '_>, span: Span) {
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
pub(super) fn rows_from(source: &Node, reader: &Reader<'_, '_>) -> Option<Node> {
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

pub(super) fn names_of(node: &Node) -> Vec<String> {
    match node.kind {
        Kind::Text => node.text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
        Kind::List => node.nodes().map(|name| name.text.to_string()).collect(),
        _ => Vec::new(),
    }
}
