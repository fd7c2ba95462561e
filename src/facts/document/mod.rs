//! Structured files as one neutral tree whose every node knows its line.
//!
//! JSON (with comments), YAML, TOML, XML and INI each have a reader here, one file a format; whoever asks about manifests
//! or settings walks [`Node`]s and never meets a parser. Reading is bounded: nesting, aliases and node counts have limits,
//! and what can't be read is a [`Malformed`], which says where. Nothing here knows what any key means.

mod ini;
mod json;
mod node;
mod toml;
mod xml;
mod yaml;

pub use node::{Member, Node, Value};

use std::borrow::Cow;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON; comments and trailing commas are let through, as most tools that read configuration do.
    Json,
    Yaml,
    Toml,
    /// Elements become members, attributes `@name`, text beside them `#text`.
    Xml,
    /// Sections of `key = value`; a value that goes on over indented lines is a list of its lines. Also `.properties`.
    Ini,
}

/// Why a file could not be read as what it claims to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not valid {format}{}: {why}", line.map(|line| format!(" at line {line}")).unwrap_or_default())]
pub struct Malformed {
    pub format: &'static str,
    pub line: Option<u32>,
    pub why: String,
}

/// How deep a document may nest; real ones stay below 30.
const MAX_DEPTH: usize = 200;

/// How many nodes a document may have, aliases expanded.
const MAX_NODES: usize = 4_000_000;

/// Reads a file. An empty one is [`Value::Null`]; of several YAML documents the first counts (see [`read_all`]).
///
/// # Errors
/// When the bytes are not text, not of that format, or beyond the limits.
pub fn read(format: Format, bytes: &[u8]) -> Result<Node, Malformed> {
    let text = text(bytes)?;
    match format {
        Format::Json => json::read(&text),
        Format::Yaml => yaml::read_all(&text).map(|documents| documents.into_iter().next().unwrap_or_default()),
        Format::Toml => toml::read(&text),
        Format::Xml => xml::read(&text),
        Format::Ini => ini::read(&lines(bytes)?),
    }
}

/// Reads a file that may be written in either format. Where it is neither, the error is of the one that got further.
///
/// # Errors
/// As [`read`].
pub fn read_either(first: Format, second: Format, bytes: &[u8]) -> Result<Node, Malformed> {
    read(first, bytes)
        .or_else(|error| read(second, bytes).map_err(|other| if other.line > error.line { other } else { error }))
}

/// Reads a file that may hold several documents, which only YAML can.
///
/// # Errors
/// As [`read`].
pub fn read_all(format: Format, bytes: &[u8]) -> Result<Vec<Node>, Malformed> {
    match format {
        Format::Yaml => yaml::read_all(&text(bytes)?),
        _ => read(format, bytes).map(|node| vec![node]),
    }
}

impl Malformed {
    /// A line that the tool of a format which is read by lines refuses too.
    pub fn refused(format: &'static str, line: u32, why: impl Into<String>) -> Self {
        Self { format, line: Some(line), why: why.into() }
    }
}

/// The bytes as text: UTF-8 with or without a mark, or UTF-16 with one (as PowerShell's `>` writes).
///
/// # Errors
/// When they are neither.
pub fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Malformed> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map(Cow::Owned).map_err(|_| not_text("UTF-16", None))
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

/// The text of a format that is read by its lines. Such readers pass over what they don't know, so that nothing is hidden
/// by it; but a zero byte, or the marks of a merge that nobody finished, are in no format and leave two readings open.
///
/// # Errors
/// As [`text`], and where a line is none.
pub fn lines(bytes: &[u8]) -> Result<Cow<'_, str>, Malformed> {
    const MARKS: [&str; 3] = ["<<<<<<< ", ">>>>>>> ", "||||||| "];
    let text = text(bytes)?;
    let wrong = (1u32..).zip(text.lines()).find_map(|(line, written)| match written {
        written if written.contains('\0') => Some((line, "a zero byte")),
        written if MARKS.iter().any(|mark| written.starts_with(mark)) => Some((line, "a merge that was not finished")),
        _ => None,
    });
    match wrong {
        Some((line, why)) => Err(Malformed { format: "text", line: Some(line), why: why.into() }),
        None => Ok(text),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, Malformed> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        not_text("UTF-8", Some(1 + count_newlines(before)))
    })
}

fn not_text(format: &'static str, line: Option<u32>) -> Malformed {
    Malformed { format, line, why: "the bytes are not text".into() }
}

fn count_newlines(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
}

/// Where the lines of a text start, to turn byte offsets into one-based lines.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    fn at(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Format; 5] = [Format::Json, Format::Yaml, Format::Toml, Format::Xml, Format::Ini];

    #[test]
    fn utf_16_and_marks_are_text() {
        assert_eq!(text(b"\xEF\xBB\xBFa").expect("a mark"), "a");
        assert_eq!(text(b"\xFF\xFEa\0b\0").expect("little endian"), "ab");
        assert_eq!(text(b"\xFE\xFF\0a\0b").expect("big endian"), "ab");
        let error = text(b"one\ntwo \xFF").expect_err("a stray byte");
        assert_eq!((error.line, error.format), (Some(2), "UTF-8"));
    }

    #[test]
    fn an_empty_file_is_nothing_in_every_format_but_xml() {
        for format in ALL.into_iter().filter(|format| *format != Format::Xml) {
            assert_eq!(read(format, b"").expect("empty").members().count(), 0, "{format:?}");
        }
        assert!(read(Format::Xml, b"").is_err());
    }

    #[test]
    fn deep_nesting_is_refused_not_followed() {
        let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000)).into_bytes();
        assert!(read(Format::Json, &deep("[", "]")).is_err());
        assert!(read(Format::Json, &deep("{\"a\":", "}")).is_err());
        assert!(read(Format::Yaml, &deep("[", "]")).is_err());
        assert!(read(Format::Toml, format!("a = {}", "[".repeat(100_000)).as_bytes()).is_err());
        assert!(read(Format::Xml, &deep("<a>", "</a>")).is_err());
        let stairs: String = (0..5000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(read(Format::Yaml, stairs.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for format in ALL {
                let _ = read_all(format, &bytes);
            }
        }

        #[test]
        fn no_text_of_structure_makes_a_reader_panic(text in r#"([\[\]{}<>"'=:,&*!|#\-\n a-c0-9/@.]|<<: |\*a|&a |<a>|</a>|\n  ){0,80}"#) {
            for format in ALL {
                let _ = read_all(format, text.as_bytes());
            }
        }
    }
}
