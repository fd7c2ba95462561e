//! Which check of the head answers which check of the base.

use std::collections::{HashMap, HashSet};

use super::cases::Matched;
use super::strength::{self, Verdict};
use super::{Change, Spot, TestDiff, Transition, spot_of_check};
use crate::facts::tests::{Case, Check, CheckKind, HurdleKind, Part};
use crate::lang::{Kind, Node};

/// A check that remains after its case was compared, with the case it is from.
struct Left<'t> {
    case: &'t Case,
    check: &'t Check,
}

/// What became of the checks of removed cases.
#[derive(Default)]
pub struct Outcome {
    credited: HashMap<usize, (usize, usize)>,
}

impl Outcome {
    /// How many checks of a removed case live on, of how many.
    pub fn credited(&self, removed: usize) -> (usize, usize) {
        self.credited.get(&removed).copied().unwrap_or_default()
    }
}

pub fn compare(matched: &Matched<'_>, diff: &mut TestDiff) -> Outcome {
    let mut gone: Vec<(Left<'_>, &Case)> = Vec::new();
    let mut pool: Vec<Left<'_>> = Vec::new();
    for (old, new) in &matched.pairs {
        let (missing, extra) = within(old, new, diff);
        gone.extend(missing.into_iter().map(|check| (Left { case: old, check }, *new)));
        if new.part == Part::Test || new.part == Part::Hook {
            pool.extend(extra.into_iter().map(|check| Left { case: new, check }));
        }
    }
    for new in &matched.added {
        if new.part != Part::Helper && new.runs() {
            pool.extend(new.checks.iter().map(|check| Left { case: new, check }));
        }
    }
    pool.retain(|left| strength::is_reached(left.check) && strength::level(left.check) > 0);
    let mut credit = Credit::new(&pool);
    let mut outcome = Outcome::default();
    for (at, old) in matched.removed.iter().enumerate() {
        let distinct = distinct(&old.checks);
        let total = distinct.len();
        let found = distinct.iter().filter(|check| credit.take(check)).count();
        outcome.credited.insert(at, (found, total));
    }
    for (left, new) in gone {
        if !credit.take(left.check) {
            report_removed(&left, new, diff);
        }
    }
    outcome
}

fn distinct(checks: &[Check]) -> Vec<&Check> {
    checks.iter().filter(|check| strength::is_reached(check) && strength::level(check) > 0).collect()
}

/// Checks of the head that nobody claimed yet.
struct Credit<'p> {
    exact: HashMap<String, Vec<usize>>,
    loose: HashMap<String, Vec<usize>>,
    used: HashSet<usize>,
    pool: &'p [Left<'p>],
}

impl<'p> Credit<'p> {
    fn new(pool: &'p [Left<'p>]) -> Self {
        let (mut exact, mut loose) = (HashMap::<String, Vec<usize>>::new(), HashMap::<String, Vec<usize>>::new());
        for (at, left) in pool.iter().enumerate() {
            exact.entry(signature(left.check, true)).or_default().push(at);
            loose.entry(signature(left.check, false)).or_default().push(at);
        }
        Self { exact, loose, used: HashSet::new(), pool }
    }

    fn take(&mut self, check: &Check) -> bool {
        for (table, key) in [(&self.exact, signature(check, true)), (&self.loose, signature(check, false))] {
            if check.row.is_some() && std::ptr::eq(table, &self.loose) {
                continue;
            }
            let free = table.get(&key).and_then(|at| at.iter().find(|at| !self.used.contains(at)));
            if let Some(at) = free
                && !matches!(strength::judge(check, self.pool[*at].check), Verdict::Looser { .. })
            {
                self.used.insert(*at);
                return true;
            }
        }
        false
    }
}

/// What a check demands, as a key: with everything resolved, or as it is written.
fn signature(check: &Check, resolved: bool) -> String {
    let (subject, expected) =
        if resolved { (&check.resolved_subject, &check.resolved_expected) } else { (&check.subject, &check.expected) };
    let mut text = format!("{:?} {} ", strength::family(check.kind), check.positive);
    text.push_str(&subject.words().join(" "));
    for value in expected {
        text.push('\u{1f}');
        text.push_str(&value.words().join(" "));
    }
    text
}

/// Compares the checks of two cases that are one; returns what is left of each.
fn within<'t>(old: &'t Case, new: &'t Case, diff: &mut TestDiff) -> (Vec<&'t Check>, Vec<&'t Check>) {
    let mut from: Vec<&Check> = old.checks.iter().filter(|check| strength::is_reached(check)).collect();
    let mut to: Vec<&Check> = new.checks.iter().collect();
    let mut pairs: Vec<(&Check, &Check)> = Vec::new();
    for resolved in [true, false] {
        join(&mut from, &mut to, &mut pairs, |check| signature(check, resolved));
    }
    align(&mut from, &mut to, &mut pairs);
    for (before, after) in &pairs {
        transition(new, before, after, diff);
    }
    // Nothing is lost where another check of the case says as much.
    let standing: Vec<&Check> = new.checks.iter().filter(|check| strength::is_reached(check)).collect();
    from.retain(|check| strength::level(check) > 0 && !standing.iter().any(|now| implies(now, check)));
    let kept = rewritten(&from, &to, new);
    from.retain(|check| !kept.contains(&std::ptr::from_ref(*check)));
    (from, to)
}

fn join<'t>(
    from: &mut Vec<&'t Check>,
    to: &mut Vec<&'t Check>,
    pairs: &mut Vec<(&'t Check, &'t Check)>,
    key: impl Fn(&Check) -> String,
) {
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, check) in to.iter().enumerate().rev() {
        by_key.entry(key(check)).or_default().push(at);
    }
    let mut used = HashSet::new();
    from.retain(|check| match by_key.get_mut(&key(check)).and_then(|at| best(check, at, to)) {
        Some(at) => {
            used.insert(at);
            pairs.push((check, to[at]));
            false
        }
        None => true,
    });
    let mut at = 0;
    to.retain(|_| {
        at += 1;
        !used.contains(&(at - 1))
    });
}

/// Of several with the same demand the one whose way there is the same.
fn best(check: &Check, candidates: &mut Vec<usize>, to: &[&Check]) -> Option<usize> {
    let same = candidates.iter().rposition(|at| to[*at].hurdles == check.hurdles);
    match same {
        Some(position) => Some(candidates.remove(position)),
        None => candidates.pop(),
    }
}

/// Pairs what is left by how much it has in common, best first.
fn align<'t>(from: &mut Vec<&'t Check>, to: &mut Vec<&'t Check>, pairs: &mut Vec<(&'t Check, &'t Check)>) {
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
    let (mut used_from, mut used_to) = (HashSet::new(), HashSet::new());
    for (_, a, b) in scores {
        if !used_from.contains(&a) && !used_to.contains(&b) {
            used_from.insert(a);
            used_to.insert(b);
            pairs.push((from[a], to[b]));
        }
    }
    let keep = |used: &HashSet<usize>, list: &mut Vec<&'t Check>| {
        let mut at = 0;
        list.retain(|_| {
            at += 1;
            !used.contains(&(at - 1))
        });
    };
    keep(&used_from, from);
    keep(&used_to, to);
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
    if subject < 0.6 && expected < 0.6 {
        return 0.0;
    }
    subject * 0.65 + expected * 0.2 + kind * 0.15 - row
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

/// Whether a check of the head leaves nothing of a base check undemanded.
fn implies(now: &Check, before: &Check) -> bool {
    if now.kind == CheckKind::Opaque || before.kind == CheckKind::Count {
        return before.kind == CheckKind::Count;
    }
    // Two variables may come from the same expression and still differ: `lines.next()`.
    let distinct = now.subject.is(Kind::Name) && before.subject.is(Kind::Name);
    // Rows share their words; what they stand for differs.
    let rows = before.row.is_some() && now.row.is_some();
    let same = !rows && now.subject == before.subject || !distinct && now.resolved_subject == before.resolved_subject;
    let expected = !rows && now.expected == before.expected || now.resolved_expected == before.resolved_expected;
    if same && expected && now.positive == before.positive {
        return strength::level(now) >= strength::level(before);
    }
    let exact = matches!(now.kind, CheckKind::Equal | CheckKind::Identical | CheckKind::Snapshot) && now.positive;
    let weak = strength::level(before) <= 45 || !before.positive;
    if same {
        return exact && (weak || before.kind != now.kind && strength::level(before) < strength::level(now));
    }
    // A part of it is looked at, so it must be there; the whole is compared, so its parts are.
    let presence = strength::level(before) <= 35 && (before.positive || is_not_null(before));
    if presence
        && (contains(&now.subject, &before.subject) || contains(&now.resolved_subject, &before.resolved_subject))
    {
        return strength::level(now) >= strength::level(before);
    }
    let (whole, part) =
        if rows { (&now.resolved_subject, &before.resolved_subject) } else { (&now.subject, &before.subject) };
    exact && contains(part, whole) && !whole.words().is_empty()
}

fn contains(whole: &Node, part: &Node) -> bool {
    let mut found = false;
    whole.walk(&mut |n| found |= n == part);
    found
}

fn is_not_null(check: &Check) -> bool {
    !check.positive && check.expected.first().is_some_and(|n| n.is(Kind::Null))
}

/// The name that a subject starts from.
fn root_name(node: &Node) -> Option<&str> {
    match node.kind {
        Kind::Name => Some(&node.text),
        _ => node.nodes().next().and_then(root_name),
    }
}

/// Checks that were written anew: as many as before, no weaker, about the same things.
fn rewritten(from: &[&Check], to: &[&Check], new: &Case) -> HashSet<*const Check> {
    type Answers = fn(&Check, &Check, &Case) -> bool;
    // The surest kind of answer first, so that it is not spent on a vaguer question.
    const KINDS: [Answers; 3] = [says_the_same, about_the_same, of_another_subject];
    let mut used = HashSet::new();
    let mut kept = HashSet::new();
    for answers in KINDS {
        for before in from {
            let id = std::ptr::from_ref(*before);
            if kept.contains(&id) {
                continue;
            }
            let answer = to.iter().enumerate().find(|(at, now)| {
                !used.contains(at)
                    && strength::is_reached(now)
                    && now.hurdles.len() <= before.hurdles.len()
                    && answers(before, now, new)
            });
            if let Some((at, _)) = answer {
                used.insert(at);
                kept.insert(id);
            }
        }
    }
    kept
}

fn says_the_same(before: &Check, now: &Check, _: &Case) -> bool {
    strength::level(now) >= strength::level(before)
        && strength::family(now.kind) == strength::family(before.kind)
        && now.expected == before.expected
        && now.positive == before.positive
}

fn about_the_same(before: &Check, now: &Check, _: &Case) -> bool {
    let long = |word: &&str| word.len() > 2;
    let named: HashSet<&str> = [&before.subject, &before.resolved_subject]
        .into_iter()
        .chain(&before.expected)
        .flat_map(|node| node.words())
        .filter(long)
        .collect();
    strength::level(now) >= strength::level(before)
        && [&now.subject, &now.resolved_subject]
            .into_iter()
            .flat_map(|node| node.words())
            .any(|word| named.contains(word))
}

/// What it looked at is no longer there: the test was rewritten around something else.
fn of_another_subject(before: &Check, now: &Check, new: &Case) -> bool {
    let root = root_name(&before.subject);
    strength::level(now) >= strength::level(before).min(60)
        && root.is_some_and(|root| root.len() > 2 && !new.names.contains(root))
}

fn transition(new: &Case, before: &Check, after: &Check, diff: &mut TestDiff) {
    let retried = |check: &Check| check.hurdles.iter().any(|hurdle| hurdle.kind == HurdleKind::Retried);
    if retried(after) && !retried(before) {
        diff.transitions.push(Transition {
            change: Change::RetryAdded,
            test: new.title(),
            base: Some(spot_of_check(before)),
            head: Some(spot_of_check(after)),
            why: "is tried again until it holds".into(),
            witness: None,
        });
    }
    let (change, why, witness) = match strength::judge(before, after) {
        Verdict::Same => return,
        Verdict::Tighter => (Change::Tightened, "demands more".to_owned(), None),
        Verdict::Looser { why, witness } => (Change::Loosened, why, witness),
        Verdict::Changed { inverted, why } => (Change::ExpectationChanged { inverted }, why, None),
    };
    diff.transitions.push(Transition {
        change,
        test: new.title(),
        base: Some(spot_of_check(before)),
        head: Some(spot_of_check(after)),
        why,
        witness,
    });
}

fn report_removed(left: &Left<'_>, new: &Case, diff: &mut TestDiff) {
    let check = left.check;
    // A helper of unknown meaning: only names that say "assert" are missed.
    if check.kind == CheckKind::Opaque && !check.expected.first().is_some_and(|name| says_assert(&name.text)) {
        return;
    }
    if left.case.part != Part::Test && !new.part.eq(&left.case.part) {
        return;
    }
    // "No error": what is awaited instead throws by itself.
    if check.kind == CheckKind::Completes {
        return;
    }
    if !left.case.runs() || !strength::is_reached(check) || check.kind == CheckKind::Count {
        return;
    }
    // Where the rest of the case still is.
    let head = Spot { path: new.path.clone(), lines: crate::LineRange::one(new.lines.first), text: new.name.clone() };
    diff.transitions.push(Transition {
        change: if check.row.is_some() && row_is_gone(left, new) { Change::RowRemoved } else { Change::CheckRemoved },
        test: left.case.title(),
        base: Some(spot_of_check(check)),
        head: Some(head),
        why: "is gone".into(),
        witness: None,
    });
}

fn row_is_gone(left: &Left<'_>, new: &Case) -> bool {
    left.case.rows.len() > new.rows.len() && !left.case.rows.is_empty()
}

fn says_assert(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["assert", "expect", "verify"].iter().any(|verb| name.starts_with(verb))
}
