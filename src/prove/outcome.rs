//! What a run said of single tests, where it said so.

use super::run::Ended;
use super::selection::without_row;
use crate::junit;

/// The outcome of one command in one tree.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub ended: Ended,
    /// One entry for each test that the runner named; empty where it names none.
    pub tests: Vec<TestResult>,
    /// The end of what it printed, for people.
    pub tail: String,
    pub seconds: f64,
}

/// One test's result, in its runner's words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct TestResult {
    /// Its suites, class or module, outermost first, as far as the runner says.
    pub suite: String,
    /// Its own name, with the parameters of a row.
    pub name: String,
    /// The file it is in, where the runner says.
    pub file: Option<String>,
    pub status: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Skipped,
    Passed,
    Failed,
}

impl Outcome {
    /// How one test of the test diff fared: failed if any of its rows did. `None` where the runner did not name it.
    ///
    /// `title` is `suite › name`; `file` its path in the tree that was run.
    pub fn status_of(&self, title: &str, file: &str) -> Option<Status> {
        self.of_test(title, file).map(|test| test.status).max()
    }

    /// What the runner said of one test of the test diff, each of its rows.
    pub fn of_test(&self, title: &str, file: &str) -> impl Iterator<Item = &TestResult> {
        self.tests.iter().filter(move |test| test.is(title, file))
    }

    /// Tests that failed here, by name.
    pub fn failing(&self) -> impl Iterator<Item = &TestResult> {
        self.tests.iter().filter(|test| test.status == Status::Failed)
    }

    pub fn count(&self, status: Status) -> usize {
        self.tests.iter().filter(|test| test.status == status).count()
    }

    /// How this very test fared.
    pub fn status_of_same(&self, other: &TestResult) -> Option<Status> {
        let same = |test: &&TestResult| test.suite == other.suite && test.name == other.name;
        self.tests.iter().filter(same).map(|test| test.status).max()
    }
}

impl From<junit::Case> for TestResult {
    fn from(case: junit::Case) -> Self {
        let status = match case.outcome {
            junit::Outcome::Passed => Status::Passed,
            junit::Outcome::Failed => Status::Failed,
            junit::Outcome::Skipped => Status::Skipped,
        };
        Self { suite: case.suite, name: case.name, file: case.file, status }
    }
}

impl TestResult {
    /// `suite › name`, as people see it.
    pub fn title(&self) -> String {
        if self.suite.is_empty() { self.name.clone() } else { format!("{} › {}", self.suite, self.name) }
    }

    fn is(&self, title: &str, file: &str) -> bool {
        // A row whose name only the run knows counts with the test around it.
        let title = title.trim_end().trim_end_matches('›').trim_end();
        let (around, own) = title.rsplit_once(" › ").unwrap_or(("", title));
        // Runners name files relative to where they ran or absolutely.
        let is_elsewhere = self.file.as_deref().is_some_and(|known| !known.replace('\\', "/").ends_with(file));
        if is_elsewhere || !ends_with_name(&self.name, own) {
            return false;
        }
        let reported = format!("{} {}", self.suite, self.name);
        around.split(" › ").all(|segment| reported.contains(without_row(segment)))
    }
}

/// Whether a runner's name for a test is that of the test diff: the same words, perhaps with suites in front and a row's
/// parameters behind.
fn ends_with_name(reported: &str, own: &str) -> bool {
    let own = without_row(own);
    let is_end = |name: &str| {
        name.strip_suffix(own)
            .is_some_and(|front| front.is_empty() || !front.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    // A Go subtest's name follows its test's.
    is_end(reported) || is_end(without_row(reported)) || reported.split('/').any(|part| part == own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(suite: &str, name: &str, file: Option<&str>) -> TestResult {
        TestResult { suite: suite.into(), name: name.into(), file: file.map(Into::into), status: Status::Passed }
    }

    #[test]
    fn names_of_many_runners() {
        let file = "tests/test_a.py";
        for (suite, name, title) in [
            ("tests.test_a", "test_total", "test_total"),
            ("tests.test_a.TestSum", "test_total[1-2]", "TestSum › test_total"),
            ("", "billing::tests::total", "tests › total"),
            ("example.com/billing", "TestTotal/zero", "TestTotal"),
            ("example.com/billing", "TestTotal", "TestTotal › "),
            ("cart when empty", "cart when empty has no total", "cart › when empty › has no total"),
            ("TotalTest", "adds(int, int)", "TotalTest › adds"),
            ("a.TotalTest", "adds{int[], int}[1]", "TotalTest › adds"),
            ("TotalTest", "adds(int, int)[1]", "TotalTest › adds"),
            ("cart", "cart takes ${price} (in cents)", "cart › takes ${price} (in cents)"),
        ] {
            assert!(result(suite, name, None).is(title, file), "{suite} {name}");
        }
        for (suite, name, title) in [
            ("tests.test_a", "test_subtotal", "total"),
            ("tests.test_a", "test_total", "TestSum › test_total"),
            ("tests.test_a", "test_total_two", "test_total"),
        ] {
            assert!(!result(suite, name, None).is(title, file), "{suite} {name}");
        }
        assert!(result("", "test_total", Some("/tmp/x/tests/test_a.py")).is("test_total", file));
        assert!(!result("", "test_total", Some("tests/test_b.py")).is("test_total", file));
    }
}
