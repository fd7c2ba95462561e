//! What is called otherwise now: names in code, words and paths in text.

use std::collections::{BTreeMap, BTreeSet};

use super::Spot;
use crate::change::ChangeSet;
use crate::lang::{Class, Declares, Lexeme, Piece};

/// What a name is called now. Members have names of their own: `count` may change where `it.count` stays.
#[derive(Default)]
pub(super) struct Names {
    map: BTreeMap<(bool, Box<str>), Box<str>>,
    /// New names that were declared where the old one was.
    declared: BTreeSet<(Box<str>, Box<str>)>,
    /// Words of paths that were renamed.
    words: BTreeMap<String, String>,
    /// Paths that were renamed, whole and from where they differ; the longest first.
    paths: Vec<(String, String)>,
}

impl Names {
    pub(super) fn of(change: &ChangeSet) -> Self {
        let (mut words, mut paths) = (BTreeMap::new(), Vec::new());
        for file in &change.files {
            let (Some(base), Some(head)) = (&file.base, &file.head) else { continue };
            let (old, new) = (base.path.to_text(), head.path.to_text());
            if old != new {
                let differing = parts(&old).into_iter().rev().zip(parts(&new).into_iter().rev());
                words.extend(differing.filter(|(from, to)| from != to && is_word(from) && is_word(to)));
                paths.extend(spellings(&old, &new));
            }
        }
        paths.sort_by(|a: &(String, String), b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        paths.dedup();
        Self { words, paths, ..Self::default() }
    }

    /// What a pair says of names: those declared outside of functions hold everywhere.
    pub(super) fn learn(&mut self, old: &Piece, new: &Piece) {
        for (token, now) in old.tokens.iter().zip(&new.tokens) {
            if !matches!(token.class, Class::Name | Class::Member) || token.text == now.text {
                continue;
            }
            if token.declares != Declares::Nothing {
                self.declared.insert((token.text.clone(), now.text.clone()));
            }
            if token.declares == Declares::Global {
                for is_member in [false, true] {
                    self.map.entry((is_member, token.text.clone())).or_insert_with(|| now.text.clone());
                }
            }
        }
    }

    pub(super) fn of_token<'a>(&'a self, token: &'a Lexeme) -> &'a str {
        let key = (token.class == Class::Member, token.text.clone());
        self.map.get(&key).map_or(&*token.text, |now| now)
    }

    /// Whether a name is called that now, as it stands behind a dot or alone.
    pub(super) fn fits(&self, token: &Lexeme, now: &str) -> bool {
        let is_word = self.words.get(&*token.text).is_some_and(|to| to == now);
        match token.class {
            // Another type's member of that name keeps it.
            Class::Member => {
                &*token.text == now
                    || self.of_token(token) == now
                    || self.declared.contains(&(token.text.clone(), now.into()))
                    || is_word
            }
            _ => self.of_token(token) == now || is_word,
        }
    }

    /// Text in which renamed paths and words are replaced.
    pub(super) fn in_text(&self, text: &str) -> String {
        let text = self.paths.iter().fold(text.to_owned(), |text, (old, new)| replaced(&text, old, new));
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(start) = rest.find(is_part) {
            let end = rest[start..].find(|c| !is_part(c)).map_or(rest.len(), |end| start + end);
            out.push_str(&rest[..start]);
            out.push_str(self.word(&rest[start..end]));
            rest = &rest[end..];
        }
        out + rest
    }

    pub(super) fn word<'a>(&'a self, word: &'a str) -> &'a str {
        let mapped = [false, true].into_iter().find_map(|member| self.map.get(&(member, word.into())));
        mapped.map(|now| &**now).or_else(|| self.words.get(word).map(String::as_str)).unwrap_or(word)
    }

    /// Names that stood for something before and were not renamed.
    pub(super) fn taken(&self, base: &[Spot<'_>]) -> BTreeSet<Box<str>> {
        let declared = base
            .iter()
            .flat_map(|spot| &spot.piece.tokens)
            .filter(|token| token.declares == Declares::Global && token.class == Class::Name);
        declared
            .filter(|token| !self.map.contains_key(&(false, token.text.clone())))
            .map(|token| token.text.clone())
            .collect()
    }

    /// Every new name.
    pub(super) fn new_names(&self) -> impl Iterator<Item = &str> {
        let declared = self.declared.iter().map(|(_, now)| &**now);
        self.map.values().map(|now| &**now).chain(declared)
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_word(text: &str) -> bool {
    text.chars().all(is_part)
}

/// The parts of a path without its ending.
fn parts(path: &str) -> Vec<String> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem.split('/').map(str::to_owned).collect()
}

/// How a renamed file is called in text: by its path, by the part that changed, by either without its ending.
fn spellings(old: &str, new: &str) -> Vec<(String, String)> {
    let shared = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    let shared = old[..shared].rfind('/').map_or(0, |at| at + 1);
    let mut found = vec![(old.to_owned(), new.to_owned()), (old[shared..].to_owned(), new[shared..].to_owned())];
    let bare: Vec<(String, String)> = found
        .iter()
        .filter_map(|(old, new)| {
            let ((old, ending), (new, other)) = (old.rsplit_once('.')?, new.rsplit_once('.')?);
            (ending == other && !is_word(old)).then(|| (old.to_owned(), new.to_owned()))
        })
        .collect();
    found.extend(bare);
    found.retain(|(old, new)| old != new);
    found
}

/// A path replaced where it stands as one, not as a piece of a longer name.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let is_end = |c: Option<char>| c.is_none_or(|c| !is_part(c) && c != '-');
        let is_whole = is_end(rest[..at].chars().next_back().or_else(|| out.chars().next_back()))
            && is_end(rest[at + old.len()..].chars().next());
        out.push_str(&rest[..at]);
        out.push_str(if is_whole { new } else { old });
        rest = &rest[at + old.len()..];
    }
    out + rest
}
