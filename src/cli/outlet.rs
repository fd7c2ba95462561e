//! Standard output and standard error, files asked for with `--output`, and signs of life.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::failure::{Failure, Result};

/// Writes findings to standard output.
///
/// A reader that went away (`| head`) has seen what it wanted; the exit code still carries the verdict.
///
/// # Errors
/// When the output can't be written for any other reason: a report that is cut short must not look like a verdict.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output can't be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says something to people on standard error; if nobody can hear it, so be it.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(text));
}

/// Names and messages of a repository end up in notes: nothing but line breaks may steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Writes a report to a file, or to standard output where none is named.
///
/// # Errors
/// When it can't be written.
pub fn deliver(text: &str, file: Option<&Path>) -> Result<()> {
    match file {
        None => print(text),
        Some(path) => std::fs::write(path, text).map_err(|error| {
            Failure::new(format!("the report can't be written to {}: {error}", path.display()))
                .help("name another file with --output, or leave it away for standard output")
        }),
    }
}

/// Tells someone at a terminal what takes so long, once it has taken a second; wiped when dropped.
pub struct Progress(Option<(mpsc::Sender<String>, JoinHandle<()>)>);

impl Progress {
    pub fn start(what: &str) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let mut what = printable(what);
        let (done, wait) = mpsc::channel::<String>();
        let thread = std::thread::spawn(move || {
            let mut seconds = 0;
            loop {
                match wait.recv_timeout(Duration::from_secs(1)) {
                    Ok(next) => what = printable(&next),
                    Err(mpsc::RecvTimeoutError::Timeout) => seconds += 1,
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                }
                if seconds > 0 {
                    let _ = write!(io::stderr(), "\r\x1b[K{what} … {seconds} s");
                    let _ = io::stderr().flush();
                }
            }
            if seconds > 0 {
                let _ = write!(io::stderr(), "\r\x1b[K");
            }
        });
        Self(Some((done, thread)))
    }

    /// What it is that takes so long now.
    pub fn say(&self, what: &str) {
        if let Some((speak, _)) = &self.0 {
            // It only listens while there is someone to tell.
            let _ = speak.send(what.to_owned());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.0.take() {
            drop(done);
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_can_not_steer_a_terminal() {
        assert_eq!(printable("a\x1b[2J\nb\r"), "a\u{fffd}[2J\nb\u{fffd}");
    }
}
