//! Every table of settings has cases, and none of them finds anything the other way round.

use std::collections::BTreeSet;

use agentgate::RepoPath;
use agentgate::change::{ChangeSet, Memory, Roles};
use agentgate::compare::config;
use agentgate::facts::config as settings;

use super::parse::Case;

const FOLDERS: [&str; 2] = ["tests/cases/weakened-config/", "tests/cases/suppressed-lint/"];

fn cases() -> Vec<(String, Case)> {
    let all = super::every().into_iter();
    all.filter(|(title, _)| FOLDERS.iter().any(|folder| title.starts_with(folder))).collect()
}

/// The change of a case, undone.
fn undone(case: &Case) -> ChangeSet {
    let mut memory = Memory::default();
    for file in &case.files {
        let from = file.from.as_ref().unwrap_or(&file.path).as_str();
        let bytes = |text: &str| text.as_bytes().into();
        memory.head.extend(file.base.as_deref().map(|text| (RepoPath::from(from), bytes(text))));
        memory.base.extend(file.head.as_deref().map(|text| (RepoPath::from(file.path.as_str()), bytes(text))));
    }
    memory.into_change_set(&Roles::default())
}

#[test]
fn every_table_of_settings_has_a_case_that_is_found() {
    let mut found: BTreeSet<(&str, String)> = BTreeSet::new();
    for (_, case) in cases() {
        for weakened in config::weakened(&super::change(&case)) {
            found.insert((weakened.tool, weakened.path.to_text()));
        }
    }
    let fits = |pattern: &String, path: &str| {
        let pattern = pattern.split('#').next().unwrap_or(pattern);
        let name = path.rsplit('/').next().unwrap_or(path);
        settings::is_like(if pattern.contains('/') { path } else { name }, pattern)
    };
    let missing: Vec<String> = settings::tools()
        .filter(|(name, files)| {
            !found.iter().any(|(tool, path)| tool == name && files.iter().any(|pattern| fits(pattern, path)))
        })
        .map(|(name, files)| format!("{name} in {}", files.join(", ")))
        .collect();
    assert!(
        missing.is_empty(),
        "no case in tests/cases/weakened-config/ finds a weaker setting of\n  {}",
        missing.join("\n  ")
    );
}

#[test]
fn what_is_found_one_way_is_silent_the_other_way() {
    let mut loud = Vec::new();
    for (title, case) in cases().iter().filter(|(title, _)| title.contains("weakened-config/tools.md")) {
        let there = config::weakened(&super::change(case));
        let back: Vec<String> = config::weakened(&undone(case)).into_iter().map(|it| it.what).collect();
        if there.is_empty() || !back.is_empty() {
            loud.push(format!("{title}: {} there, back {back:?}", there.len()));
        }
    }
    assert!(loud.is_empty(), "{}", loud.join("\n"));
}
