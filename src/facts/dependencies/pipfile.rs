//! Pipenv's `Pipfile`.

use super::{Kind, Manifest, pyproject};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn is(_: &str, name: &str) -> bool {
    name == "Pipfile"
}

pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let root = document::read(Format::Toml, bytes)?;
    let mut manifest = Manifest::default();
    for source in root.get("source").into_iter().flat_map(Node::items) {
        if let Some(url) = source.get("url") {
            manifest.origin(url.text().unwrap_or_default(), url.line);
        }
    }
    // Every other table is a category of packages.
    let categories = root.members().filter(|table| {
        table.value.is_map() && !matches!(table.name.as_str(), "requires" | "scripts" | "pipenv" | "source")
    });
    for category in categories {
        let kind = if category.name == "packages" { Kind::Runtime } else { Kind::Development };
        for member in category.value.members() {
            manifest.add(pyproject::table_entry(member, kind));
        }
    }
    Ok(manifest)
}
