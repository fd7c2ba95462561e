//! Every integration test, in one program: linking is the slow part.

mod bad_input;
mod cases;
mod cli;
mod demo;
mod evidence;
mod explain;
mod git;
mod init;
mod install;
mod installer;
mod managers;
mod packet;
mod policy;
mod program;
mod push;
mod receipts;
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
