//! Test runners that are known by their command: how to let them name single tests, and how to run only some files.

use std::ffi::OsString;
use std::path::Path;

use super::outcome::{Status, TestResult};
use super::run::Ran;
use crate::junit;

/// A runner, recognised by words of the command.
struct Runner {
    /// The word or words it is called by.
    words: &'static [&'static str],
    /// What to add so that it reports single tests; `{report}` is a file of ours.
    arguments: &'static [&'static str],
    /// Whether the addition stands right behind the words instead of at the end.
    follows: bool,
    reads: Reads,
    selects: Selects,
}

/// Where single results come from.
#[derive(Clone, Copy)]
enum Reads {
    /// A JUnit file of ours.
    Junit,
    /// A file in jest's JSON form, which vitest shares.
    Jest,
    /// A file in mocha's JSON form.
    Mocha,
    /// A file in RSpec's JSON form.
    Rspec,
    /// `go test -json` on standard output.
    Go,
    /// `test path::name ... ok` on standard output.
    Cargo,
    /// `test_x (module.Class.test_x) ... ok` on standard error.
    Unittest,
}

/// How it is told what to run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Selects {
    Files,
    /// The folders of the files, as `./folder`.
    Folders,
    Nothing,
}

const fn runner(
    words: &'static [&'static str],
    arguments: &'static [&'static str],
    reads: Reads,
    selects: Selects,
) -> Runner {
    Runner { words, arguments, follows: false, reads, selects }
}

static RUNNERS: &[Runner] = &[
    runner(&["pytest"], &["--junitxml={report}", "-o", "junit_family=xunit1"], Reads::Junit, Selects::Files),
    runner(&["py.test"], &["--junitxml={report}", "-o", "junit_family=xunit1"], Reads::Junit, Selects::Files),
    runner(&["unittest"], &["-v"], Reads::Unittest, Selects::Nothing),
    runner(&["jest"], &["--json", "--outputFile={report}"], Reads::Jest, Selects::Files),
    runner(&["vitest"], &["--reporter=json", "--outputFile={report}"], Reads::Jest, Selects::Files),
    runner(&["mocha"], &["--reporter=json", "--reporter-option=output={report}"], Reads::Mocha, Selects::Files),
    Runner {
        words: &["node", "--test"],
        arguments: &["--test-reporter=junit", "--test-reporter-destination={report}"],
        follows: true,
        reads: Reads::Junit,
        selects: Selects::Files,
    },
    runner(&["rspec"], &["--format", "json", "--out", "{report}"], Reads::Rspec, Selects::Files),
    runner(&["phpunit"], &["--log-junit", "{report}"], Reads::Junit, Selects::Nothing),
    runner(&["ctest"], &["--output-junit", "{report}"], Reads::Junit, Selects::Nothing),
    Runner {
        words: &["go", "test"],
        arguments: &["-json"],
        follows: true,
        reads: Reads::Go,
        selects: Selects::Folders,
    },
    // A failing test of one target says nothing of the next.
    Runner {
        words: &["cargo", "test"],
        arguments: &["--no-fail-fast"],
        follows: true,
        reads: Reads::Cargo,
        selects: Selects::Nothing,
    },
];

/// Stands in a command for the test files in question.
const PLACEHOLDER: &str = "{tests}";

/// A caller's command, ready for trees.
pub struct Prepared {
    words: Vec<OsString>,
    known: Option<(&'static Runner, usize)>,
}

impl Prepared {
    pub fn new(words: Vec<OsString>) -> Self {
        let known = RUNNERS.iter().find_map(|runner| Some((runner, position(&words, runner.words)?)));
        Self { words, known }
    }

    /// Whether it can be told to run only some files.
    pub fn selects(&self) -> bool {
        let is_marked = self.words.iter().any(|word| word == PLACEHOLDER);
        // Files that the caller names are the caller's choice.
        let is_free = |runner: &Runner, end: usize| {
            runner.selects != Selects::Nothing
                && self.words[end..].iter().all(|word| word.to_string_lossy().starts_with('-'))
        };
        is_marked || self.known.is_some_and(|(runner, end)| is_free(runner, end))
    }

    /// The words for one run of these test files, all of them where there are none, reporting to a file.
    pub fn command(&self, files: &[String], report: &Path) -> Vec<OsString> {
        let mut words = self.words.clone();
        let chosen = if self.selects() { self.spelled(files) } else { Vec::new() };
        match words.iter().position(|word| word == PLACEHOLDER) {
            Some(at) => {
                words.splice(at..=at, chosen);
            }
            None => words.extend(chosen),
        }
        if let Some((runner, end)) = self.known {
            let report = report.to_string_lossy();
            let added = runner.arguments.iter().map(|word| OsString::from(word.replace("{report}", &report)));
            let at = if runner.follows { end } else { words.len() };
            words.splice(at..at, added);
        }
        words
    }

    fn spelled(&self, files: &[String]) -> Vec<OsString> {
        let by_folder = self.known.is_some_and(|(runner, _)| runner.selects == Selects::Folders);
        let mut words: Vec<String> = if by_folder {
            files
                .iter()
                .map(|file| file.rsplit_once('/').map_or_else(|| ".".into(), |(dir, _)| format!("./{dir}")))
                .collect()
        } else {
            // A file may be named like an option.
            files.iter().map(|file| if file.starts_with('-') { format!("./{file}") } else { file.clone() }).collect()
        };
        words.sort();
        words.dedup();
        words.into_iter().map(OsString::from).collect()
    }

    /// What the run said of single tests.
    pub fn results(&self, ran: &Ran, report: &Path) -> Vec<TestResult> {
        let Some((runner, _)) = self.known else { return Vec::new() };
        let stdout = || String::from_utf8_lossy(&ran.stdout);
        match runner.reads {
            Reads::Junit => read_file(report).map(|text| reported(&text)).unwrap_or_default(),
            Reads::Jest => read_file(report).map(|text| jest(&text)).unwrap_or_default(),
            Reads::Mocha => read_file(report).map(|text| mocha(&text)).unwrap_or_default(),
            Reads::Rspec => read_file(report).map(|text| rspec(&text)).unwrap_or_default(),
            Reads::Go => stdout().lines().filter_map(go).collect(),
            Reads::Cargo => cargo(&stdout()),
            Reads::Unittest => String::from_utf8_lossy(&ran.stderr).lines().filter_map(unittest).collect(),
        }
    }
}

/// Where the words end that call a runner: the program's name is the last part of its path.
fn position(words: &[OsString], called: &[&str]) -> Option<usize> {
    let name = |word: &OsString| {
        let stem = Path::new(word).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        ["", ".cmd", ".exe", ".js", ".mjs"]
            .iter()
            .find_map(|end| stem.strip_suffix(end).map(ToOwned::to_owned))
            .unwrap_or(stem)
    };
    let at = words.iter().position(|word| name(word) == called[0])?;
    let rest = words.get(at + 1..at + called.len())?;
    rest.iter().zip(&called[1..]).all(|(word, wanted)| word == wanted).then_some(at + called.len())
}

/// The tests of a JUnit report; nothing where it can't be read: a runner that died half-way says so by its exit code.
pub fn reported(text: &str) -> Vec<TestResult> {
    junit::read(text).unwrap_or_default().into_iter().map(TestResult::from).collect()
}

/// A report of the runner's, whole; nothing where there is none or it is too large.
pub fn read_file(path: &Path) -> Option<String> {
    let size = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
    (size <= junit::LIMIT).then(|| std::fs::read_to_string(path).ok())?
}

#[derive(serde::Deserialize)]
struct JestReport {
    #[serde(rename = "testResults", default)]
    files: Vec<JestFile>,
}

#[derive(serde::Deserialize)]
struct JestFile {
    #[serde(default)]
    name: String,
    #[serde(rename = "assertionResults", default)]
    tests: Vec<JestTest>,
}

#[derive(serde::Deserialize)]
struct JestTest {
    #[serde(rename = "ancestorTitles", default)]
    suites: Vec<String>,
    title: String,
    status: String,
}

fn jest(text: &str) -> Vec<TestResult> {
    let Ok(report) = serde_json::from_str::<JestReport>(text) else { return Vec::new() };
    let tests =
        report.files.into_iter().flat_map(|file| file.tests.into_iter().map(move |test| (file.name.clone(), test)));
    tests
        .map(|(file, test)| TestResult {
            suite: test.suites.join(" › "),
            name: test.title,
            file: Some(file),
            status: named(&test.status),
        })
        .collect()
}

#[derive(serde::Deserialize)]
struct MochaReport {
    #[serde(default)]
    passes: Vec<MochaTest>,
    #[serde(default)]
    failures: Vec<MochaTest>,
    #[serde(default)]
    pending: Vec<MochaTest>,
}

#[derive(serde::Deserialize)]
struct MochaTest {
    title: String,
    #[serde(rename = "fullTitle", default)]
    full_title: String,
    file: Option<String>,
}

fn mocha(text: &str) -> Vec<TestResult> {
    let Ok(report) = serde_json::from_str::<MochaReport>(text) else { return Vec::new() };
    let results = |tests: Vec<MochaTest>, status| {
        tests.into_iter().map(move |test| {
            let suites = test.full_title.strip_suffix(&test.title).unwrap_or_default();
            TestResult { suite: suites.trim().to_owned(), name: test.title, file: test.file, status }
        })
    };
    results(report.passes, Status::Passed)
        .chain(results(report.failures, Status::Failed))
        .chain(results(report.pending, Status::Skipped))
        .collect()
}

#[derive(serde::Deserialize)]
struct RspecReport {
    #[serde(default)]
    examples: Vec<RspecExample>,
}

#[derive(serde::Deserialize)]
struct RspecExample {
    full_description: String,
    file_path: Option<String>,
    status: String,
}

fn rspec(text: &str) -> Vec<TestResult> {
    let Ok(report) = serde_json::from_str::<RspecReport>(text) else { return Vec::new() };
    let example = |example: RspecExample| TestResult {
        suite: String::new(),
        name: example.full_description,
        file: example.file_path.map(|path| path.trim_start_matches("./").to_owned()),
        status: named(&example.status),
    };
    report.examples.into_iter().map(example).collect()
}

fn named(status: &str) -> Status {
    match status {
        "passed" | "pass" | "ok" => Status::Passed,
        "failed" | "fail" | "FAILED" | "FAIL" | "ERROR" => Status::Failed,
        _ => Status::Skipped,
    }
}

#[derive(serde::Deserialize)]
struct GoEvent {
    #[serde(rename = "Action")]
    action: String,
    #[serde(rename = "Package", default)]
    package: String,
    #[serde(rename = "Test")]
    test: Option<String>,
}

fn go(line: &str) -> Option<TestResult> {
    let event: GoEvent = serde_json::from_str(line).ok()?;
    let is_end = matches!(event.action.as_str(), "pass" | "fail" | "skip");
    let name = event.test.filter(|_| is_end)?;
    Some(TestResult { suite: event.package, name, file: None, status: named(&event.action) })
}

/// `test result::tests::x ... ok`, `FAILED`, `ignored`; `- should panic` may follow the name. What a test itself prints
/// can stand between the name and the outcome.
fn cargo(text: &str) -> Vec<TestResult> {
    let read = |line: &str| {
        let (name, outcome) = line.strip_prefix("test ")?.split_once(" ... ")?;
        let name = name.trim_end_matches(" - should panic");
        let status = match outcome.trim() {
            end if end.ends_with("ok") => Status::Passed,
            end if end.ends_with("FAILED") => Status::Failed,
            end if end.starts_with("ignored") => Status::Skipped,
            _ => return None,
        };
        Some(match example(name) {
            Some((file, of)) => TestResult { suite: file.into(), name: of, file: Some(file.into()), status },
            None => TestResult { suite: String::new(), name: name.into(), file: None, status },
        })
    };
    text.lines().filter_map(read).collect()
}

/// The file and the item of an example in documentation: `src/lib.rs - fill (line 12) - compile`. The line is left out: code
/// above moves it.
fn example(name: &str) -> Option<(&str, String)> {
    let (file, rest) = name.split_once(" - ").filter(|(file, _)| file.ends_with(".rs") || file.ends_with(".md"))?;
    let (item, _) = rest.rsplit_once("(line ")?;
    Some((file, format!("example of {}", if item.is_empty() { "the file" } else { item.trim_end() })))
}

fn unittest(line: &str) -> Option<TestResult> {
    let (name, outcome) = line.rsplit_once(" ... ")?;
    let (name, suite) = name.split_once(" (").map_or((name, ""), |(name, suite)| (name, suite.trim_end_matches(')')));
    let status = match outcome.split_whitespace().next()? {
        "ok" => Status::Passed,
        "FAIL" | "ERROR" => Status::Failed,
        "skipped" | "expected" => Status::Skipped,
        _ => return None,
    };
    Some(TestResult { suite: suite.into(), name: name.into(), file: None, status })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(words: &[&str]) -> Prepared {
        Prepared::new(words.iter().map(OsString::from).collect())
    }

    fn command(words: &[&str], files: &[&str]) -> Vec<String> {
        let files: Vec<String> = files.iter().map(ToString::to_string).collect();
        let made = prepared(words).command(&files, Path::new("/r"));
        made.into_iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn known_runners_are_told_what_to_run_and_where_to_report() {
        let pytest = ["pytest", "-q", "tests/test_a.py", "--junitxml=/r", "-o", "junit_family=xunit1"];
        assert_eq!(command(&["pytest", "-q"], &["tests/test_a.py"]), pytest);
        let go = ["go", "test", "-json", "./billing"];
        assert_eq!(command(&["go", "test"], &["billing/a_test.go", "billing/b_test.go"]), go);
        let node = ["node", "--test", "--test-reporter=junit", "--test-reporter-destination=/r", "a.test.js"];
        assert_eq!(command(&["node", "--test"], &["a.test.js"]), node);
    }

    #[test]
    fn what_the_caller_chose_stays() {
        assert_eq!(command(&["go", "test", "./..."], &["a_test.go"]), ["go", "test", "-json", "./..."]);
        assert_eq!(command(&["make", "check"], &["tests/test_a.py"]), ["make", "check"]);
        assert_eq!(command(&["make", "check", "T={tests}"], &["a"]), ["make", "check", "T={tests}"]);
        assert_eq!(command(&["run", "{tests}", "-v"], &["b", "a"]), ["run", "a", "b", "-v"]);
        assert_eq!(command(&["pytest", "tests"], &["-k.py"])[..2], ["pytest", "tests"]);
        assert_eq!(command(&["pytest"], &["-k.py"])[1], "./-k.py");
    }

    #[test]
    fn results_are_read() {
        let statuses = |results: Vec<TestResult>| results.into_iter().map(|test| test.status).collect::<Vec<_>>();
        let cargo = cargo("test a::b ... ok\ntest c - should panic ... FAILED\ntest d ... ignored\nrunning 3 tests\n");
        assert_eq!(statuses(cargo), [Status::Passed, Status::Failed, Status::Skipped]);
        let examples = self::cargo(
            "test src/lib.rs - fill (line 12) ... ok\ntest src/lib.rs - (line 3) ... FAILED\ntest src/a.rs - a::B<T>::c (line 9) - compile fail ... ok\n",
        );
        let titles: Vec<String> = examples.iter().map(TestResult::title).collect();
        assert_eq!(
            titles,
            ["src/lib.rs › example of fill", "src/lib.rs › example of the file", "src/a.rs › example of a::B<T>::c"]
        );
        let lines =
            ["test_x (t.C.test_x) ... ok", "test_y (t.C) ... FAIL", "test_z (t.C.test_z) ... skipped 'no'", "Ran 3"];
        assert_eq!(
            statuses(lines.into_iter().filter_map(unittest).collect()),
            [Status::Passed, Status::Failed, Status::Skipped]
        );
        let go = [
            r#"{"Action":"run","Package":"p","Test":"TestA"}"#,
            r#"{"Action":"fail","Package":"p","Test":"TestA"}"#,
            "noise",
        ];
        assert_eq!(statuses(go.into_iter().filter_map(self::go).collect()), [Status::Failed]);
        let jest = jest(
            r#"{"testResults":[{"name":"/a.test.js","assertionResults":[{"ancestorTitles":["s"],"title":"t","status":"pending"}]}]}"#,
        );
        assert_eq!(statuses(jest), [Status::Skipped]);
        let mocha = mocha(
            r#"{"passes":[{"title":"adds","fullTitle":"cart when full adds","file":"/t/test/a.js"}],"failures":[],"pending":[{"title":"x","fullTitle":"x"}]}"#,
        );
        assert_eq!((mocha[0].title().as_str(), mocha[0].status), ("cart when full › adds", Status::Passed));
        assert_eq!(mocha[1].status, Status::Skipped);
    }
}
