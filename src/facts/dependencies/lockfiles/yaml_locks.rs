//! Lockfiles in YAML: Dart's, CocoaPods', Helm's.

use super::{Ecosystem, Locked, Lockfile};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn pubspec(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let mut lock = Lockfile::default();
    for package in root.get("packages").into_iter().flat_map(Node::members) {
        let value = &package.value;
        let version = value.text_of("version").unwrap_or_default();
        let mut found = Locked::new(Ecosystem::Pub, &package.name, version, package.line);
        found.is_own = matches!(value.text_of("source"), Some("path" | "sdk"));
        found.resolved = value.path(&["description", "url"]).and_then(Node::text).map(str::to_owned);
        found.checksum = value.path(&["description", "sha256"]).and_then(Node::text).map(str::to_owned);
        lock.packages.push(found);
    }
    Ok(lock)
}

/// `- Name/Part (1.2.3):` with what it asks for below.
pub(super) fn podfile(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let name = |text: &str| text.split([' ', '/']).next().unwrap_or_default().to_owned();
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    for item in root.get("PODS").into_iter().flat_map(Node::items) {
        let member = item.members().next();
        let Some(text) = item.text().or_else(|| member.map(|it| it.name.as_str())) else { continue };
        let version = text.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
        let mut found = Locked::new(Ecosystem::CocoaPods, &name(text), version, item.line);
        let wants = member.into_iter().flat_map(|member| member.value.items()).filter_map(Node::text);
        found.wants = wants.map(name).collect();
        lock.packages.push(found);
    }
    lock.roots = root.get("DEPENDENCIES").into_iter().flat_map(Node::items).filter_map(Node::text).map(name).collect();
    Ok(lock)
}

pub(super) fn chart(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let mut lock = Lockfile::default();
    for entry in root.get("dependencies").into_iter().flat_map(Node::items) {
        let name = entry.text_of("name").unwrap_or_default();
        let mut found = Locked::new(Ecosystem::Helm, name, entry.text_of("version").unwrap_or_default(), entry.line);
        found.resolved = entry.text_of("repository").map(str::to_owned);
        lock.packages.push(found);
    }
    Ok(lock)
}
