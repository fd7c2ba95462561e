//! Objections: where a branch thinks that a finding is wrong, it says so, and the report shows it. Nothing is excused by it.

use super::Written;

/// So much of an objection is shown.
const LONGEST: usize = 600;
/// Fewer digits may mean several findings.
const FEWEST_DIGITS: usize = 6;

/// What the branch says to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// The first digits of the finding's id.
    pub finding: String,
    pub text: String,
}

/// The objections in these texts: headings `Appeal 3f9c2a1b7d04`, trailers `Appeal: 3f9c2a1b7d04 why`.
pub fn appeals(written: &[Written]) -> Vec<Appeal> {
    let mut found: Vec<Appeal> = Vec::new();
    for text in written {
        let sections = text.document.sections().filter_map(|section| {
            let (word, id) = section.title.split_once(char::is_whitespace)?;
            let said: Vec<&str> = section.statements.iter().map(|statement| statement.text.as_str()).collect();
            if word.eq_ignore_ascii_case("appeal") { appeal(id, &said.join("; ")) } else { None }
        });
        let trailers = text.trailers.iter().filter(|trailer| trailer.key.eq_ignore_ascii_case("appeal"));
        let trailers = trailers.filter_map(|trailer| {
            let (id, said) = trailer.value.split_once(char::is_whitespace)?;
            appeal(id, said)
        });
        for appeal in sections.chain(trailers) {
            if !found.contains(&appeal) {
                found.push(appeal);
            }
        }
    }
    found
}

fn appeal(id: &str, said: &str) -> Option<Appeal> {
    let finding = id.trim().trim_matches('`').to_lowercase();
    let is_id = (FEWEST_DIGITS..=12).contains(&finding.len()) && finding.bytes().all(|byte| byte.is_ascii_hexdigit());
    let text: String = said.trim().chars().take(LONGEST).collect();
    (is_id && !text.is_empty()).then_some(Appeal { finding, text })
}
