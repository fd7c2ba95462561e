//! Trailers of a message, as `git interpret-trailers --parse` reads them with nothing configured.
//!
//! Other readings differ in what they take for the last paragraph, and a trailer that git doesn't see is none.

/// What git itself writes; one of these lets other lines stand among the trailers.
const WRITTEN_BY_GIT: [&str; 2] = ["Signed-off-by: ", "(cherry picked from commit "];
const CUT_LINE: &str = "# ------------------------ >8 ------------------------";

/// One `Key: value` line, its continuation lines folded in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    pub key: String,
    pub value: String,
}

/// The trailers of a message, in order.
pub fn trailers(message: &str) -> Vec<Trailer> {
    let message = message.split('\0').next().unwrap_or_default();
    // git completes the last line before it looks.
    let message = format!("{}\n", message.strip_suffix('\n').unwrap_or(message));
    let lines: Vec<&str> = message.split_inclusive('\n').collect();
    let end = end(&lines);
    let mut found: Vec<Trailer> = Vec::new();
    // Whether a line that begins with a space continues the trailer before it.
    let mut is_open = false;
    for line in &lines[start(&lines[..end])..end] {
        if is_open && line.starts_with(is_space) {
            found.last_mut().expect("a trailer is open").value.push_str(line);
            continue;
        }
        let trailer = separator(line)
            .filter(|_| !is_comment(line))
            .map(|at| Trailer { key: line[..at].trim_matches(is_space).to_owned(), value: line[at + 1..].to_owned() });
        is_open = trailer.is_some();
        found.extend(trailer);
    }
    for trailer in &mut found {
        trailer.value = unfolded(trailer.value.trim_matches(is_space));
    }
    found
}

/// A line break with the space behind it is one space.
fn unfolded(value: &str) -> String {
    let mut lines = value.split('\n');
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines.map(|line| line.trim_start_matches(is_space)).filter(|line| !line.is_empty()) {
        text.push(' ');
        text.push_str(line);
    }
    text
}

/// The message's end: before a patch, a cut line, and comments or old conflict notes at its foot.
fn end(lines: &[&str]) -> usize {
    let is_divider = |line: &&str| line.strip_prefix("---").is_some_and(|rest| rest.starts_with(is_space));
    let end = lines.iter().position(is_divider).unwrap_or(lines.len());
    let end = lines[..end].iter().position(|line| line.starts_with(CUT_LINE)).unwrap_or(end);
    let (mut foot, mut in_conflicts) = (None, false);
    for (at, line) in lines[..end].iter().enumerate() {
        if is_comment(line) || *line == "\n" {
            foot = foot.filter(|at| *at > 0).or(Some(at));
        } else if *line == "Conflicts:\n" {
            in_conflicts = true;
            foot = foot.filter(|at| *at > 0).or(Some(at));
        } else if !(in_conflicts && line.starts_with('\t')) {
            (foot, in_conflicts) = (None, false);
        }
    }
    // A message that is nothing but comments is left as it is.
    foot.filter(|at| *at > 0).unwrap_or(end)
}

/// The first line of the last paragraph, if that is made of trailers; the end otherwise. The title's paragraph never is.
fn start(lines: &[&str]) -> usize {
    let title = lines.iter().position(|line| !is_comment(line) && is_blank(line)).unwrap_or(lines.len());
    let (mut trailers, mut others, mut continuations) = (0, 0, 0);
    let (mut is_by_git, mut below_text) = (false, false);
    for (at, line) in lines.iter().enumerate().skip(title).rev() {
        if is_comment(line) {
            others += std::mem::take(&mut continuations);
        } else if is_blank(line) {
            if !below_text {
                continue;
            }
            others += continuations;
            let is_block = is_by_git && trailers * 3 >= others || trailers > 0 && others == 0;
            return if is_block { at + 1 } else { lines.len() };
        } else {
            below_text = true;
            if WRITTEN_BY_GIT.iter().any(|prefix| line.starts_with(prefix)) {
                (is_by_git, continuations) = (true, 0);
                trailers += 1;
            } else if line.starts_with(is_space) {
                continuations += 1;
            } else if separator(line).is_some() {
                continuations = 0;
                trailers += 1;
            } else {
                others += 1 + std::mem::take(&mut continuations);
            }
        }
    }
    lines.len()
}

/// Where the colon after a key is; spaces may stand before it.
fn separator(line: &str) -> Option<usize> {
    let at = line.find(':').filter(|at| *at > 0)?;
    let key = line[..at].trim_end_matches([' ', '\t']);
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_key.then_some(at)
}

fn is_comment(line: &str) -> bool {
    line.starts_with('#')
}

fn is_blank(line: &str) -> bool {
    line.trim_matches(is_space).is_empty()
}

/// git's idea of white space.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> String {
        trailers(message).iter().map(|trailer| format!("{}={};", trailer.key, trailer.value)).collect()
    }

    #[test]
    fn the_last_paragraph_is_read() {
        for (message, expected) in [
            ("title\n\nTests-Run: cargo test\n", "Tests-Run=cargo test;"),
            ("title\n\nA: one\n  two\n\tthree\nB:\n", "A=one two three;B=;"),
            ("title\n\nA : spaced\n", "A=spaced;"),
            ("title\n\nbody\n\nA: b\r\n\r\n", "A=b;"),
            ("title\n\nA: b\n# a comment\n", "A=b;"),
            ("title\n\nA: b\n---\n\nC: d\n", "A=b;"),
            ("title\n\ntext\nSigned-off-by: Ada <a@b>\nmore\n", "Signed-off-by=Ada <a@b>;"),
        ] {
            assert_eq!(read(message), expected, "{message:?}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for message in [
            "",
            "A: b",
            "A: b\nC: d\n",
            "title\n\nA: b\n\nthe end\n",
            "title\n\n> A: b\n",
            "title\n\nTests Run: all\n",
            "title\n\nA: b\nand text\n",
            "title\n\n: b\n",
        ] {
            assert_eq!(read(message), "", "{message:?}");
        }
    }
}
