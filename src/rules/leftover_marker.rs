//! Marks of unfinished work.

use super::{Group, OptionKind, OptionSpec, Rule};
use crate::change::Role;
use crate::facts::markers::{self, Certainty, Marker, What};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "leftover-marker",
    group: Group::Hygiene,
    summary: "a TODO, debug output, a doubt or a merge conflict was left behind",
    page: include_str!("leftover_marker.md"),
    options: &[MARKERS, ALLOW_REFERENCES, DEBUG_OUTPUT, DOUBTS],
    check,
};

const MARKERS: OptionSpec = OptionSpec {
    name: "markers",
    kind: OptionKind::List(&["TODO", "FIXME", "XXX", "HACK"]),
    help: "Words that ask for later work, as they are written in comments.",
};

const ALLOW_REFERENCES: OptionSpec = OptionSpec {
    name: "allow-references",
    kind: OptionKind::Bool(false),
    help: "Let a marker pass that names a ticket, an issue or an address.",
};

const DEBUG_OUTPUT: OptionSpec = OptionSpec {
    name: "debug-output",
    kind: OptionKind::Bool(true),
    help: "Report debugger statements and debug prints.",
};

const DOUBTS: OptionSpec = OptionSpec {
    name: "doubts",
    kind: OptionKind::Bool(true),
    help: "Report comments that say their author was not sure.",
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let words = context.policy.options(&RULE, None).list(&MARKERS);
    markers::added(context.change, &words).iter().filter_map(|marker| finding(context, marker)).collect()
}

fn finding(context: &Context<'_>, marker: &Marker) -> Option<Finding> {
    let options = context.policy.options(&RULE, Some(&marker.path));
    let (message, confidence) = match &marker.what {
        What::Word { has_reference: true, .. } if options.bool(&ALLOW_REFERENCES) => return None,
        What::Word { word, .. } => (format!("`{word}` left in a comment"), Confidence::Likely),
        What::Debugging { .. } if !options.bool(&DEBUG_OUTPUT) => return None,
        What::Debugging { certainty, has_debug_text, is_usual } => {
            debugging(marker, *certainty, *has_debug_text, *is_usual)?
        }
        What::Doubt { .. } if !options.bool(&DOUBTS) => return None,
        What::Doubt { words, is_strong } => {
            let confidence = if *is_strong { Confidence::Likely } else { Confidence::Doubtful };
            (format!("a comment says `{words}`"), confidence)
        }
        What::Conflict => ("unresolved merge conflict".to_owned(), Confidence::Certain),
    };
    Some(
        Finding::new(RULE.name, message)
            .at(Place::line(&marker.path, Side::Head, marker.line))
            .after(marker.text.clone())
            .confidence(confidence),
    )
}

/// A statement that only debugs is named anywhere. A print is what many programs are for: it is named where it says so
/// itself, and doubted in production code that printed nothing before.
fn debugging(
    marker: &Marker,
    certainty: Certainty,
    has_debug_text: bool,
    is_usual: bool,
) -> Option<(String, Confidence)> {
    let message = "debug output left in".to_owned();
    match certainty {
        Certainty::Statement => Some((message, Confidence::Likely)),
        Certainty::Print if has_debug_text => Some((message, Confidence::Likely)),
        Certainty::Print if is_usual || marker.role != Role::Production || prints_by_trade(&marker.path) => None,
        Certainty::Print => {
            Some(("prints to the console, which this file did not do before".to_owned(), Confidence::Doubtful))
        }
    }
}

/// Programs, scripts, examples and benchmarks print.
fn prints_by_trade(path: &RepoPath) -> bool {
    const FOLDERS: &[&[u8]] = &[
        b"bin",
        b"cmd",
        b"cli",
        b"scripts",
        b"script",
        b"tools",
        b"tool",
        b"examples",
        b"example",
        b"samples",
        b"demo",
        b"demos",
        b"bench",
        b"benches",
        b"benchmark",
        b"benchmarks",
        b"tasks",
        b"dev",
        b"hack",
        b"playground",
        b"console",
        b"commands",
    ];
    const STEMS: &[&[u8]] =
        &[b"main", b"__main__", b"cli", b"build", b"index", b"setup", b"Program", b"Main", b"console"];
    let folders = path.parent().split(|byte| *byte == b'/');
    let stem = path.file_name().split(|byte| *byte == b'.').next().unwrap_or_default();
    folders.into_iter().any(|folder| FOLDERS.contains(&folder)) || STEMS.contains(&stem)
}
