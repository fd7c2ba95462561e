//! `poetry.lock`, `uv.lock`, `pdm.lock`, `pylock.toml` and Pipenv's `Pipfile.lock`.

use super::{Ecosystem, Locked, Lockfile, identity};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Toml, bytes)?;
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    let packages = root.get("package").or_else(|| root.get("packages"));
    for package in packages.into_iter().flat_map(Node::items) {
        let name = package.get("name");
        let line = name.map_or(package.line, |name| name.line);
        let name = name.and_then(Node::text).unwrap_or_default();
        let mut found = Locked::new(Ecosystem::Python, name, package.text_of("version").unwrap_or_default(), line);
        if let Some(source) = package.get("source") {
            found.is_own =
                ["editable", "virtual", "directory", "workspace"].iter().any(|key| source.get(key).is_some());
            found.resolved = ["registry", "git", "url"].iter().find_map(|key| source.text_of(key)).map(str::to_owned);
        }
        found.checksum = checksum(package);
        wants(package, &mut found.wants);
        lock.packages.push(found);
    }
    Ok(lock)
}

/// Hashes of all files as one text, in order; of the source archive where it is told apart.
fn checksum(package: &Node) -> Option<String> {
    if let Some(hash) = package.path(&["sdist", "hash"]) {
        return hash.text().map(str::to_owned);
    }
    let files = package.get("files").or_else(|| package.get("wheels"))?;
    let archive = files.items().find(|file| file.text_of("file").is_some_and(|name| name.ends_with(".tar.gz")))?;
    archive.text_of("hash").map(str::to_owned)
}

/// Poetry's table of names, uv's lists of tables, PDM's list of requirements.
fn wants(package: &Node, wants: &mut Vec<String>) {
    let mut add = |name: &str| wants.push(identity::normalised(Ecosystem::Python, name));
    let lists = ["dependencies", "optional-dependencies", "dev-dependencies"].iter().filter_map(|key| package.get(key));
    for list in lists {
        let groups = list.members().flat_map(|group| group.value.items());
        for item in list.items().chain(groups) {
            let text = item.text_of("name").or_else(|| item.text()).unwrap_or_default();
            add(text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).next().unwrap_or(text));
        }
        list.members().for_each(|member| add(&member.name));
    }
}

pub(super) fn pipfile(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Json, bytes)?;
    let mut lock = Lockfile::default();
    for category in root.members().filter(|member| member.name != "_meta") {
        for package in category.value.members() {
            let version = package.value.text_of("version").unwrap_or_default().trim_start_matches("==");
            let mut found = Locked::new(Ecosystem::Python, &package.name, version, package.line);
            let hashes: Vec<&str> =
                package.value.get("hashes").into_iter().flat_map(Node::items).filter_map(Node::text).collect();
            found.checksum = (!hashes.is_empty()).then(|| hashes.join(" "));
            lock.packages.push(found);
        }
    }
    Ok(lock)
}
