//! What a check looks at: the whole, a part, or something made of it; and whether it gets there.

use crate::facts::tests::{Check, HurdleKind};
use crate::lang::{Kind, Node, Role};

/// Whether two values share most of their words.
pub(super) fn alike(one: &Node, other: &Node) -> bool {
    let (a, b) = (one.words(), other.words());
    let common = a.iter().filter(|word| b.contains(word)).count();
    common * 2 >= a.len().max(b.len())
}

/// Whether one value is the other with a name in the place of a number, a text or another local: `64 * size`, then `count * size`.
pub(super) fn is_named_anew(one: &Node, other: &Node) -> bool {
    if one == other {
        return true;
    }
    let named = |node: &Node| matches!(node.kind, Kind::Name | Kind::Member);
    let local = |node: &Node| node.is(Kind::Name) && node.text.starts_with(char::is_lowercase);
    if (one.is_literal() || local(one)) && named(other) {
        return true;
    }
    one.kind == other.kind
        && one.text == other.text
        && !one.children.is_empty()
        && one.children.len() == other.children.len()
        && one.nodes().zip(other.nodes()).all(|(one, other)| is_named_anew(one, other))
}

/// Whether `part` looks at something inside of `whole`: a member, an element, the result of a function.
pub(super) fn is_part(whole: &Node, part: &Node) -> bool {
    if whole == part || whole.is_literal() {
        return false;
    }
    let (mut at, mut narrowed) = (part, false);
    loop {
        let (inner, narrows) = match at.kind {
            Kind::Member | Kind::Index => (at.child(Role::Receiver), true),
            Kind::Call => {
                let arguments: Vec<&Node> = at.children_in(Role::Argument).collect();
                match (at.child(Role::Callee), arguments.as_slice()) {
                    (Some(callee), [only]) if callee.is(Kind::Name) => (Some(*only), !converts(&callee.text)),
                    (Some(callee), []) => (callee.child(Role::Receiver), true),
                    _ => (None, false),
                }
            }
            _ => (None, false),
        };
        let Some(inner) = inner else { return false };
        narrowed |= narrows;
        if inner == whole {
            return narrowed;
        }
        at = inner;
    }
}

/// Functions that say the whole value in another form.
fn converts(name: &str) -> bool {
    matches!(
        name,
        "str"
            | "repr"
            | "list"
            | "tuple"
            | "dict"
            | "bytes"
            | "bytearray"
            | "int"
            | "float"
            | "array"
            | "String"
            | "Number"
            | "Array"
            | "Hash"
            | "Integer"
            | "Float"
            | "await"
            | "iterator_to_array"
            | "strval"
            | "intval"
            | "unicode"
            | "text"
    )
}

/// What stands in the way now and did not before.
pub(super) fn reach(old: &Check, new: &Check) -> Option<String> {
    let known = |hurdle: &&crate::facts::tests::Hurdle| old.hurdles.iter().any(|before| before == *hurdle);
    let by_kind = |kind| {
        let count = |check: &Check| check.hurdles.iter().filter(|hurdle| hurdle.kind == kind).count();
        count(new) > count(old)
    };
    let asks = |hurdle: &&crate::facts::tests::Hurdle| {
        hurdle.kind == HurdleKind::Condition && hurdle.what.as_ref().is_some_and(|what| asks_for_expectation(what, new))
    };
    if narrowed(old, new) {
        return Some("it runs only over a part of the data".into());
    }
    let fresh =
        new.hurdles.iter().filter(|hurdle| !known(hurdle) && !asks(hurdle)).find(|hurdle| by_kind(hurdle.kind))?;
    Some(match fresh.kind {
        HurdleKind::Unreachable => "it is never reached".into(),
        HurdleKind::NotAwaited => "nobody waits for its outcome".into(),
        HurdleKind::Swallowed => "its failure is caught and dropped".into(),
        HurdleKind::Catch => "it runs only when something was caught".into(),
        HurdleKind::Condition => "it runs only under a condition".into(),
        HurdleKind::Loop | HurdleKind::Retried => return None,
    })
}

/// Whether a loop goes over a slice, a filtered or a limited form of what it went over before.
fn narrowed(old: &Check, new: &Check) -> bool {
    fn over(check: &Check) -> impl Iterator<Item = &Node> {
        check.hurdles.iter().filter(|hurdle| hurdle.kind == HurdleKind::Loop).filter_map(|hurdle| hurdle.what.as_ref())
    }
    over(new).any(|now| {
        over(old).any(|before| {
            let narrows = narrowings(now) > narrowings(before);
            now != before && narrows && !before.words().is_empty() && super::super::implied::contains(now, before)
        })
    })
}

/// How often only a part is taken on the way.
fn narrowings(node: &Node) -> usize {
    let mut found = 0;
    node.walk(&mut |n| {
        let takes_a_part = || {
            matches!(
                n.text.rsplit('.').next().unwrap_or_default(),
                "filter"
                    | "slice"
                    | "take"
                    | "first"
                    | "limit"
                    | "head"
                    | "Where"
                    | "Take"
                    | "Skip"
                    | "select"
                    | "reject"
                    | "skip"
                    | "drop"
                    | "islice"
                    | "subList"
                    | "prefix"
                    | "suffix"
                    | "grep"
                    | "array_slice"
                    | "array_filter"
                    | "filterNot"
                    | "dropLast"
                    | "takeWhile"
                    | "take_while"
            )
        };
        found += usize::from(match n.kind {
            Kind::Index | Kind::If => true,
            Kind::Member | Kind::Name => takes_a_part(),
            _ => false,
        });
    });
    found
}

/// A condition that only asks whether the row has an expectation: `if tt.want != "" { … tt.want … }`.
fn asks_for_expectation(condition: &Node, check: &Check) -> bool {
    let expected = check.expected.iter().chain(&check.resolved_expected);
    let candidates: Vec<&Node> = expected.filter(|node| matches!(node.kind, Kind::Member | Kind::Name)).collect();
    let mut found = false;
    only_asks(condition, &candidates, &mut found) && found
}

fn only_asks(node: &Node, expected: &[&Node], found: &mut bool) -> bool {
    if expected.contains(&node) {
        *found = true;
        return true;
    }
    match node.kind {
        Kind::Name | Kind::Member if node.child(Role::Receiver).is_none() => {
            matches!(&*node.text, "len" | "Some" | "isEmpty" | "is_empty" | "is_some")
        }
        Kind::Member => {
            matches!(&*node.text, "isEmpty" | "is_empty" | "is_some" | "empty" | "length" | "count")
                && node.nodes().all(|inner| only_asks(inner, expected, found))
        }
        // `if let Some(expected) = row.expected`
        Kind::Binary if &*node.text == "let" => {
            *found |= node.child(Role::Left).is_some_and(|pattern| {
                let mut binds = false;
                pattern.walk(&mut |inner| binds |= expected.contains(&inner));
                binds
            });
            *found
        }
        _ => node.nodes().all(|inner| only_asks(inner, expected, found)),
    }
}

/// The subject is changed on its way into the check: sorted, stripped, filtered, sliced.
pub(super) fn handled(old: &Check, new: &Check) -> Option<String> {
    if old.subject == new.subject && old.resolved_subject == new.resolved_subject {
        return None;
    }
    let (before, after) = (handling(&old.resolved_subject), handling(&new.resolved_subject));
    let fresh = after.iter().find(|word| !before.contains(word))?;
    // Of something else altogether nobody can say that it was handled.
    let (was, is) = (old.resolved_subject.words(), new.resolved_subject.words());
    let kept = was.iter().filter(|word| is.contains(word)).count();
    if kept * 3 < was.len() * 2 {
        return None;
    }
    Some(format!("the value goes through `{fresh}` first"))
}

/// What a value goes through: calls on it and around it, not what those are given besides.
fn handling(node: &Node) -> Vec<&str> {
    const STEPS: [&str; 31] = [
        "sorted",
        "sort",
        "set",
        "lower",
        "upper",
        "strip",
        "trim",
        "toLowerCase",
        "toUpperCase",
        "to_lowercase",
        "to_uppercase",
        "casefold",
        "normalize",
        "filter",
        "round",
        "replace",
        "replaceAll",
        "sub",
        "toSorted",
        "sort_by",
        "uniq",
        "ToLower",
        "ToUpper",
        "TrimSpace",
        "floor",
        "trunc",
        "toFixed",
        "frozenset",
        "Counter",
        "to_set",
        "toSet",
    ];
    /// They hold what they are given, in another form.
    const FORMS: [&str; 15] = [
        "list",
        "tuple",
        "dict",
        "len",
        "str",
        "iter",
        "next",
        "dumps",
        "stringify",
        "String",
        "from",
        "keys",
        "values",
        "join",
        "map",
    ];
    fn read<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
        match (node.kind, node.child(Role::Callee)) {
            (Kind::Call, Some(callee)) => {
                let name = callee.text.rsplit('.').next().unwrap_or_default();
                // `headers.set(…)` keeps something, `set(items)` makes one.
                let is_step = STEPS.contains(&name) && (name != "set" || callee.is(Kind::Name));
                found.extend(is_step.then_some(name));
                read(callee, found);
                if is_step || FORMS.contains(&name) {
                    node.children_in(Role::Argument).for_each(|argument| read(argument, found));
                }
            }
            (Kind::Lambda | Kind::Function, _) => {}
            (Kind::If, _) if node.child(Role::Then).is_none() => {
                found.push("if");
                node.nodes().for_each(|child| read(child, found));
            }
            _ => node.nodes().for_each(|child| read(child, found)),
        }
    }
    let mut found = Vec::new();
    read(node, &mut found);
    found
}
