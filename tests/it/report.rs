//! What people and programs read: every format on one verdict that has everything in it.

use agentgate::report::style::Style;
use agentgate::report::{Format, Report};

use serde_json::Value;

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

/// Without the list of rules, which grows with the program.
#[test]
fn sarif() {
    let mut sarif: Value = serde_json::from_str(&shown(&verdicts::rich(), Format::Sarif)).unwrap();
    sarif["runs"][0]["tool"]["driver"]["rules"] = Value::Null;
    for result in sarif["runs"][0]["results"].as_array_mut().unwrap() {
        result.as_object_mut().unwrap().remove("ruleIndex");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&sarif).unwrap());
}

#[test]
fn sarif_lists_every_rule_and_points_into_the_list() {
    let sarif: Value = serde_json::from_str(&shown(&verdicts::rich(), Format::Sarif)).unwrap();
    let listed = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let names: Vec<_> = listed.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(names, agentgate::rules::ALL.iter().map(|rule| rule.name).collect::<Vec<_>>());
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        if let Some(index) = result["ruleIndex"].as_u64() {
            assert_eq!(result["ruleId"], names[index as usize]);
        } else {
            assert!(!names.contains(&result["ruleId"].as_str().unwrap()), "{result}");
        }
    }
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(shown(&verdicts::rich(), Format::Gitlab));
}

/// Without the rules that found nothing, whose number grows with the program.
#[test]
fn junit() {
    let junit = shown(&verdicts::rich(), Format::Junit);
    let is_clean = |line: &&str| line.contains("<testcase") && line.ends_with("/>");
    let (clean, rest): (Vec<&str>, Vec<&str>) = junit.lines().partition(is_clean);
    let fired = rest.iter().filter(|line| line.contains("<testcase")).count();
    let number = format!("tests=\"{}\"", clean.len() + fired);
    assert!(junit.contains(&number), "{number}");
    insta::assert_snapshot!(rest.join("\n").replace(&number, "tests=\"…\""));
}
