//! Data that seems to be about real people.

use std::collections::BTreeMap;

use super::{Group, Rule};
use crate::change::{FileChange, Role};
use crate::facts::personal::{self, Personal};
use crate::facts::text::ChangedText;
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, Side};

pub static RULE: Rule = Rule {
    name: "personal-data",
    group: Group::Data,
    summary: "fixtures or code hold what seems to be data of real people",
    page: include_str!("personal_data.md"),
    options: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.change.files.iter().filter_map(|file| finding(context, file)).collect()
}

fn finding(context: &Context<'_>, file: &FileChange) -> Option<Finding> {
    // Authors and maintainers put themselves into these.
    if matches!(
        file.role,
        Role::Documentation | Role::Manifest | Role::Lockfile | Role::Generated | Role::Gate | Role::Ci
    ) {
        return None;
    }
    let text = ChangedText::read(context.change, file)?;
    let (base, head) = (text.lines(Side::Base), text.lines(Side::Head));
    let mut counts: BTreeMap<Personal, usize> = BTreeMap::new();
    let mut first = None;
    for hunk in text.hunks {
        for line in (hunk.head_start..).take(hunk.head_count as usize) {
            let written = head.line(line);
            let found = personal::find(written);
            // A line that only moved within the file brings nobody in.
            if found.is_empty() || base.text().contains(written.trim()) {
                continue;
            }
            first = first.or(Some(line));
            found.into_iter().for_each(|kind| *counts.entry(kind).or_default() += 1);
        }
    }
    let told: Vec<String> = counts
        .iter()
        .map(|(kind, count)| match (kind.noun(), count) {
            (noun, 1) => format!("a {noun}"),
            (noun, count) if noun.ends_with("ss") => format!("{count} {noun}es"),
            (noun, count) => format!("{count} {noun}s"),
        })
        .collect();
    Some(
        Finding::new(RULE.name, format!("{} that may be somebody's", told.join(", ")))
            .at(Place::line(file.path(), Side::Head, first?))
            .confidence(Confidence::Doubtful)
            .help("use `example.com`, reserved numbers and made-up names"),
    )
}
