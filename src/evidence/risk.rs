//! The class of risk that a branch gives itself.

use super::{Kind, Source, Statement, Written};
use crate::packet::Risk;

const NAMES: [&str; 5] = ["Risk Classification", "Risk", "Risk Class", "Risk Level", "Risk Assessment"];
/// Headings under which a branch says how it is taken back.
const BACK: [&str; 7] =
    ["Rollback", "Rollback Note", "Rollback Notes", "Rollback Plan", "Roll Back", "Revert Plan", "Reverting"];

/// What is said of the risk, and where.
#[derive(Clone, Debug)]
pub struct Declared<'a> {
    pub class: Risk,
    pub source: &'a Source,
    /// Of the heading.
    pub line: Option<u32>,
    pub text: String,
}

/// The highest class that the branch's texts name; `None` where none does.
pub fn declared_risk(written: &[Written]) -> Option<Declared<'_>> {
    let claims = written.iter().flat_map(|written| NAMES.iter().flat_map(|name| written.claims(name)));
    let declared = claims.filter_map(|claim| {
        let texts = claim.value.into_iter().chain(claim.statements.iter().filter(|it| says(it)).map(|it| &*it.text));
        let (class, text) = texts.filter_map(|text| Some((class_of(text)?, text))).max_by_key(|(class, _)| *class)?;
        Some(Declared { class, source: claim.source, line: claim.line, text: text.to_owned() })
    });
    declared.max_by_key(|declared| declared.class)
}

/// Whether the branch says how it is taken back: under a heading for it, or in a sentence about risk.
pub fn has_rollback_note(written: &[Written]) -> bool {
    let own = |name: &str| {
        written.iter().flat_map(|written| written.claims(name)).any(|claim| {
            claim.value.is_some_and(|value| !value.trim().is_empty())
                || claim.statements.iter().any(|it| !it.text.trim().is_empty())
        })
    };
    let speaks = |text: &str| {
        let text = text.to_lowercase();
        ["rollback", "roll back", "rolled back", "revert", "rolling back"].iter().any(|word| text.contains(word))
    };
    let about_risk = || {
        let sections = written.iter().flat_map(|written| written.document.sections());
        let risky = sections.filter(|section| section.title.to_lowercase().contains("risk"));
        let mut statements = risky.flat_map(|section| section.statements);
        statements.any(|statement| says(statement) && speaks(&statement.text))
    };
    BACK.iter().any(|name| own(name)) || about_risk()
}

/// A box that nobody ticked says nothing.
fn says(statement: &Statement) -> bool {
    statement.kind != Kind::Task(false)
}

/// `Medium: no boundary changes`, `low risk`, `Risk level: high`. A choice that nobody made (`low / medium / high`) is none.
fn class_of(text: &str) -> Option<Risk> {
    for clause in text.split([':', '.', ';', ',', '(', '\u{2013}', '\u{2014}']).map(str::trim) {
        let words = clause.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase);
        let mut classes: Vec<Risk> = words.filter_map(|word| class(&word)).collect();
        classes.dedup();
        match classes[..] {
            [] => {}
            [one] => return Some(one),
            _ => return None,
        }
    }
    None
}

fn class(word: &str) -> Option<Risk> {
    match word {
        "low" | "minimal" | "trivial" => Some(Risk::Low),
        "medium" | "moderate" => Some(Risk::Medium),
        "high" | "critical" | "severe" => Some(Risk::High),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_in_words() {
        for (text, class) in [
            ("Medium: domain validation change, no API/DB boundary changes.", Some(Risk::Medium)),
            ("Low risk", Some(Risk::Low)),
            ("Risk level: HIGH", Some(Risk::High)),
            ("**moderate** \u{2014} touches billing", Some(Risk::Medium)),
            ("low / medium / high", None),
            ("touches billing", None),
            ("Low. High test coverage.", Some(Risk::Low)),
        ] {
            assert_eq!(class_of(text), class, "{text}");
        }
    }
}
