//! The language-neutral tree: one node type, few kinds, children with roles.
//!
//! A grammar's concrete nodes are lowered to this shape by the tables in `data/`; everything after reads only this. The
//! tree keeps what the meaning of a test depends on and drops punctuation, comments and layout, so that reformatting
//! leaves it unchanged.

use std::hash::{Hash, Hasher};

/// What a node is, whatever the language calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Anything without a meaning of its own here; its children count.
    #[default]
    Other,
    Block,
    // Expressions
    /// `text` is `new` for constructor calls.
    Call,
    /// `text` is the member's name.
    Member,
    Index,
    Name,
    Number,
    /// A string without quotes and prefix.
    Text,
    Bool,
    Null,
    Regex,
    /// A string with interpolated parts.
    Template,
    /// Inside a string: what is interpolated.
    Interpolation,
    /// Adjacent string literals.
    Concat,
    /// `{ a }` for `{ a: a }`.
    Shorthand,
    /// An assertion statement: becomes a call of `assert`.
    Assert,
    /// Several operands and operators in a row: `a < b < c`.
    Comparison,
    /// `text` is the operator.
    Unary,
    /// `text` is the operator; Python's chained comparison becomes a conjunction.
    Binary,
    /// `a ? b : c`
    Choice,
    Await,
    Lambda,
    List,
    Map,
    /// An entry of a map, a field of an object.
    Pair,
    /// A named argument; `text` is the name.
    Keyword,
    Spread,
    /// A type, a cast: written but not asked.
    Type,
    // Statements
    /// `text` is the operator where it is not `=`.
    Assign,
    If,
    /// `switch`, `match`, `when`.
    Match,
    Arm,
    /// `text` is `while` for loops without an iterable.
    Loop,
    Try,
    Catch,
    Finally,
    /// Python's `with`, C#'s `using`, Java's resources.
    With,
    Return,
    /// `break`, `continue`; `text` says which.
    Jump,
    Throw,
    Function,
    /// A class, an `impl`, a module: a named scope.
    Class,
    /// A decorator, annotation or attribute.
    Attribute,
    Parameter,
    Import,
    /// Wraps a definition with attributes; lowering folds it into the definition.
    Decorated,
    /// Replaced by its children.
    Inline,
    /// Dropped.
    Skip,
    /// What the grammar could not read.
    Error,
}

/// What a child is to its parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    #[default]
    Item,
    Callee,
    Receiver,
    Argument,
    /// The node's children take this role's place as arguments.
    Arguments,
    Name,
    Left,
    Right,
    Operator,
    Condition,
    Then,
    Else,
    Body,
    Target,
    Value,
    Iterable,
    Parameter,
    /// The node's children are parameters.
    Parameters,
    Attribute,
    Type,
    Base,
    Alias,
    Drop,
}

/// Where a node is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
    /// One-based.
    pub line: u32,
    pub end_line: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Node {
    pub kind: Kind,
    pub span: Span,
    /// A leaf's spelling, an operator, a name; empty where children say it all.
    pub text: Box<str>,
    pub children: Vec<(Role, Node)>,
}

/// Nodes are equal when they say the same, wherever they are written.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text == other.text && self.children == other.children
    }
}

impl Eq for Node {}

impl Hash for Node {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.text.hash(state);
        self.children.hash(state);
    }
}

impl Node {
    pub fn leaf(kind: Kind, text: &str, span: Span) -> Self {
        Self { kind, span, text: text.into(), children: Vec::new() }
    }

    pub fn name(text: &str, span: Span) -> Self {
        Self::leaf(Kind::Name, text, span)
    }

    pub fn with(kind: Kind, span: Span, children: Vec<(Role, Node)>) -> Self {
        Self { kind, span, text: "".into(), children }
    }

    pub fn binary(operator: &str, left: Node, right: Node) -> Self {
        let span = Span { end: right.span.end, end_line: right.span.end_line, ..left.span };
        let children = vec![(Role::Left, left), (Role::Right, right)];
        Self { kind: Kind::Binary, span, text: operator.into(), children }
    }

    pub fn unary(operator: &str, value: Node) -> Self {
        Self { kind: Kind::Unary, span: value.span, text: operator.into(), children: vec![(Role::Value, value)] }
    }

    /// The first child in a role.
    pub fn child(&self, role: Role) -> Option<&Node> {
        self.children.iter().find(|(r, _)| *r == role).map(|(_, node)| node)
    }

    pub fn children_in(&self, role: Role) -> impl Iterator<Item = &Node> {
        self.children.iter().filter(move |(r, _)| *r == role).map(|(_, node)| node)
    }

    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.children.iter().map(|(_, node)| node)
    }

    pub fn is(&self, kind: Kind) -> bool {
        self.kind == kind
    }

    pub fn is_literal(&self) -> bool {
        match self.kind {
            Kind::Number | Kind::Text | Kind::Bool | Kind::Null | Kind::Regex => true,
            Kind::List | Kind::Map | Kind::Pair | Kind::Spread => self.nodes().all(Node::is_literal),
            Kind::Unary => &*self.text == "-" && self.nodes().all(Node::is_literal),
            _ => false,
        }
    }

    /// The numeric value of a number literal, with underscores, suffixes and a sign understood.
    pub fn number(&self) -> Option<f64> {
        match self.kind {
            Kind::Number => parse_number(&self.text),
            Kind::Unary if &*self.text == "-" => self.nodes().next()?.number().map(|n| -n),
            Kind::Binary => {
                let (left, right) = (self.child(Role::Left)?.number()?, self.child(Role::Right)?.number()?);
                match &*self.text {
                    "*" => Some(left * right),
                    "+" => Some(left + right),
                    "-" => Some(left - right),
                    "/" if right != 0.0 => Some(left / right),
                    "**" => Some(left.powf(right)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// How many nodes there are, this one included; stops counting at a limit.
    pub fn size(&self, limit: usize) -> usize {
        let mut count = 1;
        for node in self.nodes() {
            if count >= limit {
                break;
            }
            count += node.size(limit - count);
        }
        count
    }

    /// Every node below and including this one, parents first.
    pub fn walk(&self, visit: &mut dyn FnMut(&Node)) {
        visit(self);
        for node in self.nodes() {
            node.walk(visit);
        }
    }

    /// As [`Node::walk`], lending what it visits for as long as the tree lives.
    pub fn walk_in<'n>(&'n self, visit: &mut dyn FnMut(&'n Node)) {
        visit(self);
        for node in self.nodes() {
            node.walk_in(visit);
        }
    }

    /// A dotted path as it is written; of anything else its words.
    pub fn spelled(&self) -> String {
        match (self.kind, self.child(Role::Receiver)) {
            (Kind::Member, Some(receiver)) => format!("{}.{}", receiver.spelled(), self.text),
            _ => self.words().join("."),
        }
    }

    /// Words of the tree in order: what similarity is measured on.
    pub fn words(&self) -> Vec<&str> {
        fn collect<'n>(node: &'n Node, words: &mut Vec<&'n str>) {
            if !node.text.is_empty() {
                words.push(&node.text);
            }
            for child in node.nodes() {
                collect(child, words);
            }
        }
        let mut words = Vec::new();
        collect(self, &mut words);
        words
    }
}

fn parse_number(text: &str) -> Option<f64> {
    let text: String = text.chars().filter(|c| *c != '_' && *c != '\'').collect();
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let digits: String = digits.chars().take_while(|c| c.is_digit(radix)).collect();
            return u64::from_str_radix(&digits, radix).ok().map(|n| n as f64);
        }
    }
    // Type suffixes: `5u32`, `1.5f`, `10L`, `3n`.
    let end = text
        .char_indices()
        .find(|(at, c)| {
            let exponent = matches!(c, 'e' | 'E')
                && text[at + 1..].starts_with(|next: char| next.is_ascii_digit() || next == '-' || next == '+');
            let sign = matches!(c, '-' | '+') && *at > 0;
            !(c.is_ascii_digit() || *c == '.' || exponent || sign)
        })
        .map_or(text.len(), |(at, _)| at);
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_many_languages() {
        for (text, value) in [
            ("10", 10.0),
            ("1_000", 1000.0),
            ("5u32", 5.0),
            ("1.5f", 1.5),
            ("0x10", 16.0),
            ("1e-3", 0.001),
            ("3n", 3.0),
            ("1'000", 1000.0),
        ] {
            assert_eq!(Node::leaf(Kind::Number, text, Span::default()).number(), Some(value), "{text}");
        }
        assert_eq!(Node::leaf(Kind::Number, "abc", Span::default()).number(), None);
    }
}
