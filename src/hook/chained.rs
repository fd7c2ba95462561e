//! The hook that stood there before ours: it gets what git gave us, the same bytes on standard input included.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// Runs a hook with these arguments and this input. `None`: it isn't executable, and git wouldn't have run it either.
///
/// # Errors
/// When it is gone or can't be started.
pub fn run(hook: &Path, arguments: &[OsString], input: &[u8]) -> io::Result<Option<ExitStatus>> {
    if !is_executable(hook)? {
        return Ok(None);
    }
    let mut child = command(hook).args(arguments).stdin(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(input) {
            // A hook need not read.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    child.wait().map(Some)
}

#[cfg(unix)]
fn is_executable(hook: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(hook)?.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(hook: &Path) -> io::Result<bool> {
    std::fs::metadata(hook).map(|_| true)
}

#[cfg(not(windows))]
fn command(hook: &Path) -> Command {
    Command::new(hook)
}

#[cfg(windows)]
fn command(hook: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg(hook);
    command
}
