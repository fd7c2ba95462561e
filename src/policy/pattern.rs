//! Patterns: gitignore's meaning, `globset`'s speed.
//!
//! A bare `globset` would let `*` cross `/`, let `[!b]` match `/`, and let `tests/`, `/x` and `!x` match nothing at all: a
//! forbidden path that forbids nothing. So each pattern is read here first, and either gets the meaning gitignore gives it
//! or is refused together with what to write instead. Two things differ from gitignore: there is no negation, and
//! `{a,b}` means either.

use std::sync::{Arc, OnceLock};

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::Origin;
use crate::RepoPath;

/// Longest pattern accepted, in bytes.
const MAX_BYTES: usize = 1024;
/// How much of their text one set holds. With [`MAX_BYTES`] it keeps every set far below the size at which the regular
/// expressions behind it would be refused.
///
/// Every set keeps a cache of some megabytes for each thread: few large sets need less memory than many small ones.
const CHUNK_BYTES: usize = 64 * 1024;

/// What a pattern is matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// Paths: as in `.gitignore`, what matches a folder matches everything beneath it.
    Path,
    /// Branch names: always the whole name.
    Branch,
}

/// A list of patterns out of one place of the policy; compiled when first asked.
#[derive(Clone, Debug, Default)]
pub struct Patterns(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    flavor: Flavor,
    file: String,
    /// As written, with the line.
    written: Vec<(String, u32)>,
    chunks: OnceLock<Vec<Chunk>>,
}

#[derive(Debug)]
struct Chunk {
    set: GlobSet,
    /// What each glob of the set came from.
    sources: Vec<Source>,
}

#[derive(Clone, Copy, Debug)]
struct Source {
    /// The pattern's index in the list.
    pattern: usize,
    /// Matches what is beneath the named folder, not a file of that name.
    only_beneath: bool,
}

/// The pattern that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    pub pattern: &'a str,
    pub origin: Origin,
}

impl Patterns {
    /// Patterns that [`check`] has accepted; others match nothing.
    pub(crate) fn new(flavor: Flavor, file: &str, written: Vec<(String, u32)>) -> Self {
        if written.is_empty() {
            return Self::default();
        }
        Self(Some(Arc::new(Inner { flavor, file: file.to_owned(), written, chunks: OnceLock::new() })))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The patterns as written.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|inner| inner.written.iter().map(|(text, _)| text.as_str()))
    }

    /// The patterns as written, with their lines.
    pub fn written(&self) -> impl Iterator<Item = (&str, u32)> {
        self.0.iter().flat_map(|inner| inner.written.iter().map(|(text, line)| (text.as_str(), *line)))
    }

    pub fn is_match(&self, path: &RepoPath) -> bool {
        self.is_match_bytes(path.as_bytes())
    }

    pub fn is_match_bytes(&self, name: &[u8]) -> bool {
        self.0.as_ref().is_some_and(|inner| inner.hit(name).is_some())
    }

    /// The first pattern that matches, and where it is written.
    pub fn find(&self, path: &RepoPath) -> Option<Match<'_>> {
        self.find_bytes(path.as_bytes())
    }

    pub fn find_bytes(&self, name: &[u8]) -> Option<Match<'_>> {
        let inner = self.0.as_ref()?;
        let (pattern, line) = &inner.written[inner.hit(name)?];
        Some(Match { pattern, origin: Origin { path: inner.file.clone(), line: *line } })
    }
}

impl Inner {
    fn hit(&self, name: &[u8]) -> Option<usize> {
        let chunks = self.chunks.get_or_init(|| {
            let meanings = self.written.iter().enumerate().filter_map(|(pattern, (text, _))| {
                let Meaning { glob, only_beneath } = translate(text, self.flavor).ok()?;
                Some((Source { pattern, only_beneath }, glob))
            });
            chunks(meanings)
        });
        let first = |name: &[u8], is_whole: bool| {
            let candidate = Candidate::from_bytes(name);
            let hits = chunks.iter().flat_map(|chunk| {
                let matches = chunk.set.matches_candidate(&candidate).into_iter();
                matches.map(|index| chunk.sources[index])
            });
            hits.filter(|hit| !(is_whole && hit.only_beneath)).map(|hit| hit.pattern).min()
        };
        let whole = first(name, true);
        if self.flavor == Flavor::Branch {
            return whole;
        }
        let folders = name.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &name[..at]);
        folders.filter_map(|folder| first(folder, false)).chain(whole).min()
    }
}

/// Sets of bounded size: one set over ten thousand patterns could exceed the limits of the regular expressions inside.
fn chunks(globs: impl Iterator<Item = (Source, Glob)>) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut globs = globs.peekable();
    while globs.peek().is_some() {
        let (mut builder, mut sources, mut bytes) = (GlobSetBuilder::new(), Vec::new(), 0);
        while bytes < CHUNK_BYTES
            && let Some((source, glob)) = globs.next()
        {
            bytes += glob.regex().len();
            builder.add(glob);
            sources.push(source);
        }
        let set = builder.build().expect("checked globs of at most CHUNK_BYTES stay below the regex size limit");
        chunks.push(Chunk { set, sources });
    }
    chunks
}

/// Whether a pattern can be used: if not, what is wrong and what to write instead.
pub(crate) fn accepted(text: &str, flavor: Flavor) -> Result<(), (String, String)> {
    check(text, flavor).map_err(|refusal| (refusal.message, refusal.fix))
}

/// Why a pattern is refused, or nothing.
pub(super) fn check(text: &str, flavor: Flavor) -> Result<(), Refusal> {
    translate(text, flavor).map(|_| ())
}

/// A refused pattern: what is wrong, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub message: String,
    pub fix: String,
}

fn refuse<T>(message: impl Into<String>, fix: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { message: message.into(), fix: fix.into() })
}

struct Meaning {
    glob: Glob,
    /// Matches what is beneath the named folder, not a file of that name.
    only_beneath: bool,
}

fn translate(text: &str, flavor: Flavor) -> Result<Meaning, Refusal> {
    if text.is_empty() {
        return refuse("an empty pattern matches nothing", "leave it out, or write `**` for everything");
    }
    if text.len() > MAX_BYTES {
        return refuse(
            format!("a pattern of {} bytes; the limit is {MAX_BYTES}", text.len()),
            "split it into several shorter patterns",
        );
    }
    if text.trim() != text {
        return refuse("the pattern begins or ends with a space", format!("write `{}`", text.trim()));
    }
    if let Some(rest) = text.strip_prefix('!') {
        let fix = match flavor {
            Flavor::Path => format!("list `{rest}` under the rule's `exclude`; `\\!{rest}` means the character itself"),
            Flavor::Branch => "list the branches that are meant".to_owned(),
        };
        return refuse("patterns here can't negate", fix);
    }
    match flavor {
        Flavor::Path => translate_path(text),
        Flavor::Branch => {
            let trimmed = text.trim_matches('/');
            if trimmed != text {
                return refuse("branch names neither begin nor end with `/`", branch_fix(text, trimmed));
            }
            Ok(Meaning { glob: glob(text, text)?, only_beneath: false })
        }
    }
}

fn branch_fix(text: &str, trimmed: &str) -> String {
    if text.ends_with('/') { format!("write `{trimmed}/**`") } else { format!("write `{trimmed}`") }
}

fn translate_path(text: &str) -> Result<Meaning, Refusal> {
    let anchored_text = text.strip_prefix('/').unwrap_or(text);
    for component in anchored_text.strip_suffix('/').unwrap_or(anchored_text).split('/') {
        match component {
            "" => return refuse("the pattern has an empty path component", "write a single `/`"),
            "." | ".." => {
                let clean: Vec<&str> =
                    anchored_text.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
                return refuse(
                    format!("paths start at the top of the repository and never contain `{component}`"),
                    format!("write `{}`", if clean.is_empty() { "**".to_owned() } else { clean.join("/") }),
                );
            }
            _ => {}
        }
    }
    if anchored_text.split('/').all(|component| component == "**") {
        return Ok(Meaning { glob: glob("**", text)?, only_beneath: false });
    }
    // `x/` and `x/**` both mean everything beneath the folder `x`; the folder itself is no file.
    let (mut name, mut only_beneath) = match anchored_text.strip_suffix('/') {
        Some(name) => (name, true),
        None => (anchored_text, false),
    };
    if !only_beneath && name.ends_with("/**") {
        (name, only_beneath) = (name.trim_end_matches("/**"), true);
    }
    // As in gitignore: a slash at the beginning or in the middle ties the pattern to the top, otherwise it holds anywhere.
    let at_any_depth = !text.starts_with('/') && !anchored_text.trim_end_matches('/').contains('/');
    let glob = if at_any_depth { glob(&format!("**/{name}"), text)? } else { glob(name, text)? };
    Ok(Meaning { glob, only_beneath })
}

fn glob(pattern: &str, written: &str) -> Result<Glob, Refusal> {
    let pattern = settle_classes(pattern)?;
    GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).empty_alternates(true).build().map_err(
        |error| Refusal {
            message: format!("not a pattern: {}", error.kind()),
            fix: format!("to mean the character itself write it with a backslash, as in `{}`", escape(written)),
        },
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if matches!(character, '[' | ']' | '{' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Rewrites `[…]` so that it never matches `/` and holds exactly the characters written.
fn settle_classes(pattern: &str) -> Result<String, Refusal> {
    let mut settled = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find(['\\', '[']) {
        settled.push_str(&rest[..at]);
        let found = &rest[at..];
        if let Some(escaped) = found.strip_prefix('\\') {
            let Some(next) = escaped.chars().next() else {
                return refuse("the pattern ends in a backslash", "paths are written with `/`");
            };
            if next.is_alphanumeric() {
                return refuse("a backslash takes the meaning from the next character", "write `/` between folders");
            }
            settled.push('\\');
            settled.push(next);
            rest = &escaped[next.len_utf8()..];
        } else {
            rest = settle_class(&found[1..], &mut settled)?;
        }
    }
    settled.push_str(rest);
    Ok(settled)
}

/// Takes what follows `[`, writes the class, and returns what follows `]`.
fn settle_class<'a>(text: &'a str, settled: &mut String) -> Result<&'a str, Refusal> {
    let negated = text.starts_with(['!', '^']);
    let body = &text[usize::from(negated)..];
    // A `]` in first place is a member.
    let Some(end) = body.char_indices().skip(1).find(|(_, c)| *c == ']').map(|(at, _)| at) else {
        return refuse("`[` is never closed", "close it with `]`, or write `\\[` for the character itself");
    };
    let members = &body[..end];
    if !members.is_ascii() {
        return refuse("`[…]` holds only ASCII characters", "list alternatives as in `{é,ü}`, or write `*`");
    }
    if members.contains("[:") || members.contains('\\') {
        return refuse("`[…]` holds plain characters and ranges", "write for instance `[a-z]` or `[0-9]`");
    }
    let mut set = [false; 128];
    let bytes = members.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let (first, last, width) = match bytes.get(at..at + 3) {
            Some(&[first, b'-', last]) => (first, last, 3),
            _ => (bytes[at], bytes[at], 1),
        };
        if first > last {
            let (first, last) = (char::from(first), char::from(last));
            return refuse(format!("the range `{first}-{last}` is empty"), format!("write `{last}-{first}`"));
        }
        set[usize::from(first)..=usize::from(last)].fill(true);
        at += width;
    }
    set[usize::from(b'/')] = negated;
    write_class(negated, &set, settled);
    Ok(&body[end + 1..])
}

/// `]` stands first and `-` last, where they are members; `!` and `^` never first, where they would negate.
fn write_class(negated: bool, set: &[bool; 128], settled: &mut String) {
    let members: Vec<char> = (0_u8..128).filter(|byte| set[usize::from(*byte)]).map(char::from).collect();
    let plain = |c: &char| !matches!(c, ']' | '-' | '!' | '^');
    let has = |wanted: char| members.contains(&wanted);
    if !negated && !has(']') && !members.iter().any(plain) {
        // Only `!`, `^`, `-`, or nothing but the slash that never matches: alternatives say it without a class.
        let alternatives: Vec<String> = members.iter().map(|c| format!("\\{c}")).collect();
        settled.push_str(&match alternatives.as_slice() {
            [] => "[\0]".to_owned(),
            _ => format!("{{{}}}", alternatives.join(",")),
        });
        return;
    }
    settled.push('[');
    if negated {
        settled.push('!');
    }
    for special in [']'].into_iter().filter(|c| has(*c)) {
        settled.push(special);
    }
    settled.extend(members.iter().filter(|c| plain(c)));
    for special in ['!', '^', '-'].into_iter().filter(|c| has(*c)) {
        settled.push(special);
    }
    settled.push(']');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        check(pattern, Flavor::Path).unwrap_or_else(|refusal| panic!("{pattern}: {refusal:?}"));
        Patterns::new(Flavor::Path, "policy", vec![(pattern.to_owned(), 1)]).is_match(&RepoPath::from(path))
    }

    #[test]
    fn patterns_mean_what_gitignore_means() {
        for (pattern, yes, no) in [
            ("tests/", "tests/a.py", "tests"),
            ("tests/", "deep/tests/b/c.py", "attests/a.py"),
            ("/tests/", "tests/a.py", "deep/tests/a.py"),
            ("/x", "x", "deep/x"),
            ("x", "deep/x/beneath", "deep/xy"),
            ("*.pem", "keys/a.pem", "keys/a.pem.txt"),
            ("infra/**", "infra/a/b.tf", "deep/infra/a.tf"),
            ("infra", "deep/infra/a.tf", "infrared"),
            ("docs/*", "docs/a/b.md", "docs"),
            ("**/*.pem", "a.pem", "a.pe"),
            ("a/**/b", "a/b", "ab"),
            ("a/**/b", "a/x/y/b/beneath", "x/a/b"),
            ("a[!b]c", "axc", "a/c"),
            ("a[+-9]c", "a0c", "a/c"),
            ("a[]x]c", "a]c", "abc"),
            ("a[!]x]c", "abc", "a]c"),
            ("a[-x]c", "a-c", "abc"),
            ("a[x-]c", "a-c", "abc"),
            ("a[x^]c", "a^c", "abc"),
            ("{src,lib}/**", "lib/a", "bin/a"),
            ("\\!x", "!x", "x"),
            ("#x", "#x", "x"),
            (".github/workflows/", ".github/workflows/ci.yml", ".github/workflows"),
        ] {
            assert!(matches(pattern, yes), "`{pattern}` must match `{yes}`");
            assert!(!matches(pattern, no), "`{pattern}` must not match `{no}`");
        }
        assert!(matches("**", "anything") && matches("**", "anything/at/all"));
    }

    #[test]
    fn patterns_without_a_safe_meaning_are_refused_with_the_fix() {
        for (pattern, fix) in [
            ("", "`**`"),
            ("!x", "`exclude`"),
            (" x", "`x`"),
            ("./src/x", "`src/x`"),
            ("../x", "`x`"),
            ("a//b", "single `/`"),
            ("src\\main", "`/` between"),
            ("a\\", "`/`"),
            ("a[b", "\\["),
            ("a{b", "\\{"),
            ("a[z-a]", "`a-z`"),
            ("a[é]", "{é,ü}"),
            ("[[:alpha:]]", "[a-z]"),
        ] {
            let refusal = check(pattern, Flavor::Path).expect_err(pattern);
            assert!(refusal.fix.contains(fix), "`{pattern}`: {refusal:?}");
        }
        assert!(check(&"a".repeat(MAX_BYTES + 1), Flavor::Path).is_err());
    }

    #[test]
    fn branches_match_as_a_whole() {
        let branch = |pattern: &str, name: &str| {
            check(pattern, Flavor::Branch).expect(pattern);
            Patterns::new(Flavor::Branch, "policy", vec![(pattern.to_owned(), 1)]).is_match_bytes(name.as_bytes())
        };
        assert!(branch("main", "main"));
        assert!(!branch("main", "agent/main"));
        assert!(!branch("main", "main/x"));
        assert!(branch("agent/**", "agent/T-1/x"));
        assert!(branch("release/*", "release/1"));
        assert!(!branch("release/*", "release/1/2"));
        assert!(check("agent/", Flavor::Branch).expect_err("a trailing slash").fix.contains("`agent/**`"));
    }

    #[test]
    fn the_first_pattern_that_matches_is_named() {
        let written = vec![("*.md".into(), 3), ("docs/".into(), 4), ("docs/a.md".into(), 5)];
        let patterns = Patterns::new(Flavor::Path, "policy", written);
        let found = patterns.find(&RepoPath::from("docs/a.txt")).expect("docs/");
        assert_eq!((found.pattern, found.origin.line), ("docs/", 4));
        assert_eq!(patterns.find(&RepoPath::from("docs/a.md")).expect("*.md").origin.line, 3);
        assert_eq!(patterns.find(&RepoPath::from("src/a.rs")), None);
    }

    #[test]
    fn bytes_that_are_not_text_match_too() {
        let patterns = Patterns::new(Flavor::Path, "policy", vec![("*.pem".into(), 1)]);
        assert!(patterns.is_match(&RepoPath::new(b"k\xff\n/\xfe.pem".to_vec())));
    }

    #[test]
    fn the_heaviest_patterns_still_compile() {
        for heavy in ["[!a]", "*?", "**/", "{a,b}", "[ -~]", "{a*,[!b]}"] {
            let long = heavy.repeat(MAX_BYTES / heavy.len()).trim_end_matches('/').to_owned();
            let written: Vec<_> = (0..20).map(|line| (long.clone(), line)).collect();
            if check(&long, Flavor::Path).is_ok() {
                Patterns::new(Flavor::Path, "policy", written).is_match(&RepoPath::from("a/b"));
            }
        }
    }

    proptest! {
        #[test]
        fn no_pattern_panics(pattern in r"[\[\]{}!^\-*?/\\,ab.é]{0,24}", path in r"[ab/!^\-\].]{0,12}") {
            for flavor in [Flavor::Path, Flavor::Branch] {
                if check(&pattern, flavor).is_ok() {
                    Patterns::new(flavor, "policy", vec![(pattern.clone(), 1)]).is_match_bytes(path.as_bytes());
                }
            }
        }
    }
}
