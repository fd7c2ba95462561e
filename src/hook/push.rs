//! What git tells a pre-push hook on standard input: one line for every reference the push would change.
//!
//! `<local ref> <local object> <remote ref> <remote object>`, an all-zero object for "is not there". The length of the
//! zeros is the repository's hash's. See githooks(5).

/// One reference that a push would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// What the user pushed: `refs/heads/x`, `HEAD~1`, `(delete)`. May hold spaces (`:/words of a message`).
    pub local_name: String,
    /// `None`: the reference is deleted.
    pub local: Option<String>,
    pub remote_name: String,
    /// `None`: the reference is new.
    pub remote: Option<String>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of what git says is not `{wanted}`: `{}`", text.escape_debug())]
pub struct Malformed {
    line: usize,
    text: String,
    wanted: &'static str,
}

impl Malformed {
    pub(super) fn new(line: usize, text: &str, wanted: &'static str) -> Self {
        Self { line, text: text.to_owned(), wanted }
    }
}

impl Update {
    /// The branch's or tag's short name on the remote.
    pub fn short_name(&self) -> &str {
        let name = &self.remote_name;
        ["refs/heads/", "refs/tags/"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
    }

    pub fn is_branch(&self) -> bool {
        self.remote_name.starts_with("refs/heads/")
    }
}

/// Reads the lines; a last line without its newline counts.
///
/// # Errors
/// On the first line that isn't in the protocol. Reading on would mean pushing something unjudged.
pub fn parse(input: &[u8]) -> Result<Vec<Update>, Malformed> {
    input
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
        .map(|(index, line)| {
            let text = String::from_utf8_lossy(line).into_owned();
            update(&text)
                .ok_or_else(|| Malformed::new(index + 1, &text, "<local ref> <local id> <remote ref> <remote id>"))
        })
        .collect()
}

fn update(line: &str) -> Option<Update> {
    // From the right: only the local name can hold spaces.
    let mut words = line.rsplitn(4, ' ');
    let remote = object(words.next()?)?;
    let remote_name = words.next().filter(|name| !name.is_empty())?.to_owned();
    let local = object(words.next()?)?;
    let local_name = words.next().filter(|name| !name.is_empty())?.to_owned();
    Some(Update { local_name, local, remote_name, remote })
}

/// `Some(None)` for the all-zero id, `None` for what isn't an id of either hash.
pub(super) fn object(text: &str) -> Option<Option<String>> {
    let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| (!text.bytes().all(|byte| byte == b'0')).then(|| text.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "18e81f18d04d6cba8e68b5a5f1f5bdd4a98ff2ba";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn update_of_a_branch() {
        let input = format!("refs/heads/a {ID} refs/heads/b {ID}\n");
        let updates = parse(input.as_bytes()).unwrap();
        assert_eq!(updates[0].local.as_deref(), Some(ID));
        assert_eq!(updates[0].remote.as_deref(), Some(ID));
        assert_eq!(updates[0].short_name(), "b");
    }

    #[test]
    fn new_branch_and_deletion_in_one_push() {
        let input = format!("refs/heads/a {ID} refs/heads/a {ZERO}\n(delete) {ZERO} refs/heads/old {ID}\n");
        let updates = parse(input.as_bytes()).unwrap();
        assert_eq!(updates[0].remote, None);
        assert_eq!(updates[1].local, None);
        assert_eq!(updates[1].local_name, "(delete)");
    }

    #[test]
    fn zeros_of_a_sha256_repository() {
        let zero = "0".repeat(64);
        let id = "ab".repeat(32);
        let updates = parse(format!("refs/heads/a {id} refs/heads/a {zero}").as_bytes()).unwrap();
        assert_eq!(updates[0].remote, None);
        assert_eq!(updates[0].local.as_deref(), Some(id.as_str()));
    }

    #[test]
    fn a_local_name_may_hold_spaces() {
        let updates = parse(format!(":/mend the roof {ID} refs/heads/a {ZERO}\n").as_bytes()).unwrap();
        assert_eq!(updates[0].local_name, ":/mend the roof");
    }

    #[test]
    fn nothing_is_no_updates() {
        assert_eq!(parse(b""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_not_the_protocol_is_refused_with_its_line() {
        let input = format!("refs/heads/a {ID} refs/heads/a {ZERO}\nrefs/heads/a {ID}\n");
        let error = parse(input.as_bytes()).unwrap_err();
        assert_eq!(error.line, 2);
        assert!(parse(b"a b c d\n").is_err());
        assert!(parse(format!("refs/heads/a {ID} refs/heads/a 000\n").as_bytes()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(input: Vec<u8>) {
            let _ = parse(&input);
        }
    }
}
