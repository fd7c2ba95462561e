//! GraphQL's schema language.

use super::words::{self, Word};
use super::{Element, Surface, Use};
use crate::facts::document::{self, Malformed};

pub(super) fn read(bytes: &[u8]) -> Result<Surface, Malformed> {
    let text = document::lines(bytes)?;
    let words = words::split(&text, "#");
    words::closed(&words, "GraphQL")?;
    let mut surface = Surface::default();
    let mut at = 0;
    while at < words.len() {
        at = definition(&words, at, &mut surface).max(at + 1);
    }
    Ok(surface)
}

/// One definition; says where the next starts.
fn definition(words: &[Word<'_>], at: usize, surface: &mut Surface) -> usize {
    let text = |index: usize| words.get(index).map_or("", |word| word.text);
    let at = if text(at) == "extend" { at + 1 } else { at };
    let name = text(at + 1);
    let line = words.get(at).map_or(1, |word| word.line);
    let mut add = |what: &str| {
        surface.add(name.to_owned(), Element { line, shape: what.to_owned(), ..Element::default() });
    };
    let body = || (at..words.len()).find(|index| text(*index) == "{");
    match text(at) {
        what @ ("type" | "interface" | "input") => {
            add(what);
            let Some(open) = body().filter(|open| starts_body(words, at, *open)) else { return at + 2 };
            let end = words::behind(words, open, "{", "}");
            let use_ = if what == "input" { Use::Input } else { Use::Output };
            fields(&words[open + 1..end.saturating_sub(1).max(open + 1)], name, use_, surface);
            end
        }
        "enum" => {
            add("enum");
            let Some(open) = body() else { return at + 2 };
            let end = words::behind(words, open, "{", "}");
            values(&words[open + 1..end.saturating_sub(1).max(open + 1)], name, surface);
            end
        }
        "union" => {
            add("union");
            let mut index = at + 2;
            while matches!(text(index), "=" | "|") {
                let member = Element { line, parent: Some(name.to_owned()), use_: Use::Output, ..Element::default() };
                surface.add(format!("{name} | {}", text(index + 1)), member);
                index += 2;
            }
            index
        }
        "scalar" => {
            add("scalar");
            at + 2
        }
        // Operations, directives and the schema's own block are not compared.
        "{" => words::behind(words, at, "{", "}"),
        _ => at + 1,
    }
}

/// Whether no other definition starts before the brace.
fn starts_body(words: &[Word<'_>], at: usize, open: usize) -> bool {
    !words[at + 1..open]
        .iter()
        .any(|word| matches!(word.text, "type" | "input" | "enum" | "union" | "interface" | "scalar" | "extend"))
}

fn fields(words: &[Word<'_>], scope: &str, use_: Use, surface: &mut Surface) {
    let text = |index: usize| words.get(index).map_or("", |word| word.text);
    let mut at = 0;
    while at < words.len() {
        let (name, line) = (text(at), words[at].line);
        let full = format!("{scope}.{name}");
        let mut next = at + 1;
        if text(next) == "@" {
            // A directive behind the field before.
            at = skip_directive(words, next);
            continue;
        }
        if name == "@" {
            at = skip_directive(words, at);
            continue;
        }
        if text(next) == "(" {
            let end = words::behind(words, next, "(", ")");
            arguments(&words[next + 1..end.saturating_sub(1).max(next + 1)], &full, surface);
            next = end;
        }
        if text(next) != ":" {
            at = next;
            continue;
        }
        let (shape, end) = shape(words, next + 1);
        let has_default = text(end) == "=";
        let is_required = shape.ends_with('!') && !has_default;
        surface.add(
            full,
            Element { line, parent: Some(scope.to_owned()), use_, shape, is_required, ..Element::default() },
        );
        at = if has_default { default_end(words, end + 1) } else { end };
    }
}

fn skip_directive(words: &[Word<'_>], at: usize) -> usize {
    let next = at + 2;
    if words.get(next).is_some_and(|word| word.text == "(") { words::behind(words, next, "(", ")") } else { next }
}

fn default_end(words: &[Word<'_>], at: usize) -> usize {
    match words.get(at).map(|word| word.text) {
        Some("[") => words::behind(words, at, "[", "]"),
        Some("{") => words::behind(words, at, "{", "}"),
        _ => at + 1,
    }
}

fn arguments(words: &[Word<'_>], field: &str, surface: &mut Surface) {
    let mut inner = Surface::default();
    fields(words, field, Use::Input, &mut inner);
    for (name, element) in inner.elements {
        let argument = name.rsplit('.').next().unwrap_or_default().to_owned();
        surface.add(format!("{field}({argument})"), element);
    }
}

/// `[Name!]!`
fn shape(words: &[Word<'_>], start: usize) -> (String, usize) {
    let mut shape = String::new();
    let mut at = start;
    let mut has_name = false;
    while let Some(word) = words.get(at) {
        let is_sign = matches!(word.text, "[" | "]" | "!");
        if !is_sign && has_name {
            break;
        }
        has_name |= !is_sign;
        shape.push_str(word.text);
        at += 1;
    }
    (shape, at)
}

fn values(words: &[Word<'_>], scope: &str, surface: &mut Surface) {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if word.text == "@" {
            at = skip_directive(words, at);
            continue;
        }
        let element =
            Element { line: word.line, parent: Some(scope.to_owned()), use_: Use::Both, ..Element::default() };
        surface.add(format!("{scope}.{}", word.text), element);
        at += 1;
    }
}
