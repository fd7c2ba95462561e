//! A project's own gitleaks configuration: rules that are searched for beside ours, and what the project says is no leak.
//!
//! Read from the base side, as every word on what is excused. The rules that gitleaks itself ships with (`useDefault`) are not
//! here: our own table stands in for them. Patterns are of Go's regular expressions, which run in linear time as those here
//! do; what is beyond a limit or can't be read is a [`Problem`], so that nobody takes a rule for one that runs.

mod allow;
mod read;

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use sha2::{Digest, Sha256};

use super::{Candidate, Proof, Secret, masked, placeholder, redact};
use allow::{Allow, Found};

/// What gitleaks calls its file.
pub const FILE: &str = ".gitleaks.toml";

/// The comment by which a line excuses itself.
pub const EXCUSE: &str = "gitleaks:allow";

/// A compiled pattern may be that large; the largest of gitleaks' own are a tenth of it.
const LARGEST_PATTERN: usize = 1 << 20;
/// Texts beyond that are searched up to it.
const LONGEST_TEXT: usize = 1 << 20;

/// What a configuration says.
#[derive(Debug, Default)]
pub struct Config {
    path: String,
    rules: Vec<Rule>,
    allows: Vec<Allow>,
    problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub line: Option<u32>,
    /// ``rule `x`: its pattern is no regular expression``
    pub what: String,
}

#[derive(Debug)]
struct Rule {
    id: String,
    pattern: Option<Lazy>,
    group: usize,
    entropy: Option<f64>,
    path: Option<Lazy>,
    /// In lower case.
    keywords: Vec<String>,
    allows: Vec<Allow>,
}

/// A pattern, compiled when first needed.
#[derive(Debug)]
struct Lazy {
    text: String,
    /// How many groups it has, the whole not counted.
    groups: usize,
    compiled: OnceLock<Option<Regex>>,
}

impl Lazy {
    fn new(text: &str, groups: usize) -> Self {
        Self { text: text.to_owned(), groups, compiled: OnceLock::new() }
    }

    fn get(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.text)).as_ref()
    }

    fn is_match(&self, text: &[u8]) -> bool {
        self.get().is_some_and(|pattern| pattern.is_match(text))
    }

    /// Whether it was needed and could not be had.
    fn has_failed(&self) -> bool {
        matches!(self.compiled.get(), Some(None))
    }
}

/// How many groups a pattern has; nothing where it can't be read.
fn groups(text: &str) -> Option<usize> {
    let parse = |unicode| ParserBuilder::new().unicode(unicode).utf8(false).build().parse(text).ok();
    Some(parse(false).or_else(|| parse(true))?.properties().explicit_captures_len())
}

/// Go's classes are of ASCII; only where a pattern asks for more are they of Unicode.
fn compile(text: &str) -> Option<Regex> {
    let build = |unicode| {
        RegexBuilder::new(text).unicode(unicode).size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN).build()
    };
    build(false).or_else(|_| build(true)).ok()
}

impl Config {
    /// What could not be read, and which patterns that were needed are beyond what is searched for.
    pub fn problems(&self) -> Vec<Problem> {
        let patterns = self.rules.iter().flat_map(|rule| {
            let own = rule.pattern.iter().chain(&rule.path).chain(rule.allows.iter().flat_map(Allow::patterns));
            own.map(|pattern| (format!("rule `{}`", rule.id), pattern))
        });
        let general = self.allows.iter().flat_map(Allow::patterns).map(|pattern| ("the allowlist".to_owned(), pattern));
        let failed = patterns.chain(general).filter(|(_, pattern)| pattern.has_failed()).map(|(of, _)| Problem {
            path: self.path.clone(),
            line: None,
            what: format!("{of}: a pattern beyond the size that is searched for"),
        });
        self.problems.iter().cloned().chain(failed).collect()
    }

    /// The secrets that the project's rules find in a text, of a file or of none.
    pub fn find(&self, path: Option<&str>, text: &str) -> Vec<Secret> {
        let mut found: Vec<Secret> = self.hits(path, text).iter().map(Hit::shown).collect();
        found.sort_by_key(|secret: &Secret| secret.line);
        found
    }

    /// The same as they stand there, for whoever takes them out.
    pub fn values(&self, path: Option<&str>, text: &str) -> Vec<String> {
        self.hits(path, text).into_iter().map(|hit| hit.secret).collect()
    }

    fn hits(&self, path: Option<&str>, text: &str) -> Vec<Hit<'_>> {
        let text = text.get(..LONGEST_TEXT).unwrap_or(text);
        let lower = text.to_ascii_lowercase();
        let mut found = Vec::new();
        for rule in &self.rules {
            let Some(pattern) = &rule.pattern else { continue };
            let is_elsewhere =
                rule.path.as_ref().is_some_and(|wanted| !path.is_some_and(|it| wanted.is_match(it.as_bytes())));
            let has_keyword =
                rule.keywords.is_empty() || rule.keywords.iter().any(|word| lower.contains(word.as_str()));
            if is_elsewhere || !has_keyword {
                continue;
            }
            let hits = pattern.get().into_iter().flat_map(|pattern| pattern.captures_iter(text.as_bytes()));
            found.extend(hits.filter_map(|captures| self.hit(rule, path, text, &captures)));
        }
        found
    }

    /// The rule, if any, by which a file of this path should not be there, whatever it holds.
    pub fn forbids(&self, path: &str) -> Option<&str> {
        let rule = self.rules.iter().find(|rule| {
            rule.pattern.is_none() && rule.path.as_ref().is_some_and(|wanted| wanted.is_match(path.as_bytes()))
        })?;
        let found = Found { path: Some(path), secret: "", matched: "", line: "" };
        let is_allowed = rule.allows.iter().chain(self.allows_for(&rule.id)).any(|allow| allow.covers(&found));
        (!is_allowed).then_some(rule.id.as_str())
    }

    /// Whether the project says that something our own rules would find is no leak.
    pub fn allows(&self, path: Option<&str>, candidate: &Candidate<'_>) -> bool {
        let found = Found { path, secret: candidate.value, matched: candidate.value, line: candidate.line };
        let general = self.allows.iter().filter(|allow| allow.rules.is_empty());
        general.chain(self.of_shipped(candidate.what)).any(|allow| allow.covers(&found))
    }

    fn allows_for<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Allow> {
        self.allows.iter().filter(move |allow| allow.rules.is_empty() || allow.rules.iter().any(|rule| rule == id))
    }

    /// Allowances for rules that gitleaks ships, of which only the name is here.
    fn of_shipped<'a>(&'a self, what: &'a str) -> impl Iterator<Item = &'a Allow> {
        let lower = what.to_ascii_lowercase();
        let means = move |id: &str| match id {
            "generic-api-key" => lower.starts_with("value of"),
            "jwt" => lower == "json web token",
            "private-key" => lower == "private key",
            id => id.split('-').next().is_some_and(|issuer| lower.split(' ').any(|word| word == issuer)),
        };
        let of_rules = {
            let means = means.clone();
            self.rules.iter().filter(move |rule| rule.pattern.is_none() && rule.path.is_none() && means(&rule.id))
        };
        let targeted = self.allows.iter().filter(move |allow| allow.rules.iter().any(|id| means(id)));
        of_rules.flat_map(|rule| &rule.allows).chain(targeted)
    }

    fn hit<'c>(
        &self,
        rule: &'c Rule,
        path: Option<&str>,
        text: &str,
        captures: &regex::bytes::Captures<'_>,
    ) -> Option<Hit<'c>> {
        let whole = captures.get(0)?;
        let group = if rule.group > 0 {
            captures.get(rule.group)?
        } else {
            captures.iter().skip(1).flatten().find(|group| !group.is_empty()).unwrap_or(whole)
        };
        let line_start =
            text.as_bytes()[..whole.start()].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line_end = text.as_bytes()[group.start()..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(text.len(), |at| group.start() + at);
        let as_text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (secret, matched) = (as_text(group.as_bytes()), as_text(whole.as_bytes()));
        let line = as_text(&text.as_bytes()[line_start..line_end.max(line_start)]);
        if secret.trim().is_empty() || rule.entropy.is_some_and(|least| placeholder::entropy(&secret) <= least) {
            return None;
        }
        let found = Found { path, secret: &secret, matched: &matched, line: &line };
        if rule.allows.iter().chain(self.allows_for(&rule.id)).any(|allow| allow.covers(&found)) {
            return None;
        }
        let number = text.as_bytes()[..group.start()].iter().filter(|byte| **byte == b'\n').count() + 1;
        Some(Hit { rule: &rule.id, secret, line, number: u32::try_from(number).unwrap_or(u32::MAX) })
    }
}

/// What a rule found, unmasked.
struct Hit<'c> {
    rule: &'c str,
    secret: String,
    /// The lines it stands on.
    line: String,
    number: u32,
}

impl Hit<'_> {
    fn shown(&self) -> Secret {
        let Self { rule, secret, line, number } = self;
        // On one line the secret can be shown in its surroundings; over several it is only named.
        let shown = line
            .find(secret)
            .map_or_else(|| masked(secret), |at| redact::without(line, std::iter::once(at..at + secret.len())));
        Secret {
            what: format!("`{rule}` of the project's gitleaks rules"),
            line: *number,
            proof: if line.contains(EXCUSE) { Proof::None } else { Proof::Form },
            mask: masked(secret),
            shown: shown.trim().chars().take(200).collect(),
            digest: Sha256::digest(secret.as_bytes()).into(),
        }
    }
}

#[cfg(test)]
mod tests;
