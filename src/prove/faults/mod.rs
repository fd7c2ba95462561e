//! Small faults for production code, by the grammars: what a test that demands something has to notice.
//!
//! The operators are the usual ones of mutation testing. Those that exchange one word of the language for another are rows of
//! a table in `tokens`; those that need to know what a part of the code is are in `parts`.

mod parts;
mod queue;
mod tokens;

use std::ops::Range;

pub use queue::{Candidate, Next, Queue, file_distance};

use super::inline;
use super::model::Counterexample;
use crate::RepoPath;
use crate::lang::{Kind, Language, Node, Role};

/// One change of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub path: RepoPath,
    pub line: u32,
    /// The line as it is, and as the fault makes it; trimmed.
    pub before: String,
    pub after: String,
    /// Where in the file, and what stands there instead.
    start: usize,
    end: usize,
    replacement: String,
    operator: Operator,
    /// The functions around it, outermost first; a constant counts as one.
    functions: Vec<Function>,
}

/// What a fault does, the ones that tests miss most easily first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Operator {
    /// A bound shifted by one.
    Boundary,
    /// A number, one more.
    Number,
    /// One of two operands or branches alone.
    Part,
    /// A regular expression that asks for more or less.
    Pattern,
    /// A call, an assignment or a guard that is not made.
    Removal,
    /// Another arithmetic or logical operator.
    Operation,
    /// A text emptied.
    Text,
    /// A condition turned around.
    Negation,
    Truth,
    /// Nothing returned in place of a value.
    Return,
}

/// A function as faults know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Function {
    pub name: String,
    /// The class around it.
    pub class: String,
    start: usize,
}

/// A file's faults, and what its functions use, constants included.
pub struct FileFaults {
    pub faults: Vec<Fault>,
    /// Names of functions, and the names used in each.
    pub uses: Vec<(String, Vec<String>)>,
}

impl Fault {
    /// The file with this fault in it.
    pub fn applied(&self, source: &[u8]) -> Vec<u8> {
        let mut made = source.get(..self.start).unwrap_or_default().to_vec();
        made.extend_from_slice(self.replacement.as_bytes());
        made.extend_from_slice(source.get(self.end..).unwrap_or_default());
        made
    }
}

impl From<&Fault> for Counterexample {
    fn from(fault: &Fault) -> Self {
        Self { path: fault.path.to_text(), line: fault.line, before: fault.before.clone(), after: fault.after.clone() }
    }
}

/// What stands where, before it is a fault.
struct Place {
    range: Range<usize>,
    replacement: String,
    operator: Operator,
}

/// Every fault this file could have, outside its inline tests; `None` where it can't be read.
pub fn of_file(path: &RepoPath, language: &Language, source: &[u8]) -> Option<FileFaults> {
    let text = std::str::from_utf8(source).ok()?;
    let tests = inline::regions(language, source)?;
    let root = language.parse(source).ok()?.root;
    let mut places = tokens::places(&language.tokens(text)?);
    places.extend(parts::places(language, text, &root));
    places.retain(|place| !tests.iter().any(|region| region.contains(&place.range.start)));
    places.sort_by_key(|place| (place.range.start, place.range.end, place.operator));
    let functions = functions(&root);
    let around = |at: usize| {
        let around = functions.iter().filter(|found| found.extent.contains(&at));
        around.map(|found| found.function.clone()).collect()
    };
    let lines = Lines::of(text);
    let faults = places.into_iter().filter_map(|Place { range, replacement, operator }| {
        let whole = lines.around(&range);
        let before = text.get(whole.clone())?;
        let after = format!("{}{replacement}{}", text.get(whole.start..range.start)?, text.get(range.end..whole.end)?);
        let first = |text: &str| text.trim().lines().next().unwrap_or_default().trim_end().to_owned();
        Some(Fault {
            path: path.clone(),
            line: lines.number(range.start),
            before: first(before),
            after: first(&after),
            start: range.start,
            end: range.end,
            replacement,
            operator,
            functions: around(range.start),
        })
    });
    let faults = faults.collect();
    Some(FileFaults { faults, uses: functions.into_iter().map(|found| (found.function.name, found.uses)).collect() })
}

/// Where lines start.
struct Lines(Vec<usize>, usize);

impl Lines {
    fn of(text: &str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(starts).collect(), text.len())
    }

    fn index(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at).saturating_sub(1)
    }

    fn number(&self, at: usize) -> u32 {
        u32::try_from(self.index(at) + 1).unwrap_or(u32::MAX)
    }

    /// The whole lines around a range, without the last line's end.
    fn around(&self, range: &Range<usize>) -> Range<usize> {
        let (first, last) = (self.index(range.start), self.index(range.end.max(range.start)));
        let end = self.0.get(last + 1).map_or(self.1, |next| next - 1);
        self.0[first]..end.max(range.end)
    }
}

/// A function where it stands.
struct Found {
    function: Function,
    extent: Range<usize>,
    /// Names used in it.
    uses: Vec<String>,
}

/// Every function, method, named lambda and constant, outer ones before inner ones.
fn functions(root: &Node) -> Vec<Found> {
    let mut found = Vec::new();
    collect(root, "", 0, &mut found);
    found.sort_by_key(|found| (found.extent.start, std::cmp::Reverse(found.extent.end)));
    found
}

/// Code nests, but nobody reads what nests deeper.
const DEEPEST: usize = 200;

/// How deep a constant of the file or of a class stands.
const OUTSIDE: usize = 3;

fn collect(node: &Node, class: &str, depth: usize, found: &mut Vec<Found>) {
    if depth > DEEPEST {
        return;
    }
    if let Some(name) = name(node, depth) {
        let extent = node.span.start as usize..node.span.end as usize;
        let function = Function { name, class: class.to_owned(), start: extent.start };
        found.push(Found { function, extent, uses: uses(node) });
    }
    let inner = if node.is(Kind::Class) && !node.text.is_empty() { &*node.text } else { class };
    for child in node.nodes() {
        collect(child, inner, depth + 1, found);
    }
}

/// What a function, or what stands for one, is called.
fn name(node: &Node, depth: usize) -> Option<String> {
    let is_code = |node: &Node| node.is(Kind::Lambda) || node.is(Kind::Function);
    let name = match node.kind {
        Kind::Function => node.text.to_string(),
        Kind::Assign => {
            let value = node.child(Role::Value).or_else(|| node.child(Role::Right));
            let target = node.child(Role::Target).or_else(|| node.child(Role::Left)).or_else(|| node.child(Role::Name));
            // A constant of the file is what its users exercise.
            let is_one = value.is_some_and(is_code) || depth <= OUTSIDE;
            target.filter(|_| is_one).map(Node::spelled).unwrap_or_default()
        }
        Kind::Pair if node.child(Role::Right).is_some_and(is_code) => {
            node.child(Role::Left).map(Node::spelled).unwrap_or_default()
        }
        _ => String::new(),
    };
    let own = name.rsplit('.').next().unwrap_or_default();
    (!own.is_empty()).then(|| own.to_owned())
}

/// The names used below a node.
fn uses(node: &Node) -> Vec<String> {
    let mut names = Vec::new();
    node.walk(&mut |inner| {
        if matches!(inner.kind, Kind::Name | Kind::Member) && !inner.text.is_empty() {
            names.push(inner.text.rsplit(['.', ':']).next().unwrap_or_default().to_owned());
        }
    });
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(language: &str, source: &str) -> Vec<String> {
        let language = crate::lang::by_name(language).unwrap();
        let made = of_file(&"a".into(), language, source.as_bytes()).unwrap().faults;
        for fault in &made {
            let applied = String::from_utf8(fault.applied(source.as_bytes())).unwrap();
            assert_ne!(applied, source);
        }
        made.into_iter().map(|fault| fault.after).collect()
    }

    #[test]
    fn faults_in_every_language() {
        for (language, source) in [
            ("python", "def f(x):\n    return x > 3\n"),
            ("javascript", "function f(x) {\n    return x > 3;\n}\n"),
            ("typescript", "function f(x: number) {\n    return x > 3;\n}\n"),
            ("rust", "fn f(x: u8) -> bool {\n    return x > 3;\n}\n"),
            ("go", "package p\nfunc f(x int) bool {\n    return x > 3\n}\n"),
            ("java", "class A { boolean f(int x) {\n    return x > 3;\n} }\n"),
            ("kotlin", "fun f(x: Int): Boolean {\n    return x > 3\n}\n"),
            ("csharp", "class A { bool F(int x) {\n    return x > 3;\n} }\n"),
            ("ruby", "def f(x)\n    return x > 3\nend\n"),
            ("php", "<?php\nfunction f($x) {\n    return $x > 3;\n}\n"),
            ("c", "int f(int x) {\n    return x > 3;\n}\n"),
            ("cpp", "bool f(int x) {\n    return x > 3;\n}\n"),
            ("swift", "func f(x: Int) -> Bool {\n    return x > 3\n}\n"),
            ("scala", "def f(x: Int) = {\n    return x > 3\n}\n"),
            ("elixir", "def f(x) do\n    x > 3\nend\n"),
        ] {
            let made = faults(language, source);
            let has = |part: &str| made.iter().any(|after| after.contains(part));
            assert!(has("x >= 3") && has("x > 4"), "{language}: {made:?}");
        }
    }

    #[test]
    fn parts_of_code() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("python", "def f(x):\n    if x.ok:\n        return x.value\n", &["if not (x.ok):", "return None"]),
            ("python", "def f(x):\n    x.count += 1\n", &["pass"]),
            ("python", "def f(x):\n    x.clear()\n    return x\n", &["pass"]),
            ("python", "def f(x):\n    return x['name']\n", &["return x[\"\"]"]),
            ("javascript", "function f(x) {\n    if (x.ok) { g(x); }\n}\n", &["if (!(x.ok)) { g(x); }"]),
            ("javascript", "function f(x) {\n    return x.value;\n}\n", &["return null;"]),
            ("javascript", "function f(x) {\n    x.clear();\n    return x;\n}\n", &[";"]),
            ("go", "package p\nfunc f(x *T) {\n    if x.Ok() {\n        x.Clear()\n    }\n}\n", &["if !(x.Ok()) {"]),
            ("rust", "fn f(x: &mut T) {\n    if x.ok() {\n        x.clear();\n    }\n}\n", &["if !(x.ok()) {", ";"]),
            ("ruby", "def f(x)\n    return x.value if x.ok\nend\n", &["return nil if x.ok"]),
            ("python", "def f(x):\n    return x.a or x.b\n", &["return x.a"]),
            ("python", "def f(x):\n    if x.a and (x.b):\n        return x.value\n", &["if x.a:"]),
            ("python", "def f(x):\n    return x.a if x.ok else x.b\n", &["return x.b"]),
            ("python", "def f(x):\n    if not x:\n        raise E()\n    return g(x)\n", &["pass"]),
            ("python", "def f(x):\n    x.size = 3\n    return x\n", &["pass"]),
            (
                "javascript",
                "function f(x) {\n    const y = x ?? {};\n    return x ? y.a : y.b;\n}\n",
                &["const y = x;", "return y.b;"],
            ),
            ("javascript", "function f(x) {\n    if (!x) return g();\n    return x;\n}\n", &[""]),
            (
                "rust",
                "fn f(x: &mut T) -> u8 {\n    if x.ok() && x.b { return 1; }\n    x.c\n}\n",
                &["if x.ok() { return 1; }"],
            ),
            ("rust", "fn f(x: &mut T) {\n    x.size = 3;\n    g();\n}\n", &[";"]),
            (
                "go",
                "package p\nfunc f(x *T) {\n    x.size = 3\n    if x.a || x.b {\n        g()\n    }\n}\n",
                &["if x.a {"],
            ),
            ("python", "A = re.compile(r'^\\d+$')\n", &["A = re.compile(r'^\\d*$')", "A = re.compile(r'\\d+$')"]),
            ("javascript", "const a = /^(a|b)?[0-9]+x$/;\n", &["const a = /^(a|b)[0-9]+x$/;"]),
            (
                "go",
                "package p\nvar a = regexp.MustCompile(`^\\d+(x|y)*$`)\n",
                &["var a = regexp.MustCompile(`^\\d+(x|y)+$`)"],
            ),
            ("rust", "fn f() { g(r\"^\\d+$\"); }\n", &["fn f() { g(r\"^\\d+\"); }"]),
        ];
        for (language, source, expected) in cases {
            let made = faults(language, source);
            for expected in *expected {
                assert!(made.iter().any(|after| after == expected), "{language}: {expected:?} of {made:?}");
            }
        }
    }

    #[test]
    fn what_is_no_behaviour_is_left_alone() {
        assert_eq!(faults("python", "from a import b\nX: \"a > b\" = c\n# 1 + 1\n"), [""; 0]);
        assert_eq!(faults("python", "def f():\n    \"\"\"Says 1 > 0.\"\"\"\n"), [""; 0]);
        assert_eq!(faults("python", "def f():\n    log.debug(x)\n"), [""; 0]);
        assert_eq!(faults("javascript", "'use strict';\nimport a from 'a';\nconst b = require('b');\n"), [""; 0]);
        assert_eq!(faults("rust", "#[repr(align(8))]\nstruct A<'a, T>(&'a [T]);\n"), [""; 0]);
        assert_eq!(faults("rust", "#[cfg(test)]\nmod tests { fn t() { assert!(1 > 0); } }\n"), [""; 0]);
        // A text with such signs in it is no pattern.
        assert_eq!(faults("python", "A = 'a (b)* + c'\n"), ["A = \"\""]);
        // What stands last is a function's value, and a pattern no condition.
        assert_eq!(
            faults("rust", "fn f(x: &T) -> u8 {\n    if let Some(y) = x.y { y } else { x.value() }\n}\n"),
            [""; 0]
        );
    }
}
