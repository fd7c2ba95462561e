//! Where a task may go: places, or what it must leave alone.

use std::sync::LazyLock;

use regex::Regex;

use super::done::{criteria, is_vague};
use super::{Fault, Form, Meaning, Reading, Remark, Statement, compiled, is_blank};
use crate::packet::phrases;
use crate::{RepoPath, lang};

pub(super) fn bounds(reading: &Reading<'_>, form: Form, remarks: &mut Vec<Remark>) {
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
        Form::Issue => has_section || named || titled || denied || keeps || is_told_exactly(reading),
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

/// Whether what is to be seen is told of something that has a name: whoever does it knows where to look.
fn is_told_exactly(reading: &Reading<'_>) -> bool {
    let criteria = criteria(reading);
    let told = criteria.iter().filter(|statement| !is_vague(statement)).count();
    let title = reading.title.iter().map(|(title, _)| title.as_str());
    let mut texts = title.chain(criteria.iter().map(|statement| statement.text.as_str()));
    told >= 2 && (criteria.iter().any(|statement| !statement.code.is_empty()) || texts.any(|text| NAMED.is_match(text)))
}

/// What programs are made of, by a name of its own: `task_list`, `readInput`, `--plain`, the Labels dropdown.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"\b[a-z]+_\w+|\b[a-z]+[A-Z]\w+|\B--?[a-z][\w-]+|\w\(\)|\b(?:[A-Z][\w-]*|[a-z]+(?:-[a-z]+)?) (?:API|CLI|UI|TUI|dropdown|dialog|page|screen|modal|menu|button|command|flag|option|tool|endpoint|header|field|view|panel|column|table|form|widget|picker|composer|selector|parser|handler|hook|workflow|job|list|filter|board|editor|server|client|response|request|setting|label|argument|parameter|method|function|type|module)s?\b",
    )
});

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
