//! From a grammar's tree to the neutral one, by the language's tables.

use tree_sitter::{Node as Syntax, Tree};

use super::Language;
use super::node::{Kind, Node, Role, Span};

/// Deeper than any program people write; hostile nesting must not exhaust the stack.
const DEPTH_LIMIT: usize = 300;

pub struct Lowering<'a> {
    pub language: &'a Language,
    pub text: &'a str,
    /// Where `text` starts in the file it came from, for fragments that are read again.
    pub offset: i64,
    pub line_offset: i64,
    depth: usize,
}

pub(super) fn lower(language: &Language, tree: &Tree, text: &str, offset: i64, line_offset: i64) -> Node {
    let mut lowering = Lowering { language, text, offset, line_offset, depth: 0 };
    let mut out = Vec::new();
    lowering.lower_into(tree.root_node(), Role::Item, &mut out);
    match out.pop() {
        Some((_, node)) if out.is_empty() => node,
        last => {
            out.extend(last);
            Node::with(Kind::Block, lowering.span(tree.root_node()), out)
        }
    }
}

impl Lowering<'_> {
    pub fn span(&self, node: Syntax<'_>) -> Span {
        let shift = |at: usize| u32::try_from(at as i64 + self.offset).unwrap_or(0);
        let line = |row: usize| u32::try_from(row as i64 + 1 + self.line_offset).unwrap_or(1);
        let end = node.end_position();
        // A node that ends with the line break ends on the line before.
        let end_row = if end.column == 0 && end.row > node.start_position().row { end.row - 1 } else { end.row };
        Span {
            start: shift(node.start_byte()),
            end: shift(node.end_byte()),
            line: line(node.start_position().row),
            end_line: line(end_row),
        }
    }

    pub fn source(&self, node: Syntax<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// Reads a fragment of the file again, as what stands in it in another place.
    pub fn reread(&mut self, text: &str, offset: i64, line_offset: i64) -> Option<Node> {
        let tree = self.language.syntax_tree(text).ok()?;
        if tree.root_node().has_error() {
            return None;
        }
        Some(lower(self.language, &tree, text, offset, line_offset))
    }

    /// Lowers a node that stands alone.
    pub fn lower_one(&mut self, node: Syntax<'_>) -> Option<Node> {
        let mut out = Vec::new();
        self.lower_into(node, Role::Item, &mut out);
        out.into_iter().next().map(|(_, node)| node)
    }

    fn kind(&self, node: Syntax<'_>) -> Kind {
        if node.is_error() {
            return Kind::Error;
        }
        self.language.kinds.get(usize::from(node.kind_id())).copied().unwrap_or_default()
    }

    pub fn lower_into(&mut self, node: Syntax<'_>, role: Role, out: &mut Vec<(Role, Node)>) {
        let given = match role {
            Role::Arguments => Role::Argument,
            Role::Parameters => Role::Parameter,
            other => other,
        };
        let span = self.span(node);
        if self.depth >= DEPTH_LIMIT {
            out.push((given, Node::leaf(Kind::Other, self.source(node), span)));
            return;
        }
        self.depth += 1;
        if let Some(made) = (self.language.reshape)(self, node) {
            self.depth -= 1;
            out.push((given, made));
            return;
        }
        let kind = self.kind(node);
        match kind {
            Kind::Skip => {}
            Kind::Inline => {
                let before = out.len();
                self.lower_children(node, kind, Some(role), out);
                if role == Role::Body && out.len() - before > 1 {
                    let inner = out.split_off(before).into_iter().map(|(_, n)| (Role::Item, n)).collect();
                    out.push((Role::Body, Node::with(Kind::Block, span, inner)));
                }
            }
            Kind::Name | Kind::Number | Kind::Bool | Kind::Null => {
                let text = self.source(node).trim_matches('`');
                let text = match kind {
                    Kind::Bool => text.to_ascii_lowercase(),
                    // `None`, `nil`: one nothing in all languages, but for JavaScript's second.
                    Kind::Null if text != "undefined" => "null".to_owned(),
                    _ => text.to_owned(),
                };
                out.push((given, Node::leaf(kind, &text, span)));
            }
            Kind::Regex => out.push((given, Node::leaf(kind, self.source(node), span))),
            Kind::Text => {
                let made = self.string(node, span);
                out.push((given, made));
            }
            _ => {
                // A vector that grows on its own has room for four, and most nodes have fewer children.
                let mut children = Vec::with_capacity(node.named_child_count());
                self.lower_children(node, kind, None, &mut children);
                if self.language.syntax.attributes_before {
                    attach_attributes(&mut children);
                }
                let mut made = Node::with(kind, span, children);
                if matches!(kind, Kind::Unary | Kind::Binary | Kind::Comparison | Kind::Assign | Kind::Jump) {
                    made.text = self.operator(node).into();
                }
                if kind == Kind::Attribute && node.kind().starts_with("inner_") {
                    // About what it stands in, not about what follows.
                    made.text = "inner".into();
                }
                if made.children.is_empty() && matches!(kind, Kind::Other | Kind::Type | Kind::Shorthand) {
                    made.text = self.source(node).into();
                }
                super::shape::finish(&mut made);
                if made.kind == Kind::Inline {
                    out.extend(made.children.into_iter().map(|(_, child)| (given, child)));
                } else {
                    out.push((given, made));
                }
            }
        }
        self.depth -= 1;
    }

    fn lower_children(&mut self, node: Syntax<'_>, kind: Kind, role: Option<Role>, out: &mut Vec<(Role, Node)>) {
        let mut cursor = node.walk();
        if !cursor.goto_first_child() {
            return;
        }
        loop {
            let child = cursor.node();
            if child.is_extra() && !child.is_error() {
                // Comments say nothing, but for those that a language reads.
                out.extend((self.language.reshape)(self, child).map(|made| (Role::Item, made)));
            } else if child.is_named() || child.is_error() {
                let own = cursor
                    .field_id()
                    .and_then(|field| self.language.roles.get(&(node.kind_id(), field.get())).copied())
                    .or_else(|| cursor.field_name().map(|field| common_role(kind, field)));
                let child_role = match (role, own) {
                    (_, Some(Role::Drop)) => Role::Drop,
                    (Some(outer), _) => outer,
                    (None, own) => own.unwrap_or_default(),
                };
                if child_role != Role::Drop {
                    self.lower_into(child, child_role, out);
                }
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }

    /// An operator: the field of that name, or the first token that is not a node.
    fn operator(&self, node: Syntax<'_>) -> String {
        let mut operators = Vec::new();
        let mut cursor = node.walk();
        for (at, child) in node.children(&mut cursor).enumerate() {
            let named = u32::try_from(at).ok().and_then(|at| node.field_name_for_child(at));
            let is_operator = named.is_some_and(|field| field.starts_with("op"))
                || (named.is_none() && !child.is_named() && !matches!(child.kind(), "(" | ")" | "," | ";"));
            if is_operator {
                operators.push(if child.is_named() { self.source(child) } else { child.kind() });
            }
        }
        if self.kind(node) != Kind::Comparison {
            operators.truncate(1);
        }
        operators.iter().map(|operator| canonical_operator(operator)).collect::<Vec<_>>().join("\n")
    }

    /// A string literal, or a template where something is interpolated.
    fn string(&mut self, node: Syntax<'_>, span: Span) -> Node {
        let mut parts = Vec::new();
        let mut at = node.start_byte();
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            if self.kind(child) == Kind::Interpolation {
                parts.push((at, child.start_byte(), Some(child)));
                at = child.end_byte();
            }
        }
        let whole = self.source(node).to_owned();
        let margin = margin(unquoted(&whole)).filter(|_| self.language.syntax.indented_texts);
        let plain = |piece: &str, is_last| match margin {
            Some(margin) => unescaped(&outdented(piece, margin, is_last)).into_owned(),
            None => unescaped(piece).into_owned(),
        };
        if parts.is_empty() {
            return Node::leaf(Kind::Text, &plain(unquoted(&whole), true), span);
        }
        let mut children = Vec::new();
        let start = node.start_byte();
        let inner = unquoted(&whole);
        let skip = inner.as_ptr() as usize - whole.as_ptr() as usize;
        let (inner_start, inner_end) = (start + skip, start + skip + inner.len());
        parts.push((at, node.end_byte(), None));
        for (from, to, child) in parts {
            let (from, to) = (from.max(inner_start), to.min(inner_end));
            if from < to {
                let piece = self.text.get(from..to).unwrap_or_default();
                children.push((Role::Item, Node::leaf(Kind::Text, &plain(piece, child.is_none()), span)));
            }
            if let Some(child) = child {
                if child.named_child_count() == 0 {
                    // `"$name"`
                    let name = self.source(child).trim_start_matches(['$', '{']).trim_end_matches('}').to_owned();
                    children.push((Role::Value, Node::name(&name, self.span(child))));
                }
                self.lower_children(child, Kind::Inline, Some(Role::Value), &mut children);
            }
        }
        Node::with(Kind::Template, span, children)
    }
}

/// What a field means in most grammars.
pub(super) fn common_role(kind: Kind, field: &str) -> Role {
    match field {
        "function" | "callee" | "constructor" | "macro" => Role::Callee,
        "arguments" => Role::Arguments,
        "object" | "receiver" | "path" => Role::Receiver,
        "property" | "attribute" | "field" | "name" | "method" if kind == Kind::Assign => Role::Target,
        "property" | "field" | "name" | "method" => Role::Name,
        "attribute" if kind == Kind::Member => Role::Name,
        "attribute" => Role::Attribute,
        "decorator" => Role::Attribute,
        "left" | "pattern" => {
            if matches!(kind, Kind::Assign | Kind::Loop | Kind::Arm) {
                Role::Target
            } else {
                Role::Left
            }
        }
        "right" => match kind {
            Kind::Assign => Role::Value,
            Kind::Loop => Role::Iterable,
            _ => Role::Right,
        },
        "key" => Role::Left,
        "operator" | "operators" => Role::Drop,
        "condition" | "guard" => Role::Condition,
        "consequence" if kind == Kind::Arm => Role::Body,
        "consequence" => Role::Then,
        "alternative" => Role::Else,
        "body" => Role::Body,
        "value" => match kind {
            Kind::Member | Kind::Index => Role::Receiver,
            Kind::Loop => Role::Iterable,
            Kind::Arm => Role::Target,
            Kind::Catch => Role::Type,
            _ => Role::Value,
        },
        "argument" | "expression" | "subject" | "result" => Role::Value,
        "parameters" => Role::Parameters,
        "parameter" => Role::Parameter,
        "type_arguments" if kind == Kind::Call => Role::Type,
        "type" if matches!(kind, Kind::Class | Kind::Catch | Kind::Parameter | Kind::Call) => Role::Type,
        "type" | "return_type" | "type_arguments" | "type_parameters" => Role::Drop,
        "superclasses" | "superclass" | "superclass_type" | "bases" => Role::Base,
        "alias" => Role::Alias,
        "optional_chain" => Role::Drop,
        _ => Role::Item,
    }
}

fn canonical_operator(operator: &str) -> &str {
    match operator {
        "and" => "&&",
        "or" => "||",
        "not" => "!",
        "<>" => "!=",
        other => other,
    }
}

/// Attributes that stand before a definition become its children.
pub fn attach_attributes(children: &mut Vec<(Role, Node)>) {
    if !children.iter().any(|(_, node)| node.is(Kind::Attribute)) {
        return;
    }
    let mut pending = Vec::new();
    let mut kept = Vec::with_capacity(children.len());
    for (role, mut node) in children.drain(..) {
        if node.is(Kind::Attribute) && role == Role::Item && &*node.text != "inner" {
            pending.push((Role::Attribute, node));
        } else {
            if !pending.is_empty() {
                pending.append(&mut node.children);
                node.children = std::mem::take(&mut pending);
            }
            kept.push((role, node));
        }
    }
    *children = kept;
}

/// A string literal without prefix and quotes.
fn unquoted(text: &str) -> &str {
    let body = text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '@' || c == '$');
    let hashes = body.len() - body.trim_start_matches('#').len();
    let body = body[hashes..].strip_suffix(&"#".repeat(hashes)).unwrap_or(&body[hashes..]);
    for quote in ["\"\"\"", "'''", "```", "\"", "'", "`"] {
        if let Some(inner) = body.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    text
}

/// How far all lines of a text but the first are indented; none where there is only one.
fn margin(text: &str) -> Option<usize> {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines = text.split('\n').skip(1);
    Some(lines.filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or_default())
        .filter(|_| text.contains('\n'))
}

/// A text, or a piece of one, without the indentation that all of its lines have.
fn outdented(text: &str, margin: usize, is_last: bool) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let count = lines.len();
    for (at, line) in lines.iter_mut().enumerate().skip(1) {
        let is_blank = line.trim().is_empty() && (at + 1 < count || is_last);
        let is_indent = |taken: &str| taken.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        *line = match line.get(..margin).filter(|taken| is_indent(taken)) {
            _ if is_blank => "",
            Some(_) => &line[margin..],
            None => line.trim_start_matches([' ', '\t']),
        };
    }
    lines.join("\n")
}

/// Quotes that were escaped because of the quotes around them.
fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    text.replace("\\\"", "\"").replace("\\'", "'").replace("\\`", "`").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_prefixes_go() {
        for (text, inner) in
            [("'a'", "a"), ("\"a\"", "a"), ("r#\"a\"#", "a"), ("rb'''a'''", "a"), ("`a`", "a"), ("\"\"", "")]
        {
            assert_eq!(unquoted(text), inner, "{text}");
        }
    }
}
