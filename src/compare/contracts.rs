//! What a caller of the base's contracts can no longer do.

use std::collections::BTreeSet;

use crate::change::{ChangeSet, FileChange, Role};
use crate::facts::contracts::{self, Element, Format, Surface, Use};
use crate::{RepoPath, Side};

/// A change that a well-behaved caller can fail on.
pub struct Break {
    pub format: Format,
    pub path: RepoPath,
    pub side: Side,
    pub line: u32,
    /// Where it stood.
    pub base: Option<(RepoPath, u32)>,
    pub what: String,
    /// Whether some callers may not notice.
    pub is_doubtful: bool,
}

/// Everything that breaks.
#[derive(Default)]
pub struct ContractDiff {
    pub breaks: Vec<Break>,
    pub unread: Vec<(RepoPath, String)>,
}

struct Pair<'a> {
    file: &'a FileChange,
    format: Format,
    base: Surface,
    head: Surface,
}

/// Compares the contracts that the branch changes.
pub fn compare(change: &ChangeSet) -> ContractDiff {
    let mut diff = ContractDiff::default();
    let files = change.files.iter().filter(|file| {
        !file.role.is_test()
            && !matches!(file.role, Role::Lockfile | Role::Ci | Role::Manifest | Role::AgentInstructions)
    });
    let pairs: Vec<Pair<'_>> = files.filter_map(|file| pair(change, file, &mut diff)).collect();
    // What one file loses and another gains has moved.
    let all: BTreeSet<&str> = pairs.iter().flat_map(|pair| pair.head.elements.keys().map(String::as_str)).collect();
    for pair in &pairs {
        breaks(pair, &all, &mut diff.breaks);
    }
    diff
}

fn pair<'a>(change: &ChangeSet, file: &'a FileChange, diff: &mut ContractDiff) -> Option<Pair<'a>> {
    if file.is_same_content() {
        return None;
    }
    let mut format = None;
    let mut side = |side: Side| -> Option<Surface> {
        let path = &file.side(side)?.path;
        let bytes = change.content(file, side)?.ok()?;
        let (found, surface) = contracts::read(path, &bytes)?;
        format = Some(found);
        match surface {
            Ok(surface) => Some(surface),
            Err(error) => {
                diff.unread.push((path.clone(), error.to_string()));
                None
            }
        }
    };
    // Without a base there is nothing that anyone relies on; an unread head is said, and not taken for an empty one.
    let base = side(Side::Base)?;
    let head = if file.head.is_some() { side(Side::Head)? } else { Surface::default() };
    Some(Pair { file, format: format?, base, head })
}

fn breaks(pair: &Pair<'_>, all: &BTreeSet<&str>, breaks: &mut Vec<Break>) {
    for (name, old) in &pair.base.elements {
        match pair.head.elements.get(name) {
            Some(new) => changed(pair, name, old, new, breaks),
            None if all.contains(name.as_str()) => {}
            None => removed(pair, name, old, breaks),
        }
    }
    for (name, new) in &pair.head.elements {
        let is_new = !pair.base.elements.contains_key(name);
        let has_parent = new.parent.as_ref().is_some_and(|parent| pair.base.elements.contains_key(parent));
        if is_new && has_parent && new.is_required && new.use_ == Use::Input {
            breaks.push(at(pair, new, None, format!("`{name}` is new and required")));
        }
        reused(pair, name, new, breaks);
    }
}

fn at(pair: &Pair<'_>, new: &Element, old: Option<&Element>, what: String) -> Break {
    let base = old.and_then(|old| Some((pair.file.base.as_ref()?.path.clone(), old.line)));
    let path = pair.file.path().clone();
    Break { format: pair.format, path, side: Side::Head, line: new.line, base, what, is_doubtful: false }
}

fn removed(pair: &Pair<'_>, name: &str, old: &Element, breaks: &mut Vec<Break>) {
    // With its parent gone, the parent is told.
    if old
        .parent
        .as_ref()
        .is_some_and(|parent| pair.base.elements.contains_key(parent) && !pair.head.elements.contains_key(parent))
    {
        return;
    }
    let parent = old.parent.as_deref().unwrap_or_default();
    // A number under another name is told there.
    if old.number.is_some() && siblings(&pair.head, parent).any(|(_, it)| it.number == old.number) {
        return;
    }
    let is_reserved = old.number.is_some_and(|number| pair.head.reserved.contains(&format!("{parent} {number}")));
    let Some(base) = &pair.file.base else { return };
    let what = match (old.number, is_reserved) {
        (Some(number), false) => format!("`{name}` is removed and its number {number} is not reserved"),
        (Some(number), true) => format!("`{name}` is removed, its number {number} is reserved"),
        (None, _) => format!("`{name}` is removed"),
    };
    breaks.push(Break {
        format: pair.format,
        path: base.path.clone(),
        side: Side::Base,
        line: old.line,
        base: None,
        what,
        is_doubtful: is_reserved,
    });
}

fn siblings<'a>(surface: &'a Surface, parent: &'a str) -> impl Iterator<Item = (&'a String, &'a Element)> {
    surface.elements.iter().filter(move |(_, it)| it.parent.as_deref() == Some(parent))
}

fn changed(pair: &Pair<'_>, name: &str, old: &Element, new: &Element, breaks: &mut Vec<Break>) {
    if old.number != new.number {
        let text = |number: Option<i64>| number.map_or_else(|| "none".to_owned(), |number| number.to_string());
        let what = format!("the number of `{name}` is {} instead of {}", text(new.number), text(old.number));
        breaks.push(at(pair, new, Some(old), what));
    }
    if old.shape != new.shape && !old.shape.is_empty() && !new.shape.is_empty() && !is_compatible(pair.format, old, new)
    {
        breaks.push(at(pair, new, Some(old), format!("`{name}` is {} instead of {}", new.shape, old.shape)));
    } else if new.is_required && !old.is_required && new.use_ == Use::Input {
        breaks.push(at(pair, new, Some(old), format!("`{name}` is now required")));
    } else if new.use_ == Use::Both && new.is_required != old.is_required && pair.format == Format::OpenApi {
        // Whether callers give it or get it is not followed through references.
        let word = if new.is_required { "now required" } else { "no longer always there" };
        breaks.push(Break { is_doubtful: true, ..at(pair, new, Some(old), format!("`{name}` is {word}")) });
    }
}

/// Whether callers of the old shape can live with the new one.
fn is_compatible(format: Format, old: &Element, new: &Element) -> bool {
    if format != Format::GraphQl {
        return false;
    }
    // Output may promise more, input may ask for less.
    let plain = |shape: &str| shape.replace('!', "");
    let (before, after) = (old.shape.matches('!').count(), new.shape.matches('!').count());
    plain(&old.shape) == plain(&new.shape)
        && match new.use_ {
            Use::Output => after >= before,
            Use::Input => after <= before,
            _ => false,
        }
}

/// A number that meant something else: old messages are read wrongly, and nothing fails.
fn reused(pair: &Pair<'_>, name: &str, new: &Element, breaks: &mut Vec<Break>) {
    let (Some(number), Some(parent)) = (new.number, new.parent.as_deref()) else { return };
    if pair.base.elements.contains_key(name) {
        return;
    }
    let old = siblings(&pair.base, parent).find(|(_, old)| old.number == Some(number));
    if let Some((old_name, old)) = old.filter(|(old_name, _)| !pair.head.elements.contains_key(*old_name)) {
        let short = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        let (what, is_doubtful) = if old.shape == new.shape {
            (format!("`{old_name}` is renamed `{}`", short(name)), true)
        } else {
            (format!("`{name}` takes the number {number} of `{}`, which was {}", short(old_name), old.shape), false)
        };
        breaks.push(Break { is_doubtful, ..at(pair, new, Some(old), what) });
    } else if pair.base.reserved.contains(&format!("{parent} {number}")) {
        breaks.push(at(pair, new, None, format!("`{name}` takes the number {number}, which was reserved")));
    }
}
