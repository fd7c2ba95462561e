//! What the head depends on that the base did not, and what it now takes from elsewhere.
//!
//! The whole repository counts: a package that any manifest of the base declares is known, wherever the branch mentions it
//! next. Only manifests that could say so are read, and only once a branch adds something.

mod locks;
mod look_alike;
mod sources;
mod surroundings;

pub use locks::{Drift, DriftKind};
pub(crate) use sources::describe;
pub use sources::{SourceChange, What};

use std::collections::BTreeSet;

use crate::change::{ChangeSet, FileChange, Role};
use crate::facts::dependencies::{self, Dependency, Ecosystem, Kind, Manifest, Source};
use crate::{RepoPath, Side};
use surroundings::Surroundings;

/// How the declared dependencies differ.
#[derive(Default)]
pub struct DependencyDiff {
    /// Mentions that are new to their manifest, by path and line.
    pub mentions: Vec<Mention>,
    pub sources: Vec<SourceChange>,
    /// Lockfiles that do not say what their manifests ask for.
    pub drifts: Vec<Drift>,
}

/// A dependency that its manifest did not declare before.
pub struct Mention {
    pub path: RepoPath,
    pub dependency: Dependency,
    /// Some manifest of the base declares the package already.
    pub is_known: bool,
    /// The version stands in another manifest, which is new too: that one tells the story.
    pub is_echo: bool,
    /// A dependency of the same manifest whose name reads nearly alike.
    pub look_alike: Option<String>,
}

/// A changed manifest with what its sides declare.
struct Pair<'a> {
    file: &'a FileChange,
    base: Manifest,
    head: Manifest,
}

/// Compares the manifests that the branch changes.
pub fn compare(change: &ChangeSet) -> DependencyDiff {
    let mut diff = DependencyDiff::default();
    let pairs: Vec<Pair<'_>> = change.files.iter().filter_map(|file| pair(change, file)).collect();
    let mut mentions: Vec<Mention> = pairs.iter().flat_map(mentions_of).collect();
    let candidates: BTreeSet<(Ecosystem, String)> =
        mentions.iter().map(|it| (it.dependency.ecosystem, it.dependency.name.clone())).collect();
    let around = Surroundings::read(change, &pairs, candidates);
    mentions.retain(|it| !is_own(it, &around));
    for mention in &mut mentions {
        mention.is_known = around.declares(&mention.dependency);
    }
    mark_echoes(&mut mentions);
    let locks = locks::compare(change, &pairs);
    diff.sources = sources::compare(&pairs, &around);
    diff.sources.extend(locks.sources);
    diff.drifts = locks.drifts;
    diff.mentions = mentions;
    diff
}

fn pair<'a>(change: &ChangeSet, file: &'a FileChange) -> Option<Pair<'a>> {
    if is_data(file.role) {
        return None;
    }
    let side = |side: Side| -> Option<Manifest> {
        let path = &file.side(side)?.path;
        if !dependencies::is_manifest(path) {
            return None;
        }
        let bytes = change.content(file, side)?.ok()?;
        // What can't be read is for `unreadable-change` to say.
        dependencies::read(path, &bytes)?.ok()
    };
    let (base, head) = (side(Side::Base), side(Side::Head));
    if base.is_none() && head.is_none() {
        return None;
    }
    Some(Pair { file, base: base.unwrap_or_default(), head: head.unwrap_or_default() })
}

/// Manifests that tests read declare nothing.
fn is_data(role: Role) -> bool {
    matches!(role, Role::TestData | Role::Snapshot)
}

fn mentions_of<'p>(pair: &'p Pair<'_>) -> impl Iterator<Item = Mention> + use<'p> {
    let before: BTreeSet<_> = pair.base.dependencies.iter().map(Dependency::key).collect();
    let mut seen = BTreeSet::new();
    // A package that is wanted twice (as peer and for development) is one.
    let added = pair.head.dependencies.iter().filter(move |it| {
        !before.contains(&it.key()) && !sources::is_moved_submodule(it, &pair.base) && seen.insert(it.key())
    });
    added.map(|dependency| Mention {
        path: pair.file.path().clone(),
        look_alike: look_alike::of(dependency, &pair.base),
        dependency: dependency.clone(),
        is_known: false,
        is_echo: false,
    })
}

/// Whether it is a package of this repository.
fn is_own(mention: &Mention, around: &Surroundings) -> bool {
    match &mention.dependency.source {
        Source::Workspace => true,
        Source::Path(path) => !leaves_repository(&mention.path, path),
        _ => around.is_own(&mention.dependency.name),
    }
}

/// Whether a path that a manifest names leads out of the repository.
fn leaves_repository(manifest: &RepoPath, path: &str) -> bool {
    if path.starts_with('/') || path.starts_with('~') {
        return true;
    }
    let text = manifest.to_text();
    let mut depth = text.split('/').count() as isize - 1;
    path.split(['/', '\\']).any(|part| {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth < 0
    })
}

/// A member's mention of what a central manifest declares is no second finding.
fn mark_echoes(mentions: &mut [Mention]) {
    let is_definition = |it: &Mention| !it.dependency.inherited;
    let defined: BTreeSet<(Ecosystem, String)> = mentions
        .iter()
        .filter(|it| is_definition(it))
        .map(|it| (it.dependency.ecosystem, it.dependency.name.clone()))
        .collect();
    let mut first = BTreeSet::new();
    for mention in mentions.iter_mut().filter(|it| it.dependency.inherited) {
        let key = (mention.dependency.ecosystem, mention.dependency.name.clone());
        mention.is_echo = defined.contains(&key) || !first.insert(key);
    }
}

impl Mention {
    /// Whether nobody in the repository declared it before, and this is where it is said first.
    pub fn is_new(&self) -> bool {
        !self.is_known && !self.is_echo
    }

    /// What the message calls it: `dev dependency`, `action`.
    pub fn noun(&self) -> String {
        match self.dependency.kind {
            kind @ (Kind::Action | Kind::Plugin | Kind::Tool | Kind::Submodule) => kind.name().to_owned(),
            Kind::Image => "container image".to_owned(),
            Kind::Hook => "hook repository".to_owned(),
            kind => format!("{} dependency", kind.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_repository() {
        let leaves = |manifest: &str, path: &str| leaves_repository(&manifest.into(), path);
        assert!(!leaves("a/Cargo.toml", "../b"));
        assert!(!leaves("Cargo.toml", "crates/x"));
        assert!(leaves("a/Cargo.toml", "../../b"));
        assert!(leaves("Cargo.toml", "/opt/x"));
        assert!(!leaves("a/b/package.json", "../../c/../d"));
    }
}
