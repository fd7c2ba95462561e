//! sbt's build definitions.

use super::{Dependency, Ecosystem, Kind, Manifest, syntax};
use crate::facts::document::Malformed;
use crate::lang::{Kind as Shape, Node, Role};

pub(super) fn is(path: &str, name: &str) -> bool {
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    name.ends_with(".sbt") || (folder == "project" && name.ends_with(".scala"))
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    syntax::read("scala", bytes, |tree, manifest| visit(tree, false, manifest))
}

fn visit(node: &Node, is_plugin: bool, manifest: &mut Manifest) {
    if let Some(found) = module(node, is_plugin) {
        manifest.add(found);
        return;
    }
    if node.is(Shape::Binary) && &*node.text == "at" {
        let url = node.child(Role::Right).and_then(syntax::literal).filter(|url| url.contains("://"));
        url.into_iter().for_each(|url| manifest.origin(url, node.span.line));
    }
    let is_plugin = is_plugin || syntax::callee(node) == Some("addSbtPlugin");
    for child in node.nodes() {
        visit(child, is_plugin, manifest);
    }
}

/// `"group" %% "name" % "version" % Test`
fn module(node: &Node, is_plugin: bool) -> Option<Dependency> {
    let (mut left, mut parts) = (node, Vec::new());
    while left.is(Shape::Binary) && left.text.starts_with('%') && left.text.chars().all(|c| c == '%') {
        parts.push(left.child(Role::Right)?);
        left = left.child(Role::Left)?;
    }
    parts.reverse();
    let (group, name) = (syntax::literal(left)?, syntax::literal(parts.first()?)?);
    let scope = parts.get(2).map(|part| part.text.to_ascii_lowercase()).unwrap_or_default();
    let kind = match () {
        () if is_plugin => Kind::Plugin,
        () if scope.contains("test") => Kind::Development,
        () if scope.contains("provided") => Kind::Build,
        () => Kind::Runtime,
    };
    let found = Dependency::new(Ecosystem::Maven, &format!("{group}:{name}"), kind, node.span.line);
    Some(found.requirement(parts.get(1).and_then(|part| syntax::literal(part))))
}
