//! What machines read: valid by the published schemas, and harmless whatever the branch's author wrote.

use agentgate::policy::Level;
use agentgate::report::style::Style;
use agentgate::report::{Because, Format, Report, Unread, Waiver, explain, json, markdown, store};
use clap::ValueEnum as _;
use proptest::prelude::*;
use serde_json::Value;

use crate::verdicts;

const SCHEMA: &str = include_str!("../../schemas/report.v1.schema.json");

fn shown(report: &Report, format: Format) -> String {
    agentgate::report::render(report, format, Style::plain())
}

fn complaints(schema: &str, document: &str) -> Vec<String> {
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is valid");
    let document = serde_json::from_str(document).expect("the output is JSON");
    validator.iter_errors(&document).map(|error| format!("{} at {}", error, error.instance_path)).collect()
}

#[test]
fn json_is_what_the_published_schema_says() {
    for report in [verdicts::rich(), verdicts::clean(), verdicts::many(3)] {
        assert_eq!(complaints(SCHEMA, &shown(&report, Format::Json)), [""; 0]);
    }
}

/// The schema has no closed objects, so that fields can be added; it must still know every field there is.
#[test]
fn the_published_schema_is_current() {
    fn compare(schema: &Value, root: &Value, document: &Value, at: &str) {
        let schema = match schema["$ref"].as_str() {
            Some(reference) => root.pointer(&reference[1..]).expect("references resolve"),
            None => schema,
        };
        let schema = schema["oneOf"].as_array().map_or(schema, |choices| &choices[1]);
        match document {
            Value::Object(fields) => {
                let mut known: Vec<_> = schema["properties"].as_object().expect(at).keys().collect();
                let mut required: Vec<_> =
                    schema["required"].as_array().expect(at).iter().filter_map(Value::as_str).collect();
                known.sort();
                required.sort_unstable();
                let mut written: Vec<_> = fields.keys().collect();
                written.sort();
                assert_eq!(written, known, "{at}: fields written and fields in schemas/report.v1.schema.json");
                assert_eq!(written, required, "{at}: every field is always there");
                for (name, value) in fields {
                    compare(&schema["properties"][name], root, value, &format!("{at}/{name}"));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| compare(&schema["items"], root, item, at)),
            _ => {}
        }
    }
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let report = serde_json::from_str(&shown(&verdicts::rich(), Format::Json)).expect("the report is JSON");
    compare(&schema, &schema, &report, "");
}

/// The schema belongs to OASIS and is not in this repository; CI fetches it and names the file here.
#[test]
fn sarif_is_what_oasis_says() {
    let Some(path) = std::env::var_os("AGENTGATE_SARIF_SCHEMA") else {
        eprintln!("not run: AGENTGATE_SARIF_SCHEMA names no copy of sarif-schema-2.1.0.json");
        return;
    };
    let schema = std::fs::read_to_string(path).expect("AGENTGATE_SARIF_SCHEMA names a file");
    for report in [verdicts::rich(), verdicts::clean(), verdicts::many(30)] {
        assert_eq!(complaints(&schema, &shown(&report, Format::Sarif)), [""; 0]);
    }
}

#[test]
fn a_saved_report_renders_like_a_fresh_one() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = store::path(folder.path(), folder.path());
    let report = verdicts::rich();
    store::save(&path, &report).expect("it can be saved");
    store::save(&path, &report).expect("it can be replaced");
    assert_eq!(store::load(&path).expect("it can be read"), report);
    let left: Vec<_> = std::fs::read_dir(path.parent().expect("it has one")).expect("it is there").collect();
    assert_eq!(left.len(), 1, "no temporary file is left: {left:?}");
}

#[test]
fn what_is_no_report_is_said_so() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("report.json");
    let error = |text: &str| {
        std::fs::write(&path, text).expect("it can be written");
        store::load(&path).expect_err(text).to_string()
    };
    assert!(error("{\"version\": 2}").contains("version 2 of the report format"));
    assert!(error("[]").contains("not a report"));
    assert!(error("{\"version\": 1}").contains("missing field"));
    let missing = store::load(&folder.path().join("none")).expect_err("there is none");
    assert!(missing.is_missing());
}

#[test]
fn annotations_stay_below_what_github_shows() {
    let commands = shown(&verdicts::many(300), Format::Github);
    assert_eq!(commands.lines().filter(|line| line.starts_with("::error")).count(), 10);
    assert!(commands.contains("::error title=agentgate::292 more findings"), "{commands}");
    let mut warnings = verdicts::many(300);
    warnings.findings.iter_mut().for_each(|finding| finding.level = Level::Warn);
    warnings.unread = verdicts::rich().unread;
    let commands = shown(&warnings, Format::Github);
    assert_eq!(commands.lines().filter(|line| line.starts_with("::warning")).count(), 10);
    assert!(commands.contains("::warning title=agentgate::not read, and so not judged: fixtures/dump.sql"));
}

#[test]
fn markdown_stays_within_its_limit_and_says_what_is_missing() {
    for limit in [2_000, 10_000, markdown::COMMENT] {
        let text = markdown::render(&verdicts::many(2_000), limit);
        assert!(text.len() <= limit, "{} of {limit}", text.len());
        assert!(text.contains("entries shown only in part or not at all"), "{text}");
        assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
    }
    assert!(!markdown::render(&verdicts::rich(), markdown::COMMENT).contains("not at all"));
}

/// Text as someone would write it who wants to get out of wherever we put it.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("\u{1b}[31m".to_owned()),
        Just("\u{1b}]8;;http://x\u{7}".to_owned()),
        Just("\n::error::x".to_owned()),
        Just("::stop-commands::t\n".to_owned()),
        Just("\r\n##[command]x".to_owned()),
        Just("##vso[task.complete]".to_owned()),
        Just("\u{9b}31m\u{202e}\u{200b}\u{2028}\u{85}".to_owned()),
        Just("```\n</details><script>".to_owned()),
        Just("`|*_[x](y)@team #1 --> ]]>".to_owned()),
        Just("\0\u{8}\u{7f}\t".to_owned()),
        "\\PC{0,12}",
        any::<String>(),
    ];
    prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

fn hostile_report() -> impl Strategy<Value = Report> {
    let texts = prop::collection::vec(hostile(), 16);
    (texts, prop::collection::vec(any::<bool>(), 8), 0..3usize).prop_map(|(texts, there, level)| {
        let mut report = verdicts::rich();
        let text = |index: usize| texts[index].clone();
        let some = |index: usize| there[index % there.len()].then(|| text(index));
        report.subject.head.name = some(0);
        report.subject.agent.why = text(1);
        report.policy.path = some(2);
        report.policy.layers = vec![text(3)];
        let finding = &mut report.findings[0];
        finding.level = [Level::Block, Level::Warn, Level::Note][level];
        (finding.rule, finding.message, finding.id) = (text(4), text(5), text(6));
        (finding.path, finding.test, finding.before, finding.after) = (some(7), some(8), some(9), some(10));
        (finding.witness, finding.help, finding.base_path) = (some(11), some(12), some(13));
        finding.because = Because { path: text(14), line: 1 };
        if let Some(owner) = some(15) {
            let (reason, expires, path) = (text(0), some(1), text(2));
            report.findings[1].waiver = Some(Waiver { owner, reason, expires, path, line: 1 });
        }
        report.unread.push(Unread { path: text(3), why: text(4) });
        report
    })
}

/// Nothing but text and line breaks, and no line that a CI runner would obey unless it is a command of ours.
fn assert_harmless(output: &str, ours: &[&str]) {
    let raw = output.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
    assert_eq!(raw, None, "{output}");
    for line in output.lines() {
        let is_ours = ours.iter().any(|command| line.starts_with(command));
        assert!(is_ours || !line.trim_start().starts_with("::"), "{line}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_format_lets_hostile_text_act(report in hostile_report()) {
        for format in Format::value_variants() {
            let output = shown(&report, *format);
            match format {
                Format::Github => assert_harmless(&output, &["::error ", "::warning ", "::notice "]),
                _ => assert_harmless(&output, &[]),
            }
        }
        assert_harmless(&explain::report(&report, Style::plain()), &[]);
        assert_harmless(&explain::finding(&report, &report.findings[0], Style::plain()), &[]);
        assert_harmless(&explain::finding_markdown(&report.findings[0]), &[]);
        assert_harmless(&explain::finding_json(&report, &report.findings[0]), &[]);
    }

    #[test]
    fn annotations_are_one_line_each(report in hostile_report()) {
        let commands = shown(&report, Format::Github);
        let (clean, _) = commands.lines().partition::<Vec<_>, _>(|line| line.starts_with("::"));
        let expected = report.standing().len() + 1;
        prop_assert_eq!(clean.len(), expected, "{}", commands);
        for line in clean {
            let properties = line.split("::").nth(1).unwrap_or_default();
            let names = properties.split_once(' ').map_or("", |(_, rest)| rest).split(',');
            prop_assert!(names.filter_map(|p| p.split('=').next()).all(|n| ["file", "line", "endLine", "title"].contains(&n)));
        }
    }

    #[test]
    fn machine_formats_can_be_read_back(report in hostile_report()) {
        let read: Report = serde_json::from_str(&json::render(&report)).expect("JSON");
        prop_assert_eq!(&read, &report);
        for format in [Format::Sarif, Format::Gitlab] {
            serde_json::from_str::<Value>(&shown(&report, format)).expect("JSON");
        }
        let junit = shown(&report, Format::Junit);
        let document = roxmltree::Document::parse(&junit).map_err(|error| TestCaseError::fail(format!("{error}: {junit}")))?;
        prop_assert!(document.descendants().all(|node| !node.is_element()
            || ["testsuites", "testsuite", "testcase", "failure", "system-out"].contains(&node.tag_name().name())));
    }

    #[test]
    fn text_is_as_wide_as_it_may_be(report in hostile_report()) {
        for output in [shown(&report, Format::Text), explain::report(&report, Style::plain())] {
            // Lines of a policy are there to be copied.
            for line in output.lines().filter(|line| !line.contains(" = ")) {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                // A few more for the backslashes that disarm a line.
                prop_assert!(columns <= 84, "{} columns: {}", columns, line);
            }
        }
    }

    #[test]
    fn markup_cannot_be_left(report in hostile_report()) {
        let text = shown(&report, Format::Markdown);
        let parser = pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES);
        for event in parser {
            match event {
                pulldown_cmark::Event::Html(html) | pulldown_cmark::Event::InlineHtml(html) => {
                    let known = ["<details", "</details>", "<summary>", "</summary>", "<b>", "</b>", "<code>", "</code>"];
                    prop_assert!(html.trim().is_empty() || known.iter().any(|tag| html.starts_with(tag)), "{}", html);
                    prop_assert!(!html.contains("<script"), "{}", html);
                }
                pulldown_cmark::Event::Start(pulldown_cmark::Tag::Link { dest_url, .. }) => {
                    return Err(TestCaseError::fail(format!("a link to {dest_url} in {text}")));
                }
                _ => {}
            }
        }
    }
}

/// The table between `<!-- rules:begin -->` and `<!-- rules:end -->`. With `INSTA_UPDATE=always` it is written instead.
#[test]
fn the_table_of_rules_in_the_readme_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let Ok(readme) = std::fs::read_to_string(path) else { return };
    let (begin, end) = ("<!-- rules:begin -->\n", "<!-- rules:end -->");
    let start = readme.find(begin).expect("README.md has a line <!-- rules:begin -->") + begin.len();
    let stop = readme.find(end).expect("README.md has a line <!-- rules:end -->");
    let table = agentgate::report::catalogue::markdown();
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        std::fs::write(path, format!("{}{table}{}", &readme[..start], &readme[stop..]))
            .expect("README.md can be written");
        return;
    }
    let repair = "run the tests with INSTA_UPDATE=always, or paste `agentgate rules --format markdown`";
    assert_eq!(&readme[start..stop], table, "the table of rules in README.md is old: {repair}");
}
