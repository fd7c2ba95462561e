//! JSON Schema, in JSON or YAML.

use super::{Element, Surface, Use, limits};
use crate::RepoPath;
use crate::facts::document::{self, Format, Malformed, Node};

/// Told by its name, or by naming its dialect.
pub(super) fn is(path: &RepoPath, bytes: &[u8]) -> bool {
    let name = path.file_name();
    if [&b".schema.json"[..], b".schema.yaml", b".schema.yml"].iter().any(|end| name.ends_with(end)) {
        return true;
    }
    // A document that names the schema it obeys is no schema: the dialects live in one place.
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(1000)).unwrap_or_default());
    start.contains("$schema") && start.contains("json-schema.org/")
}

pub(super) fn read(path: &RepoPath, bytes: &[u8]) -> Result<Surface, Malformed> {
    let is_json = path.extension() == Some(b"json");
    let root = document::read(if is_json { Format::Json } else { Format::Yaml }, bytes)?;
    let mut surface = Surface::default();
    let title = root.text_of("title").or_else(|| root.text_of("$id")).map(|it| it.rsplit('/').next().unwrap_or(it));
    let name = String::from_utf8_lossy(path.file_name()).into_owned();
    let file = name.split('.').next().unwrap_or(&name);
    schema(title.unwrap_or(file), None, root.line, &root, 0, &mut surface);
    for table in ["definitions", "$defs"] {
        for definition in root.get(table).into_iter().flat_map(Node::members) {
            schema(&definition.name, None, definition.line, &definition.value, 0, &mut surface);
        }
    }
    Ok(surface)
}

const DEPTH: usize = 16;

fn schema(name: &str, parent: Option<&str>, line: u32, node: &Node, depth: usize, surface: &mut Surface) {
    if depth > DEPTH {
        return;
    }
    if parent.is_none() {
        let element =
            Element { line, shape: shape(node), use_: Use::Input, limits: limits::of(node), ..Element::default() };
        surface.add(name.to_owned(), element);
    }
    let required: Vec<&str> = node.get("required").into_iter().flat_map(Node::items).filter_map(Node::text).collect();
    for property in node.get("properties").into_iter().flat_map(Node::members) {
        let full = format!("{name}.{}", property.name);
        let element = Element {
            line: property.line,
            parent: Some(name.to_owned()),
            use_: Use::Input,
            shape: shape(&property.value),
            number: None,
            is_required: required.contains(&property.name.as_str()),
            limits: limits::of(&property.value),
        };
        surface.add(full.clone(), element);
        schema(&full, Some(name), property.line, &property.value, depth + 1, surface);
    }
    // Required without being described.
    let described = |key: &str| node.path(&["properties", key]).is_some();
    for key in required.into_iter().filter(|key| !described(key)) {
        let element =
            Element { line, parent: Some(name.to_owned()), use_: Use::Input, is_required: true, ..Element::default() };
        surface.add(format!("{name}.{key}"), element);
    }
    for value in node.get("enum").into_iter().flat_map(Node::items) {
        let element =
            Element { line: value.line, parent: Some(name.to_owned()), use_: Use::Both, ..Element::default() };
        surface.add(format!("{name} value `{}`", value.text().unwrap_or("null")), element);
    }
    if let Some(items) = node.get("items").filter(|items| items.is_map()) {
        schema(&format!("{name}[]"), Some(name), items.line, items, depth + 1, surface);
    }
}

/// The types that are accepted, `string|null`; a reference by its last part.
fn shape(schema: &Node) -> String {
    if let Some(reference) = schema.text_of("$ref") {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    let kind = schema.get("type");
    let mut names: Vec<&str> =
        kind.into_iter().flat_map(|kind| kind.items().chain([kind])).filter_map(Node::text).collect();
    for word in ["anyOf", "oneOf"] {
        names.extend(schema.get(word).into_iter().flat_map(Node::items).filter_map(|it| {
            it.text_of("type")
                .or_else(|| it.text_of("$ref").map(|reference| reference.rsplit('/').next().unwrap_or(reference)))
        }));
    }
    names.sort_unstable();
    names.dedup();
    names.join("|")
}
