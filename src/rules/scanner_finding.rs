//! What another scanner found in what the branch adds.

use std::collections::BTreeSet;

use super::{Group, OptionSpec, Rule, leaked_secret};
use crate::change::{FileChange, Status};
use crate::evidence::sarif::{Gravity, Outside, Scan};
use crate::facts::text::ChangedText;
use crate::verdict::{Confidence, Finding, Place};
use crate::{Context, LineRange, RepoPath, Side};

pub static RULE: Rule = Rule {
    name: "scanner-finding",
    group: Group::Hygiene,
    summary: "a scanner whose report was handed over finds something in what the branch adds",
    page: include_str!("scanner_finding.md"),
    options: &[LINES, SURE, LEAST, IGNORE],
    check,
};

const LINES: OptionSpec =
    OptionSpec::text("lines", "added", "Which results count: `added` lines, `changed` files, or `all`.");
const SURE: OptionSpec = OptionSpec::list("sure", &["error"], "SARIF levels that are no doubt: only these can block.");
const LEAST: OptionSpec =
    OptionSpec::text("least", "warning", "The lowest SARIF level that counts: `note`, `warning`, `error`.");
const IGNORE: OptionSpec =
    OptionSpec::list("ignore", &[], "Rules of scanners that do not count, as `rule` or `tool/rule`.");

fn check(context: &Context<'_>) -> Vec<Finding> {
    let scans: Vec<&Scan> = context.claims.scans.iter().filter(|scan| scan.tool != env!("CARGO_PKG_NAME")).collect();
    if scans.is_empty() {
        return Vec::new();
    }
    let secrets: Vec<Finding> = (leaked_secret::RULE.check)(context);
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for scan in scans {
        findings.extend(scan.unread.iter().map(|what| unread(scan, what)));
        for result in &scan.results {
            // Several tools, or one tool twice, say the same.
            let is_new = seen.insert((&result.path, result.lines, &result.rule));
            if is_new && !is_known(&secrets, scan, result) {
                findings.extend(finding(context, scan, result));
            }
        }
    }
    findings
}

fn unread(scan: &Scan, what: &str) -> Finding {
    Finding::new(RULE.name, format!("the report of `{}` is not whole: {what}", scan.tool))
        .confidence(Confidence::Doubtful)
        .help("run the scanner again, or hand its report over with paths from the repository's top")
}

fn finding(context: &Context<'_>, scan: &Scan, result: &Outside) -> Option<Finding> {
    let path = RepoPath::from(result.path.as_str());
    let options = context.policy.options(&RULE, Some(&path));
    let least = Gravity::from_name(&options.text(&LEAST)).unwrap_or(Gravity::Warning);
    let is_ignored = options.list(&IGNORE).iter().any(|it| {
        *it == result.rule
            || it.strip_prefix(scan.tool.as_str()).and_then(|it| it.strip_prefix('/')) == Some(&result.rule)
    });
    if result.gravity < least || is_ignored {
        return None;
    }
    let file = context.change.files.iter().find(|file| file.head.as_ref().is_some_and(|head| head.path == path));
    let counts = match options.text(&LINES).as_str() {
        "all" => true,
        "changed" => file.is_some(),
        _ => file.is_some_and(|file| adds(context, file, result.lines)),
    };
    if !counts {
        return None;
    }
    let sure = options.list(&SURE);
    let is_sure = sure.iter().filter_map(|name| Gravity::from_name(name)).any(|it| it == result.gravity);
    let place = match result.lines {
        Some((first, last)) => Place::lines(&path, Side::Head, LineRange { first, last }),
        None => Place::file(&path, Side::Head),
    };
    let finding = Finding::new(RULE.name, format!("`{}` of `{}`: {}", result.rule, scan.tool, result.message))
        .at(place)
        .about(format!("{}/{}", scan.tool, result.rule))
        .confidence(if is_sure { Confidence::Likely } else { Confidence::Doubtful });
    Some(match file.and_then(|file| code(context, file, result.lines?)) {
        Some(code) => finding.after(code),
        None => finding,
    })
}

/// Whether the branch adds one of the lines; of a file as a whole, whether it adds that.
fn adds(context: &Context<'_>, file: &FileChange, lines: Option<(u32, u32)>) -> bool {
    let Some((first, last)) = lines else { return file.status == Status::Added };
    let hunks = context.change.hunks(file).unwrap_or_default();
    hunks.iter().any(|hunk| {
        hunk.head_count > 0 && hunk.head_start <= last && first < hunk.head_start.saturating_add(hunk.head_count)
    })
}

/// The first lines that are meant.
fn code(context: &Context<'_>, file: &FileChange, (first, last): (u32, u32)) -> Option<String> {
    let text = ChangedText::read(context.change, file)?;
    let lines = text.lines(Side::Head);
    let code: Vec<String> = (first..=last).take(5).map(|line| lines.line(line).chars().take(200).collect()).collect();
    let code = code.join("\n");
    (!code.trim().is_empty()).then_some(code)
}

/// Tools that look for nothing but secrets.
const SECRET_SCANNERS: &[&str] =
    &["gitleaks", "trufflehog", "detect-secrets", "kingfisher", "noseyparker", "ggshield", "betterleaks"];

/// Whether our own rule found the same secret.
fn is_known(secrets: &[Finding], scan: &Scan, result: &Outside) -> bool {
    let tool = scan.tool.to_ascii_lowercase();
    let is_secret = SECRET_SCANNERS.iter().any(|name| tool.contains(name)) || {
        let text = format!("{} {}", result.rule, result.message).to_ascii_lowercase();
        ["secret", "credential", "token", "password", "private key", "private-key", "api key", "api-key"]
            .iter()
            .any(|word| text.contains(word))
    };
    is_secret
        && secrets.iter().filter_map(|finding| finding.place.as_ref()).any(|place| {
            let on_line = place
                .lines
                .is_none_or(|ours| result.lines.is_none_or(|(first, last)| ours.first <= last && first <= ours.last));
            on_line && place.path.to_text() == result.path
        })
}
