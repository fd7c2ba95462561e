//! Regular expressions over source text.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

/// Larger automata are refused.
const SIZE_LIMIT: usize = 4 << 20;

/// A regular expression that is compiled when first asked: a branch meets few of those that are known.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub struct Pattern {
    written: String,
    compiled: OnceLock<Regex>,
}

impl From<String> for Pattern {
    fn from(written: String) -> Self {
        Self { written, compiled: OnceLock::new() }
    }
}

#[cfg(test)]
impl Pattern {
    /// Whether it can be compiled, for the tests of the tables.
    pub fn is_valid(&self) -> bool {
        compile(&self.written).is_ok()
    }
}

impl std::ops::Deref for Pattern {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        self.compiled.get_or_init(|| compile(&self.written).expect("the patterns of every table are tested"))
    }
}

/// Compiles a pattern, its classes and word boundaries in ASCII where that can be said: Unicode's take ten times as long to
/// compile, and the words of programs need none of them.
///
/// # Errors
/// When it is no regular expression or too large.
pub fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    let builder = |unicode| {
        let mut builder = RegexBuilder::new(pattern);
        builder.size_limit(SIZE_LIMIT).unicode(unicode);
        builder
    };
    // `.` and `[^…]` would match half of a character.
    builder(false).build().or_else(|_| builder(true).build())
}
