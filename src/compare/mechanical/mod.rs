//! Whether a change is made of renames and moves, and where it is not.
//!
//! Code is compared as pieces: definitions and statements, each as its tokens. What both sides have is the same, wherever
//! it stands now. Of the rest, pieces that are equal but for names are paired, and every other name must then be the same
//! everywhere: declared anew where the old one was declared, and not taken before. Text that no grammar reads is compared
//! line by line, with the same names replaced.

mod imports;
mod lines;
mod names;
mod normal;
mod pairs;

use std::collections::{BTreeSet, HashMap};

use names::Names;

use crate::change::{ChangeSet, FileChange, Mode};
use crate::lang::{self, Class, Declares, Piece};
use crate::{RepoPath, Side};

/// A place that no rename or move explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    pub path: RepoPath,
    pub side: Side,
    pub line: u32,
    /// A phrase about the place.
    pub what: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// One side of a file in pieces.
struct Whole {
    path: RepoPath,
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy)]
struct Spot<'a> {
    file: &'a Whole,
    piece: &'a Piece,
}

/// Where the files that are asked about differ in more than names and places.
pub fn deviations<'a>(change: &ChangeSet, files: impl Iterator<Item = &'a FileChange>) -> Vec<Deviation> {
    let (mut base, mut head, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for file in files.filter(|file| !file.is_same_content()) {
        let sides = [Side::Base, Side::Head].map(|side| file.side(side).map(|_| whole(change, file, side)));
        match sides {
            [Some(Some(old)), Some(Some(new))] => {
                base.push(old);
                head.push(new);
            }
            [Some(Some(old)), None] => base.push(old),
            [None, Some(Some(new))] => head.push(new),
            _ => texts.push(file),
        }
    }
    normal::normalise(change, &mut base, &mut head);
    let mut names = Names::of(change);
    let mut found = compare(&base, &head, &mut names);
    found.extend(imports::deviations(change, &base, &head, &names));
    found.extend(texts.into_iter().filter_map(|file| lines::deviation(change, file, &names)));
    found.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    found
}

/// A side in pieces; `None` where no grammar reads it.
fn whole(change: &ChangeSet, file: &FileChange, side: Side) -> Option<Whole> {
    let entry = file.side(side).filter(|entry| matches!(entry.mode, Mode::File | Mode::Executable))?;
    let bytes = change.content(file, side)?.ok()?;
    let pieces = lang::of(&entry.path)?.pieces(&bytes).ok()?;
    Some(Whole { path: entry.path.clone(), text: String::from_utf8_lossy(&bytes).into_owned(), pieces })
}

fn compare(base: &[Whole], head: &[Whole], names: &mut Names) -> Vec<Deviation> {
    let (gone, new) = pairs::without_same(spots(base, false), spots(head, false));
    let (pairs, gone, new) = pairs::paired(gone, new);
    for (old, now) in pairs.iter().chain(&imports::renamed(base, head)) {
        names.learn(old.piece, now.piece);
    }
    let taken = names.taken(&spots(base, false));
    let mut found: Vec<Deviation> = pairs.iter().filter_map(|(old, now)| broken(*old, *now, names, &taken)).collect();
    found.extend(rest(gone, new, names));
    found
}

/// The pieces that do something, or those that bring something in.
fn spots(files: &[Whole], are_imports: bool) -> Vec<Spot<'_>> {
    let all = files.iter().flat_map(|file| file.pieces.iter().map(move |piece| Spot { file, piece }));
    all.filter(|spot| spot.piece.is_import == are_imports).collect()
}

/// Where a pair differs in more than names, or in names that nobody renamed.
fn broken(old: Spot<'_>, new: Spot<'_>, names: &Names, taken: &BTreeSet<Box<str>>) -> Option<Deviation> {
    let mut local: HashMap<&str, &str> = HashMap::new();
    for (token, now) in old.piece.tokens.iter().zip(&new.piece.tokens) {
        if token.class == Class::Name && token.declares == Declares::Local {
            local.entry(&token.text).or_insert(&now.text);
        }
    }
    let (at, wrong) = old.piece.tokens.iter().zip(&new.piece.tokens).enumerate().find_map(|(at, (token, now))| {
        let fits = match token.class {
            Class::Mark => token.text == now.text,
            Class::Text => token.text == now.text || names.in_text(&token.text) == *now.text,
            Class::Name => match local.get(&*token.text) {
                Some(renamed) if token.declares != Declares::Global => *renamed == &*now.text,
                _ => names.fits(token, &now.text),
            },
            Class::Member => names.fits(token, &now.text),
        };
        if !fits {
            let what = if token.text == now.text {
                format!("`{}` keeps its name here, and is renamed elsewhere", one_line(&token.text))
            } else {
                format!("`{}` became `{}`", one_line(&token.text), one_line(&now.text))
            };
            return Some((at, what));
        }
        let merges = token.text != now.text
            && token.class == Class::Name
            && token.declares == Declares::Global
            && taken.contains(&now.text);
        merges.then(|| (at, format!("`{}` is now called `{}`, as something else was already", token.text, now.text)))
    })?;
    Some(deviation(Some(old), Some(new), at, wrong))
}

/// Pieces without a counterpart: changed ones are told as one, by their names.
fn rest(gone: Vec<Spot<'_>>, new: Vec<Spot<'_>>, names: &Names) -> Vec<Deviation> {
    let mut gone = gone;
    let mut found = Vec::new();
    for spot in new {
        let same = |old: &Spot<'_>| !old.piece.name.is_empty() && names.word(&old.piece.name) == &*spot.piece.name;
        match gone.iter().position(same).or_else(|| alike(&gone, spot)) {
            Some(at) => {
                let old = gone.remove(at);
                let what = format!("{} does something else", called(spot.piece));
                let at = pairs::shape(old.piece)
                    .iter()
                    .zip(&pairs::shape(spot.piece))
                    .take_while(|(old, new)| old == new)
                    .count();
                found.push(deviation(Some(old), Some(spot), at, what));
            }
            None => found.push(deviation(None, Some(spot), 0, format!("{} is new", called(spot.piece)))),
        }
    }
    found.extend(gone.into_iter().map(|old| deviation(Some(old), None, 0, format!("{} is gone", called(old.piece)))));
    found
}

/// Among more pieces than this nobody looks for the likeliest: every pair would have to be compared.
const COMPARED: usize = 200;

/// The piece that has most words in common, where it is most of them.
fn alike(gone: &[Spot<'_>], spot: Spot<'_>) -> Option<usize> {
    let set = |piece: &'_ Piece| piece.tokens.iter().map(|token| token.text.to_string()).collect::<BTreeSet<_>>();
    let own = set(spot.piece);
    let share = |old: &Spot<'_>| {
        let theirs = set(old.piece);
        theirs.intersection(&own).count() * 100 / theirs.union(&own).count().max(1)
    };
    if gone.len() > COMPARED {
        return None;
    }
    let (at, most) = gone.iter().map(share).enumerate().max_by_key(|(_, share)| *share)?;
    (most >= 40).then_some(at)
}

fn called(piece: &Piece) -> String {
    if piece.name.is_empty() { "code".to_owned() } else { format!("`{}`", piece.name) }
}

/// The place of the token at which two pieces part.
fn deviation(old: Option<Spot<'_>>, new: Option<Spot<'_>>, at: usize, what: String) -> Deviation {
    let line = |spot: Spot<'_>| {
        let token = spot.piece.tokens.get(at).or(spot.piece.tokens.last());
        let line = token.map_or(spot.piece.line, |token| token.line);
        (line, spot.file.text.lines().nth(line as usize - 1).unwrap_or_default().trim().to_owned())
    };
    let (before, after) = (old.map(line), new.map(line));
    let (spot, side, line) = match (new, old, &after, &before) {
        (Some(new), _, Some((line, _)), _) => (new, Side::Head, *line),
        (_, Some(old), _, Some((line, _))) => (old, Side::Base, *line),
        _ => unreachable!("a deviation has a side"),
    };
    let (before, after) = (before.map(|(_, text)| text), after.map(|(_, text)| text));
    Deviation { path: spot.file.path.clone(), side, line, what, before, after }
}

fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text,
    }
}
