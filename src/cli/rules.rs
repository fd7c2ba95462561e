//! `agentgate rules`: all rules with their default level.

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::failure::Result;
use super::print;
use crate::report::catalogue;
use crate::report::style::Style;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  agentgate rules                      what there is, by group
  agentgate explain skipped-test       one rule's page
  agentgate rules --format markdown    the table of the README")]
pub struct Rules {
    /// How to write the table
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Markdown,
}

impl Rules {
    pub fn run(self) -> Result<Exit> {
        print(&match self.format {
            Format::Text => catalogue::text(Style::for_stdout()),
            Format::Json => catalogue::json(),
            Format::Markdown => catalogue::markdown(),
        })?;
        Ok(Exit::Passed)
    }
}
