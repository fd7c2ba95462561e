//! A temporary repository that shares our objects, for trees that someone wants to run something in.
//!
//! What runs there finds a work tree and a `.git` as usual, and can't reach the user's: branches, configuration, hooks
//! and index are the temporary repository's own, and the objects it makes stay in it. `git` writes every file, so that
//! symbolic links, modes, filters and line endings come out as in any other clone.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::scratch::Scratch;
use super::{GitError, Mode, ObjectFormat, ObjectId, Repository};
use crate::RepoPath;

/// The temporary repository; removed in the end unless it is kept.
pub struct Checkout {
    scratch: Scratch,
    work_tree: PathBuf,
}

/// A path of a tree, and what it is to hold: nothing, or an object.
pub struct Edit {
    pub path: RepoPath,
    pub entry: Option<(Mode, ObjectId)>,
}

const WHY: &str = "to lay out trees in a temporary repository";

impl Repository {
    /// Makes a temporary repository whose `HEAD` is a commit of this one. Its work tree is empty at first. Those of programs
    /// that were killed are removed.
    ///
    /// # Errors
    /// When no directory can be made, or the `git` program can't be run.
    pub fn checkout(&self, commit: ObjectId) -> Result<Checkout, GitError> {
        Scratch::remove_leftovers();
        let scratch = Scratch::new().map_err(|error| cannot("make a temporary directory", &error))?;
        let work_tree = scratch.path().join("tree");
        let checkout = Checkout { scratch, work_tree };
        let format = match self.object_format() {
            ObjectFormat::Sha1 => "sha1",
            ObjectFormat::Sha256 => "sha256",
        };
        let mut init = git(checkout.scratch.path());
        init.args(["init", "--quiet", "--template=", "--initial-branch=main"]).arg(format!("--object-format={format}"));
        run(init.arg(&checkout.work_tree))?;
        let git_dir = checkout.work_tree.join(".git");
        let alternates = git_dir.join("objects/info/alternates");
        let shared = self.program.object_directories_by_line();
        let written = std::fs::create_dir_all(git_dir.join("objects/info"))
            .and_then(|()| std::fs::create_dir_all(git_dir.join("info")))
            .and_then(|()| std::fs::write(&alternates, shared))
            .and_then(|()| copy_if_there(&self.common_dir().join("shallow"), &git_dir.join("shallow")));
        written.map_err(|error| cannot("set up a temporary repository", &error))?;
        checkout.git(&["update-ref", "--no-deref", "HEAD", &commit.to_string()])?;
        Ok(checkout)
    }
}

impl Checkout {
    /// The top of the work tree.
    pub fn work_tree(&self) -> &Path {
        &self.work_tree
    }

    /// A directory beside the work tree, for what does not belong into it.
    pub fn beside(&self) -> &Path {
        self.scratch.path()
    }

    /// Leaves everything behind for someone to look into.
    pub fn keep(&mut self) {
        self.scratch.keep();
    }

    /// Paths that the work tree may have and [`Checkout::switch_to`] never removes.
    ///
    /// # Errors
    /// When git's list of them can't be written.
    pub fn ignore(&self, paths: &[String]) -> Result<(), GitError> {
        let text: String = paths.iter().map(|path| format!("/{}\n", path.trim_matches('/'))).collect();
        std::fs::write(self.work_tree.join(".git/info/exclude"), text)
            .map_err(|error| cannot("name what is to be left alone", &error))
    }

    /// Stores a file's bytes.
    ///
    /// # Errors
    /// When the object can't be written.
    pub fn store(&self, bytes: &[u8]) -> Result<ObjectId, GitError> {
        id(&fed(git(&self.work_tree).args(["hash-object", "-w", "--stdin"]), bytes)?)
    }

    /// A tree with some of its paths replaced.
    ///
    /// # Errors
    /// When the tree can't be read or an edit makes no tree: a file where a directory has to be.
    pub fn compose(&self, tree: ObjectId, edits: &[Edit]) -> Result<ObjectId, GitError> {
        // In an index of its own: the work tree's remembers which files are as they were laid out.
        let index = self.scratch.path().join("index");
        let git = || {
            let mut command = git(&self.work_tree);
            command.env("GIT_INDEX_FILE", &index);
            command
        };
        run(git().args(["read-tree", "--reset", &tree.to_string()]))?;
        let zero = "0".repeat(tree.to_string().len());
        let mut list = Vec::new();
        // A path has to be free before another that lies below or above it can be put there.
        let removed = edits.iter().map(|edit| (edit, format!("0 {zero}\t")));
        let added = edits.iter().filter_map(|edit| {
            let (mode, id) = edit.entry?;
            Some((edit, format!("{} {id}\t", octal(mode))))
        });
        for (edit, line) in removed.chain(added) {
            list.extend_from_slice(line.as_bytes());
            list.extend_from_slice(edit.path.as_bytes());
            list.push(0);
        }
        fed(git().args(["update-index", "-z", "--index-info"]), &list)?;
        id(&run(git().args(["write-tree", "--missing-ok"]))?)
    }

    /// Makes the work tree hold a tree. What git ignores stays: caches of builds; everything else that a run left behind goes.
    ///
    /// # Errors
    /// When the tree can't be laid out.
    pub fn switch_to(&self, tree: ObjectId) -> Result<(), GitError> {
        self.git(&["read-tree", "--reset", "-u", &tree.to_string()])?;
        // A run may have changed files that both trees have alike.
        self.git(&["checkout-index", "--all", "--force", "--quiet"])?;
        self.git(&["clean", "-ffdq"])?;
        Ok(())
    }

    fn git(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        run(git(&self.work_tree).args(arguments))
    }
}

/// git for a temporary repository: nothing of the caller's environment or hooks.
fn git(dir: &Path) -> Command {
    let mut command = Command::new("git");
    let own = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("GIT_"));
    own.for_each(|name| {
        command.env_remove(name);
    });
    command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").current_dir(dir).stdin(Stdio::null());
    command.args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.looseCompression=0"]);
    command
}

fn run(command: &mut Command) -> Result<Vec<u8>, GitError> {
    let output = command.output().map_err(|error| GitError::NoProgram { why: WHY, error: error.to_string() })?;
    finished(command, output)
}

/// Runs a command that reads all of its input before it prints.
fn fed(command: &mut Command, input: &[u8]) -> Result<Vec<u8>, GitError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = |error: std::io::Error| GitError::NoProgram { why: WHY, error: error.to_string() };
    let mut child = command.spawn().map_err(failed)?;
    let fed = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input));
    let output = child.wait_with_output().map_err(failed)?;
    if fed.is_err() && output.status.success() {
        return Err(GitError::Other("git did not read what it was given".into()));
    }
    finished(command, output)
}

fn finished(command: &Command, output: std::process::Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let named = command.get_args().skip_while(|word| *word == "-c" || word.to_string_lossy().starts_with("core."));
    let words: Vec<String> = named.map(OsStr::to_string_lossy).map(|word| word.into_owned()).collect();
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(GitError::Program { command: words.join(" "), message })
}

fn id(printed: &[u8]) -> Result<ObjectId, GitError> {
    let text = String::from_utf8_lossy(printed);
    ObjectId::from_hex(text.trim()).ok_or_else(|| GitError::Other("git printed no object name".into()))
}

/// As git writes modes in its lists.
fn octal(mode: Mode) -> &'static str {
    match mode {
        Mode::File => "100644",
        Mode::Executable => "100755",
        Mode::Symlink => "120000",
        Mode::Submodule => "160000",
    }
}

fn copy_if_there(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::copy(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn cannot(what: &str, error: &std::io::Error) -> GitError {
    GitError::Other(format!("can't {what}: {error}"))
}
