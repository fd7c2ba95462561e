//! Text that no grammar reads, line by line: what was taken out, with the names replaced, is what came in.

use super::Deviation;
use super::names::Names;
use crate::change::{ChangeSet, FileChange, Hunk};
use crate::{LineRange, Side, lang};

pub(super) fn deviation(change: &ChangeSet, file: &FileChange, names: &Names) -> Option<Deviation> {
    let side = if file.head.is_some() { Side::Head } else { Side::Base };
    let at = |line, what: &str, before, after| {
        Some(Deviation { path: file.path().clone(), side, line, what: what.to_owned(), before, after })
    };
    let (Some(old), Some(new)) = (text(change, file, Side::Base), text(change, file, Side::Head)) else {
        return at(1, "its content can't be compared", None, None);
    };
    let Ok(hunks) = change.hunks(file) else { return at(1, "its content can't be compared", None, None) };
    // Where order is what code does, and nothing tells statements from definitions, lines stay where they are.
    let is_code = lang::of(file.path()).is_some();
    let groups: Vec<&[Hunk]> = if is_code { hunks.chunks(1).collect() } else { vec![&hunks] };
    for group in groups {
        let removed: Vec<(u32, &str)> = group.iter().flat_map(|hunk| of(&old, hunk.base_lines())).collect();
        let added: Vec<(u32, &str)> = group.iter().flat_map(|hunk| of(&new, hunk.head_lines())).collect();
        let mut there: Vec<String> = removed.iter().map(|(_, line)| names.in_text(line).trim().to_owned()).collect();
        there.retain(|line| !line.is_empty());
        for (number, line) in &added {
            let line = line.trim();
            let known = there.iter().position(|known| known == line).filter(|at| !is_code || *at == 0);
            match known {
                Some(known) => drop(there.remove(known)),
                None if line.is_empty() => {}
                None => return at(*number, "a line is no renamed one", None, Some(line.to_owned())),
            }
        }
        if let Some(left) = there.first() {
            let lines = if side == Side::Base { &removed } else { &added };
            let line = lines.first().or(removed.first()).map_or(1, |(line, _)| *line);
            return at(line, "a line is gone", Some(left.clone()), None);
        }
    }
    None
}

/// The lines of a side; none where it has no such file, `None` where they can't be told.
fn text(change: &ChangeSet, file: &FileChange, side: Side) -> Option<Vec<String>> {
    if file.side(side).is_none() {
        return Some(Vec::new());
    }
    let bytes = change.content(file, side)?.ok()?;
    Some(std::str::from_utf8(&bytes).ok()?.lines().map(|line| line.trim_end().to_owned()).collect())
}

fn of(lines: &[String], range: Option<LineRange>) -> impl Iterator<Item = (u32, &str)> {
    let range = range.into_iter().flat_map(|range| range.first..=range.last);
    range.filter_map(|line| Some((line, lines.get(line as usize - 1)?.as_str())))
}
