//! Go: an `if` may begin with a statement, a `range` stands in a clause of its own, literals name their fields or don't,
//! and comments decide what runs.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "if_statement" => with_initializer(lowering, node),
        "for_statement" => range(lowering, node),
        "expression_switch_statement" => cases(lowering, node),
        "composite_literal" => literal(lowering, node),
        "function_declaration" => example(lowering, node),
        "method_declaration" => method(lowering, node),
        "short_var_declaration" | "assignment_statement" | "var_spec" => several(lowering, node),
        "source_file" => file(lowering, node),
        _ => None,
    }
}

/// `if x := f(); x != y { … }`: the statement runs first.
fn with_initializer(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let initializer = lowering.lower_one(node.child_by_field_name("initializer")?)?;
    let mut children = vec![(Role::Alias, initializer)];
    for (field, role) in [("condition", Role::Condition), ("consequence", Role::Then), ("alternative", Role::Else)] {
        if let Some(part) = node.child_by_field_name(field) {
            children.extend(lowering.lower_one(part).map(|part| (role, part)));
        }
    }
    Some(Node::with(Kind::If, lowering.span(node), children))
}

/// Of two names before `range` the second is the element.
fn range(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut cursor = node.walk();
    let clause = node.named_children(&mut cursor).find(|child| child.kind() == "range_clause")?;
    let mut children = Vec::new();
    if let Some(left) = clause.child_by_field_name("left") {
        let mut names = Vec::new();
        lowering.lower_into(left, Role::Target, &mut names);
        children.extend(names.into_iter().nth(1));
    }
    let iterable = lowering.lower_one(clause.child_by_field_name("right")?)?;
    children.push((Role::Iterable, iterable));
    if let Some(body) = node.child_by_field_name("body") {
        children.extend(lowering.lower_one(body).map(|body| (Role::Body, body)));
    }
    let mut made = Node::with(Kind::Loop, lowering.span(node), children);
    made.text = "range".into();
    Some(made)
}

/// `switch { case a: … case b: … }` is a row of ifs.
fn cases(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    if node.child_by_field_name("value").is_some() || node.child_by_field_name("initializer").is_some() {
        return None;
    }
    let mut cursor = node.walk();
    let mut arms = Vec::new();
    let mut otherwise = None;
    for child in node.named_children(&mut cursor) {
        let condition = child.child_by_field_name("value");
        let mut inner = child.walk();
        let mut items = Vec::new();
        for statement in child.named_children(&mut inner).filter(|one| Some(*one) != condition) {
            lowering.lower_into(statement, Role::Item, &mut items);
        }
        let body = Node::with(Kind::Block, lowering.span(child), items);
        match (child.kind(), condition) {
            ("expression_case", Some(condition)) => {
                let mut alternatives = Vec::new();
                lowering.lower_into(condition, Role::Item, &mut alternatives);
                let condition =
                    alternatives.into_iter().map(|(_, one)| one).reduce(|all, next| Node::binary("||", all, next))?;
                arms.push((condition, body));
            }
            ("default_case", _) => otherwise = Some(body),
            _ => {}
        }
    }
    arms.into_iter().rev().fold(otherwise, |rest, (condition, body)| {
        let mut children = vec![(Role::Condition, condition), (Role::Then, body)];
        let span = children[1].1.span;
        children.extend(rest.map(|rest| (Role::Else, rest)));
        Some(Node::with(Kind::If, span, children))
    })
}

/// A list, or a map where the elements have names: written, or those of the struct that is declared on the spot.
fn literal(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let body = node.child_by_field_name("body")?;
    let kind = node.child_by_field_name("type")?;
    let fields = match kind.kind() {
        "slice_type" | "array_type" | "implicit_length_array_type" => kind.child_by_field_name("element"),
        "map_type" => kind.child_by_field_name("value"),
        _ => None,
    };
    let fields = fields.filter(|element| element.kind() == "struct_type").map(|of| field_names(lowering, of));
    let own = (kind.kind() == "struct_type").then(|| field_names(lowering, kind));
    let mut made = elements(lowering, body, own.as_deref(), fields.as_deref());
    made.span = lowering.span(node);
    Some(made)
}

/// What a variable of a type is at first.
fn zero(lowering: &Lowering<'_>, kind: Syntax<'_>) -> Node {
    let span = lowering.span(kind);
    match lowering.source(kind) {
        "bool" => Node::leaf(Kind::Bool, "false", span),
        "string" => Node::leaf(Kind::Text, "", span),
        "int" | "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16" | "uint32" | "uint64" | "byte"
        | "rune" | "float32" | "float64" | "time.Duration" => Node::leaf(Kind::Number, "0", span),
        _ => Node::leaf(Kind::Null, "null", span),
    }
}

/// A method stands in the class of its receiver.
fn method(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let span = lowering.span(node);
    let receiver = node.child_by_field_name("receiver")?;
    let text = lowering.source(receiver);
    let class =
        text.split('[').next()?.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).find(|word| !word.is_empty());
    let class = class?.to_owned();
    let name = lowering.source(node.child_by_field_name("name")?).to_owned();
    let mut function = Node::with(Kind::Function, span, Vec::new());
    function.text = name.as_str().into();
    let parameters = node.child_by_field_name("parameters")?;
    if name.starts_with("Test") && parameters.named_child_count() == 0 {
        // What testify's suites collect.
        let mark = Node::with(Kind::Attribute, span, vec![(Role::Value, Node::name("suite.method", span))]);
        function.children.push((Role::Attribute, mark));
    }
    lowering.lower_into(parameters, Role::Parameters, &mut function.children);
    if let Some(body) = node.child_by_field_name("body") {
        let mut children = Vec::new();
        lowering.lower_into(body, Role::Item, &mut children);
        function.children.extend(children.into_iter().map(|(_, body)| (Role::Body, body)));
    }
    let body = Node::with(Kind::Block, span, vec![(Role::Item, function)]);
    let mut made = Node::with(Kind::Class, span, vec![(Role::Body, body)]);
    made.text = class.into();
    Some(made)
}

/// `a, b := f()`, `got, want := x, 3`: lists on both sides.
fn several(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let span = lowering.span(node);
    let mut targets = Vec::new();
    if node.kind() == "var_spec" {
        let mut cursor = node.walk();
        let names: Vec<Syntax<'_>> = node.children_by_field_name("name", &mut cursor).collect();
        names.into_iter().for_each(|name| lowering.lower_into(name, Role::Item, &mut targets));
    } else {
        lowering.lower_into(node.child_by_field_name("left")?, Role::Item, &mut targets);
    }
    let plain = node.child_by_field_name("operator").is_none_or(|operator| lowering.source(operator) == "=");
    if targets.len() < 2 || !plain {
        return None;
    }
    let mut values = Vec::new();
    let right = node.child_by_field_name("right").or_else(|| node.child_by_field_name("value"))?;
    lowering.lower_into(right, Role::Item, &mut values);
    let value = if values.len() == 1 { values.pop()?.1 } else { Node::with(Kind::List, span, values) };
    let target = Node::with(Kind::List, span, targets);
    Some(Node::with(Kind::Assign, span, vec![(Role::Target, target), (Role::Value, value)]))
}

/// The fields of a struct, each with what it is where nothing is written.
fn field_names(lowering: &Lowering<'_>, kind: Syntax<'_>) -> Vec<(String, Node)> {
    let mut names = Vec::new();
    let mut cursor = kind.walk();
    for list in kind.named_children(&mut cursor) {
        let mut inner = list.walk();
        for field in list.named_children(&mut inner) {
            let mut at = field.walk();
            let zero = field.child_by_field_name("type").map_or_else(Node::default, |kind| zero(lowering, kind));
            let fields = field.children_by_field_name("name", &mut at);
            names.extend(fields.map(|name| (lowering.source(name).to_owned(), zero.clone())));
        }
    }
    names
}

fn elements(
    lowering: &mut Lowering<'_>,
    body: Syntax<'_>,
    own: Option<&[(String, Node)]>,
    fields: Option<&[(String, Node)]>,
) -> Node {
    let mut children = Vec::new();
    let mut cursor = body.walk();
    for element in body.named_children(&mut cursor) {
        if element.is_extra() {
            continue;
        }
        let span = lowering.span(element);
        let inner = |lowering: &mut Lowering<'_>, part: Syntax<'_>| {
            let value = if part.kind() == "literal_element" { part.named_child(0)? } else { part };
            if value.kind() == "literal_value" {
                return Some(elements(lowering, value, fields, None));
            }
            lowering.lower_one(value)
        };
        let (key, value) = if element.kind() == "keyed_element" {
            let key = element.child_by_field_name("key").or_else(|| element.named_child(0));
            let value = element.child_by_field_name("value").or_else(|| element.named_child(1));
            let key = key.and_then(|key| inner(lowering, key)).map(|mut key| {
                if key.is(Kind::Name) {
                    key.kind = Kind::Text;
                }
                key
            });
            (key, value)
        } else {
            let name = own.and_then(|names| names.get(children.len()));
            (name.map(|(name, _)| Node::leaf(Kind::Text, name, span)), Some(element))
        };
        let Some(value) = value.and_then(|value| inner(lowering, value)) else { continue };
        children.push(match key {
            Some(key) => (Role::Item, Node::with(Kind::Pair, span, vec![(Role::Left, key), (Role::Value, value)])),
            None => (Role::Item, value),
        });
    }
    let written: Vec<Box<str>> =
        children.iter().filter_map(|(_, pair): &(Role, Node)| Some(pair.child(Role::Left)?.text.clone())).collect();
    if !written.is_empty() {
        let left_out = own.into_iter().flatten().filter(|(name, _)| !written.iter().any(|other| **other == **name));
        children.extend(left_out.map(|(name, zero)| {
            let key = Node::leaf(Kind::Text, name, zero.span);
            let pair = vec![(Role::Left, key), (Role::Value, zero.clone())];
            (Role::Item, Node::with(Kind::Pair, zero.span, pair))
        }));
    }
    let keyed = !children.is_empty() && children.iter().all(|(_, child)| child.is(Kind::Pair));
    Node::with(if keyed { Kind::Map } else { Kind::List }, lowering.span(body), children)
}

/// `// Output: …` at the end of an example is what it has to print; without it nothing runs.
fn example(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let name = node.child_by_field_name("name")?;
    if !lowering.source(name).starts_with("Example") {
        return None;
    }
    let body = node.child_by_field_name("body")?;
    let mut cursor = body.walk();
    let mut expected: Option<(&str, String, Syntax<'_>)> = None;
    for child in descendants(body, &mut cursor) {
        if child.kind() != "comment" {
            continue;
        }
        let text = lowering.source(child).trim_start_matches('/').trim();
        let lower = text.to_ascii_lowercase();
        match (&mut expected, lower.strip_prefix("unordered output:"), lower.strip_prefix("output:")) {
            (_, Some(rest), _) => {
                expected = Some(("UnorderedOutput", text[text.len() - rest.len()..].to_owned(), child));
            }
            (_, None, Some(rest)) => expected = Some(("Output", text[text.len() - rest.len()..].to_owned(), child)),
            (Some((_, all, _)), None, None) => {
                all.push('\n');
                all.push_str(text);
            }
            (None, ..) => {}
        }
    }
    let (kind, text, at) = expected?;
    let span = lowering.span(at);
    let mut made = Node::with(Kind::Function, lowering.span(node), Vec::new());
    made.text = lowering.source(name).into();
    let mark = Node::with(Kind::Attribute, span, vec![(Role::Value, Node::name("example", span))]);
    made.children.push((Role::Attribute, mark));
    let mut body = lowering.lower_one(body)?;
    let call = vec![
        (Role::Callee, Node::name(&format!("example.{kind}"), span)),
        (Role::Argument, Node::name("stdout", span)),
        (Role::Argument, Node::leaf(Kind::Text, text.trim(), span)),
    ];
    body.children.push((Role::Item, Node::with(Kind::Call, span, call)));
    made.children.push((Role::Body, body));
    Some(made)
}

/// Direct children, and those of the statement list that newer grammars put between.
fn descendants<'t>(body: Syntax<'t>, cursor: &mut tree_sitter::TreeCursor<'t>) -> Vec<Syntax<'t>> {
    let mut all = Vec::new();
    for child in body.named_children(cursor) {
        if child.kind() == "statement_list" {
            let mut inner = child.walk();
            all.extend(child.named_children(&mut inner));
        } else {
            all.push(child);
        }
    }
    all
}

/// `//go:build linux` before the package clause is a condition on every test of the file.
fn file(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut cursor = node.walk();
    let build = node
        .named_children(&mut cursor)
        .take_while(|child| child.kind() != "package_clause")
        .find(|child| lowering.source(*child).starts_with("//go:build "))?;
    let written = lowering.source(build).trim_start_matches("//go:build ").to_owned();
    let span = lowering.span(build);
    let condition = lowering.reread(&format!("package p\nvar _ = {written}\n"), 0, 0);
    let condition = condition.as_ref().and_then(value_of).unwrap_or_else(|| Node::leaf(Kind::Other, &written, span));
    let call = vec![(Role::Callee, Node::name("go.build", span)), (Role::Argument, condition)];
    let call = Node::with(Kind::Call, span, call);
    let mut attribute = Node::with(Kind::Attribute, span, vec![(Role::Value, call)]);
    attribute.text = "inner".into();
    let mut children = vec![(Role::Item, attribute)];
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor).filter(|child| !child.is_extra()) {
        lowering.lower_into(child, Role::Item, &mut children);
    }
    Some(Node::with(Kind::Block, lowering.span(node), children))
}

fn value_of(node: &Node) -> Option<Node> {
    if node.is(Kind::Assign) {
        return node.child(Role::Value).cloned();
    }
    node.nodes().find_map(value_of)
}
