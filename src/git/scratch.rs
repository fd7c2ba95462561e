//! Private directories for what is needed for a moment.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A directory that only we can look into, removed in the end.
pub(super) struct Scratch {
    dir: PathBuf,
    is_kept: bool,
}

impl Drop for Scratch {
    fn drop(&mut self) {
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
            let mut name = OsString::from("agentgate-");
            name.push(format!("{}-{nanos}-{attempt}", std::process::id()));
            let dir = parent.join(name);
            match private_dir(&dir) {
                Ok(()) => return Ok(Self { dir, is_kept: false }),
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
    }
}

fn private_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
