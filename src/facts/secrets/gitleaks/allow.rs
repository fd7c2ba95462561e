//! What a configuration says is no leak.

use super::Lazy;

/// An allowance, for everything or for some rules.
#[derive(Debug, Default)]
pub(super) struct Allow {
    /// Only for these rules; for all where empty.
    pub rules: Vec<String>,
    /// Whether all that is named must fit, not any of it.
    pub needs_all: bool,
    pub paths: Vec<Lazy>,
    pub patterns: Vec<Lazy>,
    pub target: Target,
    /// In lower case.
    pub stopwords: Vec<String>,
    /// Commits are named, which a change as a whole has not.
    pub names_commits: bool,
}

/// What the patterns of an allowance are held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Target {
    #[default]
    Secret,
    Match,
    Line,
}

/// What a rule found.
pub(super) struct Found<'a> {
    pub path: Option<&'a str>,
    pub secret: &'a str,
    pub matched: &'a str,
    pub line: &'a str,
}

impl Allow {
    pub(super) fn patterns(&self) -> impl Iterator<Item = &Lazy> {
        self.paths.iter().chain(&self.patterns)
    }

    pub(super) fn covers(&self, found: &Found<'_>) -> bool {
        let target = match self.target {
            Target::Secret => found.secret,
            Target::Match => found.matched,
            Target::Line => found.line,
        };
        let in_path =
            || found.path.is_some_and(|path| self.paths.iter().any(|pattern| pattern.is_match(path.as_bytes())));
        let by_pattern = || self.patterns.iter().any(|pattern| pattern.is_match(target.as_bytes()));
        let by_word = || {
            let lower = found.secret.to_ascii_lowercase();
            self.stopwords.iter().any(|word| lower.contains(word.as_str()))
        };
        if self.needs_all {
            let is_empty = self.paths.is_empty() && self.patterns.is_empty() && self.stopwords.is_empty();
            return !is_empty
                && !self.names_commits
                && (self.paths.is_empty() || in_path())
                && (self.patterns.is_empty() || by_pattern())
                && (self.stopwords.is_empty() || by_word());
        }
        in_path() || by_pattern() || by_word()
    }
}
