//! Reports of other scanners, handed over on the command line.

use crate::repository::TestRepository;

fn branch() -> TestRepository {
    let test = TestRepository::new();
    test.write("src/a.py", "def a():\n    return 1\n").commit("base");
    test.branch("agent/T-1-x").write("src/a.py", "def a(text):\n    return eval(text)\n").commit("work");
    test
}

fn report(uri: &str, text: &str) -> String {
    serde_json::json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "semgrep"}}, "results": [
        {"ruleId": "eval", "level": "error", "message": {"text": text}, "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 2}}}]}]}]})
    .to_string()
}

#[test]
fn reports_are_merged_into_the_verdict() {
    let test = branch();
    let outside = tempfile::tempdir().expect("a folder can be made");
    let file = |name: &str, text: String| {
        let path = outside.path().join(name);
        std::fs::write(&path, text).expect("it can be written");
        path.display().to_string()
    };
    let one = file("one.sarif", report("src/a.py", "input is evaluated"));
    let absolute = file("two.sarif", report(&format!("file://{}/src/a.py", test.dir().display()), "the same"));
    let elsewhere = file("three.sarif", report("src/z.py", "elsewhere"));
    let run = test.agentgate(&["check", "--sarif", &one, "--sarif", &absolute, "--format", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let found: Vec<&serde_json::Value> =
        json["findings"].as_array().expect("findings").iter().filter(|it| it["rule"] == "scanner-finding").collect();
    assert_eq!(found.len(), 1, "said twice, found once: {run:?}");
    assert_eq!((found[0]["line"].as_u64(), found[0]["after"].as_str()), (Some(2), Some("    return eval(text)")));
    let alone = test.agentgate(&["check", "--sarif", &absolute]);
    assert!(alone.code == 1 && alone.stdout.contains("the same"), "{alone:?}");
    let run = test.agentgate(&["ci", "--sarif", &one]);
    assert!(run.code == 1 && run.stdout.contains("input is evaluated"), "{run:?}");
    let run = test.agentgate(&["check", "--sarif", &elsewhere]);
    assert!(!run.stdout.contains("scanner-finding"), "{run:?}");
}

/// A report that can't be read is no clean one.
#[test]
fn what_is_no_report_is_not_judged() {
    let test = branch();
    let folder = tempfile::tempdir().expect("a folder can be made");
    for text in ["", "{}", "[]", "{\"version\": \"2.1.0\"}", "\u{0}\u{1}", &"[".repeat(10_000)] {
        let path = folder.path().join("x.sarif");
        std::fs::write(&path, text).expect("it can be written");
        let run = test.agentgate(&["check", "--sarif", &path.display().to_string()]);
        assert!(
            run.code == 2 && run.stdout.is_empty() && run.stderr.contains("the scanner's report"),
            "{text}: {run:?}"
        );
    }
    let run = test.agentgate(&["check", "--sarif", "none.sarif"]);
    assert!(run.code == 2 && run.stderr.contains("none.sarif"), "{run:?}");
}

/// What a scanner quotes comes from the branch: secrets in it are masked, and it acts on no reader.
#[test]
fn hostile_words_of_a_report_do_nothing() {
    let test = branch();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("x.sarif");
    let token = ["sk_li", "ve_4wJcTg8Nd2XqLf6RzVb7Mh3KTd"].concat();
    let text = format!("found {token}\n::error::x \u{1b}[31m `@everyone` <img src=x> \u{202e}");
    std::fs::write(&path, report("src/a.py", &text)).expect("it can be written");
    for format in ["text", "json", "markdown", "github", "gitlab", "sarif", "junit"] {
        let run = test.agentgate(&["check", "--sarif", &path.display().to_string(), "--format", format]);
        assert_eq!(run.code, 1, "{format}: {run:?}");
        assert!(!run.stdout.contains("Tg8Nd2XqLf6R"), "{format}: {run:?}");
        assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{format}: {run:?}");
        assert!(!run.stdout.lines().any(|line| line.trim_start().starts_with("::error::x")), "{format}: {run:?}");
    }
}
