//! Reading objects, from any thread, wherever they are.
//!
//! Three places, in this order: the repository's own store with its alternates; the directories git names in the
//! environment of a server hook (the quarantine of a push that isn't accepted yet); and in a partial clone the `git`
//! program, which fetches what the remote promised to keep.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use gix::objs::Kind;

use super::open::{Environment, describe};
use super::program::{CatFile, Found, Program};
use super::scratch::Scratch;
use super::tree::{TreeCache, TreeEntries};
use super::{Entry, GitError, Mode, ObjectFormat, ObjectId};

/// Blobs larger than this are not read: no source file is, and reading one would be an attack on memory.
pub const BLOB_LIMIT: u64 = 32 * 1024 * 1024;

/// Trees and commits larger than this are not read.
const STRUCTURE_LIMIT: u64 = 256 * 1024 * 1024;

/// How much of unpacked delta bases each thread keeps.
const PACK_CACHE: usize = 16 * 1024 * 1024;

/// A handle on a repository's objects that can be cloned and sent to other threads.
#[derive(Clone)]
pub struct Objects {
    shared: Arc<Shared>,
}

struct Shared {
    stores: RwLock<Stores>,
    hash: gix::hash::Kind,
    /// Temporary objects, removed when nobody can ask for them any more.
    scratch: Mutex<Vec<Scratch>>,
    /// Readers no thread uses at the moment, with their caches warm.
    idle: Mutex<Vec<Reader>>,
    trees: TreeCache,
    program: Program,
    /// Whether a missing object may be fetched.
    partial: bool,
    cat_file: Mutex<Option<CatFile>>,
}

/// The object directories to look in.
pub(super) struct Stores {
    all: Vec<Arc<gix::odb::Store>>,
    hash: gix::hash::Kind,
}

/// One thread's view of all stores.
struct Reader {
    handles: Vec<gix::odb::HandleArc>,
    buffer: Vec<u8>,
}

impl Stores {
    pub(super) fn of(repository: &gix::Repository, environment: Environment) -> std::io::Result<Self> {
        let hash = repository.object_hash();
        let mut all = vec![repository.clone().into_sync().objects];
        if environment == Environment::Honoured {
            for dir in directories_of_environment() {
                if dir != all[0].path() && dir.is_dir() {
                    all.push(store(dir, hash)?);
                }
            }
        }
        Ok(Self { all, hash })
    }

    fn reader(&self) -> Reader {
        let handles = self.all.iter().map(|store| {
            let cache = || -> Box<gix::odb::cache::PackCache> {
                Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(PACK_CACHE))
            };
            store.to_cache_arc().with_pack_cache(cache)
        });
        Reader { handles: handles.collect(), buffer: Vec::new() }
    }
}

fn store(dir: PathBuf, hash: gix::hash::Kind) -> std::io::Result<Arc<gix::odb::Store>> {
    let options = gix::odb::store::init::Options::default();
    Ok(Arc::new(gix::odb::Store::at_opts(dir, hash, &mut std::iter::empty(), options)?))
}

/// What git's hooks for incoming pushes see: the quarantine and the stores it borrows from.
fn directories_of_environment() -> Vec<PathBuf> {
    let main = std::env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
    let alternates = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES");
    let alternates = alternates.iter().flat_map(|list| std::env::split_paths(list).collect::<Vec<_>>());
    main.into_iter().chain(alternates).map(|dir| std::path::absolute(&dir).unwrap_or(dir)).collect()
}

impl Reader {
    /// Kind and size without unpacking the object.
    fn header(&self, id: &gix::oid) -> Result<Option<(Kind, u64)>, gix::Error> {
        for handle in &self.handles {
            if let Some(header) = gix::odb::Header::try_header(handle, id)? {
                return Ok(Some((header.kind(), header.size())));
            }
        }
        Ok(None)
    }

    /// Unpacks the object into the buffer.
    fn load(&mut self, id: &gix::oid) -> Result<Option<Kind>, gix::Error> {
        for handle in &self.handles {
            if let Some(data) = gix::objs::Find::try_find(handle, id, &mut self.buffer)? {
                return Ok(Some(data.kind));
            }
        }
        Ok(None)
    }
}

impl Objects {
    pub(super) fn new(stores: Stores, program: Program, partial: bool) -> Self {
        let hash = stores.hash;
        let (scratch, idle, trees, cat_file) = Default::default();
        let stores = RwLock::new(stores);
        Self { shared: Arc::new(Shared { stores, hash, scratch, idle, trees, program, partial, cat_file }) }
    }

    /// Looks into one more directory, which `scratch` owns.
    pub(super) fn also_read(&self, dir: PathBuf, scratch: Scratch) -> std::io::Result<()> {
        let store = store(dir, self.shared.hash)?;
        self.shared.stores.write().unwrap_or_else(PoisonError::into_inner).all.push(store);
        lock(&self.shared.idle).clear();
        lock(&self.shared.scratch).push(scratch);
        Ok(())
    }

    pub fn format(&self) -> ObjectFormat {
        self.shared.hash.into()
    }

    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.shared.hash
    }

    /// A file's bytes, a symbolic link's target, nothing for a submodule.
    ///
    /// # Errors
    /// When the blob is missing, damaged or larger than [`BLOB_LIMIT`].
    pub fn read_entry(&self, entry: &Entry) -> Result<Arc<[u8]>, GitError> {
        match entry.mode {
            Mode::Submodule => Ok(Arc::default()),
            Mode::File | Mode::Executable | Mode::Symlink => self.read(entry.id, Kind::Blob, BLOB_LIMIT, |b| b.into()),
        }
    }

    /// Whether the object is in one of the stores, without fetching it.
    pub fn contains(&self, id: ObjectId) -> bool {
        let reader = self.reader();
        let found = reader.header(&id.0).is_ok_and(|header| header.is_some());
        self.give_back(reader);
        found
    }

    /// Fetches what is absent of these in one go; for partial clones, where one by one would take a round trip each.
    ///
    /// Best effort: whatever can't be had is reported when it is read.
    pub fn prefetch(&self, ids: impl Iterator<Item = ObjectId>) {
        if self.shared.partial {
            let missing: Vec<_> = ids.filter(|id| !self.contains(*id)).collect();
            if missing.len() > 1 {
                self.shared.program.fetch_objects(&missing);
            }
        }
    }

    pub(super) fn tree_cache(&self) -> &TreeCache {
        &self.shared.trees
    }

    pub(super) fn read_tree(&self, id: ObjectId) -> Result<TreeEntries, GitError> {
        if id.0.is_empty_tree() {
            return Ok(TreeEntries::default());
        }
        self.read(id, Kind::Tree, STRUCTURE_LIMIT, |bytes| TreeEntries::parse(id, bytes, self.hash()))?
    }

    /// The raw bytes of an object that must be a commit.
    pub(super) fn read_commit<T>(&self, id: ObjectId, using: impl FnOnce(&[u8]) -> T) -> Result<T, GitError> {
        self.read(id, Kind::Commit, STRUCTURE_LIMIT, using)
    }

    /// The object's kind.
    pub(super) fn kind(&self, id: ObjectId) -> Result<Kind, GitError> {
        let reader = self.reader();
        let header = reader.header(&id.0);
        self.give_back(reader);
        match header.map_err(|error| corrupt(id, &error))? {
            Some((kind, _)) => Ok(kind),
            None => self.fetched(id, STRUCTURE_LIMIT).map(|(kind, _)| kind),
        }
    }

    /// Follows tags to what they point at.
    pub(super) fn peel(&self, mut id: ObjectId) -> Result<(Kind, ObjectId), GitError> {
        for _ in 0..64 {
            let kind = self.kind(id)?;
            if kind != Kind::Tag {
                return Ok((kind, id));
            }
            let target = self.read(id, Kind::Tag, STRUCTURE_LIMIT, |bytes| {
                gix::objs::TagRefIter::from_bytes(bytes, self.hash()).target_id().map(ObjectId)
            })?;
            id = target.map_err(|error| corrupt(id, &error))?;
        }
        Err(GitError::Corrupt { id: id.to_string(), why: "more than 64 tags point at each other".into() })
    }

    fn read<T>(&self, id: ObjectId, expected: Kind, limit: u64, using: impl FnOnce(&[u8]) -> T) -> Result<T, GitError> {
        let mut reader = self.reader();
        let found = reader.header(&id.0).and_then(|header| match header {
            Some((_, size)) if size > limit => Ok(Some(Err(GitError::TooLarge { id: id.to_string(), size, limit }))),
            Some(_) => reader.load(&id.0).map(|kind| kind.map(Ok)),
            None => Ok(None),
        });
        let result = match found.map_err(|error| corrupt(id, &error)) {
            Ok(Some(Ok(kind))) => of_kind(id, kind, expected).map(|()| using(&reader.buffer)),
            Ok(Some(Err(error))) | Err(error) => Err(error),
            Ok(None) => {
                self.fetched(id, limit).and_then(|(kind, bytes)| of_kind(id, kind, expected).map(|()| using(&bytes)))
            }
        };
        self.give_back(reader);
        result
    }

    /// Asks the `git` program, which fetches from the promisor remote of a partial clone.
    fn fetched(&self, id: ObjectId, limit: u64) -> Result<(Kind, Vec<u8>), GitError> {
        let missing = || GitError::Missing { id: id.to_string() };
        if !self.shared.partial {
            return Err(missing());
        }
        let mut cat_file = lock(&self.shared.cat_file);
        match cat_file.get_or_insert_with(|| self.shared.program.cat_file()).ask(id, limit) {
            Found::Object(kind, bytes) => Ok((kind, bytes)),
            Found::TooLarge(size) => Err(GitError::TooLarge { id: id.to_string(), size, limit }),
            Found::Nothing => Err(missing()),
        }
    }

    fn reader(&self) -> Reader {
        let idle = lock(&self.shared.idle).pop();
        idle.unwrap_or_else(|| self.shared.stores.read().unwrap_or_else(PoisonError::into_inner).reader())
    }

    fn give_back(&self, mut reader: Reader) {
        // One huge object must not keep its buffer for the rest of the run.
        if reader.buffer.capacity() > 4 * 1024 * 1024 {
            reader.buffer = Vec::new();
        }
        lock(&self.shared.idle).push(reader);
    }
}

fn of_kind(id: ObjectId, kind: Kind, expected: Kind) -> Result<(), GitError> {
    if kind == expected {
        return Ok(());
    }
    Err(GitError::Corrupt { id: id.to_string(), why: format!("it is a {kind} where a {expected} belongs") })
}

fn corrupt(id: ObjectId, error: &gix::Error) -> GitError {
    GitError::Corrupt { id: id.to_string(), why: describe(error) }
}

/// A thread that panicked while holding the lock left the value usable: every update is a single push or pop.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
