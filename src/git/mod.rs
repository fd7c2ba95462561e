//! The only module that meets the git library.
//!
//! It answers in our own types ([`ObjectId`], [`RepoPath`](crate::RepoPath)), so that the monthly breaking releases of
//! gix stay behind this door. It knows nothing of policy, rules or reports.

/// A git object's name: 20 bytes in SHA-1 repositories, 32 in SHA-256 ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ObjectId(gix::ObjectId);
