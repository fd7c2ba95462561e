//! The nine items of governance evidence for a branch or a merge: each there, missing, or contradicted, with its source.
//!
//! Which they are is in `items`; how they are shown in `text`. The types here are the JSON form, version 1
//! (`schemas/evidence.v1.schema.json`).

mod items;
mod summary;
mod text;

pub use items::{Known, Merge, evidence};
pub use summary::{VERIFICATION_SUMMARY, summary};
pub use text::render as text;

use serde::{Deserialize, Serialize};

use super::Subject;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub version: u32,
    pub subject: Subject,
    /// Whether nothing is missing or contradicted.
    pub is_complete: bool,
    pub items: Vec<Item>,
    /// What was recorded of the tree that is judged, oldest first.
    pub records: Vec<RecordLine>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// One to nine.
    pub number: u8,
    pub name: String,
    pub state: State,
    /// What is there, or what is wrong, one thing each.
    pub what: Vec<String>,
    /// Where it was found.
    pub source: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Present,
    Missing,
    Contradicted,
    /// It is not asked of such a change.
    NotNeeded,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Missing => "missing",
            Self::Contradicted => "contradicted",
            Self::NotNeeded => "not needed",
        }
    }
}

/// One recorded run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordLine {
    pub command: String,
    /// `passed`, `warned`, `failed`.
    pub outcome: String,
    pub exit_code: i32,
    pub counts: Option<crate::record::counts::Counts>,
    pub started_on: String,
    pub tree: String,
    pub is_dirty: bool,
    /// `signed`, `unsigned`, `stranger`, `broken`.
    pub trust: String,
    /// Who signed it, by the base's list; the key's fingerprint of a stranger.
    pub signer: Option<String>,
    /// Whether it is evidence here.
    pub counts_as_evidence: bool,
    /// SHA-256 of the record's line.
    pub digest: String,
}
