//! `agentgate explain`: why a branch failed, one finding in depth, or a rule's page.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::{line, print};
use crate::change::{ChangeSet, Roles};
use crate::git::ObjectId;
use crate::report::style::Style;
use crate::report::{self, Finding, Report, catalogue, explain, json, markdown, split, steer, store};
use crate::rules::{self, Rule};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  agentgate explain                          why the last check of this work tree ended as it did
  agentgate explain 3f9c                     one finding in depth, by the start of its id
  agentgate explain loosened-assertion       a rule's page: why, examples, options, limits
  agentgate explain --report report.json     a report saved elsewhere, for instance by CI
  agentgate explain --format json            the same for programs and agents
  agentgate explain --steer                  a follow-up prompt for the agent: what to mend, and nothing else")]
pub struct Explain {
    /// A rule's name, or the first four or more digits of a finding's id
    target: Option<String>,
    /// Read this report, as written by `check --format json`, instead of the last check's; `-` for standard input
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The work tree whose last check is meant, if not the current one
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write a follow-up prompt for the agent instead, with a proposed split where the branch is too large
    #[arg(long, conflicts_with_all = ["target", "format"])]
    steer: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Markdown,
}

impl Explain {
    pub fn run(self) -> Result<Exit> {
        let style = Style::for_stdout();
        let text = match self.target.as_deref() {
            None if self.steer => self.steered()?,
            None => whole(&self.load()?, self.format, style),
            Some(name) => match rules::find(name) {
                Some(rule) => page(rule, self.format, style),
                None if is_id(name) => self.finding(name, style)?,
                None => return Err(unknown(name)),
            },
        };
        print(&text)?;
        Ok(Exit::Passed)
    }

    fn steered(&self) -> Result<String> {
        let report = self.load()?;
        let mut text = steer::render(&report);
        let is_large =
            report.findings.iter().any(|finding| finding.rule == "diff-too-large" && finding.waiver.is_none());
        if is_large && let Some(change) = self.change(&report) {
            text.push('\n');
            text.push_str(&split::render(&change));
        }
        Ok(text)
    }

    /// The change a report is about, where its commits are here; a report read elsewhere does without.
    fn change(&self, report: &Report) -> Option<ChangeSet> {
        let repository = line::open(self.repo.as_deref()).ok()?;
        let tree = |commit: &Option<String>| repository.commit_tree(ObjectId::from_hex(commit.as_deref()?)?).ok();
        let head = report.subject.head.tree.as_deref().and_then(ObjectId::from_hex);
        let (base, head) = (tree(&report.subject.merge_base)?, head.or_else(|| tree(&report.subject.head.commit))?);
        ChangeSet::between(&repository, base, head, &Roles::default()).ok()
    }

    fn load(&self) -> Result<Report> {
        load(self.report.as_deref(), self.repo.as_deref())
    }

    fn finding(&self, prefix: &str, style: Style) -> Result<String> {
        let report = self.load()?;
        let finding = find(&report, prefix)?;
        Ok(match self.format {
            Format::Text => explain::finding(&report, finding, style),
            Format::Json => explain::finding_json(&report, finding),
            Format::Markdown => explain::finding_markdown(finding),
        })
    }
}

/// A saved report, or the last one of a work tree.
///
/// # Errors
/// When it can't be had.
pub fn load(file: Option<&Path>, repo: Option<&Path>) -> Result<Report> {
    if let Some(path) = file {
        return store::load(path).map_err(|error| {
            Failure::from(error).help("`agentgate check --format json --output FILE` writes what is read here")
        });
    }
    let repository = line::open(repo)?;
    let path = store::path(&repository.common_dir(), repository.git_dir());
    store::load(&path).map_err(|error| match error.is_missing() {
        true => Failure::new("nothing has been checked in this work tree yet, so there is nothing to explain")
            .help("run `agentgate check` first, or name a saved report with --report FILE")
            .help("`agentgate rules` lists the rules, `agentgate explain RULE` shows one"),
        false => Failure::from(error).help("`agentgate check` writes it anew"),
    })
}

/// The one finding whose id starts so.
///
/// # Errors
/// When there is none, or more than one.
pub fn find<'a>(report: &'a Report, prefix: &str) -> Result<&'a Finding> {
    let prefix = prefix.to_ascii_lowercase();
    let found: Vec<&Finding> = report.findings.iter().filter(|finding| finding.id.starts_with(&prefix)).collect();
    match found[..] {
        [finding] => Ok(finding),
        [] => Err(no_such_finding(&prefix, report)),
        _ => {
            let failure = Failure::new(format!("`{prefix}` is the start of {} findings", found.len()));
            Err(found.iter().take(10).fold(failure, |failure, finding| failure.help(report::in_short(finding))))
        }
    }
}

fn whole(report: &Report, format: Format, style: Style) -> String {
    match format {
        Format::Text => explain::report(report, style),
        Format::Json => json::render(report),
        Format::Markdown => markdown::render(report, markdown::SUMMARY),
    }
}

fn page(rule: &Rule, format: Format, style: Style) -> String {
    match format {
        Format::Text => catalogue::page_text(rule, style),
        Format::Json => catalogue::page_json(rule),
        Format::Markdown => catalogue::page_markdown(rule),
    }
}

/// Shorter prefixes are too likely a slip of the fingers.
const SHORTEST: usize = 4;

fn is_id(text: &str) -> bool {
    text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn no_such_finding(prefix: &str, report: &Report) -> Failure {
    let failure = Failure::new(format!("no finding of that report starts with `{prefix}`"));
    match report.findings.len() {
        0 => failure.help("the report has no findings"),
        number => failure.help(format!("it has {number}; `agentgate explain` lists them")),
    }
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::new(format!("`{name}` is neither a rule nor the start of a finding's id"));
    let near = nearest(name);
    let failure = match near.is_empty() {
        true => failure.help("`agentgate rules` lists the rules"),
        false => failure.help(format!("did you mean {}?", near.join(" or "))),
    };
    match name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => failure.help(format!("an id is given by at least {SHORTEST} of its digits")),
        false => failure,
    }
}

/// Up to three rules that are called something like it.
fn nearest(name: &str) -> Vec<String> {
    let name: String = name.to_lowercase().replace(['_', ' '], "-").chars().take(60).collect();
    let mut near: Vec<(f64, &str)> = rules::ALL
        .iter()
        .map(|rule| {
            let is_part = name.len() >= SHORTEST && rule.name.contains(&name);
            let likeness = strsim::jaro_winkler(&name, rule.name);
            (if is_part { likeness + 1.0 } else { likeness }, rule.name)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.iter().take(3).map(|(_, name)| format!("`{name}`")).collect()
}
