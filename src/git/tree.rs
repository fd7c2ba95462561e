//! Trees: what a commit recorded, and how two of them differ.

use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use gix::objs::tree::EntryKind;

use super::{GitError, ObjectId, Objects};
use crate::RepoPath;

/// One file on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub path: RepoPath,
    pub mode: Mode,
    pub id: ObjectId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    File,
    Executable,
    Symlink,
    Submodule,
}

/// A path whose entries differ between two trees. One of the two is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeChange {
    pub base: Option<Entry>,
    pub head: Option<Entry>,
}

/// git refuses deeper trees too (`core.maxTreeDepth`); without a limit, a few small objects could describe endless paths.
const DEPTH_LIMIT: usize = 2048;

/// Trees may share their subtrees, so a dozen small objects can describe more files than fit into any memory.
const FILES_LIMIT: usize = 1_000_000;

/// How many files are named where there are more than the limit.
const FILES_NAMED: usize = 100_000;

/// Trees kept for looking up single paths.
const CACHED_TREES: usize = 8192;

/// The entries of one tree object, in git's order: a directory sorts as if its name ended in `/`.
#[derive(Default)]
pub(super) struct TreeEntries(Vec<TreeEntry>);

struct TreeEntry {
    name: Box<[u8]>,
    kind: EntryKind,
    id: ObjectId,
}

#[derive(Default)]
pub(super) struct TreeCache(Mutex<HashMap<ObjectId, Arc<TreeEntries>>>);

impl TreeEntries {
    /// Refuses what git would never write: unsorted or repeated names, and names that are no single path component.
    ///
    /// Two entries of one name would let the checked out file and the judged file be different ones.
    pub(super) fn parse(id: ObjectId, bytes: &[u8], hash: gix::hash::Kind) -> Result<Self, GitError> {
        let corrupt = |why: String| GitError::Corrupt { id: id.to_string(), why };
        let mut entries: Vec<TreeEntry> = Vec::with_capacity(bytes.len() / 40);
        for entry in gix::objs::TreeRefIter::from_bytes(bytes, hash) {
            let entry = entry.map_err(|error| corrupt(super::open::describe(&error)))?;
            let name: &[u8] = entry.filename.as_ref();
            if name.is_empty() || name.contains(&b'/') || name == b"." || name == b".." {
                return Err(corrupt(format!("a tree entry is named {:?}", entry.filename)));
            }
            let entry = TreeEntry { name: name.into(), kind: entry.mode.kind(), id: ObjectId(entry.oid.to_owned()) };
            if entries.last().is_some_and(|last| order(last, &entry) != Ordering::Less) {
                return Err(corrupt("its entries are unsorted or repeated".into()));
            }
            entries.push(entry);
        }
        Ok(Self(entries))
    }

    /// How many files and directories stand side by side.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn find(&self, name: &[u8]) -> Option<&TreeEntry> {
        let at = |directory| self.0.binary_search_by(|entry| order_names(&entry.name, is_tree(entry), name, directory));
        at(false).or_else(|_| at(true)).ok().map(|at| &self.0[at])
    }
}

fn is_tree(entry: &TreeEntry) -> bool {
    entry.kind == EntryKind::Tree
}

fn order(a: &TreeEntry, b: &TreeEntry) -> Ordering {
    order_names(&a.name, is_tree(a), &b.name, is_tree(b))
}

fn order_names(a: &[u8], a_is_tree: bool, b: &[u8], b_is_tree: bool) -> Ordering {
    let common = a.len().min(b.len());
    let after = |name: &[u8], is_tree: bool| name.get(common).copied().or(is_tree.then_some(b'/'));
    a[..common]
        .cmp(&b[..common])
        .then_with(|| after(a, a_is_tree).cmp(&after(b, b_is_tree)))
        .then_with(|| a.len().cmp(&b.len()))
}

fn mode(kind: EntryKind) -> Option<Mode> {
    match kind {
        EntryKind::Tree => None,
        EntryKind::Blob => Some(Mode::File),
        EntryKind::BlobExecutable => Some(Mode::Executable),
        EntryKind::Link => Some(Mode::Symlink),
        EntryKind::Commit => Some(Mode::Submodule),
    }
}

/// Two directories of the same path still to be compared; one may be absent.
struct Pending {
    path: Vec<u8>,
    base: Option<ObjectId>,
    head: Option<ObjectId>,
    depth: usize,
}

impl Objects {
    /// The files that differ between two trees, in no particular order. Reads only directories that differ.
    ///
    /// # Errors
    /// When a tree on the way is missing or damaged, or more files differ than anyone can judge.
    pub fn diff_trees(&self, base: ObjectId, head: ObjectId) -> Result<Vec<TreeChange>, GitError> {
        let mut changes = Vec::new();
        let mut pending = vec![Pending { path: Vec::new(), base: Some(base), head: Some(head), depth: 0 }];
        while let Some(next) = pending.pop() {
            if next.base != next.head {
                self.diff_directory(&next, &mut pending, &mut changes)?;
            }
        }
        Ok(changes)
    }

    fn diff_directory(
        &self,
        at: &Pending,
        pending: &mut Vec<Pending>,
        changes: &mut Vec<TreeChange>,
    ) -> Result<(), GitError> {
        let read = |id: Option<ObjectId>| id.map_or_else(|| Ok(TreeEntries::default()), |id| self.read_tree(id));
        let (base, head) = (read(at.base)?, read(at.head)?);
        let (mut base, mut head) = (base.0.iter().peekable(), head.0.iter().peekable());
        loop {
            let which = match (base.peek(), head.peek()) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(b), Some(h)) => order(b, h),
            };
            let base = if which.is_le() { base.next() } else { None };
            let head = if which.is_ge() { head.next() } else { None };
            let Some(any) = head.or(base) else { return Ok(()) };
            if let (Some(base), Some(head)) = (base, head)
                && (base.id, base.kind) == (head.id, head.kind)
            {
                continue;
            }
            let path = joined(&at.path, &any.name);
            if is_tree(any) {
                let depth = at.depth + 1;
                if depth > DEPTH_LIMIT {
                    return Err(too_deep(any.id));
                }
                pending.push(Pending { path, base: base.map(|e| e.id), head: head.map(|e| e.id), depth });
            } else {
                let entry = |side: Option<&TreeEntry>| {
                    let side = side?;
                    Some(Entry { path: RepoPath::new(path.clone()), mode: mode(side.kind)?, id: side.id })
                };
                if changes.len() == FILES_LIMIT {
                    return Err(GitError::TooManyFiles { what: "differ between the two sides", limit: FILES_LIMIT });
                }
                changes.push(TreeChange { base: entry(base), head: entry(head) });
            }
        }
    }

    /// The file, link or submodule at a path of a tree; `None` for directories and where there is nothing.
    ///
    /// # Errors
    /// When a tree on the way is missing or damaged.
    pub fn entry_at(&self, tree: ObjectId, path: &RepoPath) -> Result<Option<Entry>, GitError> {
        let mut tree = tree;
        let mut components = path.as_bytes().split(|byte| *byte == b'/').peekable();
        while let Some(name) = components.next() {
            let entries = self.cached_tree(tree)?;
            let Some(entry) = entries.find(name) else { return Ok(None) };
            match (components.peek(), mode(entry.kind)) {
                (Some(_), None) => tree = entry.id,
                (None, Some(mode)) => return Ok(Some(Entry { path: path.clone(), mode, id: entry.id })),
                (Some(_), Some(_)) | (None, None) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The id of a tree as it would be without the files or directories at these paths. Nothing is written.
    ///
    /// # Errors
    /// When a tree on the way is missing or damaged.
    pub fn without(&self, tree: ObjectId, paths: &[&RepoPath]) -> Result<ObjectId, GitError> {
        let paths: Vec<&[u8]> = paths.iter().map(|path| path.as_bytes()).collect();
        self.without_paths(tree, &paths)
    }

    fn without_paths(&self, tree: ObjectId, paths: &[&[u8]]) -> Result<ObjectId, GitError> {
        let entries = self.cached_tree(tree)?;
        let mut bytes = Vec::new();
        let mut is_changed = false;
        for entry in &entries.0 {
            let below = paths.iter().filter_map(|path| path.strip_prefix(&*entry.name));
            let below: Vec<&[u8]> = below.filter(|rest| rest.is_empty() || rest.starts_with(b"/")).collect();
            let mut id = entry.id;
            if below.contains(&&b""[..]) {
                is_changed = true;
                continue;
            }
            if is_tree(entry) && !below.is_empty() {
                let below: Vec<&[u8]> = below.iter().map(|rest| &rest[1..]).collect();
                id = self.without_paths(entry.id, &below)?;
                is_changed |= id != entry.id;
                // A directory with nothing in it is none.
                if id.0.is_empty_tree() {
                    continue;
                }
            }
            bytes.extend_from_slice(entry.kind.as_octal_str());
            bytes.push(b' ');
            bytes.extend_from_slice(&entry.name);
            bytes.push(0);
            bytes.extend_from_slice(id.0.as_bytes());
        }
        if !is_changed {
            return Ok(tree);
        }
        let hash = gix::objs::compute_hash(self.hash(), gix::objs::Kind::Tree, &bytes);
        hash.map(ObjectId).map_err(|error| GitError::Corrupt { id: tree.to_string(), why: error.to_string() })
    }

    /// Every file, link and submodule of a tree, sorted by path.
    ///
    /// # Errors
    /// When a tree is missing or damaged, or there are too many.
    pub fn list(&self, tree: ObjectId) -> Result<Vec<Entry>, GitError> {
        let mut entries = Vec::new();
        let mut pending = vec![(Vec::new(), tree, 0)];
        while let Some((at, id, depth)) = pending.pop() {
            let found = self.read_tree(id)?.0;
            if entries.len() + found.len() > FILES_LIMIT {
                return Err(GitError::TooManyFiles { what: "are in one commit", limit: FILES_LIMIT });
            }
            for entry in found {
                let path = joined(&at, &entry.name);
                match mode(entry.kind) {
                    Some(mode) => entries.push(Entry { path: RepoPath::new(path), mode, id: entry.id }),
                    None if depth < DEPTH_LIMIT => pending.push((path, entry.id, depth + 1)),
                    None => return Err(too_deep(entry.id)),
                }
            }
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    /// The paths of every file, sorted; of those nearest to the top where there are too many.
    ///
    /// # Errors
    /// When a tree is missing or damaged.
    pub fn paths(&self, tree: ObjectId) -> Result<Vec<RepoPath>, GitError> {
        let listed = match self.list(tree) {
            Err(GitError::TooManyFiles { .. }) => self.list_below(tree, &RepoPath::from(""), FILES_NAMED),
            listed => listed,
        };
        let mut paths: Vec<RepoPath> = listed?.into_iter().map(|entry| entry.path).collect();
        paths.sort();
        Ok(paths)
    }

    /// The files of a directory and of those below it, nearest first, no more than a limit.
    ///
    /// # Errors
    /// When a tree on the way is missing or damaged.
    pub fn list_below(&self, tree: ObjectId, directory: &RepoPath, limit: usize) -> Result<Vec<Entry>, GitError> {
        let mut start = tree;
        for name in directory.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            match self.cached_tree(start)?.find(name).filter(|entry| is_tree(entry)) {
                Some(entry) => start = entry.id,
                None => return Ok(Vec::new()),
            }
        }
        let mut entries = Vec::new();
        let mut pending = VecDeque::from([(directory.as_bytes().to_vec(), start, 0)]);
        while let Some((at, id, depth)) = pending.pop_front() {
            for entry in &self.cached_tree(id)?.0 {
                if entries.len() >= limit {
                    return Ok(entries);
                }
                let path = joined(&at, &entry.name);
                match mode(entry.kind) {
                    Some(mode) => entries.push(Entry { path: RepoPath::new(path), mode, id: entry.id }),
                    None if depth < DEPTH_LIMIT && pending.len() < limit => {
                        pending.push_back((path, entry.id, depth + 1));
                    }
                    None => {}
                }
            }
        }
        Ok(entries)
    }

    fn cached_tree(&self, id: ObjectId) -> Result<Arc<TreeEntries>, GitError> {
        let cache = &self.tree_cache().0;
        if let Some(entries) = cache.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Arc::clone(entries));
        }
        let entries = Arc::new(self.read_tree(id)?);
        let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CACHED_TREES {
            cache.clear();
        }
        cache.insert(id, Arc::clone(&entries));
        Ok(entries)
    }
}

fn joined(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(directory.len() + 1 + name.len());
    path.extend_from_slice(directory);
    if !directory.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

fn too_deep(id: ObjectId) -> GitError {
    GitError::Corrupt { id: id.to_string(), why: format!("directories are nested deeper than {DEPTH_LIMIT} levels") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[(&str, &str)]) -> Result<TreeEntries, GitError> {
        let mut bytes = Vec::new();
        for (mode, name) in entries {
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend_from_slice(&[7; 20]);
        }
        let id = ObjectId(gix::hash::Kind::Sha1.null());
        TreeEntries::parse(id, &bytes, gix::hash::Kind::Sha1)
    }

    #[test]
    fn directories_sort_as_if_they_ended_in_a_slash() {
        let entries = tree(&[("100644", "foo.c"), ("40000", "foo"), ("100644", "foo0")]).unwrap();
        assert_eq!(entries.find(b"foo").map(is_tree), Some(true));
        assert_eq!(entries.find(b"foo.c").map(is_tree), Some(false));
        assert!(entries.find(b"fo").is_none());
    }

    #[test]
    fn repeated_unsorted_and_impossible_names_are_refused() {
        assert!(tree(&[("100644", "a"), ("100644", "a")]).is_err());
        assert!(tree(&[("100644", "b"), ("100644", "a")]).is_err());
        assert!(tree(&[("100644", "..")]).is_err());
        assert!(tree(&[("100644", "a/b")]).is_err());
    }
}
