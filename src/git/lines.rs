//! Line by line comparison, as `git diff` counts lines, in bounded time.

use std::collections::HashMap;
use std::ops::Range;

use gix::diff::blob::{Algorithm, Diff, InternedInput};

/// One run of lines that differ: zero-based, half open, in base and head.
pub(crate) type ChangedLines = (Range<u32>, Range<u32>);

/// How many lines, of both sides together, are compared at once. Beyond, hostile input would cost minutes.
const LIMIT: usize = 400_000;

/// The lines that differ, by the algorithm git uses unless told otherwise, placed where git would place them.
///
/// Files of more than [`LIMIT`] lines are first cut at lines that exist once on either side; what such lines don't cut
/// small enough counts as changed altogether.
pub(crate) fn diff_lines(base: &[u8], head: &[u8]) -> Vec<ChangedLines> {
    if count(base) + count(head) <= LIMIT { compare(base, head) } else { Large::new(base, head).diff(LIMIT) }
}

fn compare(base: &[u8], head: &[u8]) -> Vec<ChangedLines> {
    let input = InternedInput::new(base, head);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    diff.hunks().map(|hunk| (hunk.before, hunk.after)).collect()
}

fn count(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Two files of very many lines.
struct Large<'a> {
    base: Vec<&'a [u8]>,
    head: Vec<&'a [u8]>,
}

impl<'a> Large<'a> {
    fn new(base: &'a [u8], head: &'a [u8]) -> Self {
        let lines = |text: &'a [u8]| text.split_inclusive(|byte| *byte == b'\n').collect();
        Self { base: lines(base), head: lines(head) }
    }

    fn diff(&self, limit: usize) -> Vec<ChangedLines> {
        let mut changed = Vec::new();
        let mut budget = limit;
        let (mut base, mut head) = (0, 0);
        let end = (self.base.len(), self.head.len());
        for (base_anchor, head_anchor) in self.anchors().into_iter().chain([end]) {
            self.diff_between(base..base_anchor, head..head_anchor, &mut budget, &mut changed);
            (base, head) = (base_anchor + 1, head_anchor + 1);
        }
        changed
    }

    fn diff_between(
        &self,
        base: Range<usize>,
        head: Range<usize>,
        budget: &mut usize,
        changed: &mut Vec<ChangedLines>,
    ) {
        let (mut base, mut head) = (base, head);
        while !base.is_empty() && !head.is_empty() && self.base[base.start] == self.head[head.start] {
            (base.start, head.start) = (base.start + 1, head.start + 1);
        }
        while !base.is_empty() && !head.is_empty() && self.base[base.end - 1] == self.head[head.end - 1] {
            (base.end, head.end) = (base.end - 1, head.end - 1);
        }
        if base.is_empty() && head.is_empty() {
            return;
        }
        let (from, to) = (base.start as u32, head.start as u32);
        if base.is_empty() || head.is_empty() || base.len() + head.len() > *budget {
            changed.push((from..base.end as u32, to..head.end as u32));
            return;
        }
        *budget -= base.len() + head.len();
        let shifted = compare(&self.base[base].concat(), &self.head[head].concat()).into_iter();
        changed.extend(shifted.map(|(b, h)| (b.start + from..b.end + from, h.start + to..h.end + to)));
    }

    /// Pairs of lines that exist once on either side, in an order both sides agree on: as many as there can be.
    fn anchors(&self) -> Vec<(usize, usize)> {
        let head = unique(&self.head);
        let mut pairs: Vec<(usize, usize)> =
            unique(&self.base).into_iter().filter_map(|(line, at)| Some((at, *head.get(line)?))).collect();
        pairs.sort_unstable();
        longest_rising(&pairs)
    }
}

fn unique<'a>(lines: &[&'a [u8]]) -> HashMap<&'a [u8], usize> {
    let mut seen: HashMap<&[u8], Option<usize>> = HashMap::new();
    for (at, line) in lines.iter().enumerate() {
        seen.entry(line).and_modify(|unique| *unique = None).or_insert(Some(at));
    }
    seen.into_iter().filter_map(|(line, at)| Some((line, at?))).collect()
}

/// The longest subsequence in which the second numbers rise too; by patience sorting.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut piles: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, head)) in pairs.iter().enumerate() {
        let pile = piles.partition_point(|top| pairs[*top].1 < *head);
        before.push(pile.checked_sub(1).map(|left| piles[left]));
        if pile == piles.len() {
            piles.push(at);
        } else {
            piles[pile] = at;
        }
    }
    let mut rising: Vec<_> =
        std::iter::successors(piles.last().copied(), |at| before[*at]).map(|at| pairs[at]).collect();
    rising.reverse();
    rising
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Turns base into head by the runs found; fails where a line outside of them differs.
    fn apply(base: &[u8], head: &[u8], changed: &[ChangedLines]) -> bool {
        let large = Large::new(base, head);
        let (mut b, mut h) = (0, 0);
        for (before, after) in changed {
            let (to_base, to_head) = (before.start as usize, after.start as usize);
            if to_base < b || to_head < h || large.base[b..to_base] != large.head[h..to_head] {
                return false;
            }
            (b, h) = (before.end as usize, after.end as usize);
        }
        large.base[b..] == large.head[h..]
    }

    fn text() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(prop_oneof![4 => 0..6_u8, 1 => 0..=255_u8], 0..60).prop_map(|lines| {
            lines
                .iter()
                .flat_map(|n| if *n == 5 { b"}".to_vec() } else { format!("line {n}\n").into_bytes() })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_not_in_a_run_is_equal(base in text(), head in text()) {
            prop_assert!(apply(&base, &head, &diff_lines(&base, &head)));
        }

        #[test]
        fn so_it_is_in_large_files(base in text(), head in text(), limit in 0..40_usize) {
            prop_assert!(apply(&base, &head, &Large::new(&base, &head).diff(limit)));
        }
    }

    #[test]
    fn a_few_edits_in_a_very_large_file_stay_a_few() {
        let base: String = (0..LIMIT).map(|n| format!("{n}\n")).collect();
        let head = base.replace("\n1000\n", "\nx\n").replace("\n300000\n", "\n").replace("\n399000\n", "\n399000\ny\n");
        let changed = diff_lines(base.as_bytes(), head.as_bytes());
        assert_eq!(
            changed,
            [(1000..1001, 1000..1001), (300_000..300_001, 300_000..300_000), (399_001..399_001, 399_000..399_001)]
        );
    }
}
