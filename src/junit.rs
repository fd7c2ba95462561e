//! JUnit XML, as most test runners write it.
//!
//! There is no standard; this reads what the common writers agree on: `testcase` elements with `classname`, `name` and
//! perhaps `file`, and in them `failure`, `error` or `skipped`. Numbers at the top are what a writer says of itself and are
//! not read.

use roxmltree::{Document, Node, ParsingOptions};

/// Larger reports are refused, in bytes.
pub const LIMIT: u64 = 64 << 20;

/// One test of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// As the writer calls it: a class, a module, suites.
    pub suite: String,
    pub name: String,
    pub file: Option<String>,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    Skipped,
}

/// The tests of a report.
///
/// # Errors
/// When it is no XML, or its outermost element is none of JUnit's.
pub fn read(text: &str) -> Result<Vec<Case>, String> {
    // Reports come from the run itself; entities in them could only be there to harm.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 4_000_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if !matches!(root.tag_name().name(), "testsuites" | "testsuite" | "testcase") {
        return Err(format!("its outermost element is `{}`, not `testsuites`", root.tag_name().name()));
    }
    Ok(root.descendants().filter(|node| node.has_tag_name("testcase")).map(case).collect())
}

fn case(node: Node<'_, '_>) -> Case {
    let has = |name: &str| node.children().any(|child| child.has_tag_name(name));
    let outcome = match () {
        () if has("failure") || has("error") => Outcome::Failed,
        () if has("skipped") || node.attribute("status") == Some("notrun") => Outcome::Skipped,
        () => Outcome::Passed,
    };
    let text = |name: &str| node.attribute(name).unwrap_or_default().trim().to_owned();
    Case { suite: text("classname"), name: text("name"), file: node.attribute("file").map(Into::into), outcome }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_outcomes() {
        let text = r#"<?xml version='1.0'?><testsuites tests='99'><testsuite name="pytest" failures='0'>
            <testcase classname="tests.test_a" name="test_x" file="tests/test_a.py" time="0.1"/>
            <testcase classname="tests.test_a" name="test_y"><failure message="no">trace</failure></testcase>
            <testcase name="test_e"><error/></testcase>
            <testcase classname="tests.test_a" name="test_z"><skipped/></testcase>
        </testsuite></testsuites>"#;
        let cases = read(text).unwrap();
        let outcomes: Vec<Outcome> = cases.iter().map(|case| case.outcome).collect();
        assert_eq!(outcomes, [Outcome::Passed, Outcome::Failed, Outcome::Failed, Outcome::Skipped]);
        assert_eq!((cases[0].file.as_deref(), cases[2].suite.as_str()), (Some("tests/test_a.py"), ""));
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for text in ["", "<html/>", "<testsuite>", "<testsuite><testcase", "<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite/>"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
