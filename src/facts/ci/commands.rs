//! What a command is: the tool behind its wrappers, what kind of check it is, and its flags.
//!
//! The words are rows of `commands.toml`; nothing here knows a tool by name.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

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

/// A command without its wrappers, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// `pytest`, `cargo test`, `npm run`
    pub tool: String,
    /// The script or task a runner is asked for: `test:unit`.
    pub target: Option<String>,
    /// What is neither flag nor flag's value.
    pub operands: Vec<String>,
    /// In order; a flag may be repeated.
    pub flags: Vec<Flag>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flag {
    pub name: String,
    pub value: Option<String>,
}

impl Flag {
    pub fn text(&self) -> String {
        match &self.value {
            Some(value) if value.contains(' ') => format!("{} \"{value}\"", self.name),
            Some(value) => format!("{} {value}", self.name),
            None => self.name.clone(),
        }
    }
}

#[derive(serde::Deserialize)]
struct Data {
    tools: BTreeMap<Kind, Vec<String>>,
    targets: Targets,
    wrappers: Wrappers,
    valued: Valued,
    flag: Vec<FlagRow>,
    variable: Vec<VariableRow>,
    input: Vec<InputRow>,
    actions: HashMap<String, String>,
}

#[derive(serde::Deserialize)]
struct Targets {
    tools: Vec<String>,
    test: Vec<String>,
    lint: Vec<String>,
    types: Vec<String>,
    coverage: Vec<String>,
    audit: Vec<String>,
    format: Vec<String>,
    check: Vec<String>,
    build: Vec<String>,
    not: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Wrappers {
    plain: HashSet<String>,
    pairs: HashSet<String>,
    valued: HashSet<String>,
}

#[derive(serde::Deserialize)]
struct Valued {
    flags: HashSet<String>,
}

/// How a flag lets more pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weaker {
    Present,
    Absent,
    Lower,
    Higher,
    Level,
    /// A selection: a new or different value narrows.
    Value,
}

#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FlagRow {
    /// `--flag`, or `--flag tool` where it means this only there.
    names: Vec<String>,
    pub weaker: Weaker,
    pub says: String,
    #[serde(default)]
    pub order: Vec<String>,
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(default)]
    not_tools: Vec<String>,
}

#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct VariableRow {
    names: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    not_values: Vec<String>,
    /// Words whose loss weakens.
    #[serde(default)]
    loses: Vec<String>,
    /// A list with commas whose growth weakens.
    #[serde(default)]
    grows: bool,
    pub says: String,
}

impl VariableRow {
    /// Whether going from one value to another lets more pass.
    pub fn weakens(&self, before: Option<&str>, after: Option<&str>) -> bool {
        if !self.loses.is_empty() {
            let strict =
                |value: Option<&str>| value.is_some_and(|value| self.loses.iter().any(|word| value.contains(word)));
            return strict(before) && !strict(after);
        }
        if self.grows {
            let items = |value: Option<&str>| -> Vec<String> {
                value
                    .unwrap_or_default()
                    .split(',')
                    .map(|it| it.trim().to_owned())
                    .filter(|it| !it.is_empty())
                    .collect()
            };
            let before = items(before);
            return items(after).iter().any(|item| !before.contains(item));
        }
        let weak = |value: Option<&str>| {
            value.is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                if !self.not_values.is_empty() {
                    return !self.not_values.contains(&value);
                }
                self.values.is_empty()
                    || self.values.iter().any(|it| value.split_whitespace().any(|word| word == it) || *it == value)
            })
        };
        weak(after) && !weak(before)
    }
}

#[derive(Clone, Debug, serde::Deserialize)]
pub struct InputRow {
    names: Vec<String>,
    #[serde(default)]
    loses: Option<String>,
    #[serde(default)]
    gains: Option<String>,
    pub says: String,
}

impl InputRow {
    pub fn weakens(&self, before: Option<&str>, after: Option<&str>) -> bool {
        let is = |value: Option<&str>, word: &str| value.is_some_and(|value| value.eq_ignore_ascii_case(word));
        self.loses.as_deref().is_some_and(|word| is(before, word) && !is(after, word))
            || self.gains.as_deref().is_some_and(|word| is(after, word) && !is(before, word))
    }
}

/// The tables and what is looked up in them.
struct Tables {
    data: Data,
    kinds: HashMap<String, Kind>,
    /// Runners of targets.
    runners: HashSet<String>,
    targets: HashMap<String, Kind>,
    not_targets: HashSet<String>,
    flags: HashMap<String, Vec<(Option<String>, usize)>>,
    variables: HashMap<String, usize>,
    inputs: HashMap<String, usize>,
}

static TABLES: LazyLock<Option<Tables>> = LazyLock::new(|| tables().ok());

fn tables() -> Result<Tables, toml::de::Error> {
    let data: Data = toml::from_str(include_str!("commands.toml"))?;
    let mut kinds = HashMap::new();
    for (kind, tools) in &data.tools {
        kinds.extend(tools.iter().map(|tool| (tool.clone(), *kind)));
    }
    let t = &data.targets;
    let named = [
        (Kind::Test, &t.test),
        (Kind::Lint, &t.lint),
        (Kind::Types, &t.types),
        (Kind::Coverage, &t.coverage),
        (Kind::Audit, &t.audit),
        (Kind::Format, &t.format),
        (Kind::Check, &t.check),
        (Kind::Build, &t.build),
    ];
    let targets = named.iter().flat_map(|(kind, words)| words.iter().map(|word| (word.clone(), *kind))).collect();
    let mut flags: HashMap<String, Vec<(Option<String>, usize)>> = HashMap::new();
    for (at, row) in data.flag.iter().enumerate() {
        for name in &row.names {
            let (flag, tool) =
                name.split_once(' ').map_or((name.as_str(), None), |(flag, tool)| (flag, Some(tool.to_owned())));
            flags.entry(flag.to_owned()).or_default().push((tool, at));
        }
    }
    let variables = data
        .variable
        .iter()
        .enumerate()
        .flat_map(|(at, row)| row.names.iter().map(move |it| (it.clone(), at)))
        .collect();
    let inputs =
        data.input.iter().enumerate().flat_map(|(at, row)| row.names.iter().map(move |it| (it.clone(), at))).collect();
    let runners = t.tools.iter().cloned().collect();
    let not_targets = t.not.iter().cloned().collect();
    Ok(Tables { kinds, runners, targets, not_targets, flags, variables, inputs, data })
}

/// The row about a variable.
pub fn variable(name: &str) -> Option<&'static VariableRow> {
    let tables = TABLES.as_ref()?;
    tables.data.variable.get(*tables.variables.get(name)?)
}

/// The row about an action's or task's input.
pub fn input(name: &str) -> Option<&'static InputRow> {
    let tables = TABLES.as_ref()?;
    tables.data.input.get(*tables.inputs.get(name)?)
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

/// The row about a flag of a command.
pub fn flag(shape: &Shape, kind: Kind, flag: &Flag) -> Option<&'static FlagRow> {
    let tables = TABLES.as_ref()?;
    let whole = flag.value.as_ref().map(|value| format!("{}={value}", flag.name));
    let rows = whole.and_then(|whole| tables.flags.get(&whole)).or_else(|| tables.flags.get(&flag.name))?;
    let first = shape.tool.split(' ').next().unwrap_or_default();
    rows.iter()
        .filter(|(tool, _)| tool.as_deref().is_none_or(|tool| tool == first))
        .filter_map(|(_, at)| tables.data.flag.get(*at))
        .find(|row| {
            (row.kinds.is_empty() || row.kinds.contains(&kind)) && !row.not_tools.iter().any(|tool| tool == first)
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

/// Takes a command apart: wrappers dropped, tool, target, operands, flags.
pub fn shape(words: &[String]) -> Shape {
    let Some(tables) = TABLES.as_ref() else { return Shape::default() };
    let words = unwrapped(tables, words);
    let Some(first) = words.first() else { return Shape::default() };
    let name = base_name(first);
    let mut shape = Shape { tool: name.clone(), ..Shape::default() };
    let mut rest = words[1..].iter().peekable();
    let mut is_runner = tables.runners.contains(&name);
    // Flags may stand between a tool and its subcommand: `pnpm --filter x test`, `go -C dir test`.
    while let Some(word) = rest.next() {
        if word.starts_with('-') && word.len() > 1 || (word.starts_with('/') && word.contains(':') && word.len() > 3) {
            let flag = match word.split_once('=') {
                Some((name, value)) => Flag { name: name.to_owned(), value: Some(value.to_owned()) },
                None if tables.data.valued.flags.contains(word)
                    && rest.peek().is_some_and(|next| !next.starts_with('-') || next.contains(' ')) =>
                {
                    Flag { name: word.clone(), value: rest.next().cloned() }
                }
                None => Flag { name: word.clone(), value: None },
            };
            if flag.name != "--" {
                shape.flags.push(flag);
            }
            continue;
        }
        if shape.target.is_none() && shape.operands.is_empty() {
            let longer = format!("{} {word}", shape.tool);
            if tables.runners.contains(&longer) {
                shape.tool = longer;
                is_runner = true;
                continue;
            }
            if tables.kinds.contains_key(&longer) {
                shape.tool = longer;
                is_runner = false;
                continue;
            }
            if is_runner {
                shape.target = Some(word.clone());
                continue;
            }
        }
        shape.operands.push(word.clone());
    }
    shape
}

/// `./vendor/bin/phpunit` is `phpunit`, `./gradlew` is `gradle`, `pytest.exe` is `pytest`.
fn base_name(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    match name {
        "gradlew" | "gradlew.bat" => "gradle".into(),
        "mvnw" | "mvnw.cmd" | "mvnd" => "mvn".into(),
        "python" | "python3" | "py" => "python".into(),
        _ => name.strip_suffix(".exe").or_else(|| name.strip_suffix(".cmd")).unwrap_or(name).to_owned(),
    }
}

fn unwrapped<'a>(tables: &Tables, mut words: &'a [String]) -> &'a [String] {
    for _ in 0..8 {
        let Some(first) = words.first() else { return words };
        let name = first.rsplit('/').next().unwrap_or(first);
        let pair = words.get(1).map(|second| format!("{name} {second}"));
        let is_pair = pair.is_some_and(|pair| tables.wrappers_pair(&pair));
        if is_pair && name == "coverage" && words.get(2).map(String::as_str) != Some("-m") {
            return words;
        }
        let mut at = match (is_pair, name) {
            (true, _) => 2,
            (false, "timeout" | "gtimeout") => after_flags(tables, words, 1) + 1,
            (false, name) if tables.data.wrappers.plain.contains(name) => 1,
            _ => return words,
        };
        at = after_flags(tables, words, at);
        while words.get(at).is_some_and(|word| is_assignment(word)) {
            at += 1;
        }
        if words.get(at).is_some_and(|word| word == "--") {
            at += 1;
        }
        match words.get(at..) {
            Some(rest) if !rest.is_empty() => words = rest,
            _ => return words,
        }
    }
    words
}

impl Tables {
    fn wrappers_pair(&self, pair: &str) -> bool {
        self.data.wrappers.pairs.contains(pair)
    }
}

fn after_flags(tables: &Tables, words: &[String], mut at: usize) -> usize {
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-') && word.as_str() != "--") {
        let takes_value = tables.data.wrappers.valued.contains(word.as_str());
        at += if takes_value { 2 } else { 1 };
    }
    at
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
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
        if let Err(error) = tables() {
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
