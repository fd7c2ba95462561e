//! What need not be demanded again: it is said by another check, or was written anew.

use hashbrown::HashSet;

use super::strength;
use crate::facts::tests::{Case, Check, CheckKind};
use crate::lang::{Kind, Node, Role};

/// Whether a check of the head leaves nothing of a base check undemanded.
pub(super) fn implies(now: &Check, before: &Check) -> bool {
    if now.kind == CheckKind::Opaque || before.kind == CheckKind::Count {
        return before.kind == CheckKind::Count;
    }
    if says_as_an_exception(now, before) {
        return true;
    }
    // That something fails is said by nothing that looks at its value.
    if before.kind == CheckKind::Throws && now.kind != CheckKind::Throws {
        return false;
    }
    // Two variables may come from the same expression and still differ: `lines.next()`.
    let variable = |check: &Check| match check.subject == check.resolved_subject {
        true => None,
        false => root_name(&check.subject).map(str::to_owned),
    };
    let others = || matches!((variable(now), variable(before)), (Some(one), Some(other)) if one != other);
    let distinct = now.subject.is(Kind::Name) && before.subject.is(Kind::Name) || others();
    // Rows share their words; what they stand for differs.
    // So do two runs through one helper.
    let single = before.row.is_none() && now.row.is_none();
    let through =
        single && before.via.is_some() && now.via.is_some() && before.resolved_subject != now.resolved_subject;
    let rows = before.row.is_some() && now.row.is_some() || through;
    let same = !rows && now.subject == before.subject || !distinct && now.resolved_subject == before.resolved_subject;
    let expected = !rows && now.expected == before.expected || now.resolved_expected == before.resolved_expected;
    if same && expected && now.positive == before.positive {
        return strength::level(now) >= strength::level(before);
    }
    let exact = matches!(now.kind, CheckKind::Equal | CheckKind::Identical | CheckKind::Snapshot) && now.positive;
    let weak = strength::level(before) <= 45 || !before.positive;
    if same {
        // What one thing is says nothing of how it stands to another.
        let relates = before.kind.is_bound() && before.resolved_expected.iter().any(|bound| !bound.is_literal());
        return exact
            && !relates
            && (weak || before.kind != now.kind && strength::level(before) < strength::level(now));
    }
    // A part of it is looked at, so it must be there; the whole is compared, so its parts are.
    let is_typed = before.kind == CheckKind::Type && before.positive;
    let presence = strength::level(before) <= 35 && !is_typed && (before.positive || is_not_null(before));
    if presence
        && (contains(&now.subject, &before.subject) || contains(&now.resolved_subject, &before.resolved_subject))
    {
        return strength::level(now) >= strength::level(before);
    }
    let whole =
        |whole: &Node, part: &Node| contains(part, unconverted(whole)) && !unconverted(whole).words().is_empty();
    // Written out, it is this value; a variable may hold another one of the same origin.
    let inline = now.subject == now.resolved_subject;
    // What two rows ask in the same words is asked of each.
    let apart = !rows || now.resolved_subject != before.resolved_subject;
    let resolved = || (rows || inline) && apart && whole(&now.resolved_subject, &before.resolved_subject);
    exact && (!rows && whole(&now.subject, &before.subject) || resolved())
}

/// What a value in another form is made of: `params.to_h`, `dict(params)`.
fn unconverted(node: &Node) -> &Node {
    let Some(callee) = node.child(Role::Callee).filter(|_| node.is(Kind::Call)) else {
        let name = matches!(&*node.text, "to_h" | "to_a" | "to_hash");
        return node.child(Role::Receiver).filter(|_| name && node.is(Kind::Member)).unwrap_or(node);
    };
    let mut given = node.children_in(Role::Argument);
    match (given.next(), given.next(), &*callee.text) {
        (Some(only), None, "dict" | "list" | "tuple" | "iterator_to_array" | "Object.fromEntries" | "Array.from") => {
            only
        }
        (
            None,
            _,
            "to_h" | "to_a" | "to_hash" | "toArray" | "toMap" | "toList" | "ToArray" | "ToList" | "ToDictionary",
        ) => callee.child(Role::Receiver).unwrap_or(node),
        _ => node,
    }
}

/// `a > b`, where the head says what both of them are.
pub(super) fn ordered_by_value(before: &Check, standing: &[&Check]) -> bool {
    let Some(bound) = before.expected.first().filter(|bound| before.kind.is_bound() && !bound.is_literal()) else {
        return false;
    };
    let value = |subject: &Node| {
        let says = |check: &&&Check| {
            check.positive
                && matches!(check.kind, CheckKind::Equal | CheckKind::Identical | CheckKind::Approximate)
                && check.subject == *subject
        };
        let helper = |check: &&&Check| check.kind == CheckKind::Opaque && check.positive;
        let given = |check: &&Check| {
            let given: Vec<&Node> = check.subject.children_in(Role::Argument).collect();
            given.first().filter(|first| **first == subject).and_then(|_| given.get(1)?.number())
        };
        let said = standing.iter().filter(says).find_map(|check| check.resolved_expected.first()?.number());
        // `assertCloseTo(white.rating, 1659.8, 0.005)`
        said.or_else(|| standing.iter().filter(helper).find_map(given))
    };
    let (Some(one), Some(other)) = (value(&before.subject), value(bound)) else { return false };
    match before.kind {
        CheckKind::Greater => one > other,
        CheckKind::AtLeast => one >= other,
        CheckKind::Less => one < other,
        _ => one <= other,
    }
}

/// A message or type that is now asked of the exception itself, or the other way round.
fn says_as_an_exception(now: &Check, before: &Check) -> bool {
    if now.kind != CheckKind::Throws || !now.positive || !before.positive {
        return false;
    }
    let parts: Vec<&Node> =
        now.expected.iter().chain(&now.resolved_expected).filter_map(|part| part.nodes().next()).collect();
    let asked = |value: &Node| {
        parts.iter().any(|part| {
            // Also inside of a function that looks at it: `raises(E, check=lambda e: e.code == "x")`.
            contains(part, value) || value.is(Kind::Text) && part.is(Kind::Text) && part.text.contains(&*value.text)
        })
    };
    match before.kind {
        CheckKind::Throws => {
            !before.expected.is_empty() && before.expected.iter().filter_map(|part| part.nodes().next()).all(asked)
        }
        CheckKind::Equal | CheckKind::Contains | CheckKind::Prefix | CheckKind::Suffix | CheckKind::Matches => {
            let says = |value: &Node| match value.kind {
                Kind::Text => value.text.len() > 3 && asked(value),
                Kind::Name | Kind::Template | Kind::Call => asked(value),
                _ => false,
            };
            let said = |values: &[Node]| !values.is_empty() && values.iter().all(says);
            said(&before.expected) || said(&before.resolved_expected)
        }
        CheckKind::Type | CheckKind::ExactType => {
            !before.expected.is_empty() && before.expected.iter().filter_map(|part| part.nodes().next()).all(asked)
        }
        _ => false,
    }
}

/// Whether what an exception had to say is asked by other checks of the case.
pub(super) fn asked_apart(before: &Check, after: &Check, new: &Case) -> bool {
    let lost =
        before.expected.iter().filter(|part| !after.expected.contains(part)).filter_map(|part| part.nodes().next());
    let mut any = false;
    let all = lost.into_iter().all(|value| {
        any = true;
        new.checks.iter().any(|check| {
            strength::is_reached(check)
                && !std::ptr::eq(check, after)
                && check.expected.iter().any(|now| {
                    now == value
                        || now.nodes().next() == Some(value)
                        || now.is(Kind::Text) && value.is(Kind::Text) && now.text.contains(&*value.text)
                })
        })
    });
    any && all
}

pub(super) fn contains(whole: &Node, part: &Node) -> bool {
    let mut found = false;
    whole.walk(&mut |n| found |= n == part);
    found
}

fn is_not_null(check: &Check) -> bool {
    !check.positive && check.expected.first().is_some_and(|n| n.is(Kind::Null))
}

/// The name that a subject starts from.
fn root_name(node: &Node) -> Option<&str> {
    match node.kind {
        Kind::Name => Some(&node.text),
        _ => node.nodes().next().and_then(root_name),
    }
}

/// Checks that were written anew: as many as before, no weaker, about the same things.
pub(super) fn rewritten(from: &[&Check], to: &[&Check], new: &Case) -> HashSet<*const Check> {
    type Answers = fn(&Check, &Check, &Case) -> bool;
    // The surest kind of answer first, so that it is not spent on a vaguer question.
    const KINDS: [Answers; 4] = [says_the_same, about_the_same, by_a_helper, of_another_subject];
    let mut used = HashSet::new();
    let mut kept = HashSet::new();
    for answers in KINDS {
        for before in from {
            let id = std::ptr::from_ref(*before);
            if kept.contains(&id) {
                continue;
            }
            let answer = to.iter().enumerate().find(|(at, now)| {
                !used.contains(at)
                    && strength::is_reached(now)
                    && now.hurdles.len() <= before.hurdles.len()
                    && answers(before, now, new)
            });
            if let Some((at, _)) = answer {
                used.insert(at);
                kept.insert(id);
            }
        }
    }
    kept.extend(asked_of_others(from, to, new));
    kept
}

/// Calls of a stand-in that is gone, where the stand-ins in its place are asked for theirs.
fn asked_of_others(from: &[&Check], to: &[&Check], new: &Case) -> Vec<*const Check> {
    let of_calls = |before: &Check| {
        let asks = |word: &&str| word.contains("call_args") || word.contains("call_count");
        before.kind.is_call() || before.subject.words().iter().any(asks)
    };
    let gone = |before: &&&Check| {
        of_calls(before) && root_name(&before.subject).is_some_and(|root| root.len() > 2 && !new.names.contains(root))
    };
    let lost: Vec<*const Check> = from.iter().filter(gone).map(|before| std::ptr::from_ref(*before)).collect();
    let asks = |now: &&&Check| now.kind.is_call() && strength::is_reached(now) && strength::level(now) >= 60;
    if to.iter().filter(asks).count() * 2 < lost.len() { Vec::new() } else { lost }
}

fn says_the_same(before: &Check, now: &Check, _: &Case) -> bool {
    strength::level(now) >= strength::level(before)
        && strength::family(now.kind) == strength::family(before.kind)
        && now.expected == before.expected
        && now.positive == before.positive
}

fn about_the_same(before: &Check, now: &Check, _: &Case) -> bool {
    let long = |word: &&str| word.len() > 2;
    let named: HashSet<&str> = [&before.subject, &before.resolved_subject]
        .into_iter()
        .chain(&before.expected)
        .flat_map(|node| node.words())
        .filter(long)
        .collect();
    strength::level(now) >= strength::level(before)
        && [&now.subject, &now.resolved_subject]
            .into_iter()
            .flat_map(|node| node.words())
            .any(|word| named.contains(word))
}

/// A helper of the repository that is called for the first time and is given what was expected.
fn by_a_helper(before: &Check, now: &Check, _: &Case) -> bool {
    let called = now.text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|_| now.outside.is_some());
    let given: HashSet<&str> = now.subject.words().into_iter().chain(called).collect();
    (now.kind == CheckKind::Opaque || now.outside.is_some())
        && !before.expected.is_empty()
        && before.expected.iter().flat_map(|value| value.words()).all(|word| given.contains(word))
}

/// What it looked at is no longer there: the test was rewritten around something else.
fn of_another_subject(before: &Check, now: &Check, new: &Case) -> bool {
    let root = root_name(&before.subject);
    strength::level(now) >= strength::level(before).min(60)
        && root.is_some_and(|root| root.len() > 2 && !new.names.contains(root))
}
