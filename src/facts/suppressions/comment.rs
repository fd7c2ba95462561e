//! Directives in comments.

use super::table::{Codes, CommentForm, Reach, Tool};
use super::{Scope, Suppression, Text};
use crate::facts::lexical::Kind;

/// One line of a comment.
struct CommentLine<'a> {
    line: u32,
    /// Without the comment's signs.
    body: &'a str,
    follows_code: bool,
}

pub(super) fn read(text: &Text<'_>, tools: &[&'static Tool]) -> Vec<Suppression> {
    let lines = comment_lines(text);
    let mut found = Vec::new();
    for tool in tools {
        for form in &tool.comment {
            let mut toggled = false;
            for (at, comment) in lines.iter().enumerate() {
                let Some(rest) = directive(comment, form) else { continue };
                // A longer form of the same words: `disable:next`.
                let is_longer = rest.strip_prefix(':').is_some_and(|more| more.starts_with(char::is_alphabetic));
                if is_longer && tool.codes != Codes::Colon {
                    continue;
                }
                if form.ends.as_ref() == Some(&form.words) {
                    toggled = !toggled;
                    if !toggled {
                        continue;
                    }
                }
                let (codes, has_reason) = codes(tool, rest);
                if form.unless.iter().any(|text| rest.contains(text.as_str())) || (form.needs_codes && codes.is_empty())
                {
                    continue;
                }
                let ends = || {
                    form.ends.as_ref().is_some_and(|ends| lines[at + 1..].iter().any(|line| begins(line.body, ends)))
                };
                let (scope, covers) = match (form.scope, comment.follows_code) {
                    (Reach::Line, _) | (Reach::Here | Reach::HereNext, true) => (Scope::Line, own_code(text, comment)),
                    (Reach::Next | Reach::Item | Reach::HereNext, _) => (Scope::Line, text.code_after(comment.line)),
                    (Reach::Block | Reach::Here, _) if ends() => (Scope::Block, text.code_after(comment.line)),
                    (Reach::Block | Reach::Here | Reach::File, _) => (Scope::File, String::new()),
                };
                found.push(Suppression {
                    tool: &tool.name,
                    family: &tool.family,
                    kind: tool.kind,
                    codes,
                    scope,
                    has_reason,
                    line: comment.line,
                    text: text.trimmed(comment.line),
                    covers,
                });
            }
        }
    }
    found
}

/// The code beside a comment, or after it where it stands alone.
fn own_code(text: &Text<'_>, comment: &CommentLine<'_>) -> String {
    if comment.follows_code { text.code(comment.line) } else { text.code_after(comment.line) }
}

fn comment_lines<'a>(text: &'a Text<'_>) -> Vec<CommentLine<'a>> {
    let whole = text.lines.text();
    let mut found = Vec::new();
    for span in text.spans.iter().filter(|span| span.kind == Kind::Comment) {
        let comment = &whole[span.range.clone()];
        // Documentation quotes directives; a docstring is a text.
        if comment.starts_with(['"', '\'']) || comment.starts_with("///") || comment.starts_with("//!") {
            continue;
        }
        let first = text.lines.number(span.range.start);
        for (line, raw) in (first..).zip(comment.split('\n')) {
            let signs = |c: char| "*/#!-<{(%;=".contains(c);
            let body = raw.trim_start().trim_start_matches(signs).trim_start();
            let end = ["*/", "-->", "*)", "#}", "-}"].iter().filter_map(|close| body.find(close)).min();
            let body = body[..end.unwrap_or(body.len())].trim_end();
            if !body.is_empty() {
                let follows_code = line == first && text.code(line).contains(|c: char| c.is_alphanumeric());
                found.push(CommentLine { line, body, follows_code });
            }
        }
    }
    found
}

/// What follows a form's words, where a comment is that directive.
fn directive<'a>(comment: &CommentLine<'a>, form: &CommentForm) -> Option<&'a str> {
    let at = |body: &'a str| after_words(body, &form.words, form.prefix);
    if let Some(rest) = at(comment.body) {
        return Some(rest);
    }
    if !comment.follows_code {
        return None;
    }
    // One comment may hold several directives, each behind a sign of its own.
    let starts = comment.body.char_indices().filter_map(|(at, character)| {
        let before = comment.body[..at].chars().next_back()?;
        let is_start = before == '#' || (before == '/' && character != '/') || (form.anywhere && before == ' ');
        (is_start || (form.anywhere && character == '@')).then_some(at)
    });
    starts.into_iter().find_map(|start| at(comment.body[start..].trim_start()))
}

fn begins(body: &str, words: &str) -> bool {
    after_words(body, words, false).is_some()
}

/// What follows words at the start of a text, whatever the case and the blanks between them.
fn after_words<'a>(text: &'a str, words: &str, prefix: bool) -> Option<&'a str> {
    let mut rest = text;
    for (at, word) in words.split(' ').enumerate() {
        if at > 0 {
            rest = rest.trim_start_matches([' ', '\t']);
        }
        let head = rest.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word))?;
        rest = &rest[head.len()..];
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let goes_on = words.ends_with(is_word) && rest.starts_with(is_word);
    (prefix || !goes_on).then_some(rest)
}

/// The rules a directive names, and whether it says why.
fn codes(tool: &Tool, rest: &str) -> (Vec<String>, bool) {
    let (listed, after) = match tool.codes {
        Codes::None => return (Vec::new(), is_reason(rest)),
        Codes::List | Codes::Words | Codes::First => (rest, ""),
        Codes::Colon => match rest.trim_start().strip_prefix(':') {
            Some(listed) => (listed, ""),
            None => return (Vec::new(), is_reason(rest)),
        },
        Codes::Equals => match rest.trim_start().strip_prefix('=') {
            Some(listed) => (listed, ""),
            None => return (Vec::new(), is_reason(rest)),
        },
        Codes::Brackets => match bracketed(rest, '[', ']') {
            Some(parts) => parts,
            None => return (Vec::new(), is_reason(rest)),
        },
        Codes::Parentheses => match bracketed(rest, '(', ')') {
            Some(parts) => parts,
            None => return (Vec::new(), is_reason(rest)),
        },
    };
    let marks = [" //", " --", " #", "\t//"].into_iter().chain(tool.reason.as_deref());
    let end = marks.filter_map(|mark| listed.find(mark)).min().unwrap_or(listed.len());
    let (listed, reason) = listed.split_at(end);
    let mut has_reason = is_reason(reason) || is_reason(after);
    let mut found = Vec::new();
    let clean = |word: &str| word.trim_matches(|c: char| "\"'`:;()[]{}".contains(c)).to_owned();
    match tool.codes {
        Codes::Words => found.extend(listed.split([',', ' ', '\t']).map(clean)),
        Codes::First => {
            let mut words = listed.split_whitespace();
            found.extend(words.next().into_iter().flat_map(|codes| codes.split(',')).map(clean));
            has_reason |= words.next().is_some();
        }
        _ => {
            for piece in listed.split(',') {
                let mut words = piece.split_whitespace();
                found.extend(words.next().map(clean));
                let mut left = words.skip_while(|word| is_number_code(word)).peekable();
                found.extend(piece.split_whitespace().skip(1).take_while(|word| is_number_code(word)).map(clean));
                if left.peek().is_some() {
                    has_reason = true;
                    break;
                }
            }
        }
    }
    found.retain(|code| code.contains(|c: char| c.is_alphanumeric() || c == '*') && code != "all" && code != "*");
    (found, has_reason)
}

/// `E501`: what can't be a word of a reason.
fn is_number_code(word: &str) -> bool {
    let letters = word.chars().take_while(char::is_ascii_uppercase).count();
    letters > 0 && word.len() > letters && word[letters..].chars().all(|c| c.is_ascii_digit())
}

fn bracketed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    text.trim_start().strip_prefix(open)?.split_once(close)
}

/// Words of a person, not only signs.
fn is_reason(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() >= 3
}
