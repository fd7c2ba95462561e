//! Waivers: findings that someone who owns the base has excused there, each with reason, owner and an end.
//!
//! A waiver holds for one finding and its content: the finding's id where that says it all, else also the content it is
//! about. Read from the base side, so that no branch excuses itself.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use toml::Spanned;

use super::{Finding, Judgement, Subject};
use crate::change::ChangeSet;
use crate::policy::{Origin, PolicyError, Problem, Reader, Text, nearest};
use crate::rules;

/// Where a repository keeps its waivers, on the base side.
pub const FILE: &str = ".agentgate/waivers.toml";
/// How long a finding's id is.
const ID: usize = 12;
/// Larger files are refused unread.
const MAX_BYTES: usize = 1024 * 1024;

/// All waivers of the base side, and the day on which they are looked at.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    list: Vec<Waiver>,
    /// Said on the CI service of the commit that is judged; they end with it.
    granted: Vec<Waiver>,
    today: String,
}

/// What an account said on the CI service of the commit that is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub login: String,
    pub text: String,
    /// Where to read it.
    pub place: String,
}

/// One excused finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The finding's id.
    pub finding: String,
    pub rule: String,
    /// Absent for a finding about the branch as a whole.
    pub path: Option<String>,
    /// What the finding is about, where its id doesn't hold that.
    pub content: Option<String>,
    pub reason: String,
    pub owner: String,
    /// The last day on which it holds, `2026-12-31`.
    pub expires: String,
    pub origin: Origin,
}

/// What the waivers say to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer<'a> {
    Waived(&'a Waiver),
    Expired(&'a Waiver),
    /// One of the same rule and path, for other content.
    OtherContent(&'a Waiver),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u64>,
    #[serde(default)]
    waiver: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    finding: Spanned<String>,
    rule: Spanned<String>,
    path: Option<String>,
    content: Option<String>,
    reason: Spanned<String>,
    owner: Spanned<String>,
    expires: Spanned<toml::Value>,
}

impl Waivers {
    /// The waivers of the base side; none where there is no file.
    ///
    /// # Errors
    /// When there is a file and it can't be read or followed.
    pub fn read(base: Reader<'_>, today: String) -> Result<Self, PolicyError> {
        match base(FILE) {
            Ok(None) => Ok(Self { today, ..Self::default() }),
            Ok(Some(bytes)) => Self::parse(FILE, &bytes, today),
            Err(error) => Err(PolicyError::unreadable(FILE, &error.to_string())),
        }
    }

    /// Waivers from the text of a file.
    ///
    /// # Errors
    /// With everything that can't be followed in it.
    pub fn parse(name: &str, bytes: &[u8], today: String) -> Result<Self, PolicyError> {
        let refuse = |text: &Arc<Text>, span, message: String, fix: &str| {
            PolicyError::new(vec![Problem::new(text, span, message).fix(fix)])
        };
        let empty = Arc::new(Text::new(name, String::new()));
        if bytes.len() > MAX_BYTES {
            let message = format!("waivers of {} bytes; the limit is {MAX_BYTES}", bytes.len());
            return Err(refuse(&empty, 0..0, message, "take out those that have expired"));
        }
        let Ok(source) = std::str::from_utf8(bytes) else {
            return Err(refuse(&empty, 0..0, "the file is not UTF-8".into(), "save it as UTF-8"));
        };
        let text = Arc::new(Text::new(name, source.to_owned()));
        let file: File = toml::from_str(source).map_err(|error| {
            let fix = "each [[waiver]] has finding, rule, reason, owner, expires, and path and content where the finding has them";
            refuse(&text, error.span().unwrap_or(0..0), error.message().to_owned(), fix)
        })?;
        let mut problems = Vec::new();
        if *file.version.get_ref() != 1 {
            problems
                .push(Problem::new(&text, file.version.span(), "not a version of waivers").fix("write `version = 1`"));
        }
        let list = file.waiver.into_iter().map(|entry| waiver(&text, name, entry, &mut problems)).collect();
        if problems.is_empty() { Ok(Self { list, today, ..Self::default() }) } else { Err(PolicyError::new(problems)) }
    }

    /// With what someone who may has said on the CI service: `agentgate waive 3f9c2a1b7d04: reason` on a line.
    #[must_use]
    pub fn with_said(mut self, said: &[Said]) -> Self {
        for said in said {
            let granted = said.text.lines().filter_map(granted);
            self.granted.extend(granted.map(|(finding, reason)| Waiver {
                finding,
                rule: String::new(),
                path: None,
                content: None,
                reason,
                owner: said.login.clone(),
                expires: self.today.clone(),
                origin: Origin { path: said.place.clone(), line: 1 },
            }));
        }
        self
    }

    pub fn iter(&self) -> impl Iterator<Item = &Waiver> {
        self.list.iter()
    }

    pub fn is_expired(&self, waiver: &Waiver) -> bool {
        waiver.expires < self.today
    }

    /// Those that have ended, and those about files of the change that excused nothing in it: what nobody needs any more.
    pub fn idle<'a>(&'a self, judgements: &'a [Judgement], change: &'a ChangeSet) -> impl Iterator<Item = &'a Waiver> {
        let is_used = |waiver: &Waiver| {
            judgements.iter().any(|it| it.waiver.as_ref().is_some_and(|used| used.origin == waiver.origin))
        };
        let is_near = |waiver: &Waiver| {
            let touches =
                |path: &str| change.files.iter().any(|file| file.touched().any(|(_, it)| it.to_text() == path));
            waiver.path.as_deref().is_some_and(touches)
        };
        self.list.iter().filter(move |waiver| self.is_expired(waiver) || is_near(waiver) && !is_used(waiver))
    }

    /// What there is on a finding: the best answer of all waivers.
    pub(super) fn on(&self, finding: &Finding, id: &str, content: Option<&str>) -> Option<Answer<'_>> {
        if let Some(granted) = self.granted.iter().find(|waiver| waiver.finding == id) {
            return Some(Answer::Waived(granted));
        }
        let path = finding.place.as_ref().map(|place| place.path.to_text());
        let about = |waiver: &&Waiver| waiver.rule == finding.rule && waiver.path == path;
        let fits = |waiver: &&Waiver| waiver.finding == id && waiver.content.as_deref() == content;
        let mut fitting = self.list.iter().filter(about).filter(fits);
        if let Some(waiver) = fitting.clone().find(|waiver| !self.is_expired(waiver)) {
            return Some(Answer::Waived(waiver));
        }
        let expired = fitting.next().map(Answer::Expired);
        expired.or_else(|| self.list.iter().find(about).map(Answer::OtherContent))
    }
}

/// The finding that a line excuses, and why; a reason there must be.
fn granted(line: &str) -> Option<(String, String)> {
    let rest = line.trim().strip_prefix("agentgate waive ")?.trim_start();
    let (id, reason) = rest.split_at_checked(ID)?;
    let reason = reason.trim_start_matches([':', ' ', '\t']).trim();
    let is_id = id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    (is_id && !reason.is_empty()).then(|| (id.to_owned(), reason.to_owned()))
}

fn waiver(text: &Arc<Text>, name: &str, entry: Spanned<Entry>, problems: &mut Vec<Problem>) -> Waiver {
    let line = text.line(entry.span().start);
    let Entry { finding, rule, path, content, reason, owner, expires } = entry.into_inner();
    let mut problem = |span, message: String, fix: String| problems.push(Problem::new(text, span, message).fix(fix));
    let id = finding.get_ref();
    if id.len() != ID || !id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
        let message = format!("`{id}` is no finding's id");
        problem(finding.span(), message, "twelve digits of `agentgate explain`, in small letters".into());
    }
    if rules::find(rule.get_ref()).is_none() {
        let near = nearest(rule.get_ref(), rules::ALL.iter().map(|rule| rule.name));
        let fix = near.map_or("`agentgate rules` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
        problem(rule.span(), format!("there is no rule `{}`", rule.get_ref()), fix);
    }
    for (what, value) in [("reason", &reason), ("owner", &owner)] {
        if value.get_ref().trim().is_empty() {
            problem(value.span(), format!("a waiver without {what}"), format!("say the {what}"));
        }
    }
    let date = match expires.get_ref() {
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::String(date) => date.clone(),
        other => other.to_string(),
    };
    if !is_date(&date) {
        problem(expires.span(), format!("`{date}` is no day"), "write a date: expires = 2026-12-31".into());
    }
    Waiver {
        finding: finding.into_inner(),
        rule: rule.into_inner(),
        path,
        content,
        reason: reason.into_inner(),
        owner: owner.into_inner(),
        expires: date,
        origin: Origin { path: name.to_owned(), line },
    }
}

/// What a waiver must name besides the id, where the finding shows no text that the id would be made of: the file as it is
/// now, or the branch.
pub(super) fn content(finding: &Finding, change: &ChangeSet, subject: &Subject) -> Option<String> {
    if finding.before.is_some() || finding.after.is_some() {
        return None;
    }
    let Some(place) = &finding.place else {
        return Some(format!("branch {}", subject.branch.as_deref().unwrap_or("without a name")));
    };
    let touches = |path: &crate::RepoPath| *path == place.path;
    let file = change.files.iter().find(|file| file.touched().any(|(_, path)| touches(path)));
    let head = file.and_then(|file| file.head.as_ref());
    Some(head.map_or_else(|| "deleted".to_owned(), |entry| format!("blob {}", entry.id)))
}

/// `2026-12-31`, and nothing that looks like it: such dates compare as they read.
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok());
    let is_digit = |at: usize| bytes[at].is_ascii_digit();
    bytes.len() == 10
        && (0..10).all(|at| if at == 4 || at == 7 { bytes[at] == b'-' } else { is_digit(at) })
        && number(5..7).is_some_and(|month| (1..=12).contains(&month))
        && number(8..10).is_some_and(|day| (1..=31).contains(&day))
}

/// The day, by the machine's clock, in UTC.
pub fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date(seconds / (24 * 60 * 60))
}

/// The date that many days after 1970-01-01, counted in eras of 400 years that begin in March.
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + u64::from(month <= 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        let expected = [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_454, "2026-01-01"), (20_818, "2026-12-31")];
        for (days, text) in expected {
            assert_eq!(date(days), text);
            assert!(is_date(text));
        }
        for text in ["2026-13-01", "2026-1-1", "2026-12-31T00:00:00Z", "never", "", "2026-00-10", "\u{e4}026-01-0"] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn all_that_can_not_be_followed_is_said() {
        let text = "version = 2\n\n[[waiver]]\nfinding = \"xyz\"\nrule = \"skiped-test\"\nreason = \" \"\nowner = \"a\"\nexpires = \"soon\"\n";
        let error = Waivers::parse(FILE, text.as_bytes(), today()).expect_err("problems").render(false);
        for expected in ["version = 1", "waivers.toml:4", "did you mean `skipped-test`", "say the reason", "is no day"]
        {
            assert!(error.contains(expected), "{expected}:\n{error}");
        }
        let missing = "version = 1\n[[waiver]]\nfinding = \"000000000000\"\nrule = \"skipped-test\"\nreason = \"r\"\nowner = \"o\"\n";
        let error = Waivers::parse(FILE, missing.as_bytes(), today()).expect_err("no end").render(false);
        assert!(error.contains("expires"), "{error}");
    }
}
