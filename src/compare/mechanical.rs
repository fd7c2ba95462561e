//! Whether a change is made of renames and moves, and where it is not.
//!
//! Code is compared as pieces: definitions and statements, each as its tokens. What both sides have is the same, wherever
//! it stands now. Of the rest, pieces that are equal but for names are paired, and every other name must then be the same
//! everywhere: declared anew where the old one was declared, and not taken before. Text that no grammar reads is compared
//! line by line, with the same names replaced.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::change::{ChangeSet, FileChange, Mode};
use crate::lang::{self, Class, Declares, Lexeme, Piece};
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
    let mut names = Names::of(change);
    let mut found = compare(&base, &head, &mut names);
    found.extend(texts.into_iter().filter_map(|file| lines(change, file, &names)));
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

/// What a name is called now. Members have names of their own: `count` may change where `it.count` stays.
#[derive(Default)]
struct Names {
    map: BTreeMap<(bool, Box<str>), Box<str>>,
    /// New names that were declared where the old one was.
    declared: BTreeSet<(Box<str>, Box<str>)>,
    /// Words of paths that were renamed.
    words: BTreeMap<String, String>,
}

impl Names {
    fn of(change: &ChangeSet) -> Self {
        let mut words = BTreeMap::new();
        for file in &change.files {
            let (Some(base), Some(head)) = (&file.base, &file.head) else { continue };
            let (old, new) = (base.path.to_text(), head.path.to_text());
            if old != new {
                let parts = |path: &str| -> Vec<String> {
                    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
                    stem.split('/').map(str::to_owned).collect()
                };
                let (from, to) = (parts(&old), parts(&new));
                let differing = from.iter().rev().zip(to.iter().rev()).filter(|(from, to)| from != to);
                words.extend(differing.map(|(from, to)| (from.clone(), to.clone())));
                words.insert(old, new);
            }
        }
        Self { words, ..Self::default() }
    }

    fn of_token<'a>(&'a self, token: &'a Lexeme) -> &'a str {
        let key = (token.class == Class::Member, token.text.clone());
        self.map.get(&key).map_or(&*token.text, |now| now)
    }

    /// Text in which renamed words are replaced, dotted and slashed paths first.
    fn in_text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        while let Some(start) = rest.find(is_word) {
            let end = rest[start..].find(|c| !is_word(c)).map_or(rest.len(), |end| start + end);
            out.push_str(&rest[..start]);
            out.push_str(self.word(&rest[start..end]));
            rest = &rest[end..];
        }
        out + rest
    }

    fn word<'a>(&'a self, word: &'a str) -> &'a str {
        let mapped = [false, true].into_iter().find_map(|member| self.map.get(&(member, word.into())));
        mapped.map(|now| &**now).or_else(|| self.words.get(word).map(String::as_str)).unwrap_or(word)
    }
}

fn compare(base: &[Whole], head: &[Whole], names: &mut Names) -> Vec<Deviation> {
    let (gone, new) = without_same(spots(base), spots(head));
    let (pairs, gone, new) = paired(gone, new);
    for (old, now) in &pairs {
        learn(old.piece, now.piece, names);
    }
    let taken = taken(base, names);
    let mut found: Vec<Deviation> = pairs.iter().filter_map(|(old, now)| broken(*old, *now, names, &taken)).collect();
    found.extend(rest(gone, new, names));
    found
}

/// The pieces that do something.
fn spots(files: &[Whole]) -> Vec<Spot<'_>> {
    let all = files.iter().flat_map(|file| file.pieces.iter().map(move |piece| Spot { file, piece }));
    all.filter(|spot| !spot.piece.is_import).collect()
}

/// What one side has more often than the other.
fn without_same<'a>(base: Vec<Spot<'a>>, head: Vec<Spot<'a>>) -> (Vec<Spot<'a>>, Vec<Spot<'a>>) {
    let mut there: HashMap<u64, Vec<Spot<'a>>> = HashMap::new();
    for spot in base {
        there.entry(hash(&words(spot.piece))).or_default().push(spot);
    }
    let mut new = Vec::new();
    for spot in head {
        match there.get_mut(&hash(&words(spot.piece))).and_then(Vec::pop) {
            Some(_) => {}
            None => new.push(spot),
        }
    }
    let mut gone: Vec<Spot<'a>> = there.into_values().flatten().collect();
    gone.sort_by_key(order);
    (gone, new)
}

fn order<'a>(spot: &Spot<'a>) -> (&'a RepoPath, u32) {
    (&spot.file.path, spot.piece.line)
}

fn words(piece: &Piece) -> Vec<(Class, &str)> {
    piece.tokens.iter().map(|token| (token.class, &*token.text)).collect()
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The piece with every name as the number of its first use, and every text as a text.
fn shape(piece: &Piece) -> Vec<(Class, String)> {
    let mut seen: HashMap<(bool, &str), usize> = HashMap::new();
    let shaped = piece.tokens.iter().map(|token| match token.class {
        Class::Name | Class::Member => {
            let next = seen.len();
            let number = *seen.entry((token.class == Class::Member, &token.text)).or_insert(next);
            (token.class, number.to_string())
        }
        Class::Text => (token.class, String::new()),
        Class::Mark => (token.class, token.text.to_string()),
    });
    shaped.collect()
}

type Pairs<'a> = Vec<(Spot<'a>, Spot<'a>)>;

/// Pieces of one shape, in order; those that kept their name first.
fn paired<'a>(gone: Vec<Spot<'a>>, new: Vec<Spot<'a>>) -> (Pairs<'a>, Vec<Spot<'a>>, Vec<Spot<'a>>) {
    let mut by_shape: BTreeMap<u64, Vec<Spot<'a>>> = BTreeMap::new();
    for spot in gone {
        by_shape.entry(hash(&shape(spot.piece))).or_default().push(spot);
    }
    let (mut pairs, mut left) = (Vec::new(), Vec::new());
    for spot in new {
        let peers = by_shape.get_mut(&hash(&shape(spot.piece))).filter(|peers| !peers.is_empty());
        match peers {
            Some(peers) => {
                let same = |peer: &Spot<'_>| peer.piece.name == spot.piece.name && peer.file.path == spot.file.path;
                let near = peers
                    .iter()
                    .position(same)
                    .or_else(|| peers.iter().position(|peer| peer.piece.name == spot.piece.name));
                pairs.push((peers.remove(near.unwrap_or(0)), spot));
            }
            None => left.push(spot),
        }
    }
    let mut gone: Vec<Spot<'a>> = by_shape.into_values().flatten().collect();
    gone.sort_by_key(order);
    (pairs, gone, left)
}

/// What a pair says of names: those declared outside of functions hold everywhere.
fn learn(old: &Piece, new: &Piece, names: &mut Names) {
    for (token, now) in old.tokens.iter().zip(&new.tokens) {
        if !matches!(token.class, Class::Name | Class::Member) || token.text == now.text {
            continue;
        }
        if token.declares != Declares::Nothing {
            names.declared.insert((token.text.clone(), now.text.clone()));
        }
        if token.declares == Declares::Global {
            for is_member in [false, true] {
                names.map.entry((is_member, token.text.clone())).or_insert_with(|| now.text.clone());
            }
        }
    }
}

/// Names that stood for something before and were not renamed.
fn taken(base: &[Whole], names: &Names) -> BTreeSet<Box<str>> {
    let tokens =
        base.iter().flat_map(|file| &file.pieces).filter(|piece| !piece.is_import).flat_map(|piece| &piece.tokens);
    let declared = tokens.filter(|token| token.declares == Declares::Global && token.class == Class::Name);
    declared
        .filter(|token| !names.map.contains_key(&(false, token.text.clone())))
        .map(|token| token.text.clone())
        .collect()
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
                Some(renamed) => *renamed == &*now.text,
                None => {
                    names.of_token(token) == &*now.text
                        || names.words.get(&*token.text).is_some_and(|to| **to == *now.text)
                }
            },
            Class::Member => {
                token.text == now.text
                    || names.of_token(token) == &*now.text
                    || names.declared.contains(&(token.text.clone(), now.text.clone()))
                    || names.words.get(&*token.text).is_some_and(|to| **to == *now.text)
            }
        };
        if !fits {
            return Some((at, format!("`{}` became `{}`", one_line(&token.text), one_line(&now.text))));
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
                let at = shape(old.piece).iter().zip(&shape(spot.piece)).take_while(|(old, new)| old == new).count();
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

/// Text without a grammar: what was taken out, with the names replaced, is what came in.
fn lines(change: &ChangeSet, file: &FileChange, names: &Names) -> Option<Deviation> {
    let side = if file.head.is_some() { Side::Head } else { Side::Base };
    let at = |line, what: &str, before, after| {
        Some(Deviation { path: file.path().clone(), side, line, what: what.to_owned(), before, after })
    };
    let text = |side| -> Option<Vec<String>> {
        if file.side(side).is_none() {
            return Some(Vec::new());
        }
        let bytes = change.content(file, side)?.ok()?;
        Some(std::str::from_utf8(&bytes).ok()?.lines().map(|line| line.trim_end().to_owned()).collect())
    };
    let (Some(old), Some(new)) = (text(Side::Base), text(Side::Head)) else {
        return at(1, "its content can't be compared", None, None);
    };
    let Ok(hunks) = change.hunks(file) else { return at(1, "its content can't be compared", None, None) };
    let of = |lines: &[String], range: Option<crate::LineRange>| -> Vec<(u32, String)> {
        let range = range.into_iter().flat_map(|range| range.first..=range.last);
        range.filter_map(|line| Some((line, lines.get(line as usize - 1)?.clone()))).collect()
    };
    let removed: Vec<(u32, String)> = hunks.iter().flat_map(|hunk| of(&old, hunk.base_lines())).collect();
    let added: Vec<(u32, String)> = hunks.iter().flat_map(|hunk| of(&new, hunk.head_lines())).collect();
    let paths = |line: &str| {
        let moved = names.words.iter().filter(|(old, _)| old.contains('/'));
        moved.fold(line.to_owned(), |line, (old, new)| line.replace(old.as_str(), new))
    };
    let mut there: Vec<String> =
        removed.iter().map(|(_, line)| names.in_text(&paths(line)).trim().to_owned()).collect();
    for (number, line) in &added {
        match there.iter().position(|known| *known == line.trim()) {
            Some(known) => drop(there.swap_remove(known)),
            None if line.trim().is_empty() => {}
            None => return at(*number, "a line is no renamed one", None, Some(line.trim().to_owned())),
        }
    }
    there.retain(|line| !line.is_empty());
    let left = there.first()?;
    let line = removed.first().map_or(1, |(line, _)| *line);
    let line = if side == Side::Base { line } else { added.first().map_or(1, |(line, _)| *line) };
    at(line, "a line is gone", Some(left.clone()), None)
}

fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text,
    }
}
