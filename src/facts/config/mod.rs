//! Settings of tools.

pub mod blocks;
