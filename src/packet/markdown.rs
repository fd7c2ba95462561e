//! CommonMark as a flat list of headings and statements, with what was written in backticks and the source as it stands:
//! a pattern like `src/**` must not be read as emphasis.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

#[derive(Debug)]
pub(super) enum Part {
    Heading { title: String, line: Range<usize> },
    Statement(Statement),
}

/// A line of a paragraph, an item of a list, a block of code.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub kind: Kind,
    /// How deep in lists; 1 for an item of an outermost one.
    pub depth: usize,
    /// Without marks of emphasis, on one line; of code the lines as they are.
    pub text: String,
    /// What stands in backticks, with its place.
    pub code: Vec<(String, Range<usize>)>,
    /// Where it is written.
    pub span: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Paragraph,
    Item,
    Code,
}

pub(super) fn read(text: &str) -> Vec<Part> {
    let options = Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let mut reader = Reader::default();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.flush();
    reader.parts
}

#[derive(Default)]
struct Reader {
    parts: Vec<Part>,
    depth: usize,
    kind: Option<Kind>,
    is_heading: bool,
    text: String,
    code: Vec<(String, Range<usize>)>,
    span: Option<Range<usize>>,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.flush();
                self.is_heading = true;
            }
            Event::Start(Tag::List(_)) => {
                self.flush();
                self.depth += 1;
            }
            Event::End(TagEnd::List(_)) => {
                self.flush();
                self.depth = self.depth.saturating_sub(1);
            }
            Event::Start(Tag::Item) => self.begin(Kind::Item),
            // The paragraph of a loose item is the item.
            Event::Start(Tag::Paragraph) if self.kind == Some(Kind::Item) && self.text.is_empty() => {}
            Event::Start(Tag::Paragraph) => self.begin(Kind::Paragraph),
            Event::Start(Tag::CodeBlock(_)) => self.begin(Kind::Code),
            Event::End(TagEnd::Heading(_) | TagEnd::Item | TagEnd::Paragraph | TagEnd::CodeBlock) => self.flush(),
            // Stars of a pattern may read as emphasis: they are part of what is written.
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough) => self.push("", &range),
            Event::Text(text) => self.push(&text, &range),
            Event::Code(text) => {
                self.push(&text, &range);
                self.code.push((text.into_string(), range));
            }
            // Each line of a paragraph may be a `Label: value` of its own.
            Event::SoftBreak | Event::HardBreak if self.kind == Some(Kind::Paragraph) => self.begin(Kind::Paragraph),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            // An autolink or a tag like `<criterion>` is a hole to be filled in; comments are for the writer.
            Event::InlineHtml(html) if !html.starts_with("<!--") => self.push(&html, &range),
            _ => {}
        }
    }

    fn begin(&mut self, kind: Kind) {
        self.flush();
        self.kind = Some(kind);
    }

    fn push(&mut self, text: &str, range: &Range<usize>) {
        self.text.push_str(text);
        let span = self.span.get_or_insert_with(|| range.clone());
        span.end = span.end.max(range.end);
    }

    fn flush(&mut self) {
        let (kind, is_heading) = (self.kind.take(), std::mem::take(&mut self.is_heading));
        let (text, code, span) =
            (std::mem::take(&mut self.text), std::mem::take(&mut self.code), self.span.take().unwrap_or_default());
        if text.trim().is_empty() {
            return;
        }
        self.parts.push(if is_heading {
            Part::Heading { title: text.trim().to_owned(), line: span }
        } else {
            let kind = kind.unwrap_or(Kind::Paragraph);
            let text = if kind == Kind::Code { text } else { text.trim().to_owned() };
            Part::Statement(Statement { kind, depth: self.depth, text, code, span })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let parts = read(text).into_iter().map(|part| match part {
            Part::Heading { title, .. } => format!("# {title}"),
            Part::Statement(statement) => {
                format!(
                    "{:?}{} {} <{}>",
                    statement.kind,
                    statement.depth,
                    statement.text,
                    &text[statement.span.clone()]
                )
            }
        });
        parts.collect()
    }

    #[test]
    fn statements_keep_their_source() {
        assert_eq!(
            shown("# A\none\ntwo\n\n- `a/**`\n  - src/**/b/**\n- c\n  d\n\n```sh\nx\n```\n"),
            [
                "# A",
                "Paragraph0 one <one>",
                "Paragraph0 two <two>",
                "Item1 a/** <`a/**`>",
                "Item2 src//b/ <src/**/b/**>",
                "Item1 c d <c\n  d>",
                "Code0 x\n <x\n>",
            ]
        );
    }

    #[test]
    fn comments_say_nothing() {
        assert_eq!(shown("<!-- hidden -->\n\nseen <!-- not -->\n"), ["Paragraph0 seen <seen >"]);
    }
}
