//! Helpers in files that the change leaves alone: read where a call that is new or gone leads to one.
//!
//! A usual branch needs none of this: its tests call what they called before, or check for themselves. Where a call in
//! question is answered by no changed file, the file that defines it is looked for as the language would ([`search`]), in the
//! tree of the side that is read, and the cases that call it are read once more.

mod outline;
mod search;
mod shelf;

use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::kept::Kept;
use super::library::{Outside, Source};
use super::model::{Check, CheckKind, Missing, Part, TestFile};
use super::read_again;
use crate::change::ChangeSet;
use crate::{RepoPath, Side};
use search::Search;
use shelf::Shelf;

/// Helpers that call helpers of further files are followed this far.
const ROUNDS: usize = 3;

/// One side: its changed files, what was read in them, and what was found outside of them.
pub struct View<'s> {
    pub side: Side,
    pub sources: &'s [Source],
    pub files: &'s mut Vec<TestFile>,
}

/// Reads cases again whose calls in question lead to files that the change leaves alone.
pub fn complete<'s>(change: &ChangeSet, kept: &Kept, base: &mut View<'s>, head: &mut View<'s>) {
    let asked = in_question(base.files, head.files);
    if asked.is_empty() {
        return;
    }
    let shared = shared(base.files, head.files);
    let mut shelf = Shelf::new(change);
    let mut sought = [Sought::default(), Sought::default()];
    for round in 0..ROUNDS {
        let mut again = [Vec::new(), Vec::new()];
        for ((view, sought), again) in [&*base, &*head].into_iter().zip(&mut sought).zip(&mut again) {
            *again = look_up(view, &asked, &shared, &mut shelf, sought, round);
        }
        if again.iter().all(Vec::is_empty) {
            break;
        }
        let [of_base, of_head] = &sought;
        let (was, is) = rayon::join(
            || read_again(base.sources, &of_base.outside, kept, &again[0]),
            || read_again(head.sources, &of_head.outside, kept, &again[1]),
        );
        for (view, files) in [(&mut *base, was), (&mut *head, is)] {
            for (at, file) in files {
                view.files[at] = file;
            }
        }
    }
}

/// What was looked for on a side, and what was found.
#[derive(Default)]
struct Sought {
    outside: Outside,
    tried: HashSet<(RepoPath, String)>,
}

/// Finds what calls mean; returns the files with calls that were found.
fn look_up(
    view: &View<'_>,
    asked: &HashSet<String>,
    shared: &HashSet<(RepoPath, String)>,
    shelf: &mut Shelf<'_>,
    Sought { outside, tried }: &mut Sought,
    round: usize,
) -> Vec<usize> {
    let mut again = BTreeSet::new();
    shelf.turn(view.side);
    let files = view.files.iter().enumerate().take(view.sources.len());
    let calls =
        files.flat_map(|(at, file)| file.cases.iter().flat_map(|case| &case.missing).map(move |call| (at, call)));
    let keyed = calls.map(|(at, call)| (at, call, (call.path.clone(), call.callee.clone())));
    // What both sides call comes first: whatever else a side asks for, it finds the same for these within its budget.
    let (mut both, own): (Vec<_>, Vec<_>) = keyed.partition(|(.., key)| shared.contains(key));
    both.sort_by(|(.., one), (.., other)| one.cmp(other));
    for (at, missing, key) in both.into_iter().chain(own) {
        if outside.ways.contains_key(&key) {
            again.insert(at);
            continue;
        }
        // What a helper outside calls is in question with it.
        let follows = round > 0 && outside.files.iter().any(|source| source.path == missing.path);
        if !(follows || asked.contains(&missing.callee)) || !tried.insert(key.clone()) {
            continue;
        }
        let sources = view.sources.iter().chain(outside.files.iter().map(|source| &**source));
        let Some(from) = sources.into_iter().find(|source| source.path == missing.path) else { continue };
        let answer = Search { shelf, changed: view.sources }.find(from, missing);
        if let Some(source) = answer {
            outside.ways.insert(key, (source.path.clone(), missing.name.clone()));
            if !outside.files.iter().any(|known| known.path == source.path) {
                outside.files.push(Arc::clone(&source));
            }
            again.insert(at);
        }
    }
    again.into_iter().collect()
}

/// The calls that both sides make, whatever they mean.
fn shared(base: &[TestFile], head: &[TestFile]) -> HashSet<(RepoPath, String)> {
    fn keys(files: &[TestFile]) -> HashSet<(RepoPath, String)> {
        let missing = files.iter().flat_map(|file| &file.cases).flat_map(|case| &case.missing);
        missing.map(|call| (call.path.clone(), call.callee.clone())).collect()
    }
    let now = keys(head);
    keys(base).into_iter().filter(|key| now.contains(key)).collect()
}

/// The calls whose meaning can matter: those that are gone; and the new ones, where something is gone or the test that
/// calls them checks nothing else.
fn in_question(base: &[TestFile], head: &[TestFile]) -> HashSet<String> {
    let missing = |files: &[TestFile]| files.iter().flat_map(|file| &file.cases).any(|case| !case.missing.is_empty());
    if !missing(base) && !missing(head) {
        return HashSet::new();
    }
    let (before, after) = (calls(base), calls(head));
    let gone: HashSet<&str> = before
        .iter()
        .filter(|(key, count)| after.get(*key).is_none_or(|now| now.1 < count.1))
        .map(|(_, (missing, _))| missing.callee.as_str())
        .collect();
    let something_gone = !gone.is_empty() || loses_checks(base, head);
    let is_new = |missing: &Missing| {
        let count = |table: &Calls<'_>| table.get(missing.text.as_str()).map_or(0, |found| found.1);
        count(&before) < count(&after)
    };
    let mut asked: HashSet<String> = gone.into_iter().map(str::to_owned).collect();
    for case in head.iter().flat_map(|file| &file.cases) {
        let checks = case.checks.iter().any(|check| check.kind != CheckKind::Opaque);
        if something_gone || !checks && case.part == Part::Test {
            asked.extend(case.missing.iter().filter(|call| is_new(call)).map(|call| call.callee.clone()));
        }
    }
    asked
}

type Calls<'t> = HashMap<&'t str, (&'t Missing, usize)>;

/// Missing calls by what they say, counted.
fn calls(files: &[TestFile]) -> Calls<'_> {
    let mut table: Calls<'_> = HashMap::new();
    for missing in files.iter().flat_map(|file| &file.cases).flat_map(|case| &case.missing) {
        table.entry(&missing.text).or_insert((missing, 0)).1 += 1;
    }
    table
}

/// Whether the base demands something in words that the head no longer has.
fn loses_checks(base: &[TestFile], head: &[TestFile]) -> bool {
    fn said(check: &Check) -> (CheckKind, bool, Vec<&str>) {
        let words = std::iter::once(&check.subject).chain(&check.expected).flat_map(|node| node.words());
        (check.kind, check.positive, words.collect())
    }
    let mut left = HashMap::new();
    for check in head.iter().flat_map(|file| &file.cases).flat_map(|case| &case.checks) {
        *left.entry(said(check)).or_insert(0_usize) += 1;
    }
    base.iter().flat_map(|file| &file.cases).flat_map(|case| &case.checks).any(|check| {
        match left.get_mut(&said(check)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        }
    })
}
