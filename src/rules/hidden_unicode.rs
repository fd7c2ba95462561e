//! Characters that are not what the reader sees.

use super::{Group, OptionKind, OptionSpec, Rule};
use crate::change::Role;
use crate::facts::hidden::{self, Hidden, Sort, What};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, Side};

pub static RULE: Rule = Rule {
    name: "hidden-unicode",
    group: Group::Hygiene,
    summary: "an added line reads differently from what it says",
    page: include_str!("hidden_unicode.md"),
    options: &[LOOKALIKES],
    check,
};

const LOOKALIKES: OptionSpec = OptionSpec {
    name: "lookalikes",
    kind: OptionKind::Bool(true),
    help: "Report words that mix in letters of another script which look like their own.",
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    hidden::added(context.change).iter().filter_map(|hidden| finding(context, hidden)).collect()
}

fn finding(context: &Context<'_>, hidden: &Hidden) -> Option<Finding> {
    let confidence = confidence(hidden)?;
    let message = match &hidden.what {
        What::Character { sort, code, count } => {
            let more = if *count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            format!("{} U+{code:04X}{more} on an added line", sort.name())
        }
        What::Lookalike { reads_as, .. } => {
            if !context.policy.options(&RULE, Some(&hidden.path)).bool(&LOOKALIKES) {
                return None;
            }
            format!("a word reads as `{reads_as}` and is not")
        }
    };
    Some(
        Finding::new(RULE.name, message)
            .at(Place::line(&hidden.path, Side::Head, hidden.line))
            .after(hidden.shown.clone())
            .confidence(confidence),
    )
}

/// What deceives a reader of code is certain; what may be a typographer's habit is doubtful; recorded bytes are left alone
/// unless they could turn a review around.
fn confidence(hidden: &Hidden) -> Option<Confidence> {
    let is_recorded = matches!(hidden.role, Role::Snapshot | Role::TestData | Role::Generated | Role::Lockfile);
    let is_test_text = hidden.role == Role::Test && hidden.in_text;
    let is_prose = hidden.role == Role::Documentation;
    match &hidden.what {
        What::Character { sort: Sort::Direction | Sort::Tag, .. } if is_recorded || is_test_text => {
            Some(Confidence::Doubtful)
        }
        What::Character { sort: Sort::Direction | Sort::Tag, .. } => Some(Confidence::Certain),
        _ if is_recorded => None,
        What::Character { sort: Sort::Invisible | Sort::Variation, .. } if is_prose || is_test_text => {
            Some(Confidence::Doubtful)
        }
        What::Character { sort: Sort::Control, .. } if is_test_text => None,
        What::Character { .. } => Some(Confidence::Likely),
        What::Lookalike { .. } if is_prose || is_test_text => Some(Confidence::Doubtful),
        What::Lookalike { .. } => Some(Confidence::Likely),
    }
}
