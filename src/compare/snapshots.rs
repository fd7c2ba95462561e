//! What became of each entry of a recording.

use crate::facts::snapshots::Entry;

/// The difference between two states of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The same name, another body; base before head.
    pub changed: Vec<(Entry, Entry)>,
    /// No entry of that name or body is left.
    pub removed: Vec<Entry>,
}

/// Compares entries by name; an entry whose name changed and whose body did not is the same entry.
pub fn between(base: &[Entry], head: &[Entry]) -> Difference {
    let mut difference = Difference::default();
    for entry in base {
        match head.iter().find(|other| other.name == entry.name) {
            Some(other) if other.body == entry.body => {}
            Some(other) => difference.changed.push((entry.clone(), other.clone())),
            None if head.iter().any(|other| other.body == entry.body) => {}
            None => difference.removed.push(entry.clone()),
        }
    }
    difference
}

/// The first line that differs: its offset in both bodies, and a few lines of each from there.
pub fn excerpt(base: &str, head: &str) -> (u32, String, String) {
    const SHOWN: usize = 3;
    let (old, new): (Vec<&str>, Vec<&str>) = (base.lines().collect(), head.lines().collect());
    let same = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let after = |lines: &[&str]| lines.len().saturating_sub(same);
    let ending = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    // What is common at the end is not what changed.
    let ending = ending.min(after(&old)).min(after(&new));
    let few = |lines: &[&str]| {
        lines
            .get(same..lines.len() - ending)
            .unwrap_or_default()
            .iter()
            .take(SHOWN)
            .copied()
            .collect::<Vec<_>>()
            .join("\n")
    };
    let (base, head) = (few(&old), few(&new));
    (u32::try_from(same).unwrap_or(u32::MAX), base, head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, body: &str) -> Entry {
        Entry { name: name.into(), body: body.into(), line: 1 }
    }

    #[test]
    fn changed_removed_renamed_and_new_entries() {
        let base = [entry("same", "1"), entry("changed", "2"), entry("gone", "3"), entry("old name", "4")];
        let head = [entry("same", "1"), entry("changed", "20"), entry("new name", "4"), entry("new", "5")];
        let difference = between(&base, &head);
        assert_eq!(difference.changed.len(), 1);
        assert_eq!(difference.removed, [entry("gone", "3")]);
    }

    #[test]
    fn an_excerpt_starts_where_the_texts_part() {
        assert_eq!(excerpt("a\nb\nc", "a\nx\nc"), (1, "b".into(), "x".into()));
    }
}
