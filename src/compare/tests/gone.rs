//! What production code defined before and does not any more.
//!
//! A definition, not a word: a renamed local or a deleted comment takes nothing from a test. Asked one name at a time,
//! because most changes take nothing away: parsed are only files in which the branch deleted a line with that name, and
//! files that still have it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::change::{Bytes, ChangeSet, FileChange, Role, Status};
use crate::facts::text::Lines;
use crate::lang::{self, Item, Kind, Language, Node, Parsed, Role as Part, for_tests};
use crate::{RepoPath, Side};

/// Larger files are not asked what they define.
const SIZE_LIMIT: usize = 2 << 20;

pub(super) struct Gone<'c> {
    change: &'c ChangeSet,
    production: Vec<File<'c>>,
    tests: Vec<TestFile<'c>>,
    /// Functions and classes of tests on lines that the branch deleted, with the files they stood in.
    helpers: OnceLock<HashMap<Vec<u8>, Vec<usize>>>,
    /// Words on lines that the branch deleted, with the files they stood in.
    deleted: OnceLock<HashMap<Vec<u8>, Vec<usize>>>,
    answers: Mutex<HashMap<String, bool>>,
}

/// A file of tests with what each function and class of its base uses, read when asked.
struct TestFile<'c> {
    file: &'c FileChange,
    used: OnceLock<HashMap<Box<str>, HashSet<Box<str>>>>,
}

/// A file with what each of its sides defines, read when asked.
struct File<'c> {
    file: &'c FileChange,
    defined: OnceLock<(HashSet<String>, HashSet<String>)>,
}

impl<'c> Gone<'c> {
    pub fn of(change: &'c ChangeSet) -> Self {
        let production = change.files.iter().filter(|file| file.role == Role::Production);
        let production = production.map(|file| File { file, defined: OnceLock::new() }).collect();
        let tests = change.files.iter().filter(|file| file.role == Role::Test);
        let tests = tests.map(|file| TestFile { file, used: OnceLock::new() }).collect();
        let (deleted, helpers) = (OnceLock::new(), OnceLock::new());
        Self { change, production, tests, helpers, deleted, answers: Mutex::default() }
    }

    /// Whether production code lost this name, or tests lost a helper of this name that used what production code lost.
    pub fn has(&self, name: &str) -> bool {
        self.in_production(name) || self.in_helpers(name)
    }

    fn in_helpers(&self, name: &str) -> bool {
        let helpers = self.helpers.get_or_init(|| self.deleted_helpers());
        helpers.get(name.as_bytes()).is_some_and(|files| files.iter().any(|at| self.used(&self.tests[*at], name)))
    }

    fn deleted_helpers(&self) -> HashMap<Vec<u8>, Vec<usize>> {
        const KEYWORDS: [&[u8]; 9] =
            [b"class", b"struct", b"object", b"module", b"def", b"fn", b"func", b"fun", b"function"];
        let mut helpers: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (at, TestFile { file, .. }) in self.tests.iter().enumerate() {
            let (Ok(hunks), Some(Ok(bytes))) = (self.change.hunks(file), self.change.content(file, Side::Base)) else {
                continue;
            };
            let lines = Lines::of(&bytes);
            for hunk in hunks {
                let mut before: &[u8] = b"";
                for word in words(lines.run(hunk.base_start, hunk.base_count).as_bytes()) {
                    if KEYWORDS.contains(&before) && word.len() >= 3 {
                        helpers.entry(word.to_owned()).or_default().push(at);
                    }
                    before = word;
                }
            }
        }
        helpers
    }

    /// Whether a helper of the tests used something that production code lost.
    fn used(&self, TestFile { file, used }: &TestFile<'_>, name: &str) -> bool {
        let known = used.get_or_init(|| self.uses(file).unwrap_or_default());
        known.get(name).is_some_and(|words| words.iter().any(|word| &**word != name && self.in_production(word)))
    }

    /// What each helper that lost lines says in itself, on the base's side of a file.
    fn uses(&self, file: &FileChange) -> Option<HashMap<Box<str>, HashSet<Box<str>>>> {
        let (entry, bytes) = (file.side(Side::Base)?, self.change.content(file, Side::Base)?.ok()?);
        let parsed = lang::of(&entry.path).filter(|_| bytes.len() <= SIZE_LIMIT)?.parse(&bytes).ok()?;
        let helpers = self.helpers.get()?;
        let mut uses: HashMap<Box<str>, HashSet<Box<str>>> = HashMap::new();
        parsed.root.walk(&mut |node| {
            if matches!(node.kind, Kind::Class | Kind::Function) && helpers.contains_key(node.text.as_bytes()) {
                let words = uses.entry(node.text.clone()).or_default();
                node.walk(&mut |inner| words.extend((!inner.text.is_empty()).then(|| inner.text.clone())));
            }
        });
        Some(uses)
    }

    /// The production file that a test file is named after, where both are deleted: `codec.go` of `codec_test.go`.
    pub fn namesake(&self, test: &RepoPath) -> Option<String> {
        let is_deleted = |file: &&FileChange| file.status == Status::Deleted;
        let mut tests = self.tests.iter().map(|test| test.file).filter(is_deleted);
        tests.find(|file| file.path() == test)?;
        let name = plain_name(test);
        let of_it = |path: &RepoPath| plain_name(path) == name && path.extension() == test.extension();
        let files = self.production.iter().map(|file| file.file).filter(is_deleted).map(FileChange::path);
        let found: Vec<&RepoPath> = files.filter(|path| !name.is_empty() && of_it(path)).collect();
        let beside = found.iter().find(|path| path.parent() == test.parent());
        // Elsewhere than beside its test it must have been the only one.
        let alone = || match found.as_slice() {
            [only] if name.len() > 4 && !self.change.source().paths(Side::Head).iter().any(of_it) => Some(only),
            _ => None,
        };
        beside.or_else(alone).map(|path| path.to_text())
    }

    /// Whether production code lost this name.
    pub fn in_production(&self, name: &str) -> bool {
        let key = longest_word(name.as_bytes());
        let Some(candidates) = self.deleted.get_or_init(|| self.deleted_words()).get(key) else { return false };
        let known = self.answers().get(name).copied();
        known.unwrap_or_else(|| {
            // Nothing is locked meanwhile: a thread that waits for parallel work may be handed another question.
            let was = candidates.par_iter().any(|at| self.defines(&self.production[*at], Side::Base, name));
            let is = || {
                self.production.par_iter().any(|file| self.mentions(file, key) && self.defines(file, Side::Head, name))
            };
            let answer = was && !is();
            self.answers().insert(name.to_owned(), answer);
            answer
        })
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<String, bool>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn deleted_words(&self) -> HashMap<Vec<u8>, Vec<usize>> {
        let mut deleted: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (at, File { file, .. }) in self.production.iter().enumerate() {
            let (Ok(hunks), Some(Ok(bytes))) = (self.change.hunks(file), self.change.content(file, Side::Base)) else {
                continue;
            };
            let lines = Lines::of(&bytes);
            for hunk in hunks {
                for word in words(lines.run(hunk.base_start, hunk.base_count).as_bytes()) {
                    match deleted.get_mut(word) {
                        Some(files) if files.last() == Some(&at) => {}
                        Some(files) => files.push(at),
                        None => drop(deleted.insert(word.to_owned(), vec![at])),
                    }
                }
            }
        }
        deleted
    }

    fn mentions(&self, File { file, .. }: &File<'_>, word: &[u8]) -> bool {
        let Some(Ok(bytes)) = self.change.content(file, Side::Head) else { return false };
        memchr::memmem::find(&bytes, word).is_some()
    }

    fn defines(&self, file: &File<'_>, side: Side, name: &str) -> bool {
        let (base, head) = file.defined.get_or_init(|| definitions(self.change, file.file));
        if side == Side::Base { base.contains(name) } else { head.contains(name) }
    }
}

/// A file's name without its extension and what makes it a test's: `codec` of `codec_test.go`, `CodecTest.java`, `codec.spec.ts`.
fn plain_name(path: &RepoPath) -> String {
    let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
    let mut name = name.split('.').next().unwrap_or_default();
    for word in ["tests", "test", "specs", "spec"] {
        let rest = name.strip_suffix(word).or_else(|| name.strip_prefix(word));
        if let Some(rest) = rest {
            name = rest.trim_matches(['_', '-']);
            break;
        }
    }
    name.to_owned()
}

/// What both sides of a file define.
fn definitions(change: &ChangeSet, file: &FileChange) -> (HashSet<String>, HashSet<String>) {
    let side = |side| {
        let (entry, bytes) = (file.side(side)?, change.content(file, side)?.ok()?);
        (bytes.len() <= SIZE_LIMIT).then(|| (lang::of(&entry.path), bytes))
    };
    match (side(Side::Base), side(Side::Head)) {
        (Some((Some(language), was)), Some((Some(other), is))) if language.index == other.index => {
            let (base, head) = language.parse_both_with_items(&was, &is, &change.changed_lines(file));
            rayon::join(|| of_code(base.ok(), &was), || of_code(head.ok(), &is))
        }
        (base, head) => {
            let alone = |side: Option<(Option<&Language>, Bytes)>| {
                let Some((language, bytes)) = side else { return HashSet::new() };
                let read = language.and_then(|language| language.parse_with_items(&bytes).ok());
                let mut names = of_code(read, &bytes);
                // Without a grammar only a whole file is known to be gone.
                if names.is_empty() && file.head.is_none() {
                    add(&mut names, &bytes, |word| word.len() >= 5);
                }
                names
            };
            (alone(base), alone(head))
        }
    }
}

/// What code defines, but for the tests that stand in it: what only they name, production never had.
fn of_code(read: Option<(Parsed, Vec<Item>)>, bytes: &[u8]) -> HashSet<String> {
    let mut names = HashSet::new();
    let Some((parsed, items)) = read else { return names };
    let tests: Vec<Range<usize>> = for_tests(&items).map(|item| item.extent.clone()).collect();
    define(&parsed.root, &tests, false, 0, &mut names);
    let mut code = Cow::Borrowed(bytes);
    for extent in tests {
        code.to_mut()[extent].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    types(&code, &mut names);
    names
}

/// Functions and classes wherever they are, values outside of functions.
fn define(node: &Node, tests: &[Range<usize>], local: bool, depth: usize, names: &mut HashSet<String>) {
    if depth > 60 {
        return;
    }
    let is_of_tests = |child: &&Node| tests.iter().any(|extent| extent.contains(&(child.span.start as usize)));
    for child in node.nodes().filter(|child| !is_of_tests(child)) {
        match child.kind {
            Kind::Function | Kind::Class if child.text.len() >= 3 => {
                names.insert(child.text.to_string());
            }
            Kind::Assign if !local => {
                let target = child.child(Part::Target).filter(|target| target.is(Kind::Name));
                names.extend(target.map(|name| name.text.to_string()));
            }
            _ => {}
        }
        let local = local || matches!(child.kind, Kind::Function | Kind::Lambda);
        define(child, tests, local, depth + 1, names);
    }
}

/// Types by their spelling: their declarations say nothing to a test's reader and are not in the tree.
fn types(bytes: &[u8], names: &mut HashSet<String>) {
    let is_type =
        |word: &[u8]| word.len() >= 5 && word[0].is_ascii_uppercase() && word.iter().any(u8::is_ascii_lowercase);
    for line in bytes.split(|byte| *byte == b'\n') {
        add(names, without_remark(line), is_type);
    }
}

/// A line without what is only said about the code: a name in a remark is defined nowhere.
fn without_remark(line: &[u8]) -> &[u8] {
    let text = line.trim_ascii_start();
    if [&b"//"[..], b"* ", b"/*", b"# "].iter().any(|mark| text.starts_with(mark)) {
        return &[];
    }
    let remark = memchr::memmem::find(line, b" // ");
    remark.map_or(line, |at| &line[..at])
}

fn add(names: &mut HashSet<String>, bytes: &[u8], fits: impl Fn(&[u8]) -> bool) {
    let fitting = words(bytes).filter(|word| !word[0].is_ascii_digit() && fits(word));
    names.extend(fitting.map(|word| String::from_utf8_lossy(word).into_owned()));
}

fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).filter(|word| !word.is_empty())
}

/// What of a name is looked for in texts: `valid` of `valid?`.
fn longest_word(name: &[u8]) -> &[u8] {
    words(name).max_by_key(|word| word.len()).unwrap_or_default()
}
