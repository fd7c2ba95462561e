//! Conditions judged: one that always holds is no condition.

use super::model::Gate;
use super::vocabulary::Vocabulary;
use crate::lang::{Kind, Node, Role};

/// Whether a condition can be false, as far as its text says.
pub fn judge(node: &Node, vocabulary: &Vocabulary) -> Gate {
    match node.kind {
        Kind::Bool => {
            if &*node.text == "true" {
                Gate::Always
            } else {
                Gate::Never
            }
        }
        Kind::Null => Gate::Never,
        Kind::Number => {
            if node.number() == Some(0.0) {
                Gate::Never
            } else {
                Gate::Always
            }
        }
        // Python evaluates string conditions of marks.
        Kind::Text => match &*node.text {
            "True" | "true" | "1" => Gate::Always,
            "False" | "false" | "0" | "" => Gate::Never,
            _ => Gate::Sometimes,
        },
        Kind::Unary if matches!(&*node.text, "!" | "not") => match node.nodes().next().map(|n| judge(n, vocabulary)) {
            Some(Gate::Always) => Gate::Never,
            Some(Gate::Never) => Gate::Always,
            _ => Gate::Sometimes,
        },
        Kind::Binary => {
            let (Some(left), Some(right)) = (node.child(Role::Left), node.child(Role::Right)) else {
                return Gate::Sometimes;
            };
            match &*node.text {
                "&&" => judge(left, vocabulary).min(judge(right, vocabulary)),
                "||" => judge(left, vocabulary).max(judge(right, vocabulary)),
                "==" | "===" | "is" | "<=" | ">=" if left == right => Gate::Always,
                "!=" | "!==" | "<" | ">" if left == right => Gate::Never,
                "==" | "===" if left.is_literal() && right.is_literal() => Gate::Never,
                "!=" | "!==" if left.is_literal() && right.is_literal() => Gate::Always,
                _ => known(node, vocabulary),
            }
        }
        Kind::Lambda => node.child(Role::Body).map_or(Gate::Sometimes, |body| judge(body, vocabulary)),
        Kind::Return => node.nodes().next().map_or(Gate::Sometimes, |n| judge(n, vocabulary)),
        Kind::Block => match node.children.as_slice() {
            [(_, only)] => judge(only, vocabulary),
            _ => Gate::Sometimes,
        },
        _ => known(node, vocabulary),
    }
}

fn known(node: &Node, vocabulary: &Vocabulary) -> Gate {
    if vocabulary.constants.is_empty() {
        return Gate::Sometimes;
    }
    match vocabulary.constants.get(&node.words().join(".")) {
        Some(true) => Gate::Always,
        Some(false) => Gate::Never,
        None => Gate::Sometimes,
    }
}

/// Whether a condition asks for a platform, a version, a feature of the framework: nothing that the code under test decides.
pub fn asks_the_machine(condition: &Node) -> bool {
    const WORDS: [&str; 20] = [
        "version",
        "platform",
        "implementation",
        "windows",
        "linux",
        "darwin",
        "macos",
        "jruby",
        "truffleruby",
        "pypy",
        "goos",
        "goarch",
        "target_os",
        "target_arch",
        "method_exists",
        "function_exists",
        "class_exists",
        "method_defined?",
        "const_defined?",
        "extension_loaded",
    ];
    // `PY310`, `PY_3_10_PLUS`, `IS_PY38`
    let of_python = |word: &str| {
        word.split('_').any(|part| part.strip_prefix("py").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit())))
    };
    condition.words().iter().any(|word| {
        let word = word.to_ascii_lowercase();
        WORDS.iter().any(|known| word.contains(known)) || of_python(&word)
    })
}
