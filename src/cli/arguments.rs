//! What can be typed: the commands, and the names the program answers to.

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory, Parser};

use super::exit::Exit;
use super::failure::Result;
use super::{
    appeal, check, ci, commit_msg, demo, evidence, explain, hook, hooks, init, manual, packet, policy, pre_push, prove,
    receive, record, rules, waive,
};

/// Judges a coding agent's branch before it merges.
#[derive(Debug, Parser)]
#[command(
    name = "agentgate",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "\
Examples:
  agentgate demo                    see what it does, in a repository made for it
  agentgate init                    write a policy and a CI step for this repository
  agentgate install                 judge every push from this repository
  agentgate check                   judge the current branch against its base
  agentgate explain                 why the last check blocked, and how to mend it
  agentgate rules                   what is looked for

Exit codes: 0 passed (warnings included), 1 blocked, 2 could not judge."
)]
pub struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Judge a change
    Check(check::Check),
    /// Say why a branch failed, show one finding in depth, or a rule's page
    Explain(explain::Explain),
    /// List the rules
    Rules(rules::Rules),
    /// Make a small repository with an agent's branch that breaks rules, judge and explain it
    Demo(demo::Demo),
    /// Set a repository up: policy, pull request template, a word to agents, CI step
    Init(init::Init),
    /// Put the git hooks into a repository, keeping what is there
    Install(hooks::Install),
    /// Take our git hooks out again
    Uninstall(hooks::Uninstall),
    /// Show, check and describe policies
    Policy(policy::PolicyArgs),
    /// Write, check and show work packets: what is delegated to an agent
    Packet(packet::PacketArgs),
    /// Run a command and keep what came of it as evidence
    Record(record::Record),
    /// Show what evidence there is of a branch or a merge, and whether it holds
    Evidence(evidence::EvidenceArgs),
    /// Excuse one finding, for a person to merge into the base
    Waive(waive::Waive),
    /// File the branch's case against a finding, which excuses nothing
    Appeal(appeal::Appeal),
    /// Run tests of both sides on code of both sides, and convict or clear what looks weakened
    Prove(prove::Prove),
    /// Judge what a CI job was started for
    Ci(ci::Ci),
    /// Git's pre-push hook: judge what a push would publish
    PrePush(pre_push::PrePush),
    /// A server's pre-receive hook: judge all that is pushed, accept all or nothing
    PreReceive(receive::PreReceive),
    /// A server's update hook: judge one pushed reference
    Update(receive::Update),
    /// Git's commit-msg hook: warn of what a reader of the message would not see
    CommitMsg(commit_msg::CommitMsg),
    /// Answer a coding agent's own hook: before an edit, and before it stops
    Hook(hook::Hook),
    /// Print completions for a shell
    Completions(manual::Completions),
    /// Print the manual page, or write one for every command
    Man(manual::Man),
}

impl Program {
    pub fn run(self) -> Result<Exit> {
        match self.command {
            Command::Check(command) => command.run(),
            Command::Explain(command) => command.run(),
            Command::Rules(command) => command.run(),
            Command::Ci(command) => command.run(),
            Command::PrePush(command) => command.run(),
            Command::CommitMsg(command) => command.run(),
            Command::Hook(command) => command.run(),
            Command::PreReceive(command) => command.run(),
            Command::Update(command) => command.run(),
            Command::Install(command) => command.run(),
            Command::Uninstall(command) => command.run(),
            Command::Policy(command) => command.run(),
            Command::Waive(command) => command.run(),
            Command::Record(command) => command.run(),
            Command::Appeal(command) => command.run(),
            Command::Evidence(command) => command.run(),
            Command::Packet(command) => command.run(),
            Command::Prove(command) => command.run(),
            Command::Init(command) => command.run(),
            Command::Demo(command) => command.run(),
            Command::Completions(command) => command.run(Self::command()),
            Command::Man(command) => command.run(Self::command()),
        }
    }
}

/// Reads the arguments; help, version and usage errors are printed here.
///
/// # Errors
/// The exit code where there is nothing left to run.
pub fn read(arguments: impl Iterator<Item = OsString>) -> std::result::Result<Program, Exit> {
    Program::try_parse_from(under_own_name(arguments)).map_err(|error| {
        // Printing can fail when the reader is gone; the code says the rest.
        let _ = error.print();
        if error.use_stderr() { Exit::NotJudged } else { Exit::Passed }
    })
}

/// `agentgate-pre-push ARGS` is `agentgate pre-push ARGS`: a link to the program serves as a hook or a CI step.
fn under_own_name(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    let name = arguments.first().and_then(|first| Path::new(first).file_stem()?.to_str().map(str::to_owned));
    if let Some(command) = name.as_deref().and_then(|name| name.strip_prefix("agentgate-"))
        && matches!(command, "pre-push" | "ci")
    {
        arguments.insert(1, command.into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Program::command().debug_assert();
    }

    /// What people copy out of the help must be commands.
    #[test]
    fn every_command_shows_examples_that_parse() {
        fn visit(name: &str, command: &clap::Command, seen: &mut Vec<String>) {
            let own = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples: Vec<&str> = own.lines().filter_map(|line| line.strip_prefix("  agentgate ")).collect();
            assert!(!examples.is_empty(), "the help of `{name}` shows no example");
            seen.extend(examples.into_iter().map(ToOwned::to_owned));
            for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
                visit(&format!("{name} {}", command.get_name()), command, seen);
            }
        }
        let mut examples = Vec::new();
        visit("agentgate", &Program::command(), &mut examples);
        for example in examples {
            // Beyond two spaces it is prose, beyond a pipe or a redirection the shell's.
            let typed = example.split("  ").next().unwrap_or_default();
            let typed = typed.split(['|', '>', '<']).next().unwrap_or_default().replace('"', "");
            let words = std::iter::once("agentgate").chain(typed.split_whitespace());
            if let Err(error) = Program::try_parse_from(words) {
                panic!("agentgate {example}:\n{error}");
            }
        }
    }

    #[test]
    fn a_link_names_its_command() {
        let run = |words: &[&str]| under_own_name(words.iter().map(OsString::from));
        assert_eq!(run(&["/usr/bin/agentgate-ci", "--base", "x"]), ["/usr/bin/agentgate-ci", "ci", "--base", "x"]);
        assert_eq!(run(&["agentgate-pre-push.exe"]), ["agentgate-pre-push.exe", "pre-push"]);
        assert_eq!(run(&["agentgate", "check"]), ["agentgate", "check"]);
        assert_eq!(run(&["agentgate-x"]), ["agentgate-x"]);
    }
}
