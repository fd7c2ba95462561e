//! The list of rules tests itself: names, order, files, pages, options. Each failure says the repair.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use agentgate::rules::{ALL, Rule};

/// The sections of a page, in order.
const SECTIONS: [&str; 6] = ["What it catches", "Why it matters", "Examples", "What to do", "Options", "Limits"];
/// Files of `src/rules/` that are no rule.
const OTHERS: [&str; 3] = ["mod", "options", "test_transition"];

fn failures(check: impl Fn(&Rule) -> Vec<String>) {
    let found: Vec<String> =
        ALL.iter().flat_map(|rule| check(rule).into_iter().map(|text| format!("{}: {text}", rule.name))).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn section<'a>(page: &'a str, title: &str) -> &'a str {
    let start = page.find(&format!("## {title}\n")).map_or(page.len(), |at| at + title.len() + 4);
    let rest = &page[start..];
    // Headings inside fenced examples are the examples'.
    let mut fenced = false;
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        fenced ^= line.starts_with("```");
        if line.starts_with("## ") && !fenced {
            break;
        }
        end += line.len();
    }
    &rest[..end]
}

#[test]
fn names_are_unique_kebab_case_and_in_the_order_of_the_documentation() {
    let names: BTreeSet<&str> = ALL.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), ALL.len(), "two rules of src/rules/mod.rs have the same name: rename one");
    failures(|rule| {
        let fits = rule.name.contains('-') && rule.name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        (!fits).then(|| "write the name as two or more words, `like-this`".to_owned()).into_iter().collect()
    });
    for pair in ALL.windows(2) {
        assert!(
            pair[0].group <= pair[1].group,
            "move `{}` in ALL of src/rules/mod.rs behind the rules of {:?}: rules stand in the order of their groups",
            pair[0].name,
            pair[1].group
        );
    }
}

#[test]
fn every_file_is_a_rule_and_every_rule_has_its_file() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files: BTreeSet<String> = BTreeSet::new();
    for entry in fs::read_dir(directory).expect("the folder of rules can be read") {
        let path = entry.expect("an entry can be read").path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "rs") && !OTHERS.contains(&stem.as_str()) {
            files.insert(stem);
        }
    }
    let rules: BTreeSet<String> = ALL.iter().map(|rule| rule.name.replace('-', "_")).collect();
    let unlisted: Vec<_> = files.difference(&rules).collect();
    assert!(unlisted.is_empty(), "add a line to ALL in src/rules/mod.rs for {unlisted:?}, or name them in OTHERS here");
    let homeless: Vec<_> = rules.difference(&files).collect();
    assert!(homeless.is_empty(), "a rule lives in a file of its name: create src/rules/ {homeless:?} .rs");
}

#[test]
fn summaries_are_one_phrase() {
    failures(|rule| {
        let mut found = Vec::new();
        if rule.summary.ends_with('.') || rule.summary.is_empty() {
            found.push("write the summary as one phrase without a final full stop".to_owned());
        }
        if rule.summary.starts_with(char::is_uppercase) {
            found.push("begin the summary with a small letter".to_owned());
        }
        found.extend(
            (rule.summary.len() > 90).then(|| "shorten the summary to 90 characters: it stands in a table".to_owned()),
        );
        found
    });
}

#[test]
fn pages_have_all_sections_with_something_in_each() {
    failures(|rule| {
        let mut fenced = false;
        let headings: Vec<&str> = rule
            .page
            .lines()
            .filter(|line| {
                fenced ^= line.starts_with("```");
                !fenced
            })
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        let mut found = Vec::new();
        if headings != SECTIONS {
            found.push(format!("write the page's `##` headings as {SECTIONS:?}, they are {headings:?}"));
        }
        for title in SECTIONS {
            let is_empty = section(rule.page, title).trim().is_empty();
            found.extend(is_empty.then(|| format!("write something under `## {title}` (under Options, `None.`)")));
        }
        found
    });
}

#[test]
fn pages_have_examples_of_both_kinds() {
    failures(|rule| {
        let examples = section(rule.page, "Examples");
        let infos: Vec<Vec<&str>> =
            examples.lines().filter(|line| line.starts_with("```")).map(|line| line.split(' ').collect()).collect();
        let has = |words: &[&str]| infos.iter().any(|info| info.iter().any(|word| words.contains(word)));
        let mut found = Vec::new();
        if !has(&["blocked", "warns"]) {
            found.push("add an example that is `blocked`: see tests/cases/README.md".to_owned());
        }
        if !has(&["passes"]) {
            found.push("add an example that `passes`, near the border: see tests/cases/README.md".to_owned());
        }
        found
    });
}

#[test]
fn pages_document_exactly_the_options_there_are() {
    failures(|rule| {
        let text = section(rule.page, "Options");
        let documented: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("- `"))
            .filter_map(|line| line.split_once('`'))
            .map(|(name, _)| name)
            .collect();
        let declared: BTreeSet<&str> = rule.options.iter().map(|option| option.name).collect();
        let mut found: Vec<String> = declared
            .difference(&documented)
            .map(|name| format!("describe the option under `## Options`: - `{name}`: …"))
            .collect();
        found.extend(
            documented
                .difference(&declared)
                .map(|name| format!("declare the option `{name}` in RULE, or take it off the page")),
        );
        for option in rule.options {
            if !option.help.ends_with('.') || option.help.starts_with(char::is_lowercase) {
                found.push(format!("write the help of `{}` as a sentence", option.name));
            }
        }
        found
    });
}

#[test]
fn presets_name_every_rule() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let Ok(preset) = fs::read_to_string(directory.join("default.toml")) else { return };
    failures(|rule| {
        let is_listed = preset.lines().any(|line| line.trim_start().starts_with(&format!("{} =", rule.name)));
        (!is_listed).then(|| "give it a level in policies/default.toml".to_owned()).into_iter().collect()
    });
}
