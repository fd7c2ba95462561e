//! Tokens, keys and passwords that a branch brings in.

use std::collections::BTreeSet;

use super::{Group, OptionSpec, Rule};
use crate::change::{FileChange, Role, Status};
use crate::facts::secrets::{self, Care, Proof, Secret};
use crate::facts::text::ChangedText;
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "leaked-secret",
    group: Group::Data,
    summary: "a token, key or password in an added line, the pull request's text or a commit message",
    page: include_str!("leaked_secret.md"),
    options: &[ASSIGNMENTS],
    check,
};

const ASSIGNMENTS: OptionSpec =
    OptionSpec::bool("assignments", true, "Report values assigned to names like `api_key`, which no form gives away.");

const HELP: &str = "revoke it where it was issued (history keeps it), and read it from the environment or a store";

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found: Vec<(&FileChange, Secret)> = Vec::new();
    for file in &context.change.files {
        found.extend(added(context, file).into_iter().map(|secret| (file, secret)));
    }
    if !found.is_empty() {
        let known = known(context);
        found.retain(|(_, secret)| !known.contains(&secret.digest));
    }
    let lines = found.iter().map(|(file, secret)| {
        Finding::new(RULE.name, format!("{} in an added line: {}", secret.what, secret.mask))
            .at(Place::line(file.path(), Side::Head, secret.line))
            .after(secret.shown.clone())
            .confidence(confidence(file, secret))
            .help(HELP)
    });
    let files = context.change.files.iter().filter_map(credential_file);
    lines.chain(files).chain(claims(context)).collect()
}

fn added(context: &Context<'_>, file: &FileChange) -> Vec<Secret> {
    if file.role == Role::Lockfile {
        return Vec::new();
    }
    let Some(text) = ChangedText::read(context.change, file) else { return Vec::new() };
    let head = text.lines(Side::Head);
    if head.text().contains('\0') {
        return Vec::new();
    }
    let options = context.policy.options(&RULE, Some(file.path()));
    // Made-up values are what tests and manuals are full of; only forms say something there.
    let is_own =
        !file.role.is_test() && !matches!(file.role, Role::Documentation | Role::Generated) && !is_example(file.path());
    let care = if is_own && options.bool(&ASSIGNMENTS) { Care::Assignments } else { Care::Forms };
    let hunks = text.hunks.iter().filter(|hunk| hunk.head_count > 0);
    hunks
        .flat_map(|hunk| {
            let mut found = secrets::find(head.run(hunk.head_start, hunk.head_count), care);
            found.iter_mut().for_each(|secret| secret.line += hunk.head_start - 1);
            found
        })
        .collect()
}

/// Secrets that the base's side of the changed files had: they moved, or stand in a second place.
fn known(context: &Context<'_>) -> BTreeSet<[u8; 32]> {
    let mut known = BTreeSet::new();
    for file in &context.change.files {
        if let Some(Ok(bytes)) = context.change.content(file, Side::Base) {
            let text = String::from_utf8_lossy(&bytes);
            known.extend(secrets::find(&text, Care::Assignments).into_iter().map(|secret| secret.digest));
        }
    }
    known
}

fn confidence(file: &FileChange, secret: &Secret) -> Confidence {
    let is_demonstration = file.role.is_test() || file.role == Role::Documentation || is_example(file.path());
    match secret.proof {
        Proof::Checksum => Confidence::Certain,
        Proof::Form if is_demonstration => Confidence::Doubtful,
        Proof::Form => Confidence::Likely,
        Proof::None if is_environment(file.path()) => Confidence::Likely,
        Proof::None => Confidence::Doubtful,
    }
}

/// `.env.example`, `settings.sample.yml`
fn is_example(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    name.split(['.', '-', '_'])
        .any(|part| matches!(part, "example" | "sample" | "template" | "dist" | "tmpl" | "tpl" | "defaults"))
}

/// `.env`, `.env.production`
fn is_environment(path: &RepoPath) -> bool {
    path.file_name().starts_with(b".env") && !is_example(path)
}

/// Files that hold nothing but credentials, whatever is in them.
fn credential_file(file: &FileChange) -> Option<Finding> {
    if file.status != Status::Added {
        return None;
    }
    let name = String::from_utf8_lossy(file.path().file_name()).to_ascii_lowercase();
    let is_named =
        matches!(name.as_str(), "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" | ".netrc" | ".pgpass" | ".htpasswd");
    let is_store = [".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk"].iter().any(|end| name.ends_with(end));
    let is_demonstration = file.role.is_test() || name == "debug.keystore";
    (is_named || is_store).then(|| {
        let confidence = if is_demonstration { Confidence::Doubtful } else { Confidence::Likely };
        Finding::new(RULE.name, format!("`{name}` holds credentials by its name"))
            .at(Place::file(file.path(), Side::Head))
            .confidence(confidence)
            .help(HELP)
    })
}

/// What is written about the branch is published with it.
fn claims(context: &Context<'_>) -> Vec<Finding> {
    let commits = context.claims.commits.iter().map(|commit| ("a commit message", commit.message.as_str()));
    let body = context.claims.pull_request.iter().map(|text| ("the pull request's text", text.as_str()));
    let finding = |place: &str, secret: Secret| {
        let confidence = if secret.proof == Proof::None { Confidence::Doubtful } else { Confidence::Likely };
        Finding::new(RULE.name, format!("{} in {place}: {}", secret.what, secret.mask))
            .after(secret.shown)
            .confidence(confidence)
            .help(HELP)
    };
    commits
        .chain(body)
        .flat_map(|(place, text)| secrets::find(text, Care::Forms).into_iter().map(move |secret| (place, secret)))
        .map(|(place, secret)| finding(place, secret))
        .collect()
}
