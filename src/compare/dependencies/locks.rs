//! Lockfiles against the manifests they belong to, and against what they pinned before.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{SourceChange, What};
use super::{Pair, is_data};
use crate::change::{ChangeSet, Entry, FileChange, Roles, Status};
use crate::facts::dependencies::lockfiles::{self, Locked, Lockfile};
use crate::facts::dependencies::{self, Dependency, Ecosystem, Kind, Manifest, Source};
use crate::{RepoPath, Side};

/// A lockfile and a manifest that say different things.
pub struct Drift {
    pub path: RepoPath,
    pub side: Side,
    pub line: Option<u32>,
    pub what: DriftKind,
}

pub enum DriftKind {
    /// The manifest asks for a package that the lockfile does not pin.
    Missing { name: String, lockfile: RepoPath },
    /// Every pinned version is older than what the manifest now asks for.
    Behind { name: String, requirement: String, locked: String, lockfile: RepoPath },
    /// New packages that no manifest and no other package asks for.
    Unasked { names: Vec<String> },
    /// The lockfile is gone, its manifest is not.
    Deleted,
    /// What downloads were held against is gone.
    Unverified,
}

/// What lockfiles show.
#[derive(Default)]
pub(super) struct Locks {
    pub drifts: Vec<Drift>,
    pub sources: Vec<SourceChange>,
}

pub(super) fn compare(change: &ChangeSet, pairs: &[Pair<'_>]) -> Locks {
    let mut found = Locks::default();
    for pair in pairs {
        found.drifts.extend(behind(change, pair));
    }
    for file in change.files.iter().filter(|file| !is_data(file.role)) {
        lockfile(change, file, pairs, &mut found);
    }
    found
}

/// A lockfile that the branch changes.
fn lockfile(change: &ChangeSet, file: &FileChange, pairs: &[Pair<'_>], found: &mut Locks) {
    let Some(ecosystem) = lockfiles::ecosystem(file.path()) else { return };
    if file.status == Status::Deleted {
        found.drifts.extend(deleted(change, file));
        return;
    }
    let read = |side| {
        let path = &file.side(side)?.path;
        let bytes = change.content(file, side)?.ok()?;
        lockfiles::read(path, &bytes)
    };
    let head = match read(Side::Head) {
        Some(Ok(head)) => head,
        // What can't be read is for `unreadable-change` to say.
        Some(Err(_)) | None => return,
    };
    // A new lockfile has nothing to be compared with.
    let Some(Ok(base)) = read(Side::Base) else { return };
    found.drifts.extend(unasked(change, file, ecosystem, &base, &head));
    found.sources.extend(checksums(file, &base, &head));
    found.sources.extend(hosts(file, &base, &head, pairs));
}

fn drift(path: &RepoPath, side: Side, line: Option<u32>, what: DriftKind) -> Drift {
    Drift { path: path.clone(), side, line, what }
}

fn deleted(change: &ChangeSet, file: &FileChange) -> Option<Drift> {
    if lockfiles::verifies(file.path()) {
        let gradle = RepoPath::from("gradle.lockfile");
        let is_used = change.source().paths(Side::Head).iter().any(|path| lockfiles::belongs(&gradle, path));
        return is_used.then(|| drift(file.path(), Side::Base, None, DriftKind::Unverified));
    }
    let folder = file.path().parent();
    let here = |path: &RepoPath| path.parent() == folder;
    let paths = change.source().paths(Side::Head);
    let manifest = paths.iter().find(|path| here(path) && lockfiles::belongs(file.path(), path))?;
    // Another package manager's took its place, or one further up serves the workspace.
    let has_other = lockfiles::names_for(manifest)
        .iter()
        .any(|name| paths.iter().any(|path| path.file_name() == name.as_bytes() && folder.starts_with(path.parent())));
    (!has_other).then(|| drift(file.path(), Side::Base, None, DriftKind::Deleted))
}

/// The lockfile that pins a manifest's dependencies on one side: beside it, or above it where a workspace shares one.
fn governing(change: &ChangeSet, manifest: &RepoPath, side: Side) -> Option<(RepoPath, Lockfile)> {
    let names = lockfiles::names_for(manifest);
    let is_shared = matches!(manifest.file_name(), b"Cargo.toml" | b"package.json" | b"pyproject.toml");
    let mut folder = manifest.to_text();
    while !folder.is_empty() {
        folder.truncate(folder.rfind('/').unwrap_or(0));
        for name in &names {
            let path = if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") };
            let path = RepoPath::from(path.as_str());
            if let Some(entry) = change.source().entry(side, &path) {
                return read(change, &entry).map(|lock| (path, lock));
            }
        }
        if !is_shared {
            break;
        }
    }
    None
}

fn read(change: &ChangeSet, entry: &Entry) -> Option<Lockfile> {
    let bytes = change.source().read(entry).ok()?;
    lockfiles::read(&entry.path, &bytes)?.ok()
}

/// What a manifest newly asks for and its lockfile does not give.
fn behind(change: &ChangeSet, pair: &Pair<'_>) -> Vec<Drift> {
    let path = pair.file.path();
    let changed: Vec<&Dependency> = pinned(&pair.head)
        .filter(|it| {
            !pair.base.dependencies.iter().any(|old| old.key() == it.key() && old.requirement == it.requirement)
        })
        .collect();
    if changed.is_empty() || pair.file.head.is_none() {
        return Vec::new();
    }
    let Some((lock_path, lock)) = governing(change, path, Side::Head) else { return Vec::new() };
    if lock.packages.is_empty() || !was_in_step(change, pair) {
        return Vec::new();
    }
    let locked: BTreeMap<&str, Vec<&Locked>> = lock.packages.iter().fold(BTreeMap::new(), |mut map, it| {
        map.entry(it.name.as_str()).or_insert_with(Vec::new).push(it);
        map
    });
    let drift_of = |it: &&Dependency| {
        let name = it.name.clone();
        let known = locked.get(it.name.as_str()).or_else(|| locked.get(it.alias.as_deref()?));
        let Some(known) = known else { return Some(DriftKind::Missing { name, lockfile: lock_path.clone() }) };
        let requirement = it.requirement.clone()?;
        let least = lower_bound(&requirement)?;
        let newest = known.iter().filter_map(|it| Some((numbers(&it.version)?, &it.version))).max()?;
        (newest.0 < least).then(|| DriftKind::Behind {
            name,
            requirement,
            locked: newest.1.clone(),
            lockfile: lock_path.clone(),
        })
    };
    changed.iter().filter_map(|it| Some(drift(path, Side::Head, Some(it.line), drift_of(it)?))).collect()
}

/// The dependencies of a manifest that its lockfile has to pin by name.
fn pinned(manifest: &Manifest) -> impl Iterator<Item = &Dependency> {
    manifest.dependencies.iter().filter(|it| {
        // Peers may be somebody else's to bring, shared versions nobody's, and build systems are not locked with the rest.
        let is_unlocked = match it.kind {
            Kind::Shared | Kind::Peer => true,
            Kind::Build => it.ecosystem == Ecosystem::Python,
            _ => false,
        };
        !is_unlocked && it.source == Source::Registry && !it.inherited && !manifest.own.contains(&it.name)
    })
}

/// Whether the base's lockfile pinned what the base's manifest asked for: only then is it this manifest's.
fn was_in_step(change: &ChangeSet, pair: &Pair<'_>) -> bool {
    let Some(entry) = &pair.file.base else { return false };
    let Some((_, lock)) = governing(change, &entry.path, Side::Base) else { return false };
    let names: BTreeSet<&str> = lock.packages.iter().map(|it| it.name.as_str()).collect();
    let mut wanted = pinned(&pair.base).peekable();
    wanted.peek().is_some()
        && wanted.all(|it| names.contains(it.name.as_str()) || it.alias.as_deref().is_some_and(|it| names.contains(it)))
}

/// The least version that a plain requirement accepts; nothing where it is more than one comparison.
fn lower_bound(requirement: &str) -> Option<Vec<u64>> {
    let text = requirement.trim();
    if text.contains([',', '|', ' ', '<', '!', '*']) {
        return None;
    }
    numbers(text.trim_start_matches(['=', '^', '~', '>', 'v']))
}

/// The numbers of a version, trailing zeros left away; nothing for anything but plain releases.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let text = version.trim_start_matches('v').split('+').next()?;
    let mut numbers: Vec<u64> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some(numbers)
}

fn unasked(
    change: &ChangeSet,
    file: &FileChange,
    ecosystem: Ecosystem,
    base: &Lockfile,
    head: &Lockfile,
) -> Option<Drift> {
    if !head.has_graph {
        return None;
    }
    let before: BTreeSet<&str> = base.packages.iter().map(|it| it.name.as_str()).collect();
    // What the repository's own packages ask for stands in their manifests.
    let others = head.packages.iter().filter(|it| !it.is_own);
    let wanted: BTreeSet<&str> =
        others.flat_map(|it| it.wants.iter().filter(|name| **name != it.name)).map(String::as_str).collect();
    let mut open: BTreeMap<&str, u32> = head
        .packages
        .iter()
        .filter(|it| !it.is_own && !before.contains(it.name.as_str()) && !wanted.contains(it.name.as_str()))
        .map(|it| (it.name.as_str(), it.line))
        .collect();
    if open.is_empty() {
        return None;
    }
    forget_declared(change, ecosystem, &mut open);
    forget_foreign(change, head, &mut open);
    let line = *open.values().min()?;
    let names = open.keys().map(|name| (*name).to_owned()).collect();
    Some(drift(file.path(), Side::Head, Some(line), DriftKind::Unasked { names }))
}

/// Takes away what any manifest of the head declares, under its own or another name.
fn forget_declared(change: &ChangeSet, ecosystem: Ecosystem, open: &mut BTreeMap<&str, u32>) {
    let roles = Roles::default();
    let source = change.source();
    for path in source.paths(Side::Head) {
        if open.is_empty() {
            return;
        }
        if !dependencies::can_declare(&path, ecosystem) || is_data(roles.role(&path)) {
            continue;
        }
        let Some(Ok(bytes)) = source.entry(Side::Head, &path).map(|entry| source.read(&entry)) else { continue };
        let Some(Ok(manifest)) = dependencies::read(&path, &bytes) else { continue };
        for found in &manifest.dependencies {
            open.remove(found.name.as_str());
            found.alias.as_ref().map(|alias| open.remove(alias.as_str()));
        }
        for redirect in &manifest.redirects {
            open.remove(redirect.name.as_str());
        }
        for own in &manifest.own {
            open.remove(own.as_str());
        }
    }
}

/// Takes away what packages ask for that lie in submodules, whose manifests are not here.
fn forget_foreign(change: &ChangeSet, head: &Lockfile, open: &mut BTreeMap<&str, u32>) {
    if open.is_empty() || head.importers.is_empty() {
        return;
    }
    let path = RepoPath::from(".gitmodules");
    let Some(Ok(bytes)) = change.source().entry(Side::Head, &path).map(|entry| change.source().read(&entry)) else {
        return;
    };
    let Some(Ok(submodules)) = dependencies::read(&path, &bytes) else { return };
    let folders: Vec<&str> = submodules.dependencies.iter().filter_map(|it| it.alias.as_deref()).collect();
    let is_foreign = |importer: &str| {
        folders
            .iter()
            .any(|folder| importer.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    for (_, names) in head.importers.iter().filter(|(importer, _)| is_foreign(importer)) {
        for name in names {
            open.remove(name.as_str());
        }
    }
}

/// The same version with another checksum: what was checked before is not what is fetched now.
fn checksums(file: &FileChange, base: &Lockfile, head: &Lockfile) -> Vec<SourceChange> {
    let mut before: BTreeMap<(&str, &str), Vec<&Locked>> = BTreeMap::new();
    for it in base.packages.iter().filter(|it| !it.version.is_empty()) {
        before.entry((&it.name, &it.version)).or_default().push(it);
    }
    let mut changes = Vec::new();
    for it in &head.packages {
        let Some(checksum) = &it.checksum else { continue };
        let Some(old) = before.get(&(it.name.as_str(), it.version.as_str())) else { continue };
        let known: Vec<&str> = old.iter().filter_map(|old| old.checksum.as_deref()).collect();
        // Where a lockfile tells only which files there may be, one that is still the same vouches for the rest.
        let old_ones = || known.iter().flat_map(|old| old.split(' '));
        let is_comparable = checksum.split(' ').any(|new| old_ones().any(|old| algorithm(old) == algorithm(new)));
        if is_comparable && !checksum.split(' ').any(|new| old_ones().any(|old| old == new)) {
            changes.push(SourceChange {
                base_line: old.first().map(|old| old.line),
                before: known.first().map(|text| (*text).to_owned()),
                after: Some(checksum.clone()),
                ..SourceChange::at(file, it.line, What::Checksum(it.name.clone(), it.version.clone()))
            });
        }
    }
    changes
}

/// What tells two kinds of checksums apart: the word before it, and its length.
fn algorithm(checksum: &str) -> (&str, usize) {
    let word = checksum.find(['-', ':', '/', '=']).map_or("", |at| &checksum[..at]);
    (word, checksum.len())
}

/// Hosts that serve a whole ecosystem.
const USUAL_HOSTS: &[&str] = &[
    "registry.npmjs.org",
    "registry.yarnpkg.com",
    "npm.jsr.io",
    "github.com/rust-lang/crates.io-index",
    "index.crates.io",
    "pypi.org",
    "files.pythonhosted.org",
    "rubygems.org",
    "api.github.com",
    "pub.dev",
    "pub.dartlang.org",
];

/// A host that nothing was fetched from before, and that no manifest of the change names.
fn hosts(file: &FileChange, base: &Lockfile, head: &Lockfile, pairs: &[Pair<'_>]) -> Vec<SourceChange> {
    let known: BTreeSet<&str> = base.packages.iter().filter_map(|it| host(it.resolved.as_deref()?)).collect();
    let is_named = |host: &str| {
        pairs.iter().any(|pair| {
            let sources = pair.head.dependencies.iter().map(|it| &it.source);
            let sources = sources.chain(pair.head.redirects.iter().map(|it| &it.to)).map(super::describe);
            let mut all = sources.chain(pair.head.origins.iter().map(|it| it.url.clone()));
            all.any(|text| text.contains(host) || (host.ends_with("github.com") && text.contains("github")))
        })
    };
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for it in &head.packages {
        let Some(host) = it.resolved.as_deref().and_then(host) else { continue };
        let is_usual = USUAL_HOSTS
            .iter()
            .any(|usual| host == *usual || it.resolved.as_ref().is_some_and(|url| url.contains(usual)));
        if is_usual || known.contains(host) || is_named(host) || !seen.insert(host) {
            continue;
        }
        let old = base.packages.iter().find(|old| old.name == it.name);
        changes.push(SourceChange {
            base_line: old.map(|old| old.line),
            before: old.and_then(|old| old.resolved.clone()),
            after: it.resolved.clone(),
            ..SourceChange::at(file, it.line, What::Host(it.name.clone(), host.to_owned()))
        });
    }
    changes
}

/// The host of an address, whatever is put before it.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let rest = rest.split(['/', '?', '#']).next()?;
    Some(rest.rsplit('@').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_plain_requirements() {
        assert_eq!(lower_bound("^1.2.0"), Some(vec![1, 2]));
        assert_eq!(lower_bound(">=0.35"), Some(vec![0, 35]));
        assert_eq!(lower_bound(">=1,<2"), None);
        assert_eq!(numbers("1.0.0-beta.1"), None);
        assert!(numbers("1.10") > numbers("1.9.9"));
    }

    #[test]
    fn hosts_of_addresses() {
        assert_eq!(host("registry+https://github.com/rust-lang/crates.io-index"), Some("github.com"));
        assert_eq!(host("https://user@r.example.com/a.tgz#00"), Some("r.example.com"));
        assert_eq!(host("a@npm:1.0.0"), None);
    }
}
