//! A file of settings as one tree, however it is written.

use super::blocks::{self, Block};
use super::script;
use super::table::{self, Writing};
use crate::RepoPath;
use crate::facts::document::{self, Format, Malformed, Member, Node, Value};
use crate::lang;

/// Whether a file of this path may hold settings of a tool.
pub fn holds_settings(path: &RepoPath) -> bool {
    !table::places(&path.to_text()).is_empty()
}

/// Why a file that holds settings of some tool can't be read as what it claims to be.
pub fn malformed(path: &RepoPath, bytes: &[u8]) -> Option<Malformed> {
    if holds_settings(path) { tree(path, bytes).err() } else { None }
}

/// The first line that the grammar of a program with settings does not know; it reads around it.
pub fn unread_line(path: &RepoPath, bytes: &[u8]) -> Option<u32> {
    if !holds_settings(path) || table::writing(&name(path)) != Writing::Script {
        return None;
    }
    let parsed = lang::of(path)?.parse(bytes).ok()?;
    parsed.unread.first().map(|span| span.line)
}

/// The file as a document; nothing for a program that exports none.
pub(super) fn tree(path: &RepoPath, bytes: &[u8]) -> Result<Option<Node>, Malformed> {
    Ok(Some(match table::writing(&name(path)) {
        Writing::Document(format) => document::read(format, bytes)?,
        Writing::Either => document::read_either(Format::Json, Format::Yaml, bytes)?,
        Writing::Neon => {
            let text = document::text(bytes)?.replace('\t', "    ");
            document::read(Format::Yaml, text.as_bytes())?
        }
        Writing::Script => return Ok(script::read(path, bytes)),
        Writing::Blocks => of_block(&blocks::read(&document::lines(bytes)?)),
        Writing::Lines => {
            let text = document::lines(bytes)?;
            let lines = (1u32..).zip(text.lines()).map(|(line, text)| (line, text.trim()));
            let kept = lines.filter(|(_, text)| !text.is_empty() && !text.starts_with('#'));
            let items = kept.map(|(line, text)| Node::new(Value::Text(text.to_owned()), line, line)).collect();
            Node::new(Value::List(items), 1, 1)
        }
    }))
}

fn name(path: &RepoPath) -> String {
    String::from_utf8_lossy(path.file_name()).into_owned()
}

/// Blocks as maps: `name = value`, `name(value)` and `name value` are members, headers too.
fn of_block(block: &Block) -> Node {
    let members = block.items.iter().map(|item| match item {
        blocks::Item::Block(inner) => Member { name: inner.header.clone(), line: inner.line, value: of_block(inner) },
        blocks::Item::Statement(text, line) => {
            let name_end = text.find(|c: char| !(c.is_alphanumeric() || "._".contains(c))).unwrap_or(text.len());
            let (name, rest) = text.split_at(name_end);
            let name = name.trim_end_matches(".set").trim_end_matches(".addAll").trim_end_matches(".add");
            let rest = rest.trim().trim_start_matches([':', '=', '+', '(', ' ']).trim_end_matches([')', ',']);
            let name = name.rsplit('.').next().unwrap_or(name).to_owned();
            let texts: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
            let texts = if texts.is_empty() { rest.split('\'').skip(1).step_by(2).collect() } else { texts };
            let value = match texts.as_slice() {
                [] => Value::Text(rest.trim_end_matches(".toBigDecimal(").trim_matches(')').to_owned()),
                [one] => Value::Text((*one).to_owned()),
                many => Value::List(
                    many.iter().map(|text| Node::new(Value::Text((*text).to_owned()), *line, *line)).collect(),
                ),
            };
            Member { name, line: *line, value: Node::new(value, *line, *line) }
        }
    });
    Node::new(Value::Map(members.collect()), block.line, block.line)
}
