//! Linters, type checkers and compilers told to keep quiet.

use super::{Group, OptionSpec, Options, Rule, weakened_config};
use crate::change::Role;
use crate::compare::suppressions::{self, Added};
use crate::facts::suppressions::{Kind, Scope, Suppression};
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "suppressed-lint",
    group: Group::Signal,
    summary: "a linter, a type checker or a compiler was told to keep quiet",
    page: include_str!("suppressed_lint.md"),
    options: &[ALLOW, ALLOW_REASONS, FORMATTING],
    check,
};

const ALLOW: OptionSpec = OptionSpec::list(
    "allow",
    &[],
    "Tools (`ESLint`), rules (`no-console`) or both (`ESLint:no-console`) that may be silenced.",
);
const ALLOW_REASONS: OptionSpec =
    OptionSpec::bool("allow-reasons", false, "Let a directive pass that names its rules and says why.");
const FORMATTING: OptionSpec =
    OptionSpec::bool("formatting", false, "Report directives for formatters and spelling checkers too.");

fn check(context: &Context<'_>) -> Vec<Finding> {
    let directives = suppressions::added(context.change).into_iter().filter_map(|added| finding(context, added));
    let settings = context.compared.settings().iter().filter(|it| it.rules).cloned();
    directives.chain(settings.map(|it| weakened_config::finding(RULE.name, it))).collect()
}

fn finding(context: &Context<'_>, added: Added) -> Option<Finding> {
    let options = context.policy.options(&RULE, Some(&added.path));
    let it = &added.suppression;
    if is_allowed(&options, it) || is_expected(&added.path, it) {
        return None;
    }
    let mut message = message(&added);
    if added.more > 0 {
        message.push_str(&format!(", and {} more in this file", added.more));
    }
    let mut finding = Finding::new(RULE.name, message)
        .at(Place::line(&added.path, Side::Head, it.line))
        .after(it.text.clone())
        .confidence(confidence(&added));
    if let Some((path, was)) = &added.was {
        finding = finding.base_at(Place::line(path, Side::Base, was.line)).before(was.text.clone());
    }
    Some(finding)
}

fn message(added: &Added) -> String {
    let it = &added.suppression;
    let place = match it.scope {
        Scope::Line => "on a line",
        Scope::Item => "on a declaration",
        Scope::Block => "in a block",
        Scope::File => "in the whole file",
    };
    if let Some((_, was)) = &added.was {
        return match it.added_codes(was) {
            None => format!("silences all of {} {place}, no longer only {}", it.tool, listed(&texts(&was.codes))),
            Some(codes) if !codes.is_empty() => format!("silences more of {} {place}: {}", it.tool, listed(&codes)),
            Some(_) => format!("silences {} {place}, which was less before", subject(it)),
        };
    }
    match it.kind {
        Kind::Coverage => format!("leaves code out of {} {place}", it.tool),
        _ => format!("silences {} {place}", subject(it)),
    }
}

fn subject(it: &Suppression) -> String {
    if it.codes.is_empty() { it.tool.to_owned() } else { format!("{} of {}", listed(&texts(&it.codes)), it.tool) }
}

fn listed(codes: &[&str]) -> String {
    let shown: Vec<String> = codes.iter().take(4).map(|code| format!("`{code}`")).collect();
    let more = if codes.len() > 4 { format!(" and {} more", codes.len() - 4) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn texts(codes: &[String]) -> Vec<&str> {
    codes.iter().map(String::as_str).collect()
}

fn is_allowed(options: &Options, it: &Suppression) -> bool {
    if it.kind == Kind::Format && !options.bool(&FORMATTING) {
        return true;
    }
    if options.bool(&ALLOW_REASONS) && it.has_reason && !it.codes.is_empty() {
        return true;
    }
    let allowed = options.list(&ALLOW);
    let is_listed = |word: &str| allowed.iter().any(|known| known.eq_ignore_ascii_case(word));
    let is_code_allowed = |code: &String| is_listed(code) || is_listed(&format!("{}:{code}", it.tool));
    is_listed(it.tool) || (!it.codes.is_empty() && it.codes.iter().all(is_code_allowed))
}

/// A test of types expects errors; that is its check.
fn is_expected(path: &RepoPath, it: &Suppression) -> bool {
    let path = path.to_text();
    let is_type_test = [
        "test-d.",
        "spec-d.",
        ".tst.",
        "type-test",
        "typetest",
        "type_test",
        "types.test.",
        "dtslint",
        "test-types",
        "types-test",
    ]
    .iter()
    .any(|part| path.contains(part));
    it.kind == Kind::Types && it.text.contains("expect-error") && is_type_test
}

/// Code that no run of tests reaches, which coverage.py's own documentation leaves out:
/// <https://coverage.readthedocs.io/en/latest/excluding.html>
const NEVER_RUN: &[&str] =
    &["TYPE_CHECKING", "__name__==\"__main__\"", "__name__=='__main__'", "raiseNotImplementedError"];

/// Helpers that not every test program uses look dead to a compiler that sees one program at a time.
fn confidence(added: &Added) -> Confidence {
    let is_unused = |code: &String| {
        let code = code.to_ascii_lowercase();
        code == "dead_code" || code.contains("unused")
    };
    let it = &added.suppression;
    if it.kind == Kind::Coverage && it.scope <= Scope::Item && NEVER_RUN.iter().any(|code| it.covers.contains(code)) {
        return Confidence::Doubtful;
    }
    if added.role == Role::Test && !it.codes.is_empty() && it.codes.iter().all(is_unused) {
        return Confidence::Doubtful;
    }
    Confidence::Likely
}
