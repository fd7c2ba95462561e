//! Marks of unfinished work on added lines: TODO words, debug output, doubts, merge conflicts.
//!
//! Words count in comments, calls in code; text in strings is neither. A mark that the change takes away elsewhere has
//! only moved. Files that hold text for people or for tests are not looked at, except for conflict markers.

mod table;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use rayon::prelude::*;
use regex::Regex;

use super::lexical::{self, Kind, Span, Syntax};
use super::pattern::{self, Pattern};
use super::text::{ChangedText, Lines};
use crate::change::{ChangeSet, Role};
use crate::{RepoPath, Side};

/// A mark on a line that the branch added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    pub path: RepoPath,
    pub role: Role,
    pub line: u32,
    /// The line without indentation.
    pub text: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A word that asks for later work.
    Word {
        word: String,
        /// Whether a ticket, an issue or an address stands beside it.
        has_reference: bool,
    },
    Debugging {
        certainty: Certainty,
        /// What is printed looks like a cry for help (`here`, `>>>`).
        has_debug_text: bool,
        /// The file printed this way before the branch.
        is_usual: bool,
    },
    /// Words of doubt in a comment.
    Doubt { words: String, is_strong: bool },
    /// `<<<<<<<` with the `>>>>>>>` that belongs to it.
    Conflict,
}

/// What a call says about its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Has no other use than debugging.
    Statement,
    /// Prints, as programs do.
    Print,
}

/// Every mark that the branch added and did not merely move, by path and line. `words` are looked for in capitals.
pub fn added(change: &ChangeSet, words: &[String]) -> Vec<Marker> {
    let words = Words::new(words);
    let found: Vec<FileMarks> = change.files.par_iter().filter_map(|file| in_file(change, file, &words)).collect();
    let gone =
        change.files.par_iter().filter(|file| file.head.is_none()).flat_map_iter(|file| deleted(change, file, &words));
    let mut removed: HashMap<String, usize> = HashMap::new();
    for text in found.iter().flat_map(|marks| marks.removed.iter().cloned()).chain(gone.collect::<Vec<_>>()) {
        *removed.entry(text).or_default() += 1;
    }
    let mut added: Vec<Marker> = found.into_iter().flat_map(|marks| marks.added).collect();
    added.retain(|marker| match removed.get_mut(&normal(&marker.text)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    added
}

#[derive(Default)]
struct FileMarks {
    added: Vec<Marker>,
    /// Texts of removed lines that had a mark, and of lines that only lost theirs to a rewording.
    removed: Vec<String>,
}

fn in_file(change: &ChangeSet, file: &crate::change::FileChange, words: &Words) -> Option<FileMarks> {
    if matches!(file.role, Role::TestData | Role::Snapshot | Role::Generated | Role::Lockfile) {
        return None;
    }
    let text = ChangedText::read(change, file)?;
    let (base, head) = (text.lines(Side::Base), text.lines(Side::Head));
    let is_candidate = |lines: &Lines<'_>, first, count| words.prefilter.is_match(lines.run(first, count));
    let hunks: Vec<_> =
        text.hunks.iter().filter(|hunk| is_candidate(&head, hunk.head_start, hunk.head_count)).collect();
    let lost = text.hunks.iter().any(|hunk| is_candidate(&base, hunk.base_start, hunk.base_count));
    if hunks.is_empty() && !lost {
        return None;
    }
    let head_reader = LineReader::new(file.path(), file.role, &head, words);
    let base_path = file.base.as_ref().map_or(file.path(), |entry| &entry.path);
    let base_reader = LineReader::new(base_path, file.role, &base, words);
    let mut marks = FileMarks::default();
    for hunk in text.hunks {
        let before: Vec<Marker> =
            (hunk.base_start..).take(hunk.base_count as usize).flat_map(|line| base_reader.marks(line)).collect();
        let mut reworded: Vec<&Marker> = before.iter().collect();
        for line in (hunk.head_start..).take(hunk.head_count as usize) {
            for marker in head_reader.marks(line) {
                // A comment that is rewritten in place had its mark before.
                let same = |old: &&Marker| {
                    std::mem::discriminant(&old.what) == std::mem::discriminant(&marker.what)
                        && old.what.word() == marker.what.word()
                };
                match reworded
                    .iter()
                    .position(|old| normal(&old.text) == normal(&marker.text))
                    .or_else(|| reworded.iter().position(same))
                {
                    Some(at) => drop(reworded.remove(at)),
                    None => marks.added.push(marker),
                }
            }
        }
        marks.removed.extend(reworded.into_iter().map(|marker| normal(&marker.text)));
    }
    for marker in &mut marks.added {
        if let What::Debugging { is_usual, .. } = &mut marker.what {
            *is_usual = base_reader.prints();
        }
    }
    Some(marks)
}

/// Marks of a file that went altogether.
fn deleted(change: &ChangeSet, file: &crate::change::FileChange, words: &Words) -> Vec<String> {
    let Some(Ok(bytes)) = change.content(file, Side::Base) else { return Vec::new() };
    let lines = Lines::of(&bytes);
    if !words.prefilter.is_match(lines.text()) {
        return Vec::new();
    }
    let reader = LineReader::new(file.path(), file.role, &lines, words);
    let count = lines.number(lines.text().len());
    (1..=count).flat_map(|line| reader.marks(line)).map(|marker| normal(&marker.text)).collect()
}

fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Finds marks on single lines of one side of one file.
struct LineReader<'a> {
    path: &'a RepoPath,
    role: Role,
    lines: &'a Lines<'a>,
    spans: Vec<Span>,
    syntax: Option<&'static Syntax>,
    debugging: Vec<&'static Debugging>,
    words: &'a Words,
    has_conflict: bool,
}

impl<'a> LineReader<'a> {
    fn new(path: &'a RepoPath, role: Role, lines: &'a Lines<'a>, words: &'a Words) -> Self {
        let syntax = lexical::syntax(path).filter(|_| !matches!(role, Role::Documentation | Role::AgentInstructions));
        let spans = syntax.map(|syntax| lexical::spans(lines.text(), syntax)).unwrap_or_default();
        let extension = path.extension().unwrap_or_default();
        let debugging = DEBUGGING.iter().filter(|row| row.extensions.iter().any(|known| known.as_bytes() == extension));
        let has_conflict = lines.text().contains("\n>>>>>>> ");
        Self { path, role, lines, spans, syntax, debugging: debugging.collect(), words, has_conflict }
    }

    fn range(&self, line: u32) -> Range<usize> {
        let start = self.lines.start(line);
        start..start + self.lines.line(line).len()
    }

    fn marks(&self, line: u32) -> Vec<Marker> {
        let text = self.lines.line(line);
        let range = self.range(line);
        let mut found = Vec::new();
        if self.has_conflict && text.starts_with("<<<<<<< ") && !self.is_text(range.start) {
            found.push(What::Conflict);
        }
        if self.syntax.is_some() && self.words.prefilter.is_match(text) {
            let part = |keep| lexical::masked(self.lines.text(), range.clone(), &self.spans, keep);
            let comment = part(Some(Kind::Comment));
            match self.words.find(&comment) {
                Some(word) => found.push(word),
                None => found.extend(doubt(&comment)),
            }
            found.extend(self.debug_call(&part(None), text));
        }
        let marker =
            |what| Marker { path: self.path.clone(), role: self.role, line, text: text.trim().to_owned(), what };
        found.into_iter().map(marker).collect()
    }

    fn debug_call(&self, code: &str, text: &str) -> Option<What> {
        let row = self.debugging.iter().find(|row| row.pattern.is_match(code))?;
        let has_debug_text = DEBUG_TEXT.is_match(text);
        Some(What::Debugging { certainty: row.certainty, has_debug_text, is_usual: false })
    }

    /// Whether this side prints anywhere.
    fn prints(&self) -> bool {
        let prints = |line: &str| {
            self.debugging.iter().any(|row| row.certainty == Certainty::Print && row.pattern.is_match(line))
        };
        self.lines.text().lines().any(prints)
    }

    fn is_text(&self, at: usize) -> bool {
        let index = self.spans.partition_point(|span| span.range.end <= at);
        self.spans.get(index).is_some_and(|span| span.kind == Kind::Text && span.range.contains(&at))
    }
}

impl What {
    fn word(&self) -> Option<&str> {
        match self {
            Self::Word { word, .. } => Some(word),
            Self::Doubt { words, .. } => Some(words),
            Self::Debugging { .. } | Self::Conflict => None,
        }
    }
}

/// The policy's words, compiled.
struct Words {
    /// Whether a text can hold any mark at all.
    prefilter: Regex,
    word: Option<Regex>,
}

impl Words {
    fn new(words: &[String]) -> Self {
        let words = words.iter().map(|word| regex::escape(word)).collect::<Vec<_>>().join("|");
        // At the start of a comment or a sentence, or with a colon or a bracket; a list "of TODO items" is no mark.
        let word = (!words.is_empty()).then(|| {
            compile(&format!(
                r"(?:^[\s/*#;%<!\-{{(\[@>'\x22]*|[.?!;:)]\s+|@|\s-\s)(?P<first>{words})(?:\b|_)|\b(?P<named>{words})(?:\([^)\n]*\))?\s*:|\b(?P<given>{words})\([^)\n]+\)"
            ))
        });
        let candidates = [CANDIDATES, words.as_str()].map(|part| format!("(?:{part})")).join("|");
        let prefilter = if words.is_empty() { compile(CANDIDATES) } else { compile(&candidates) };
        Self { prefilter, word }
    }

    fn find(&self, comment: &str) -> Option<What> {
        let captures = self.word.as_ref()?.captures(comment)?;
        let word = ["first", "named", "given"].iter().find_map(|name| captures.name(name))?;
        let has_reference = REFERENCE.is_match(&comment[word.start()..]);
        Some(What::Word { word: word.as_str().to_owned(), has_reference })
    }
}

fn doubt(comment: &str) -> Option<What> {
    let comment = comment.trim_end();
    let lowered = comment.to_ascii_lowercase();
    let doubts = UNCERTAIN.iter().filter(|doubt| doubt.words.iter().any(|word| lowered.contains(word)));
    doubts
        .filter_map(|doubt| Some((doubt, doubt.pattern.find(comment)?)))
        .next()
        .map(|(doubt, words)| What::Doubt { words: words.as_str().to_owned(), is_strong: doubt.is_strong })
}

struct Debugging {
    extensions: Vec<&'static str>,
    certainty: Certainty,
    pattern: Pattern,
}

/// Cheap words of which one is in every line that the tables' patterns match.
const CANDIDATES: &str = r"(?i:<<<<<<<|print|debug|dump|dbg|pdb|console\.|\bic\(|puts|\bpp?\b[ (]|pry|byebug|binding|breakpoint|\bdd|ray\s*\(|IO\.inspect|Console\.Write|cout|cerr|NSLog|SIGTRAP|trap\(|not sure|no idea|know|unclear|hopefully|hack|kludge|dirty|in a (?:real|production|full|complete|proper)|implement|would|will|should|must|need|wrong|incorrect|broken|i'm|i am|\bi (?:think|guess|believe|assume)|for some reason|for now|temporar)";

static DEBUGGING: LazyLock<Vec<Debugging>> = LazyLock::new(|| {
    let row = |(extensions, certainty, pattern): &(&'static str, Certainty, &'static str)| Debugging {
        extensions: extensions.split(' ').collect(),
        certainty: *certainty,
        pattern: (*pattern).to_owned().into(),
    };
    table::DEBUGGING.iter().map(row).collect()
});

static DEBUG_TEXT: LazyLock<Regex> = LazyLock::new(|| compile(table::DEBUG_TEXT));

struct Uncertain {
    is_strong: bool,
    words: &'static [&'static str],
    pattern: Pattern,
}

static UNCERTAIN: LazyLock<Vec<Uncertain>> = LazyLock::new(|| {
    let row = |(is_strong, words, pattern): &(bool, &'static [&'static str], &str)| Uncertain {
        is_strong: *is_strong,
        words,
        pattern: format!("(?i){pattern}").into(),
    };
    table::UNCERTAIN.iter().map(row).collect()
});

static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| compile(r"https?://|#\d+|\b[A-Z][A-Z0-9]+-\d+\b|\b[a-z]+[./][\w./]*/\d+|\bissue\s+\d+|\bb/\d+"));

fn compile(pattern: &str) -> Regex {
    pattern::compile(pattern).expect("patterns of the table are tested, words are escaped")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    #[test]
    fn the_words_of_every_doubt_are_in_what_its_pattern_matches() {
        let words = Words::new(&[]);
        let mut runner = TestRunner::deterministic();
        for (_, needles, pattern) in table::UNCERTAIN {
            // What is made from a pattern knows no boundaries and no ends.
            let plain = pattern.replace(r"\b", "").replace("|$", "").replace(".{", "[ -~]{");
            let texts = proptest::string::string_regex(&plain).expect("a plain pattern");
            for _ in 0..200 {
                let text = texts.new_tree(&mut runner).expect("a text").current();
                assert!(needles.iter().any(|needle| text.to_ascii_lowercase().contains(needle)), "{text}");
                assert!(words.prefilter.is_match(&text), "{text}");
            }
        }
    }
}
