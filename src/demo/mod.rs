//! A small real repository with an agent's branch that breaks rules, for people who want to see before they install.
//!
//! Always the same commits: fixed people, fixed dates, nothing of the machine's configuration.

mod files;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The agent's branch; it starts from `main` and is checked out.
pub const BRANCH: &str = "agent/DEMO-7-faster-totals";

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("{} is there already and not empty; name a folder that doesn't exist yet", .0.display())]
    Occupied(PathBuf),
    #[error("{}: {error}", dir.display())]
    Folder { dir: PathBuf, error: io::Error },
    #[error("the `git` program is needed to make a repository and can't be run: {0}")]
    NoGit(io::Error),
    #[error("`git {command}` failed: {message}")]
    Git { command: String, message: String },
}

/// Makes a new folder among the temporary ones.
///
/// # Errors
/// When none can be made there.
pub fn temporary_folder() -> Result<PathBuf, DemoError> {
    let parent = std::env::temp_dir();
    let mut number = 1;
    loop {
        let name = if number == 1 { "agentgate-demo".to_owned() } else { format!("agentgate-demo-{number}") };
        let dir = parent.join(name);
        match fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
            Err(error) => return Err(DemoError::Folder { dir, error }),
        }
    }
}

/// Makes the repository in a folder that is empty or not there yet.
///
/// # Errors
/// When the folder holds something, or git can't do its part.
pub fn make(dir: &Path) -> Result<(), DemoError> {
    let failed = |error| DemoError::Folder { dir: dir.to_owned(), error };
    fs::create_dir_all(dir).map_err(failed)?;
    if fs::read_dir(dir).map_err(failed)?.next().is_some() {
        return Err(DemoError::Occupied(dir.to_owned()));
    }
    let workshop = Workshop { dir };
    workshop.git(&["init", "--quiet", "--template="])?;
    workshop.git(&["symbolic-ref", "HEAD", "refs/heads/main"])?;
    for (path, text) in files::BASE {
        workshop.write(path, text)?;
    }
    workshop.commit(files::PERSON, 0, "Invoices with tax")?;
    // A remote that a push can be tried on.
    workshop.git(&["init", "--quiet", "--bare", "--template=", ".git/origin.git"])?;
    workshop.git(&["remote", "add", "origin", "./.git/origin.git"])?;
    workshop.git(&["push", "--quiet", "origin", "main"])?;
    workshop.git(&["checkout", "--quiet", "-b", BRANCH])?;
    for (number, step) in (1..).zip(files::STEPS) {
        for (from, to) in step.moved {
            let folder = Path::new(to).parent().unwrap_or(Path::new(""));
            fs::create_dir_all(dir.join(folder)).map_err(failed)?;
            workshop.git(&["mv", from, to])?;
        }
        for (path, text) in step.written {
            workshop.write(path, text)?;
        }
        workshop.commit(files::AGENT, number, step.message)?;
    }
    Ok(())
}

struct Workshop<'a> {
    dir: &'a Path,
}

impl Workshop<'_> {
    fn write(&self, path: &str, text: &str) -> Result<(), DemoError> {
        let file = self.dir.join(path);
        let written = fs::create_dir_all(file.parent().unwrap_or(self.dir)).and_then(|()| fs::write(&file, text));
        written.map_err(|error| DemoError::Folder { dir: file, error })
    }

    fn commit(&self, who: files::Who, hour: u32, message: &str) -> Result<(), DemoError> {
        self.git(&["add", "--all"])?;
        let date = format!("2026-01-05T{:02}:00:00+00:00", 9 + hour);
        let mut command = self.command();
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), who.name).env(format!("GIT_{role}_EMAIL"), who.email);
            command.env(format!("GIT_{role}_DATE"), &date);
        }
        run(command, &["commit", "--quiet", "--message", message])
    }

    fn git(&self, arguments: &[&str]) -> Result<(), DemoError> {
        run(self.command(), arguments)
    }

    /// Without anything the machine, the user or a calling hook set.
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.current_dir(self.dir).stdin(Stdio::null());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        command.args(["-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null"]);
        command
    }
}

fn run(mut command: Command, arguments: &[&str]) -> Result<(), DemoError> {
    let output = command.args(arguments).output().map_err(DemoError::NoGit)?;
    if output.status.success() {
        return Ok(());
    }
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(DemoError::Git { command: arguments.join(" "), message })
}
