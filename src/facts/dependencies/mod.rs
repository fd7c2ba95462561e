//! Direct dependencies, as manifests declare them: name, kind, source, version, line.
//!
//! One manifest format is one file here, a function from bytes to a [`Manifest`]; `FORMATS` says which paths it reads.
//! Nothing here knows the other side of a change, nor which dependency is good.
//!
//! To add a format: a file with `is` and `read`, and a row in `FORMATS`.

mod actions;
mod bazel;
mod bundler;
mod cargo;
mod ci_images;
mod cocoapods;
mod composer;
mod conda;
mod container;
mod deno;
mod go;
mod gradle;
mod gradle_groovy;
mod helm;
mod identity;
pub mod lockfiles;
mod maven;
mod mix;
mod model;
mod npm;
mod npm_settings;
mod nuget;
mod pipfile;
mod pre_commit;
mod pubspec;
mod pyproject;
mod requirement;
mod requirements;
mod sbt;
mod setup;
mod submodules;
mod swift;
mod syntax;
mod template;
mod version_catalog;

pub use identity::{purl, repository};
pub use model::{Dependency, Ecosystem, Kind, Manifest, Origin, Permission, Redirect, Script, Source};

use super::document::Malformed;
use crate::RepoPath;

/// Who reads which files.
struct Format {
    /// What its dependencies can be of.
    ecosystems: &'static [Ecosystem],
    /// Asked with the whole path and its last part.
    is: fn(path: &str, name: &str) -> bool,
    read: fn(bytes: &[u8]) -> Result<Manifest, Malformed>,
}

use Ecosystem as E;

static FORMATS: &[Format] = &[
    Format { ecosystems: &[E::Cargo], is: cargo::is_manifest, read: cargo::manifest },
    Format { ecosystems: &[E::Cargo], is: cargo::is_configuration, read: cargo::configuration },
    Format { ecosystems: &[E::Npm], is: npm::is, read: npm::read },
    Format { ecosystems: &[E::Npm], is: npm_settings::is_workspace, read: npm_settings::workspace },
    Format { ecosystems: &[E::Npm], is: npm_settings::is_npmrc, read: npm_settings::npmrc },
    Format { ecosystems: &[E::Npm], is: npm_settings::is_yarnrc, read: npm_settings::yarnrc },
    Format { ecosystems: &[E::Npm], is: npm_settings::is_bunfig, read: npm_settings::bunfig },
    Format { ecosystems: &[E::Npm, E::Jsr], is: deno::is, read: deno::read },
    Format { ecosystems: &[E::Python], is: pyproject::is, read: pyproject::read },
    Format { ecosystems: &[E::Python], is: requirements::is, read: requirements::read },
    Format { ecosystems: &[E::Python], is: pipfile::is, read: pipfile::read },
    Format { ecosystems: &[E::Python], is: setup::is_configuration, read: setup::configuration },
    Format { ecosystems: &[E::Python], is: setup::is_script, read: setup::script },
    Format { ecosystems: &[E::Conda, E::Python], is: conda::is, read: conda::read },
    Format { ecosystems: &[E::Go], is: go::is, read: go::read },
    Format { ecosystems: &[E::Maven], is: maven::is, read: maven::read },
    Format { ecosystems: &[E::Maven, E::GradlePlugin], is: version_catalog::is, read: version_catalog::read },
    Format { ecosystems: &[E::Maven, E::GradlePlugin], is: gradle::is, read: gradle::read },
    Format { ecosystems: &[E::Maven, E::GradlePlugin], is: gradle_groovy::is, read: gradle_groovy::read },
    Format { ecosystems: &[E::Maven], is: gradle_groovy::is_wrapper, read: gradle_groovy::wrapper },
    Format { ecosystems: &[E::Maven], is: sbt::is, read: sbt::read },
    Format { ecosystems: &[E::Ruby], is: bundler::is, read: bundler::read },
    Format { ecosystems: &[E::CocoaPods], is: cocoapods::is, read: cocoapods::read },
    Format { ecosystems: &[E::Composer], is: composer::is, read: composer::read },
    Format { ecosystems: &[E::Nuget], is: nuget::is_project, read: nuget::project },
    Format { ecosystems: &[E::Nuget], is: nuget::is_packages, read: nuget::packages },
    Format { ecosystems: &[E::Nuget], is: nuget::is_tools, read: nuget::tools },
    Format { ecosystems: &[E::Nuget], is: nuget::is_configuration, read: nuget::configuration },
    Format { ecosystems: &[E::Swift], is: swift::is, read: swift::read },
    Format { ecosystems: &[E::Hex], is: mix::is, read: mix::read },
    Format { ecosystems: &[E::Pub], is: pubspec::is, read: pubspec::read },
    Format { ecosystems: &[E::Action, E::Image], is: actions::is, read: actions::read },
    Format { ecosystems: &[E::Image], is: container::is_dockerfile, read: container::dockerfile },
    Format { ecosystems: &[E::Image], is: container::is_compose, read: container::compose },
    Format { ecosystems: &[E::Image, E::Orb], is: ci_images::is, read: ci_images::read },
    Format { ecosystems: &[E::Hook, E::Python, E::Npm], is: pre_commit::is, read: pre_commit::read },
    Format { ecosystems: &[E::Submodule], is: submodules::is, read: submodules::read },
    Format { ecosystems: &[E::Helm], is: helm::is, read: helm::read },
    Format { ecosystems: &[E::Bazel], is: bazel::is, read: bazel::read },
];

fn format_of(path: &RepoPath) -> Option<&'static Format> {
    let text = path.to_text();
    let name = text.rsplit('/').next().unwrap_or(&text);
    // Somebody else's manifests, kept here with their code, declare nothing of ours.
    let is_foreign = text.split('/').rev().skip(1).any(|part| {
        matches!(part, "node_modules" | "vendor" | "third_party" | "third-party" | "bower_components" | "site-packages")
    });
    FORMATS.iter().find(|format| !is_foreign && (format.is)(&text, name))
}

/// Whether a path declares dependencies in a format that is read here.
pub fn is_manifest(path: &RepoPath) -> bool {
    format_of(path).is_some()
}

/// Whether a path can declare dependencies of that ecosystem.
pub fn can_declare(path: &RepoPath, ecosystem: Ecosystem) -> bool {
    format_of(path).is_some_and(|format| format.ecosystems.contains(&ecosystem))
}

/// Reads a manifest; `None` where the path is none.
pub fn read(path: &RepoPath, bytes: &[u8]) -> Option<Result<Manifest, Malformed>> {
    Some((format_of(path)?.read)(bytes))
}
