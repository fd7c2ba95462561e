//! The semantic test diff from outside: whole changes in memory.

use agentgate::facts::tests::{self, Source};
use agentgate::{RepoPath, lang};

use crate::repository::TestRepository;

/// Prints what a file becomes, for whoever writes a data file: `AGENTGATE_OUTLINE=path cargo test --test it outline`.
#[test]
fn outline() {
    let Ok(path) = std::env::var("AGENTGATE_OUTLINE") else { return };
    let bytes = std::fs::read(&path).expect("the file is there");
    let path = RepoPath::from(path.as_str());
    let language = lang::of(&path).expect("a language for this extension");
    let parsed = language.parse(&bytes).expect("parses");
    println!("{}", lang::outline(&parsed.root));
    println!("unread: {:?}", parsed.unread);
    let source = Source {
        path,
        language,
        text: bytes.into(),
        root: parsed.root,
        unread: Vec::new(),
        inline: false,
        touched: None,
    };
    for file in tests::read(&[source]) {
        for setting in &file.settings {
            println!("setting {:?} {} = {:?}", setting.kind, setting.what, setting.value);
        }
        for case in &file.cases {
            println!("{:?} {} ({} rows)", case.part, case.title(), case.rows.len());
            for mark in &case.marks {
                println!("    {:?} {:?}: {}", mark.kind, mark.gate, mark.text);
            }
            for setting in &case.settings {
                println!("    {:?} {} = {:?}", setting.kind, setting.what, setting.value);
            }
            for check in &case.checks {
                let not = if check.positive { "" } else { "not " };
                let hurdles: Vec<_> = check.hurdles.iter().map(|hurdle| hurdle.kind).collect();
                println!(
                    "    {}: {not}{:?} ({}) of `{}`{} {hurdles:?}",
                    check.lines.first,
                    check.kind,
                    check.expected.iter().map(|node| node.words().join(" ")).collect::<Vec<_>>().join(", "),
                    check.subject.words().join(" "),
                    check.via.as_ref().map(|via| format!(" via {via}")).unwrap_or_default(),
                );
            }
        }
    }
}

/// More files of helpers than are read for a branch: both sides stop at the same one, so that none seems to lose checks.
#[cfg(feature = "lang-python")]
#[test]
fn helpers_beyond_the_budget_are_unknown_on_both_sides() {
    let test = TestRepository::new();
    let numbers: Vec<u32> = (10..50).collect();
    for number in &numbers {
        test.write(
            format!("tests/support_{number}.py"),
            format!("def assert_total_{number}(order):\n    for line in order.lines:\n        assert line.price > {number}\n"),
        );
    }
    let tests = |subject: &str| {
        let imports = numbers.iter().map(|n| format!("from tests.support_{n} import assert_total_{n}\n"));
        let cases = numbers.iter().map(|n| format!("\ndef test_{n}():\n    assert_total_{n}({subject}({n}))\n"));
        imports.chain(cases).collect::<String>()
    };
    test.write("tests/test_orders.py", tests("order")).commit("base");
    test.branch("agent/x");
    test.write("tests/test_orders.py", tests("make_order")).commit("another maker");
    let run = test.agentgate(&["check", "--base", "main"]);
    assert!(!run.stdout.contains("removed-assertion"), "{run:?}");
}
