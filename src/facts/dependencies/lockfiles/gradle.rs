//! `gradle.lockfile`: `group:name:version=configuration,…`, one a line.

use super::{Ecosystem, Locked, Lockfile};
use crate::facts::document::{self, Malformed};

pub(super) fn read(bytes: &[u8]) -> Result<Lockfile, Malformed> {
    let text = document::lines(bytes)?;
    let mut lock = Lockfile::default();
    for (line, written) in (1u32..).zip(text.lines()) {
        let code = written.trim();
        // `empty=` lists the configurations that have nothing.
        if code.is_empty() || code.starts_with('#') || code.starts_with("empty=") {
            continue;
        }
        let module = code.split_once('=').and_then(|(module, _)| module.rsplit_once(':'));
        let Some((name, version)) = module.filter(|(name, _)| name.contains(':')) else {
            return Err(Malformed::refused("gradle.lockfile", line, "no module"));
        };
        lock.packages.push(Locked::new(Ecosystem::Maven, name, version, line));
    }
    Ok(lock)
}
