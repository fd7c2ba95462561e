//! Tests in languages that no grammar here reads: which lines test, skip and check, by words.
//!
//! Comments and strings are blanked first. What is found says no more than that a word stands there; whoever reports it says so.

use std::sync::LazyLock;

use serde::Deserialize;

use super::lexical;
use crate::RepoPath;

/// A language's words, as `lines.toml` has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    pub name: String,
    reads: Vec<String>,
    tests: Vec<String>,
    skips: Vec<String>,
    checks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    language: Vec<Language>,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(table!("facts/lines")).expect("lines.toml is as its reader wants it"));

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Says {
    Test,
    Skip,
    Check,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub says: Says,
    pub number: u32,
    /// The line as it is written, without what stands around it.
    pub text: String,
}

/// The language of a file that is read by lines.
pub fn of(path: &RepoPath) -> Option<&'static Language> {
    let extension = path.extension()?;
    TABLE.language.iter().find(|language| language.reads.iter().any(|read| read.as_bytes() == extension))
}

/// The lines of a text that say something; one that skips says no more.
pub fn read(path: &RepoPath, text: &str, language: &Language) -> Vec<Line> {
    let spans = lexical::syntax(path).map(|syntax| lexical::spans(text, syntax)).unwrap_or_default();
    let mut found = Vec::new();
    let mut start = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let range = start..start + line.len();
        start = range.end;
        let code = lexical::masked(text, range, &spans, None);
        let has = |words: &[String]| words.iter().any(|word| stands(&code, word));
        let says = if has(&language.skips) {
            Says::Skip
        } else if has(&language.checks) {
            Says::Check
        } else if has(&language.tests) {
            Says::Test
        } else {
            continue;
        };
        found.push(Line { says, number, text: line.trim().to_owned() });
    }
    found
}

/// Whether a word stands in a line, not as a part of a longer one.
fn stands(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let apart = |outer: Option<char>, inner: Option<char>| !(outer.is_some_and(is_part) && inner.is_some_and(is_part));
    // A word that ends with `_` is the beginning of many.
    let open = word.ends_with('_');
    line.match_indices(word).any(|(at, _)| {
        apart(line[..at].chars().next_back(), word.chars().next())
            && (open || apart(line[at + word.len()..].chars().next(), word.chars().next_back()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_apart_and_comments_say_nothing() {
        let path = RepoPath::from("test/a_test.dart");
        let language = of(&path).expect("Dart is read by lines");
        let text = "test('adds', () {\n  // expect(a, 1);\n  unexpect(a);\n  expect(total(), 3);\n}, skip: true);\n";
        let says: Vec<(u32, Says)> =
            read(&path, text, language).into_iter().map(|line| (line.number, line.says)).collect();
        assert_eq!(says, [(1, Says::Test), (4, Says::Check), (5, Says::Skip)]);
    }

    #[test]
    fn no_language_with_a_grammar_is_read_by_lines() {
        for language in &TABLE.language {
            for extension in &language.reads {
                let path = RepoPath::from(format!("a.{extension}").as_str());
                assert!(crate::lang::of(&path).is_none(), "{} has a grammar", language.name);
            }
        }
    }
}
