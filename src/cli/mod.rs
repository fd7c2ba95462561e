//! The programs: arguments in, exit code out. One file per command.
//!
//! The only place that prints, exits, or makes sentences of errors. Findings go to standard output, everything else to
//! standard error.

mod appeal;
mod arguments;
mod chain;
mod check;
mod ci;
mod commit_msg;
mod demo;
mod document;
mod evidence;
mod exit;
mod explain;
mod failure;
mod hook;
mod hooks;
mod init;
mod line;
mod manual;
mod outlet;
mod packet;
mod policy;
mod pre_push;
mod prove;
mod receive;
mod record;
mod rules;
mod waive;

pub use exit::Exit;
pub use failure::Failure;
pub use outlet::{note, print};

use std::process::ExitCode;

/// Runs the program named by `argv[0]` and the arguments.
pub fn main() -> ExitCode {
    exit::on_panic();
    let exit = match arguments::read(std::env::args_os()) {
        Ok(program) => program.run().unwrap_or_else(|failure| {
            failure.show();
            Exit::NotJudged
        }),
        Err(exit) => exit,
    };
    exit.into()
}
