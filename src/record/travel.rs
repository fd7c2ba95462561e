//! Records between repositories: fetched beside one's own, merged, and pushed without ever replacing another's.

use super::{REFERENCE, ledger, reference_of};
use crate::git::{GitError, Repository};

/// How often a push is tried when others push too.
const ATTEMPTS: u32 = 12;
/// The setting by which records travel with every push.
const SETTING: &str = "agentgate.publishRecords";

/// What became of a push of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// There is nothing that the remote doesn't have.
    Nothing,
    Pushed,
}

/// Whether somebody asked that records travel with pushes.
pub fn is_on(repository: &Repository) -> bool {
    repository.config_bool(SETTING) == Some(true)
}

/// Fetches a remote's records; `false` where it has none.
///
/// # Errors
/// When the remote can't be reached.
pub fn fetch(repository: &Repository, remote: &str) -> Result<bool, GitError> {
    repository.fetch_reference(remote, REFERENCE, &tracking(repository, remote))
}

/// Takes in a remote's records and pushes the union, again where somebody else pushed meanwhile.
///
/// # Errors
/// When the remote can't be reached or refuses. One's own records are as they were, or more.
pub fn publish(repository: &Repository, remote: &str) -> Result<Published, GitError> {
    for _ in 0..ATTEMPTS {
        if fetch(repository, remote)? {
            let tracking = tracking(repository, remote);
            repository.merge_notes(REFERENCE, &tracking, &ledger::union)?;
            if repository.resolve(&tracking)? == repository.resolve(REFERENCE)? {
                return Ok(Published::Nothing);
            }
        }
        if !repository.has_ref(REFERENCE) {
            return Ok(Published::Nothing);
        }
        if repository.push_reference(remote, REFERENCE)? {
            return Ok(Published::Pushed);
        }
    }
    Err(GitError::Other(format!("others push records to {remote} all the time; try again")))
}

/// Lets records travel with pushes and fetches; answers for which remotes.
///
/// # Errors
/// When git's configuration can't be written.
pub fn turn_on(repository: &Repository) -> Result<Vec<String>, GitError> {
    repository.configure(&["config", "--local", SETTING, "true"])?;
    let remotes = repository.remotes();
    for remote in &remotes {
        let (key, value) = refspec(remote);
        if !repository.config_all(&key).contains(&value) {
            repository.configure(&["config", "--local", "--add", &key, &value])?;
        }
    }
    Ok(remotes)
}

/// Takes back what [`turn_on`] wrote; whether there was anything.
///
/// # Errors
/// When git's configuration can't be written.
pub fn turn_off(repository: &Repository) -> Result<bool, GitError> {
    let was_on = repository.config(SETTING).is_some();
    if was_on {
        repository.configure(&["config", "--local", "--unset-all", SETTING])?;
    }
    for remote in repository.remotes() {
        let (key, value) = refspec(&remote);
        if repository.config_all(&key).contains(&value) {
            repository.configure(&["config", "--local", "--fixed-value", "--unset-all", &key, &value])?;
        }
    }
    Ok(was_on)
}

/// Forced, because a remote's records are its own affair: ours are under another name.
fn refspec(remote: &str) -> (String, String) {
    (format!("remote.{remote}.fetch"), format!("+{REFERENCE}:{}", reference_of(remote)))
}

/// A remote that is given by its address has no name to keep records under.
fn tracking(repository: &Repository, remote: &str) -> String {
    let is_named = repository.remotes().iter().any(|known| known == remote);
    reference_of(if is_named { remote } else { "unnamed" })
}
