//! Follows the paths of a tool's settings through a document.

use std::collections::BTreeMap;

use super::reading::{Item, Reading};
use super::table::{self, Direction, Set};
use super::value::{identity, items, scalar};
use crate::facts::document::{self, Node, Value};

/// Paths are followed so many steps in one file.
const STEPS: usize = 2_000_000;

#[derive(Default)]
pub(super) struct Walk {
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
    pub(super) fn into_readings(self) -> BTreeMap<(Direction, String), Reading> {
        self.readings
    }

    pub(super) fn set(&mut self, set: &'static Set, root: &Node) {
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
            inherited: false,
        };
        let key = (direction, format!("{}{}", key.join("\0"), set.only.join(" ")));
        match self.readings.get_mut(&key) {
            Some(known) => known.items.extend(reading.items),
            None => drop(self.readings.insert(key, reading)),
        }
    }

    /// Words of a whole file that make a compiler strict, or quiet.
    pub(super) fn words(&mut self, set: &'static Set, bytes: &[u8]) {
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
                inherited: false,
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
