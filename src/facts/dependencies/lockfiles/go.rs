//! `go.sum` and `mix.lock`, one package a line.

use super::{Ecosystem, Locked, Lockfile};
use crate::facts::document::{self, Malformed};

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let text = document::lines(bytes)?;
    let mut lock = Lockfile::default();
    for (line, written) in (1u32..).zip(text.lines()) {
        let words: Vec<&str> = written.split_whitespace().collect();
        if !matches!(words.len(), 0 | 3) {
            return Err(Malformed::refused("go.sum", line, "not a module, a version and a hash"));
        }
        if let [path, version, hash] = words[..]
            && !version.ends_with("/go.mod")
        {
            let mut found = Locked::new(Ecosystem::Go, path, version, line);
            found.checksum = Some(hash.to_owned());
            lock.packages.push(found);
        }
    }
    Ok(lock)
}

/// `"name": {:hex, :name, "version", "checksum", [:mix], [{:wanted, …}], "hexpm", "checksum"},`
pub(super) fn mix(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let text = document::lines(bytes)?;
    let mut lock = Lockfile { has_graph: true, ..Lockfile::default() };
    for (line, written) in (1u32..).zip(text.lines()) {
        let entry = written.trim().split_once(": {").filter(|(key, _)| key.starts_with('"'));
        let Some((key, value)) = entry else {
            if matches!(written.trim(), "" | "%{" | "}" | "%{}") {
                continue;
            }
            return Err(Malformed::refused("mix.lock", line, "no package"));
        };
        let fields: Vec<&str> = value.split(", ").collect();
        let text = |at: usize| fields.get(at).map(|field| field.trim_matches('"')).unwrap_or_default();
        let mut found = Locked::new(Ecosystem::Hex, key.trim_matches('"'), text(2), line);
        if fields.first() == Some(&":git") {
            found.version = String::new();
            found.resolved = Some(text(1).to_owned());
        } else {
            found.checksum = Some(text(3).to_owned());
        }
        let wants = value.split("{:").skip(1).filter_map(|part| part.split(',').next());
        found.wants = wants.map(str::to_owned).collect();
        lock.packages.push(found);
    }
    Ok(lock)
}
