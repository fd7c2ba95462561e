//! Commands of others while they run: what they print, and how they end.

use std::io::{self, Read};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long output is waited for after the command has ended: what it left running may hold the pipe open for ever.
const PATIENCE: Duration = Duration::from_secs(2);

/// What becomes of a stream.
pub trait Take: Send + 'static {
    fn take(&mut self, bytes: &[u8]);

    /// Nothing more comes.
    fn end(&mut self) {}
}

/// A stream that is read beside the command, in a thread of its own.
pub struct Output<T> {
    taker: Arc<Mutex<T>>,
    ended: Receiver<()>,
}

impl<T: Take> Output<T> {
    /// Reads to the end, or until `onward` wants no more. `onward` gets everything as it comes, and may block: what was taken
    /// by then can be had all the same.
    pub fn read(
        mut from: impl Read + Send + 'static,
        taker: T,
        mut onward: impl FnMut(&[u8]) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let taker = Arc::new(Mutex::new(taker));
        let (done, ended) = channel();
        let shared = Arc::clone(&taker);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let count = match from.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) => break,
                };
                lock(&shared).take(&buffer[..count]);
                if onward(&buffer[..count]).is_err() {
                    break;
                }
            }
            lock(&shared).end();
            // Nobody waits any more where the command's leftovers kept the pipe open.
            let _ = done.send(());
        });
        Self { taker, ended }
    }

    /// What was read once the command has ended: all of it, or so much as came before patience was lost.
    pub fn finish<R>(self, of: impl FnOnce(&mut T) -> R) -> R {
        let _ = self.ended.recv_timeout(PATIENCE);
        of(&mut lock(&self.taker))
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The last bytes of a stream.
pub struct Last {
    limit: usize,
    kept: Vec<u8>,
}

impl Last {
    pub fn new(limit: usize) -> Self {
        Self { limit, kept: Vec::new() }
    }

    pub fn take_bytes(&mut self) -> Vec<u8> {
        let excess = self.kept.len().saturating_sub(self.limit);
        self.kept.drain(..excess);
        std::mem::take(&mut self.kept)
    }
}

impl Take for Last {
    fn take(&mut self, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
        // Seldom, so that no byte is moved often.
        if self.kept.len() > 2 * self.limit {
            self.kept.drain(..self.kept.len() - self.limit);
        }
    }
}

/// Why nobody waits any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    Ended(ExitStatus),
    TimedOut,
    Interrupted,
}

/// Waits for a command that leads a process group; when the time is up, or somebody wants it to end, the group is killed.
/// Whatever of the group still runs in the end is killed too.
///
/// # Errors
/// When the system can't say how it ended.
pub fn wait(child: &mut Child, limit: Duration, is_interrupted: &dyn Fn() -> bool) -> io::Result<Waited> {
    let started = Instant::now();
    let waited = loop {
        if is_interrupted() {
            break Waited::Interrupted;
        }
        if let Some(status) = child.try_wait()? {
            break Waited::Ended(status);
        }
        if started.elapsed() > limit {
            break Waited::TimedOut;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    kill_group(child);
    if !matches!(waited, Waited::Ended(_)) {
        child.wait()?;
    }
    Ok(waited)
}

#[cfg(unix)]
fn kill_group(child: &mut Child) {
    let id = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = id {
        // Gone already is what was wanted.
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
    }
}

#[cfg(not(unix))]
fn kill_group(child: &mut Child) {
    child.kill().ok();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    fn shell(line: &str) -> Child {
        let mut command = Command::new("sh");
        command.args(["-c", line]).stdout(Stdio::piped()).process_group(0).spawn().expect("it starts")
    }

    fn output(child: &mut Child, limit: usize) -> Output<Last> {
        Output::read(child.stdout.take().expect("it is piped"), Last::new(limit), |_| Ok(()))
    }

    fn never() -> bool {
        false
    }

    #[test]
    fn the_last_bytes_are_kept() {
        let mut child = shell("seq 100000");
        let output = output(&mut child, 10);
        let waited = wait(&mut child, Duration::from_secs(60), &never).unwrap();
        assert!(matches!(waited, Waited::Ended(status) if status.success()));
        assert_eq!(output.finish(Last::take_bytes), b"99\n100000\n");
    }

    #[test]
    fn what_was_printed_is_there_though_a_process_of_another_session_holds_the_stream() {
        let mut child = shell("echo said; setsid sleep 30 & exit 3");
        let output = output(&mut child, 100);
        let started = Instant::now();
        let waited = wait(&mut child, Duration::from_secs(60), &never).unwrap();
        assert!(matches!(waited, Waited::Ended(status) if status.code() == Some(3)));
        assert_eq!(output.finish(Last::take_bytes), b"said\n");
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn what_takes_too_long_is_ended_with_all_that_it_started() {
        let mut child = shell("echo said; sleep 30 & sleep 30");
        let output = output(&mut child, 100);
        let started = Instant::now();
        assert_eq!(wait(&mut child, Duration::from_millis(300), &never).unwrap(), Waited::TimedOut);
        assert_eq!(output.finish(Last::take_bytes), b"said\n");
        assert!(started.elapsed() < Duration::from_secs(20));
        let mut child = shell("sleep 30");
        assert_eq!(wait(&mut child, Duration::from_secs(30), &|| true).unwrap(), Waited::Interrupted);
    }
}
