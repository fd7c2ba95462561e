//! Public names of program code that their users lose.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::fit::{self, Misfit};
use super::{Addition, Break, ContractDiff};
use crate::change::{ChangeSet, Entry, FileChange, Role};
use crate::facts::contracts::Format;
use crate::facts::contracts::symbols::{Content, Offer, Shelf, Tree};
use crate::lang::{self, Export};
use crate::{RepoPath, Side};

/// Module and name.
type Key = (String, String);

/// Who offers it, and as what; overloads share a key.
type Offered<'a> = BTreeMap<&'a Key, Vec<(&'a RepoPath, &'a Export)>>;

/// Names of one file that are told one by one; more are one finding.
const SINGLE: usize = 4;

pub(super) fn compare(change: &ChangeSet, diff: &mut ContractDiff) {
    let files: Vec<&FileChange> =
        change.files.iter().filter(|file| file.role == Role::Production && !file.is_same_content()).collect();
    let shelf = Shelf::default();
    let tree = |side| Tree::new(change.source(), side, &shelf);
    let (base_tree, head_tree) = (tree(Side::Base), tree(Side::Head));
    files.par_iter().for_each(|file| {
        read_both(change, file, &base_tree, &shelf);
    });
    let offer = |file: &FileChange, side: Side| -> Option<(RepoPath, Result<Offer, String>)> {
        let tree = if side == Side::Base { &base_tree } else { &head_tree };
        let Entry { path, id, .. } = file.side(side)?;
        let bytes = change.content(file, side)?.ok()?;
        let content = Content { id: *id, bytes: &bytes };
        Some((path.clone(), tree.offer(path, content)?.map_err(|error| error.to_string())))
    };
    let sides: Vec<_> = files.par_iter().map(|file| (offer(file, Side::Base), offer(file, Side::Head))).collect();
    // What can't be parsed offers nothing that could be compared; `unreadable-change` says so.
    let unread: BTreeSet<&RepoPath> = sides
        .iter()
        .flat_map(|(base, head)| base.iter().chain(head))
        .filter_map(|(path, offer)| offer.is_err().then_some(path))
        .collect();
    let read = |side: &'_ Option<(RepoPath, Result<Offer, String>)>| -> Option<(RepoPath, Offer)> {
        let (path, offer) = side.as_ref()?;
        Some((path.clone(), offer.as_ref().ok()?.clone()))
    };
    let base: Vec<(RepoPath, Offer)> = sides.iter().filter_map(|(base, _)| read(base)).collect();
    let head: Vec<(RepoPath, Offer)> = sides.iter().filter_map(|(_, head)| read(head)).collect();
    let passes_more = |path: &RepoPath| {
        let passed = |side: &[(RepoPath, Offer)]| {
            side.iter().find(|(other, _)| other == path).map(|(_, offer)| offer.passes_all.clone()).unwrap_or_default()
        };
        !passed(&head).is_subset(&passed(&base))
    };
    let passing = head.iter().map(|(path, _)| path).filter(|path| passes_more(path)).collect();
    let comparison = Comparison { base: offered(&base), head: offered(&head), offers: &head, passing, unread: &unread };
    comparison.gone(diff);
    comparison.changed(diff);
    comparison.added(diff);
}

/// Reads a file that both sides have, where it is published: most of the head is known from the base.
fn read_both(change: &ChangeSet, file: &FileChange, tree: &Tree<'_>, shelf: &Shelf) -> Option<()> {
    let (base, head) = (file.side(Side::Base)?, file.side(Side::Head)?);
    let (before, after) = (change.content(file, Side::Base)?.ok()?, change.content(file, Side::Head)?.ok()?);
    let language = tree.reads(&base.path, before.len().max(after.len()))?;
    if lang::of(&head.path).is_some_and(|other| other.index == language.index) {
        let (base, head) = (Content { id: base.id, bytes: &before }, Content { id: head.id, bytes: &after });
        shelf.read_both(language, base, head, &change.changed_lines(file));
    }
    Some(())
}

fn offered(offers: &[(RepoPath, Offer)]) -> Offered<'_> {
    let mut all = Offered::new();
    for (path, offer) in offers {
        for (key, exports) in &offer.names {
            all.entry(key).or_default().extend(exports.iter().map(|export| (path, export)));
        }
    }
    all
}

struct Comparison<'a> {
    base: Offered<'a>,
    head: Offered<'a>,
    offers: &'a [(RepoPath, Offer)],
    /// Files that pass everything on of a file that they did not before: what is gone from them may come from there.
    passing: BTreeSet<&'a RepoPath>,
    unread: &'a BTreeSet<&'a RepoPath>,
}

impl Comparison<'_> {
    fn gone(&self, diff: &mut ContractDiff) {
        let mut by_file: BTreeMap<&RepoPath, Vec<(u32, String, bool)>> = BTreeMap::new();
        for (key, exports) in self.base.iter().filter(|(key, _)| !self.head.contains_key(*key)) {
            let Some((path, export)) = exports.first().copied().filter(|(path, _)| !self.unread.contains(*path)) else {
                continue;
            };
            let parent = export.parent.as_ref().map(|parent| (key.0.clone(), parent.clone()));
            if parent.is_some_and(|parent| self.base.contains_key(&parent) && !self.head.contains_key(&parent)) {
                continue;
            }
            let elsewhere = self.head.iter().find(|(other, _)| other.1 == key.1 && !self.base.contains_key(*other));
            let what = match elsewhere {
                _ if self.passing.contains(path) => continue,
                Some((other, _)) if other.0.is_empty() || key.0.is_empty() => continue,
                Some((_, places)) => {
                    let to = places.first().map(|(path, _)| path.to_text()).unwrap_or_default();
                    format!("is moved to `{to}` and not passed on from where it was")
                }
                None if self.is_hidden(&key.1) => "is no longer public".to_owned(),
                None => "is removed".to_owned(),
            };
            by_file.entry(path).or_default().push((export.line, format!("`{}` {what}", key.1), elsewhere.is_some()));
        }
        for (path, mut gone) in by_file {
            gone.sort();
            let is_wall = gone.len() > SINGLE;
            let rest = gone.len().saturating_sub(SINGLE - 1);
            let shown = if is_wall { 1 } else { gone.len() };
            let names = |all: &[(u32, String, bool)]| {
                all.iter().map(|(_, what, _)| what.as_str()).collect::<Vec<_>>().join(", ")
            };
            let all = format!("{} and {rest} more", names(&gone[..gone.len().min(SINGLE - 1)]));
            for (line, what, is_moved) in gone.iter().take(shown) {
                diff.breaks.push(Break {
                    format: Format::Symbols,
                    path: path.clone(),
                    side: Side::Base,
                    line: *line,
                    base: None,
                    what: if is_wall { all.clone() } else { what.clone() },
                    is_doubtful: *is_moved,
                });
            }
        }
    }

    fn is_hidden(&self, name: &str) -> bool {
        self.offers.iter().any(|(_, offer)| offer.hidden.contains(name))
    }

    fn changed(&self, diff: &mut ContractDiff) {
        for (key, before) in &self.base {
            let Some(after) = self.head.get(*key) else { continue };
            for (base_path, old) in before {
                let by_name = [&b".py"[..], b".pyi", b".swift"].iter().any(|end| base_path.as_bytes().ends_with(end));
                let misfits: Vec<(&RepoPath, &Export, Option<Misfit>)> =
                    after.iter().map(|(path, new)| (*path, *new, fit::misfit(old, new, by_name))).collect();
                // Of overloads, one that fits is enough.
                if misfits.iter().any(|(_, _, misfit)| misfit.is_none()) {
                    continue;
                }
                let Some((path, new, Some(misfit))) = misfits.into_iter().next() else { continue };
                diff.breaks.push(Break {
                    format: Format::Symbols,
                    path: path.clone(),
                    side: Side::Head,
                    line: new.line,
                    base: Some(((*base_path).clone(), old.line)),
                    what: said(&key.1, &misfit),
                    is_doubtful: matches!(misfit, Misfit::Shape { .. }),
                });
            }
        }
    }

    fn added(&self, diff: &mut ContractDiff) {
        let mut by_file: BTreeMap<&RepoPath, Vec<(u32, &str)>> = BTreeMap::new();
        for (key, exports) in self.head.iter().filter(|(key, _)| !self.base.contains_key(*key)) {
            let Some((path, export)) = exports.first().copied() else { continue };
            let parent = export.parent.as_ref().map(|parent| (key.0.clone(), parent.clone()));
            let has_old_parent = parent.as_ref().is_some_and(|parent| self.base.contains_key(parent));
            let has_new_parent =
                parent.as_ref().is_some_and(|parent| self.head.contains_key(parent) && !self.base.contains_key(parent));
            let is_moved = self.base.keys().any(|other| other.1 == key.1);
            if export.is_demanded && has_old_parent {
                diff.breaks.push(Break {
                    format: Format::Symbols,
                    path: path.clone(),
                    side: Side::Head,
                    line: export.line,
                    base: None,
                    what: format!("`{}` is new and has to be written by whoever implements the type", key.1),
                    is_doubtful: true,
                });
            } else if !has_new_parent && !is_moved {
                by_file.entry(path).or_default().push((export.line, &key.1));
            }
        }
        for (path, mut names) in by_file {
            names.sort_unstable();
            let line = names.first().map_or(1, |(line, _)| *line);
            let names = names.into_iter().map(|(_, name)| name.to_owned()).collect();
            diff.additions.push(Addition { format: Format::Symbols, path: path.clone(), line, names });
        }
    }
}

fn said(name: &str, misfit: &Misfit) -> String {
    match misfit {
        Misfit::Gone(parameter) => format!("`{name}` no longer takes `{parameter}`"),
        Misfit::Required(parameter) => format!("`{name}` asks for `{parameter}`, which callers don't give"),
        Misfit::Renamed { old, new } => format!("the parameter `{old}` of `{name}` is called `{new}`"),
        Misfit::Shape { what, old, new } => format!("`{name}` {what} `{new}` instead of `{old}`"),
    }
}
