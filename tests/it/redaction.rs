//! Secrets and data of people, in findings of any rule, meet no reader in any format.

use std::time::Duration;

use agentgate::change::{ChangeSet, Memory, Roles};
use agentgate::evidence::Claims;
use agentgate::policy::Policy;
use agentgate::report::style::Style;
use agentgate::report::{self, Format, Report, explain, json, markdown, store};
use agentgate::verdict::Subject;
use agentgate::{RepoPath, judge};
use clap::ValueEnum as _;

/// Drawn by lot, of no issuer; recognised by the name it is assigned to.
const VALUE: &str = "4wJcTg8Nd2XqLf6RzVb7Mh3K";
/// In an issuer's form, put together here so that no scanner takes this file for a leak.
const TOKEN: [&str; 3] = ["sk_li", "ve_", "4wJcTg8Nd2XqLf6RzVb7Mh3KTd"];
const KEY_LINE: &str = "MIIEvQx7Lw4ZtB8vRn6Yp3HsTdKfW2mQx7Lw4ZtB8vRn6Yp3HsTdKfW2mJcG";
const MAIL: &str = "leonore.baumgart61@gmail.com";
const IBAN: &str = "DE02120300000000202051";

/// What must be nowhere: the middle of each.
fn secrets() -> [&'static str; 4] {
    ["Tg8Nd2XqLf6R", "vQx7Lw4ZtB8v", "baumgart61", "0300000000202051"]
}

fn change(base: &[(&str, &str)], head: &[(&str, &str)]) -> ChangeSet {
    let side = |files: &[(&str, &str)]| {
        files.iter().map(|(path, text)| (RepoPath::from(*path), text.as_bytes().into())).collect()
    };
    let mut memory = Memory::default();
    memory.base = side(base);
    memory.head = side(head);
    memory.into_change_set(&Roles::default())
}

fn judged(change: &ChangeSet, body: &str) -> Report {
    let policy = Policy::preset("strict").expect("a preset");
    let claims = Claims { pull_request: Some(body.to_owned()), ..Claims::default() };
    let verdict = judge(change, Subject::default(), &policy, &claims);
    Report::from_verdict(&verdict, change, Duration::ZERO)
}

/// A branch whose findings of many rules quote secrets.
fn leaky() -> Report {
    let token = TOKEN.concat();
    let base = format!(
        "import billing\n\ndef test_charge():\n    assert billing.key() == \"{token}\"\n    assert billing.owner() == \"{MAIL}\"\n    assert billing.iban() == \"{IBAN}\"\n    assert billing.pem() == \"{KEY_LINE}\"\n\nAPI_KEY = \"{VALUE}\"\nPEM = \"\"\"\n-----BEGIN PRIVATE KEY-----\n{KEY_LINE}\n-----END PRIVATE KEY-----\n\"\"\"\n\ndef test_session():\n    assert login(\"x\") == \"{VALUE}\"\n    assert login(1)\n"
    );
    let head = base
        .replace(&format!("key() == \"{token}\""), &format!("key() in (\"{token}\", None)"))
        .replace(&format!("owner() == \"{MAIL}\""), &format!("owner() in (\"{MAIL}\", None)"))
        .replace(&format!("iban() == \"{IBAN}\""), &format!("iban() in (\"{IBAN}\", None)"))
        .replace(&format!("pem() == \"{KEY_LINE}\""), &format!("pem() != \"{KEY_LINE}\""))
        .replace(&format!("== \"{VALUE}\"\n    assert login(1)"), &format!("!= \"{VALUE}\""));
    let long = format!("it('{} {token}', () => {{ expect(f()).toBe(1) }})\n", "x".repeat(200));
    let skipped = long.replacen("it(", "it.skip(", 1);
    let snapshot = format!("exports[`a 1`] = `\n<a token=\"{token}\" mail=\"{MAIL}\" />\n`;\n");
    let package = "{\"dependencies\": {\"a\": \"1.0.0\"}}\n";
    let fetched = format!("{{\"dependencies\": {{\"a\": \"git+https://bot:{VALUE}@git.company.io/a.git\"}}}}\n");
    let two = format!("one = \"{token}\"; other = \"{token}x\"; password = \"{VALUE}\"\n");
    let change = change(
        &[
            ("tests/test_billing.py", &base),
            ("src/a.test.js", &long),
            ("src/__snapshots__/a.test.js.snap", &snapshot),
            ("package.json", package),
        ],
        &[
            ("tests/test_billing.py", &head),
            ("src/a.test.js", &skipped),
            ("src/__snapshots__/a.test.js.snap", &snapshot.replace("<a", "<b")),
            ("package.json", &fetched),
            ("src/settings.py", &two),
            (".env", &format!("API_KEY={VALUE}\n")),
        ],
    );
    judged(&change, &format!("# Summary\n\nTry {token} with {MAIL}\n\npostgres://app:{VALUE}@db.company.io/x\n"))
}

fn outputs(report: &Report) -> Vec<(String, String)> {
    let mut outputs = vec![
        ("explain".to_owned(), explain::report(report, Style::plain())),
        ("summary".to_owned(), markdown::render(report, markdown::SUMMARY)),
        ("json".to_owned(), json::render(report)),
    ];
    for format in Format::value_variants() {
        outputs.push((format!("{format:?}"), report::render(report, *format, Style::plain())));
    }
    for finding in &report.findings {
        let about = |form| format!("{form} of {} {}", finding.rule, finding.id);
        outputs.push((about("explain"), explain::finding(report, finding, Style::plain())));
        outputs.push((about("JSON"), explain::finding_json(report, finding)));
        outputs.push((about("Markdown"), explain::finding_markdown(finding)));
    }
    outputs
}

#[test]
fn no_format_shows_a_secret() {
    let report = leaky();
    let rules: std::collections::BTreeSet<&str> = report.findings.iter().map(|it| it.rule.as_str()).collect();
    for rule in
        ["loosened-assertion", "removed-assertion", "skipped-test", "changed-dependency-source", "leaked-secret"]
    {
        assert!(rules.contains(rule), "{rule} is missing among {rules:?}");
    }
    for (name, text) in outputs(&report) {
        for secret in secrets() {
            assert!(!text.contains(secret), "{name} shows {secret}:\n{text}");
        }
    }
}

/// No form of ours: only the project's own gitleaks rule knows it.
#[test]
fn what_only_the_projects_rules_call_a_secret_is_masked_too() {
    const BADGE: &str = "47-QWXZKJVBN";
    let rule = "[[rules]]\nid = \"badge\"\nregex = '''badge ([0-9]{2}-[A-Z]{9})'''\n";
    let base = format!("def test_badge():\n    assert scan() == \"badge {BADGE}\"\n");
    let loose = format!("in (\"badge {BADGE}\", \"{BADGE}\", None)");
    let head = base.replace(&format!("== \"badge {BADGE}\""), &loose);
    let body = format!("# Summary\n\nThe badge {BADGE} is scanned\n");
    let shown = |rules: &str| {
        let side = |test: &str| {
            [("tests/test_a.py".to_owned(), test.to_owned()), (".gitleaks.toml".to_owned(), rules.to_owned())]
        };
        let (base, head) = (side(&base), side(&head));
        let base: Vec<(&str, &str)> = base.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let head: Vec<(&str, &str)> = head.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        judged(&change(&base, &head), &body)
    };
    let report = shown(rule);
    let rules: Vec<&str> = report.findings.iter().map(|it| it.rule.as_str()).collect();
    assert!(rules.contains(&"loosened-assertion"), "{rules:?}");
    for (name, text) in outputs(&report) {
        assert!(!text.contains(BADGE), "{name} shows it:\n{text}");
    }
    // Without the rule it is a value as any other.
    assert!(outputs(&shown("title = 'none'\n")).iter().any(|(_, text)| text.contains(BADGE)));
}

#[test]
fn a_saved_report_holds_none() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = store::path(folder.path(), folder.path());
    store::save(&path, &leaky()).expect("it can be saved");
    let text = std::fs::read_to_string(&path).expect("it is there");
    for secret in secrets() {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn what_is_no_secret_is_shown_whole() {
    let base = "def test_total():\n    assert token_count() == 105\n    assert digest() == \"d41d8cd98f00b204e9800998ecf8427e\"\n    assert mail() == \"info@company.com\"\n    assert key() == \"your-secret-goes-here-12345\"\n";
    let head = base.replace("==", "!=");
    let report = judged(&change(&[("tests/test_a.py", base)], &[("tests/test_a.py", &head)]), "");
    for text in
        ["token_count() == 105", "d41d8cd98f00b204e9800998ecf8427e", "info@company.com", "your-secret-goes-here-12345"]
    {
        for format in [Format::Json, Format::Text, Format::Markdown] {
            let shown = report::render(&report, format, Style::plain());
            assert!(shown.contains(text), "{format:?} hides {text}:\n{shown}");
        }
    }
}

/// What a finding is called does not hang on what is shown of it: another secret is another finding.
#[test]
fn identities_are_of_what_stands_there() {
    let report = |value: &str| {
        let text = format!("import a\n\ndef test_a():\n    assert key() == \"{}{value}\"\n", TOKEN[..2].concat());
        let change = change(&[("tests/test_a.py", &text)], &[("tests/test_a.py", &text.replace("==", "!="))]);
        let findings = judged(&change, "").findings;
        findings.into_iter().find(|it| it.before.is_some()).expect("a test was changed")
    };
    let (one, other) = (report("4wJcTg8Nd2XqLf6RzVb7Mh3KTd"), report("4wJcTg8Nd2XqLf6RzVb7Mh3KTe"));
    assert_eq!(one.before, other.before);
    assert_ne!(one.id, other.id);
}
