//! `agentgate commit-msg`: git's commit-msg hook. It warns and never refuses: a message can be mended until it is pushed.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::note;
use crate::change::Memory;
use crate::facts::hidden::{self, What};

/// Longer messages are nobody's prose, and the commit must not wait for them.
const SIZE_LIMIT: u64 = 1 << 20;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  agentgate install commit-msg               let git call it on every commit
  agentgate commit-msg .git/COMMIT_EDITMSG   as git calls it

Git calls it with the file that holds the message. It warns of characters that are not what the
reader sees, and lets the commit through.")]
pub struct CommitMsg {
    /// The file with the message
    file: PathBuf,
}

impl CommitMsg {
    pub fn run(self) -> Result<Exit> {
        let unreadable = |error: std::io::Error| {
            Failure::new(format!("the commit message {} can't be read: {error}", self.file.display()))
        };
        if std::fs::metadata(&self.file).map_err(unreadable)?.len() > SIZE_LIMIT {
            note("agentgate: the commit message is larger than 1 MiB and was not read");
            return Ok(Exit::Passed);
        }
        let bytes = std::fs::read(&self.file).map_err(unreadable)?;
        // Messages need not be UTF-8; what isn't has no hidden characters either.
        let text = String::from_utf8_lossy(&bytes);
        let message = Memory::change_set([("message.txt", None, Some(&*text))]);
        for found in hidden::added(&message) {
            let what = match &found.what {
                What::Character { sort, code, .. } => format!("{} U+{code:04X}", sort.name()),
                What::Lookalike { reads_as, .. } => format!("a word that reads as `{reads_as}` and is not"),
            };
            note(&format!("agentgate: warning: {what} in line {} of the commit message", found.line));
        }
        Ok(Exit::Passed)
    }
}
