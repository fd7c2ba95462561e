//! Cases that the branch leaves alone: known by name, not read.
//!
//! Most cases of a changed file are as they were, and what a case asks is the dearest thing to find out. A case may stay
//! unread where neither it nor anything by a name that it uses was touched, on either side; where a branch touched more of a
//! file than cases, functions, imports and plain variables, all of the file is read.

use std::ops::Range;

use hashbrown::{HashMap, HashSet};

use super::cases::Finder;
use super::library::{File, Library};
use super::model::{Case, Part, TestFile};
use crate::RepoPath;
use crate::lang::{Kind, Node, Role};

/// What may stay unread of one side.
#[derive(Default)]
pub struct Kept {
    /// Names that may mean something else than on the other side.
    names: HashSet<String>,
    /// Files of which everything is read.
    whole: HashSet<RepoPath>,
}

impl Kept {
    /// By what both sides define and import.
    pub fn of(base: &Library<'_>, head: &Library<'_>) -> Self {
        let mut names = HashSet::new();
        for file in base.changed_files().chain(head.changed_files()) {
            names.extend(touched_names(file));
        }
        let now: HashMap<&RepoPath, &File<'_>> = head.changed_files().map(|file| (&file.source.path, file)).collect();
        for was in base.changed_files() {
            if let Some(is) = now.get(&was.source.path) {
                other_imports(was, is, &mut names);
            }
        }
        Self { names, whole: HashSet::new() }
    }

    /// Leaves files to be read whole whose sides don't have the same cases unread.
    pub fn doubt(&mut self, base: &[Found], head: &[Found]) {
        let now: HashMap<&RepoPath, &Found> = head.iter().map(|found| (&found.file.path, found)).collect();
        for was in base {
            let Some(is) = now.get(&was.file.path).filter(|is| was.spares || is.spares) else { continue };
            if was.touches_more || is.touches_more || !fit(&was.file.cases, &is.file.cases) {
                self.whole.insert(was.file.path.clone());
            }
        }
    }

    pub fn is_whole(&self, path: &RepoPath) -> bool {
        self.whole.contains(path)
    }
}

/// A file's cases.
pub struct Found {
    pub file: TestFile,
    /// Something was left unread.
    pub spares: bool,
    /// The branch touched more of it than what may be told apart.
    pub touches_more: bool,
}

/// What a finder came across in its file; what comes later says more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Met {
    /// A call that holds cases: `describe`.
    Suite,
    /// A function that turned out to be a case or a hook.
    Function,
    /// A case that was read, or a variable that is nothing but that: what is touched of it touches nothing else.
    Apart,
}

/// Both sides leave the same cases unread; and what one side reads and the other does not have is no twin of those.
fn fit(base: &[Case], head: &[Case]) -> bool {
    type Key<'c> = (&'c [String], &'c str);
    fn named(cases: &[Case], kept: bool) -> Vec<Key<'_>> {
        let of_kind = cases.iter().filter(|case| case.part == Part::Test && case.is_kept == kept);
        let mut named: Vec<Key<'_>> = of_kind.map(|case| (case.suites.as_slice(), case.name.as_str())).collect();
        named.sort_unstable();
        named
    }
    let kept = named(base, true);
    let (was, is) = (named(base, false), named(head, false));
    let is_kept = |key: &Key<'_>| kept.binary_search(key).is_ok();
    let is_gone = |case: &&Case| is.binary_search(&(case.suites.as_slice(), case.name.as_str())).is_err();
    let gone = base.iter().filter(|case| case.part == Part::Test && !case.is_kept).filter(is_gone);
    let gone: HashSet<u64> = gone.map(|case| case.body).collect();
    let has_gone_twin = |case: &Case| case.is_kept && gone.contains(&case.body);
    kept == named(head, true)
        && !was.iter().chain(&is).any(is_kept)
        && (gone.is_empty() || !base.iter().any(has_gone_twin))
}

/// The lines of a definition, its attributes included.
fn extent(node: &Node) -> (u32, u32) {
    let above = node.children_in(Role::Attribute).map(|attribute| attribute.span.line).min();
    (above.map_or(node.span.line, |line| line.min(node.span.line)), node.span.end_line)
}

/// The runs of lines that lie in a definition, at least in part; runs of no lines where something is gone from within.
fn within<'t>(node: &Node, touched: &'t [Range<usize>]) -> &'t [Range<usize>] {
    let (first, last) = extent(node);
    let from = touched.partition_point(|lines| lines.end < first as usize);
    let to = touched.partition_point(|lines| lines.start < last as usize);
    touched.get(from..to).unwrap_or_default()
}

/// Whether lines were touched in a definition, or just beside it: they may have become a part of it, or been one.
fn is_touched(node: &Node, touched: &[Range<usize>]) -> bool {
    let (first, last) = extent(node);
    let from = touched.partition_point(|lines| lines.end + 1 < first as usize);
    touched.get(from).is_some_and(|lines| lines.start <= last as usize)
}

/// Functions, classes and variables that the branch touched; all functions where the file has no other side. What lies
/// beside is none of them: where the touched lines became a part of it, it is touched on the other side.
fn touched_names(file: &File<'_>) -> Vec<String> {
    let functions = || file.functions.iter();
    let Some(touched) = &file.source.touched else { return functions().map(|(name, _)| (*name).to_owned()).collect() };
    let is_touched = |node: &Node| !within(node, touched).is_empty();
    let mut names: Vec<String> =
        functions().filter(|(_, node)| is_touched(node)).map(|(name, _)| (*name).to_owned()).collect();
    defined(&file.source.root, &is_touched, 0, &mut names);
    names
}

/// What stands in a file or its classes, also what a later definition replaces.
fn defined(node: &Node, is_touched: &impl Fn(&Node) -> bool, depth: usize, names: &mut Vec<String>) {
    const DEPTH: usize = 6;
    for child in node.nodes().filter(|child| is_touched(child)) {
        match child.kind {
            Kind::Function => names.push(child.text.to_string()),
            Kind::Assign => {
                names.extend(child.child(Role::Target).into_iter().flat_map(Node::words).map(str::to_owned));
            }
            Kind::Class | Kind::Block | Kind::Other | Kind::Error if depth < DEPTH => {
                names.extend((!child.text.is_empty()).then(|| child.text.to_string()));
                defined(child, is_touched, depth + 1, names);
            }
            _ => {}
        }
    }
}

/// Names that the imports of two sides say differently.
fn other_imports(was: &File<'_>, is: &File<'_>, names: &mut HashSet<String>) {
    let differs = |one: &File<'_>, other: &File<'_>, name: &str| {
        one.imports.get(name) != other.imports.get(name) || one.aliases.get(name) != other.aliases.get(name)
    };
    for (one, other) in [(was, is), (is, was)] {
        let imported = one.imports.keys().chain(one.aliases.keys());
        names.extend(imported.filter(|name| differs(one, other, name)).map(|name| (*name).to_owned()));
        // `import "a/b/assert"`: known by its last word.
        let modules = |file: &File<'_>| -> HashSet<String> {
            let imports = file.source.root.nodes().filter(|node| node.is(Kind::Import));
            let mut found = HashSet::new();
            imports.for_each(|import| {
                import.walk(&mut |node| {
                    if matches!(node.kind, Kind::Text | Kind::Name | Kind::Member) {
                        found.insert(node.text.to_string());
                    }
                });
            });
            found
        };
        let known = modules(other);
        for module in modules(one).difference(&known) {
            names.extend(module.rsplit(['/', '.', ':', '\\']).next().map(str::to_owned));
        }
    }
}

impl<'l, 'a> Finder<'l, 'a> {
    pub(super) fn meet(&mut self, node: &Node, met: Met) {
        let known = self.met.entry(node).or_insert(met);
        *known = met.max(*known);
    }

    pub(super) fn has_met(&self, node: &Node) -> bool {
        self.met.contains_key(&std::ptr::from_ref(node))
    }

    /// Whether a case, all of its statement, or a helper may stay unread.
    pub(super) fn keeps(&self, whole: &'a Node, owner: &'a Node) -> bool {
        let Some((kept, touched)) = self.sparing() else { return false };
        !is_touched(whole, touched) && !is_touched(owner, touched) && !self.uses_what_was_touched(kept, whole)
    }

    /// What the branch touched of this file, where some of it may stay unread.
    fn sparing(&self) -> Option<(&'l Kept, &'a [Range<usize>])> {
        let (kept, source) = (self.kept?, self.library.files[self.file].source);
        let touched = source.touched.as_ref().filter(|_| !kept.is_whole(&source.path))?;
        Some((kept, touched))
    }

    /// By a name that is written in it, or in a helper it may call.
    fn uses_what_was_touched(&self, kept: &Kept, node: &'a Node) -> bool {
        if kept.names.is_empty() {
            return false;
        }
        let mut waiting = vec![node];
        let mut seen: HashSet<&'a str> = HashSet::new();
        while let Some(node) = waiting.pop() {
            let mut found = false;
            let mut followed = Vec::new();
            node.walk_in(&mut |inner| {
                // Attributes and calls name their functions in texts, too.
                if found || !matches!(inner.kind, Kind::Name | Kind::Member | Kind::Text | Kind::Parameter | Kind::Type)
                {
                    return;
                }
                for word in inner.text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')) {
                    if word.is_empty() || !seen.insert(word) {
                        continue;
                    }
                    found |= kept.names.contains(word);
                    followed.extend(self.library.function(self.file, word).map(|(_, function)| function));
                }
            });
            if found {
                return true;
            }
            waiting.extend(followed);
        }
        false
    }

    /// Whether lines were touched that are no part of a case that is read, a function, an import or a plain variable.
    pub(super) fn touches_more(&self) -> bool {
        let Some((_, touched)) = self.sparing() else { return false };
        let source = self.library.files[self.file].source;
        let lines: Vec<Range<usize>> = touched.iter().filter(|lines| !lines.is_empty()).cloned().collect();
        self.is_more(&source.root, &lines, source.inline, 0)
    }

    fn is_more(&self, node: &'a Node, lines: &[Range<usize>], inline: bool, depth: usize) -> bool {
        const DEPTH: usize = 40;
        node.nodes().any(|child| {
            let lines = within(child, lines);
            let met = || self.met.get(&std::ptr::from_ref(child)).copied();
            let Some(top) = lines.first().filter(|_| met() != Some(Met::Apart)) else { return false };
            match child.kind {
                Kind::Import => return false,
                // What is no test's in a file of production code is not read here at all.
                Kind::Class if inline => {}
                _ if inline => return false,
                Kind::Function if met().is_none() => return false,
                _ => {}
            }
            let is_suite = child.is(Kind::Class) || met() == Some(Met::Suite);
            let (first, last) = extent(child);
            if is_suite && top.start < first as usize && top.end >= last as usize {
                return false;
            }
            let below = top.start >= first as usize;
            let holds = match child.kind {
                Kind::Block => true,
                Kind::Class | Kind::Call | Kind::Lambda | Kind::Other | Kind::Error => below,
                _ => false,
            };
            !holds || depth > DEPTH || self.is_more(child, lines, false, depth + 1)
        })
    }
}
