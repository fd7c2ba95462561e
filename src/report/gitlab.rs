//! GitLab's Code Quality report, shown beside the lines of a merge request.

use serde::Serialize;

use super::json;
use super::model::{Finding, Report};
use crate::Side;
use crate::policy::Level;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// A list of issues; waived findings are left out.
pub fn render(report: &Report) -> String {
    let issues: Vec<_> = report.standing().into_iter().map(issue).collect();
    json::to_string(&issues)
}

fn issue(finding: &Finding) -> Issue<'_> {
    let is_shown_in_head = finding.side == Some(Side::Base) && finding.head_path.is_some();
    let (path, line) = match is_shown_in_head {
        true => (finding.head_path.as_deref(), finding.head_line),
        false => (finding.path.as_deref(), finding.line),
    };
    let mut description = format!("{}: {}", finding.rule, finding.message);
    if let Some(witness) = &finding.witness {
        description.push_str(&format!(" (now accepts {witness})"));
    }
    Issue {
        description,
        check_name: &finding.rule,
        fingerprint: &finding.id,
        severity: match finding.level {
            Level::Block => "critical",
            Level::Warn => "minor",
            Level::Note | Level::Off => "info",
        },
        location: match path {
            Some(path) => Location { path, lines: Lines { begin: line.unwrap_or(1) } },
            // GitLab demands a place; for the branch as a whole it is the policy that decided.
            None if finding.because.path.starts_with("preset:") => {
                Location { path: ".agentgate/policy.toml", lines: Lines { begin: 1 } }
            }
            None => Location { path: &finding.because.path, lines: Lines { begin: finding.because.line } },
        },
    }
}
