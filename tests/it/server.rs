//! A server's repository with a merge request that is open, and the checkouts that CI services make of it.

use std::path::Path;

use crate::program::{self, Run, finished};
use crate::repository::TestRepository;

const TEST: &str = "from total import total\n\n\ndef test_total():\n    assert total() == 7\n";
const LOOSER: &str = "from total import total\n\n\ndef test_total():\n    assert total() > 0\n";

/// Number 7, from `agent/T-1-x` to `main`, which went on since the branch began.
pub struct Server {
    pub origin: TestRepository,
    pub old_base: String,
    pub main: String,
    pub head: String,
    /// What the service makes of the two: `main` is its first parent.
    pub merge: String,
}

impl Server {
    pub fn new(change: impl Fn(&TestRepository)) -> Self {
        let origin = TestRepository::new();
        for setting in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
            origin.git(&["config", setting, "true"]);
        }
        origin.write("total.py", "def total():\n    return 7\n").write("test_total.py", TEST);
        let old_base = origin.commit("base").to_string();
        origin.branch("agent/T-1-x");
        change(&origin);
        let head = origin.commit("work").to_string();
        // What others merged meanwhile is not the branch's.
        let main =
            origin.switch("main").write("other_test.py", "def test_other():\n    assert True\n").commit("onward");
        origin.git(&["switch", "--quiet", "--detach", "main"]);
        origin.git(&["merge", "--quiet", "--no-ff", "-m", "Merge", &head]);
        let merge = origin.id("HEAD").to_string();
        for (name, id) in [
            ("refs/pull/7/head", &head),
            ("refs/pull/7/merge", &merge),
            ("refs/merge-requests/7/head", &head),
            ("refs/merge-requests/7/merge", &merge),
            ("refs/merge-requests/7/train", &merge),
        ] {
            origin.git(&["update-ref", name, id]);
        }
        origin.switch("main");
        Self { origin, old_base, main: main.to_string(), head, merge }
    }

    /// Whose branch accepts more than before.
    pub fn weakened() -> Self {
        Self::new(|origin| {
            origin.write("test_total.py", LOOSER);
        })
    }

    /// Whose branch is right.
    pub fn honest() -> Self {
        Self::new(|origin| {
            origin.write("README.md", "Totals.\n");
        })
    }

    fn url(&self) -> String {
        format!("file://{}", self.origin.dir().display())
    }

    /// A recorded text with the ids of this server in it.
    pub fn filled(&self, text: &str) -> String {
        text.replace("@HEAD@", &self.head)
            .replace("@MERGE@", &self.merge)
            .replace("@OLDBASE@", &self.old_base)
            .replace("@BASE@", &self.main)
            .replace("@BASE12@", &self.main[..12])
    }

    /// Variables as they are recorded: one a line, `#` starts a comment.
    pub fn variables(&self, text: &str, checkout: &Path) -> Vec<(String, String)> {
        let text = self.filled(text).replace("@CHECKOUT@", &checkout.display().to_string());
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pair = |line: &str| {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("no variable: {line}"));
            (name.to_owned(), value.to_owned())
        };
        lines.map(pair).collect()
    }

    /// What a runner does in an empty folder: a remote, these references, one commit checked out without a branch.
    pub fn checkout(&self, folder: &Path, fetched: &[&str], commit: &str) -> TestRepository {
        std::fs::create_dir_all(folder).expect("folders");
        let checkout = TestRepository::at(folder);
        checkout.git(&["init", "--quiet", "-b", "main"]);
        checkout.git(&["remote", "add", "origin", &self.url()]);
        checkout.git(&[&["fetch", "--quiet", "--prune", "--no-recurse-submodules", "origin"], fetched].concat());
        checkout.git(&["checkout", "--quiet", "--force", "--detach", commit]);
        checkout
    }

    /// The clone of a job, as `prepare` makes it in the folder it is given.
    pub fn job(&self, prepare: impl FnOnce(&Self, &Path) -> TestRepository) -> Job {
        let keep = tempfile::tempdir().expect("a folder");
        let top = keep.path().canonicalize().expect("it exists");
        let checkout = prepare(self, &top.join("build"));
        Job { _keep: keep, checkout, variables: Vec::new() }
    }
}

/// One job: a checkout, and the variables it is started with; the last of a name holds.
pub struct Job {
    _keep: tempfile::TempDir,
    pub checkout: TestRepository,
    variables: Vec<(String, String)>,
}

impl Job {
    pub fn recorded(mut self, server: &Server, text: &str) -> Self {
        self.variables.extend(server.variables(text, self.checkout.dir()));
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// `agentgate ci` in this job.
    pub fn run(&self, arguments: &[&str]) -> Run {
        let mut command = program::command(self.checkout.dir());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        finished(&command.arg("ci").args(arguments).output().expect("it runs"))
    }

    /// The report, where the branch was judged.
    pub fn report(&self, code: i32) -> serde_json::Value {
        let run = self.run(&["--format", "json"]);
        assert_eq!(run.code, code, "{run:?}");
        serde_json::from_str(&run.stdout).expect("JSON")
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.checkout.dir().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// The rules that block.
pub fn blocking(report: &serde_json::Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("a list").iter();
    findings.filter(|finding| finding["level"] == "block").filter_map(|finding| finding["rule"].as_str()).collect()
}
