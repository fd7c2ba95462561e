//! A file as its definitions, each as the words and marks it is made of.
//!
//! The neutral tree leaves out what tests never depend on: fields, types, visibility. Whoever asks whether code is the same
//! needs all of it; comments, layout and documentation strings aside.

use tree_sitter::Node as Syntax;

use super::lower::common_role;
use super::node::{Kind, Role};
use super::{Language, Unparsed};

/// A definition or statement at the top of a file or class; of a class its head.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// It brings in, exports or names the module, and does nothing by itself.
    pub is_import: bool,
    /// A test, or in a module of tests, beside the code it tests.
    pub is_test: bool,
    pub name: Box<str>,
    pub tokens: Vec<Lexeme>,
    /// One-based.
    pub line: u32,
    pub end_line: u32,
}

/// The smallest thing that is written.
#[derive(Clone, Debug)]
pub struct Lexeme {
    pub class: Class,
    pub text: Box<str>,
    pub declares: Declares,
    /// One-based.
    pub line: u32,
}

/// Tokens are equal when they say the same, wherever they stand.
impl PartialEq for Lexeme {
    fn eq(&self, other: &Self) -> bool {
        self.class == other.class && self.text == other.text
    }
}

impl Eq for Lexeme {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    Name,
    /// A name behind a dot, a key, a named argument: looked up in something.
    Member,
    Text,
    /// Keywords, operators, brackets, numbers.
    Mark,
}

/// Whether a name is introduced here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Declares {
    Nothing,
    /// A parameter or a variable of a function.
    Local,
    Global,
}

/// Calls by which Elixir defines things.
const DEFINES_MODULE: [&str; 3] = ["defmodule", "defimpl", "defprotocol"];
const DEFINES: [&str; 6] = ["def", "defp", "defmacro", "defmacrop", "defguard", "defdelegate"];

/// Deeper than any program people write.
const DEPTH_LIMIT: usize = 300;

impl Language {
    /// The pieces of a file in order.
    ///
    /// # Errors
    /// When the file can't be parsed, or parts of it are not understood.
    pub fn pieces(&self, source: &[u8]) -> Result<Vec<Piece>, Unparsed> {
        let text = std::str::from_utf8(source).map_err(|_| Unparsed::Encoding)?;
        let tree = self.syntax_tree(text)?;
        if tree.root_node().has_error() {
            return Err(Unparsed::Refused("the grammar does not understand all of it"));
        }
        let mut splitter = Splitter { language: self, text, pieces: Vec::new(), in_tests: false };
        splitter.children(tree.root_node(), 0);
        Ok(splitter.pieces)
    }
}

struct Splitter<'a> {
    language: &'a Language,
    text: &'a str,
    pieces: Vec<Piece>,
    in_tests: bool,
}

/// Where a token stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    is_declaring: bool,
    in_function: bool,
}

impl<'a> Splitter<'a> {
    fn kind(&self, node: Syntax<'_>) -> Kind {
        self.language.kinds.get(usize::from(node.kind_id())).copied().unwrap_or_default()
    }

    fn source(&self, node: Syntax<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn children(&mut self, node: Syntax<'_>, depth: usize) {
        let mut cursor = node.walk();
        let children: Vec<Syntax<'_>> = node.children(&mut cursor).collect();
        let outside = self.in_tests;
        // Rust's attributes stand before what they are about, and belong to it.
        let mut attributes = Vec::new();
        for child in children {
            if child.kind() == "attribute_item" {
                self.in_tests |= is_of_tests(self.source(child));
                let place = Place { depth: 0, is_declaring: false, in_function: false };
                self.tokens(child, None, Role::Item, place, &mut attributes);
                continue;
            }
            let first = self.pieces.len();
            self.child(child, depth);
            if !child.is_extra() {
                self.in_tests = outside;
                if let Some(piece) = self.pieces.get_mut(first) {
                    piece.tokens.splice(0..0, std::mem::take(&mut attributes));
                }
            }
        }
    }

    fn child(&mut self, node: Syntax<'_>, depth: usize) {
        if node.is_extra() || !node.is_named() || is_documentation(self, node) {
            return;
        }
        if is_guard(node) && depth < DEPTH_LIMIT {
            return self.children(node, depth + 1);
        }
        match self.members(node).filter(|_| depth < DEPTH_LIMIT) {
            Some(body) => {
                let mut head = self.piece(node);
                self.tokens_around(node, body, &mut head);
                self.pieces.push(head);
                self.children(body, depth + 1);
            }
            None => {
                let mut piece = self.piece(node);
                let place = Place { depth: 0, is_declaring: false, in_function: false };
                self.tokens(node, None, Role::Item, place, &mut piece.tokens);
                piece.tokens = without_layout(piece.tokens);
                if let [word, name, ..] = &mut piece.tokens[..]
                    && DEFINES.contains(&&*word.text)
                    && self.target(node) == &*word.text
                {
                    (name.declares, piece.name) = (Declares::Global, name.text.clone());
                }
                piece.is_import |=
                    is_export_list(&piece.tokens) || self.is_required(&piece.tokens) || is_for_types(&piece.tokens);
                if !piece.tokens.is_empty() {
                    self.pieces.push(piece);
                }
            }
        }
    }

    /// `const a = require("b")`, `require "b"`: an import by a call.
    fn is_required(&self, tokens: &[Lexeme]) -> bool {
        let is_call = |token: &Lexeme| self.language.helpers.imports.iter().any(|name| **name == *token.text);
        let Some(at) = tokens.iter().position(|token| token.class == Class::Name && is_call(token)) else {
            return false;
        };
        let is_before = tokens[..at].iter().all(|token| match token.class {
            Class::Mark => matches!(&*token.text, "const" | "let" | "var" | "=" | "{" | "}" | "," | ":"),
            _ => token.declares != Declares::Nothing || token.class == Class::Member,
        });
        let rest = tokens[at + 1..].iter().filter(|token| !matches!(&*token.text, "(" | ")" | "\"" | "'"));
        is_before && rest.clone().count() == 1 && rest.clone().all(|token| token.class == Class::Text)
    }

    /// The body of a class, or of one behind decorators and `export`.
    fn members<'t>(&self, node: Syntax<'t>) -> Option<Syntax<'t>> {
        match self.kind(node) {
            Kind::Class => node.child_by_field_name("body").or_else(|| {
                let mut cursor = node.walk();
                node.children(&mut cursor)
                    .find(|child| child.kind().ends_with("_body") || child.kind() == "declaration_list")
            }),
            Kind::Decorated | Kind::Inline => {
                let mut cursor = node.walk();
                node.named_children(&mut cursor)
                    .filter(|child| self.kind(*child) == Kind::Class)
                    .find_map(|child| self.members(child))
            }
            // Elixir's modules are calls.
            Kind::Call if DEFINES_MODULE.contains(&self.target(node)) => {
                let mut cursor = node.walk();
                node.named_children(&mut cursor).find(|child| child.kind() == "do_block")
            }
            _ => None,
        }
    }

    fn target(&self, node: Syntax<'_>) -> &'a str {
        node.child_by_field_name("target").map_or("", |target| self.source(target))
    }

    fn piece(&self, node: Syntax<'_>) -> Piece {
        let kind = self.kind(node);
        let is_module = node.kind().starts_with("package_")
            || matches!(
                node.kind(),
                "file_scoped_namespace_declaration" | "namespace_declaration" | "namespace_definition"
            )
            || node.kind() == "mod_item" && node.child_by_field_name("body").is_none();
        Piece {
            is_import: kind == Kind::Import
                || is_module
                || matches!(node.kind(), "import_declaration" | "import_list" | "preproc_include" | "file_annotation")
                || is_include_guard(node),
            is_test: self.in_tests,
            name: self.name(node).into(),
            tokens: Vec::new(),
            line: number(node.start_position().row),
            end_line: number(node.end_position().row),
        }
    }

    fn name(&self, node: Syntax<'_>) -> &'a str {
        let own = node.child_by_field_name("name").map(|name| self.source(name));
        own.unwrap_or_else(|| {
            let mut cursor = node.walk();
            let inner = node.named_children(&mut cursor).find_map(|child| child.child_by_field_name("name"));
            inner.map(|name| self.source(name)).unwrap_or_default()
        })
    }

    /// All tokens of a node but those of one part.
    fn tokens_around(&self, node: Syntax<'_>, body: Syntax<'_>, piece: &mut Piece) {
        let place = Place { depth: 0, is_declaring: false, in_function: false };
        self.tokens(node, Some(body), Role::Item, place, &mut piece.tokens);
        piece.tokens = without_layout(std::mem::take(&mut piece.tokens));
    }

    fn tokens(&self, node: Syntax<'_>, but: Option<Syntax<'_>>, role: Role, place: Place, out: &mut Vec<Lexeme>) {
        if node.is_extra() || but == Some(node) || is_documentation(self, node) {
            return;
        }
        let (kind, source) = (self.kind(node), self.source(node));
        if source.is_empty() {
            return;
        }
        let is_whole =
            node.child_count() == 0 || place.depth >= DEPTH_LIMIT || kind == Kind::Text && !self.is_interpolated(node);
        if is_whole {
            let is_name = kind == Kind::Name || node.kind().contains("identifier") || node.kind() == "constant";
            let class = match kind {
                Kind::Text => Class::Text,
                _ if node.kind().contains("string") || node.kind().ends_with("_content") => Class::Text,
                _ if !node.is_named() || !is_name => Class::Mark,
                _ if matches!(node.kind(), "field_identifier" | "property_identifier") => Class::Member,
                _ => Class::Name,
            };
            let declares = match (class, place.is_declaring, place.in_function) {
                (Class::Name | Class::Member, true, true) => Declares::Local,
                (Class::Name | Class::Member, true, false) => Declares::Global,
                _ => Declares::Nothing,
            };
            let line = number(node.start_position().row);
            let token = |class, text: &str, declares| Lexeme { class, text: text.into(), declares, line };
            if node.kind() == "shorthand_property_identifier" {
                // `{ a }` says `{ a: a }`, and reads so once the variable has another name.
                out.push(token(Class::Member, source, Declares::Nothing));
                out.push(token(Class::Mark, ":", Declares::Nothing));
            }
            out.push(token(class, source, declares));
            return;
        }
        let in_function = place.in_function;
        let mut cursor = node.walk();
        if !cursor.goto_first_child() {
            return;
        }
        let mut is_named = false;
        loop {
            let child = cursor.node();
            let own = cursor
                .field_id()
                .and_then(|field| self.language.roles.get(&(node.kind_id(), field.get())).copied())
                .or_else(|| cursor.field_name().map(|field| common_role(kind, field)));
            // Grammars without fields tell a definition's name by its place.
            let is_name = own.is_none()
                && !is_named
                && self.kind(child) == Kind::Name
                && (matches!(kind, Kind::Function | Kind::Class)
                    || matches!(node.kind(), "variable_declaration" | "type_alias"));
            is_named |= is_name || own == Some(Role::Name);
            let role = match own {
                Some(role) => role,
                None if is_name => Role::Name,
                None if kind == Kind::Inline => role,
                None => Role::Item,
            };
            let is_parameter =
                matches!(role, Role::Parameter | Role::Parameters) || self.kind(child) == Kind::Parameter;
            let is_declaring = match role {
                Role::Type | Role::Value | Role::Body | Role::Condition | Role::Iterable | Role::Base => false,
                Role::Name => !matches!(kind, Kind::Call | Kind::Member),
                // Where variables are declared by a word of their own, an assignment declares none.
                Role::Target => {
                    !node.kind().contains("assignment")
                        || matches!(self.language.name, "python" | "ruby" | "php")
                        || self.kind(child) == Kind::Member
                }
                Role::Alias => true,
                // `for x in …`, comprehensions, patterns of a case.
                Role::Left if binds(node.kind()) => true,
                _ => is_parameter || place.is_declaring && !matches!(kind, Kind::Member | Kind::Index | Kind::Call),
            };
            let is_inside = in_function
                || matches!(kind, Kind::Function | Kind::Lambda) && role != Role::Name
                || is_parameter
                || binds(node.kind());
            let below = Place { depth: place.depth + 1, is_declaring, in_function: is_inside };
            let before = out.len();
            self.tokens(child, but, role, below, out);
            if kind == Kind::Member && role != Role::Receiver && child.is_named()
                || kind == Kind::Keyword && role == Role::Name
                || kind == Kind::Call && role == Role::Name && has_receiver(node)
            {
                let members = out[before..].iter_mut().filter(|token| token.class == Class::Name);
                members.for_each(|token| token.class = Class::Member);
                // `self.total = …` is where a field comes into being.
                if place.is_declaring && before >= 2 && is_self(&out[before - 2]) {
                    out[before..].iter_mut().for_each(|token| token.declares = Declares::Local);
                }
            }
            if !cursor.goto_next_sibling() {
                return;
            }
        }
    }

    fn is_interpolated(&self, node: Syntax<'_>) -> bool {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).any(|child| self.kind(child) == Kind::Interpolation)
    }
}

/// One-based.
fn number(row: usize) -> u32 {
    u32::try_from(row + 1).unwrap_or(u32::MAX)
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`.
fn is_of_tests(attribute: &str) -> bool {
    let inner = attribute.trim_start_matches("#[").trim_end_matches(']');
    let name = inner.split('(').next().unwrap_or(inner);
    name.rsplit("::").next() == Some("test") || name == "cfg" && inner.contains("(test)") || name == "rstest"
}

/// What a header begins and ends with, so that it is read once: everything in it stands as if it were outside.
fn is_guard(node: Syntax<'_>) -> bool {
    node.kind() == "preproc_ifdef"
        && node.parent().is_some_and(|parent| parent.kind() == "translation_unit")
        && node.child(0).is_some_and(|word| word.kind() == "#ifndef")
        && node.named_child(1).is_some_and(|child| {
            child.kind() == "preproc_def"
                && child.child_by_field_name("value").is_none()
                && child.child_by_field_name("name").map(|name| name.byte_range().len())
                    == node.child_by_field_name("name").map(|name| name.byte_range().len())
        })
}

/// `#define GUARD_H`, and the name itself, as the parts of a guard.
fn is_include_guard(node: Syntax<'_>) -> bool {
    node.parent().is_some_and(is_guard)
        && (node.kind() == "identifier" || node.kind() == "preproc_def" && node.child_by_field_name("value").is_none())
}

fn is_self(token: &Lexeme) -> bool {
    matches!(&*token.text, "self" | "this")
}

/// `a.b()` in grammars that have one node for it.
fn has_receiver(node: Syntax<'_>) -> bool {
    ["object", "receiver"].iter().any(|field| node.child_by_field_name(field).is_some())
}

/// Whether what stands on the left of such a node is a variable of its own.
fn binds(kind: &str) -> bool {
    kind.starts_with("for_")
        || ["range_clause", "comprehension", "if_let", "let_condition"].iter().any(|it| kind.contains(it))
}

/// A string that stands for itself as a statement.
fn is_documentation(splitter: &Splitter<'_>, node: Syntax<'_>) -> bool {
    node.kind() == "expression_statement"
        && node.named_child_count() == 1
        && node.named_child(0).is_some_and(|child| splitter.kind(child) == Kind::Text)
}

/// Commas before a closing bracket come and go with the layout, as semicolons do.
fn without_layout(tokens: Vec<Lexeme>) -> Vec<Lexeme> {
    let is = |token: &Lexeme, marks: &[&str]| token.class == Class::Mark && marks.contains(&&*token.text);
    let mut kept: Vec<Lexeme> = Vec::with_capacity(tokens.len());
    // Where brackets were opened, with the commas in each.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for token in tokens {
        if is(&token, &[";"]) || token.text.trim().is_empty() {
            continue;
        }
        if is(&token, &["(", "[", "{"]) {
            open.push((kept.len(), 0));
        } else if is(&token, &[","]) {
            open.last_mut().into_iter().for_each(|(_, commas)| *commas += 1);
        } else if is(&token, &[")", "]", "}"]) {
            let (start, commas) = open.pop().unwrap_or_default();
            // `(1,)` is a tuple: the comma says so where nothing else does; behind a name it lists arguments.
            let is_list = commas > 1
                || is(&token, &["]", "}"])
                || start.checked_sub(1).and_then(|at| kept.get(at)).is_some_and(|before| {
                    matches!(before.class, Class::Name | Class::Member) || is(before, &[")", "]", ">"])
                });
            if is_list && kept.last().is_some_and(|last| is(last, &[","])) {
                kept.pop();
            }
        }
        kept.push(token);
    }
    kept
}

/// `if TYPE_CHECKING:`, whose imports nothing runs.
fn is_for_types(tokens: &[Lexeme]) -> bool {
    let texts: Vec<&str> = tokens.iter().take(5).map(|token| &*token.text).collect();
    matches!(texts[..], ["if", "TYPE_CHECKING", ":", ..] | ["if", "typing", ".", "TYPE_CHECKING", ":"])
}

/// `__all__ = […]`, `module.exports = {…}`: says which names are seen outside.
fn is_export_list(tokens: &[Lexeme]) -> bool {
    let texts: Vec<&str> = tokens.iter().map(|token| &*token.text).collect();
    let rest = match texts[..] {
        ["__all__", "=" | "+=", ..] => &tokens[2..],
        ["module", ".", "exports", "=", ..] => &tokens[4..],
        ["export", "{" | "*", ..] => &tokens[1..],
        _ => return false,
    };
    let is_plain = |token: &Lexeme| match token.class {
        Class::Mark => matches!(
            &*token.text,
            "[" | "]" | "{" | "}" | "(" | ")" | "," | ":" | "*" | "from" | "as" | "default" | "type"
        ),
        _ => true,
    };
    rest.iter().all(is_plain)
}
