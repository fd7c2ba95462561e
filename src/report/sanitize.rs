//! Makes text from the repository harmless and visible before it meets a terminal, a log or a web page.
//!
//! Names, messages and code come from whoever wrote the branch. Three things must not happen: a control sequence reaching
//! a terminal, invisible or direction-changing characters deceiving a reader, and a line being taken as a command by the
//! CI runner that reads our standard output.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text on one line: every control, direction-changing or invisible character is written out (`\n`, `\u{1b}`).
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_unsafe(character) => _ = write!(out, "\\u{{{:x}}}", u32::from(character)),
            _ => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// One line of source code: as [`line`], but tabs become spaces and a trailing carriage return is dropped.
pub fn code(text: &str) -> String {
    let text = text.strip_suffix('\r').unwrap_or(text);
    text.split('\t').map(line).collect::<Vec<_>>().join("    ")
}

/// Whether a character could steer a terminal or deceive a reader.
pub fn is_unsafe(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// Direction controls, zero-width characters, separators that break lines, tags and variation selectors beyond the usual.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// What the runners of CI services take as commands anywhere in a line: GitHub (old form), Azure, TeamCity.
const COMMANDS: [&str; 3] = ["##[", "##vso[", "##teamcity["];

/// Breaks whatever a CI runner would take as a command, with a backslash a reader can see.
///
/// GitHub's runner trims a line before it looks for `::`, so indentation is no protection. Applied to whole outputs as the
/// last step, because wrapping and layout decide what starts a line.
pub fn commands(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for part in text.split_inclusive('\n') {
        let start = command_start(part);
        if part[start..].starts_with("::") {
            out.push_str(&part[..start]);
            out.push('\\');
            out.push_str(&markers(&part[start..]));
        } else {
            out.push_str(&markers(part));
        }
    }
    out
}

/// Only the commands that are taken anywhere in a line; for text that does not start one.
pub fn markers(mut part: &str) -> Cow<'_, str> {
    if !part.contains("##") {
        return Cow::Borrowed(part);
    }
    let mut out = String::with_capacity(part.len() + 4);
    while let Some(at) = part.find("##") {
        let (before, rest) = part.split_at(at);
        out.push_str(before);
        if COMMANDS.iter().any(|command| starts_with_ignoring_case(rest, command)) {
            out.push_str("#\\#");
            part = &rest[2..];
        } else {
            out.push('#');
            part = &rest[1..];
        }
    }
    out.push_str(part);
    Cow::Owned(out)
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// Where a line's text starts, past white space and our own colour sequences.
fn command_start(line: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let blank = rest.len() - rest.trim_start().len();
        let colour = match rest[blank..].strip_prefix("\u{1b}[") {
            Some(sequence) => sequence.find('m').map_or(0, |end| end + 3),
            None => 0,
        };
        if blank + colour == 0 {
            return at;
        }
        at += blank + colour;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_text_is_left_alone() {
        for text in ["tests/a.py", "größer → 日本", "C:\\x", "a::b", "#[test]", "## heading"] {
            assert_eq!(line(text), text);
            assert_eq!(commands(text), text);
        }
    }

    #[test]
    fn control_and_invisible_characters_are_written_out() {
        assert_eq!(line("a\u{1b}[31mb\nc\u{202e}d\u{200b}\u{9b}"), "a\\u{1b}[31mb\\nc\\u{202e}d\\u{200b}\\u{9b}");
        assert_eq!(line("x\u{e0041}"), "x\\u{e0041}");
        assert_eq!(code("\tif a:\r"), "    if a:");
    }

    #[test]
    fn runner_commands_lose_their_meaning() {
        assert_eq!(commands("  ::error::x\n::a\nb ::c\n"), "  \\::error::x\n\\::a\nb ::c\n");
        assert_eq!(commands("x ##[error]y ###[a] ##VSO[z]"), "x #\\#[error]y ##\\#[a] #\\#VSO[z]");
        assert_eq!(commands("\u{1b}[1m \u{1b}[31m::set-output"), "\u{1b}[1m \u{1b}[31m\\::set-output");
    }
}
