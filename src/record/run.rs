//! Runs a command: its output passes through unchanged, and what can be seen of it is kept.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::counts::Counter;
use super::statement::Stream;
use crate::child::{Output, Take, lock};

/// So many last lines are kept.
const TAIL: usize = 60;
/// What is kept of a line.
const LONGEST_LINE: usize = 8192;
/// What to run.
#[derive(Clone, Debug)]
pub enum Task {
    /// A program with its arguments.
    Program(Vec<OsString>),
    /// A line for a shell.
    Shell(String),
}

/// What was seen.
#[derive(Debug)]
pub struct Finished {
    pub exit_code: i32,
    /// The exit codes of each pipe of a shell line, as far as the shell tells.
    pub pipes: Vec<Vec<i32>>,
    pub duration: Duration,
    pub stdout: Stream,
    pub stderr: Stream,
    /// The last lines as they came, not yet fit to be stored.
    pub tail: Vec<String>,
    pub counter: Counter,
}

/// Runs the task in the current folder.
///
/// # Errors
/// When it can't be started.
pub fn run(task: &Task) -> io::Result<Finished> {
    let statuses = match task {
        Task::Program(_) => None,
        Task::Shell(_) => StatusFile::new(),
    };
    let mut command = command(task, statuses.as_ref());
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let tail = Arc::new(Mutex::new(VecDeque::new()));
    let stdout = child.stdout.take().map(|pipe| pass_on(pipe, io::stdout(), &tail));
    let stderr = child.stderr.take().map(|pipe| pass_on(pipe, io::stderr(), &tail));
    let status = child.wait()?;
    let duration = started.elapsed();
    let finished = |output: Option<Output<Passing>>| output.map(|output| output.finish(|passing| passing.clone()));
    let (mut out, err) = (finished(stdout).unwrap_or_default(), finished(stderr).unwrap_or_default());
    out.counter.merge(&err.counter);
    let tail = lock(&tail).iter().cloned().collect();
    Ok(Finished {
        exit_code: exit_code(status),
        pipes: statuses.map(|file| file.read()).unwrap_or_default(),
        duration,
        stdout: out.stream(),
        stderr: err.stream(),
        tail,
        counter: out.counter,
    })
}

fn command(task: &Task, statuses: Option<&StatusFile>) -> Command {
    match task {
        Task::Program(words) => {
            let mut command = Command::new(&words[0]);
            command.args(&words[1..]);
            command
        }
        Task::Shell(line) => match statuses {
            Some(file) => {
                let mut command = Command::new("bash");
                command.arg("-c").arg(file.traced(line));
                command
            }
            None => {
                let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
                let mut command = Command::new(shell);
                command.arg(flag).arg(line);
                command
            }
        },
    }
}

/// As a shell would say it: 128 and the signal for a command that was killed.
fn exit_code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}

/// Where bash writes down the exit codes of pipes; in a private folder, gone in the end.
struct StatusFile {
    folder: PathBuf,
}

impl StatusFile {
    /// `None` where there is no bash.
    fn new() -> Option<Self> {
        let has_bash =
            Command::new("bash").args(["-c", ":"]).stdin(Stdio::null()).status().is_ok_and(|it| it.success());
        if cfg!(windows) || !has_bash {
            return None;
        }
        let nanos = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_nanos());
        let folder = std::env::temp_dir().join(format!("agentgate-run-{}-{nanos}", std::process::id()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).ok()?;
        Some(Self { folder })
    }

    fn path(&self) -> PathBuf {
        self.folder.join("statuses")
    }

    /// The line with a trap around it that writes down every pipe of more than one stage. It stands on the line's own first
    /// line, so that messages of the shell count as they would without it.
    fn traced(&self, line: &str) -> String {
        let path = quoted(&self.path());
        let note = "_agentgate=(\"${PIPESTATUS[@]}\"); [ ${#_agentgate[@]} -lt 2 ] || echo \"${_agentgate[*]}\" >>";
        let trap = format!("{note}{path}").replace('\'', "'\\''");
        format!("trap '{trap}' DEBUG EXIT; {line}\n")
    }

    fn read(&self) -> Vec<Vec<i32>> {
        const LARGEST: u64 = 1 << 20;
        let mut text = String::new();
        let read = std::fs::File::open(self.path()).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
        if read.is_err() {
            return Vec::new();
        }
        let mut pipes: Vec<Vec<i32>> = Vec::new();
        for line in text.lines() {
            let codes: Vec<i32> = line.split(' ').filter_map(|code| code.parse().ok()).collect();
            // The trap runs before each stage of the next pipe, and says the same again.
            if codes.len() > 1 && pipes.last() != Some(&codes) {
                pipes.push(codes);
            }
        }
        pipes
    }
}

impl Drop for StatusFile {
    fn drop(&mut self) {
        // A leftover in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

/// One stream while it flows.
#[derive(Clone, Default)]
struct Passing {
    tail: Arc<Mutex<VecDeque<String>>>,
    bytes: u64,
    digest: Sha256,
    counter: Counter,
    line: Vec<u8>,
}

impl Passing {
    fn stream(&self) -> Stream {
        Stream { bytes: self.bytes, sha256: super::hex(&self.digest.clone().finalize()) }
    }

    fn end_line(&mut self) {
        let line = String::from_utf8_lossy(&self.line).into_owned();
        self.line.clear();
        // Of a line that was written over, the last state is what people see.
        let line = line.trim_end_matches(['\n', '\r']);
        let line = line.rsplit('\r').next().unwrap_or_default();
        self.counter.line(line);
        let mut tail = lock(&self.tail);
        if tail.len() == TAIL {
            tail.pop_front();
        }
        tail.push_back(super::counts::without_escapes(line));
    }
}

impl Take for Passing {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.digest.update(bytes);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    fn end(&mut self) {
        if !self.line.is_empty() {
            self.end_line();
        }
    }
}

/// Hands everything through as it comes. Where whoever read our output went away, the command is to notice, as it would
/// without us.
fn pass_on(
    from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    tail: &Arc<Mutex<VecDeque<String>>>,
) -> Output<Passing> {
    let passing = Passing { tail: Arc::clone(tail), ..Passing::default() };
    Output::read(from, passing, move |bytes| to.write_all(bytes).and_then(|()| to.flush()))
}
