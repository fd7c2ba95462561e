//! What written values mean: numbers, switches, severities, entries that stand for others.

/// Whether an entry stands for another one too: all rules, or rules by the start of their names.
pub(super) fn is_wider(wide: &str, narrow: &str) -> bool {
    matches!(wide, "ALL" | "all" | "*" | ".")
        || (wide.len() < narrow.len()
            && narrow.starts_with(wide)
            && (wide.ends_with('/') || wide.chars().all(char::is_alphanumeric))
            && narrow[wide.len()..].starts_with(|c: char| c.is_ascii_digit() || wide.ends_with('/')))
}

/// Tools that took over what others did.
pub(super) fn replaces(new: &str, old: &str) -> bool {
    const SUCCESSIONS: &[(&[&str], &[&str])] = &[
        (
            &["ruff", "ruff-check", "ruff-format"],
            &[
                "black",
                "isort",
                "flake8",
                "pyupgrade",
                "autoflake",
                "pydocstyle",
                "bandit",
                "pylint",
                "ruff",
                "ruff-format",
                "autopep8",
                "yapf",
                "docformatter",
            ],
        ),
        (&["biome", "biome-check", "oxlint", "oxfmt", "dprint"], &["eslint", "prettier", "tslint", "biome-check"]),
        (&["eslint"], &["tslint"]),
        (&["pyright", "basedpyright", "ty", "pyrefly", "mypy"], &["mypy", "pyright", "basedpyright"]),
        (
            &["golangci-lint", "golangci-lint-full", "golangci-lint-fmt"],
            &["golangci-lint", "go-fmt", "go-vet", "golint", "gofmt"],
        ),
        (
            &["gitleaks", "trufflehog", "detect-secrets"],
            &["gitleaks", "trufflehog", "detect-secrets", "detect-private-key"],
        ),
        (&["typos", "codespell"], &["typos", "codespell"]),
    ];
    SUCCESSIONS.iter().any(|(heirs, elders)| heirs.contains(&new) && elders.contains(&old))
}

pub(super) fn number(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case("max") {
        return Some(100.0);
    }
    let text = text.trim().trim_end_matches('%').trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || "+-._".contains(c))).unwrap_or(text.len());
    let value: f64 = text[..end].replace('_', "").parse().ok()?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" | "m" | "f" => 1.0,
        "kb" | "kib" => 1e3,
        "mb" | "mib" => 1e6,
        _ => return None,
    };
    Some(value * unit)
}

pub(super) fn is_true(text: Option<&str>) -> bool {
    text.is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1"))
}

pub(super) fn is_false(text: Option<&str>) -> bool {
    text.is_some_and(|text| {
        matches!(text.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0" | "disable" | "disabled")
    })
}

/// How loud a rule is; `None` where the word says something else.
pub(super) fn severity(text: &str) -> Option<u8> {
    let word = text.split([' ', ':']).next().unwrap_or_default().to_ascii_lowercase();
    Some(match word.trim_matches(['"', '\'']) {
        "error" | "2" | "deny" | "forbid" | "fatal" | "true" | "on" | "always" | "enabled" | "refactor" => 3,
        "warn" | "warning" | "1" | "convention" => 2,
        "info" | "information" | "suggestion" | "hint" | "informational" => 1,
        "off" | "0" | "allow" | "none" | "silent" | "ignore" | "false" | "disabled" | "hidden" | "suppress"
        | "null" => 0,
        _ => return None,
    })
}
