//! JUnit XML: one case per rule, so that "clean" and "not checked" look different.

use std::fmt::Write as _;

use super::model::{Finding, Report};
use super::{sanitize, text};
use crate::policy::Level;
use crate::rules;

/// A test suite of all rules: blocking findings fail a case, all others are its output.
pub fn render(report: &Report) -> String {
    let mut names: Vec<&str> = rules::ALL.iter().map(|rule| rule.name).collect();
    for finding in &report.findings {
        if !names.contains(&finding.rule.as_str()) {
            names.push(&finding.rule);
        }
    }
    let failed = names.iter().filter(|name| findings(report, name).any(is_failure)).count();
    let attributes = format!("name=\"agentgate\" tests=\"{}\" failures=\"{failed}\" errors=\"0\"", names.len());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    _ = writeln!(out, "<testsuites {attributes}>\n  <testsuite {attributes}>");
    for name in names {
        case(&mut out, report, name);
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    sanitize::commands(&out)
}

fn findings<'a>(report: &'a Report, rule: &str) -> impl Iterator<Item = &'a Finding> {
    report.findings.iter().filter(move |finding| finding.rule == rule)
}

fn is_failure(finding: &Finding) -> bool {
    finding.level == Level::Block && finding.waiver.is_none()
}

fn case(out: &mut String, report: &Report, name: &str) {
    _ = write!(out, "    <testcase classname=\"agentgate\" name=\"{}\"", escape(name));
    let failures: Vec<_> = findings(report, name).filter(|finding| is_failure(finding)).map(describe).collect();
    let others: Vec<_> = findings(report, name).filter(|finding| !is_failure(finding)).map(describe).collect();
    if failures.is_empty() && others.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    // Readers of this format expect at most one failure a case.
    if let Some(first) = failures.first() {
        let more = if failures.len() > 1 { format!(" (and {} more)", failures.len() - 1) } else { String::new() };
        let message = escape(&format!("{first}{more}"));
        let all = escape(&failures.join("\n"));
        _ = writeln!(out, "      <failure type=\"block\" message=\"{message}\">{all}</failure>");
    }
    if !others.is_empty() {
        _ = writeln!(out, "      <system-out>{}</system-out>", escape(&others.join("\n")));
    }
    out.push_str("    </testcase>\n");
}

fn describe(finding: &Finding) -> String {
    let level = if finding.waiver.is_some() { "waived" } else { text::word(finding.level) };
    let place = text::place(finding).map(|place| format!("{place}: ")).unwrap_or_default();
    let test = finding.test.as_deref().map(|test| format!(" (in {})", sanitize::line(test))).unwrap_or_default();
    format!("{level} {}: {place}{}{test}", finding.id, sanitize::line(&finding.message))
}

/// XML knows no control characters at all; sanitising has removed them before.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ if character != '\n' && sanitize::is_unsafe(character) => {
                out.push_str(&sanitize::line(&character.to_string()))
            }
            _ => out.push(character),
        }
    }
    out
}
