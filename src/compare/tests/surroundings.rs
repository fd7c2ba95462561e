//! What the comparison of tests may know beside the two models.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::change::{ChangeSet, FileChange, Role};
use crate::lang::{self, Kind, Node, Role as Part};
use crate::{RepoPath, Side};

/// Larger files are not asked what they define.
const SIZE_LIMIT: usize = 2 << 20;

/// What the comparison may know beside the two models.
#[derive(Default)]
pub struct Surroundings<'c> {
    /// Head path by base path, where a file was renamed.
    pub renames: HashMap<RepoPath, RepoPath>,
    change: Option<&'c ChangeSet>,
    gone: OnceLock<HashSet<String>>,
}

impl<'c> Surroundings<'c> {
    /// What the rest of a change says.
    pub fn of(change: &'c ChangeSet) -> Self {
        let renamed = change.files.iter().filter_map(|file| match (&file.base, &file.head) {
            (Some(base), Some(head)) if base.path != head.path => Some((base.path.clone(), head.path.clone())),
            _ => None,
        });
        Self { renames: renamed.collect(), change: Some(change), gone: OnceLock::new() }
    }

    /// What production code defined before and does not any more. Read when first asked.
    ///
    /// A definition, not a word: a renamed local or a deleted comment takes nothing from a test.
    pub fn gone(&self) -> &HashSet<String> {
        self.gone.get_or_init(|| {
            let Some(change) = self.change else { return HashSet::new() };
            let names = |side| -> HashSet<String> {
                let files: Vec<&FileChange> =
                    change.files.iter().filter(|file| file.role == Role::Production).collect();
                files.par_iter().flat_map_iter(|file| definitions(change, file, side)).collect()
            };
            let (before, after) = (names(Side::Base), names(Side::Head));
            before.difference(&after).cloned().collect()
        })
    }
}

fn definitions(change: &ChangeSet, file: &FileChange, side: Side) -> HashSet<String> {
    let mut names = HashSet::new();
    let (Some(entry), Some(Ok(bytes))) = (file.side(side), change.content(file, side)) else { return names };
    if bytes.len() > SIZE_LIMIT {
        return names;
    }
    match lang::of(&entry.path).map(|language| language.parse(&bytes)) {
        Some(Ok(parsed)) => {
            define(&parsed.root, false, 0, &mut names);
            types(&bytes, &mut names);
        }
        // Without a grammar only a whole file is known to be gone.
        _ if file.head.is_none() => words(&bytes, |word| word.len() >= 5, &mut names),
        _ => {}
    }
    names
}

/// Functions and classes wherever they are, values outside of functions.
fn define(node: &Node, local: bool, depth: usize, names: &mut HashSet<String>) {
    if depth > 60 {
        return;
    }
    for child in node.nodes() {
        match child.kind {
            Kind::Function | Kind::Class if child.text.len() >= 3 => {
                names.insert(child.text.to_string());
            }
            Kind::Assign if !local => {
                let target = child.child(Part::Target).filter(|target| target.is(Kind::Name));
                names.extend(target.map(|name| name.text.to_string()));
            }
            _ => {}
        }
        let local = local || matches!(child.kind, Kind::Function | Kind::Lambda);
        define(child, local, depth + 1, names);
    }
}

/// Types by their spelling: their declarations say nothing to a test's reader and are not in the tree.
fn types(bytes: &[u8], names: &mut HashSet<String>) {
    let is_type =
        |word: &[u8]| word.len() >= 5 && word[0].is_ascii_uppercase() && word.iter().any(u8::is_ascii_lowercase);
    words(bytes, is_type, names);
}

fn words(bytes: &[u8], fits: impl Fn(&[u8]) -> bool, names: &mut HashSet<String>) {
    for word in bytes.split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')) {
        if !word.is_empty() && !word[0].is_ascii_digit() && fits(word) {
            names.insert(String::from_utf8_lossy(word).into_owned());
        }
    }
}
