//! `Cargo.toml` and `.cargo/config.toml`.

use super::{Dependency, Ecosystem, Kind, Manifest, Redirect, Source};
use crate::facts::document::{self, Format, Malformed, Member, Node};

pub(super) fn is_manifest(_: &str, name: &str) -> bool {
    name == "Cargo.toml"
}

pub(super) fn manifest(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Toml, bytes)?;
    let mut manifest = Manifest::default();
    manifest.own(Ecosystem::Cargo, root.path(&["package", "name"]).and_then(Node::text));
    tables(&root, &mut manifest);
    for platform in root.get("target").into_iter().flat_map(Node::members) {
        tables(&platform.value, &mut manifest);
    }
    let shared = root.path(&["workspace", "dependencies"]).into_iter().flat_map(Node::members);
    for member in shared {
        manifest.add(dependency(member, Kind::Shared));
    }
    let patches = root.get("patch").into_iter().flat_map(Node::members).flat_map(|registry| registry.value.members());
    for member in patches.chain(root.get("replace").into_iter().flat_map(Node::members)) {
        let name = member.name.split(':').next().unwrap_or(&member.name).to_owned();
        manifest.redirects.push(Redirect { name, to: source(&member.value), line: member.line });
    }
    Ok(manifest)
}

fn tables(node: &Node, manifest: &mut Manifest) {
    for (table, kind) in [
        ("dependencies", Kind::Runtime),
        ("dev-dependencies", Kind::Development),
        ("dev_dependencies", Kind::Development),
        ("build-dependencies", Kind::Build),
        ("build_dependencies", Kind::Build),
    ] {
        for member in node.get(table).into_iter().flat_map(Node::members) {
            manifest.add(dependency(member, kind));
        }
    }
}

fn dependency(member: &Member, kind: Kind) -> Dependency {
    let value = &member.value;
    let inherited = value.get("workspace").is_some_and(Node::is_true);
    let is_optional = value.get("optional").is_some_and(Node::is_true);
    let kind = if is_optional && kind == Kind::Runtime { Kind::Optional } else { kind };
    let name = value.text_of("package").unwrap_or(&member.name);
    let found = Dependency::new(Ecosystem::Cargo, name, kind, member.line)
        .requirement(value.text_of("version").or_else(|| value.text()))
        .source(source(value))
        .inherited(inherited);
    if name == member.name { found } else { found.alias(&member.name) }
}

fn source(value: &Node) -> Source {
    if let Some(path) = value.text_of("path") {
        return Source::Path(path.to_owned());
    }
    if let Some(url) = value.text_of("git") {
        let reference = ["rev", "tag", "branch"].iter().find_map(|key| value.text_of(key));
        return Source::git(url, reference);
    }
    let registry = value.text_of("registry").or_else(|| value.text_of("registry-index"));
    registry.map_or(Source::Registry, |registry| Source::OtherRegistry(registry.to_owned()))
}

pub(super) fn is_configuration(path: &str, _: &str) -> bool {
    path.ends_with(".cargo/config.toml") || path.ends_with(".cargo/config")
}

pub(super) fn configuration(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Toml, bytes)?;
    let mut manifest = Manifest::default();
    for registry in root.get("registries").into_iter().flat_map(Node::members) {
        if let Some(index) = registry.value.get("index") {
            manifest.origin(index.text().unwrap_or_default(), index.line);
        }
    }
    for replaced in root.get("source").into_iter().flat_map(Node::members) {
        for key in ["registry", "replace-with", "git"] {
            if let Some(to) = replaced.value.get(key) {
                manifest.origin(to.text().unwrap_or_default(), to.line);
            }
        }
    }
    for member in root.get("patch").into_iter().flat_map(Node::members).flat_map(|registry| registry.value.members()) {
        manifest.redirects.push(Redirect { name: member.name.clone(), to: source(&member.value), line: member.line });
    }
    Ok(manifest)
}
