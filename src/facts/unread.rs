//! Changed files that nobody could read, and why.
//!
//! Pictures, fonts and archives are no secret, unless they are huge: nothing in them runs or is tested. Everything else that can't be read is
//! something the other rules were silent about for the wrong reason.

use rayon::prelude::*;

mod malformed;

pub use malformed::{Broken, Kind};

use super::config;
use super::lexical;
use super::tests::{Sides, TestFile};
use crate::change::{ChangeSet, FileChange, Mode, Role, Unreadable};
use crate::{LineRange, RepoPath, Side};

/// A side of a changed file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub path: RepoPath,
    pub side: Side,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The repository does not give the content.
    Content(Unreadable),
    /// Program text with zero bytes: another encoding, or no text.
    Binary,
    /// Program text that is not UTF-8 and was, or is new.
    Encoding,
    /// A Git LFS pointer in place of program text.
    Pointer,
    /// Program text that became a symbolic link to somewhere.
    Link { target: String },
    /// A region that the language's grammar did not understand, where the branch changed it.
    Syntax { line: u32, was_readable: bool },
    /// A file that is read by its format and is not of it, though it was, or is new.
    Malformed { broken: Broken, is_new: bool },
    /// A test file that its reader refused, for its size or its shape.
    Refused(String),
    /// A binary of a size that nobody looks into.
    Large { size: usize },
    /// Another repository's commit; its files are not in this one.
    Submodule { is_new: bool },
}

/// Every side that could not be read, by path.
pub fn all(change: &ChangeSet) -> Vec<Unread> {
    change.files.par_iter().filter_map(|file| of_file(change, file)).collect()
}

/// What the test reader could not read, where the branch touched it: tests that nobody compared.
pub fn in_tests(change: &ChangeSet, sides: &Sides) -> Vec<Unread> {
    let refused = sides.unread.iter();
    let refused =
        refused.map(|(path, side, why)| Unread { path: path.clone(), side: *side, why: Why::Refused(why.clone()) });
    refused.chain(sides.head.iter().filter_map(|test| syntax(change, sides, test))).collect()
}

fn syntax(change: &ChangeSet, sides: &Sides, test: &TestFile) -> Option<Unread> {
    let file = change.files.iter().find(|file| file.head.as_ref().is_some_and(|entry| entry.path == test.path))?;
    let hunks = change.hunks(file).ok()?;
    let line = test.unread.iter().find_map(|span| {
        let lines = LineRange::new(span.line, span.end_line);
        hunks.iter().filter_map(|hunk| hunk.head_lines()).any(|changed| changed.overlaps(lines)).then_some(span.line)
    })?;
    let base = file.base.as_ref().and_then(|entry| sides.base.iter().find(|base| base.path == entry.path));
    let was_readable = base.is_some_and(|base| base.unread.is_empty());
    Some(Unread { path: test.path.clone(), side: Side::Head, why: Why::Syntax { line, was_readable } })
}

fn of_file(change: &ChangeSet, file: &FileChange) -> Option<Unread> {
    if is_asset(file.path()) {
        return huge(change, file);
    }
    [Side::Head, Side::Base].into_iter().find_map(|side| {
        let entry = file.side(side)?;
        let why = match entry.mode {
            Mode::Submodule => submodule(file, side)?,
            Mode::Symlink => link(change, file, side)?,
            Mode::File | Mode::Executable => content(change, file, side)?,
        };
        Some(Unread { path: entry.path.clone(), side, why })
    })
}

/// Binaries of more bytes than their path's limit, which the base did not have, or not so large.
pub fn large(change: &ChangeSet, limit: &(dyn Fn(&RepoPath) -> usize + Sync)) -> Vec<Unread> {
    let size_of = |file: &FileChange| -> Option<Unread> {
        if !change.lines(file).is_ok_and(|lines| lines.is_binary) {
            return None;
        }
        let bytes = |side| Some(change.content(file, side)?.ok()?.len());
        let (size, limit) = (bytes(Side::Head)?, limit(file.path()));
        let is_large = size > limit && bytes(Side::Base).is_none_or(|before| before <= limit);
        is_large.then(|| Unread { path: file.path().clone(), side: Side::Head, why: Why::Large { size } })
    };
    change.files.par_iter().filter_map(size_of).collect()
}

/// An asset of a size that nobody meant to have in a repository. Its lines are counted anyway: nothing is read for this.
fn huge(change: &ChangeSet, file: &FileChange) -> Option<Unread> {
    let Err(Unreadable::TooLarge { .. }) = change.lines(file) else { return None };
    let Err(error @ Unreadable::TooLarge { .. }) = change.content(file, Side::Head)? else { return None };
    Some(Unread { path: file.path().clone(), side: Side::Head, why: Why::Content(error) })
}

fn submodule(file: &FileChange, side: Side) -> Option<Why> {
    (side == Side::Head).then(|| Why::Submodule { is_new: file.base.is_none() })
}

/// A link where program text was: what runs is elsewhere. A new link is seen as what it is.
fn link(change: &ChangeSet, file: &FileChange, side: Side) -> Option<Why> {
    let was_file = side == Side::Head && file.base.as_ref().is_some_and(|entry| entry.mode != Mode::Symlink);
    if !was_file || !is_program(file.path()) {
        return None;
    }
    let target = change.content(file, side)?.ok()?;
    Some(Why::Link { target: String::from_utf8_lossy(&target).into_owned() })
}

fn content(change: &ChangeSet, file: &FileChange, side: Side) -> Option<Why> {
    let bytes = match change.content(file, side)? {
        Ok(bytes) => bytes,
        Err(error) => return Some(Why::Content(error)),
    };
    // What stood on the base before is not the branch's doing; the head is what must be read.
    let is_text = is_program(file.path()) || config::holds_settings(file.path());
    let is_read = is_text || malformed::is_read(file.path());
    if side == Side::Base || !is_read || matches!(file.role, Role::TestData | Role::Snapshot) {
        return None;
    }
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return Some(Why::Pointer);
    }
    if is_text {
        if bytes.contains(&0) {
            return Some(Why::Binary);
        }
        let was_text = || match change.content(file, Side::Base) {
            Some(Ok(base)) => std::str::from_utf8(&base).is_ok(),
            _ => true,
        };
        if std::str::from_utf8(&bytes).is_err() && was_text() {
            return Some(Why::Encoding);
        }
    }
    broken(change, file, &bytes)
}

/// A file that nobody can compare, where that could be done before, or which is new.
fn broken(change: &ChangeSet, file: &FileChange, bytes: &[u8]) -> Option<Why> {
    let base = match (&file.base, change.content(file, Side::Base)) {
        (Some(entry), Some(Ok(base))) => Some((&entry.path, base)),
        _ => None,
    };
    let was_contract = || base.as_ref().is_some_and(|(path, base)| malformed::is_contract(path, base));
    let broken = malformed::of(file.path(), bytes)
        .or_else(|| if was_contract() { malformed::of_contract(file.path(), bytes) } else { None })?;
    let was_read = base.as_ref().is_none_or(|(path, base)| malformed::of(path, base).is_none());
    was_read.then_some(Why::Malformed { broken, is_new: base.is_none() })
}

/// Whether a file of this name is read as program text or configuration.
fn is_program(path: &RepoPath) -> bool {
    lexical::syntax(path).is_some()
}

/// Extensions of what people look at or unpack.
const ASSETS: &[&str] = &[
    "png",
    "jpg",
    "jpeg",
    "gif",
    "ico",
    "icns",
    "webp",
    "avif",
    "bmp",
    "tif",
    "tiff",
    "psd",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "eot",
    "mp3",
    "mp4",
    "m4a",
    "wav",
    "ogg",
    "webm",
    "mov",
    "avi",
    "flac",
    "pdf",
    "zip",
    "gz",
    "tgz",
    "xz",
    "bz2",
    "zst",
    "7z",
    "tar",
    "jar",
    "war",
    "nupkg",
    "whl",
    "dll",
    "so",
    "dylib",
    "exe",
    "bin",
    "dat",
    "db",
    "sqlite",
    "parquet",
    "npy",
    "npz",
    "pkl",
    "onnx",
    "safetensors",
    "pb",
    "wasm",
    "class",
    "pyc",
    "o",
    "a",
    "lib",
    "pdb",
    "docx",
    "xlsx",
    "pptx",
    "glb",
];

fn is_asset(path: &RepoPath) -> bool {
    path.extension()
        .is_some_and(|extension| ASSETS.iter().any(|known| extension.eq_ignore_ascii_case(known.as_bytes())))
}
