//! The `git` program, for what the library can't do: reftable references, and objects a partial clone left behind.
//!
//! Its environment is set on purpose. Object directories and everything a user configured for fetching pass through;
//! what would make git look elsewhere, run something or ask someone is taken away.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use gix::objs::Kind;

use super::open::{Environment, lexically_normal};
use super::{GitError, ObjectId};

/// How to run `git` on the opened repository.
#[derive(Clone)]
pub(super) struct Program {
    git_dir: PathBuf,
    objects_dir: PathBuf,
    work_tree: Option<PathBuf>,
    environment: Environment,
    promisor: String,
}

/// Variables that point git to another repository, index or reference namespace than the one that was opened.
const LOCATION: &[&str] =
    &["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"];

/// Where a server hook finds objects that are not accepted yet.
const OBJECTS: &[&str] = &["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"];

/// Variables that change what git prints or how it reads arguments.
const MANNERS: &[&str] = &[
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_PAGER",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_ATTR_SOURCE",
];

impl Program {
    pub(super) fn new(repository: &gix::Repository, environment: Environment) -> Self {
        let promisor = repository.config_snapshot().string("extensions.partialClone");
        Self {
            git_dir: repository.git_dir().to_owned(),
            objects_dir: lexically_normal(&repository.common_dir().join("objects")),
            work_tree: repository.workdir().map(ToOwned::to_owned),
            environment,
            promisor: promisor.map_or_else(|| "origin".to_owned(), |name| name.to_string()),
        }
    }

    /// Everywhere objects are, as the value of `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    pub(super) fn object_directories(&self) -> OsString {
        let mut list = quoted(&self.objects_dir);
        if self.environment == Environment::Honoured {
            for name in ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"] {
                if let Some(value) = std::env::var_os(name) {
                    list.push(LIST_SEPARATOR);
                    list.push(value);
                }
            }
        }
        list
    }

    /// Everywhere objects are, as git's file of alternates lists them.
    pub(super) fn object_directories_by_line(&self) -> Vec<u8> {
        let mut list = self.objects_dir.as_os_str().as_encoded_bytes().to_vec();
        list.push(b'\n');
        list
    }

    /// A command ready for arguments, speaking to the opened repository only.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new("git");
        let dropped = if self.environment == Environment::Ignored { OBJECTS } else { &[] };
        for name in LOCATION.iter().chain(MANNERS).chain(dropped) {
            command.env_remove(name);
        }
        command.env("GIT_DIR", &self.git_dir);
        if let Some(work_tree) = &self.work_tree {
            command.env("GIT_WORK_TREE", work_tree).current_dir(work_tree);
        }
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_REPLACE_OBJECTS", "1");
        command.env("LC_ALL", "C").stdin(Stdio::null());
        command.args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.untrackedCache=false",
        ]);
        command
    }

    /// Runs a command to its end and returns what it printed; `None` when git said no (exit code 1 or 128).
    pub(super) fn ask(&self, why: &'static str, arguments: &[&str]) -> Result<Option<Vec<u8>>, GitError> {
        let output = self.command().args(arguments).stderr(Stdio::null()).output();
        let output = output.map_err(|error| GitError::NoProgram { why, error: error.to_string() })?;
        Ok(output.status.success().then_some(output.stdout))
    }

    /// Fetches objects from the remote that promised them. Failure shows when they are read.
    pub(super) fn fetch_objects(&self, ids: &[ObjectId]) {
        if lazy_fetch_is_off() {
            return;
        }
        let mut command = self.command();
        command.args(["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags"]);
        command.args(["--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none", "--stdin", "--"]);
        command.arg(&self.promisor).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Ok(mut child) = command.spawn() {
            if let Some(mut input) = child.stdin.take() {
                let list: String = ids.iter().map(|id| format!("{id}\n")).collect();
                // A broken pipe is git giving up; what is missing then shows when it is read.
                input.write_all(list.as_bytes()).ok();
            }
            child.wait().ok();
        }
    }

    pub(super) fn cat_file(&self) -> CatFile {
        CatFile { program: self.clone(), running: None, failures: if lazy_fetch_is_off() { GIVE_UP } else { 0 } }
    }
}

const LIST_SEPARATOR: &str = if cfg!(windows) { ";" } else { ":" };

/// A path with the separator in it has to be quoted as in C.
fn quoted(path: &Path) -> OsString {
    match path.to_str() {
        Some(text) if text.contains(LIST_SEPARATOR) || text.starts_with('"') => {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")).into()
        }
        _ => path.into(),
    }
}

/// Users set `GIT_NO_LAZY_FETCH` to stay offline.
fn lazy_fetch_is_off() -> bool {
    std::env::var("GIT_NO_LAZY_FETCH").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false" | "no" | "off"))
}

/// After so many failed fetches the remote counts as out of reach, so that a thousand blobs don't wait for it each.
const GIVE_UP: u32 = 2;

/// A running `git cat-file --batch`.
pub(super) struct CatFile {
    program: Program,
    running: Option<(Child, ChildStdin, BufReader<ChildStdout>)>,
    failures: u32,
}

pub(super) enum Found {
    Object(Kind, Vec<u8>),
    /// With its size.
    TooLarge(u64),
    Nothing,
}

impl CatFile {
    /// Asks for one object. git fetches it if it has to, and dies if it can't; then the next question starts it anew.
    pub(super) fn ask(&mut self, id: ObjectId, limit: u64) -> Found {
        if self.failures >= GIVE_UP {
            return Found::Nothing;
        }
        match self.try_ask(id, limit) {
            Ok(found) => found,
            Err(_) => {
                self.failures += 1;
                self.stop();
                Found::Nothing
            }
        }
    }

    fn try_ask(&mut self, id: ObjectId, limit: u64) -> std::io::Result<Found> {
        if self.running.is_none() {
            let mut command = self.program.command();
            command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = command.spawn()?;
            let (input, output) = (child.stdin.take(), child.stdout.take());
            let (Some(input), Some(output)) = (input, output) else { return Err(std::io::ErrorKind::Other.into()) };
            self.running = Some((child, input, BufReader::new(output)));
        }
        let Some((_, input, output)) = &mut self.running else { return Err(std::io::ErrorKind::Other.into()) };
        writeln!(input, "{id}")?;
        input.flush()?;
        let mut line = String::new();
        if output.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut words = line.split_whitespace().skip(1);
        let (Some(kind), Some(size)) = (words.next(), words.next().and_then(|size| size.parse::<u64>().ok())) else {
            return Ok(Found::Nothing);
        };
        if size > limit {
            self.stop();
            return Ok(Found::TooLarge(size));
        }
        let kind =
            Kind::from_bytes(kind.as_bytes()).map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidData))?;
        let mut bytes = Vec::new();
        output.take(size).read_to_end(&mut bytes)?;
        let mut newline = [0];
        output.read_exact(&mut newline)?;
        Ok(Found::Object(kind, bytes))
    }

    fn stop(&mut self) {
        if let Some((mut child, input, _)) = self.running.take() {
            drop(input);
            child.kill().ok();
            child.wait().ok();
        }
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        self.stop();
    }
}
