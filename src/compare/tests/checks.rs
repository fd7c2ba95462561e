//! Which check of the head answers which check of the base.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::cases::Matched;
use super::credit::{Credit, signature};
use super::implied::{asked_apart, contains, implies, ordered_by_value, rewritten};
use super::marks::same_mark;
use super::pairing::{align, join, mirror};
use super::split::{by_machine, other_bound, split, went_with_exception};
use super::strength::{self, Verdict};
use super::{Change, Spot, Surroundings, TestDiff, Transition, spot_of_case, spot_of_check};
use crate::facts::tests::{Case, Check, CheckKind, HurdleKind, Mark, MarkKind, Part, is_home_made};
use crate::lang::{Kind, Node, Role};

/// A check that remains after its case was compared, with the case it is from.
pub struct Left<'t> {
    pub case: &'t Case,
    pub check: &'t Check,
}

/// A check that is gone from a case that stays.
struct Gone<'t> {
    left: Left<'t>,
    new: &'t Case,
    /// What became of the other bound of its range.
    half: Option<&'t Check>,
}

/// What became of the checks of removed cases.
#[derive(Default)]
pub struct Outcome {
    credited: HashMap<usize, (usize, usize)>,
}

impl Outcome {
    /// How many checks of a removed case live on, of how many.
    pub fn credited(&self, removed: usize) -> (usize, usize) {
        self.credited.get(&removed).copied().unwrap_or_default()
    }
}

pub fn compare(matched: &Matched<'_>, around: &Surroundings<'_>, diff: &mut TestDiff) -> Outcome {
    let mut gone: Vec<Gone<'_>> = Vec::new();
    let mut pool: Vec<Left<'_>> = Vec::new();
    let compared = matched.pairs.par_iter().map(|(old, new)| {
        let mut own = TestDiff::default();
        let left = within(old, new, matched, &mut own);
        (left, own.transitions)
    });
    let compared: Vec<_> = compared.collect();
    for ((old, new), ((missing, extra), transitions)) in matched.pairs.iter().zip(compared) {
        diff.transitions.extend(transitions);
        gone.extend(missing.into_iter().map(|(check, half)| Gone { left: Left { case: old, check }, new, half }));
        if new.part == Part::Test || new.part == Part::Hook {
            pool.extend(extra.into_iter().map(|check| Left { case: new, check }));
        }
    }
    for new in &matched.added {
        if new.part != Part::Helper && new.runs() {
            pool.extend(new.checks.iter().map(|check| Left { case: new, check }));
        }
    }
    pool.retain(|left| strength::is_reached(left.check) && strength::level(left.check) > 0);
    let mut credit = Credit::new(&pool);
    let mut outcome = Outcome::default();
    for (at, old) in matched.removed.iter().enumerate() {
        let distinct = distinct(old);
        let total = distinct.len();
        let found = distinct.iter().filter(|check| credit.take(old, check)).count();
        outcome.credited.insert(at, (found, total));
    }
    for Gone { left, new, half } in gone {
        if !credit.take(left.case, left.check) {
            match half {
                Some(kept) => report_half(&left, kept, new, diff),
                None => report_removed(&left, new, matched, around, diff),
            }
        }
    }
    outcome
}

/// What a case demands; that it runs to its end only where that is all.
fn distinct(case: &Case) -> Vec<&Check> {
    let demands = |check: &&Check| strength::is_reached(check) && strength::level(check) > 0;
    let all: Vec<&Check> = case.checks.iter().filter(demands).filter(|check| !is_of_setup(check, case)).collect();
    let values: Vec<&Check> = all.iter().copied().filter(|check| check.kind != CheckKind::Completes).collect();
    if values.is_empty() { all } else { values }
}

/// What a helper outside of the change makes sure of on the way, in a test that has checks of its own: it answers for what
/// is gone, and nobody misses it.
fn is_of_setup(check: &Check, case: &Case) -> bool {
    let own = |check: &Check| check.outside.is_none() && strength::is_reached(check) && strength::level(check) > 0;
    check.outside.as_ref().is_some_and(|helper| !is_home_made(helper)) && case.checks.iter().any(own)
}

/// A check of the base without an answer, with what became of the other bound of its range.
type Missing<'t> = (&'t Check, Option<&'t Check>);

/// Compares the checks of two cases that are one; returns what is left of each.
fn within<'t>(
    old: &'t Case,
    new: &'t Case,
    matched: &Matched<'t>,
    diff: &mut TestDiff,
) -> (Vec<Missing<'t>>, Vec<&'t Check>) {
    let known = diff.transitions.len();
    let mut from: Vec<&Check> = old.checks.iter().filter(|check| strength::is_reached(check)).collect();
    let mut to: Vec<&Check> = new.checks.iter().collect();
    let mut pairs: Vec<(&Check, &Check)> = Vec::new();
    for resolved in [true, false] {
        join(&mut from, &mut to, &mut pairs, |check| signature(check, resolved));
    }
    let mut turned = Vec::new();
    mirror(&mut from, &mut to, &mut turned);
    from.retain(|check| !is_of_setup(check, old));
    let aside: Vec<&Check> = to.extract_if(.., |check| is_of_setup(check, new)).collect();
    split(&mut from, &mut to, new, diff);
    // A guard of a helper is no test's demand: it gets what the others leave.
    let guards: Vec<&Check> = from.extract_if(.., |check| is_guard_of_a_helper(check, old)).collect();
    align(&mut from, &mut to, &mut pairs);
    from.extend(guards);
    align(&mut from, &mut to, &mut pairs);
    to.extend(aside);
    for (before, after) in &pairs {
        let thrown = before.kind == CheckKind::Throws && after.kind == CheckKind::Throws;
        if thrown && asked_apart(before, after, new) {
            continue;
        }
        transition(new, before, after, diff);
    }
    by_machine(&pairs, &to, new, diff);
    let callers = callers(new, matched);
    for transition in &mut diff.transitions[known..] {
        transition.why.push_str(&callers);
    }
    // Nothing is lost where another check of the case says as much.
    let standing: Vec<&Check> = new.checks.iter().filter(|check| strength::is_reached(check)).collect();
    from.retain(|check| {
        let answers = |now: &&&Check| !is_of_another_value(now, check, &pairs) && implies(now, check);
        let said = standing.iter().find(answers).is_some() || ordered_by_value(check, &standing);
        strength::level(check) > 0 && !said
    });
    // Nobody misses these, and no other check need answer for them.
    from.retain(|check| {
        !is_setup_gone(check, new) && !is_guard_of_a_helper(check, old) && !is_skip_now(check, old, new)
    });
    let kept = rewritten(&from, &to, new);
    from.retain(|check| !kept.contains(&std::ptr::from_ref(*check)) && !went_with_exception(check, old, &pairs));
    let missing = from.into_iter().map(|check| (check, other_bound(check, &pairs))).collect();
    (missing, to)
}

/// Whether a check of the head answers another check of the base, of the same variable when it held something else:
/// `result = run(a); assert result.ok; result = run(b); assert result.ok`.
fn is_of_another_value(now: &Check, gone: &Check, pairs: &[(&Check, &Check)]) -> bool {
    let other = |&(before, after): &(&Check, &Check)| {
        std::ptr::eq(after, now) && before.subject == gone.subject && before.resolved_subject != gone.resolved_subject
    };
    // What becomes of a table's rows is counted by their number.
    let single = now.row.is_none() && gone.row.is_none();
    single && now.resolved_subject != gone.resolved_subject && pairs.iter().any(other)
}

/// Who runs through a helper, as far as the change shows; nothing for what is no helper.
fn callers(case: &Case, matched: &Matched<'_>) -> String {
    if case.part != Part::Helper {
        return String::new();
    }
    let tests = matched.pairs.iter().map(|(_, new)| *new).chain(matched.added.iter().copied());
    let calls = |test: &&Case| test.part == Part::Test && test.names.contains(case.name.as_str());
    match tests.filter(calls).count() {
        0 => "; tests outside of the change may call this helper".to_owned(),
        1 => "; 1 test of the change calls this helper".to_owned(),
        many => format!("; {many} tests of the change call this helper"),
    }
}

fn transition(new: &Case, before: &Check, after: &Check, diff: &mut TestDiff) {
    let retried = |check: &Check| check.hurdles.iter().any(|hurdle| hurdle.kind == HurdleKind::Retried);
    if retried(after) && !retried(before) {
        diff.transitions.push(Transition {
            change: Change::RetryAdded,
            test: new.title(),
            base: Some(spot_of_check(before)),
            head: Some(spot_of_check(after)),
            why: "is tried again until it holds".into(),
            witness: None,
        });
    }
    if let (Some(old), Some(now)) = (recorded(before), recorded(after)) {
        if old != now {
            diff.transitions.push(Transition {
                change: Change::Rerecorded,
                test: new.title(),
                base: Some(spot_of_check(before)),
                head: Some(spot_of_check(after)),
                why: "recorded output changed".into(),
                witness: None,
            });
        }
        return;
    }
    let (change, why, witness) = match strength::judge(before, after) {
        Verdict::Same => return,
        Verdict::Tighter => (Change::Tightened, "demands more".to_owned(), None),
        Verdict::Looser { why, witness } => (Change::Loosened, why, witness),
        Verdict::Changed { inverted, why } => (Change::ExpectationChanged { inverted }, why, None),
    };
    diff.transitions.push(Transition {
        change,
        test: new.title(),
        base: Some(spot_of_check(before)),
        head: Some(spot_of_check(after)),
        why,
        witness,
    });
}

/// The text that a snapshot's check holds itself: `assert_snapshot!(x, @"…")`, `expect![["…"]]`.
fn recorded(check: &Check) -> Option<String> {
    let last = check.expected.last().filter(|_| check.kind == CheckKind::Snapshot)?;
    let mut texts = Vec::new();
    let mut only_text = true;
    last.walk(&mut |node| match node.kind {
        Kind::Text => texts.push(node.text.to_string()),
        // A template without anything in it that is computed is text.
        Kind::Template => texts.push(node.text.to_string()),
        Kind::List | Kind::Call | Kind::Name => {}
        _ => only_text = false,
    });
    // The same words on other columns are the same recording.
    let squeezed =
        |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    (only_text && !texts.is_empty()).then(|| squeezed(&texts.join("\n")))
}

/// Half of a range is gone.
fn report_half(left: &Left<'_>, kept: &Check, new: &Case, diff: &mut TestDiff) {
    let upper = matches!(left.check.kind, CheckKind::Less | CheckKind::AtMost);
    diff.transitions.push(Transition {
        change: Change::Loosened,
        test: new.title(),
        base: Some(spot_of_check(left.check)),
        head: Some(spot_of_check(kept)),
        why: if upper { "the upper bound is gone".into() } else { "the lower bound is gone".into() },
        witness: None,
    });
}

fn report_removed(left: &Left<'_>, new: &Case, matched: &Matched<'_>, around: &Surroundings<'_>, diff: &mut TestDiff) {
    let check = left.check;
    // A helper of unknown meaning: only names that say "assert" are missed.
    if check.kind == CheckKind::Opaque && !check.expected.first().is_some_and(|name| says_assert(&name.text)) {
        return;
    }
    if left.case.part != Part::Test && !new.part.eq(&left.case.part) {
        return;
    }
    // "No error": what is awaited instead throws by itself.
    if check.kind == CheckKind::Completes {
        return;
    }
    if !left.case.runs() || !strength::is_reached(check) || check.kind == CheckKind::Count {
        return;
    }
    // An annotation that the test had to fail: what it runs has to succeed now.
    let annotated = check.kind == CheckKind::Throws && check.positive && check.text.starts_with(['#', '@', '[']);
    if annotated && new.runs() && new.checks.iter().any(|now| strength::is_reached(now) && strength::level(now) > 0) {
        diff.transitions.push(Transition {
            change: Change::ExpectationChanged { inverted: false },
            test: new.title(),
            base: Some(spot_of_check(check)),
            head: Some(spot_of_case(new)),
            why: "what had to fail has to succeed now".into(),
            witness: None,
        });
        return;
    }
    // Another row still asks it in these words: this one goes another way.
    let asked = |now: &Check| {
        now.kind == check.kind && now.subject == check.subject && now.expected == check.expected && now.row.is_some()
    };
    if check.row.is_some() && !row_is_gone(left, new) && new.checks.iter().any(asked) {
        return;
    }
    // Where the rest of the case still is.
    let head = Spot { path: new.path.clone(), lines: crate::LineRange::one(new.lines.first), text: new.name.clone() };
    let row = check.row.filter(|_| row_is_gone(left, new));
    let written = row.and_then(|at| left.case.rows.get(usize::try_from(at).ok()?));
    let base = written.map_or_else(
        || spot_of_check(check),
        |row| Spot { path: left.case.path.clone(), lines: row.lines, text: row.text.clone() },
    );
    diff.transitions.push(Transition {
        change: if row.is_some() {
            Change::RowRemoved
        } else {
            Change::CheckRemoved { subject_gone: subject_gone(check, new, around) }
        },
        test: left.case.title(),
        base: Some(base),
        head: Some(head),
        why: format!("is gone{}", callers(new, matched)),
        witness: None,
    });
}

/// What made the test fail skips it now: `skipped-test` says so.
fn is_skip_now(check: &Check, old: &Case, new: &Case) -> bool {
    let asks = |node: &Node| contains(node, &check.subject) || contains(node, &check.resolved_subject);
    let skips = |mark: &&Mark| mark.kind == MarkKind::Skip && mark.condition.as_ref().is_some_and(asks);
    new.marks.iter().filter(skips).any(|mark| !old.marks.iter().any(|before| same_mark(before, mark)))
}

/// `if not arguments: raise ValueError(…)` in a helper that is there for something else.
fn is_guard_of_a_helper(check: &Check, case: &Case) -> bool {
    let guard = check.text.starts_with("if ") && !check.text.to_ascii_lowercase().contains("assert");
    let says_so = |name: &str| says_assert(name) || name.to_ascii_lowercase().contains("check");
    let own = Some(&case.name).filter(|_| case.part == Part::Helper);
    guard
        && check.via.as_ref().or(own).is_some_and(|name| !says_so(name))
        && check.path.extension() != Some(b"go".as_slice())
}

/// "No error" of a call that the test no longer makes, while it goes on checking: setup done another way.
fn is_setup_gone(check: &Check, new: &Case) -> bool {
    // Go's way to say "no error"; elsewhere a null is an answer like any other.
    let no_error = check.path.extension() == Some(b"go".as_slice())
        && check.kind == CheckKind::Equal
        && check.positive
        && check.expected.first().is_some_and(|expected| expected.is(Kind::Null));
    let mut call = &check.resolved_subject;
    while let Kind::Index | Kind::Await | Kind::Unary = call.kind {
        let Some(inner) = call.nodes().next() else { return false };
        call = inner;
    }
    let callee = call.child(Role::Callee).filter(|_| call.is(Kind::Call)).map(|callee| &*callee.text);
    no_error
        && callee.and_then(|name| name.rsplit('.').next()).is_some_and(|name| !new.names.contains(name))
        && new.checks.iter().any(|check| strength::is_reached(check) && strength::level(check) > 0)
}

/// Something the check looked at that production code no longer has, and the test no longer uses.
fn subject_gone(check: &Check, new: &Case, around: &Surroundings<'_>) -> Option<String> {
    let looked_at =
        [&check.subject, &check.resolved_subject].into_iter().chain(&check.expected).flat_map(|n| n.words());
    looked_at
        .flat_map(|word| word.split('.'))
        .find(|word| around.is_gone(word) && !new.names.contains(*word))
        .map(str::to_owned)
}

fn row_is_gone(left: &Left<'_>, new: &Case) -> bool {
    left.case.rows.len() > new.rows.len() && !left.case.rows.is_empty()
}

fn says_assert(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["assert", "expect", "verify"].iter().any(|verb| name.starts_with(verb))
}
