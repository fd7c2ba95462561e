//! What runners print and write of single tests, each in its own form.

use std::path::Path;

use super::outcome::{Status, TestResult};
use super::run::Ran;
use crate::junit;

/// Where single results come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// A JUnit file of ours.
    Junit,
    /// A file in jest's JSON form, which vitest shares.
    Jest,
    /// A file in mocha's JSON form.
    Mocha,
    /// A file in RSpec's JSON form.
    Rspec,
    /// JUnit files that it leaves in the work tree by itself.
    Maven,
    /// JUnit files too, elsewhere.
    Gradle,
    /// `go test -json` on standard output.
    Go,
    /// `test path::name ... ok` on standard output.
    Cargo,
    /// `test_x (module.Class.test_x) ... ok` on standard error.
    Unittest,
}

impl Reads {
    /// Where reports are that no argument has to ask for, as a glob.
    pub fn reports(self) -> Option<&'static str> {
        match self {
            Self::Maven => Some("**/target/{surefire,failsafe}-reports/*.xml"),
            Self::Gradle => Some("**/build/test-results/**/*.xml"),
            _ => None,
        }
    }

    /// What a run said of single tests.
    pub fn results(self, ran: &Ran, report: &Path) -> Vec<TestResult> {
        let stdout = || String::from_utf8_lossy(&ran.stdout);
        match self {
            Self::Junit => read_file(report).map(|text| reported(&text)).unwrap_or_default(),
            Self::Jest => read_file(report).map(|text| jest(&text)).unwrap_or_default(),
            Self::Mocha => read_file(report).map(|text| mocha(&text)).unwrap_or_default(),
            Self::Rspec => read_file(report).map(|text| rspec(&text)).unwrap_or_default(),
            // Read with the caller's own.
            Self::Maven | Self::Gradle => Vec::new(),
            Self::Go => stdout().lines().filter_map(go).collect(),
            Self::Cargo => cargo(&stdout()),
            Self::Unittest => String::from_utf8_lossy(&ran.stderr).lines().filter_map(unittest).collect(),
        }
    }
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
