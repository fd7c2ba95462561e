//! Gradle's Kotlin scripts.

use super::{Dependency, Ecosystem, Kind, Manifest, syntax};
use crate::facts::document::Malformed;
use crate::lang::{Kind as Shape, Node, Role};

pub(super) fn is(_: &str, name: &str) -> bool {
    name.ends_with(".gradle.kts")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    syntax::read("kotlin", bytes, |tree, manifest| block(tree, Place::Elsewhere, manifest))
}

/// The block of the script that a statement stands in.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Elsewhere,
    Dependencies,
    Plugins,
    Repositories,
}

fn block(node: &Node, place: Place, manifest: &mut Manifest) {
    let inner = match syntax::callee(node) {
        Some("dependencies") => Place::Dependencies,
        Some("plugins") => Place::Plugins,
        Some("repositories") => Place::Repositories,
        _ => place,
    };
    match place {
        Place::Dependencies if node.is(Shape::Call) => library(node, manifest),
        Place::Plugins => plugin(node, manifest),
        Place::Repositories => repository(node, manifest),
        _ => {}
    }
    // Of `id("x") version "1"` the whole was read; what stands inside is no other plugin.
    if place == Place::Plugins && matches!(node.kind, Shape::Binary | Shape::Call) {
        return;
    }
    for child in node.nodes() {
        block(child, inner, manifest);
    }
}

/// `implementation("group:name:version")`, also behind `platform(…)`; `implementation(group = "g", name = "n")`.
fn library(call: &Node, manifest: &mut Manifest) {
    let Some(configuration) = syntax::callee(call) else { return };
    if matches!(
        configuration,
        "project" | "exclude" | "files" | "fileTree" | "because" | "platform" | "enforcedPlatform" | "kotlin"
    ) {
        return;
    }
    let configuration = match configuration {
        "add" => syntax::literals(call).next().unwrap_or(configuration),
        other => other,
    };
    let kind = kind_of(configuration);
    let wrapped = call
        .children_in(Role::Argument)
        .filter(|argument| matches!(syntax::callee(argument), Some("platform" | "enforcedPlatform" | "testFixtures")));
    for text in syntax::literals(call).chain(wrapped.flat_map(syntax::literals)) {
        manifest.dependencies.extend(coordinates(text, kind, call.span.line));
    }
    if let (Some(group), Some(name)) = (syntax::named_text(call, "group"), syntax::named_text(call, "name")) {
        let found = Dependency::new(Ecosystem::Maven, &format!("{group}:{name}"), kind, call.span.line);
        manifest.add(found.requirement(syntax::named_text(call, "version")));
    }
}

/// `group:name[:version[:classifier]]`
pub(super) fn coordinates(text: &str, kind: Kind, line: u32) -> Option<Dependency> {
    let parts: Vec<&str> = text.split('@').next()?.split(':').collect();
    let (group, name) = (parts.first()?, parts.get(1)?);
    let is_word =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.$+{}".contains(c));
    if parts.len() > 4 || !is_word(group) || !is_word(name) {
        return None;
    }
    let version = parts.get(2).copied().filter(|version| !version.is_empty());
    let found = Dependency::new(Ecosystem::Maven, &format!("{group}:{name}"), kind, line);
    Some(found.requirement(version).inherited(version.is_none()))
}

/// What a configuration's name says it is for.
pub(super) fn kind_of(configuration: &str) -> Kind {
    let name = configuration.to_ascii_lowercase();
    if name.contains("test") || name.contains("debug") {
        Kind::Development
    } else if name.contains("classpath") || name.ends_with("plugins") {
        Kind::Plugin
    } else if name.contains("compileonly") || name.contains("processor") || matches!(name.as_str(), "kapt" | "ksp") {
        Kind::Build
    } else {
        Kind::Runtime
    }
}

/// `id("x") version "1"`, `kotlin("jvm") version "1"`
fn plugin(node: &Node, manifest: &mut Manifest) {
    let (call, version) = applied(node, None);
    let Some(id) = syntax::literals(call).next() else { return };
    let id = match syntax::callee(call) {
        Some("id") => id.to_owned(),
        Some("kotlin") => format!("org.jetbrains.kotlin.{id}"),
        _ => return,
    };
    // Without a dot it is one of Gradle's own.
    if id.contains('.') {
        let found = Dependency::new(Ecosystem::GradlePlugin, &id, Kind::Plugin, call.span.line);
        manifest.add(found.requirement(version).inherited(version.is_none()));
    }
}

/// The call behind `… version "1" apply false`.
fn applied<'a>(node: &'a Node, version: Option<&'a str>) -> (&'a Node, Option<&'a str>) {
    match (node.kind, node.child(Role::Left), node.child(Role::Right)) {
        (Shape::Binary, Some(left), Some(right)) => {
            let found = (&*node.text == "version").then(|| syntax::literal(right)).flatten();
            applied(left, found.or(version))
        }
        _ => (node, version),
    }
}

fn repository(node: &Node, manifest: &mut Manifest) {
    let text = match (node.kind, syntax::callee(node)) {
        (_, Some("maven" | "ivy" | "uri" | "url" | "setUrl")) => syntax::literals(node).next(),
        (Shape::Assign, _) => {
            let is_url = node.child(Role::Target).is_some_and(|target| &*target.text == "url");
            node.child(Role::Value).filter(|_| is_url).and_then(syntax::literal)
        }
        _ => None,
    };
    if let Some(url) = text.filter(|text| text.contains("://")) {
        manifest.origin(url, node.span.line);
    }
}
