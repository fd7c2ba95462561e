//! Real repositories in temporary directories, made by `git` itself, with nothing of the machine's configuration.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use agentgate::git::{ObjectId, Repository};

/// A repository that is removed when the test ends.
pub struct TestRepository {
    /// Removed on drop; `None` where the directory belongs to another one.
    _keep: Option<tempfile::TempDir>,
    dir: PathBuf,
}

/// A command without the user's configuration, with fixed people and a fixed date.
pub fn scrubbed(program: impl AsRef<OsStr>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(&name);
        }
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ada Author")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_AUTHOR_DATE", "1700000000 +0000")
        .env("GIT_COMMITTER_NAME", "Carl Committer")
        .env("GIT_COMMITTER_EMAIL", "carl@example.org")
        .env("GIT_COMMITTER_DATE", "1700000000 +0000")
        .env("LC_ALL", "C");
    command
}

impl TestRepository {
    /// An empty repository on branch `main`.
    pub fn new() -> Self {
        Self::init(&[])
    }

    /// As `git init` with more arguments.
    pub fn init(arguments: &[&str]) -> Self {
        let keep = tempfile::tempdir().expect("a temporary directory");
        let dir = keep.path().canonicalize().expect("it exists");
        let this = Self { _keep: Some(keep), dir };
        this.git(&[&["init", "--quiet", "-b", "main"], arguments].concat());
        this
    }

    /// The repository at a path somebody else cleans up.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { _keep: None, dir: dir.into() }
    }

    /// A clone made with these arguments, in a directory of its own.
    pub fn clone_of(&self, arguments: &[&str]) -> Self {
        let keep = tempfile::tempdir().expect("a temporary directory");
        let dir = keep.path().canonicalize().expect("it exists").join("clone");
        let url = format!("file://{}", self.dir.display());
        let to = dir.display().to_string();
        let all = [&["-c", "protocol.file.allow=always", "clone", "--quiet"], arguments, &[&url, &to]].concat();
        self.git(&all);
        Self { _keep: Some(keep), dir }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The repository as the program sees it.
    pub fn open(&self) -> Repository {
        Repository::open(&self.dir).expect("the repository opens")
    }

    /// Runs git and returns what it printed, without the final newline. Panics where git fails.
    pub fn git(&self, arguments: &[impl AsRef<OsStr>]) -> String {
        let output = self.try_git(arguments);
        let shown: Vec<_> = arguments.iter().map(|a| a.as_ref().to_string_lossy()).collect();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {} failed: {error}", shown.join(" "));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs git, whatever comes of it.
    pub fn try_git(&self, arguments: &[impl AsRef<OsStr>]) -> Output {
        scrubbed("git", &self.dir).args(arguments).output().expect("git runs")
    }

    /// Writes a file, with its directories.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.dir.join(path);
        std::fs::create_dir_all(path.parent().expect("inside the repository")).expect("directories");
        std::fs::write(path, content).expect("the file is written");
        self
    }

    pub fn remove(&self, path: impl AsRef<Path>) -> &Self {
        std::fs::remove_file(self.dir.join(path)).expect("the file is removed");
        self
    }

    /// Commits everything in the work tree and returns the commit.
    pub fn commit(&self, message: &str) -> ObjectId {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.id("HEAD")
    }

    /// What git takes a revision for.
    pub fn id(&self, revision: &str) -> ObjectId {
        ObjectId::from_hex(&self.git(&["rev-parse", "--verify", revision])).expect("a full id")
    }

    /// Switches to a new branch.
    pub fn branch(&self, name: &str) -> &Self {
        self.git(&["switch", "--quiet", "--create", name]);
        self
    }

    pub fn switch(&self, name: &str) -> &Self {
        self.git(&["switch", "--quiet", name]);
        self
    }
}
