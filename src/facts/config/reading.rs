//! One side's settings of one file.

use std::collections::BTreeMap;

use super::blocks::{self, Block};
use super::script;
use super::table::{self, Direction, Place, Set, Writing};
use crate::RepoPath;
use crate::facts::document::{self, Format, Member, Node, Value};

/// One setting as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub direction: Direction,
    /// The setting's own name.
    pub name: String,
    /// A scalar; of an option list all of it.
    pub text: Option<String>,
    /// Of a list, what is in it.
    pub items: Vec<Item>,
    pub line: u32,
    /// It turns single rules off.
    pub rules: bool,
    /// Not written: another setting stands for it.
    pub implied: bool,
    /// A ladder's steps, strong to weak.
    pub order: &'static [String],
    /// The command that takes these arguments.
    pub command: Option<&'static str>,
    /// Its items name files.
    pub paths: bool,
    /// It is a habit as often as a weakening.
    pub is_doubtful: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub text: String,
    pub line: u32,
}

/// The settings of a tool in a file, by a key that is the same wherever the tool lets them be written.
#[derive(Clone, Debug)]
pub struct Settings {
    pub tool: &'static str,
    pub readings: BTreeMap<(Direction, String), Reading>,
}

/// The settings in a file, a tool at a time; `look` gives other files of the same side, for what is built on.
pub fn read(path: &RepoPath, bytes: &[u8], look: &dyn Fn(&str) -> Option<Vec<u8>>) -> Vec<Settings> {
    let written = path.to_text();
    let places = table::places(&written);
    if places.is_empty() {
        return Vec::new();
    }
    let Some(root) = tree(path, bytes) else { return Vec::new() };
    let mut found: Vec<Settings> = Vec::new();
    for place in places {
        let below = place.below.split('/').filter(|part| !part.is_empty());
        let Some(node) = below.into_iter().try_fold(&root, |node, part| node.get(part)) else { continue };
        let node = built_on(node, &place, &written, look, 0);
        let mut walk = Walk { readings: BTreeMap::new(), steps: 0 };
        for set in &place.tool.set {
            if set.words {
                walk.words(set, bytes);
            } else {
                walk.set(set, &node);
            }
        }
        match found.iter_mut().find(|settings| settings.tool == place.tool.name) {
            Some(known) => known.readings.extend(walk.readings),
            None => found.push(Settings { tool: &place.tool.name, readings: walk.readings }),
        }
    }
    found
}

/// Whether a file of this path may hold settings of a tool.
pub fn holds_settings(path: &RepoPath) -> bool {
    !table::places(&path.to_text()).is_empty()
}

/// Why a file that holds settings of some tool can't be read as what it claims to be.
pub fn malformed(path: &RepoPath, bytes: &[u8]) -> Option<(Option<u32>, String)> {
    if !holds_settings(path) {
        return None;
    }
    let name = String::from_utf8_lossy(path.file_name()).into_owned();
    match table::writing(&name) {
        Writing::Document(format) => document::read(format, bytes).err().map(|error| (error.line, error.to_string())),
        Writing::Either | Writing::Neon if tree(path, bytes).is_none() => {
            Some((None, "neither JSON nor YAML".to_owned()))
        }
        // A grammar reads what it can of a program, and lines are always lines.
        _ => None,
    }
}

fn tree(path: &RepoPath, bytes: &[u8]) -> Option<Node> {
    let name = String::from_utf8_lossy(path.file_name()).into_owned();
    match table::writing(&name) {
        Writing::Document(format) => document::read(format, bytes).ok(),
        Writing::Either => document::read(Format::Json, bytes).or_else(|_| document::read(Format::Yaml, bytes)).ok(),
        Writing::Neon => {
            let text = document::text(bytes).ok()?.replace('\t', "    ");
            document::read(Format::Yaml, text.as_bytes()).ok()
        }
        Writing::Script => script::read(path, bytes),
        Writing::Blocks => Some(of_block(&blocks::read(&document::text(bytes).ok()?))),
        Writing::Lines => {
            let text = document::text(bytes).ok()?;
            let lines = (1u32..).zip(text.lines()).map(|(line, text)| (line, text.trim()));
            let kept = lines.filter(|(_, text)| !text.is_empty() && !text.starts_with('#'));
            let items = kept.map(|(line, text)| Node::new(Value::Text(text.to_owned()), line, line)).collect();
            Some(Node::new(Value::List(items), 1, 1))
        }
    }
}

/// Blocks as maps: `name = value`, `name(value)` and `name value` are members, headers too.
fn of_block(block: &Block) -> Node {
    let members = block.items.iter().map(|item| match item {
        blocks::Item::Block(inner) => Member { name: inner.header.clone(), line: inner.line, value: of_block(inner) },
        blocks::Item::Statement(text, line) => {
            let name_end = text.find(|c: char| !(c.is_alphanumeric() || "._".contains(c))).unwrap_or(text.len());
            let (name, rest) = text.split_at(name_end);
            let name = name.trim_end_matches(".set").trim_end_matches(".addAll").trim_end_matches(".add");
            let rest = rest.trim().trim_start_matches([':', '=', '+', '(', ' ']).trim_end_matches([')', ',']);
            let name = name.rsplit('.').next().unwrap_or(name).to_owned();
            let texts: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
            let texts = if texts.is_empty() { rest.split('\'').skip(1).step_by(2).collect() } else { texts };
            let value = match texts.as_slice() {
                [] => Value::Text(rest.trim_end_matches(".toBigDecimal(").trim_matches(')').to_owned()),
                [one] => Value::Text((*one).to_owned()),
                many => Value::List(
                    many.iter().map(|text| Node::new(Value::Text((*text).to_owned()), *line, *line)).collect(),
                ),
            };
            Member { name, line: *line, value: Node::new(value, *line, *line) }
        }
    });
    Node::new(Value::Map(members.collect()), block.line, block.line)
}

/// The settings over those of the files they name.
fn built_on(node: &Node, place: &Place, path: &str, look: &dyn Fn(&str) -> Option<Vec<u8>>, depth: usize) -> Node {
    const FILES: usize = 8;
    let Some(key) = place.tool.extends.as_deref().filter(|_| depth < 5) else { return node.clone() };
    let Some(named) = node.get(key) else { return node.clone() };
    let mut result = node.clone();
    let names: Vec<&str> = named.text().into_iter().chain(named.items().filter_map(Node::text)).take(FILES).collect();
    for name in names.into_iter().rev() {
        let candidates = [join(path, name), join(path, &format!("{name}.json"))];
        let Some((other, bytes)) = candidates.into_iter().flatten().find_map(|path| Some((path.clone(), look(&path)?)))
        else {
            continue;
        };
        if let Some(base) = tree(&RepoPath::from(other.as_str()), &bytes) {
            let base = built_on(&base, place, &other, look, depth + 1);
            result = over(result, &base, named.line);
        }
    }
    result
}

/// A path that a file names, from the repository's root; `None` for packages and for what leaves the repository.
fn join(path: &str, name: &str) -> Option<String> {
    let is_file = name.starts_with('.')
        || name.contains(".yml")
        || name.contains(".json")
        || name.contains(".neon")
        || name.contains(".toml");
    if !is_file || name.starts_with('/') || name.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Members of `under` that `node` does not have, at the line that brings them in.
fn over(node: Node, under: &Node, line: u32) -> Node {
    let Node { value: Value::Map(mut members), line: first, last_line } = node else { return node };
    for member in under.members() {
        match members.iter_mut().find(|known| known.name == member.name) {
            Some(known) if known.value.is_map() => {
                known.value = over(std::mem::take(&mut known.value), &member.value, line);
            }
            Some(_) => {}
            None => members.push(Member { line, ..member.clone() }),
        }
    }
    Node::new(Value::Map(members), first, last_line)
}

/// Members that tell items of a list apart.
const IDENTITIES: &[&str] = &["@Id", "@id", "@name", "module", "id", "files", "match", "include"];

/// Paths are followed so many steps in one file.
const STEPS: usize = 2_000_000;

struct Walk {
    readings: BTreeMap<(Direction, String), Reading>,
    steps: usize,
}

/// What was passed on the way to a node.
#[derive(Clone, Default)]
struct Way {
    /// Names that a `*` stood for, and identities of items.
    captured: Vec<String>,
    names: Vec<String>,
}

impl Walk {
    fn set(&mut self, set: &'static Set, root: &Node) {
        for (direction, path) in set.keys() {
            let implied = set.implied.as_ref().and_then(|key| {
                let at = set.at.split('/').filter(|part| !part.is_empty());
                at.chain([key.as_str()]).try_fold(root, |node, part| node.get(part))
            });
            let before = self.readings.len();
            self.follow(set, direction, &path, root, root.line, &Way::default());
            if let (Some(node), true) = (implied, self.readings.len() == before) {
                let way = Way { names: path.iter().map(|part| (*part).to_owned()).collect(), ..Way::default() };
                self.take(set, direction, node, node.line, &way);
                let own = path.last().copied().unwrap_or_default();
                if let Some(reading) = self.readings.get_mut(&(direction, own.to_owned())) {
                    reading.implied = true;
                }
            }
        }
    }

    fn follow(&mut self, set: &'static Set, direction: Direction, path: &[&str], node: &Node, line: u32, way: &Way) {
        self.steps += 1;
        if self.steps > STEPS {
            return;
        }
        let Some((first, rest)) = path.split_first() else {
            if is_within(set, way) {
                self.take(set, direction, node, line, way);
            }
            return;
        };
        if *first == "**" {
            self.follow(set, direction, rest, node, line, way);
            for member in node.members() {
                let mut way = way.clone();
                way.names.push(member.name.clone());
                way.names.extend(member.value.text_of("artifactId").map(str::to_owned));
                self.follow(set, direction, path, &member.value, member.line, &way);
            }
            for item in node.items() {
                self.follow(set, direction, path, item, item.line, way);
            }
            return;
        }
        let is_list = matches!(direction, Direction::Grown | Direction::Shrunk | Direction::Added);
        for member in node.members().filter(|member| table::is_like(&member.name, first)) {
            let mut way = way.clone();
            if first.contains('*') {
                way.captured.push(member.name.clone());
            }
            way.names.push(member.name.clone());
            if !is_list && !rest.is_empty() {
                way.captured.extend(identity(&member.value));
            }
            self.follow(set, direction, rest, &member.value, member.line, &way);
        }
        if *first == "*" {
            for item in node.items() {
                let mut way = way.clone();
                if !is_list {
                    way.captured.extend(identity(item));
                }
                self.follow(set, direction, rest, item, item.line, &way);
            }
        }
    }

    fn take(&mut self, set: &'static Set, direction: Direction, node: &Node, line: u32, way: &Way) {
        let own = way.names.last().cloned().unwrap_or_default();
        let name = match (way.captured.last(), own.as_str()) {
            (Some(captured), own) if captured != own => format!("{captured}: {own}"),
            (_, own) => own.to_owned(),
        };
        let mut key = way.captured.clone();
        key.push(own);
        let is_list = matches!(direction, Direction::Grown | Direction::Shrunk);
        let text = match (is_list, &node.value) {
            (true, _) => None,
            // `"rule": null` turns it off.
            (false, Value::Null) if direction == Direction::Severity => Some("null".to_owned()),
            (false, _) => scalar(node),
        };
        let mut items = if is_list { items(node) } else { Vec::new() };
        let begins = |item: &Item, words: &[String]| words.iter().any(|word| item.text.starts_with(word.as_str()));
        items.retain(|item| (set.only.is_empty() || begins(item, &set.only)) && !begins(item, &set.not));
        items.retain(|item| {
            let letters: String =
                item.text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
            !set.except.iter().any(|word| letters.contains(word.as_str()))
        });
        let reading = Reading {
            direction,
            name,
            text,
            items,
            line,
            rules: set.rules,
            implied: false,
            order: &set.order,
            command: set.command.as_deref(),
            paths: set.paths,
            is_doubtful: set.doubtful,
        };
        let key = (direction, format!("{}{}", key.join("\0"), set.only.join(" ")));
        match self.readings.get_mut(&key) {
            Some(known) => known.items.extend(reading.items),
            None => drop(self.readings.insert(key, reading)),
        }
    }

    /// Words of a whole file that make a compiler strict, or quiet.
    fn words(&mut self, set: &'static Set, bytes: &[u8]) {
        let Ok(text) = document::text(bytes) else { return };
        for (direction, patterns) in [(Direction::Shrunk, &set.strict), (Direction::Grown, &set.loose)] {
            let mut items = Vec::new();
            for (line, text) in (1u32..).zip(text.lines()) {
                let code = text.split('#').next().unwrap_or_default();
                let code = if code.trim_start().starts_with("//") { "" } else { code };
                for word in code.split(|c: char| c.is_whitespace() || "\"',;()[]{}".contains(c)) {
                    let is_known = patterns.iter().any(|pattern| table::is_like(word, pattern));
                    if is_known && !items.iter().any(|item: &Item| item.text == word) {
                        items.push(Item { text: word.to_owned(), line });
                    }
                }
            }
            let line = items.first().map_or(1, |item| item.line);
            let reading = Reading {
                direction,
                name: "options".to_owned(),
                text: None,
                items,
                line,
                rules: direction == Direction::Grown,
                implied: false,
                order: &[],
                command: None,
                paths: false,
                is_doubtful: false,
            };
            self.readings.insert((direction, "words".to_owned()), reading);
        }
    }
}

/// Whether the way leads through what a set asks for, and under no condition.
fn is_within(set: &Set, way: &Way) -> bool {
    let names = &way.names[..way.names.len().saturating_sub(1)];
    set.within.is_empty()
        || (names.iter().any(|name| set.within.iter().any(|word| name.contains(word.as_str())))
            && !names.iter().any(|name| name.starts_with("if ") || name.starts_with("if(")))
}

fn identity(node: &Node) -> Option<String> {
    let named = IDENTITIES.iter().find_map(|name| node.get(name))?;
    Some(
        named.text().map_or_else(
            || items(named).into_iter().map(|item| item.text).collect::<Vec<_>>().join(","),
            str::to_owned,
        ),
    )
}

/// A scalar, or what a list or map leads with: `["error", {…}]`, `{ level = "deny" }`.
fn scalar(node: &Node) -> Option<String> {
    let levels = ["level", "severity", "#text"];
    node.text()
        .map(str::to_owned)
        .or_else(|| {
            let texts: Vec<&str> = node.items().filter_map(Node::text).collect();
            (!texts.is_empty()).then(|| texts.join(" "))
        })
        .or_else(|| levels.iter().find_map(|name| node.text_of(name)).map(str::to_owned))
}

fn items(node: &Node) -> Vec<Item> {
    let item = |text: &str, line| Item { text: text.trim().to_owned(), line };
    let split = |text: &str, line: u32| -> Vec<Item> {
        let parts = text.split([',', ';', '\n']).map(str::trim);
        parts.filter(|part| !part.is_empty() && !part.starts_with("$(")).map(|part| item(part, line)).collect()
    };
    match &node.value {
        Value::List(list) => list
            .iter()
            .flat_map(|entry| match entry.text() {
                Some(text) if !text.contains(['(', '[', '{']) => split(text, entry.line),
                Some(text) => vec![item(text, entry.line)],
                None => vec![item(&spelled(entry), entry.line)],
            })
            .collect(),
        Value::Map(members) if node.get("#text").is_none() => {
            let is_element = |members: &[Member]| members.iter().any(|member| member.name.starts_with('@'));
            let holds_elements =
                members.iter().any(|member| matches!(&member.value.value, Value::Map(inner) if is_element(inner)));
            if is_element(members) || holds_elements {
                return vec![item(&spelled(node), node.line)];
            }
            let keys = members.iter().filter(|member| member.value.text() != Some("false"));
            keys.map(|member| item(&member.name, member.line)).collect()
        }
        Value::Null => Vec::new(),
        _ => node.text().map(|text| split(text, node.line)).unwrap_or_default(),
    }
}

/// A map on one line.
fn spelled(node: &Node) -> String {
    match node.text() {
        Some(text) => text.to_owned(),
        None => {
            let members = node.members().map(|member| format!("{}: {}", member.name, spelled(&member.value)));
            members.chain(node.items().map(spelled)).collect::<Vec<_>>().join(", ")
        }
    }
}
