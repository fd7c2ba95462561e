//! Settings of checkers and runners: which make their tool check less than before.
//!
//! Compared file by file; what a file lost and another one of the same tool gained has only moved. A tool that had no
//! settings before is new, and one that has none any more was taken out: neither is a setting turned down.

mod covered;
mod values;
mod weaker;

use rayon::prelude::*;

use crate::change::{ChangeSet, Role};
use crate::facts::config::{self, Direction, Item, Reading, Settings};
use crate::{RepoPath, Side};
use covered::Covered;
use weaker::weaker;

/// A setting that is weaker than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakened {
    pub tool: &'static str,
    pub setting: String,
    /// It turns single rules off; else it weakens the check itself.
    pub rules: bool,
    /// It is a habit as often as a weakening.
    pub is_doubtful: bool,
    /// Written in a file that this one names.
    pub is_inherited: bool,
    /// A phrase for the message.
    pub what: String,
    pub path: RepoPath,
    pub side: Side,
    pub line: u32,
    pub base: Option<(RepoPath, u32)>,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// One tool's settings in one file, on both sides.
struct Pair {
    path: RepoPath,
    base_path: RepoPath,
    tool: &'static str,
    base: Option<Settings>,
    head: Option<Settings>,
}

/// Every weaker setting, by file and line.
pub fn weakened(change: &ChangeSet) -> Vec<Weakened> {
    let pairs: Vec<Pair> = change
        .files
        .par_iter()
        .filter(|file| !matches!(file.role, Role::TestData | Role::Snapshot | Role::Documentation))
        .filter(|file| !file.is_same_content())
        .flat_map_iter(|file| {
            let base = settings(change, file, Side::Base);
            let mut head = settings(change, file, Side::Head);
            let path = |side| file.side(side).map_or_else(|| file.path().clone(), |entry| entry.path.clone());
            let (path, base_path) = (path(Side::Head), path(Side::Base));
            let mut pairs = Vec::new();
            for before in base {
                let at = head.iter().position(|after| after.tool == before.tool);
                let after = at.map(|at| head.remove(at));
                pairs.push(Pair {
                    path: path.clone(),
                    base_path: base_path.clone(),
                    tool: before.tool,
                    base: Some(before),
                    head: after,
                });
            }
            pairs.extend(head.into_iter().map(|after| Pair {
                path: path.clone(),
                base_path: base_path.clone(),
                tool: after.tool,
                base: None,
                head: Some(after),
            }));
            pairs
        })
        .collect();
    let covered = Covered::new(change);
    let mut found: Vec<Weakened> = pairs.iter().flat_map(|pair| of_pair(pair, &pairs, &covered)).collect();
    // What a file takes over from another one of the change is told there.
    let own: Vec<(&'static str, String)> =
        found.iter().filter(|it| !it.is_inherited).map(|it| (it.tool, it.what.clone())).collect();
    found.retain(|it| !it.is_inherited || !own.iter().any(|(tool, what)| *tool == it.tool && *what == it.what));
    found.sort_by(|a, b| (&a.path, a.line, &a.what).cmp(&(&b.path, b.line, &b.what)));
    found.dedup();
    found
}

fn settings(change: &ChangeSet, file: &crate::change::FileChange, side: Side) -> Vec<Settings> {
    let (Some(entry), Some(Ok(bytes))) = (file.side(side), change.content(file, side)) else { return Vec::new() };
    let look = |path: &str| {
        let entry = change.source().entry(side, &RepoPath::from(path))?;
        change.source().read(&entry).ok().map(|bytes| bytes.to_vec())
    };
    config::read(&entry.path, &bytes, &look)
}

fn of_pair(pair: &Pair, all: &[Pair], covered: &Covered<'_>) -> Vec<Weakened> {
    let Some(base) = &pair.base else { return Vec::new() };
    let nothing = Settings { tool: pair.tool, readings: std::collections::BTreeMap::new() };
    let head = pair.head.as_ref().unwrap_or(&nothing);
    // In a file of many tools, or a builder's, a tool without settings is not in use yet.
    let name = pair.base_path.to_text();
    let is_shared = ["pyproject.toml", "setup.cfg", "tox.ini"].iter().any(|shared| name.ends_with(shared))
        || name.contains("vite.config.");
    if base.readings.is_empty() && is_shared {
        return Vec::new();
    }
    let mut keys: Vec<_> = base.readings.keys().chain(head.readings.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut found = Vec::new();
    for key in keys {
        let (old, new) = (base.readings.get(key), head.readings.get(key));
        // What stands for both is named itself.
        if old.is_some_and(|old| old.implied) && new.is_none_or(|new| new.implied) {
            continue;
        }
        // Without a file there is nothing left to weaken but floors.
        if pair.head.is_none() && key.0 != Direction::Lower {
            continue;
        }
        // What another file of the tool says now, or another list of this one.
        let mut elsewhere: Vec<(Option<&Reading>, &Reading)> = all
            .iter()
            .filter(|other| other.tool == pair.tool && !std::ptr::eq(*other, pair))
            .filter_map(|other| {
                let now = other.head.as_ref()?.readings.get(key)?;
                Some((other.base.as_ref().and_then(|base| base.readings.get(key)), now))
            })
            .collect();
        if key.0 == Direction::Shrunk {
            let others = head.readings.iter().filter(|(other, _)| other.0 == Direction::Shrunk && *other != key);
            elsewhere.extend(others.map(|(other, now)| (base.readings.get(other), now)));
        }
        let before: Vec<&Item> = all
            .iter()
            .filter(|other| other.tool == pair.tool && !std::ptr::eq(*other, pair))
            .filter_map(|other| other.base.as_ref()?.readings.get(key))
            .flat_map(|reading| &reading.items)
            .collect();
        let Some(what) = weaker(pair.tool, old, new, &before, &elsewhere, covered) else { continue };
        let reading = new.or(old);
        let (side, line) = match (new, old) {
            (Some(new), _) => (Side::Head, what.line.unwrap_or(new.line)),
            (None, Some(old)) => (Side::Base, what.line.unwrap_or(old.line)),
            (None, None) => continue,
        };
        let side = if what.in_base { Side::Base } else { side };
        found.push(Weakened {
            tool: pair.tool,
            setting: reading.map(|reading| reading.name.clone()).unwrap_or_default(),
            rules: reading.is_some_and(|reading| reading.rules),
            is_doubtful: reading.is_some_and(|reading| reading.is_doubtful),
            is_inherited: reading.is_some_and(|reading| reading.inherited),
            what: what.phrase,
            path: if side == Side::Base { pair.base_path.clone() } else { pair.path.clone() },
            side,
            line,
            base: old.filter(|_| side == Side::Head).map(|old| (pair.base_path.clone(), old.line)),
            before: old.and_then(|old| old.text.clone()).map(|text| format!("{}: {text}", key_name(old))),
            after: new.and_then(|new| new.text.clone()).map(|text| format!("{}: {text}", key_name(new))),
        });
    }
    found
}

fn key_name(reading: Option<&Reading>) -> &str {
    reading.map_or("", |reading| &reading.name)
}
