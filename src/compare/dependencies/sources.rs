//! Dependencies and registries that are now taken from elsewhere, and what may newly run during an installation.

use super::surroundings::Surroundings;
use super::{Pair, leaves_repository};
use crate::RepoPath;
use crate::change::FileChange;
use crate::facts::dependencies::{Dependency, Ecosystem, Manifest, Source, repository};

/// Something that decides what code an installation fetches or runs.
pub struct SourceChange {
    pub path: RepoPath,
    pub line: u32,
    /// What the manifest was called in the base.
    pub base_path: RepoPath,
    /// The line of the same thing in the base, where it was there.
    pub base_line: Option<u32>,
    pub what: What,
    pub before: Option<String>,
    pub after: Option<String>,
    /// How many more manifests say the same.
    pub also: usize,
    /// Everyday work looks like it too.
    pub is_usual: bool,
}

/// What now comes from elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub enum What {
    /// A dependency that was there.
    Dependency(String),
    /// A commit or digest became something that moves.
    Unpinned(String),
    /// A registry, index or repository.
    Origin(String),
    /// A package that an override leads elsewhere.
    Redirect(String),
    /// A script that an installation runs.
    Script(String),
    /// A package whose scripts an installation may run.
    Permission(String),
    /// The checksum of a package's version, in a lockfile.
    Checksum(String, String),
    /// The host that serves a package, in a lockfile.
    Host(String, String),
}

pub(super) fn compare(pairs: &[Pair<'_>], around: &Surroundings) -> Vec<SourceChange> {
    let mut changes = Vec::new();
    for pair in pairs {
        let mut found = Vec::new();
        dependencies(pair, around, &mut found);
        unpinned(pair, &mut found);
        origins(pair, around, &mut found);
        redirects(pair, &mut found);
        installation(pair, &mut found);
        changes.extend(found);
    }
    merged(changes)
}

/// The same change in several manifests is one, told at the first.
fn merged(changes: Vec<SourceChange>) -> Vec<SourceChange> {
    let mut kept: Vec<SourceChange> = Vec::new();
    for change in changes {
        let same =
            |it: &&mut SourceChange| it.what == change.what && it.before == change.before && it.after == change.after;
        match kept.iter_mut().find(same) {
            Some(first) if first.path != change.path => first.also += 1,
            Some(_) => {}
            None => kept.push(change),
        }
    }
    kept
}

impl SourceChange {
    pub(super) fn at(file: &FileChange, line: u32, what: What) -> Self {
        let path = file.path().clone();
        let base_path = file.base.as_ref().map_or_else(|| path.clone(), |entry| entry.path.clone());
        Self { path, line, base_path, base_line: None, what, before: None, after: None, also: 0, is_usual: false }
    }
}

fn change(pair: &Pair<'_>, line: u32, what: What) -> SourceChange {
    SourceChange::at(pair.file, line, what)
}

fn dependencies(pair: &Pair<'_>, around: &Surroundings, changes: &mut Vec<SourceChange>) {
    for head in pair.head.dependencies.iter().filter(|it| !it.inherited) {
        let base: Vec<&Dependency> =
            pair.base.dependencies.iter().filter(|it| it.key() == head.key() && !it.inherited).collect();
        let old: Vec<&Source> = match base.is_empty() {
            false => base.iter().map(|it| &it.source).collect(),
            true => around.sources_of(head).iter().collect(),
        };
        let Some(first) = old.first() else { continue };
        if old.iter().any(|old| is_same(old, &head.source)) {
            continue;
        }
        let (is_change, is_usual) = match (&head.source, first) {
            (Source::Git { .. } | Source::Url(_), _) => (true, false),
            (Source::OtherRegistry(_), _) => (true, false),
            (Source::Path(path), _) => (leaves_repository(pair.file.path(), path), false),
            // A name that was private may be anyone's in public.
            (Source::Registry, Source::OtherRegistry(_)) => (true, true),
            _ => (false, false),
        };
        if !is_change || matches!(head.ecosystem, Ecosystem::Submodule | Ecosystem::Hook) {
            continue;
        }
        changes.push(SourceChange {
            base_line: base.first().map(|it| it.line),
            before: Some(describe(first)),
            after: Some(describe(&head.source)),
            is_usual,
            ..change(pair, head.line, What::Dependency(head.name.clone()))
        });
    }
    submodules(pair, changes);
}

/// The submodule that stood in the same folder: by that it is known, and another address makes it another one.
fn moved_submodule<'a>(head: &Dependency, base: &'a Manifest) -> Option<&'a Dependency> {
    let is_there =
        |it: &&Dependency| it.ecosystem == Ecosystem::Submodule && it.alias.is_some() && it.alias == head.alias;
    base.dependencies.iter().find(is_there).filter(|it| it.name != head.name)
}

/// Whether it is told as a changed source, and so is nothing new beside it.
pub(super) fn is_moved_submodule(head: &Dependency, base: &Manifest) -> bool {
    head.ecosystem == Ecosystem::Submodule && moved_submodule(head, base).is_some()
}

fn submodules(pair: &Pair<'_>, changes: &mut Vec<SourceChange>) {
    for head in pair.head.dependencies.iter().filter(|it| it.ecosystem == Ecosystem::Submodule) {
        if let Some(base) = moved_submodule(head, &pair.base) {
            changes.push(SourceChange {
                base_line: Some(base.line),
                before: Some(describe(&base.source)),
                after: Some(describe(&head.source)),
                ..change(pair, head.line, What::Dependency(head.alias.clone().unwrap_or_default()))
            });
        }
    }
}

fn is_same(base: &Source, head: &Source) -> bool {
    match (base, head) {
        (Source::Git { url: one, .. }, Source::Git { url: other, .. }) => repository(one) == repository(other),
        (Source::Path(_), Source::Path(_)) => true,
        _ => base == head,
    }
}

/// A source in words.
pub(crate) fn describe(source: &Source) -> String {
    match source {
        Source::Registry => "the registry".to_owned(),
        Source::OtherRegistry(name) => format!("registry {name}"),
        Source::Git { url, reference: Some(reference) } => format!("git {url} at {reference}"),
        Source::Git { url, reference: None } => format!("git {url}"),
        Source::Url(url) => url.clone(),
        Source::Path(path) => format!("path {path}"),
        Source::Workspace => "the workspace".to_owned(),
    }
}

/// Commits and digests that became tags or branches.
fn unpinned(pair: &Pair<'_>, changes: &mut Vec<SourceChange>) {
    let pin = |it: &Dependency| -> Option<String> {
        match &it.source {
            Source::Git { reference, .. } if it.ecosystem != Ecosystem::Submodule => reference.clone(),
            _ if matches!(it.ecosystem, Ecosystem::Action | Ecosystem::Image | Ecosystem::Hook) => {
                it.requirement.clone()
            }
            _ => None,
        }
    };
    let mut seen = std::collections::BTreeSet::new();
    for head in &pair.head.dependencies {
        let Some(after) = pin(head).filter(|pin| !is_fixed(pin)) else { continue };
        let old: Vec<&Dependency> = pair.base.dependencies.iter().filter(|it| it.key() == head.key()).collect();
        let was_fixed = !old.is_empty() && old.iter().all(|it| pin(it).is_some_and(|pin| is_fixed(&pin)));
        if was_fixed && seen.insert(head.key()) {
            changes.push(SourceChange {
                base_line: old.first().map(|it| it.line),
                before: old.first().and_then(|it| pin(it)),
                after: Some(after),
                is_usual: true,
                ..change(pair, head.line, What::Unpinned(head.name.clone()))
            });
        }
    }
}

/// A commit or a digest.
fn is_fixed(reference: &str) -> bool {
    let is_commit = reference.len() >= 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit || reference.contains("sha256:")
}

/// Where the ecosystems' tools look without being told.
const USUAL_ORIGINS: &[&str] = &[
    "https://registry.npmjs.org",
    "https://registry.yarnpkg.com",
    "https://npm.jsr.io",
    "https://rubygems.org",
    "https://pypi.org/simple",
    "https://repo.maven.apache.org/maven2",
    "https://repo1.maven.org/maven2",
    "https://plugins.gradle.org/m2",
    "https://maven.google.com",
    "https://dl.google.com/dl/android/maven2",
    "https://services.gradle.org",
    "https://repo.maven.apache.org",
    "https://api.nuget.org/v3/index.json",
    "https://repo.packagist.org",
    "https://packagist.org",
    "https://cdn.cocoapods.org",
    "https://cdn.cocoapods.org/",
    "https://github.com/CocoaPods/Specs.git",
    "https://index.crates.io",
    "https://github.com/rust-lang/crates.io-index",
    "sparse+https://index.crates.io",
    "conda-forge",
    "defaults",
];

fn origins(pair: &Pair<'_>, around: &Surroundings, changes: &mut Vec<SourceChange>) {
    for head in &pair.head.origins {
        let is_known = around.knows_origin(&head.url) || USUAL_ORIGINS.contains(&head.url.as_str());
        // A path is the repository's own.
        if is_known || head.url.starts_with('.') {
            continue;
        }
        // What took the place of another says what it was.
        let gone: Vec<_> =
            pair.base.origins.iter().filter(|old| !pair.head.origins.iter().any(|it| it.url == old.url)).collect();
        let old = if let [old] = gone[..] { Some(old) } else { None };
        changes.push(SourceChange {
            base_line: old.map(|old| old.line),
            before: old.map(|old| old.url.clone()),
            after: Some(head.url.clone()),
            ..change(pair, head.line, What::Origin(head.url.clone()))
        });
    }
}

fn redirects(pair: &Pair<'_>, changes: &mut Vec<SourceChange>) {
    for head in &pair.head.redirects {
        let old = pair.base.redirects.iter().find(|it| it.name == head.name);
        let is_foreign = match &head.to {
            Source::Path(path) => leaves_repository(pair.file.path(), path),
            Source::Registry | Source::Workspace => false,
            _ => true,
        };
        if is_foreign && !old.is_some_and(|old| is_same(&old.to, &head.to)) {
            changes.push(SourceChange {
                base_line: old.map(|old| old.line),
                before: old.map(|old| describe(&old.to)),
                after: Some(describe(&head.to)),
                ..change(pair, head.line, What::Redirect(head.name.clone()))
            });
        }
    }
}

/// Scripts and permissions.
fn installation(pair: &Pair<'_>, changes: &mut Vec<SourceChange>) {
    let Manifest { scripts, permissions, .. } = &pair.head;
    for head in scripts {
        let old = pair.base.scripts.iter().find(|it| it.name == head.name);
        let is_old = old.is_some_and(|old| old.command == head.command);
        // `prepare` is how hooks are set up and packages built; it never runs where the package is installed from a registry.
        let is_prepare = head.name == "prepare";
        if is_old || (is_prepare && !reaches_out(&head.command)) {
            continue;
        }
        changes.push(SourceChange {
            base_line: old.map(|old| old.line),
            before: old.map(|old| old.command.clone()),
            after: Some(head.command.clone()),
            is_usual: old.is_some() && !reaches_out(&head.command),
            ..change(pair, head.line, What::Script(head.name.clone()))
        });
    }
    for head in permissions {
        if !pair.base.permissions.iter().any(|it| it.name == head.name) {
            let is_usual = head.name != "every package";
            changes.push(SourceChange { is_usual, ..change(pair, head.line, What::Permission(head.name.clone())) });
        }
    }
}

/// Whether a command fetches something, or runs text as a program.
fn reaches_out(command: &str) -> bool {
    [
        "curl ",
        "wget ",
        "http://",
        "https://",
        "node -e",
        "eval",
        "base64",
        "powershell",
        "python -c",
        "| sh",
        "|sh",
        "| bash",
    ]
    .iter()
    .any(|word| command.contains(word))
}
