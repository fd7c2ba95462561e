//! What a file offers to others' code: functions, types, values and members that are public in its language, and what it
//! passes on from elsewhere.
//!
//! Read from the grammar's own tree, because the neutral one keeps what a test means and drops visibility and types.
//! `data/exports.toml` says which nodes declare what and how a language marks visibility; a file here says what a table
//! can't: Elixir's macros, JavaScript's export lists, sections of Ruby and C++.

mod elixir;
mod javascript;
mod passed_on;
mod signature;
mod table;
mod visibility;
mod walk;

use std::collections::BTreeSet;

use tree_sitter::Tree;

use super::{Language, Unparsed};

/// A file's offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    pub offered: Vec<Export>,
    /// What is declared and not offered.
    pub hidden: BTreeSet<String>,
    /// What is offered and declared elsewhere.
    pub passed_on: Vec<PassedOn>,
    /// Rust's `mod a;` with its visibility.
    pub modules: Vec<(String, bool)>,
    /// The package or namespace that the file names.
    pub package: Option<String>,
}

/// One thing that others can use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// With the types and namespaces it is in: `Invoice.total`.
    pub name: String,
    /// The type it is a member of.
    pub parent: Option<String>,
    pub line: u32,
    /// Of a function.
    pub parameters: Option<Vec<Parameter>>,
    /// The declared type of a value, the result of a function.
    pub shape: Option<String>,
    /// Whoever implements the type has to write it.
    pub is_demanded: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub shape: Option<String>,
    /// Callers may leave it out.
    pub is_optional: bool,
    /// It takes all that is left.
    pub is_rest: bool,
    /// Callers name it.
    pub is_named: bool,
}

/// `pub use a::B as C`, `export { B as C } from "./a"`, `from .a import B as C`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOn {
    /// As written: a path of modules, a file.
    pub from: String,
    /// The name there; `None` for everything.
    pub name: Option<String>,
    /// The name here.
    pub alias: Option<String>,
    pub line: u32,
}

impl Language {
    /// What a file offers to others; nothing for languages whose visibility is not known here.
    ///
    /// # Errors
    /// When the file can't be parsed.
    pub fn exports(&self, source: &[u8]) -> Result<Exports, Unparsed> {
        let text = std::str::from_utf8(source).map_err(|_| Unparsed::Encoding)?;
        Ok(self.exports_of(text, &self.syntax_tree(text)?))
    }

    pub(super) fn exports_of(&self, text: &str, tree: &Tree) -> Exports {
        match table::of(self.name) {
            _ if self.name == "elixir" => elixir::exports(tree.root_node(), text),
            Some(table) => walk::exports(self.name, table, tree.root_node(), text),
            None => Exports::default(),
        }
    }
}

#[cfg(test)]
mod tests;
