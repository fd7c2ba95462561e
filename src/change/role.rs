//! What a file is for, told from its path by the rows of [`table`](super::role_table::TABLE).
//!
//! The rows are indexed by name, directory and ending, so that a path costs a handful of look-ups however many rows
//! there are, and building the index costs microseconds at start-up.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::role_table::{CODE, Row, TABLE, Which};
use crate::RepoPath;
use crate::policy::Patterns;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Production,
    Test,
    /// Data that tests read: fixtures, test data folders.
    TestData,
    /// Recorded output: snapshots, golden files, cassettes.
    Snapshot,
    Manifest,
    Lockfile,
    /// Pipelines and the hooks that run on developers' machines.
    Ci,
    Configuration,
    Documentation,
    /// Made by a program, or somebody else's code kept here.
    Generated,
    /// `AGENTS.md`, `CLAUDE.md`, rules of coding agents.
    AgentInstructions,
    /// What the gate itself is made of: `.agentgate/`, its hooks, its CI job, CODEOWNERS.
    Gate,
}

impl Role {
    /// Code and data that only tests use.
    pub fn is_test(self) -> bool {
        matches!(self, Self::Test | Self::TestData | Self::Snapshot)
    }
}

/// Tells roles: the built-in table, and what a policy puts before it.
#[derive(Clone, Default)]
pub struct Roles {
    extra: Vec<(Patterns, Role)>,
}

impl Roles {
    /// The built-in table under a policy's own patterns; of those, the first that fits decides.
    pub fn with(extra: Vec<(Patterns, Role)>) -> Self {
        Self { extra }
    }

    pub fn role(&self, path: &RepoPath) -> Role {
        let own = self.extra.iter().find(|(patterns, _)| patterns.is_match(path));
        own.map_or_else(|| INDEX.role(path), |(_, role)| *role)
    }
}

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(TABLE));

/// A row's position in the table and what it says; the first row that fits a path decides.
type Hit = (usize, Which, Role);

/// The table, by the part of a path that a pattern looks at.
#[derive(Default)]
struct Index {
    /// `/a/b`: exactly this path.
    paths: HashMap<&'static [u8], Hit>,
    /// `/a/b/`: everything below this directory.
    roots: HashMap<&'static [u8], Hit>,
    /// `a/` and `a/b/`: everything below such directories, wherever they are.
    directories: HashMap<&'static [u8], Vec<Hit>>,
    /// `*Test/`: everything below directories with such an ending.
    directory_endings: Vec<(&'static [u8], Hit)>,
    /// `name`
    names: HashMap<&'static [u8], Hit>,
    /// `*.segment.*`
    segments: HashMap<&'static [u8], Hit>,
    /// `*_ending.*`: before the last dot.
    stem_endings: HashMap<&'static [u8], Hit>,
    /// `*ending`, of which the first byte is one of [`BOUNDARIES`] or a capital letter.
    endings: HashMap<&'static [u8], Hit>,
    /// `start*end`
    frames: Vec<(&'static [u8], &'static [u8], Hit)>,
}

const BOUNDARIES: &[u8] = b"._-";

impl Index {
    fn of(table: &'static [Row]) -> Self {
        let mut index = Self::default();
        for (rank, row) in table.iter().enumerate() {
            for pattern in row.patterns.split_ascii_whitespace() {
                index.insert(pattern, (rank, row.which, row.role));
            }
        }
        index
    }

    fn insert(&mut self, pattern: &'static str, hit: Hit) {
        let directory = pattern.strip_suffix('/').map(str::as_bytes);
        match (directory, pattern.strip_prefix('/'), pattern.split_once('*')) {
            (Some(directory), Some(_), _) => drop(self.roots.entry(&directory[1..]).or_insert(hit)),
            (Some(directory), None, Some(_)) => self.directory_endings.push((&directory[1..], hit)),
            (Some(directory), None, None) => self.directories.entry(directory).or_default().push(hit),
            (None, Some(path), _) => drop(self.paths.entry(path.as_bytes()).or_insert(hit)),
            (None, None, None) => drop(self.names.entry(pattern.as_bytes()).or_insert(hit)),
            (None, None, Some(("", rest))) => match rest.strip_suffix(".*") {
                Some(stem) => match stem.strip_prefix('.') {
                    Some(segment) => drop(self.segments.entry(segment.as_bytes()).or_insert(hit)),
                    None => drop(self.stem_endings.entry(stem.as_bytes()).or_insert(hit)),
                },
                None => drop(self.endings.entry(rest.as_bytes()).or_insert(hit)),
            },
            (None, None, Some((start, end))) => self.frames.push((start.as_bytes(), end.as_bytes(), hit)),
        }
    }

    fn role(&self, path: &RepoPath) -> Role {
        let which =
            if path.extension().is_some_and(|extension| CODE.contains(&extension)) { Which::Code } else { Which::Data };
        let mut best: Option<Hit> = None;
        let mut consider = |hit: Option<&Hit>| {
            if let Some(hit) = hit
                && (hit.1 == Which::Any || hit.1 == which)
                && best.is_none_or(|best| hit.0 < best.0)
            {
                best = Some(*hit);
            }
        };
        self.by_directory(path, &mut consider);
        // Whatever its name: `src/main/java/RouteSpec.kt` is the program.
        let is_program = is_of_program(path);
        self.by_name(path.file_name(), &mut |hit| consider(hit.filter(|hit| !is_program || hit.2 != Role::Test)));
        consider(self.paths.get(path.as_bytes()));
        best.map_or(Role::Production, |(_, _, role)| role)
    }

    fn by_directory(&self, path: &RepoPath, consider: &mut impl FnMut(Option<&Hit>)) {
        let whole = path.parent();
        let (mut start, mut previous) = (0, 0);
        while start < whole.len() {
            let end = whole[start..].iter().position(|byte| *byte == b'/').map_or(whole.len(), |at| start + at);
            let directory = &whole[start..end];
            consider(self.roots.get(&whole[..end]));
            for key in [directory, &whole[previous..end]] {
                self.directories.get(key).into_iter().flatten().for_each(|hit| consider(Some(hit)));
            }
            for (ending, hit) in &self.directory_endings {
                consider((directory.len() > ending.len() && directory.ends_with(ending)).then_some(hit));
            }
            (previous, start) = (start, end + 1);
        }
    }

    fn by_name(&self, name: &[u8], consider: &mut impl FnMut(Option<&Hit>)) {
        consider(self.names.get(name));
        let stem = name.iter().rposition(|byte| *byte == b'.').map_or(name, |dot| &name[..dot]);
        for (at, byte) in name.iter().enumerate() {
            if BOUNDARIES.contains(byte) || byte.is_ascii_uppercase() {
                consider(self.endings.get(&name[at..]));
                if at < stem.len() {
                    consider(self.stem_endings.get(&stem[at..]));
                }
            }
        }
        for segment in stem.split(|byte| *byte == b'.').skip(1) {
            consider(self.segments.get(segment));
        }
        for (start, end, hit) in &self.frames {
            let fits = name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end);
            consider(fits.then_some(hit));
        }
    }
}

/// Whether it stands where build tools of the JVM keep the program: `src/main/`, `src/jvmMain/`.
fn is_of_program(path: &RepoPath) -> bool {
    let mut parts = path.parent().split(|byte| *byte == b'/').peekable();
    while let Some(part) = parts.next() {
        if part == b"src" && parts.peek().is_some_and(|next| *next == b"main" || next.ends_with(b"Main")) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    fn role(path: &str) -> Role {
        Roles::default().role(&RepoPath::from(path))
    }

    #[test]
    fn every_pattern_is_of_a_form_the_index_finds() {
        for row in TABLE {
            for pattern in row.patterns.split_ascii_whitespace() {
                let example = match pattern.strip_suffix('/') {
                    Some(directory) => format!("{}/file", directory.trim_start_matches('/').replace('*', "x")),
                    None => pattern.trim_start_matches('/').replace('*', "x"),
                };
                let extended =
                    [example.clone(), format!("{example}.rs"), format!("{}rs", example.trim_end_matches('x'))];
                let index = Index::of(std::slice::from_ref(row));
                let fits = extended.iter().any(|path| index.role(&RepoPath::from(path.as_str())) == row.role);
                assert!(
                    fits || row.role == Role::Production,
                    "`{pattern}` matches none of {extended:?}; see Index::insert"
                );
            }
        }
    }

    #[test]
    fn roles_of_usual_paths() {
        let expectations: &[(Role, &[&str])] = &[
            (
                Role::Production,
                &[
                    "src/lib.rs",
                    "app/latest.py",
                    "lib/contest.rb",
                    "packages/snapshot/src/index.ts",
                    "src/snapshots/mod.rs",
                    "locales/it/words.ts.tmpl",
                    "cmd/protest.go",
                    "lib/src/main/kotlin/com/acme/TypeSpec.kt",
                    "lib/src/commonMain/kotlin/com/acme/TypeSpec.kt",
                    "index.html",
                ],
            ),
            (
                Role::Test,
                &[
                    "src/a.test.ts",
                    "pkg/a_test.go",
                    "tests/test_a.py",
                    "spec/a_spec.rb",
                    "src/test/java/ATest.java",
                    "core/src/jvmTest/kotlin/A.kt",
                    "core/src/jvmTest/kotlin/TypeSpec.kt",
                    "integration-tests/src/main/java/LoginTest.java",
                    "test/My.Tests/Thing.cs",
                    "conftest.py",
                    "Tests/FooTests/BarTests.swift",
                    "it/login.it.ts",
                    "src/FooTest.php",
                    "tests/it/main.rs",
                    "src/generated/a.test.ts",
                    "tests/generated/test_a.py",
                ],
            ),
            (
                Role::TestData,
                &[
                    "tests/fixtures/package.json",
                    "pkg/testdata/a.txt",
                    "tests/data/input.json",
                    "src/test/resources/a.xml",
                    "test/fixtures/a_test.go",
                ],
            ),
            (
                Role::Snapshot,
                &[
                    "src/__snapshots__/a.test.ts.snap",
                    "tests/snapshots/it__a.snap",
                    "a.approved.txt",
                    "spec/cassettes/a.yml",
                    "e2e/a.spec.ts-snapshots/b.png",
                    "tests/ui/a.stderr",
                ],
            ),
            (
                Role::Manifest,
                &[
                    "Cargo.toml",
                    "web/package.json",
                    "requirements.txt",
                    "requirements-dev.txt",
                    "src/App.csproj",
                    "pom.xml",
                    "build.gradle.kts",
                ],
            ),
            (Role::Lockfile, &["Cargo.lock", "web/pnpm-lock.yaml", "go.sum"]),
            (Role::Ci, &[".github/workflows/ci.yml", ".gitlab-ci.yml", "Jenkinsfile", ".husky/pre-push"]),
            (
                Role::Configuration,
                &[
                    "tsconfig.json",
                    "jest.config.js",
                    "Dockerfile",
                    ".eslintrc.json",
                    "pytest.ini",
                    "setup.cfg",
                    "config/app.yaml",
                ],
            ),
            (Role::Documentation, &["README.md", "docs/guide/intro.rst", "CHANGELOG", "LICENSE"]),
            (
                Role::Generated,
                &[
                    "api/a.pb.go",
                    "src/generated/api.ts",
                    "tests/generated/data.json",
                    "web/app.min.js",
                    "lib/a.g.dart",
                    "vendor/x/y.go",
                ],
            ),
            (
                Role::AgentInstructions,
                &["AGENTS.md", "web/CLAUDE.md", ".cursor/rules/a.mdc", ".github/copilot-instructions.md"],
            ),
            (Role::Gate, &[".agentgate/policy.toml", ".github/CODEOWNERS", ".github/workflows/agentgate.yml"]),
        ];
        for (expected, paths) in expectations {
            for path in *paths {
                assert_eq!(role(path), *expected, "{path}");
            }
        }
    }

    #[test]
    fn a_policy_goes_before_the_table() {
        let policy =
            Policy::from_text("version = 1\nroles = { generated = [\"src/\"], gate = [\"src/gate/\"] }").unwrap();
        let roles = policy.roles();
        assert_eq!(roles.role(&RepoPath::from("src/a.rs")), Role::Generated);
        assert_eq!(roles.role(&RepoPath::from("src/gate/a.rs")), Role::Gate);
        assert_eq!(roles.role(&RepoPath::from("a_test.go")), Role::Test);
    }

    #[test]
    fn odd_bytes_are_just_bytes() {
        assert_eq!(Roles::default().role(&RepoPath::new(b"\xff\xfe/tests/\xffa.py".to_vec())), Role::Test);
        assert_eq!(Roles::default().role(&RepoPath::new(Vec::new())), Role::Production);
        assert_eq!(role("///"), Role::Production);
    }
}
