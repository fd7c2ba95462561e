//! npm's `package-lock.json` and bun's `bun.lock`.

use super::{Ecosystem, Locked, Lockfile};
use crate::facts::document::{self, Format, Malformed, Node};

const TABLES: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

fn wanted(node: &Node) -> Vec<String> {
    let names = TABLES.iter().flat_map(|table| node.get(table).into_iter().flat_map(Node::members));
    names.map(|member| member.name.to_ascii_lowercase()).collect()
}

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    for package in root.get("packages").into_iter().flat_map(Node::members) {
        let value = &package.value;
        match package.name.rsplit_once("node_modules/") {
            // The project itself, or a package of its workspace.
            None => lock.roots.extend(wanted(value)),
            Some((_, key)) => {
                // An alias is kept under the name it is used by.
                let mut found =
                    Locked::new(Ecosystem::Npm, key, value.text_of("version").unwrap_or_default(), package.line);
                found.is_own = value.get("link").is_some_and(Node::is_true);
                found.resolved = value.text_of("resolved").map(str::to_owned);
                found.checksum = value.text_of("integrity").map(str::to_owned);
                found.wants = wanted(value);
                lock.packages.push(found);
            }
        }
    }
    // Version 1 nests.
    if root.get("packages").is_none() {
        lock.has_graph = false;
        let mut waiting: Vec<&Node> = root.get("dependencies").into_iter().collect();
        while let Some(table) = waiting.pop() {
            for package in table.members() {
                let value = &package.value;
                let version = value.text_of("version").unwrap_or_default();
                let mut found = Locked::new(Ecosystem::Npm, &package.name, version, package.line);
                found.resolved = value.text_of("resolved").map(str::to_owned);
                found.checksum = value.text_of("integrity").map(str::to_owned);
                lock.packages.push(found);
                waiting.extend(value.get("dependencies"));
            }
        }
    }
    Ok(lock)
}

/// `"name": ["name@version", "registry", { dependencies }, "sha512-…"]`
pub(super) fn bun(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    for workspace in root.get("workspaces").into_iter().flat_map(Node::members) {
        lock.roots.extend(wanted(&workspace.value));
    }
    for package in root.get("packages").into_iter().flat_map(Node::members) {
        let items: Vec<&Node> = package.value.items().collect();
        let id = items.first().and_then(|item| item.text()).unwrap_or_default();
        let (name, version) = id.rsplit_once('@').unwrap_or((id, ""));
        let mut found = Locked::new(Ecosystem::Npm, name, version, package.line);
        found.is_own = version.starts_with("workspace:");
        found.checksum =
            items.last().and_then(|item| item.text()).filter(|text| text.starts_with("sha")).map(str::to_owned);
        found.wants = items.iter().find(|item| item.is_map()).map(|node| wanted(node)).unwrap_or_default();
        lock.packages.push(found);
    }
    Ok(lock)
}
