//! Outcomes kept in notes by the tree that was run, for whoever asks for that: the same tree under the same command need not
//! run twice.
//!
//! A note is as trustworthy as whoever can write it, so nothing is read from here unless the caller or the base's policy
//! says so. What installed dependencies and caches hold is no part of the key.

use std::cell::{Cell, RefCell};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::outcome::{Outcome, TestResult};
use super::run::{Ended, Plan};
use super::selection::Selection;
use crate::git::{ObjectId, Repository};

/// Where outcomes are kept.
pub const REFERENCE: &str = "refs/notes/agentgate-prove";

/// Larger outcomes are not kept, in bytes.
const LARGEST: usize = 512 << 10;

/// Outcomes of one tree that are kept: those of the commands last used.
const MOST: usize = 4;

/// One line of a note.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    version: u32,
    /// What was run, and how.
    key: String,
    ended: Ended,
    tests: Vec<TestResult>,
    tail: String,
    seconds: f64,
}

const VERSION: u32 = 1;

/// The outcomes that a repository keeps for one way of running.
pub struct Cache<'a> {
    repository: &'a Repository,
    /// Digest of what is the same for all runs: the command, its environment, how long and how often.
    way: Sha256,
    used: Cell<usize>,
    troubles: RefCell<Vec<String>>,
}

impl<'a> Cache<'a> {
    pub fn new(repository: &'a Repository, plan: &Plan, also: &[&str]) -> Self {
        let mut way = Sha256::new();
        let mut take = |part: &[u8]| {
            way.update(part.len().to_be_bytes());
            way.update(part);
        };
        for part in [env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH] {
            take(part.as_bytes());
        }
        plan.words.iter().for_each(|word| take(word.as_encoded_bytes()));
        take(b"environment");
        for (name, value) in plan.variables() {
            take(name.as_encoded_bytes());
            take(value.as_encoded_bytes());
        }
        take(plan.timeout.as_secs().to_string().as_bytes());
        also.iter().for_each(|part| take(part.as_bytes()));
        Self { repository, way, used: Cell::new(0), troubles: RefCell::default() }
    }

    /// What running this selection in a tree ended with before.
    pub fn get(&self, tree: ObjectId, selection: &Selection) -> Option<Outcome> {
        let note = match self.repository.note(REFERENCE, tree) {
            Ok(note) => note,
            Err(error) => {
                self.trouble(format!("kept outcomes can't be read: {error}"));
                return None;
            }
        };
        let key = self.key(selection);
        let text = String::from_utf8_lossy(&note);
        let entries = text.lines().filter(|line| !line.is_empty()).filter_map(|line| {
            let entry = serde_json::from_str::<Entry>(line).ok().filter(|entry| entry.version == VERSION);
            if entry.is_none() {
                self.trouble(format!("a kept outcome of the tree {tree} is damaged and was left aside"));
            }
            entry
        });
        let entry = entries.filter(|entry| entry.key == key).last()?;
        self.used.set(self.used.get() + 1);
        Some(Outcome { ended: entry.ended, tests: entry.tests, tail: entry.tail, seconds: entry.seconds })
    }

    /// Keeps an outcome. Where the time ran out or a signal ended it, the next time may be another.
    pub fn put(&self, tree: ObjectId, selection: &Selection, outcome: &Outcome) {
        if !matches!(outcome.ended, Ended::Exit(_)) {
            return;
        }
        let entry = Entry {
            version: VERSION,
            key: self.key(selection),
            ended: outcome.ended,
            tests: outcome.tests.clone(),
            tail: outcome.tail.clone(),
            seconds: outcome.seconds,
        };
        let Ok(line) = serde_json::to_vec(&entry) else { return };
        if line.len() > LARGEST {
            return;
        }
        if let Err(error) = self.repository.add_note(REFERENCE, tree, &line, &newest) {
            self.trouble(format!("outcomes can't be kept: {error}"));
        }
    }

    /// How many runs were spared, and what went wrong, for people.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.troubles.take();
        if self.used.get() > 0 {
            notes.push(format!("{} outcomes were taken from {REFERENCE} instead of run again", self.used.get()));
        }
        notes
    }

    fn key(&self, selection: &Selection) -> String {
        let mut digest = self.way.clone();
        for word in selection.words() {
            digest.update(word.len().to_be_bytes());
            digest.update(word.as_bytes());
        }
        use std::fmt::Write as _;
        digest.finalize().iter().fold(String::new(), |mut text, byte| {
            _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn trouble(&self, text: String) {
        let mut troubles = self.troubles.borrow_mut();
        if !troubles.contains(&text) {
            troubles.push(text);
        }
    }
}

/// The lines of a note with a new one behind them, without those that are damaged or too many.
fn newest(old: &[u8], new: &[u8]) -> Vec<u8> {
    let key = |line: &[u8]| serde_json::from_slice::<Entry>(line).ok().map(|entry| entry.key);
    let own = key(new);
    let mut lines: Vec<&[u8]> = old.split(|byte| *byte == b'\n').collect();
    lines.retain(|line| key(line).is_some_and(|key| Some(key) != own));
    lines.push(new);
    let mut note = lines[lines.len().saturating_sub(MOST)..].join(&b'\n');
    note.push(b'\n');
    note
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(key: &str) -> Vec<u8> {
        let entry = Entry {
            version: VERSION,
            key: key.into(),
            ended: Ended::Exit(0),
            tests: Vec::new(),
            tail: String::new(),
            seconds: 1.0,
        };
        serde_json::to_vec(&entry).unwrap()
    }

    #[test]
    fn a_note_keeps_the_newest_of_each_way_and_not_many() {
        let mut note = b"damaged\n".to_vec();
        for key in ["a", "b", "a", "c", "d", "e"] {
            note = newest(&note, &line(key));
        }
        let text = String::from_utf8(note).unwrap();
        assert_eq!(text.lines().count(), MOST, "{text}");
        assert!(!text.contains("damaged") && !text.contains("\"key\":\"b\""), "{text}");
        assert_eq!(text.matches("\"key\":\"a\"").count(), 1);
        assert!(text.ends_with(&format!("{}\n", String::from_utf8(line("e")).unwrap())), "{text}");
    }
}
