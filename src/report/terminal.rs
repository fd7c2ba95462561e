//! Our own Markdown, as on the pages of rules, for terminals: headings at the edge, text indented and wrapped, diffs
//! coloured. Knows the few elements that pages use; anything else is shown as its text.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::layout::{self, Span, columns};
use super::style::{Meaning, Style};

const INDENT: usize = 2;

/// Markdown as lines for a terminal, each ending in a newline.
pub fn render(markdown: &str, style: Style) -> String {
    let mut writer = Writer::new(style);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        writer.event(event);
    }
    writer.flush();
    writer.out.truncate(writer.out.trim_end().len());
    writer.out.push('\n');
    writer.out
}

struct Writer {
    style: Style,
    out: String,
    spans: Vec<Span>,
    meaning: Option<Meaning>,
    /// The next number of each open list; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// What the next line of text starts with instead of its indentation.
    marker: Option<String>,
    /// The info string of an open code block.
    code: Option<String>,
    link: Option<String>,
    table: Vec<Vec<Vec<Span>>>,
}

impl Writer {
    fn new(style: Style) -> Self {
        Self {
            style,
            out: String::new(),
            spans: Vec::new(),
            meaning: None,
            lists: Vec::new(),
            marker: None,
            code: None,
            link: None,
            table: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code.is_some() => self.code_lines(&text),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.push(self.meaning, &text),
            Event::Code(text) => self.push(Some(Meaning::Code), &format!("`{text}`")),
            Event::SoftBreak | Event::HardBreak => self.push(self.meaning, " "),
            _ => {}
        }
    }

    fn push(&mut self, meaning: Option<Meaning>, text: &str) {
        self.spans.push(Span { meaning, text: text.replace('\n', " ") });
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.blank();
                self.meaning = Some(Meaning::Strong);
            }
            Tag::Strong | Tag::Emphasis => self.meaning = Some(Meaning::Strong),
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                let marker = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".into(),
                };
                self.marker = Some(marker);
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.caption(&info);
                self.code = Some(info);
            }
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.to_string()),
            Tag::TableHead | Tag::TableRow => self.table.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.meaning = None;
                let heading = std::mem::take(&mut self.spans);
                self.out.push_str(&layout::paint(self.style, &heading));
                self.out.push('\n');
            }
            TagEnd::Strong | TagEnd::Emphasis => self.meaning = None,
            TagEnd::Paragraph => {
                self.flush();
                if self.lists.is_empty() {
                    self.blank();
                }
            }
            TagEnd::Item => self.flush(),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.blank();
                }
            }
            TagEnd::CodeBlock => {
                self.code = None;
                self.blank();
            }
            TagEnd::Link => {
                if let Some(address) = self.link.take().filter(|address| address.contains("://")) {
                    self.push(Some(Meaning::Faint), &format!(" ({address})"));
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.spans);
                if let Some(row) = self.table.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.flush_table(),
            _ => {}
        }
    }

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn indent(&self) -> usize {
        INDENT + self.lists.len().saturating_sub(1) * 2
    }

    /// Writes the collected text as one wrapped block.
    fn flush(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if spans.is_empty() {
            return;
        }
        let indent = self.indent();
        let marker = self.marker.take();
        // Later blocks of an item are aligned with its first.
        let hang = marker.as_ref().map_or(if self.lists.is_empty() { 0 } else { 2 }, |marker| columns(marker));
        let room = self.style.width.saturating_sub(indent + hang);
        for (index, line) in layout::wrap(&spans, room, 0).iter().enumerate() {
            let lead = match (&marker, index) {
                (Some(marker), 0) => marker.clone(),
                _ => " ".repeat(hang),
            };
            self.out.push_str(&format!("{:indent$}{lead}{}", "", layout::paint(self.style, line)));
            self.out.push('\n');
        }
    }

    /// `diff path=tests/a.py blocked` above an example becomes `blocked: tests/a.py`.
    fn caption(&mut self, info: &str) {
        let words: Vec<_> = info.split_whitespace().collect();
        let verdict = words.iter().find(|word| ["blocked", "passes", "warned", "noted"].contains(word));
        let path = words.iter().find_map(|word| word.strip_prefix("path="));
        let Some(verdict) = verdict else { return };
        let meaning = if *verdict == "passes" { Meaning::Passed } else { Meaning::Blocked };
        let verdict = self.style.paint(meaning, verdict);
        let path = path.map(|path| format!(": {path}")).unwrap_or_default();
        self.out.push_str(&format!("{:1$}{verdict}{path}\n", "", self.indent() + 2));
    }

    fn code_lines(&mut self, text: &str) {
        let is_diff = self.code.as_deref().is_some_and(|info| info.starts_with("diff"));
        let indent = self.indent() + 4;
        for line in text.lines() {
            let meaning = match line.as_bytes().first() {
                Some(b'+') if is_diff => Some(Meaning::Added),
                Some(b'-') if is_diff => Some(Meaning::Removed),
                Some(b'!') if is_diff => Some(Meaning::Warned),
                _ => None,
            };
            let line = layout::cut(line, self.style.width.saturating_sub(indent));
            let line = meaning.map_or(line.clone(), |meaning| self.style.paint(meaning, &line));
            self.out.push_str(format!("{:indent$}{line}", "").trim_end());
            self.out.push('\n');
        }
    }

    fn flush_table(&mut self) {
        let rows = std::mem::take(&mut self.table);
        self.out.push_str(&layout::table(&rows, self.style, self.indent()));
        self.blank();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_read_well_at_eighty_columns() {
        let page = "\
## What it catches

An equality that became a *bound*, in `assert` and in matchers, of any [framework](https://example.org/x) that is known to us.

- one thing
- another, which is long enough that it has to go on in the next line of the terminal
  1. nested

| option | meaning |
| --- | --- |
| `max-files` | how many |

## Examples

```diff path=tests/test_a.py blocked
-assert total == 105.3
+assert total > 0
! loosened-assertion: lower bound
```
";
        insta::assert_snapshot!(render(page, Style::plain()));
    }
}
