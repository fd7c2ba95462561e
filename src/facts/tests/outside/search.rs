//! Which file defines a function that a test calls, as its language would look for it.

use std::sync::Arc;

use super::super::library::Source;
use super::super::model::{Missing, Receiver};
use super::super::run::{is_home_made, is_question};
use super::outline::{Import, Outline};
use super::shelf::{Shelf, is_of_tests};
use crate::RepoPath;
use crate::change::Entry;
use crate::lang::{self, Helpers};

/// Re-exports and base classes are followed this far.
const DEPTH: usize = 3;
/// Longer imports spell no path.
const WORDS: usize = 12;

pub struct Search<'s, 'c> {
    pub shelf: &'s mut Shelf<'c>,
    /// Files of the change answer for themselves.
    pub changed: &'s [Source],
}

impl<'s> Search<'s, '_> {
    /// The file outside of the change that defines what a call means.
    pub fn find(&mut self, from: &Source, missing: &Missing) -> Option<Arc<Source>> {
        if self.shelf.is_spent() {
            return None;
        }
        let outline = self.shelf.outline(from);
        let key = match &missing.on {
            Receiver::Own => first_word(&missing.callee).filter(|_| !missing.callee.contains('.')),
            Receiver::Named(name) => Some(name.as_str()),
            Receiver::Unknown => None,
        };
        let named = key.filter(|key| mentioned(&outline, key).next().is_some());
        if let Some(key) = named {
            let imports: Vec<&Import> = mentioned(&outline, key).collect();
            return self.among(from, &imports, &missing.name, 0);
        }
        // A method of the tests that extends whatever it is called on.
        if from.language.helpers.project && missing.callee.contains('.') && is_question(&missing.name) {
            return self.unnamed(from, &outline, &missing.name, 0);
        }
        match &missing.on {
            Receiver::Own => self.unnamed(from, &outline, &missing.name, 0),
            Receiver::Named(class) if class.starts_with(char::is_uppercase) => {
                self.of_class(from, class, &missing.name, 0).or_else(|| {
                    let open: Vec<&Import> = outline.imports.iter().filter(|import| import.open).collect();
                    self.among(from, &open, &missing.name, 0)
                })
            }
            // A method that says it checks, of an object that comes from somewhere: a page, a fixture.
            _ if is_home_made(&missing.name) => {
                let all: Vec<&Import> = outline.imports.iter().collect();
                self.among(from, &all, &missing.name, 1)
            }
            _ => None,
        }
    }

    /// A function that a file uses without naming where it is from: what the runner loads, what its classes inherit, what
    /// its package holds, what is imported whole.
    fn unnamed(&mut self, from: &Source, outline: &Outline, name: &str, depth: usize) -> Option<Arc<Source>> {
        let rules = &from.language.helpers;
        for base in &outline.bases {
            if let Some(found) = self.of_class(from, base, name, depth) {
                return Some(found);
            }
        }
        let open: Vec<&Import> = outline.imports.iter().filter(|import| import.open).collect();
        if let Some(found) = self.among(from, &open, name, depth) {
            return Some(found);
        }
        for entry in self.surroundings(&from.path, rules, name) {
            if let Some(found) = self.holds(&entry, name, DEPTH) {
                return Some(found);
            }
        }
        None
    }

    /// A method of a class or one that it inherits.
    fn of_class(&mut self, from: &Source, class: &str, name: &str, depth: usize) -> Option<Arc<Source>> {
        if depth > DEPTH {
            return None;
        }
        let outline = self.shelf.outline(from);
        let named: Vec<&Import> = mentioned(&outline, class).collect();
        let entries: Vec<Entry> = if named.is_empty() {
            self.class_files(&from.path, &from.language.helpers, class)
        } else {
            let rules = &from.language.helpers;
            named.iter().flat_map(|import| self.candidates(&from.path, rules, import).to_vec()).collect()
        };
        for entry in entries {
            let Some(bytes) = self.shelf.content(&entry) else { continue };
            if !has_word(&bytes, class) || entry.path == from.path {
                continue;
            }
            let changed = self.changed_file(&entry);
            let read = if changed.is_none() { self.shelf.source(&entry, &bytes) } else { None };
            let Some(source) = changed.or(read.as_deref()) else { continue };
            let outline = self.shelf.outline(source);
            if outline.functions.contains(name) {
                return read;
            }
            for base in outline.bases.iter().filter(|base| *base != class) {
                if let Some(found) = self.of_class(source, base, name, depth + 1) {
                    return Some(found);
                }
            }
            // It is only handed on from here.
            let on: Vec<&Import> = outline.imports.iter().filter(|i| i.open || mentions(i, class)).collect();
            if let Some(found) = self.among(source, &on, name, depth + 1) {
                return Some(found);
            }
        }
        None
    }

    /// The first of the imported files that defines a name, itself or through what it imports.
    fn among(&mut self, from: &Source, imports: &[&Import], name: &str, depth: usize) -> Option<Arc<Source>> {
        let rules = &from.language.helpers;
        let entries: Vec<Entry> =
            imports.iter().flat_map(|import| self.candidates(&from.path, rules, import).to_vec()).collect();
        entries.into_iter().filter(|entry| entry.path != from.path).find_map(|entry| self.holds(&entry, name, depth))
    }

    fn holds(&mut self, entry: &Entry, name: &str, depth: usize) -> Option<Arc<Source>> {
        let rules = &lang::of(&entry.path)?.helpers;
        let bytes = self.shelf.content(entry)?;
        let defines = introduces(&bytes, name, &rules.introduced);
        // What it hands on may be named here, or come with a whole module.
        if !defines && depth >= DEPTH {
            return None;
        }
        let changed = self.changed_file(entry);
        let read = if changed.is_none() { self.shelf.source(entry, &bytes) } else { None };
        let source = changed.or(read.as_deref())?;
        let outline = self.shelf.outline(source);
        if outline.functions.contains(name) {
            return read;
        }
        if depth >= DEPTH {
            return None;
        }
        let whole = |import: &&Import| mentions(import, name) || import.open;
        let mut on: Vec<&Import> = outline.imports.iter().filter(whole).collect();
        if on.is_empty() && is_home_made(name) {
            on = outline.imports.iter().collect();
        }
        let inherited = outline.bases.iter().find_map(|base| self.of_class(source, base, name, depth + 1));
        inherited.or_else(|| self.among(source, &on, name, depth + 1))
    }

    /// A file of the change answers for itself: what it defines is known without it, where it leads is not.
    fn changed_file(&self, entry: &Entry) -> Option<&'s Source> {
        let changed: &'s [Source] = self.changed;
        changed.iter().find(|source| source.path == entry.path)
    }

    /// The files that an import may mean, likeliest first.
    fn candidates(&mut self, from: &RepoPath, rules: &Helpers, import: &Import) -> Arc<[Entry]> {
        let spelled = format!("{} {} {}", import.anchored, import.up, import.words.join(" "));
        let key = (RepoPath::new(from.parent()), self.shelf.side(), spelled);
        if let Some(known) = self.shelf.candidates.get(&key) {
            return Arc::clone(known);
        }
        let found: Arc<[Entry]> = self.spellings(from, rules, import).into();
        self.shelf.candidates.insert(key, Arc::clone(&found));
        found
    }

    fn spellings(&mut self, from: &RepoPath, rules: &Helpers, import: &Import) -> Vec<Entry> {
        let words: Vec<&str> =
            import.words.iter().map(|w| w.as_str()).filter(|w| !w.starts_with('@')).take(WORDS).collect();
        let directories: Vec<&[u8]> =
            if import.anchored { ancestors(from).skip(import.up).take(1).collect() } else { ancestors(from).collect() };
        let mut found: Vec<Entry> = Vec::new();
        // Longer paths say more.
        for length in (1..=words.len()).rev() {
            for start in 0..=words.len() - length {
                if import.anchored && start > 0 {
                    break;
                }
                let spelled = words[start..start + length].join("/");
                for directory in &directories {
                    self.spelled(directory, &spelled, rules, &mut found);
                    if rules.snake {
                        self.spelled(directory, &snake(&spelled), rules, &mut found);
                    }
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        found
    }

    fn spelled(&mut self, directory: &[u8], spelled: &str, rules: &Helpers, found: &mut Vec<Entry>) {
        for form in &rules.modules {
            let path = below(directory, &form.replace("{}", spelled));
            found.extend(self.shelf.entry(&path));
        }
        if rules.directories && (spelled.contains('/') || directory.is_empty()) {
            let inside = below(directory, spelled);
            let files = self.shelf.below(inside.as_bytes());
            let near = files.iter().filter(|e| e.path.parent() == inside.as_bytes() && self.is_kin(e));
            found.extend(near.cloned());
        }
    }

    fn is_kin(&self, entry: &Entry) -> bool {
        self.shelf.entry(&entry.path).is_some() && lang::of(&entry.path).is_some()
    }

    /// What a runner, a package or a project gives to a file unasked.
    fn surroundings(&mut self, from: &RepoPath, rules: &Helpers, name: &str) -> Vec<Entry> {
        let mut entries = Vec::new();
        for directory in ancestors(from) {
            entries.extend(rules.beside.iter().filter_map(|file| self.shelf.entry(&below(directory, file))));
            for support in &rules.support {
                let files = self.shelf.below(below(directory, support).as_bytes());
                entries.extend(files.iter().filter(|entry| self.is_kin(entry)).cloned());
            }
        }
        entries.extend(self.neighbours(from, rules, |path| {
            !rules.introduced.is_empty() || is_for_helpers(path) || stem(path) == name.as_bytes()
        }));
        entries
    }

    /// Files that are called as a class is, near a file.
    fn class_files(&mut self, from: &RepoPath, rules: &Helpers, class: &str) -> Vec<Entry> {
        let mut entries = Vec::new();
        for directory in ancestors(from) {
            self.spelled(directory, class, rules, &mut entries);
            entries.extend(rules.beside.iter().filter_map(|file| self.shelf.entry(&below(directory, file))));
        }
        entries.extend(
            self.neighbours(from, rules, |path| {
                stem(path) == class.as_bytes() || rules.project && is_for_helpers(path)
            }),
        );
        entries
    }

    /// Files of the same language in the same package or test project.
    fn neighbours(&mut self, from: &RepoPath, rules: &Helpers, fits: impl Fn(&RepoPath) -> bool) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut directories: Vec<&[u8]> = Vec::new();
        if rules.package || rules.project {
            directories.push(from.parent());
        }
        if rules.project {
            let of_tests = |directory: &&[u8]| is_of_tests(&below(directory, "x"));
            directories.extend(ancestors(from).skip(1).take_while(of_tests));
        }
        for directory in directories {
            for entry in self.shelf.below(directory).iter() {
                let near = rules.project || entry.path.parent() == directory;
                let kin = near && entry.path.extension() == from.extension() && entry.path != *from;
                if kin && fits(&entry.path) && self.is_kin(entry) && !entries.contains(entry) {
                    entries.push(entry.clone());
                }
            }
        }
        entries
    }
}

fn mentioned<'o>(outline: &'o Outline, word: &str) -> impl Iterator<Item = &'o Import> {
    outline.imports.iter().filter(move |import| mentions(import, word))
}

fn mentions(import: &Import, word: &str) -> bool {
    import.words.iter().any(|known| known.strip_prefix('@').unwrap_or(known) == word)
}

fn first_word(callee: &str) -> Option<&str> {
    callee.split('.').next()
}

/// The directory of a file and those above it, nearest first; the last is the top.
fn ancestors(path: &RepoPath) -> impl Iterator<Item = &[u8]> {
    let mut next = Some(path.parent());
    std::iter::from_fn(move || {
        let now = next?;
        next = (!now.is_empty()).then(|| now.iter().rposition(|byte| *byte == b'/').map_or(&[][..], |at| &now[..at]));
        Some(now)
    })
}

fn below(directory: &[u8], name: &str) -> RepoPath {
    let mut path = directory.to_vec();
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name.as_bytes());
    RepoPath::new(path)
}

fn stem(path: &RepoPath) -> &[u8] {
    let name = path.file_name();
    name.split(|byte| *byte == b'.').next().unwrap_or(name)
}

/// A name that says it holds what tests share.
fn is_for_helpers(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    ["helper", "util", "support", "extension", "assert", "base", "common", "matcher", "fixture", "testcase", "shared"]
        .iter()
        .any(|word| name.contains(word))
}

/// `MyApp/TotalHelpers` as `my_app/total_helpers`.
fn snake(words: &str) -> String {
    let mut made = String::new();
    let mut lower = false;
    for letter in words.chars() {
        if letter.is_uppercase() && lower {
            made.push('_');
        }
        lower = letter.is_lowercase() || letter.is_numeric();
        made.extend(letter.to_lowercase());
    }
    made
}

/// Whether a text may define a name: one of the words that introduce functions stands before it on its line.
fn introduces(bytes: &[u8], name: &str, words: &[String]) -> bool {
    occurrences(bytes, name).any(|at| {
        let line = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |start| start + 1);
        words.is_empty() || words.iter().any(|word| has_word(&bytes[line..at], word))
    })
}

fn has_word(bytes: &[u8], word: &str) -> bool {
    occurrences(bytes, word).next().is_some()
}

/// Where a word stands by itself.
fn occurrences<'b>(bytes: &'b [u8], word: &'b str) -> impl Iterator<Item = usize> + 'b {
    let joined = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    memchr::memmem::find_iter(bytes, word.as_bytes()).filter(move |at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !joined(before) && !joined(bytes.get(at + word.len()))
    })
}
