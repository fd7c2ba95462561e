//! Cases that are gone, with what they demanded.

use hashbrown::{HashMap, HashSet};

use super::credit::signature;
use super::{Change, Surroundings, TestDiff, Transition, cases, checks, spot_of_case, strength};
use crate::RepoPath;
use crate::facts::tests::{Case, Check, Part, TestFile};

/// Cases of the base that have no counterpart, unless everything they demanded is demanded elsewhere.
pub fn cases(
    matched: &cases::Matched<'_>,
    head: &[TestFile],
    outcome: &checks::Outcome,
    around: &Surroundings<'_>,
    diff: &mut TestDiff,
) {
    let mut gone: Vec<(&Case, Option<String>, (usize, usize))> = Vec::new();
    for (at, old) in matched.removed.iter().enumerate() {
        // What did not run demanded nothing.
        if old.part != Part::Test || !old.runs() || is_said_twice(old, matched) {
            continue;
        }
        let (credited, total) = outcome.credited(at);
        if total > 0 && credited == total {
            continue;
        }
        gone.push((*old, subject_gone(old, around), (credited, total)));
    }
    with_their_file(&mut gone, matched, around);
    for (old, subject_gone, (credited, total)) in gone {
        if total > 0 && is_obsolete(old, matched, head, around) {
            continue;
        }
        let why = match (total, credited) {
            (0, _) => "is gone".to_owned(),
            (_, 0) if total == 1 => "is gone with its check".to_owned(),
            (_, 0) => format!("is gone with its {total} checks"),
            _ => format!("is gone; {} of its {total} checks are nowhere else", total - credited),
        };
        // What has no body demanded nothing but one day to be written.
        let is_blank = old.words.is_empty() && old.checks.is_empty() && !old.is_kept;
        let mostly_kept = is_blank || total > 2 && credited * 3 >= total * 2;
        diff.transitions.push(Transition {
            change: Change::CaseRemoved { subject_gone, mostly_kept },
            test: old.title(),
            base: Some(spot_of_case(old)),
            head: None,
            why,
            witness: None,
        });
    }
}

/// What it tested, where production code no longer has it.
fn subject_gone(old: &Case, around: &Surroundings<'_>) -> Option<String> {
    let mut suites = old.suites.iter().flat_map(|suite| suite.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let used = old.names.iter().map(|name| &**name).find(|name| around.is_gone(name));
    // The suite is named after what it tests; it is no helper of its own tests.
    used.or_else(|| suites.find(|name| around.is_gone_from_production(name))).map(str::to_owned)
}

/// A file of tests that goes as a whole goes with the file it is named after, or with what most of its tests were about.
fn with_their_file(
    gone: &mut [(&Case, Option<String>, (usize, usize))],
    matched: &cases::Matched<'_>,
    around: &Surroundings<'_>,
) {
    let stays: HashSet<&RepoPath> = matched.pairs.iter().map(|(old, _)| &old.path).collect();
    let mut files: HashMap<&RepoPath, (usize, Vec<String>)> = HashMap::new();
    for (old, subject, _) in gone.iter().filter(|(old, ..)| !stays.contains(&old.path)) {
        let (cases, subjects) = files.entry(&old.path).or_default();
        *cases += 1;
        subjects.extend(subject.clone());
    }
    let namesakes: HashMap<RepoPath, String> =
        files.keys().filter_map(|path| Some(((*path).clone(), around.namesake(path)?))).collect();
    for (old, subject, _) in gone.iter_mut().filter(|(_, subject, _)| subject.is_none()) {
        *subject = namesakes.get(&old.path).cloned();
        if subject.is_some() {
            continue;
        }
        if let Some((_, subjects)) = files.get(&old.path).filter(|(cases, subjects)| subjects.len() * 2 > *cases) {
            *subject = subjects.first().cloned();
        }
    }
}

/// Another test that stays said the very same.
fn is_said_twice(old: &Case, matched: &cases::Matched<'_>) -> bool {
    let said = |case: &Case| case.checks.iter().map(|check| signature(check, true)).collect::<Vec<_>>();
    let same = |other: &Case| {
        other.path == old.path && other.suites == old.suites && other.words == old.words && said(other) == said(old)
    };
    !old.words.is_empty()
        && matched.pairs.iter().any(|(other, now)| same(other) && now.words == old.words && now.runs())
}

/// Files that were renamed so that no runner looks into them, with the first of their tests.
pub fn files(base: &[TestFile], head: &[TestFile], around: &Surroundings<'_>, diff: &mut TestDiff) {
    for old in base.iter().filter(|old| old.is_collected) {
        let renamed = around.renames.get(&old.path);
        let Some(new) = head.iter().find(|new| Some(&new.path) == renamed && !new.is_collected) else { continue };
        let stays = |case: &&Case| case.part == Part::Test && case.runs();
        let Some(first) = old.cases.iter().find(stays).filter(|_| new.cases.iter().any(|case| stays(&case))) else {
            continue;
        };
        diff.transitions.push(Transition {
            change: Change::CaseRemoved { subject_gone: None, mostly_kept: false },
            test: first.title(),
            base: Some(spot_of_case(first)),
            head: None,
            why: "is in a file that runners do not look into".into(),
            witness: None,
        });
    }
}

/// Whether everything a test asked went from production, and no test that stays asks it either.
fn is_obsolete(old: &Case, matched: &cases::Matched<'_>, head: &[TestFile], around: &Surroundings<'_>) -> bool {
    let stays = |name: &str| {
        let heads = matched.pairs.iter().map(|(_, new)| *new).chain(matched.added.iter().copied());
        heads.filter(|case| case.part == Part::Test).any(|case| case.names.contains(name))
            || head.iter().any(|file| file.kept_names.contains(name))
    };
    let is_gone = |word: &str| word.len() > 3 && around.is_gone(word) && !stays(word);
    let asks_what_is_gone = |check: &Check| {
        let words = [&check.subject, &check.resolved_subject].into_iter().flat_map(|node| node.words());
        words.flat_map(|word| word.split(['.', ':'])).any(is_gone)
    };
    old.checks.iter().filter(|check| strength::is_reached(check) && strength::level(check) > 0).all(asks_what_is_gone)
}
