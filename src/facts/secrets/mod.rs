//! Secrets in text: tokens in their issuers' formats, private keys, passwords in addresses, and values assigned to a name that
//! says what they are.
//!
//! Nothing here is ever handed on whole: a [`Secret`] holds a mask and a digest. Placeholders, references to the environment
//! and published examples are no secrets.

mod assignment;
pub mod gitleaks;
mod masks;
mod placeholder;
mod redact;
mod table;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use regex::Regex;
use sha2::{Digest, Sha256};

pub use masks::masked;
pub use redact::Redactor;

/// A secret on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// `GitHub token`
    pub what: String,
    /// One-based, counted in the text that was searched.
    pub line: u32,
    pub proof: Proof,
    /// Enough to recognise it by, and nothing to use.
    pub mask: String,
    /// The line, with the secret masked.
    pub shown: String,
    /// Tells whether two secrets are the same one.
    pub digest: [u8; 32],
}

/// How far the form speaks for a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Other things look the same.
    None,
    /// Only its issuer writes such.
    Form,
    /// It ends in the checksum that its issuer computes.
    Checksum,
}

/// How a text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Also values assigned to telling names.
    Assignments,
    /// Only what has a form of its own.
    Forms,
}

/// Lines longer than that are no hand's work; only their forms are looked at, piece by piece.
const LONGEST_LINE: usize = 20_000;

/// What may be a secret, to be judged by whoever knows better. The only place where its value is seen.
pub struct Candidate<'a> {
    pub what: &'a str,
    pub value: &'a str,
    pub line: &'a str,
}

/// Every secret in a text.
pub fn find(text: &str, care: Care) -> Vec<Secret> {
    find_unless(text, care, |_| false)
}

/// Every secret in a text but those that are known to be none.
pub fn find_unless(text: &str, care: Care, is_none: impl Fn(&Candidate<'_>) -> bool) -> Vec<Secret> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let hits = hits(line, care);
        let counted =
            hits.iter().filter(|hit| !is_none(&Candidate { what: &hit.what, value: &line[hit.range.clone()], line }));
        found.extend(counted.map(|hit| Secret {
            what: hit.what.clone().into_owned(),
            line: number,
            proof: hit.proof,
            mask: masked(&line[hit.range.clone()]),
            shown: shown(line, &hits),
            digest: Sha256::digest(&line[hit.range.clone()]).into(),
        }));
        let key = private_key(&lines, index, number);
        found.extend(key.filter(|key| !is_none(&Candidate { what: &key.what, value: &key.shown, line })));
    }
    found
}

/// A secret within a line.
struct Hit {
    what: Cow<'static, str>,
    range: Range<usize>,
    proof: Proof,
}

/// Every secret of a line, each once: the form that says most, not the name or the address it stands in as well.
fn hits(line: &str, care: Care) -> Vec<Hit> {
    let mut found: Vec<Hit> = Vec::new();
    let mut add = |hits: Vec<Hit>| {
        for hit in hits {
            if !found.iter().any(|it| it.range.start < hit.range.end && hit.range.start < it.range.end) {
                found.push(hit);
            }
        }
    };
    if line.len() <= LONGEST_LINE {
        add(forms(line));
        add(addresses(line));
    }
    if care == Care::Assignments && line.len() <= 2000 {
        add(assignment::find(line));
    }
    found
}

/// The line with everything secret on it masked, of a length that fits a report.
fn shown(line: &str, hits: &[Hit]) -> String {
    let text = redact::without(line, hits.iter().map(|hit| hit.range.clone()));
    text.trim().chars().take(200).collect()
}

/// Which rows can match at all.
static WORDS: LazyLock<Option<(AhoCorasick, Vec<usize>)>> = LazyLock::new(|| {
    let words = table::TABLE.iter().enumerate().flat_map(|(row, it)| it.words.iter().map(move |word| (row, *word)));
    let (rows, words): (Vec<usize>, Vec<&str>) = words.unzip();
    let searcher = AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()?;
    Some((searcher, rows))
});

/// The pattern of a row, compiled when first needed.
fn pattern(row: usize) -> Option<&'static Regex> {
    static COMPILED: LazyLock<Vec<OnceLock<Option<Regex>>>> =
        LazyLock::new(|| table::TABLE.iter().map(|_| OnceLock::new()).collect());
    COMPILED.get(row)?.get_or_init(|| compile(table::TABLE[row].pattern)).as_ref()
}

fn compile(pattern: &str) -> Option<Regex> {
    crate::facts::pattern::compile(pattern).ok()
}

fn forms(line: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    let Some((searcher, rows)) = &*WORDS else { return found };
    let mut candidates: Vec<usize> =
        searcher.find_overlapping_iter(line).filter_map(|hit| rows.get(hit.pattern().as_usize()).copied()).collect();
    candidates.sort_unstable();
    candidates.dedup();
    for row in candidates {
        let kind = &table::TABLE[row];
        for captures in pattern(row).into_iter().flat_map(|pattern| pattern.captures_iter(line)) {
            let Some(group) = captures.get(1) else { continue };
            let value = group.as_str();
            if placeholder::is_token(value) {
                continue;
            }
            let proof = match kind.proof {
                Proof::Checksum if has_checksum(value) => Proof::Checksum,
                // Issued before the checksum came, or made up.
                Proof::Checksum => Proof::None,
                proof => proof,
            };
            found.push(Hit { what: kind.what.into(), range: group.range(), proof });
        }
    }
    found
}

/// GitHub's and npm's tokens end in the CRC-32 of what stands before, in base 62.
fn has_checksum(token: &str) -> bool {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((_, body)) = token.split_once('_') else { return false };
    let Some((random, written)) = body.len().checked_sub(6).and_then(|at| body.split_at_checked(at)) else {
        return false;
    };
    let mut sum = u64::from(crc32(random.as_bytes()));
    let mut text = [b'0'; 6];
    for digit in text.iter_mut().rev() {
        *digit = DIGITS.get((sum % 62) as usize).copied().unwrap_or(b'0');
        sum /= 62;
    }
    text == written.as_bytes()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(r#"\b([a-z][a-z0-9+]{2,20})://([^\s/:@"'`<>]{0,64}):([^\s/@"'`<>]{3,128})@([A-Za-z0-9.\-_\[\]:]+)"#)
});

/// `postgres://user:password@host`
fn addresses(line: &str) -> Vec<Hit> {
    if !line.contains("://") || !line.contains('@') {
        return Vec::new();
    }
    let hit = |captures: regex::Captures<'_>| {
        let (user, password, host) = (captures.get(2)?, captures.get(3)?, captures.get(4)?);
        let is_none =
            placeholder::is_password(password.as_str(), user.as_str()) || placeholder::is_local(host.as_str());
        (!is_none).then(|| Hit { what: "password in an address".into(), range: password.range(), proof: Proof::Form })
    };
    ADDRESS.iter().flat_map(|pattern| pattern.captures_iter(line)).filter_map(hit).collect()
}

/// A private key with something inside: a header alone is what programs look for.
fn private_key(lines: &[&str], index: usize, number: u32) -> Option<Secret> {
    let (label, rest) = private_key_header(lines[index])?;
    let below = lines.iter().skip(index + 1).take(6).copied();
    let body: String =
        std::iter::once(rest).chain(below).flat_map(|part| part.split("\\n")).collect::<Vec<_>>().join("\n");
    let longest = key_material(&body)?;
    let shown = format!("-----BEGIN {label}-----");
    Some(Secret {
        what: "private key".to_owned(),
        line: number,
        proof: Proof::Form,
        mask: shown.clone(),
        shown,
        digest: Sha256::digest(longest).into(),
    })
}

/// What the first header of a private key in a text says, and what follows it.
fn private_key_header(text: &str) -> Option<(&str, &str)> {
    let mut text = text;
    while let Some(at) = text.find("-----BEGIN ") {
        text = &text[at + 11..];
        let (label, rest) = text.split_once("-----")?;
        if label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK") {
            return Some((label, rest));
        }
    }
    None
}

/// The longest word of a key's body, if there is a key.
fn key_material(body: &str) -> Option<&str> {
    let body = body.split("-----END").next().unwrap_or_default();
    let longest = body.split(|c: char| !is_base64(c)).max_by_key(|word| word.len())?;
    // Keys hold runs of `A`, as placeholders do; only their spread tells them apart.
    (longest.len() >= 40 && placeholder::entropy(longest) >= 3.0).then_some(longest)
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+/=".contains(c)
}

#[cfg(test)]
mod tests;
