//! A value that passes now and did not before, where one can be named.
//!
//! Candidates are made from what both checks say; one is named only where the new check is known to accept it and the
//! old one to refuse it.

mod value;

use crate::facts::tests::{Check, CheckKind};
use crate::lang::{Kind, Node};
use value::{Value, accepts, alternatives};

/// A value or outcome accepted by the new check and refused by the old one.
pub fn between(old: &Check, new: &Check) -> Option<String> {
    use CheckKind as K;
    let of_calls = old.kind.is_call() && new.kind.is_call();
    match (old.kind, new.kind) {
        (K::CalledWith | K::CalledOnceWith, K::Called | K::CalledTimes) if old.positive && new.positive => {
            return Some("a call with other arguments".into());
        }
        (K::CalledOnceWith, K::CalledWith) if old.positive && new.positive => return Some("a second call".into()),
        _ => {}
    }
    if old.subject != new.subject && old.resolved_subject != new.resolved_subject {
        return None;
    }
    let sort = sort(old, new);
    let fits = |value: &Value| {
        (!of_calls || matches!(value, Value::Number(calls) if *calls >= 0.0))
            && sort.as_ref().is_none_or(|sort| sort.is_like(value))
            && accepts(new, value) == Some(true)
            && accepts(old, value) == Some(false)
    };
    let found = candidates(old, new).into_iter().find(fits)?;
    Some(match found {
        Value::Number(1.0) if of_calls => "1 call".into(),
        Value::Number(calls) if of_calls => format!("{calls} calls"),
        found => found.to_string(),
    })
}

/// A value of the type that the old check's subject is known to have.
fn sort(old: &Check, new: &Check) -> Option<Value> {
    match old.kind {
        CheckKind::OneOf => alternatives(old).first().copied().and_then(Value::of),
        CheckKind::Length => match new.resolved_expected.first().and_then(Value::of) {
            Some(text @ Value::Text(_)) => Some(text),
            _ => Some(Value::List(Vec::new())),
        },
        CheckKind::HasKey => Some(Value::Map(Vec::new())),
        CheckKind::Contains => match old.resolved_expected.first().and_then(Value::of)? {
            text @ Value::Text(_) => Some(text),
            _ => Some(Value::List(Vec::new())),
        },
        _ => old.resolved_expected.first().and_then(Value::of).filter(|value| *value != Value::Null),
    }
}

/// Values around what the checks say, the plainest first.
fn candidates(old: &Check, new: &Check) -> Vec<Value> {
    let number = |check: &Check| check.resolved_expected.first().and_then(Node::number);
    let mut numbers = Vec::new();
    if let (Some(from), Some(to)) = (number(old), number(new))
        && from != to
        && (old.kind.is_bound() || old.kind == CheckKind::Length)
    {
        let middle = f64::midpoint(from, to);
        numbers.extend([middle.round(), middle]);
    }
    let step = match new.kind {
        CheckKind::Greater => [1.0, 2.0],
        CheckKind::Less => [-1.0, -2.0],
        _ if new.positive => [0.0, 1.0],
        _ => [1.0, 2.0],
    };
    if new.kind == CheckKind::Approximate {
        let allowed = |check: &Check| check.tolerance.as_ref().and_then(|tolerance| tolerance.value);
        let middle = f64::midpoint(allowed(old).unwrap_or(0.0), allowed(new).unwrap_or(0.0));
        numbers.extend(number(new).map(|number| number + middle));
    }
    numbers.extend(number(new).into_iter().flat_map(|number| step.map(|step| number + step)));
    numbers.extend([1.0, 2.0]);
    let written = new.resolved_expected.iter().chain(&old.resolved_expected);
    for number in written.filter_map(Node::number) {
        numbers.extend([number, number + 1.0, number - 1.0, number + 0.5, number + 10.0, number - 10.0]);
    }
    numbers.extend([0.0, -1.0, 10.0, 0.5]);
    let mut values: Vec<Value> = Vec::new();
    if new.kind == CheckKind::OneOf {
        values.extend(alternatives(new).into_iter().filter_map(Value::of));
    }
    values.extend(numbers.into_iter().map(Value::Number));
    values.extend(collections(new));
    values.extend(texts(old, new).into_iter().map(Value::Text));
    values.extend([Value::Bool(true), Value::Bool(false), Value::Null]);
    values
}

/// Texts that hold what is asked, and little else.
fn texts(old: &Check, new: &Check) -> Vec<String> {
    let mut texts = Vec::new();
    let written = |check: &Check| {
        let first = check.resolved_expected.first();
        first.filter(|node| matches!(node.kind, Kind::Text | Kind::Regex)).map(|node| node.text.to_string())
    };
    if let Some(asked) = written(new) {
        if matches!(new.kind, CheckKind::Matches | CheckKind::FullMatch) {
            let bare = asked.trim_matches('/').trim_matches(|c| matches!(c, '^' | '$' | '(' | ')'));
            texts.extend(bare.split('|').map(|one| one.trim_end_matches(['*', '+', '.', '?']).to_owned()));
        } else {
            texts.extend([format!("{asked}…"), format!("…{asked}"), format!("…{asked}…"), asked]);
        }
    }
    texts.extend(["x", "y", "xy", "xyz"].map(str::to_owned));
    if let Some(length) = new.resolved_expected.first().and_then(Node::number)
        && (0.0..=20.0).contains(&length)
    {
        texts.extend(["x", "y"].map(|letter| letter.repeat(length as usize)));
    }
    texts.extend(written(old));
    texts
}

fn collections(new: &Check) -> Vec<Value> {
    let asked = new.resolved_expected.first();
    let other = || Value::Number(0.0);
    let mut values = Vec::new();
    if let Some(length) = asked.and_then(Node::number)
        && (0.0..=10.0).contains(&length)
    {
        values.extend([other(), Value::Number(1.0)].map(|item| Value::List(vec![item; length as usize])));
    }
    if let Some(part) = asked.and_then(Value::of) {
        match (new.kind, part) {
            (CheckKind::HasKey, Value::Text(key)) => values.push(Value::Map(vec![(key, other())])),
            (CheckKind::Partial, Value::Map(mut entries)) => {
                values.push(Value::Map(entries.clone()));
                entries.push(("x".into(), other()));
                values.push(Value::Map(entries));
            }
            (CheckKind::Contains, part) => {
                values.extend([Value::List(vec![part.clone()]), Value::List(vec![part, other()])]);
            }
            _ => {}
        }
    }
    values.extend([other(), Value::Number(1.0)].map(|item| Value::List(vec![item])));
    values.push(Value::List(vec![other(), Value::Number(1.0), Value::Number(2.0)]));
    values.extend(["x", "y"].map(|key| Value::Map(vec![(key.into(), other())])));
    values
}

/// A node as people would write it, roughly.
pub fn text(node: &Node) -> String {
    match node.kind {
        Kind::Text => format!("{:?}", node.text),
        _ => Value::of(node).map_or_else(|| node.words().join(" "), |value| value.to_string()),
    }
}
