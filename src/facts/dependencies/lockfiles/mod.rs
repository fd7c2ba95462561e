//! What lockfiles pin: package, version, where it is fetched from, its checksum, and which packages it asks for.
//!
//! One format is one file here; `FORMATS` says which paths it reads and which manifests it belongs to.

mod bundler;
mod cargo;
mod composer;
mod go;
mod gradle;
mod npm;
mod pnpm;
mod python;
mod verification;
mod yaml_locks;
mod yarn;

use super::{Ecosystem, identity};
use crate::RepoPath;
use crate::facts::document::Malformed;

/// What one lockfile pins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lockfile {
    pub packages: Vec<Locked>,
    /// Names that the lockfile itself says are asked for directly.
    pub roots: Vec<String>,
    /// Folders of the workspace's packages, with the names they ask for, where the lockfile says.
    pub importers: Vec<(String, Vec<String>)>,
    /// Whether it says which package asks for which.
    pub has_graph: bool,
}

/// One pinned package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locked {
    /// Normalised as its ecosystem does.
    pub name: String,
    pub version: String,
    /// Where it is fetched from, where the lockfile says.
    pub resolved: Option<String>,
    pub checksum: Option<String>,
    /// Names of the packages it asks for.
    pub wants: Vec<String>,
    /// A package of the repository itself.
    pub is_own: bool,
    pub line: u32,
}

type Read = fn(bytes: &[u8]) -> Result<Lockfile, Malformed>;

struct Format {
    name: &'static str,
    ecosystem: Ecosystem,
    /// The manifests whose dependencies it pins.
    manifests: &'static [&'static str],
    /// Nothing for binary formats.
    read: Option<Read>,
}

use Ecosystem as E;

const fn row(name: &'static str, ecosystem: Ecosystem, manifests: &'static [&'static str], read: Read) -> Format {
    Format { name, ecosystem, manifests, read: Some(read) }
}

static FORMATS: &[Format] = &[
    row("Cargo.lock", E::Cargo, &["Cargo.toml"], cargo::read),
    row("package-lock.json", E::Npm, &["package.json"], npm::read),
    row("npm-shrinkwrap.json", E::Npm, &["package.json"], npm::read),
    row("yarn.lock", E::Npm, &["package.json"], yarn::read),
    row("pnpm-lock.yaml", E::Npm, &["package.json", "pnpm-workspace.yaml"], pnpm::read),
    row("bun.lock", E::Npm, &["package.json"], npm::bun),
    // Binary: only its presence is seen.
    Format { name: "bun.lockb", ecosystem: E::Npm, manifests: &["package.json"], read: None },
    row("poetry.lock", E::Python, &["pyproject.toml"], python::read),
    row("uv.lock", E::Python, &["pyproject.toml"], python::read),
    row("pdm.lock", E::Python, &["pyproject.toml"], python::read),
    row("pylock.toml", E::Python, &["pyproject.toml"], python::read),
    row("Pipfile.lock", E::Python, &["Pipfile"], python::pipfile),
    row("go.sum", E::Go, &["go.mod"], go::read),
    row("Gemfile.lock", E::Ruby, &["Gemfile", "*.gemspec"], bundler::read),
    row("gems.locked", E::Ruby, &["gems.rb"], bundler::read),
    row("composer.lock", E::Composer, &["composer.json"], composer::read),
    row("packages.lock.json", E::Nuget, &["*.csproj", "*.fsproj", "*.vbproj"], composer::nuget),
    row("Package.resolved", E::Swift, &["Package.swift"], composer::swift),
    row("mix.lock", E::Hex, &["mix.exs"], go::mix),
    row("gradle.lockfile", E::Maven, &["build.gradle", "build.gradle.kts"], gradle::read),
    row("buildscript-gradle.lockfile", E::Maven, &[], gradle::read),
    row("verification-metadata.xml", E::Maven, &[], verification::read),
    row("pubspec.lock", E::Pub, &["pubspec.yaml"], yaml_locks::pubspec),
    row("Podfile.lock", E::CocoaPods, &["Podfile"], yaml_locks::podfile),
    row("Chart.lock", E::Helm, &["Chart.yaml"], yaml_locks::chart),
];

fn format_of(path: &RepoPath) -> Option<&'static Format> {
    FORMATS.iter().find(|format| path.file_name() == format.name.as_bytes())
}

/// The ecosystem whose packages a lockfile pins; `None` where the path is none.
pub fn ecosystem(path: &RepoPath) -> Option<Ecosystem> {
    format_of(path).map(|format| format.ecosystem)
}

/// Reads a lockfile; `None` where the path is none, or binary.
pub fn read(path: &RepoPath, bytes: &[u8]) -> Option<Result<Lockfile, Malformed>> {
    Some((format_of(path)?.read?)(bytes))
}

/// Whether it is what Gradle holds downloads against: no lockfile stands in for it, and every build below needs it.
pub fn verifies(path: &RepoPath) -> bool {
    path.file_name() == b"verification-metadata.xml"
}

/// Whether a manifest's dependencies are pinned by lockfiles of that name.
pub fn belongs(lockfile: &RepoPath, manifest: &RepoPath) -> bool {
    let name = manifest.file_name();
    format_of(lockfile).is_some_and(|format| {
        format.manifests.iter().any(|pattern| match pattern.strip_prefix('*') {
            Some(end) => name.ends_with(end.as_bytes()),
            None => name == pattern.as_bytes(),
        })
    })
}

/// Names of lockfiles that can stand beside a manifest or above it.
pub fn names_for(manifest: &RepoPath) -> Vec<&'static str> {
    FORMATS.iter().map(|format| format.name).filter(|name| belongs(&RepoPath::from(*name), manifest)).collect()
}

impl Locked {
    fn new(ecosystem: Ecosystem, name: &str, version: &str, line: u32) -> Self {
        let name = identity::normalised(ecosystem, name);
        Self { name, version: version.to_owned(), line, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lockfiles_and_their_manifests() {
        assert!(belongs(&"Cargo.lock".into(), &"crates/a/Cargo.toml".into()));
        assert!(belongs(&"Gemfile.lock".into(), &"x.gemspec".into()));
        assert!(!belongs(&"go.sum".into(), &"Cargo.toml".into()));
        assert_eq!(names_for(&"go.mod".into()), ["go.sum"]);
    }

    #[test]
    fn packages_versions_sources_and_wants() {
        let read = |path: &str, text: &str| {
            let lock = super::read(&path.into(), text.as_bytes()).expect("a lockfile").expect("reads");
            let show = |it: &Locked| {
                let resolved = it.resolved.clone().unwrap_or_default();
                format!("{} {} {resolved} {:?} @{}", it.name, it.version, it.wants, it.line)
            };
            lock.packages.iter().map(show).collect::<Vec<_>>()
        };
        let cargo = "version = 4\n\n[[package]]\nname = \"a_b\"\nversion = \"1.0.0\"\nsource = \"registry+https://x\"\nchecksum = \"00\"\ndependencies = [\n \"c\",\n \"d 2.0.0\",\n]\n";
        assert_eq!(read("Cargo.lock", cargo), ["a-b 1.0.0 registry+https://x [\"c\", \"d\"] @4"]);
        let npm = "{\"packages\": {\"\": {\"dependencies\": {\"a\": \"1\"}},\n\"node_modules/a\": {\"version\": \"1.0.0\", \"resolved\": \"https://r/a.tgz\", \"dependencies\": {\"@s/b\": \"1\"}},\n\"node_modules/a/node_modules/@s/b\": {\"version\": \"2.0.0\"}}}";
        assert_eq!(read("package-lock.json", npm), ["a 1.0.0 https://r/a.tgz [\"@s/b\"] @2", "@s/b 2.0.0  [] @3"]);
        let yarn = "# yarn lockfile v1\n\n\"@s/b@^1\", \"@s/b@^1.2\":\n  version \"1.2.3\"\n  resolved \"https://r/b.tgz#00\"\n  integrity sha512-x\n  dependencies:\n    c \"^1\"\n    \"@s/d\" \"2\"\n\nc@^1:\n  version \"1.0.0\"\n";
        assert_eq!(read("yarn.lock", yarn), ["@s/b 1.2.3 https://r/b.tgz#00 [\"c\", \"@s/d\"] @3", "c 1.0.0  [] @11"]);
        let berry = "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n  dependencies:\n    b: \"npm:^2\"\n  checksum: 10/00\n";
        assert_eq!(read("yarn.lock", berry), ["a 1.0.0 a@npm:1.0.0 [\"b\"] @4"]);
        let pnpm = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.0\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n  '@s/b@2.0.0':\n    resolution: {integrity: sha512-y}\nsnapshots:\n  a@1.0.0:\n    dependencies:\n      '@s/b': 2.0.0\n";
        assert_eq!(read("pnpm-lock.yaml", pnpm), ["a 1.0.0  [\"@s/b\"] @9", "@s/b 2.0.0  [] @11"]);
        let uv = "version = 1\n[[package]]\nname = \"A.b\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.org/simple\" }\ndependencies = [\n  { name = \"c\" },\n]\n";
        assert_eq!(read("uv.lock", uv), ["a-b 1.0 https://pypi.org/simple [\"c\"] @3"]);
        let gems = "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (3.1.0)\n    rails (8.0.0)\n      rack (>= 2.2.4)\n\nDEPENDENCIES\n  rails (~> 8.0)\n";
        assert_eq!(
            read("Gemfile.lock", gems),
            ["rack 3.1.0 https://rubygems.org/ [] @4", "rails 8.0.0 https://rubygems.org/ [\"rack\"] @5"]
        );
        let sum = "a.b/c v1.0.0 h1:x=\na.b/c v1.0.0/go.mod h1:y=\n";
        assert_eq!(read("go.sum", sum), ["a.b/c v1.0.0  [] @1"]);
        let gradle = "# comment\na.b:c:1.0=compileClasspath,runtimeClasspath\nempty=annotationProcessor\n";
        assert_eq!(read("gradle.lockfile", gradle), ["a.b:c 1.0  [] @2"]);
        let verified = "<verification-metadata>\n<components>\n<component group=\"a.b\" name=\"c\" version=\"1.0\">\n<artifact name=\"c-1.0.jar\">\n<sha256 value=\"00\"/>\n</artifact>\n</component>\n</components>\n</verification-metadata>";
        assert_eq!(read("gradle/verification-metadata.xml", verified), ["a.b:c/c-1.0.jar 1.0  [] @4"]);
        let mix = "%{\n  \"jason\": {:hex, :jason, \"1.4.4\", \"00\", [:mix], [{:decimal, \"~> 1.0\", [hex: :decimal]}], \"hexpm\", \"11\"},\n}\n";
        assert_eq!(read("mix.lock", mix), ["jason 1.4.4  [\"decimal\"] @2"]);
    }
}
