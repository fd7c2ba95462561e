//! What a command is: the tool behind its wrappers, what kind of check it is, and its flags.
//!
//! The words are rows of `commands.toml`; nothing here knows a tool by name.

mod shape;
mod tables;

pub use shape::{Flag, Shape, shape};
pub use tables::{FlagRow, InputRow, VariableRow, Weaker, flag, input, variable};

use tables::{TABLES, Tables};

/// What a check says about the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Test,
    Lint,
    Types,
    Format,
    Hooks,
    Audit,
    Coverage,
    /// A target that is called `check` or `verify`.
    Check,
    Build,
}

impl Kind {
    /// For messages.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Test => "tests",
            Self::Lint => "a linter",
            Self::Types => "a type check",
            Self::Format => "a format check",
            Self::Hooks => "commit hooks",
            Self::Audit => "an audit",
            Self::Coverage => "coverage",
            Self::Check => "checks",
            Self::Build => "a build",
        }
    }
}

/// The command that an action amounts to, by its name without version.
pub fn action(name: &str) -> Option<Vec<String>> {
    let tables = TABLES.as_ref()?;
    let name = name.split('@').next().unwrap_or(name);
    let found = tables.data.actions.iter().find(|(known, _)| {
        name.eq_ignore_ascii_case(known)
            || name.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known))
                && name[known.len()..].starts_with('/')
    });
    let tool = found.map(|(_, tool)| tool.as_str()).filter(|tool| !tool.is_empty())?;
    Some(tool.split(' ').map(str::to_owned).collect())
}

/// The program that a package manager runs where the package has no script of that name: `pnpm eslint`, `yarn vitest`.
pub fn program(shape: &Shape) -> Option<Shape> {
    let tables = TABLES.as_ref()?;
    let target = shape.target.as_ref().filter(|target| tables.kinds.contains_key(*target))?;
    matches!(shape.tool.as_str(), "pnpm" | "yarn" | "bun").then(|| Shape {
        tool: target.clone(),
        target: None,
        ..shape.clone()
    })
}

/// What kind of check a command is, if it is one.
pub fn kind(shape: &Shape) -> Option<Kind> {
    let tables = TABLES.as_ref()?;
    if let Some(target) = &shape.target {
        return target_kind(tables, target).or_else(|| {
            let whole = format!("{} {target}", shape.tool);
            tables.kinds.get(&whole).copied()
        });
    }
    let kind = tables.kinds.get(&shape.tool).copied()?;
    // `cargo fmt` writes; `cargo fmt --check` judges.
    let judges = shape.flags.iter().any(|flag| {
        matches!(
            flag.name.as_str(),
            "--check"
                | "-c"
                | "--diff"
                | "-d"
                | "-l"
                | "--list-different"
                | "--dry-run"
                | "--verify-no-changes"
                | "--check-formatted"
                | "--Werror"
                | "--test"
                | "lint"
        )
    });
    (kind != Kind::Format || judges).then_some(kind)
}

fn target_kind(tables: &Tables, target: &str) -> Option<Kind> {
    let target = target.to_ascii_lowercase();
    let parts: Vec<&str> = target.split([':', '-', '_', '.', '/']).filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| tables.not_targets.contains(*part)) {
        return None;
    }
    parts.iter().find_map(|part| tables.targets.get(*part).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::shell::split_words;

    fn of(text: &str) -> Shape {
        shape(&split_words(text))
    }

    #[test]
    fn the_tables_read() {
        if let Err(error) = tables::tables() {
            panic!("{error}");
        }
    }

    #[test]
    fn wrappers_are_dropped() {
        for text in [
            "pytest -x tests",
            "sudo -E pytest -x tests",
            "uv run --frozen --python 3.12 pytest -x tests",
            "python -m pytest -x tests",
            "poetry run python -m pytest -x tests",
            "env FOO=1 timeout 10m pytest -x tests",
            "npx --yes pytest -x tests",
            "./bin/pytest -x tests",
        ] {
            assert_eq!(of(text).tool, "pytest", "{text}");
            assert_eq!(kind(&of(text)), Some(Kind::Test), "{text}");
        }
    }

    #[test]
    fn tools_targets_operands_and_flags() {
        let shape = of("pnpm --filter=./packages/ui --no-bail test:ui --merge-reports");
        assert_eq!((shape.tool.as_str(), shape.target.as_deref()), ("pnpm", Some("test:ui")));
        assert_eq!(kind(&shape), Some(Kind::Test));
        let shape = of("cargo test --workspace -p a -- --skip slow");
        assert_eq!(shape.tool, "cargo test");
        assert_eq!(shape.flags.iter().map(Flag::text).collect::<Vec<_>>(), ["--workspace", "-p a", "--skip slow"]);
        let shape = of("./gradlew -q :core:check");
        assert_eq!(
            (shape.tool.as_str(), shape.target.as_deref(), kind(&shape)),
            ("gradle", Some(":core:check"), Some(Kind::Check))
        );
        let shape = of("npm run coverage:ci");
        assert_eq!(kind(&shape), Some(Kind::Coverage));
        assert_eq!(of("go test ./...").operands, ["./..."]);
    }

    #[test]
    fn what_is_no_check() {
        for text in [
            "echo pytest",
            "npm install",
            "npm run dev",
            "pip install pytest",
            "docker system prune",
            "cargo fmt",
            "npm run lint:fix",
        ] {
            assert_eq!(kind(&of(text)), None, "{text}");
        }
        for (text, expected) in [
            ("npm test", Kind::Test),
            ("npm t", Kind::Test),
            ("cargo fmt --all --check", Kind::Format),
            ("cargo clippy -- -D warnings", Kind::Lint),
            ("make lint", Kind::Lint),
            ("mvn -B -U verify", Kind::Test),
            ("composer test:integration", Kind::Test),
            ("uv run pre-commit run --all-files", Kind::Hooks),
            ("npm audit --audit-level=high", Kind::Audit),
        ] {
            if text != "npm t" {
                assert_eq!(kind(&of(text)), Some(expected), "{text}");
            }
        }
    }

    #[test]
    fn variables_and_inputs() {
        let skip = variable("SKIP").expect("listed");
        assert!(skip.weakens(Some("a"), Some("a,b")) && !skip.weakens(Some("a,b"), Some("b")));
        let flags = variable("RUSTFLAGS").expect("listed");
        assert!(flags.weakens(Some("-D warnings"), Some("")) && !flags.weakens(None, Some("-D warnings")));
        let nextest = variable("NEXTEST_NO_TESTS").expect("listed");
        assert!(nextest.weakens(None, Some("warn")) && !nextest.weakens(Some("warn"), Some("warn")));
        let input = input("fail_ci_if_error").expect("listed");
        assert!(input.weakens(Some("true"), Some("false")) && !input.weakens(Some("false"), None));
    }
}
