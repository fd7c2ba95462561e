//! CommonMark as a list of headings and statements, each with its line.
//!
//! Flat, so that no depth of nesting costs anything: what a heading holds is what follows it up to the next one of its
//! level. A bold line of its own, a bold `Label:` and a `<summary>` head what follows them too, as people write them.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Longer texts are read up to here; no service accepts one that is longer.
const LONGEST: usize = 1 << 20;
/// Below every heading that Markdown has.
const LABEL_LEVEL: u8 = 7;

/// One text, by its parts.
#[derive(Clone, Debug, Default)]
pub struct Document {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Heading { title: String, level: u8, line: u32 },
    Statement(Statement),
}

/// The smallest thing a text says: a paragraph, an item of a list, a row of a table, a block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Without marks of emphasis; cells of a row are split by ` | `.
    pub text: String,
    /// What of it is marked as code, piece by piece.
    pub code: Vec<String>,
    /// One-based.
    pub line: u32,
    pub kind: Kind,
    /// How deep in lists; 1 for an item of an outermost one.
    pub depth: usize,
    /// Of an item of a numbered list.
    pub number: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Paragraph,
    Item,
    /// An item with a box, and whether it is ticked.
    Task(bool),
    Row,
    Code,
}

/// A heading with everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section<'a> {
    pub title: &'a str,
    pub line: u32,
    pub statements: Vec<&'a Statement>,
}

/// What a line says after a name.
#[derive(Clone, Debug)]
pub struct Label<'a> {
    pub value: &'a str,
    pub line: u32,
    /// What is listed below it, where the line itself says nothing.
    pub below: Vec<&'a Statement>,
}

impl Document {
    pub fn parse(text: &str) -> Self {
        let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        let text = &text[..end.unwrap_or(0)];
        let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
        let mut reader = Reader::new(text);
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            reader.event(event, range);
        }
        reader.flush();
        Self { parts: reader.parts }
    }

    /// Every heading with what it holds, in order.
    pub fn sections(&self) -> impl Iterator<Item = Section<'_>> {
        self.parts.iter().enumerate().filter_map(|(at, part)| {
            let Part::Heading { title, level, line } = part else { return None };
            let inside = self.parts[at + 1..]
                .iter()
                .take_while(|part| !matches!(part, Part::Heading { level: other, .. } if other <= level));
            let statements = inside.filter_map(Part::statement).collect();
            Some(Section { title, line: *line, statements })
        })
    }

    /// Lines that say something after a name and a colon, `Tests run: pytest`, or in the list below it.
    pub fn labelled(&self, is_name: impl Fn(&str) -> bool) -> Vec<Label<'_>> {
        let parts = self.parts.iter().enumerate();
        let labels = parts.filter_map(|(at, part)| {
            let statement = part.statement().filter(|statement| statement.kind != Kind::Code)?;
            let (_, value) = statement.text.split_once(':').filter(|(name, _)| is_name(name))?;
            let value = value.trim();
            // Only what is listed belongs to it; the next paragraph speaks of something else.
            let below = self.parts[at + 1..].iter().map_while(Part::statement);
            let below = below.take_while(|below| below.kind != Kind::Paragraph);
            let has_list = value.is_empty() && statement.kind == Kind::Paragraph;
            let below = if has_list { below.collect() } else { Vec::new() };
            Some(Label { value, line: statement.line, below })
        });
        labels.collect()
    }

    /// Everything it says, headings aside.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.parts.iter().filter_map(Part::statement)
    }
}

impl Part {
    fn statement(&self) -> Option<&Statement> {
        match self {
            Self::Statement(statement) => Some(statement),
            Self::Heading { .. } => None,
        }
    }
}

struct Reader<'a> {
    source: &'a str,
    /// Where the line that was last asked for is, so that counting goes over the text once.
    counted: (usize, u32),
    parts: Vec<Part>,
    kind: Kind,
    text: String,
    code: Vec<String>,
    /// The next number of each open list, where it has numbers.
    lists: Vec<Option<u64>>,
    number: Option<u64>,
    start: Option<usize>,
    heading: Option<u8>,
    /// How much of the text is bold, from its beginning on, and whether bold is still open.
    bold: Option<usize>,
    in_bold: bool,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            counted: (0, 1),
            parts: Vec::new(),
            kind: Kind::Paragraph,
            text: String::new(),
            code: Vec::new(),
            lists: Vec::new(),
            number: None,
            start: None,
            heading: None,
            bold: None,
            in_bold: false,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.open(&tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) => self.push(&text, range.start),
            Event::Code(text) => {
                self.push(&text, range.start);
                self.code.push(one_line(&text));
            }
            // Each line of a paragraph says something of its own: `**Risk:** low` often follows `**Tests:** …` so.
            Event::SoftBreak | Event::HardBreak if self.kind == Kind::Paragraph && self.heading.is_none() => {
                self.flush()
            }
            Event::SoftBreak | Event::HardBreak => self.push("\n", range.start),
            Event::TaskListMarker(is_ticked) => self.kind = Kind::Task(is_ticked),
            Event::Html(html) | Event::InlineHtml(html) => self.push(&html, range.start),
            _ => {}
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(*level as u8);
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(*first);
            }
            Tag::Item => {
                self.begin(Kind::Item);
                if let Some(Some(next)) = self.lists.last_mut() {
                    self.number = Some(*next);
                    *next += 1;
                }
            }
            Tag::Paragraph if self.kind == Kind::Item && self.text.is_empty() => {}
            Tag::Paragraph => self.begin(Kind::Paragraph),
            Tag::TableHead | Tag::TableRow => self.begin(Kind::Row),
            Tag::TableCell if !self.text.is_empty() => self.text.push_str(" | "),
            Tag::CodeBlock(_) => self.begin(Kind::Code),
            Tag::HtmlBlock => self.begin(Kind::Paragraph),
            Tag::Strong if self.text.trim().is_empty() => self.in_bold = true,
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong if self.in_bold => {
                (self.bold, self.in_bold) = (Some(self.text.len()), false);
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            // A table's head names columns and says nothing.
            TagEnd::TableHead => self.forget(),
            TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::Paragraph
            | TagEnd::TableRow
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock => self.flush(),
            _ => {}
        }
    }

    fn push(&mut self, text: &str, at: usize) {
        self.start.get_or_insert(at);
        self.text.push_str(text);
    }

    fn begin(&mut self, kind: Kind) {
        self.flush();
        self.kind = kind;
    }

    fn forget(&mut self) {
        self.text.clear();
        self.code.clear();
        self.number = None;
        (self.start, self.heading, self.bold, self.in_bold) = (None, None, None, false);
        self.kind = Kind::Paragraph;
    }

    /// What was gathered becomes a heading or statements.
    fn flush(&mut self) {
        let line = self.start.map_or(self.counted.1, |at| self.line(at));
        let text = std::mem::take(&mut self.text);
        let (heading, bold, kind) = (self.heading, self.bold, self.kind);
        let (code, number) = (std::mem::take(&mut self.code), self.number);
        self.forget();
        if let Some(level) = heading {
            self.parts.push(Part::Heading { title: one_line(&plain(&text)), level, line });
            return;
        }
        if kind == Kind::Code {
            return self.state(&text, line, kind, code, number);
        }
        let (text, summary) = without_summary(&text);
        if let Some((title, lines)) = summary {
            self.parts.push(Part::Heading { title, level: LABEL_LEVEL, line: line.saturating_add(lines) });
        }
        // `**Label**` alone, `**Label:** text` and `**Label**: text`.
        let label = bold
            .filter(|_| matches!(kind, Kind::Paragraph | Kind::Item))
            .and_then(|end| Some((text.get(..end)?, text.get(end..)?)));
        match label {
            Some((title, rest)) if rest.trim().is_empty() || title.ends_with(':') || rest.starts_with(':') => {
                let title = one_line(&plain(title.trim_end_matches(':')));
                self.parts.push(Part::Heading { title, level: LABEL_LEVEL, line });
                self.state(rest.trim_start_matches(':'), line, kind, code, number);
            }
            _ => self.state(&text, line, kind, code, number),
        }
    }

    fn state(&mut self, text: &str, line: u32, kind: Kind, code: Vec<String>, number: Option<u64>) {
        let text = if kind == Kind::Code { text.trim().to_owned() } else { one_line(&plain(text)) };
        if !text.is_empty() {
            let depth = self.lists.len();
            self.parts.push(Part::Statement(Statement { text, line, kind, depth, number, code }));
        }
    }

    fn line(&mut self, at: usize) -> u32 {
        let (from, number) = self.counted;
        let from = if at < from { (0, 1) } else { (from, number) };
        let breaks = self.source.as_bytes()[from.0..at].iter().filter(|byte| **byte == b'\n').count();
        self.counted = (at, from.1 + u32::try_from(breaks).unwrap_or(u32::MAX));
        self.counted.1
    }
}

/// The text around `<summary>…</summary>`, and what stands in it, how many lines down.
fn without_summary(text: &str) -> (String, Option<(String, u32)>) {
    let found = text.split_once("<summary>").and_then(|(before, rest)| {
        let (title, after) = rest.split_once("</summary>")?;
        let lines = u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX);
        Some((format!("{before} {after}"), (one_line(&plain(title)), lines)))
    });
    found.map_or_else(|| (text.to_owned(), None), |(text, title)| (text, Some(title)))
}

/// Without comments and tags of HTML. `<criterion>` reads as a tag, and says as little.
fn plain(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let end = match tail.strip_prefix("<!--") {
            Some(comment) => Some(comment.find("-->").map_or(tail.len(), |end| end + 7)),
            None if tail[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') => tail[1..]
                .find(['>', '<', '\n'])
                .map(|end| end + 1)
                .filter(|end| tail.as_bytes()[*end] == b'>')
                .map(|end| end + 1),
            None => None,
        };
        match end {
            Some(end) => rest = &tail[end..],
            None => {
                out.push('<');
                rest = &tail[1..];
            }
        }
    }
    out + rest
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let document = Document::parse(text);
        let shown = document.sections().map(|section| {
            let says: Vec<&str> = section.statements.iter().map(|statement| statement.text.as_str()).collect();
            format!("{}:{} [{}]", section.line, section.title, says.join("; "))
        });
        shown.collect()
    }

    #[test]
    fn headings_of_any_kind_hold_what_follows() {
        assert_eq!(read("# A\none\n## B\ntwo\n# C\n"), ["1:A [one; two]", "3:B [two]", "5:C []"]);
        assert_eq!(read("A\n=\n\nx\n\nB\n-\n"), ["1:A [x]", "6:B []"]);
        assert_eq!(read("**Tests Run**\n\ncargo test\n"), ["1:Tests Run [cargo test]"]);
        assert_eq!(read("**Tests run:** cargo test\n"), ["1:Tests run [cargo test]"]);
        assert_eq!(read("**A**: b\n**C:** d\n"), ["1:A [b]", "2:C [d]"]);
        assert_eq!(read("- **A:** b\n"), ["1:A [b]"]);
        assert_eq!(read("**bold** text is no label\n"), [""; 0]);
        assert_eq!(read("<details>\n<summary>Tests</summary>\n\nran\n</details>\n"), ["2:Tests [ran]"]);
        assert_eq!(read("> ## Quoted\n> x\n"), ["1:Quoted [x]"]);
        assert_eq!(read("## `code` and *more* ##\n"), ["1:code and more []"]);
    }

    #[test]
    fn statements_of_every_kind() {
        assert_eq!(read("# A\n- x\n  - y\n- [ ] t\n- [x] u\n"), ["1:A [x; y; t; u]"]);
        assert_eq!(read("# A\n| a | b |\n| - | - |\n| 1 | 2 |\n"), ["1:A [1 | 2]"]);
        assert_eq!(read("# A\n```sh\n# not a heading\nmake\n```\n"), ["1:A [# not a heading\nmake]"]);
        let document = Document::parse("- [x] done\n- [ ] open\n");
        let kinds: Vec<Kind> = document.statements().map(|statement| statement.kind).collect();
        assert_eq!(kinds, [Kind::Task(true), Kind::Task(false)]);
    }

    #[test]
    fn what_nobody_sees_says_nothing() {
        assert_eq!(read("# A\n<!-- one\n\ntwo -->\n"), ["1:A []"]);
        assert_eq!(read("# A\ntext <!-- hidden --> more\n"), ["1:A [text more]"]);
        assert_eq!(read("# A\n<criterion>\n"), ["1:A []"]);
        assert_eq!(read("# A\n<!-- never closed"), ["1:A []"]);
        assert_eq!(read("# A\na < b and c > d\n"), ["1:A [a < b and c > d]"]);
    }

    #[test]
    fn hostile_texts_end() {
        for text in [
            "> ".repeat(50_000),
            "[".repeat(50_000),
            "<!--".repeat(50_000),
            "- ".repeat(20_000),
            "*a ".repeat(50_000),
            "<a".repeat(50_000),
        ] {
            let document = Document::parse(&format!("# A\n{text}"));
            assert_eq!(document.sections().filter(|section| section.title == "A").count(), 1);
        }
    }
}
