//! Settings over those of the files they name, as far as these lie in the repository.

use super::file;
use super::table::Place;
use crate::RepoPath;
use crate::facts::document::{Member, Node, Value};

/// Where a file names what it is built on.
pub(super) fn line(node: &Node, place: &Place) -> Option<u32> {
    Some(node.get(place.tool.extends.as_deref()?)?.line)
}

/// The settings over those of the files they name.
pub(super) fn built_on(
    node: &Node,
    place: &Place,
    path: &str,
    look: &dyn Fn(&str) -> Option<Vec<u8>>,
    depth: usize,
) -> Node {
    const FILES: usize = 8;
    let Some(key) = place.tool.extends.as_deref().filter(|_| depth < 5) else { return node.clone() };
    let Some(named) = node.get(key) else { return node.clone() };
    let mut result = node.clone();
    let names: Vec<&str> = named.text().into_iter().chain(named.items().filter_map(Node::text)).take(FILES).collect();
    for name in names.into_iter().rev() {
        let candidates = [join(path, name), join(path, &format!("{name}.json"))];
        let Some((other, bytes)) = candidates.into_iter().flatten().find_map(|path| Some((path.clone(), look(&path)?)))
        else {
            continue;
        };
        if let Ok(Some(base)) = file::tree(&RepoPath::from(other.as_str()), &bytes) {
            let base = built_on(&base, place, &other, look, depth + 1);
            result = over(result, &base, named.line);
        }
    }
    result
}

/// A path that a file names, from the repository's root; `None` for packages and for what leaves the repository.
fn join(path: &str, name: &str) -> Option<String> {
    let is_file = name.starts_with('.')
        || name.contains(".yml")
        || name.contains(".json")
        || name.contains(".neon")
        || name.contains(".toml");
    if !is_file || name.starts_with('/') || name.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Members of `under` that `node` does not have, at the line that brings them in.
fn over(node: Node, under: &Node, line: u32) -> Node {
    let Node { value: Value::Map(mut members), line: first, last_line } = node else { return node };
    for member in under.members() {
        match members.iter_mut().find(|known| known.name == member.name) {
            Some(known) if known.value.is_map() => {
                known.value = over(std::mem::take(&mut known.value), &member.value, line);
            }
            Some(_) => {}
            None => members.push(Member { line, ..member.clone() }),
        }
    }
    Node::new(Value::Map(members), first, last_line)
}
