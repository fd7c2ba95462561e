//! Tokens, keys and passwords that a branch brings in.

use std::collections::BTreeSet;

use super::{Group, OptionSpec, Rule};
use crate::change::{ChangeSet, FileChange, Role, Status};
use crate::facts::secrets::gitleaks::Config;
use crate::facts::secrets::{self, Care, Proof, Secret};
use crate::facts::text::ChangedText;
use crate::policy::Policy;
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "leaked-secret",
    group: Group::Data,
    summary: "a token, key or password in an added line, the pull request's text or a commit message",
    page: include_str!("leaked_secret.md"),
    options: &[ASSIGNMENTS, GITLEAKS],
    check,
};

const ASSIGNMENTS: OptionSpec =
    OptionSpec::bool("assignments", true, "Report values assigned to names like `api_key`, which no form gives away.");

const GITLEAKS: OptionSpec = OptionSpec::text(
    "gitleaks",
    ".gitleaks.toml",
    "The project's gitleaks configuration on the base side: its rules are searched for too, and what it allows is no leak.",
);

const HELP: &str = "revoke it where it was issued (history keeps it), and read it from the environment or a store";

/// What the project itself calls a secret, on the base side.
pub(crate) fn project(change: &ChangeSet, policy: &Policy) -> Config {
    Config::of_base(change, &policy.options(&RULE, None).text(&GITLEAKS)).unwrap_or_default()
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let project = project(context.change, context.policy);
    let mut found: Vec<(&FileChange, Secret)> = Vec::new();
    for file in &context.change.files {
        found.extend(added(context, file, &project).into_iter().map(|secret| (file, secret)));
    }
    if !found.is_empty() {
        let known = known(context, &project);
        found.retain(|(_, secret)| !known.contains(&secret.digest));
    }
    let lines = found.iter().map(|(file, secret)| {
        Finding::new(RULE.name, format!("{} in an added line: {}", secret.what, secret.mask))
            .at(Place::line(file.path(), Side::Head, secret.line))
            .after(secret.shown.clone())
            .confidence(confidence(file, secret))
            .help(HELP)
    });
    let files = context.change.files.iter().filter_map(|file| credential_file(context, file, &project));
    let all: Vec<Finding> = lines.chain(files).chain(claims(context, &project)).collect();
    // Last: whether a pattern can be had shows when it is needed.
    all.into_iter().chain(unread(&project)).collect()
}

fn added(context: &Context<'_>, file: &FileChange, project: &Config) -> Vec<Secret> {
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
    let path = file.path().to_text();
    let hunks = text.hunks.iter().filter(|hunk| hunk.head_count > 0);
    hunks
        .flat_map(|hunk| {
            let mut found = secrets_of(head.run(hunk.head_start, hunk.head_count), Some(&path), care, project);
            found.iter_mut().for_each(|secret| secret.line += hunk.head_start - 1);
            found
        })
        .collect()
}

/// What our rules find, without what the project allows, and what only its own rules find.
fn secrets_of(text: &str, path: Option<&str>, care: Care, project: &Config) -> Vec<Secret> {
    let mut found = secrets::find_unless(text, care, |candidate| project.allows(path, candidate));
    for secret in project.find(path, text) {
        let is_known = |it: &Secret| it.digest == secret.digest || (it.line == secret.line && it.shown == secret.shown);
        if !found.iter().any(is_known) {
            found.push(secret);
        }
    }
    found
}

/// Secrets that the base's side of the changed files had: they moved, or stand in a second place.
fn known(context: &Context<'_>, project: &Config) -> BTreeSet<[u8; 32]> {
    let mut known = BTreeSet::new();
    for file in &context.change.files {
        if let Some(Ok(bytes)) = context.change.content(file, Side::Base) {
            let text = String::from_utf8_lossy(&bytes);
            let path = file.path().to_text();
            known.extend(secrets::find(&text, Care::Assignments).into_iter().map(|secret| secret.digest));
            known.extend(project.find(Some(&path), &text).into_iter().map(|secret| secret.digest));
        }
    }
    known
}

/// Parts of the project's configuration that are not searched for, which its authors should know.
fn unread(project: &Config) -> Vec<Finding> {
    let finding = |problem: secrets::gitleaks::Problem| {
        let path = RepoPath::from(problem.path.as_str());
        let place =
            problem.line.map_or_else(|| Place::file(&path, Side::Base), |line| Place::line(&path, Side::Base, line));
        Finding::new(RULE.name, format!("not searched for: {}", problem.what))
            .at(place)
            .confidence(Confidence::Doubtful)
            .help("mend the rule on the base side, or name another file by the option `gitleaks`")
    };
    project.problems().into_iter().map(finding).collect()
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
const CREDENTIAL_FILES: &[&str] = &[
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_ecdsa_sk",
    "id_ed25519_sk",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".htpasswd",
    ".git-credentials",
    ".dockercfg",
    ".s3cfg",
    ".boto",
    ".mylogin.cnf",
    ".vault-token",
    "secring.gpg",
    ".aws/credentials",
    ".kube/config",
    ".azure/accesstokens.json",
    ".config/gcloud/application_default_credentials.json",
];
const CREDENTIAL_STORES: &[&str] = &[
    ".p12",
    ".pfx",
    ".jks",
    ".keystore",
    ".bks",
    ".kdbx",
    ".kdb",
    ".ppk",
    ".agilekeychain",
    ".keychain",
    ".mobileprovision",
];
/// Files that hold some among other things.
const RECORDS: &[&str] = &[".tfstate", ".tfstate.backup", ".ovpn", ".bash_history", ".zsh_history"];

fn credential_file(context: &Context<'_>, file: &FileChange, project: &Config) -> Option<Finding> {
    if file.status != Status::Added {
        return None;
    }
    let path = file.path().to_text().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let is_named = CREDENTIAL_FILES.iter().any(|it| path == *it || path.ends_with(&format!("/{it}")));
    let is_store = CREDENTIAL_STORES.iter().any(|end| name.ends_with(end));
    let is_record = RECORDS.iter().any(|end| name.ends_with(end));
    let forbidden = project.forbids(&file.path().to_text());
    let is_empty = || matches!(context.change.content(file, Side::Head), Some(Ok(bytes)) if bytes.is_empty());
    if !(is_named || is_store || is_record || forbidden.is_some()) || is_empty() {
        return None;
    }
    let is_demonstration = file.role.is_test() || is_example(file.path()) || name == "debug.keystore";
    let is_sure = (is_named || is_store || forbidden.is_some()) && !is_demonstration;
    let message = match forbidden {
        Some(id) => format!("`{name}` is what `{id}` of the project's gitleaks rules forbids"),
        None => format!("`{name}` holds credentials by its name"),
    };
    let confidence = if is_sure { Confidence::Likely } else { Confidence::Doubtful };
    Some(Finding::new(RULE.name, message).at(Place::file(file.path(), Side::Head)).confidence(confidence).help(HELP))
}

/// What is written about the branch is published with it.
fn claims(context: &Context<'_>, project: &Config) -> Vec<Finding> {
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
        .flat_map(|(place, text)| secrets_of(text, None, Care::Forms, project).into_iter().map(move |it| (place, it)))
        .map(|(place, secret)| finding(place, secret))
        .collect()
}
