//! Where a result is: addresses of files become paths of the repository.

use super::format::{ArtifactLocation, Location, Run};

pub(super) struct Place {
    pub path: String,
    pub lines: Option<(u32, u32)>,
}

/// What is needed to read a run's addresses.
pub(super) struct Places<'a> {
    run: &'a Run,
    /// Absolute folders that are the repository's top.
    roots: Vec<String>,
}

impl<'a> Places<'a> {
    pub(super) fn of(run: &'a Run, roots: &[String]) -> Self {
        // What a run calls its root is an absolute folder of the machine it ran on.
        let named = run.original_uri_base_ids.iter().filter(|(_, base)| base.uri_base_id.is_none());
        let named = named.filter_map(|(_, base)| absolute(&plain(base.uri.as_deref()?)));
        let roots = roots.iter().filter_map(|root| absolute(&plain(root)));
        let mut all: Vec<String> = roots.chain(named).map(|root| root.trim_end_matches('/').to_owned()).collect();
        // The longest first: one root may lie in another.
        all.sort_by_key(|root| std::cmp::Reverse(root.len()));
        all.retain(|root| !root.is_empty());
        Self { run, roots: all }
    }

    pub(super) fn of_location(&self, location: &Location) -> Option<Place> {
        let physical = location.physical_location.as_ref()?;
        let path = self.path(physical.artifact_location.as_ref()?)?;
        let line = |line: Option<i64>| u32::try_from(line?).ok().filter(|line| *line > 0);
        let lines = physical.region.as_ref().and_then(|region| {
            let first = line(region.start_line)?;
            let last = line(region.end_line).unwrap_or(first).max(first);
            // A region that ends before the first character of a line has nothing of it.
            let ends_before = region.end_column == Some(1) && last > first;
            Some((first, if ends_before { last - 1 } else { last }))
        });
        Some(Place { path, lines })
    }

    /// The file's path; `None` for what is not in the repository.
    fn path(&self, location: &ArtifactLocation) -> Option<String> {
        let named = match &location.uri {
            Some(_) => location,
            None => self.run.artifacts.get(usize::try_from(location.index?).ok()?)?.location.as_ref()?,
        };
        let uri = plain(named.uri.as_deref()?);
        if let Some(absolute) = absolute(&uri) {
            let inside = self.roots.iter().find_map(|root| {
                let rest = absolute.strip_prefix(root.as_str())?;
                rest.strip_prefix('/')
            })?;
            return within(inside);
        }
        if uri.contains("://") {
            return None;
        }
        // A base that is itself relative is a folder of the repository.
        let base = named.uri_base_id.as_ref().and_then(|id| self.run.original_uri_base_ids.get(id));
        let folder = base
            .and_then(|base| base.uri.as_deref())
            .map(plain)
            .filter(|uri| !uri.contains(':') && !uri.starts_with('/'));
        within(&format!("{}/{uri}", folder.unwrap_or_default()))
    }
}

/// Percent signs resolved, `/` between the parts.
fn plain(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%').then(|| std::str::from_utf8(tail.get(..2)?).ok()).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace('\\', "/")
}

/// The path of a `file:` address or an absolute path; a drive's letter in lower case.
fn absolute(uri: &str) -> Option<String> {
    let path = match uri.strip_prefix("file:") {
        Some(rest) => {
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            // A host may stand before the path, which is this machine.
            if rest.starts_with('/') { rest } else { rest.find('/').map(|at| &rest[at..])? }
        }
        None => uri,
    };
    let unslashed = path.strip_prefix('/').unwrap_or(path);
    match unslashed.as_bytes() {
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => {
            Some(format!("/{}{}", drive.to_ascii_lowercase() as char, &unslashed[1..]))
        }
        _ => path.starts_with('/').then(|| path.to_owned()),
    }
}

/// A relative path without `.` and `..`; `None` where it leaves the repository or names nothing in it.
fn within(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty() && !path.contains('\0')).then(|| parts.join("/"))
}
