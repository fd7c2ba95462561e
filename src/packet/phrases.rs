//! Phrases of prose that the program can hold a branch to: limits and kinds of change.

use std::sync::LazyLock;

use regex::Regex;

use super::Prohibition;

/// What a number bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Files,
    ProductionFiles,
    Lines,
}

/// `max files: 10`, `at most 5 production files`, `more than 5 production files`.
pub(super) fn limits(text: &str) -> Vec<(Measure, u64)> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"(?i)\bmax(?:imum)?[ -]+(?:number of )?(?:changed )?((?:production|source)[ -])?(files|lines)\b[^\d\n]{0,12}(\d{1,9})",
        )
    });
    static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"(?i)(?:\b(?:more than|at most|no more than|up to|over|exceeds?|exceeding|max(?:imum)?|limit(?:ed to)?)|<=|≤|>)[ :]*(\d{1,9}) (?:changed )?((?:production|source|non-test)[ -])?(?:code )?(files?|lines?)\b",
        )
    });
    let measure = |production: bool, unit: &str| match (unit.to_ascii_lowercase().starts_with("file"), production) {
        (true, true) => Measure::ProductionFiles,
        (true, false) => Measure::Files,
        (false, _) => Measure::Lines,
    };
    let named = NAMED
        .captures_iter(text)
        .filter_map(|found| Some((measure(found.get(1).is_some(), &found[2]), found[3].parse().ok()?)));
    let counted = COUNTED
        .captures_iter(text)
        .filter_map(|found| Some((measure(found.get(2).is_some(), &found[3]), found[1].parse().ok()?)));
    named.chain(counted).collect()
}

/// Kinds of change that a phrase names: `public API changes`, `an API schema change appears necessary`.
///
/// A noun alone is not enough: "tests need an API that is not available" speaks of no change.
pub(super) fn prohibitions(text: &str) -> Vec<Prohibition> {
    static CHANGE: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"(?i)\b(?:chang\w*|modif\w*|edit\w*|alter\w*|break\w*|bump\w*|add(?:s|ed|ing|ition|itions)?|new|introduc\w*|migrat\w*|upgrad\w*)\b",
        )
    });
    static NOUNS: LazyLock<[(Prohibition, Regex); 3]> = LazyLock::new(|| {
        [
            (
                Prohibition::Schema,
                compiled(r"(?i)\b(?:(?:database|db|table|sql) schemas?|databases?|db|migrations?)\b"),
            ),
            (
                Prohibition::Contract,
                compiled(
                    r"(?i)\b(?:apis?|contracts?|public (?:interface|schema|signature)s?|openapi|protobuf|envelopes?|wire format)\b",
                ),
            ),
            (Prohibition::Dependency, compiled(r"(?i)\b(?:dependenc(?:y|ies)|packages?|librar(?:y|ies))\b")),
        ]
    });
    if !CHANGE.is_match(text) {
        return Vec::new();
    }
    NOUNS.iter().filter(|(_, noun)| noun.is_match(text)).map(|(kind, _)| *kind).collect()
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_in_words() {
        let expected: [(&str, &[(Measure, u64)]); 8] = [
            ("Stop if the task requires touching more than 5 production files.", &[(Measure::ProductionFiles, 5)]),
            ("max files: 10", &[(Measure::Files, 10)]),
            ("max-production-files = 3", &[(Measure::ProductionFiles, 3)]),
            ("Maximum lines: 400", &[(Measure::Lines, 400)]),
            ("at most 3 files and up to 200 lines", &[(Measure::Files, 3), (Measure::Lines, 200)]),
            ("keep it small", &[]),
            ("support more than 5 users", &[]),
            ("the file has 3 lines", &[]),
        ];
        for (text, limits) in expected {
            assert_eq!(super::limits(text), limits, "{text}");
        }
    }

    #[test]
    fn kinds_of_change_in_words() {
        use Prohibition::{Contract, Dependency, Schema};
        let expected: [(&str, &[Prohibition]); 9] = [
            ("public API changes", &[Contract]),
            ("database schema changes", &[Schema]),
            ("dependency additions", &[Dependency]),
            ("new dependencies", &[Dependency]),
            ("Stop if an API schema change appears necessary.", &[Contract]),
            ("The task requires changing public contracts.", &[Contract]),
            ("Do not change DB schema or public API envelope.", &[Schema, Contract]),
            ("Tests need an API that is not available", &[]),
            ("the existing code contradicts the issue", &[]),
        ];
        for (text, kinds) in expected {
            assert_eq!(prohibitions(text), kinds, "{text}");
        }
    }
}
