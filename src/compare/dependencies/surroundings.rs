//! What the base's other manifests declare: whether a package is known in the repository.

use std::collections::{BTreeMap, BTreeSet};

use super::{Pair, is_data};
use crate::change::{ChangeSet, Roles};
use crate::facts::dependencies::{self, Dependency, Ecosystem, Source};
use crate::{RepoPath, Side};

/// More manifests than that are not looked at: what is then found is reported as new, which is the safe mistake.
const MOST_MANIFESTS: usize = 5000;

/// What the base declares, as far as anyone asked.
#[derive(Default)]
pub(super) struct Surroundings {
    declared: BTreeMap<(Ecosystem, String), Vec<Source>>,
    own: BTreeSet<String>,
    origins: BTreeSet<String>,
}

impl Surroundings {
    /// Reads the changed manifests' bases, and of the others those that could hold one of the candidates.
    pub(super) fn read(change: &ChangeSet, pairs: &[Pair<'_>], candidates: BTreeSet<(Ecosystem, String)>) -> Self {
        let mut around = Self::default();
        for pair in pairs {
            around.take(&pair.base.dependencies);
            around.own.extend(pair.base.own.iter().chain(&pair.head.own).cloned());
            around.origins.extend(pair.base.origins.iter().map(|origin| origin.url.clone()));
        }
        let open: Vec<(Ecosystem, String)> = candidates
            .into_iter()
            .filter(|key| !around.declared.contains_key(key) && !around.own.contains(&key.1))
            .collect();
        let has_origins = pairs.iter().any(|pair| pair.head.origins.iter().any(|it| !around.origins.contains(&it.url)));
        if !open.is_empty() || has_origins {
            around.look_further(change, pairs, &open);
        }
        around
    }

    fn look_further(&mut self, change: &ChangeSet, pairs: &[Pair<'_>], open: &[(Ecosystem, String)]) {
        let mut ecosystems: Vec<Ecosystem> = open.iter().map(|(ecosystem, _)| *ecosystem).collect();
        ecosystems.dedup();
        let wanted: Vec<(Ecosystem, String)> =
            open.iter().map(|(ecosystem, name)| (*ecosystem, longest_word(name))).collect();
        let origins: Vec<String> =
            pairs.iter().flat_map(|pair| &pair.head.origins).map(|origin| origin.url.to_ascii_lowercase()).collect();
        let changed: BTreeSet<&RepoPath> =
            pairs.iter().filter_map(|pair| pair.file.side(Side::Base)).map(|entry| &entry.path).collect();
        let roles = Roles::default();
        let source = change.source();
        let paths = source.paths(Side::Base);
        let manifests = paths
            .iter()
            .filter(|path| dependencies::is_manifest(path) && !changed.contains(path) && !is_data(roles.role(path)));
        for path in manifests.take(MOST_MANIFESTS) {
            let can_declare = ecosystems.iter().any(|ecosystem| dependencies::can_declare(path, *ecosystem));
            if !can_declare && origins.is_empty() {
                continue;
            }
            let Some(Ok(bytes)) = source.entry(Side::Base, path).map(|entry| source.read(&entry)) else { continue };
            let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
            let could_hold = can_declare && wanted.iter().any(|(_, word)| text.contains(word.as_str()));
            if !could_hold && !origins.iter().any(|url| text.contains(url.as_str())) {
                continue;
            }
            if let Some(Ok(manifest)) = dependencies::read(path, &bytes) {
                self.take(&manifest.dependencies);
                self.own.extend(manifest.own);
                self.origins.extend(manifest.origins.into_iter().map(|origin| origin.url));
            }
        }
    }

    fn take(&mut self, dependencies: &[Dependency]) {
        for found in dependencies {
            let key = (found.ecosystem, found.name.clone());
            let sources = self.declared.entry(key).or_default();
            if !found.inherited {
                sources.push(found.source.clone());
            }
        }
    }

    pub(super) fn declares(&self, dependency: &Dependency) -> bool {
        self.declared.contains_key(&(dependency.ecosystem, dependency.name.clone()))
    }

    /// Where the base took a package from.
    pub(super) fn sources_of(&self, dependency: &Dependency) -> &[Source] {
        self.declared.get(&(dependency.ecosystem, dependency.name.clone())).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_own(&self, name: &str) -> bool {
        self.own.contains(name)
    }

    pub(super) fn knows_origin(&self, url: &str) -> bool {
        self.origins.contains(url)
    }
}

/// The part of a name that every spelling of it has.
fn longest_word(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.max_by_key(|word| word.len()).unwrap_or_default().to_ascii_lowercase()
}
