//! Both sides of a changed file: what the branch left alone is parsed once.

use std::ops::Range;

use tree_sitter::{InputEdit, Point, Tree};

use super::Language;
use super::exports::Exports;
use super::items::Item;
use super::parse::{Parsed, Unparsed};

/// A run of lines that differ: zero-based, half open, on the base and on the head.
pub type ChangedLines = (Range<usize>, Range<usize>);

/// What was read of the base and of the head.
pub type Both<T> = (Result<T, Unparsed>, Result<T, Unparsed>);

impl Language {
    /// Reads both sides of a file of which only these lines differ.
    pub fn parse_both(&self, base: &[u8], head: &[u8], changed: &[ChangedLines]) -> Both<Parsed> {
        self.read_both(base, head, changed, |text, tree| self.understood(text, tree))
    }

    /// The same, with the items that stand in each side.
    pub fn parse_both_with_items(
        &self,
        base: &[u8],
        head: &[u8],
        changed: &[ChangedLines],
    ) -> Both<(Parsed, Vec<Item>)> {
        self.read_both(base, head, changed, |text, tree| self.understood_with_items(text, tree))
    }

    /// What both sides of a file offer to others, where only these lines differ.
    pub fn exports_both(&self, base: &[u8], head: &[u8], changed: &[ChangedLines]) -> Both<Exports> {
        self.read_both(base, head, changed, |text, tree| Ok(self.exports_of(text, &tree)))
    }

    /// The head is parsed from the base's tree on, where the grammar does not stumble.
    fn read_both<T: Send>(
        &self,
        base: &[u8],
        head: &[u8],
        changed: &[ChangedLines],
        read: impl Fn(&str, Tree) -> Result<T, Unparsed> + Sync,
    ) -> Both<T> {
        let alone = |source: &[u8]| {
            let text = std::str::from_utf8(source).map_err(|_| Unparsed::Encoding)?;
            read(text, self.syntax_tree(text)?)
        };
        let apart = || rayon::join(|| alone(base), || alone(head));
        let (Ok(before), Ok(after)) = (std::str::from_utf8(base), std::str::from_utf8(head)) else { return apart() };
        let Some(edits) = edits(base, head, changed) else { return apart() };
        let tree = match self.syntax_tree(before) {
            Ok(tree) if !tree.root_node().has_error() => tree,
            Ok(tree) => return rayon::join(|| read(before, tree), || alone(head)),
            Err(error) => return (Err(error), alone(head)),
        };
        let mut edited = tree.clone();
        // From the end, so that the places of those before hold.
        edits.iter().rev().for_each(|edit| edited.edit(edit));
        rayon::join(|| read(before, tree), || read(after, self.syntax_tree_after(&edited, after)?))
    }
}

/// Whether everything outside of these lines is the same on both sides.
pub fn tells_all(base: &[u8], head: &[u8], changed: &[ChangedLines]) -> bool {
    edits(base, head, changed).is_some()
}

/// The changes as the parser wants them; `None` where parsing anew is as fast, or where the lines don't tell it all.
fn edits(base: &[u8], head: &[u8], changed: &[ChangedLines]) -> Option<Vec<InputEdit>> {
    let (base_lines, head_lines) = (starts(base), starts(head));
    let bytes = |starts: &[usize], lines: &Range<usize>| Some(*starts.get(lines.start)?..*starts.get(lines.end)?);
    let (mut edits, mut kept_from, mut new_bytes) = (Vec::with_capacity(changed.len()), (0, 0), 0);
    for (old, new) in changed {
        let (old_bytes, new_range) = (bytes(&base_lines, old)?, bytes(&head_lines, new)?);
        if base.get(kept_from.0..old_bytes.start)? != head.get(kept_from.1..new_range.start)? {
            return None;
        }
        kept_from = (old_bytes.end, new_range.end);
        new_bytes += new_range.len();
        edits.push(InputEdit {
            start_byte: old_bytes.start,
            old_end_byte: old_bytes.end,
            new_end_byte: old_bytes.start + new_range.len(),
            start_position: Point::new(old.start, 0),
            old_end_position: end(base, &base_lines, old.end),
            new_end_position: {
                let end = end(head, &head_lines, new.end);
                Point::new(old.start + end.row.saturating_sub(new.start), end.column)
            },
        });
    }
    let rest_is_kept = base.get(kept_from.0..)? == head.get(kept_from.1..)?;
    (rest_is_kept && new_bytes <= head.len() / 2).then_some(edits)
}

/// Where each line starts, and the end of the text.
fn starts(text: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    starts.extend(memchr::memchr_iter(b'\n', text).map(|at| at + 1));
    if starts.last() != Some(&text.len()) {
        starts.push(text.len());
    }
    starts
}

/// The position at which a line starts; of the line after the last, where the text ends.
fn end(text: &[u8], starts: &[usize], line: usize) -> Point {
    let is_past_an_open_line = line > 0 && starts.get(line) == Some(&text.len()) && !text.ends_with(b"\n");
    if is_past_an_open_line { Point::new(line - 1, text.len() - starts[line - 1]) } else { Point::new(line, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::by_name;

    const BASE: &str = "import a\n\ndef test_a():\n    assert a() == 1\n\ndef test_b():\n    assert b() == 2\n";

    /// What is read of both sides together and of each alone.
    fn same(base: &str, head: &str, changed: &[ChangedLines]) -> bool {
        let language = by_name("python").expect("built with Python");
        let (before, after) = language.parse_both(base.as_bytes(), head.as_bytes(), changed);
        let said = |parsed: Result<Parsed, Unparsed>| {
            parsed.map(|parsed| format!("{:?} {:?}", parsed.root, parsed.unread)).ok()
        };
        let anew = |text: &str| language.understood(text, language.parsed(None, text)?);
        said(before) == said(anew(base)) && said(after) == said(anew(head))
    }

    #[test]
    fn the_head_reads_as_if_it_were_read_alone() {
        assert!(same(BASE, &BASE.replace("== 1", "> 1"), &[(3..4, 3..4)]), "one line");
        let grown = BASE.replace("import a\n", "import a\nimport b\n").replace("== 2\n", "== 3\n    assert c()\n");
        assert!(same(BASE, &grown, &[(1..1, 1..2), (6..7, 7..9)]), "two hunks");
        assert!(same(BASE, BASE.trim_end(), &[(6..7, 6..7)]), "without the last line break");
        assert!(same(BASE.trim_end(), BASE, &[(6..7, 6..7)]), "with it again");
        assert!(same(BASE, &BASE.replace("    assert a() == 1\n", ""), &[(3..4, 3..3)]), "a line less");
        assert!(same(BASE, &BASE.replace("def test_b():\n", "def test_b(:\n"), &[(5..6, 5..6)]), "an error");
        assert!(same(&BASE.replace("def test_b():\n", "def test_b(:\n"), BASE, &[(5..6, 5..6)]), "an error mended");
    }

    #[test]
    fn lines_that_do_not_tell_it_all_are_not_believed() {
        let head = BASE.replace("== 1", "> 1").replace("== 2", "> 2");
        assert!(same(BASE, &head, &[(3..4, 3..4)]));
        assert!(same(BASE, &head, &[(3..4, 3..90)]));
        assert!(edits(BASE.as_bytes(), head.as_bytes(), &[(3..4, 3..4)]).is_none());
    }
}
