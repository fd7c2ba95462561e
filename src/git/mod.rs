//! The only module that meets the git library, and the `git` program where the library falls short.
//!
//! It answers in our own types, so that the monthly breaking releases of gix stay behind this door. It knows nothing of
//! policy, rules or reports. What it promises:
//!
//! - Nothing is written to the repository, not even a refreshed index, but for the notes and packets that someone asks to be
//!   kept.
//! - Objects are read as they are: replacement refs, attributes, text conversion and filters never decide what is seen.
//! - What can't be read is an error that names the object, the reason and the next step; never an empty answer.

mod checkout;
mod error;
mod history;
mod id;
mod lines;
mod notes;
mod objects;
mod open;
mod origin;
mod pinned;
mod program;
mod refs;
mod scratch;
mod snapshot;
mod tree;

pub use checkout::{Checkout, Edit};
pub use error::GitError;
pub use history::{Commit, MergeBases, Person};
pub use id::{ObjectFormat, ObjectId};
pub use objects::{BLOB_LIMIT, Objects};
pub use refs::{DefaultBase, Head};
pub use snapshot::Uncommitted;
pub use tree::{Entry, Mode, TreeChange};

use std::path::{Path, PathBuf};

use crate::RepoPath;
pub(crate) use lines::diff_lines;
use program::Program;

/// An opened repository. Cheap questions go through the git library; its [`Objects`] can be shared between threads.
pub struct Repository {
    inner: gix::Repository,
    git_dir: PathBuf,
    work_tree: Option<PathBuf>,
    objects: Objects,
    program: Program,
}

impl Repository {
    /// The git directory of this work tree: `.git`, or `.git/worktrees/NAME` in a linked one.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git directory all linked work trees share.
    pub fn common_dir(&self) -> PathBuf {
        open::lexically_normal(self.inner.common_dir())
    }

    /// The top of the work tree; `None` in a bare repository.
    pub fn worktree_dir(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// Where git looks for hooks: `core.hooksPath`, relative to the work tree's top, or `hooks` in the common directory.
    pub fn hooks_dir(&self) -> PathBuf {
        let configured = self.inner.config_snapshot().trusted_path("core.hooksPath").ok().flatten();
        match configured {
            Some(path) => self.worktree_dir().unwrap_or(&self.git_dir).join(path),
            None => self.common_dir().join("hooks"),
        }
    }

    /// A configuration value from all the places git reads, the last one winning.
    pub fn config(&self, key: &str) -> Option<String> {
        self.inner.config_snapshot().string(key).map(|value| value.to_string())
    }

    /// A configuration value read as a boolean; `None` where it is not set or not a boolean.
    pub fn config_bool(&self, key: &str) -> Option<bool> {
        self.inner.config_snapshot().try_boolean(key).ok().flatten()
    }

    /// All values of a key that may have several.
    pub fn config_all(&self, key: &str) -> Vec<String> {
        let values = self.inner.config_snapshot().plumbing().strings(key).unwrap_or_default();
        values.iter().map(|value| value.to_string()).collect()
    }

    /// Runs `git config` with these arguments.
    ///
    /// # Errors
    /// When git says no.
    pub fn configure(&self, arguments: &[&str]) -> Result<(), GitError> {
        let why = "to write its configuration";
        let output = self.program.command().args(arguments).output();
        let output = output.map_err(|error| GitError::NoProgram { why, error: error.to_string() })?;
        if output.status.success() {
            return Ok(());
        }
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(GitError::Program { command: arguments.join(" "), message })
    }

    pub fn object_format(&self) -> ObjectFormat {
        ObjectFormat::from(self.inner.object_hash())
    }

    /// The all-zero id that stands for "no object" in hook protocols; as long as this repository's ids.
    pub fn zero_id(&self) -> ObjectId {
        ObjectId(self.inner.object_hash().null())
    }

    /// The id of the empty tree, which every repository can be compared with.
    pub fn empty_tree(&self) -> ObjectId {
        ObjectId(gix::ObjectId::empty_tree(self.inner.object_hash()))
    }

    /// Whether history was cut off when this repository was cloned or fetched.
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow().unwrap_or(true)
    }

    /// A handle on the objects that other threads can use.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The tree a commit recorded.
    ///
    /// # Errors
    /// When the commit is missing, damaged or not a commit.
    pub fn commit_tree(&self, commit: ObjectId) -> Result<ObjectId, GitError> {
        Ok(self.commit(commit)?.tree)
    }

    /// The content of a file as a commit recorded it; `None` where there is no file of that path.
    ///
    /// # Errors
    /// When commit, a tree on the way or the blob can't be read.
    pub fn read_path(&self, commit: ObjectId, path: &RepoPath) -> Result<Option<std::sync::Arc<[u8]>>, GitError> {
        let tree = self.commit_tree(commit)?;
        match self.objects.entry_at(tree, path)? {
            Some(entry) => Ok(Some(self.objects.read_entry(&entry)?)),
            None => Ok(None),
        }
    }
}
