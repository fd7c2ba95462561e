//! The order of demands: a check that accepts more than before is looser.

use super::witness;
use crate::facts::tests::{Check, CheckKind, HurdleKind};
use crate::lang::{Kind, Node, Role};

/// What became of one check.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Same,
    Tighter,
    Looser { why: String, witness: Option<String> },
    Changed { inverted: bool, why: String },
}

/// How much a check demands, on the scale of the documentation: 100 is one value, 0 is nothing.
pub fn level(check: &Check) -> u8 {
    if is_vacuous(check) {
        return 0;
    }
    let of_kind = match check.kind {
        CheckKind::Identical => 100,
        CheckKind::Equal | CheckKind::Snapshot | CheckKind::CalledOnceWith => 95,
        CheckKind::Loose => 90,
        CheckKind::Normalised => 85,
        CheckKind::Approximate | CheckKind::CalledWith => 80,
        CheckKind::Partial | CheckKind::FullMatch => 75,
        CheckKind::Prefix | CheckKind::Suffix => 70,
        CheckKind::Contains | CheckKind::Matches => 65,
        CheckKind::OneOf | CheckKind::AnyOf | CheckKind::CalledTimes => 60,
        CheckKind::Between => 55,
        // Less than an exact size.
        kind if kind.is_bound() && measures(&check.subject) => 42,
        CheckKind::Greater | CheckKind::AtLeast | CheckKind::Less | CheckKind::AtMost => 50,
        CheckKind::Length => 45,
        CheckKind::ExactType => 40,
        CheckKind::Type | CheckKind::Opaque => 35,
        CheckKind::HasKey => {
            if check.expected.len() > 1 {
                90
            } else {
                30
            }
        }
        CheckKind::Present => 25,
        CheckKind::Called => 25,
        CheckKind::Truth => 20,
        CheckKind::Throws => 25 + 15 * u8::try_from(check.expected.len().min(3)).unwrap_or(3),
        CheckKind::Completes => 10,
        CheckKind::Fail => 20,
        CheckKind::Count => 10,
    };
    if check.positive {
        return of_kind;
    }
    match check.kind {
        CheckKind::Truth | CheckKind::Present => of_kind,
        CheckKind::Called => 60,
        CheckKind::Equal | CheckKind::Identical if check.expected.first().is_some_and(|n| n.is(Kind::Null)) => 25,
        CheckKind::Throws => 10,
        _ => 15,
    }
}

/// A size: `len(x)`, `x.length`.
fn measures(node: &Node) -> bool {
    let name = match node.kind {
        Kind::Member => &*node.text,
        Kind::Call => node.child(Role::Callee).map_or("", |callee| &*callee.text),
        _ => "",
    };
    matches!(name.rsplit('.').next(), Some("len" | "length" | "size" | "count" | "Count" | "Length" | "Size"))
}

/// Kinds that different frameworks use for one demand.
pub fn family(kind: CheckKind) -> CheckKind {
    match kind {
        CheckKind::Identical | CheckKind::Loose => CheckKind::Equal,
        CheckKind::ExactType => CheckKind::Type,
        other => other,
    }
}

/// Nothing certain keeps it from running.
pub fn is_reached(check: &Check) -> bool {
    !check
        .hurdles
        .iter()
        .any(|hurdle| matches!(hurdle.kind, HurdleKind::Unreachable | HurdleKind::NotAwaited | HurdleKind::Swallowed))
}

/// True whatever the code does.
fn is_vacuous(check: &Check) -> bool {
    match check.kind {
        CheckKind::Equal | CheckKind::Identical | CheckKind::Loose => {
            check.positive && check.expected.first().is_some_and(|expected| *expected == check.subject)
        }
        CheckKind::Truth => {
            let literal = matches!(
                check.subject.kind,
                Kind::Bool | Kind::Number | Kind::Text | Kind::List | Kind::Map | Kind::Template
            );
            literal && (check.subject.is_literal() || matches!(check.subject.kind, Kind::List | Kind::Map))
        }
        CheckKind::Contains | CheckKind::Prefix | CheckKind::Suffix => {
            check.positive && check.expected.first().is_some_and(|n| n.is(Kind::Text) && n.text.is_empty())
        }
        CheckKind::AtLeast => {
            check.expected.first().and_then(Node::number) == Some(0.0)
                && check.subject.words().iter().any(|w| matches!(*w, "len" | "length" | "size" | "count"))
        }
        CheckKind::AnyOf => check.expected.iter().any(|n| n.is(Kind::Bool) && &*n.text == "true"),
        _ => false,
    }
}

/// The verdict on a check that was one thing and is another.
pub fn judge(old: &Check, new: &Check) -> Verdict {
    if level(old) > 0 && level(new) == 0 {
        return looser("it holds whatever the code does", None);
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

fn looser(why: impl Into<String>, witness: Option<String>) -> Verdict {
    Verdict::Looser { why: why.into(), witness }
}

fn changed(why: impl Into<String>) -> Option<Verdict> {
    Some(Verdict::Changed { inverted: false, why: why.into() })
}

/// Compares what is demanded; `None` where that is the same.
fn demand(old: &Check, new: &Check) -> Option<Verdict> {
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
    if weak_before && level(new) >= 45 && family(old.kind) == CheckKind::Equal {
        return Verdict::Tighter;
    }
    let same_topic = family(old.kind) == family(new.kind)
        || matches!(
            (old.kind, new.kind),
            (CheckKind::Called, CheckKind::CalledTimes) | (CheckKind::CalledTimes, CheckKind::Called)
        );
    if !same_topic && !new.positive && level(new) < level(old) {
        return looser(format!("{} became {}", name(old), name(new)), None);
    }
    Verdict::Changed { inverted: true, why: why.into() }
}

fn same_kind(old: &Check, new: &Check) -> Option<Verdict> {
    let literal = |check: &Check| values(check).iter().all(Node::is_literal);
    // The same words may stand for another value: a constant, a row.
    let same = values(old) == values(new) || old.expected == new.expected && !(literal(old) && literal(new));
    match old.kind {
        CheckKind::Throws => return throws(old, new),
        CheckKind::Approximate => {
            if !same {
                return changed("another value is expected");
            }
            return tolerance(old, new);
        }
        kind if kind.is_bound() => return bounds(old, new),
        CheckKind::OneOf | CheckKind::AnyOf => return sets(old, new),
        CheckKind::CalledWith
        | CheckKind::CalledOnceWith
        | CheckKind::Equal
        | CheckKind::Identical
        | CheckKind::Loose
        | CheckKind::Partial
            if !same =>
        {
            let (before, after) = (wildcards(&new_list(old)), wildcards(&new_list(new)));
            if after > before {
                return Some(looser("a part of the expected value may be anything now", None));
            }
            if after < before {
                return Some(Verdict::Tighter);
            }
        }
        CheckKind::Contains | CheckKind::Prefix | CheckKind::Suffix if !same => return contained(old, new),
        CheckKind::Matches | CheckKind::FullMatch if !same => return patterns(old, new),
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
        && (part(&old.subject, &new.subject) || part(&old.resolved_subject, &new.resolved_subject))
    {
        return Some(looser("only a part of the value is compared", None));
    }
    if let ([one], [other]) = (values(old), values(new))
        && !one.is_literal()
        && !other.is_literal()
        && !alike(one, other)
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

/// Whether two values share most of their words.
fn alike(one: &Node, other: &Node) -> bool {
    let (a, b) = (one.words(), other.words());
    let common = a.iter().filter(|word| b.contains(word)).count();
    common * 2 >= a.len().max(b.len())
}

/// Whether `part` looks at something inside of `whole`: a member, an element, the result of a function.
fn is_part(whole: &Node, part: &Node) -> bool {
    if whole == part || whole.is_literal() {
        return false;
    }
    let mut at = part;
    loop {
        let inner = match at.kind {
            Kind::Member | Kind::Index => at.child(Role::Receiver),
            Kind::Call => {
                let arguments: Vec<&Node> = at.children_in(Role::Argument).collect();
                match (at.child(Role::Callee), arguments.as_slice()) {
                    (Some(callee), [only]) if callee.is(Kind::Name) => Some(*only),
                    (Some(callee), []) => callee.child(Role::Receiver),
                    _ => None,
                }
            }
            _ => None,
        };
        match inner {
            Some(inner) if inner == whole => return true,
            Some(inner) => at = inner,
            None => return false,
        }
    }
}

fn new_list(check: &Check) -> Node {
    Node::with(
        Kind::List,
        check.subject.span,
        check.resolved_expected.iter().map(|n| (Role::Item, n.clone())).collect(),
    )
}

/// Slots of an expected value that accept more than one value.
fn wildcards(node: &Node) -> usize {
    let mut count = 0;
    node.walk(&mut |n| {
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

fn tolerance(old: &Check, new: &Check) -> Option<Verdict> {
    match (&old.tolerance, &new.tolerance) {
        (Some(before), Some(after)) if before == after => None,
        (Some(before), Some(after)) => match (before.value, after.value) {
            (Some(from), Some(to)) if to > from => {
                Some(looser(format!("the tolerance grew from {from} to {to}"), witness::off_by(new, from, to)))
            }
            (Some(from), Some(to)) if to < from => Some(Verdict::Tighter),
            (Some(_), Some(_)) => None,
            _ => changed("another tolerance"),
        },
        (None, Some(after)) => Some(looser(format!("a tolerance was given: {}", after.text), None)),
        (Some(_), None) => Some(Verdict::Tighter),
        (None, None) => None,
    }
}

fn bounds(old: &Check, new: &Check) -> Option<Verdict> {
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
            (true, false) => Some(looser("the bound itself is accepted now", Some(format!("{to}")))),
            (false, true) => Some(Verdict::Tighter),
            _ => None,
        },
        (Some(from), Some(to)) => {
            if (to > from) == upper(new.kind) {
                let why = format!("the bound moved from {from} to {to}");
                Some(looser(why, witness::between_bounds(from, to)))
            } else {
                Some(Verdict::Tighter)
            }
        }
        _ if values(old) == values(new) || old.expected == new.expected => match (strict(old.kind), strict(new.kind)) {
            (true, false) => Some(looser("the bound itself is accepted now", None)),
            (false, true) => Some(Verdict::Tighter),
            _ => None,
        },
        // Against another variable: neither more nor less.
        (None, None) => None,
        _ => changed("another bound"),
    }
}

fn alternatives(check: &Check) -> Vec<&Node> {
    match check.resolved_expected.as_slice() {
        [only] if only.is(Kind::List) => only.nodes().collect(),
        many => many.iter().collect(),
    }
}

fn sets(old: &Check, new: &Check) -> Option<Verdict> {
    let (before, after) = (alternatives(old), alternatives(new));
    let kept = before.iter().all(|value| after.contains(value));
    let more: Vec<&&Node> = after.iter().filter(|value| !before.contains(value)).collect();
    match (kept, more.first()) {
        (true, None) => None,
        (true, Some(extra)) => Some(looser("one more alternative is accepted", Some(witness::text(extra)))),
        (false, None) => Some(Verdict::Tighter),
        (false, Some(_)) if old.kind == CheckKind::AnyOf => None,
        (false, Some(_)) => changed("other alternatives are accepted"),
    }
}

fn literal(check: &Check) -> Option<&str> {
    let node = check.resolved_expected.first()?;
    matches!(node.kind, Kind::Text | Kind::Regex).then_some(&*node.text)
}

fn contained(old: &Check, new: &Check) -> Option<Verdict> {
    match (literal(old), literal(new)) {
        (Some(from), Some(to)) if from.contains(to) => {
            Some(looser("a shorter text is enough", Some(format!("{to:?}"))))
        }
        (Some(from), Some(to)) if to.contains(from) => Some(Verdict::Tighter),
        _ => changed("another text is expected"),
    }
}

fn patterns(old: &Check, new: &Check) -> Option<Verdict> {
    let (Some(from), Some(to)) = (literal(old), literal(new)) else { return changed("another pattern is expected") };
    let bare = |text: &str| text.trim_matches('/').trim_matches(|c| matches!(c, '^' | '$' | '(' | ')')).to_owned();
    let alternatives: Vec<String> = to.split('|').map(bare).collect();
    if alternatives.len() > from.split('|').count() && from.split('|').all(|part| alternatives.contains(&bare(part))) {
        return Some(looser("the pattern has one more alternative", None));
    }
    if from.contains(to) && !to.is_empty() {
        return Some(looser("a shorter pattern is enough", None));
    }
    changed("another pattern is expected")
}

/// Type, then message: losing one loosens.
fn throws(old: &Check, new: &Check) -> Option<Verdict> {
    if !old.positive {
        return None;
    }
    let part = |check: &Check, name: &str| {
        check.resolved_expected.iter().find(|n| &*n.text == name).and_then(|n| n.child(Role::Value)).cloned()
    };
    let mut tighter = false;
    let mut other = false;
    for name in ["type", "message"] {
        match (part(old, name), part(new, name)) {
            (Some(_), None) => {
                return Some(looser(format!("the exception's {name} is no longer asked"), None));
            }
            (None, Some(_)) => tighter = true,
            (Some(before), Some(after)) if before != after => {
                if name == "type" && is_base_exception(&after) && !is_base_exception(&before) {
                    return Some(looser("any exception is enough", Some(witness::text(&after))));
                }
                if name == "type" && after.is(Kind::List) && after.nodes().any(|n| *n == before) {
                    return Some(looser("one more exception is accepted", Some(witness::text(&after))));
                }
                if name == "type" && is_base_exception(&before) {
                    tighter = true;
                } else {
                    other = true;
                }
            }
            _ => {}
        }
    }
    if other {
        return changed("another exception is expected");
    }
    tighter.then_some(Verdict::Tighter)
}

fn is_base_exception(node: &Node) -> bool {
    let last = node.words().last().map(|word| word.rsplit('.').next().unwrap_or(word).to_owned()).unwrap_or_default();
    matches!(
        last.as_str(),
        "Exception" | "BaseException" | "Throwable" | "Error" | "StandardError" | "RuntimeException"
    )
}

/// What stands in the way now and did not before.
fn reach(old: &Check, new: &Check) -> Option<String> {
    let known = |hurdle: &&crate::facts::tests::Hurdle| old.hurdles.iter().any(|before| before == *hurdle);
    let by_kind = |kind| {
        let count = |check: &Check| check.hurdles.iter().filter(|hurdle| hurdle.kind == kind).count();
        count(new) > count(old)
    };
    let fresh = new.hurdles.iter().filter(|hurdle| !known(hurdle)).find(|hurdle| by_kind(hurdle.kind))?;
    Some(match fresh.kind {
        HurdleKind::Unreachable => "it is never reached".into(),
        HurdleKind::NotAwaited => "nobody waits for its outcome".into(),
        HurdleKind::Swallowed => "its failure is caught and dropped".into(),
        HurdleKind::Catch => "it runs only when something was caught".into(),
        HurdleKind::Condition => "it runs only under a condition".into(),
        HurdleKind::Loop | HurdleKind::Retried => return None,
    })
}

/// The subject is changed on its way into the check: sorted, stripped, filtered, sliced.
fn handled(old: &Check, new: &Check) -> Option<String> {
    if old.subject == new.subject && old.resolved_subject == new.resolved_subject {
        return None;
    }
    let (before, after) = (handling(&old.resolved_subject), handling(&new.resolved_subject));
    let fresh = after.iter().find(|word| !before.contains(word))?;
    Some(format!("the value goes through `{fresh}` first"))
}

fn handling(node: &Node) -> Vec<&str> {
    let mut found = Vec::new();
    fn read<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
        if node.is(Kind::Call)
            && let Some(callee) = node.child(Role::Callee)
        {
            let name = callee.text.rsplit('.').next().unwrap_or_default();
            if matches!(
                name,
                "sorted"
                    | "sort"
                    | "set"
                    | "lower"
                    | "upper"
                    | "strip"
                    | "trim"
                    | "toLowerCase"
                    | "toUpperCase"
                    | "to_lowercase"
                    | "to_uppercase"
                    | "casefold"
                    | "normalize"
                    | "filter"
                    | "round"
                    | "replace"
                    | "replaceAll"
                    | "sub"
                    | "toSorted"
                    | "sort_by"
                    | "uniq"
                    | "ToLower"
                    | "ToUpper"
                    | "TrimSpace"
                    | "floor"
                    | "trunc"
                    | "toFixed"
                    | "frozenset"
                    | "Counter"
                    | "to_set"
                    | "toSet"
            ) {
                found.push(name);
            }
        }
        if node.is(Kind::If) && node.child(Role::Then).is_none() {
            found.push("if");
        }
        for child in node.nodes() {
            read(child, found);
        }
    }
    read(node, &mut found);
    found
}

/// Whether a stronger demand excludes what the weaker one asked for.
fn contradicts(old: &Check, new: &Check) -> bool {
    match (old.kind, literal(old), literal(new)) {
        (CheckKind::Contains | CheckKind::Prefix | CheckKind::Suffix | CheckKind::Matches, Some(part), Some(whole)) => {
            old.kind != CheckKind::Matches && !whole.contains(part)
        }
        _ => false,
    }
}

/// What a check is called in a sentence.
pub fn name(check: &Check) -> &'static str {
    if !check.positive {
        return match check.kind {
            CheckKind::Truth => "falseness",
            CheckKind::Throws => "no exception",
            _ => "inequality",
        };
    }
    match check.kind {
        CheckKind::Identical | CheckKind::Equal => "equality",
        CheckKind::Loose => "converting equality",
        CheckKind::Normalised => "equality up to order or spelling",
        CheckKind::Approximate => "approximate equality",
        CheckKind::Partial => "a partial match",
        CheckKind::FullMatch => "a full pattern",
        CheckKind::Prefix => "a prefix",
        CheckKind::Suffix => "a suffix",
        CheckKind::Contains => "containment",
        CheckKind::Matches => "a pattern",
        CheckKind::OneOf => "one of several values",
        CheckKind::Between => "a range",
        CheckKind::Greater | CheckKind::AtLeast => "a lower bound",
        CheckKind::Less | CheckKind::AtMost => "an upper bound",
        CheckKind::Length => "a length",
        CheckKind::ExactType | CheckKind::Type => "a type",
        CheckKind::HasKey => "the presence of a key",
        CheckKind::Present => "mere presence",
        CheckKind::Truth => "truthiness",
        CheckKind::Throws => "an exception",
        CheckKind::Completes => "no exception",
        CheckKind::Called => "having been called",
        CheckKind::CalledTimes => "a number of calls",
        CheckKind::CalledWith => "a call's arguments",
        CheckKind::CalledOnceWith => "exactly one call with these arguments",
        CheckKind::Snapshot => "a snapshot",
        CheckKind::AnyOf => "any of several demands",
        CheckKind::Fail => "a failure",
        CheckKind::Opaque => "a helper",
        CheckKind::Count => "a number of checks",
    }
}
