//! One requirement as Python's packaging standard (PEP 508) writes it.

use super::{Dependency, Ecosystem, Kind, Source};

/// `name[extra] >=1,<2 ; marker`, `name @ url`; nothing where no name stands at the start.
pub(super) fn parse(written: &str, kind: Kind, line: u32) -> Option<Dependency> {
    let text = written.split(" #").next().unwrap_or(written).trim();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len());
    let name = &text[..end];
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let mut rest = text[end..].trim_start();
    if let Some(after) = rest.strip_prefix('[') {
        rest = after.split_once(']')?.1.trim_start();
    }
    let found = Dependency::new(Ecosystem::Python, name, kind, line);
    if let Some(url) = rest.strip_prefix('@') {
        return Some(found.source(link(url.split(" ;").next().unwrap_or(url).trim())));
    }
    // Options of pip's stand behind: `--hash=…`.
    let requirement = rest.split(';').next().unwrap_or_default().split("--").next().unwrap_or_default();
    let requirement = requirement.trim().trim_start_matches('(').trim_end_matches(')');
    let is_requirement = requirement.is_empty() || requirement.starts_with(['<', '>', '=', '!', '~']);
    is_requirement.then(|| found.requirement(Some(requirement)))
}

/// An address that stands where a version would.
pub(super) fn link(url: &str) -> Source {
    let Some(git) = url.strip_prefix("git+") else {
        return match url.strip_prefix("file:") {
            Some(path) => Source::Path(path.trim_start_matches("//").to_owned()),
            None if url.contains("://") => Source::Url(url.to_owned()),
            None => Source::Path(url.to_owned()),
        };
    };
    let url = git.split('#').next().unwrap_or(git);
    match url.rsplit_once('@') {
        Some((url, reference)) if !reference.contains('/') && url.contains("://") => Source::git(url, Some(reference)),
        _ => Source::git(url, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_of_every_shape() {
        let seen = |written: &str| {
            parse(written, Kind::Runtime, 1).map(|it| (it.name, it.requirement.unwrap_or_default(), it.source))
        };
        let registry = |name: &str, requirement: &str| Some((name.into(), requirement.into(), Source::Registry));
        assert_eq!(seen("Requests"), registry("requests", ""));
        assert_eq!(seen("pydantic[email]>=2.11.7"), registry("pydantic", ">=2.11.7"));
        assert_eq!(seen("a >=1,<2 ; python_version < '3.9'"), registry("a", ">=1,<2"));
        assert_eq!(seen("a==1.0 --hash=sha256:00"), registry("a", "==1.0"));
        assert_eq!(seen("a (>=1)"), registry("a", ">=1"));
        assert_eq!(
            seen("a @ git+https://github.com/x/a@v1").map(|it| it.2),
            Some(Source::git("https://github.com/x/a", Some("v1")))
        );
        assert_eq!(seen("a @ https://x/a.whl").map(|it| it.2), Some(Source::Url("https://x/a.whl".into())));
        assert_eq!(seen("--index-url https://x"), None);
        assert_eq!(seen("./local"), None);
    }
}
