//! Test runners that are known by their command: how to let them name single tests, and how to run only some.

use std::ffi::OsString;
use std::path::Path;

use super::outcome::TestResult;
use super::results::Reads;
use super::run::Ran;
use super::selection::{Selection, Single, Singles};

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
    singles: Singles,
}

/// How it is told which files to run.
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
    singles: Singles,
) -> Runner {
    Runner { words, arguments, follows: false, reads, selects, singles }
}

impl Runner {
    /// One whose options stand before everything else.
    const fn leading(self) -> Self {
        Self { follows: true, ..self }
    }
}

const PYTEST: &[&str] = &["--junitxml={report}", "-o", "junit_family=xunit1"];
/// A module without the tests in question is no failure.
const MAVEN: &[&str] = &["-Dsurefire.failIfNoSpecifiedTests=false", "-DfailIfNoTests=false"];
const MOCHA: &[&str] = &["--reporter=json", "--reporter-option=output={report}"];
const NODE: &[&str] = &["--test-reporter=junit", "--test-reporter-destination={report}"];

static RUNNERS: &[Runner] = &[
    runner(&["pytest"], PYTEST, Reads::Junit, Selects::Files, Singles::Nodes),
    runner(&["py.test"], PYTEST, Reads::Junit, Selects::Files, Singles::Nodes),
    runner(&["unittest"], &["-v"], Reads::Unittest, Selects::Nothing, Singles::Each("-k")),
    runner(
        &["jest"],
        &["--json", "--outputFile={report}"],
        Reads::Jest,
        Selects::Files,
        Singles::Pattern("--testNamePattern="),
    ),
    runner(
        &["vitest"],
        &["--reporter=json", "--outputFile={report}"],
        Reads::Jest,
        Selects::Files,
        Singles::Pattern("--testNamePattern="),
    ),
    runner(&["mocha"], MOCHA, Reads::Mocha, Selects::Files, Singles::Pattern("--grep=")),
    runner(&["node", "--test"], NODE, Reads::Junit, Selects::Files, Singles::OwnPattern("--test-name-pattern="))
        .leading(),
    runner(
        &["rspec"],
        &["--format", "json", "--out", "{report}"],
        Reads::Rspec,
        Selects::Files,
        Singles::Each("--example"),
    ),
    runner(
        &["phpunit"],
        &["--log-junit", "{report}"],
        Reads::Junit,
        Selects::Nothing,
        Singles::OwnPattern("--filter="),
    ),
    runner(&["ctest"], &["--output-junit", "{report}"], Reads::Junit, Selects::Nothing, Singles::None),
    runner(&["go", "test"], &["-json"], Reads::Go, Selects::Folders, Singles::Roots("-run=")).leading(),
    runner(&["mvn"], MAVEN, Reads::Maven, Selects::Nothing, Singles::Methods("-Dtest=")),
    runner(&["mvnw"], MAVEN, Reads::Maven, Selects::Nothing, Singles::Methods("-Dtest=")),
    runner(&["gradle"], &[], Reads::Gradle, Selects::Nothing, Singles::Each("--tests")),
    runner(&["gradlew"], &[], Reads::Gradle, Selects::Nothing, Singles::Each("--tests")),
    // A failing test of one target says nothing of the next.
    runner(&["cargo", "test"], &["--no-fail-fast"], Reads::Cargo, Selects::Nothing, Singles::Behind).leading(),
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
        // Files that the caller names are the caller's choice.
        let is_free = |runner: &Runner, end: usize| {
            runner.selects != Selects::Nothing
                && self.words[end..].iter().all(|word| word.to_string_lossy().starts_with('-'))
        };
        self.is_marked() || self.known.is_some_and(|(runner, end)| is_free(runner, end))
    }

    fn is_marked(&self) -> bool {
        self.words.iter().any(|word| word == PLACEHOLDER)
    }

    /// How it can be told to run only these tests, unless the caller chose some already.
    fn singles(&self, wanted: &[Single]) -> Option<Singles> {
        let (runner, end) = self.known?;
        let is_chosen = self.words[end..].iter().any(|word| runner.singles.is_said_by(&word.to_string_lossy()));
        let needs_files = runner.singles == Singles::Nodes;
        (!is_chosen && (!needs_files || self.selects()) && runner.singles.fits(wanted)).then_some(runner.singles)
    }

    /// Whether a run can be told to run only these tests.
    pub fn singles_out(&self, wanted: &[Single]) -> bool {
        self.singles(wanted).is_some()
    }

    /// What tells a test of a run that it alone is wanted.
    pub fn single_of(&self, test: &TestResult, top: &Path) -> Option<Single> {
        Single::of(test, self.known?.0.reads, top)
    }

    /// The words for one run of this selection, of everything where it is empty, reporting to a file.
    pub fn command(&self, selection: &Selection, report: &Path) -> Vec<OsString> {
        let mut words = self.words.clone();
        let singles = self.singles(&selection.singles);
        let files = match singles {
            Some(Singles::Nodes) => selection.singles.iter().filter_map(Single::node).collect(),
            _ => self.spelled(&selection.files),
        };
        let chosen = if self.selects() { files.into_iter().map(OsString::from).collect() } else { Vec::new() };
        match words.iter().position(|word| word == PLACEHOLDER) {
            Some(at) => {
                words.splice(at..=at, chosen);
            }
            None => words.extend(chosen),
        }
        if let Some((runner, end)) = self.known {
            let report = report.to_string_lossy();
            let mut added: Vec<String> =
                runner.arguments.iter().map(|word| word.replace("{report}", &report)).collect();
            match singles {
                Some(Singles::Behind) => {
                    let has_bar = words.iter().any(|word| word == "--");
                    words.extend((!has_bar).then(|| "--".into()));
                    words.extend(Singles::Behind.words(&selection.singles).into_iter().map(OsString::from));
                }
                Some(singles) => added.extend(singles.words(&selection.singles)),
                None => {}
            }
            let at = if runner.follows { end } else { words.len() };
            words.splice(at..at, added.into_iter().map(OsString::from));
        }
        words
    }

    fn spelled(&self, files: &[String]) -> Vec<String> {
        let by_folder = self.known.is_some_and(|(runner, _)| runner.selects == Selects::Folders);
        let spelled = |file: &String| match file.rsplit_once('/') {
            Some((dir, _)) if by_folder => format!("./{dir}"),
            None if by_folder => ".".into(),
            // A file may be named like an option.
            _ if file.starts_with('-') => format!("./{file}"),
            _ => file.clone(),
        };
        let mut words: Vec<String> = files.iter().map(spelled).collect();
        words.sort();
        words.dedup();
        words
    }

    /// Where it leaves JUnit files in the work tree by itself, as a glob.
    pub fn reports(&self) -> Option<&'static str> {
        self.known?.0.reads.reports()
    }

    /// What the run said of single tests.
    pub fn results(&self, ran: &Ran, report: &Path) -> Vec<TestResult> {
        self.known.map(|(runner, _)| runner.reads.results(ran, report)).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(words: &[&str]) -> Prepared {
        Prepared::new(words.iter().map(OsString::from).collect())
    }

    fn command(words: &[&str], files: &[&str]) -> Vec<String> {
        selected(words, files, &[])
    }

    fn selected(words: &[&str], files: &[&str], singles: &[(&str, &str)]) -> Vec<String> {
        let singles = singles.iter().map(|(file, title)| Single::titled(title, file)).collect();
        let selection = Selection { files: files.iter().map(ToString::to_string).collect(), singles };
        let made = prepared(words).command(&selection, Path::new("/r"));
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
    fn single_tests_are_selected() {
        let python = [("tests/test_a.py", "TestSum › test_total"), ("tests/test_a.py", "test_rows[1-2]")];
        let made = selected(&["pytest", "-q"], &["tests/test_a.py"], &python);
        assert_eq!(made[2..4], ["tests/test_a.py::TestSum::test_total", "tests/test_a.py::test_rows"]);
        let made = selected(&["python", "-m", "unittest", "discover"], &[], &python[..1]);
        assert_eq!(made[4..], ["-v", "-k", "TestSum.test_total"]);
        let made = selected(&["npx", "jest"], &["a.test.js"], &[("a.test.js", "cart (full) › adds %i items")]);
        assert_eq!(made.last().unwrap(), r"--testNamePattern=(cart \(full\) adds )");
        let made = selected(&["mocha"], &["a.js"], &[("a.js", "s › a"), ("a.js", "s › b")]);
        assert_eq!(made.last().unwrap(), "--grep=(s a|s b)");
        let made = selected(&["node", "--test"], &["a.test.js"], &[("a.test.js", "s › a.b")]);
        assert_eq!(made[4..], [r"--test-name-pattern=(a\.b)", "a.test.js"]);
        let made =
            selected(&["go", "test"], &["a/a_test.go"], &[("a/a_test.go", "TestA › zero"), ("a/a_test.go", "TestB")]);
        assert_eq!(made[2..], ["-json", "-run=^(TestA|TestB)$", "./a"]);
        let made = selected(&["cargo", "test", "--workspace"], &[], &[("src/a.rs", "tests › bound")]);
        assert_eq!(made[2..], ["--no-fail-fast", "--workspace", "--", "tests::bound"]);
        let java = [("A.java", "com.example.BillingTest › adds(int)"), ("A.java", "com.example.BillingTest › rounds")];
        let made = selected(&["./mvnw", "-q", "test"], &[], &java);
        assert_eq!(made[5..], ["-Dtest=com.example.BillingTest#adds,com.example.BillingTest#rounds"]);
        let made = selected(&["./gradlew", "test"], &[], &java[..1]);
        assert_eq!(made[1..], ["test", "--tests", "com.example.BillingTest.adds"]);
        let made = selected(&["cargo", "test", "--", "--quiet"], &[], &[("src/a.rs", "bound")]);
        assert_eq!(made[3..], ["--", "--quiet", "bound"]);
    }

    #[test]
    fn what_can_not_be_singled_out() {
        // The caller chose already, or a name says too little, or the runner has no way.
        let one = [("tests/test_a.py", "test_a")];
        assert_eq!(selected(&["pytest", "-k", "a"], &[], &one)[..3], ["pytest", "-k", "a"]);
        assert!(!selected(&["pytest", "tests"], &[], &one).concat().contains("::"));
        assert!(!selected(&["npx", "jest", "-t", "x"], &[], &[("a.js", "abc")]).concat().contains("NamePattern"));
        assert!(!selected(&["npx", "jest"], &[], &[("a.js", "%s")]).concat().contains("NamePattern"));
        assert!(!selected(&["ctest"], &[], &[("a.c", "abc")]).concat().contains("abc"));
        assert!(!prepared(&["make", "test"]).singles_out(&[Single::titled("a", "a.c")]));
    }
}
