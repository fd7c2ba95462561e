//! One verdict, many formats: one file per format, each a function from the [`Report`] to text.
//!
//! A report read back from a file renders the same as a fresh one. Every format sanitises what came from the repository;
//! only [`style`] knows colours, and nothing here prints. Adding a format is one file, one line in [`Format`] and one in
//! [`render`].

pub mod catalogue;
pub mod evidence;
pub mod explain;
mod frame;
mod github;
mod gitlab;
pub mod json;
mod junit;
mod layout;
pub mod markdown;
mod model;
mod page;
pub mod proof;
mod sanitize;
mod sarif;
pub mod split;
pub mod steer;
pub mod store;
pub mod style;
mod terminal;
mod text;
pub mod uri;

pub use model::{
    Agent, Base, Because, Changes, Counts, Finding, Head, Outcome, PolicySource, Report, Subject, Tool, Unread,
    VERSION, Waiver,
};

use std::sync::LazyLock;

use crate::policy::{Level, Policy};
use crate::rules::Rule;
use style::Style;

/// What `--format` takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people at a terminal
    #[default]
    Text,
    /// For programs and agents; schema in schemas/report.v1.schema.json
    Json,
    /// For comments and step summaries
    Markdown,
    /// GitHub annotations
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitLab Code Quality
    Gitlab,
    /// JUnit XML, one case per rule
    Junit,
}

/// The report in a format; the style matters to text only.
pub fn render(report: &Report, format: Format, style: Style) -> String {
    match format {
        Format::Text => text::render(report, style),
        Format::Json => json::render(report),
        Format::Markdown => markdown::render(report, markdown::COMMENT),
        Format::Github => github::render(report),
        Format::Sarif => sarif::render(report),
        Format::Gitlab => gitlab::render(report),
        Format::Junit => junit::render(report),
    }
}

/// One finding on one line, for lists: `3f9c2a1b7d04 loosened-assertion tests/a.py:14`.
pub fn in_short(finding: &Finding) -> String {
    let place = text::place(finding).map(|place| format!(" {place}")).unwrap_or_default();
    format!("{} {}{place}", sanitize::line(&finding.id), sanitize::line(&finding.rule))
}

/// What the preset `default` says about a rule.
pub fn default_level(rule: &Rule) -> Level {
    static DEFAULT: LazyLock<Option<Policy>> = LazyLock::new(|| Policy::preset("default"));
    DEFAULT.as_ref().map_or(Level::Off, |policy| policy.level(rule, None).0)
}
