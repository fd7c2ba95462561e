//! A proposed split of a branch that nobody can review in one piece.

use std::fmt::Write as _;

use super::{sanitize, text};
use crate::change::{ChangeSet, Slice, SliceKind, slices};

/// Files named of each slice.
const NAMED: usize = 8;

/// The proposal, as part of a prompt.
pub fn render(change: &ChangeSet) -> String {
    let slices = slices(change);
    if slices.len() < 2 {
        return "This branch is too large for one review and is all of one kind and module: do less of it.\n".into();
    }
    let mut out = "This branch is too broad for one review. Split it into independent slices, each a branch of its own, in this order; keep only \
                   the smallest one that serves the task and leave the rest out:\n"
        .to_owned();
    for (number, slice) in slices.iter().enumerate() {
        let files = text::count(slice.paths.len(), "file");
        _ = writeln!(out, "{}. {} ({files}, {} lines)", number + 1, title(slice), slice.lines);
        for path in slice.paths.iter().take(NAMED) {
            _ = writeln!(out, "   - {}", sanitize::line(path));
        }
        if slice.paths.len() > NAMED {
            _ = writeln!(out, "   - and {} more", slice.paths.len() - NAMED);
        }
    }
    out
}

fn title(slice: &Slice) -> String {
    let module = sanitize::line(&slice.module);
    match slice.kind {
        SliceKind::Moves => "pure moves and renames".into(),
        SliceKind::Formatting => "formatting only".into(),
        SliceKind::Documentation => "documentation".into(),
        SliceKind::Dependencies => "dependencies".into(),
        SliceKind::Configuration => "configuration and CI".into(),
        SliceKind::Behaviour => format!("behaviour of `{module}`, with its tests"),
        SliceKind::Recorded => format!("recorded and generated output of `{module}`"),
    }
}
