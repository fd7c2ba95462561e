//! Directives in attributes, annotations and compiler directives.

use std::ops::Range;

use super::table::{Arguments, AttributeForm, Reach, Tool};
use super::{Scope, Suppression, Text};
use crate::facts::lexical;

/// Arguments longer than this are not read.
const ARGUMENTS: usize = 10_000;

/// Whether a text can hold any of the tool's attributes.
pub(super) fn may_hold(tool: &Tool, text: &str) -> bool {
    tool.attribute.iter().any(|form| form.open.is_match(text))
}

pub(super) fn read(text: &Text<'_>, tools: &[&'static Tool]) -> Vec<Suppression> {
    let whole = text.lines.text();
    let code = lexical::masked(whole, 0..whole.len(), &text.spans, None);
    // Only valid text keeps its offsets through the mask.
    if code.len() != whole.len() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for tool in tools {
        for form in &tool.attribute {
            for captures in form.open.captures_iter(&code) {
                let Some(open) = captures.get(0) else { continue };
                let arguments = arguments(&code, open.range(), form);
                if form.holds.as_ref().is_some_and(|word| !whole[arguments.clone()].contains(word.as_str())) {
                    continue;
                }
                let start = open.start() + (open.len() - open.as_str().trim_start().len());
                let line = text.lines.number(start);
                let last = text.lines.number(arguments.end.saturating_sub(1).max(start));
                let ends = || form.ends.as_ref().is_some_and(|ends| ends.is_match(&code[arguments.end..]));
                let (scope, covers) = match form.scope {
                    _ if captures.name("file").is_some() => (Scope::File, String::new()),
                    Reach::Block if ends() => (Scope::Block, text.code_after(last)),
                    Reach::Block | Reach::File => (Scope::File, String::new()),
                    Reach::Line => (Scope::Line, text.code(line)),
                    _ => (Scope::Item, covered(text, &code, arguments.end, last)),
                };
                found.push(Suppression {
                    tool: &tool.name,
                    family: &tool.family,
                    kind: tool.kind,
                    codes: codes(form.codes, &whole[arguments.clone()], &code[arguments.clone()]),
                    scope,
                    has_reason: is_reasoned(&code[arguments]),
                    line,
                    text: text.trimmed(line),
                    covers,
                });
            }
        }
    }
    found
}

/// What stands between the bracket that a form ends with and the one that closes it; else what is left of the line.
fn arguments(code: &str, open: Range<usize>, form: &AttributeForm) -> Range<usize> {
    let rest = &code[open.end..];
    let is_bracketed = code[open.clone()].ends_with(['(', '[']);
    if !is_bracketed && !matches!(form.codes, Arguments::LineTexts | Arguments::Words) {
        return open.end..open.end;
    }
    let mut depth = 0u32;
    for (at, byte) in rest.bytes().enumerate().take(ARGUMENTS) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => return open.end..open.end + at,
            b')' | b']' | b'}' => depth -= 1,
            b'\n' if !is_bracketed => return open.end..open.end + at,
            _ => {}
        }
    }
    open.end..open.end
}

/// The code an attribute stands before: on its own line or after it.
fn covered(text: &Text<'_>, code: &str, end: usize, line: u32) -> String {
    let rest_of_line = code[end..].lines().next().unwrap_or_default();
    let is_code = |c: char| c.is_alphanumeric();
    if rest_of_line.contains(is_code) {
        return rest_of_line.trim_start_matches([')', ']', ' ']).split_whitespace().collect();
    }
    text.code_after(line)
}

fn codes(kind: Arguments, written: &str, code: &str) -> Vec<String> {
    let texts = || -> Vec<String> {
        let mut found = Vec::new();
        let mut rest = written;
        while let Some(start) = rest.find('"') {
            let Some(length) = rest[start + 1..].find('"') else { break };
            found.push(rest[start + 1..start + 1 + length].to_owned());
            rest = &rest[start + length + 2..];
        }
        found
    };
    let words = |text: &str, signs: &str| -> Vec<String> {
        let is_part = |c: char| c.is_alphanumeric() || signs.contains(c);
        let words = text.split(|c: char| !is_part(c)).map(|word| word.trim_matches(':').to_owned());
        words.filter(|word| word.contains(char::is_alphanumeric)).collect()
    };
    match kind {
        Arguments::None => Vec::new(),
        Arguments::Texts | Arguments::LineTexts => {
            // Constants name rules too: `@SuppressWarnings(UNCHECKED)`.
            let texts: Vec<String> =
                texts().into_iter().filter(|text| !text.contains(' ') || text.len() < 60).collect();
            if texts.is_empty() { words(code, "_.") } else { texts }
        }
        Arguments::Second => texts().into_iter().nth(1).map(|text| split_title(&text)).into_iter().collect(),
        Arguments::Paths => {
            let end = code.find("reason").unwrap_or(code.len());
            words(&code[..end], "_:")
        }
        Arguments::Words => words(code, "_."),
    }
}

/// `CA1822:Mark members as static`
fn split_title(text: &str) -> String {
    text.split(':').next().unwrap_or(text).trim().to_owned()
}

fn is_reasoned(code: &str) -> bool {
    let code = code.to_ascii_lowercase();
    ["reason", "justification"]
        .iter()
        .any(|word| code.split(word).skip(1).any(|rest| rest.trim_start().starts_with(['=', ':'])))
}
