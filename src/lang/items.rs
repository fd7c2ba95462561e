//! Items of a Rust file as they are written: with their attributes and documentation, for whoever moves them as a whole.

use std::ops::Range;

use tree_sitter::{Node as Syntax, Tree};

use super::Language;
use super::parse::{Parsed, Unparsed};

/// A function, a type, a module, an `impl`, whatever stands by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it stands in and how its own signature starts: `impl Options / pub fn new`. Empty for the file itself.
    pub path: String,
    /// The path of what it stands in.
    pub parent: String,
    /// From its documentation or first attribute to its end.
    pub extent: Range<usize>,
    /// The texts of its attributes: `#[cfg(test)]`.
    pub attributes: Vec<String>,
    /// Its documentation: the `///` lines before it, or the `//!` lines in it.
    pub documentation: Vec<Range<usize>>,
    /// Behind its last member, where another can be put.
    pub inside: Option<usize>,
}

impl Language {
    /// The items of a file, parents first, the file itself in front; `None` where it isn't Rust or can't be parsed.
    pub fn items(&self, text: &str) -> Option<Vec<Item>> {
        if self.name != "rust" {
            return None;
        }
        Some(self.items_of(text, &self.syntax_tree(text).ok()?))
    }

    /// Reads a file into the neutral tree, with its items; none where it isn't Rust.
    ///
    /// # Errors
    /// As [`Language::parse`].
    pub fn parse_with_items(&self, source: &[u8]) -> Result<(Parsed, Vec<Item>), Unparsed> {
        let text = std::str::from_utf8(source).map_err(|_| Unparsed::Encoding)?;
        self.understood_with_items(text, self.syntax_tree(text)?)
    }

    pub(super) fn understood_with_items(&self, text: &str, tree: Tree) -> Result<(Parsed, Vec<Item>), Unparsed> {
        let items = if self.name == "rust" { self.items_of(text, &tree) } else { Vec::new() };
        Ok((self.understood(text, tree)?, items))
    }

    fn items_of(&self, text: &str, tree: &Tree) -> Vec<Item> {
        let file = Item {
            path: String::new(),
            parent: String::new(),
            extent: 0..text.len(),
            attributes: Vec::new(),
            documentation: Vec::new(),
            inside: Some(text.len()),
        };
        let mut items = vec![file];
        members(tree.root_node(), 0, text, &mut items);
        items
    }
}

/// The outermost items that only a build for tests has.
pub fn for_tests(items: &[Item]) -> impl Iterator<Item = &Item> {
    let mut end = 0;
    items.iter().skip(1).filter(move |item| {
        let is_inside = item.extent.start < end;
        let is_test = !is_inside && item.attributes.iter().any(|attribute| is_for_tests(attribute));
        if is_test {
            end = item.extent.end;
        }
        is_test
    })
}

/// `#[cfg(test)]` and `#[cfg(all(test, …))]`, no condition that also holds elsewhere; `#[test]` and the attributes that
/// other libraries have for it.
fn is_for_tests(attribute: &str) -> bool {
    let text: String = attribute.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(inner) = text.strip_prefix("#[").and_then(|text| text.strip_suffix(']')) else { return false };
    if let Some(condition) = inner.strip_prefix("cfg(").and_then(|text| text.strip_suffix(')')) {
        let all = condition.strip_prefix("all(").and_then(|text| text.strip_suffix(')'));
        return condition == "test" || all.is_some_and(|all| parts(all).any(|part| part == "test"));
    }
    let path = inner.split('(').next().unwrap_or_default();
    let name = path.rsplit("::").next().unwrap_or_default();
    matches!(name, "test" | "rstest" | "test_case" | "quickcheck" | "wasm_bindgen_test" | "gtest")
}

/// The parts of a list between its outermost commas.
fn parts(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    list.split(move |c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    })
}

/// Modules and `impl`s stand in each other, but not endlessly.
const DEEPEST: usize = 32;

fn members(node: Syntax<'_>, owner: usize, text: &str, items: &mut Vec<Item>) {
    let parent = items[owner].path.clone();
    if parent.matches(SEPARATOR).count() > DEEPEST {
        return;
    }
    let mut cursor = node.walk();
    let (mut attributes, mut documentation) = (Vec::new(), Vec::new());
    let mut start = None;
    for child in node.named_children(&mut cursor) {
        let extent = child.byte_range();
        match child.kind() {
            "line_comment" | "block_comment" => {
                if child.child_by_field_name("inner").is_some() {
                    items[owner].documentation.push(extent);
                } else if child.child_by_field_name("outer").is_some() {
                    start.get_or_insert(extent.start);
                    documentation.push(extent);
                }
            }
            "attribute_item" => {
                start.get_or_insert(extent.start);
                attributes.push(text.get(extent).unwrap_or_default().to_owned());
            }
            "inner_attribute_item" => items[owner].attributes.push(text.get(extent).unwrap_or_default().to_owned()),
            _ => {
                let body = child.child_by_field_name("body").filter(|body| body.kind() == "declaration_list");
                items.push(Item {
                    path: format!("{parent}{SEPARATOR}{}", signature(child, text)),
                    parent: parent.clone(),
                    extent: start.take().unwrap_or(extent.start)..extent.end,
                    attributes: std::mem::take(&mut attributes),
                    documentation: std::mem::take(&mut documentation),
                    inside: body.map(|body| body.end_byte().saturating_sub(1)),
                });
                if let Some(body) = body {
                    members(body, items.len() - 1, text, items);
                }
            }
        }
    }
}

const SEPARATOR: &str = " / ";

/// How an item starts, up to its name: what tells it from its neighbours. Of an `impl` all that stands before its body.
fn signature(item: Syntax<'_>, text: &str) -> String {
    let end = match item.kind() {
        "impl_item" => item.child_by_field_name("body").map(|body| body.start_byte()),
        _ => item.child_by_field_name("name").map(|name| name.end_byte()),
    };
    let end = end.unwrap_or_else(|| item.end_byte());
    let written = text.get(item.start_byte()..end).unwrap_or_default();
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(all(test, feature = "lang-rust"))]
mod tests {
    #[test]
    fn items_with_what_belongs_to_them() {
        let text = "//! The file.\n\n/// Adds.\n///\n/// ```\n/// add(1);\n/// ```\n#[inline]\npub fn add(x: u8) {}\n\nimpl<T> Sum for A<T> {\n    /// Sums.\n    fn sum(&self) {}\n    #[cfg(test)]\n    fn probe(&self) {}\n}\n";
        let items = crate::lang::by_name("rust").unwrap().items(text).unwrap();
        let paths: Vec<&str> = items.iter().map(|item| item.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "",
                " / pub fn add",
                " / impl<T> Sum for A<T>",
                " / impl<T> Sum for A<T> / fn sum",
                " / impl<T> Sum for A<T> / fn probe"
            ]
        );
        assert_eq!(&text[items[0].documentation[0].clone()], "//! The file.\n");
        assert_eq!(items[1].documentation.len(), 5);
        assert!(
            text[items[1].extent.clone()].starts_with("/// Adds.") && text[items[1].extent.clone()].ends_with("{}")
        );
        assert_eq!(items[4].attributes, ["#[cfg(test)]"]);
        assert_eq!(&text[items[2].inside.unwrap()..], "}\n");
    }
}
