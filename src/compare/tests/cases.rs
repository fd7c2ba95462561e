//! Which case of the head is which case of the base.

use hashbrown::{HashMap, HashSet};

use super::Surroundings;
use crate::RepoPath;
use crate::facts::tests::{Case, Part, TestFile};

/// More candidates than this are only compared within their file.
const MATRIX_LIMIT: usize = 200_000;
/// A body that is this much the same is the same test, in the same file and elsewhere.
const SIMILAR_HERE: f64 = 0.60;
const SIMILAR_ELSEWHERE: f64 = 0.70;

pub struct Matched<'t> {
    pub pairs: Vec<(&'t Case, &'t Case)>,
    pub removed: Vec<&'t Case>,
    pub added: Vec<&'t Case>,
}

pub fn pair<'t>(base: &'t [TestFile], head: &'t [TestFile], around: &Surroundings<'_>) -> Matched<'t> {
    let mut old: Vec<&Case> = base.iter().flat_map(|file| &file.cases).collect();
    let mut new: Vec<&Case> = head.iter().flat_map(|file| &file.cases).collect();
    let mut pairs = Vec::new();
    let renamed = |path: &RepoPath| around.renames.get(path).cloned().unwrap_or_else(|| path.clone());

    // The same identity; of several with one name those with one body, else the n-th is the n-th.
    join(&mut old, &mut new, &mut pairs, |case, is_base| {
        let path = if is_base { renamed(&case.path) } else { case.path.clone() };
        (Some(path), case.suites.clone(), case.name.clone(), case.part, &case.words)
    });
    join(&mut old, &mut new, &mut pairs, |case, is_base| {
        let path = if is_base { renamed(&case.path) } else { case.path.clone() };
        (Some(path), case.suites.clone(), case.name.clone(), case.part)
    });
    // The same name in another suite of the file, then in another file.
    join_unique(&mut old, &mut new, &mut pairs, |case, is_base| {
        let path = if is_base { renamed(&case.path) } else { case.path.clone() };
        (Some(path), case.name.clone(), case.part)
    });
    join_unique(&mut old, &mut new, &mut pairs, |case, _| (None::<RepoPath>, case.name.clone(), case.part));
    similar(&mut old, &mut new, &mut pairs, &renamed);
    Matched { pairs, removed: old, added: new }
}

fn join<'t, K: Eq + std::hash::Hash>(
    old: &mut Vec<&'t Case>,
    new: &mut Vec<&'t Case>,
    pairs: &mut Vec<(&'t Case, &'t Case)>,
    key: impl Fn(&'t Case, bool) -> K,
) {
    let mut by_key: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, case) in new.iter().enumerate().rev() {
        by_key.entry(key(case, false)).or_default().push(at);
    }
    let mut used = HashSet::new();
    old.retain(|case| match by_key.get_mut(&key(case, true)).and_then(Vec::pop) {
        Some(at) => {
            used.insert(at);
            pairs.push((case, new[at]));
            false
        }
        None => true,
    });
    drop_used(new, &used);
}

/// As [`join`], where the key names one case on each side and the bodies have something in common.
fn join_unique<'t, K: Eq + std::hash::Hash>(
    old: &mut Vec<&'t Case>,
    new: &mut Vec<&'t Case>,
    pairs: &mut Vec<(&'t Case, &'t Case)>,
    key: impl Fn(&Case, bool) -> K,
) {
    let mut by_key: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, case) in new.iter().enumerate() {
        by_key.entry(key(case, false)).or_default().push(at);
    }
    let mut count: HashMap<K, usize> = HashMap::new();
    for case in old.iter() {
        *count.entry(key(case, true)).or_default() += 1;
    }
    let mut used = HashSet::new();
    old.retain(|case| {
        let name = key(case, true);
        match (by_key.get(&name).map(Vec::as_slice), count.get(&name)) {
            (Some([at]), Some(1)) if likeness(case, new[*at]) > 0.3 || short(case) => {
                used.insert(*at);
                pairs.push((case, new[*at]));
                false
            }
            _ => true,
        }
    });
    drop_used(new, &used);
}

fn short(case: &Case) -> bool {
    case.words.len() < 12
}

fn drop_used(new: &mut Vec<&Case>, used: &HashSet<usize>) {
    let mut at = 0;
    new.retain(|_| {
        at += 1;
        !used.contains(&(at - 1))
    });
}

/// Renamed or moved: the bodies say nearly the same.
fn similar<'t>(
    old: &mut Vec<&'t Case>,
    new: &mut Vec<&'t Case>,
    pairs: &mut Vec<(&'t Case, &'t Case)>,
    renamed: &impl Fn(&RepoPath) -> RepoPath,
) {
    let everywhere = old.len().saturating_mul(new.len()) <= MATRIX_LIMIT;
    let mut scores = Vec::new();
    for (from, case) in old.iter().enumerate() {
        let path = renamed(&case.path);
        for (to, candidate) in new.iter().enumerate() {
            let here = candidate.path == path;
            if candidate.part != case.part || !(here || everywhere) {
                continue;
            }
            if case.part != Part::Test && !here {
                continue;
            }
            let body = likeness(case, candidate);
            let name = strsim::normalized_levenshtein(&case.name, &candidate.name);
            let placed = here && same_place(case, candidate, old, new, pairs);
            let score = body * 0.8 + name * 0.2 + if placed { 0.15 } else { 0.0 };
            let enough = if here { SIMILAR_HERE } else { SIMILAR_ELSEWHERE };
            if score >= enough && body > if placed { 0.3 } else { 0.4 } {
                scores.push((score + if here { 0.05 } else { 0.0 }, from, to));
            }
        }
    }
    scores.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut from_used, mut to_used) = (HashSet::new(), HashSet::new());
    for (_, from, to) in scores {
        if !from_used.contains(&from) && !to_used.contains(&to) {
            from_used.insert(from);
            to_used.insert(to);
            pairs.push((old[from], new[to]));
        }
    }
    drop_used(old, &from_used);
    drop_used(new, &to_used);
}

/// Alone between the same neighbours: one test of a file was exchanged for another.
fn same_place(case: &Case, candidate: &Case, old: &[&Case], new: &[&Case], pairs: &[(&Case, &Case)]) -> bool {
    let mine = |other: &Case| other.path == case.path && other.part == case.part;
    let theirs = |other: &Case| other.path == candidate.path && other.part == candidate.part;
    let paired = pairs.iter().filter(|(before, now)| mine(before) && theirs(now));
    let (mut before, mut after) = (0, 0);
    for (a, b) in paired {
        // Neighbours must be on the same side of both.
        match (a.lines.first < case.lines.first, b.lines.first < candidate.lines.first) {
            (true, true) => before += 1,
            (false, false) => after += 1,
            _ => return false,
        }
    }
    let alone = || old.iter().filter(|c| mine(c)).count() == 1 && new.iter().filter(|c| theirs(c)).count() == 1;
    before + after > 0 || alone()
}

/// How much two bodies share: twice the common words over all words.
pub fn likeness(one: &Case, other: &Case) -> f64 {
    let (a, b) = (one.words.len(), other.words.len());
    if a == 0 || b == 0 {
        return 0.0;
    }
    // The shorter must make up enough of the longer for the score to matter.
    if a.min(b) * 6 < a.max(b) {
        return 0.0;
    }
    let mut count: HashMap<&str, i64> = HashMap::new();
    for word in &one.words {
        *count.entry(word).or_default() += 1;
    }
    let mut common = 0;
    for word in &other.words {
        if let Some(left) = count.get_mut(&**word)
            && *left > 0
        {
            *left -= 1;
            common += 1;
        }
    }
    2.0 * f64::from(common) / (a + b) as f64
}
