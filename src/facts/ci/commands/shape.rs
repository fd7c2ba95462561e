//! A command taken apart: the tool behind its wrappers, what it is asked for, its flags.

use super::tables::{TABLES, Tables};

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
