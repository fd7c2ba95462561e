//! Where a task may go: places, or what it must leave alone.

use std::sync::LazyLock;

use regex::Regex;

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
