//! Who may use what is declared.

use tree_sitter::Node as Syntax;

use super::table::{Names, Table};

/// Where a declaration stands.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// `outer.inner.`
    pub prefix: String,
    /// The type whose members are read.
    pub parent: Option<String>,
    /// What is in it can be offered at all.
    pub is_visible: bool,
    /// Members need no mark.
    pub is_open: bool,
    /// What follows a `private:` is hidden until another mark.
    pub is_section_hidden: bool,
}

impl Scope {
    pub fn top() -> Self {
        Self { prefix: String::new(), parent: None, is_visible: true, is_open: false, is_section_hidden: false }
    }
}

/// Names of namespaces that by custom are nobody else's business.
const INTERNAL: [&str; 5] = ["detail", "details", "internal", "impl", "_internal"];

pub(super) fn is_internal(name: &str) -> bool {
    INTERNAL.contains(&name.to_ascii_lowercase().as_str())
}

pub(super) fn is_visible(table: &Table, node: Syntax<'_>, name: &str, scope: &Scope, text: &str) -> bool {
    if !scope.is_visible || scope.is_section_hidden || name.starts_with('#') {
        return false;
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    match table.names {
        Names::Capital => return last.starts_with(char::is_uppercase),
        Names::Underscore if last.starts_with('_') => return last == "__init__" || last == "__call__",
        _ => {}
    }
    let marks = marks(node, text);
    if marks.iter().any(|mark| table.hidden.contains(mark)) && !marks.iter().any(|mark| table.public.contains(mark)) {
        return false;
    }
    table.public.is_empty()
        || scope.is_open
        || table.members.iter().any(|kind| kind == node.kind())
        || marks.iter().any(|mark| table.public.contains(mark))
}

/// The words before a declaration: `pub(crate)` is one, and not `pub`.
pub(super) fn marks(node: Syntax<'_>, text: &str) -> Vec<String> {
    let mut marks = Vec::new();
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        if matches!(
            child.kind(),
            "modifiers" | "modifier" | "visibility_modifier" | "accessibility_modifier" | "access_modifier"
        ) {
            let words = text.get(child.byte_range()).unwrap_or_default();
            let words = words.split_whitespace().filter(|word| !word.starts_with('@'));
            // Scala's `private[x]` is hidden from others all the same.
            marks.extend(words.map(|word| word.split('[').next().unwrap_or(word).to_owned()));
        }
    }
    marks
}
