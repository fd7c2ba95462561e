//! Git's hooks: their protocol on standard input, putting them into a repository, the receipts they leave.
//!
//! Judges nothing. What belongs to the user (hooks of others, hook managers, `core.hooksPath`) is read and respected,
//! never overwritten.

pub mod chained;
pub mod install;
pub mod push;
pub mod receipt;
pub mod received;

mod manager;
mod place;
mod script;

pub use place::Place;
pub use script::{Kind, Script};
