//! What a finding is about, as twelve digits.
//!
//! Line numbers are no part of it, nor is indentation: a finding keeps its name over a rebase, and a waiver for it holds as
//! long as the excused content stays as it is. Where several findings are about the same content, their order in the file
//! tells them apart.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::{Finding, Place};
use crate::RepoPath;

/// Digits of an identity; enough that no report ever has two by accident, short enough to type.
const DIGITS: usize = 12;

/// Puts findings into an order of their own and merges those that say the same.
pub(super) fn merge(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| order(a).cmp(&order(b)).then(b.confidence.cmp(&a.confidence)).then(a.help.cmp(&b.help)));
    // The surest of equals stays.
    findings.dedup_by(|later, first| order(later) == order(first));
    findings
}

fn order(finding: &Finding) -> impl Ord {
    let Finding { rule, test, message, before, after, witness, .. } = finding;
    let texts = [test.as_deref(), Some(message.as_str()), before.as_deref(), after.as_deref(), witness.as_deref()];
    (rule, whereabouts(finding.place.as_ref()), whereabouts(finding.base_place.as_ref()), texts)
}

fn whereabouts(place: Option<&Place>) -> impl Ord {
    place.map(|place| (&place.path, place.side, place.lines))
}

/// An identity for each of the findings, which [`merge`] has ordered.
pub(super) fn of<'a>(findings: &'a [Finding], path: impl Fn(&'a Finding) -> Option<&'a RepoPath>) -> Vec<String> {
    let mut seen: HashMap<[u8; 32], u32> = HashMap::new();
    let identity = |finding| {
        let content = digest(finding, path(finding));
        let ordinal = seen.entry(content).or_insert(0);
        *ordinal += 1;
        if *ordinal == 1 {
            content
        } else {
            Sha256::new().chain_update(content).chain_update(ordinal.to_be_bytes()).finalize().into()
        }
    };
    let digests = findings.iter().map(identity);
    digests.map(|digest| digest.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()).collect()
}

fn digest(finding: &Finding, path: Option<&RepoPath>) -> [u8; 32] {
    let (before, after) = (finding.before.as_deref().map(spaced), finding.after.as_deref().map(spaced));
    let subject = if before.is_none() && after.is_none() { Some(subject(&finding.message)) } else { None };
    let mut digest = Sha256::new();
    let parts = [
        Some(finding.rule.as_bytes()),
        path.map(RepoPath::as_bytes),
        finding.test.as_deref().map(str::as_bytes),
        before.as_deref().map(str::as_bytes),
        after.as_deref().map(str::as_bytes),
        subject.as_deref().map(str::as_bytes),
    ];
    for part in parts {
        // Presence and length keep the parts apart.
        digest.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
        digest.update(part.unwrap_or_default());
    }
    // Only where there is one: identities of all other findings stay what they are.
    if let Some(about) = &finding.about {
        digest.update(about.as_bytes());
    }
    digest.finalize().into()
}

/// Text with every run of white space as one space.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a message is about: the names it quotes, else its words without the numbers.
fn subject(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    if quoted.is_empty() { message.chars().filter(|c| !c.is_ascii_digit()).collect() } else { quoted.join("\0") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{LineRange, Side};

    fn ids(findings: &[Finding]) -> Vec<String> {
        of(findings, |finding| finding.place.as_ref().map(|place| &place.path))
    }

    fn id(finding: &Finding) -> String {
        ids(std::slice::from_ref(finding)).remove(0)
    }

    fn finding(path: &str, line: u32, before: &str, after: &str) -> Finding {
        let place = Place::line(&RepoPath::from(path), Side::Head, line);
        Finding::new("loosened-assertion", "looser").at(place).in_test("t").before(before).after(after)
    }

    #[test]
    fn every_part_of_the_content_counts() {
        let one = finding("a.py", 1, "x == 1", "x > 0");
        let others = [
            finding("b.py", 1, "x == 1", "x > 0"),
            finding("a.py", 1, "x == 2", "x > 0"),
            finding("a.py", 1, "x == 1", "x > 1"),
            Finding { rule: "removed-assertion", ..one.clone() },
            one.clone().in_test("u"),
            Finding { before: None, ..one.clone() },
            one.clone().about("semgrep/a"),
            one.clone().about("semgrep/b"),
            // The same characters, cut elsewhere.
            finding("a.py", 1, "x == 1x", "> 0"),
        ];
        for other in others {
            assert_ne!(id(&one), id(&other), "{other:?}");
        }
        let reworded = Finding { message: "something else".into(), ..one.clone() };
        assert_eq!(id(&one), id(&reworded), "words of ours may change");
    }

    #[test]
    fn a_finding_without_text_is_about_the_names_in_its_message() {
        let finding = |message: &str| id(&Finding::new("diff-too-large", message));
        assert_eq!(finding("41 files, more than 30"), finding("42 files, more than 30"));
        assert_ne!(finding("41 files, more than 30"), finding("41 lines, more than 30"));
        assert_eq!(finding("no section `Summary`"), finding("the section `Summary` is missing"));
        assert_ne!(finding("no section `Summary`"), finding("no section `Risk Notes`"));
    }

    #[test]
    fn findings_that_say_the_same_are_one() {
        let one = finding("a.py", 1, "a", "b");
        let unsure = one.clone().confidence(crate::verdict::Confidence::Doubtful);
        let merged = merge(vec![unsure, one.clone(), finding("a.py", 9, "a", "b")]);
        assert_eq!(merged, [one, finding("a.py", 9, "a", "b")]);
        let ids = ids(&merged);
        assert_ne!(ids[0], ids[1], "the second of equal content has a name of its own");
    }

    proptest! {
        #[test]
        fn lines_and_spaces_do_not_matter(
            shift in 0u32..1000,
            lines in proptest::collection::vec((1u32..50, "[ab]{0,2}"), 1..8),
            space in "[ \t\n]{1,3}",
        ) {
            let at = |shift: u32, space: &str| {
                let all = lines.iter().map(|(line, text)| finding("a.py", line + shift, &format!("x ==  {text}"), &format!("x{space}> 0")));
                ids(&merge(all.collect()))
            };
            prop_assert_eq!(at(0, " "), at(shift, &space));
        }

        #[test]
        fn order_does_not_matter(lines in proptest::collection::vec((1u32..9, "[ab]{0,2}"), 0..8), seed in any::<u64>()) {
            let all: Vec<Finding> = lines.iter().map(|(line, text)| finding("a.py", *line, text, "b")).collect();
            let mut shuffled = all.clone();
            shuffled.sort_by_key(|finding| {
                let line = finding.place.as_ref().and_then(|place| place.lines).unwrap_or(LineRange::one(1)).first;
                (u64::from(line) ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15)
            });
            let (one, other) = (merge(all), merge(shuffled));
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(ids(&one), ids(&other));
        }
    }
}
