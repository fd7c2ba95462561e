//! Names of things as others' formats want them: URIs (RFC 3986).

/// A repository that has no address, or one that means something on this machine only.
const LOCAL: &str = "git:local";

/// A path as a relative URI reference: everything but unreserved characters and slashes is encoded.
pub fn path(path: &str) -> String {
    encoded(path, "/")
}

/// A branch or a path behind an address, after its `@` or `#`.
pub fn part(name: &str) -> String {
    encoded(name, "/:")
}

/// A repository by the address that git has for it, without what someone may have put into it to log in.
pub fn repository(address: Option<&str>) -> String {
    let Some(address) = address else { return LOCAL.to_owned() };
    if let Some((scheme, rest)) = address.split_once("://") {
        let scheme = scheme.strip_prefix("git+").unwrap_or(scheme);
        let (host, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // What is encoded already stays as it is.
        return format!("git+{scheme}://{}{}", without_user(host), encoded(below, "/%?=&"));
    }
    if address.starts_with('/') {
        return format!("git+file://{}", path(address));
    }
    // `user@host:path`, which ssh reads; one letter before the colon is a drive.
    let place = address.find("]:").map_or_else(|| address.find(':'), |at| Some(at + 1));
    match place.map(|at| (&address[..at], &address[at + 1..])) {
        Some((host, below)) if host.len() > 1 && !host.contains('/') => {
            format!("git+ssh://{}/{}", without_user(host), path(below.trim_start_matches('/')))
        }
        _ => LOCAL.to_owned(),
    }
}

fn without_user(host: &str) -> String {
    encoded(host.rsplit_once('@').map_or(host, |(_, host)| host), ":[]")
}

fn encoded(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || kept.contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references() {
        assert_eq!(path("a b/c:d/é%.rs"), "a%20b/c%3Ad/%C3%A9%25.rs");
    }

    #[test]
    fn every_form_of_address_becomes_a_uri() {
        for (address, expected) in [
            ("https://example.org/o/r.git", "git+https://example.org/o/r.git"),
            ("https://bot:secret@example.org:8443/o/r%20s t.git", "git+https://example.org:8443/o/r%20s%20t.git"),
            ("git+ssh://git@example.org/o/r", "git+ssh://example.org/o/r"),
            ("file:///srv/r.git", "git+file:///srv/r.git"),
            ("git@example.org:o/r.git", "git+ssh://example.org/o/r.git"),
            ("example.org:/srv/r.git", "git+ssh://example.org/srv/r.git"),
            ("git@[2001:db8::1]:o/r.git", "git+ssh://[2001:db8::1]/o/r.git"),
            ("/srv/a b/r.git", "git+file:///srv/a%20b/r.git"),
            ("../r.git", "git:local"),
            ("./a:b", "git:local"),
            ("C:\\r", "git:local"),
            ("", "git:local"),
        ] {
            assert_eq!(repository(Some(address)), expected, "{address}");
        }
        assert_eq!(repository(None), "git:local");
    }
}
