//! What people and programs read: every format on one verdict that has everything in it.

use agentgate::report::style::Style;
use agentgate::report::{Format, Report};

use crate::verdicts;

fn shown(report: &Report, format: Format) -> String {
    agentgate::report::render(report, format, Style::plain())
}

#[test]
fn text() {
    insta::assert_snapshot!(shown(&verdicts::rich(), Format::Text));
}

#[test]
fn text_of_a_clean_branch_is_one_line() {
    insta::assert_snapshot!(shown(&verdicts::clean(), Format::Text), @"passed: nothing found (agent/T-1-round-totals → main, 12 files)");
}

#[test]
fn text_of_many_findings_is_no_wall() {
    insta::assert_snapshot!(shown(&verdicts::many(300), Format::Text));
}

#[test]
fn text_with_colours() {
    let text = agentgate::report::render(&verdicts::rich(), Format::Text, Style::coloured());
    insta::assert_snapshot!(text.escape_debug().to_string().replace("\\n", "\n"));
}

#[test]
fn json() {
    insta::assert_snapshot!(shown(&verdicts::rich(), Format::Json));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(shown(&verdicts::rich(), Format::Markdown));
}

#[test]
fn github() {
    insta::assert_snapshot!(shown(&verdicts::rich(), Format::Github));
}

#[test]
fn sarif() {
    insta::assert_snapshot!(shown(&verdicts::rich(), Format::Sarif));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(shown(&verdicts::rich(), Format::Gitlab));
}

#[test]
fn junit() {
    insta::assert_snapshot!(shown(&verdicts::rich(), Format::Junit));
}
