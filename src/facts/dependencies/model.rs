//! What a manifest says, whatever it is written in.

/// A world of packages with names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    Cargo,
    Npm,
    Jsr,
    Python,
    Conda,
    Go,
    /// Also Gradle's and sbt's libraries.
    Maven,
    GradlePlugin,
    Ruby,
    CocoaPods,
    Composer,
    Nuget,
    Swift,
    Hex,
    Pub,
    Action,
    Image,
    /// A CircleCI orb, a Buildkite plugin.
    Orb,
    /// A repository of pre-commit hooks.
    Hook,
    Submodule,
    Helm,
    Bazel,
}

impl Ecosystem {
    /// The word a policy uses: `cargo:serde`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
            Self::Jsr => "jsr",
            Self::Python => "pypi",
            Self::Conda => "conda",
            Self::Go => "golang",
            Self::Maven => "maven",
            Self::GradlePlugin => "gradle-plugin",
            Self::Ruby => "gem",
            Self::CocoaPods => "cocoapods",
            Self::Composer => "composer",
            Self::Nuget => "nuget",
            Self::Swift => "swift",
            Self::Hex => "hex",
            Self::Pub => "pub",
            Self::Action => "githubactions",
            Self::Image => "docker",
            Self::Orb => "orb",
            Self::Hook => "pre-commit",
            Self::Submodule => "submodule",
            Self::Helm => "helm",
            Self::Bazel => "bazel",
        }
    }
}

/// What a dependency is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Runtime,
    Development,
    Build,
    Peer,
    Optional,
    /// A version that other manifests of the repository take over.
    Shared,
    Plugin,
    Tool,
    Action,
    Image,
    Hook,
    Submodule,
}

impl Kind {
    /// The word for messages and policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Development => "dev",
            Self::Build => "build",
            Self::Peer => "peer",
            Self::Optional => "optional",
            Self::Shared => "shared",
            Self::Plugin => "plugin",
            Self::Tool => "tool",
            Self::Action => "action",
            Self::Image => "image",
            Self::Hook => "hook",
            Self::Submodule => "submodule",
        }
    }
}

/// Where a dependency comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The ecosystem's own.
    #[default]
    Registry,
    /// Another one, by the name or address the manifest gives it.
    OtherRegistry(String),
    Git {
        url: String,
        /// Branch, tag or commit as written; nothing for the default branch.
        reference: Option<String>,
    },
    Url(String),
    /// A directory, as written.
    Path(String),
    /// A package of the same workspace.
    Workspace,
}

impl Source {
    pub fn git(url: impl Into<String>, reference: Option<&str>) -> Self {
        Self::Git { url: url.into(), reference: reference.map(str::to_owned) }
    }
}

/// A declared direct dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub ecosystem: Ecosystem,
    /// Normalised as its ecosystem does; two spellings of one package are equal.
    pub name: String,
    /// The name it is used under, where that is another.
    pub alias: Option<String>,
    pub kind: Kind,
    pub source: Source,
    /// Version, range or tag as written.
    pub requirement: Option<String>,
    /// The version is taken from elsewhere in the repository: a workspace, a catalog, a central file.
    pub inherited: bool,
    pub line: u32,
}

impl Dependency {
    /// A dependency under its normalised name.
    pub fn new(ecosystem: Ecosystem, name: &str, kind: Kind, line: u32) -> Self {
        Self {
            ecosystem,
            name: super::identity::normalised(ecosystem, name),
            alias: None,
            kind,
            source: Source::Registry,
            requirement: None,
            inherited: false,
            line,
        }
    }

    pub fn requirement(mut self, requirement: Option<&str>) -> Self {
        self.requirement = requirement.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        self
    }

    pub fn source(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    pub fn inherited(mut self, inherited: bool) -> Self {
        self.inherited = inherited;
        self
    }

    pub fn alias(mut self, alias: &str) -> Self {
        self.alias = Some(alias.to_owned());
        self
    }

    /// What makes it the same package in another manifest.
    pub fn key(&self) -> (Ecosystem, &str) {
        (self.ecosystem, &self.name)
    }
}

/// A registry, index or repository that packages are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub url: String,
    pub line: u32,
}

/// A dependency, own or transitive, that is taken from elsewhere than its registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    pub name: String,
    pub to: Source,
    pub line: u32,
}

/// A script that runs while packages are installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    pub name: String,
    pub command: String,
    pub line: u32,
}

/// A package whose scripts or plugins may run during an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    pub name: String,
    pub line: u32,
}

/// What one file declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Names under which the repository's own packages are known.
    pub own: Vec<String>,
    pub dependencies: Vec<Dependency>,
    pub origins: Vec<Origin>,
    pub redirects: Vec<Redirect>,
    pub scripts: Vec<Script>,
    pub permissions: Vec<Permission>,
    /// Where a program's grammar first met what it does not know; the rest is read all the same.
    pub unread_line: Option<u32>,
}

impl Manifest {
    pub(super) fn add(&mut self, dependency: Dependency) {
        if !dependency.name.is_empty() {
            self.dependencies.push(dependency);
        }
    }

    pub(super) fn own(&mut self, ecosystem: Ecosystem, name: Option<&str>) {
        self.own.extend(name.map(|name| super::identity::normalised(ecosystem, name)));
    }

    pub(super) fn origin(&mut self, url: &str, line: u32) {
        let url = url.trim().trim_end_matches('/').to_owned();
        if !url.is_empty() {
            self.origins.push(Origin { url, line });
        }
    }

    pub(super) fn permission(&mut self, name: &str, line: u32) {
        self.permissions.push(Permission { name: name.to_owned(), line });
    }
}
