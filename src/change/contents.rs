//! What was read of the changed files, so that nobody reads it twice.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Bytes, Entry, Mode, Source, Unreadable};
use crate::git::ObjectId;

/// How many bytes are kept. Beyond, contents are read anew each time: slower, and still bounded.
const KEEP: usize = 192 * 1024 * 1024;

type Content = Result<Bytes, Unreadable>;

pub(super) struct Contents {
    source: Box<dyn Source>,
    /// By object: the same content under two names is read once too.
    kept: Mutex<HashMap<ObjectId, Arc<OnceLock<Content>>>>,
    kept_bytes: AtomicUsize,
}

impl Contents {
    pub(super) fn new(source: Box<dyn Source>) -> Self {
        Self { source, kept: Mutex::default(), kept_bytes: AtomicUsize::new(0) }
    }

    pub(super) fn source(&self) -> &dyn Source {
        &*self.source
    }

    pub(super) fn read(&self, entry: &Entry) -> Content {
        if entry.mode == Mode::Submodule {
            return self.source.read(entry);
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = kept.get(&entry.id).cloned();
        let cell = match cell {
            Some(cell) => cell,
            None if self.kept_bytes.load(Ordering::Relaxed) < KEEP => {
                let cell = Arc::<OnceLock<Content>>::default();
                kept.insert(entry.id, Arc::clone(&cell));
                cell
            }
            None => {
                drop(kept);
                return self.source.read(entry);
            }
        };
        drop(kept);
        cell.get_or_init(|| {
            let content = self.source.read(entry);
            let bytes = content.as_ref().map_or(0, |bytes| bytes.len());
            self.kept_bytes.fetch_add(bytes, Ordering::Relaxed);
            content
        })
        .clone()
    }
}
