//! The code frame: what stood in the base and what stands in the head, aligned, with the words that differ marked.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::layout::char_columns;
use super::sanitize;
use super::style::{Meaning, Style};

/// Lines of one side that are compared; beyond it a frame helps nobody and comparing costs.
const LINES: usize = 300;
/// Characters of one line that are looked at.
const CHARACTERS: usize = 4_000;
/// Words of a line within which changes are marked.
const WORDS: usize = 300;

/// Source text of both sides with the lines they start at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame<'a> {
    pub before: Option<&'a str>,
    pub before_line: Option<u32>,
    pub after: Option<&'a str>,
    pub after_line: Option<u32>,
}

impl<'a> Frame<'a> {
    pub fn of(finding: &'a super::model::Finding) -> Self {
        let is_base = finding.side == Some(crate::Side::Base);
        Self {
            before: finding.before.as_deref(),
            before_line: if is_base { finding.line } else { finding.base_line },
            after: finding.after.as_deref(),
            after_line: if is_base { finding.head_line } else { finding.line },
        }
    }

    /// Whether there is only one side to show.
    pub fn is_one_sided(self) -> bool {
        self.before.is_none() || self.after.is_none()
    }

    /// Lines of at most `width` columns, at most `most` of them and one that says how many are missing.
    pub fn render(self, style: Style, width: usize, most: usize) -> Vec<String> {
        let rows = self.rows();
        let digits = rows.iter().filter_map(|row| row.number).max().map_or(0, |number| number.to_string().len());
        let room = width.saturating_sub(digits + 3).max(10);
        let window = Window::around_change(&rows, room);
        let mut lines: Vec<String> =
            rows.iter().take(most).map(|row| row.render(style, digits, window, room)).collect();
        if rows.len() > most {
            let missing = rows.len() - most;
            let plural = if missing == 1 { "" } else { "s" };
            lines.push(style.paint(Meaning::Faint, &format!("{:digits$}   … {missing} more line{plural}", "")));
        }
        lines
    }

    /// The same as text with `-`, `+` and space before each line, unpainted and uncut: for Markdown.
    pub fn as_diff(self) -> Vec<String> {
        self.rows().iter().map(|row| format!("{} {}", row.sign(), row.text()).trim_end().to_owned()).collect()
    }

    fn rows(self) -> Vec<Row> {
        let (before, after) = (split(self.before), split(self.after));
        let indent = before.iter().chain(&after).filter_map(|line| indentation(line)).min().unwrap_or(0);
        let before: Vec<&str> = before.iter().map(|line| line.get(indent..).unwrap_or("")).collect();
        let after: Vec<&str> = after.iter().map(|line| line.get(indent..).unwrap_or("")).collect();
        let number = |start: Option<u32>, index: usize| start.map(|start| start.saturating_add(index as u32));
        let mut rows = Vec::new();
        for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
            let (tag, old, new) = op.as_tag_tuple();
            if tag == DiffTag::Equal {
                let (first, last) = (new.start == 0, new.end == after.len());
                for (index, position) in new.clone().enumerate() {
                    let near_change = (!first && index == 0) || (!last && position + 1 == new.end);
                    if near_change {
                        let number = number(self.after_line, position);
                        rows.push(Row::new(Kind::Same, number, unmarked(after[position])));
                    } else if rows.last().is_none_or(|row: &Row| row.kind != Kind::Gap) && new.len() > 1 {
                        rows.push(Row::new(Kind::Gap, None, Vec::new()));
                    }
                }
                continue;
            }
            let marked: Vec<_> = old.clone().zip(new.clone()).map(|(o, n)| mark(before[o], after[n])).collect();
            for (index, position) in old.enumerate() {
                let cells = marked.get(index).map_or_else(|| unmarked(before[position]), |pair| pair.0.clone());
                rows.push(Row::new(Kind::Removed, number(self.before_line, position), cells));
            }
            for (index, position) in new.enumerate() {
                let cells = marked.get(index).map_or_else(|| unmarked(after[position]), |pair| pair.1.clone());
                rows.push(Row::new(Kind::Added, number(self.after_line, position), cells));
            }
        }
        rows
    }
}

fn split(text: Option<&str>) -> Vec<String> {
    let lines = text.unwrap_or("").lines().take(LINES);
    lines
        .map(|line| sanitize::code(line.char_indices().nth(CHARACTERS).map_or(line, |(end, _)| &line[..end])))
        .map(|line| sanitize::markers(&line).into_owned())
        .collect()
}

/// Leading spaces of a line; nothing for a blank one.
fn indentation(line: &str) -> Option<usize> {
    let text = line.trim_start_matches(' ');
    (!text.is_empty()).then(|| line.len() - text.len())
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Same,
    Removed,
    Added,
    Gap,
}

/// A character and whether it belongs to what differs.
type Cell = (char, bool);

struct Row {
    kind: Kind,
    number: Option<u32>,
    cells: Vec<Cell>,
}

impl Row {
    fn new(kind: Kind, number: Option<u32>, cells: Vec<Cell>) -> Self {
        Self { kind, number, cells }
    }

    fn sign(&self) -> char {
        match self.kind {
            Kind::Same | Kind::Gap => ' ',
            Kind::Removed => '-',
            Kind::Added => '+',
        }
    }

    fn text(&self) -> String {
        if self.kind == Kind::Gap { "⋮".into() } else { self.cells.iter().map(|(character, _)| character).collect() }
    }

    fn render(&self, style: Style, digits: usize, window: Window, room: usize) -> String {
        if self.kind == Kind::Gap {
            return style.paint(Meaning::Faint, &format!("{:digits$}   ⋮", ""));
        }
        let number = self.number.map(|number| number.to_string()).unwrap_or_default();
        let mut line = style.paint(Meaning::Faint, &format!("{number:>digits$}"));
        let (whole, word) = match self.kind {
            Kind::Removed => (Meaning::Removed, Meaning::RemovedWord),
            Kind::Added => (Meaning::Added, Meaning::AddedWord),
            Kind::Same | Kind::Gap => (Meaning::Faint, Meaning::Faint),
        };
        line.push_str(&style.paint(whole, &format!(" {} ", self.sign())));
        let cells = window.cut(&self.cells, room);
        for run in cells.chunk_by(|a, b| a.1 == b.1) {
            let text: String = run.iter().map(|(character, _)| character).collect();
            line.push_str(&style.paint(if run[0].1 { word } else { whole }, &text));
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Which columns of long lines are shown: the same for all lines of a frame, so that they stay aligned.
#[derive(Clone, Copy)]
struct Window {
    first: usize,
}

impl Window {
    /// Starts at the left, unless what differs would then be out of sight; then with as much before it as fits.
    fn around_change(rows: &[Row], room: usize) -> Self {
        let wide = |cells: &[Cell]| cells.iter().map(|(character, _)| char_columns(*character)).sum::<usize>();
        let changes = rows.iter().filter_map(|row| Some(wide(&row.cells[..row.cells.iter().position(|cell| cell.1)?])));
        let column = changes.min().unwrap_or(0);
        if column + room / 3 <= room {
            return Self { first: 0 };
        }
        let longest = rows.iter().map(|row| wide(&row.cells)).max().unwrap_or(0);
        Self { first: (column - room / 3).min((longest + 1).saturating_sub(room)) }
    }

    fn cut(self, cells: &[Cell], room: usize) -> Vec<Cell> {
        let mut shown = Vec::new();
        let (mut column, mut used) = (0, 0);
        let mut rest = cells.iter().copied().peekable();
        while self.first > 0 && column < self.first {
            let Some((character, _)) = rest.next() else { break };
            column += char_columns(character);
        }
        if column > 0 {
            shown.push(('…', false));
            used = 1;
        }
        while let Some((character, differs)) = rest.next() {
            let wide = char_columns(character);
            let is_last = rest.peek().is_none();
            if used + wide + usize::from(!is_last) > room {
                shown.push(('…', false));
                break;
            }
            used += wide;
            shown.push((character, differs));
        }
        shown
    }
}

fn unmarked(line: &str) -> Vec<Cell> {
    line.chars().map(|character| (character, false)).collect()
}

/// Marks the words of two lines that differ, unless the lines have little in common.
fn mark(before: &str, after: &str) -> (Vec<Cell>, Vec<Cell>) {
    let (old, new) = (words(before), words(after));
    if old.len() > WORDS || new.len() > WORDS {
        return mark_middle(before, after);
    }
    let mut cells = (Vec::new(), Vec::new());
    let mut same = 0;
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (tag, old_range, new_range) = op.as_tag_tuple();
        let differs = tag != DiffTag::Equal;
        if !differs {
            same += old[old_range.clone()].iter().map(|word| word.trim().len()).sum::<usize>();
        }
        cells.0.extend(old[old_range].iter().flat_map(|word| word.chars()).map(|character| (character, differs)));
        cells.1.extend(new[new_range].iter().flat_map(|word| word.chars()).map(|character| (character, differs)));
    }
    if same * 3 < before.len().min(after.len()) { (unmarked(before), unmarked(after)) } else { cells }
}

/// For very long lines: everything between the common start and the common end.
fn mark_middle(before: &str, after: &str) -> (Vec<Cell>, Vec<Cell>) {
    let start = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    let (old, new) = (before.chars().count() - start, after.chars().count() - start);
    let end = before.chars().rev().zip(after.chars().rev()).take_while(|(a, b)| a == b).count().min(old).min(new);
    let cells = |text: &str, middle: usize| {
        let marked = start..start + middle;
        text.chars().enumerate().map(|(index, character)| (character, marked.contains(&index))).collect()
    };
    (cells(before, old - end), cells(after, new - end))
}

/// Names and numbers, runs of white space, single other characters.
fn words(line: &str) -> Vec<&str> {
    let kind = |character: char| match character {
        _ if character.is_alphanumeric() || character == '_' => 0,
        _ if character.is_whitespace() => 1,
        _ => 2,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, character) in line.char_indices() {
        let this = kind(character);
        if last.is_some_and(|last| last != this || this == 2) {
            words.push(&line[start..at]);
            start = at;
        }
        last = Some(this);
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(before: &str, after: &str, width: usize) -> String {
        let frame = Frame { before: Some(before), before_line: Some(9), after: Some(after), after_line: Some(11) };
        frame.render(Style::plain(), width, 12).join("\n")
    }

    #[test]
    fn both_sides_are_aligned_and_dedented() {
        assert_eq!(
            frame("    assert total == 1\n    assert b", "    assert total > 0\n    assert b", 40),
            " 9 - assert total == 1\n11 + assert total > 0\n12   assert b"
        );
    }

    #[test]
    fn a_change_far_to_the_right_stays_in_sight() {
        let long = "x".repeat(100);
        let shown = frame(&format!("{long} == 1"), &format!("{long} > 0"), 40);
        assert_eq!(shown, " 9 - …xxxxxxxxxxxxxxxxxxxxxxxxxxxxx == 1\n11 + …xxxxxxxxxxxxxxxxxxxxxxxxxxxxx > 0");
    }

    #[test]
    fn long_lines_and_long_frames_are_cut_and_say_so() {
        assert_eq!(frame(&"y".repeat(99), "", 15), "9 - yyyyyyyyyy…");
        let many = (0..20).map(|line| format!("line {line}\n")).collect::<String>();
        assert!(frame(&many, "", 40).ends_with("\n     … 8 more lines"));
    }

    #[test]
    fn lines_that_did_not_change_are_left_out() {
        let before = "a\nb\nc\nd\nold\ne\nf\ng";
        assert_eq!(
            frame(before, &before.replace("old", "new"), 40),
            "     ⋮\n14   d\n13 - old\n15 + new\n16   e\n     ⋮"
        );
    }

    #[test]
    fn wide_characters_and_tabs_count_as_the_columns_they_take() {
        assert_eq!(frame("\tx = '日本語日本語'", "", 18), "9 - x = '日本語日…");
    }

    #[test]
    fn what_differs_is_marked_by_words() {
        let (before, after) = mark("expect(total).toBe(105)", "expect(total).toBeGreaterThan(0)");
        let marked = |cells: &[Cell]| cells.iter().filter(|cell| cell.1).map(|cell| cell.0).collect::<String>();
        assert_eq!((marked(&before).as_str(), marked(&after).as_str()), ("toBe105", "toBeGreaterThan0"));
        let (before, _) = mark_middle("aaaXaa", "aaaYYaa");
        assert_eq!(marked(&before), "X");
    }
}
