//! Which tests a run is to be told to run, in each runner's words.

use std::path::Path;

use super::outcome::TestResult;
use super::results::Reads;

/// What of the tests is to run; everything where both lists are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub files: Vec<String>,
    /// Only these tests, where the runner can be told so.
    pub singles: Vec<Single>,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Single {
    /// Empty where it is not known.
    pub file: String,
    /// Its suites, outermost first, and its own name; without the parameters of a row.
    names: Vec<String>,
}

/// How a runner is told to run only some tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Singles {
    /// `file::Class::name` in place of files.
    Nodes,
    /// An option for each; its value is the name with its suites.
    Each(&'static str),
    /// An option with `Class#name` of each.
    Methods(&'static str),
    /// One regular expression over names with their suites.
    Pattern(&'static str),
    /// One over the tests' own names.
    OwnPattern(&'static str),
    /// One over the names of the outermost tests.
    Roots(&'static str),
    /// Parts of names behind `--`.
    Behind,
    None,
}

/// More tests than these are no selection.
const MOST: usize = 40;

impl Selection {
    pub fn files(files: Vec<String>) -> Self {
        Self { files, singles: Vec::new() }
    }

    /// What of it a tree has: a file that isn't there would end the run before its first test.
    pub fn within(&self, top: &Path) -> Self {
        let is_there = |file: &&String| top.join(file).is_file();
        Self { files: self.files.iter().filter(is_there).cloned().collect(), singles: self.singles.clone() }
    }

    /// All that tells one selection from another.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let singles = self.singles.iter().flat_map(|single| {
            ["test", single.file.as_str()].into_iter().chain(single.names.iter().map(String::as_str))
        });
        self.files.iter().map(String::as_str).chain(singles)
    }
}

impl Single {
    /// A test by its title, `suite › name`.
    #[cfg(test)]
    pub fn titled(title: &str, file: &str) -> Self {
        // A row whose name only the run knows goes with the test around it.
        let names = title.split(" › ").map(without_row).filter(|name| !name.is_empty());
        Self { file: file.into(), names: names.map(ToOwned::to_owned).collect() }
    }

    /// A test that a run named; `None` where the runner's name says too little.
    pub fn of(test: &TestResult, reads: Reads, top: &Path) -> Option<Self> {
        let file = test.file.as_deref().unwrap_or_default();
        let file =
            Path::new(file).strip_prefix(top).map_or_else(|_| file.to_owned(), |file| file.display().to_string());
        let suites: Vec<&str> = match reads {
            Reads::Junit => match file.strip_suffix(".py") {
                Some(module) => test.suite.strip_prefix(&module.replace('/', "."))?.split('.').collect(),
                None => Vec::new(),
            },
            // Newer ones say the test's own name again.
            Reads::Unittest => test.suite.split('.').filter(|name| *name != test.name).collect(),
            Reads::Maven | Reads::Gradle => vec![test.suite.as_str()],
            Reads::Jest => test.suite.split(" › ").filter(|name| !name.is_empty()).collect(),
            Reads::Mocha => vec![test.suite.as_str()],
            Reads::Go | Reads::Rspec => Vec::new(),
            // What names an example is no part of a test's path.
            Reads::Cargo if test.suite.is_empty() => Vec::new(),
            _ => return None,
        };
        let name = if reads == Reads::Go { test.name.split('/').next()? } else { without_row(&test.name) };
        let names = suites.into_iter().chain([name]).filter(|name| !name.is_empty());
        Some(Self { file, names: names.map(ToOwned::to_owned).collect() })
    }

    /// As pytest spells it.
    pub fn node(&self) -> Option<String> {
        let is_name = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let is_known = !self.file.is_empty() && !self.file.starts_with('-') && self.names.iter().all(is_name);
        is_known.then(|| format!("{}::{}", self.file, self.names.join("::")))
    }

    fn own(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    /// A regular expression that its name matches; empty where the name only says how rows are named.
    fn pattern(name: &str) -> String {
        // What stands for a row's values is filled in by the run.
        let fixed = name.split(['%', '$', '{']).next().unwrap_or_default();
        if fixed.trim().len() < 3 && fixed.len() < name.len() { String::new() } else { regex_syntax::escape(fixed) }
    }
}

impl Singles {
    /// Whether these can be told apart in the runner's words.
    pub fn fits(self, wanted: &[Single]) -> bool {
        let fits = |single: &Single| match self {
            Self::Nodes => single.node().is_some(),
            Self::Pattern(_) => !Single::pattern(&single.names.join(" ")).is_empty(),
            Self::OwnPattern(_) => !Single::pattern(single.own()).is_empty(),
            Self::Methods(_) => single.names.len() > 1,
            Self::Each(_) | Self::Roots(_) | Self::Behind => !single.own().is_empty() && !single.own().starts_with('-'),
            Self::None => false,
        };
        !wanted.is_empty() && wanted.len() <= MOST && wanted.iter().all(fits)
    }

    /// Whether a word of the caller's chooses tests by name already.
    pub fn is_said_by(self, word: &str) -> bool {
        const OPTIONS: &[&str] = &[
            "-k",
            "-m",
            "-t",
            "-g",
            "-f",
            "-e",
            "-run",
            "--run",
            "--grep",
            "--fgrep",
            "--filter",
            "--example",
            "--testNamePattern",
            "--test-name-pattern",
            "--deselect",
            "--tests",
            "-Dtest",
            "-Dit.test",
        ];
        let option = word.split('=').next().unwrap_or_default();
        // vitest's `--run` only says that it shall end.
        let means_names = !(option == "--run" && self == Self::Pattern("--testNamePattern="));
        means_names && OPTIONS.contains(&option)
    }

    /// The words that select them.
    pub fn words(self, singles: &[Single]) -> Vec<String> {
        let pattern = |option: &str, names: Vec<String>| {
            let mut patterns: Vec<String> = names.iter().map(|name| Single::pattern(name)).collect();
            patterns.sort();
            patterns.dedup();
            vec![format!("{option}({})", patterns.join("|"))]
        };
        let joined = |by: &str| singles.iter().map(|single| single.names.join(by)).collect::<Vec<_>>();
        match self {
            Self::Each(option @ ("-k" | "--tests")) => {
                joined(".").into_iter().flat_map(|name| [option.to_owned(), name]).collect()
            }
            Self::Methods(option) => {
                let method = |single: &Single| match single.names.split_last() {
                    Some((name, classes)) => format!("{}#{name}", classes.join("$")),
                    None => String::new(),
                };
                vec![format!("{option}{}", singles.iter().map(method).collect::<Vec<_>>().join(","))]
            }
            Self::Each(option) => joined(" ").into_iter().flat_map(|name| [option.to_owned(), name]).collect(),
            Self::Pattern(option) => pattern(option, joined(" ")),
            Self::OwnPattern(option) => pattern(option, singles.iter().map(|single| single.own().to_owned()).collect()),
            Self::Roots(option) => {
                let roots = singles.iter().filter_map(|single| single.names.first().cloned()).collect();
                let [made] = <[String; 1]>::try_from(pattern("", roots)).unwrap_or_default();
                vec![format!("{option}^{made}$")]
            }
            Self::Behind => joined("::"),
            Self::Nodes | Self::None => Vec::new(),
        }
    }
}

/// A name without the parameters of a row: `test_x[1-2]`, `x(int)`, `x{int}[1]`.
pub fn without_row(name: &str) -> &str {
    let name = name.trim();
    let name = name.trim_end_matches('›').trim_end();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    // Elsewhere a brace holds what a run fills in.
    let opens = |(at, c): &(usize, char)| matches!(c, '[' | '(') || *c == '{' && name[..*at].ends_with(is_word);
    match name.char_indices().find(opens) {
        Some((at, _)) if at > 0 && name.ends_with([']', ')']) && !name[..at].ends_with(' ') => &name[..at],
        _ => name,
    }
}
