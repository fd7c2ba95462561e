//! Skips, focus and expected failures that were not there before.

use super::{Change, Spot, TestDiff, Transition, spot_of_case};
use crate::LineRange;
use crate::facts::tests::{Case, Gate, Mark, MarkKind, Part, asks_the_machine};
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

/// Whether whatever skips now would have been skipped before.
fn narrower(now: &Mark, before: &Mark) -> bool {
    if now.text == before.text && now.gate <= before.gate {
        return true;
    }
    let (Some(now), Some(before)) = (&now.condition, &before.condition) else { return before.condition.is_none() };
    implies((now, true), (before, true), 0)
}

/// Whether one condition holds only where the other does, as far as `and`, `or` and `not` tell.
fn implies(now: (&Node, bool), before: (&Node, bool), depth: usize) -> bool {
    if now == before {
        return true;
    }
    if depth > 16 {
        return false;
    }
    match (parts(now), parts(before)) {
        (Parts::Not(inner), _) => implies((inner, !now.1), before, depth + 1),
        (_, Parts::Not(inner)) => implies(now, (inner, !before.1), depth + 1),
        (Parts::Any(sides), _) => sides.iter().all(|side| implies((side, now.1), before, depth + 1)),
        (_, Parts::All(sides)) => sides.iter().all(|side| implies(now, (side, before.1), depth + 1)),
        (Parts::All(sides), other) => {
            sides.iter().any(|side| implies((side, now.1), before, depth + 1))
                || matches!(other, Parts::Any(ref many) if many.iter().any(|side| implies(now, (side, before.1), depth + 1)))
        }
        (Parts::One, Parts::Any(sides)) => sides.iter().any(|side| implies(now, (side, before.1), depth + 1)),
        (Parts::One, Parts::One) => false,
    }
}

enum Parts<'n> {
    Not(&'n Node),
    All(Vec<&'n Node>),
    Any(Vec<&'n Node>),
    One,
}

/// What a condition, or its opposite, is made of.
fn parts((node, sign): (&Node, bool)) -> Parts<'_> {
    let sides = || node.nodes().collect();
    match (node.kind, &*node.text) {
        (Kind::Unary, "!" | "not") => node.nodes().next().map_or(Parts::One, Parts::Not),
        (Kind::Binary, "&&") => {
            if sign {
                Parts::All(sides())
            } else {
                Parts::Any(sides())
            }
        }
        (Kind::Binary, "||") => {
            if sign {
                Parts::Any(sides())
            } else {
                Parts::All(sides())
            }
        }
        _ => Parts::One,
    }
}

fn push_mark(old: &Case, new: &Case, mark: &Mark, before: Option<&Mark>, diff: &mut TestDiff) {
    let why = match (mark.kind, mark.gate, before) {
        (MarkKind::Focus, ..) => "runs alone: every other test of its file is left out".to_owned(),
        (MarkKind::ExpectedFailure, ..) => "is expected to fail now".to_owned(),
        (MarkKind::Todo, ..) => "has no body any more".to_owned(),
        (MarkKind::Skip, Gate::Always, _) if new.part == Part::Run => "keeps tests from running".to_owned(),
        (MarkKind::Skip, ..) if new.part == Part::Run => "keeps some tests from running".to_owned(),
        (MarkKind::Skip, _, Some(_)) => "is skipped under another condition".to_owned(),
        (MarkKind::Skip, Gate::Always, None) if mark.condition.is_some() => {
            "is skipped under a condition that always holds".to_owned()
        }
        (MarkKind::Skip, Gate::Always, None) => "is skipped".to_owned(),
        (MarkKind::Skip, ..) => "is skipped under a condition".to_owned(),
    };
    let change = match mark.kind {
        MarkKind::Focus => Change::Focused,
        MarkKind::ExpectedFailure => Change::ExpectedToFail,
        _ => {
            let asks = |mark: &Mark| mark.condition.as_ref().is_some_and(asks_the_machine);
            let other = |before: &&Mark| asks(mark) && asks(before) && !narrower(before, mark);
            let otherwise_before = mark.gate == Gate::Sometimes && before.filter(other).is_some();
            Change::Skipped { gate: mark.gate, otherwise_before }
        }
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
