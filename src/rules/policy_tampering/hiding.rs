//! Lines of `.gitattributes` that hide from review what people write.

use std::collections::BTreeSet;

use super::RULE;
use crate::change::{FileChange, Role, Roles};
use crate::facts::attributes::{self, Hiding};
use crate::facts::suppressions;
use crate::lang;
use crate::policy::{Flavor, Patterns};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, RepoPath, Side};

/// So many of the files that a line fits are looked into.
const LOOKED_INTO: usize = 50;

/// What each new line hides that no program writes.
pub(super) fn findings(context: &Context<'_>) -> Vec<Finding> {
    let files = context.change.files.iter().filter(|file| file.path().file_name() == b".gitattributes");
    files.flat_map(|file| of_file(context, file)).collect()
}

fn of_file(context: &Context<'_>, file: &FileChange) -> Vec<Finding> {
    let read = |side| -> Option<Vec<Hiding>> {
        let bytes = context.change.content(file, side)?.ok()?;
        Some(attributes::hiding(&String::from_utf8_lossy(&bytes)))
    };
    let known: BTreeSet<(String, &str)> =
        read(Side::Base).unwrap_or_default().into_iter().map(|it| (it.pattern, it.attribute)).collect();
    let fresh = read(Side::Head).unwrap_or_default().into_iter();
    let fresh = fresh.filter(|it| !known.contains(&(it.pattern.clone(), it.attribute)));
    fresh.filter_map(|hiding| finding(context, file.path(), &hiding)).collect()
}

fn finding(context: &Context<'_>, path: &RepoPath, hiding: &Hiding) -> Option<Finding> {
    let patterns = Patterns::new(Flavor::Path, ".gitattributes", vec![(anchored(path, &hiding.pattern), hiding.line)]);
    let changed = context.change.files.iter().filter_map(|file| file.head.as_ref()).map(|entry| entry.path.clone());
    // What the branch itself changes is hidden from whoever reviews this branch.
    let own = written_by_people(context, &patterns, changed);
    let (hidden, confidence) = match own {
        Some(path) if context.subject.agent.is_agent => (path, Confidence::Likely),
        Some(path) => (path, Confidence::Doubtful),
        None => {
            let all = context.change.source().paths(Side::Head).into_iter();
            (written_by_people(context, &patterns, all)?, Confidence::Doubtful)
        }
    };
    let message = format!("`{}` hides `{}` from review, which people write", hiding.attribute, hidden.to_text());
    let help = "name only what a program writes; a file that says so at its head needs no such line";
    let place = Place::line(path, Side::Head, hiding.line);
    Some(Finding::new(RULE.name, message).at(place).help(help).confidence(confidence))
}

/// A pattern as it stands in a folder's file, from the top of the repository.
fn anchored(path: &RepoPath, pattern: &str) -> String {
    let text = path.to_text();
    let folder = text.rsplit_once('/').map_or("", |(folder, _)| folder);
    match (folder, pattern.strip_prefix('/'), pattern.contains('/')) {
        ("", ..) => pattern.to_owned(),
        (folder, Some(rest), _) => format!("/{folder}/{rest}"),
        (folder, None, true) => format!("/{folder}/{pattern}"),
        (folder, None, false) => format!("/{folder}/**/{pattern}"),
    }
}

/// The first source or test file of these that fits and does not say that a program wrote it.
fn written_by_people(
    context: &Context<'_>,
    patterns: &Patterns,
    paths: impl Iterator<Item = RepoPath>,
) -> Option<RepoPath> {
    let roles = Roles::default();
    let is_source = |path: &RepoPath| {
        lang::of(path).is_some() && matches!(roles.role(path), Role::Production | Role::Test) && patterns.is_match(path)
    };
    let by_hand = |path: &RepoPath| {
        let entry = context.change.source().entry(Side::Head, path);
        let bytes = entry.and_then(|entry| context.change.read(&entry).ok());
        bytes.is_some_and(|bytes| !suppressions::is_generated(&bytes))
    };
    paths.filter(is_source).take(LOOKED_INTO).find(by_hand)
}
