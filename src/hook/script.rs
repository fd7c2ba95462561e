//! The hook files of `hooks/`, as installed: with the program's place written in and, where asked, a hook to run after.

use std::path::Path;

/// The hooks that `agentgate install` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    PrePush,
    CommitMsg,
    PreReceive,
    Update,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::PrePush, Self::CommitMsg, Self::PreReceive, Self::Update];

    /// The hooks a repository has use for: a bare one receives pushes, one with a work tree makes commits and pushes them.
    pub fn usual(is_bare: bool) -> &'static [Self] {
        if is_bare { &[Self::PreReceive] } else { &[Self::PrePush, Self::CommitMsg] }
    }

    /// Whether it judges branches, and so whether a repository without it has no gate.
    pub fn is_gate(self) -> bool {
        self != Self::CommitMsg
    }

    /// The file git runs, which is also the subcommand it calls.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrePush => "pre-push",
            Self::CommitMsg => "commit-msg",
            Self::PreReceive => "pre-receive",
            Self::Update => "update",
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::PrePush => include_str!("../../hooks/pre-push"),
            Self::CommitMsg => include_str!("../../hooks/commit-msg"),
            Self::PreReceive => include_str!("../../hooks/pre-receive"),
            Self::Update => include_str!("../../hooks/update"),
        }
    }

    /// The lines for a shell script that git, or a manager, runs as this hook.
    pub fn lines(self) -> String {
        let name = self.name();
        match self {
            // Standard input can be read once: what else the script runs gets it from a file.
            Self::PrePush | Self::PreReceive => format!(
                "\
# First in the file: what follows reads git's list of references as well.
list=$(mktemp) && trap 'rm -f \"$list\"' EXIT && cat > \"$list\" && exec < \"$list\" || exit 2
agentgate {name} \"$@\" < \"$list\" || exit
"
            ),
            Self::CommitMsg | Self::Update => format!("agentgate {name} \"$@\" || exit\n"),
        }
    }
}

/// What follows a hook's file name where the one that stood there before is kept.
pub const CHAINED: &str = ".agentgate-chained";

const MARK: &str = "# agentgate ";
const PLACE: &str = "installed=''";

/// One of our hook files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    pub kind: Kind,
    /// Where the program was when the hook was put there; used when it isn't on `PATH`.
    pub program: String,
    /// Whether the hook beside it, with `CHAINED` behind its name, runs afterwards.
    pub chained: bool,
}

impl Script {
    pub fn new(kind: Kind, program: &Path, chained: bool) -> Self {
        // git's own sh on Windows reads forward slashes.
        let program = program.to_string_lossy().replace('\\', if cfg!(windows) { "/" } else { "\\" });
        Self { kind, program, chained }
    }

    pub fn text(&self) -> String {
        let call = format!(" {} ", self.kind.name());
        let chained = format!(" {} --chained \"$0{CHAINED}\" ", self.kind.name());
        let quoted = format!("installed='{}'", self.program.replace('\'', r"'\''"));
        let template = self.kind.template().replace(PLACE, &quoted);
        if self.chained {
            // Only the call: the comment names the hook too, but not between the program and its arguments.
            template.replace(&format!("exec \"$program\"{call}"), &format!("exec \"$program\"{chained}"))
        } else {
            template
        }
    }

    /// Reads a hook file back: `Ours::Exactly` when writing it again would give the same bytes.
    pub fn read(kind: Kind, text: &[u8]) -> Ours {
        let Ok(text) = std::str::from_utf8(text) else { return Ours::No };
        if !text.lines().take(3).any(|line| line.starts_with(MARK)) {
            return Ours::No;
        }
        let program = text.lines().find_map(|line| line.strip_prefix("installed='")?.strip_suffix('\''));
        let chained = text.contains("--chained \"$0");
        let script = Self { kind, program: program.unwrap_or_default().replace(r"'\''", "'"), chained };
        if script.text() == text { Ours::Exactly(script) } else { Ours::Changed }
    }
}

/// Whose a hook file is.
#[derive(Debug, PartialEq, Eq)]
pub enum Ours {
    Exactly(Script),
    /// It began as ours; someone edited it, or another version wrote it.
    Changed,
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote() {
        for kind in Kind::ALL {
            for program in ["", "/usr/local/bin/agentgate", "/home/o'brien/it is/agentgate", r"C:\x\y"] {
                for chained in [false, true] {
                    let script = Script { kind, program: program.to_owned(), chained };
                    assert_eq!(
                        Script::read(kind, script.text().as_bytes()),
                        Ours::Exactly(script.clone()),
                        "{script:?}"
                    );
                    assert_eq!(script.text().contains("--chained"), chained);
                }
            }
        }
    }

    #[test]
    fn knows_an_edited_one_and_a_strangers() {
        let script = Script::new(Kind::PrePush, Path::new("/bin/agentgate"), false);
        let edited = script.text() + "echo done\n";
        assert_eq!(Script::read(Kind::PrePush, edited.as_bytes()), Ours::Changed);
        assert_eq!(Script::read(Kind::PrePush, b"#!/bin/sh\nagentgate pre-push \"$@\"\n"), Ours::No);
        assert_eq!(Script::read(Kind::PrePush, b"\xff\xfe"), Ours::No);
    }
}
