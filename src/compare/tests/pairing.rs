//! Which check of a case is which check of its counterpart.

use hashbrown::{HashMap, HashSet};

use super::implied::contains;
use super::strength;
use crate::facts::tests::{Check, CheckKind};
use crate::lang::{Kind, Node};

/// Pairs what demands the same, by `key`; of several those whose way there is the same, and of those the ones about the
/// likest value: `err` says little, what it came from more.
pub(super) fn join<'t>(
    from: &mut Vec<&'t Check>,
    to: &mut Vec<&'t Check>,
    pairs: &mut Vec<(&'t Check, &'t Check)>,
    key: impl Fn(&Check) -> String,
) {
    let mut groups: HashMap<String, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (at, check) in from.iter().enumerate() {
        groups.entry(key(check)).or_default().0.push(at);
    }
    for (at, check) in to.iter().enumerate() {
        if let Some((_, now)) = groups.get_mut(&key(check)) {
            now.push(at);
        }
    }
    let mut found: Vec<(usize, usize)> = groups.values().flat_map(|(old, now)| likest(old, now, from, to)).collect();
    found.sort_unstable();
    pairs.extend(found.iter().map(|&(a, b)| (from[a], to[b])));
    drop_used(from, &found.iter().map(|(a, _)| *a).collect());
    drop_used(to, &found.iter().map(|(_, b)| *b).collect());
}

/// Which of one group is which of the other, as many as there are of both.
fn likest(old: &[usize], now: &[usize], from: &[&Check], to: &[&Check]) -> Vec<(usize, usize)> {
    const READ: usize = 400;
    const LOOKED_AT: usize = 250_000;
    if let ([a], [b]) = (old, now) {
        return vec![(*a, *b)];
    }
    let ways = old.len().saturating_mul(now.len());
    // Very many that ask the same: the n-th is the n-th.
    if ways > LOOKED_AT {
        return old.iter().copied().zip(now.iter().copied()).collect();
    }
    let mut ranks = Vec::new();
    for &a in old {
        for &b in now {
            let (before, after) = (&from[a].resolved_subject, &to[b].resolved_subject);
            // Words say nothing of an empty list and an empty map.
            let likeness = match ways > READ {
                true => 0.0,
                false if before == after => 2.0,
                false => similarity(before, after),
            };
            ranks.push((from[a].hurdles == to[b].hurdles, likeness, a, b));
        }
    }
    ranks.sort_by(|x, y| y.0.cmp(&x.0).then(y.1.total_cmp(&x.1)).then((x.2, x.3).cmp(&(y.2, y.3))));
    greedy(ranks.into_iter().map(|(_, _, a, b)| (a, b)))
}

/// The first pair of each: the best come first.
fn greedy(ranked: impl Iterator<Item = (usize, usize)>) -> Vec<(usize, usize)> {
    let (mut used_from, mut used_to) = (HashSet::new(), HashSet::new());
    let free = |(a, b): &(usize, usize)| {
        let free = !used_from.contains(a) && !used_to.contains(b);
        if free {
            used_from.insert(*a);
            used_to.insert(*b);
        }
        free
    };
    ranked.filter(free).collect()
}

fn drop_used(list: &mut Vec<&Check>, used: &HashSet<usize>) {
    let mut at = 0;
    list.retain(|_| {
        at += 1;
        !used.contains(&(at - 1))
    });
}

/// Pairs equalities of two values that are none of them known: either may stand first.
pub(super) fn mirror<'t>(from: &mut Vec<&'t Check>, to: &mut Vec<&'t Check>, pairs: &mut Vec<(&'t Check, &'t Check)>) {
    let turned = |before: &Check, after: &Check| {
        strength::family(before.kind) == CheckKind::Equal
            && strength::family(after.kind) == CheckKind::Equal
            && before.positive == after.positive
            && before.hurdles == after.hurdles
            && strength::level(before) <= strength::level(after)
            && matches!(before.expected.as_slice(), [only] if *only == after.subject)
            && matches!(after.expected.as_slice(), [only] if *only == before.subject)
    };
    from.retain(|before| match to.iter().position(|after| turned(before, after)) {
        Some(at) => {
            pairs.push((before, to.remove(at)));
            false
        }
        None => true,
    });
}

/// Pairs what is left by how much it has in common, best first.
pub(super) fn align<'t>(from: &mut Vec<&'t Check>, to: &mut Vec<&'t Check>, pairs: &mut Vec<(&'t Check, &'t Check)>) {
    const LIMIT: usize = 400;
    if from.len() > LIMIT || to.len() > LIMIT {
        return;
    }
    let mut scores = Vec::new();
    for (a, before) in from.iter().enumerate() {
        for (b, after) in to.iter().enumerate() {
            let score = affinity(before, after);
            if score >= 0.5 {
                // Among equals the order of writing decides.
                let distance = (a as f64 / from.len() as f64 - b as f64 / to.len() as f64).abs();
                scores.push((score - distance * 0.1, a, b));
            }
        }
    }
    scores.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let found = greedy(scores.into_iter().map(|(_, a, b)| (a, b)));
    pairs.extend(found.iter().map(|&(a, b)| (from[a], to[b])));
    drop_used(from, &found.iter().map(|(a, _)| *a).collect());
    drop_used(to, &found.iter().map(|(_, b)| *b).collect());
}

/// How likely two checks are one before and after: mostly by what they look at.
fn affinity(before: &Check, after: &Check) -> f64 {
    let subject =
        similarity(&before.subject, &after.subject).max(similarity(&before.resolved_subject, &after.resolved_subject));
    // The old demand stands inside of the new one: in a tuple, behind an operator.
    let subject = if subject < 0.8 && !before.subject.words().is_empty() && contains(&after.subject, &before.subject) {
        0.8
    } else {
        subject
    };
    let expected = match (before.expected.first(), after.expected.first()) {
        (Some(one), Some(other)) => similarity(one, other),
        (None, None) => 1.0,
        _ => 0.0,
    };
    let kind = if strength::family(before.kind) == strength::family(after.kind) { 1.0 } else { 0.0 };
    let row = if before.row == after.row { 0.0 } else { 0.1 };
    // What was asked for is one of several answers now.
    let among = |value: &Node| after.expected.iter().any(|n| contains(n, value) || ends_alike(n, value));
    if matches!(after.kind, CheckKind::OneOf | CheckKind::AnyOf)
        && before.kind == CheckKind::Equal
        && before.expected.first().is_some_and(among)
    {
        return 0.7 - row;
    }
    if subject < 0.6 && expected < 0.6 {
        return 0.0;
    }
    subject * 0.65 + expected * 0.2 + kind * 0.15 - row
}

/// `ChannelError.closed` among `.closed` and others.
fn ends_alike(whole: &Node, value: &Node) -> bool {
    let name = match value.kind {
        Kind::Member | Kind::Name => value.text.rsplit('.').next().unwrap_or_default(),
        _ => return false,
    };
    let mut found = false;
    whole
        .walk(&mut |n| found |= matches!(n.kind, Kind::Name | Kind::Member) && n.text.rsplit('.').next() == Some(name));
    found && name.len() > 2
}

fn similarity(one: &Node, other: &Node) -> f64 {
    if one == other {
        return 1.0;
    }
    let (a, b) = (one.words(), other.words());
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let mut count: HashMap<&str, i64> = HashMap::new();
    for word in &a {
        *count.entry(word).or_default() += 1;
    }
    let mut common = 0.0;
    for word in &b {
        if let Some(left) = count.get_mut(word)
            && *left > 0
        {
            *left -= 1;
            common += 1.0;
        }
    }
    2.0 * common / (a.len() + b.len()) as f64
}
