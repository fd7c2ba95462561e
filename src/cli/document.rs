//! What commands about written files (policies, packets) share: reading one, refusing one, and two ways to print.

use std::io::Read;
use std::path::Path;

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::print;
use crate::policy::PolicyError;
use crate::report::style::Style;

/// How to print something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// More is no text that a person wrote.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The bytes of a file that somebody names, `-` for standard input.
///
/// # Errors
/// With `help` for the next step, when it can't be read.
pub fn read(file: &Path, help: &str) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Failure::new(format!("{} can't be read: {error}", file.display())).help(help);
    let reader: Box<dyn Read> = match file.to_str() {
        Some("-") => Box::new(std::io::stdin().lock()),
        _ => Box::new(std::fs::File::open(file).map_err(failed)?),
    };
    let mut bytes = Vec::new();
    reader.take(LONGEST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Everything that is wrong with it, on standard output: it is what was asked for.
///
/// # Errors
/// When it can't be printed.
pub fn refused(error: &PolicyError) -> Result<Exit> {
    print(&error.render(Style::for_stdout().is_coloured()))?;
    Ok(Exit::NotJudged)
}

/// Text of others without what a terminal would act on.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
