//! Every one of several against any of them.

use super::{Verdict, looser};
use crate::facts::tests::Check;
use crate::lang::Node;

/// Names that ask all and names that ask one, by position.
const ALL: [&str; 8] = ["all", "every", "allMatch", "All", "all?", "forall", "allSatisfy", "all_of"];
const ANY: [&str; 8] = ["any", "some", "anyMatch", "Any", "any?", "exists", "contains", "any_of"];

/// Whether a condition on all became one on any; the other way round where it has to be false.
pub(super) fn quantified(old: &Check, new: &Check) -> Option<Verdict> {
    let (from, to) = if new.positive { (&ALL, &ANY) } else { (&ANY, &ALL) };
    let loosened = differ_by(&old.subject, &new.subject, from, to);
    let tightened = differ_by(&old.subject, &new.subject, to, from);
    match (loosened, tightened) {
        (true, _) if new.positive => Some(looser("one of them is enough now", None)),
        (true, _) => Some(looser("only all of them together are wrong now", None)),
        (_, true) => Some(Verdict::Tighter),
        _ => None,
    }
}

/// Whether two conditions are the same but for one of the names.
fn differ_by(one: &Node, other: &Node, from: &[&str], to: &[&str]) -> bool {
    let (a, b) = (one.words(), other.words());
    let renamed = |old: &str, new: &str| from.iter().zip(to).any(|(from, to)| name(old) == *from && name(new) == *to);
    let different: Vec<(&str, &str)> =
        a.iter().copied().zip(b.iter().copied()).filter(|(old, new)| old != new).collect();
    a.len() == b.len() && matches!(different.as_slice(), [(old, new)] if renamed(old, new))
}

/// `Enum.all?` and `std::all_of` without what stands before.
fn name(word: &str) -> &str {
    word.rsplit(['.', ':']).next().unwrap_or(word)
}
