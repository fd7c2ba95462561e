//! Which test or code shows that a criterion holds, as the branch says it.
//!
//! People write it as a list with arrows, as a table, as a heading for each criterion, with the tests below or beside.

use super::{Kind, Source, Statement, Written};
use crate::packet::Criterion;

/// What maps a criterion to its test.
pub const ARROWS: [&str; 6] = ["->", "=>", "\u{2192}", "\u{21d2}", "\u{27f6}", "\u{279c}"];

/// One line of a mapping with what stands below it.
#[derive(Clone, Debug)]
pub struct Mapping<'a> {
    pub source: &'a Source,
    pub line: u32,
    /// What is mapped: the left of an arrow, the first cells, a heading.
    pub what: String,
    /// The number in a list.
    pub number: Option<u64>,
    /// Whether something is said to be mapped at all: an arrow, a second cell, a line below.
    pub has_target: bool,
    /// Where it is mapped to, as texts.
    pub targets: Vec<String>,
    /// What stands in backticks among them.
    pub code: Vec<String>,
}

/// The mappings that the branch's texts have.
pub fn mappings<'a>(written: &'a [Written], criteria: &[Criterion]) -> Vec<Mapping<'a>> {
    let mut found: Vec<Mapping<'a>> = Vec::new();
    for text in written {
        for section in text.document.sections() {
            let title = section.title.to_lowercase();
            if title.contains("acceptance") || title.contains("criteria") {
                found.extend(rows(&text.source, &section.statements));
            } else if criteria.iter().any(|criterion| names(&title, criterion)) {
                found.push(below(&text.source, section.title, section.line, &section.statements));
            }
        }
    }
    // A section within a section says it once.
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|mapping| seen.insert((format!("{:?}", mapping.source), mapping.line)));
    found
}

impl Mapping<'_> {
    /// Whether the mapping is about a criterion.
    pub fn is_of(&self, criterion: &Criterion) -> bool {
        names(&self.what, criterion)
            || self.number.is_some_and(|number| criterion.id == number.to_string())
            || is_alike(&self.what, &criterion.text)
    }
}

/// Whether a text names a criterion by its id: `AC-1`, `Criterion 1`, `1.`.
fn names(text: &str, criterion: &Criterion) -> bool {
    let id = criterion.id.to_lowercase();
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| !word.is_empty());
        words.map(|word| word.trim_matches('-').to_lowercase()).collect()
    };
    let words = words(text);
    if id.bytes().all(|byte| byte.is_ascii_digit()) {
        let is_named = |pair: &[String]| matches!(&*pair[0], "criterion" | "criteria" | "ac") && pair[1] == id;
        return words.first() == Some(&id) || words.windows(2).any(is_named);
    }
    words.contains(&id)
}

/// Whether two texts say the same: one within the other, or mostly the same words.
fn is_alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
        words.map(str::to_lowercase).collect()
    };
    let (one, other) = (words(one), words(other));
    let shared = one.intersection(&other).count();
    let (fewer, all) = (one.len().min(other.len()), one.union(&other).count());
    fewer >= 2 && (shared == fewer && shared >= 3 || shared * 100 >= all * 60)
}

fn rows<'a>(source: &'a Source, statements: &[&Statement]) -> Vec<Mapping<'a>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(statement) = statements.get(at) {
        let under = statements[at + 1..].iter().take_while(|next| match statement.kind {
            Kind::Item | Kind::Task(_) => next.depth > statement.depth || next.kind == Kind::Code,
            _ => false,
        });
        let under: Vec<&Statement> = under.copied().collect();
        at += 1 + under.len();
        found.push(row(source, statement, &under));
    }
    found
}

fn row<'a>(source: &'a Source, statement: &Statement, under: &[&Statement]) -> Mapping<'a> {
    let text = &statement.text;
    let (what, target) = match statement.kind {
        Kind::Row => text.split_once(" | ").map_or((text.as_str(), None), |(first, rest)| {
            // An id alone in the first cell has its text in the second.
            match rest.split_once(" | ").filter(|_| first.chars().count() <= 8) {
                Some((second, third)) => (&text[..first.len() + 3 + second.len()], Some(third.to_owned())),
                None => (first, Some(rest.to_owned())),
            }
        }),
        _ => {
            let arrow = ARROWS.iter().filter_map(|arrow| Some((text.find(arrow)?, arrow))).min();
            match arrow {
                Some((at, arrow)) => (&text[..at], Some(text[at + arrow.len()..].to_owned())),
                // `AC-1: tests/a.py::test_x`
                None => (text.as_str(), text.split_once(": ").map(|(_, rest)| rest.to_owned())),
            }
        }
    };
    let has_target = target.is_some()
        && (statement.kind == Kind::Row || ARROWS.iter().any(|arrow| text.contains(arrow)))
        || !under.is_empty();
    let targets = target
        .map(|target| target.trim().to_owned())
        .into_iter()
        .chain(under.iter().map(|below| below.text.clone()))
        .collect();
    let code = statement.code.iter().chain(under.iter().flat_map(|below| &below.code)).cloned().collect();
    Mapping {
        source,
        line: statement.line,
        what: what.trim().to_owned(),
        number: statement.number,
        has_target,
        targets,
        code,
    }
}

/// A heading that names a criterion, with what stands below it.
fn below<'a>(source: &'a Source, title: &str, line: u32, statements: &[&Statement]) -> Mapping<'a> {
    Mapping {
        source,
        line,
        what: title.to_owned(),
        number: None,
        has_target: !statements.is_empty(),
        targets: statements.iter().map(|statement| statement.text.clone()).collect(),
        code: statements.iter().flat_map(|statement| statement.code.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Origin;

    fn criterion(id: &str, text: &str) -> Criterion {
        Criterion { id: id.into(), text: text.into(), origin: Origin { path: "p.md".into(), line: 1 } }
    }

    fn read(text: &str) -> Vec<String> {
        let criteria = [criterion("AC-1", "an unresolved issue rejects"), criterion("2", "a resolved issue allows")];
        let written = [Written {
            source: Source::PullRequest,
            document: super::super::Document::parse(text),
            trailers: Vec::new(),
        }];
        let found = mappings(&written, &criteria);
        let shown = found.iter().map(|mapping| {
            let ids: Vec<&str> =
                criteria.iter().filter(|criterion| mapping.is_of(criterion)).map(|it| &*it.id).collect();
            format!("{}: {} <{}>", ids.join(","), mapping.targets.join("; "), mapping.code.join(";"))
        });
        shown.collect()
    }

    #[test]
    fn lists_tables_and_headings() {
        let head = "## Acceptance Criteria Mapping\n";
        assert_eq!(
            read(&format!("{head}- [x] AC-1 -> `a::b`\n- [ ] Criterion 2 \u{2192} src/a.py\n")),
            ["AC-1: a::b <a::b>", "2: src/a.py <>"]
        );
        assert_eq!(read(&format!("{head}1. x -> y\n2. resolved -> z\n")), [": y <>", "2: z <>"]);
        assert_eq!(
            read(&format!("{head}| AC-1 | rejects | `t` |\n| - | - | - |\n| AC-1 | rejects | `t` |\n")),
            ["AC-1: t <t>"]
        );
        assert_eq!(
            read(&format!("{head}- AC-1: rejects\n  - `t`\n  - u\n- An unresolved issue rejects => v\n")),
            ["AC-1: rejects; t; u <t>", "AC-1: v <>"]
        );
        assert_eq!(read("## What\n### AC-1\ncovered by `t`\n"), ["AC-1: covered by t <t>"]);
        assert_eq!(read("## Summary\n- AC-1 -> `t`\n"), [""; 0]);
    }
}
