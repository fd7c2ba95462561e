//! Small faults for production code, by the grammars: what a test that demands something has to notice.
//!
//! The operators are the usual ones of mutation testing: relations shifted or negated, arithmetic and logic exchanged,
//! numbers and truth values changed, negations dropped. One operator is one row of [`EXCHANGED`].

use std::collections::HashSet;

use super::inline;
use crate::RepoPath;
use crate::lang::{Kind, Language, Node, Token};

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
    /// How near to the tests in question: 0 is nearest.
    distance: u8,
}

/// Operators and what a fault makes of them.
const EXCHANGED: &[(&str, &str)] = &[
    (">", ">="),
    (">=", ">"),
    ("<", "<="),
    ("<=", "<"),
    ("==", "!="),
    ("!=", "=="),
    ("===", "!=="),
    ("!==", "==="),
    ("+", "-"),
    ("-", "+"),
    ("*", "/"),
    ("/", "*"),
    ("%", "*"),
    ("&&", "||"),
    ("||", "&&"),
    ("and", "or"),
    ("or", "and"),
    ("+=", "-="),
    ("-=", "+="),
];

const TRUTHS: &[(&str, &str)] = &[("true", "false"), ("false", "true"), ("True", "False"), ("False", "True")];

/// Words of grammars for the nodes whose tokens are operators.
const OPERATIONS: &[&str] = &[
    "binary",
    "comparison",
    "boolean_operator",
    "infix",
    "relational",
    "equality",
    "additive",
    "multiplicative",
    "conjunction",
    "disjunction",
    "augmented",
    "assignment_expression",
    "compound_assignment",
];

impl Fault {
    /// The file with this fault in it.
    pub fn applied(&self, source: &[u8]) -> Vec<u8> {
        let mut made = source.get(..self.start).unwrap_or_default().to_vec();
        made.extend_from_slice(self.replacement.as_bytes());
        made.extend_from_slice(source.get(self.end..).unwrap_or_default());
        made
    }
}

/// Every fault this file could have, outside its inline tests. `near` are words of the tests in question, `changed` the lines
/// that the branch changed.
pub fn of_file(
    path: &RepoPath,
    language: &Language,
    source: &[u8],
    near: &HashSet<&str>,
    changed: &dyn Fn(u32) -> bool,
) -> Vec<Fault> {
    let (Ok(text), Some(tests), Ok(parsed)) =
        (std::str::from_utf8(source), inline::regions(language, source), language.parse(source))
    else {
        return Vec::new();
    };
    let Some(tokens) = language.tokens(text) else { return Vec::new() };
    let functions = functions(&parsed.root);
    let distance = |token: &Token<'_>| {
        let at = token.start as u32;
        let is_called =
            functions.iter().any(|(name, start, end)| (*start..*end).contains(&at) && near.contains(name.as_str()));
        match (is_called, changed(token.line)) {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (false, false) => 3,
        }
    };
    let outside = tokens.iter().filter(|token| !tests.iter().any(|region| region.contains(&token.start)));
    let made = outside.filter_map(|token| {
        let replacement = replacement(token)?;
        let end = token.start + token.text.len();
        let first = text[..token.start].rfind('\n').map_or(0, |at| at + 1);
        let last = text[end..].find('\n').map_or(text.len(), |at| end + at);
        let after = format!("{}{replacement}{}", &text[first..token.start], &text[end..last]);
        Some(Fault {
            path: path.clone(),
            line: token.line,
            before: text[first..last].trim().into(),
            after: after.trim().into(),
            start: token.start,
            end,
            replacement,
            distance: distance(token),
        })
    });
    made.collect()
}

/// Chooses some: the nearest first, and of equally near ones evenly spread, so that the same branch always meets the same
/// faults.
pub fn chosen(mut faults: Vec<Fault>, count: usize) -> Vec<Fault> {
    faults.sort_by(|a, b| (a.distance, &a.path, a.start).cmp(&(b.distance, &b.path, b.start)));
    let mut taken = Vec::new();
    for group in faults.chunk_by(|a, b| a.distance == b.distance) {
        let wanted = count - taken.len();
        if group.len() <= wanted {
            taken.extend_from_slice(group);
        } else {
            taken.extend((0..wanted).filter_map(|at| group.get(at * group.len() / wanted)).cloned());
        }
        if taken.len() == count {
            break;
        }
    }
    taken
}

fn replacement(token: &Token<'_>) -> Option<String> {
    let of =
        |table: &[(&str, &str)]| table.iter().find(|(from, _)| *from == token.text).map(|(_, to)| (*to).to_owned());
    let is_operation = OPERATIONS.iter().any(|word| token.parent.contains(word));
    if is_operation && let Some(other) = of(EXCHANGED) {
        return Some(other);
    }
    if let Some(other) = of(TRUTHS) {
        return Some(other);
    }
    if token.text == "!" && token.parent.contains("unary")
        || token.text == "not" && token.parent.contains("not_operator")
    {
        return Some(String::new());
    }
    // A number of a type, an import or an attribute is no behaviour.
    let is_number = token.kind.contains("int") || token.kind.contains("number") || token.kind.contains("decimal");
    let is_value =
        !["type", "attribute", "annotation", "import", "token_tree"].iter().any(|word| token.parent.contains(word));
    (is_number && is_value)
        .then(|| token.text.parse::<u64>().ok())
        .flatten()
        .map(|number| number.saturating_add(1).to_string())
}

/// Name and extent of every function.
fn functions(root: &Node) -> Vec<(String, u32, u32)> {
    let mut found = Vec::new();
    root.walk(&mut |node| {
        if node.is(Kind::Function) && !node.text.is_empty() {
            found.push((node.text.to_string(), node.span.start, node.span.end));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(language: &str, source: &str) -> Vec<String> {
        let language = crate::lang::by_name(language).unwrap();
        let made = of_file(&"a".into(), language, source.as_bytes(), &HashSet::new(), &|_| false);
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
    fn what_is_no_behaviour_is_left_alone() {
        assert_eq!(faults("python", "from a import b\nX: \"a > b\" = 'c + 1'\n# 1 + 1\n"), [""; 0]);
        assert_eq!(faults("rust", "#[repr(align(8))]\nstruct A<'a, T>(&'a [T]);\n"), [""; 0]);
        assert_eq!(faults("rust", "#[cfg(test)]\nmod tests { fn t() { assert!(1 > 0); } }\n"), [""; 0]);
    }

    #[test]
    fn the_nearest_first_and_always_the_same() {
        let language = crate::lang::by_name("python").unwrap();
        let source = b"def far(x):\n    return x > 1\n\ndef near(x):\n    return x < 2\n";
        let made = of_file(&"a.py".into(), language, source, &HashSet::from(["near"]), &|_| false);
        let first = chosen(made.clone(), 2);
        assert!(first.iter().all(|fault| fault.line == 5), "{first:?}");
        assert_eq!(chosen(made.clone(), 3), chosen(made.into_iter().rev().collect(), 3));
        assert_eq!(first[0].applied(source), b"def far(x):\n    return x > 1\n\ndef near(x):\n    return x <= 2\n");
    }
}
