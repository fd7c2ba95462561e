//! What no other rule could read.

use std::collections::HashSet;

use super::{Group, OptionKind, OptionSpec, Rule};
use crate::change::Unreadable;
use crate::facts::unread::{self, Kind, Unread, Why};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "unreadable-change",
    group: Group::Hygiene,
    summary: "a changed file could not be read, so nothing else was judged in it",
    page: include_str!("unreadable_change.md"),
    options: &[SUBMODULES, BINARY_MIB],
    check,
};

const SUBMODULES: OptionSpec = OptionSpec {
    name: "submodules",
    kind: OptionKind::Bool(true),
    help: "Report submodules that point at another commit.",
};

const BINARY_MIB: OptionSpec = OptionSpec::integer(
    "binary-mib",
    10,
    "Point out new binaries of more MiB than this, whatever their kind; 0 for never.",
);

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut unread = unread::all(context.change);
    // A file without content has no syntax either: it is reported once.
    let known: HashSet<_> = unread.iter().map(|unread| unread.path.clone()).collect();
    let in_tests = unread::in_tests(context.change, context.facts.tests());
    unread.extend(in_tests.into_iter().filter(|unread| !known.contains(&unread.path)));
    // A binary that should have been text is reported as that.
    let large = unread::large(context.change, &|path| binary_limit(context, path));
    unread.extend(large.into_iter().filter(|large| !known.contains(&large.path)));
    unread.iter().filter_map(|unread| finding(context, unread)).collect()
}

fn binary_limit(context: &Context<'_>, path: &RepoPath) -> usize {
    match context.policy.options(&RULE, Some(path)).integer(&BINARY_MIB) {
        0 => usize::MAX,
        limit => usize::try_from(limit).unwrap_or(usize::MAX).saturating_mul(1 << 20),
    }
}

fn finding(context: &Context<'_>, unread: &Unread) -> Option<Finding> {
    let is_submodule = matches!(unread.why, Why::Submodule { .. });
    if is_submodule && !context.policy.options(&RULE, Some(&unread.path)).bool(&SUBMODULES) {
        return None;
    }
    let (message, help) = words(unread);
    let confidence = match unread.why {
        // Grammars have gaps of their own: only a file that could be read before is the branch's doing.
        Why::Syntax { was_readable: false, .. } | Why::Large { .. } => Confidence::Doubtful,
        Why::Refused(_) if unread.side == Side::Base => Confidence::Doubtful,
        Why::Malformed { ref broken, is_new: true } if broken.is_partial => Confidence::Doubtful,
        Why::Submodule { .. } | Why::Encoding | Why::Malformed { .. } | Why::Syntax { .. } => Confidence::Likely,
        _ => Confidence::Certain,
    };
    let line = match &unread.why {
        Why::Syntax { line, .. } => Some(*line),
        Why::Malformed { broken, .. } => broken.line,
        _ => None,
    };
    let place = match line {
        Some(line) => Place::line(&unread.path, unread.side, line),
        None => Place::file(&unread.path, unread.side),
    };
    Some(Finding::new(RULE.name, message).at(place).help(help).confidence(confidence))
}

fn words(unread: &Unread) -> (String, String) {
    match &unread.why {
        Why::Content(error @ Unreadable::Missing { .. }) => (
            format!("the file could not be read: {error}"),
            "fetch the missing objects (`git fetch --refetch`), or judge in a clone that has them".to_owned(),
        ),
        Why::Content(error @ Unreadable::TooLarge { .. }) => (
            format!("the file could not be read: {error}"),
            "split the file, or keep generated content out of the repository".to_owned(),
        ),
        Why::Content(error) => {
            (format!("the file could not be read: {error}"), "run `git fsck` and fetch what is damaged".to_owned())
        }
        Why::Binary => (
            "program text with zero bytes reads as binary".to_owned(),
            "save the file as UTF-8 without zero bytes".to_owned(),
        ),
        Why::Encoding => ("program text that is not UTF-8".to_owned(), "save the file as UTF-8".to_owned()),
        Why::Pointer => (
            "a Git LFS pointer stands where program text belongs".to_owned(),
            "commit the file itself; LFS is for assets".to_owned(),
        ),
        Why::Link { target } => (
            format!("the file became a link to `{target}`, which was not read in its place"),
            "keep the file, or delete it and say what replaces it".to_owned(),
        ),
        Why::Malformed { broken, .. } => {
            let what = match broken.kind {
                Kind::Settings => "settings that were",
                Kind::Manifest => "a manifest that was",
                Kind::Lockfile => "a lockfile that was",
                Kind::Pipeline => "a pipeline that was",
                Kind::Scripts => "scripts that were",
                Kind::Contract => "a contract that was",
            };
            (
                format!("{what} not compared: {}", broken.why),
                "mend the file; its tool would refuse it too, or fall back on its defaults".to_owned(),
            )
        }
        Why::Syntax { .. } => (
            "changed test code does not parse, so its tests were not compared".to_owned(),
            "mend the syntax; where the code is right, the grammar lacks it and a person must look".to_owned(),
        ),
        Why::Refused(why) if unread.side == Side::Base => (
            format!("the base's test file was not read, so its tests were not compared: {why}"),
            "a person must look at what its tests ask now".to_owned(),
        ),
        Why::Refused(why) => {
            (format!("the test file was not read: {why}"), "split the file, or simplify what can't be read".to_owned())
        }
        Why::Large { size } => (
            format!("a binary of {} MiB, which nobody reviews", size >> 20),
            "keep it out of the repository (Git LFS, a release, a build step), or say what it is and who made it"
                .to_owned(),
        ),
        Why::Submodule { is_new: true } => (
            "a new submodule, whose files were not read".to_owned(),
            "have the submodule's commit reviewed where it lives".to_owned(),
        ),
        Why::Submodule { is_new: false } => (
            "a submodule points at another commit, whose files were not read".to_owned(),
            "have the submodule's commit reviewed where it lives".to_owned(),
        ),
    }
}
