//! Tests that stand inside production files: Rust's items for tests, and the examples in its documentation.
//!
//! Examples that `#[doc = …]` takes from elsewhere stay with the code.

use std::collections::HashMap;
use std::ops::Range;

use crate::lang::{Item, Language, for_tests};

/// The code of one version of a file with the inline tests of another; `None` where neither has any, or they are alike.
pub fn swap(language: &Language, code: &[u8], tests: &[u8]) -> Option<Vec<u8>> {
    let (code, tests) = (std::str::from_utf8(code).ok()?, std::str::from_utf8(tests).ok()?);
    let (own, theirs) = (language.items(code)?, language.items(tests)?);
    let mut edits = items_swapped(code, &own, tests, &theirs);
    edits.extend(examples_swapped(code, &own, tests, &theirs));
    (!edits.is_empty()).then(|| edited(code, edits).into_bytes())
}

/// Where the inline tests of a file stand, attributes included.
pub fn regions(language: &Language, source: &[u8]) -> Option<Vec<Range<usize>>> {
    if language.name != "rust" {
        return Some(Vec::new());
    }
    let items = language.items(std::str::from_utf8(source).ok()?)?;
    Some(for_tests(&items).map(|item| item.extent.clone()).collect())
}

type Change = (Range<usize>, String);

/// What takes one version's test items out and puts the other's in, each to the end of what it stands in: where an item
/// stands there does not matter to the compiler.
fn items_swapped(code: &str, own: &[Item], tests: &str, theirs: &[Item]) -> Vec<Change> {
    fn texts<'t>(text: &'t str, items: &'t [Item]) -> Vec<(&'t str, &'t str)> {
        for_tests(items).map(|item| (item.parent.as_str(), text.get(item.extent.clone()).unwrap_or_default())).collect()
    }
    let (gone, come) = (texts(code, own), texts(tests, theirs));
    if gone == come {
        return Vec::new();
    }
    let mut edits: Vec<Change> = for_tests(own).map(|item| (item.extent.clone(), String::new())).collect();
    for (parent, text) in come {
        // Where the code has no such module, its tests can't stand anywhere.
        let at = own.iter().find(|item| item.path == parent).and_then(|item| item.inside);
        edits.extend(at.map(|at| (at..at, format!("\n{text}\n"))));
    }
    edits
}

/// What gives the items that both versions have the other's documentation, where there are examples in either.
fn examples_swapped(code: &str, own: &[Item], tests: &str, theirs: &[Item]) -> Vec<Change> {
    let known: HashMap<(&str, usize), &Item> = numbered(theirs).collect();
    let pairs = numbered(own).filter_map(|(key, item)| Some((item, *known.get(&key)?)));
    let mut edits = Vec::new();
    for (item, other) in pairs {
        let (before, after) = (written(code, item), written(tests, other));
        if before == after || !(has_examples(&before) || has_examples(&after)) {
            continue;
        }
        // Attributes may stand between the comments: they are the code's.
        edits.extend(item.documentation.iter().map(|comment| (comment.clone(), String::new())));
        let at = item.documentation.first().map_or(item.extent.start, |first| first.start);
        edits.push((at..at, after));
    }
    edits
}

/// Items outside of tests by path, and which of that path: neighbours may be spelled alike under different conditions.
fn numbered(items: &[Item]) -> impl Iterator<Item = ((&str, usize), &Item)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let tests: Vec<Range<usize>> = for_tests(items).map(|item| item.extent.clone()).collect();
    let others = items.iter().filter(move |item| !tests.iter().any(|test| test.contains(&item.extent.start)));
    others.map(move |item| {
        let count = counts.entry(&item.path).or_default();
        *count += 1;
        ((item.path.as_str(), *count), item)
    })
}

/// An item's documentation, each comment on lines of its own.
fn written(text: &str, item: &Item) -> String {
    let comments = item.documentation.iter().filter_map(|range| text.get(range.clone()));
    comments.map(|comment| format!("{}\n", comment.trim_end())).collect()
}

/// Whether rustdoc would take a part of this for code: fenced, or indented by four.
fn has_examples(documentation: &str) -> bool {
    documentation.lines().any(|line| {
        let text = line.trim_start().trim_start_matches(['/', '!', '*']);
        let inner = text.trim_start();
        inner.starts_with("```") || inner.starts_with("~~~") || text.starts_with("     ") && !inner.is_empty()
    })
}

/// A text with some of its parts replaced; of two changes at one place the first goes first.
fn edited(text: &str, mut edits: Vec<Change>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut made = String::with_capacity(text.len());
    let mut at = 0;
    for (range, replacement) in edits {
        made.push_str(text.get(at..range.start).unwrap_or_default());
        made.push_str(&replacement);
        at = at.max(range.end);
    }
    made.push_str(text.get(at..).unwrap_or_default());
    made
}

#[cfg(all(test, feature = "lang-rust"))]
mod tests {
    use super::*;

    const BASE: &str =
        "fn a() -> u8 { 1 }\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn t() { assert_eq!(super::a(), 1); }\n}\n";
    const HEAD: &str = "fn a() -> u8 { 2 }\nfn b() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn t() { assert!(super::a() > 0); }\n}\n";

    fn rust() -> &'static Language {
        crate::lang::by_name("rust").expect("a known language")
    }

    fn swapped(code: &str, tests: &str) -> Option<String> {
        swap(rust(), code.as_bytes(), tests.as_bytes()).map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn code_of_one_version_and_tests_of_another() {
        let swapped = swapped(HEAD, BASE).unwrap();
        assert!(swapped.contains("{ 2 }") && swapped.contains("fn b()"), "{swapped}");
        assert!(swapped.contains("assert_eq!(super::a(), 1)") && !swapped.contains("a() > 0"), "{swapped}");
        assert_eq!(swapped.matches("#[cfg(test)]").count(), 1);
    }

    #[test]
    fn nothing_to_swap() {
        assert_eq!(swapped("fn a() {}\n", "fn b() {}\n"), None);
        assert_eq!(swapped(HEAD, &HEAD.replace("{ 2 }", "{ 3 }")), None);
        assert_eq!(swapped("/// Old words.\nfn a() {}\n", "/// New words.\nfn a() {}\n"), None);
        assert_eq!(swapped("#[cfg(not(test))]\nfn a() {}\n", "#[cfg(any(test, unix))]\nfn a() {}\n"), None);
    }

    #[test]
    fn tests_that_are_new_or_gone() {
        assert!(swapped("fn a() -> u8 { 1 }\n", HEAD).unwrap().contains("mod tests"));
        assert!(!swapped(HEAD, "fn a() {}\n").unwrap().contains("mod tests"));
    }

    #[test]
    fn every_kind_of_test_item() {
        for item in [
            "#[test]\nfn t() {}",
            "/// What it shows.\n#[test]\n#[should_panic]\nfn t() {}",
            "#[tokio::test(flavor = \"current_thread\")]\nasync fn t() {}",
            "#[rstest]\nfn t() {}",
            "#[cfg(all(test, feature = \"std\"))]\nmod t {}",
            "#[cfg(test)]\nuse std::fmt;",
            "#[cfg(test)]\nstruct Sample;",
            "#[cfg(test)]\nmacro_rules! check { () => {} }",
        ] {
            let made = swapped("fn a() -> u8 { 2 }\n", &format!("fn a() -> u8 {{ 1 }}\n\n{item}\n")).unwrap();
            assert!(made.contains("{ 2 }") && made.contains(item), "{made}");
            assert_eq!(swapped(&made, "fn a() {}\n").unwrap().trim(), "fn a() -> u8 { 2 }");
        }
    }

    #[test]
    fn tests_stay_in_their_module_or_impl() {
        let code = "mod inner {\n    fn a() -> u8 { 2 }\n}\nimpl A {\n    fn b() {}\n}\n";
        let tests = "mod inner {\n    #[test]\n    fn t() {}\n}\nimpl A {\n    #[cfg(test)]\n    fn probe() {}\n}\nmod gone {\n    #[test]\n    fn g() {}\n}\n";
        let made = swapped(code, tests).unwrap();
        let (inner, rest) = made.split_once("impl A").unwrap();
        assert!(inner.contains("{ 2 }") && inner.contains("fn t()"), "{made}");
        assert!(rest.contains("fn probe()") && !made.contains("fn g()"), "{made}");
    }

    #[test]
    fn examples_of_the_documentation() {
        let example = |value: u8| format!("/// Adds.\n///\n/// ```\n/// assert_eq!(add(), {value});\n/// ```\n");
        let (old, new) = (example(1), example(2));
        let made = swapped(
            &format!("{old}#[inline]\npub fn add() -> u8 {{ 1 }}\n"),
            &format!("{new}#[inline]\npub fn add() -> u8 {{ 2 }}\n"),
        );
        assert_eq!(made.unwrap(), format!("{new}#[inline]\npub fn add() -> u8 {{ 1 }}\n"));
        // An example that is new, on a function that had none.
        let made =
            swapped("#[inline]\npub fn add() -> u8 { 1 }\n", &format!("{new}#[inline]\npub fn add() -> u8 {{ 2 }}\n"));
        assert_eq!(made.unwrap(), format!("{new}#[inline]\npub fn add() -> u8 {{ 1 }}\n"));
        // The file's own.
        let made =
            swapped("//! A.\n\nfn a() {}\n", "//! A.\n//!\n//! ```\n//! a();\n//! ```\n\nfn a() { b() }\n").unwrap();
        assert_eq!(made, "//! A.\n//!\n//! ```\n//! a();\n//! ```\n\nfn a() {}\n");
        // Of a function that the other version does not have they stay.
        assert_eq!(swapped(&format!("{old}fn add() {{}}\n"), "fn other() {}\n"), None);
    }
}
