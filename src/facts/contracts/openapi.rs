//! OpenAPI and Swagger descriptions, in YAML or JSON.

use super::{Element, Surface, Use, limits};
use crate::facts::document::{self, Format, Malformed, Member, Node};

/// Told by its text: nobody agrees on a name for such files.
pub(super) fn is(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(4000)).unwrap_or_default());
    start.lines().any(|line| {
        let line = line.trim_start_matches(['{', ' ', '"', '\'']);
        ["openapi", "swagger"]
            .iter()
            .any(|key| line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':')))
    })
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(super) fn read(bytes: &[u8]) -> Result<Surface, Malformed> {
    let root = document::read_either(Format::Yaml, Format::Json, bytes)?;
    let mut surface = Surface::default();
    if root.get("openapi").is_none() && root.get("swagger").is_none() {
        return Ok(surface);
    }
    for path in root.get("paths").into_iter().flat_map(Node::members) {
        let shared = path.value.get("parameters");
        let methods = path.value.members().filter(|it| METHODS.contains(&it.name.to_ascii_lowercase().as_str()));
        methods.for_each(|method| operation(&path.name, method, shared, &mut surface));
    }
    let schemas = root.path(&["components", "schemas"]).or_else(|| root.get("definitions"));
    for schema in schemas.into_iter().flat_map(Node::members) {
        let name = format!("schema {}", schema.name);
        surface.add(
            name.clone(),
            Element {
                line: schema.line,
                shape: "schema".into(),
                use_: Use::Both,
                limits: limits::of(&schema.value),
                ..Element::default()
            },
        );
        properties(&name, &schema.value, 0, &mut surface);
    }
    Ok(surface)
}

/// `/users/{id}` and `/users/{userId}` are the same to a caller.
fn anonymous(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

fn operation(path: &str, method: &Member, shared: Option<&Node>, surface: &mut Surface) {
    let name = format!("{} {}", method.name.to_ascii_uppercase(), anonymous(path));
    surface.add(name.clone(), Element { line: method.line, shape: "operation".into(), ..Element::default() });
    let child = |line, use_| Element { line, parent: Some(name.clone()), use_, ..Element::default() };
    let own = method.value.get("parameters");
    for parameter in own.into_iter().chain(shared).flat_map(Node::items) {
        let (place, key) = (parameter.text_of("in").unwrap_or_default(), parameter.text_of("name").unwrap_or_default());
        // A parameter of the path is the path's; one by reference is somewhere else.
        if key.is_empty() || place == "path" {
            continue;
        }
        let element = Element {
            shape: shape(parameter.get("schema").unwrap_or(parameter)),
            limits: limits::of(parameter.get("schema").unwrap_or(parameter)),
            is_required: parameter.get("required").is_some_and(Node::is_true),
            ..child(parameter.line, Use::Input)
        };
        surface.add(format!("{place} parameter `{key}` of {name}"), element);
    }
    if let Some(body) = method.value.member("requestBody") {
        let is_required = body.value.get("required").is_some_and(Node::is_true);
        surface.add(format!("request body of {name}"), Element { is_required, ..child(body.line, Use::Input) });
    }
    for response in method.value.get("responses").into_iter().flat_map(Node::members) {
        let is_success = response.name.starts_with('2');
        if is_success {
            surface.add(format!("response {} of {name}", response.name), child(response.line, Use::Output));
        }
    }
}

const DEPTH: usize = 12;

fn properties(scope: &str, schema: &Node, depth: usize, surface: &mut Surface) {
    if depth > DEPTH {
        return;
    }
    let required: Vec<&str> = schema.get("required").into_iter().flat_map(Node::items).filter_map(Node::text).collect();
    for property in schema.get("properties").into_iter().flat_map(Node::members) {
        let name = format!("{scope}.{}", property.name);
        let element = Element {
            line: property.line,
            parent: Some(scope.to_owned()),
            use_: Use::Both,
            shape: shape(&property.value),
            number: None,
            is_required: required.contains(&property.name.as_str()),
            limits: limits::of(&property.value),
        };
        surface.add(name.clone(), element);
        properties(&name, &property.value, depth + 1, surface);
    }
    for value in schema.get("enum").into_iter().flat_map(Node::items) {
        let element =
            Element { line: value.line, parent: Some(scope.to_owned()), use_: Use::Both, ..Element::default() };
        surface.add(format!("{scope} value `{}`", value.text().unwrap_or("null")), element);
    }
}

/// A schema's type in a word.
fn shape(schema: &Node) -> String {
    if let Some(reference) = schema.text_of("$ref") {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    let kind = schema.get("type");
    let names = kind.into_iter().flat_map(|kind| kind.items().chain([kind])).filter_map(Node::text);
    let name = names.filter(|name| *name != "null").collect::<Vec<_>>().join("|");
    match (name.as_str(), schema.get("items")) {
        ("array", Some(items)) => format!("[{}]", shape(items)),
        _ => name,
    }
}
