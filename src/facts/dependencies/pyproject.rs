//! `pyproject.toml`: the standard's tables and those of Poetry, uv, PDM and Hatch.

use super::{Dependency, Ecosystem, Kind, Manifest, Source, requirement};
use crate::facts::document::{self, Format, Malformed, Member, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    matches!(name, "pyproject.toml" | "uv.toml")
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Toml, bytes)?;
    let mut manifest = Manifest::default();
    let name = root.path(&["project", "name"]).or_else(|| root.path(&["tool", "poetry", "name"]));
    manifest.own(Ecosystem::Python, name.and_then(Node::text));
    list(root.path(&["project", "dependencies"]), Kind::Runtime, &mut manifest);
    groups(root.path(&["project", "optional-dependencies"]), Kind::Optional, &mut manifest);
    groups(root.get("dependency-groups"), Kind::Development, &mut manifest);
    list(root.path(&["build-system", "requires"]), Kind::Build, &mut manifest);
    list(root.path(&["tool", "uv", "dev-dependencies"]), Kind::Development, &mut manifest);
    groups(root.path(&["tool", "pdm", "dev-dependencies"]), Kind::Development, &mut manifest);
    for environment in root.path(&["tool", "hatch", "envs"]).into_iter().flat_map(Node::members) {
        for key in ["dependencies", "extra-dependencies"] {
            list(environment.value.get(key), Kind::Development, &mut manifest);
        }
    }
    poetry(&root, &mut manifest);
    sources(&root, &mut manifest);
    let project = manifest.own.first().cloned();
    // `name[extra]` within its own extras.
    manifest.dependencies.retain(|it| Some(&it.name) != project.as_ref());
    Ok(manifest)
}

fn list(node: Option<&Node>, kind: Kind, manifest: &mut Manifest) {
    for item in node.into_iter().flat_map(Node::items) {
        let found = item.text().and_then(|written| requirement::parse(written, kind, item.line));
        manifest.dependencies.extend(found);
    }
}

fn groups(node: Option<&Node>, kind: Kind, manifest: &mut Manifest) {
    for group in node.into_iter().flat_map(Node::members) {
        list(Some(&group.value), kind, manifest);
    }
}

fn poetry(root: &Node, manifest: &mut Manifest) {
    let Some(poetry) = root.path(&["tool", "poetry"]) else { return };
    let groups = poetry.get("group").into_iter().flat_map(Node::members);
    let groups = groups.map(|group| {
        let kind = if group.name == "main" { Kind::Runtime } else { Kind::Development };
        (group.value.get("dependencies"), kind)
    });
    let tables = [(poetry.get("dependencies"), Kind::Runtime), (poetry.get("dev-dependencies"), Kind::Development)];
    for (table, kind) in tables.into_iter().chain(groups) {
        let members = table.into_iter().flat_map(Node::members);
        for member in members.filter(|member| member.name != "python") {
            manifest.add(table_entry(member, kind));
        }
    }
    for source in poetry.get("source").into_iter().flat_map(Node::items) {
        if let Some(url) = source.get("url") {
            manifest.origin(url.text().unwrap_or_default(), url.line);
        }
    }
}

/// `name = "^1"`, `name = { git = "…" }`, as Poetry and Pipenv write it.
pub(super) fn table_entry(member: &Member, kind: Kind) -> Dependency {
    // Several constraints for one package: the first says enough.
    let value = member.value.items().next().unwrap_or(&member.value);
    let is_optional = value.get("optional").is_some_and(Node::is_true);
    let kind = if is_optional && kind == Kind::Runtime { Kind::Optional } else { kind };
    Dependency::new(Ecosystem::Python, &member.name, kind, member.line)
        .requirement(value.text_of("version").or_else(|| value.text()).filter(|text| *text != "*"))
        .source(table_source(value))
}

fn table_source(value: &Node) -> Source {
    if let Some(url) = value.text_of("git") {
        return Source::git(url, ["rev", "tag", "branch", "ref"].iter().find_map(|key| value.text_of(key)));
    }
    if value.get("workspace").is_some_and(Node::is_true) {
        return Source::Workspace;
    }
    let text = |key: &str| value.text_of(key).map(str::to_owned);
    text("url")
        .or_else(|| text("file"))
        .map(Source::Url)
        .or_else(|| text("path").map(Source::Path))
        .or_else(|| text("source").or_else(|| text("index")).map(Source::OtherRegistry))
        .unwrap_or_default()
}

/// What uv says apart from the requirement: where a package comes from, and which indexes there are.
fn sources(root: &Node, manifest: &mut Manifest) {
    let uv = [root.path(&["tool", "uv"]), Some(root)].into_iter().flatten();
    for table in uv {
        for member in table.get("sources").into_iter().flat_map(Node::members) {
            let value = member.value.items().next().unwrap_or(&member.value);
            let name = super::identity::normalised(Ecosystem::Python, &member.name);
            for found in manifest.dependencies.iter_mut().filter(|it| it.name == name) {
                found.source = table_source(value);
            }
        }
        for index in table.get("index").into_iter().flat_map(Node::items) {
            if let Some(url) = index.get("url") {
                manifest.origin(url.text().unwrap_or_default(), url.line);
            }
        }
        for key in ["index-url", "extra-index-url", "find-links"] {
            let Some(node) = table.get(key) else { continue };
            for url in node.items().chain([node]) {
                manifest.origin(url.text().unwrap_or_default(), url.line);
            }
        }
    }
}
