//! `agentgate hook AGENT`: the verdict inside an agent's own loop.

use std::io::{self, IsTerminal, Read};
use std::path::{Component, Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::line::{self, Answer, Base, End, Question, Reading};
use super::{note, print};
use crate::RepoPath;
use crate::agents::{self, Adapter, Event};
use crate::change::{Bytes, Memory};
use crate::evidence::Claims;
use crate::git::{Repository, Uncommitted};
use crate::policy::Policy;
use crate::report::{Outcome, steer};
use crate::rules::{self, Group};
use crate::verdict::{Agent, Subject};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agentgate hook claude-code                 as the agent calls it, with its event on standard input
  agentgate hook claude-code --show          the settings that make it call us, and where they go

Before an edit, a path that the base's policy forbids is refused. Before it stops, the work tree is judged; a branch that
would be blocked is handed back with what to mend, at most three times in a row. Agents go on when a hook fails: this is advice,
the pre-push hook and the required check decide.")]
pub struct Hook {
    /// Whose event it is
    #[arg(value_parser = agents::ALL.iter().map(|adapter| adapter.name).collect::<Vec<_>>())]
    agent: String,
    /// Print the agent's settings instead, and say where they go
    #[arg(long)]
    show: bool,
}

/// How often in a row an agent is made to go on: what it can't mend in three turns is a person's.
const TURNS: u32 = 3;

impl Hook {
    pub fn run(self) -> Result<Exit> {
        let Some(adapter) = agents::find(&self.agent) else {
            return Err(Failure::new(format!("no agent is called `{}` here", self.agent)));
        };
        if self.show {
            note(&format!("agentgate: {} reads this from {}:", adapter.name, adapter.settings));
            print(adapter.example)?;
            return Ok(Exit::Passed);
        }
        let answer = match adapter.read(&input()?)? {
            Event::Stop { again, session } => at_stop(adapter, again, &session),
            Event::Edit { paths } => before_edit(adapter, &paths),
            Event::Other => Ok(None),
        };
        match answer {
            Ok(Some(answer)) => print(&format!("{answer}\n"))?,
            Ok(None) => {}
            // Exit code 2 would be an order to some agents; what can't be judged here is judged when it is pushed.
            Err(failure) => {
                failure.show();
                note("agentgate: nothing was judged here; the branch is judged when it is pushed.");
            }
        }
        Ok(Exit::Passed)
    }
}

fn input() -> Result<Vec<u8>> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(Failure::new("the agent's event did not arrive: standard input is a terminal")
            .help("agents call this; `agentgate hook AGENT --show` prints the settings"));
    }
    let mut input = Vec::new();
    let read = stdin.lock().take(agents::LIMIT + 1).read_to_end(&mut input);
    read.map_err(|error| Failure::new(format!("standard input: {error}")))?;
    if input.len() as u64 > agents::LIMIT {
        return Err(Failure::new(format!("the agent's event is longer than {} bytes", agents::LIMIT)));
    }
    Ok(input)
}

/// Makes the agent go on while its work tree would be blocked.
fn at_stop(adapter: &Adapter, again: bool, session: &str) -> Result<Option<String>> {
    let repository = line::open(None)?;
    let commit = line::commit(&repository, None)?;
    let question = Question {
        base: Base::Default { remote: None },
        branch: commit.name.as_deref().and_then(|name| line::branch_of(&repository, name)),
        end: End::Uncommitted(Uncommitted::WorkTree, commit),
        push: None,
        policy: None,
        packet: None,
        sarif: Vec::new(),
        text: None,
        text_may_follow: true,
        reading: Reading::Agent,
        circumstances: line::Circumstances::of(crate::verdict::Event::Check),
    };
    let turns = Turns::of(&repository);
    let Answer::Judged(report) = line::judge(&repository, &question)? else {
        turns.end();
        return Ok(None);
    };
    if report.verdict == Outcome::Pass {
        turns.end();
        return Ok(None);
    }
    let number = if again { turns.count(session) } else { 0 };
    if number >= TURNS {
        turns.end();
        note("agentgate: still blocked after three tries; a person has to look. `agentgate explain` says why.");
        return Ok(None);
    }
    turns.set(session, number + 1);
    Ok(Some(adapter.continuation(&steer::render(&report))))
}

/// Refuses to touch paths that the policy forbids.
fn before_edit(adapter: &Adapter, paths: &[String]) -> Result<Option<String>> {
    let repository = line::open(None)?;
    let Some(top) = repository.worktree_dir() else { return Ok(None) };
    let mut memory = Memory::default();
    for path in paths.iter().filter_map(|path| inside(top, path)) {
        memory.base.insert(path.clone(), Bytes::from(&b"a\n"[..]));
        memory.head.insert(path, Bytes::from(&b"b\n"[..]));
    }
    if memory.head.is_empty() {
        return Ok(None);
    }
    let (_, policy) = line::default_base(&repository, None, None)?;
    let change = memory.into_change_set(&policy.roles());
    let subject = Subject { agent: Agent { is_agent: true, why: "a hook of an agent".into() }, ..Subject::default() };
    let found = crate::findings(&change, &subject, &policy, &Claims::default());
    let is_scope =
        |rule: &str| rules::find(rule).is_some_and(|rule| rule.group == Group::Scope && rule.name != "diff-too-large");
    let reasons: Vec<String> = found
        .iter()
        .filter(|finding| is_scope(finding.rule) && blocks(&policy, finding))
        .map(|finding| {
            let path = finding.place.as_ref().map(|place| place.path.to_text()).unwrap_or_default();
            format!("{}: {path}: {}", finding.rule, finding.message)
        })
        .collect();
    if reasons.is_empty() {
        return Ok(None);
    }
    let reason = format!("agentgate refuses this edit. {}. Leave it as it is, or ask a person.", reasons.join("; "));
    Ok(Some(adapter.refusal(&reason)))
}

fn blocks(policy: &Policy, finding: &crate::verdict::Finding) -> bool {
    let Some(rule) = rules::find(finding.rule) else { return false };
    policy.level(rule, finding.place.as_ref().map(|place| &place.path)).0 == crate::policy::Level::Block
}

/// A path as the repository knows it; `None` where it lies outside. Not asked of the file system: the file may not exist yet.
fn inside(top: &Path, path: &str) -> Option<RepoPath> {
    let whole = std::env::current_dir().ok()?.join(path);
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    let real = top.canonicalize().ok();
    let relative = plain.strip_prefix(top).ok().or_else(|| plain.strip_prefix(real.as_deref()?).ok())?;
    let text = relative.to_str()?.replace('\\', "/");
    (!text.is_empty()).then(|| RepoPath::from(text.as_str()))
}

/// How often in a row this session was made to go on; kept in the git directory.
struct Turns(PathBuf);

impl Turns {
    fn of(repository: &Repository) -> Self {
        Self(repository.git_dir().join("agentgate").join("turns"))
    }

    fn count(&self, session: &str) -> u32 {
        let text = std::fs::read_to_string(&self.0).unwrap_or_default();
        let (number, known) = text.trim_end().split_once(' ').unwrap_or(("0", ""));
        if known == plain(session) { number.parse().unwrap_or(TURNS) } else { 0 }
    }

    fn set(&self, session: &str, number: u32) {
        // Without it the agent's own limit ends the loop.
        let _ = self.0.parent().map(std::fs::create_dir_all);
        let _ = std::fs::write(&self.0, format!("{number} {}\n", plain(session)));
    }

    fn end(&self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn plain(session: &str) -> String {
    session.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(100).collect()
}
