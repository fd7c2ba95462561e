//! Line hunks between two blobs.

use crate::LineRange;
use crate::git::diff_lines;

/// One run of changed lines, as in `@@ -base +head @@` without context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// One-based first line in the base; for a pure insertion the line before it.
    pub base_start: u32,
    pub base_count: u32,
    /// One-based first line in the head; for a pure deletion the line before it.
    pub head_start: u32,
    pub head_count: u32,
}

impl Hunk {
    pub fn base_lines(&self) -> Option<LineRange> {
        (self.base_count > 0).then(|| LineRange::new(self.base_start, self.base_start + self.base_count - 1))
    }

    pub fn head_lines(&self) -> Option<LineRange> {
        (self.head_count > 0).then(|| LineRange::new(self.head_start, self.head_start + self.head_count - 1))
    }
}

/// How two contents differ, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineDiff {
    /// Empty for binary contents.
    pub hunks: Vec<Hunk>,
    /// Whether one of the sides is no text: git counts no lines then.
    pub is_binary: bool,
}

impl LineDiff {
    pub fn added(&self) -> u64 {
        self.hunks.iter().map(|hunk| u64::from(hunk.head_count)).sum()
    }

    pub fn deleted(&self) -> u64 {
        self.hunks.iter().map(|hunk| u64::from(hunk.base_count)).sum()
    }
}

/// git looks for a zero byte this far into a file and no further.
const BINARY_PROBE: usize = 8000;

/// Whether git would call the content binary, asked without attributes: those are the branch's to write.
pub(super) fn is_binary(content: &[u8]) -> bool {
    content[..content.len().min(BINARY_PROBE)].contains(&0)
}

pub(super) fn between(base: &[u8], head: &[u8]) -> LineDiff {
    if is_binary(base) || is_binary(head) {
        return LineDiff { hunks: Vec::new(), is_binary: true };
    }
    if base == head {
        return LineDiff::default();
    }
    let start = |first: u32, end: u32| if first == end { first } else { first + 1 };
    let hunks = diff_lines(base, head).into_iter().map(|(base, head)| Hunk {
        base_start: start(base.start, base.end),
        base_count: base.end - base.start,
        head_start: start(head.start, head.end),
        head_count: head.end - head.start,
    });
    LineDiff { hunks: hunks.collect(), is_binary: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunk(base_start: u32, base_count: u32, head_start: u32, head_count: u32) -> Hunk {
        Hunk { base_start, base_count, head_start, head_count }
    }

    #[test]
    fn hunks_are_numbered_as_in_a_unified_diff() {
        assert_eq!(between(b"a\nb\nc\n", b"a\nx\ny\nc\n").hunks, [hunk(2, 1, 2, 2)]);
        assert_eq!(between(b"a\nb\n", b"a\nnew\nb\n").hunks, [hunk(1, 0, 2, 1)]);
        assert_eq!(between(b"a\nb\n", b"b\n").hunks, [hunk(1, 1, 0, 0)]);
        assert_eq!(between(b"", b"a\nb").hunks, [hunk(0, 0, 1, 2)]);
    }

    #[test]
    fn a_missing_final_newline_and_carriage_returns_are_changes() {
        assert_eq!(between(b"a\nb\n", b"a\nb").hunks, [hunk(2, 1, 2, 1)]);
        let crlf = between(b"a\nb\n", b"a\r\nb\r\n");
        assert_eq!((crlf.added(), crlf.deleted()), (2, 2));
    }

    #[test]
    fn a_zero_byte_within_the_first_8000_makes_a_file_binary() {
        let mut text = vec![b'x'; 8000];
        text.push(0);
        assert!(!between(&text, b"").is_binary);
        text[7999] = 0;
        assert!(between(&text, b"").is_binary && between(&text, b"").hunks.is_empty());
    }

    #[test]
    fn repetitive_inputs_end_in_bounded_time() {
        let lines = |seed: u64, count: usize| -> Vec<u8> {
            let mut state = seed;
            let mut step = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) % 2
            };
            (0..count).flat_map(|_| [b'a' + step() as u8, b'\n']).collect()
        };
        // Without a bound the larger one takes hours: it would be seen by the test never ending, not by a clock.
        for count in [100_000, 1_000_000] {
            assert!(between(&lines(1, count), &lines(2, count)).added() > 0);
        }
    }
}
