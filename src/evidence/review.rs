//! Who has reviewed the branch: trailers of its commits, and what the CI service says.
//!
//! A trailer in the branch's own commits is a claim of whoever wrote the commit. What the service says is not: it knows who
//! pressed the button.

use std::collections::BTreeSet;

use super::{Commit, trailers};
use crate::ci;
use crate::policy::Policy;

/// A review that a commit of the branch claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub name: String,
    /// Why it is none.
    pub refusal: Option<&'static str>,
}

/// The reviewers that the commits name, each once.
pub fn claimed(commits: &[Commit], policy: &Policy) -> Vec<Claimed> {
    let authors: BTreeSet<(String, String)> =
        commits.iter().map(|commit| (commit.author_name.to_lowercase(), commit.author_email.to_lowercase())).collect();
    let mut found: Vec<Claimed> = Vec::new();
    for trailer in commits.iter().flat_map(|commit| trailers(&commit.message)) {
        if !trailer.key.eq_ignore_ascii_case("reviewed-by") {
            continue;
        }
        let (name, email) = person(&trailer.value);
        let is_author = authors.iter().any(|(author, address)| {
            if email.is_empty() { *author == name.to_lowercase() } else { *address == email.to_lowercase() }
        });
        let refusal = match () {
            () if name.is_empty() => Some("that is nobody"),
            () if is_author => Some("wrote the branch"),
            () if policy.is_agent(&name, &email) => Some("is an agent"),
            () => None,
        };
        let shown = trailer.value.trim().to_owned();
        if !found.iter().any(|claimed| claimed.name == shown) {
            found.push(Claimed { name: shown, refusal });
        }
    }
    found
}

/// A review as the CI service tells it, and whether it is a person's who didn't write the branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub login: String,
    /// Whether the reviewer is content with the branch.
    pub is_approval: bool,
    /// Why it doesn't count.
    pub refusal: Option<&'static str>,
}

/// The service's reviews, as far as they speak about the head.
pub fn told(request: &ci::Request, head: &str, policy: &Policy) -> Vec<Told> {
    let is_author = |login: &str| request.author.as_deref().is_some_and(|author| author.eq_ignore_ascii_case(login));
    let all = request.page.reviews.iter().map(|review| {
        let refusal = match () {
            () if is_author(&review.login) => Some("opened the pull request"),
            () if review.is_bot || policy.is_agent(&review.login, "") => Some("is no person"),
            () if review.commit.as_deref().is_some_and(|commit| commit != head) => Some("looked at another commit"),
            () => None,
        };
        Told { login: review.login.clone(), is_approval: review.is_approval, refusal }
    });
    all.collect()
}

/// `Ada <ada@example.org>` taken apart.
fn person(text: &str) -> (String, String) {
    match text.split_once('<') {
        Some((name, rest)) => (name.trim().to_owned(), rest.trim_end().trim_end_matches('>').trim().to_owned()),
        None => (text.trim().to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(message: &str) -> Commit {
        Commit {
            id: "1".into(),
            author_name: "Ada".into(),
            author_email: "ada@example.org".into(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_reviewer_is_neither_author_nor_agent() {
        for (value, expected) in [
            ("Grace <grace@example.org>", None),
            ("Ada L. <ADA@example.org>", Some("wrote the branch")),
            ("Ada", Some("wrote the branch")),
            ("Copilot <198982749+Copilot@users.noreply.github.com>", Some("is an agent")),
        ] {
            let found = claimed(&[commit(&format!("title\n\nReviewed-by: {value}\n"))], &Policy::default());
            assert_eq!(found, [Claimed { name: value.to_owned(), refusal: expected }], "{value}");
        }
        assert_eq!(claimed(&[commit("title\n\nReviewed-by: in the body\n\nthe end\n")], &Policy::default()), []);
    }
}
