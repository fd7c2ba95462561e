//! Gradle's `verification-metadata.xml`: the checksums of every file that a build downloads.

use super::{Locked, Lockfile};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Xml, bytes)?;
    let components = root.path(&["verification-metadata", "components"]);
    let components = components.into_iter().flat_map(|all| all.all("component"));
    let mut lock = Lockfile::default();
    for component in components {
        let text = |name: &str| component.text_of(name).unwrap_or_default();
        for artifact in component.all("artifact") {
            lock.packages.push(Locked {
                // A component has several files, each with checksums of its own.
                name: format!("{}:{}/{}", text("@group"), text("@name"), artifact.text_of("@name").unwrap_or_default()),
                version: text("@version").to_owned(),
                checksum: checksums(artifact),
                line: artifact.line,
                ..Locked::default()
            });
        }
    }
    Ok(lock)
}

/// Every checksum that is accepted, with its kind; nothing where there is only a signature.
fn checksums(artifact: &Node) -> Option<String> {
    let kinds = artifact.members().filter(|member| matches!(&*member.name, "sha512" | "sha256" | "sha1" | "md5"));
    let all = kinds.filter_map(|member| Some(format!("{}-{}", member.name, member.value.text_of("@value")?)));
    let all: Vec<String> = all.collect();
    (!all.is_empty()).then(|| all.join(" "))
}
