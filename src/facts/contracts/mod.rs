//! What others rely on, as descriptions of interfaces say it: operations, messages, fields, types.
//!
//! One format is one file here, a function from bytes to a flat [`Surface`]. Nothing here knows which change breaks whom.

mod graphql;
mod openapi;
mod protobuf;
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
}

impl Format {
    /// The word a policy uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenApi => "openapi",
            Self::Protobuf => "protobuf",
            Self::GraphQl => "graphql",
        }
    }
}

/// Everything a contract offers, by a name people know it by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surface {
    pub elements: BTreeMap<String, Element>,
    /// Numbers that may not be used again, as `Message 3`.
    pub reserved: Vec<String>,
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
        _ => None,
    }
}

impl Surface {
    fn add(&mut self, name: String, element: Element) {
        self.elements.entry(name).or_insert(element);
    }
}
