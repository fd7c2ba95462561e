//! Shell scripts: which commands run, and what happens when one of them fails.
//!
//! Reads the Bourne family. Whether a command is a test or a clean-up is not its business; it answers only "if this
//! fails, does the script fail?". Templates of CI systems (`${{ … }}`, `<< … >>`) stand for a word.

use std::borrow::Cow;

/// A script as its commands, in the order they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub commands: Vec<Command>,
    /// `export NAME=value` and plain assignments.
    pub variables: Vec<Variable>,
    /// Some of it could not be read.
    pub incomplete: bool,
}

/// One simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Without quotes; what is computed at run time stays as it is written.
    pub words: Vec<String>,
    /// As written, whitespace collapsed, without the redirections.
    pub text: String,
    /// `NAME=value` before the command.
    pub variables: Vec<Variable>,
    /// Zero-based, within the script.
    pub line: u32,
    pub failure: Failure,
    /// What must hold for it to run, outermost first.
    pub guards: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub value: String,
    /// Zero-based, within the script.
    pub line: u32,
}

/// What a failing command does to its script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    Stops,
    Swallowed(Swallow),
}

/// Why a failure goes unnoticed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Swallow {
    /// `command || true` and its kin; holds what stands on the right.
    Or(String),
    /// `command | other` without `pipefail`; holds the pipeline's last command.
    Pipe(String),
    /// `set +e`, or a shell that never stopped at failures, and another command follows.
    Continues,
    /// `command && other`, and another command follows: such a list does not stop the shell.
    And,
    /// `! command`
    Negated,
    /// `command &` without `wait`
    Background,
    /// `if command; then …` where neither branch fails.
    Condition,
    /// `trap 'exit 0' EXIT`
    Trap,
    /// The runner is told to ignore it: make's leading `-`, `ignore_errors`.
    Ignored,
}

impl Swallow {
    /// For messages: how the failure is lost.
    pub fn describe(&self) -> String {
        match self {
            Self::Or(what) => format!("`|| {what}` hides its failure"),
            Self::Pipe(what) => format!("piped into `{what}` without `pipefail`, its failure is lost"),
            Self::Continues => "the script goes on after it fails".into(),
            Self::And => "a failing `&&` list does not stop the script".into(),
            Self::Negated => "`!` turns its failure around".into(),
            Self::Background => "it runs in the background and nothing waits for its result".into(),
            Self::Condition => "it is only a condition now, and no branch fails".into(),
            Self::Trap => "a trap ends the script with success".into(),
            Self::Ignored => "its failure is ignored (a leading `-` or an ignore setting)".into(),
        }
    }
}

/// How the shell is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// `-e`: a failing command ends the script.
    pub errexit: bool,
    /// `-o pipefail`: a pipeline fails when any part does.
    pub pipefail: bool,
}

impl Start {
    /// `bash -e`
    pub const ERREXIT: Self = Self { errexit: true, pipefail: false };
    /// `bash -eo pipefail`
    pub const STRICT: Self = Self { errexit: true, pipefail: true };
    /// `sh`
    pub const PLAIN: Self = Self { errexit: false, pipefail: false };
}

/// Larger scripts are not read.
const SIZE_LIMIT: usize = 1 << 20;

/// Reads a script.
pub fn read(source: &str, start: Start) -> Script {
    if source.len() > SIZE_LIMIT {
        return Script { incomplete: true, ..Script::default() };
    }
    let masked = mask_templates(source);
    grammar::read(source, &masked, start).unwrap_or(Script { incomplete: true, ..Script::default() })
}

/// `${{ … }}`, `{{ … }}` and CircleCI's `<< … >>` become words of the same length, so that places stay right.
fn mask_templates(source: &str) -> Cow<'_, str> {
    if !source.contains("{{") && !source.contains("<<") {
        return Cow::Borrowed(source);
    }
    let mut masked = source.as_bytes().to_vec();
    let mut at = 0;
    while at < source.len() {
        let rest = &source.as_bytes()[at..];
        let close: &[u8] = if rest.starts_with(b"${{") || rest.starts_with(b"{{") {
            b"}}"
        } else if is_circle_parameter(rest) {
            b">>"
        } else {
            at += 1;
            continue;
        };
        let Some(length) = rest.windows(2).position(|window| window == close).map(|found| found + 2) else { break };
        for byte in &mut masked[at..at + length] {
            if *byte != b'\n' {
                *byte = b'X';
            }
        }
        at += length;
    }
    String::from_utf8(masked).map_or(Cow::Borrowed(source), Cow::Owned)
}

fn is_circle_parameter(rest: &[u8]) -> bool {
    let Some(rest) = rest.strip_prefix(b"<<") else { return false };
    let rest = rest.trim_ascii_start();
    [&b"parameters."[..], b"pipeline.", b"matrix."].iter().any(|prefix| rest.starts_with(prefix))
}

/// Words of a text that is not run by a shell we can parse: split at white space, quotes respected.
pub fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut open = None;
    let mut started = false;
    for character in text.chars() {
        match (open, character) {
            (Some(quote), c) if c == quote => open = None,
            (Some(_), c) => word.push(c),
            (None, '"' | '\'') => {
                open = Some(character);
                started = true;
            }
            (None, c) if c.is_whitespace() => {
                if started || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                started = false;
            }
            (None, c) => word.push(c),
        }
    }
    if started || !word.is_empty() {
        words.push(word);
    }
    words
}

/// Runs of white space become one space; continued lines are joined.
pub fn collapse(text: &str) -> String {
    text.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(not(feature = "lang-bash"))]
mod grammar {
    pub(super) fn read(_source: &str, _masked: &str, _start: super::Start) -> Option<super::Script> {
        None
    }
}

#[cfg(feature = "lang-bash")]
mod grammar;

#[cfg(all(test, feature = "lang-bash"))]
mod tests;
