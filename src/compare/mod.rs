//! Base facts against head facts: transitions, without judgement of how grave they are.

pub mod snapshots;
