//! Files of a side that the change leaves alone, read and parsed within a budget.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::chain::Chain;
use super::super::library::Source;
use super::super::vocabulary;
use crate::change::{Bytes, ChangeSet, Entry, Mode, Role, Roles};
use crate::git::ObjectId;
use crate::lang::{self, Helpers, Kind, Node, Role as Place};
use crate::{RepoPath, Side};

/// How many files are looked into, parsed, and how many bytes they have together, on each side.
const READS: usize = 160;
const PARSES: usize = 24;
const BYTES: usize = 3 << 20;
/// A longer file is no file of helpers.
const FILE_BYTES: usize = 512 << 10;
/// Directories with more files are looked at in part.
pub const LISTED: usize = 300;

/// What a file outside of the change says of helpers.
#[derive(Default)]
pub struct Outline {
    pub functions: HashSet<String>,
    pub bases: Vec<String>,
    pub imports: Vec<Import>,
}

/// One import: the words that it spells, and whether what it brings need not be named.
pub struct Import {
    pub words: Vec<String>,
    /// Relative to the importing file alone.
    pub anchored: bool,
    /// How many directories up from there.
    pub up: usize,
    pub open: bool,
}

/// What was read, shared by both sides where the content is the same.
pub struct Shelf<'c> {
    change: &'c ChangeSet,
    side: Side,
    parsed: HashMap<(RepoPath, ObjectId), Option<Arc<Source>>>,
    outlines: HashMap<(RepoPath, Side), Arc<Outline>>,
    reads: usize,
    parses: usize,
    bytes: usize,
}

impl<'c> Shelf<'c> {
    pub fn new(change: &'c ChangeSet) -> Self {
        Self {
            change,
            side: Side::Base,
            parsed: HashMap::new(),
            outlines: HashMap::new(),
            reads: 0,
            parses: 0,
            bytes: 0,
        }
    }

    /// Goes on with a side, and with the whole budget.
    pub fn turn(&mut self, side: Side) {
        if self.side != side {
            (self.reads, self.parses, self.bytes) = (0, 0, 0);
        }
        self.side = side;
    }

    /// The file at a path, if it is one that tests are made of.
    pub fn entry(&self, path: &RepoPath) -> Option<Entry> {
        let entry = self.change.source().entry(self.side, path)?;
        (matches!(entry.mode, Mode::File | Mode::Executable) && is_of_tests(path)).then_some(entry)
    }

    /// The files below a directory, nearest first.
    pub fn below(&self, directory: &[u8]) -> Vec<Entry> {
        self.change.source().below(self.side, &RepoPath::new(directory), LISTED)
    }

    pub fn content(&mut self, entry: &Entry) -> Option<Bytes> {
        if self.reads >= READS || self.bytes >= BYTES {
            return None;
        }
        self.reads += 1;
        let bytes = self.change.read(entry).ok().filter(|bytes| bytes.len() <= FILE_BYTES)?;
        self.bytes += bytes.len();
        Some(bytes)
    }

    /// A file as a tree, read once for both sides where it is the same.
    pub fn source(&mut self, entry: &Entry, bytes: &Bytes) -> Option<Arc<Source>> {
        let key = (entry.path.clone(), entry.id);
        if let Some(known) = self.parsed.get(&key) {
            return known.clone();
        }
        if self.parses >= PARSES {
            return None;
        }
        self.parses += 1;
        let parse = || {
            let language = lang::of(&entry.path)?;
            let parsed = language.parse(bytes).ok()?;
            let text = Bytes::clone(bytes);
            let (path, root, unread) = (entry.path.clone(), parsed.root, parsed.unread);
            Some(Arc::new(Source { path, language, text, root, unread, inline: false }))
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

impl Outline {
    fn of(source: &Source) -> Self {
        let mut outline = Self::default();
        outline.collect(source, &source.root, 0);
        outline
    }

    fn collect(&mut self, source: &Source, node: &Node, depth: usize) {
        if depth > 8 {
            return;
        }
        let rules = &source.language.helpers;
        for child in node.nodes() {
            match child.kind {
                Kind::Import => self.imported(source, child, rules),
                Kind::Function => {
                    self.functions.insert(child.text.to_string());
                }
                Kind::Class => {
                    let bases = child.children_in(Place::Base).flat_map(Node::words);
                    self.bases.extend(bases.filter_map(|base| base.rsplit('.').next()).map(str::to_owned));
                    if child.child(Place::Body).is_none() && source.language.name == "rust" {
                        // `mod common;`
                        self.declared(child);
                    }
                    self.collect(source, child, depth + 1);
                }
                Kind::Assign => {
                    let (target, value) = (child.child(Place::Target), child.child(Place::Value));
                    if let (Some(target), Some(value)) = (target, value) {
                        if value.is(Kind::Lambda) {
                            self.functions.insert(target.text.to_string());
                        } else {
                            self.required(value, target, rules);
                        }
                    }
                }
                Kind::Call => {
                    if vocabulary::of(source.language)
                        .calls
                        .get(&Chain::of(child).full_path())
                        .is_some_and(|w| w.first() == "define")
                    {
                        child.walk(&mut |n| {
                            let named = matches!(n.kind, Kind::Text | Kind::Function);
                            self.functions.extend(named.then(|| n.text.trim_start_matches(':').to_owned()));
                        });
                    }
                    self.required(child, child, rules);
                    child.nodes().filter(|n| n.is(Kind::Lambda)).for_each(|n| self.collect(source, n, depth + 1));
                }
                // `export * from "./totals"`
                Kind::Text if depth == 0 && child.text.starts_with('.') => {
                    self.imports.push(by_path(&child.text, true))
                }
                Kind::Block | Kind::Other | Kind::Error | Kind::Lambda => self.collect(source, child, depth + 1),
                _ => {}
            }
        }
    }

    fn imported(&mut self, source: &Source, node: &Node, rules: &Helpers) {
        let spelled = source.text.get(node.span.start as usize..node.span.end as usize).unwrap_or_default();
        let spelled = std::str::from_utf8(spelled).unwrap_or_default();
        let mut text = None;
        node.walk(&mut |n| {
            if n.is(Kind::Text) {
                text = Some(n.text.to_string());
            }
        });
        let open = rules.open || spelled.contains('*') || spelled.ends_with("._");
        match text {
            Some(text) => {
                let mut import = by_path(&text, open);
                let mut names = Vec::new();
                node.walk(&mut |n| names.extend(n.is(Kind::Name).then(|| n.text.to_string())));
                import.words.extend(names.into_iter().map(|name| format!("@{name}")));
                self.imports.push(import);
            }
            None => self.imports.push(by_words(spelled, open)),
        }
    }

    fn declared(&mut self, module: &Node) {
        let mut import = Import { words: vec![module.text.to_string()], anchored: false, up: 0, open: false };
        for attribute in module.children_in(Place::Attribute) {
            attribute.walk(&mut |n| {
                if n.is(Kind::Text) {
                    import.words = by_path(&n.text, false).words;
                    import.words.push(format!("@{}", module.text));
                }
            });
        }
        self.imports.push(import);
    }

    /// `const { a } = require("./b")`, `require "support/x"`, `include Helpers`.
    fn required(&mut self, call: &Node, names: &Node, rules: &Helpers) {
        let call = match call.kind {
            Kind::Await | Kind::Member => call.nodes().next().unwrap_or(call),
            _ => call,
        };
        let callee = call.child(Place::Callee).filter(|_| call.is(Kind::Call));
        if !callee.is_some_and(|callee| rules.imports.iter().any(|name| **name == *callee.text)) {
            return;
        }
        for argument in call.children_in(Place::Argument) {
            let mut import = match argument.kind {
                Kind::Text => by_path(&argument.text, rules.open),
                Kind::Name | Kind::Member => by_words(&argument.spelled(), rules.open),
                _ => continue,
            };
            names.walk(&mut |n| {
                if n.is(Kind::Name) && !std::ptr::eq(names, call) {
                    import.words.push(format!("@{}", n.text));
                }
            });
            self.imports.push(import);
        }
    }
}

/// `../support/totals`, `@/test/utils`, `github.com/x/y/testutil`
fn by_path(text: &str, open: bool) -> Import {
    let mut import = Import { words: Vec::new(), anchored: text.starts_with('.'), up: 0, open };
    let text = ENDINGS.iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text);
    for part in text.trim_matches(['<', '>', '"']).split(['/', '\\']) {
        match part {
            "" | "." | "@" | "~" => {}
            ".." => {
                if import.words.pop().is_none() {
                    import.up += 1;
                }
            }
            part => import.words.push(part.trim_start_matches(['#', '~']).to_owned()),
        }
    }
    import
}

/// `from tests.helpers import a as b`, `use crate::support::*`, `using static X.Testing.Asserts`
fn by_words(spelled: &str, open: bool) -> Import {
    let relative = spelled.trim_start().strip_prefix("from").map_or("", str::trim_start);
    let dots = relative.len() - relative.trim_start_matches('.').len();
    let words = spelled.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    let words = words.filter(|word| !KEYWORDS.contains(word)).map(str::to_owned).collect();
    Import { words, anchored: dots > 0, up: dots.saturating_sub(1), open }
}

/// Endings that an import may spell out, whatever the file's own is.
const ENDINGS: [&str; 14] =
    [".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".rb", ".h", ".hpp", ".hh", ".hxx", ".rs", ".php"];

/// Words of imports that name nothing.
const KEYWORDS: [&str; 18] = [
    "from", "import", "use", "using", "static", "as", "crate", "self", "super", "pub", "function", "const", "open",
    "type", "global", "testable", "_", "in",
];

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
