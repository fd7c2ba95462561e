//! What a published package offers to its users' code: the public names of its files that can be reached from outside.
//!
//! A name counts under the module that users write to get at it: the crate or package where an entry file passes it on, the
//! file's own module where that is public, nothing but the name itself in languages that put the namespace into the code.

mod javascript;
mod package;
mod python;
mod rust;
mod shelf;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use crate::change::{Bytes, Source};
use crate::lang::{self, Export, Exports, Language, PassedOn, Unparsed};
use crate::{RepoPath, Side};
use package::Package;
pub use shelf::{Content, Shelf};

/// What one file contributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// By module and name; overloads share a name.
    pub names: BTreeMap<(String, String), Vec<Export>>,
    /// Declared in the file and not reachable.
    pub hidden: BTreeSet<String>,
    /// Files or modules of which everything is passed on.
    pub passes_all: BTreeSet<String>,
}

/// One side of the repository, as far as it takes to know who can reach what.
pub struct Tree<'a> {
    source: &'a dyn Source,
    side: Side,
    shelf: &'a Shelf,
    paths: OnceLock<BTreeSet<String>>,
    reached: Mutex<HashMap<String, Arc<javascript::Reached>>>,
}

/// Larger files are made by programs.
const SIZE: usize = 2 << 20;

/// Files that one package's entry points are followed through.
const FOLLOWED: usize = 100;

impl<'a> Tree<'a> {
    pub fn new(source: &'a dyn Source, side: Side, shelf: &'a Shelf) -> Self {
        Self { source, side, shelf, paths: OnceLock::new(), reached: Mutex::default() }
    }

    /// What a file offers; `None` where it is no part of a published package.
    pub fn offer(&self, path: &RepoPath, content: Content<'_>) -> Option<Result<Offer, Unparsed>> {
        let (language, package) = self.published(path, content.bytes.len())?;
        let text = path.to_text();
        let exports = match self.shelf.exports(language, content) {
            Ok(exports) => Exports::clone(&exports),
            Err(error) => return Some(Err(error)),
        };
        let offer = match language.name {
            "rust" => rust::offer(self, &package, &text, exports),
            "python" => python::offer(self, &package, &text, exports),
            "javascript" | "typescript" | "tsx" => javascript::offer(self, &package, &text, exports),
            "go" if exports.package.as_deref() == Some("main") => Offer::default(),
            "go" => everything(exports, parent(&text)),
            _ => everything(exports, ""),
        };
        Some(Ok(offer))
    }

    /// The language of a file and the package that publishes it.
    fn published(&self, path: &RepoPath, size: usize) -> Option<(&'static Language, Package)> {
        let language = lang::of(path).filter(|_| size <= SIZE)?;
        let text = path.to_text();
        let package = if is_inner(&text) { None } else { self.package(&text, language.name) };
        Some((language, package?))
    }

    /// Whether a file's exports are asked for, and in which language.
    pub fn reads(&self, path: &RepoPath, size: usize) -> Option<&'static Language> {
        self.published(path, size).map(|(language, _)| language)
    }

    fn has(&self, path: &str) -> bool {
        self.source.entry(self.side, &RepoPath::from(path)).is_some()
    }

    fn read(&self, path: &str) -> Option<Bytes> {
        self.source.read(&self.source.entry(self.side, &RepoPath::from(path))?).ok()
    }

    fn exports(&self, path: &str) -> Option<Arc<Exports>> {
        let path = RepoPath::from(path);
        let (language, entry) = (lang::of(&path)?, self.source.entry(self.side, &path)?);
        let bytes = self.source.read(&entry).ok().filter(|bytes| bytes.len() <= SIZE)?;
        self.shelf.exports(language, Content { id: entry.id, bytes: &bytes }).ok()
    }

    /// Files directly in a directory, with an ending.
    fn in_directory(&self, directory: &str, ending: &str) -> Option<String> {
        let paths = self.paths.get_or_init(|| self.source.paths(self.side).iter().map(RepoPath::to_text).collect());
        let start = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let mut inside = paths.range(start.clone()..).take_while(|path| path.starts_with(&start));
        inside.find(|path| path.ends_with(ending) && !path[start.len()..].contains('/')).cloned()
    }
}

/// Directories that by custom are for nobody else, wherever they are.
const INNER: &[&str] = &[
    "internal",
    "_internal",
    "private",
    "_private",
    "detail",
    "impl",
    "vendor",
    "third_party",
    "generated",
    "migrations",
];

/// Directories beside the sources: inside of them such a name is a module's or a company's.
const BESIDE: &[&str] = &[
    "examples",
    "example",
    "samples",
    "benches",
    "benchmarks",
    "bench",
    "scripts",
    "script",
    "tools",
    "bin",
    "cmd",
    "docs",
    "doc",
    "website",
    "demo",
];

const INNER_FILES: &[&str] = &[
    "main.rs",
    "build.rs",
    "__main__.py",
    "setup.py",
    "conftest.py",
    "noxfile.py",
    "main.go",
    "mix.exs",
    "Package.swift",
];

fn is_inner(path: &str) -> bool {
    let (directories, name) = path.rsplit_once('/').unwrap_or(("", path));
    INNER_FILES.contains(&name)
        || name.contains(".config.")
        || name.contains(".stories.")
        || directories.split('/').any(|part| INNER.contains(&part))
        || directories.split('/').take_while(|part| *part != "src").any(|part| BESIDE.contains(&part))
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn join(directory: &str, rest: &str) -> String {
    if directory.is_empty() { rest.to_owned() } else { format!("{directory}/{rest}") }
}

/// Languages where what is public can be reached.
fn everything(exports: Exports, module: &str) -> Offer {
    let mut offer = Offer { hidden: exports.hidden, ..Offer::default() };
    for export in exports.offered {
        offer.add(module, export);
    }
    offer
}

fn everything_of(passed_on: &[PassedOn]) -> BTreeSet<String> {
    passed_on.iter().filter(|it| it.name.is_none()).map(|it| it.from.clone()).collect()
}

impl Offer {
    fn add(&mut self, module: &str, export: Export) {
        self.names.entry((module.to_owned(), export.name.clone())).or_default().push(export);
    }

    /// What a file offers through a name of another: members go with their type.
    fn add_as(&mut self, module: &str, export: &Export, public: &str) {
        let local = export.name.split('.').next().unwrap_or_default();
        let renamed = |name: &str| format!("{public}{}", name.get(local.len()..).unwrap_or_default());
        let (name, parent) = (renamed(&export.name), export.parent.as_deref().map(renamed));
        self.add(module, Export { name, parent, ..export.clone() });
    }
}
