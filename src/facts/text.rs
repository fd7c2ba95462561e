//! Changed files as lines: which the branch added, which it took away.
//!
//! Bytes that are no UTF-8 read as U+FFFD, which keeps every line where it is; `unread` reports such files.

use std::borrow::Cow;

use crate::change::{Bytes, ChangeSet, FileChange, Hunk};
use crate::{RepoPath, Side};

/// A changed text file whose head exists.
pub struct ChangedText<'a> {
    pub file: &'a FileChange,
    pub hunks: &'a [Hunk],
    base: Bytes,
    head: Bytes,
}

impl<'a> ChangedText<'a> {
    /// Both sides of a file that has a head and gained lines; `None` for everything else, binary and unreadable files among it.
    pub fn read(change: &'a ChangeSet, file: &'a FileChange) -> Option<Self> {
        file.head.as_ref()?;
        let hunks = change.hunks(file).ok()?;
        if hunks.iter().all(|hunk| hunk.head_count == 0) {
            return None;
        }
        let side = |side| change.content(file, side).transpose().ok().map(Option::unwrap_or_default);
        Some(Self { file, hunks, base: side(Side::Base)?, head: side(Side::Head)? })
    }

    pub fn path(&self) -> &RepoPath {
        self.file.path()
    }

    pub fn lines(&self, side: Side) -> Lines<'_> {
        match side {
            Side::Base => Lines::of(&self.base),
            Side::Head => Lines::of(&self.head),
        }
    }
}

/// A text by lines, one-based.
pub struct Lines<'a> {
    text: Cow<'a, str>,
    /// Where each line starts, and the end.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        Self { text, starts }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a line starts in the text; the text's end for a line that isn't there.
    pub fn start(&self, line: u32) -> usize {
        let index = (line as usize).saturating_sub(1);
        self.starts.get(index).copied().unwrap_or(self.text.len())
    }

    /// A line without its line feed; empty where there is none.
    pub fn line(&self, line: u32) -> &str {
        self.text[self.start(line)..self.start(line.saturating_add(1))].trim_end_matches('\n')
    }

    /// Several lines as one text.
    pub fn run(&self, first: u32, count: u32) -> &str {
        if count == 0 {
            return "";
        }
        &self.text[self.start(first)..self.start(first.saturating_add(count))]
    }

    /// The line that a byte of the text is in.
    pub fn number(&self, at: usize) -> u32 {
        self.starts.partition_point(|start| *start <= at) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_git_counts_them() {
        let lines = Lines::of(b"a\nb\xff\r\n\nlast");
        assert_eq!((lines.line(1), lines.line(2), lines.line(3), lines.line(4)), ("a", "b\u{fffd}\r", "", "last"));
        assert_eq!((lines.line(5), lines.line(0)), ("", ""));
        assert_eq!(lines.run(1, 2), "a\nb\u{fffd}\r\n");
        assert_eq!(lines.run(4, 9), "last");
        assert_eq!(
            (lines.number(0), lines.number(1), lines.number(2), lines.number(lines.text().len() - 1)),
            (1, 1, 2, 4)
        );
        assert_eq!(Lines::of(b"").line(1), "");
        assert_eq!(Lines::of(b"a\n").line(2), "");
    }
}
