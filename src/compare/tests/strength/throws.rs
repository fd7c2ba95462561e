//! Expected exceptions: type, then message.

use super::{Verdict, changed, looser};
use crate::compare::tests::witness;
use crate::facts::tests::Check;
use crate::lang::{Kind, Node, Role};

/// Type, then message: losing one loosens.
pub(super) fn throws(old: &Check, new: &Check) -> Option<Verdict> {
    if !old.positive {
        return None;
    }
    let part = |check: &Check, name: &str| {
        check.resolved_expected.iter().find(|n| &*n.text == name).and_then(|n| n.child(Role::Value)).cloned()
    };
    let mut tighter = false;
    let mut other = false;
    for name in ["type", "message", "code"] {
        match (part(old, name), part(new, name)) {
            // By what it is instead of by what it says.
            (Some(_), None) if name == "message" && part(old, "type").is_none() && part(new, "type").is_some() => {
                return None;
            }
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
                if name == "message"
                    && before.is(Kind::Text)
                    && after.is(Kind::Text)
                    && before.text.contains(&*after.text)
                {
                    return Some(looser("a shorter message is enough", Some(witness::text(&after))));
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
