//! The last report of each work tree, so that `agentgate explain` needs no arguments.
//!
//! It lies in the common git directory, outside of any tree that could be committed. Saving is a courtesy: whoever calls it
//! may ignore the error, a verdict does not depend on it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{Report, json, model};

/// Larger files are not ours.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Where the report of a work tree belongs: the main one's beside the linked ones'.
pub fn path(common_dir: &Path, git_dir: &Path) -> PathBuf {
    let ours = common_dir.join("agentgate");
    // A linked work tree's git directory is `<common>/worktrees/<name>`.
    match git_dir.file_name().filter(|_| git_dir != common_dir) {
        Some(name) => ours.join("worktrees").join(name).join("last-report.json"),
        None => ours.join("last-report.json"),
    }
}

/// Writes a file beside and renames it, so that a reader sees the old report or the new one.
pub fn save(path: &Path, report: &Report) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let temporary = path.with_extension(format!("json.{}", std::process::id()));
    let written = fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(json::render(report).as_bytes()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        _ = fs::remove_file(&temporary);
    }
    written
}

/// Reads a report from a file, or from standard input where the path is `-`.
pub fn load(path: &Path) -> Result<Report, LoadError> {
    let at = || path.to_owned();
    let reader: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(io::stdin().lock()),
        _ => Box::new(fs::File::open(path).map_err(|error| LoadError::Unreadable(at(), error))?),
    };
    let mut bytes = Vec::new();
    reader.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| LoadError::Unreadable(at(), error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(LoadError::TooLarge(at()));
    }
    parse(&bytes).map_err(|why| match why {
        NotAReport::Version(found) => LoadError::Version(at(), found),
        NotAReport::Json(error) => LoadError::NotAReport(at(), error),
    })
}

enum NotAReport {
    Version(u32),
    Json(serde_json::Error),
}

fn parse(bytes: &[u8]) -> Result<Report, NotAReport> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let found = serde_json::from_slice::<Version>(bytes).map_err(NotAReport::Json)?.version;
    if found != model::VERSION {
        return Err(NotAReport::Version(found));
    }
    serde_json::from_slice(bytes).map_err(NotAReport::Json)
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{}: {}", .0.display(), .1)]
    Unreadable(PathBuf, io::Error),
    #[error("{}: more than {LARGEST} bytes, which no report has", .0.display())]
    TooLarge(PathBuf),
    #[error("{}: version {} of the report format; this program reads version {}", .0.display(), .1, model::VERSION)]
    Version(PathBuf, u32),
    #[error("{}: not a report as `agentgate check --format json` writes it: {}", .0.display(), .1)]
    NotAReport(PathBuf, serde_json::Error),
}

impl LoadError {
    /// Whether there simply is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Unreadable(_, error) if error.kind() == io::ErrorKind::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_work_tree_has_its_own() {
        let common = Path::new("/r/.git");
        assert_eq!(path(common, common), Path::new("/r/.git/agentgate/last-report.json"));
        let linked = Path::new("/r/.git/worktrees/fix");
        assert_eq!(path(common, linked), Path::new("/r/.git/agentgate/worktrees/fix/last-report.json"));
    }
}
