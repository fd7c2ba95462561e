//! What a task is for: one thing, with an end.

use std::sync::LazyLock;

use regex::Regex;

use super::super::{Section, read};
use super::done::criteria;
use super::{Fault, Reading, Remark, compiled, shortened};
use crate::policy::Text;

/// Verbs that never come to an end by themselves, with what would end them.
static UNBOUNDED: &[(&str, &str)] = &[
    (
        r"(?:optimi[sz]|speed(?:ing)? up|perform(?:ance|ant)|make\b.{0,40}\b(?:fast|faster|performant|quicker))",
        "name the operation, the data and the figure: `p95 of GET /cases with 10,000 cases below 200 ms`",
    ),
    (
        r"(?:clean(?:[ -]?up|ing up)?|cleanup|tid(?:y|ying))\b",
        "name the files and what is gone afterwards: `src/billing has no call of old_total`",
    ),
    (
        r"(?:refactor|restructur|rework|reorgani[sz]|overhaul|moderni[sz]|revamp|redesign)",
        "name the rename or move, and that behaviour stays: `parse_total moves to src/money, callers use it`",
    ),
    (r"(?:rewrit\w*|re-write|rewriting)\b", "name the part, and the tests that must still pass as they are"),
    (
        r"(?:fix|resolve|address|remove)\b.{0,20}\b(?:all|every|various|several|more|some|remaining|old|stale)\b|(?:fix|fixing)\b.{0,12}\b(?:bugs|issues|problems|ui|todos)\b|\btodos\b",
        "name each one: what happens, what should happen, where",
    ),
    (
        r"(?:improv|enhanc|polish|better|streamlin|simplif|upgrade everything|nicer|gussy)",
        "say what can be observed afterwards that can't be today",
    ),
    (
        r"(?:entire|whole|everything|everywhere|all (?:the )?(?:code|files|tests|pages|docs)|codebase|in general)",
        "name one module; the next one is another task",
    ),
];

/// What bounds them after all: a name in backticks, a path, a figure with a unit, a purpose.
pub(super) static BOUNDED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\d+ ?(?:%|ms|s\b|seconds?|minutes?|kb|mb|times|x\b)|\bso that\b|\bfrom .+ to .+|::|\w+\(\)|\w+/\w+|\b\w+_\w+\b",
    )
});

pub(super) fn objectives(reading: &Reading<'_>, remarks: &mut Vec<Remark>) {
    static VERBS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        UNBOUNDED.iter().map(|(verb, wording)| (compiled(&format!(r"(?i)\b{verb}")), *wording)).collect()
    });
    let goals = reading.goals();
    // One remark for one thought: the title often repeats the goal.
    let vague = goals.iter().take(4).filter(|(text, _)| !BOUNDED.is_match(text) && !text.contains('`')).find_map(
        |(text, line)| {
            let (found, wording) = VERBS.iter().find_map(|(verb, wording)| Some((verb.find(text)?, wording)))?;
            Some((found.as_str().to_owned(), *line, *wording))
        },
    );
    // What is said to be done when, is bounded by that.
    let is_ended = criteria(reading).len() >= 2;
    if let Some((verb, line, wording)) = vague.filter(|_| !is_ended) {
        let message = format!("`{}` has no end that could be observed", shortened(&verb));
        remarks.push(Remark { kind: Fault::UnboundedVerb, line, message, wording: wording.to_owned() });
    }
    if let Some((line, one, other)) =
        goals.iter().take(3).find_map(|(text, line)| two(text).map(|(one, other)| (*line, one, other)))
    {
        let message = format!("`{one}` and `{other}` are two objectives");
        let wording = "make it two tasks, each with its own criteria; one branch, one task".to_owned();
        remarks.push(Remark { kind: Fault::SeveralObjectives, line, message, wording });
    }
}

/// A packet's objective that is a heading and nothing else.
pub(super) fn unsaid(text: &Text, remarks: &mut Vec<Remark>) {
    let (packet, _) = read::packet(&text.name, text.text.as_bytes());
    let heading = packet.sections.iter().find(|(section, _)| *section == Section::Objective);
    if let Some((_, origin)) = heading.filter(|_| packet.objective.is_empty()) {
        remarks.push(Remark {
            kind: Fault::NoObjective,
            line: origin.line,
            message: "nothing says what should be true afterwards".into(),
            wording: "## Objective\n<who or what> <does what>, where today <what happens instead>".into(),
        });
    }
}

/// Two imperatives that are joined: `Fix the parser and add an exporter`. Tests and documents belong to any work.
pub(super) fn two(text: &str) -> Option<(String, String)> {
    const VERBS: &[&str] = &[
        "add",
        "fix",
        "remove",
        "implement",
        "refactor",
        "improve",
        "migrate",
        "rename",
        "support",
        "create",
        "rewrite",
        "replace",
        "upgrade",
        "redesign",
        "optimize",
        "optimise",
        "clean",
        "move",
        "delete",
        "build",
        "introduce",
        "convert",
        "enhance",
        "extend",
        "revisit",
        "review",
        "drop",
        "port",
        "split",
        "merge",
    ];
    let sentence = text.split(['.', ':', '\n', '(', '\u{2014}']).find(|part| part.split_whitespace().count() > 2)?;
    let words: Vec<String> = sentence
        .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let first = words.iter().take(3).position(|word| VERBS.contains(&word.as_str()))?;
    let joined = words.iter().enumerate().skip(first + 1).find(|(at, word)| {
        let before = words[at - 1].as_str();
        let is_joined =
            matches!(before, "and" | "&" | "also" | "then") || sentence.to_lowercase().contains(&format!(", {word}"));
        // A verb has something to do: in "search and replace" it is a name.
        VERBS.contains(&word.as_str()) && is_joined && **word != words[first] && at + 1 < words.len()
    });
    joined.map(|(_, word)| (words[first].clone(), word.clone()))
}
