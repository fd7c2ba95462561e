//! Proof by running: what the base's tests say of the branch's code, and the branch's tests of the base's.
//!
//! ```text
//!                 base's tests                     head's tests
//! base's code     control: passes                  fails where a fix is proven
//! head's code     fails where behaviour broke      control: passes
//! ```
//!
//! A suspicious test edit is convicted when the base's version of the test fails on the head's code, or when a small fault in
//! the code is caught by the base's version and by nothing of the head's. Commands come from the caller or the base's
//! policy, never from the branch.

mod cache;
mod experiment;
mod faults;
mod inline;
mod interruption;
mod judgement;
mod matrix;
mod model;
mod outcome;
mod results;
mod run;
mod runner;
mod selection;
mod sides;
mod subject;
mod trial;

pub use experiment::{MATRIX, Setup, prove};
pub use interruption::Interruption;
pub use model::{Cell, Charge, Conviction, Counterexample, Proof, Tried, Word};
pub use outcome::Status;
pub use run::{Ended, Plan};

/// Why nothing could be proven.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    #[error(transparent)]
    Git(#[from] crate::git::GitError),
    #[error("`{command}` can't be run: {why}")]
    Command { command: String, why: std::io::Error },
    #[error("interrupted")]
    Interrupted,
    #[error("{path} can't be made available to the runs: {why}")]
    Cache { path: String, why: std::io::Error },
    #[error("the report pattern `{0}` is no glob")]
    Pattern(String),
}
