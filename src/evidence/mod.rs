//! What the branch claims, as it was written: pull request text, commit messages and trailers, committed evidence.
//!
//! Reads words into structure; whether they suffice is a rule's business.

/// Everything a person or agent wrote about the branch.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// The pull request's text, where one was given.
    pub pull_request: Option<String>,
    /// Commits between merge base and head, newest first.
    pub commits: Vec<Commit>,
}

#[derive(Clone, Debug)]
pub struct Commit {
    pub id: String,
    pub author_name: String,
    pub author_email: String,
    pub message: String,
}
