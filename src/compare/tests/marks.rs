//! Skips, focus and expected failures that were not there before.

use super::{Change, Spot, TestDiff, Transition, spot_of_case};
use crate::LineRange;
use crate::facts::tests::{Case, Check, CheckKind, Gate, Mark, MarkKind, Part, asks_the_machine};
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
    if new.part == Part::Test && old.runs() {
        not_called(old, new, diff);
        turned_round(old, new, diff);
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
        let gone = |before: &&Mark| {
            before.kind == mark.kind
                && before.gate != Gate::Never
                && !new.marks.iter().any(|now| same_mark(before, now))
        };
        // The same condition from a value that is written another way.
        if old.marks.iter().filter(gone).any(|before| narrower(mark, before)) {
            continue;
        }
        push_mark(old, new, mark, old.marks.iter().find(gone), diff);
    }
}

/// What the runner no longer finds, though it looks as before.
fn not_called(old: &Case, new: &Case, diff: &mut TestDiff) {
    // The same class: one of another name may be mixed into a class of tests.
    if !old.is_declared || new.is_declared || old.suites != new.suites {
        return;
    }
    diff.transitions.push(Transition {
        change: Change::CaseRemoved { subject_gone: None, mostly_kept: false },
        test: old.title(),
        base: Some(spot_of_case(old)),
        head: Some(spot_of_case(new)),
        why: "is in a class that is no test class any more".into(),
        witness: None,
    });
}

/// The same checks under a mark that wants a failure.
fn turned_round(old: &Case, new: &Case, diff: &mut TestDiff) {
    let kept = |check: &&Check| {
        check.kind != CheckKind::Throws
            && old.checks.iter().any(|before| {
                before.kind == check.kind && before.subject == check.subject && before.expected == check.expected
            })
    };
    let Some(throws) = new.checks.iter().find(|check| check.kind == CheckKind::Throws) else { return };
    if !new.must_throw || old.must_throw || !new.checks.iter().any(|check| kept(&check)) {
        return;
    }
    diff.transitions.push(Transition {
        change: Change::ExpectedToFail,
        test: new.title(),
        base: Some(spot_of_case(old)),
        head: Some(Spot { path: new.path.clone(), lines: throws.lines, text: throws.text.clone() }),
        why: "is expected to fail now".into(),
        witness: None,
    });
}

/// Whether whatever skips now would have been skipped before.
fn narrower(now: &Mark, before: &Mark) -> bool {
    if now.text == before.text && now.gate <= before.gate {
        return true;
    }
    if asks_for_installed(now) && asks_for_installed(before) && name_alike(now, before) {
        return true;
    }
    let (Some(now), Some(before)) = (&now.condition, &before.condition) else { return before.condition.is_none() };
    implies((now, true), (before, true), 0)
}

/// Whether a mark skips where something is not installed.
fn asks_for_installed(mark: &Mark) -> bool {
    const WORDS: [&str; 5] =
        ["class_exists", "extension_loaded", "requires extension", "RequiresPhpExtension", "interface_exists"];
    let said = mark.condition.as_ref().map(Node::spelled).unwrap_or_default();
    WORDS.iter().any(|word| mark.text.contains(word) || said.contains(word))
}

/// Whether both name the same thing: `mongodb` and `MongoDB\BSON\UTCDateTime`.
fn name_alike(now: &Mark, before: &Mark) -> bool {
    let names = |mark: &Mark| {
        let condition = mark.condition.as_ref().map(Node::words).unwrap_or_default().join(" ");
        let text = format!("{} {condition}", mark.text).to_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3);
        let plain = ["class", "exists", "extension", "loaded", "requires", "requiresphpextension", "this", "installed"];
        words.filter(|word| !plain.contains(word) && !word.starts_with("marktest")).map(str::to_owned).collect()
    };
    let (is, was): (Vec<String>, Vec<String>) = (names(now), names(before));
    is.iter().any(|name| was.contains(name))
}

/// Whether one condition holds only where the other does, as far as `and`, `or` and `not` tell.
fn implies(now: (&Node, bool), before: (&Node, bool), depth: usize) -> bool {
    if now.1 == before.1 && is_same(now.0, before.0) {
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

/// The same condition, versions however they are written: `>=8.2`, `>= 8.2.0`.
fn is_same(one: &Node, other: &Node) -> bool {
    fn version(text: &str) -> Option<String> {
        let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let number = text.trim_start_matches(['<', '>', '=', '!', '~', '^', 'v']);
        let is_version = number.starts_with(|letter: char| letter.is_ascii_digit())
            && number.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
        let mut short = text.as_str();
        while let Some(less) = short.strip_suffix(".0") {
            short = less;
        }
        is_version.then(|| short.to_owned())
    }
    if one.is(Kind::Text) && other.is(Kind::Text) {
        return one.text == other.text || version(&one.text).is_some_and(|it| Some(it) == version(&other.text));
    }
    one.kind == other.kind
        && one.text == other.text
        && one.children.len() == other.children.len()
        && one
            .children
            .iter()
            .zip(&other.children)
            .all(|((role, one), (as_role, other))| role == as_role && is_same(one, other))
}

/// Whether a condition asks for the opposite: `platform == x` that became `platform != y` holds nearly everywhere.
fn is_turned(before: &Mark, now: &Mark) -> bool {
    let operator = |mark: &Mark| {
        mark.condition
            .as_ref()
            .filter(|condition| condition.kind == Kind::Binary)
            .map(|condition| condition.text.clone())
    };
    let pair = operator(before).zip(operator(now));
    pair.is_some_and(|(before, now)| {
        matches!((&*before, &*now), ("==", "!=") | ("!=", "==") | ("===", "!==") | ("!==", "==="))
    })
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
            let other =
                |before: &&Mark| asks(mark) && asks(before) && !narrower(before, mark) && !is_turned(before, mark);
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
