//! Values assigned to a name that says they are secret.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Hit, Proof, placeholder};

static ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    super::compile(
        r#"(?i)\b([a-z0-9_.-]{0,40}(?:api[_-]?key|apikey|secret|token|passw(?:or)?d|passwd|credential|private[_-]?key|access[_-]?key|auth[_-]?key|encryption[_-]?key)[a-z0-9_.-]{0,24})["'\]]{0,2}\s{0,4}(?::=|=>|[:=])\s{0,4}["'`]?([!$-&(-+\--:<-_a-~]{16,200})"#,
    )
});

/// Parts of names whose values are public, or say something about a secret.
const PUBLIC: &[&str] = &[
    "public",
    "path",
    "file",
    "url",
    "uri",
    "endpoint",
    "name",
    "_id",
    "hash",
    "digest",
    "checksum",
    "type",
    "length",
    "count",
    "limit",
    "max_",
    "min_",
    "expire",
    "header",
    "prefix",
    "suffix",
    "format",
    "regex",
    "pattern",
    "placeholder",
    "label",
    "title",
    "tokenizer",
    "field",
    "column",
    "kind",
    "class",
    "method",
    "version",
    "usage",
    "budget",
    "dir",
    "arn",
    "ref",
    "policy",
    "keyword",
    "tokens",
];

/// Every such value of a line.
pub(super) fn find(line: &str) -> Vec<Hit> {
    ASSIGNMENT.iter().flat_map(|pattern| pattern.captures_iter(line)).filter_map(|captures| hit(&captures)).collect()
}

fn hit(captures: &Captures<'_>) -> Option<Hit> {
    let name = captures.get(1)?.as_str();
    let group = captures.get(2)?;
    let value = group.as_str();
    let lower = name.to_ascii_lowercase();
    if PUBLIC.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let has_digit = value.contains(|c: char| c.is_ascii_digit());
    let has_letter = value.contains(|c: char| c.is_ascii_alphabetic());
    let is_hexadecimal = value.chars().all(|c| c.is_ascii_hexdigit());
    let least = if is_hexadecimal { 3.0 } else { 3.5 };
    // A call, a member, a type: code, not text.
    let is_code = value.contains(['(', ')', '[', '<', '{', '|', '*', '&', '?', '!']) || value.ends_with(':');
    let is_secret =
        has_digit && has_letter && !is_code && placeholder::entropy(value) >= least && !placeholder::is_value(value);
    is_secret.then(|| Hit { what: format!("value of `{name}`").into(), range: group.range(), proof: Proof::None })
}
