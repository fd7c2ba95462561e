//! Files that another program makes from templates: which of their lines are not the file's own.

use std::ops::Range;

/// What opens a tag and what closes it, in the template languages that such files are written in.
const TAGS: [(&str, &str); 5] = [("{{", "}}"), ("{%", "%}"), ("{#", "#}"), ("<%", "%>"), (NAME, NAME)];
/// Around a name on one line.
const NAME: &str = "@@";

/// Whether a tag stands on a line or goes on over it, for every line.
pub(super) fn lines(text: &str) -> Vec<bool> {
    let tags = tags(text);
    let (mut start, mut next) = (0, 0);
    let lines = text.split_inclusive('\n').map(|line| {
        let end = start + line.len();
        next += tags[next..].iter().take_while(|tag| tag.end <= start).count();
        start = end;
        tags.get(next).is_some_and(|tag| tag.start < end)
    });
    lines.collect()
}

/// In order and apart. What is never closed is no more than its opening.
fn tags(text: &str) -> Vec<Range<usize>> {
    let (mut tags, mut unclosed, mut at) = (Vec::new(), [false; TAGS.len()], 0);
    while at < text.len() {
        let known = TAGS.iter().position(|(open, _)| text.as_bytes()[at..].starts_with(open.as_bytes()));
        // `${#name}` is the shell's.
        let Some(tag) = known.filter(|tag| TAGS[*tag].0 != "{#" || !text[..at].ends_with('$')) else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let (open, close) = TAGS[tag];
        let rest = &text[at + open.len()..];
        let rest = if close == NAME { rest.lines().next().unwrap_or_default() } else { rest };
        // Asked once only: a long file may be full of them.
        let closed = if unclosed[tag] { None } else { rest.find(close) };
        unclosed[tag] |= closed.is_none() && close != NAME;
        let end = at + open.len() + closed.map_or(0, |length| length + close.len());
        tags.push(at..end);
        at = end;
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A digit for each line: 1 where it belongs to the template.
    fn seen(text: &str) -> String {
        lines(text).into_iter().map(|is_filled_in| if is_filled_in { '1' } else { '0' }).collect()
    }

    #[test]
    fn tags_stay_on_their_lines_or_go_on_to_where_they_are_closed() {
        assert_eq!(seen("FROM a\nRUN echo ${#a} ${a}\nb==1  # {c}\n"), "000");
        assert_eq!(seen("{{ a }}\nb\n{% c %} {# d #}\n<%= e %>\n@@F@@\ng\n@@h\ni\n"), "10111010");
        assert_eq!(seen("a {{\r\n b\r\n}} c {% \u{e9}\r\n %}\r\ne"), "11110");
        assert_eq!(seen("{# a {{ b\n#} c\nd\n"), "110");
        assert_eq!(seen("{{ never closed\na\n{{ b\n}\n"), "1010");
        assert_eq!(seen(""), "");
    }

    #[test]
    fn a_long_file_is_read_once() {
        let text = "{{ {% @@ <% é {#\n".repeat(100_000);
        assert!(lines(&text).into_iter().all(|is_filled_in| is_filled_in));
    }
}
