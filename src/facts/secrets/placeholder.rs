//! What stands where a secret would, and is none.

use std::collections::HashMap;

/// Words of whoever writes an example.
const WORDS: &[&str] = &[
    "example",
    "placeholder",
    "dummy",
    "fake",
    "sample",
    "changeme",
    "change_me",
    "change-me",
    "your",
    "xxxx",
    "redacted",
    "insert",
    "replace",
    "secret_here",
    "todo",
    "notreal",
    "not_real",
    "not-real",
    "invalid",
    "foobar",
    "deadbeef",
    "testtest",
    "test_token",
    "test-token",
    "testtoken",
    "mytoken",
    "my_token",
    "my-token",
    "abcdefg",
    "abcd1234",
    "0123456",
    "1234567",
    "7654321",
    "abc123",
    "aaaaaa",
    "000000",
    "111111",
    "......",
    "******",
    "qwerty",
];

fn has_word(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// Whether a token in an issuer's form was made up.
pub(super) fn is_token(value: &str) -> bool {
    has_word(value) || entropy(value) < 2.8 || has_run(value, 5)
}

/// Whether one character is repeated, or characters follow their order.
fn has_run(value: &str, length: usize) -> bool {
    let bytes = value.as_bytes();
    bytes.windows(length).any(|window| {
        let step = i16::from(window[1]) - i16::from(window[0]);
        (-1..=1).contains(&step) && window.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step)
    })
}

/// Passwords of local databases and of manuals.
const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "root",
    "admin",
    "postgres",
    "mysql",
    "mongo",
    "redis",
    "guest",
    "user",
    "test",
    "testing",
    "token",
    "pw",
    "hunter2",
    "letmein",
    "default",
    "demo",
    "dev",
    "development",
    "local",
    "rabbitmq",
    "app",
    "key",
];

/// Whether a password in an address is a placeholder, a reference, or what everybody's local database has.
pub(super) fn is_password(password: &str, user: &str) -> bool {
    let lower = password.to_ascii_lowercase();
    lower == user.to_ascii_lowercase()
        || is_reference(password)
        || has_word(password)
        || PASSWORDS
            .iter()
            .any(|known| lower.trim_end_matches(|c: char| c.is_ascii_digit() || "!_-".contains(c)) == *known)
        || PASSWORDS
            .iter()
            .any(|known| lower.ends_with(&format!("_{known}")) || lower.starts_with(&format!("{known}_")))
        || password.len() < 8
        || entropy(password) < 2.5
        || password.chars().all(|c| c == '*' || c == '.' || c.is_uppercase() || c == '_')
}

/// Hosts that only this machine, or nobody, answers to.
pub(super) fn is_local(host: &str) -> bool {
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).trim_matches(['[', ']']).to_ascii_lowercase();
    let reserved = [
        ".example",
        ".test",
        ".invalid",
        ".localhost",
        ".local",
        ".internal",
        "example.com",
        "example.org",
        "example.net",
    ];
    // A name without a dot is a container's or a variable.
    !host.contains('.')
        || host.starts_with("127.")
        || host.starts_with("0.0.")
        || host.starts_with("10.")
        || host.starts_with("192.168.")
        || reserved.iter().any(|end| host.ends_with(end))
}

/// Whether a value names where the secret is kept.
pub(super) fn is_reference(value: &str) -> bool {
    let marks = [
        "${",
        "$(",
        "{{",
        "<%",
        "#{",
        "%(",
        "process.env",
        "os.environ",
        "getenv",
        "ENV[",
        "secrets.",
        "vault:",
        "op://",
        "arn:",
        "ref+",
    ];
    value.starts_with(['$', '<', '%', '{', '[', '@', '&'])
        || value.ends_with(['}', '>', ')'])
        || marks.iter().any(|mark| value.contains(mark))
}

/// Whether a value assigned to a telling name is none.
pub(super) fn is_value(value: &str) -> bool {
    is_reference(value) || has_word(value) || has_run(value, 5) || is_wordy(value)
}

/// Words, paths, addresses, names of things: what people read.
fn is_wordy(value: &str) -> bool {
    if value.contains([' ', '/', '\\', '(', ',', ';']) && !is_base64(value) {
        return true;
    }
    let words: Vec<&str> = value.split(['-', '_', '.', ':', '/']).filter(|word| !word.is_empty()).collect();
    let plain = words
        .iter()
        .filter(|word| word.chars().all(|c| c.is_ascii_lowercase()) || word.chars().all(|c| c.is_ascii_uppercase()));
    words.len() > 1 && plain.count() * 2 >= words.len()
}

fn is_base64(value: &str) -> bool {
    let body = value.trim_end_matches('=');
    value.len().is_multiple_of(4)
        && body.chars().all(|c| c.is_ascii_alphanumeric() || "+/".contains(c))
        && body.contains(|c: char| c.is_ascii_digit())
}

/// Bits a character: how evenly characters are spread.
pub(super) fn entropy(value: &str) -> f64 {
    let mut counts: HashMap<char, f64> = HashMap::new();
    for c in value.chars() {
        *counts.entry(c).or_default() += 1.0;
    }
    let total = value.chars().count() as f64;
    counts.values().map(|count| -(count / total) * (count / total).log2()).sum()
}
