//! Output and command lines without what looks like a secret or is about a person.

use crate::facts::{personal, secrets};

/// Values shorter than that are words, not secrets.
const SHORTEST: usize = 8;
/// Longer lines are cut.
const LONGEST: usize = 400;

/// Lines as they may be stored; `hidden` are values that must not be in them, whatever they look like.
pub fn lines(lines: &[String], hidden: &[String]) -> Vec<String> {
    let mut redactor = secrets::Redactor::default();
    redactor.learn(&lines.join("\n"));
    lines.iter().map(|line| shown(line, &redactor, hidden)).collect()
}

fn shown(line: &str, redactor: &secrets::Redactor, hidden: &[String]) -> String {
    let mut line = line.replace(['\n', '\r'], " ");
    for value in hidden {
        line = line.replace(value.as_str(), MASK);
    }
    let line = redactor.redact(&line);
    let line = personal::redact(&line);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", &line[..end]),
        None => line.into_owned(),
    }
}

/// What stands for the value of a secret variable.
const MASK: &str = "***";

/// The values of variables whose names say that they are secret.
pub fn secret_values(variables: impl Iterator<Item = (String, String)>) -> Vec<String> {
    const NAMES: [&str; 7] = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "PRIVATE_KEY", "API_KEY"];
    let is_secret = |name: &str| {
        let name = name.to_uppercase();
        NAMES.iter().any(|part| name.contains(part)) || name.ends_with("_KEY")
    };
    let mut values: Vec<String> =
        variables.filter(|(name, value)| is_secret(name) && value.len() >= SHORTEST).map(|(_, value)| value).collect();
    // The longer one first, where one holds another.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str, hidden: &[&str]) -> String {
        let all: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
        let hidden: Vec<String> = hidden.iter().map(|value| (*value).to_owned()).collect();
        lines(&all, &hidden).join("\n")
    }

    #[test]
    fn ordinary_output_stays() {
        let text = "running 3 tests\ntest a ... ok\nassertion failed: left == right";
        assert_eq!(redacted(text, &[]), text);
    }

    #[test]
    fn secrets_people_and_keys_do_not() {
        let key = format!(
            "-----BEGIN OPENSSH {} KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\nQyNTUxOQAAACB\n-----END OPENSSH {0} KEY-----\nafter",
            "PRIVATE"
        );
        let shown = redacted(&key, &[]);
        // Of every long secret the first four characters stay, to be recognised by.
        assert!(!shown.contains("b3Blb") && !shown.contains("QyNT") && shown.ends_with("after"), "{shown}");
        let shown = redacted("sent hunter2hunter2 to the server", &["hunter2hunter2"]);
        assert!(!shown.contains("hunter2hunter2"), "{shown}");
        let shown = redacted("postgres://app:Zx9Kq2Lm7Pw4@db.internal.corp/x", &[]);
        assert!(!shown.contains("Zx9Kq2Lm7Pw4"), "{shown}");
    }

    #[test]
    fn names_of_variables_tell() {
        let variables = [
            ("GITHUB_TOKEN", "abcdefghij"),
            ("HOME", "/home/agent"),
            ("DB_PASSWORD", "short"),
            ("A_KEY", "0123456789"),
        ];
        let values = secret_values(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(values, ["abcdefghij", "0123456789"]);
    }
}
