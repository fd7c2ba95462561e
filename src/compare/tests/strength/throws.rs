//! Exceptions: their type, their message or a part of it, and whatever else is asked of them.

use super::{Verdict, changed, looser, witness};
use crate::facts::tests::Check;
use crate::lang::{Kind, Node, Role};

/// Losing a part loosens.
pub(super) fn throws(old: &Check, new: &Check) -> Option<Verdict> {
    if !old.positive {
        return None;
    }
    let mut tighter = false;
    let mut other = false;
    match kinds(&parts(old, "type"), &parts(new, "type")) {
        Some(Verdict::Tighter) => tighter = true,
        Some(Verdict::Changed { .. }) => other = true,
        Some(looser) => return Some(looser),
        None => {}
    }
    match messages(old, new) {
        Some(Verdict::Tighter) => tighter = true,
        Some(Verdict::Changed { .. }) => other = true,
        Some(looser) => return Some(looser),
        None => {}
    }
    for (part, why, witness) in [
        ("code", "the exception's code is no longer asked", "the same exception with another code"),
        ("check", "what the exception holds is no longer asked", "the same exception with other contents"),
    ] {
        match (parts(old, part).first(), parts(new, part).first()) {
            (Some(_), None) => return Some(outcome(why, witness)),
            (Some(before), Some(after)) => other |= before != after,
            (None, Some(_)) => tighter = true,
            (None, None) => {}
        }
    }
    if other {
        return changed("another exception is expected");
    }
    tighter.then_some(Verdict::Tighter)
}

fn parts(check: &Check, name: &str) -> Vec<Node> {
    let named = check.resolved_expected.iter().filter(|part| &*part.text == name);
    named.filter_map(|part| part.child(Role::Value)).cloned().collect()
}

fn kinds(before: &[Node], after: &[Node]) -> Option<Verdict> {
    let (before, after) = match (before.last(), after.last()) {
        (Some(before), Some(after)) if before == after => return None,
        (Some(before), Some(after)) => (before, after),
        (Some(_), None) => {
            return Some(outcome("the exception's type is no longer asked", "an exception of another type"));
        }
        (None, Some(_)) => return Some(Verdict::Tighter),
        (None, None) => return None,
    };
    if class_name(before) == class_name(after) {
        return None;
    }
    if is_base_exception(after) && !is_base_exception(before) {
        return Some(looser("any exception is enough", Some(witness::text(after))));
    }
    if after.is(Kind::List) && after.nodes().any(|one| one == before) {
        let more = after.nodes().find(|one| *one != before);
        return Some(looser("one more exception is accepted", more.map(witness::text)));
    }
    if is_base_exception(before) { Some(Verdict::Tighter) } else { changed("another exception is expected") }
}

/// `"is too large."` as a pattern asks for any character more than `"is too large"`.
fn is_but_a_dot(before: &Node, after: &Node) -> bool {
    let texts = before.is(Kind::Text) && after.is(Kind::Text) && after.text.len() > 2;
    texts && before.text.strip_suffix('.') == Some(&*after.text)
}

fn messages(old: &Check, new: &Check) -> Option<Verdict> {
    let (exact, part) = (parts(old, "message"), parts(old, "mentions"));
    let (exact_now, part_now) = (parts(new, "message"), parts(new, "mentions"));
    let no_longer =
        || Some(outcome("the exception's message is no longer asked", "the same exception with another message"));
    match (exact.first(), exact_now.first()) {
        (Some(before), Some(after)) if before == after || is_but_a_dot(before, after) => {}
        (Some(before), Some(after))
            if before.is(Kind::Text) && after.is(Kind::Text) && before.text.contains(&*after.text) =>
        {
            return Some(looser("a shorter message is enough", shorter(after, before)));
        }
        (Some(_), Some(_)) => return changed("another message is expected"),
        // By what it is instead of by what it says.
        (Some(_), None) if parts(old, "type").is_empty() && !parts(new, "type").is_empty() => return None,
        (Some(before), None) => {
            return match part_now.first() {
                Some(after) if !within(after, before) => changed("another message is expected"),
                Some(after) => Some(looser("a part of the exception's message is enough", shorter(after, before))),
                None => no_longer(),
            };
        }
        (None, Some(_)) => return Some(Verdict::Tighter),
        (None, None) => {}
    }
    let lost: Vec<&Node> = part.iter().filter(|before| !part_now.contains(before)).collect();
    let fresh: Vec<&Node> = part_now.iter().filter(|after| !part.contains(after)).collect();
    match (lost.first(), fresh.first()) {
        (Some(_), None) => no_longer(),
        (None, Some(_)) => Some(Verdict::Tighter),
        (Some(before), Some(after)) if within(after, before) => {
            Some(looser("a shorter part of the exception's message is enough", shorter(after, before)))
        }
        (Some(before), Some(after)) if within(before, after) => Some(Verdict::Tighter),
        (Some(_), Some(_)) => changed("another message is expected"),
        (None, None) => None,
    }
}

fn outcome(why: &str, witness: &str) -> Verdict {
    looser(why, Some(witness.to_owned()))
}

/// A message that says what is still asked and not what was.
fn shorter(now: &Node, before: &Node) -> Option<String> {
    if !now.is(Kind::Text) || !before.is(Kind::Text) {
        return None;
    }
    let message = if now.text == before.text { format!("{}…", now.text) } else { now.text.to_string() };
    Some(format!("an exception that says {message:?}"))
}

fn within(part: &Node, whole: &Node) -> bool {
    part.is(Kind::Text) && whole.is(Kind::Text) && whole.text.contains(&*part.text)
        || !part.is(Kind::Text)
        || !whole.is(Kind::Text)
}

/// `X`, `X.class`, `a.b.X`: the class itself.
fn class_name(node: &Node) -> String {
    let words: Vec<&str> = node.words().into_iter().flat_map(|word| word.split(['.', ':'])).collect();
    words
        .iter()
        .rfind(|word| word.starts_with(char::is_uppercase))
        .map_or_else(|| node.words().join("."), |word| (*word).to_owned())
}

fn is_base_exception(node: &Node) -> bool {
    matches!(
        class_name(node).as_str(),
        "Exception" | "BaseException" | "Throwable" | "Error" | "StandardError" | "RuntimeException"
    )
}
