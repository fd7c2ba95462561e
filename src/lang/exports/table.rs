//! `data/exports.toml`, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Table {
    pub inside: Vec<String>,
    pub scopes: Vec<String>,
    pub types: Vec<String>,
    pub functions: Vec<String>,
    pub values: Vec<String>,
    /// Offered with the type they are in, whatever marks it takes otherwise.
    pub members: Vec<String>,
    pub demands: Vec<String>,
    pub open: Vec<String>,
    pub public: Vec<String>,
    pub hidden: Vec<String>,
    pub private: Vec<String>,
    pub names: Names,
}

/// Languages where a name says whether it is for others.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Names {
    #[default]
    Any,
    /// Go.
    Capital,
    /// Python: not with a leading underscore.
    Underscore,
}

pub(super) fn of(language: &str) -> Option<&'static Table> {
    static TABLES: LazyLock<BTreeMap<String, Table>> =
        LazyLock::new(|| serde_json::from_str(table!("lang/data/exports")).expect("tested"));
    let key = match language {
        "tsx" | "javascript" => "typescript",
        "c" => "cpp",
        other => other,
    };
    TABLES.get(key)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_language_but_those_with_a_module_of_their_own_has_a_table_of_nodes_its_grammar_knows() {
        for language in crate::lang::all().filter(|language| language.name != "elixir") {
            let table = super::of(language.name).unwrap_or_else(|| panic!("{} has no table", language.name));
            // JavaScript reads TypeScript's table and C reads C++'s.
            if matches!(language.name, "javascript" | "c") {
                continue;
            }
            let all = [&table.inside, &table.scopes, &table.types, &table.functions, &table.values, &table.open];
            for node in all.into_iter().flatten() {
                let known = language.grammar.id_for_node_kind(node, true) != 0;
                // A field of JavaScript's classes, in a table shared with TypeScript.
                assert!(known || node == "field_definition", "{}: no grammar has `{node}`", language.name);
            }
        }
    }
}
