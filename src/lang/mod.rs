//! Languages: a tree-sitter grammar and a data file each, lowered to one neutral tree.
//!
//! # How to add a language
//!
//! 1. `Cargo.toml`: the grammar as an optional dependency and a feature `lang-<name>` in `default`.
//! 2. `data/<name>.toml`: `[nodes]` says what each grammar node is ([`Kind`]; the grammar's `node-types.json` lists them),
//!    `[fields]` corrects a field's [`Role`] where the language uses a name unusually (`lower::common_role` has the usual
//!    ones), `[tests]` is the vocabulary of its test frameworks.
//! 3. One entry in `registry` below. A hook in a module of its own only for what data can't say (`rust.rs` re-reads macro
//!    arguments).
//! 4. Cases in both directions under `tests/cases/<rule>/`.
//!
//! `AGENTGATE_OUTLINE=file cargo test --test it outline -- --nocapture` prints what a file becomes ([`outline`]), and the cases
//! and checks that were read in it. Lower to the shapes the rest reads: an assertion statement
//! is a `call`, a declaration with a value an `assign`, `x as y` in a `with` an `assign`, attributes are folded into the
//! definition they stand before. Names of nodes that the grammar doesn't have fail a unit test here.
//!
//! # How to add a framework
//!
//! Rows in the `[tests]` tables of its language; `facts::tests::vocabulary` documents the words.

mod both;
#[cfg(any(feature = "lang-c", feature = "lang-cpp"))]
mod cpp;
#[cfg(feature = "lang-csharp")]
mod csharp;
mod data;
#[cfg(feature = "lang-elixir")]
mod elixir;
mod exports;
#[cfg(feature = "lang-go")]
mod go;
mod items;
#[cfg(feature = "lang-kotlin")]
mod kotlin;
mod lower;
mod node;
mod parse;
#[cfg(feature = "lang-php")]
mod php;
mod pieces;
mod registry;
#[cfg(feature = "lang-ruby")]
mod ruby;
#[cfg(feature = "lang-rust")]
mod rust;
#[cfg(feature = "lang-scala")]
mod scala;
mod shape;
#[cfg(feature = "lang-swift")]
mod swift;
mod trees;

pub use both::{ChangedLines, tells_all};
pub use data::{Data, Helpers, Syntax, Tests};
pub use exports::{Export, Exports, Parameter, PassedOn};
pub use items::{Item, for_tests};
pub use node::{Kind, Node, Role, Span};
pub use parse::{Parsed, SIZE_LIMIT, Token, Unparsed};
pub use pieces::{Class, Declares, Lexeme, Piece};
pub use registry::{all, by_name, of};

use hashbrown::HashMap;

/// A grammar with its tables.
pub struct Language {
    pub name: &'static str,
    /// Position in the registry.
    pub index: usize,
    grammar: tree_sitter::Language,
    /// By the grammar's node number.
    kinds: Vec<Kind>,
    /// By the grammar's node and field numbers.
    roles: HashMap<(u16, u16), Role>,
    /// What data can't say: may turn a grammar node into a neutral one itself.
    reshape: Reshape,
    /// Why a text must not be given to this grammar.
    refuses: fn(&str) -> Option<&'static str>,
    /// The same text, byte for byte as long, without what is known to confuse the grammar.
    respell: fn(&str) -> Option<String>,
    pub syntax: Syntax,
    pub tests: Tests,
    pub helpers: Helpers,
}

impl Language {
    /// The grammar itself, for whoever measures it.
    pub fn grammar(&self) -> &tree_sitter::Language {
        &self.grammar
    }
}

/// Looks at a grammar node before the tables do.
type Reshape = fn(&mut lower::Lowering<'_>, tree_sitter::Node<'_>) -> Option<Node>;

/// The neutral tree in indented text, for whoever writes a data file.
pub fn outline(node: &Node) -> String {
    fn write(node: &Node, role: Role, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        text.push_str(&format!("{indent}{role:?} {:?} {:?} @{}\n", node.kind, node.text, node.span.line));
        for (role, child) in &node.children {
            write(child, *role, depth + 1, text);
        }
    }
    let mut text = String::new();
    write(node, Role::Item, 0, &mut text);
    text
}
