//! Expected values of one kind of demand against each other.

use super::{Verdict, changed, looser, values};
use crate::compare::tests::witness;
use crate::facts::tests::{Check, CheckKind};
use crate::lang::{Kind, Node, Role};

pub(super) fn new_list(check: &Check) -> Node {
    Node::with(
        Kind::List,
        check.subject.span,
        check.resolved_expected.iter().map(|n| (Role::Item, n.clone())).collect(),
    )
}

/// Slots of an expected value that accept more than one value.
pub(super) fn wildcards(node: &Node) -> usize {
    let mut count = 0;
    node.walk(&mut |n| {
        count += usize::from(n.is(Kind::Name) && &*n.text == "_");
        let name = match n.kind {
            Kind::Member | Kind::Name => n.text.rsplit('.').next().unwrap_or_default(),
            _ => "",
        };
        count += usize::from(matches!(
            name,
            "ANY"
                | "anything"
                | "objectContaining"
                | "arrayContaining"
                | "stringContaining"
                | "stringMatching"
                | "Anything"
                | "AnythingOfType"
                | "Any"
                | "IsAny"
                | "anyString"
                | "anyInt"
                | "anyLong"
                | "isA"
                | "anyBoolean"
                | "MatchedBy"
        ));
        count +=
            usize::from(n.is(Kind::Call) && n.child(Role::Callee).is_some_and(|c| matches!(&*c.text, "any" | "any!")));
    });
    count
}

/// Whether something that was written out may be anything now, in the same place of a value of the same shape.
pub(super) fn opens(old: &Node, new: &Node) -> bool {
    let is_any = |node: &Node| node.is(Kind::Name) && &*node.text == "_";
    if is_any(new) {
        let is_open = is_any(old) || old.is(Kind::Name) && old.text.starts_with(|c: char| c.is_lowercase() || c == '_');
        return !is_open;
    }
    old.kind == new.kind
        && old.children.len() == new.children.len()
        && old.nodes().zip(new.nodes()).any(|(was, is)| opens(was, is))
}

/// An expected value without what only the new one asks at all: further keys, and where `binds`, the shape of what any value
/// could be bound to. Whatever those accept is more than nothing.
pub(super) fn asked_before(old: &Node, new: &Node, binds: bool) -> Node {
    let is_variable = old.is(Kind::Name) && old.text.starts_with(|first: char| first.is_lowercase());
    if binds && is_variable && !new.is(Kind::Name) {
        return old.clone();
    }
    let key = |entry: &Node| match entry.kind {
        Kind::Pair => entry.child(Role::Left).map(Node::spelled),
        Kind::Keyword => Some(entry.text.to_string()),
        _ => None,
    };
    let keyed = |node: &Node| node.nodes().filter_map(|entry| Some((key(entry)?, entry.clone()))).collect::<Vec<_>>();
    let (was, is) = (keyed(old), keyed(new));
    let alike = old.kind == new.kind && (old.children.len() == new.children.len() || !was.is_empty() && !is.is_empty());
    if !alike {
        return new.clone();
    }
    let mut kept = Node { children: Vec::new(), ..new.clone() };
    for (at, (role, child)) in new.children.iter().enumerate() {
        let counterpart = match key(child).filter(|_| !was.is_empty()) {
            Some(name) => was.iter().find(|(known, _)| *known == name).map(|(_, entry)| entry),
            None => old.children.get(at).map(|(_, other)| other),
        };
        let is_new_key = counterpart.is_none() && key(child).is_some();
        let child = counterpart.map_or_else(|| child.clone(), |counterpart| asked_before(counterpart, child, binds));
        if !is_new_key {
            kept.children.push((*role, child));
        }
    }
    kept
}

pub(super) fn tolerance(old: &Check, new: &Check) -> Option<Verdict> {
    match (&old.tolerance, &new.tolerance) {
        (Some(before), Some(after)) if before == after => None,
        (Some(before), Some(after)) => match (before.value, after.value) {
            (Some(from), Some(to)) if to > from => {
                Some(looser(format!("the tolerance grew from {from} to {to}"), witness::between(old, new)))
            }
            (Some(from), Some(to)) if to < from => Some(Verdict::Tighter),
            (Some(_), Some(_)) => None,
            _ => changed("another tolerance"),
        },
        (None, Some(after)) => {
            Some(looser(format!("a tolerance was given: {}", after.text), witness::between(old, new)))
        }
        (Some(_), None) => Some(Verdict::Tighter),
        (None, None) => None,
    }
}

/// Two ranges that are written down.
pub(super) fn ranges(old: &Check, new: &Check) -> Option<Verdict> {
    let numbers = |check: &Check| match check.resolved_expected.as_slice() {
        [low, high] => Some((low.number()?, high.number()?)),
        _ => None,
    };
    let (Some((low, high)), Some((lower, higher))) = (numbers(old), numbers(new)) else {
        return changed("another range is expected");
    };
    if lower <= low && higher >= high {
        return Some(looser(
            format!("the range grew from {low}…{high} to {lower}…{higher}"),
            witness::between(old, new),
        ));
    }
    if lower >= low && higher <= high { Some(Verdict::Tighter) } else { changed("another range is expected") }
}

pub(super) fn bounds(old: &Check, new: &Check) -> Option<Verdict> {
    let upper = |kind| matches!(kind, CheckKind::Less | CheckKind::AtMost);
    let strict = |kind| matches!(kind, CheckKind::Less | CheckKind::Greater);
    if upper(old.kind) != upper(new.kind) {
        return Some(Verdict::Changed { inverted: true, why: "the bound points the other way".into() });
    }
    let number = |check: &Check| {
        check.resolved_expected.first().and_then(Node::number).or_else(|| check.expected.first().and_then(Node::number))
    };
    match (number(old), number(new)) {
        (Some(from), Some(to)) if from == to => match (strict(old.kind), strict(new.kind)) {
            (true, false) => Some(looser("the bound itself is accepted now", witness::between(old, new))),
            (false, true) => Some(Verdict::Tighter),
            _ => None,
        },
        (Some(from), Some(to)) => {
            if (to > from) == upper(new.kind) {
                let why = format!("the bound moved from {from} to {to}");
                Some(looser(why, witness::between(old, new)))
            } else {
                Some(Verdict::Tighter)
            }
        }
        _ if values(old) == values(new) || old.expected == new.expected && scaled(old, new).is_none() => {
            match (strict(old.kind), strict(new.kind)) {
                (true, false) => Some(looser("the bound itself is accepted now", None)),
                (false, true) => Some(Verdict::Tighter),
                _ => None,
            }
        }
        // Against another variable: neither more nor less.
        (None, None) => scaled(old, new),
        _ => changed("another bound"),
    }
}

fn alternatives(check: &Check) -> Vec<&Node> {
    match check.resolved_expected.as_slice() {
        [only] if only.is(Kind::List) => only.nodes().collect(),
        many => many.iter().collect(),
    }
}

pub(super) fn sets(old: &Check, new: &Check) -> Option<Verdict> {
    let (before, after) = (alternatives(old), alternatives(new));
    let kept = before.iter().all(|value| after.contains(value));
    let more: Vec<&&Node> = after.iter().filter(|value| !before.contains(value)).collect();
    match (kept, more.first()) {
        (true, None) => None,
        (true, Some(extra)) => {
            let named = witness::between(old, new).unwrap_or_else(|| witness::text(extra));
            Some(looser("one more alternative is accepted", Some(named)))
        }
        (false, None) => Some(Verdict::Tighter),
        (false, Some(_)) if old.kind == CheckKind::AnyOf => None,
        (false, Some(_)) => changed("other alternatives are accepted"),
    }
}

fn literal(check: &Check) -> Option<&str> {
    let node = check.resolved_expected.first()?;
    matches!(node.kind, Kind::Text | Kind::Regex).then_some(&*node.text)
}

pub(super) fn contained(old: &Check, new: &Check) -> Option<Verdict> {
    if !old.positive {
        return without(old, new);
    }
    match (literal(old), literal(new)) {
        // One of several that are asked: the others decide.
        (Some(from), Some(to)) if from == to && values(old).len() != values(new).len() => {
            if values(old).len() < values(new).len() {
                return Some(Verdict::Tighter);
            }
            Some(looser("fewer parts are asked for", None))
        }
        (Some(from), Some(to)) if from.contains(to) => {
            Some(looser("a shorter text is enough", witness::between(old, new)))
        }
        (Some(from), Some(to)) if to.contains(from) => Some(Verdict::Tighter),
        _ => changed("another text is expected"),
    }
}

/// Of a text that must not be there, the shorter one refuses more.
fn without(old: &Check, new: &Check) -> Option<Verdict> {
    match (literal(old), literal(new)) {
        (Some(from), Some(to)) if from == to && values(old).len() != values(new).len() => {
            if values(old).len() < values(new).len() {
                return Some(Verdict::Tighter);
            }
            Some(looser("fewer parts are refused", None))
        }
        (Some(from), Some(to)) if from.contains(to) => Some(Verdict::Tighter),
        (Some(from), Some(to)) if to.contains(from) => Some(looser("only a longer text is refused", None)),
        _ => changed("another text is expected"),
    }
}

pub(super) fn patterns(old: &Check, new: &Check) -> Option<Verdict> {
    let (Some(from), Some(to)) = (literal(old), literal(new)) else { return changed("another pattern is expected") };
    let bare = |text: &str| text.trim_matches('/').trim_matches(|c| matches!(c, '^' | '$' | '(' | ')')).to_owned();
    let alternatives: Vec<String> = to.split('|').map(bare).collect();
    if old.positive
        && alternatives.len() > from.split('|').count()
        && from.split('|').all(|part| alternatives.contains(&bare(part)))
    {
        return Some(looser("the pattern has one more alternative", witness::between(old, new)));
    }
    if old.positive && from.contains(to) && !to.is_empty() {
        return Some(looser("a shorter pattern is enough", witness::between(old, new)));
    }
    changed("another pattern is expected")
}
/// Whether a stronger demand excludes what the weaker one asked for.
pub(super) fn contradicts(old: &Check, new: &Check) -> bool {
    match (old.kind, literal(old), literal(new)) {
        (CheckKind::Contains | CheckKind::Prefix | CheckKind::Suffix | CheckKind::Matches, Some(part), Some(whole)) => {
            old.kind != CheckKind::Matches && !whole.contains(part)
        }
        _ => false,
    }
}

/// The same value times another factor, or with another number added: `limit * 5` against `limit * 100`.
fn scaled(old: &Check, new: &Check) -> Option<Verdict> {
    let (from, to) = (values(old).first()?, values(new).first()?);
    let (before, after) = (Scaled::of(from)?, Scaled::of(to)?);
    if before.base != after.base || before.operator != after.operator || before.number == after.number {
        return None;
    }
    let upper = matches!(new.kind, CheckKind::Less | CheckKind::AtMost);
    let grew = (after.number > before.number) == matches!(before.operator, "*" | "+");
    if grew == upper {
        let why = format!("the bound moved from {} to {} times the same value", before.number, after.number);
        let by = format!("the bound's part moved from {} to {}", before.number, after.number);
        return Some(looser(if before.operator == "*" { why } else { by }, None));
    }
    Some(Verdict::Tighter)
}

struct Scaled<'n> {
    base: &'n Node,
    operator: &'n str,
    number: f64,
}

impl<'n> Scaled<'n> {
    fn of(node: &'n Node) -> Option<Self> {
        let operator = &*node.text;
        if !node.is(Kind::Binary) || !matches!(operator, "*" | "+" | "-" | "/") {
            return None;
        }
        let (left, right) = (node.child(Role::Left)?, node.child(Role::Right)?);
        match (left.number(), right.number()) {
            (None, Some(number)) => Some(Self { base: left, operator, number }),
            (Some(number), None) if matches!(operator, "*" | "+") => Some(Self { base: right, operator, number }),
            _ => None,
        }
    }
}

/// Whether all values that are named now lie within the tolerance of before: `approx(2, abs=1.5)`, then `in [1, 2]`.
pub(super) fn near(old: &Check, new: &Check) -> bool {
    let tolerance = old.tolerance.as_ref().and_then(|tolerance| tolerance.value);
    let centre = values(old).first().and_then(Node::number);
    let named = matches!(new.kind, CheckKind::OneOf | CheckKind::Between) && new.positive;
    let (Some(tolerance), Some(centre), true) = (tolerance, centre, named && old.kind == CheckKind::Approximate) else {
        return false;
    };
    let now = alternatives(new);
    !now.is_empty() && now.iter().all(|value| value.number().is_some_and(|value| (value - centre).abs() <= tolerance))
}

/// A value within the tolerance that is none of those named.
pub(super) fn near_by(approximate: &Check, listed: &Check) -> Option<String> {
    let tolerance = approximate.tolerance.as_ref()?.value?;
    let centre = values(approximate).first()?.number()?;
    let named = alternatives(listed);
    let free = |value: &f64| named.iter().all(|node| node.number() != Some(*value));
    let near = [0.5, -0.5, 0.25, -0.25].into_iter().map(|part| centre + tolerance * part).find(free);
    near.filter(|_| listed.kind == CheckKind::OneOf).map(|value| value.to_string())
}
