//! What the branch changes: files with both sides, renames as `git diff -M` finds them, line hunks, roles.
//!
//! Knows nothing of languages, policy levels or findings.

mod contents;
mod hunk;
mod memory;
mod rename;
mod role;
mod role_table;
mod slices;
mod source;
mod summary;

pub use crate::git::{Entry, Mode, TreeChange};
pub use hunk::{Hunk, LineDiff};
pub use memory::Memory;
pub use role::{Role, Roles};
pub use slices::{Slice, SliceKind, slices};
pub use source::{Bytes, Source, Trees, Unreadable};
pub use summary::Summary;

use std::ops::Range;
use std::sync::OnceLock;

use crate::git::{GitError, ObjectId, Repository};
use crate::{RepoPath, Side};
use contents::Contents;

/// The files that differ between merge base and head, and the means to read either side.
pub struct ChangeSet {
    /// Sorted by [`FileChange::path`].
    pub files: Vec<FileChange>,
    contents: Contents,
    summary: OnceLock<Summary>,
}

impl ChangeSet {
    pub fn new(files: Vec<FileChange>, source: Box<dyn Source>) -> Self {
        Self::assemble(files, Contents::new(source))
    }

    /// What changes from one tree of a repository to another. Reads only directories that differ, and of files only
    /// what finding renames takes.
    ///
    /// # Errors
    /// When a tree on the way is missing or damaged.
    pub fn between(repository: &Repository, base: ObjectId, head: ObjectId, roles: &Roles) -> Result<Self, GitError> {
        let objects = repository.objects();
        let changes = objects.diff_trees(base, head)?;
        let entries = changes.iter().flat_map(|change| change.base.iter().chain(&change.head));
        objects.prefetch(entries.filter(|entry| entry.mode != Mode::Submodule).map(|entry| entry.id));
        Ok(Self::of(changes, Box::new(Trees::new(objects.clone(), base, head)), roles))
    }

    /// Pairs what was renamed and tells every file's role.
    pub fn of(changes: Vec<TreeChange>, source: Box<dyn Source>, roles: &Roles) -> Self {
        let contents = Contents::new(source);
        let files = pair_renames(changes, &contents, roles);
        Self::assemble(files, contents)
    }

    fn assemble(mut files: Vec<FileChange>, contents: Contents) -> Self {
        files.sort_by(|a, b| a.path().cmp(b.path()));
        Self { files, contents, summary: OnceLock::new() }
    }

    /// The bytes of one side; `None` where that side does not exist.
    ///
    /// Read at most once as long as there is room to keep what was read.
    pub fn content(&self, file: &FileChange, side: Side) -> Option<Result<Bytes, Unreadable>> {
        Some(self.contents.read(file.side(side)?))
    }

    /// The bytes of a file that the branch may have left alone, read once like those that it changed.
    ///
    /// # Errors
    /// When they can't be had.
    pub fn read(&self, entry: &Entry) -> Result<Bytes, Unreadable> {
        self.contents.read(entry)
    }

    /// The changed lines as `git diff` counts them.
    ///
    /// # Errors
    /// When a side that exists can't be read.
    pub fn lines<'a>(&self, file: &'a FileChange) -> Result<&'a LineDiff, Unreadable> {
        file.lines.get_or_init(|| self.compare(file)).as_ref().map_err(Clone::clone)
    }

    /// The runs of changed lines; empty for binary files and pure renames.
    ///
    /// # Errors
    /// When a side that exists can't be read.
    pub fn hunks<'a>(&self, file: &'a FileChange) -> Result<&'a [Hunk], Unreadable> {
        self.lines(file).map(|lines| lines.hunks.as_slice())
    }

    /// The runs of changed lines as a parser wants them: zero-based and half open, on the base and on the head; none where a
    /// side can't be read.
    pub fn changed_lines(&self, file: &FileChange) -> Vec<(Range<usize>, Range<usize>)> {
        let range = |first: u32, count: u32| {
            // A run of no lines stands after the line it names.
            let start = if count == 0 { first as usize } else { first as usize - 1 };
            start..start + count as usize
        };
        let lines = |hunk: &Hunk| (range(hunk.base_start, hunk.base_count), range(hunk.head_start, hunk.head_count));
        self.hunks(file).unwrap_or_default().iter().map(lines).collect()
    }

    /// How much the branch changes, in files and lines. Counts once, all files in parallel.
    pub fn summary(&self) -> Summary {
        // Counted outside the cell: a thread that waits for parallel work may be handed a task that asks for the summary.
        let counted = self.summary.get().copied().unwrap_or_else(|| Summary::of(self));
        *self.summary.get_or_init(|| counted)
    }

    /// A way to files the branch did not change.
    pub fn source(&self) -> &dyn Source {
        self.contents.source()
    }

    fn compare(&self, file: &FileChange) -> Result<LineDiff, Unreadable> {
        let side = |side| match file.side(side) {
            None => Ok(Bytes::default()),
            // git shows a submodule as one line that names its commit.
            Some(Entry { mode: Mode::Submodule, id, .. }) => {
                Ok(format!("Subproject commit {id}\n").into_bytes().into())
            }
            Some(entry) => self.contents.read(entry),
        };
        Ok(hunk::between(&side(Side::Base)?, &side(Side::Head)?))
    }
}

fn pair_renames(changes: Vec<TreeChange>, contents: &Contents, roles: &Roles) -> Vec<FileChange> {
    let mut files = Vec::with_capacity(changes.len());
    let (mut deleted, mut added) = (Vec::new(), Vec::new());
    for change in changes {
        match (change.base, change.head) {
            (Some(base), Some(head)) => {
                let status = if kind(base.mode) == kind(head.mode) { Status::Modified } else { Status::TypeChanged };
                files.push(change_of(status, Some(base), Some(head), roles));
            }
            (Some(base), None) => deleted.push(base),
            (None, Some(head)) => added.push(head),
            (None, None) => {}
        }
    }
    deleted.sort_by(|a, b| a.path.cmp(&b.path));
    added.sort_by(|a, b| a.path.cmp(&b.path));
    let read = |entry: &Entry| contents.read(entry).ok();
    let pairs = rename::find(&deleted.iter().collect::<Vec<_>>(), &added.iter().collect::<Vec<_>>(), &read);
    let (mut deleted, mut added): (Vec<_>, Vec<_>) =
        (deleted.into_iter().map(Some).collect(), added.into_iter().map(Some).collect());
    for pair in pairs {
        let (base, head) = (deleted[pair.deleted].take(), added[pair.added].take());
        files.push(change_of(Status::Renamed(pair.similarity), base, head, roles));
    }
    files.extend(deleted.into_iter().flatten().map(|base| change_of(Status::Deleted, Some(base), None, roles)));
    files.extend(added.into_iter().flatten().map(|head| change_of(Status::Added, None, Some(head), roles)));
    files
}

fn change_of(status: Status, base: Option<Entry>, head: Option<Entry>, roles: &Roles) -> FileChange {
    let role_of = |entry: &Option<Entry>| entry.as_ref().map(|entry| roles.role(&entry.path));
    let (was, is) = (role_of(&base), role_of(&head));
    let role = is.or(was).unwrap_or(Role::Production);
    FileChange { was: was.unwrap_or(role), ..FileChange::new(status, base, head, role) }
}

/// Files and executables are of one kind; everything else is its own.
fn kind(mode: Mode) -> Mode {
    if mode == Mode::Executable { Mode::File } else { mode }
}

/// One changed file.
pub struct FileChange {
    pub status: Status,
    /// The base's side; absent for an added file.
    pub base: Option<Entry>,
    /// The head's side; absent for a deleted file.
    pub head: Option<Entry>,
    /// What the file is for, by the path people know it by.
    pub role: Role,
    /// What it was for by the base's path, where that is another.
    pub was: Role,
    lines: OnceLock<Result<LineDiff, Unreadable>>,
}

impl FileChange {
    /// One of `base` and `head` must be there.
    pub fn new(status: Status, base: Option<Entry>, head: Option<Entry>, role: Role) -> Self {
        assert!(base.is_some() || head.is_some(), "a change has at least one side");
        Self { status, base, head, role, was: role, lines: OnceLock::new() }
    }

    /// The path people know it by: the head's, or the base's where it was deleted.
    pub fn path(&self) -> &RepoPath {
        match (&self.head, &self.base) {
            (Some(entry), _) | (None, Some(entry)) => &entry.path,
            (None, None) => unreachable!("a change has at least one side"),
        }
    }

    /// Whether both sides hold the same bytes: the file was only moved, or its mode changed.
    pub fn is_same_content(&self) -> bool {
        matches!((&self.base, &self.head), (Some(base), Some(head)) if base.id == head.id)
    }

    /// The paths the change touches: of a moved file both, for what moved out of a place was taken from it.
    pub fn touched(&self) -> impl Iterator<Item = (Side, &RepoPath)> {
        let head = self.head.as_ref().map(|entry| &entry.path);
        let base = self.base.as_ref().map(|entry| &entry.path).filter(|path| Some(*path) != head);
        head.map(|path| (Side::Head, path)).into_iter().chain(base.map(|path| (Side::Base, path)))
    }

    pub fn side(&self, side: Side) -> Option<&Entry> {
        match side {
            Side::Base => self.base.as_ref(),
            Side::Head => self.head.as_ref(),
        }
    }
}

/// As the letters of `git diff --raw -M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Added,
    Deleted,
    Modified,
    /// Similarity in percent.
    Renamed(u8),
    /// For instance a file that became a symbolic link.
    TypeChanged,
}
