//! `Cargo.lock`.

use super::{Ecosystem, Locked, Lockfile};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Toml, bytes)?;
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    for package in root.get("package").into_iter().flat_map(Node::items) {
        let (name, version) =
            (package.text_of("name").unwrap_or_default(), package.text_of("version").unwrap_or_default());
        let line = package.get("name").map_or(package.line, |name| name.line);
        let mut found = Locked::new(Ecosystem::Cargo, name, version, line);
        found.resolved = package.text_of("source").map(str::to_owned);
        found.checksum = package.text_of("checksum").map(str::to_owned);
        found.is_own = found.resolved.is_none();
        // `name`, `name version`, `name version (source)`
        let wants = package.get("dependencies").into_iter().flat_map(Node::items).filter_map(Node::text);
        let names = wants.map(|text| text.split(' ').next().unwrap_or(text));
        found.wants = names.map(|name| super::identity::normalised(Ecosystem::Cargo, name)).collect();
        lock.packages.push(found);
    }
    Ok(lock)
}
