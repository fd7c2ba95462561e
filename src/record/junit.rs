//! Counts and names of failed tests from a JUnit report.

use roxmltree::{Document, Node, ParsingOptions};

use super::counts::Counts;

/// Larger reports are refused.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// So many names of failed tests are kept.
const MAX_NAMES: usize = 100;

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub counts: Counts,
    pub failed: Vec<String>,
}

/// Reads a report, test case by test case: the numbers at the top are what its writer says of itself.
///
/// # Errors
/// When it is no XML, or has neither a suite nor a case.
pub fn read(text: &str) -> Result<Report, String> {
    // Reports come from the run itself; entities in them could only be there to harm.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 4_000_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if !matches!(root.tag_name().name(), "testsuites" | "testsuite" | "testcase") {
        return Err(format!("its outermost element is `{}`, not `testsuites`", root.tag_name().name()));
    }
    let mut report = Report::default();
    for case in root.descendants().filter(|node| node.has_tag_name("testcase")) {
        let has = |name| case.children().any(|child: Node<'_, '_>| child.has_tag_name(name));
        let counts = &mut report.counts;
        counts.total += 1;
        if has("failure") || has("error") {
            counts.failed += 1;
            if report.failed.len() < MAX_NAMES {
                report.failed.push(name(case));
            }
        } else if has("skipped") {
            counts.skipped += 1;
        } else {
            counts.passed += 1;
        }
    }
    Ok(report)
}

fn name(case: Node<'_, '_>) -> String {
    let attribute = |name| case.attribute(name).unwrap_or_default().trim();
    let name = [attribute("classname"), attribute("name")].into_iter().filter(|part| !part.is_empty());
    let name: Vec<&str> = name.collect();
    name.join("::").chars().take(300).collect()
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

    #[test]
    fn what_is_no_report_is_refused() {
        for text in ["", "<html/>", "<testsuite>", "<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite/>"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
