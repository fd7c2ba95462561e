//! `Gemfile.lock`.

use super::{Ecosystem, Locked, Lockfile};
use crate::facts::document::{self, Malformed};

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let text = document::lines(bytes)?;
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    let (mut section, mut remote) = (String::new(), None);
    for (line, written) in (1u32..).zip(text.lines()) {
        let indent = written.len() - written.trim_start().len();
        let code = written.trim();
        let name = code.split([' ', '!']).next().unwrap_or_default();
        let version =
            code.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(version, _)| version);
        match (indent, section.as_str()) {
            (0, _) if !code.chars().all(|c| c.is_ascii_uppercase() || c == ' ') => {
                return Err(Malformed::refused("Gemfile.lock", line, "no section"));
            }
            (0, _) => {
                section = code.to_owned();
                remote = None;
            }
            (2, "DEPENDENCIES") => lock.roots.push(name.to_ascii_lowercase()),
            (2, _) if code.starts_with("remote:") => remote = Some(code["remote:".len()..].trim().to_owned()),
            (4, "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE") => {
                let mut found = Locked::new(Ecosystem::Ruby, name, version, line);
                found.resolved = remote.clone();
                found.is_own = section == "PATH";
                lock.packages.push(found);
            }
            (6, "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE") => {
                if let Some(package) = lock.packages.last_mut() {
                    package.wants.push(name.to_ascii_lowercase());
                }
            }
            (2, "CHECKSUMS") => {
                let hash = code.split_once(") ").map(|(_, hash)| hash.to_owned());
                let known =
                    lock.packages.iter_mut().find(|it| it.name == name.to_ascii_lowercase() && it.version == version);
                if let Some(package) = known {
                    package.checksum = hash;
                }
            }
            _ => {}
        }
    }
    Ok(lock)
}
