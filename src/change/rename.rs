//! Renames, as gitdiffcore(7) describes what `git diff -M` does.
//!
//! Three steps, each on what the one before left: identical contents; names that exist once on either side, at 75 %;
//! and everything with everything, best pairs first, at 50 %. Similarity is how much of the larger file consists of
//! chunks that the other has too; a chunk is a line, or 64 bytes of a longer one.
//!
//! The git library's own tracker is not used: it finds other pairs on one range in fourteen, and takes up to twenty
//! times git's time.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::{Bytes, Entry, Mode, hunk};

/// A deleted and an added file that are one, by their positions.
pub(super) struct Pair {
    pub(super) deleted: usize,
    pub(super) added: usize,
    /// In percent.
    pub(super) similarity: u8,
}

/// Scores go up to this, so that integer arithmetic keeps the order of close ones.
const IDENTICAL: u64 = 60_000;
const MINIMUM: u64 = IDENTICAL / 2;
const MINIMUM_FOR_SAME_NAME: u64 = IDENTICAL / 4 * 3;

/// `diff.renameLimit`: above this many deletions times as many additions git doesn't compare everything with everything.
const LIMIT: usize = 1000;

/// How many deletions are remembered for an addition while looking for the best assignment.
const CANDIDATES: usize = 4;

/// Finds what was renamed. Both lists are sorted by path; a file that can't be read is similar to nothing.
pub(super) fn find(deleted: &[&Entry], added: &[&Entry], read: &(dyn Fn(&Entry) -> Option<Bytes> + Sync)) -> Vec<Pair> {
    if deleted.is_empty() || added.is_empty() {
        return Vec::new();
    }
    let mut search = Search {
        deleted: deleted.iter().map(|entry| File::new(entry)).collect(),
        added: added.iter().map(|entry| File::new(entry)).collect(),
        pairs: Vec::new(),
        read,
    };
    search.pair_identical();
    search.pair_same_names();
    search.pair_similar();
    search.pairs
}

struct Search<'a> {
    deleted: Vec<File<'a>>,
    added: Vec<File<'a>>,
    pairs: Vec<Pair>,
    read: &'a (dyn Fn(&Entry) -> Option<Bytes> + Sync),
}

struct File<'a> {
    entry: &'a Entry,
    is_paired: bool,
    content: OnceLock<Option<Content>>,
}

struct Content {
    bytes: Bytes,
    chunks: OnceLock<Chunks>,
}

/// Chunks by hash, with how many bytes of the file they make up. Sorted by hash.
struct Chunks(Vec<(u64, u32)>);

impl<'a> File<'a> {
    fn new(entry: &'a Entry) -> Self {
        Self { entry, is_paired: false, content: OnceLock::new() }
    }

    fn is_regular(&self) -> bool {
        matches!(self.entry.mode, Mode::File | Mode::Executable)
    }

    /// What a file can't become by being renamed.
    fn kind(&self) -> Mode {
        if self.is_regular() { Mode::File } else { self.entry.mode }
    }

    /// Still to be paired by similarity. Links and submodules are renamed only with identical contents.
    fn is_open(&self) -> bool {
        !self.is_paired && self.is_regular()
    }

    fn content(&self, read: &dyn Fn(&Entry) -> Option<Bytes>) -> Option<&Content> {
        let content = || read(self.entry).map(|bytes| Content { bytes, chunks: OnceLock::new() });
        self.content.get_or_init(content).as_ref()
    }
}

impl Search<'_> {
    fn pair(&mut self, deleted: usize, added: usize, score: u64) {
        self.deleted[deleted].is_paired = true;
        self.added[added].is_paired = true;
        let similarity = (score * 100 / IDENTICAL) as u8;
        self.pairs.push(Pair { deleted, added, similarity });
    }

    /// Of several identical ones the first of the same name is taken, else the first.
    ///
    /// Thousands of files can be identical, so each is looked at a fixed number of times.
    fn pair_identical(&mut self) {
        let mut unpaired: HashMap<_, VecDeque<usize>> = HashMap::new();
        let mut unpaired_named: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (at, file) in self.deleted.iter().enumerate() {
            let content = (file.entry.id, file.kind());
            unpaired.entry(content).or_default().push_back(at);
            unpaired_named.entry((content, file.entry.path.file_name())).or_default().push_back(at);
        }
        for added in 0..self.added.len() {
            let entry = self.added[added].entry;
            let content = (entry.id, self.added[added].kind());
            let named = unpaired_named.get_mut(&(content, entry.path.file_name()));
            let found = self.first_open(named).or_else(|| self.first_open(unpaired.get_mut(&content)));
            if let Some(deleted) = found {
                self.pair(deleted, added, IDENTICAL);
            }
        }
    }

    /// The first of the queue that the other queue didn't give away yet.
    fn first_open(&self, queue: Option<&mut VecDeque<usize>>) -> Option<usize> {
        let queue = queue?;
        while let Some(at) = queue.pop_front() {
            if !self.deleted[at].is_paired {
                return Some(at);
            }
        }
        None
    }

    fn pair_same_names(&mut self) {
        let deleted = unique_names(&self.deleted);
        let added = unique_names(&self.added);
        let mut both: Vec<(usize, usize)> =
            deleted.iter().filter_map(|(name, at)| Some((*at, *added.get(name)?))).collect();
        both.sort_unstable();
        let scores: Vec<u64> = both.par_iter().map(|(d, a)| self.score(*d, *a, MINIMUM_FOR_SAME_NAME)).collect();
        for ((deleted, added), score) in both.into_iter().zip(scores) {
            if score >= MINIMUM_FOR_SAME_NAME {
                self.pair(deleted, added, score);
            }
        }
    }

    fn pair_similar(&mut self) {
        let open = |files: &[File<'_>]| -> Vec<usize> { (0..files.len()).filter(|at| files[*at].is_open()).collect() };
        let (deleted, added) = (open(&self.deleted), open(&self.added));
        if deleted.is_empty() || added.is_empty() || deleted.len().saturating_mul(added.len()) > LIMIT * LIMIT {
            return;
        }
        let mut candidates: Vec<(u64, bool, usize, usize)> =
            added.par_iter().flat_map_iter(|a| self.best_for(*a, &deleted)).collect();
        candidates.sort_by_key(|(score, same_name, ..)| (Reverse(*score), Reverse(*same_name)));
        for (score, _, deleted, added) in candidates {
            if !self.deleted[deleted].is_paired && !self.added[added].is_paired {
                self.pair(deleted, added, score);
            }
        }
    }

    fn best_for(&self, added: usize, deleted: &[usize]) -> Vec<(u64, bool, usize, usize)> {
        let name = self.added[added].entry.path.file_name();
        let mut best: Vec<(u64, bool, usize, usize)> = Vec::with_capacity(CANDIDATES);
        for &deleted in deleted {
            let score = self.score(deleted, added, MINIMUM);
            let candidate = (score, self.deleted[deleted].entry.path.file_name() == name, deleted, added);
            if best.len() < CANDIDATES {
                best.push(candidate);
                continue;
            }
            // A better one takes the place of the worst. Which place that is decides between equals in the end, so files
            // that are not similar enough hold theirs too.
            if let Some(worst) = best.iter_mut().min_by_key(|(score, same_name, ..)| (*score, *same_name))
                && (worst.0, worst.1) < (candidate.0, candidate.1)
            {
                *worst = candidate;
            }
        }
        best.retain(|(score, ..)| *score >= MINIMUM);
        best
    }

    /// How similar two files are; 0 as soon as their sizes alone say that it is below `minimum`.
    fn score(&self, deleted: usize, added: usize, minimum: u64) -> u64 {
        let (Some(a), Some(b)) = (self.deleted[deleted].content(self.read), self.added[added].content(self.read))
        else {
            return 0;
        };
        let (smaller, larger) = (a.bytes.len().min(b.bytes.len()) as u64, a.bytes.len().max(b.bytes.len()) as u64);
        if smaller == 0 || larger * (IDENTICAL - minimum) < (larger - smaller) * IDENTICAL {
            return 0;
        }
        let (a, b) = (a.chunks.get_or_init(|| Chunks::of(&a.bytes)), b.chunks.get_or_init(|| Chunks::of(&b.bytes)));
        (a.common_bytes(b) * IDENTICAL / larger).min(IDENTICAL)
    }
}

/// Names that exactly one open file has.
fn unique_names<'a>(files: &[File<'a>]) -> HashMap<&'a [u8], usize> {
    let mut seen: HashMap<&[u8], Option<usize>> = HashMap::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| file.is_open()) {
        seen.entry(file.entry.path.file_name()).and_modify(|unique| *unique = None).or_insert(Some(at));
    }
    seen.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
}

const CHUNK: usize = 64;

impl Chunks {
    fn of(content: &[u8]) -> Self {
        let is_text = !hunk::is_binary(content);
        let mut chunks = Vec::with_capacity(content.len() / 32 + 1);
        let mut rest = content;
        while !rest.is_empty() {
            let (hash, counted, used) = next_chunk(rest, is_text);
            chunks.push((hash, counted));
            rest = &rest[used..];
        }
        chunks.sort_unstable_by_key(|(hash, _)| *hash);
        chunks.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        Self(chunks)
    }

    fn common_bytes(&self, other: &Self) -> u64 {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = 0;
        while let (Some((hash_a, bytes_a)), Some((hash_b, bytes_b))) = (a.peek(), b.peek()) {
            match hash_a.cmp(hash_b) {
                std::cmp::Ordering::Less => drop(a.next()),
                std::cmp::Ordering::Greater => drop(b.next()),
                std::cmp::Ordering::Equal => {
                    common += u64::from(*bytes_a.min(bytes_b));
                    a.next();
                    b.next();
                }
            }
        }
        common
    }
}

/// Hash (FNV-1a), counted bytes and used bytes of the chunk that starts here. In text, the carriage return of a CR LF
/// counts for nothing, so that a file is still the same one after its line ends were converted.
fn next_chunk(rest: &[u8], is_text: bool) -> (u64, u32, usize) {
    let (mut hash, mut counted, mut used) = (0xcbf2_9ce4_8422_2325_u64, 0, 0);
    while used < rest.len() && counted < CHUNK {
        let byte = rest[used];
        used += 1;
        if is_text && byte == b'\r' && rest.get(used) == Some(&b'\n') {
            continue;
        }
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        counted += 1;
        if byte == b'\n' {
            break;
        }
    }
    (hash, counted as u32, used)
}

#[cfg(test)]
mod tests {
    use crate::change::{ChangeSet, Memory, Status};

    fn lines(numbers: std::ops::Range<u32>) -> String {
        numbers.map(|n| format!("line {n:03}\n")).collect()
    }

    /// `base -> head` with the similarity for renames, `- base` and `+ head` for the rest.
    fn seen(files: &[(&str, Option<&str>, Option<&str>)]) -> Vec<String> {
        let change: ChangeSet = Memory::change_set(files.iter().copied());
        let describe = |file: &crate::change::FileChange| match (file.status, &file.base, &file.head) {
            (Status::Renamed(n), Some(base), Some(head)) => {
                format!("{} -> {} {n}", base.path.to_text(), head.path.to_text())
            }
            (Status::Added, ..) => format!("+ {}", file.path().to_text()),
            _ => format!("- {}", file.path().to_text()),
        };
        change.files.iter().map(describe).collect()
    }

    #[test]
    fn half_of_the_larger_file_must_be_in_the_other() {
        let (old, half, less) = (lines(0..100), lines(0..50) + &lines(200..250), lines(0..49) + &lines(200..251));
        assert_eq!(seen(&[("a", Some(&old), None), ("b", None, Some(&half))]), ["a -> b 50"]);
        assert_eq!(seen(&[("a", Some(&old), None), ("b", None, Some(&less))]), ["- a", "+ b"]);
    }

    #[test]
    fn a_name_that_is_unique_on_both_sides_goes_before_a_better_match() {
        let old = lines(0..100);
        let (named, better) = (lines(0..80) + &lines(200..220), lines(0..99));
        let files = [("x/a.rs", Some(&*old), None), ("y/a.rs", None, Some(&*named)), ("y/b.rs", None, Some(&*better))];
        assert_eq!(seen(&files), ["x/a.rs -> y/a.rs 80", "+ y/b.rs"]);
        // Under 75 % the name doesn't count.
        let named = lines(0..74) + &lines(200..226);
        let files = [("x/a.rs", Some(&*old), None), ("y/a.rs", None, Some(&*named)), ("y/b.rs", None, Some(&*better))];
        assert_eq!(seen(&files), ["+ y/a.rs", "x/a.rs -> y/b.rs 99"]);
    }

    #[test]
    fn identical_files_keep_their_names_and_go_in_order() {
        let same = Some("same\n");
        let files =
            [("a/x", same, None), ("a/y", same, None), ("b/y", None, same), ("b/z", None, same), ("c/z", None, same)];
        assert_eq!(seen(&files), ["a/y -> b/y 100", "a/x -> b/z 100", "+ c/z"]);
        assert_eq!(seen(&[("a", Some(""), None), ("b", None, Some(""))]), ["a -> b 100"]);
    }

    #[test]
    fn long_lines_are_compared_in_pieces() {
        let (old, new) =
            (format!("{}{}", "a".repeat(640), "b".repeat(640)), format!("{}{}", "a".repeat(640), "c".repeat(480)));
        assert_eq!(seen(&[("a", Some(&old), None), ("b", None, Some(&new))]), ["a -> b 50"]);
    }

    #[test]
    fn too_many_to_compare_are_paired_by_content_and_name_only() {
        let texts: Vec<String> = (0..1001).map(|n| lines(n * 20..n * 20 + 20)).collect();
        let edited: Vec<String> = texts.iter().map(|text| format!("{text}more\n")).collect();
        let names: Vec<[String; 2]> = (0..1001).map(|n| [format!("old/{n}"), format!("new/n{n}")]).collect();
        let mut files = Vec::new();
        for (at, [old, new]) in names.iter().enumerate() {
            files.push((old.as_str(), Some(texts[at].as_str()), None));
            files.push((new.as_str(), None, Some(edited[at].as_str())));
        }
        assert_eq!(seen(&files).iter().filter(|line| line.contains("->")).count(), 0);
        files.truncate(2000);
        assert_eq!(seen(&files).iter().filter(|line| line.contains("->")).count(), 1000);
    }
}
