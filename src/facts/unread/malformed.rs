//! Files of a format that is read here, which are not of it: no rule could compare them.

use crate::RepoPath;
use crate::facts::document::{self, Format, Malformed};
use crate::facts::secrets::gitleaks;
use crate::facts::{ci, config, contracts, dependencies};

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub kind: Kind,
    pub line: Option<u32>,
    pub why: String,
    /// Said by a grammar, which may lack something itself, and reads around it.
    pub is_partial: bool,
}

/// What the file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Settings,
    Manifest,
    Lockfile,
    Pipeline,
    Scripts,
    Contract,
}

/// Whether a file of this path is read by its format.
pub(super) fn is_read(path: &RepoPath) -> bool {
    config::holds_settings(path)
        || dependencies::is_manifest(path)
        || dependencies::lockfiles::ecosystem(path).is_some()
        || ci::is_pipeline(path)
        || ci::scripts::is_scripts(path)
        || is_gitleaks(path)
        || may_be_contract(path)
}

/// What is wrong with the content of a path, if it is of a format that is read here.
pub(super) fn of(path: &RepoPath, bytes: &[u8]) -> Option<Broken> {
    refused(path, bytes).map(|(kind, error)| whole(kind, &error)).or_else(|| partly(path, bytes))
}

/// The same for a head whose base was a contract: broken, it may not say any more that it is one.
pub(super) fn of_contract(path: &RepoPath, bytes: &[u8]) -> Option<Broken> {
    let format = match path.extension()? {
        b"json" => Format::Json,
        b"yaml" | b"yml" => Format::Yaml,
        _ => return None,
    };
    document::read(format, bytes).err().map(|error| whole(Kind::Contract, &error))
}

/// Whether it is a contract that can be read.
pub(super) fn is_contract(path: &RepoPath, bytes: &[u8]) -> bool {
    matches!(contracts::read(path, bytes), Some((_, Ok(_))))
}

fn whole(kind: Kind, error: &Malformed) -> Broken {
    Broken { kind, line: error.line, why: error.to_string(), is_partial: false }
}

fn refused(path: &RepoPath, bytes: &[u8]) -> Option<(Kind, Malformed)> {
    let of = |kind: Kind| move |error: Malformed| (kind, error);
    let gitleaks = || is_gitleaks(path).then(|| document::read(Format::Toml, bytes).err()).flatten();
    config::malformed(path, bytes)
        .map(of(Kind::Settings))
        .or_else(|| dependencies::read(path, bytes)?.err().map(of(Kind::Manifest)))
        .or_else(|| dependencies::lockfiles::read(path, bytes)?.err().map(of(Kind::Lockfile)))
        .or_else(|| ci::read(path, bytes)?.err().map(of(Kind::Pipeline)))
        .or_else(|| ci::scripts::malformed(path, bytes).map(of(Kind::Scripts)))
        .or_else(|| contracts::read(path, bytes)?.1.err().map(of(Kind::Contract)))
        .or_else(|| gitleaks().map(of(Kind::Settings)))
}

fn partly(path: &RepoPath, bytes: &[u8]) -> Option<Broken> {
    let manifest = || dependencies::read(path, bytes)?.ok()?.unread_line.map(|line| (Kind::Manifest, line));
    let pipeline = || ci::read(path, bytes)?.ok()?.unread_line.map(|line| (Kind::Pipeline, line));
    let settings = || config::unread_line(path, bytes).map(|line| (Kind::Settings, line));
    let (kind, line) = manifest().or_else(pipeline).or_else(settings)?;
    Some(Broken { kind, line: Some(line), why: "the program does not parse".to_owned(), is_partial: true })
}

fn is_gitleaks(path: &RepoPath) -> bool {
    path.file_name() == gitleaks::FILE.as_bytes() || path.file_name() == b"gitleaks.toml"
}

fn may_be_contract(path: &RepoPath) -> bool {
    matches!(
        path.extension(),
        Some(b"proto" | b"graphql" | b"graphqls" | b"gql" | b"avsc" | b"yaml" | b"yml" | b"json")
    )
}
