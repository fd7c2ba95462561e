//! Whether a file says something else than before, comments and layout aside.

use crate::Side;
use crate::change::{ChangeSet, FileChange};
use crate::lang::{self, Kind, Node};

/// Whether the code of a file differs; false for what is no code we can read.
pub fn differs(change: &ChangeSet, file: &FileChange) -> bool {
    if file.is_same_content() {
        return false;
    }
    let tree = |side| {
        let entry = file.side(side)?;
        let bytes = change.content(file, side)?.ok()?;
        let parsed = lang::of(&entry.path)?.parse(&bytes).ok()?;
        Some(statements(&parsed.root))
    };
    match (tree(Side::Base), tree(Side::Head)) {
        (_, None) => false,
        (None, Some(head)) => !head.is_empty(),
        (Some(base), Some(head)) => base != head,
    }
}

/// The statements that do something: imports bring in, they don't act.
fn statements(root: &Node) -> Vec<Node> {
    root.nodes().filter(|node| !matches!(node.kind, Kind::Import | Kind::Text)).cloned().collect()
}
