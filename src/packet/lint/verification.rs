//! How it is told that a task is done: commands, tests.

use std::sync::LazyLock;

use regex::Regex;

use super::done::criteria;
use super::{Fault, Kind, Meaning, Reading, Remark, compiled, is_blank};

pub(super) fn verification(reading: &Reading<'_>, remarks: &mut Vec<Remark>) {
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
