//! Counts and names of failed tests from a JUnit report.

use super::counts::Counts;
use crate::junit::{self, Case, Outcome};

/// So many names of failed tests are kept.
const MAX_NAMES: usize = 100;

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub counts: Counts,
    pub failed: Vec<String>,
}

/// Reads a report, test case by test case.
///
/// # Errors
/// When it is none.
pub fn read(text: &str) -> Result<Report, String> {
    let mut report = Report::default();
    for case in junit::read(text)? {
        let counts = &mut report.counts;
        counts.total += 1;
        match case.outcome {
            Outcome::Passed => counts.passed += 1,
            Outcome::Skipped => counts.skipped += 1,
            Outcome::Failed => {
                counts.failed += 1;
                if report.failed.len() < MAX_NAMES {
                    report.failed.push(name(&case));
                }
            }
        }
    }
    Ok(report)
}

fn name(case: &Case) -> String {
    let parts = [case.suite.as_str(), case.name.as_str()].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("::").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_counted_and_failures_named() {
        let report = read(
            "<?xml version='1.0'?><testsuites tests='99'><testsuite name='s' tests='99' failures='0'>\
             <testcase classname='a' name='one'/><testcase classname='a' name='two'><failure message='x'>t</failure></testcase>\
             <testcase name='three'><skipped/></testcase><testcase name='four'><error/></testcase>\
             </testsuite></testsuites>",
        )
        .unwrap();
        assert_eq!(report.counts, Counts { passed: 1, failed: 2, skipped: 1, total: 4 });
        assert_eq!(report.failed, ["a::two", "four"]);
    }
}
