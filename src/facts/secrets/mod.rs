//! Secrets in text: tokens in their issuers' formats, private keys, passwords in addresses, and values assigned to a name that
//! says what they are.
//!
//! Nothing here is ever handed on whole: a [`Secret`] holds a mask and a digest. Placeholders, references to the environment
//! and published examples are no secrets.

mod assignment;
mod masks;
mod placeholder;
mod table;

use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};
use sha2::{Digest, Sha256};

pub use masks::masked;

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

/// Every secret in a text.
pub fn find(text: &str, care: Care) -> Vec<Secret> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let before = found.len();
        if line.len() <= LONGEST_LINE {
            forms(line, number, &mut found);
            addresses(line, number, &mut found);
        }
        private_key(&lines, index, number, &mut found);
        // What has a form is not reported a second time for the name it is assigned to.
        if care == Care::Assignments && found.len() == before && line.len() <= 2000 {
            found.extend(assignment::find(line).map(|(what, value)| secret(&what, line, value, number, Proof::None)));
        }
    }
    found
}

fn secret(what: &str, line: &str, value: &str, number: u32, proof: Proof) -> Secret {
    let mask = masked(value);
    let shown = line.trim().replace(value, &mask);
    let shown: String = shown.chars().take(200).collect();
    Secret { what: what.to_owned(), line: number, proof, mask, shown, digest: Sha256::digest(value).into() }
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
    static COMPILED: [OnceLock<Option<Regex>>; 96] = [const { OnceLock::new() }; 96];
    COMPILED.get(row)?.get_or_init(|| compile(table::TABLE[row].pattern)).as_ref()
}

fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).size_limit(4 << 20).build().ok()
}

fn forms(line: &str, number: u32, found: &mut Vec<Secret>) {
    let Some((searcher, rows)) = &*WORDS else { return };
    let mut candidates: Vec<usize> =
        searcher.find_overlapping_iter(line).filter_map(|hit| rows.get(hit.pattern().as_usize()).copied()).collect();
    candidates.sort_unstable();
    candidates.dedup();
    for row in candidates {
        let kind = &table::TABLE[row];
        for captures in pattern(row).into_iter().flat_map(|pattern| pattern.captures_iter(line)) {
            let Some(value) = captures.get(1) else { continue };
            let value = value.as_str();
            if placeholder::is_token(value) {
                continue;
            }
            let proof = match kind.proof {
                Proof::Checksum if has_checksum(value) => Proof::Checksum,
                // Issued before the checksum came, or made up.
                Proof::Checksum => Proof::None,
                proof => proof,
            };
            found.push(secret(kind.what, line, value, number, proof));
        }
    }
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
fn addresses(line: &str, number: u32, found: &mut Vec<Secret>) {
    if !line.contains("://") || !line.contains('@') {
        return;
    }
    for captures in ADDRESS.iter().flat_map(|pattern| pattern.captures_iter(line)) {
        let group = |at: usize| captures.get(at).map_or("", |group| group.as_str());
        let (user, password, host) = (group(2), group(3), group(4));
        if !placeholder::is_password(password, user) && !placeholder::is_local(host) {
            found.push(secret("password in an address", line, password, number, Proof::Form));
        }
    }
}

/// A private key with something inside: a header alone is what programs look for.
fn private_key(lines: &[&str], index: usize, number: u32, found: &mut Vec<Secret>) {
    let line = lines[index];
    let Some(at) = line.find("-----BEGIN ") else { return };
    let Some((label, rest)) = line[at + 11..].split_once("-----") else { return };
    if !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
        return;
    }
    let below = lines.iter().skip(index + 1).take(6).copied();
    let body: String =
        std::iter::once(rest).chain(below).flat_map(|part| part.split("\\n")).collect::<Vec<_>>().join("\n");
    let body = body.split("-----END").next().unwrap_or_default();
    let longest = body
        .split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c)))
        .max_by_key(|word| word.len())
        .unwrap_or_default();
    // Keys hold runs of `A`, as placeholders do; only their spread tells them apart.
    if longest.len() >= 40 && placeholder::entropy(longest) >= 3.0 {
        let shown = format!("-----BEGIN {label}-----");
        let digest = Sha256::digest(longest).into();
        found.push(Secret {
            what: "private key".to_owned(),
            line: number,
            proof: Proof::Form,
            mask: shown.clone(),
            shown,
            digest,
        });
    }
}

#[cfg(test)]
mod tests;
