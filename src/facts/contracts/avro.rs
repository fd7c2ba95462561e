//! Avro schemas.

use super::{Element, Limit, Surface, Use};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn read(bytes: &[u8]) -> Result<Surface, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut surface = Surface::default();
    schema(&root, "", 0, &mut surface);
    Ok(surface)
}

const DEPTH: usize = 32;

/// Named types wherever they are defined: at the top, in a union, as a field's type.
fn schema(node: &Node, namespace: &str, depth: usize, surface: &mut Surface) {
    if depth > DEPTH {
        return;
    }
    node.items().for_each(|item| schema(item, namespace, depth + 1, surface));
    let namespace = node.text_of("namespace").unwrap_or(namespace);
    let full = |name: &str| {
        if namespace.is_empty() || name.contains('.') { name.to_owned() } else { format!("{namespace}.{name}") }
    };
    let Some(name) = node.text_of("name").map(full) else {
        for inner in ["items", "values", "type"] {
            node.get(inner)
                .filter(|it| it.text().is_none())
                .into_iter()
                .for_each(|it| schema(it, namespace, depth + 1, surface));
        }
        return;
    };
    for alias in node.get("aliases").into_iter().flat_map(Node::items).filter_map(Node::text) {
        surface.aliases.insert(full(alias), name.clone());
    }
    let kind = node.text_of("type").unwrap_or_default();
    let size = node
        .member("size")
        .and_then(|it| Some(Limit { line: it.line, keyword: "size".to_owned(), value: it.value.text()?.to_owned() }));
    let element =
        Element { line: node.line, shape: kind.to_owned(), limits: size.into_iter().collect(), ..Element::default() };
    surface.add(name.clone(), element);
    for symbol in node.get("symbols").into_iter().flat_map(Node::items) {
        let Some(text) = symbol.text() else { continue };
        let element = Element {
            line: symbol.line,
            parent: Some(name.clone()),
            use_: Use::Both,
            // A default is read for what is not known.
            is_required: node.get("default").is_none(),
            ..Element::default()
        };
        surface.add(format!("{name}.{text}"), element);
    }
    for field in node.get("fields").into_iter().flat_map(Node::items) {
        self::field(field, &name, namespace, depth, surface);
    }
}

fn field(field: &Node, record: &str, namespace: &str, depth: usize, surface: &mut Surface) {
    let Some(name) = field.text_of("name") else { return };
    let full = format!("{record}.{name}");
    let kind = field.get("type");
    let element = Element {
        line: field.line,
        parent: Some(record.to_owned()),
        use_: Use::Input,
        shape: kind.map(shape).unwrap_or_default(),
        number: None,
        is_required: field.get("default").is_none(),
        limits: Vec::new(),
    };
    surface.add(full.clone(), element);
    for alias in field.get("aliases").into_iter().flat_map(Node::items).filter_map(Node::text) {
        surface.aliases.insert(format!("{record}.{alias}"), full.clone());
    }
    if let Some(inner) = kind.filter(|kind| kind.text().is_none()) {
        schema(inner, namespace, depth + 1, surface);
    }
}

/// A type in a word: a union `null|string`, an array `[string]`.
fn shape(kind: &Node) -> String {
    if kind.is_list() {
        return kind.items().map(shape).collect::<Vec<_>>().join("|");
    }
    // Of a type written out, its name; a type in an object without a name is that type.
    match (kind.text_of("name"), kind.text_of("type"), kind.text()) {
        (Some(name), ..) => name.to_owned(),
        (None, Some("array"), _) => format!("[{}]", kind.get("items").map(shape).unwrap_or_default()),
        (None, Some("map"), _) => format!("{{{}}}", kind.get("values").map(shape).unwrap_or_default()),
        (None, Some(name), _) => name.to_owned(),
        (None, None, Some(name)) => name.rsplit('.').next().unwrap_or(name).to_owned(),
        _ => String::new(),
    }
}
