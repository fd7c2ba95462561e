//! Skips, focus and expected failures that were not there before.

use super::{Change, Spot, TestDiff, Transition, spot_of_case};
use crate::LineRange;
use crate::facts::tests::{Case, Gate, Mark, MarkKind, Part};
use crate::lang::{Kind, Node};

pub fn same_mark(one: &Mark, other: &Mark) -> bool {
    one.kind == other.kind && one.condition == other.condition
}

/// What keeps a case from running that did not before.
pub fn compare(old: &Case, new: &Case, diff: &mut TestDiff) {
    if new.part == Part::Helper {
        // What a helper skips is skipped where a test calls it.
        return;
    }
    if !old.runs() {
        // It did not run; focus is still news.
        for mark in new.marks.iter().filter(|mark| mark.kind == MarkKind::Focus) {
            if !old.marks.iter().any(|before| same_mark(before, mark)) {
                push_mark(old, new, mark, None, diff);
            }
        }
        return;
    }
    for mark in new.marks.iter().filter(|mark| mark.gate != Gate::Never) {
        if old.marks.iter().any(|before| same_mark(before, mark)) {
            continue;
        }
        let before = old.marks.iter().find(|before| {
            before.kind == mark.kind
                && before.gate != Gate::Never
                && !new.marks.iter().any(|now| same_mark(before, now))
        });
        // The same condition from a value that is written another way.
        if let Some(before) = before
            && narrower(mark, before)
        {
            continue;
        }
        push_mark(old, new, mark, before, diff);
    }
}

/// Whether a condition only gained conjuncts: it skips less than before.
fn narrower(now: &Mark, before: &Mark) -> bool {
    let (Some(now), Some(before)) = (&now.condition, &before.condition) else { return before.condition.is_none() };
    let mut found = false;
    conjuncts(now, &mut |part| found |= part == before);
    found
}

fn conjuncts(node: &Node, visit: &mut dyn FnMut(&Node)) {
    visit(node);
    if node.is(Kind::Binary) && &*node.text == "&&" {
        node.nodes().for_each(|side| conjuncts(side, visit));
    }
}

fn push_mark(old: &Case, new: &Case, mark: &Mark, before: Option<&Mark>, diff: &mut TestDiff) {
    let why = match (mark.kind, mark.gate, before) {
        (MarkKind::Focus, ..) => "runs alone: every other test of its file is left out".to_owned(),
        (MarkKind::ExpectedFailure, ..) => "is expected to fail now".to_owned(),
        (MarkKind::Todo, ..) => "has no body any more".to_owned(),
        (MarkKind::Skip, _, Some(_)) => "is skipped under another condition".to_owned(),
        (MarkKind::Skip, Gate::Always, None) if mark.condition.is_some() => {
            "is skipped under a condition that always holds".to_owned()
        }
        (MarkKind::Skip, Gate::Always, None) => "is skipped".to_owned(),
        (MarkKind::Skip, ..) => "is skipped under a condition".to_owned(),
    };
    let change = match mark.kind {
        MarkKind::Focus => Change::Focused,
        MarkKind::ExpectedFailure => Change::ExpectedToFail { born: false },
        _ => Change::Skipped { gate: mark.gate, born: false },
    };
    let base = before.map_or_else(|| spot_of_case(old), |before| spot_of_mark(old, before));
    diff.transitions.push(Transition {
        change,
        test: new.title(),
        base: Some(base),
        head: Some(spot_of_mark(new, mark)),
        why,
        witness: None,
    });
}

pub fn spot_of_mark(case: &Case, mark: &Mark) -> Spot {
    Spot { path: case.path.clone(), lines: LineRange::one(mark.lines.first), text: mark.text.clone() }
}
