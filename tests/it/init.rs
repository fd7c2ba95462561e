//! `agentgate init`: new files only, and a clear word on what is left to do.

use std::fs;

use agentgate::facts::document::{self, Format};
use agentgate::policy::Policy;
use agentgate::setup::{Host, RELEASE, Service, Setup, State, What};

use crate::repository::TestRepository;

#[path = "../../build/release.rs"]
mod release;

const POLICY: &str = ".agentgate/policy.toml";
const TEMPLATE: &str = ".github/pull_request_template.md";
const WORKFLOW: &str = ".github/workflows/agentgate.yml";

impl TestRepository {
    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.dir().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn has(&self, path: &str) -> bool {
        self.dir().join(path).exists()
    }
}

fn on(host: &str) -> TestRepository {
    let test = TestRepository::init(&["-b", "trunk"]);
    test.git(&["remote", "add", "origin", &format!("git@{host}:team/project.git")]);
    test.write("src/a.py", "a = 1\n").commit("base");
    test
}

#[test]
fn on_github_four_files_and_the_second_time_none() {
    let test = on("github.com");
    let run = test.agentgate(&["init"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stdout.matches("written to").count(), 4, "{run:?}");
    assert!(run.stderr.contains("commit this to `trunk`") && run.stderr.contains("agentgate install"), "{run:?}");
    let policy = Policy::from_text(&test.read(POLICY)).expect("it is valid");
    assert_eq!(policy.branches().base.as_deref(), Some("trunk"));
    let template = test.read(TEMPLATE);
    for asked in policy.evidence().section_names().iter().map(|name| format!("## {name}\n")) {
        assert!(template.contains(&asked), "{asked}: {template}");
    }
    assert!(
        policy.evidence().footer_names().iter().all(|name| template.contains(&format!("\n{name}: "))),
        "{template}"
    );
    assert!(test.read("AGENTS.md").contains("as it stands on `trunk`"));
    let workflow = test.read(WORKFLOW);
    assert!(workflow.contains("fetch-depth: 0") && workflow.contains("run: agentgate ci"), "{workflow}");

    let files = [POLICY, TEMPLATE, "AGENTS.md", WORKFLOW].map(|path| test.read(path));
    let run = test.agentgate(&["init"]);
    assert_eq!((run.code, run.stdout.matches("already").count()), (0, 4), "{run:?}");
    assert_eq!([POLICY, TEMPLATE, "AGENTS.md", WORKFLOW].map(|path| test.read(path)), files);
    assert_eq!(test.agentgate(&["policy", "check"]).code, 0);
}

/// What it writes is what it would ask of anybody else.
#[test]
fn what_it_writes_is_judged_like_any_change() {
    let test = on("github.com");
    test.agentgate(&["init"]);
    test.git(&["add", "--all"]);
    let run = test.agentgate(&["check", "--base", "trunk", "--staged", "--as", "human"]);
    assert!(!run.stdout.contains("leftover-marker") && !run.stdout.contains("unreadable"), "{run:?}");
}

/// Setting the gate up must not need a way around the gate. An agent may not do it.
#[test]
fn what_it_writes_can_be_pushed_by_a_person_and_not_by_an_agent() {
    let origin = TestRepository::new();
    origin.write("a.py", "a = 1\n").commit("base");
    let server = origin.clone_of(&["--bare"]);
    let test = server.clone_of(&[]);
    assert_eq!(test.agentgate(&["init", "--host", "github"]).code, 0);
    assert_eq!(test.agentgate(&["install"]).code, 0);
    let push = |refspec: &str| {
        let mut command = crate::repository::scrubbed("git", test.dir());
        crate::program::prepare(&mut command);
        crate::program::finished(&command.args(["push", "--quiet", "origin", refspec]).output().expect("git runs"))
    };
    test.branch("agent/T-1-gate").commit("a gate");
    let run = push("agent/T-1-gate");
    assert!(run.code != 0 && run.stderr.contains("nothing was pushed"), "{run:?}");
    test.git(&["branch", "--quiet", "-f", "main", "agent/T-1-gate"]);
    let run = push("main");
    assert_eq!(run.code, 0, "{run:?}");
    let (said, edit) = (run.stdout + &run.stderr, "the repository gets its first policy");
    assert!(said.contains(edit), "but not unseen: {said}");

    // From then on there is something to weaken.
    test.switch("main").write(POLICY, "version = 1\nextends = [\"observe\"]\n").commit("observe");
    let run = push("main");
    assert!(run.code != 0 && !(run.stdout + &run.stderr).contains(edit));
}

#[test]
fn a_dry_run_writes_nothing() {
    let test = on("github.com");
    let run = test.agentgate(&["init", "--dry-run"]);
    assert_eq!((run.code, run.stdout.matches("would be written to").count()), (0, 4), "{run:?}");
    assert!(run.stdout.contains("    version = 1") && run.stdout.contains("    ## Summary"), "{run:?}");
    assert_eq!(test.git(&["status", "--porcelain"]), "");
}

#[test]
fn what_is_there_stays_and_what_it_lacks_is_printed() {
    let test = on("github.com");
    let (own, agents) = ("## summary\n\nSay it.\n", "# For agents\n\nUse tabs.\n");
    test.write(".github/PULL_REQUEST_TEMPLATE.md", own).write("AGENTS.md", agents);
    let run = test.agentgate(&["init"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!((test.read(".github/PULL_REQUEST_TEMPLATE.md"), test.read("AGENTS.md")), (own.into(), agents.into()));
    assert!(test.has(POLICY) && test.has(WORKFLOW) && !test.has(TEMPLATE), "the others are written: {run:?}");
    assert!(run.stderr.contains("    ## Tests Run") && !run.stderr.contains("## Summary"), "{run:?}");
    assert!(run.stderr.contains("    ## The gate"), "{run:?}");
    assert!(run.stderr.contains("left to you: .github/PULL_REQUEST_TEMPLATE.md, AGENTS.md"), "{run:?}");

    // Doing what it says satisfies it.
    let added = |path: &str, own: &str| {
        let printed = run.stderr.split(&format!("{path} lacks")).nth(1).expect("it is named");
        let block: Vec<&str> = printed.lines().skip(2).take_while(|l| l.is_empty() || l.starts_with("    ")).collect();
        test.write(path, format!("{own}\n{}\n", block.join("\n").replace("\n    ", "\n").trim_start()));
    };
    added(".github/PULL_REQUEST_TEMPLATE.md", own);
    added("AGENTS.md", agents);
    let run = test.agentgate(&["init"]);
    assert_eq!((run.code, run.stdout.matches("already").count()), (0, 4), "{run:?}");
}

#[test]
fn on_gitlab_and_anywhere_else() {
    let test = on("gitlab.example.org");
    assert_eq!(test.agentgate(&["init"]).code, 0);
    let template = include_str!("../../templates/agentgate.yml");
    assert_eq!(test.read(".gitlab-ci.yml"), template, "the job that is tested, with what verifies its installation");
    assert!(test.has(".gitlab/merge_request_templates/Default.md") && !test.has(".github"));

    let test = on("gitlab.example.org");
    test.write(".gitlab-ci.yml", "test:\n  script: make test\n");
    let run = test.agentgate(&["init"]);
    assert!(
        run.code == 2 && run.stderr.contains("    agentgate:\n") && run.stderr.contains(".gitlab-ci.yml lacks"),
        "{run:?}"
    );
    assert_eq!(test.read(".gitlab-ci.yml"), "test:\n  script: make test\n");

    let test = on("git.example.org");
    let run = test.agentgate(&["init"]);
    assert!(run.code == 0 && run.stdout.contains("agentgate ci --base origin/trunk --branch"), "{run:?}");
    assert!(!test.has(".github") && !test.has(".gitlab-ci.yml") && test.has(POLICY));
    let run = test.agentgate(&["init", "--host", "github"]);
    assert!(run.code == 0 && test.has(WORKFLOW), "{run:?}");
}

const PIPELINES: [(&str, &str); 7] = [
    ("github", WORKFLOW),
    ("gitlab", ".gitlab-ci.yml"),
    ("azure", "azure-pipelines.yml"),
    ("bitbucket", "bitbucket-pipelines.yml"),
    ("buildkite", ".buildkite/pipeline.yml"),
    ("circleci", ".circleci/config.yml"),
    ("jenkins", "Jenkinsfile"),
];

/// Every job installs outside of the checkout, holds what it got against what was wanted, and asks for a command that exists.
#[test]
fn a_job_for_every_service() {
    for (service, path) in PIPELINES {
        let test = on("git.example.org");
        let run = test.agentgate(&["init", "--ci", service]);
        assert_eq!(run.code, 0, "{service}: {run:?}");
        let text = test.read(path);
        // Buildkite would fill in what has one dollar sign.
        let script = if service == "buildkite" { text.replace("$$", "$") } else { text.clone() };
        for wanted in [
            "gate=$(mktemp -d)",
            "--branch \"v$AGENTGATE_VERSION\"",
            "\"${AGENTGATE_COMMIT:-$found}\" != \"$found\"",
            "cargo install --locked --path .",
            "!= \"agentgate $AGENTGATE_VERSION\"",
        ] {
            assert!(script.contains(wanted), "{service}: {wanted}: {text}");
        }
        // What this build knows of its release, and nothing made up.
        let pin = text.lines().find(|line| line.trim_start().starts_with("AGENTGATE_COMMIT")).expect("it is set");
        let quoted = pin.split(['"', '\'']).nth(1).expect("a text");
        assert_eq!(quoted, RELEASE.unwrap_or_default(), "{service}");
        let is_said = run.stderr.contains("set AGENTGATE_COMMIT") && run.stderr.contains("git ls-remote");
        assert_eq!(is_said, quoted.is_empty(), "{service}: {run:?}");
        assert!(!text.contains('@') || service == "github" || service == "azure", "everything is filled in: {text}");
        for left in ["@REPOSITORY@", "@VERSION@", "@BASE@", "@RUST@", "@COMMIT@"] {
            assert!(!text.contains(left), "{service}: {left}: {text}");
        }
        assert!(
            script.contains("agentgate ci")
                || script.contains("agentgate\" ci")
                || script.contains("\"$AGENTGATE\" ci")
        );
        if path.ends_with(".yml") {
            let read = document::read(Format::Yaml, text.as_bytes()).expect("it is YAML");
            assert!(read.members().len() > 0, "{service}");
        }
        // Once it is there it is known, and judged like any pipeline.
        let again = test.agentgate(&["init", "--ci", service]);
        assert!(again.code == 0 && again.stdout.contains(&format!("is in {path} already")), "{service}: {again:?}");
        test.git(&["add", "--all"]);
        let run = test.agentgate(&["check", "--base", "trunk", "--staged"]);
        for rule in ["unreadable-change", "weakened-ci", "changed-dependency-source"] {
            assert!(!run.stdout.contains(rule), "{service}: {run:?}");
        }
    }
    let help = TestRepository::new().agentgate(&["ci", "--help"]);
    for option in ["--format", "--output"] {
        assert!(help.stdout.contains(option), "{help:?}");
    }
}

/// A program that knows the commit of its release writes it into every job; one without a place for it names it to cargo.
#[test]
fn the_commit_of_the_release_is_demanded_where_it_is_known() {
    let top = tempfile::tempdir().expect("a folder");
    let commit = "1234567890abcdef1234567890abcdef12345678";
    let written = |service, release| {
        let (host, policy) = (Host::Other, Policy::default());
        let setup = Setup { top: top.path(), host, service, base: "trunk", release, policy: &policy, callers: &[] };
        let pieces = setup.pieces().expect("it can be read");
        match pieces.into_iter().find(|piece| piece.what == What::Ci).expect("a job").state {
            State::Missing(text) | State::ByHand(text) => text,
            other => panic!("{other:?}"),
        }
    };
    for (service, _) in PIPELINES {
        let service = <Service as clap::ValueEnum>::from_str(service, false).expect("a service");
        let (with, without) = (written(Some(service), Some(commit)), written(Some(service), None));
        assert_eq!(with.replace(commit, ""), without, "nothing else differs");
        let line = with.lines().find(|line| line.contains(commit)).expect("it is there");
        assert!(line.trim_start().starts_with("AGENTGATE_COMMIT"), "{line}");
    }
    assert!(written(None, Some(commit)).contains(&format!(" --rev {commit} agentgate")));
    assert!(written(None, None).contains(concat!(" --tag v", env!("CARGO_PKG_VERSION"), " agentgate")));
}

/// Which commit a version was released from is known to a checkout with its tag and to a package, and to nothing else.
#[test]
fn a_build_knows_its_release_by_the_tag_or_the_package() {
    let test = TestRepository::new();
    let first = test.write("a", "1\n").commit("release").to_string();
    assert_eq!(release::of(test.dir(), "1.2.3"), None, "without a tag it is no release");
    test.git(&["tag", "-a", "v1.2.3", "-m", "release"]);
    test.write("a", "2\n").commit("later");
    assert_eq!(release::of(test.dir(), "1.2.3"), Some(first.clone()), "what an annotated tag names");
    assert_eq!(release::of(test.dir(), "1.2.4"), None);
    test.write("vendor/agentgate/Cargo.toml", "");
    let inside = test.dir().join("vendor/agentgate");
    assert_eq!(release::of(&inside, "1.2.3"), None, "the tags of what it lies in are another's");
    let package = |text: &str| {
        fs::write(inside.join(".cargo_vcs_info.json"), text).expect("written");
        release::of(&inside, "1.2.3")
    };
    let told = |more: &str| format!("{{\n  \"git\": {{\n    \"sha1\": \"{first}\"{more}\n  }}\n}}\n");
    assert_eq!(package(&told("")), Some(first.clone()));
    assert_eq!(package(&told(",\n    \"dirty\": true")), None, "packed with changes that no commit has");
    assert_eq!(package("{}"), None);
    assert_eq!(package("{\"git\": {\"sha1\": \"../../etc\"}}"), None);
}

/// What verifies the installation, run as the services run it: with a repository whose tag is not what was wanted.
#[cfg(unix)]
#[test]
fn an_installation_that_is_not_what_was_wanted_is_refused() {
    let source = TestRepository::new();
    let head = source.write("Cargo.toml", "").commit("release");
    source.git(&["tag", concat!("v", env!("CARGO_PKG_VERSION"))]);
    let bin = tempfile::tempdir().expect("a folder");
    let cargo = bin.path().join("cargo");
    fs::write(&cargo, "#!/bin/sh\nwhile [ \"$1\" != --root ]; do shift; done\nmkdir -p \"$2/bin\"\nprintf '#!/bin/sh\\necho agentgate 9.9.9\\n' >\"$2/bin/agentgate\"\nchmod +x \"$2/bin/agentgate\"\n").expect("written");
    fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it may run");
    let test = on("github.com");
    assert_eq!(test.agentgate(&["init"]).code, 0);
    let workflow = test.read(WORKFLOW);
    let script: String = workflow
        .lines()
        .skip_while(|line| line.trim() != "run: |")
        .skip(1)
        .take_while(|line| line.starts_with("          "))
        .map(|line| format!("{}\n", &line[10..]))
        .collect();
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").expect("there is one"));
    let installed = |commit: &str| {
        let mut command = crate::repository::scrubbed("bash", test.dir());
        let command = command.args(["-e", "-c", &script]).env("PATH", &path).env("AGENTGATE_COMMIT", commit);
        let command =
            command.env("AGENTGATE_REPOSITORY", source.dir()).env("AGENTGATE_VERSION", env!("CARGO_PKG_VERSION"));
        crate::program::finished(&command.env("GITHUB_PATH", bin.path().join("path")).output().expect("bash runs"))
    };
    let run = installed("0000000000000000000000000000000000000000");
    assert!(run.code == 2 && run.stderr.contains("wanted is 0000"), "{run:?}");
    for commit in ["", &head.to_string()] {
        let run = installed(commit);
        assert!(run.code == 2 && run.stderr.contains("installed is 'agentgate 9.9.9'"), "{run:?}");
    }
}

#[test]
fn the_base_branch_is_the_remote_s_not_the_one_that_is_checked_out() {
    let origin = TestRepository::new();
    origin.write("a", "1\n").commit("base");
    let test = origin.clone_of(&[]);
    test.branch("agent/T-1-x");
    assert_eq!(test.agentgate(&["init"]).code, 0);
    assert!(test.read(POLICY).contains("\nbase = \"main\"\n"));
    // A repository without a commit is set up for the branch that its first commit will make.
    let test = TestRepository::init(&["-b", "first"]);
    assert_eq!(test.agentgate(&["init"]).code, 0);
    assert!(test.read(POLICY).contains("\nbase = \"first\"\n"));
}

#[test]
fn where_it_can_not_be_done_it_says_why() {
    let test = on("github.com");
    let bare = test.clone_of(&["--bare"]);
    let run = bare.agentgate(&["init"]);
    assert!(run.code == 2 && run.stderr.contains("bare"), "{run:?}");
    test.write(POLICY, "version = 1\n[rules]\nskiped-test = \"warn\"\n");
    let run = test.agentgate(&["init"]);
    assert!(run.code == 2 && run.stderr.contains("did you mean `skipped-test`") && !test.has("AGENTS.md"), "{run:?}");
}

/// A link that a repository carries must not make us write elsewhere.
#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_not_followed() {
    let test = on("github.com");
    let outside = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(outside.path(), test.dir().join(".agentgate")).expect("a link");
    let run = test.agentgate(&["init"]);
    assert!(run.code == 2 && run.stderr.contains("leads out of the work tree"), "{run:?}");
    assert_eq!(fs::read_dir(outside.path()).expect("it is there").count(), 0);
}

const SETTINGS: [(&str, &str); 5] = [
    ("claude-code", ".claude/settings.json"),
    ("codex", ".codex/hooks.json"),
    ("cursor", ".cursor/hooks.json"),
    ("gemini", ".gemini/settings.json"),
    ("copilot", ".github/hooks/agentgate.json"),
];

#[test]
fn agents_get_their_hooks_once_and_keep_what_they_have() {
    let test = on("github.com");
    let own = "{\n  // small and fast\n  \"model\": \"small\",\n  \"hooks\": { \"Stop\": [{ \"hooks\": [{ \"type\": \"command\", \"command\": \"make lint\" }] }] }\n}\n";
    test.write(".claude/settings.json", own);
    let all: Vec<&str> = SETTINGS.iter().flat_map(|(agent, _)| ["--agent", agent]).collect();
    let arguments = [&["init"], &all[..]].concat();
    let dry = test.agentgate(&[&arguments[..], &["--dry-run"]].concat());
    assert!(dry.code == 0 && dry.stdout.contains("would be added to .claude/settings.json"), "{dry:?}");
    assert_eq!((test.read(".claude/settings.json"), test.has(".codex/hooks.json")), (own.to_owned(), false));

    let run = test.agentgate(&arguments);
    assert_eq!(run.code, 0, "{run:?}");
    for (agent, path) in SETTINGS {
        let text = test.read(path);
        assert_eq!(
            text.matches(&format!("agentgate hook {agent}\"")).count(),
            if agent == "copilot" { 4 } else { 2 },
            "{text}"
        );
        assert!(run.stdout.contains(path), "{run:?}");
    }
    let claude = test.read(".claude/settings.json");
    assert!(claude.contains("// small and fast") && claude.contains("\"make lint\""), "{claude}");

    let before: Vec<String> = SETTINGS.iter().map(|(_, path)| test.read(path)).collect();
    let again = test.agentgate(&arguments);
    assert_eq!((again.code, again.stdout.matches("already").count()), (0, 9), "{again:?}");
    assert_eq!(SETTINGS.iter().map(|(_, path)| test.read(path)).collect::<Vec<_>>(), before);
    assert_eq!(test.agentgate(&["init", "--agent", "nobody"]).code, 2);
}

#[test]
fn settings_that_are_broken_stay_and_are_named() {
    let test = on("github.com");
    for broken in ["{ \"hooks\": ", "[]", "{\"hooks\": {\"Stop\": \"make lint\"}}"] {
        test.write(".claude/settings.json", broken);
        let run = test.agentgate(&["init", "--agent", "claude-code", "--agent", "codex"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(".claude/settings.json can't be added to"), "{run:?}");
        assert!(run.stderr.contains("agentgate hook claude-code"), "what belongs into it: {run:?}");
        assert_eq!(test.read(".claude/settings.json"), broken);
        assert!(test.has(".codex/hooks.json"), "the others are written: {run:?}");
    }
}

/// What is written is what the agent runs: its command, with the event it sends, refuses the edit.
#[cfg(unix)]
#[test]
fn the_command_that_was_written_answers_the_agent() {
    let test = TestRepository::new();
    test.write("a.py", "a = 1\n").commit("base");
    assert_eq!(test.agentgate(&["init", "--agent", "claude-code"]).code, 0);
    test.write(POLICY, "version = 1\n[scope]\nforbidden = [\"infra/**\"]\n").commit("gate");
    let settings: serde_json::Value = serde_json::from_str(&test.read(".claude/settings.json")).expect("JSON");
    let command =
        settings.pointer("/hooks/PreToolUse/0/hooks/0/command").and_then(|it| it.as_str()).expect("a command");
    let event = r#"{"hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":"infra/a.tf"}}"#;
    let mut shell = crate::repository::scrubbed("sh", test.dir());
    crate::program::prepare(&mut shell);
    let run = shell.args(["-c", &format!("printf '%s' '{event}' | {command}")]).output().expect("sh runs");
    let answer: serde_json::Value =
        serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    assert_eq!(answer["hookSpecificOutput"]["permissionDecision"], "deny", "{answer}");
}

#[cfg(unix)]
#[test]
fn settings_that_are_a_link_are_not_written_through() {
    let test = on("github.com");
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("settings.json"), "{}").expect("written");
    std::fs::create_dir(test.dir().join(".claude")).expect("a folder");
    std::os::unix::fs::symlink(outside.path().join("settings.json"), test.dir().join(".claude/settings.json"))
        .expect("a link");
    let run = test.agentgate(&["init", "--agent", "claude-code"]);
    assert!(run.code == 2 && run.stderr.contains("no plain file"), "{run:?}");
    assert_eq!(std::fs::read_to_string(outside.path().join("settings.json")).expect("it is there"), "{}");
}
