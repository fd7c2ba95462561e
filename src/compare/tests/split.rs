//! Demands that stand in several checks now, or hung together before.

use super::strength::{self, Verdict};
use super::{Change, TestDiff, Transition, spot_of_check};
use crate::facts::tests::{Case, Check, CheckKind, HurdleKind};
use crate::lang::Kind;

/// A demand that stays on one machine and is weaker on another.
pub(super) fn by_machine(pairs: &[(&Check, &Check)], to: &[&Check], new: &Case, diff: &mut TestDiff) {
    for extra in to.iter().filter(|extra| extra.by_machine) {
        let same =
            |(_, after): &&(&Check, &Check)| after.by_machine && after.resolved_subject == extra.resolved_subject;
        let Some((before, _)) = pairs.iter().find(same).filter(|(before, _)| !before.by_machine) else { continue };
        if let Verdict::Looser { why, witness } = strength::judge(before, extra) {
            diff.transitions.push(Transition {
                change: Change::Loosened,
                test: new.title(),
                base: Some(spot_of_check(before)),
                head: Some(spot_of_check(extra)),
                why: format!("on some machines {why}"),
                witness,
            });
        }
    }
}

/// The check that the other bound of a range became: of `1 < x < 5`, say, `x > 1`.
pub(super) fn other_bound<'t>(check: &Check, pairs: &[(&'t Check, &'t Check)]) -> Option<&'t Check> {
    let upper = |check: &Check| matches!(check.kind, CheckKind::Less | CheckKind::AtMost);
    let other = |(before, _): &&(&Check, &Check)| {
        before.kind.is_bound()
            && upper(before) != upper(check)
            && before.subject == check.subject
            && before.lines == check.lines
    };
    pairs.iter().find(other).filter(|_| check.kind.is_bound()).map(|(_, after)| *after)
}

/// What was asked of an exception that is none any more, or could not be asked because it was thrown before.
pub(super) fn went_with_exception(check: &Check, old: &Case, pairs: &[(&Check, &Check)]) -> bool {
    let inside = |outer: &Check| {
        outer.path == check.path && outer.lines.first <= check.lines.first && check.lines.last < outer.lines.last
    };
    let said = pairs
        .iter()
        .any(|(before, after)| before.kind == CheckKind::Throws && after.kind != CheckKind::Throws && inside(before));
    // `expectException(…)`, and in the last statement a check of what throws.
    let announced = |other: &Check| {
        let anonymous = other.subject.is(Kind::Other) && other.subject.children.is_empty();
        other.kind == CheckKind::Throws && anonymous && other.lines.first < check.lines.first
    };
    let last = old.checks.iter().all(|other| other.lines.first <= check.lines.first);
    said || last && old.checks.iter().any(announced) && pairs.iter().any(|(before, _)| announced(before))
}

/// A list that was compared as a whole and is compared element by element.
pub(super) fn split<'t>(from: &mut Vec<&'t Check>, to: &mut Vec<&'t Check>, new: &Case, diff: &mut TestDiff) {
    let equal = |check: &Check| strength::family(check.kind) == CheckKind::Equal && check.positive;
    from.retain(|before| {
        let Some(list) = before.resolved_expected.first().filter(|list| list.is(Kind::List) && equal(before)) else {
            return true;
        };
        let mut answers: Vec<usize> = Vec::new();
        for item in list.nodes() {
            let says = |at: &usize| equal(to[*at]) && to[*at].resolved_expected.first() == Some(item);
            match (0..to.len()).find(|at| !answers.contains(at) && says(at)) {
                Some(at) => answers.push(at),
                None => return true,
            }
        }
        if answers.len() < 2 {
            return true;
        }
        let hurdles =
            |check: &Check| check.hurdles.iter().filter(|hurdle| hurdle.kind == HurdleKind::Condition).count();
        if let Some(at) = answers.iter().find(|at| hurdles(to[**at]) > hurdles(before)) {
            diff.transitions.push(Transition {
                change: Change::Loosened,
                test: new.title(),
                base: Some(spot_of_check(before)),
                head: Some(spot_of_check(to[*at])),
                why: "a part of it runs only under a condition".into(),
                witness: None,
            });
        }
        let mut at = 0;
        to.retain(|_| {
            at += 1;
            !answers.contains(&(at - 1))
        });
        false
    });
}
