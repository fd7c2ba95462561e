//! Data of people in text: mail addresses, account and card numbers, national identifiers.
//!
//! Numbers count only with a valid check digit, and where a word beside them says what they are.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::pattern;

/// Something that seems to be about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Personal {
    Mail,
    Phone,
    Account,
    Card,
    NationalId,
}

impl Personal {
    pub fn noun(self) -> &'static str {
        match self {
            Self::Mail => "mail address",
            Self::Phone => "phone number",
            Self::Account => "bank account",
            Self::Card => "card number",
            Self::NationalId => "national identifier",
        }
    }
}

/// What stands on a line.
pub fn find(line: &str) -> Vec<Personal> {
    places(line).into_iter().map(|(kind, _)| kind).collect()
}

/// The text with data of people replaced by what it is.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        found.extend(places(line).into_iter().map(|(kind, at)| (start + at.start..start + at.end, kind)));
        start += line.len();
    }
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (range, kind) in found {
        if range.start >= done {
            out.push_str(&text[done..range.start]);
            out.push_str(&format!("…({})", kind.noun()));
            done = range.end;
        }
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

fn places(line: &str) -> Vec<(Personal, Range<usize>)> {
    if line.len() > 20_000 {
        return Vec::new();
    }
    let mut found = Vec::new();
    if line.contains('@') {
        let hits = MAIL.iter().flat_map(|pattern| pattern.captures_iter(line));
        let real = hits.filter(|hit| is_person(hit.get(1).map_or("", |it| it.as_str())));
        found.extend(real.filter_map(|hit| Some((Personal::Mail, hit.get(0)?.range()))));
    }
    if line.bytes().filter(u8::is_ascii_digit).count() < 8 {
        return found;
    }
    let lower = line.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let mut add = |kind, pattern: &LazyLock<Option<Regex>>, is: fn(&str) -> bool| {
        let hits = pattern.iter().flat_map(|pattern| pattern.find_iter(line)).filter(|hit| is(hit.as_str()));
        found.extend(hits.map(|hit| (kind, hit.range())));
    };
    add(Personal::Account, &IBAN, is_iban);
    if says(&["card", "visa", "mastercard", "amex", "credit"]) {
        add(Personal::Card, &CARD, is_card);
    }
    if says(&["phone", "mobile", "tel", "fax"]) {
        add(Personal::Phone, &PHONE, is_phone);
    }
    if says(&["ssn", "social_security", "social security"]) {
        add(Personal::NationalId, &SSN, is_ssn);
    }
    if says(&["cpf"]) {
        add(Personal::NationalId, &CPF, is_cpf);
    }
    if says(&["dni", "nif"]) {
        add(Personal::NationalId, &DNI, is_dni);
    }
    found
}

fn lazy(pattern: &str) -> Option<Regex> {
    pattern::compile(pattern).ok()
}

/// Addresses at the services where people have theirs; a company's are made up in every second test.
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    lazy(
        r"(?i)\b([a-z0-9][a-z0-9._%+-]{2,40})@(?:gmail|googlemail|yahoo|ymail|outlook|hotmail|live|msn|icloud|me|aol|gmx|web|mail|yandex|proton|protonmail|qq|163|126|naver|free|orange|laposte|libero|t-online)\.(?:com|de|fr|it|ru|net|me|co\.uk|ch|at|es)\b",
    )
});
static IBAN: LazyLock<Option<Regex>> =
    LazyLock::new(|| lazy(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"));
static CARD: LazyLock<Option<Regex>> =
    LazyLock::new(|| lazy(r"\b[3-6]\d{3}[ -]?\d{4,6}[ -]?\d{4,5}(?:[ -]?\d{1,4})?\b"));
static PHONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| lazy(r"\+[1-9]\d{0,2}[ .-]?\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){2,4}\b"));
static SSN: LazyLock<Option<Regex>> = LazyLock::new(|| lazy(r"\b\d{3}-\d{2}-\d{4}\b"));
static CPF: LazyLock<Option<Regex>> = LazyLock::new(|| lazy(r"\b\d{3}\.?\d{3}\.?\d{3}-?\d{2}\b"));
static DNI: LazyLock<Option<Regex>> = LazyLock::new(|| lazy(r"\b\d{8}-?[A-HJ-NP-TV-Z]\b"));

/// Names that nobody is called.
const NOBODY: &[&str] = &[
    "test", "user", "foo", "bar", "baz", "example", "admin", "john", "jane", "doe", "demo", "sample", "someone",
    "your", "name", "email", "mail", "abc", "xyz", "fake", "dummy", "noreply", "no-reply", "alice", "bob", "me",
    "info", "hello", "random", "spam", "joe", "mary",
];

fn is_person(local: &str) -> bool {
    let lower = local.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let mut words = words.peekable();
    words.peek().is_some() && !words.any(|word| NOBODY.iter().any(|nobody| word.starts_with(nobody)))
}

fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// Whether the digits are one made-up figure: all alike, or counted up.
fn is_invented(digits: &[u32]) -> bool {
    let same = digits.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let counted = digits.windows(2).filter(|pair| pair[1] == (pair[0] + 1) % 10).count();
    same * 2 > digits.len() || counted * 2 > digits.len()
}

/// Accounts of the standard's own examples.
const EXAMPLE_ACCOUNTS: &[&str] = &[
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
    "GB82WEST12345698765432",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
];

fn is_iban(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !(15..=34).contains(&plain.len()) || EXAMPLE_ACCOUNTS.contains(&plain.as_str()) || is_invented(&digits(&plain)) {
        return false;
    }
    let (head, tail) = plain.split_at(4);
    let rest = format!("{tail}{head}").chars().try_fold(0u32, |rest, c| {
        let value = c.to_digit(36)?;
        Some(if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 })
    });
    rest == Some(1)
}

/// Numbers that payment services publish for testing.
const TEST_CARDS: &[&str] = &[
    "4242424242424242",
    "4111111111111111",
    "4012888888881881",
    "4000056655665556",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "378282246310005",
    "371449635398431",
    "6011111111111117",
    "6011000990139424",
    "3056930009020004",
    "36227206271667",
    "3566002020360505",
    "4000000000000002",
    "4000000000009995",
    "30569309025904",
    "38520000023237",
    "5200828282828210",
];

fn is_card(text: &str) -> bool {
    let digits = digits(text);
    let plain: String = digits.iter().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let doubled = digit * (1 + (at as u32 % 2));
            doubled / 10 + doubled % 10
        })
        .sum();
    (13..=19).contains(&digits.len())
        && sum.is_multiple_of(10)
        && !TEST_CARDS.contains(&plain.as_str())
        && !is_invented(&digits)
        && !plain.contains("0000")
}

fn is_phone(text: &str) -> bool {
    let digits = digits(text);
    let plain: String = digits.iter().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    // Numbers that regulators keep for stories.
    let is_reserved =
        plain.contains("555") || plain.starts_with("447700900") || plain.starts_with("4930") || plain.contains("0000");
    (10..=15).contains(&digits.len()) && !is_reserved && !is_invented(&digits)
}

fn is_ssn(text: &str) -> bool {
    let digits = digits(text);
    let area = digits.iter().take(3).fold(0, |sum, digit| sum * 10 + digit);
    let is_group = digits.get(3..5).is_some_and(|group| group != [0, 0]);
    (1..900).contains(&area)
        && area != 666
        && is_group
        && !is_invented(&digits)
        && !matches!(text, "123-45-6789" | "078-05-1120" | "219-09-9999")
}

fn is_cpf(text: &str) -> bool {
    let digits = digits(text);
    let check = |count: usize| {
        let sum: u32 = digits.iter().take(count).enumerate().map(|(at, digit)| digit * (count + 1 - at) as u32).sum();
        (sum * 10 % 11) % 10
    };
    digits.len() == 11
        && digits.get(9) == Some(&check(9))
        && digits.get(10) == Some(&check(10))
        && !is_invented(&digits)
}

fn is_dni(text: &str) -> bool {
    let number = digits(text).iter().fold(0u32, |sum, digit| sum.wrapping_mul(10).wrapping_add(*digit));
    let letter = "TRWAGMYFPDXBNJZSQVHLCKE".chars().nth((number % 23) as usize);
    text.chars().last() == letter && !matches!(number, 12_345_678 | 0) && !is_invented(&digits(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people() {
        for (line, expected) in [
            ("\"email\": \"katharina.wiesner87@gmail.com\"", Personal::Mail),
            ("iban: DE02120300000000202051", Personal::Account),
            ("card = 4539 1488 0343 6467", Personal::Card),
            ("phone: +49 171 8392746", Personal::Phone),
            ("ssn: 536-22-8714", Personal::NationalId),
            ("cpf: 529.982.247-25", Personal::NationalId),
        ] {
            assert_eq!(find(line), [expected], "{line}");
        }
    }

    #[test]
    fn people_are_taken_out_of_text() {
        assert_eq!(
            redact("a\nmail: katharina.wiesner87@gmail.com, iban: DE02120300000000202051\nb"),
            "a\nmail: …(mail address), iban: …(bank account)\nb"
        );
        assert!(matches!(redact("mail: test.user@gmail.com, 2024-01-02T03:04:05"), Cow::Borrowed(_)));
    }

    #[test]
    fn nobody() {
        for line in [
            "email: test.user@gmail.com",
            "john.doe@gmail.com and jane@yahoo.com",
            "info@company.com",
            "iban: DE89370400440532013000",
            "iban: DE02120300000000202052",
            "card: 4242 4242 4242 4242",
            "id: 4539148803436467",
            "phone: +1 202 555 0143",
            "ssn: 123-45-6789",
            "cpf: 111.111.111-11",
            "2024-01-02T03:04:05.678901234Z",
        ] {
            assert!(find(line).is_empty(), "{line}: {:?}", find(line));
        }
    }
}
