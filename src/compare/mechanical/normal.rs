//! Pieces without what a move changes by itself: how far a name is seen, and where it is looked up.

use std::collections::{BTreeMap, BTreeSet};

use super::Whole;
use crate::change::ChangeSet;
use crate::lang::{Class, Lexeme};

/// Takes out what differs only because code stands elsewhere now.
pub(super) fn normalise(change: &ChangeSet, base: &mut [Whole], head: &mut [Whole]) {
    let mut places = moved_between(base, head);
    for file in &change.files {
        if let (Some(old), Some(new)) = (&file.base, &file.head)
            && old.path != new.path
        {
            places.extend([old, new].into_iter().flat_map(|entry| parts(&entry.path.to_text())));
        }
    }
    if places.is_empty() {
        return;
    }
    for piece in base.iter_mut().chain(head).flat_map(|file| &mut file.pieces).filter(|piece| !piece.is_import) {
        let tokens = without_visibility(std::mem::take(&mut piece.tokens));
        piece.tokens = without_qualifiers(tokens, &places);
    }
}

/// The words of all paths between which definitions moved; none where nothing did.
fn moved_between(base: &[Whole], head: &[Whole]) -> BTreeSet<String> {
    let places = |files: &[Whole]| {
        let mut places: BTreeMap<Box<str>, BTreeSet<String>> = BTreeMap::new();
        for file in files {
            for piece in file.pieces.iter().filter(|piece| !piece.is_import && !piece.name.is_empty()) {
                places.entry(piece.name.clone()).or_default().insert(file.path.to_text());
            }
        }
        places
    };
    let (old, mut new) = (places(base), places(head));
    let mut words = BTreeSet::new();
    for (name, old) in old {
        let new = new.remove(&name).unwrap_or_default();
        if new.is_empty() || old == new {
            continue;
        }
        for path in old.symmetric_difference(&new) {
            words.extend(parts(path));
        }
    }
    words
}

fn parts(path: &str) -> Vec<String> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem.split('/').map(str::to_lowercase).collect()
}

/// Rust's `pub(crate)` and its like: what moves out of a module must be seen from it. `pub` alone is a promise, and stays.
fn without_visibility(tokens: Vec<Lexeme>) -> Vec<Lexeme> {
    let mut kept: Vec<Lexeme> = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let is_limited = &*token.text == "pub" && rest.peek().is_some_and(|next| &*next.text == "(");
        if is_limited {
            // Up to the bracket that closes it.
            rest.by_ref().find(|token| &*token.text == ")");
        } else {
            kept.push(token);
        }
    }
    kept
}

/// `a::b::name` and `a.name` as `name`, where `a` and `b` are places between which code moved.
fn without_qualifiers(tokens: Vec<Lexeme>, places: &BTreeSet<String>) -> Vec<Lexeme> {
    let is_separator = |token: &Lexeme| matches!(&*token.text, "." | "::");
    let is_place = |token: &Lexeme| {
        matches!(&*token.text, "crate" | "super" | "self") || places.contains(&token.text.to_lowercase())
    };
    let mut kept: Vec<Lexeme> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let starts = kept.last().is_none_or(|last| !is_separator(last));
        let mut end = at;
        while starts
            && end + 2 < tokens.len()
            && is_place(&tokens[end])
            && matches!(tokens[end].class, Class::Name | Class::Mark | Class::Member)
            && is_separator(&tokens[end + 1])
        {
            end += 2;
        }
        // `self.name` is a field of one's own, no place.
        let is_path = end > at && !(end == at + 2 && &*tokens[at].text == "self" && &*tokens[at + 1].text == ".");
        if is_path {
            at = end;
        }
        let mut token = tokens[at].clone();
        if is_path && token.class == Class::Member {
            token.class = Class::Name;
        }
        kept.push(token);
        at += 1;
    }
    kept
}
