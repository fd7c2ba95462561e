//! Files of a side that the change leaves alone, read and parsed within a budget.

use std::cell::Cell;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::super::library::Source;
use super::outline::Outline;
use crate::change::{Bytes, ChangeSet, Entry, Mode, Role, Roles};
use crate::git::ObjectId;
use crate::lang;
use crate::{RepoPath, Side};

/// How many files are looked into, parsed, and how many bytes they have together, on each side.
const READS: usize = 160;
const PARSES: usize = 24;
const BYTES: usize = 3 << 20;
/// How many paths are asked for on each side before what is left stays unknown.
const STEPS: usize = 12_000;
/// A longer file is no file of helpers.
const FILE_BYTES: usize = 512 << 10;
/// Directories with more files are looked at in part.
pub const LISTED: usize = 300;

/// What was read, shared by both sides where the content is the same.
pub struct Shelf<'c> {
    change: &'c ChangeSet,
    side: Side,
    parsed: HashMap<(RepoPath, ObjectId), Option<Arc<Source>>>,
    outlines: HashMap<(RepoPath, Side), Arc<Outline>>,
    held: HashMap<ObjectId, Option<Bytes>>,
    listed: HashMap<(RepoPath, Side), Arc<[Entry]>>,
    /// Where an import may lead, by the directory it is written in and what it spells.
    pub(super) candidates: HashMap<(RepoPath, Side, String), Arc<[Entry]>>,
    spent: [Spent; 2],
}

/// What a side took of its budget. What the other side read already costs it as much, or it would find what the other did not.
#[derive(Default)]
struct Spent {
    steps: Cell<usize>,
    read: HashSet<ObjectId>,
    parsed: HashSet<(RepoPath, ObjectId)>,
    bytes: usize,
}

impl<'c> Shelf<'c> {
    pub fn new(change: &'c ChangeSet) -> Self {
        Self {
            change,
            side: Side::Base,
            parsed: HashMap::new(),
            outlines: HashMap::new(),
            held: HashMap::new(),
            listed: HashMap::new(),
            candidates: HashMap::new(),
            spent: Default::default(),
        }
    }

    /// Goes on with a side, and with what is left of its budget.
    pub fn turn(&mut self, side: Side) {
        self.side = side;
    }

    fn spent(&mut self) -> &mut Spent {
        &mut self.spent[usize::from(self.side == Side::Head)]
    }

    fn steps(&self) -> &Cell<usize> {
        &self.spent[usize::from(self.side == Side::Head)].steps
    }

    /// The file at a path, if it is one that tests are made of.
    pub fn entry(&self, path: &RepoPath) -> Option<Entry> {
        if self.is_spent() {
            return None;
        }
        self.steps().set(self.steps().get() + 1);
        let entry = self.change.source().entry(self.side, path)?;
        (matches!(entry.mode, Mode::File | Mode::Executable) && is_of_tests(path)).then_some(entry)
    }

    /// The files below a directory, nearest first.
    pub fn below(&mut self, directory: &[u8]) -> Arc<[Entry]> {
        if self.is_spent() {
            return Arc::default();
        }
        self.steps().set(self.steps().get() + 1);
        let (change, side) = (self.change, self.side);
        let key = (RepoPath::new(directory), side);
        let list = |key: &(RepoPath, Side)| change.source().below(side, &key.0, LISTED).into();
        Arc::clone(self.listed.entry(key.clone()).or_insert_with(|| list(&key)))
    }

    /// Whether nothing more is looked up on this side.
    pub fn is_spent(&self) -> bool {
        self.steps().get() >= STEPS
    }

    pub fn side(&self) -> Side {
        self.side
    }

    pub fn content(&mut self, entry: &Entry) -> Option<Bytes> {
        let change = self.change;
        let is_new = !self.spent().read.contains(&entry.id);
        if is_new && (self.spent().read.len() >= READS || self.spent().bytes >= BYTES) {
            return None;
        }
        let read = || change.read(entry).ok().filter(|bytes| bytes.len() <= FILE_BYTES);
        let bytes = self.held.entry(entry.id).or_insert_with(read).clone();
        if is_new {
            self.spent().read.insert(entry.id);
            self.spent().bytes += bytes.as_ref().map_or(0, |bytes| bytes.len());
        }
        bytes
    }

    /// A file as a tree, read once for both sides where it is the same.
    pub fn source(&mut self, entry: &Entry, bytes: &Bytes) -> Option<Arc<Source>> {
        let key = (entry.path.clone(), entry.id);
        if !self.spent().parsed.contains(&key) {
            if self.spent().parsed.len() >= PARSES {
                return None;
            }
            self.spent().parsed.insert(key.clone());
        }
        if let Some(known) = self.parsed.get(&key) {
            return known.clone();
        }
        let parse = || {
            let language = lang::of(&entry.path)?;
            let parsed = language.parse(bytes).ok()?;
            let text = Bytes::clone(bytes);
            let (path, root, unread) = (entry.path.clone(), parsed.root, parsed.unread);
            Some(Arc::new(Source { path, language, text, root, unread, inline: false, touched: None }))
        };
        let source = parse();
        self.parsed.insert(key, source.clone());
        source
    }

    pub fn outline(&mut self, source: &Source) -> Arc<Outline> {
        let key = (source.path.clone(), self.side);
        let outline = self.outlines.entry(key).or_insert_with(|| Arc::new(Outline::of(source)));
        Arc::clone(outline)
    }
}

/// Whether a path is one of tests or of what is made for them: a production module is what is tested.
pub fn is_of_tests(path: &RepoPath) -> bool {
    if Roles::default().role(path) == Role::Test {
        return true;
    }
    let words = path.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
    words.map(|word| String::from_utf8_lossy(word).to_ascii_lowercase()).any(|word| {
        word.starts_with("test") && !word.starts_with("testimon") && !word.starts_with("testament")
            || word.ends_with("testing")
            || word.ends_with("testutil")
            || word.ends_with("testutils")
            || matches!(&*word, "spec" | "specs" | "fixtures" | "assertions" | "asserts" | "matchers" | "e2e")
    })
}
