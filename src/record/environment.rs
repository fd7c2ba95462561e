//! Where a run took place: system, tools by their own word, CI service. No variable is stored as it is.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::statement::Environment;
use crate::ci;

/// Programs that are asked for their version where a command names them, and how.
const TOOLS: &[(&str, &str)] = &[
    ("bash", "--version"),
    ("bun", "--version"),
    ("cargo", "--version"),
    ("cmake", "--version"),
    ("ctest", "--version"),
    ("deno", "--version"),
    ("dotnet", "--version"),
    ("elixir", "--version"),
    ("go", "version"),
    ("java", "--version"),
    ("jest", "--version"),
    ("make", "--version"),
    ("mix", "--version"),
    ("mypy", "--version"),
    ("node", "--version"),
    ("npm", "--version"),
    ("npx", "--version"),
    ("php", "--version"),
    ("pnpm", "--version"),
    ("pytest", "--version"),
    ("python", "--version"),
    ("python3", "--version"),
    ("rspec", "--version"),
    ("ruby", "--version"),
    ("ruff", "--version"),
    ("rustc", "--version"),
    ("swift", "--version"),
    ("uv", "--version"),
    ("yarn", "--version"),
];
/// A tool that takes longer to say its version goes without.
const PATIENCE: Duration = Duration::from_secs(3);

/// The surroundings of a command made of these words.
pub fn of<'a>(words: impl Iterator<Item = &'a str>, job: &ci::Environment) -> Environment {
    let mut tools = BTreeMap::from([("agentgate".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]);
    for word in words {
        let Some((name, argument)) = TOOLS.iter().find(|(name, _)| *name == word) else { continue };
        if !tools.contains_key(*name)
            && let Some(version) = version(name, argument)
        {
            tools.insert((*name).to_owned(), version);
        }
    }
    Environment {
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        distribution: std::fs::read_to_string("/etc/os-release").ok().and_then(|text| distribution(&text)),
        tools,
        ci: service(job).map(|(name, _)| name.to_owned()),
    }
}

/// The page of the CI job that this is, where it is one.
pub fn job_url(job: &ci::Environment) -> Option<String> {
    service(job)?.1
}

fn service(job: &ci::Environment) -> Option<(&'static str, Option<String>)> {
    let url = |name| job.get(name).map(ToOwned::to_owned);
    if job.get("GITHUB_ACTIONS").is_some() {
        let parts = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"].map(|name| job.get(name));
        let url = match parts {
            [Some(server), Some(repository), Some(run)] => Some(format!("{server}/{repository}/actions/runs/{run}")),
            _ => None,
        };
        return Some(("GitHub Actions", url));
    }
    let known = [
        ("GITLAB_CI", "GitLab CI", "CI_JOB_URL"),
        ("BUILDKITE", "Buildkite", "BUILDKITE_BUILD_URL"),
        ("TF_BUILD", "Azure Pipelines", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"),
        ("BITBUCKET_BUILD_NUMBER", "Bitbucket Pipelines", "BITBUCKET_GIT_HTTP_ORIGIN"),
        ("JENKINS_URL", "Jenkins", "BUILD_URL"),
        ("CIRCLECI", "CircleCI", "CIRCLE_BUILD_URL"),
    ];
    let found = known.iter().find(|(variable, _, _)| job.get(variable).is_some());
    match found {
        Some((_, name, address)) => Some((name, url(address))),
        None => job.get("CI").map(|_| ("CI", None)),
    }
}

fn distribution(os_release: &str) -> Option<String> {
    let line = os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(line.trim_matches('"').to_owned())
}

fn version(program: &str, argument: &str) -> Option<String> {
    let mut child = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(_)) => break,
            Ok(None) if started.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
    let mut text = Vec::new();
    child.stdout.take()?.take(4096).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    let line: String = text.lines().find(|line| !line.trim().is_empty())?.trim().chars().take(100).collect();
    Some(line)
}
