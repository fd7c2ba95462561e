//! Recorded runs: what was run on which tree with what result, kept in git notes.
//!
//! A run is a statement in the form of in-toto ([`statement`]), in a DSSE envelope ([`envelope`](Envelope)), signed with an SSH
//! key where there is one ([`Signer`]) and checked against the base's list of signers ([`AllowedSigners`]). An envelope is a
//! line of a note ([`ledger`]), kept beside the tree that was tested. `run` runs the command, `counts` and `junit` read how
//! many tests there were, `redact` takes out what nobody should keep.

mod allowed_signers;
mod certificate;
pub mod counts;
mod envelope;
pub mod environment;
pub mod gather;
pub mod junit;
pub mod ledger;
pub mod redact;
pub mod run;
mod signature;
mod signer;
pub mod statement;
pub mod travel;
mod wire;

pub use allowed_signers::{AllowedSigners, FILE as ALLOWED_SIGNERS_FILE, Unclear};
pub use envelope::{Envelope, PAYLOAD_TYPE};
pub use ledger::{Recorded, Trust};
pub use signature::NAMESPACE;
pub use signer::{Signer, Unsigned};
pub use statement::{Outcome, Run, Statement, TestResult};

/// The reference that keeps records.
pub const REFERENCE: &str = "refs/notes/agentgate";

/// Where a remote's records are kept after a fetch: beside one's own, so that neither overwrites the other.
pub fn reference_of(remote: &str) -> String {
    format!("refs/notes/{remote}/agentgate")
}

/// What was recorded about a branch and where it comes from.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Whether this repository keeps records at all.
    pub are_kept: bool,
    /// Whether the base says whose signatures count, so that no others do.
    pub needs_signature: bool,
    /// Of the very tree that is judged, oldest first.
    pub of_head: Vec<Recorded>,
    /// Of other commits of the branch.
    pub of_branch: Vec<Recorded>,
    /// Of the commit the branch comes from.
    pub of_base: Vec<Recorded>,
}

impl Records {
    /// Those that count, of these.
    pub fn counting<'a>(&'a self, of: &'a [Recorded]) -> impl DoubleEndedIterator<Item = &'a Recorded> {
        of.iter().filter(|record| record.trust.suffices(self.needs_signature))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
