//! Standard output and standard error, files asked for with `--output`, and signs of life.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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

/// Tells someone at a terminal what takes so long, once it has taken a second; wiped when dropped. Where nobody sits, in a
/// pipe or a CI job, it says nothing.
pub struct Progress {
    bar: ProgressBar,
    /// Whoever shows the bar after a second, unless it is over by then.
    shown: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Something whose steps nobody knows.
    pub fn start(what: &str) -> Self {
        Self::with(ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()), "{msg} … {elapsed}", what)
    }

    /// Something of so many steps at most.
    pub fn of_steps(count: usize, what: &str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::hidden());
        Self::with(bar, "[{bar:24}] {pos}/{len} {wide_msg} {elapsed}", what)
    }

    fn with(bar: ProgressBar, template: &str, what: &str) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(printable(what));
        let shown = is_watched().then(|| {
            let (done, wait) = mpsc::channel();
            let bar = bar.clone();
            let show = move || {
                if wait.recv_timeout(Duration::from_secs(1)) == Err(mpsc::RecvTimeoutError::Timeout) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_secs(1));
                }
            };
            (done, std::thread::spawn(show))
        });
        Self { bar, shown }
    }

    /// What it is that takes so long now, after so many steps.
    pub fn say(&self, done: usize, what: &str) {
        self.bar.set_position(done as u64);
        self.bar.set_message(printable(what));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.shown.take() {
            drop(done);
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

/// Whether someone sits at a terminal that can wipe a line.
fn is_watched() -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    io::stderr().is_terminal() && !is_dumb && std::env::var_os("CI").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_can_not_steer_a_terminal() {
        assert_eq!(printable("a\x1b[2J\nb\r"), "a\u{fffd}[2J\nb\u{fffd}");
    }
}
