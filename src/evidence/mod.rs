//! What the branch claims, as it was written: pull request text, commit messages and trailers, committed evidence. And what
//! other scanners say of it.
//!
//! Reads words into structure; whether they suffice is a rule's business. `markdown`, `trailers` and [`sarif`] know how something
//! is written, [`written`](Written) where.

mod appeals;
mod mapping;
mod markdown;
mod reference;
mod results;
pub mod review;
mod risk;
pub mod sarif;
mod trailers;
mod written;

pub use appeals::{Appeal, appeals};
pub use mapping::{Mapping, mappings};
pub use markdown::{Document, Kind, Section, Statement};
pub use reference::{Reference, references};
pub use results::{Reported, reported};
pub use risk::{Declared, declared_risk, has_rollback_note};
pub use trailers::{Trailer, trailers};
pub use written::{
    Claim, Source, Written, code_tree, evidence_file, file_of, files, gather, is_record, is_same_name, templates,
};

use crate::record::Records;

/// Everything a person or agent wrote about the branch.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// The pull request's text, where one was given.
    pub pull_request: Option<String>,
    /// Whether one may still come, or exists and was not handed over: before a push, in a merge queue.
    pub text_may_follow: bool,
    /// Commits between merge base and head, newest first.
    pub commits: Vec<Commit>,
    /// What other scanners found, as whoever runs the gate hands it over.
    pub scans: Vec<sarif::Scan>,
    /// What was recorded of runs, against which the rest can be held.
    pub records: Records,
}

#[derive(Clone, Debug)]
pub struct Commit {
    pub id: String,
    pub author_name: String,
    pub author_email: String,
    pub message: String,
}
