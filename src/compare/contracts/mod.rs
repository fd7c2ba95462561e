//! What a caller of the base's contracts can no longer do.

mod fit;
mod symbols;
mod types;

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

/// What a file offers newly.
pub struct Addition {
    pub format: Format,
    pub path: RepoPath,
    pub line: u32,
    pub names: Vec<String>,
}

/// Everything that breaks.
#[derive(Default)]
pub struct ContractDiff {
    pub breaks: Vec<Break>,
    /// What is offered beside what was; nobody fails on it.
    pub additions: Vec<Addition>,
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
    let pairs: Vec<Pair<'_>> = files.filter_map(|file| pair(change, file)).collect();
    // What one file loses and another gains has moved.
    let all: BTreeSet<&str> = pairs.iter().flat_map(|pair| pair.head.elements.keys().map(String::as_str)).collect();
    for pair in &pairs {
        breaks(pair, &all, &mut diff.breaks);
        diff.additions.extend(additions(pair));
    }
    symbols::compare(change, &mut diff);
    diff
}

fn pair<'a>(change: &ChangeSet, file: &'a FileChange) -> Option<Pair<'a>> {
    if file.is_same_content() {
        return None;
    }
    let mut format = None;
    let mut side = |side: Side| -> Option<Surface> {
        let path = &file.side(side)?.path;
        let bytes = change.content(file, side)?.ok()?;
        let (found, surface) = contracts::read(path, &bytes)?;
        format = Some(found);
        surface.ok()
    };
    // Without a base there is nothing that anyone relies on; a head that can't be read is no empty one (`unreadable-change` says it).
    let base = side(Side::Base)?;
    let head = if file.head.is_some() { side(Side::Head)? } else { Surface::default() };
    Some(Pair { file, format: format?, base, head })
}

fn additions(pair: &Pair<'_>) -> Option<Addition> {
    let has_new_parent =
        |new: &Element| new.parent.as_ref().is_some_and(|parent| !pair.base.elements.contains_key(parent));
    let new = pair.head.elements.iter().filter(|(name, new)| {
        !pair.base.elements.contains_key(*name)
            && !has_new_parent(new)
            && !pair.head.aliases.values().any(|it| it == *name)
    });
    let (names, lines): (Vec<String>, Vec<u32>) = new.map(|(name, new)| (name.clone(), new.line)).unzip();
    let line = lines.into_iter().min()?;
    Some(Addition { format: pair.format, path: pair.file.path().clone(), line, names })
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
        let has_old_name = pair.head.aliases.values().any(|it| it == name);
        if is_new && has_parent && new.is_required && new.use_ == Use::Input && !has_old_name {
            let why = if pair.format == Format::Avro { "has no default" } else { "required" };
            breaks.push(at(pair, new, None, format!("`{name}` is new and {why}")));
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
    if pair.head.aliases.contains_key(name) {
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
        // Readers of Avro fall back on what has a default.
        is_doubtful: is_reserved || (pair.format == Format::Avro && !old.is_required && old.parent.is_some()),
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
    if let Some((line, what)) = tightened(name, old, new) {
        // Whether an API gives or takes a schema is not followed through references.
        breaks.push(Break { line, is_doubtful: new.use_ == Use::Both, ..at(pair, new, Some(old), what) });
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

/// The first keyword that accepts fewer values than before, and where it stands.
fn tightened(name: &str, old: &Element, new: &Element) -> Option<(u32, String)> {
    new.limits.iter().find_map(|limit| {
        let before = old.limits.iter().find(|it| it.keyword == limit.keyword).map(|it| it.value.as_str());
        let number = |text: &str| text.parse::<f64>().ok();
        let is_tighter = match (before, limit.keyword.to_ascii_lowercase()) {
            (None, _) => true,
            (Some(before), _) if before == limit.value => false,
            (Some(before), keyword) => match (number(before), number(&limit.value)) {
                (Some(before), Some(after)) if keyword.contains("max") => after < before,
                (Some(before), Some(after)) if keyword.contains("min") => after > before,
                _ => true,
            },
        };
        let what = match before {
            Some(before) => format!("`{}` of `{name}` is {} instead of {before}", limit.keyword, limit.value),
            None => format!("`{name}` is held to `{}`: {}", limit.keyword, limit.value),
        };
        is_tighter.then_some((limit.line, what))
    })
}

/// Whether callers of the old shape can live with the new one.
fn is_compatible(format: Format, old: &Element, new: &Element) -> bool {
    let members = |shape: &str| -> Vec<String> { shape.split('|').map(str::to_owned).collect() };
    let widens = |widened: fn(&str, &str) -> bool| {
        let after = members(&new.shape);
        members(&old.shape).iter().all(|was| after.iter().any(|is| is == was || widened(was, is)))
    };
    match format {
        Format::JsonSchema => widens(|was, is| was == "integer" && is == "number"),
        Format::Avro => widens(is_promotion),
        Format::GraphQl => {
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
        _ => false,
    }
}

/// What Avro's readers turn into one another.
fn is_promotion(was: &str, is: &str) -> bool {
    const ORDER: [&str; 4] = ["int", "long", "float", "double"];
    let rank = |name: &str| ORDER.iter().position(|it| *it == name);
    rank(was).zip(rank(is)).is_some_and(|(was, is)| was < is)
        || matches!((was, is), ("string", "bytes") | ("bytes", "string"))
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
