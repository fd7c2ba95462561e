//! What is wrong with a policy: all of it at once, each with its line, a caret and the nearest valid name.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// How many problems are shown in full; beyond that a count.
const SHOWN: usize = 50;
/// Longer lines are shown as a cut-out around the problem.
const LINE_BYTES: usize = 240;

/// The name and text of a policy or a packet, as far as it could be read.
#[derive(Debug)]
pub(crate) struct Text {
    pub name: String,
    pub text: String,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl Text {
    pub fn new(name: &str, text: String) -> Self {
        let starts = [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: name.to_owned(), text, starts }
    }

    /// One-based.
    pub fn line(&self, at: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }
}

/// One thing wrong in one place.
#[derive(Clone, Debug)]
pub struct Problem {
    text: Arc<Text>,
    span: Range<usize>,
    message: String,
    /// What to write instead.
    fix: Option<String>,
}

impl Problem {
    pub(crate) fn new(text: &Arc<Text>, span: Range<usize>, message: impl Into<String>) -> Self {
        let boundary = |at: usize| (0..=at.min(text.text.len())).rev().find(|at| text.text.is_char_boundary(*at));
        let start = boundary(span.start).unwrap_or(0);
        let end = boundary(span.end).unwrap_or(start).max(start);
        Self { text: Arc::clone(text), span: start..end, message: message.into(), fix: None }
    }

    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    pub(super) fn set_fix(&mut self, fix: impl Into<String>) {
        self.fix = Some(fix.into());
    }

    /// The file it is in.
    pub fn file(&self) -> &str {
        &self.text.name
    }

    /// One-based.
    pub fn line(&self) -> u32 {
        self.text.line(self.span.start)
    }

    /// One-based, in characters.
    pub fn column(&self) -> usize {
        1 + self.text.text[self.line_start()..self.span.start].chars().count()
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn suggestion(&self) -> Option<&str> {
        self.fix.as_deref()
    }

    pub(super) fn position(&self) -> (&str, usize) {
        (&self.text.name, self.span.start)
    }

    fn line_start(&self) -> usize {
        self.text.starts[self.line() as usize - 1]
    }

    /// The problem with its line and a caret, in colour where asked.
    pub fn render(&self, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let start = self.line_start();
        let line = self.text.text[start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let in_line = |at: usize| (at - start).min(line.len());
        let (mut from, mut to) = (in_line(self.span.start), in_line(self.span.end));
        let (mut cut_from, mut cut_to) = (0, line.len());
        if line.len() > LINE_BYTES {
            let near = |at: usize| (0..=at).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
            (cut_from, cut_to) = (near(from.saturating_sub(20)), near((from + 60).min(line.len())));
        }
        let shown = Visible::of(&line[cut_from..cut_to]);
        (from, to) = (shown.at(from - cut_from), shown.at(to.min(cut_to) - cut_from));
        let label = self.fix.as_deref().map(printable);
        let annotation = AnnotationKind::Primary.span(from..to).label(label);
        let message = printable(&self.message);
        let snippet = Snippet::source(shown.text).line_start(self.line() as usize).path(printable(&self.text.name));
        let report = &[Level::ERROR.primary_title(message).element(snippet.annotation(annotation))];
        let mut rendered = renderer.render(report);
        // A cut-out loses the column.
        if line.len() > LINE_BYTES {
            rendered.push_str(&format!("\n  (column {})", self.column()));
        }
        rendered
    }
}

/// A line of the file, every character that steers a terminal or can't be seen replaced by one that can.
struct Visible {
    text: String,
    /// Where each byte of the line went, and the end.
    at: Vec<usize>,
}

impl Visible {
    fn of(line: &str) -> Self {
        let (mut text, mut at) = (String::with_capacity(line.len()), Vec::with_capacity(line.len() + 1));
        for character in line.chars() {
            at.extend(std::iter::repeat_n(text.len(), character.len_utf8()));
            text.push(if steers(character) && character != '\t' { char::REPLACEMENT_CHARACTER } else { character });
        }
        at.push(text.len());
        Self { text, at }
    }

    fn at(&self, byte: usize) -> usize {
        self.at[byte.min(self.at.len() - 1)]
    }
}

/// Text that quotes the file, without anything a terminal would act on.
fn printable(text: &str) -> String {
    text.chars().map(|c| if steers(c) { c.escape_unicode().collect() } else { c.to_string() }).collect()
}

/// Control characters, and those that turn or hide the text around them.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A policy that exists and can't be followed. Nothing is judged by another one in its place.
#[derive(Clone, Debug, thiserror::Error)]
pub struct PolicyError {
    problems: Vec<Problem>,
}

impl PolicyError {
    /// At least one problem; sorted by place.
    pub(crate) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| a.position().cmp(&b.position()).then_with(|| a.message.cmp(&b.message)));
        problems.dedup_by(|a, b| a.position() == b.position() && a.message == b.message);
        Self { problems }
    }

    /// A file that exists and can't be had.
    pub(crate) fn unreadable(name: &str, why: &str) -> Self {
        let text = Arc::new(Text::new(name, String::new()));
        let problem = Problem::new(&text, 0..0, format!("`{name}` can't be read: {why}"));
        Self::new(vec![problem.fix("fetch it, then try again")])
    }

    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// All problems, as a person reads them.
    pub fn render(&self, styled: bool) -> String {
        let mut words = String::new();
        for problem in self.problems.iter().take(SHOWN) {
            words.push_str(&problem.render(styled));
            words.push_str("\n\n");
        }
        if self.problems.len() > SHOWN {
            words.push_str(&format!("… and {} more\n", self.problems.len() - SHOWN));
        }
        words.push_str(&self.summary());
        words.push('\n');
        words
    }

    fn summary(&self) -> String {
        let mut files: Vec<&str> = self.problems.iter().map(Problem::file).collect();
        files.dedup();
        let files = printable(&files.join(", "));
        match self.problems.len() {
            1 => format!("1 problem in {files}"),
            count => format!("{count} problems in {files}"),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// The name that was probably meant.
pub(crate) fn nearest<'a>(written: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: String = written.chars().take(64).collect::<String>().to_lowercase().replace('_', "-");
    let limit = (written.chars().count() / 3).max(1);
    valid
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&written, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}
