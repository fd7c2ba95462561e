//! A text as words and signs, comments and descriptions left away: enough for languages made of braces.

use crate::facts::document::Malformed;

/// One word or sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub text: &'a str,
    pub line: u32,
}

/// More words than that are no hand's work.
const MOST: usize = 2_000_000;

/// Splits a text. Strings are words with their quotes; `"""` opens one that goes over lines; comments start with `mark`.
pub(super) fn split<'a>(text: &'a str, mark: &str) -> Vec<Word<'a>> {
    let mut words = Vec::new();
    let (mut rest, mut line) = (text, 1u32);
    while let Some(first) = rest.chars().next() {
        if words.len() > MOST {
            break;
        }
        let length = if rest.starts_with(mark) {
            rest.find('\n').unwrap_or(rest.len())
        } else if mark == "//" && rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if let Some(inside) = rest.strip_prefix("\"\"\"") {
            inside.find("\"\"\"").map_or(rest.len(), |at| at + 6)
        } else if first == '"' || first == '\'' {
            quoted(rest, first)
        } else if is_part(first) {
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            words.push(Word { text: &rest[..length], line });
            length
        } else {
            if !first.is_whitespace() {
                words.push(Word { text: &rest[..first.len_utf8()], line });
            }
            first.len_utf8()
        };
        line = line.saturating_add(u32::try_from(rest[..length].matches('\n').count()).unwrap_or(u32::MAX));
        rest = &rest[length..];
    }
    words
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// The length of a string literal that ends on its line.
fn quoted(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == mark => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Whether every brace that opens is closed, and none is closed that was not opened.
///
/// # Errors
/// At the first that isn't.
pub(super) fn closed(words: &[Word<'_>], format: &'static str) -> Result<(), Malformed> {
    let mut open = Vec::new();
    for word in words {
        match word.text {
            "{" => open.push(word.line),
            "}" if open.pop().is_none() => {
                return Err(Malformed::refused(format, word.line, "a brace closes what was not opened"));
            }
            _ => {}
        }
    }
    match open.first() {
        Some(line) => Err(Malformed::refused(format, *line, "a brace is not closed")),
        None => Ok(()),
    }
}

/// The position behind the sign that closes what opens at `at`.
pub(super) fn behind(words: &[Word<'_>], at: usize, open: &str, close: &str) -> usize {
    let mut depth = 0usize;
    for (index, word) in words.iter().enumerate().skip(at) {
        if word.text == open {
            depth += 1;
        } else if word.text == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return index + 1;
            }
        }
    }
    words.len()
}
