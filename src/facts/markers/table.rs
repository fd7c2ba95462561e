//! What a half-finished change leaves behind, by language: data.

use super::Certainty::{self, Print, Statement};

/// Calls and statements that show a value to whoever is debugging. Patterns see code whose strings and comments are blanked.
pub(super) static DEBUGGING: &[(&str, Certainty, &str)] = &[
    ("py pyi", Statement, r"^\s*(?:import\s+(?:i?pdb|pudb)\b|breakpoint\(\s*\)|(?:i?pdb|pudb)\.set_trace\(|ic\()"),
    ("py pyi", Statement, r"^\s*dump\(\s*[\w.\[\]]+\s*\)\s*$"),
    ("py pyi", Print, r"^\s*(?:print|pprint(?:\.pprint)?|pp)\("),
    ("js jsx mjs cjs ts tsx mts cts vue svelte astro", Statement, r"^\s*debugger\b\s*;?\s*$"),
    ("js jsx mjs cjs ts tsx mts cts vue svelte astro", Print, r"^\s*console\.(?:log|debug|dir|table|trace)\("),
    ("rs", Statement, r"\bdbg!\s*[(\[{]"),
    ("rs", Print, r"^\s*e?print(?:ln)?!\s*\("),
    ("go", Statement, r"^\s*(?:spew\.(?:F?dump|Dump)|println|print)\(|\bruntime\.Breakpoint\(\)"),
    ("go", Print, r"^\s*fmt\.Print(?:ln|f)?\("),
    ("java groovy", Print, r"^\s*System\.(?:out|err)\.print(?:ln|f)?\("),
    ("java groovy kt kts scala", Statement, r"^\s*(?:Thread\.dumpStack\(\)|\w+\.printStackTrace\(\s*\))"),
    ("kt kts scala sc", Print, r"^\s*print(?:ln)?\("),
    ("cs", Statement, r"^\s*(?:System\.Diagnostics\.)?Debugger\.(?:Break|Launch)\("),
    ("cs", Print, r"^\s*(?:System\.)?Console\.Write(?:Line)?\("),
    (
        "rb rake",
        Statement,
        r"^\s*(?:binding\.(?:pry|irb|break|b)\b|byebug\b|debugger\s*$|require\s+.(?:pry|byebug))|\bbinding\.pry\b",
    ),
    ("rb rake", Print, r"^\s*(?:puts|pp|p|print)[ (]\s*[^=\s.,]"),
    (
        "php phtml",
        Statement,
        r"(?:^|[;{}]|<\?(?:php|=))\s*(?:\\?(?:var_dump|dd|ddd|ray|xdebug_break|debug_zval_refcount)\s*\(|\\?dump\s*\(\s*\$)",
    ),
    ("php phtml", Print, r"^\s*print_r\s*\([^,]*\)\s*;"),
    ("swift", Print, r"^\s*(?:print|debugPrint|dump|NSLog)\("),
    ("ex exs", Statement, r"\bIEx\.pry\b|(?:^|\|>)\s*dbg\(|(?:^|\|>)\s*IO\.inspect\("),
    ("ex exs", Print, r"^\s*IO\.puts\("),
    ("c h cc cpp cxx hh hpp hxx", Statement, r"^\s*(?:__debugbreak\(\)|raise\(SIGTRAP\)|__builtin_trap\(\))"),
    ("c h cc cpp cxx hh hpp hxx", Print, r"^\s*(?:(?:std::)?printf\(|(?:std::)?(?:cout|cerr)\s*<<|fprintf\(\s*stderr)"),
    ("dart", Print, r"^\s*(?:print|debugPrint)\("),
    ("lua", Print, r"^\s*print\("),
];

/// What somebody prints while looking for a mistake, whatever else the file prints.
pub(super) static DEBUG_TEXT: &str = r#"(?i)["'`]\s*(?:\[?debug(?:ging)?\b|dbg\b|here\b[ !.:\d]*["'`]|(?:got|we are|i am|i'm) here\b|xxx+|!!!+|>>>+|={3,}|\*{3,}|-{3,}>|#{3,}|asdf|wtf|lol\b|test(?:ing)?\s*\d*["'`])"#;

/// Words of somebody who was not sure: how surely they say so, plain words of which one is in every match, and the pattern.
pub(super) static UNCERTAIN: &[(bool, &[&str], &str)] = &[
    (true, &["not sure"], r"\bnot sure (?:if|why|whether|how|what|about|this|that)\b"),
    (
        true,
        &["no idea", "know", "unclear"],
        r"\b(?:no idea|don'?t know|unclear|do not know) (?:why|how|if|whether|what) (?:this|that|it|we|the)\b",
    ),
    (true, &["hopefully"], r"\bhopefully\b"),
    (
        true,
        &["hack", "kludge", "dirty"],
        r"\b(?:temporary|temp|dirty|ugly|quick|nasty) (?:hack|kludge)\b|\bquick (?:and|&|n) dirty\b|\bhack(?:y)? (?:fix|workaround)\b",
    ),
    (
        true,
        &["in a "],
        r"\bin a (?:real|production|full|complete|proper)[- ](?:world )?(?:implementation|application|app|scenario|system|setting|version)\b",
    ),
    (
        true,
        &["implementation"],
        r"\b(?:placeholder|dummy|stub|simplified|naive|mock) implementation\b.{0,40}\b(?:for now|until|replace|todo)\b",
    ),
    (
        true,
        &["implemented", "replaced", "removed", "fixed"],
        r"\b(?:would|will|should|must|needs? to) be (?:implemented|replaced|removed|fixed) (?:later|in production|properly|eventually|someday)\b",
    ),
    (
        true,
        &["wrong", "incorrect", "broken"],
        r"\b(?:might|may|could|probably) (?:be )?(?:wrong|incorrect|broken)\b.{0,30}(?:\?|$)",
    ),
    (true, &["i'm", "i am"], r"\bi(?:'m| am) (?:not (?:sure|certain)|unsure|guessing)\b"),
    (
        false,
        &["i think", "i guess", "i believe", "i assume"],
        r"\bi (?:think|guess|believe|assume) (?:this|that|it|we|the)\b",
    ),
    (
        false,
        &["probably work", "hopefully work", "for some reason"],
        r"\bshould (?:probably|hopefully) work\b|\bfor some reason\b",
    ),
    (false, &["for now"], r"\bfor now\b"),
    (false, &["temporar"], r"\btemporar(?:y|ily) (?:fix|workaround|solution|disabled?|skipp?|comment)"),
];
