//! Which piece of the head is which of the base: the same one, or one of the same shape.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Spot;
use crate::RepoPath;
use crate::lang::{Class, Piece};

/// What one side has more often than the other.
pub(super) fn without_same<'a>(base: Vec<Spot<'a>>, head: Vec<Spot<'a>>) -> (Vec<Spot<'a>>, Vec<Spot<'a>>) {
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

/// The piece with every name as the number of its first use, and every text as a text. Members are looked up in
/// something, and one of that name may be renamed where another's is not: they are told apart by what was declared.
pub(super) fn shape(piece: &Piece) -> Vec<(Class, String)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let shaped = piece.tokens.iter().map(|token| match token.class {
        Class::Name => {
            let next = seen.len();
            (token.class, seen.entry(&token.text).or_insert(next).to_string())
        }
        Class::Member | Class::Text => (token.class, String::new()),
        Class::Mark => (token.class, token.text.to_string()),
    });
    shaped.collect()
}

pub(super) type Pairs<'a> = Vec<(Spot<'a>, Spot<'a>)>;

/// Pieces of one shape, in order; those that kept their name first.
pub(super) fn paired<'a>(gone: Vec<Spot<'a>>, new: Vec<Spot<'a>>) -> (Pairs<'a>, Vec<Spot<'a>>, Vec<Spot<'a>>) {
    let mut by_shape: BTreeMap<u64, Vec<Spot<'a>>> = BTreeMap::new();
    for spot in gone {
        by_shape.entry(hash(&shape(spot.piece))).or_default().push(spot);
    }
    let (mut pairs, mut left) = (Vec::new(), Vec::new());
    for spot in new {
        let peers = by_shape.get_mut(&hash(&shape(spot.piece))).filter(|peers| !peers.is_empty());
        match peers {
            Some(peers) => {
                let near = (0..peers.len().min(COMPARED)).max_by_key(|at| (nearness(peers[*at], spot), Reverse(*at)));
                pairs.push((peers.remove(near.unwrap_or(0)), spot));
            }
            None => left.push(spot),
        }
    }
    let mut gone: Vec<Spot<'a>> = by_shape.into_values().flatten().collect();
    gone.sort_by_key(order);
    (pairs, gone, left)
}

/// Among more pieces of one shape than this the first is taken.
const COMPARED: usize = 100;

/// The same name first, then the same file, then the words they share.
fn nearness(old: Spot<'_>, new: Spot<'_>) -> (bool, bool, usize) {
    let same = old.piece.tokens.iter().zip(&new.piece.tokens).filter(|(old, new)| old.text == new.text).count();
    (old.piece.name == new.piece.name, old.file.path == new.file.path, same)
}
