//! PowerShell, as far as its commands and what drops their failures.

use crate::facts::shell::{self, Command, Failure, Script, Swallow};

/// PowerShell, a line at a time: enough to see commands and the idioms that drop their failure.
pub fn read(text: &str) -> Script {
    let mut script = Script::default();
    let mut silenced = None;
    for (line, source) in (0u32..).zip(text.lines()) {
        let source = source.trim();
        if source.is_empty() || source.starts_with('#') {
            continue;
        }
        let lower = source.to_ascii_lowercase().replace(' ', "");
        if lower.starts_with("$erroractionpreference=") {
            silenced = lower.contains("silentlycontinue").then_some(Swallow::Continues);
            continue;
        }
        let resets = lower.starts_with("exit0") || lower.ends_with("$lastexitcode=0");
        if resets {
            for command in &mut script.commands {
                if command.failure == Failure::Stops {
                    command.failure = Failure::Swallowed(Swallow::Or(source.to_owned()));
                }
            }
            continue;
        }
        for part in source.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (command, right) =
                part.split_once("||").map_or((part, None), |(left, right)| (left.trim(), Some(right.trim())));
            let silent = lower.contains("-erroractionsilentlycontinue") || lower.contains("-easilentlycontinue");
            let failure = match right {
                Some(right) if !right.contains("exit 1") && !right.contains("throw") => {
                    Failure::Swallowed(Swallow::Or(right.to_owned()))
                }
                _ if silent => Failure::Swallowed(Swallow::Continues),
                _ => silenced.clone().map_or(Failure::Stops, Failure::Swallowed),
            };
            let words = shell::split_words(command.trim_start_matches("& "));
            script.commands.push(Command {
                text: shell::collapse(command),
                words,
                variables: Vec::new(),
                line,
                failure,
                guards: Vec::new(),
            });
        }
    }
    script
}
