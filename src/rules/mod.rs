//! The rules: one file each, one line each in [`ALL`].
//!
//! A rule is a pure function from [`Context`] to findings. Its file holds its name, its page and its judgement; the page
//! feeds `agentgate explain RULE`, `agentgate rules`, the README's table and SARIF's help. A rule that wants to look for a
//! keyword lacks a fact: add the fact under `facts`, not a search here.

mod added_retry;
mod assertion_free_test;
mod branch_name;
mod changed_dependency_source;
mod changed_expectation;
mod contract_change;
mod deleted_test;
mod diff_too_large;
mod focused_test;
mod forbidden_path;
mod hidden_unicode;
pub(crate) mod leaked_secret;
mod leftover_marker;
mod lockfile_drift;
mod loosened_assertion;
mod missing_evidence;
mod missing_test;
mod new_dependency;
mod options;
mod out_of_scope_change;
mod out_of_scope_path;
mod patched_subject;
mod permission_exceeded;
mod personal_data;
mod policy_tampering;
mod protected_branch;
mod raised_timeout;
mod removed_assertion;
mod scanner_finding;
mod schema_migration;
mod skipped_test;
mod snapshot_churn;
mod stale_base;
mod suppressed_lint;
mod test_transition;
mod understated_risk;
mod unmapped_criterion;
mod unreadable_change;
mod unverified_evidence;
mod weakened_ci;
mod weakened_config;

pub use options::{OptionKind, OptionSpec, Options, Value};
pub use stale_base::COUNTED_BEYOND;

use crate::Context;
use crate::verdict::Finding;

/// Every rule, in the order of the documentation.
pub static ALL: &[&Rule] = &[
    &forbidden_path::RULE,
    &out_of_scope_path::RULE,
    &out_of_scope_change::RULE,
    &diff_too_large::RULE,
    &policy_tampering::RULE,
    &branch_name::RULE,
    &stale_base::RULE,
    &protected_branch::RULE,
    &permission_exceeded::RULE,
    &skipped_test::RULE,
    &focused_test::RULE,
    &deleted_test::RULE,
    &removed_assertion::RULE,
    &loosened_assertion::RULE,
    &changed_expectation::RULE,
    &assertion_free_test::RULE,
    &raised_timeout::RULE,
    &added_retry::RULE,
    &patched_subject::RULE,
    &missing_test::RULE,
    &snapshot_churn::RULE,
    &suppressed_lint::RULE,
    &weakened_config::RULE,
    &weakened_ci::RULE,
    &new_dependency::RULE,
    &changed_dependency_source::RULE,
    &lockfile_drift::RULE,
    &contract_change::RULE,
    &schema_migration::RULE,
    &leaked_secret::RULE,
    &personal_data::RULE,
    &leftover_marker::RULE,
    &hidden_unicode::RULE,
    &scanner_finding::RULE,
    &unreadable_change::RULE,
    &missing_evidence::RULE,
    &unmapped_criterion::RULE,
    &unverified_evidence::RULE,
    &understated_risk::RULE,
];

/// A rule's metadata beside its judgement.
pub struct Rule {
    /// Kebab-case, named after the bad pattern; part of the contract.
    pub name: &'static str,
    pub group: Group,
    /// What it catches, one phrase.
    pub summary: &'static str,
    /// Markdown: What it catches, Why it matters, Examples, What to do, Options, Limits. Examples run as tests.
    pub page: &'static str,
    /// What a policy may set besides the level and the path filters every rule has.
    pub options: &'static [OptionSpec],
    pub check: fn(&Context<'_>) -> Vec<Finding>,
}

/// Sections of requirements.md, part B.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Scope,
    Branch,
    Tests,
    Snapshots,
    Signal,
    SupplyChain,
    Contracts,
    Data,
    Hygiene,
    Evidence,
}

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.name == name)
}
