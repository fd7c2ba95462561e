//! How a branch that is too large for one review could be split: by kind of change first, then by module.

use std::collections::BTreeMap;

use super::{ChangeSet, FileChange, Role, Status};

/// A part that can be reviewed, and merged, on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    pub kind: SliceKind,
    /// The folder it is about; empty where that says nothing.
    pub module: String,
    pub paths: Vec<String>,
    pub lines: u64,
}

/// In the order in which slices are best merged: what changes no behaviour first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SliceKind {
    Moves,
    Formatting,
    Documentation,
    Dependencies,
    Configuration,
    Behaviour,
    Recorded,
}

/// Folders that hold modules rather than being one.
const CONTAINERS: &[&str] =
    &["src", "lib", "app", "apps", "packages", "crates", "services", "modules", "internal", "pkg", "cmd", "components"];
/// Folders that hold tests, whose modules are named below them.
const TESTS: &[&str] = &["test", "tests", "spec", "specs", "__tests__", "testing", "e2e", "integration"];

/// The slices, those that change no behaviour first.
pub fn slices(change: &ChangeSet) -> Vec<Slice> {
    let mut found: BTreeMap<(SliceKind, String), Slice> = BTreeMap::new();
    for file in &change.files {
        let kind = kind(change, file);
        let module = if matches!(kind, SliceKind::Behaviour | SliceKind::Recorded) {
            module(&file.path().to_text())
        } else {
            String::new()
        };
        let lines = change.lines(file).map_or(0, |lines| lines.added() + lines.deleted());
        let slice =
            found.entry((kind, module.clone())).or_insert_with(|| Slice { kind, module, paths: Vec::new(), lines: 0 });
        slice.paths.push(file.path().to_text());
        slice.lines += lines;
    }
    found.into_values().collect()
}

fn kind(change: &ChangeSet, file: &FileChange) -> SliceKind {
    if file.is_same_content() && matches!(file.status, Status::Renamed(_)) {
        return SliceKind::Moves;
    }
    match file.role {
        Role::Documentation | Role::AgentInstructions => SliceKind::Documentation,
        Role::Manifest | Role::Lockfile => SliceKind::Dependencies,
        Role::Ci | Role::Configuration | Role::Gate => SliceKind::Configuration,
        Role::Snapshot | Role::Generated => SliceKind::Recorded,
        Role::Production | Role::Test | Role::TestData if is_formatting(change, file) => SliceKind::Formatting,
        Role::Production | Role::Test | Role::TestData => SliceKind::Behaviour,
    }
}

/// Whether both sides are the same but for blank space.
fn is_formatting(change: &ChangeSet, file: &FileChange) -> bool {
    let bare = |side| {
        let bytes = change.content(file, side)?.ok()?;
        Some(bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<u8>>())
    };
    match (bare(crate::Side::Base), bare(crate::Side::Head)) {
        (Some(base), Some(head)) => base == head,
        _ => false,
    }
}

/// The module a path belongs to: its first folder that is neither a container nor a folder of tests; a file's stem where there is
/// none, without what marks it as a test.
fn module(path: &str) -> String {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let named =
        folders.split('/').find(|folder| !folder.is_empty() && !CONTAINERS.contains(folder) && !TESTS.contains(folder));
    if let Some(folder) = named {
        return folder.to_owned();
    }
    let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or(name);
    let bare = stem.strip_prefix("test_").unwrap_or(stem);
    let ends = ["_test", "_spec", "Tests", "Test", "Spec"];
    ends.iter().find_map(|end| bare.strip_suffix(end)).filter(|rest| !rest.is_empty()).unwrap_or(bare).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Memory;

    #[test]
    fn kinds_first_then_modules_with_their_tests() {
        let change = Memory::change_set([
            ("src/billing/total.py", Some("a = 1\n"), Some("a = 2\n")),
            ("tests/billing/test_total.py", Some("assert 1\n"), Some("assert 2\n")),
            ("src/users.py", Some("b = 1\n"), Some("b = 2\n")),
            ("tests/test_users.py", None, Some("assert 3\n")),
            ("src/spaces.py", Some("c = [1,2]\n"), Some("c = [1, 2]\n")),
            ("README.md", Some("a\n"), Some("b\n")),
            ("package.json", Some("{}\n"), Some("{ \"a\": 1 }\n")),
        ]);
        let seen: Vec<_> =
            slices(&change).into_iter().map(|slice| (slice.kind, slice.module, slice.paths.len())).collect();
        assert_eq!(
            seen,
            [
                (SliceKind::Formatting, String::new(), 1),
                (SliceKind::Documentation, String::new(), 1),
                (SliceKind::Dependencies, String::new(), 1),
                (SliceKind::Behaviour, "billing".into(), 2),
                (SliceKind::Behaviour, "users".into(), 2),
            ]
        );
    }
}
