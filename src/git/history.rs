//! Commits and how they hang together.

use std::cell::RefCell;
use std::collections::HashSet;

use gix::objs::{Data, Kind};

use super::open::describe;
use super::{GitError, ObjectId, Objects, Repository};

/// A commit as it was recorded. Texts are made valid UTF-8, losing what wasn't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub id: ObjectId,
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    pub author: Person,
    pub committer: Person,
    pub message: String,
}

/// A name and an address as somebody configured them; neither is proof of anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub email: String,
    /// Seconds since 1970.
    pub seconds: i64,
}

/// The newest common ancestors of two commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeBases {
    /// The one `git diff A...B` takes.
    pub best: ObjectId,
    /// The others, where the two histories crossed.
    pub others: Vec<ObjectId>,
}

/// History as git shows it: commits at the boundary of a shallow clone have no parents, and any other absence is an error.
struct History<'a> {
    objects: &'a Objects,
    boundary: HashSet<gix::ObjectId>,
    /// The first commit that should have been there and wasn't; the library would take it for a root.
    missing: RefCell<Option<GitError>>,
}

impl gix::objs::Find for History<'_> {
    fn try_find<'a>(&self, id: &gix::oid, buffer: &'a mut Vec<u8>) -> gix::Result<Option<Data<'a>>> {
        buffer.clear();
        let read = self.objects.read_commit(ObjectId(id.to_owned()), |bytes| {
            if self.boundary.contains(id) { without_parents(bytes, buffer) } else { buffer.extend_from_slice(bytes) }
        });
        match read {
            Ok(()) => Ok(Some(Data { kind: Kind::Commit, object_hash: self.objects.hash(), data: buffer })),
            Err(error) => {
                self.missing.borrow_mut().get_or_insert(error);
                Ok(None)
            }
        }
    }
}

/// Copies a commit's text except for its `parent` lines, all of which stand before the `author` line.
fn without_parents(bytes: &[u8], into: &mut Vec<u8>) {
    let mut in_header = true;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        in_header &= line != b"\n";
        if !(in_header && line.starts_with(b"parent ")) {
            into.extend_from_slice(line);
        }
    }
}

impl History<'_> {
    /// What the walk met on its way outweighs what it concluded.
    fn checked<T>(&self, result: gix::Result<T>) -> Result<T, GitError> {
        match (self.missing.borrow_mut().take(), result) {
            (Some(error), _) => Err(error),
            (None, Ok(value)) => Ok(value),
            (None, Err(error)) => Err(GitError::Other(describe(&error))),
        }
    }

    fn parents(&self, id: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        if self.boundary.contains(&id.0) {
            return Ok(Vec::new());
        }
        self.objects.read_commit(id, |bytes| {
            let commit = gix::objs::CommitRefIter::from_bytes(bytes, self.objects.hash());
            commit.parent_ids().map(ObjectId).collect()
        })
    }

    /// The commits and everything below them, as far as it is here.
    fn ancestry(&self, of: &[ObjectId]) -> Result<HashSet<ObjectId>, GitError> {
        let mut seen: HashSet<ObjectId> = of.iter().copied().collect();
        let mut pending: Vec<ObjectId> = of.to_vec();
        while let Some(id) = pending.pop() {
            pending.extend(self.parents(id)?.into_iter().filter(|parent| seen.insert(*parent)));
        }
        Ok(seen)
    }
}

impl Repository {
    /// One commit.
    ///
    /// # Errors
    /// When it is missing, damaged or not a commit.
    pub fn commit(&self, id: ObjectId) -> Result<Commit, GitError> {
        let parsed = self.objects.read_commit(id, |bytes| {
            let commit = gix::objs::CommitRef::from_bytes(bytes, self.objects.hash())?;
            Ok::<_, gix::Error>(Commit {
                id,
                tree: ObjectId(commit.tree()),
                parents: commit.parents().map(ObjectId).collect(),
                author: person(commit.author),
                committer: person(commit.committer),
                message: String::from_utf8_lossy(commit.message).into_owned(),
            })
        })?;
        parsed.map_err(|error| GitError::Corrupt { id: id.to_string(), why: describe(&error) })
    }

    /// The commits reachable from `to` and not from `from`, newest first: `git log FROM..TO`.
    ///
    /// # Errors
    /// When a commit on the way is missing or damaged.
    pub fn commits(&self, from: Option<ObjectId>, to: ObjectId) -> Result<Vec<Commit>, GitError> {
        let history = self.history()?;
        let sorting = gix::traverse::commit::simple::Sorting::ByCommitTime(Default::default());
        let walk = gix::traverse::commit::Simple::new([to.0], &history)
            .sorting(sorting)
            .and_then(|walk| walk.hide(from.map(|id| id.0)));
        let ids =
            walk.and_then(|walk| walk.map(|info| info.map(|info| ObjectId(info.id))).collect::<gix::Result<Vec<_>>>());
        history.checked(ids)?.into_iter().map(|id| self.commit(id)).collect()
    }

    /// How many commits are reachable from `to` and not from `from`; no more than `limit` are counted.
    ///
    /// # Errors
    /// When a commit on the way is missing or damaged.
    pub fn count_commits(&self, from: ObjectId, to: ObjectId, limit: usize) -> Result<usize, GitError> {
        let history = self.history()?;
        let sorting = gix::traverse::commit::simple::Sorting::ByCommitTime(Default::default());
        let walk =
            gix::traverse::commit::Simple::new([to.0], &history).sorting(sorting).and_then(|walk| walk.hide([from.0]));
        let count = walk.and_then(|walk| walk.take(limit).try_fold(0, |count, info| info.map(|_| count + 1)));
        history.checked(count)
    }

    /// The newest common ancestors of two commits.
    ///
    /// # Errors
    /// [`GitError::NoCommonAncestor`] where there is none; [`GitError::Shallow`] where the cut in a shallow clone's
    /// history leaves the answer open.
    pub fn merge_base(&self, a: ObjectId, b: ObjectId) -> Result<MergeBases, GitError> {
        let history = self.history()?;
        let bases = self.bases_in(&history, a, b)?;
        if !history.boundary.is_empty() {
            self.trust(&history, a, b, &bases)?;
        }
        match bases.split_first() {
            Some((best, others)) => Ok(MergeBases { best: *best, others: others.to_vec() }),
            None => Err(GitError::NoCommonAncestor { base: a.short(), head: b.short() }),
        }
    }

    /// Whether `ancestor` is `descendant` or below it.
    ///
    /// # Errors
    /// When history can't be read, or is cut off before the answer is certain.
    pub fn is_ancestor(&self, ancestor: ObjectId, descendant: ObjectId) -> Result<bool, GitError> {
        match self.merge_base(ancestor, descendant) {
            Ok(bases) => Ok(bases.best == ancestor),
            Err(GitError::NoCommonAncestor { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn bases_in(&self, history: &History<'_>, a: ObjectId, b: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        // git doesn't use the commit graph in shallow clones either: it was written from the whole history.
        let graph_file =
            if history.boundary.is_empty() { self.inner.commit_graph_if_enabled().ok().flatten() } else { None };
        let mut graph = gix::revwalk::Graph::new(history, graph_file.as_ref());
        let bases = gix::revision::plumbing::merge_base(a.0, &[b.0], &mut graph);
        drop(graph);
        Ok(history.checked(bases)?.into_iter().flatten().map(ObjectId).collect())
    }

    /// Refuses an answer that commits beyond the boundary could change.
    ///
    /// A better base would have to be reachable from both sides and not be below the bases found. Where one side *is* a
    /// base, nothing can be better. Otherwise every boundary commit of either side must be at or below a base: then
    /// whatever was cut off is below it too.
    fn trust(&self, history: &History<'_>, a: ObjectId, b: ObjectId, bases: &[ObjectId]) -> Result<(), GitError> {
        if bases.contains(&a) || bases.contains(&b) {
            return Ok(());
        }
        let below = history.ancestry(bases)?;
        let cut = history.ancestry(&[a, b])?.into_iter().filter(|id| history.boundary.contains(&id.0));
        let Some(open) = cut.filter(|id| !below.contains(id)).min() else { return Ok(()) };
        let why = format!("its history ends at {} before the two sides meet for certain", open.short());
        Err(GitError::Shallow { why })
    }

    fn history(&self) -> Result<History<'_>, GitError> {
        let boundary = self.inner.shallow_commits().map_err(|error| GitError::Other(describe(&error)))?;
        let boundary = boundary.iter().flat_map(|commits| commits.iter().copied()).collect();
        Ok(History { objects: &self.objects, boundary, missing: RefCell::default() })
    }
}

/// Reads `Name <address> seconds zone` leniently: git itself accepts almost anything here.
fn person(raw: &[u8]) -> Person {
    let text = String::from_utf8_lossy(raw);
    let (name, rest) = text.split_once('<').unwrap_or((&text, ""));
    let (email, time) = rest.rsplit_once('>').unwrap_or((rest, ""));
    let seconds = time.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0);
    Person { name: name.trim().to_owned(), email: email.trim().to_owned(), seconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_commit_loses_its_parents_and_nothing_else() {
        let raw = b"tree 1\nparent 2\nparent 3\nauthor A\ncommitter B\n\nparent of all bugs\n";
        let mut cut = Vec::new();
        without_parents(raw, &mut cut);
        assert_eq!(String::from_utf8(cut).unwrap(), "tree 1\nauthor A\ncommitter B\n\nparent of all bugs\n");
    }

    #[test]
    fn people_are_read_even_where_the_line_is_odd() {
        let plain = person(b"Ada L <ada@example.org> 1700000000 +0100");
        assert_eq!(
            (plain.name.as_str(), plain.email.as_str(), plain.seconds),
            ("Ada L", "ada@example.org", 1_700_000_000)
        );
        assert_eq!(person(b"nobody").name, "nobody");
        assert_eq!(person(b"x <a>b> 5 +0").email, "a>b");
    }
}
