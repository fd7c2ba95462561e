//! The built program, run as a person, a hook or a CI job would run it.

use std::ffi::OsString;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::repository::{TestRepository, scrubbed};

/// What a run printed and how it ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn finished(output: &Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub fn path() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_agentgate"))
}

/// `agentgate` in a directory, found on `PATH` by the hooks it installs, without colours or a CI provider's variables.
pub fn command(dir: &Path) -> Command {
    let mut command = scrubbed(path(), dir);
    prepare(&mut command);
    command
}

/// Gives a command of another program the same surroundings.
pub fn prepare(command: &mut Command) {
    let own = path().parent().expect("it lies in a folder").to_owned();
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = std::iter::once(own).chain(std::env::split_paths(&inherited)).collect();
    let joined: OsString = std::env::join_paths(all).expect("no separators in them");
    command.env("PATH", joined).env("NO_COLOR", "1");
    for name in ["GITHUB_ACTIONS", "GITLAB_CI", "CI", "CLICOLOR_FORCE", "HUSKY", "LEFTHOOK", "SKIP"] {
        command.env_remove(name);
    }
}

pub fn run(dir: &Path, arguments: &[&str]) -> Run {
    finished(&command(dir).args(arguments).output().expect("the program runs"))
}

impl TestRepository {
    /// `agentgate` in this repository.
    pub fn agentgate(&self, arguments: &[&str]) -> Run {
        run(self.dir(), arguments)
    }

    /// The same with something on standard input.
    pub fn agentgate_reading(&self, arguments: &[&str], input: &str) -> Run {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(input.as_bytes()).expect("it can be written");
        file.rewind().expect("it can be read again");
        finished(&command(self.dir()).args(arguments).stdin(file).output().expect("the program runs"))
    }
}
