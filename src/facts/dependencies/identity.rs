//! When two names mean one package, and its package URL.

use packageurl::PackageUrl;

use super::{Dependency, Ecosystem, Source};

/// A name as its ecosystem compares it.
pub(super) fn normalised(ecosystem: Ecosystem, name: &str) -> String {
    let name = name.trim();
    match ecosystem {
        Ecosystem::Cargo => name.to_ascii_lowercase().replace('_', "-"),
        Ecosystem::Python => pep_503(name),
        Ecosystem::Conda => name.rsplit("::").next().unwrap_or(name).to_ascii_lowercase(),
        Ecosystem::CocoaPods => name.split('/').next().unwrap_or(name).to_owned(),
        Ecosystem::Image => image(name),
        Ecosystem::Swift | Ecosystem::Hook | Ecosystem::Submodule => repository(name),
        Ecosystem::Go | Ecosystem::Maven | Ecosystem::GradlePlugin => name.to_owned(),
        _ => name.to_ascii_lowercase(),
    }
}

/// Lower case, runs of `-_.` as one dash.
fn pep_503(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push('-');
        }
        text.push_str(&part.to_ascii_lowercase());
    }
    text
}

/// `alpine` is `docker.io/library/alpine`.
fn image(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let first = name.split('/').next().unwrap_or_default();
    let has_host = name.contains('/') && (first.contains(['.', ':']) || first == "localhost");
    match (has_host, name.contains('/')) {
        (true, _) => name,
        (false, true) => format!("docker.io/{name}"),
        (false, false) => format!("docker.io/library/{name}"),
    }
}

/// A repository's address as `host/path`, however it is reached.
pub fn repository(url: &str) -> String {
    let text = url.trim().trim_end_matches('/').trim_end_matches(".git");
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    // `git@host:owner/name`
    let text = match text.split_once('@') {
        Some((user, rest)) if !user.contains('/') => rest.replacen(':', "/", 1),
        _ => text.to_owned(),
    };
    let (host, path) = text.split_once('/').unwrap_or((&text, ""));
    let host = host.to_ascii_lowercase();
    let path =
        if matches!(host.as_str(), "github.com" | "gitlab.com") { path.to_ascii_lowercase() } else { path.into() };
    if path.is_empty() { host } else { format!("{host}/{path}") }
}

/// The package URL, with the version where one is written exactly enough to name.
pub fn purl(dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    let (kind, namespace, name) = match dependency.ecosystem {
        Ecosystem::Cargo => ("cargo", None, name),
        Ecosystem::Npm => scoped("npm", name, '/'),
        Ecosystem::Jsr => scoped("jsr", name, '/'),
        Ecosystem::Python => ("pypi", None, name),
        Ecosystem::Conda => ("conda", None, name),
        Ecosystem::Go => scoped("golang", name, '/'),
        Ecosystem::Maven | Ecosystem::GradlePlugin => scoped("maven", name, ':'),
        Ecosystem::Ruby => ("gem", None, name),
        Ecosystem::CocoaPods => ("cocoapods", None, name),
        Ecosystem::Composer => scoped("composer", name, '/'),
        Ecosystem::Nuget => ("nuget", None, name),
        Ecosystem::Swift => scoped("swift", name, '/'),
        Ecosystem::Hex => ("hex", None, name),
        Ecosystem::Pub => ("pub", None, name),
        Ecosystem::Action => scoped("githubactions", name, '/'),
        Ecosystem::Image => scoped("docker", name.strip_prefix("docker.io/").unwrap_or(name), '/'),
        Ecosystem::Orb => scoped("generic", name, '/'),
        Ecosystem::Hook | Ecosystem::Submodule => match name.strip_prefix("github.com/") {
            Some(name) => scoped("github", name, '/'),
            None => scoped("generic", name, '/'),
        },
        Ecosystem::Helm => scoped("helm", name, '/'),
        Ecosystem::Bazel => ("bazel", None, name),
    };
    let mut url = PackageUrl::new(kind, name).ok()?;
    if let Some(namespace) = namespace {
        url.with_namespace(namespace).ok()?;
    }
    if let Some(version) = version(dependency) {
        url.with_version(version).ok()?;
    }
    if let Source::Git { url: address, .. } = &dependency.source
        && !matches!(dependency.ecosystem, Ecosystem::Swift | Ecosystem::Hook | Ecosystem::Submodule)
    {
        url.add_qualifier("vcs_url", address.clone()).ok()?;
    }
    Some(url.to_string())
}

fn scoped<'a>(kind: &'static str, name: &'a str, separator: char) -> (&'static str, Option<&'a str>, &'a str) {
    match name.rsplit_once(separator) {
        Some((namespace, name)) => (kind, Some(namespace), name),
        None => (kind, None, name),
    }
}

/// The version of a requirement that names one: `^1.2`, `==1.2`, `v4`; nothing for ranges of several parts.
fn version(dependency: &Dependency) -> Option<&str> {
    let written = dependency.requirement.as_deref()?;
    let version = written.trim_start_matches(['=', '^', '~', '>', ' ']);
    let is_version = version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_' | ':'));
    (!version.is_empty() && is_version).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::dependencies::Kind;

    #[test]
    fn one_package_has_one_name() {
        for (ecosystem, one, other) in [
            (Ecosystem::Cargo, "serde_json", "serde-json"),
            (Ecosystem::Python, "Foo.Bar__baz", "foo-bar-baz"),
            (Ecosystem::Nuget, "Newtonsoft.Json", "newtonsoft.json"),
            (Ecosystem::Image, "alpine", "docker.io/library/alpine"),
            (Ecosystem::Swift, "https://GitHub.com/apple/swift-log.git", "git@github.com:apple/swift-log"),
            (Ecosystem::CocoaPods, "Firebase/Core", "Firebase"),
        ] {
            assert_eq!(normalised(ecosystem, one), normalised(ecosystem, other));
        }
        assert_ne!(normalised(Ecosystem::Go, "a.b/c"), normalised(Ecosystem::Go, "a.b/c/v2"));
        assert_ne!(normalised(Ecosystem::Image, "ghcr.io/a/b"), normalised(Ecosystem::Image, "a/b"));
    }

    #[test]
    fn package_urls() {
        for (ecosystem, name, requirement, expected) in [
            (Ecosystem::Cargo, "serde", "1.0", "pkg:cargo/serde@1.0"),
            (Ecosystem::Npm, "@types/node", "^20.1.0", "pkg:npm/%40types/node@20.1.0"),
            (Ecosystem::Maven, "org.slf4j:slf4j-api", "2.0", "pkg:maven/org.slf4j/slf4j-api@2.0"),
            (Ecosystem::Python, "uvicorn", ">=0.35,<1", "pkg:pypi/uvicorn"),
            (Ecosystem::Go, "golang.org/x/mod", "v0.1.0", "pkg:golang/golang.org/x/mod@v0.1.0"),
            (Ecosystem::Action, "actions/checkout", "v4", "pkg:githubactions/actions/checkout@v4"),
            (Ecosystem::Image, "alpine", "3.20", "pkg:docker/library/alpine@3.20"),
            (Ecosystem::Hook, "https://github.com/psf/black", "24.1.0", "pkg:github/psf/black@24.1.0"),
        ] {
            let dependency = Dependency::new(ecosystem, name, Kind::Runtime, 1).requirement(Some(requirement));
            assert_eq!(purl(&dependency).as_deref(), Some(expected));
        }
    }
}
