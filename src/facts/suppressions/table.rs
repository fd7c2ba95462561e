//! How tools are told to keep quiet: `tools.toml`, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use crate::RepoPath;
use crate::facts::pattern::Pattern;

/// One tool with the ways to silence it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tool {
    pub name: String,
    files: String,
    /// Tools that say the same thing in the same place.
    #[serde(default)]
    pub family: String,
    #[serde(default)]
    pub kind: Kind,
    #[serde(default)]
    pub codes: Codes,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub comment: Vec<CommentForm>,
    #[serde(default)]
    pub attribute: Vec<AttributeForm>,
}

/// What is silenced.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    Lint,
    Types,
    Coverage,
    Security,
    Format,
}

/// How rules are named in a comment.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Codes {
    #[default]
    None,
    List,
    Words,
    First,
    Colon,
    Brackets,
    Parentheses,
    Equals,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommentForm {
    pub words: String,
    pub scope: Reach,
    pub ends: Option<String>,
    #[serde(default)]
    pub needs_codes: bool,
    #[serde(default)]
    pub anywhere: bool,
    #[serde(default)]
    pub prefix: bool,
    #[serde(default)]
    pub unless: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AttributeForm {
    pub open: Pattern,
    #[serde(default)]
    pub codes: Arguments,
    #[serde(default)]
    pub holds: Option<String>,
    #[serde(default)]
    pub scope: Reach,
    pub ends: Option<Pattern>,
}

/// Where a directive says it holds.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    Line,
    Next,
    #[default]
    Item,
    Block,
    File,
    Here,
    HereNext,
}

/// How rules are named in an attribute.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Arguments {
    #[default]
    None,
    Texts,
    Second,
    Paths,
    LineTexts,
    Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    groups: BTreeMap<String, String>,
    tool: Vec<Tool>,
}

/// The tools, and who of them reads which files.
struct Table {
    tools: Vec<Tool>,
    by_file: BTreeMap<String, Vec<usize>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // The table is compiled in; a test reads it.
    let File { groups, tool: tools } =
        serde_json::from_str(table!("facts/suppressions/tools")).expect("tools.toml is tested");
    let mut by_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, tool) in tools.iter().enumerate() {
        for word in tool.files.split(' ') {
            for file in groups.get(word).map_or(word, String::as_str).split(' ') {
                let known = by_file.entry(file.to_owned()).or_default();
                if known.last() != Some(&at) {
                    known.push(at);
                }
            }
        }
    }
    Table { tools, by_file }
});

/// The longest word of every comment form: without one of them a text holds no directive in a comment.
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let forms = TABLE.tools.iter().flat_map(|tool| &tool.comment);
    let longest = |form: &'static CommentForm| form.words.split(' ').max_by_key(|word| word.len());
    let words: BTreeSet<&str> = forms.filter_map(longest).collect();
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("a few hundred words fit")
});

/// Whether a text can hold a directive in a comment.
pub fn has_words(text: &str) -> bool {
    WORDS.is_match(text)
}

/// The tools that look at a file of this name.
pub fn tools_for(path: &RepoPath) -> Vec<&'static Tool> {
    let name = String::from_utf8_lossy(path.file_name());
    let extension = path.extension().map(String::from_utf8_lossy);
    let known = extension.and_then(|extension| TABLE.by_file.get(extension.as_ref()));
    let known = known.or_else(|| TABLE.by_file.get(name.as_ref()));
    known.into_iter().flatten().map(|at| &TABLE.tools[*at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::lexical;

    #[test]
    fn every_file_of_the_table_has_comments_that_can_be_read() {
        for file in TABLE.by_file.keys() {
            let path = if file.chars().next().is_some_and(char::is_uppercase) && file.len() > 1 {
                RepoPath::from(file.as_str())
            } else {
                RepoPath::from(format!("a.{file}").as_str())
            };
            assert!(lexical::syntax(&path).is_some(), "`{file}` has no row in facts::lexical::table");
        }
    }

    #[test]
    fn every_pattern_compiles() {
        for tool in &TABLE.tools {
            for pattern in tool.attribute.iter().flat_map(|form| std::iter::once(&form.open).chain(&form.ends)) {
                assert!(pattern.is_valid(), "{pattern:?} of `{}`", tool.name);
            }
        }
    }

    #[test]
    fn every_tool_has_a_form_and_blocks_that_can_end() {
        for tool in &TABLE.tools {
            assert!(!(tool.comment.is_empty() && tool.attribute.is_empty()), "`{}` silences nothing", tool.name);
        }
    }
}
