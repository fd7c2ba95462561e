//! Where git looks for a repository's hooks, asked of git itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the hooks of a repository live. One place serves all its linked worktrees.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder git runs hooks from.
    pub hooks: PathBuf,
    /// `core.hooksPath`, where it is set.
    pub configured: Option<Configured>,
    /// The top of the work tree; absent in a bare repository.
    pub top: Option<PathBuf>,
}

/// A `core.hooksPath` and the file level that sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    pub value: String,
    /// `local`, `worktree`, `global`, `system`, `command`.
    pub scope: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Lost {
    #[error("git could not be started: {0}")]
    NoGit(std::io::Error),
    #[error("{} is not in a git repository; run this inside one, or name one with --repo", .0.display())]
    NoRepository(PathBuf),
    #[error("{}", .0.trim())]
    Refused(String),
}

impl Place {
    /// The hooks of the repository around `start`.
    ///
    /// # Errors
    /// When git isn't there or finds no repository.
    pub fn find(start: &Path) -> Result<Self, Lost> {
        let hooks = git(start, &["rev-parse", "--path-format=absolute", "--git-path", "hooks"])?;
        let top = git(start, &["rev-parse", "--show-toplevel"]).ok().filter(|top| !top.is_empty()).map(PathBuf::from);
        let configured = git(start, &["config", "--show-scope", "--get", "core.hooksPath"]).ok().and_then(|line| {
            let (scope, value) = line.split_once('\t')?;
            Some(Configured { value: value.to_owned(), scope: scope.to_owned() })
        });
        Ok(Self { hooks: PathBuf::from(hooks), configured, top })
    }

    /// Whether there is no work tree: such repositories receive pushes.
    pub fn is_bare(&self) -> bool {
        self.top.is_none()
    }

    pub fn hook(&self, name: &str) -> PathBuf {
        self.hooks.join(name)
    }

    /// Whether the hooks are files of the work tree, which commits carry, rather than of the git directory.
    pub fn is_in_work_tree(&self) -> bool {
        self.configured.is_some()
            && self
                .top
                .as_ref()
                .is_some_and(|top| self.hooks.starts_with(top) && !self.hooks.starts_with(top.join(".git")))
    }

    /// A path as the user would write it: from the top of the work tree where it lies inside.
    pub fn shown(&self, path: &Path) -> String {
        let inside = self.top.as_ref().and_then(|top| path.strip_prefix(top).ok());
        inside.unwrap_or(path).display().to_string()
    }
}

fn git(start: &Path, arguments: &[&str]) -> Result<String, Lost> {
    let output = Command::new("git")
        .env("LC_ALL", "C")
        .arg("-C")
        .arg(start)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(Lost::NoGit)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if said.contains("not a git repository") {
            return Err(Lost::NoRepository(start.to_owned()));
        }
        return Err(Lost::Refused(said));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\n', '\r']).to_owned())
}
