//! Bad input, as a person meets it: a clear word, the documented exit code, in bounded time. Mostly scaled down; how the
//! parts behave at full size is asserted beside them (`git.rs`, `policy.rs`).

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::program::{Run, run};
use crate::repository::{TestRepository, scrubbed};

/// A repository with one commit, on an agent's branch.
fn branch() -> TestRepository {
    let test = TestRepository::new();
    test.write("a.py", "a = 1\n").write("dir/b.py", "b = 1\n").commit("base");
    test.branch("agent/x");
    test
}

fn check(test: &TestRepository, arguments: &[&str]) -> Run {
    let started = Instant::now();
    let run = test.agentgate(&[&["check", "--base", "main"], arguments].concat());
    // Generous: tests run beside each other, unoptimised.
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    assert!(!run.all().contains("panicked"), "{run:?}");
    run
}

#[track_caller]
fn assert_error(run: &Run, words: &[&str]) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    for words in words {
        assert!(run.stderr.contains(words), "{words}: {run:?}");
    }
}

#[test]
fn an_unknown_reference() {
    let test = branch();
    assert_error(&test.agentgate(&["check", "--base", "nope"]), &["unknown revision `nope`"]);
    assert_error(&test.agentgate(&["check", "--head", "-x\u{1b}[2J"]), &[]);
    assert_error(&test.agentgate(&["check", "--head=evil\n::error::x"]), &["unknown revision"]);
}

#[test]
fn no_repository() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    for arguments in [&["check"][..], &["explain"], &["install"], &["ci"]] {
        assert_error(&run(folder.path(), arguments), &["agentgate: "]);
    }
    assert_error(&run(folder.path(), &["check"]), &["is not in a git repository", "--repo"]);
}

#[test]
fn a_damaged_object() {
    let test = branch();
    test.write("a.py", "a = 2\n").write("dir/b.py", "b = 2\n").commit("work");
    let damage = |revision: &str| {
        let id = test.id(revision).to_string();
        let path = test.dir().join(".git/objects").join(&id[..2]).join(&id[2..]);
        std::fs::remove_file(&path).expect("it is loose");
        std::fs::write(path, "no object at all").expect("it is written");
        id
    };
    let blob = damage("HEAD:a.py");
    let run = check(&test, &[]);
    assert!(run.code == 1 && run.stdout.contains("unreadable-change"), "{run:?}");
    assert!(run.stdout.contains(&blob[..7]) && run.stdout.contains("git fsck"), "{run:?}");
    let tree = damage("HEAD:dir");
    assert_error(&check(&test, &[]), &[&tree[..7]]);
}

#[test]
fn a_policy_with_three_mistakes() {
    let test = branch();
    test.write("three.toml", "version = 1\n[rules]\nskiped-test = \"block\"\nstale-base = \"blok\"\n[scop]\n");
    let run = check(&test, &["--policy", "three.toml"]);
    assert_error(&run, &["did you mean `skipped-test`?", "did you mean `block`?", "did you mean `scope`?"]);
    assert_error(&run, &["three.toml:3:1", "three.toml:4:14", "three.toml:5:2", "3 problems"]);
}

#[test]
fn a_policy_of_more_than_a_mebibyte() {
    let test = branch();
    let large = format!("version = 1\n# {}\n", "x".repeat(1 << 20));
    test.write("large.toml", &large);
    assert_error(&check(&test, &["--policy", "large.toml"]), &["the limit is 1048576"]);
    // The same on the base side, where the branch can do nothing about it.
    test.switch("main").write(".agentgate/policy.toml", large).commit("policy");
    test.switch("agent/x").git(&["rebase", "--quiet", "main"]);
    test.write("a.py", "a = 2\n").commit("work");
    assert_error(&check(&test, &[]), &["the limit is 1048576"]);
}

/// Many files against many patterns.
#[test]
fn ten_thousand_patterns_and_two_thousand_files() {
    let test = branch();
    let mut patterns = String::from("version = 1\n[scope]\nforbidden = [\n");
    for n in 0..10_000 {
        writeln!(patterns, "\"src/d{n}/**/*.x{n}\",").expect("text");
    }
    patterns.push_str("]\n");
    test.write("many.toml", patterns);
    let mut stream = String::from("commit refs/heads/agent/y\ncommitter A <a@b> 1700000000 +0000\ndata 1\nx\n");
    stream.push_str("from refs/heads/main\n");
    for n in 0..2_000 {
        writeln!(stream, "M 100644 inline src/d{}/f{n}.py\ndata 4\nx=1", n / 20).expect("text");
    }
    stream.push_str("M 100644 inline src/d77/deep/er/y.x77\ndata 4\nx=1\n");
    let mut command = scrubbed("git", test.dir());
    let mut child = command.args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().expect("git runs");
    child.stdin.take().expect("a pipe").write_all(stream.as_bytes()).expect("it reads");
    assert!(child.wait().expect("it ends").success());
    let run = check(&test, &["--head", "agent/y", "--policy", "many.toml"]);
    assert!(run.code == 1 && run.stdout.contains("src/d77/deep/er/y.x77"), "{}", run.stderr);
    assert_eq!(run.stdout.matches("forbidden-path").count(), 1, "the others match nothing");
}

/// A clone without its blobs whose remote is out of reach: what can't be read is a finding, not a pass and no crash.
#[test]
fn a_partial_clone_without_what_is_needed() {
    let test = branch();
    test.write("c.py", "c = 1\n").commit("work");
    test.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = test.clone_of(&["--filter=blob:none", "--branch=main"]);
    partial.git(&["remote", "set-url", "origin", "/nowhere"]);
    let run = partial.agentgate(&["check", "--base", "origin/main", "--head", "origin/agent/x"]);
    assert!(run.code == 1 && run.stdout.contains("block unreadable-change"), "{run:?}");
    assert!(run.stdout.contains("git fetch --refetch") && run.stdout.contains("c.py"), "{run:?}");
}

#[test]
fn branches_without_a_common_ancestor() {
    let test = branch();
    test.git(&["switch", "--quiet", "--orphan", "agent/apart"]);
    test.write("x.py", "x = 1\n").commit("apart");
    assert_error(&check(&test, &[]), &["common ancestor"]);
}

/// More than a blob's limit, in whatever it is wrapped: said, and never read.
#[test]
fn a_huge_blob() {
    let test = branch();
    for name in ["huge.txt", "huge.bin", "huge.png"] {
        let file = std::fs::File::create(test.dir().join(name)).expect("a file");
        file.set_len(40 << 20).expect("a sparse file");
    }
    test.write("small.bin", b"a\0b").write("small.png", b"a\0b");
    test.git(&["config", "core.looseCompression", "1"]);
    test.commit("huge");
    let run = check(&test, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("block unreadable-change: the file could not be read: 41943040 bytes"), "{run:?}");
    assert!(run.stdout.contains("blocked: 3 blocking"), "{run:?}");
    // What was there before is not the branch's doing, and its removal even less.
    test.git(&["branch", "--force", "main"]);
    test.remove("huge.bin").remove("huge.png").commit("without");
    let run = check(&test, &[]);
    assert!(!run.stdout.contains("unreadable-change"), "{run:?}");
}

/// Read, and still nothing that anyone reviews: said once, without blocking.
#[test]
fn a_large_binary() {
    let test = branch();
    let sizes = [("tool.bin", 12), ("photo.png", 12), ("data", 12), ("small.bin", 9)];
    for (name, size) in sizes {
        std::fs::File::create(test.dir().join(name)).and_then(|file| file.set_len(size << 20)).expect("a sparse file");
    }
    test.write("large.txt", "text\n".repeat(3 << 20));
    test.git(&["config", "core.looseCompression", "1"]);
    test.commit("large");
    let run = check(&test, &[]);
    assert!(run.code == 0, "{run:?}");
    for (name, size) in sizes {
        assert_eq!(run.stdout.contains(&format!("\n  {name} ")), size == 12, "{name}: {run:?}");
    }
    assert_eq!(run.stdout.matches("a binary of 12 MiB").count(), 1, "told once: {run:?}");
    assert!(!run.stdout.contains("large.txt"), "{run:?}");
    test.write("more.toml", "version = 1\nextends = [\"default\"]\n[rules]\nunreadable-change = { binary-mib = 20 }\n");
    assert!(!check(&test, &["--policy", "more.toml"]).stdout.contains("a binary"), "as the policy says");
    // What was as large before is not the branch's doing.
    test.git(&["branch", "--force", "main"]);
    let mut bytes = vec![0; 13 << 20];
    bytes.push(1);
    test.write("tool.bin", bytes).commit("another build");
    assert!(!check(&test, &[]).stdout.contains("a binary"), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_would_steer_a_terminal_or_a_ci_job() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let test = branch();
    for name in [&b"evil\n::error::\x1b[31m.py"[..], b"\xff\xfe.py", "\u{202e}yp.x".as_bytes()] {
        test.write(OsStr::from_bytes(name), "# TODO x\n");
    }
    test.commit("names");
    for format in ["text", "json", "markdown", "github", "sarif", "gitlab", "junit"] {
        let run = check(&test, &["--format", format]);
        assert!(matches!(run.code, 0 | 1), "{run:?}");
        assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{format}: {run:?}");
        assert!(!run.stdout.contains("\n::error::\\"), "{format}: {run:?}");
        assert!(run.stdout.contains("evil"), "{format}: {run:?}");
    }
}
