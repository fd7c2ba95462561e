//! Runs the hook that stood there before ours, once ours has passed.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::note;
use crate::hook::chained;

/// Passes where there is none, or it agrees.
///
/// # Errors
/// When it is gone or can't be started.
pub fn run(hook: Option<&Path>, arguments: &[OsString], input: &[u8]) -> Result<Exit> {
    let Some(hook) = hook else { return Ok(Exit::Passed) };
    let failed = |error: io::Error| {
        Failure::new(format!("the hook that was here before, {}: {error}", hook.display()))
            .help("`agentgate uninstall` and `agentgate install` set the hooks up anew")
    };
    match chained::run(hook, arguments, input).map_err(failed)? {
        Some(status) if !status.success() => {
            note(&format!("agentgate: passed, but {} refused: {status}", hook.display()));
            Ok(Exit::Blocked)
        }
        _ => Ok(Exit::Passed),
    }
}
