//! Characters on added lines that a reader does not see, or takes for others.
//!
//! What honest text needs is left out here: joiners inside emoji and in scripts that use them, direction marks around
//! right-to-left text, a byte order mark at the start of a file.

mod characters;

use rayon::prelude::*;

use super::lexical::{self, Kind, Span};
use super::text::{ChangedText, Lines};
use crate::change::{ChangeSet, FileChange, Role};
use crate::{RepoPath, Side};

pub use characters::Sort;

/// What one added line hides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    pub path: RepoPath,
    pub role: Role,
    pub line: u32,
    /// The line with what is hidden spelled out, as in `a\u{202e}b`.
    pub shown: String,
    pub what: What,
    /// Whether it stands in a string or a comment, as far as the language's syntax is known.
    pub in_text: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Character {
        sort: Sort,
        code: u32,
        /// How many of that sort the line has.
        count: usize,
    },
    /// A word with letters of another script that look like its own.
    Lookalike { word: String, reads_as: String },
}

/// Everything hidden that the branch added and did not merely move or edit around, by path and line.
pub fn added(change: &ChangeSet) -> Vec<Hidden> {
    change.files.par_iter().flat_map_iter(|file| in_file(change, file)).collect()
}

fn in_file(change: &ChangeSet, file: &FileChange) -> Vec<Hidden> {
    let Some(text) = ChangedText::read(change, file) else { return Vec::new() };
    let head = text.lines(Side::Head);
    // Nearly every file is plain: one look at its added bytes settles that.
    let is_suspect = |run: &str| {
        run.bytes().any(|byte| !byte.is_ascii() || (byte < b' ' && !b"\t\n\r\x0c".contains(&byte)) || byte == 0x7f)
            || characters::has_lone_return(run)
    };
    if !text.hunks.iter().any(|hunk| is_suspect(head.run(hunk.head_start, hunk.head_count))) {
        return Vec::new();
    }
    let base = text.lines(Side::Base);
    let spans = lexical::syntax(file.path()).map(|syntax| lexical::spans(head.text(), syntax)).unwrap_or_default();
    let mut found = Vec::new();
    for hunk in text.hunks {
        let before = (hunk.base_start..).take(hunk.base_count as usize);
        let mut had: Vec<What> = before.flat_map(|line| on_line(base.line(line), line == 1)).collect();
        for line in (hunk.head_start..).take(hunk.head_count as usize) {
            for what in on_line(head.line(line), line == 1) {
                match had.iter().position(|old| old.is_like(&what)) {
                    Some(at) => drop(had.remove(at)),
                    None => found.push(hidden(file, &head, &spans, line, what)),
                }
            }
        }
    }
    found
}

impl What {
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Character { sort: a, .. }, Self::Character { sort: b, .. }) => a == b,
            (Self::Lookalike { word: a, .. }, Self::Lookalike { word: b, .. }) => a == b,
            _ => false,
        }
    }
}

fn hidden(file: &FileChange, head: &Lines<'_>, spans: &[Span], line: u32, what: What) -> Hidden {
    let text = head.line(line);
    let at = head.start(line) + characters::offset(text, &what, line == 1);
    let index = spans.partition_point(|span| span.range.end <= at);
    let in_text = spans
        .get(index)
        .is_some_and(|span| span.range.contains(&at) && matches!(span.kind, Kind::Text | Kind::Comment));
    Hidden { path: file.path().clone(), role: file.role, line, shown: characters::spelled(text), what, in_text }
}

/// What a line hides: at most one of each sort, and every lookalike word.
pub fn on_line(line: &str, is_first: bool) -> Vec<What> {
    if line.is_ascii() && !line.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return Vec::new();
    }
    let mut found: Vec<What> = Vec::new();
    for (sort, code) in characters::hidden(line, is_first) {
        match found.iter_mut().find(|what| matches!(what, What::Character { sort: other, .. } if *other == sort)) {
            Some(What::Character { count, .. }) => *count += 1,
            _ => found.push(What::Character { sort, code, count: 1 }),
        }
    }
    found.extend(characters::lookalikes(line).map(|(word, reads_as)| What::Lookalike { word, reads_as }));
    found
}

#[cfg(test)]
mod tests;
