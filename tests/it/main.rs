//! Every integration test, in one program: linking is the slow part.

mod git;
mod report;
mod repository;
mod verdicts;
