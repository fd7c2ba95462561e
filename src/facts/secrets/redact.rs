//! Takes secrets out of text that is going to be shown.
//!
//! What has a form is recognised wherever it stands. What only its surroundings give away (a value assigned to a telling name,
//! the inner lines of a key, the start of a token that an excerpt cuts off) has to be learnt from the text it was taken from.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::gitleaks::Config;
use super::{Care, hits, is_base64, key_material, masked, placeholder, private_key_header, table};

/// Shorter pieces give nothing away, and are found by chance in other words.
const SHORTEST: usize = 8;
/// Lines that a private key has at most.
const KEY_LINES: usize = 400;
/// How excerpts say that they were cut.
const CUT: char = '…';

/// Words without which no line holds a secret.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = table::TABLE.iter().flat_map(|row| row.words.iter().copied());
    let others = ["://", "PRIVATE KEY", "key", "secret", "token", "passw", "credential"];
    AhoCorasick::builder().ascii_case_insensitive(true).build(words.chain(others)).ok()
});

fn may_hold_any(text: &str) -> bool {
    WORDS.as_ref().is_none_or(|words| words.is_match(text))
}

/// Masks secrets: those it recognises, and those it has learnt.
#[derive(Default)]
pub struct Redactor<'p> {
    values: BTreeSet<String>,
    /// The project's own rules, and the path of the text, which they ask for.
    project: Option<(&'p Config, String)>,
}

impl<'p> Redactor<'p> {
    /// One that also masks what the project's own rules find in a file of that path; in no file, under an empty one.
    pub fn of_project(project: &'p Config, path: String) -> Self {
        Self { values: BTreeSet::new(), project: Some((project, path)) }
    }

    fn of_projects_rules(&self, text: &str) -> Vec<String> {
        let Some((project, path)) = &self.project else { return Vec::new() };
        let mut values = project.values(Some(path.as_str()).filter(|path| !path.is_empty()), text);
        // The longest first: it may hold another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values
    }

    /// Remembers the secrets of a text, to know them again in pieces of it.
    pub fn learn(&mut self, text: &str) {
        let of_project = self.of_projects_rules(text);
        self.values.extend(of_project.into_iter().filter(|value| value.len() >= SHORTEST));
        if !may_hold_any(text) {
            return;
        }
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if !may_hold_any(line) {
                continue;
            }
            let found = hits(line, Care::Assignments).into_iter().map(|hit| &line[hit.range]);
            self.values.extend(found.filter(|value| value.len() >= SHORTEST).map(str::to_owned));
            if let Some((_, rest)) = private_key_header(line) {
                let below = lines.clone().take(KEY_LINES).take_while(|line| !line.contains("-----END"));
                let body: Vec<&str> = std::iter::once(rest).chain(below).collect();
                if key_material(&body.join("\n")).is_some() {
                    self.values.extend(body.iter().flat_map(|line| key_words(line)).map(str::to_owned));
                }
            }
        }
    }

    /// The text with every secret masked.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for value in self.of_projects_rules(&text) {
            text = Cow::Owned(text.replace(value.as_str(), &masked(&value)));
        }
        for value in self.values.iter().rev() {
            if text.contains(value.as_str()) {
                text = Cow::Owned(text.replace(value.as_str(), &masked(value)));
            }
            if let Some(range) = cut_off(&text, value) {
                text = Cow::Owned(without(&text, [range]));
            }
        }
        if !may_hold_any(&text) {
            return text;
        }
        let ranges: Vec<Range<usize>> = secret_ranges(&text);
        if ranges.is_empty() { text } else { Cow::Owned(without(&text, ranges)) }
    }
}

/// Where the text was cut within a value.
fn cut_off(text: &str, value: &str) -> Option<Range<usize>> {
    let at = text.rfind(CUT)?;
    let start = text[..at].char_indices().rev().take(value.len()).map(|(start, _)| start);
    let start = start.filter(|start| at - start >= SHORTEST && value.starts_with(&text[*start..at])).last()?;
    Some(start..at)
}

/// Everything secret in a text by its form.
fn secret_ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        ranges.extend(
            hits(line, Care::Assignments).into_iter().map(|hit| start + hit.range.start..start + hit.range.end),
        );
        start += line.len();
    }
    let mut rest = text;
    while let Some((_, below)) = private_key_header(rest) {
        let body = below.split("-----END").next().unwrap_or_default();
        if key_material(&body.replace("\\n", "\n")).is_some() {
            let offset = |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
            ranges.extend(key_words(body).map(|word| offset(word)..offset(word) + word.len()));
        }
        rest = below;
    }
    ranges
}

/// The words of a key's body that are worth hiding.
fn key_words(body: &str) -> impl Iterator<Item = &str> {
    body.split(|c: char| !is_base64(c)).filter(|word| word.len() >= SHORTEST && placeholder::entropy(word) >= 2.0)
}

/// The text with some ranges of it masked, which may overlap.
pub(super) fn without(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> String {
    let mut ranges: Vec<Range<usize>> = ranges.into_iter().collect();
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        if range.end <= done {
            continue;
        }
        let start = range.start.max(done);
        out.push_str(&text[done..start]);
        out.push_str(&masked(&text[start..range.end]));
        done = range.end;
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "9fK2mQx7Lw4ZtB8vRn6Yp3Hs";
    const KEY: &str = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAzAmF0ZXN0ZQAzBbmFkZQKx";

    fn redact(text: &str) -> String {
        Redactor::default().redact(text).into_owned()
    }

    #[test]
    fn harmless_text_is_left_alone_and_not_copied() {
        for text in [
            "assert total == 105.3",
            "the key `secret_name` is no secret",
            "token = make_token(user1, scopes2)",
            "api_key = os.environ[\"API_KEY_FOR_SERVICE_1\"]",
            "if text.contains(\"-----BEGIN RSA PRIVATE KEY-----\") { return Err(InvalidPrivateKeyFormat) }",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "cut off …",
        ] {
            assert!(matches!(Redactor::default().redact(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        assert_eq!(redact(&format!("a\nAPI_KEY = \"{VALUE}\"\nb")), "a\nAPI_KEY = \"9fK2…(24 characters)\"\nb");
        let two = redact(&format!("{{\"token\": \"{VALUE}\", \"password\": \"{VALUE}\"}}"));
        assert!(!two.contains(VALUE), "{two}");
        let url = redact(&format!("postgres://app:{VALUE}@db.company.io/app"));
        assert_eq!(url, "postgres://app:9fK2…(24 characters)@db.company.io/app");
    }

    #[test]
    fn keys_lose_their_body() {
        for text in [
            format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{KEY}\n{VALUE}\n-----END OPENSSH PRIVATE KEY-----"),
            format!("key = \"-----BEGIN PRIVATE KEY-----\\n{KEY}\\n{VALUE}\\n-----END PRIVATE KEY-----\\n\""),
            format!("-----BEGIN EC PRIVATE KEY----- {KEY} {VALUE} …"),
        ] {
            let shown = redact(&text);
            assert!(!shown.contains(KEY) && !shown.contains(&VALUE[4..]), "{shown}");
            assert!(shown.contains("PRIVATE KEY-----"), "{shown}");
        }
    }

    #[test]
    fn what_was_learnt_is_known_again_in_pieces() {
        let mut redactor = Redactor::default();
        redactor.learn(&format!("API_KEY = \"{VALUE}\"\n-----BEGIN PRIVATE KEY-----\n{KEY}\nAB{VALUE}\n-----END"));
        assert_eq!(redactor.redact(&format!("expected {VALUE}")), "expected 9fK2…(24 characters)");
        assert_eq!(redactor.redact(&format!("expected {}…", &VALUE[..12])), "expected …(12 characters)…");
        assert_eq!(redactor.redact("expected 9fK2…"), "expected 9fK2…", "a mask");
        assert!(!redactor.redact(&format!("-AB{VALUE}")).contains(VALUE));
        assert_eq!(redactor.redact("nothing of it"), "nothing of it");
    }

    #[test]
    fn masking_twice_changes_nothing() {
        let once = redact(&format!("API_KEY = \"{VALUE}\" postgres://app:{VALUE}@db.company.io/app"));
        assert_eq!(redact(&once), once);
    }
}
