//! What keeps a packet or an issue from being delegated: no end, no bounds, no way to see that it is done.
//!
//! Each remark has its line and a better wording. Issues have other headings than packets; they are read by what they mean.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::markdown::{self, Kind, Part, Statement};
use super::phrases;
use crate::policy::Text;
use crate::{RepoPath, lang};

/// One thing to write better.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Remark {
    pub kind: Fault,
    /// One-based.
    pub line: u32,
    /// A phrase without a final full stop.
    pub message: String,
    /// What to write instead.
    pub wording: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    UnboundedVerb,
    SeveralObjectives,
    NoDoneCondition,
    VagueCriterion,
    NoScope,
    NoVerification,
    Unfilled,
}

impl Fault {
    pub fn name(self) -> &'static str {
        match self {
            Self::UnboundedVerb => "unbounded verb",
            Self::SeveralObjectives => "several objectives",
            Self::NoDoneCondition => "no done condition",
            Self::VagueCriterion => "vague criterion",
            Self::NoScope => "no scope",
            Self::NoVerification => "no verification",
            Self::Unfilled => "left unfilled",
        }
    }
}

/// What a section is about, in packets and in issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Objective,
    Done,
    Scope,
    Excluded,
    Constraints,
    Verification,
    Stop,
    Output,
    /// Steps that show a fault: the way to see whether it is gone.
    Reproduction,
    Background,
}

/// What a heading of a packet or an issue says that it holds.
pub(super) fn meaning(title: &str) -> Meaning {
    let title = title.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    match () {
        () if has(&["out of scope", "not in scope", "non-goal", "non goal", "scope out", "won't do"]) => {
            Meaning::Excluded
        }
        () if has(&[
            "accept",
            "criteria",
            "definition of done",
            "dod",
            "done when",
            "success",
            "requirement",
            "exit condition",
        ]) =>
        {
            Meaning::Done
        }
        () if has(&["stop condition", "stop and report", "stop if"]) => Meaning::Stop,
        () if has(&["reproduc", "repro steps", "to reproduce"]) => Meaning::Reproduction,
        () if has(&["verif", "validat", "test plan", "how to test", "testing", "tests"]) => Meaning::Verification,
        () if has(&["scope", "files", "modules", "boundar", "affected", "where", "location"]) => Meaning::Scope,
        () if has(&["constraint", "rules", "error contract", "compatib", "invariant"]) => Meaning::Constraints,
        () if has(&["output", "deliverable", "final response"]) => Meaning::Output,
        () if has(&[
            "objective",
            "goal",
            "expected",
            "desired",
            "outcome",
            "solution",
            "proposal",
            "proposed",
            "task",
            "what to build",
            "feature",
        ]) =>
        {
            Meaning::Objective
        }
        () => Meaning::Background,
    }
}

/// A text by its sections.
struct Reading<'a> {
    text: &'a Text,
    title: Option<(String, Range<usize>)>,
    statements: Vec<(Meaning, Option<Range<usize>>, Statement)>,
}

/// What kind of text it is: a packet's scope is read by the gate, an issue's by people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Packet,
    Issue,
}

/// Everything that could be written better.
pub fn lint(name: &str, text: &str, form: Form) -> Vec<Remark> {
    let source = Text::new(name, text.to_owned());
    let reading = Reading::of(&source);
    let mut remarks = Vec::new();
    objectives(&reading, &mut remarks);
    done(&reading, &mut remarks);
    bounds(&reading, form, &mut remarks);
    verification(&reading, &mut remarks);
    unfilled(&reading, &mut remarks);
    remarks.sort_by_key(|remark| (remark.line, remark.kind));
    remarks
}

impl<'a> Reading<'a> {
    fn of(text: &'a Text) -> Self {
        let mut reading = Self { text, title: None, statements: Vec::new() };
        let (mut current, mut heading) = (Meaning::Background, None);
        for part in markdown::read(&text.text) {
            match part {
                Part::Heading { title, line } => {
                    if reading.title.is_none() && reading.statements.is_empty() && heading.is_none() {
                        reading.title = Some((title.clone(), line.clone()));
                    }
                    current = meaning(&title);
                    heading = Some(line);
                }
                Part::Statement(statement) => {
                    // `Acceptance criteria:` on a line of its own, or before what it is about.
                    let label = statement.text.split_once(':').map(|(label, rest)| (label.trim(), rest.trim()));
                    if let Some((label, rest)) =
                        label.filter(|(label, _)| label.split(' ').count() <= 4 && statement.kind != Kind::Code)
                    {
                        let named = meaning(label);
                        if named != Meaning::Background && rest.is_empty() {
                            (current, heading) = (named, Some(statement.span.clone()));
                            continue;
                        }
                        if named != Meaning::Background {
                            reading.statements.push((named, heading.clone(), statement));
                            continue;
                        }
                    }
                    reading.statements.push((current, heading.clone(), statement));
                }
            }
        }
        if reading.title.is_none() {
            let first = reading.statements.first().map(|(_, _, statement)| statement);
            reading.title = first.map(|first| (first.text.clone(), first.span.clone()));
        }
        reading
    }

    fn of_meaning(&self, wanted: &[Meaning]) -> impl Iterator<Item = &Statement> {
        let wanted = wanted.to_vec();
        self.statements.iter().filter(move |(meaning, ..)| wanted.contains(meaning)).map(|(_, _, statement)| statement)
    }

    fn line(&self, span: &Range<usize>) -> u32 {
        self.text.line(span.start)
    }

    /// Where something that is missing would be said: the heading for it, else the end.
    fn place_of(&self, wanted: Meaning) -> u32 {
        let heading = self.statements.iter().find(|(meaning, heading, _)| *meaning == wanted && heading.is_some());
        let end = self.text.text.trim_end().len();
        heading
            .and_then(|(_, heading, _)| heading.as_ref())
            .map_or_else(|| self.text.line(end.saturating_sub(1)), |span| self.line(span))
    }

    /// The title, and what is said of the goal.
    fn goals(&self) -> Vec<(String, u32)> {
        let title = self.title.iter().map(|(text, span)| (text.clone(), self.line(span)));
        let goals = self.of_meaning(&[Meaning::Objective]).filter(|statement| statement.kind != Kind::Code);
        title.chain(goals.map(|statement| (statement.text.clone(), self.line(&statement.span)))).collect()
    }
}

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
static BOUNDED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\d+ ?(?:%|ms|s\b|seconds?|minutes?|kb|mb|times|x\b)|\bso that\b|\bfrom .+ to .+|::|\w+\(\)|\w+/\w+|\b\w+_\w+\b",
    )
});

fn objectives(reading: &Reading<'_>, remarks: &mut Vec<Remark>) {
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

/// Two imperatives that are joined: `Fix the parser and add an exporter`. Tests and documents belong to any work.
fn two(text: &str) -> Option<(String, String)> {
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

/// What must hold afterwards, as far as it is listed.
fn criteria<'a>(reading: &'a Reading<'_>) -> Vec<&'a Statement> {
    reading
        .of_meaning(&[Meaning::Done])
        .filter(|statement| statement.kind != Kind::Code && !is_blank(&statement.text))
        .collect()
}

fn done(reading: &Reading<'_>, remarks: &mut Vec<Remark>) {
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
        let is_vague = VAGUE.is_match(&statement.text)
            && !BOUNDED.is_match(&statement.text)
            && statement.code.is_empty()
            && statement.text.split_whitespace().count() <= 8;
        if is_vague || GENERIC.is_match(statement.text.trim()) {
            remarks.push(Remark {
                kind: Fault::VagueCriterion,
                line: reading.line(&statement.span),
                message: format!("`{}` can't be observed", shortened(&statement.text)),
                wording: "say for which input, and what is seen: `an unresolved issue gives 409 with code X`".into(),
            });
        }
    }
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

fn bounds(reading: &Reading<'_>, form: Form, remarks: &mut Vec<Remark>) {
    let is_said = |statement: &&Statement| !is_blank(&statement.text);
    let has_section = reading.of_meaning(&[Meaning::Scope, Meaning::Excluded, Meaning::Stop]).any(|it| is_said(&it));
    let names_place = |text: &str| {
        PLACE.is_match(text)
            || text.split_whitespace().any(|word| is_file(word.trim_matches(['`', '(', ')', ',', '.', ':'])))
    };
    let named = reading.statements.iter().any(|(_, _, statement)| {
        names_place(&statement.text)
            || statement.code.iter().any(|(code, _)| code.contains('/') || is_file(code) || code.contains("::"))
    });
    let titled = reading.title.iter().any(|(title, _)| names_place(title));
    // A boundary in words: what stays as it is.
    let keeps =
        form == Form::Issue && reading.statements.iter().any(|(_, _, statement)| KEEPS.is_match(&statement.text));
    let denied = reading.statements.iter().any(|(_, _, statement)| {
        !phrases::prohibitions(&statement.text).is_empty() && DENIAL.is_match(&statement.text)
    });
    let is_bounded = match form {
        Form::Packet => has_section,
        Form::Issue => has_section || named || titled || denied || keeps,
    };
    if !is_bounded {
        remarks.push(Remark {
            kind: Fault::NoScope,
            line: reading.place_of(Meaning::Scope),
            message: "nothing says which files or modules may change".into(),
            wording: "## Scope\nAllowed:\n- `src/<module>/**`\nForbidden:\n- public API changes".into(),
        });
    }
}

static KEEPS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:unchanged|preserv\w+|remains? (?:as|the same|available|intact|compatible)|(?:keeps?|retains?|maintains?) (?:\w+ )?(?:their|its|the|all|existing|current)|backwards?[- ]compatib\w+|no regressions?|not (?:be )?regress\w*|without (?:changing|affecting|adding|altering)|existing \w+ (?:still|continue)|does not (?:change|affect|alter)|continues? to)\b",
    )
});
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(?i)\b(?:module|package|crate|component|service|class|file|endpoint|page):? +`?[\w./-]*[/._-][\w./-]+")
});
static DENIAL: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?i)\b(?:do not|don't|must not|no|never|without)\b"));

fn is_file(word: &str) -> bool {
    let has_ending =
        word.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && ending.len() <= 5 && ending.len() >= 2);
    has_ending
        && !word.contains("://")
        && (lang::of(&RepoPath::from(word)).is_some() || word.contains('/') || word.ends_with(".md"))
}

fn verification(reading: &Reading<'_>, remarks: &mut Vec<Remark>) {
    let wanted = [Meaning::Verification, Meaning::Reproduction];
    let has_section = reading.of_meaning(&wanted).any(|statement| !is_blank(&statement.text));
    let runs = reading.statements.iter().any(|(_, _, statement)| {
        let codes = statement.code.iter().map(|(code, _)| code.as_str());
        codes
            .chain((statement.kind == Kind::Code).then_some(statement.text.as_str()))
            .any(|code| code.lines().any(|line| COMMAND.is_match(line)))
    });
    let tests = criteria(reading).iter().any(|statement| TESTS.is_match(&statement.text));
    if !(has_section || runs || tests) {
        remarks.push(Remark {
            kind: Fault::NoVerification,
            line: reading.place_of(Meaning::Verification),
            message: "nothing says how to see that it holds".into(),
            wording: "## Verification\n- `the command that proves it`".into(),
        });
    }
}

static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"^\s*(?:\$ )?(?:cargo|npm|npx|pnpm|yarn|bun|pytest|python3? -m|tox|nox|uv run|go (?:test|vet|build)|make|just|mvn|\./mvnw|gradle|\./gradlew|dotnet|rspec|bundle exec|rake|phpunit|composer|mix|sbt|swift test|ctest|cmake|bazel|deno|git diff|node|\./[\w./-]+\.sh|bash|sh|docker|curl|terraform)\b",
    )
});
static TESTS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(?i)\b(?:unit|integration|regression|e2e|focused|automated|validator)?[ -]?tests?\b|\bcoverage\b|\bCI\b")
});

fn unfilled(reading: &Reading<'_>, remarks: &mut Vec<Remark>) {
    for (_, _, statement) in &reading.statements {
        if is_blank(&statement.text) && statement.kind != Kind::Code {
            let message = format!("`{}` is left as the form has it", shortened(&statement.text));
            let wording = "fill it in, or take the heading out".to_owned();
            remarks.push(Remark { kind: Fault::Unfilled, line: reading.line(&statement.span), message, wording });
        }
    }
}

/// What a form asks for and nobody wrote.
fn is_blank(text: &str) -> bool {
    let plain: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    let is_hole = text.starts_with('<') && text.ends_with('>') && !text.contains("://") || text.starts_with("...");
    is_hole || matches!(plain.trim(), "" | "no response" | "na" | "n a" | "tbd" | "todo" | "none yet")
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 50;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text,
    }
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(Fault, u32)> {
        lint("issue", text, Form::Issue).into_iter().map(|remark| (remark.kind, remark.line)).collect()
    }

    const GOOD: &str = "## Problem\nCases with unresolved BLOCKING evidence issues can be submitted.\n\n## Expected behavior\n\
        Submission must be rejected if any linked issue has severity BLOCKING.\n\n## Error contract\nUse the existing envelope.\n\n\
        ## Scope\nModule: enforcement-action-service.\nDo not change DB schema or public API envelope.\n\n## Acceptance criteria\n\
        - unresolved BLOCKING issue rejects\n- resolved BLOCKING issue allows\n- validator tests cover all cases\n\n\
        ## Verification\nRun focused validator tests and service check command.\n";

    #[test]
    fn a_good_issue_gets_no_remark() {
        assert_eq!(faults(GOOD), []);
    }

    #[test]
    fn what_is_missing_is_said() {
        use Fault::{NoDoneCondition, NoScope, NoVerification};
        assert_eq!(faults("Fix evidence submission bug.\n"), [(NoDoneCondition, 1), (NoScope, 1), (NoVerification, 1)]);
        let without = |from: &str, to: &str| {
            faults(&format!("{}{}", &GOOD[..GOOD.find(from).unwrap()], &GOOD[GOOD.find(to).unwrap()..]))
        };
        assert_eq!(without("## Scope", "## Acceptance"), [(NoScope, 16)]);
        assert_eq!(faults(&GOOD[..GOOD.find("- validator").unwrap()]).first().map(|it| it.0), Some(NoVerification));
    }

    #[test]
    fn verbs_without_an_end() {
        for text in [
            "Improve architecture",
            "Make system faster",
            "Clean up the whole repo",
            "Resolve all TODOs",
            "Rewrite auth module",
            "Refactor codebase",
            "Better documentation",
            "Fix UI bugs",
        ] {
            assert!(faults(text).iter().any(|(kind, _)| *kind == Fault::UnboundedVerb), "{text}");
        }
        for text in [
            "Improve p95 of search from 900 ms to 200 ms",
            "Rename `total` to `sum`",
            "Reject unresolved issues",
            "Clean up src/billing/total.py",
            "Add a validator for paths",
        ] {
            assert!(faults(text).iter().all(|(kind, _)| *kind != Fault::UnboundedVerb), "{text}");
        }
    }

    #[test]
    fn two_objectives() {
        for (text, expected) in [
            ("Fix the parser and add an exporter", true),
            ("Remove old flags, rename the command and migrate users", true),
            ("Add a parser and its tests", false),
            ("Add search and replace", false),
            ("Support read and write", false),
        ] {
            assert_eq!(two(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn boundaries_in_words_are_for_issues() {
        let text = "# Hide done tasks\n\n## Description\nThe group shows tasks that are done.\n\n## Acceptance Criteria\n\
            - the group excludes done tasks\n- other groups keep their behavior\n- tests cover both\n";
        assert_eq!(faults(text), []);
        let packet: Vec<Fault> = lint("p.md", text, Form::Packet).into_iter().map(|remark| remark.kind).collect();
        assert_eq!(packet, [Fault::NoScope]);
    }

    #[test]
    fn criteria_that_can_not_be_observed() {
        let text = format!(
            "{GOOD}\n## Acceptance Criteria\n- works correctly\n- returns 409 correctly for unresolved issues of the case\n- Tests pass\n"
        );
        assert_eq!(faults(&text), [(Fault::VagueCriterion, 23), (Fault::VagueCriterion, 25)]);
    }
}
