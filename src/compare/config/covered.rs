//! Which files of the head a pattern in a setting is about: an entry that fits nothing leaves nothing out.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::RepoPath;
use crate::Side;
use crate::change::{ChangeSet, Role, Roles};

/// The head's program code and tests, listed when first asked.
pub(super) struct Covered<'a> {
    change: &'a ChangeSet,
    paths: OnceLock<Vec<RepoPath>>,
}

impl<'a> Covered<'a> {
    pub fn new(change: &'a ChangeSet) -> Self {
        Self { change, paths: OnceLock::new() }
    }

    fn paths(&self) -> &[RepoPath] {
        self.paths.get_or_init(|| {
            let roles = Roles::default();
            let mut paths = self.change.source().paths(Side::Head);
            paths.retain(|path| matches!(roles.role(path), Role::Production | Role::Test));
            paths
        })
    }

    /// Whether an entry of a list may be about some file; in doubt it is.
    ///
    /// Tools disagree about globs, so only the words between the wildcards are asked for: they have to stand in one path, in
    /// order.
    pub fn fits(&self, pattern: &str) -> bool {
        let plain = pattern.trim_start_matches('!').replace("<rootDir>", "");
        let plain = plain.trim_start_matches("./").trim_start_matches('^').trim_start_matches('/');
        // Alternatives and escapes: what stands before them is all that must be there.
        let special = plain.find(['{', '(', '|', '[', '\\', '+', '$']);
        let (text, is_whole) = special.map_or((plain, true), |at| (&plain[..at], false));
        let words: Vec<&str> =
            text.split(['*', '?']).map(|word| word.trim_matches('/')).filter(|word| !word.is_empty()).collect();
        if words.is_empty() || (!is_whole && words.iter().all(|word| word.len() < 3)) {
            return true;
        }
        let paths = self.paths();
        paths.is_empty() || paths.iter().any(|path| stand_in(&path.to_text(), &words))
    }

    /// A file that the new regular expression fits and the old one does not.
    pub fn matched_more(&self, old: Option<&str>, new: &str) -> Option<String> {
        let new = regex(new)?;
        let old = old.and_then(regex);
        let is_more = |path: &&RepoPath| {
            new.is_match(path.as_bytes()) && !old.as_ref().is_some_and(|old| old.is_match(path.as_bytes()))
        };
        self.paths().iter().find(is_more).map(RepoPath::to_text)
    }
}

fn stand_in(path: &str, words: &[&str]) -> bool {
    let mut rest = path;
    words.iter().all(|word| match rest.find(word) {
        Some(at) => {
            rest = &rest[at + word.len()..];
            true
        }
        None => false,
    })
}

/// A pattern of a repository, within bounds.
fn regex(pattern: &str) -> Option<Regex> {
    const SIZE: usize = 1 << 18;
    RegexBuilder::new(pattern).size_limit(SIZE).unicode(false).build().ok()
}
