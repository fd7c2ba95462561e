//! What others rely on, as descriptions of interfaces say it: operations, messages, fields, types.
//!
//! One format is one file here, a function from bytes to a flat [`Surface`]. Nothing here knows which change breaks whom.

mod avro;
mod graphql;
mod json_schema;
mod limits;
mod openapi;
mod protobuf;
pub mod symbols;
mod words;

use std::collections::BTreeMap;

use super::document::Malformed;
use crate::RepoPath;

/// How a contract is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    OpenApi,
    Protobuf,
    GraphQl,
    JsonSchema,
    Avro,
    /// Public names of program code.
    Symbols,
}

impl Format {
    /// The word a policy uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenApi => "openapi",
            Self::Protobuf => "protobuf",
            Self::GraphQl => "graphql",
            Self::JsonSchema => "json-schema",
            Self::Avro => "avro",
            Self::Symbols => "symbols",
        }
    }
}

/// Everything a contract offers, by a name people know it by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surface {
    pub elements: BTreeMap<String, Element>,
    /// Numbers that may not be used again, as `Message 3`.
    pub reserved: Vec<String>,
    /// Old names that something still answers to, and its name now.
    pub aliases: BTreeMap<String, String>,
}

/// One thing that a caller can use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub line: u32,
    /// The element it belongs to, which says enough where it is gone as a whole.
    pub parent: Option<String>,
    pub use_: Use,
    /// Its type as written.
    pub shape: String,
    /// Protobuf's number.
    pub number: Option<i64>,
    /// Callers must give it, or may count on it.
    pub is_required: bool,
    /// What its values are held to: `maxLength`, `pattern`.
    pub limits: Vec<Limit>,
}

/// A keyword that narrows which values are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub line: u32,
    pub keyword: String,
    pub value: String,
}

/// Who gives and who takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Use {
    /// A thing with a name: an operation, a message, a type.
    #[default]
    Named,
    /// Callers give it.
    Input,
    /// Callers get it.
    Output,
    /// Either.
    Both,
}

/// Reads a contract; `None` where the file is none.
pub fn read(path: &RepoPath, bytes: &[u8]) -> Option<(Format, Result<Surface, Malformed>)> {
    match path.extension()? {
        b"proto" => Some((Format::Protobuf, protobuf::read(bytes))),
        b"graphql" | b"graphqls" | b"gql" => Some((Format::GraphQl, graphql::read(bytes))),
        b"yaml" | b"yml" | b"json" if openapi::is(bytes) => Some((Format::OpenApi, openapi::read(bytes))),
        b"avsc" => Some((Format::Avro, avro::read(bytes))),
        b"yaml" | b"yml" | b"json" if json_schema::is(path, bytes) => {
            Some((Format::JsonSchema, json_schema::read(path, bytes)))
        }
        _ => None,
    }
}

impl Surface {
    fn add(&mut self, name: String, element: Element) {
        self.elements.entry(name).or_insert(element);
    }
}
