//! Tests that stand inside production files: Rust's `#[cfg(test)]` items.
//!
//! Doctests stay with the code they document.

use std::ops::Range;

use crate::lang::{Kind, Language, Node, Role};

/// The code of one version of a file with the inline tests of another; `None` where neither has any, or they are alike.
pub fn swap(language: &Language, code: &[u8], tests: &[u8]) -> Option<Vec<u8>> {
    if language.name != "rust" {
        return None;
    }
    let (own, theirs) = (regions(language, code)?, regions(language, tests)?);
    let texts = |source: &[u8], regions: &[Range<usize>]| -> Vec<Vec<u8>> {
        regions.iter().filter_map(|region| Some(source.get(region.clone())?.to_vec())).collect()
    };
    let wanted = texts(tests, &theirs);
    if texts(code, &own) == wanted {
        return None;
    }
    let mut swapped = without(code, &own);
    // Where an item stands in a file does not matter to the compiler.
    for text in wanted {
        swapped.push(b'\n');
        swapped.extend(text);
        swapped.push(b'\n');
    }
    Some(swapped)
}

/// Where the inline tests of a file stand, attributes included.
pub fn regions(language: &Language, source: &[u8]) -> Option<Vec<Range<usize>>> {
    if language.name != "rust" {
        return Some(Vec::new());
    }
    let parsed = language.parse(source).ok()?;
    Some(parsed.root.nodes().filter(|item| is_for_tests(item)).map(span).collect())
}

fn without(source: &[u8], regions: &[Range<usize>]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(source.len());
    let mut at = 0;
    for region in regions {
        kept.extend_from_slice(source.get(at..region.start).unwrap_or_default());
        at = region.end;
    }
    kept.extend_from_slice(source.get(at..).unwrap_or_default());
    kept
}

/// `#[cfg(test)]`, and no condition that also holds elsewhere.
fn is_for_tests(item: &Node) -> bool {
    let attributes = item.children_in(Role::Attribute).filter_map(|attribute| attribute.child(Role::Value));
    attributes.filter(|value| value.is(Kind::Call)).any(|call| {
        let callee = call.child(Role::Callee).map(Node::spelled);
        let mut arguments = call.children_in(Role::Argument);
        callee.as_deref() == Some("cfg")
            && arguments.next().is_some_and(|only| &*only.text == "test")
            && arguments.next().is_none()
    })
}

fn span(item: &Node) -> Range<usize> {
    let starts = item.children_in(Role::Attribute).map(|attribute| attribute.span.start).chain([item.span.start]);
    let start = starts.min().unwrap_or(item.span.start) as usize;
    start..(item.span.end as usize).max(start)
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

    #[test]
    fn code_of_one_version_and_tests_of_another() {
        let swapped = String::from_utf8(swap(rust(), HEAD.as_bytes(), BASE.as_bytes()).unwrap()).unwrap();
        assert!(swapped.contains("{ 2 }") && swapped.contains("fn b()"), "{swapped}");
        assert!(swapped.contains("assert_eq!(super::a(), 1)") && !swapped.contains("a() > 0"), "{swapped}");
        assert_eq!(swapped.matches("#[cfg(test)]").count(), 1);
    }

    #[test]
    fn nothing_to_swap() {
        assert_eq!(swap(rust(), b"fn a() {}\n", b"fn b() {}\n"), None);
        let other_code = HEAD.replace("{ 2 }", "{ 3 }");
        assert_eq!(swap(rust(), HEAD.as_bytes(), other_code.as_bytes()), None);
    }

    #[test]
    fn tests_that_are_new_or_gone() {
        let added = swap(rust(), b"fn a() -> u8 { 1 }\n", HEAD.as_bytes()).unwrap();
        assert!(String::from_utf8(added).unwrap().contains("mod tests"));
        let gone = swap(rust(), HEAD.as_bytes(), b"fn a() {}\n").unwrap();
        assert!(!String::from_utf8(gone).unwrap().contains("mod tests"));
    }
}
