//! Settings of checkers and runners, whatever file they stand in.
//!
//! A file is read as one tree (`document`, `script`, `blocks`); `settings.toml` says whose settings lie where in it. A
//! [`Reading`] is one setting as it was written; which of two is weaker is for `compare` to say.

pub mod blocks;
mod extended;
mod file;
mod reading;
pub mod script;
mod table;
mod value;
mod walk;

pub use file::{holds_settings, malformed, unread_line};
pub use reading::{Item, Reading, Settings, read};
pub use table::{Direction, is_like, tools};
