//! JUnit XML, as most runners write it.
//!
//! There is no standard; this reads what the common writers agree on: `testcase` elements with `classname`, `name` and
//! perhaps `file`, and in them `failure`, `error` or `skipped`.

use super::outcome::{Status, TestResult};

/// Larger reports are not read.
pub const LIMIT: u64 = 64 << 20;

/// The tests of one report; nothing where it can't be read: a runner that died half-way says so by its exit code.
pub fn read(text: &str) -> Vec<TestResult> {
    let Ok(document) = roxmltree::Document::parse(text) else { return Vec::new() };
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    cases
        .map(|case| {
            let has = |name: &str| case.children().any(|child| child.has_tag_name(name));
            let status = match () {
                () if has("failure") || has("error") => Status::Failed,
                () if has("skipped") || case.attribute("status") == Some("notrun") => Status::Skipped,
                () => Status::Passed,
            };
            TestResult {
                suite: case.attribute("classname").unwrap_or_default().into(),
                name: case.attribute("name").unwrap_or_default().into(),
                file: case.attribute("file").map(Into::into),
                status,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_outcomes() {
        let text = r#"<testsuites><testsuite name="pytest">
            <testcase classname="tests.test_a" name="test_x" file="tests/test_a.py" time="0.1"/>
            <testcase classname="tests.test_a" name="test_y"><failure message="no">trace</failure></testcase>
            <testcase classname="tests.test_a" name="test_z"><skipped/></testcase>
        </testsuite></testsuites>"#;
        let statuses: Vec<Status> = read(text).iter().map(|test| test.status).collect();
        assert_eq!(statuses, [Status::Passed, Status::Failed, Status::Skipped]);
        assert!(read("<testsuite><testcase").is_empty());
    }
}
