//! Directives that silence a tool: which of the head's the base did not have.
//!
//! Looked at over the whole change. A directive that moved with its code, or whose code was edited under it, is the same
//! one; so is one that names fewer rules or reaches less far than before. What remains is new or wider.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::change::{ChangeSet, FileChange, Role};
use crate::facts::suppressions::{self, Suppression};
use crate::{RepoPath, Side};

/// A directive that silences more than the base did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    pub path: RepoPath,
    pub role: Role,
    pub suppression: Suppression,
    /// What it was before it was widened.
    pub was: Option<(RepoPath, Suppression)>,
    /// How many more in this file say the same.
    pub more: usize,
}

/// A directive and the file it stands in.
struct Found<'a> {
    file: usize,
    change: &'a FileChange,
    it: Suppression,
}

/// Pairs are looked at one by one only up to so many; what is left then counts as new.
const PAIRS: usize = 4_000_000;

/// Every directive that is new or wider, by file and line.
pub fn added(change: &ChangeSet) -> Vec<Added> {
    let sides: Vec<(Vec<Found<'_>>, Vec<Found<'_>>)> =
        change.files.par_iter().enumerate().filter_map(|(at, file)| in_file(change, at, file)).collect();
    let (mut base, mut head) = (Vec::new(), Vec::new());
    for (before, after) in sides {
        base.extend(before);
        head.extend(after);
    }
    credit_equal(&mut base, &mut head);
    let mut wider = Vec::new();
    if base.len().saturating_mul(head.len()) <= PAIRS {
        credit(&mut base, &mut head, |old, new| old.file == new.file && is_kept(&old.it, &new.it));
        credit(&mut base, &mut head, |old, new| is_restated(&old.it, &new.it));
        credit(&mut base, &mut head, is_carried);
        for new in std::mem::take(&mut head) {
            match base.iter().position(|old| is_widened(old, &new)) {
                Some(at) => wider.push((new, Some(base.remove(at)))),
                None => wider.push((new, None)),
            }
        }
    } else {
        wider.extend(head.into_iter().map(|new| (new, None)));
    }
    grouped(wider)
}

fn in_file<'a>(change: &ChangeSet, at: usize, file: &'a FileChange) -> Option<(Vec<Found<'a>>, Vec<Found<'a>>)> {
    let is_looked_at = !matches!(
        file.role,
        Role::TestData
            | Role::Snapshot
            | Role::Generated
            | Role::Lockfile
            | Role::Documentation
            | Role::AgentInstructions
    );
    if !is_looked_at || file.is_same_content() {
        return None;
    }
    let bytes = |side| change.content(file, side).and_then(Result::ok);
    let (base, head) = (bytes(Side::Base), bytes(Side::Head));
    // A generator's own directives; a file that only now says it is generated is still read.
    let is_generated = |bytes: &crate::change::Bytes| suppressions::is_generated(bytes);
    if head.as_ref().is_some_and(is_generated) && base.as_ref().is_none_or(is_generated) {
        return None;
    }
    let read = |bytes: Option<crate::change::Bytes>, side| -> Vec<Found<'a>> {
        let (Some(bytes), Some(entry)) = (bytes, file.side(side)) else { return Vec::new() };
        let found = suppressions::read(&entry.path, &bytes);
        found.into_iter().map(|it| Found { file: at, change: file, it }).collect()
    };
    let head = read(head, Side::Head);
    Some((read(base, Side::Base), head))
}

/// The same words over the same code, in the same file or another.
fn credit_equal(base: &mut Vec<Found<'_>>, head: &mut Vec<Found<'_>>) {
    let key = |found: &Found<'_>, file: bool| {
        let it = &found.it;
        (file.then_some(found.file), it.tool, it.code_key(), it.scope, it.covers.clone())
    };
    for in_file in [true, false] {
        let mut known: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, found) in base.iter().enumerate() {
            known.entry(key(found, in_file)).or_default().push(at);
        }
        let mut used = vec![false; base.len()];
        head.retain(|found| match known.get_mut(&key(found, in_file)).and_then(Vec::pop) {
            // A whole file's directive has moved only with its file.
            Some(at) if in_file || !found.it.covers.is_empty() => {
                used[at] = true;
                false
            }
            _ => true,
        });
        let mut used = used.into_iter();
        base.retain(|_| !used.next().unwrap_or(false));
    }
}

fn credit<'a>(base: &mut Vec<Found<'a>>, head: &mut Vec<Found<'a>>, is_same: impl Fn(&Found<'a>, &Found<'a>) -> bool) {
    head.retain(|new| match base.iter().position(|old| is_same(old, new)) {
        Some(at) => {
            base.remove(at);
            false
        }
        None => true,
    });
}

/// The code under it was edited, or it names less.
fn is_kept(old: &Suppression, new: &Suppression) -> bool {
    old.tool == new.tool && new.is_within(old)
}

/// Another tool of its kind is told the same of the same code.
fn is_restated(old: &Suppression, new: &Suppression) -> bool {
    !new.family.is_empty()
        && new.family == old.family
        && new.tool != old.tool
        && new.covers == old.covers
        && new.scope <= old.scope
        && (!new.codes.is_empty() || old.codes.is_empty())
}

/// It went with its code to a new file, or came from one that is gone.
fn is_carried(old: &Found<'_>, new: &Found<'_>) -> bool {
    (old.change.head.is_none() || new.change.base.is_none())
        && old.it.tool == new.it.tool
        && !new.it.codes.is_empty()
        && new.it.is_within(&old.it)
}

fn is_widened(old: &Found<'_>, new: &Found<'_>) -> bool {
    let shares_a_rule = || new.it.code_key().iter().any(|code| old.it.code_key().contains(code));
    old.file == new.file
        && old.it.tool == new.it.tool
        && ((!new.it.covers.is_empty() && old.it.covers == new.it.covers) || shares_a_rule())
}

/// What says the same in one file is said once.
fn grouped(added: Vec<(Found<'_>, Option<Found<'_>>)>) -> Vec<Added> {
    let mut groups: BTreeMap<(RepoPath, &str, Vec<String>, bool), Added> = BTreeMap::new();
    for (new, was) in added {
        let was = was.and_then(|old| Some((old.change.base.as_ref()?.path.clone(), old.it)));
        let key = (new.change.path().clone(), new.it.tool, new.it.code_key(), was.is_some());
        match groups.get_mut(&key) {
            Some(group) => {
                group.more += 1;
                if new.it.line < group.suppression.line {
                    group.suppression = new.it;
                    group.was = was;
                }
            }
            None => {
                let (path, role) = (new.change.path().clone(), new.change.role);
                groups.insert(key, Added { path, role, suppression: new.it, was, more: 0 });
            }
        }
    }
    let mut added: Vec<Added> = groups.into_values().collect();
    added.sort_by(|a, b| (&a.path, a.suppression.line).cmp(&(&b.path, b.suppression.line)));
    added
}
