//! The only module that knows colours. Everyone else says what a piece of text means.

use anstream::ColorChoice;
use owo_colors::{OwoColorize, Style as Owo};

/// How outputs for people look: colours or none, and how wide.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    coloured: bool,
    /// Columns to fill at most.
    pub width: usize,
}

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Blocked,
    Warned,
    Noted,
    Waived,
    Passed,
    /// A headline or the subject of a sentence.
    Strong,
    /// Rules, commands, code within prose.
    Code,
    Path,
    /// What helps to find one's way but is not the point.
    Faint,
    Removed,
    Added,
    /// The words of a removed line that differ.
    RemovedWord,
    AddedWord,
}

/// Where standard output is not a terminal, and for saved text.
const PLAIN_WIDTH: usize = 80;
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=110;

impl Style {
    /// No colours; 80 columns.
    pub const fn plain() -> Self {
        Self { coloured: false, width: PLAIN_WIDTH }
    }

    pub const fn coloured() -> Self {
        Self { coloured: true, width: PLAIN_WIDTH }
    }

    /// What suits standard output: its width, and colours as terminal, `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE` ask.
    pub fn for_stdout() -> Self {
        let coloured = anstream::AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
        let width = terminal_size::terminal_size_of(std::io::stdout()).map_or(PLAIN_WIDTH, |(width, _)| width.0.into());
        Self { coloured, width: width.clamp(*WIDTHS.start(), *WIDTHS.end()) }
    }

    /// For those that bring their own painter.
    pub fn is_coloured(self) -> bool {
        self.coloured
    }

    /// Paints text that has been sanitised already.
    pub fn paint(self, meaning: Meaning, text: &str) -> String {
        if !self.coloured || text.trim().is_empty() {
            return text.to_owned();
        }
        let style = match meaning {
            Meaning::Blocked => Owo::new().red().bold(),
            Meaning::Warned => Owo::new().yellow().bold(),
            Meaning::Noted => Owo::new().cyan().bold(),
            Meaning::Waived => Owo::new().magenta(),
            Meaning::Passed => Owo::new().green().bold(),
            Meaning::Strong => Owo::new().bold(),
            Meaning::Code => Owo::new().cyan(),
            Meaning::Path => Owo::new().underline(),
            Meaning::Faint => Owo::new().dimmed(),
            Meaning::Removed => Owo::new().red(),
            Meaning::Added => Owo::new().green(),
            Meaning::RemovedWord => Owo::new().red().bold().underline(),
            Meaning::AddedWord => Owo::new().green().bold().underline(),
        };
        text.style(style).to_string()
    }
}
