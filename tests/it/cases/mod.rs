//! Runs the Markdown cases of `tests/cases/` and the examples on the rules' pages. See `tests/cases/README.md`.

mod coverage;
mod evasions;
mod parse;
mod records;
mod run;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};

use agentgate::change::{ChangeSet, Roles};
use agentgate::rules;
pub use parse::Case;
use rayon::prelude::*;

/// `AGENTGATE_CASES=TEXT`: only cases whose `file:line: title` contains the text.
const FILTER: &str = "AGENTGATE_CASES";
/// `AGENTGATE_CASES_SHOW=1`: print what every selected case gave, as `!` lines to paste.
const SHOW: &str = "AGENTGATE_CASES_SHOW";

#[test]
fn markdown_cases() {
    let sets = sets().into_iter().map(|(name, text)| {
        let directory = name.split(['/', '\\']).nth(2).unwrap_or_default();
        let rule = rules::find(directory).map(|rule| rule.name);
        (name, rule, text)
    });
    report(sets.collect());
}

/// Every case of `tests/cases/` with its place, whatever is expected of it.
pub fn every() -> Vec<(String, Case)> {
    let read = |(name, text): (String, String)| {
        let cases = parse::cases(&text).expect("a case file is well-formed");
        cases.into_iter().map(move |case| (format!("{name}:{}: {}", case.line, case.title), case)).collect::<Vec<_>>()
    };
    sets().into_iter().flat_map(read).collect()
}

/// The change of a case.
pub fn change(case: &Case) -> ChangeSet {
    run::change(case, &Roles::default())
}

/// The files of cases by their path in the repository, with their text.
fn sets() -> Vec<(String, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files = Vec::new();
    collect(&top, &mut files);
    files.sort();
    files.retain(|path| path.file_name().is_some_and(|name| name != "README.md" && name != coverage::TABLE));
    let named = |path: PathBuf| {
        let name = path.strip_prefix(&top).unwrap_or(&path).display().to_string();
        (format!("tests/cases/{name}"), fs::read_to_string(&path).expect("a case file is UTF-8"))
    };
    files.into_iter().map(named).collect()
}

#[test]
fn examples_on_pages() {
    let sets = rules::ALL
        .iter()
        .map(|rule| (format!("page of {}", rule.name), Some(rule.name), rule.page.to_owned()))
        .collect();
    report(sets);
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("the folder of cases can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}

/// Runs all cases of (name, the rule it is about, text) and fails with everything that differs.
fn report(sets: Vec<(String, Option<&'static str>, String)>) {
    let filter = std::env::var(FILTER).unwrap_or_default();
    let show = std::env::var_os(SHOW).is_some();
    let mut problems = Vec::new();
    let mut cases: Vec<(String, Option<&'static str>, Case)> = Vec::new();
    for (name, rule, text) in sets {
        match parse::cases(&text) {
            Ok(found) => {
                cases.extend(
                    found.into_iter().map(|case| (format!("{name}:{}: {}", case.line, case.title), rule, case)),
                );
            }
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    cases.retain(|(title, ..)| title.contains(&filter));
    let results: Vec<(Option<String>, String)> =
        cases.par_iter().map(|(title, rule, case)| run::case(title, *rule, case)).collect();
    for (problem, shown) in results {
        if show {
            println!("{shown}");
        }
        problems.extend(problem);
    }
    let (bad, all) = (problems.len(), cases.len());
    assert!(problems.is_empty(), "{bad} of {all} cases differ\n\n{}\n", problems.join("\n\n"));
}
