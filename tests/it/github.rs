//! Jobs as GitHub's runner starts them, without a container: the checkout that `actions/checkout` makes, the runner's
//! variables and files, the payload of the event. What is written is compared byte by byte.

use std::path::PathBuf;

use crate::program::{self, Run, finished};
use crate::repository::TestRepository;
use crate::server::{Server, blocking};

impl Server {
    fn payload(&self, text: &str, owner: &str) -> String {
        self.filled(text).replace("@OWNER@", owner)
    }

    fn pull_request(&self) -> Job {
        let payload = self.payload(include_str!("payloads/github-pull_request.json"), "example");
        self.action("pull_request", &payload, "refs/pull/7/merge", &self.merge)
    }

    /// The checkout, with all history, and the runner's surroundings.
    fn action(&self, event: &str, payload: &str, reference: &str, sha: &str) -> Job {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().canonicalize().expect("it exists");
        let workspace = top.join("work/shop/shop");
        for name in ["_temp/_runner_file_commands", "_temp/_github_workflow"] {
            std::fs::create_dir_all(top.join("work").join(name)).expect("folders");
        }
        let own = format!("+{reference}:refs/remotes/{}", reference.trim_start_matches("refs/"));
        let checkout = self.checkout(&workspace, &["+refs/heads/*:refs/remotes/origin/*", &own], sha);
        let temp = top.join("work/_temp");
        std::fs::write(temp.join("_github_workflow/event.json"), payload).expect("written");
        for name in ["set_output", "step_summary"] {
            std::fs::write(temp.join("_runner_file_commands").join(name), "").expect("written");
        }
        Job {
            _keep: folder,
            checkout,
            temp,
            event: event.into(),
            reference: reference.into(),
            sha: sha.into(),
            more: Vec::new(),
        }
    }
}

struct Job {
    _keep: tempfile::TempDir,
    checkout: TestRepository,
    temp: PathBuf,
    event: String,
    reference: String,
    sha: String,
    more: Vec<(&'static str, String)>,
}

impl Job {
    fn file(&self, name: &str) -> PathBuf {
        self.temp.join("_runner_file_commands").join(name)
    }

    fn written(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("it is there")
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = program::command(self.checkout.dir());
        let name = self.reference.split_once('/').and_then(|(_, rest)| rest.split_once('/')).expect("a reference").1;
        for (variable, value) in [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_ACTION", "__run"),
            ("GITHUB_ACTOR", "ada"),
            ("GITHUB_API_URL", "https://api.github.com"),
            ("GITHUB_EVENT_NAME", &self.event),
            ("GITHUB_JOB", "agentgate"),
            ("GITHUB_REF", &self.reference),
            ("GITHUB_REF_NAME", name),
            ("GITHUB_REF_PROTECTED", "false"),
            ("GITHUB_REF_TYPE", "branch"),
            ("GITHUB_REPOSITORY", "example/shop"),
            ("GITHUB_REPOSITORY_OWNER", "example"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_RUN_ID", "15000000000"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_SHA", &self.sha),
            ("GITHUB_WORKFLOW", "agentgate"),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_ARCH", "X64"),
        ] {
            command.env(variable, value);
        }
        if self.event == "pull_request" {
            command.env("GITHUB_HEAD_REF", "agent/T-1-x").env("GITHUB_BASE_REF", "main");
        }
        command
            .env("GITHUB_WORKSPACE", self.checkout.dir())
            .env("RUNNER_TEMP", &self.temp)
            .env("GITHUB_EVENT_PATH", self.temp.join("_github_workflow/event.json"))
            .env("GITHUB_OUTPUT", self.file("set_output"))
            .env("GITHUB_STEP_SUMMARY", self.file("step_summary"));
        for (variable, value) in &self.more {
            command.env(variable, value);
        }
        finished(&command.arg("ci").args(arguments).output().expect("it runs"))
    }

    /// What a run left behind, with what differs from machine to machine taken out.
    fn everything(&self, run: &Run) -> String {
        let all = format!(
            "exit code {}\n=== annotations\n{}=== log\n{}=== GITHUB_OUTPUT\n{}=== GITHUB_STEP_SUMMARY\n{}",
            run.code,
            run.stdout,
            run.stderr,
            self.written("set_output"),
            self.written("step_summary")
        );
        all.replace(&self.temp.display().to_string(), "@RUNNER_TEMP@")
    }

    fn report(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.temp.join("agentgate.json")).expect("it is saved")).expect("JSON")
    }
}

#[test]
fn a_pull_request_that_is_blocked_byte_by_byte() {
    let job = Server::weakened().pull_request();
    let run = job.run(&[]);
    insta::assert_snapshot!(job.everything(&run));
    let report = job.report();
    assert_eq!(report["subject"]["head"]["ref"], "agent/T-1-x");
    assert_eq!(report["subject"]["agent"]["is_agent"], true);
    assert_eq!(blocking(&report), ["loosened-assertion"], "what main got meanwhile is not the branch's");
}

#[test]
fn a_pull_request_that_passes_byte_by_byte() {
    let job = Server::honest().pull_request();
    insta::assert_snapshot!(job.everything(&job.run(&[])));
}

#[test]
fn a_merge_group_byte_by_byte() {
    let server = Server::weakened();
    let queue = format!("refs/heads/gh-readonly-queue/main/pr-7-{}", server.main);
    server.origin.git(&["update-ref", &queue, &server.merge]);
    let payload = server.payload(include_str!("payloads/github-merge_group.json"), "example");
    let job = server.action("merge_group", &payload, &queue, &server.merge);
    insta::assert_snapshot!(job.everything(&job.run(&[])));
}

#[test]
fn pushes_to_a_branch_and_to_the_default_branch() {
    let server = Server::weakened();
    let push = |name: &str, before: &str, after: &str| {
        let payload = include_str!("payloads/github-push.json").replace("@REF@", name).replace("@BEFORE@", before);
        let payload = payload.replace("@HEAD@", after);
        server.action("push", &payload, name, after)
    };
    let zero = "0".repeat(40);
    for before in [&server.old_base, &zero] {
        let job = push("refs/heads/agent/T-1-x", before, &server.head);
        assert_eq!(job.run(&[]).code, 1);
        assert_eq!(blocking(&job.report()), ["loosened-assertion"]);
    }
    server.origin.git(&["update-ref", "refs/heads/main", &server.merge]);
    let job = push("refs/heads/main", &server.old_base, &server.merge);
    let run = job.run(&["--as", "agent"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(blocking(&job.report()).contains(&"loosened-assertion"));
}

/// A fork's job has a token that reads, no secrets, and a head that no branch of this repository has.
#[test]
fn a_fork_is_judged_without_any_token() {
    let server = Server::weakened();
    server.origin.git(&["update-ref", "-d", "refs/heads/agent/T-1-x"]);
    let payload = server.payload(include_str!("payloads/github-pull_request.json"), "mallory");
    let job = server.action("pull_request", &payload, "refs/pull/7/merge", &server.merge);
    let run = job.run(&[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(blocking(&job.report()), ["loosened-assertion"]);
    assert!(
        job.written("set_output").starts_with("verdict=block\n"),
        "the words in the pull request's text set nothing"
    );
    assert!(run.stdout.contains("::error file=test_total.py,line=5,"), "{run:?}");
}

#[test]
fn annotations_end_where_github_stops_showing_them_and_the_summary_goes_on() {
    let job = Server::new(|origin| {
        let tests: String = (0..25).map(|at| format!("\n\ndef test_{at}():\n    assert total() == {at}\n")).collect();
        origin.write("test_many.py", format!("from total import total\n{tests}"));
        origin.commit("many");
        origin.git(&["branch", "--quiet", "--force", "main"]);
        origin.write("test_many.py", format!("from total import total\n{}", tests.replace("==", ">=")));
    })
    .pull_request();
    let run = job.run(&[]);
    assert_eq!(run.code, 1, "{run:?}");
    let lines: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("::error")).collect();
    assert_eq!(lines.len(), 10, "{run:?}");
    assert!(lines[9].contains("16 more findings of this level are in the step summary"), "{}", lines[9]);
    let summary = job.written("step_summary");
    for at in 0..25 {
        assert!(summary.contains(&format!("test_{at}")), "test_{at}");
    }
    assert!(
        run.stdout.lines().all(|line| !line.starts_with("::") || line.len() < 4096),
        "as long as GitHub keeps them"
    );
}

/// A skipped job counts as a success, so a branch that makes the gate skippable is stopped by the gate of its base.
#[test]
fn the_job_that_a_branch_would_skip() {
    let workflow = "name: agentgate\non:\n  pull_request:\n  merge_group:\njobs:\n  agentgate:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - run: agentgate ci\n";
    for weaker in [
        workflow.replace("    runs-on", "    if: github.actor != 'Copilot'\n    runs-on"),
        workflow.replace("    runs-on", "    continue-on-error: true\n    runs-on"),
        workflow.replace("agentgate ci", "agentgate ci || true"),
        workflow.replace("  pull_request:\n", "  pull_request:\n    paths-ignore: ['**.py']\n"),
        workflow.replace("  pull_request:\n", ""),
        String::new(),
    ] {
        let job = Server::new(|origin| {
            origin.write(".github/workflows/agentgate.yml", workflow);
            origin.commit("gate");
            origin.git(&["branch", "--quiet", "--force", "main"]);
            match weaker.as_str() {
                "" => origin.remove(".github/workflows/agentgate.yml"),
                text => origin.write(".github/workflows/agentgate.yml", text),
            };
        })
        .pull_request();
        let run = job.run(&[]);
        assert_eq!(run.code, 1, "{weaker}\n{run:?}");
    }
}

#[test]
fn what_the_runner_does_not_hand_over_is_said() {
    let server = Server::weakened();
    let mut job = server.pull_request();
    let nowhere = job.temp.join("nowhere/file").display().to_string();
    for (variable, value, words) in [
        ("GITHUB_EVENT_PATH", nowhere.as_str(), "payload"),
        ("GITHUB_EVENT_PATH", "", "GITHUB_EVENT_PATH is not set"),
        ("GITHUB_STEP_SUMMARY", &nowhere, "can't be written"),
        ("GITHUB_OUTPUT", &nowhere, "can't be written"),
    ] {
        job.more = vec![(variable, value.to_owned())];
        let run = job.run(&[]);
        assert!(run.code == 2 && run.stderr.contains(words), "{variable}: {run:?}");
    }
    let payload = server.payload(include_str!("payloads/github-pull_request.json"), "example");
    for broken in [&payload[..payload.len() / 2], "", "null", "[]", "{\"pull_request\":{}}", "\u{feff}{}"] {
        let job = server.action("pull_request", broken, "refs/pull/7/merge", &server.merge);
        let run = job.run(&[]);
        assert!(run.code == 2 && !run.stderr.contains("panicked"), "{broken}: {run:?}");
    }
}

/// Forgejo's and Gitea's runners set GitHub's variables beside their own; their payloads have the same words.
#[test]
fn forgejo_and_gitea() {
    let server = Server::weakened();
    let payload = server.payload(include_str!("payloads/forgejo-pull_request.json"), "example");
    for own in ["FORGEJO_ACTIONS", "GITEA_ACTIONS"] {
        // There is no merge commit: the job gets the head.
        let mut job = server.action("pull_request", &payload, "refs/pull/7/head", &server.head);
        job.more = vec![
            (own, "true".into()),
            ("GITHUB_SERVER_URL", "https://forge.example.org".into()),
            ("GITHUB_API_URL", "https://forge.example.org/api/v1".into()),
            ("GITHUB_REF", "refs/pull/7/head".into()),
        ];
        let run = job.run(&[]);
        assert_eq!(run.code, 1, "{run:?}");
        assert_eq!(blocking(&job.report()), ["loosened-assertion"]);
        assert!(job.written("step_summary").contains("loosened-assertion"));
    }
}

/// The composite action's own lines: what it installed is verified, and nothing of the branch's words becomes shell.
#[cfg(unix)]
#[test]
fn the_action_verifies_what_it_installed() {
    use agentgate::facts::document::{self, Format};
    let top = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read(format!("{top}/action.yml")).expect("it is there");
    let action = document::read_all(Format::Yaml, &text).expect("YAML");
    let steps: Vec<_> = action[0].get("runs").and_then(|runs| runs.get("steps")).expect("steps").items().collect();
    let step = |name: &str| {
        let found = steps.iter().find(|step| step.get("name").and_then(|it| it.text()) == Some(name)).expect("a step");
        found.get("run").and_then(|run| run.text()).expect("lines").to_owned()
    };
    for name in ["Install", "Verify", "Judge"] {
        assert!(!step(name).contains("${{"), "an expression in a script is code");
    }
    let root = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(root.path().join("bin")).expect("a folder");
    std::os::unix::fs::symlink(program::path(), root.path().join("bin/agentgate")).expect("a link");
    let job = Server::weakened().pull_request();
    let run = |name: &str, workspace: &std::path::Path, more: &[(&str, &str)]| {
        let mut command = crate::repository::scrubbed("bash", std::path::Path::new(top));
        program::prepare(&mut command);
        command
            .env("ROOT", root.path())
            .env("SOURCE", top)
            .env("GITHUB_WORKSPACE", workspace)
            .envs(more.iter().copied());
        finished(&command.args(["-eo", "pipefail", "-c", &step(name)]).output().expect("bash runs"))
    };
    let good = run("Verify", job.checkout.dir(), &[]);
    assert_eq!(good.code, 0, "{good:?}");
    for inside in [std::path::Path::new(top), root.path()] {
        let bad = run("Verify", inside, &[]);
        assert!(bad.code == 2 && bad.stderr.contains("lies inside the checkout"), "{bad:?}");
    }
    std::fs::remove_file(root.path().join("bin/agentgate")).expect("removed");
    std::os::unix::fs::symlink("/bin/echo", root.path().join("bin/agentgate")).expect("a link");
    let other = run("Verify", job.checkout.dir(), &[]);
    assert!(other.code == 2 && other.stderr.contains("wanted 'agentgate "), "{other:?}");
    let judged =
        run("Judge", job.checkout.dir(), &[("PROGRAM", "/bin/echo"), ("ARGUMENTS", "--as agent * $(id) `id` ; id")]);
    assert_eq!(judged.stdout, "ci --as agent * $(id) `id` ; id\n", "words, and nothing else");
}
