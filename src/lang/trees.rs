//! Syntax trees of whoever asks first, for whoever asks next: the tests of a file, what it offers to others and what it lost are
//! read for different questions, and the same macros stand on both sides.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use hashbrown::HashMap;
use tree_sitter::Tree;

use super::Unparsed;

/// Bytes of text whose trees are held, each of which takes about ten times as much: a usual branch and more.
const HELD: usize = 1 << 20;
/// Of a larger text the tree is not held.
const LARGEST: usize = HELD / 4;

/// A language's position, and what tells a text: its hash, which nobody can foresee, and its length.
type Key = (usize, u64, usize);
type Slot = Arc<OnceLock<Result<Tree, Unparsed>>>;

#[derive(Default)]
struct Trees {
    slots: HashMap<Key, Slot>,
    bytes: usize,
}

static TREES: LazyLock<Mutex<Trees>> = LazyLock::new(Mutex::default);
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The tree of a text, parsed unless it is held. Whoever asks while it is being parsed waits.
pub(super) fn tree(
    language: usize,
    text: &str,
    parse: impl FnOnce() -> Result<Tree, Unparsed>,
) -> Result<Tree, Unparsed> {
    if text.len() > LARGEST {
        return parse();
    }
    let key = (language, HASHER.hash_one(text), text.len());
    let slot = {
        let mut trees = TREES.lock().unwrap_or_else(PoisonError::into_inner);
        if trees.bytes + text.len() > HELD && !trees.slots.contains_key(&key) {
            *trees = Trees::default();
        }
        let known = trees.slots.len();
        let slot = Arc::clone(trees.slots.entry(key).or_default());
        trees.bytes += if trees.slots.len() > known { text.len() } else { 0 };
        slot
    };
    slot.get_or_init(parse).clone()
}
