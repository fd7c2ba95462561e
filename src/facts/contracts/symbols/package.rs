//! Whether a file belongs to a package that others use, told by the nearest manifest.
//!
//! Only what shows that it is published counts: nobody outside calls into an application.

use super::{Tree, join, parent};
use crate::facts::document::{self, Format, Node};

/// A published package.
pub(super) struct Package {
    /// The directory of its manifest.
    pub root: String,
}

impl Tree<'_> {
    pub(super) fn package(&self, path: &str, language: &str) -> Option<Package> {
        match language {
            "rust" => self.nearest(path, &["Cargo.toml"], |root, text| self.is_crate(root, text, path)),
            "javascript" | "typescript" | "tsx" => self.nearest(path, &["package.json"], |_, text| is_npm(text)),
            "python" => self.python_package(path),
            "go" => self.nearest(path, &["go.mod"], |root, _| !self.has(&join(root, "main.go"))),
            "java" | "kotlin" | "scala" => self.jvm_package(path),
            "csharp" => self.csharp_package(path),
            "ruby" => self.ruby_package(path),
            "php" => self.nearest(path, &["composer.json"], |_, text| is_composer(text)),
            "swift" => self
                .nearest(path, &["Package.swift"], |_, text| text.contains(".library("))
                .filter(|package| path[package.root.len()..].trim_start_matches('/').starts_with("Sources/")),
            "elixir" => self
                .nearest(path, &["mix.exs"], |_, text| text.contains("package:") || text.contains("package()"))
                .filter(|package| path[package.root.len()..].trim_start_matches('/').starts_with("lib/")),
            "c" | "cpp" => is_header(path).then(|| Package { root: String::new() }),
            _ => None,
        }
    }

    /// The nearest directory above with one of these files; `None` where that file says that nothing is published.
    fn nearest(&self, path: &str, names: &[&str], fits: impl Fn(&str, &str) -> bool) -> Option<Package> {
        let mut directory = parent(path);
        loop {
            for name in names {
                if let Some(bytes) = self.read(&join(directory, name)) {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    return fits(directory, &text).then(|| Package { root: directory.to_owned() });
                }
            }
            if directory.is_empty() {
                return None;
            }
            directory = parent(directory);
        }
    }

    /// The registry takes nothing without a description.
    fn is_crate(&self, root: &str, text: &str, path: &str) -> bool {
        let Ok(manifest) = document::read(Format::Toml, text.as_bytes()) else { return false };
        let package = manifest.get("package");
        let is_published = package
            .is_some_and(|package| package.get("description").is_some() && package.text_of("publish") != Some("false"));
        let is_macro = manifest.path(&["lib", "proc-macro"]).is_some_and(Node::is_true);
        is_published
            && !is_macro
            && self.has(&join(root, "src/lib.rs"))
            && path.starts_with(&join(root, "src/"))
            && !path.starts_with(&join(root, "src/bin/"))
    }

    fn python_package(&self, path: &str) -> Option<Package> {
        let directory = parent(path);
        if directory.is_empty() || !self.has(&join(directory, "__init__.py")) {
            return None;
        }
        self.nearest(path, &["pyproject.toml", "setup.py", "setup.cfg"], |root, text| {
            let is_built = text.contains("[build-system]") || text.contains("setup(") || text.contains("[metadata]");
            is_built || self.has(&join(root, "setup.py"))
        })
    }

    fn jvm_package(&self, path: &str) -> Option<Package> {
        let in_sources = ["src/main/", "src/commonMain/", "src/jvmMain/"]
            .iter()
            .any(|it| path.starts_with(it) || path.contains(&format!("/{it}")));
        if !in_sources {
            return None;
        }
        const PUBLISHES: [&str; 9] = [
            "maven-publish",
            "maven.publish",
            "java-library",
            "distributionManagement",
            "central-publishing",
            "nexus-staging",
            "publishTo",
            "sonatype",
            "gradle-maven-publish-plugin",
        ];
        self.nearest(path, &["pom.xml", "build.gradle.kts", "build.gradle", "build.sbt"], |_, text| {
            PUBLISHES.iter().any(|word| text.contains(word))
        })
    }

    fn csharp_package(&self, path: &str) -> Option<Package> {
        let mut directory = parent(path);
        loop {
            if let Some(project) = self.in_directory(directory, ".csproj") {
                let bytes = self.read(&project)?;
                let text = String::from_utf8_lossy(&bytes);
                let says = ["<PackageId>", "<GeneratePackageOnBuild>true", "<IsPackable>true", "<PackageTags>"];
                let is_published =
                    says.iter().any(|word| text.contains(word)) || self.has(&join(directory, "PublicAPI.Shipped.txt"));
                return is_published.then(|| Package { root: directory.to_owned() });
            }
            if directory.is_empty() {
                return None;
            }
            directory = parent(directory);
        }
    }

    fn ruby_package(&self, path: &str) -> Option<Package> {
        let (root, _) = if path.starts_with("lib/") { ("", path) } else { path.split_once("/lib/")? };
        self.in_directory(root, ".gemspec").map(|_| Package { root: root.to_owned() })
    }
}

fn is_npm(text: &str) -> bool {
    document::read(Format::Json, text.as_bytes())
        .is_ok_and(|manifest| manifest.text_of("name").is_some() && !manifest.get("private").is_some_and(Node::is_true))
}

fn is_composer(text: &str) -> bool {
    document::read(Format::Json, text.as_bytes())
        .is_ok_and(|manifest| manifest.text_of("name").is_some() && manifest.text_of("type") != Some("project"))
}

/// Headers that are installed.
fn is_header(path: &str) -> bool {
    let is_header = [".h", ".hpp", ".hh", ".hxx"].iter().any(|ending| path.ends_with(ending));
    is_header && parent(path).split('/').any(|part| part == "include")
}
