//! Jobs as the services start them: the clone each one makes, the variables it documents (`environments/`, with the page that
//! says so), a weakened branch that is stopped and an honest one that is not.

use crate::server::{Job, Server, blocking};

/// A service, what it sets for a merge request, and how it clones.
struct Service {
    name: &'static str,
    recorded: &'static str,
    fetched: &'static [&'static str],
    /// The commit that is checked out, as the recorded texts write it.
    commit: &'static str,
}

const BRANCHES: &str = "+refs/heads/*:refs/remotes/origin/*";

const SERVICES: &[Service] = &[
    Service {
        name: "GitLab CI",
        recorded: include_str!("environments/gitlab-merge_request.env"),
        fetched: &[BRANCHES, "+refs/merge-requests/7/head:refs/pipelines/7"],
        commit: "@HEAD@",
    },
    // https://buildkite.com/docs/pipelines/configure/git-checkout: a clone, then the pull request's head.
    Service {
        name: "Buildkite",
        recorded: include_str!("environments/buildkite-pull_request.env"),
        fetched: &[BRANCHES, "refs/pull/7/head"],
        commit: "@HEAD@",
    },
    // The agent fetches all branches and the merge, and checks out the merge.
    Service {
        name: "Azure Pipelines",
        recorded: include_str!("environments/azure-pull_request.env"),
        fetched: &["--tags", BRANCHES, "+refs/pull/7/merge:refs/remotes/pull/7/merge"],
        commit: "@MERGE@",
    },
    Service {
        name: "Bitbucket Pipelines",
        recorded: include_str!("environments/bitbucket-pull_request.env"),
        fetched: &["+refs/heads/agent/T-1-x:refs/remotes/origin/agent/T-1-x", "+refs/heads/main:refs/main"],
        commit: "@HEAD@",
    },
    // Branch sources fetch the head and the target, and nothing else.
    Service {
        name: "Jenkins",
        recorded: include_str!("environments/jenkins-pull_request.env"),
        fetched: &["+refs/pull/7/head:refs/remotes/origin/PR-7", "+refs/heads/main:refs/remotes/origin/main"],
        commit: "@HEAD@",
    },
    Service {
        name: "CircleCI",
        recorded: include_str!("environments/circleci-branch.env"),
        fetched: &[BRANCHES],
        commit: "@HEAD@",
    },
    Service {
        name: "this job",
        recorded: include_str!("environments/plain.env"),
        fetched: &[BRANCHES],
        commit: "@HEAD@",
    },
];

impl Service {
    fn named(name: &str) -> &'static Self {
        SERVICES.iter().find(|service| service.name == name).expect("one of them")
    }

    fn job(&self, server: &Server) -> Job {
        let job = server.job(|server, folder| server.checkout(folder, self.fetched, &server.filled(self.commit)));
        let job = job.recorded(server, self.recorded);
        if self.name == "GitLab CI" { job.with("CI_COMMIT_SHA", &server.head) } else { job }
    }
}

#[test]
fn an_honest_branch_passes_everywhere() {
    let server = Server::honest();
    for service in SERVICES {
        let report = service.job(&server).report(0);
        assert_eq!(report["subject"]["head"]["commit"], server.head.as_str(), "{}", service.name);
    }
}

#[test]
fn a_weakened_branch_is_stopped_everywhere_with_the_same_verdict() {
    let server = Server::weakened();
    for Service { name, .. } in SERVICES {
        let report = Service::named(name).job(&server).report(1);
        assert_eq!(blocking(&report), ["loosened-assertion"], "{name}");
        assert_eq!(report["subject"]["head"]["commit"], server.head.as_str(), "{name}");
        assert_eq!(report["subject"]["head"]["ref"], "agent/T-1-x", "{name}");
        assert_eq!(report["subject"]["agent"]["is_agent"], true, "{name}");
        assert_eq!(report["changes"]["files"], 1, "{name}: what main got meanwhile is not the branch's");
    }
}

/// Azure's PublishTestResults, Bitbucket's test-reports, CircleCI's store_test_results and Jenkins' junit read JUnit; what
/// `buildkite-agent annotate` takes is Markdown.
#[test]
fn what_a_service_reads_is_the_same_bytes_everywhere() {
    let server = Server::weakened();
    let mut seen = Vec::new();
    for service in SERVICES {
        let job = service.job(&server);
        for (format, file) in [("junit", "test-results/agentgate.xml"), ("markdown", "agentgate.md")] {
            std::fs::create_dir_all(job.checkout.dir().join("test-results")).expect("a folder");
            let run = job.run(&["--format", format, "--output", file]);
            assert_eq!(run.code, 1, "{}: {run:?}", service.name);
            assert!(run.stdout.contains("loosened-assertion"), "the log has it too: {run:?}");
        }
        let without_times = |text: String| {
            let lines = text.lines().filter(|line| !line.contains(" time=\""));
            lines.collect::<Vec<_>>().join("\n")
        };
        let wrote = [job.read("test-results/agentgate.xml"), job.read("agentgate.md")].map(without_times);
        // Where the text of a merge request is known, its evidence is asked for; GitLab and Jenkins hand one over.
        if !["GitLab CI", "Jenkins"].contains(&service.name) {
            seen.push((service.name, wrote));
        }
    }
    for pair in seen.windows(2) {
        let shown = |text: &str| text.replace("origin/main", "main").replace("Default", "main");
        let [(_, first), (name, second)] = pair else { unreachable!("windows of two") };
        assert_eq!(first.each_ref().map(|it| shown(it)), second.each_ref().map(|it| shown(it)), "{name}");
    }
}

/// What a branch says must not steer the service that reads the log.
#[test]
fn the_words_of_a_branch_are_no_commands_to_a_service() {
    let server = Server::new(|origin| {
        let hostile = "def test_total():\n    \"\"\"x\"\"\"\n    assert total() > 0, \"##vso[task.complete result=Succeeded;] ##teamcity[x] ##[error]\"\n";
        origin.write("test_total.py", format!("from total import total\n\n\n{hostile}"));
    });
    for service in SERVICES {
        let run = service.job(&server).run(&[]);
        assert_eq!(run.code, 1, "{}: {run:?}", service.name);
        for command in ["##vso[", "##teamcity[", "##["] {
            assert!(!run.stdout.contains(command) && !run.stderr.contains(command), "{}: {run:?}", service.name);
        }
    }
}

#[test]
fn a_shallow_clone_is_refused_with_what_its_own_service_has_to_set() {
    let server = Server::weakened();
    for service in SERVICES.iter().filter(|service| service.name != "this job") {
        let fetched = [&["--depth=1"], service.fetched].concat();
        let job = server.job(|server, folder| server.checkout(folder, &fetched, &server.filled(service.commit)));
        let job = job.recorded(&server, service.recorded).with("CI_COMMIT_SHA", &server.head);
        let run = job.run(&[]);
        assert_eq!(run.code, 2, "{}: {run:?}", service.name);
        assert!(run.stderr.contains(&format!("on {} set:", service.name)), "{run:?}");
    }
}

/// CircleCI leaves out what it does not check out; it is fetched when it is asked for.
#[test]
fn a_clone_without_blobs() {
    let server = Server::weakened();
    let job = server.job(|server, _| {
        let clone = server.origin.clone_of(&["--filter=blob:none", "--no-checkout"]);
        clone.git(&["checkout", "--quiet", "--force", "-B", "agent/T-1-x", &server.head]);
        clone
    });
    let job = job.recorded(&server, Service::named("CircleCI").recorded);
    assert_eq!(blocking(&job.report(1)), ["loosened-assertion"]);
}

/// Bitbucket clones one branch, 50 deep, and merges the destination into it before the step runs.
#[test]
fn a_clone_of_one_branch_with_the_destination_merged_in() {
    let server = Server::weakened();
    let job = server.job(|server, _| {
        let clone = server.origin.clone_of(&["--branch=agent/T-1-x", "--depth=50"]);
        clone.git(&["fetch", "--quiet", "--depth=50", "origin", "main"]);
        clone.git(&["merge", "--quiet", "--no-edit", &server.main]);
        clone
    });
    let job = job.recorded(&server, Service::named("Bitbucket Pipelines").recorded);
    let report = job.report(1);
    assert_eq!(report["subject"]["head"]["commit"], server.head.as_str(), "the branch, not the merge");
}

/// A branch source of Jenkins' may merge the target into the head: what is built is a merge that no variable tells apart.
#[test]
fn jenkins_may_build_a_merge() {
    let server = Server::weakened();
    let job = server.job(|server, folder| {
        let checkout = server.checkout(folder, Service::named("Jenkins").fetched, &server.head);
        checkout.git(&["merge", "--quiet", "--no-edit", &server.main]);
        checkout
    });
    let merge = job.checkout.id("HEAD").to_string();
    let job = job.recorded(&server, Service::named("Jenkins").recorded).with("GIT_COMMIT", &merge);
    let report = job.report(1);
    assert_eq!(blocking(&report), ["loosened-assertion"]);
    assert_eq!(report["changes"]["files"], 1, "what main got meanwhile is not the branch's");
}

/// The job of a service with other variables.
fn changed(server: &Server, name: &str, commit: &str, variables: &[(&str, &str)]) -> Job {
    let service = Service::named(name);
    let job = server.job(|server, folder| server.checkout(folder, &[BRANCHES], commit));
    let job = job.recorded(server, service.recorded);
    variables.iter().fold(job, |job, (name, value)| job.with(name, value))
}

#[test]
fn a_tag_is_merged_into_nothing() {
    let server = Server::weakened();
    let head = server.head.as_str();
    for (name, variables) in [
        ("GitLab CI", &[("CI_MERGE_REQUEST_IID", ""), ("CI_COMMIT_TAG", "v1"), ("CI_COMMIT_SHA", head)][..]),
        ("Buildkite", &[("BUILDKITE_PULL_REQUEST", "false"), ("BUILDKITE_BRANCH", "v1"), ("BUILDKITE_TAG", "v1")]),
        (
            "Azure Pipelines",
            &[
                ("SYSTEM_PULLREQUEST_PULLREQUESTID", ""),
                ("BUILD_SOURCEBRANCH", "refs/tags/v1"),
                ("BUILD_SOURCEVERSION", head),
            ],
        ),
        ("Bitbucket Pipelines", &[("BITBUCKET_PR_ID", ""), ("BITBUCKET_BRANCH", ""), ("BITBUCKET_TAG", "v1")]),
        ("Jenkins", &[("CHANGE_ID", ""), ("CHANGE_TARGET", ""), ("BRANCH_NAME", "v1"), ("TAG_NAME", "v1")]),
        ("CircleCI", &[("CIRCLE_BRANCH", ""), ("CIRCLE_TAG", "v1")]),
    ] {
        let run = changed(&server, name, head, variables).run(&[]);
        assert!(run.code == 2 && run.stderr.contains("build of the tag `v1`"), "{name}: {run:?}");
    }
}

/// Where the service tells what was built before, a push to the default branch is judged from there; else it says what to do.
#[test]
fn a_push_to_the_default_branch() {
    let server = Server::weakened();
    server.origin.git(&["update-ref", "refs/heads/main", &server.merge]);
    let merge = server.merge.as_str();
    let told = [
        ("JENKINS_URL", "x"),
        ("CHANGE_ID", ""),
        ("CHANGE_TARGET", ""),
        ("BRANCH_NAME", "main"),
        ("BRANCH_IS_PRIMARY", "true"),
        ("GIT_COMMIT", merge),
        ("GIT_PREVIOUS_COMMIT", &server.main),
    ];
    let run = changed(&server, "Jenkins", merge, &told).run(&["--as", "agent"]);
    assert!(run.code == 1 && run.stdout.contains("loosened-assertion"), "{run:?}");
    for (name, variables) in [
        (
            "Buildkite",
            &[("BUILDKITE_PULL_REQUEST", "false"), ("BUILDKITE_BRANCH", "main"), ("BUILDKITE_COMMIT", merge)][..],
        ),
        ("Azure Pipelines", &[("SYSTEM_PULLREQUEST_PULLREQUESTID", ""), ("BUILD_SOURCEBRANCH", "refs/heads/main")]),
        ("Bitbucket Pipelines", &[("BITBUCKET_PR_ID", ""), ("BITBUCKET_BRANCH", "main"), ("BITBUCKET_COMMIT", merge)]),
        ("CircleCI", &[("CIRCLE_BRANCH", "main"), ("CIRCLE_SHA1", merge)]),
    ] {
        let job = changed(&server, name, merge, variables);
        let run = job.run(&[]);
        assert!(run.code == 2 && run.stderr.contains("run the step"), "never passed unjudged: {name}: {run:?}");
        let run = job.run(&["--base", &server.main, "--as", "agent"]);
        assert!(run.code == 1 && run.stdout.contains("loosened-assertion"), "{name}: {run:?}");
    }
}

/// A fork's branch is its owner's to name; whose it is must be seen through what the service makes of the name.
#[test]
fn a_fork() {
    let server = Server::weakened();
    for (name, variables) in [
        (
            "Buildkite",
            &[
                ("BUILDKITE_BRANCH", "mallory:agent/T-1-x"),
                ("BUILDKITE_PULL_REQUEST_REPO", "https://github.com/mallory/shop.git"),
            ][..],
        ),
        (
            "Azure Pipelines",
            &[("SYSTEM_PULLREQUEST_ISFORK", "True"), ("SYSTEM_PULLREQUEST_SOURCEBRANCH", "agent/T-1-x")],
        ),
        ("Jenkins", &[("CHANGE_FORK", "mallory")]),
    ] {
        let report = changed(&server, name, &server.head, variables).report(1);
        assert_eq!(report["subject"]["head"]["ref"], "agent/T-1-x", "{name}");
        assert_eq!(report["subject"]["agent"]["is_agent"], true, "{name}");
    }
    // CircleCI calls it after the pull request, and says that the name is not known.
    let fork = [("CIRCLE_BRANCH", "pull/7"), ("CIRCLE_PR_REPONAME", "shop"), ("CIRCLE_PR_USERNAME", "mallory")];
    let run = changed(&server, "CircleCI", &server.head, &fork).run(&["--as", "agent"]);
    assert!(run.code == 1 && run.stderr.contains("does not tell the name of a fork's branch"), "{run:?}");
}

/// https://buildkite.com/docs/pipelines/tutorials/github-merge-queue: the group's own base, and no pull request.
#[test]
fn a_merge_queue_on_buildkite() {
    let server = Server::weakened();
    let queue = format!("gh-readonly-queue/main/pr-7-{}", server.main);
    let variables = [
        ("BUILDKITE_BRANCH", queue.as_str()),
        ("BUILDKITE_COMMIT", &server.merge),
        ("BUILDKITE_MERGE_QUEUE_BASE_BRANCH", "main"),
        ("BUILDKITE_MERGE_QUEUE_BASE_COMMIT", &server.main),
        ("BUILDKITE_MESSAGE", "Merge pull request #7 from example/agent/T-1-x"),
        ("BUILDKITE_PULL_REQUEST", "false"),
        ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", ""),
    ];
    let service = Service::named("Buildkite");
    let job = server.job(|server, folder| {
        server.checkout(folder, &[BRANCHES, "+refs/pull/7/merge:refs/remotes/origin/queue"], &server.merge)
    });
    let job =
        variables.iter().fold(job.recorded(&server, service.recorded), |job, (name, value)| job.with(name, value));
    let report = job.report(1);
    assert_eq!(blocking(&report), ["loosened-assertion"]);
    assert_eq!(report["subject"]["head"]["ref"], "agent/T-1-x");
    assert_eq!(report["subject"]["agent"]["is_agent"], true);
}
