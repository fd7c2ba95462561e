//! What the gate is made of, told from a path and, where a file serves others too, from its text.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::Regex;

use crate::RepoPath;

/// A part of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `.agentgate/`: policy, packets, waivers, signers.
    Policy,
    /// Who must review.
    Owners,
    /// Settings of the hosting service that are kept in the repository.
    Hosting,
    /// A hook or a hook manager's configuration: the gate's only where its text calls it.
    Hook,
    /// A pipeline: the gate's only where its text calls it.
    Pipeline,
    /// What coding agents are told.
    Instructions,
    /// What coding agents may do, and the programs they start.
    AgentSettings,
}

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "the gate's own folder",
            Self::Owners => "code owners",
            Self::Hosting => "repository settings",
            Self::Hook => "a hook that runs the gate",
            Self::Pipeline => "the gate's CI job",
            Self::Instructions => "instructions for agents",
            Self::AgentSettings => "permissions and hooks of agents",
        }
    }
}

/// Exact paths, `folder/` for everything below a folder at the top, `*/name` for a name anywhere, `*/folder/` for a folder anywhere.
/// The first row that fits decides. Compared without regard to case: some file systems don't tell `.AGENTGATE` apart.
static TABLE: &[(Part, &str)] = &[
    (Part::Policy, ".agentgate .agentgate/ agentgate.toml"),
    (Part::Owners, "codeowners .github/codeowners .gitlab/codeowners docs/codeowners .forgejo/codeowners .gitea/codeowners"),
    (Part::Hosting, ".github/settings.yml .github/settings.yaml .github/rulesets/"),
    (
        Part::Hook,
        ".husky .husky/ .githooks .githooks/ .git-hooks/ githooks/ hooks/ lefthook.yml lefthook.yaml .lefthook.yml .lefthook.yaml
         lefthook.toml lefthook.json .lefthook/ .config/lefthook.yml .pre-commit-config.yaml .pre-commit-config.yml prek.toml
         .overcommit.yml captainhook.json grumphp.yml package.json .hk.pkl hk.pkl",
    ),
    (
        Part::Pipeline,
        ".github/workflows/ .github/actions/ .gitlab-ci.yml .gitlab/ci/ .gitlab/ .circleci/ .buildkite/ .ci/ azure-pipelines.yml
         .azure-pipelines/ .azuredevops/ jenkinsfile .travis.yml bitbucket-pipelines.yml .drone.yml .woodpecker.yml .woodpecker/
         .forgejo/workflows/ .gitea/workflows/ .teamcity/ .cirrus.yml .semaphore/ .tekton/",
    ),
    (
        Part::AgentSettings,
        "*/.claude/settings.json */.claude/settings.local.json */.claude/hooks/ managed-settings.json */.mcp.json */mcp.json
         */.cursor/hooks.json */.cursor/hooks/ */.cursor/environment.json */.cursor/cli.json .github/hooks/
         .github/copilot/settings.json .github/copilot/settings.local.json .github/workflows/copilot-setup-steps.yml
         */.codex/config.toml */.codex/hooks.json */.codex/requirements.toml */.gemini/settings.json */.gemini/policies/
         */.windsurf/hooks.json */.kiro/hooks/ */.kiro/settings/ */.clinerules/hooks/ */.opencode/plugins/ */opencode.json
         */opencode.jsonc */.amp/settings.json */.augment/settings.json .openhands/setup.sh .openhands/pre-commit.sh
         */.aider.conf.yml */.continue/config.yaml",
    ),
    (
        Part::Instructions,
        "*/agents.md */agents.override.md */claude.md */claude.local.md */gemini.md */skill.md */.claude/ */.gemini/ */.cursor/
         */.cursorrules */.windsurfrules */.windsurf/ */.clinerules */.clinerules/ */.cline/ */.roo/ */.roorules */.kilocode/
         */.continue/ */.continuerules */.openhands/ */.opencode/ */.amp/ */.kiro/ */.trae/ */.augment/ */.augment-guidelines
         */.junie/ */.codex/ */.agents/ */.goosehints */.aider.model.settings.yml */.aiderignore */.geminiignore
         .github/copilot-instructions.md .github/instructions/ .github/prompts/ .github/agents/ .github/chatmodes/ .github/skills/
         .github/copilot/ warp.md replit.md",
    ),
];

/// Which part of the gate a file of this path may be.
pub fn part(path: &RepoPath) -> Option<Part> {
    let path = path.as_bytes().to_ascii_lowercase();
    let fits = |pattern: &str| match (pattern.strip_prefix("*/"), pattern.strip_suffix('/')) {
        (Some(rest), Some(_)) => {
            let inner = [b"/", rest.as_bytes()].concat();
            path.starts_with(rest.as_bytes()) || path.windows(inner.len()).any(|window| window == inner)
        }
        (Some(name), None) => path == name.as_bytes() || path.ends_with(&[b"/", name.as_bytes()].concat()),
        (None, Some(_)) => path.starts_with(pattern.as_bytes()),
        (None, None) => path == pattern.as_bytes(),
    };
    TABLE.iter().find(|(_, patterns)| patterns.split_ascii_whitespace().any(fits)).map(|(part, _)| *part)
}

/// Whether a text runs the gate: its commands, its linked names, an action or a hook of that name.
pub fn runs_gate(text: &str) -> bool {
    static RUNS: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?m)(?-u:\b)agentgate(?:-ci|-pre-push)(?-u:\b)|(?-u:\b)agentgate(?:\.exe)?[\x22']?[ ,\]\[\x22']+(?:ci|check|pre-push|commit-msg|pre-receive|update|prove|hook)(?-u:\b)|uses:.*agentgate|\bid:\s*agentgate|repo:.*agentgate|^\s*name:\s*agentgate\s*$";
        Regex::new(pattern).expect("tested")
    });
    text.contains("agentgate") && RUNS.is_match(text)
}

/// The blocks of a pipeline's YAML whose change can touch the gate's job: that job, and what holds for all jobs.
/// One-based lines.
pub fn pipeline_blocks(text: &str) -> Vec<RangeInclusive<u32>> {
    let top = blocks(text, 0..=u32::MAX, 0);
    let mut found = Vec::new();
    for (key, lines) in top {
        let body = slice(text, &lines);
        if key == "jobs" {
            let indent = body.lines().skip(1).find(|line| is_content(line)).map_or(2, indentation);
            let jobs = blocks(text, *lines.start() + 1..=*lines.end(), indent);
            found.extend(jobs.into_iter().filter(|(_, lines)| runs_gate(&slice(text, lines))).map(|(_, lines)| lines));
        } else if SHARED.contains(&key.as_str()) || runs_gate(&body) {
            found.push(lines);
        }
    }
    found
}

/// Keys of pipelines that hold for every job.
const SHARED: &[&str] = &[
    "on",
    "\"on\"",
    "'on'",
    "true",
    "permissions",
    "env",
    "defaults",
    "concurrency",
    "workflow",
    "stages",
    "include",
    "default",
    "variables",
    "trigger",
    "pr",
    "pool",
    "resources",
    "extends",
    "setup",
    "when",
];

/// The blocks that begin at one indentation, each to the line before the next.
fn blocks(text: &str, within: RangeInclusive<u32>, indent: usize) -> Vec<(String, RangeInclusive<u32>)> {
    let mut found: Vec<(String, RangeInclusive<u32>)> = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()).filter(|(number, _)| within.contains(number)) {
        if is_content(line) && indentation(line) == indent && !line.trim_start().starts_with('-') {
            let key = line.split(':').next().unwrap_or_default().trim().to_owned();
            found.push((key, number..=number));
        } else if let Some((_, lines)) = found.last_mut() {
            *lines = *lines.start()..=number;
        }
    }
    found
}

fn is_content(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn slice(text: &str, lines: &RangeInclusive<u32>) -> String {
    let numbered = (1u32..).zip(text.lines()).filter(|(number, _)| lines.contains(number));
    numbered.map(|(_, line)| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_by_path() {
        let expectations = [
            (".agentgate/policy.toml", Some(Part::Policy)),
            (".AgentGate/policy.toml", Some(Part::Policy)),
            ("docs/.agentgate.md", None),
            ("sub/.agentgate/policy.toml", None),
            (".github/CODEOWNERS", Some(Part::Owners)),
            ("src/codeowners.rs", None),
            (".github/workflows/ci.yml", Some(Part::Pipeline)),
            ("AGENTS.md", Some(Part::Instructions)),
            ("web/CLAUDE.md", Some(Part::Instructions)),
            (".cursor/rules/a.mdc", Some(Part::Instructions)),
            (".claude/settings.json", Some(Part::AgentSettings)),
            ("web/.mcp.json", Some(Part::AgentSettings)),
            ("src/agents.rs", None),
        ];
        for (path, expected) in expectations {
            assert_eq!(part(&RepoPath::from(path)), expected, "{path}");
        }
    }

    #[test]
    fn only_text_that_runs_the_gate_is_the_gate() {
        for text in [
            "run: agentgate ci",
            "exec agentgate-pre-push \"$@\"",
            "[\"agentgate\", \"check\"]",
            "- uses: x/agentgate@v1",
            "  - id: agentgate",
        ] {
            assert!(runs_gate(text), "{text}");
        }
        for text in ["cargo test", "cargo install agentgate", "cd agentgate", "# see agentgate"] {
            assert!(!runs_gate(text), "{text}");
        }
    }

    #[test]
    fn a_pipeline_is_the_gates_where_its_job_is() {
        let text = "name: ci\non: push\n\njobs:\n  test:\n    steps:\n      - run: make\n  # the gate\n  gate:\n    steps:\n      - run: agentgate ci\n\n  other:\n    steps: []\n";
        assert_eq!(pipeline_blocks(text), [2..=3, 9..=12]);
        assert_eq!(pipeline_blocks("gate:\n  script: agentgate ci\ntest:\n  script: make\n"), [1..=2]);
    }
}
