//! Texts of nested blocks — Gradle in Groovy and Kotlin, Jenkinsfiles, sbt — as headers, statements and lines.
//!
//! Not a parser of these languages: strings and comments are respected, braces nest, and everything else is text. That is
//! enough to see which setting stands in which block, and under which condition.

/// `header { … }`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub header: String,
    pub line: u32,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// One statement without its comments, and its first line.
    Statement(String, u32),
    Block(Block),
}

/// Deeper nesting is not followed.
const DEPTH_LIMIT: usize = 100;

/// Reads a text; the outermost block has no header.
pub fn read(text: &str) -> Block {
    parse(text).0
}

/// The line of a block that is not closed.
pub fn unclosed(text: &str) -> Option<u32> {
    parse(text).1
}

fn parse(text: &str) -> (Block, Option<u32>) {
    let mut open = vec![Block { line: 1, ..Block::default() }];
    let mut pending = Pending::default();
    let bytes = text.as_bytes();
    let (mut at, mut line) = (0, 1u32);
    while at < bytes.len() {
        let rest = &text[at..];
        if let Some(length) = comment(rest) {
            line = line.saturating_add(newlines(&rest[..length]));
            at += length;
            continue;
        }
        if let Some(length) = string(rest) {
            pending.push(&rest[..length], line);
            line = line.saturating_add(newlines(&rest[..length]));
            at += length;
            continue;
        }
        let character = rest.chars().next().unwrap_or('\n');
        match character {
            '{' if pending.parens == 0 && open.len() < DEPTH_LIMIT => {
                let (header, start) = pending.take(line);
                open.push(Block { header, line: start, items: Vec::new() });
            }
            '}' if pending.parens == 0 => {
                pending.end(&mut open);
                if open.len() > 1
                    && let Some(block) = open.pop()
                    && let Some(parent) = open.last_mut()
                {
                    parent.items.push(Item::Block(block));
                }
            }
            '\n' | ';' if pending.parens == 0 => {
                // A brace on the next line, or a chained call, still belongs to this statement.
                let next = text[at + 1..].trim_start();
                if !(next.starts_with('{') || next.starts_with('.')) || character == ';' {
                    pending.end(&mut open);
                }
            }
            _ => {
                pending.parens = match character {
                    '(' | '[' => pending.parens + 1,
                    ')' | ']' => pending.parens.saturating_sub(1),
                    _ => pending.parens,
                };
                pending.push(&rest[..character.len_utf8()], line);
            }
        }
        if character == '\n' {
            line += 1;
        }
        at += character.len_utf8();
    }
    pending.end(&mut open);
    let unclosed = open.get(1).map(|block| block.line);
    while open.len() > 1 {
        if let (Some(block), Some(parent)) = (open.pop(), open.last_mut()) {
            parent.items.push(Item::Block(block));
        }
    }
    (open.pop().unwrap_or_default(), unclosed)
}

/// What was read since the last statement ended.
#[derive(Default)]
struct Pending {
    text: String,
    line: u32,
    parens: u32,
}

impl Pending {
    fn push(&mut self, text: &str, line: u32) {
        if self.text.trim().is_empty() {
            self.text.clear();
            self.line = line;
        }
        self.text.push_str(text);
    }

    fn take(&mut self, line: u32) -> (String, u32) {
        let text = std::mem::take(&mut self.text).split_whitespace().collect::<Vec<_>>().join(" ");
        let start = if text.is_empty() { line } else { self.line };
        self.parens = 0;
        (text, start)
    }

    fn end(&mut self, open: &mut [Block]) {
        if !self.text.trim().is_empty()
            && let Some(block) = open.last_mut()
        {
            block.items.push(Item::Statement(std::mem::take(&mut self.text).trim().to_owned(), self.line));
        }
        self.text.clear();
        self.parens = 0;
    }
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let inner = rest.strip_prefix("/*")?;
    Some(inner.find("*/").map_or(rest.len(), |end| end + 4))
}

fn string(rest: &str) -> Option<usize> {
    for quote in ["\"\"\"", "'''"] {
        if let Some(inner) = rest.strip_prefix(quote) {
            return Some(inner.find(quote).map_or(rest.len(), |end| end + 6));
        }
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return Some(at),
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blocks_statements_comments_and_strings() {
        let root = read(
            "plugins {\n  id(\"a\") // x {\n}\n\ntasks.named(\"check\") {\n   dependsOn(\n     \"b\",\n   )\n}\nx = \"} {\"\n",
        );
        assert_eq!(root.items.len(), 3, "{root:#?}");
        let Item::Block(check) = &root.items[1] else { panic!("{root:#?}") };
        assert_eq!((check.header.as_str(), check.line), ("tasks.named(\"check\")", 5));
        let Item::Statement(statement, line) = &check.items[0] else { panic!("{check:#?}") };
        assert!(statement.starts_with("dependsOn("), "{statement}");
        assert_eq!(*line, 6);
        assert_eq!(root.items[2], Item::Statement("x = \"} {\"".into(), 10));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a-z{}()\\[\\]\"'/*\\\\\n;. é]{0,200}") {
            read(&text);
        }
    }
}
