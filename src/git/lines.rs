//! Line by line comparison, as `git diff` counts lines.

use std::ops::Range;

use gix::diff::blob::{Algorithm, Diff, InternedInput};

/// One run of lines that differ: zero-based, half open, in base and head.
pub(crate) type ChangedLines = (Range<u32>, Range<u32>);

/// The lines that differ, by the algorithm git uses unless told otherwise, placed where git would place them.
pub(crate) fn diff_lines(base: &[u8], head: &[u8]) -> Vec<ChangedLines> {
    let input = InternedInput::new(base, head);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    diff.hunks().map(|hunk| (hunk.before, hunk.after)).collect()
}
