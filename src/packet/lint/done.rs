//! When a task is done: conditions that someone can observe.

use std::sync::LazyLock;

use regex::Regex;

use super::objective::BOUNDED;
use super::{Fault, Kind, Meaning, Reading, Remark, Statement, compiled, is_blank, shortened};

/// What must hold afterwards, as far as it is listed.
pub(super) fn criteria<'a>(reading: &'a Reading<'_>) -> Vec<&'a Statement> {
    reading
        .of_meaning(&[Meaning::Done])
        .filter(|statement| statement.kind != Kind::Code && !is_blank(&statement.text))
        .collect()
}

pub(super) fn done(reading: &Reading<'_>, remarks: &mut Vec<Remark>) {
    let criteria = criteria(reading);
    // What a report of a fault expects is what holds once it is mended.
    let expects = reading.statements.iter().any(|(meaning, heading, statement)| {
        let title =
            heading.as_ref().and_then(|span| reading.text.text.get(span.clone())).unwrap_or_default().to_lowercase();
        *meaning == Meaning::Objective
            && (title.contains("expected") || title.contains("desired"))
            && !is_blank(&statement.text)
    });
    let must = reading.statements.iter().any(|(_, _, statement)| MUST.is_match(&statement.text));
    // What is confirmed at the end is what holds.
    let confirms = reading.of_meaning(&[Meaning::Verification]).any(|statement| CONFIRMS.is_match(&statement.text));
    if criteria.is_empty() && !expects && !must && !confirms {
        remarks.push(Remark {
            kind: Fault::NoDoneCondition,
            line: reading.place_of(Meaning::Done),
            message: "nothing says when it is done".into(),
            wording: "## Acceptance Criteria\n- AC-1: <input or state> gives <what can be observed>".into(),
        });
    }
    for statement in criteria {
        if is_vague(statement) {
            remarks.push(Remark {
                kind: Fault::VagueCriterion,
                line: reading.line(&statement.span),
                message: format!("`{}` can't be observed", shortened(&statement.text)),
                wording: "say for which input, and what is seen: `an unresolved issue gives 409 with code X`".into(),
            });
        }
    }
}

/// Whether nobody could say that a condition does not hold.
pub(super) fn is_vague(statement: &Statement) -> bool {
    let says_little = VAGUE.is_match(&statement.text)
        && !BOUNDED.is_match(&statement.text)
        && statement.code.is_empty()
        && statement.text.split_whitespace().count() <= 8;
    says_little || GENERIC.is_match(statement.text.trim())
}

/// What any task could say of itself.
static GENERIC: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)^(?:all )?(?:implementation|plan|code|work|docs?|documentation|unit tests?|tests?|feature|task|design|acceptance criteria)(?: or \w+| and \w+)? (?:is |are |have been )?(?:completed?|done|finished|updated|written|implemented|met|pass(?:es|ing)?|matches (?:the )?description|reviewed(?: and approved)?)(?: and passing)?\.?$",
    )
});
static CONFIRMS: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i)^(?:confirm|verify|ensure|expect|assert|check that)\b"));
static MUST: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i)\b(?:must(?: not)?|shall|is rejected|returns? `)\b.{12,}"));
static VAGUE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:properly|correctly|as expected|works?(?: fine| well)?|fast(?:er)?|good|better|nice|clean|user[- ]friendly|robust|high quality|etc)\b",
    )
});
