//! What git tells the hooks of a server: pre-receive on standard input, `<old object> <new object> <ref>` a line; update by
//! its arguments. See githooks(5).

use super::push::{Malformed, object};

/// One reference that a push would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub name: String,
    /// `None`: the reference is new.
    pub old: Option<String>,
    /// `None`: the reference is deleted.
    pub new: Option<String>,
}

impl Received {
    /// The branch's or tag's short name.
    pub fn short_name(&self) -> &str {
        let name = &self.name;
        ["refs/heads/", "refs/tags/"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
    }

    pub fn is_branch(&self) -> bool {
        self.name.starts_with("refs/heads/")
    }
}

/// Reads the lines of pre-receive; a last line without its newline counts.
///
/// # Errors
/// On the first line that isn't in the protocol. Reading on would mean accepting something unjudged.
pub fn parse(input: &[u8]) -> Result<Vec<Received>, Malformed> {
    let lines = input.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
    lines
        .map(|(index, line)| {
            let text = String::from_utf8_lossy(line).into_owned();
            let mut words = text.splitn(3, ' ');
            let (old, new, name) = (words.next(), words.next(), words.next());
            let read = old.zip(new).zip(name).and_then(|((old, new), name)| received(name, old, new));
            read.ok_or_else(|| Malformed::new(index + 1, &text, "<old id> <new id> <ref>"))
        })
        .collect()
}

/// Reads the arguments of update.
///
/// # Errors
/// When they are not in the protocol.
pub fn of_words(name: &str, old: &str, new: &str) -> Result<Received, Malformed> {
    let text = format!("{name} {old} {new}");
    received(name, old, new).ok_or_else(|| Malformed::new(1, &text, "<ref> <old id> <new id>"))
}

fn received(name: &str, old: &str, new: &str) -> Option<Received> {
    let is_name = name.starts_with("refs/") && !name.contains(char::is_whitespace);
    is_name.then_some(Received { name: name.to_owned(), old: object(old)?, new: object(new)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "18e81f18d04d6cba8e68b5a5f1f5bdd4a98ff2ba";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn new_changed_and_deleted() {
        let input = format!("{ZERO} {ID} refs/heads/a\n{ID} {ID} refs/heads/b\n{ID} {ZERO} refs/tags/v1");
        let read = parse(input.as_bytes()).unwrap();
        let seen: Vec<_> = read.iter().map(|r| (r.short_name(), r.old.is_some(), r.new.is_some())).collect();
        assert_eq!(seen, [("a", false, true), ("b", true, true), ("v1", true, false)]);
        assert_eq!(of_words("refs/heads/a", ZERO, ID).unwrap(), read[0]);
    }

    #[test]
    fn what_is_not_the_protocol_is_refused() {
        assert!(parse(format!("{ID} refs/heads/a\n").as_bytes()).is_err());
        assert!(parse(format!("{ID} {ID} heads/a\n").as_bytes()).is_err());
        assert!(of_words("refs/heads/a", "0", ID).is_err());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(input: Vec<u8>) {
            let _ = parse(&input);
        }
    }
}
