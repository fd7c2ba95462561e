//! Tells comments and strings from code, line by line and without a grammar.
//!
//! Good enough to ask whether a word stands in a comment, for every language with a row in `table`. It does not nest
//! templates (code inside a string's `${…}` counts as string), and a regular expression literal is only recognised
//! where an operand is expected. Where the languages' trees are read anyway, ask them instead.

mod table;

use std::ops::Range;

use table::Heredocs;
pub use table::{Syntax, syntax};

/// What a stretch of text is; everything between spans is code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Comment,
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub kind: Kind,
    /// Bytes, delimiters included.
    pub range: Range<usize>,
}

/// How a string is written.
#[derive(Clone, Copy, Debug)]
pub struct Quote {
    pub open: &'static str,
    pub close: &'static str,
    /// Whether a backslash takes the next character's meaning away.
    pub escapes: bool,
    pub lines: Reach,
}

/// How far a string may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A character literal: it closes within a few bytes or was none (a lifetime, an apostrophe).
    Character,
    /// To the end of its line, whatever is missing.
    Line,
    File,
}

/// Comments and strings of a text, in order, not overlapping.
pub fn spans(text: &str, syntax: &Syntax) -> Vec<Span> {
    let openers = openers(syntax);
    Scanner { bytes: text.as_bytes(), syntax, openers, at: 0, before: b'\n', heredocs: Vec::new(), spans: Vec::new() }
        .run()
}

/// The bytes that can start anything but code: nearly all others are passed over with one look.
fn openers(syntax: &Syntax) -> [bool; 256] {
    let mut openers = [false; 256];
    let written = syntax.blocks.iter().map(|(open, _)| *open).chain(syntax.line.iter().copied());
    for open in written.chain(syntax.quotes.iter().map(|quote| quote.open)) {
        openers[usize::from(open.as_bytes().first().copied().unwrap_or_default())] = true;
    }
    openers[usize::from(b'<')] |= syntax.heredocs != Heredocs::None;
    openers[usize::from(b'r')] |= syntax.raw_hashes;
    openers[usize::from(b'R')] |= syntax.raw_parentheses;
    openers[usize::from(b'/')] |= syntax.regexes;
    openers
}

/// The parts of a line of one kind, or of its code (`None`), each replaced elsewhere by spaces so that columns hold.
pub fn masked(text: &str, line: Range<usize>, spans: &[Span], keep: Option<Kind>) -> String {
    let mut masked: Vec<u8> = text.as_bytes()[line.clone()].to_vec();
    let mut blank = |range: Range<usize>| {
        for at in range.start.max(line.start)..range.end.min(line.end) {
            masked[at - line.start] = b' ';
        }
    };
    let first = spans.partition_point(|span| span.range.end <= line.start);
    let mut code_from = line.start;
    for span in spans[first..].iter().take_while(|span| span.range.start < line.end) {
        if keep.is_some() {
            blank(code_from..span.range.start);
        }
        if keep != Some(span.kind) {
            blank(span.range.clone());
        }
        code_from = span.range.end;
    }
    if keep.is_some() {
        blank(code_from..line.end);
    }
    String::from_utf8_lossy(&masked).into_owned()
}

struct Scanner<'a> {
    bytes: &'a [u8],
    syntax: &'a Syntax,
    openers: [bool; 256],
    at: usize,
    /// The last byte of code that was no blank; a line feed at the start of the text.
    before: u8,
    /// Words that end the here-documents begun on this line.
    heredocs: Vec<String>,
    spans: Vec<Span>,
}

/// Longest character literal: `'\u{10ffff}'`.
const CHARACTER: usize = 12;

impl Scanner<'_> {
    fn run(mut self) -> Vec<Span> {
        while self.at < self.bytes.len() {
            let opens = self.openers[usize::from(self.bytes[self.at])];
            if !opens || !self.comment() && !self.heredoc() && !self.raw() && !self.string() && !self.regex() {
                self.code();
            }
        }
        self.spans
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn code(&mut self) {
        let byte = self.bytes[self.at];
        self.at += 1;
        if byte == b'\n' {
            for word in std::mem::take(&mut self.heredocs) {
                self.skip_heredoc(&word);
            }
        } else if !byte.is_ascii_whitespace() {
            self.before = byte;
        }
    }

    fn push(&mut self, kind: Kind, end: usize) {
        self.spans.push(Span { kind, range: self.at..end });
        self.at = end;
    }

    /// The end of what closes at `close`, from `from` on; the text's end if it never does.
    fn find(&self, close: &str, from: usize) -> usize {
        position(&self.bytes[from.min(self.bytes.len())..], close.as_bytes())
            .map_or(self.bytes.len(), |at| from + at + close.len())
    }

    fn line_end(&self, from: usize) -> usize {
        self.bytes[from..].iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |at| from + at)
    }

    fn comment(&mut self) -> bool {
        if let Some((open, close)) = self.syntax.blocks.iter().find(|(open, _)| self.opens(open)) {
            let end =
                if self.syntax.nested { self.nested(open, close) } else { self.find(close, self.at + open.len()) };
            self.push(Kind::Comment, end);
            return true;
        }
        let Some(leader) = self.syntax.line.iter().find(|leader| self.rest().starts_with(leader.as_bytes())) else {
            return false;
        };
        let apart = self.at == 0
            || self.bytes[self.at - 1].is_ascii_whitespace()
            || b";(){}".contains(&self.bytes[self.at - 1]);
        if self.syntax.leader_apart && !apart {
            return false;
        }
        let end = self.line_end(self.at + leader.len());
        self.push(Kind::Comment, end);
        true
    }

    fn opens(&self, open: &str) -> bool {
        let at_line_start = || self.at == 0 || self.bytes[self.at - 1] == b'\n';
        self.rest().starts_with(open.as_bytes()) && (!open.starts_with('=') || at_line_start())
    }

    fn nested(&self, open: &str, close: &str) -> usize {
        let (mut depth, mut at) = (1usize, self.at + open.len());
        while depth > 0 && at < self.bytes.len() {
            let rest = &self.bytes[at..];
            if rest.starts_with(close.as_bytes()) {
                (depth, at) = (depth - 1, at + close.len());
            } else if rest.starts_with(open.as_bytes()) {
                (depth, at) = (depth + 1, at + open.len());
            } else {
                at += 1;
            }
        }
        at
    }

    /// `<<~WORD`: the lines up to that word are text.
    fn heredoc(&mut self) -> bool {
        let Some(rest) = self.rest().strip_prefix(b"<<").filter(|_| self.syntax.heredocs != Heredocs::None) else {
            return false;
        };
        let rest = rest.strip_prefix(b"<").unwrap_or(rest);
        let rest = rest.strip_prefix(b"~").or(rest.strip_prefix(b"-")).unwrap_or(rest);
        let rest = rest.strip_prefix(b" ").filter(|_| self.syntax.heredocs == Heredocs::Spaced).unwrap_or(rest);
        let quote = rest.first().copied().filter(|byte| b"'\"`".contains(byte));
        let rest = &rest[usize::from(quote.is_some())..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let is_word = rest
            .first()
            .is_some_and(|byte| byte.is_ascii_uppercase() || (quote.is_some() && byte.is_ascii_alphabetic()));
        if !is_word {
            return false;
        }
        let word = String::from_utf8_lossy(&rest[..length]).into_owned();
        let end = self.bytes.len() - rest.len() + length + usize::from(quote.is_some_and(|_| rest.len() > length));
        self.heredocs.push(word);
        self.at = end;
        self.before = b'"';
        true
    }

    fn skip_heredoc(&mut self, word: &str) {
        let mut end = self.at;
        while end < self.bytes.len() {
            let next = self.line_end(end);
            let line = String::from_utf8_lossy(&self.bytes[end..next]);
            end = (next + 1).min(self.bytes.len());
            if line.trim().trim_end_matches([';', ',', ')']) == word {
                break;
            }
        }
        if end > self.at {
            self.push(Kind::Text, end);
        }
    }

    /// Rust's `r#"…"#` and C++'s `R"x(…)x"`.
    fn raw(&mut self) -> bool {
        let starts_word =
            self.at == 0 || !self.bytes[self.at - 1].is_ascii_alphanumeric() || self.bytes[self.at - 1] == b'b';
        let close = match self.rest() {
            [b'r', rest @ ..] if self.syntax.raw_hashes && starts_word => {
                let hashes = rest.iter().take_while(|byte| **byte == b'#').count();
                (rest.get(hashes) == Some(&b'"')).then(|| (hashes + 2, format!("\"{}", "#".repeat(hashes))))
            }
            [b'R', b'"', rest @ ..] if self.syntax.raw_parentheses && starts_word => {
                let name = rest.iter().take(17).position(|byte| *byte == b'(');
                name.map(|length| (length + 3, format!("){}\"", String::from_utf8_lossy(&rest[..length]))))
            }
            _ => None,
        };
        let Some((open, close)) = close else { return false };
        let end = self.find(&close, self.at + open);
        self.push(Kind::Text, end);
        self.before = b'"';
        true
    }

    fn string(&mut self) -> bool {
        let Some(quote) = self.syntax.quotes.iter().find(|quote| self.rest().starts_with(quote.open.as_bytes())) else {
            return false;
        };
        let Some(end) = self.closed(quote) else { return false };
        let documents = self.syntax.docstrings && quote.lines == Reach::File && matches!(self.before, b':' | b'\n');
        self.push(if documents { Kind::Comment } else { Kind::Text }, end);
        self.before = b'"';
        true
    }

    fn closed(&self, quote: &Quote) -> Option<usize> {
        let start = self.at + quote.open.len();
        let mut at = start;
        while at < self.bytes.len() {
            let byte = self.bytes[at];
            if byte == b'\\' && quote.escapes {
                at += 2;
            } else if quote.close.as_bytes().first() == Some(&byte)
                && self.bytes[at..].starts_with(quote.close.as_bytes())
            {
                let end = at + quote.close.len();
                return (quote.lines != Reach::Character || at - start <= CHARACTER && at > start).then_some(end);
            } else if (byte == b'\n' && quote.lines != Reach::File)
                || (quote.lines == Reach::Character && at - start > CHARACTER)
            {
                return (quote.lines == Reach::Line).then_some(at);
            } else {
                at += 1;
            }
        }
        (quote.lines != Reach::Character).then_some(self.bytes.len())
    }

    /// `/…/` where an operand is expected, so that what is quoted in it opens nothing.
    fn regex(&mut self) -> bool {
        if !self.syntax.regexes || self.bytes[self.at] != b'/' || !b"\n(,=:[!&|?{};+~".contains(&self.before) {
            return false;
        }
        let (mut at, mut class) = (self.at + 1, false);
        while at < self.bytes.len() && self.bytes[at] != b'\n' {
            match self.bytes[at] {
                b'\\' => at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => {
                    self.push(Kind::Text, at + 1);
                    self.before = b'"';
                    return true;
                }
                _ => {}
            }
            at += 1;
        }
        false
    }
}

fn position(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests;
