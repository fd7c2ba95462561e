//! Durations and counts as numbers.

use super::chain::Chain;
use crate::lang::{Kind, Node, Role};

/// What an expression says as a number: a plain number, or seconds where a unit is written.
pub fn amount(node: &Node) -> Option<f64> {
    if let Some(number) = node.number() {
        return Some(number);
    }
    match node.kind {
        Kind::Binary => {
            let (left, right) = (amount(node.child(Role::Left)?)?, amount(node.child(Role::Right)?)?);
            match &*node.text {
                "*" => Some(left * right),
                "+" => Some(left + right),
                "-" => Some(left - right),
                "/" if right != 0.0 => Some(left / right),
                _ => None,
            }
        }
        Kind::Null => Some(f64::INFINITY),
        Kind::Name if matches!(&*node.text, "Infinity" | "infinity" | "inf") => Some(f64::INFINITY),
        Kind::Text => written(&node.text),
        Kind::Await | Kind::Keyword => amount(node.child(Role::Value)?),
        Kind::Choice => {
            let (one, other) = (amount(node.child(Role::Then)?)?, amount(node.child(Role::Else)?)?);
            Some(one.max(other))
        }
        Kind::Name | Kind::Member | Kind::Call => {
            let chain = Chain::of(node);
            let last = chain.last()?;
            let unit = unit(last.name);
            match (&last.arguments, unit) {
                (Some(arguments), unit) => {
                    let first = arguments.first()?;
                    match first.kind {
                        // `timedelta(seconds=5)`
                        Kind::Keyword => Some(amount(first.child(Role::Value)?)? * self::unit(&first.text)?),
                        _ => Some(amount(first)? * unit?),
                    }
                }
                // `time.Second`, `5.seconds`
                (None, Some(unit)) => match chain.root.and_then(Node::number) {
                    Some(number) => Some(number * unit),
                    None => Some(unit),
                },
                (None, None) => None,
            }
        }
        _ => None,
    }
}

/// Seconds in a unit, by the end of its name.
fn unit(name: &str) -> Option<f64> {
    let name = name.to_ascii_lowercase();
    let units: [(&[&str], f64); 6] = [
        (&["nanos", "nanosecond", "nanoseconds", "ns"], 1e-9),
        (&["micros", "microsecond", "microseconds", "us"], 1e-6),
        (&["millis", "millisecond", "milliseconds", "ms"], 1e-3),
        (&["minute", "minutes", "mins"], 60.0),
        (&["hour", "hours"], 3600.0),
        (&["second", "seconds", "secs", "sec", "secs_f64", "secs_f32"], 1.0),
    ];
    units
        .iter()
        .flat_map(|(names, factor)| names.iter().map(move |unit| (*unit, *factor)))
        .filter(|(unit, _)| name.ends_with(unit) && (unit.len() > 3 || name.len() == unit.len() || name.contains('_')))
        .max_by_key(|(unit, _)| unit.len())
        .map(|(_, factor)| factor)
}

/// `30s`, `500ms`, `1m` as text.
fn written(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let number: f64 = text[..digits].parse().ok()?;
    let factor = match text[digits..].trim() {
        "ms" => 1e-3,
        "s" | "sec" | "seconds" => 1.0,
        "m" | "min" | "minutes" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Some(number * factor)
}
