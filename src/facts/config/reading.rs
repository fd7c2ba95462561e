//! One side's settings of one file.

use std::collections::BTreeMap;

use super::table::{self, Direction};
use super::walk::Walk;
use super::{extended, file};
use crate::RepoPath;
use crate::facts::document::Node;

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
    /// Written in a file that this one names.
    pub inherited: bool,
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
    let Ok(Some(root)) = file::tree(path, bytes) else { return Vec::new() };
    let mut found: Vec<Settings> = Vec::new();
    for place in places {
        let below = place.below.split('/').filter(|part| !part.is_empty());
        let Some(node) = below.into_iter().try_fold(&root, |node, part| node.get(part)) else { continue };
        let walked = |node: &Node| {
            let mut walk = Walk::default();
            for set in &place.tool.set {
                if set.words {
                    walk.words(set, bytes);
                } else {
                    walk.set(set, node);
                }
            }
            walk.into_readings()
        };
        let mut readings = walked(node);
        if let Some(line) = extended::line(node, &place) {
            for (key, mut reading) in walked(&extended::built_on(node, &place, &written, look, 0)) {
                readings.entry(key).or_insert_with(|| {
                    reading.inherited = true;
                    reading.line = line;
                    reading.items.iter_mut().for_each(|item| item.line = line);
                    reading
                });
            }
        }
        match found.iter_mut().find(|settings| settings.tool == place.tool.name) {
            Some(known) => known.readings.extend(readings),
            None => found.push(Settings { tool: &place.tool.name, readings }),
        }
    }
    found
}
