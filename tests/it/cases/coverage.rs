//! What the cases show, in which languages: `tests/cases/coverage.toml` says what has to be shown, `COVERAGE.md` what is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use agentgate::rules::{self, Group};
use agentgate::{RepoPath, lang};
use serde::Deserialize;

use super::parse::{Case, Outcome};

/// The written table; no file of cases.
pub const TABLE: &str = "COVERAGE.md";
/// The languages that everything is shown in, by the names of the registry.
const LANGUAGES: [&str; 15] = [
    "python",
    "javascript",
    "typescript",
    "rust",
    "go",
    "java",
    "kotlin",
    "csharp",
    "ruby",
    "php",
    "c",
    "cpp",
    "swift",
    "scala",
    "elixir",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    evasion: Vec<Evasion>,
    refactor: Vec<Refactor>,
    #[serde(default)]
    rule: Vec<PerRule>,
}

/// A way to go green without being right: found in two languages, or a limit on a rule's page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Evasion {
    key: String,
    title: String,
    limit: Option<Limit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    rule: String,
    /// Words that stand under `## Limits` on that rule's page.
    says: String,
}

/// Honest work that must pass in every language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refactor {
    key: String,
    title: String,
    /// The rules that would speak if it were none: its cases are their silent ones.
    silences: Vec<String>,
    /// Why there is no such thing in a language.
    #[serde(default)]
    absent: BTreeMap<String, String>,
}

/// What a rule can't be shown in, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PerRule {
    name: String,
    #[serde(default)]
    absent: BTreeMap<String, String>,
}

/// A case with the file it is written in.
struct Shown {
    file: String,
    case: Case,
    languages: BTreeSet<&'static str>,
}

impl Shown {
    fn keys(&self) -> impl Iterator<Item = &str> {
        let shows = self.case.attributes.iter().filter(|(key, _)| key == "shows");
        shows.flat_map(|(_, value)| value.split(','))
    }

    /// Whether it is a case of a rule that is found, or one that it leaves alone.
    fn is_of(&self, rule: &str, is_found: bool, wanted: &Wanted) -> bool {
        let silenced = wanted.refactor.iter().any(|refactor| {
            refactor.silences.iter().any(|silent| silent == rule) && self.keys().any(|key| key == refactor.key)
        });
        self.is_found() == is_found && (self.rules().contains(rule) || silenced)
    }

    fn is_found(&self) -> bool {
        self.case.outcome != Outcome::Passes
    }

    /// The rules that it is about: its folder's, and those it names.
    fn rules(&self) -> BTreeSet<&str> {
        let folder = self.file.split(['/', '\\']).nth(2).unwrap_or_default();
        let named = self.case.expected.iter().filter_map(|expected| expected.rule.as_deref());
        named.chain(rules::find(folder).map(|rule| rule.name)).collect()
    }
}

fn shown() -> Vec<Shown> {
    let with_languages = |(place, case): (String, Case)| {
        let file = place.split(':').next().unwrap_or_default().to_owned();
        let changed = case.files.iter().filter(|file| file.base != file.head || file.from.is_some());
        let languages = changed.filter_map(|file| lang::of(&RepoPath::from(file.path.as_str())));
        let languages = languages.map(|language| if language.name == "tsx" { "typescript" } else { language.name });
        let languages = languages.collect();
        Shown { file, case, languages }
    };
    super::every().into_iter().map(with_languages).collect()
}

fn cases_directory() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn wanted() -> Wanted {
    let text = fs::read_to_string(cases_directory().join("coverage.toml")).expect("coverage.toml can be read");
    toml::from_str(&text).expect("coverage.toml is as its reader wants it")
}

/// The files of cases by language.
type ByLanguage<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn by_language<'a>(shown: &'a [Shown], fits: impl Fn(&Shown) -> bool) -> ByLanguage<'a> {
    let mut found = ByLanguage::new();
    for shown in shown.iter().filter(|shown| fits(shown)) {
        for language in &shown.languages {
            found.entry(language).or_default().insert(&shown.file);
        }
    }
    found
}

#[test]
fn every_key_that_a_case_shows_is_wanted() {
    let wanted = wanted();
    let known: BTreeSet<&str> = wanted
        .evasion
        .iter()
        .map(|evasion| evasion.key.as_str())
        .chain(wanted.refactor.iter().map(|refactor| refactor.key.as_str()))
        .collect();
    let mut problems = Vec::new();
    for shown in &shown() {
        for key in shown.keys() {
            let place = format!("{}:{}: {}", shown.file, shown.case.line, shown.case.title);
            if !known.contains(key) {
                problems.push(format!("{place}: coverage.toml knows no `{key}`"));
            }
            let refactor = wanted.refactor.iter().any(|refactor| refactor.key == key);
            if refactor == shown.is_found() {
                problems.push(format!("{place}: an evasion is found, a refactor passes"));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_evasion_is_found_in_two_languages_or_is_a_limit() {
    let shown = shown();
    let mut problems = Vec::new();
    for evasion in wanted().evasion {
        let found = by_language(&shown, |shown| shown.keys().any(|key| key == evasion.key));
        match &evasion.limit {
            Some(limit) => problems.extend(unsaid(limit).map(|problem| format!("{}: {problem}", evasion.key))),
            None if found.len() < 2 => problems.push(format!(
                "{} ({}): found in {:?}; add a case with `shows={}` in another language, or a limit",
                evasion.key,
                evasion.title,
                found.keys().collect::<Vec<_>>(),
                evasion.key
            )),
            None => {}
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// What is wrong with a limit: its page does not name it.
fn unsaid(limit: &Limit) -> Option<String> {
    let Some(rule) = rules::find(&limit.rule) else { return Some(format!("no rule is called `{}`", limit.rule)) };
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let limits = flat(rule.page.rsplit("## Limits\n").next().unwrap_or_default());
    (!limits.contains(&flat(&limit.says)))
        .then(|| format!("write under Limits on the page of `{}`: {}", limit.rule, limit.says))
}

#[test]
fn every_refactor_passes_in_every_language() {
    let shown = shown();
    let mut problems = Vec::new();
    for refactor in wanted().refactor {
        let found = by_language(&shown, |shown| shown.keys().any(|key| key == refactor.key));
        problems.extend(holes(&found, &refactor.absent, &format!("{} (`shows={}`)", refactor.title, refactor.key)));
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_rule_of_tests_is_shown_both_ways_in_every_language() {
    let shown = shown();
    let wanted = wanted();
    let nothing = BTreeMap::new();
    let mut problems = Vec::new();
    for rule in test_rules() {
        let absent = wanted.rule.iter().find(|per| per.name == rule).map_or(&nothing, |per| &per.absent);
        for is_found in [true, false] {
            let found = by_language(&shown, |shown| shown.is_of(rule, is_found, &wanted));
            let what = if is_found { "found" } else { "silent" };
            problems.extend(holes(&found, absent, &format!("{rule}, {what}")));
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// The rules that judge what tests say.
fn test_rules() -> impl Iterator<Item = &'static str> {
    // Recordings are files of their own, whatever language the test is in.
    rules::ALL.iter().filter(|rule| rule.group == Group::Tests && rule.name != "snapshot-churn").map(|rule| rule.name)
}

fn holes(found: &ByLanguage<'_>, absent: &BTreeMap<String, String>, what: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let missing = |language: &&str| !found.contains_key(*language) && !absent.contains_key(*language);
    let missing: Vec<&str> = LANGUAGES.iter().filter(|language| missing(language)).copied().collect();
    if !missing.is_empty() {
        problems.push(format!(
            "{what}: no case in {}; add it, or say under `absent` why there is none",
            missing.join(", ")
        ));
    }
    for language in absent.keys().filter(|language| !LANGUAGES.contains(&language.as_str())) {
        problems.push(format!("{what}: no language is called `{language}`"));
    }
    problems
}

/// With `INSTA_UPDATE=always` the table is written instead.
#[test]
fn the_table_of_coverage_is_current() {
    let path = cases_directory().join(TABLE);
    let table = table(&wanted(), &shown());
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        fs::write(&path, table).expect("the table can be written");
        return;
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == table, "tests/cases/{TABLE} is old: run the tests with INSTA_UPDATE=always");
}

fn table(wanted: &Wanted, shown: &[Shown]) -> String {
    let mut text = "# What the cases show\n\nWritten by a test from the cases and `coverage.toml`: \
                    `INSTA_UPDATE=always cargo test --test it coverage`.\n\n## Evasions\n\n\
                    | | what | found in | limit |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for evasion in &wanted.evasion {
        let found = by_language(shown, |shown| shown.keys().any(|key| key == evasion.key));
        let languages: Vec<&str> = found.keys().copied().collect();
        let limit = evasion.limit.as_ref().map(|limit| format!("`{}`: {}", limit.rule, limit.says)).unwrap_or_default();
        let _ = writeln!(text, "| {} | {} | {} | {limit} |", evasion.key, evasion.title, languages.join(", "));
    }
    let head = format!("| | {} |\n| --- |{}\n", LANGUAGES.join(" | "), " --- |".repeat(LANGUAGES.len()));
    let _ = write!(text, "\n## Honest work that passes\n\n`–`: there is no such thing, see `coverage.toml`.\n\n{head}");
    for refactor in &wanted.refactor {
        let found = by_language(shown, |shown| shown.keys().any(|key| key == refactor.key));
        row(&mut text, &refactor.title, |language| mark(found.contains_key(language), &refactor.absent, language));
    }
    let _ = write!(text, "\n## Rules, found and silent\n\n{head}");
    let nothing = BTreeMap::new();
    for rule in test_rules() {
        let absent = wanted.rule.iter().find(|per| per.name == rule).map_or(&nothing, |per| &per.absent);
        let both = [true, false].map(|is_found| by_language(shown, |shown| shown.is_of(rule, is_found, wanted)));
        row(&mut text, rule, |language| mark(both.iter().all(|found| found.contains_key(language)), absent, language));
    }
    text
}

fn row(text: &mut String, title: &str, cell: impl Fn(&str) -> &'static str) {
    let cells: Vec<&str> = LANGUAGES.iter().map(|language| cell(language)).collect();
    let _ = writeln!(text, "| {title} | {} |", cells.join(" | "));
}

fn mark(found: bool, absent: &BTreeMap<String, String>, language: &str) -> &'static str {
    match (found, absent.contains_key(language)) {
        (true, _) => "x",
        (false, true) => "–",
        (false, false) => "",
    }
}
