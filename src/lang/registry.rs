//! Which languages there are, each read on first use.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use hashbrown::HashMap;

use super::{Data, Kind, Language, Reshape};
use crate::RepoPath;

/// What the program knows of a language before its tables are read.
struct Entry {
    name: &'static str,
    extensions: &'static [&'static str],
    data: &'static str,
    grammar: fn() -> tree_sitter::Language,
    reshape: Reshape,
    refuses: fn(&str) -> Option<&'static str>,
    respell: fn(&str) -> Option<String>,
}

static ENTRIES: &[Entry] = &[
    #[cfg(feature = "lang-python")]
    Entry {
        name: "python",
        extensions: &["py", "pyi"],
        data: table!("lang/data/python"),
        grammar: || tree_sitter_python::LANGUAGE.into(),
        reshape: |_, _| None,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-javascript")]
    Entry {
        name: "javascript",
        extensions: &["js", "mjs", "cjs", "jsx"],
        data: table!("lang/data/javascript"),
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
        reshape: |_, _| None,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-typescript")]
    Entry {
        name: "typescript",
        extensions: &["ts", "mts", "cts"],
        data: table!("lang/data/typescript"),
        grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        reshape: |_, _| None,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-typescript")]
    Entry {
        name: "tsx",
        extensions: &["tsx"],
        data: table!("lang/data/typescript"),
        grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
        reshape: |_, _| None,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-rust")]
    Entry {
        name: "rust",
        extensions: &["rs"],
        data: table!("lang/data/rust"),
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        reshape: super::rust::reshape,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-go")]
    Entry {
        name: "go",
        extensions: &["go"],
        data: table!("lang/data/go"),
        grammar: || tree_sitter_go::LANGUAGE.into(),
        reshape: super::go::reshape,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-java")]
    Entry {
        name: "java",
        extensions: &["java"],
        data: table!("lang/data/java"),
        grammar: || tree_sitter_java::LANGUAGE.into(),
        reshape: |_, _| None,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-kotlin")]
    Entry {
        name: "kotlin",
        extensions: &["kt", "kts"],
        data: table!("lang/data/kotlin"),
        grammar: || tree_sitter_kotlin_sg::LANGUAGE.into(),
        reshape: super::kotlin::reshape,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-csharp")]
    Entry {
        name: "csharp",
        extensions: &["cs"],
        data: table!("lang/data/csharp"),
        grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
        reshape: super::csharp::reshape,
        refuses: |_| None,
        respell: super::csharp::respell,
    },
    #[cfg(feature = "lang-ruby")]
    Entry {
        name: "ruby",
        extensions: &["rb", "rake"],
        data: table!("lang/data/ruby"),
        grammar: || tree_sitter_ruby::LANGUAGE.into(),
        reshape: super::ruby::reshape,
        refuses: super::ruby::refuses,
        respell: |_| None,
    },
    #[cfg(feature = "lang-php")]
    Entry {
        name: "php",
        extensions: &["php"],
        data: table!("lang/data/php"),
        grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
        reshape: super::php::reshape,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-c")]
    Entry {
        name: "c",
        extensions: &["c"],
        data: table!("lang/data/c"),
        grammar: || tree_sitter_c::LANGUAGE.into(),
        reshape: super::cpp::reshape,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-cpp")]
    Entry {
        name: "cpp",
        extensions: &["cc", "cpp", "cxx", "hpp", "hh", "hxx", "h", "ipp"],
        data: table!("lang/data/cpp"),
        grammar: || tree_sitter_cpp::LANGUAGE.into(),
        reshape: super::cpp::reshape,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-swift")]
    Entry {
        name: "swift",
        extensions: &["swift"],
        data: table!("lang/data/swift"),
        grammar: || tree_sitter_swift::LANGUAGE.into(),
        reshape: super::swift::reshape,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-scala")]
    Entry {
        name: "scala",
        extensions: &["scala", "sc"],
        data: table!("lang/data/scala"),
        grammar: || tree_sitter_scala::LANGUAGE.into(),
        reshape: super::scala::reshape,
        refuses: |_| None,
        respell: |_| None,
    },
    #[cfg(feature = "lang-elixir")]
    Entry {
        name: "elixir",
        extensions: &["ex", "exs"],
        data: table!("lang/data/elixir"),
        grammar: || tree_sitter_elixir::LANGUAGE.into(),
        reshape: super::elixir::reshape,
        refuses: |_| None,
        respell: |_| None,
    },
];

/// Files that only serve as a foundation for others: `extends = "…"`.
static FOUNDATIONS: &[(&str, &str)] = &[
    ("cpp", table!("lang/data/cpp")),
    ("java", table!("lang/data/java")),
    ("javascript", table!("lang/data/javascript")),
];

/// The language a path is written in, by its extension.
pub fn of(path: &RepoPath) -> Option<&'static Language> {
    let extension = path.extension()?.to_ascii_lowercase();
    let index = ENTRIES.iter().position(|entry| entry.extensions.iter().any(|e| e.as_bytes() == extension))?;
    load(index)
}

pub fn by_name(name: &str) -> Option<&'static Language> {
    load(ENTRIES.iter().position(|entry| entry.name == name)?)
}

pub fn all() -> impl Iterator<Item = &'static Language> {
    (0..ENTRIES.len()).filter_map(load)
}

fn load(index: usize) -> Option<&'static Language> {
    static LOADED: [OnceLock<Language>; 32] = [const { OnceLock::new() }; 32];
    // The files are a part of the program: one that can't be read is an error of the build, and going on without the
    // language would let its tests pass unread.
    let loaded = || read(index).unwrap_or_else(|error| panic!("a language's data file can't be read: {error}"));
    Some(LOADED.get(index)?.get_or_init(loaded))
}

fn read(index: usize) -> Result<Language, String> {
    let entry = &ENTRIES[index];
    let mut data: Data = serde_json::from_str(entry.data).map_err(|error| format!("{}: {error}", entry.name))?;
    if let Some(under) = data.extends.take() {
        let (_, text) = FOUNDATIONS.iter().find(|(name, _)| *name == under).ok_or("extends an unknown file")?;
        data = data.over(serde_json::from_str(text).map_err(|error| format!("{under}: {error}"))?);
    }
    let grammar = (entry.grammar)();
    let mut kinds = vec![Kind::Other; grammar.node_kind_count()];
    let mut by_name: BTreeMap<&str, Vec<u16>> = BTreeMap::new();
    for id in 0..grammar.node_kind_count() {
        let id = u16::try_from(id).map_err(|_| "too many node kinds")?;
        if grammar.node_kind_is_named(id)
            && let Some(name) = grammar.node_kind_for_id(id)
        {
            by_name.entry(name).or_default().push(id);
        }
    }
    for (kind, names) in &data.nodes {
        for name in names {
            // One file serves several grammars (JavaScript, TypeScript, TSX): a name may be missing in some.
            for id in by_name.get(name.as_str()).into_iter().flatten() {
                kinds[usize::from(*id)] = *kind;
            }
        }
    }
    let mut roles = HashMap::new();
    for (place, role) in &data.fields {
        let (node, field) = place.split_once('.').ok_or_else(|| format!("`{place}` is not node.field"))?;
        let Some(field) = grammar.field_id_for_name(field) else { continue };
        for id in by_name.get(node).into_iter().flatten() {
            roles.insert((*id, field.get()), *role);
        }
    }
    Ok(Language {
        name: entry.name,
        index,
        grammar,
        kinds,
        roles,
        reshape: entry.reshape,
        refuses: entry.refuses,
        respell: entry.respell,
        syntax: data.syntax,
        tests: data.tests,
        helpers: data.helpers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_file_reads() {
        for index in 0..ENTRIES.len() {
            if let Err(error) = read(index) {
                panic!("{error}");
            }
        }
    }

    #[test]
    fn every_node_named_in_a_data_file_is_in_a_grammar_that_uses_it() {
        let mut unknown: BTreeMap<(&str, String), bool> = BTreeMap::new();
        for entry in ENTRIES {
            let data: Data = serde_json::from_str(entry.data).expect("reads");
            let grammar = (entry.grammar)();
            let names: Vec<&str> = (0..grammar.node_kind_count())
                .filter_map(|id| grammar.node_kind_for_id(u16::try_from(id).ok()?))
                .collect();
            for name in data.nodes.values().flatten() {
                let known = names.contains(&name.as_str());
                *unknown.entry((entry.data, name.clone())).or_default() |= known;
            }
        }
        let missing: Vec<&String> = unknown.iter().filter(|(_, known)| !**known).map(|((_, name), _)| name).collect();
        assert!(missing.is_empty(), "no grammar has {missing:?}");
    }
}
