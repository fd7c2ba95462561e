//! How languages write comments and strings: data.

use super::{Quote, Reach};
use crate::RepoPath;

/// A language's comments and strings.
#[derive(Clone, Copy, Debug)]
pub struct Syntax {
    pub line: &'static [&'static str],
    pub blocks: &'static [(&'static str, &'static str)],
    pub quotes: &'static [Quote],
    /// Block comments nest.
    pub nested: bool,
    /// A line comment needs a blank before it: `a#b` is one word of shell.
    pub leader_apart: bool,
    /// `<<~WORD`
    pub heredocs: Heredocs,
    /// `r#"…"#`
    pub raw_hashes: bool,
    /// `R"x(…)x"`
    pub raw_parentheses: bool,
    /// `/…/` may be a regular expression.
    pub regexes: bool,
    /// A string that stands alone after a colon or first in the file is a comment.
    pub docstrings: bool,
}

/// Whether a word after `<<` begins a text that ends with that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heredocs {
    None,
    /// `<<WORD`; `<< Word` is an operator.
    Tight,
    /// Also `<< WORD`.
    Spaced,
}

const PLAIN: Syntax = Syntax {
    line: &[],
    blocks: &[],
    quotes: &[DOUBLE, SINGLE],
    nested: false,
    leader_apart: false,
    heredocs: Heredocs::None,
    raw_hashes: false,
    raw_parentheses: false,
    regexes: false,
    docstrings: false,
};

const fn quote(open: &'static str, escapes: bool, lines: Reach) -> Quote {
    Quote { open, close: open, escapes, lines }
}

const DOUBLE: Quote = quote("\"", true, Reach::Line);
const DOUBLE_LONG: Quote = quote("\"", true, Reach::File);
const SINGLE: Quote = quote("'", true, Reach::Line);
const SINGLE_LONG: Quote = quote("'", true, Reach::File);
const SINGLE_RAW: Quote = quote("'", false, Reach::File);
const CHARACTER: Quote = quote("'", true, Reach::Character);
const TRIPLE: Quote = quote("\"\"\"", true, Reach::File);
const TRIPLE_SINGLE: Quote = quote("'''", true, Reach::File);
const TRIPLE_RAW: Quote = quote("\"\"\"", false, Reach::File);
const TICK: Quote = quote("`", true, Reach::File);
const TICK_RAW: Quote = quote("`", false, Reach::File);
const VERBATIM: Quote = Quote { open: "@\"", close: "\"", escapes: false, lines: Reach::File };

const C_BLOCK: &[(&str, &str)] = &[("/*", "*/")];
const XML: &[(&str, &str)] = &[("<!--", "-->")];

const C: Syntax = Syntax { line: &["//"], blocks: C_BLOCK, quotes: &[DOUBLE, CHARACTER], ..PLAIN };
const HASH: Syntax = Syntax { line: &["#"], leader_apart: true, ..PLAIN };
const DASHES: Syntax = Syntax { line: &["--"], ..PLAIN };

/// Extensions and whole file names, separated by blanks, with the syntax they stand for.
static TABLE: &[(&str, Syntax)] = &[
    (
        "py pyi pyx bzl star",
        Syntax { line: &["#"], quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE], docstrings: true, ..PLAIN },
    ),
    (
        "js jsx mjs cjs ts tsx mts cts",
        Syntax { line: &["//"], blocks: C_BLOCK, quotes: &[DOUBLE, SINGLE, TICK], regexes: true, ..PLAIN },
    ),
    (
        "vue svelte astro",
        Syntax {
            line: &["//"],
            blocks: &[("/*", "*/"), ("<!--", "-->")],
            quotes: &[DOUBLE, SINGLE, TICK],
            leader_apart: true,
            ..PLAIN
        },
    ),
    ("rs", Syntax { nested: true, raw_hashes: true, quotes: &[DOUBLE_LONG, CHARACTER], ..C }),
    ("go", Syntax { quotes: &[DOUBLE, CHARACTER, TICK_RAW], ..C }),
    ("java", Syntax { quotes: &[TRIPLE, DOUBLE, CHARACTER], ..C }),
    ("groovy gradle", Syntax { quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE], ..C }),
    ("kt kts scala sc sbt swift", Syntax { quotes: &[TRIPLE_RAW, DOUBLE, CHARACTER], nested: true, ..C }),
    ("cs", Syntax { quotes: &[TRIPLE_RAW, VERBATIM, DOUBLE, CHARACTER], ..C }),
    ("c h cc cpp cxx hh hpp hxx ipp inl m mm cu", Syntax { raw_parentheses: true, ..C }),
    ("dart", Syntax { quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE], ..C }),
    ("zig proto thrift sol v sv css scss sass less jsonc json5 rego cue", Syntax { quotes: &[DOUBLE, SINGLE], ..C }),
    (
        "php phtml",
        Syntax {
            line: &["//", "#"],
            blocks: C_BLOCK,
            quotes: &[DOUBLE_LONG, SINGLE_LONG],
            heredocs: Heredocs::Spaced,
            ..PLAIN
        },
    ),
    (
        "rb rake gemspec ru Gemfile Rakefile Podfile Fastfile",
        Syntax {
            blocks: &[("=begin", "=end")],
            quotes: &[DOUBLE_LONG, SINGLE_LONG, TICK],
            heredocs: Heredocs::Tight,
            regexes: true,
            ..HASH
        },
    ),
    ("ex exs", Syntax { line: &["#"], quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE_LONG, SINGLE], ..PLAIN }),
    ("cr nim jl", Syntax { line: &["#"], quotes: &[TRIPLE, DOUBLE, CHARACTER], ..PLAIN }),
    ("sh bash zsh fish bats envrc", Syntax { quotes: &[DOUBLE_LONG, SINGLE_RAW], heredocs: Heredocs::Spaced, ..HASH }),
    ("ps1 psm1 psd1", Syntax { line: &["#"], blocks: &[("<#", "#>")], ..PLAIN }),
    ("pl pm t", Syntax { blocks: &[("=pod", "=cut"), ("=head", "=cut")], heredocs: Heredocs::Tight, ..HASH }),
    ("toml", Syntax { line: &["#"], quotes: &[TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE], ..PLAIN }),
    (
        "yaml yml r R tcl conf cfg properties cmake mk Makefile Dockerfile Containerfile justfile Justfile CMakeLists.txt",
        HASH,
    ),
    ("graphql gql", Syntax { line: &["#"], quotes: &[TRIPLE, DOUBLE], ..PLAIN }),
    (
        "tf tfvars hcl nix",
        Syntax { line: &["#", "//"], blocks: C_BLOCK, quotes: &[DOUBLE], leader_apart: true, ..PLAIN },
    ),
    ("sql", Syntax { blocks: C_BLOCK, quotes: &[SINGLE_RAW, DOUBLE], ..DASHES }),
    ("lua", Syntax { blocks: &[("--[[", "]]"), ("--[=[", "]=]")], ..DASHES }),
    ("hs elm purs", Syntax { blocks: &[("{-", "-}")], nested: true, quotes: &[DOUBLE, CHARACTER], ..DASHES }),
    (
        "ml mli fs fsi fsx",
        Syntax {
            line: &["//"],
            blocks: &[("(*", "*)")],
            nested: true,
            quotes: &[TRIPLE_RAW, DOUBLE, CHARACTER],
            ..PLAIN
        },
    ),
    ("erl hrl", Syntax { line: &["%"], quotes: &[DOUBLE_LONG], ..PLAIN }),
    ("clj cljs cljc edn el lisp scm rkt", Syntax { line: &[";"], quotes: &[DOUBLE_LONG], ..PLAIN }),
    (
        "html htm xml xhtml csproj fsproj props targets xaml razor cshtml erb",
        Syntax { blocks: XML, quotes: &[], ..PLAIN },
    ),
    ("vb", Syntax { line: &["'"], quotes: &[DOUBLE], ..PLAIN }),
];

/// The syntax a file's name tells; `None` where no row knows it.
pub fn syntax(path: &RepoPath) -> Option<&'static Syntax> {
    let name = path.file_name();
    let extension = path.extension();
    let row = TABLE.iter().find(|(names, _)| {
        names.split(' ').any(|known| known.as_bytes() == name || extension.is_some_and(|text| known.as_bytes() == text))
    });
    row.map(|(_, syntax)| syntax)
}
