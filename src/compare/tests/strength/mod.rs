//! The order of demands: a check that accepts more than before is looser.

mod expects;
mod level;
mod quantifier;
mod subject;
mod throws;
mod values;
mod words;
mod wrapped;

use level::compares_itself;
pub use level::{family, is_reached, level};

use super::witness;
use crate::facts::tests::{Check, CheckKind};
use crate::lang::{self, Kind, Node, Role};
use quantifier::quantified;
use subject::{alike, handled, is_named_anew, is_part, reach};
use throws::throws;
use values::{
    asked_before, bounds, contained, contradicts, near, near_by, new_list, opens, patterns, ranges, sets, tolerance,
    wildcards,
};
use words::name;

/// What became of one check.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Same,
    Tighter,
    Looser { why: String, witness: Option<String> },
    Changed { inverted: bool, why: String },
}

/// The verdict on a check that was one thing and is another.
pub fn judge(old: &Check, new: &Check) -> Verdict {
    if level(old) > 0 && level(new) == 0 {
        return looser("it holds whatever the code does", None);
    }
    if compares_itself(new) && !compares_itself(old) {
        return looser("it is compared with itself", None);
    }
    if asks_itself(old, new) {
        return looser("what is expected comes from the code under test", None);
    }
    if let Some(verdict) = demand(old, new)
        && (verdict != Verdict::Tighter || reach(old, new).is_none())
    {
        return verdict;
    }
    if let Some(why) = reach(old, new) {
        return looser(why, None);
    }
    if let Some(why) = handled(old, new) {
        return looser(why, None);
    }
    Verdict::Same
}

/// Whether a value that was written out is now made by the very function whose answer is looked at.
fn asks_itself(old: &Check, new: &Check) -> bool {
    fn callee(node: &Node) -> Option<&Node> {
        node.child(Role::Callee).filter(|callee| node.is(Kind::Call) && !callee.words().is_empty())
    }
    let exact =
        |check: &Check| matches!(family(check.kind), CheckKind::Equal | CheckKind::Approximate) && check.positive;
    let ([written], [made]) = (values(old), values(new)) else { return false };
    let asked = callee(&new.resolved_subject);
    exact(old)
        && exact(new)
        && written.is_literal()
        && asked.is_some()
        && callee(&old.resolved_subject) == asked
        && callee(made) == asked
}

fn looser(why: impl Into<String>, witness: Option<String>) -> Verdict {
    Verdict::Looser { why: why.into(), witness }
}

fn changed(why: impl Into<String>) -> Option<Verdict> {
    Some(Verdict::Changed { inverted: false, why: why.into() })
}

/// Compares what is demanded; `None` where that is the same.
fn demand(old: &Check, new: &Check) -> Option<Verdict> {
    if let Some(bare) = wrapped::both_sides(new).filter(|_| wrapped::both_sides(old).is_none()) {
        return demand(old, &bare);
    }
    if let Some((old, new)) = wrapped::contents(old, new) {
        return demand(&old, &new);
    }
    // `ASSERT_OK(close(file))` of a status, however it was asked before.
    let is_ok = |check: &Check| check.positive && check.expected.first().is_some_and(|value| &*value.text == "ok");
    if is_ok(new) && (old.kind == CheckKind::Truth || is_zero_value(old) == Some(true)) {
        return None;
    }
    // `Some` and `None` in other words.
    if is_absence(old) && is_absence(new) {
        return None;
    }
    if let (Some(before), Some(after)) = (is_zero_value(old), is_zero_value(new)) {
        let why = "what must be nothing must be something now, or the other way round".into();
        return (before != after).then_some(Verdict::Changed { inverted: true, why });
    }
    if old.positive != new.positive {
        return Some(polarity(old, new));
    }
    if family(old.kind) == family(new.kind) {
        return same_kind(old, new);
    }
    if old.kind.is_bound() && new.kind.is_bound() {
        return bounds(old, new);
    }
    if new.kind == CheckKind::AnyOf {
        return Some(looser("one of several demands is enough now", new.expected.last().map(witness::text)));
    }
    if old.kind == CheckKind::AnyOf && is_alternative(old, new) {
        return Some(Verdict::Tighter);
    }
    if let Some(verdict) = listed(old, new) {
        return Some(verdict);
    }
    if near(old, new) {
        return Some(Verdict::Tighter);
    }
    if near(new, old) {
        return Some(looser("whatever is near is accepted now", near_by(new, old)));
    }
    if is_written_out(old, new) {
        return None;
    }
    let expected = values(old) == values(new);
    if (old.kind, new.kind) == (CheckKind::Throws, CheckKind::Completes)
        || (old.kind, new.kind) == (CheckKind::Completes, CheckKind::Throws)
    {
        return Some(Verdict::Changed {
            inverted: true,
            why: "what had to fail has to succeed now, or the other way round".into(),
        });
    }
    if (old.kind == CheckKind::Throws) != (new.kind == CheckKind::Throws)
        && old.kind != CheckKind::Snapshot
        && new.kind != CheckKind::Snapshot
    {
        return Some(Verdict::Changed {
            inverted: true,
            why: "a value was expected and now an exception, or the other way round".into(),
        });
    }
    if new.kind == CheckKind::Opaque || old.kind == CheckKind::Opaque {
        return None;
    }
    // `not None` against anything positive, zero calls against some: another statement, not a weaker one.
    if (old.kind == CheckKind::CalledTimes) != (new.kind == CheckKind::CalledTimes) && is_zero(old) != is_zero(new) {
        return Some(Verdict::Changed { inverted: true, why: "whether it is called at all".into() });
    }
    // What is true is there; what is there need not be true.
    let (is_there, is_true) = (CheckKind::Present, CheckKind::Truth);
    if old.positive && new.positive && old.subject == new.subject {
        match (old.kind, new.kind) {
            // Of a plain truth value it says nothing at all.
            (was, now) if was == is_true && now == is_there && is_typed(new) => {
                return Some(looser("truthiness became mere presence", None));
            }
            (was, now) if was == is_there && now == is_true && is_typed(new) => return Some(Verdict::Tighter),
            _ => {}
        }
    }
    match level(new).cmp(&level(old)) {
        std::cmp::Ordering::Less if new.kind == CheckKind::Length && old.kind == CheckKind::Equal && is_empty(old) => {
            None
        }
        std::cmp::Ordering::Less => {
            Some(looser(format!("{} became {}", name(old), name(new)), witness::between(old, new)))
        }
        std::cmp::Ordering::Equal if expected => None,
        std::cmp::Ordering::Equal => changed("another demand of the same strength"),
        std::cmp::Ordering::Greater if contradicts(old, new) => changed("another value is expected"),
        std::cmp::Ordering::Greater => Some(Verdict::Tighter),
    }
}

/// Whether what is demanded now was one of several demands before.
fn is_alternative(old: &Check, new: &Check) -> bool {
    let asked: Vec<&str> = values(new).iter().flat_map(Node::words).collect();
    let says = |one: &Node| {
        let words = one.words();
        !words.is_empty() && (asked.starts_with(&words) || words.starts_with(&asked))
    };
    !asked.is_empty() && values(old).iter().any(says)
}

/// `x.status == 200` as `x` matching `{ status: 200 }`, and back.
fn listed(old: &Check, new: &Check) -> Option<Verdict> {
    let equal = |check: &Check| family(check.kind) == CheckKind::Equal && check.positive;
    let partial = |check: &Check| check.kind == CheckKind::Partial && check.positive;
    let (field, whole) = match (equal(old) && partial(new), partial(old) && equal(new)) {
        (true, _) => (old, new),
        (_, true) => (new, old),
        _ => return None,
    };
    let asked = member(&field.subject)?;
    let same = asked.child(Role::Receiver) == Some(&whole.subject)
        || member(&field.resolved_subject)?.child(Role::Receiver) == Some(&whole.resolved_subject);
    let entries = || whole.resolved_expected.iter().flat_map(entries);
    let entry = entries().find(|(key, _)| same && **key == *asked.text)?.1;
    if Some(entry) != field.resolved_expected.first() {
        return Some(Verdict::Changed { inverted: false, why: "another value is expected".into() });
    }
    Some(match (std::ptr::eq(field, old), entries().count()) {
        (_, 1) => Verdict::Same,
        (true, _) => Verdict::Tighter,
        (false, _) => looser("fewer parts are compared", None),
    })
}

/// A member, also where it is called without arguments.
fn member(node: &Node) -> Option<&Node> {
    match node.kind {
        Kind::Member => Some(node),
        Kind::Call if node.child(Role::Argument).is_none() => node.child(Role::Callee).and_then(member),
        _ => None,
    }
}

/// Keys and values of a map, or of named arguments.
fn entries(node: &Node) -> Vec<(&str, &Node)> {
    let pairs: Vec<&Node> = if node.is(Kind::Map) { node.nodes().collect() } else { vec![node] };
    pairs
        .into_iter()
        .filter(|pair| matches!(pair.kind, Kind::Pair | Kind::Keyword))
        .filter_map(|pair| {
            let key = if pair.is(Kind::Keyword) { &*pair.text } else { &*pair.child(Role::Left)?.text };
            Some((key.trim_start_matches(':'), pair.child(Role::Value)?))
        })
        .collect()
}

fn is_empty(check: &Check) -> bool {
    check.expected.first().is_some_and(|n| {
        matches!(n.kind, Kind::List | Kind::Map) && n.children.is_empty() || n.is(Kind::Text) && n.text.is_empty()
    })
}

fn is_zero(check: &Check) -> bool {
    check.kind == CheckKind::CalledTimes && check.expected.first().and_then(Node::number) == Some(0.0)
        || check.kind == CheckKind::Called && !check.positive
}

fn values(check: &Check) -> &[Node] {
    &check.resolved_expected
}

fn polarity(old: &Check, new: &Check) -> Verdict {
    let why = if new.positive { "what must not be must be now" } else { "what must be must not be now" };
    let weak_before = level(old) <= 25 && !old.positive;
    if weak_before && level(new) >= 45 && (family(old.kind) != family(new.kind) || values(old) != values(new)) {
        return Verdict::Tighter;
    }
    let same_topic = family(old.kind) == family(new.kind)
        || matches!(
            (old.kind, new.kind),
            (CheckKind::Called, CheckKind::CalledTimes) | (CheckKind::CalledTimes, CheckKind::Called)
        );
    let other = !values(old).is_empty() && !values(new).is_empty() && values(old) != values(new);
    let excludes = matches!(family(old.kind), CheckKind::Equal | CheckKind::Length | CheckKind::Type);
    if family(old.kind) == family(new.kind) && other && excludes {
        // Not this one value any more, only not that one.
        return if old.positive {
            looser(format!("{} became {}", name(old), name(new)), witness::between(old, new))
        } else {
            Verdict::Tighter
        };
    }
    if !same_topic && !new.positive && level(new) < level(old) {
        return looser(format!("{} became {}", name(old), name(new)), witness::between(old, new));
    }
    let equality = |check: &Check| family(check.kind) == CheckKind::Equal;
    if old.positive && equality(old) && equality(new) && values(old) != values(new) && !is_null(new) {
        return looser("equality became inequality", witness::between(old, new));
    }
    Verdict::Changed { inverted: true, why: why.into() }
}

/// Only a truth value can be asked whether it is true.
fn is_typed(check: &Check) -> bool {
    let has_truth = |syntax: &lang::Syntax| syntax.typed_truth || syntax.error_values;
    lang::of(&check.path).is_some_and(|language| has_truth(&language.syntax))
}

/// Whether a check asks for an optional without a value: `== None`, `.isEmpty`, `!isDefined`.
fn is_absence(check: &Check) -> bool {
    let none = |value: &Node| match value.kind {
        Kind::Name | Kind::Member => matches!(value.text.rsplit('.').next(), Some("None" | "none")),
        Kind::Call => value.spelled().starts_with("Optional.empty"),
        _ => false,
    };
    match check.kind {
        CheckKind::Equal | CheckKind::Identical => check.positive && check.expected.first().is_some_and(none),
        CheckKind::Length => check.positive && check.expected.first().and_then(Node::number) == Some(0.0),
        CheckKind::Present => !check.positive,
        _ => false,
    }
}

/// Whether a check asks for nothing, zero or false, or for anything else, in a language where those are one.
fn is_zero_value(check: &Check) -> Option<bool> {
    let none = |value: &Node| match value.kind {
        Kind::Null => true,
        Kind::Bool => &*value.text == "false",
        _ => value.number() == Some(0.0),
    };
    let asks = match check.kind {
        CheckKind::Equal | CheckKind::Identical => check.expected.first().is_some_and(none).then_some(check.positive),
        CheckKind::Truth | CheckKind::Present => Some(!check.positive),
        _ => None,
    };
    asks.filter(|_| lang::of(&check.path).is_some_and(|language| language.syntax.null_is_false))
}

fn is_null(check: &Check) -> bool {
    check.expected.first().is_some_and(|expected| expected.is(Kind::Null))
}

/// A name as constants and variants have it: `StatusOK`, `MAX`, `http.StatusOK`, `Status::Ok`.
fn is_constant(node: &Node) -> bool {
    let starts_high = |text: &str| text.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase));
    match node.kind {
        Kind::Name => starts_high(&node.text),
        Kind::Member => starts_high(&node.text) && node.child(Role::Receiver).is_some_and(|of| of.is(Kind::Name)),
        _ => false,
    }
}

fn same_kind(old: &Check, new: &Check) -> Option<Verdict> {
    let lacks =
        |one: &Check, other: &Check| one.leaves_out.iter().find(|name| !other.leaves_out.contains(name)).cloned();
    if let Some(option) = lacks(new, old) {
        return Some(looser(format!("`{option}` makes more values equal"), None));
    }
    same_demand(old, new).or_else(|| lacks(old, new).map(|_| Verdict::Tighter))
}

fn same_demand(old: &Check, new: &Check) -> Option<Verdict> {
    let literal = |check: &Check| values(check).iter().all(Node::is_literal);
    // The same words may stand for another value: a constant, a row.
    let same = values(old) == values(new) || old.expected == new.expected && !(literal(old) && literal(new));
    if let Some(verdict) = quantified(old, new) {
        return Some(verdict);
    }
    match old.kind {
        CheckKind::Throws => return throws(old, new),
        CheckKind::Expects => return expects::compare(old, new),
        CheckKind::Approximate => {
            if !same {
                return changed("another value is expected");
            }
            return tolerance(old, new);
        }
        kind if kind.is_bound() => return bounds(old, new),
        CheckKind::Between if !same => return ranges(old, new),
        CheckKind::OneOf | CheckKind::AnyOf => return sets(old, new),
        CheckKind::CalledWith
        | CheckKind::CalledOnceWith
        | CheckKind::Equal
        | CheckKind::Identical
        | CheckKind::Loose
        | CheckKind::Partial
        | CheckKind::Type
            if !same =>
        {
            let (was, is) = (new_list(old), new_list(new));
            let binds = old.path.extension().is_some_and(|kind| matches!(kind, b"ex" | b"exs"));
            let asked = asked_before(&was, &is, binds);
            if asked == was && wildcards(&is) > wildcards(&was) {
                return Some(Verdict::Same);
            }
            let (before, after) = (wildcards(&was), wildcards(&asked));
            if after > before || opens(&was, &asked) {
                return Some(looser("a part of the expected value may be anything now", None));
            }
            if after < before {
                return Some(Verdict::Tighter);
            }
        }
        CheckKind::Contains | CheckKind::Prefix | CheckKind::Suffix if !same => return contained(old, new),
        CheckKind::Matches | CheckKind::FullMatch if !same => return patterns(old, new),
        CheckKind::Snapshot if matched_apart(new) && !matched_apart(old) => {
            return Some(looser("a part of the recording may be anything now", None));
        }
        CheckKind::Snapshot
        | CheckKind::Fail
        | CheckKind::Count
        | CheckKind::Opaque
        | CheckKind::Completes
        | CheckKind::Called => return None,
        _ => {}
    }
    if same {
        if old.kind != CheckKind::Loose && new.kind == CheckKind::Loose {
            return Some(looser("equality converts types now", None));
        }
        // Of values written out, identity is the strict form of deep equality.
        let structured = values(new).iter().any(|value| matches!(value.kind, Kind::List | Kind::Map));
        if (old.kind, new.kind) == (CheckKind::Identical, CheckKind::Equal) && structured && old.positive {
            return Some(looser("types and undefined fields no longer count", None));
        }
        if old.kind == CheckKind::Loose && new.kind != CheckKind::Loose {
            return Some(Verdict::Tighter);
        }
        return None;
    }
    if old.kind == CheckKind::Truth {
        return None;
    }
    if let Some(why) = handled(old, new) {
        return Some(looser(why, None));
    }
    let part = |whole: &Node, of: &Node| is_part(whole, of);
    if family(old.kind) == CheckKind::Equal
        && old.positive
        && !is_null(old)
        && (part(&old.subject, &new.subject) || part(&old.resolved_subject, &new.resolved_subject))
    {
        return Some(looser("only a part of the value is compared", None));
    }
    if let ([one], [other]) = (values(old), values(new))
        && !one.is_literal()
        && !other.is_literal()
        && (!alike(one, other) || is_named_anew(one, other))
        && !(is_constant(one) && is_constant(other))
    {
        // Against another variable: another statement, which nobody can weigh by its text.
        return None;
    }
    let inverted = match (values(old), values(new)) {
        ([one], [other]) => one.is(Kind::Bool) && other.is(Kind::Bool),
        _ => false,
    };
    Some(Verdict::Changed { inverted, why: "another value is expected".into() })
}

/// Whether what was expected stands in the recording that a snapshot's check holds itself.
fn is_written_out(old: &Check, new: &Check) -> bool {
    let [expected] = values(old) else { return false };
    let recorded = |text: &str| {
        let mut found = false;
        for value in &new.expected {
            value.walk(&mut |node| {
                found |= matches!(node.kind, Kind::Text | Kind::Template) && node.text.contains(text);
            });
        }
        found
    };
    new.kind == CheckKind::Snapshot
        && new.positive
        && family(old.kind) == CheckKind::Equal
        && expected.is(Kind::Text)
        && expected.text.len() > 2
        && recorded(&expected.text)
}

/// A recording of which some fields are only matched: `toMatchSnapshot({ id: expect.any(Number) })`, `{ ".id" => "[id]" }`.
fn matched_apart(check: &Check) -> bool {
    check.expected.iter().any(|part| matches!(part.kind, Kind::Map | Kind::Block) && !part.children.is_empty())
}
