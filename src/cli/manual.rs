//! `agentgate completions` and `agentgate man`: printed from the same description as the help.

use std::path::PathBuf;

use clap::Command;

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::print;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate completions bash > ~/.local/share/bash-completion/completions/agentgate
  agentgate completions zsh > ~/.zfunc/_agentgate
  agentgate completions fish > ~/.config/fish/completions/agentgate.fish")]
pub struct Completions {
    /// For which shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

impl Completions {
    pub fn run(self, mut program: Command) -> Result<Exit> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut program, "agentgate", &mut text);
        print(&String::from_utf8_lossy(&text))?;
        Ok(Exit::Passed)
    }
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate man | man -l -                the page of the program
  agentgate man ~/.local/share/man/man1   a page for every command, as `man agentgate-check`")]
pub struct Man {
    /// Write a page for each command into this folder, instead of printing the program's
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub fn run(self, program: Command) -> Result<Exit> {
        // There is no page for `agentgate help`.
        let program = program.disable_help_subcommand(true);
        match self.dir {
            None => {
                let mut text = Vec::new();
                clap_mangen::Man::new(program).render(&mut text)?;
                print(&String::from_utf8_lossy(&text))?;
            }
            Some(dir) => {
                let failed = |error: std::io::Error| {
                    Failure::new(format!("the pages can't be written to {}: {error}", dir.display()))
                        .help("name a folder that you may write to")
                };
                std::fs::create_dir_all(&dir).map_err(failed)?;
                clap_mangen::generate_to(program, &dir).map_err(failed)?;
                print(&format!("manual pages written to {}\n", dir.display()))?;
            }
        }
        Ok(Exit::Passed)
    }
}
