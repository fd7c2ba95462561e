//! Expected calls of a stand-in: how often, then with what.

use super::values::wildcards;
use super::{Verdict, changed, looser};
use crate::facts::tests::Check;
use crate::lang::{Node, Role};

/// How much an expected call demands; a stand-in that may or may not be called demands nothing.
pub(super) fn level(check: &Check) -> u8 {
    let with = part(check, "with").is_some();
    match range(check) {
        (0.0, most) if most.is_infinite() => 0,
        (least, most) if least == most => {
            if with {
                95
            } else {
                60
            }
        }
        _ if with => 80,
        _ => 25,
    }
}

pub(super) fn compare(old: &Check, new: &Check) -> Option<Verdict> {
    let ((old_least, old_most), (new_least, new_most)) = (range(old), range(new));
    if (old_most == 0.0) != (new_most == 0.0) {
        return Some(Verdict::Changed { inverted: true, why: "whether it is called at all".into() });
    }
    let wider = new_least <= old_least && new_most >= old_most;
    let narrower = new_least >= old_least && new_most <= old_most;
    match (wider, narrower) {
        (true, false) => {
            let witness = if new_most > old_most { old_most + 1.0 } else { new_least };
            return Some(looser("it may be called more or less often", Some(format!("{witness} calls"))));
        }
        (false, false) => return changed("another number of calls is expected"),
        _ => {}
    }
    let tighter = (!wider).then_some(Verdict::Tighter);
    match (part(old, "with"), part(new, "with")) {
        (Some(_), None) => {
            Some(looser("the arguments of the call are no longer asked", Some("a call with other arguments".into())))
        }
        (None, Some(_)) => Some(Verdict::Tighter),
        (Some(before), Some(after)) if before != after => match wildcards(after).cmp(&wildcards(before)) {
            std::cmp::Ordering::Greater => {
                Some(looser("an argument of the call may be anything now", Some("a call with other arguments".into())))
            }
            std::cmp::Ordering::Less => Some(Verdict::Tighter),
            std::cmp::Ordering::Equal => changed("another argument is expected"),
        },
        _ => tighter,
    }
}

fn part<'c>(check: &'c Check, name: &str) -> Option<&'c Node> {
    check.resolved_expected.iter().find(|n| &*n.text == name).and_then(|n| n.child(Role::Value))
}

/// The fewest and the most calls.
fn range(check: &Check) -> (f64, f64) {
    let number = |name| part(check, name).and_then(count);
    if let Some(times) = number("times") {
        return (times, times);
    }
    (number("at-least").unwrap_or(0.0), number("at-most").unwrap_or(f64::INFINITY))
}

/// A number, or a word for one.
fn count(node: &Node) -> Option<f64> {
    node.number().or(match node.text.trim_start_matches(':') {
        "once" => Some(1.0),
        "twice" => Some(2.0),
        "thrice" => Some(3.0),
        _ => None,
    })
}
