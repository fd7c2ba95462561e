//! Whether a condition, a set of flags or a list of patterns lets less through than before.

use crate::facts::ci::commands::{self, Flag, Kind, Shape, Weaker};

/// How a condition became narrower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Narrower {
    /// It never holds.
    Off,
    /// It demands this besides.
    Also(String),
    /// It no longer holds for this.
    Without(String),
}

/// Compares two conditions; `None` stands for "always". Silent where they can't be compared.
pub(super) fn condition(before: Option<&str>, after: Option<&str>) -> Option<Narrower> {
    let after = plain(after?);
    let before = before.map(plain);
    if before.as_deref() == Some(after.as_str()) {
        return None;
    }
    if is_never(&after) {
        return (!before.as_deref().is_some_and(is_never)).then_some(Narrower::Off);
    }
    if after.contains("; ") || before.as_deref().is_some_and(|before| before.contains("; ")) || after.contains("when:")
    {
        return rules(before.as_deref(), &after);
    }
    let Some(before) = before else {
        let extra: Vec<&str> = split(&after, "&&").into_iter().filter(|part| !is_neutral(part)).collect();
        return (!extra.is_empty() && !is_neutral(&after)).then(|| Narrower::Also(extra.join(" && ")));
    };
    let (old, new) = (split(&before, "&&"), split(&after, "&&"));
    if old.iter().filter(|part| !is_neutral(part)).all(|part| new.contains(part)) {
        let extra: Vec<&str> = new.iter().copied().filter(|part| !old.contains(part) && !is_neutral(part)).collect();
        return (!extra.is_empty()).then(|| Narrower::Also(extra.join(" && ")));
    }
    let (old, new) = (split(&before, "||"), split(&after, "||"));
    if new.iter().all(|part| old.contains(part)) {
        let lost: Vec<&str> = old.iter().copied().filter(|part| !new.contains(part)).collect();
        return (!lost.is_empty()).then(|| Narrower::Without(lost.join(" || ")));
    }
    None
}

/// GitLab's rules, one after the other.
fn rules(before: Option<&str>, after: &str) -> Option<Narrower> {
    let old: Vec<&str> = before.map(|before| before.split("; ").collect()).unwrap_or_default();
    let new: Vec<&str> = after.split("; ").collect();
    let stops =
        |rule: &&str| rule.contains("when: never") || rule.contains("when: manual") || rule.starts_with("except:");
    if let Some(stop) = new.iter().find(|rule| stops(rule) && !old.contains(rule)) {
        return Some(Narrower::Also((*stop).to_owned()));
    }
    if before.is_none() {
        return Some(Narrower::Also(after.to_owned()));
    }
    let lost: Vec<&str> = old.iter().copied().filter(|rule| !stops(rule) && !new.contains(rule)).collect();
    (!lost.is_empty() && new.iter().all(|rule| old.contains(rule))).then(|| Narrower::Without(lost.join("; ")))
}

/// Without `${{ }}` and needless space; `'` and `"` alike.
fn plain(condition: &str) -> String {
    let text = condition.trim();
    let inner =
        text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).filter(|inner| !inner.contains("${{"));
    inner.unwrap_or(text).replace('"', "'").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_never(condition: &str) -> bool {
    let condition = condition.to_ascii_lowercase();
    let parts = split(&condition, "&&");
    parts.iter().any(|part| {
        matches!(
            *part,
            "false"
                | "!true"
                | "0"
                | "never"
                | "when: never"
                | "'false'"
                | "1 == 0"
                | "failure() && success()"
                | "skip: true"
                | "eq(1, 0)"
        )
    }) || condition.starts_with("skip: ")
        || condition.contains("expression { false }")
        || condition.contains("expression { return false }")
}

/// Conditions that hold wherever the repository has the name they give: guards against runs in copies of it.
pub(super) fn is_fork_guard(condition: &str) -> bool {
    let names_repository = |part: &str| {
        let part = part.trim_matches(['(', ')', ' ']);
        let (left, right) = part.split_once("==").unwrap_or_default();
        matches!(left.trim(), "github.repository" | "github.repository_owner") && right.trim().starts_with('\'')
    };
    let parts = split(condition, "&&");
    !parts.is_empty()
        && parts.iter().all(|part| {
            let inner = part.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(part);
            split(inner, "||").into_iter().any(names_repository)
        })
}

/// Conditions that hold at least as often as none at all.
fn is_neutral(condition: &str) -> bool {
    let parts = split(condition, "||");
    parts.iter().any(|part| {
        matches!(
            part.trim_matches(['(', ')', ' ']).trim(),
            "always"
                | "success"
                | "!cancelled"
                | "! cancelled"
                | "true"
                | "succeeded"
                | "succeededOrFailed"
                | "on_success"
        ) || matches!(
            *part,
            "always()" | "success()" | "!cancelled()" | "! cancelled()" | "succeeded()" | "succeededOrFailed()"
        )
    })
}

/// Splits at an operator outside parentheses.
fn split<'a>(text: &'a str, operator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && at >= start && text[at..].starts_with(operator) => {
                parts.push(text[start..at].trim());
                start = at + operator.len();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default().trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Why the second command lets more pass than the first; both run the same tool.
pub(in crate::compare) fn command(before: &Shape, after: &Shape, kind: Kind) -> Vec<String> {
    let mut reasons = Vec::new();
    for flag in after.flags.iter().filter(|flag| !before.flags.contains(flag)) {
        let Some(row) = commands::flag(after, kind, flag) else { continue };
        let same: Vec<&Flag> = before.flags.iter().filter(|other| other.name == flag.name).collect();
        let off = flag.value.as_deref().is_some_and(|value| matches!(value, "false" | "0" | "no"));
        let weaker = match row.weaker {
            Weaker::Present => !off,
            // A changed selection can't be judged; a new one narrows.
            Weaker::Value => {
                same.is_empty() || (after.flags.iter().filter(|it| it.name == flag.name).count() > same.len())
            }
            Weaker::Lower => compare(&same, flag).is_some_and(|order| order.is_lt()),
            Weaker::Higher => compare(&same, flag).is_some_and(|order| order.is_gt()),
            Weaker::Level => same.first().is_some_and(|old| level(&row.order, flag) > level(&row.order, old)),
            Weaker::Absent => off,
        };
        if weaker {
            let old = same.first().map(|old| format!("`{}` became ", old.text())).unwrap_or_default();
            reasons.push(format!("{old}`{}`: {}", flag.text(), row.says));
        }
    }
    for flag in &before.flags {
        if after.flags.iter().any(|other| other.name == flag.name) {
            continue;
        }
        let Some(row) = commands::flag(before, kind, flag) else { continue };
        if matches!(row.weaker, Weaker::Absent | Weaker::Lower | Weaker::Higher) {
            reasons.push(format!("`{}` is gone: {}", flag.text(), row.says));
        }
    }
    reasons.extend(operands(before, after, kind));
    reasons
}

fn compare(before: &[&Flag], after: &Flag) -> Option<std::cmp::Ordering> {
    let number = |flag: &Flag| flag.value.as_deref()?.trim_end_matches('%').parse::<f64>().ok();
    number(after)?.partial_cmp(&number(before.first()?)?)
}

fn level(order: &[String], flag: &Flag) -> Option<usize> {
    let value = flag.value.as_deref()?.to_ascii_lowercase();
    order.iter().position(|level| *level == value)
}

/// Tools that run what their operands name, and everything without.
const BY_OPERAND: &[&str] = &[
    "pytest",
    "py.test",
    "jest",
    "vitest",
    "mocha",
    "ava",
    "cargo test",
    "cargo nextest run",
    "go test",
    "gotestsum",
    "phpunit",
    "pest",
    "rspec",
    "playwright test",
    "cypress run",
    "mix test",
    "dotnet test",
    "bun test",
    "deno test",
    "bats",
    "unittest",
    "dart test",
    "flutter test",
];

fn operands(before: &Shape, after: &Shape, kind: Kind) -> Option<String> {
    if kind != Kind::Test || !BY_OPERAND.contains(&before.tool.as_str()) || before.operands == after.operands {
        return None;
    }
    let clean = |operands: &[String]| -> Vec<String> {
        let words = operands
            .iter()
            .filter(|it| !matches!(it.as_str(), "run" | "--") && !it.contains('>'))
            .map(|it| it.trim_start_matches("./").to_owned());
        words.filter(|it| !it.is_empty()).collect()
    };
    let (old, new) = (clean(&before.operands), clean(&after.operands));
    // What a template or variable stands for is unknown.
    if old.iter().chain(&new).any(|it| it.contains('$')) || new.is_empty() {
        return None;
    }
    let covers = |wide: &str, narrow: &str| {
        let folder = wide.trim_end_matches("...").trim_end_matches('/');
        wide == narrow
            || folder.is_empty()
            || narrow.starts_with(&format!("{folder}/"))
            || (wide == "." && !narrow.starts_with(".."))
    };
    let all_below = new.iter().all(|narrow| old.is_empty() || old.iter().any(|wide| covers(wide, narrow)));
    let something_lost = old.is_empty() || !old.iter().all(|wide| new.iter().any(|narrow| covers(narrow, wide)));
    (all_below && something_lost).then(|| format!("only `{}` is run: fewer tests are selected", new.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::shell::split_words;

    fn narrower(before: &str, after: &str) -> Option<Narrower> {
        condition(Some(before).filter(|it| !it.is_empty()), Some(after).filter(|it| !it.is_empty()))
    }

    #[test]
    fn conditions() {
        assert_eq!(narrower("", "false"), Some(Narrower::Off));
        assert_eq!(narrower("", "${{ false }}"), Some(Narrower::Off));
        assert_eq!(narrower("a", "a && false"), Some(Narrower::Off));
        assert_eq!(narrower("", "${{ matrix.php != '8.4' }}"), Some(Narrower::Also("matrix.php != '8.4'".into())));
        assert_eq!(narrower("a == 'b'", "${{ a == \"b\" && c }}"), Some(Narrower::Also("c".into())));
        assert_eq!(narrower("a || b", "a"), Some(Narrower::Without("b".into())));
        assert_eq!(narrower("", "when: manual"), Some(Narrower::Also("when: manual".into())));
        for (before, after) in [
            ("", "always()"),
            ("", "success() || failure()"),
            ("", "${{ !cancelled() }}"),
            ("a", ""),
            ("a && b", "a"),
            ("a", "b"),
            ("a", "${{ a }}"),
            ("a", "a || b"),
            ("false", ""),
        ] {
            assert_eq!(narrower(before, after), None, "{before} -> {after}");
        }
    }

    #[test]
    fn fork_guards() {
        for guard in [
            "github.repository == 'a/b'",
            "github.repository_owner == 'a'",
            "github.event_name != 'schedule' || github.repository == 'a/b'",
            "(github.event_name != 'schedule' || github.repository == 'a/b') && github.repository_owner == 'a'",
        ] {
            assert!(is_fork_guard(guard), "{guard}");
        }
        for other in
            ["", "false", "github.repository != 'a/b'", "github.repository == 'a/b' && false", "github.ref == 'a'"]
        {
            assert!(!is_fork_guard(other), "{other}");
        }
    }

    fn reasons(before: &str, after: &str) -> Vec<String> {
        let (before, after) = (commands::shape(&split_words(before)), commands::shape(&split_words(after)));
        let kind = commands::kind(&before).expect("a check");
        command(&before, &after, kind)
    }

    #[test]
    fn weaker_commands() {
        for (before, after) in [
            ("pytest", "pytest -k 'not slow'"),
            ("pytest tests", "pytest tests/unit"),
            ("pytest", "pytest tests/unit"),
            ("go test ./...", "go test ./pkg/a"),
            ("jest", "jest --passWithNoTests"),
            ("cargo test --workspace", "cargo test"),
            ("cargo clippy -- -D warnings", "cargo clippy"),
            ("pytest --cov-fail-under=90", "pytest --cov-fail-under=80"),
            ("eslint . --max-warnings 0", "eslint . --max-warnings 10"),
            ("eslint . --max-warnings 0", "eslint ."),
            ("mvn verify", "mvn verify -DskipTests"),
            ("vitest run", "vitest run -u"),
            ("npm audit --audit-level=high", "npm audit --audit-level=critical"),
            ("./gradlew check", "./gradlew check -x test"),
            ("cargo build --locked", "cargo build"),
        ] {
            assert!(!reasons(before, after).is_empty(), "{before} -> {after}");
        }
    }

    #[test]
    fn commands_that_check_as_much() {
        for (before, after) in [
            ("pytest", "pytest -v"),
            ("pytest -m 'not a and not b'", "pytest -v -m 'not a and not b'"),
            ("pytest tests/unit", "pytest tests"),
            ("go test ./pkg", "go test ./..."),
            ("pytest -k slow", "pytest"),
            ("pytest --cov-fail-under=80", "pytest --cov-fail-under=90"),
            ("cargo test", "cargo test --workspace --locked"),
            ("mvn verify -DskipTests", "mvn verify -DskipTests=false"),
            ("pytest $ARGS", "pytest tests"),
        ] {
            assert_eq!(reasons(before, after), Vec::<String>::new(), "{before} -> {after}");
        }
    }
}
