//! Objections: filed by the branch, shown beside the finding, excusing nothing.

use serde_json::Value;

use crate::repository::TestRepository;

#[test]
fn a_case_is_shown_and_excuses_nothing() {
    let test = TestRepository::new();
    test.write("tests/test_a.py", "def test_a():\n    assert total() == 3\n").commit("base");
    test.branch("agent/T-1-x").write("tests/test_a.py", "def test_a():\n    assert total() > 0\n").commit("work");
    let judged = || {
        let run = test.agentgate(&["check", "--base", "main", "--format", "json"]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
        let of_rule = |it: &&Value| it["rule"] == "loosened-assertion";
        let finding =
            report["findings"].as_array().expect("findings").iter().find(of_rule).expect("it is found").clone();
        (run.code, finding)
    };
    let (code, before) = judged();
    assert_eq!(code, 1);
    let id = before["id"].as_str().expect("an id");
    let why = "the total is random since #12, ask ada.lovelace@gmail.com";
    let run = test.agentgate(&["appeal", &id[..8], "--why", why, "--evidence", "docs/12.md"]);
    assert_eq!(run.code, 0, "{run:?}");
    test.commit("appeal");
    let (code, after) = judged();
    assert_eq!((code, &after["level"], &after["waiver"]), (1, &before["level"], &Value::Null));
    let help = after["help"].as_str().unwrap_or_default();
    for said in ["the branch objects, which excuses nothing", "the total is random", "docs/12.md"] {
        assert!(help.contains(said), "{said}: {after}");
    }
    assert!(!help.contains("ada.lovelace@"), "{after}");
    assert_eq!(after["id"], before["id"], "and it is the same finding");
    assert_eq!(test.agentgate(&["appeal", "ffffffffffff", "--why", "x"]).code, 2);
    assert_eq!(test.agentgate(&["appeal", id, "--why", " "]).code, 2);
}
