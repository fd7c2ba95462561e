//! Words into lines of a given width; knows display columns, not formats.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::sanitize;
use super::style::{Meaning, Style};

/// A run of text with one meaning; `None` is plain.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub meaning: Option<Meaning>,
    pub text: String,
}

impl Span {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { meaning: None, text: text.into() }
    }

    pub fn new(meaning: Meaning, text: impl Into<String>) -> Self {
        Self { meaning: Some(meaning), text: text.into() }
    }
}

/// Columns that sanitised text takes on a terminal.
pub fn columns(text: &str) -> usize {
    text.width()
}

pub fn char_columns(character: char) -> usize {
    character.width().unwrap_or(0)
}

pub fn paint(style: Style, spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span.meaning {
            Some(meaning) => style.paint(meaning, &span.text),
            None => span.text.clone(),
        })
        .collect()
}

/// Splits a message into prose and the code in its backticks, sanitised; the backticks stay, plain text needs them.
pub fn message(text: &str) -> Vec<Span> {
    split_code(text)
        .into_iter()
        .map(|(is_code, part)| match is_code {
            true => Span::new(Meaning::Code, format!("`{}`", sanitize::line(part))),
            false => Span::plain(sanitize::line(part)),
        })
        .collect()
}

/// Splits text at pairs of backticks; `true` marks what stood between two.
pub fn split_code(text: &str) -> Vec<(bool, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('`') {
        let Some((code, after)) = tail.split_once('`').filter(|(code, _)| !code.is_empty()) else { break };
        if !before.is_empty() {
            parts.push((false, before));
        }
        parts.push((true, code));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push((false, rest));
    }
    parts
}

/// Breaks spans at spaces into lines of at most `width` columns; the first line has `first` columns less.
///
/// A word wider than a line is cut, so that no input makes a line longer than asked.
pub fn wrap(spans: &[Span], width: usize, first: usize) -> Vec<Vec<Span>> {
    let width = width.max(8);
    let mut lines: Vec<Vec<Span>> = vec![Vec::new()];
    let mut used = first.min(width);
    let mut is_start = true;
    for word in words(spans) {
        let wide: usize = word.iter().map(|span| columns(&span.text)).sum();
        let space = usize::from(!is_start);
        if used + space + wide > width && !(is_start && used == 0) {
            lines.push(Vec::new());
            used = 0;
        } else if space == 1 {
            push_space(&mut lines, &word);
            used += 1;
        }
        is_start = false;
        for span in word {
            for character in span.text.chars() {
                if used + char_columns(character) > width {
                    lines.push(Vec::new());
                    used = 0;
                }
                used += char_columns(character);
                push(&mut lines, span.meaning, character);
            }
        }
    }
    lines
}

/// A space inside a run of one meaning belongs to it, so that the run is painted as one.
fn push_space(lines: &mut [Vec<Span>], next: &[Span]) {
    let Some(line) = lines.last_mut() else { return };
    let before = line.last().and_then(|span| span.meaning);
    let meaning = next.first().and_then(|span| span.meaning).filter(|meaning| Some(*meaning) == before);
    match line.last_mut() {
        Some(span) if span.meaning == meaning => span.text.push(' '),
        _ => line.push(Span { meaning, text: " ".into() }),
    }
}

fn push(lines: &mut [Vec<Span>], meaning: Option<Meaning>, character: char) {
    let Some(line) = lines.last_mut() else { return };
    match line.last_mut() {
        Some(span) if span.meaning == meaning => span.text.push(character),
        _ => line.push(Span { meaning, text: character.to_string() }),
    }
}

fn words(spans: &[Span]) -> Vec<Vec<Span>> {
    let mut words: Vec<Vec<Span>> = Vec::new();
    let mut is_open = false;
    for span in spans {
        // Here, because the backslash that breaks a runner's command takes a column.
        for (index, piece) in sanitize::markers(&span.text).split(' ').enumerate() {
            if index > 0 {
                is_open = false;
            }
            if piece.is_empty() {
                continue;
            }
            let part = Span { meaning: span.meaning, text: piece.to_owned() };
            match words.last_mut() {
                Some(word) if is_open => word.push(part),
                _ => words.push(vec![part]),
            }
            is_open = true;
        }
    }
    words
}

/// Rows of cells in columns as wide as their widest cell; the last column wraps.
pub fn table(rows: &[Vec<Vec<Span>>], style: Style, indent: usize) -> String {
    let wide = |cell: &[Span]| cell.iter().map(|span| columns(&span.text)).sum::<usize>();
    let number = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..number)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| wide(cell)).max())
        .map(Option::unwrap_or_default)
        .collect();
    let mut out = String::new();
    for row in rows {
        let Some((last, cells)) = row.split_last() else { continue };
        let mut lead = " ".repeat(indent);
        let mut used = indent;
        for (cell, width) in cells.iter().zip(&widths) {
            lead.push_str(&paint(style, cell));
            lead.push_str(&" ".repeat(width - wide(cell) + 2));
            used += width + 2;
        }
        for (index, line) in wrap(last, style.width.saturating_sub(used), 0).iter().enumerate() {
            let lead = if index == 0 { lead.clone() } else { " ".repeat(used) };
            out.push_str(format!("{lead}{}", paint(style, line)).trim_end());
            out.push('\n');
        }
    }
    out
}

/// Cuts text to a number of columns, with `…` where something is missing.
pub fn cut(text: &str, width: usize) -> String {
    let text = sanitize::markers(text);
    if columns(&text) <= width {
        return text.into_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for character in text.chars() {
        used += char_columns(character);
        if used + 1 > width {
            break;
        }
        out.push(character);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        wrap(&message(text), width, 0).iter().map(|line| paint(Style::plain(), line)).collect()
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(wrapped("the `total` became a lower bound", 16), ["the `total`", "became a lower", "bound"]);
        assert_eq!(wrapped("", 16), [""]);
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        assert_eq!(wrapped("日本日本日本 ab", 8), ["日本日本", "日本 ab"]);
        assert_eq!(wrapped("abcdefghijkl", 8), ["abcdefgh", "ijkl"]);
    }

    #[test]
    fn broken_commands_of_runners_are_counted() {
        for line in wrapped(&"##[command]x".repeat(9), 20) {
            assert!(columns(&sanitize::commands(&line)) <= 20, "{line}");
        }
        assert_eq!(cut(&"##[a]".repeat(3), 10), "#\\#[a]#\\#…");
    }

    #[test]
    fn unpaired_backticks_are_only_characters() {
        assert_eq!(split_code("a `b` c ` d"), [(false, "a "), (true, "b"), (false, " c ` d")]);
        assert_eq!(split_code("``"), [(false, "``")]);
    }

    #[test]
    fn cutting_shows_that_something_is_missing() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("日本語", 4), "日…");
    }
}
