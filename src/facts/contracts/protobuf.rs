//! Protocol buffers.

use super::words::{self, Word};
use super::{Element, Surface, Use};
use crate::facts::document::{self, Malformed};

pub(super) fn read(bytes: &[u8]) -> Result<Surface, Malformed> {
    let text = document::lines(bytes)?;
    let words = words::split(&text, "//");
    words::closed(&words, "protobuf")?;
    let mut surface = Surface::default();
    block(&words, "", 0, &mut surface);
    Ok(surface)
}

/// How deep messages may nest.
const DEPTH: usize = 64;

/// The statements of a file, a message, a service.
fn block(words: &[Word<'_>], scope: &str, depth: usize, surface: &mut Surface) {
    let mut at = 0;
    while at < words.len() && depth < DEPTH {
        let end = statement_end(words, at);
        let statement = &words[at..end];
        let text = |index: usize| statement.get(index).map_or("", |word| word.text);
        let open = statement.iter().position(|word| word.text == "{");
        let inner = open.map(|open| &statement[open + 1..statement.len().saturating_sub(1).max(open + 1)]);
        let name = if scope.is_empty() { text(1).to_owned() } else { format!("{scope}.{}", text(1)) };
        match (text(0), inner) {
            ("message" | "service" | "extend", Some(inner)) => {
                named(&name, scope, statement, text(0), surface);
                block(inner, &name, depth + 1, surface);
            }
            ("enum", Some(inner)) => {
                named(&name, scope, statement, "enum", surface);
                values(inner, &name, surface);
            }
            ("oneof", Some(inner)) => block(inner, scope, depth + 1, surface),
            ("rpc", _) => rpc(statement, &name, scope, surface),
            ("reserved", _) => reserved(statement, scope, surface),
            ("option" | "syntax" | "package" | "import" | "edition" | "extensions" | ";" | "", _) => {}
            _ => field(statement, scope, surface),
        }
        at = end.max(at + 1);
    }
}

/// Behind the semicolon, or behind the block.
fn statement_end(words: &[Word<'_>], start: usize) -> usize {
    for (index, word) in words.iter().enumerate().skip(start) {
        match word.text {
            ";" => return index + 1,
            // Of an option's value `= { … };` the semicolon ends it.
            "{" if index == 0 || words[index - 1].text != "=" => return words::behind(words, index, "{", "}"),
            _ => {}
        }
    }
    words.len()
}

fn parent(scope: &str) -> Option<String> {
    (!scope.is_empty()).then(|| scope.to_owned())
}

fn named(name: &str, scope: &str, statement: &[Word<'_>], what: &str, surface: &mut Surface) {
    let line = statement.first().map_or(1, |word| word.line);
    surface.add(name.to_owned(), Element { line, parent: parent(scope), shape: what.to_owned(), ..Element::default() });
}

/// `optional string name = 3 [deprecated = true];`, `map<string, int32> counts = 4;`
fn field(statement: &[Word<'_>], scope: &str, surface: &mut Surface) {
    let Some(equals) = statement.iter().position(|word| word.text == "=").filter(|at| *at >= 2) else { return };
    let number = statement.get(equals + 1).and_then(|word| word.text.parse().ok());
    let (name, shape) = (&statement[equals - 1], &statement[..equals - 1]);
    let (Some(number), false) = (number, scope.is_empty()) else { return };
    let is_repeated = shape.first().is_some_and(|word| word.text == "repeated");
    let plain: String =
        shape.iter().map(|word| word.text).filter(|text| !matches!(*text, "optional" | "required")).collect();
    let element = Element {
        line: name.line,
        parent: parent(scope),
        use_: Use::Both,
        shape: if is_repeated { plain.replacen("repeated", "repeated ", 1) } else { plain },
        number: Some(number),
        is_required: shape.first().is_some_and(|word| word.text == "required"),
        limits: Vec::new(),
    };
    surface.add(format!("{scope}.{}", name.text), element);
}

/// `ACTIVE = 1;`
fn values(words: &[Word<'_>], scope: &str, surface: &mut Surface) {
    for statement in words.split(|word| word.text == ";") {
        let text = |index: usize| statement.get(index).map_or("", |word: &Word<'_>| word.text);
        if text(0) == "reserved" {
            reserved(statement, scope, surface);
        } else if text(0) != "option"
            && text(1) == "="
            && let Ok(number) = text(2).parse()
        {
            let line = statement[0].line;
            let element = Element { line, parent: parent(scope), number: Some(number), ..Element::default() };
            surface.add(format!("{scope}.{}", text(0)), Element { use_: Use::Both, ..element });
        }
    }
}

/// `rpc Get(Request) returns (stream Response);`
fn rpc(statement: &[Word<'_>], name: &str, scope: &str, surface: &mut Surface) {
    let signature = statement.iter().skip(2).take_while(|word| !matches!(word.text, "{" | ";"));
    let shape = signature.map(|word| word.text).collect::<Vec<_>>().join(" ");
    let line = statement.first().map_or(1, |word| word.line);
    surface.add(name.to_owned(), Element { line, parent: parent(scope), shape, ..Element::default() });
}

/// `reserved 2, 15, 9 to 11, "foo";`
fn reserved(statement: &[Word<'_>], scope: &str, surface: &mut Surface) {
    for part in statement[1..].split(|word| word.text == ",") {
        let numbers: Vec<i64> = part.iter().filter_map(|word| word.text.parse().ok()).collect();
        if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
            let last = (*last).min(first.saturating_add(1000));
            surface.reserved.extend((*first..=last).map(|number| format!("{scope} {number}")));
        }
    }
}
