//! Every integration test, in one program: linking is the slow part.

mod cases;
mod cli;
mod demo;
mod evidence;
mod explain;
mod git;
mod init;
mod install;
mod installer;
mod packet;
mod policy;
mod program;
mod push;
mod report;
mod report_formats;
mod repository;
mod rules;
mod shapes;
mod testdiff;
mod uncommitted;
mod verdict;
mod verdicts;
mod waive;
