//! `yarn.lock`, of yarn 1 (a format of its own) and later (YAML).

use super::{Ecosystem, Locked, Lockfile};
use crate::facts::document::{self, Format, Malformed, Node};

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let text = document::lines(bytes)?;
    if text.contains("__metadata:") { berry(bytes) } else { classic(&text) }
}

/// The name of `@scope/name@range`.
fn name_of(descriptor: &str) -> &str {
    let text = descriptor.trim().trim_matches('"');
    text.char_indices().skip(1).find(|(_, c)| *c == '@').map_or(text, |(at, _)| &text[..at])
}

fn classic(text: &str) -> Result<Lockfile, Malformed> {
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    let mut in_wants = false;
    for (line, written) in (1u32..).zip(text.lines()) {
        let indent = written.len() - written.trim_start().len();
        let code = written.trim();
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        if indent == 0 {
            if !code.ends_with(':') {
                return Err(Malformed::refused("yarn.lock", line, "no package"));
            }
            let first = code.trim_end_matches(':').split(", ").next().unwrap_or_default();
            lock.packages.push(Locked::new(Ecosystem::Npm, name_of(first), "", line));
            in_wants = false;
            continue;
        }
        let Some(package) = lock.packages.last_mut() else { continue };
        let (key, value) = code.split_once(' ').unwrap_or((code, ""));
        let value = value.trim_matches('"').to_owned();
        match (indent, key) {
            (2, "version") => package.version = value,
            (2, "resolved") => package.resolved = Some(value),
            (2, "integrity") => package.checksum = Some(value),
            (2, key) => in_wants = matches!(key, "dependencies:" | "optionalDependencies:"),
            (_, key) if in_wants => package.wants.push(key.trim_matches('"').to_ascii_lowercase()),
            _ => {}
        }
    }
    Ok(lock)
}

fn berry(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let root = document::read(Format::Yaml, bytes)?;
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    for package in root.members().filter(|member| member.name != "__metadata") {
        let value = &package.value;
        let first = package.name.split(", ").next().unwrap_or_default();
        let mut found =
            Locked::new(Ecosystem::Npm, name_of(first), value.text_of("version").unwrap_or_default(), package.line);
        let wants = ["dependencies", "optionalDependencies", "peerDependencies"].iter();
        let wants = wants.flat_map(|table| value.get(table).into_iter().flat_map(Node::members));
        found.wants = wants.map(|member| member.name.to_ascii_lowercase()).collect();
        found.is_own = package.name.contains("@workspace:");
        found.resolved = value.text_of("resolution").map(str::to_owned);
        found.checksum = value.text_of("checksum").map(str::to_owned);
        lock.packages.push(found);
    }
    Ok(lock)
}
