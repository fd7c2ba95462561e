//! Reads the file, and the one it extends.

use super::allow::{Allow, Target};
use super::{Config, Lazy, Problem, Rule, groups};
use crate::change::{ChangeSet, Unreadable};
use crate::facts::document::{self, Format, Node};
use crate::{RepoPath, Side};

/// As many steps of `extend` as gitleaks follows.
const DEEPEST: usize = 2;
const LARGEST_FILE: usize = 1 << 20;
const MOST_RULES: usize = 1000;
/// Longer ones are no hand's work.
const LONGEST_PATTERN: usize = 10_000;

/// Reads a file of the base side; nothing where there is none.
type Reader<'a> = &'a dyn Fn(&str) -> Option<Result<Vec<u8>, Unreadable>>;

impl Config {
    /// The configuration at a path of the base side; `None` where there is no such file.
    pub fn of_base(change: &ChangeSet, path: &str) -> Option<Self> {
        let source = change.source();
        let read = |path: &str| {
            let entry = source.entry(Side::Base, &RepoPath::from(path))?;
            Some(source.read(&entry).map(|bytes| bytes.to_vec()))
        };
        Self::read(path, &read)
    }

    /// The same, from files that somebody else reads.
    pub(super) fn read(path: &str, file: Reader<'_>) -> Option<Self> {
        let mut config = Self { path: path.to_owned(), ..Self::default() };
        let mut path = path.to_owned();
        let mut bytes = file(&path)?;
        let mut disabled: Vec<String> = Vec::new();
        for depth in 0..=DEEPEST {
            let root = match bytes {
                Ok(bytes) if bytes.len() > LARGEST_FILE => Err((None, format!("more than {LARGEST_FILE} bytes"))),
                Ok(bytes) => document::read(Format::Toml, &bytes).map_err(|error| (error.line, error.to_string())),
                Err(error) => Err((None, error.to_string())),
            };
            let root = match root {
                Ok(root) => root,
                Err((line, what)) => {
                    config.problems.push(Problem { path, line, what });
                    break;
                }
            };
            Layer { config: &mut config, path: &path, disabled: &disabled }.take(&root);
            let extend = root.get("extend");
            let texts =
                |key: &str| extend.and_then(|it| it.get(key)).into_iter().flat_map(Node::items).filter_map(Node::text);
            disabled.extend(texts("disabledRules").map(str::to_owned));
            let problem = |what: String| Problem { path: path.clone(), line: extend.map(|it| it.line), what };
            if let Some(url) = extend.and_then(|it| it.text_of("url")) {
                config
                    .problems
                    .push(problem(format!("`extend` of `{url}` is not followed: it is not in the repository")));
            }
            let Some(next) = extend.and_then(|it| it.text_of("path")).map(|it| it.trim_start_matches("./").to_owned())
            else {
                break;
            };
            let found = file(&next);
            if depth == DEEPEST {
                config.problems.push(problem(format!("`extend` of `{next}` is not followed: too many steps")));
                break;
            }
            let Some(found) = found else {
                config.problems.push(problem(format!("`extend` of `{next}`: there is no such file")));
                break;
            };
            (path, bytes) = (next, found);
        }
        Some(config)
    }
}

/// One file of the configuration. What an earlier one says of a rule stands before what is extended.
struct Layer<'a> {
    config: &'a mut Config,
    path: &'a str,
    disabled: &'a [String],
}

impl Layer<'_> {
    fn take(&mut self, root: &Node) {
        for node in root.get("rules").into_iter().flat_map(Node::items) {
            if self.config.rules.len() == MOST_RULES {
                self.problem(node.line, format!("more than {MOST_RULES} rules"));
                break;
            }
            self.rule(node);
        }
        let plural = root.get("allowlists").into_iter().flat_map(Node::items);
        for node in root.get("allowlist").into_iter().chain(plural) {
            let allow = self.allow(node, "the allowlist");
            self.config.allows.push(allow);
        }
    }

    fn rule(&mut self, node: &Node) {
        let Some(id) = node.text_of("id").map(str::to_owned) else {
            self.problem(node.line, "a rule without an `id`".to_owned());
            return;
        };
        if self.disabled.contains(&id) {
            return;
        }
        let name = format!("rule `{id}`");
        let plural = node.get("allowlists").into_iter().flat_map(Node::items);
        let mut allows: Vec<Allow> =
            node.get("allowlist").into_iter().chain(plural).map(|it| self.allow(it, &name)).collect();
        if node.get("required").is_some() {
            self.problem(node.line, format!("{name}: `required` is not followed; the rule is searched for alone"));
        }
        let mut pattern = |key: &str| self.pattern(node.get(key)?, &name);
        let (regex, path) = (pattern("regex"), pattern("path"));
        let number = |key: &str| node.text_of(key).and_then(|text| text.parse::<f64>().ok());
        let group = node.text_of("secretGroup").and_then(|text| text.parse().ok()).unwrap_or(0);
        if let Some(regex) = regex.as_ref().filter(|it| group > it.groups) {
            self.problem(node.line, format!("{name}: group {group} of a pattern that has {}", regex.groups));
            return;
        }
        let is_broken =
            (regex.is_none() && node.get("regex").is_some()) || (path.is_none() && node.get("path").is_some());
        if is_broken {
            return;
        }
        // The extending file's rule stands; of the extended one's it lacks only what it leaves out.
        if let Some(known) = self.config.rules.iter_mut().find(|rule| rule.id == id) {
            known.allows.append(&mut allows);
            known.pattern = known.pattern.take().or(regex);
            known.path = known.path.take().or(path);
            return;
        }
        let keywords = texts(node, "keywords").map(|word| word.to_ascii_lowercase()).collect();
        let entropy = number("entropy").filter(|least| *least > 0.0);
        self.config.rules.push(Rule { id, pattern: regex, group, entropy, path, keywords, allows });
    }

    fn allow(&mut self, node: &Node, of: &str) -> Allow {
        let target = match node.text_of("regexTarget") {
            Some("match") => Target::Match,
            Some("line") => Target::Line,
            _ => Target::Secret,
        };
        let mut patterns = |key: &str| -> Vec<Lazy> {
            node.get(key).into_iter().flat_map(Node::items).filter_map(|it| self.pattern(it, of)).collect()
        };
        let (paths, regexes) = (patterns("paths"), patterns("regexes"));
        Allow {
            rules: texts(node, "targetRules").map(str::to_owned).collect(),
            needs_all: node.text_of("condition").is_some_and(|it| matches!(it, "AND" | "&&" | "and")),
            paths,
            patterns: regexes,
            target,
            stopwords: texts(node, "stopwords")
                .map(|word| word.to_ascii_lowercase())
                .filter(|it| !it.is_empty())
                .collect(),
            names_commits: texts(node, "commits").next().is_some(),
        }
    }

    fn pattern(&mut self, node: &Node, of: &str) -> Option<Lazy> {
        let text = node.text().unwrap_or_default();
        let why = if text.is_empty() {
            "a pattern that is empty or no text".to_owned()
        } else if text.len() > LONGEST_PATTERN {
            format!("a pattern of more than {LONGEST_PATTERN} bytes")
        } else {
            match groups(text) {
                Some(groups) => return Some(Lazy::new(text, groups)),
                None => "a pattern that is no regular expression here".to_owned(),
            }
        };
        self.problem(node.line, format!("{of}: {why}"));
        None
    }

    fn problem(&mut self, line: u32, what: String) {
        self.config.problems.push(Problem { path: self.path.to_owned(), line: Some(line), what });
    }
}

fn texts<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = &'a str> {
    node.get(key).into_iter().flat_map(Node::items).filter_map(Node::text)
}
