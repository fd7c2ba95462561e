use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn run(results: Value) -> Value {
    json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "semgrep", "rules": [
            {"id": "a", "defaultConfiguration": {"level": "error"}, "shortDescription": {"text": "short"},
             "messageStrings": {"default": {"text": "{0} is not {1}"}}},
            {"id": "b", "properties": {"security-severity": "8.1"}},
        ]}},
        "originalUriBaseIds": {"%SRCROOT%": {"uri": "file:///builds/x/"}, "LIB": {"uri": "lib/"}},
        "artifacts": [{"location": {"uri": "src/indexed.py"}}],
        "results": results,
    }]})
}

fn read_one(results: Value) -> Scan {
    let scans = read(run(results).to_string().as_bytes(), &["/work tree/".to_owned()]).expect("SARIF");
    scans.into_iter().next().expect("one run")
}

fn result(uri: &str) -> Value {
    json!({"ruleId": "a", "message": {"text": "bad"}, "locations": [
        {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 3}}}]})
}

fn with(uri: &str, changes: Value) -> Value {
    let mut result = result(uri);
    for (key, value) in changes.as_object().expect("an object") {
        result[key] = value.clone();
    }
    result
}

#[test]
fn a_result_has_a_rule_a_gravity_a_message_and_a_place() {
    let scan = read_one(json!([result("src/a.py")]));
    assert_eq!((scan.tool.as_str(), &scan.unread), ("semgrep", &Vec::new()));
    let expected = Outside {
        rule: "a".into(),
        gravity: Gravity::Error,
        message: "bad".into(),
        path: "src/a.py".into(),
        lines: Some((3, 3)),
    };
    assert_eq!(scan.results, [expected]);
}

#[test]
fn gravity_is_the_results_the_rules_or_a_warning() {
    let gravity = |changes| read_one(json!([with("a.py", changes)])).results[0].gravity;
    assert_eq!(gravity(json!({"level": "note"})), Gravity::Note);
    assert_eq!(gravity(json!({"ruleId": "b"})), Gravity::Error, "of a high security score");
    assert_eq!(gravity(json!({"ruleId": "unknown"})), Gravity::Warning);
    assert_eq!(gravity(json!({"ruleId": null, "ruleIndex": 0})), Gravity::Error);
    assert_eq!(gravity(json!({"level": "none"})), Gravity::None);
}

#[test]
fn messages_may_be_by_id_and_have_arguments() {
    let message = |message| read_one(json!([with("a.py", json!({"message": message}))])).results[0].message.clone();
    assert_eq!(message(json!({"id": "default", "arguments": ["this", "that"]})), "this is not that");
    assert_eq!(message(json!({})), "short");
    assert_eq!(message(json!({"text": "a\u{1b}[31m\n`b`"})), "a [31m 'b'");
    assert_eq!(message(json!({"text": "x".repeat(9999)})).chars().count(), LONGEST_MESSAGE + 1);
    assert!(message(json!({"text": "{0}".repeat(1000), "arguments": vec!["{0}".repeat(1000); 20]})).len() < 4000);
}

#[test]
fn places_are_paths_of_the_repository() {
    for (uri, path) in [
        ("src/a.py", "src/a.py"),
        ("./src//a.py", "src/a.py"),
        ("src/x/../a.py", "src/a.py"),
        ("src\\a.py", "src/a.py"),
        ("src/a%20b.py", "src/a b.py"),
        ("file:///builds/x/src/a.py", "src/a.py"),
        ("/builds/x/src/a.py", "src/a.py"),
        ("file:///work%20tree/src/a.py", "src/a.py"),
    ] {
        assert_eq!(read_one(json!([result(uri)])).results[0].path, path, "{uri}");
    }
    for uri in
        ["../a.py", "src/../../a.py", "/etc/passwd", "file:///etc/passwd", "https://x/a.py", "/builds/xy/a.py", "", "."]
    {
        let scan = read_one(json!([result(uri)]));
        assert!(scan.results.is_empty(), "{uri}: {:?}", scan.results);
        assert_eq!(scan.unread, ["1 results outside of the repository"], "{uri}");
    }
    let location = |location: Value| json!([{"physicalLocation": {"artifactLocation": location}}]);
    let path = |of| read_one(json!([with("", json!({"locations": location(of)}))])).results[0].path.clone();
    assert_eq!(path(json!({"index": 0})), "src/indexed.py");
    assert_eq!(path(json!({"uri": "a.c", "uriBaseId": "LIB"})), "lib/a.c");
    assert_eq!(path(json!({"uri": "a.c", "uriBaseId": "%SRCROOT%"})), "a.c");
    let windows = json!({"version": "2.1.0", "runs": [{"results": [result("file:///C:/agent/src/a.py")]}]});
    let scans = read(windows.to_string().as_bytes(), &["c:\\agent".to_owned()]).expect("SARIF");
    assert_eq!(scans[0].results[0].path, "src/a.py");
}

#[test]
fn lines_are_first_and_last() {
    let lines = |region: Value| {
        let location = json!([{"physicalLocation": {"artifactLocation": {"uri": "a"}, "region": region}}]);
        read_one(json!([with("", json!({"locations": location}))])).results[0].lines
    };
    assert_eq!(lines(json!({"startLine": 2, "endLine": 4})), Some((2, 4)));
    assert_eq!(lines(json!({"startLine": 2, "endLine": 4, "endColumn": 1})), Some((2, 3)));
    assert_eq!(lines(json!({"startLine": 5, "endLine": 4})), Some((5, 5)));
    assert_eq!(lines(json!({"charOffset": 5})), None);
    assert_eq!(lines(json!({"startLine": -1})), None);
    assert_eq!(lines(json!({"startLine": 99_999_999_999_i64})), None);
}

#[test]
fn what_the_tool_itself_does_not_hold_against_the_code_is_left_out() {
    let count = |changes| read_one(json!([with("a.py", changes)])).results.len();
    assert_eq!(count(json!({"kind": "pass"})), 0);
    assert_eq!(count(json!({"baselineState": "absent"})), 0);
    assert_eq!(count(json!({"suppressions": [{"kind": "external"}]})), 0);
    assert_eq!(count(json!({"suppressions": [{"kind": "external", "status": "rejected"}]})), 1);
    assert_eq!(count(json!({"suppressions": [{"kind": "inSource"}]})), 1, "the branch may have written it");
}

#[test]
fn what_is_no_report_is_an_error_and_a_failed_run_is_said() {
    let error = |text: &str| read(text.as_bytes(), &[]).expect_err(text).to_string();
    assert!(error("").contains("not JSON"));
    assert!(error("[]").contains("not JSON"));
    assert!(error("{\"version\": \"1.0.0\", \"runs\": []}").contains("1.0.0"));
    assert!(error("{\"version\": \"2.1.0\"}").contains("no `runs`"));
    assert!(error("{\"version\": \"2.1.0\", \"runs\": {}}").contains("not JSON"));
    let deep = error(&format!("{{\"x\": {}", "[".repeat(100_000)));
    assert!(deep.contains("not JSON"), "{deep}");
    assert_eq!(read(b"{\"version\": \"2.1.0\", \"runs\": []}", &[]).expect("no run"), []);
    let failed = json!({"version": "2.1.0", "runs": [{"invocations": [{"executionSuccessful": false}]}]});
    let scans = read(failed.to_string().as_bytes(), &[]).expect("SARIF");
    assert_eq!(scans[0].unread, ["it says itself that it did not finish"]);
    let nowhere = read_one(json!([with("", json!({"locations": []}))]));
    assert_eq!(nowhere.unread, ["1 results without a place"]);
}

proptest! {
    #[test]
    fn no_address_makes_it_panic_or_leaves_the_repository(uri in "(file:|//|/|[.]{1,2}|[a-c%0-9A-F:\\\\]|é|\u{0}){0,12}") {
        for found in read_one(json!([result(&uri)])).results {
            prop_assert!(!found.path.starts_with('/') && !found.path.split('/').any(|part| part == ".." || part.is_empty()));
        }
    }
}
