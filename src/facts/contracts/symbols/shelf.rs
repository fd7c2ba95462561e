//! What files export, read once however many ask: every file of a package asks about the modules above it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::git::ObjectId;
use crate::lang::{ChangedLines, Exports, Language, Unparsed};

/// What was read or why it could not be.
pub(super) type Read = Result<Arc<Exports>, Unparsed>;

/// By content and language: sides share what is the same on both.
#[derive(Default)]
pub struct Shelf {
    read: Mutex<HashMap<(ObjectId, usize), Read>>,
}

/// A file that may be read.
#[derive(Clone, Copy)]
pub struct Content<'b> {
    pub id: ObjectId,
    pub bytes: &'b [u8],
}

impl Shelf {
    /// Reads both sides of a changed file, the head from the base on.
    pub fn read_both(&self, language: &Language, base: Content<'_>, head: Content<'_>, changed: &[ChangedLines]) {
        let (before, after) = language.exports_both(base.bytes, head.bytes, changed);
        let mut known = self.known();
        known.insert((base.id, language.index), before.map(Arc::new));
        known.insert((head.id, language.index), after.map(Arc::new));
    }

    pub(super) fn exports(&self, language: &Language, content: Content<'_>) -> Read {
        let key = (content.id, language.index);
        let known = self.known().get(&key).cloned();
        // Nothing is locked while it is read.
        known.unwrap_or_else(|| {
            let read = language.exports(content.bytes).map(Arc::new);
            self.known().insert(key, read.clone());
            read
        })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(ObjectId, usize), Read>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
