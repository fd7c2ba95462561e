//! Settings of checkers and runners, whatever file they stand in.
//!
//! A file is read as one tree (`document`, `script`, `blocks`); `settings.toml` says whose settings lie where in it. A
//! [`Reading`] is one setting as it was written; which of two is weaker is for `compare` to say.

pub mod blocks;
mod reading;
pub mod script;
mod table;

pub use reading::{Item, Reading, Settings, holds_settings, malformed, read};
pub use table::{Direction, is_like, tools};
