//! `pnpm-lock.yaml`.

use std::collections::BTreeMap;

use super::{Ecosystem, Locked, Lockfile};
use crate::facts::document::{self, Format, Malformed, Node};

const TABLES: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

fn wanted(node: &Node) -> Vec<String> {
    let names = TABLES.iter().flat_map(|table| node.get(table).into_iter().flat_map(Node::members));
    names.map(|member| member.name.to_ascii_lowercase()).collect()
}

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    // Newer versions put settings of the package manager into a document of their own before it.
    let documents = document::read_all(Format::Yaml, bytes)?;
    let Some(root) = documents.into_iter().last() else { return Ok(Lockfile::default()) };
    let mut lock = Lockfile { has_graph: true, roots: wanted(&root), ..Lockfile::default() };
    for importer in root.get("importers").into_iter().flat_map(Node::members) {
        let names = wanted(&importer.value);
        lock.roots.extend(names.iter().cloned());
        lock.importers.push((importer.name.clone(), names));
    }
    let snapshots: BTreeMap<&str, &Node> =
        root.get("snapshots").into_iter().flat_map(Node::members).map(|it| (it.name.as_str(), &it.value)).collect();
    // A snapshot's key names the peers it was resolved with.
    let mut wants: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (key, node) in snapshots {
        wants.entry(plain(key)).or_default().extend(wanted(node));
    }
    for package in root.get("packages").into_iter().flat_map(Node::members) {
        let key = plain(&package.name);
        let at = key.char_indices().skip(1).filter(|(_, c)| *c == '@').map(|(at, _)| at).last();
        let (name, version) = match at {
            Some(at) => (&key[..at], &key[at + 1..]),
            None => key.rsplit_once('/').unwrap_or((key, "")),
        };
        let mut found = Locked::new(Ecosystem::Npm, name, version, package.line);
        let resolution = package.value.get("resolution");
        let text = |key: &str| resolution.and_then(|node| node.text_of(key)).map(str::to_owned);
        found.checksum = text("integrity");
        found.resolved = text("tarball").or_else(|| text("repo"));
        found.wants = wanted(&package.value);
        found.wants.extend(wants.remove(key).unwrap_or_default());
        lock.packages.push(found);
    }
    Ok(lock)
}

/// A key without the leading slash of older versions and without its peers.
fn plain(key: &str) -> &str {
    let key = key.strip_prefix('/').unwrap_or(key);
    key.split('(').next().unwrap_or(key)
}
