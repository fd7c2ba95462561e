//! The checklist of evasions: every item has cases in two systems, or is proved elsewhere, or is named on a page.
//!
//! A case belongs to an item when its heading begins with it: `## E55: …`.

use std::collections::BTreeMap;

use agentgate::rules;

use super::parse::Outcome;

/// Items that need a repository, with the tests that make one.
const TESTED: &[(&str, &str, &str)] = &[
    ("I96", include_str!("../push.rs"), "fn from_a_linked_worktree("),
    ("I96", include_str!("../git.rs"), "fn a_leaked_git_dir_moves_nobody_who_named_a_repository("),
    ("I97", include_str!("../push.rs"), "fn a_program_that_is_gone_fails_closed("),
    ("I97", include_str!("../installer.rs"), "fn what_somebody_else_put_there_stays("),
    ("I98", include_str!("../git.rs"), "fn a_shallow_clone_that_cannot_know_its_base_says_how_to_mend_it("),
    (
        "I98",
        include_str!("../push.rs"),
        "fn a_shallow_clone_that_cannot_tell_where_the_branch_started_says_how_to_mend_it(",
    ),
];

/// Items that are known misses, with the rule whose page says so and its words.
const NAMED: &[(&str, &str, &str)] = &[
    ("E60", "weakened-ci", "ends its own process with success"),
    ("I92", "deleted-test", "two branches"),
    ("I100", "deleted-test", "generated or foreign code"),
];

fn items() -> Vec<String> {
    let numbered =
        |letter: char, numbers: std::ops::RangeInclusive<u32>| numbers.map(move |number| format!("{letter}{number}"));
    numbered('E', 54..=67).chain(numbered('F', 73..=74)).chain(numbered('I', 88..=100)).collect()
}

#[test]
fn every_item_is_found_in_two_systems_or_named() {
    let mut cases: BTreeMap<String, usize> = BTreeMap::new();
    for (_, case) in super::every() {
        if let Some((item, _)) = case.title.split_once(':')
            && matches!(case.outcome, Outcome::Blocked | Outcome::Warns)
        {
            *cases.entry(item.to_owned()).or_default() += 1;
        }
    }
    for (item, source, test) in TESTED {
        assert!(source.contains(test), "{item}: the test `{test}` is gone");
        *cases.entry((*item).to_owned()).or_default() += 1;
    }
    for (item, rule, words) in NAMED {
        let page = rules::find(rule).expect("a rule").page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(words), "{item}: the page of {rule} does not say `{words}`");
        *cases.entry((*item).to_owned()).or_default() += 2;
    }
    let missing: Vec<String> = items().into_iter().filter(|item| cases.get(item).copied().unwrap_or(0) < 2).collect();
    assert!(missing.is_empty(), "no two cases have a heading that begins with {}", missing.join(", "));
}
