//! `agentgate prove --mutants`: tests that demand less while the code stays as it is, with real runners.

use std::path::Path;

use serde_json::Value;

use crate::program::{Run, finished};
use crate::prove::{is_here, json, prove, proving, verdicts};
use crate::repository::TestRepository;

/// A repository with these files, and a branch on which some of them are others.
fn branch<T: AsRef<str>, U: AsRef<str>>(base: &[(&str, T)], head: &[(&str, U)]) -> TestRepository {
    let repository = TestRepository::new();
    for (path, text) in base {
        repository.write(path, text.as_ref());
    }
    repository.commit("base");
    repository.branch("agent/T-1-x");
    for (path, text) in head {
        repository.write(path, text.as_ref());
    }
    repository.commit("change");
    repository
}

fn faults(repository: &TestRepository, count: &str, command: &[&str]) -> (Run, Value) {
    let run = prove(repository, &["--mutants", count, "--format", "json"], command);
    let proof = json(&run);
    (run, proof)
}

/// Where the first charge's counterexample is.
fn counterexample(proof: &Value) -> (&str, &str) {
    let fault = &proof["charges"][0]["conviction"]["counterexample"];
    (fault["path"].as_str().unwrap_or_default(), fault["after"].as_str().unwrap_or_default())
}

/// Much code that the test in question does not use, in front of the little that it does.
const SHIPPING: &str = "\
def weight(items):
    result = 1
    for item in items:
        if item > 10 and item < 20:
            result = result + item * 2
        elif item >= 20 or item == 5:
            result = result - item + 3
    return result


def rate(country):
    return 7 if country == 'de' else 12


def price(items, country):
    total = weight(items) * rate(country)
    return discounted(total)


def discounted(total):
    if total >= 100:
        return total - 5
    return total
";

fn shipping(discount: &str) -> String {
    format!(
        "import unittest\nimport shipping\n\n\nclass TestShipping(unittest.TestCase):\n    def test_weight(self):\n        self.assertEqual(shipping.weight([12, 30, 5]), -3)\n\n{discount}"
    )
}

const PYTHON: [&str; 3] = ["python3", "-m", "unittest"];
const DISCOUNT: &str =
    "    def test_price_with_discount(self):\n        self.assertEqual(shipping.price([11, 12], 'fr'), 559)\n";

#[test]
fn a_weakened_test_is_convicted_in_the_code_that_it_exercises() {
    if !is_here("python3") {
        return;
    }
    for head in [
        String::new(),
        DISCOUNT
            .replace("assertEqual(shipping.price([11, 12], 'fr'), 559)", "assertTrue(shipping.price([11, 12], 'fr'))"),
        format!("    @unittest.skip('later')\n{DISCOUNT}"),
    ] {
        let repository = branch(
            &[("shipping.py", SHIPPING), ("test_shipping.py", &shipping(DISCOUNT))],
            &[("test_shipping.py", &shipping(&head))],
        );
        let (run, proof) = faults(&repository, "4", &PYTHON);
        assert_eq!((run.code, verdicts(&proof)), (1, vec!["convicted-by-fault"]), "{head}: {run:?}");
        assert_eq!(counterexample(&proof).0, "shipping.py", "{run:?}");
    }
}

#[test]
fn what_only_looks_weaker_is_not_convicted() {
    if !is_here("python3") {
        return;
    }
    // The same demand in another test, under another name, and with another code of the same meaning.
    let moved = "    def test_all_in_one(self):\n        self.assertEqual([shipping.price([11, 12], 'fr'), shipping.rate('de')], [559, 7])\n";
    let repository = branch(
        &[("shipping.py", SHIPPING), ("test_shipping.py", &shipping(DISCOUNT))],
        &[("test_shipping.py", &shipping(moved))],
    );
    let (run, proof) = faults(&repository, "12", &PYTHON);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(verdicts(&proof).iter().all(|word| ["redundant", "cleared"].contains(word)), "{run:?}");
}

#[test]
fn only_the_suspicious_tests_are_run_on_faults() {
    if !is_here("python3") {
        return;
    }
    let noted = |name: &str| {
        format!(
            "        with open(__import__('os').environ['NOTED'], 'a') as noted:\n            noted.write('{name}\\n')\n"
        )
    };
    let test = |check: &str| {
        format!(
            "import unittest\nimport shipping\n\n\nclass TestShipping(unittest.TestCase):\n    def test_discounted(self):\n{}        {check}\n\n    def test_weight(self):\n{}        self.assertEqual(shipping.weight([]), 1)\n",
            noted("discounted"),
            noted("weight")
        )
    };
    let repository = branch(
        &[("shipping.py", SHIPPING), ("test_shipping.py", &test("self.assertEqual(shipping.discounted(200), 195)"))],
        &[("test_shipping.py", &test("self.assertGreater(shipping.discounted(200), 0)"))],
    );
    let here = tempfile::tempdir().expect("a directory");
    let noted = here.path().join("noted");
    let mut command = proving(&repository, &[("NOTED", &noted)], &["--mutants", "6", "--format", "json"], &PYTHON);
    let run = finished(&command.output().expect("it runs"));
    assert_eq!((run.code, verdicts(&json(&run))), (1, vec!["convicted-by-fault"]), "{run:?}");
    let noted = std::fs::read_to_string(noted).expect("tests ran");
    let count = |name: &str| noted.lines().filter(|line| *line == name).count();
    assert!(count("discounted") > count("weight") && count("weight") > 0, "{noted}");
}

/// Six faults, with a runner that needs to be told where the code is.
fn pytest(repository: &TestRepository) -> Run {
    let options = ["--mutants", "6", "--format", "json"];
    let mut command = proving(repository, &[("PYTHONPATH", Path::new("."))], &options, &["pytest", "-q"]);
    finished(&command.output().expect("it runs"))
}

#[test]
fn a_single_test_of_pytest() {
    if !is_here("pytest") {
        return;
    }
    let test = |check: &str| {
        format!(
            "import pytest\nimport shipping\n\n\n@pytest.mark.parametrize('total', [100, 200])\ndef test_discounted(total):\n    assert {check}\n\n\ndef test_rate():\n    assert shipping.rate('de') == 7\n"
        )
    };
    let repository = branch(
        &[("shipping.py", SHIPPING), ("tests/test_shipping.py", &test("shipping.discounted(total) == total - 5"))],
        &[("tests/test_shipping.py", &test("shipping.discounted(total)"))],
    );
    let run = pytest(&repository);
    assert_eq!((run.code, verdicts(&json(&run))), (1, vec!["convicted-by-fault"]), "{run:?}");
}

const CARGO: [&str; 3] = ["cargo", "test", "--offline"];

fn crate_with(check: &str) -> Vec<(&'static str, String)> {
    let code = format!(
        "pub fn small(x: u8) -> bool {{\n    x < 10\n}}\n\npub fn large(x: u8) -> bool {{\n    x > 100\n}}\n\n#[cfg(test)]\nmod tests {{\n    use super::*;\n\n    #[test]\n    fn large_ones() {{\n        assert!(large(101));\n    }}\n\n{check}}}\n"
    );
    vec![
        ("Cargo.toml", "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2021\"\n".into()),
        (".gitignore", "target\nCargo.lock\n".into()),
        ("src/lib.rs", code),
    ]
}

#[test]
fn tests_inside_rust_files_meet_faults_of_the_code_around_them() {
    let bound = "    #[test]\n    fn small_ones() {\n        assert!(!small(10));\n        assert!(small(9));\n    }\n";
    for (head, verdict) in [
        (String::new(), "convicted-by-fault"),
        (bound.replace("        assert!(!small(10));\n", ""), "convicted-by-fault"),
        (bound.replace("#[test]", "#[test]\n    #[ignore]"), "convicted-by-fault"),
    ] {
        let (base, changed) = (crate_with(bound), crate_with(&head));
        let repository = branch(&base, &changed);
        let (run, proof) = faults(&repository, "4", &CARGO);
        assert_eq!((run.code, verdicts(&proof)), (1, vec![verdict]), "{head}: {run:?}");
        assert!(counterexample(&proof).1.starts_with("x <"), "{run:?}");
    }
}

#[test]
fn javascript_tests_meet_faults() {
    if !is_here("node") {
        return;
    }
    let test = |name: &str, check: &str| {
        format!(
            "import {{ test }} from 'node:test';\nimport assert from 'node:assert';\nimport {{ half, twice }} from './half.mjs';\n\ntest('doubles', () => {{\n  assert.strictEqual(twice(2), 4);\n}});\n\n{name}('halves', () => {{\n  {check};\n}});\n"
        )
    };
    let exact = "assert.strictEqual(half(4), 2)";
    for (name, check) in [("test", "assert.ok(half(4) > 0)"), ("test.skip", exact)] {
        let repository = branch(
            &[
                ("half.mjs", "export const twice = (x) => x * 2;\nexport const half = (x) => x / 2;\n"),
                ("half.test.mjs", &test("test", exact)),
            ],
            &[("half.test.mjs", &test(name, check))],
        );
        let (run, proof) = faults(&repository, "4", &["node", "--test"]);
        assert_eq!((run.code, verdicts(&proof)), (1, vec!["convicted-by-fault"]), "{name}: {run:?}");
    }
}

#[test]
fn go_tests_meet_faults() {
    let test = |body: &str| {
        format!(
            "package half\n\nimport \"testing\"\n\nfunc TestTwice(t *testing.T) {{\n\tif Twice(2) != 4 {{\n\t\tt.Fatal(\"twice\")\n\t}}\n}}\n\nfunc TestHalf(t *testing.T) {{\n{body}}}\n"
        )
    };
    let exact = "\tif Half(4) != 2 {\n\t\tt.Fatal(\"half\")\n\t}\n";
    if !crate::prove::answers("go", "version") {
        return;
    }
    for body in [format!("\tt.Skip(\"later\")\n{exact}"), "\t_ = Half(4)\n".into()] {
        let repository = branch(
            &[
                ("go.mod", "module example.com/half\n\ngo 1.19\n"),
                (
                    "half.go",
                    "package half\n\nfunc Twice(x int) int {\n\treturn x * 2\n}\n\nfunc Half(x int) int {\n\treturn x / 2\n}\n",
                ),
                ("half_test.go", &test(exact)),
            ],
            &[("half_test.go", &test(&body))],
        );
        let (run, proof) = faults(&repository, "4", &["go", "test"]);
        assert_eq!((run.code, verdicts(&proof)), (1, vec!["convicted-by-fault"]), "{body}: {run:?}");
    }
}

#[test]
fn nobody_is_convicted_by_tests_that_break_down() {
    if !is_here("pytest") {
        return;
    }
    // The twin of the deleted test would notice each fault, but the whole run ends at a file that can't be read.
    let test = "from shipping import discounted\n\n\ndef test_discounted():\n    assert discounted(200) == 195\n";
    let repository = branch(
        &[
            ("shipping.py", SHIPPING),
            ("tests/test_twin.py", test),
            ("tests/test_other.py", "import nowhere\n"),
            ("tests/test_shipping.py", &format!("{test}\n\ndef test_rate():\n    assert True\n")),
        ],
        &[("tests/test_shipping.py", "def test_rate():\n    assert True\n")],
    );
    let run = pytest(&repository);
    assert_eq!((run.code, verdicts(&json(&run))), (0, vec!["open"]), "{run:?}");
}
