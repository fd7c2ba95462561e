//! Which files of a change are read for tests, and reading them on both sides.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use super::library::Source;
use super::outside::{self, View};
use super::{TestFile, read_both, runner};
use crate::change::{Bytes, ChangeSet, Entry, FileChange, Mode, Role, Unreadable};
use crate::facts::suppressions;
use crate::lang::{self, Language, Parsed, Unparsed};
use crate::{RepoPath, Side};

/// The test files of both sides of a change.
#[derive(Default)]
pub struct Sides {
    pub base: Vec<TestFile>,
    pub head: Vec<TestFile>,
    /// Test files that could not be read at all, with the reason.
    pub unread: Vec<(RepoPath, Side, String)>,
}

impl Sides {
    /// But for the cases that the branch leaves alone: those are known by name and not read.
    pub fn of(change: &ChangeSet) -> Self {
        Self::read(change, true)
    }

    /// With every case of every changed file.
    pub fn whole(change: &ChangeSet) -> Self {
        Self::read(change, false)
    }

    /// Whether some cases were not read.
    pub fn leaves_unread(&self) -> bool {
        self.head.iter().flat_map(|file| &file.cases).any(|case| case.is_kept)
    }

    fn read(change: &ChangeSet, spares: bool) -> Self {
        let may_hold = |file: &&FileChange| may_hold_tests(file) || file.was == Role::Test;
        let files =
            change.files.iter().filter(may_hold).filter(|file| !is_written_anew(change, file)).collect::<Vec<_>>();
        let (base, head): (Vec<_>, Vec<_>) = parse(change, &files).into_iter().map(both_or_neither).unzip();
        let mut sides = Self::default();
        let mut kept = |side, parsed: Vec<Read>| -> Vec<Source> {
            let (sources, failed): (Vec<_>, Vec<_>) = parsed.into_iter().flatten().partition(Result::is_ok);
            let failed = failed.into_iter().filter_map(Result::err);
            sides.unread.extend(failed.map(|(path, why)| (path, side, why)));
            sources.into_iter().flatten().collect()
        };
        let (mut base, mut head) = (kept(Side::Base, base), kept(Side::Head, head));
        if !spares {
            base.iter_mut().chain(&mut head).for_each(|source| source.touched = None);
        }
        let kept;
        (sides.base, sides.head, kept) = read_both(&base, &head);
        outside::complete(
            change,
            &kept,
            &mut View { side: Side::Base, sources: &base, files: &mut sides.base },
            &mut View { side: Side::Head, sources: &head, files: &mut sides.head },
        );
        for (side, files) in [(Side::Base, &mut sides.base), (Side::Head, &mut sides.head)] {
            let configured = change.files.par_iter().filter_map(|file| configuration(change, file, side));
            files.extend(configured.collect::<Vec<TestFile>>());
        }
        // Trees are large, and slow to take apart.
        rayon::join(|| drop(base), || drop(head));
        sides
    }
}

/// Cases are many and made of small pieces.
impl Drop for Sides {
    fn drop(&mut self) {
        rayon::join(|| self.base.clear(), || self.head.clear());
    }
}

impl Sides {
    /// Whether tests that stand beside the code they test are others than before.
    pub fn inline_tests_differ(&self) -> bool {
        fn said(files: &[TestFile]) -> BTreeSet<(&RepoPath, String, u64)> {
            files.iter().flat_map(|file| file.cases.iter()).map(|case| (&case.path, case.title(), case.body)).collect()
        }
        said(&self.base) != said(&self.head)
    }
}

/// A runner's configuration: its limits and retries, no cases.
fn configuration(change: &ChangeSet, file: &FileChange, side: Side) -> Option<TestFile> {
    let entry = file.side(side)?;
    if file.role == Role::TestData || file.role == Role::Test {
        return None;
    }
    if runner::is_of_commands(&entry.path) {
        let bytes = |side| change.content(file, side).and_then(Result::ok);
        let may_limit = [bytes(Side::Base), bytes(Side::Head)].iter().flatten().any(|bytes| runner::may_limit(bytes));
        return bytes(side).filter(|_| may_limit).and_then(|bytes| runner::commands(&entry.path, &bytes));
    }
    if !runner::is_configuration(&entry.path) {
        return None;
    }
    let bytes = change.content(file, side)?.ok()?;
    if !runner::is_module(&entry.path) {
        return runner::document(&entry.path, &bytes);
    }
    let language = lang::of(&entry.path).filter(|language| runner::fits(language))?;
    let parsed = language.parse(&bytes).ok()?;
    let (path, root) = (entry.path.clone(), parsed.root);
    let source = Source { path, language, text: bytes, root, unread: Vec::new(), inline: false, touched: None };
    Some(runner::module(&source))
}

fn may_hold_tests(file: &FileChange) -> bool {
    match file.role {
        Role::Test => true,
        // Tests beside the code they test.
        Role::Production => file.path().extension() == Some(b"rs"),
        _ => false,
    }
}

/// A test in a folder of generated code whose base says at its head that a program writes it: nobody decided what it asks.
/// The folder's name alone is no such word, and what the head says of itself counts for nothing.
fn is_written_anew(change: &ChangeSet, file: &FileChange) -> bool {
    let is_folder = |part: &[u8]| matches!(part, b"generated" | b"__generated__");
    let Some(entry) = &file.base else { return false };
    let mut folders: Vec<&[u8]> = entry.path.as_bytes().split(|byte| *byte == b'/').collect();
    folders.pop();
    folders.into_iter().any(is_folder)
        && matches!(change.content(file, Side::Base), Some(Ok(bytes)) if suppressions::is_generated(&bytes))
}

type Read = Option<Result<Source, (RepoPath, String)>>;

/// Both sides of every file, the largest first: one that is begun last keeps everybody waiting.
fn parse(change: &ChangeSet, files: &[&FileChange]) -> Vec<(Read, Read)> {
    let size = |file: &FileChange, side| match change.content(file, side) {
        Some(Ok(bytes)) => bytes.len(),
        _ => 0,
    };
    let sizes = files.par_iter().map(|file| size(file, Side::Base) + size(file, Side::Head));
    let mut order: Vec<(usize, usize)> = sizes.collect::<Vec<usize>>().into_iter().enumerate().collect();
    order.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let parsed = order.into_iter().par_bridge().map(|(at, _)| (at, sources(change, files[at])));
    let mut parsed: Vec<(usize, (Read, Read))> = parsed.collect();
    parsed.sort_by_key(|(at, _)| *at);
    parsed.into_iter().map(|(_, both)| both).collect()
}

/// A side that could not be read leaves nothing to compare the other one with: its tests would all seem new, or gone.
fn both_or_neither(sides: (Read, Read)) -> (Read, Read) {
    match sides {
        (Some(Ok(_)) | None, Some(Err(why))) | (Some(Err(_)), Some(Err(why))) => (None, Some(Err(why))),
        (Some(Err(why)), _) => (Some(Err(why)), None),
        read => read,
    }
}

/// Both sides of a file.
fn sources(change: &ChangeSet, file: &FileChange) -> (Read, Read) {
    match (text(change, file, Side::Base), text(change, file, Side::Head)) {
        (Some(Ok(base)), Some(Ok(head))) if keeps_tests(&base, &head) => (None, None),
        (Some(Ok(base)), Some(Ok(head))) if base.language.index == head.language.index => {
            let changed = change.changed_lines(file);
            let (before, after) = base.language.parse_both(&base.bytes, &head.bytes, &changed);
            let kept = base.path == head.path && lang::tells_all(&base.bytes, &head.bytes, &changed);
            let touched = |lines: Vec<Range<usize>>| kept.then_some(lines);
            let (was, is) = changed.into_iter().unzip();
            (Some(base.source(before, touched(was))), Some(head.source(after, touched(is))))
        }
        (base, head) => rayon::join(|| alone(base), || alone(head)),
    }
}

fn alone(text: Option<Result<Text, (RepoPath, String)>>) -> Read {
    Some(text?.and_then(|text| {
        let parsed = text.language.parse(&text.bytes);
        text.source(parsed, None)
    }))
}

/// A side that may hold tests, not yet parsed.
struct Text {
    path: RepoPath,
    language: &'static Language,
    bytes: Bytes,
    inline: bool,
}

impl Text {
    fn source(
        self,
        parsed: Result<Parsed, Unparsed>,
        touched: Option<Vec<Range<usize>>>,
    ) -> Result<Source, (RepoPath, String)> {
        let Self { path, language, bytes: text, inline } = self;
        match parsed {
            Ok(Parsed { root, unread }) => Ok(Source { path, language, text, root, unread, inline, touched }),
            Err(error) => Err((path, error.to_string())),
        }
    }
}

fn text(change: &ChangeSet, file: &FileChange, side: Side) -> Option<Result<Text, (RepoPath, String)>> {
    let entry = file.side(side)?;
    // Under its new name no runner may look into it any more.
    if side == Side::Head && !may_hold_tests(file) {
        return None;
    }
    let role = if side == Side::Base { file.was } else { file.role };
    text_of(entry, role == Role::Production, || change.content(file, side))
}

/// A file of either side as a source of tests; `None` where it can hold none.
pub(super) fn parsed(entry: &Entry, inline: bool, read: impl FnOnce() -> Option<Result<Bytes, Unreadable>>) -> Read {
    alone(text_of(entry, inline, read))
}

fn text_of(
    entry: &Entry,
    inline: bool,
    read: impl FnOnce() -> Option<Result<Bytes, Unreadable>>,
) -> Option<Result<Text, (RepoPath, String)>> {
    if !matches!(entry.mode, Mode::File | Mode::Executable) {
        return None;
    }
    let (path, language) = (entry.path.clone(), lang::of(&entry.path)?);
    let bytes = match read()? {
        Ok(bytes) => bytes,
        Err(error) => return Some(Err((path, error.to_string()))),
    };
    if inline && first_test(&bytes).is_none() {
        return None;
    }
    Some(Ok(Text { path, language, bytes, inline }))
}

/// Whether the tests in production code, and everything after the first of them, are the same bytes as before.
fn keeps_tests(base: &Text, head: &Text) -> bool {
    fn tests(text: &Text) -> Option<&[u8]> {
        let word = first_test(&text.bytes)?;
        // Attributes may stand before the one that says it: they belong to the test, back to the end of what comes before.
        let before = text.bytes.get(..word)?;
        let start = before.iter().rposition(|byte| matches!(byte, b'}' | b';')).map_or(0, |end| end + 1);
        text.bytes.get(start..)
    }
    base.inline && head.inline && tests(base) == tests(head)
}

/// Where a Rust file first says that there are tests in it, if it does.
fn first_test(bytes: &[u8]) -> Option<usize> {
    const WORDS: [&[u8]; 5] = [b"#[test]", b"::test", b"cfg(test)", b"rstest", b"test_case"];
    WORDS.iter().filter_map(|word| memchr::memmem::find(bytes, word)).min()
}
