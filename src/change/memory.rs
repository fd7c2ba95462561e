//! Both sides in memory, for the examples on rules' pages and for tests.

use std::collections::{BTreeMap, HashMap};

use super::{Bytes, ChangeSet, Entry, Mode, Roles, Source, TreeChange, Unreadable};
use crate::git::{ObjectFormat, ObjectId};
use crate::{RepoPath, Side};

/// Both sides in memory.
///
/// ```
/// use agentgate::change::{Memory, Status};
/// let change = Memory::change_set([
///     ("src/price.rs", Some("fn price() {}\n"), Some("fn price() -> u32 { 1 }\n")),
///     ("tests/price.rs", Some("#[test] fn t() {}\n"), None),
/// ]);
/// assert_eq!(change.files[1].status, Status::Deleted);
/// ```
#[derive(Default)]
pub struct Memory {
    /// Every file of the base, changed or not.
    pub base: BTreeMap<RepoPath, Bytes>,
    /// Every file of the head, changed or not.
    pub head: BTreeMap<RepoPath, Bytes>,
    contents: HashMap<ObjectId, Bytes>,
}

impl Memory {
    /// What changes between the sides of these files (path, base text, head text), renames found as in a repository.
    ///
    /// A file whose sides are equal is there for rules to look at, and no change.
    pub fn change_set<'a>(files: impl IntoIterator<Item = (&'a str, Option<&'a str>, Option<&'a str>)>) -> ChangeSet {
        let mut memory = Self::default();
        for (path, base, head) in files {
            let bytes = |text: &str| Bytes::from(text.as_bytes());
            memory.base.extend(base.map(|text| (RepoPath::from(path), bytes(text))));
            memory.head.extend(head.map(|text| (RepoPath::from(path), bytes(text))));
        }
        memory.into_change_set(&Roles::default())
    }

    /// What changes between [`Memory::base`] and [`Memory::head`].
    pub fn into_change_set(mut self, roles: &Roles) -> ChangeSet {
        let all = self.base.values().chain(self.head.values());
        self.contents = all.map(|bytes| (id(bytes), Bytes::clone(bytes))).collect();
        let mut paths: Vec<&RepoPath> = self.base.keys().chain(self.head.keys()).collect();
        paths.sort();
        paths.dedup();
        let sides = paths
            .into_iter()
            .map(|path| TreeChange { base: self.entry(Side::Base, path), head: self.entry(Side::Head, path) });
        let changes = sides.filter(|change| change.base != change.head).collect();
        ChangeSet::of(changes, Box::new(self), roles)
    }

    fn side(&self, side: Side) -> &BTreeMap<RepoPath, Bytes> {
        match side {
            Side::Base => &self.base,
            Side::Head => &self.head,
        }
    }
}

fn id(bytes: &[u8]) -> ObjectId {
    ObjectId::of_blob(bytes, ObjectFormat::Sha256)
}

impl Source for Memory {
    fn read(&self, entry: &Entry) -> Result<Bytes, Unreadable> {
        self.contents.get(&entry.id).cloned().ok_or_else(|| Unreadable::Missing { id: entry.id.to_string() })
    }

    fn entry(&self, side: Side, path: &RepoPath) -> Option<Entry> {
        let bytes = self.side(side).get(path)?;
        Some(Entry { path: path.clone(), mode: Mode::File, id: id(bytes) })
    }

    fn paths(&self, side: Side) -> Vec<RepoPath> {
        self.side(side).keys().cloned().collect()
    }

    fn below(&self, side: Side, directory: &RepoPath, limit: usize) -> Vec<Entry> {
        let inside = |path: &&RepoPath| {
            let rest = path.as_bytes().strip_prefix(directory.as_bytes());
            directory.as_bytes().is_empty() || rest.is_some_and(|rest| rest.starts_with(b"/"))
        };
        let mut paths: Vec<&RepoPath> = self.side(side).keys().filter(inside).collect();
        paths.sort_by_key(|path| path.as_bytes().iter().filter(|byte| **byte == b'/').count());
        paths.into_iter().filter_map(|path| self.entry(side, path)).take(limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Role, Status};

    #[test]
    fn sides_become_changes_with_renames_and_roles() {
        let text = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
        let moved = text.replace("six", "6");
        let change = Memory::change_set([
            ("src/same.rs", Some("x\n"), Some("x\n")),
            ("src/old.rs", Some(text), None),
            ("src/new.rs", None, Some(&moved)),
            ("tests/a.rs", Some("a\n"), Some("b\n")),
        ]);
        let seen: Vec<_> = change.files.iter().map(|f| (f.path().to_text(), f.status, f.role)).collect();
        assert_eq!(
            seen,
            [
                ("src/new.rs".into(), Status::Renamed(90), Role::Production),
                ("tests/a.rs".into(), Status::Modified, Role::Test),
            ]
        );
        assert_eq!(change.files[0].base.as_ref().map(|e| e.path.to_text()), Some("src/old.rs".into()));
        assert_eq!(change.hunks(&change.files[0]).unwrap().len(), 1);
        assert!(change.source().entry(Side::Head, &RepoPath::from("src/same.rs")).is_some());
    }
}
