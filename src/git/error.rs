//! What can go wrong between us and a repository: what, where, and what to do next.

use std::path::PathBuf;

/// Why git could not answer. Every sentence ends with the next step where there is one.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GitError {
    #[error("{} is not in a git repository; run this inside one, or name one with --repo", dir.display())]
    NotARepository { dir: PathBuf },
    /// git refuses such repositories too: their configuration can name programs to run.
    #[error(
        "{} belongs to another user, so it is not read; if you trust it: git config --global --add safe.directory {}",
        dir.display(), dir.display()
    )]
    Untrusted { dir: PathBuf },
    #[error("the repository at {} can't be opened: {why}", dir.display())]
    CannotOpen { dir: PathBuf, why: String },
    #[error("unknown revision `{name}`{}", near_names(.near))]
    UnknownRevision { name: String, near: Vec<String> },
    #[error("`{name}` is a {kind}, not a commit")]
    NotACommit { name: String, kind: String },
    #[error("HEAD has no commit yet; commit something first, or name a revision with --head")]
    Unborn,
    #[error(
        "no base to compare with: none of {} exists; name one with --base, or set [branches] base in the policy",
        .tried.join(", ")
    )]
    NoBase { tried: Vec<String> },
    #[error("`{base}` and `{head}` have no common ancestor; name a base that the branch was started from with --base")]
    NoCommonAncestor { base: String, head: String },
    /// History was cut off before the answer was certain.
    #[error(
        "this clone is shallow and {why}, so where the branch started can't be told\n\
         fetch the whole history first:\n  \
         locally:        git fetch --unshallow\n  \
         GitHub Actions: actions/checkout with `fetch-depth: 0`\n  \
         GitLab CI:      variable `GIT_DEPTH: 0`"
    )]
    Shallow { why: String },
    #[error(
        "object {id} is not in this repository; fetch it, or repair the repository (git fsck shows what is missing)"
    )]
    Missing { id: String },
    #[error("object {id} is damaged: {why}; git fsck shows more")]
    Corrupt { id: String, why: String },
    #[error("object {id} has {size} bytes, more than the limit of {limit}")]
    TooLarge { id: String, size: u64, limit: u64 },
    #[error("more than {limit} files {what}, which is more than is read")]
    TooManyFiles { what: &'static str, limit: usize },
    #[error("this repository is bare, it has no work tree or index to judge; name a revision with --head")]
    NoWorktree,
    #[error("the index has unresolved merge conflicts ({}); resolve them and `git add` the result first", .paths.join(", "))]
    Unmerged { paths: Vec<String> },
    #[error("the `git` program is needed here ({why}) and can't be run: {error}")]
    NoProgram { why: &'static str, error: String },
    #[error("`git {command}` failed: {message}")]
    Program { command: String, message: String },
    #[error("{0}")]
    Other(String),
}

fn near_names(near: &[String]) -> String {
    match near {
        [] => "; `git branch --all` lists what there is, and `git fetch` brings what is new".into(),
        names => format!("; did you mean {}?", names.join(" or ")),
    }
}
