//! `settings.toml`: whose settings lie where, and in which direction they weaken.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::facts::document::Format;

/// A checker or runner with its files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    pub name: String,
    pub files: Vec<String>,
    /// The key that names files whose settings these ones build on.
    pub extends: Option<String>,
    pub set: Vec<Set>,
}

/// Settings that are read alike.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Set {
    pub at: String,
    pub rules: bool,
    pub within: Vec<String>,
    pub only: Vec<String>,
    pub not: Vec<String>,
    pub paths: bool,
    pub except: Vec<String>,
    pub doubtful: bool,
    pub implied: Option<String>,
    pub lower: String,
    pub higher: String,
    pub limit: String,
    pub on: String,
    pub off: String,
    pub kept: String,
    pub grown: String,
    pub shrunk: String,
    pub added: String,
    pub matching: String,
    pub covering: String,
    pub severity: String,
    pub ladder: String,
    pub order: Vec<String>,
    pub flags: String,
    pub command: Option<String>,
    pub words: bool,
    pub strict: Vec<String>,
    pub loose: Vec<String>,
}

/// Which change of a setting makes its tool check less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    Lower,
    Higher,
    Limit,
    On,
    Off,
    Kept,
    Grown,
    Shrunk,
    Added,
    Matching,
    Covering,
    Severity,
    Ladder,
    Flags,
}

impl Set {
    /// Every key with its direction, below `at`.
    pub fn keys(&self) -> Vec<(Direction, Vec<&str>)> {
        let columns = [
            (Direction::Lower, &self.lower),
            (Direction::Higher, &self.higher),
            (Direction::Limit, &self.limit),
            (Direction::On, &self.on),
            (Direction::Off, &self.off),
            (Direction::Kept, &self.kept),
            (Direction::Grown, &self.grown),
            (Direction::Shrunk, &self.shrunk),
            (Direction::Added, &self.added),
            (Direction::Matching, &self.matching),
            (Direction::Covering, &self.covering),
            (Direction::Severity, &self.severity),
            (Direction::Ladder, &self.ladder),
            (Direction::Flags, &self.flags),
        ];
        columns
            .into_iter()
            .flat_map(|(direction, keys)| keys.split_ascii_whitespace().map(move |key| (direction, key)))
            .map(|(direction, key)| {
                let at = self.at.split('/').filter(|part| !part.is_empty());
                let own = key.split('/').filter(|part| *part != ".");
                (direction, at.chain(own).collect())
            })
            .collect()
    }
}

/// One place where a tool keeps its settings.
#[derive(Clone, Copy)]
pub struct Place {
    pub tool: &'static Tool,
    /// The path in the file below which the settings stand.
    pub below: &'static str,
}

#[derive(Deserialize)]
struct File {
    tool: Vec<Tool>,
}

static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    // Compiled in; a test reads it.
    serde_json::from_str::<File>(table!("facts/config/settings")).expect("settings.toml is tested").tool
});

/// Every tool with the patterns of its files, for a test that looks for its cases.
pub fn tools() -> impl Iterator<Item = (&'static str, &'static [String])> {
    TOOLS.iter().map(|tool| (tool.name.as_str(), tool.files.as_slice()))
}

/// Whose settings a file of this path holds.
pub fn places(path: &str) -> Vec<Place> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut found = Vec::new();
    for tool in TOOLS.iter() {
        for file in &tool.files {
            let (pattern, below) = file.split_once('#').unwrap_or((file, ""));
            let is_named = if pattern.contains('/') {
                path == pattern || path.ends_with(&format!("/{pattern}"))
            } else {
                is_like(name, pattern)
            };
            if is_named {
                found.push(Place { tool, below });
            }
        }
    }
    found
}

/// How a file of this name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    Document(Format),
    /// JSON or YAML; both are usual under such a name.
    Either,
    /// YAML that may be indented with tabs.
    Neon,
    /// JavaScript or TypeScript.
    Script,
    /// Nested blocks of statements.
    Blocks,
    /// An item a line.
    Lines,
}

pub fn writing(name: &str) -> Writing {
    let extension = name.trim_end_matches(".dist").rsplit('.').next().unwrap_or_default();
    match extension {
        "json" | "jsonc" | "json5" | "baseline" | "swcrc" | "ignore"
            if !name.starts_with('.') || extension != "ignore" =>
        {
            Writing::Document(Format::Json)
        }
        "yml" | "yaml" | "clang-tidy" => Writing::Document(Format::Yaml),
        "toml" => Writing::Document(Format::Toml),
        "xml" | "csproj" | "fsproj" | "vbproj" | "props" | "targets" | "ruleset" | "runsettings" => {
            Writing::Document(Format::Xml)
        }
        "ini" | "cfg" | "flake8" | "coveragerc" | "pylintrc" | "properties" | "editorconfig" | "globalconfig"
        | "bandit" => Writing::Document(Format::Ini),
        "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" => Writing::Script,
        "neon" => Writing::Neon,
        "gradle" | "kts" | "sbt" => Writing::Blocks,
        "eslintrc" | "stylelintrc" | "nycrc" | "c8rc" | "taprc" | "mocharc" => Writing::Either,
        "conf" => Writing::Document(Format::Toml),
        _ => Writing::Lines,
    }
}

/// `*` stands for any part, `?` for any character.
pub fn is_like(text: &str, pattern: &str) -> bool {
    fn step(text: &[u8], pattern: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', [])) => true,
            Some((b'*', rest)) => (0..=text.len()).any(|at| step(&text[at..], rest)),
            Some((b'?', rest)) => !text.is_empty() && step(&text[1..], rest),
            Some((byte, rest)) => text.first() == Some(byte) && step(&text[1..], rest),
        }
    }
    // Patterns of the table have three stars at most, names are short.
    text.len() <= 400 && step(text.as_bytes(), pattern.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_keys_and_every_ladder_its_order() {
        for tool in TOOLS.iter() {
            for set in &tool.set {
                assert!(set.words || !set.keys().is_empty(), "{} has an empty set", tool.name);
                assert_eq!(set.ladder.is_empty(), set.order.is_empty(), "{}", tool.name);
                assert_eq!(set.flags.is_empty(), set.command.is_none(), "{}", tool.name);
            }
        }
    }

    #[test]
    fn names_patterns_and_places() {
        assert!(is_like("tsconfig.build.json", "tsconfig*.json") && is_like("a", "*") && !is_like("ab", "a"));
        let tools = |path: &str| -> Vec<&str> { places(path).iter().map(|place| place.tool.name.as_str()).collect() };
        assert!(tools("pyproject.toml").contains(&"Ruff"));
        assert_eq!(tools("sub/.cargo/config.toml"), ["rustc"]);
        assert_eq!(tools("src/config.toml"), Vec::<&str>::new());
        assert_eq!(writing(".eslintrc.json"), Writing::Document(Format::Json));
        assert_eq!(writing("phpunit.xml.dist"), Writing::Document(Format::Xml));
        assert_eq!(writing("brakeman.ignore"), Writing::Document(Format::Json));
        assert_eq!(writing(".rspec"), Writing::Lines);
    }
}
