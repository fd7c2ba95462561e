//! Lines that test, skip and check, in languages without a grammar: what there is less of than before, or more.

use std::collections::HashMap;

use crate::change::{ChangeSet, FileChange, Role};
use crate::facts::lines::{self, Line, Says};
use crate::{RepoPath, Side};

/// Larger files are not read by lines.
const SIZE_LIMIT: usize = 2 << 20;

/// What became of the lines of one kind in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub path: RepoPath,
    pub side: Side,
    /// The language's name.
    pub language: &'static str,
    pub says: Says,
    /// The first of these lines.
    pub line: Line,
    pub count: usize,
}

/// Skips that are new, checks and tests that are gone and not said elsewhere in the change.
pub fn compare(change: &ChangeSet) -> Vec<Change> {
    let mut files = Vec::new();
    for file in change.files.iter().filter(|file| file.role == Role::Test || file.was == Role::Test) {
        if let Some(language) = lines::of(file.path()) {
            let read = |side| read(change, file, side, language);
            files.push((file, language, read(Side::Base), read(Side::Head)));
        }
    }
    let mut found = Vec::new();
    // Skips first: a test or a check that is skipped now is not gone as well.
    let mut skipped: i64 = 0;
    for says in [Says::Skip, Says::Test, Says::Check] {
        // A line that moved, here or to another file, is the same line.
        let mut balance: HashMap<&str, i64> = HashMap::new();
        for (_, _, base, head) in &files {
            of(base, says).for_each(|line| *balance.entry(&line.text).or_default() -= 1);
            of(head, says).for_each(|line| *balance.entry(&line.text).or_default() += 1);
        }
        let (gained, lost): (i64, i64) =
            balance.values().fold((0, 0), |(more, less), count| (more + (*count).max(0), less + (-count).max(0)));
        if says == Says::Skip {
            skipped = gained;
        }
        for (file, language, base, head) in &files {
            let (side, lines) = if says == Says::Skip { (Side::Head, head) } else { (Side::Base, base) };
            let other = if says == Says::Skip { base } else { head };
            // A line that was written anew is one less and one more.
            if says != Says::Skip && lost <= gained + skipped || of(lines, says).count() <= of(other, says).count() {
                continue;
            }
            let is_news = |line: &&Line| {
                let count = balance.get(line.text.as_str()).copied().unwrap_or_default();
                if side == Side::Head { count > 0 } else { count < 0 }
            };
            let mut news = of(lines, says).filter(is_news);
            let Some(first) = news.next() else { continue };
            let path = file.side(side).map_or_else(|| file.path(), |entry| &entry.path).clone();
            let count = of(lines, says).count() - of(other, says).count();
            found.push(Change { path, side, language: &language.name, says, line: first.clone(), count });
        }
    }
    found
}

fn of(lines: &[Line], says: Says) -> impl Iterator<Item = &Line> {
    lines.iter().filter(move |line| line.says == says)
}

fn read(change: &ChangeSet, file: &FileChange, side: Side, language: &lines::Language) -> Vec<Line> {
    let (Some(entry), Some(Ok(bytes))) = (file.side(side), change.content(file, side)) else { return Vec::new() };
    if bytes.len() > SIZE_LIMIT {
        return Vec::new();
    }
    lines::read(&entry.path, &String::from_utf8_lossy(&bytes), language)
}
