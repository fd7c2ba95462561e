//! Reads a Markdown file of cases. The format is described in `tests/cases/README.md`.

use agentgate::Side;

/// One change and what is expected of it.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The headings above it, without the file's title.
    pub title: String,
    /// The line of the fence that carries the verdict.
    pub line: usize,
    pub outcome: Outcome,
    pub files: Vec<File>,
    /// A policy block's text.
    pub policy: String,
    /// The work packet's text.
    pub packet: Option<String>,
    pub pull_request: Option<String>,
    pub commits: Vec<Commit>,
    /// Reports of other scanners.
    pub sarif: Vec<String>,
    /// The attributes of each recorded run.
    pub records: Vec<Vec<(String, String)>>,
    pub attributes: Vec<(String, String)>,
    pub expected: Vec<Expected>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    #[default]
    Passes,
    Warns,
    Blocked,
}

#[derive(Clone, Debug)]
pub struct File {
    /// The head's path, or the base's where the file is deleted.
    pub path: String,
    /// The base's path, where it differs.
    pub from: Option<String>,
    pub base: Option<String>,
    pub head: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Commit {
    pub author: String,
    pub message: String,
}

/// A line that begins with `!`.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Where the expectation is written in the Markdown file.
    pub written: usize,
    /// `None` stands for the rule that the file is about.
    pub rule: Option<String>,
    pub spot: Spot,
    /// Each must occur in the finding's text.
    pub parts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The branch as a whole.
    Branch,
    /// A file without a line.
    File(String),
    /// `None` for a context line, which both sides have.
    Line { path: String, side: Option<Side>, base: u32, head: u32 },
}

/// Every case of a file, or what is wrong with it.
pub fn cases(text: &str) -> Result<Vec<Case>, String> {
    let mut reader = Reader::default();
    let mut open: Option<Fence> = None;
    for (index, line) in text.lines().enumerate() {
        match &mut open {
            Some(fence) if line.trim_end() == fence.closing => {
                reader.take(open.take().expect("just matched"))?;
            }
            Some(fence) => fence.body.push(line.to_owned()),
            None if line.starts_with("```") => open = Some(Fence::new(line, index + 1)),
            None if line.starts_with("## ") || line.starts_with("### ") || line.starts_with("#### ") => {
                reader.heading(line)?;
            }
            None => {}
        }
    }
    if let Some(fence) = open {
        return Err(format!("line {}: this fence is never closed", fence.line));
    }
    reader.finish()
}

#[derive(Debug)]
struct Fence {
    line: usize,
    closing: String,
    language: String,
    words: Vec<String>,
    attributes: Vec<(String, String)>,
    body: Vec<String>,
}

impl Fence {
    fn new(line: &str, number: usize) -> Self {
        let ticks = line.chars().take_while(|c| *c == '`').count();
        let mut pieces = split_info(&line[ticks..]).into_iter();
        let language = pieces.next().unwrap_or_default();
        let (attributes, words): (Vec<_>, Vec<_>) = pieces.partition(|piece| piece.contains('='));
        let attributes = attributes
            .into_iter()
            .filter_map(|piece| piece.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())))
            .collect();
        Self { line: number, closing: "`".repeat(ticks), language, words, attributes, body: Vec::new() }
    }

    fn outcome(&self) -> Option<Outcome> {
        self.words.iter().find_map(|word| match word.as_str() {
            "passes" => Some(Outcome::Passes),
            "warns" => Some(Outcome::Warns),
            "blocked" => Some(Outcome::Blocked),
            _ => None,
        })
    }

    /// Rather than an example for whoever reads the page.
    fn is_part_of_a_case(&self) -> bool {
        const PARTS: [&str; 6] = ["policy", "packet", "pr-body", "commit", "sarif", "record"];
        self.attribute("path").is_some() || PARTS.iter().any(|part| self.is(part))
    }

    fn is(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }

    fn attribute(&self, key: &str) -> Option<String> {
        self.attributes.iter().find(|(k, _)| k == key).map(|(_, value)| value.clone())
    }
}

/// Splits on spaces outside double quotes, which are dropped.
fn split_info(text: &str) -> Vec<String> {
    let (mut pieces, mut piece, mut quoted) = (Vec::new(), String::new(), false);
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => pieces.extend((!piece.is_empty()).then(|| std::mem::take(&mut piece))),
            other => piece.push(other),
        }
    }
    pieces.extend((!piece.is_empty()).then_some(piece));
    pieces
}

#[derive(Default)]
struct Reader {
    title: Vec<String>,
    /// Fences since the heading, before a verdict: shared by every case below that heading.
    shared: Vec<Fence>,
    current: Option<Case>,
    done: Vec<Case>,
}

impl Reader {
    fn heading(&mut self, line: &str) -> Result<(), String> {
        self.close()?;
        let level = line.chars().take_while(|c| *c == '#').count();
        self.title.truncate(level - 2);
        self.title.push(line.trim_start_matches('#').trim().to_owned());
        Ok(())
    }

    fn take(&mut self, fence: Fence) -> Result<(), String> {
        if let Some(outcome) = fence.outcome() {
            self.done.extend(self.current.take());
            let mut case = Case { title: self.title.join(" > "), line: fence.line, outcome, ..Case::default() };
            for fence in &self.shared {
                add(&mut case, fence)?;
            }
            add(&mut case, &fence)?;
            self.current = Some(case);
        } else if let Some(case) = &mut self.current {
            add(case, &fence)?;
        } else {
            self.shared.push(fence);
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        if self.current.is_none()
            && let Some(fence) = self.shared.iter().find(|fence| fence.is_part_of_a_case())
        {
            return Err(format!("line {}: no fence here says `blocked`, `warns` or `passes`", fence.line));
        }
        self.shared.clear();
        self.done.extend(self.current.take());
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Case>, String> {
        self.close()?;
        match self.done.iter().find(|case| case.outcome == Outcome::Passes && !case.expected.is_empty()) {
            Some(case) => Err(format!("line {}: a case that passes expects findings", case.line)),
            None => Ok(self.done),
        }
    }
}

fn add(case: &mut Case, fence: &Fence) -> Result<(), String> {
    if fence.is("record") {
        case.records.push(fence.attributes.clone());
        return Ok(());
    }
    for (key, value) in &fence.attributes {
        if !matches!(key.as_str(), "path" | "from" | "author") {
            case.attributes.push((key.clone(), value.clone()));
        }
    }
    match (fence.language.as_str(), fence.attribute("path")) {
        ("diff", Some(path)) => diff(case, fence, path),
        ("diff", None) => Err(format!("line {}: a diff needs path=…", fence.line)),
        ("toml", None) if fence.is("policy") => {
            case.policy.push_str(&joined(&fence.body));
            Ok(())
        }
        ("json", None) if fence.is("sarif") => {
            case.sarif.push(joined(&fence.body));
            Ok(())
        }
        ("markdown", None) if fence.is("packet") => {
            case.packet = Some(joined(&fence.body));
            Ok(())
        }
        ("text" | "markdown", None) => {
            text(case, fence);
            Ok(())
        }
        (_, Some(path)) => {
            let body = joined(&fence.body);
            let base = (!fence.is("head")).then(|| body.clone());
            let head = (!fence.is("base")).then_some(body);
            side(case, File { path, from: None, base, head });
            Ok(())
        }
        (_, None) => Ok(()),
    }
}

/// Adds one side of a file whose other side is in a fence of its own.
fn side(case: &mut Case, file: File) {
    match case.files.iter_mut().find(|other| other.path == file.path) {
        Some(other) => {
            other.base = file.base.or(other.base.take());
            other.head = file.head.or(other.head.take());
        }
        None => case.files.push(file),
    }
}

fn text(case: &mut Case, fence: &Fence) {
    let mut body = Vec::new();
    for (index, line) in fence.body.iter().enumerate() {
        match line.strip_prefix('!') {
            Some(rest) => case.expected.push(expected(rest, fence.line + 1 + index, Spot::Branch)),
            None => body.push(line.clone()),
        }
    }
    if fence.is("pr-body") {
        case.pull_request = Some(joined(&body));
    } else if fence.is("commit") {
        case.commits.push(Commit { author: fence.attribute("author").unwrap_or_default(), message: joined(&body) });
    }
}

fn diff(case: &mut Case, fence: &Fence, path: String) -> Result<(), String> {
    let (mut base, mut head) = (Vec::new(), Vec::new());
    let mut spot = Spot::File(path.clone());
    for (index, line) in fence.body.iter().enumerate() {
        let number = fence.line + 1 + index;
        let line = &if fence.is("escaped") { unescaped(line) } else { line.clone() };
        let mut at = |side, base: &Vec<String>, head: &Vec<String>| {
            let (base, head) = (base.len() as u32, head.len() as u32);
            spot = Spot::Line { path: path.clone(), side, base, head };
        };
        match line.chars().next() {
            Some('-') => {
                base.push(line[1..].to_owned());
                at(Some(Side::Base), &base, &head);
            }
            Some('+') => {
                head.push(line[1..].to_owned());
                at(Some(Side::Head), &base, &head);
            }
            Some(' ') | None => {
                let line = line.strip_prefix(' ').unwrap_or(line).to_owned();
                base.push(line.clone());
                head.push(line);
                at(None, &base, &head);
            }
            Some('!') => case.expected.push(expected(&line[1..], number, spot.clone())),
            Some(_) => return Err(format!("line {number}: a diff's lines begin with space, `+`, `-` or `!`: {line}")),
        }
    }
    let from = fence.attribute("from");
    let (added, deleted) = (base.is_empty() && from.is_none(), head.is_empty() && from.is_none());
    let ending = if fence.is("no-newline") { "" } else { "\n" };
    let whole = |lines: Vec<String>| lines.join("\n") + if lines.is_empty() { "" } else { ending };
    side(
        case,
        File {
            path,
            from,
            base: (!added || fence.is("empty-base")).then(|| whole(base)),
            head: (!deleted || fence.is("empty-head")).then(|| whole(head)),
        },
    );
    Ok(())
}

fn expected(text: &str, written: usize, spot: Spot) -> Expected {
    let (first, rest) = text.split_once(':').unwrap_or((text, ""));
    let is_rule = first.contains('-') && first.trim().chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let (rule, rest) = if is_rule { (first.trim(), rest) } else { ("", text) };
    let parts = rest.split(" | ").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    Expected { written, rule: (!rule.is_empty()).then(|| rule.to_owned()), spot, parts }
}

/// `\u{202e}` stands for the character, so that no case hides what it is about. Anything else stays as written.
fn unescaped(line: &str) -> String {
    let mut pieces = line.split("\\u{");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let character = piece.split_once('}').and_then(|(code, rest)| {
            u32::from_str_radix(code, 16).ok().and_then(char::from_u32).map(|character| (character, rest))
        });
        match character {
            Some((character, rest)) => text.extend([character.to_string(), rest.to_owned()]),
            None => text.extend(["\\u{", piece]),
        }
    }
    text
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
