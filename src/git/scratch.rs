//! Private directories for what is needed for a moment.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A directory that only we can look into, removed in the end.
///
/// Its owner holds a lock in it as long as it lives. What a program that was killed left behind is known by a lock that
/// nobody holds, whoever has its process number by then.
pub(super) struct Scratch {
    dir: PathBuf,
    is_kept: bool,
    /// Let go by the system however we end.
    lock: Option<File>,
}

const PREFIX: &str = "agentgate-";

/// The file with the lock. It gets this name once the lock is held.
const ALIVE: &str = "alive";

impl Drop for Scratch {
    fn drop(&mut self) {
        // Some systems remove no file that is open.
        self.lock = None;
        if !self.is_kept {
            std::fs::remove_dir_all(&self.dir).ok();
        }
    }
}

impl Scratch {
    /// Makes one below the system's directory for temporary files, under a name nobody has taken.
    pub fn new() -> std::io::Result<Self> {
        let parent = std::env::temp_dir();
        for attempt in 0..100_u32 {
            let nanos = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_nanos());
            let mut name = OsString::from(PREFIX);
            name.push(format!("{}-{nanos}-{attempt}", std::process::id()));
            let dir = parent.join(name);
            match private_dir(&dir) {
                // Where nothing can be locked, nobody will tidy up after us.
                Ok(()) => return Ok(Self { lock: locked(&dir).ok(), dir, is_kept: false }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(std::io::ErrorKind::AlreadyExists.into())
    }

    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Leaves the directory behind for someone to look into.
    pub fn keep(&mut self) {
        self.is_kept = true;
        self.lock = None;
        std::fs::remove_file(self.dir.join(ALIVE)).ok();
    }

    /// Removes what programs left behind that were killed before they could.
    pub fn remove_leftovers() {
        let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
        let named = entries.filter(|entry| is_name(&entry.file_name().to_string_lossy()));
        for dir in named.map(|entry| entry.path()).filter(|dir| is_own(dir)) {
            // Kept ones have no such file, and those that are being made have it under another name.
            let Ok(file) = File::open(dir.join(ALIVE)) else { continue };
            if file.try_lock().is_ok() {
                drop(file);
                std::fs::remove_dir_all(&dir).ok();
            }
        }
    }
}

/// Takes the lock of a new directory.
fn locked(dir: &Path) -> std::io::Result<File> {
    let unnamed = dir.join("alive.new");
    let file = File::create(&unnamed)?;
    file.lock()?;
    std::fs::rename(unnamed, dir.join(ALIVE))?;
    Ok(file)
}

/// `agentgate-<process>-<nanoseconds>-<attempt>`
fn is_name(name: &str) -> bool {
    let numbers: Vec<&str> = name.strip_prefix(PREFIX).unwrap_or_default().split('-').collect();
    numbers.len() == 3 && numbers.iter().all(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}

/// Whether this is a directory of ours, and no link to one.
fn is_own(dir: &Path) -> bool {
    let Ok(metadata) = std::fs::symlink_metadata(dir) else { return false };
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::uid(&metadata) != rustix::process::geteuid().as_raw() {
        return false;
    }
    metadata.is_dir()
}

fn private_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lives_or_is_kept_is_no_leftover() {
        let (alive, mut kept) = (Scratch::new().unwrap(), Scratch::new().unwrap());
        kept.keep();
        Scratch::remove_leftovers();
        assert!(alive.path().is_dir() && kept.path().is_dir());
        let path = alive.path().to_owned();
        drop(alive);
        assert!(!path.exists());
        std::fs::remove_dir_all(kept.path()).unwrap();
    }

    #[test]
    fn names_of_ours() {
        assert!(is_name("agentgate-12-345-0"));
        for name in ["agentgate-run-12-345", "agentgate-12-345", "agentgate-12-345-0-1", "agentgate---", "other-1-2-3"]
        {
            assert!(!is_name(name), "{name}");
        }
    }
}
