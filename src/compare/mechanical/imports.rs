//! What is brought in anew: a rename or a move brings in nothing that was not there before, under some name or path.

use std::collections::BTreeSet;

use super::names::Names;
use super::{Deviation, Spot, Whole, deviation, pairs, spots};
use crate::change::ChangeSet;
use crate::lang::Declares;

/// Imports that bring in the same under another name: `import a as b`, `const b = require("a")`.
pub(super) fn renamed<'a>(base: &'a [Whole], head: &'a [Whole]) -> Vec<(Spot<'a>, Spot<'a>)> {
    let (gone, new) = pairs::without_same(spots(base, true), spots(head, true));
    let (mut pairs, ..) = pairs::paired(gone, new);
    pairs.retain(|(old, new)| {
        let mut tokens = old.piece.tokens.iter().zip(&new.piece.tokens);
        tokens.all(|(old, new)| old == new || old.declares != Declares::Nothing)
    });
    pairs
}

/// Imports with a word that nothing in the base's files, in the paths or among the new names explains.
pub(super) fn deviations(change: &ChangeSet, base: &[Whole], head: &[Whole], names: &Names) -> Vec<Deviation> {
    let (_, mut new) = pairs::without_same(spots(base, true), spots(head, true));
    // What a file calls itself brings in nothing.
    new.retain(|spot| spot.piece.tokens.first().is_none_or(|word| !NAMES_ITSELF.contains(&&*word.text)));
    if new.is_empty() {
        return Vec::new();
    }
    let pieces = base.iter().flat_map(|file| &file.pieces);
    let mut known: BTreeSet<String> =
        pieces.flat_map(|piece| &piece.tokens).flat_map(|token| words(&token.text)).collect();
    for file in &change.files {
        known.extend(file.touched().flat_map(|(_, path)| words(&path.to_text())));
    }
    known.extend(names.new_names().flat_map(words));
    // What the head itself defines may be brought in from there.
    let defined = head.iter().flat_map(|file| &file.pieces).filter(|piece| !piece.is_import);
    known.extend(defined.flat_map(|piece| words(&piece.name)));
    let found = new.into_iter().filter_map(|spot| {
        let tokens = spot.piece.tokens.iter().enumerate();
        let (at, word) = tokens
            .filter(|(_, token)| !KEYWORDS.contains(&&*token.text))
            .flat_map(|(at, token)| words(&token.text).into_iter().map(move |word| (at, word)))
            .find(|(_, word)| !known.contains(word) && !KEYWORDS.contains(&word.as_str()))?;
        Some(deviation(None, Some(spot), at, format!("`{word}` is brought in anew")))
    });
    found.collect()
}

/// Words by which languages import, which no file need have had before.
const KEYWORDS: [&str; 26] = [
    "import",
    "from",
    "as",
    "use",
    "using",
    "package",
    "namespace",
    "module",
    "mod",
    "pub",
    "crate",
    "super",
    "self",
    "static",
    "type",
    "require",
    "require_relative",
    "include",
    "const",
    "let",
    "var",
    "default",
    "function",
    "global",
    "index",
    "file",
];

const NAMES_ITSELF: [&str; 3] = ["package", "namespace", "module"];

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
