//! Settings of npm, yarn, pnpm and bun that say where packages come from: `pnpm-workspace.yaml`, `.npmrc`, `.yarnrc.yml`, `bunfig.toml`.

use super::{Manifest, npm};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is_workspace(_: &str, name: &str) -> bool {
    name == "pnpm-workspace.yaml"
}

pub(super) fn workspace(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let mut manifest = Manifest::default();
    npm::shared(root.get("catalog"), &mut manifest);
    for catalog in root.get("catalogs").into_iter().flat_map(Node::members) {
        npm::shared(Some(&catalog.value), &mut manifest);
    }
    npm::redirects(root.get("overrides"), &mut manifest);
    for list in ["onlyBuiltDependencies", "allowBuilds"] {
        npm::permissions(root.get(list), &mut manifest);
    }
    if let Some(all) = root.member("dangerouslyAllowAllBuilds").filter(|member| member.value.is_true()) {
        manifest.permission("every package", all.line);
    }
    Ok(manifest)
}

pub(super) fn is_npmrc(_: &str, name: &str) -> bool {
    name == ".npmrc"
}

pub(super) fn npmrc(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let text = document::lines(bytes)?;
    let mut manifest = Manifest::default();
    for (line, written) in (1u32..).zip(text.lines()) {
        let Some((key, value)) = written.split_once('=') else { continue };
        let key = key.trim();
        if key == "registry" || key.ends_with(":registry") {
            manifest.origin(value.trim().trim_matches('"'), line);
        }
    }
    Ok(manifest)
}

pub(super) fn is_yarnrc(_: &str, name: &str) -> bool {
    name == ".yarnrc.yml"
}

pub(super) fn yarnrc(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let mut manifest = Manifest::default();
    let scopes = root.get("npmScopes").into_iter().flat_map(Node::members).map(|scope| &scope.value);
    for node in scopes.chain([&root]) {
        if let Some(server) = node.get("npmRegistryServer") {
            manifest.origin(server.text().unwrap_or_default(), server.line);
        }
    }
    npm::shared(root.get("catalog"), &mut manifest);
    for catalog in root.get("catalogs").into_iter().flat_map(Node::members) {
        npm::shared(Some(&catalog.value), &mut manifest);
    }
    Ok(manifest)
}

pub(super) fn is_bunfig(_: &str, name: &str) -> bool {
    name == "bunfig.toml"
}

pub(super) fn bunfig(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Toml, bytes)?;
    let mut manifest = Manifest::default();
    let scopes = root.path(&["install", "scopes"]).into_iter().flat_map(Node::members).map(|scope| &scope.value);
    for node in scopes.chain(root.path(&["install", "registry"])) {
        let url = node.text().or_else(|| node.text_of("url")).unwrap_or_default();
        manifest.origin(url, node.line);
    }
    Ok(manifest)
}
