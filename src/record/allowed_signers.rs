//! Whose signatures count: a file in the form that `ssh-keygen -Y verify -f` reads.
//!
//! Each line has principals, options and a key. The rules are ssh-keygen's, whose manual describes them under "ALLOWED
//! SIGNERS"; a line that it would stop at is refused here as a whole file is, with the line's number.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ssh_key::PublicKey;
use ssh_key::public::KeyData;

use super::certificate::Certificate;

/// Where a repository keeps the file, on the base side.
pub const FILE: &str = ".agentgate/allowed_signers";
/// Larger files are refused.
const MAX_BYTES: usize = 1024 * 1024;

#[derive(Clone, Debug, Default)]
pub struct AllowedSigners {
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    /// A list of patterns, as written.
    principals: String,
    options: Options,
    key: KeyData,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Options {
    is_authority: bool,
    namespaces: Option<String>,
    valid_after: Option<i64>,
    valid_before: Option<i64>,
}

/// Why the file can't be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Unclear {
    pub line: usize,
    pub why: String,
}

impl AllowedSigners {
    /// The signers of a file.
    ///
    /// # Errors
    /// At the first line that can't be followed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unclear> {
        if bytes.len() > MAX_BYTES {
            return Err(Unclear { line: 1, why: format!("more than {MAX_BYTES} bytes") });
        }
        let mut lines = Vec::new();
        for (index, line) in String::from_utf8_lossy(bytes).lines().enumerate() {
            let text = line.trim();
            if !text.is_empty() && !text.starts_with('#') {
                lines.push(read(text).map_err(|why| Unclear { line: index + 1, why })?);
            }
        }
        Ok(Self { lines })
    }

    /// The principals of the first line that lets a key sign for a namespace at a time.
    pub(super) fn of_key(&self, key: &KeyData, namespace: &str, at: i64) -> Option<&str> {
        let fits = |line: &&Line| !line.options.is_authority && line.key == *key && line.allows(namespace, at);
        self.lines.iter().find(fits).map(|line| line.principals.as_str())
    }

    /// The principals of a certificate that the first fitting authority speaks for.
    pub(super) fn of_certificate(&self, certificate: &Certificate, namespace: &str, at: i64) -> Option<String> {
        let authorities = self.lines.iter().filter(|line| {
            line.options.is_authority && line.key == certificate.authority && line.allows(namespace, at)
        });
        let mut named = authorities.filter_map(|line| {
            certificate.principals.iter().find(|principal| matches(&line.principals, principal)).cloned()
        });
        named.next()
    }
}

impl Line {
    fn allows(&self, namespace: &str, at: i64) -> bool {
        self.options.namespaces.as_ref().is_none_or(|patterns| matches(patterns, namespace))
            && self.options.valid_after.is_none_or(|after| at >= after)
            && self.options.valid_before.is_none_or(|before| at <= before)
    }
}

fn read(text: &str) -> Result<Line, String> {
    let (principals, rest) = word(text).ok_or("there is nothing but principals")?;
    let (options, key) = match PublicKey::from_openssh(rest) {
        Ok(key) => (Options::default(), key),
        Err(_) => {
            let end = end_of_options(rest);
            let key = PublicKey::from_openssh(rest[end..].trim_start())
                .map_err(|_| "no key of a known kind stands behind the principals".to_owned())?;
            (options(&rest[..end])?, key)
        }
    };
    Ok(Line { principals: principals.to_owned(), options, key: key.key_data().clone() })
}

/// The first word, which may stand in quotes, and what is behind it.
fn word(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => text.split_once([' ', '\t'])?,
    };
    Some((word, rest.trim_start()))
}

/// Options end at the first space outside of quotes.
fn end_of_options(text: &str) -> usize {
    let mut in_quotes = false;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !is_escaped => in_quotes = !in_quotes,
            ' ' | '\t' if !in_quotes => return at,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    text.len()
}

fn options(mut text: &str) -> Result<Options, String> {
    let mut options = Options::default();
    while !text.is_empty() {
        let name_end = text.find(['=', ',']).unwrap_or(text.len());
        let name = text[..name_end].to_ascii_lowercase();
        let rest = &text[name_end..];
        let (value, rest) = match rest.strip_prefix("=\"") {
            Some(quoted) => {
                let (value, rest) = quoted.split_once('"').ok_or("a quote is never closed")?;
                (Some(value), rest)
            }
            None if rest.starts_with('=') => return Err(format!("the value of `{name}` is not in quotes")),
            None => (None, rest),
        };
        let is_first = match (name.as_str(), value) {
            ("cert-authority", None) => !std::mem::replace(&mut options.is_authority, true),
            ("namespaces", Some(value)) => options.namespaces.replace(value.to_owned()).is_none(),
            ("valid-after", Some(value)) => options.valid_after.replace(time(value)?).is_none(),
            ("valid-before", Some(value)) => options.valid_before.replace(time(value)?).is_none(),
            _ => return Err(format!("`{name}` is no option of this file")),
        };
        if !is_first {
            return Err(format!("`{name}` is given twice"));
        }
        text = match rest.strip_prefix(',') {
            Some("") => return Err("the options end in a comma".into()),
            Some(more) => more,
            None if rest.is_empty() => rest,
            None => return Err(format!("`{name}` is followed by `{rest}`")),
        };
    }
    match (options.valid_after, options.valid_before) {
        (Some(after), Some(before)) if before < after => Err("it ends before it begins".into()),
        _ => Ok(options),
    }
}

/// `YYYYMMDD[HHMM[SS]]`, in the machine's time zone unless a `Z` follows.
fn time(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time: write YYYYMMDD or YYYYMMDDHHMM[SS], with a Z for UTC");
    let upper = text.to_ascii_uppercase();
    let digits = upper.strip_suffix('Z').or_else(|| upper.strip_suffix("UTC"));
    let (digits, zone) = match digits {
        Some(digits) => (digits, TimeZone::UTC),
        None => (upper.as_str(), TimeZone::system()),
    };
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let full = format!("{digits:0<14}");
    let local = DateTime::strptime("%Y%m%d%H%M%S", &full).map_err(|_| wrong())?;
    let zoned = local.to_zoned(zone).map_err(|_| wrong())?;
    Ok(Timestamp::from(zoned).as_second())
}

/// Whether a list of patterns takes in a text: `*` and `?` as in a shell, and a pattern after `!` that fits refuses.
fn matches(patterns: &str, text: &str) -> bool {
    let mut found = false;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(refused) if fits(refused, text) => return false,
            Some(_) => {}
            None => found |= fits(pattern, text),
        }
    }
    found
}

/// Linear in the text for each `*`: the last one that was met takes up what doesn't fit.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p).is_some_and(|byte| *byte == b'?' || *byte == text[t]) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            (p, t) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    fn signers(line: &str) -> Result<AllowedSigners, Unclear> {
        AllowedSigners::parse(line.as_bytes())
    }

    fn principals(line: &str, namespace: &str, at: i64) -> Option<String> {
        let key = PublicKey::from_openssh(KEY).unwrap();
        signers(line).unwrap().of_key(key.key_data(), namespace, at).map(ToOwned::to_owned)
    }

    #[test]
    fn lines_are_read_with_and_without_options() {
        for line in [
            format!("ada@example.org {KEY}"),
            format!("# who\n\n  ada@example.org\t{KEY} a comment\n"),
            format!("\"ada@example.org\" {KEY}"),
            format!("ada@example.org namespaces=\"git,agentgate\" {KEY}"),
            format!("ada@example.org NAMESPACES=\"agent*\",valid-after=\"20200101Z\",valid-before=\"20300101Z\" {KEY}"),
        ] {
            assert_eq!(principals(&line, "agentgate", 1_700_000_000).as_deref(), Some("ada@example.org"), "{line}");
        }
    }

    #[test]
    fn what_a_line_does_not_allow() {
        for (options, at) in [
            ("namespaces=\"git\" ", 1_700_000_000),
            ("namespaces=\"*,!agentgate\" ", 1_700_000_000),
            ("valid-after=\"20250101Z\" ", 1_700_000_000),
            ("valid-before=\"202001010000Z\" ", 1_700_000_000),
            ("cert-authority ", 1_700_000_000),
        ] {
            assert_eq!(principals(&format!("ada {options}{KEY}"), "agentgate", at), None, "{options}");
        }
        let other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4xRKZ3dpkTKGzB1kPDRBdEbK9UPrT/ANE5ZuBRbQWI";
        assert_eq!(principals(&format!("ada {other}"), "agentgate", 0), None);
    }

    #[test]
    fn what_can_not_be_followed_is_said_with_its_line() {
        for (line, why) in [
            (format!("ada {KEY}\nada"), "nothing but principals"),
            (format!("\nada unknown-option {KEY}"), "no option"),
            (format!("\nada namespaces=git {KEY}"), "not in quotes"),
            (format!("\nada valid-after=\"soon\" {KEY}"), "no time"),
            (format!("\nada valid-after=\"20251301Z\" {KEY}"), "no time"),
            (format!("\nada valid-after=\"20250101\",valid-before=\"20240101\" {KEY}"), "ends before"),
            (format!("\nada cert-authority,cert-authority {KEY}"), "twice"),
            ("\nada ssh-ed25519 AAAA".to_owned(), "no key"),
        ] {
            let error = signers(&line).expect_err(&line);
            assert!(error.line == 2 && error.why.contains(why), "{line}: {error}");
        }
    }

    #[test]
    fn patterns_are_those_of_a_shell() {
        for (patterns, text, expected) in [
            ("*", "", true),
            ("a?c", "abc", true),
            ("*@example.org", "ada@example.org", true),
            ("*@example.org,!eve@*", "eve@example.org", false),
            ("!eve@*", "ada@example.org", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("Ada", "ada", false),
        ] {
            assert_eq!(matches(patterns, text), expected, "{patterns} {text}");
        }
    }
}
