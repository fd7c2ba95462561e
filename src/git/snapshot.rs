//! The index and the work tree as trees, so that they compare like commits.
//!
//! `git` makes them, from a copy of the index and with an object directory of our own: the user's index isn't even
//! refreshed, the repository gets no object, and yet line endings, filters, ignore rules, sparse checkouts and nested
//! repositories are treated just as `git add` and `git commit` would.

use std::path::Path;
use std::process::Command;

use super::program::Program;
use super::scratch::Scratch;
use super::{GitError, ObjectId, Repository};

/// What is not committed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncommitted {
    /// What `git commit` would record.
    Staged,
    /// What `git add --all && git commit` would record: untracked files too, ignored ones not.
    WorkTree,
}

impl Repository {
    /// Takes what is not committed yet as a tree, which this repository's [`Objects`](super::Objects) can read from now on.
    ///
    /// # Errors
    /// In a bare repository, with unresolved conflicts in the index, or when the `git` program can't be run.
    pub fn snapshot(&self, what: Uncommitted) -> Result<ObjectId, GitError> {
        let Some(work_tree) = self.worktree_dir() else { return Err(GitError::NoWorktree) };
        let scratch = Scratch::new().map_err(|error| cannot("make a temporary directory", &error))?;
        std::fs::create_dir(scratch.path().join(OBJECTS))
            .map_err(|error| cannot("make a directory of objects", &error))?;
        let index = scratch.path().join("index");
        copy_if_there(&self.inner.index_path(), &index).map_err(|error| cannot("copy the index", &error))?;
        let run = Run { program: &self.program, work_tree, scratch: &scratch, index: &index };
        run.refuse_conflicts()?;
        if what == Uncommitted::WorkTree {
            run.git(&["add", "--all", "--", "."])?;
        }
        // What a partial clone never fetched is no reason to fetch it now.
        let printed = run.git(&["write-tree", "--missing-ok"])?;
        let tree = ObjectId::from_hex(String::from_utf8_lossy(&printed).trim())
            .ok_or_else(|| GitError::Other("`git write-tree` printed no object name".into()))?;
        let objects = scratch.path().join(OBJECTS);
        self.objects.also_read(objects, scratch).map_err(|error| cannot("open the temporary objects", &error))?;
        Ok(tree)
    }
}

const OBJECTS: &str = "objects";

struct Run<'a> {
    program: &'a Program,
    work_tree: &'a Path,
    scratch: &'a Scratch,
    index: &'a Path,
}

impl Run<'_> {
    fn command(&self) -> Command {
        let mut command = self.program.command();
        command
            .current_dir(self.work_tree)
            .env("GIT_INDEX_FILE", self.index)
            .env("GIT_OBJECT_DIRECTORY", self.scratch.path().join(OBJECTS))
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", self.program.object_directories())
            // The objects live for seconds: compressing them would be the slowest part.
            .args([
                "-c",
                "core.looseCompression=0",
                "-c",
                "core.splitIndex=false",
                "-c",
                "advice.addEmbeddedRepo=false",
            ]);
        command
    }

    fn git(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let why = "to read the index and the work tree";
        let output = self.command().args(arguments).output();
        let output = output.map_err(|error| GitError::NoProgram { why, error: error.to_string() })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(GitError::Program { command: arguments.join(" "), message })
    }

    fn refuse_conflicts(&self) -> Result<(), GitError> {
        let listed = self.git(&["ls-files", "--unmerged", "-z"])?;
        let path = |entry: &[u8]| {
            let tab = entry.iter().position(|byte| *byte == b'\t')?;
            Some(crate::RepoPath::new(&entry[tab + 1..]).to_text())
        };
        let mut paths: Vec<String> = listed.split(|byte| *byte == 0).filter_map(path).collect();
        paths.dedup();
        if paths.is_empty() { Ok(()) } else { Err(GitError::Unmerged { paths }) }
    }
}

/// Copies the index with its time, by which git tells files that may have changed since it was written.
///
/// A repository without a commit may have none yet.
fn copy_if_there(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut source = match std::fs::File::open(from) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let modified = source.metadata()?.modified()?;
    let mut copy = std::fs::File::create(to)?;
    std::io::copy(&mut source, &mut copy)?;
    copy.set_modified(modified)
}

fn cannot(what: &str, error: &std::io::Error) -> GitError {
    GitError::Other(format!("can't {what}: {error}"))
}
