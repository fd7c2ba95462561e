//! Questions to a repository: names, history, trees.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use agentgate::RepoPath;
use agentgate::change::{ChangeSet, Roles, Unreadable};
use agentgate::git::{BLOB_LIMIT, GitError, Head, Repository, Uncommitted};

use crate::repository::{TestRepository, scrubbed};

#[test]
fn a_branch_is_compared_with_where_it_started() {
    let test = TestRepository::new();
    let base = test.write("src/a.rs", "one\ntwo\n").write("tests/t.rs", "t\n").commit("base");
    test.branch("agent/x").write("src/a.rs", "one\n2\n").remove("tests/t.rs").commit("work");
    test.switch("main").write("other.rs", "x\n").commit("meanwhile");
    let repository = test.open();
    let (main, head) = (repository.resolve("main").unwrap(), repository.resolve("agent/x").unwrap());
    assert_eq!(repository.merge_base(main, head).unwrap().best, base);
    let (from, to) = (repository.commit_tree(base).unwrap(), repository.commit_tree(head).unwrap());
    let change = ChangeSet::between(&repository, from, to, &Roles::default()).unwrap();
    let paths: Vec<_> = change.files.iter().map(|file| file.path().to_text()).collect();
    assert_eq!(paths, ["src/a.rs", "tests/t.rs"]);
    let summary = change.summary();
    assert_eq!((summary.files, summary.production_files, summary.test_files), (2, 1, 1));
    assert_eq!((summary.added, summary.deleted), (1, 2));
    assert_eq!(repository.read_path(base, &RepoPath::from("src/a.rs")).unwrap().as_deref(), Some(&b"one\ntwo\n"[..]));
    assert_eq!(repository.read_path(base, &RepoPath::from("src")).unwrap(), None);
    let commits = repository.commits(Some(base), head).unwrap();
    assert_eq!(commits.len(), 1);
    assert_eq!((commits[0].author.email.as_str(), commits[0].message.as_str()), ("ada@example.org", "work\n"));
}

#[test]
fn an_unknown_revision_names_near_ones() {
    let test = TestRepository::new();
    test.commit("base");
    test.branch("feature/login");
    let error = test.open().resolve("feature/logn").unwrap_err();
    let GitError::UnknownRevision { name, near } = &error else { panic!("{error}") };
    assert_eq!((name.as_str(), near.as_slice()), ("feature/logn", &["`feature/login`".to_owned()][..]));
    let error = test.open().resolve("zzz").unwrap_err().to_string();
    assert!(error.contains("unknown revision `zzz`") && error.contains("git fetch"), "{error}");
}

#[test]
fn head_is_a_branch_detached_or_unborn() {
    let test = TestRepository::new();
    assert_eq!(test.open().head().unwrap(), Head::Unborn("main".into()));
    assert!(matches!(test.open().resolve("HEAD"), Err(GitError::Unborn)));
    let commit = test.commit("base");
    assert_eq!(test.open().head().unwrap(), Head::Branch("main".into(), commit));
    test.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(test.open().head().unwrap(), Head::Detached(commit));
}

#[test]
fn a_shallow_clone_that_cannot_know_its_base_says_how_to_mend_it() {
    let test = TestRepository::new();
    test.write("a", "1").commit("one");
    test.write("a", "2").commit("two");
    test.branch("agent/x").write("b", "1").commit("work");
    test.switch("main").write("a", "3").commit("three");
    let shallow = test.clone_of(&["--depth=1", "--no-single-branch"]);
    let repository = shallow.open();
    assert!(repository.is_shallow());
    let (main, head) = (repository.resolve("main").unwrap(), repository.resolve("origin/agent/x").unwrap());
    let error = repository.merge_base(main, head).unwrap_err();
    assert!(matches!(error, GitError::Shallow { .. }), "{error}");
    let text = error.to_string();
    for remedy in ["git fetch --unshallow", "fetch-depth: 0", "GIT_DEPTH: 0"] {
        assert!(text.contains(remedy), "{text}");
    }
    TestRepository::at(shallow.dir()).git(&["fetch", "--quiet", "--unshallow"]);
    assert_eq!(shallow.open().merge_base(main, head).unwrap().best, test.id("main~1"));
}

#[test]
fn outside_of_a_repository_the_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = Repository::open(dir.path()).err().unwrap();
    assert!(matches!(error, GitError::NotARepository { .. }), "{error}");
    assert!(error.to_string().contains("is not in a git repository"), "{error}");
    let error = Repository::open(&dir.path().join("nowhere")).err().unwrap();
    assert!(matches!(error, GitError::NotARepository { .. } | GitError::CannotOpen { .. }), "{error}");
}

#[test]
fn a_repository_of_another_user_is_refused_as_git_refuses_it() {
    let test = TestRepository::new();
    test.commit("base");
    let given = Command::new("chown").args(["-R", "12345"]).arg(test.dir()).status();
    if !given.is_ok_and(|status| status.success()) {
        eprintln!("skipped: only root can give files away");
        return;
    }
    let error = Repository::open(test.dir()).err().unwrap();
    assert!(matches!(error, GitError::Untrusted { .. }), "{error}");
    assert!(error.to_string().contains("safe.directory"), "{error}");
    Command::new("chown").args(["-R", "0"]).arg(test.dir()).status().unwrap();
}

#[test]
fn only_commits_and_what_points_at_them_are_revisions() {
    let test = TestRepository::new();
    let commit = test.write("a", "1").commit("base");
    test.git(&["tag", "--annotate", "--message", "v1", "v1"]);
    let repository = test.open();
    assert_eq!(repository.resolve("v1").unwrap(), commit);
    assert_eq!(repository.resolve(&commit.to_string()[..10]).unwrap(), commit);
    assert_eq!(repository.resolve(&test.id("v1").to_string()).unwrap(), commit);
    let error = repository.resolve(&test.id("HEAD:a").to_string()).unwrap_err().to_string();
    assert!(error.contains("is a blob, not a commit"), "{error}");
    for hostile in ["--output=/tmp/x", "-h", "", "\u{1b}[31m", "a..b", "HEAD:", &"f".repeat(40), &"x".repeat(100_000)] {
        assert!(repository.resolve(hostile).is_err(), "{hostile:?}");
    }
}

#[test]
fn a_damaged_object_is_named() {
    let test = TestRepository::new();
    let base = test.write("dir/a", "1").write("b", "3").commit("base");
    let head = test.branch("agent/x").write("dir/a", "2").write("b", "4").commit("work");
    let damage = |revision: &str| {
        let id = test.id(revision).to_string();
        let path = test.dir().join(".git/objects").join(&id[..2]).join(&id[2..]);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(path, "no object at all").unwrap();
        id
    };
    let compare = || {
        let repository = test.open();
        let tree = |commit| repository.commit_tree(commit).unwrap();
        ChangeSet::between(&repository, tree(base), tree(head), &Roles::default())
    };
    let blob = damage("agent/x:b");
    let change = compare().unwrap();
    let error = change.lines(&change.files[0]).unwrap_err();
    assert!(matches!(&error, Unreadable::Corrupt { id, .. } if *id == blob), "{error}");
    assert!(change.lines(&change.files[1]).is_ok());
    let tree = damage("agent/x:dir");
    let error = compare().err().unwrap();
    assert!(matches!(&error, GitError::Corrupt { id, .. } if *id == tree), "{error}");
}

#[test]
fn an_absent_commit_in_the_middle_is_no_root() {
    let test = TestRepository::new();
    test.write("a", "1").commit("one");
    let absent = test.write("a", "2").commit("two").to_string();
    test.write("a", "3").commit("three");
    test.branch("agent/x").write("b", "1").commit("work");
    test.git(&["switch", "--quiet", "--detach", "main~2"]);
    test.branch("old").write("c", "1").commit("old");
    std::fs::remove_file(test.dir().join(".git/objects").join(&absent[..2]).join(&absent[2..])).unwrap();
    let error = test.open().merge_base(test.id("agent/x"), test.id("old")).unwrap_err();
    assert!(matches!(&error, GitError::Missing { id } if *id == absent), "{error}");
}

#[test]
fn a_tree_with_two_files_of_one_name_is_refused() {
    let test = TestRepository::new();
    let base = test.write("a", "1").commit("base");
    let blob = bytes_of(&test.id("HEAD:a").to_string());
    let entry = [&b"100644 a\0"[..], &blob].concat();
    test.write("raw", [entry.clone(), entry].concat());
    let tree = test.git(&["hash-object", "-t", "tree", "--literally", "-w", "raw"]);
    let head = test.git(&["commit-tree", "-p", "HEAD", "-m", "twins", &tree]);
    let repository = test.open();
    let tree = |commit| repository.commit_tree(commit).unwrap();
    let (base, head) = (tree(base), tree(repository.resolve(&head).unwrap()));
    let error = ChangeSet::between(&repository, base, head, &Roles::default()).err().unwrap();
    assert!(error.to_string().contains("unsorted or repeated"), "{error}");
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("digits")).collect()
}

#[test]
fn a_huge_blob_is_refused_without_being_read() {
    let test = TestRepository::new();
    let base = test.write("a", "1").commit("base");
    test.branch("agent/x").write("renamed", "other").remove("a");
    let size = 200 * 1024 * 1024;
    std::fs::File::create(test.dir().join("huge")).unwrap().set_len(size).unwrap();
    test.git(&["config", "core.looseCompression", "1"]);
    let head = test.commit("huge");
    let started = Instant::now();
    let repository = test.open();
    let tree = |commit| repository.commit_tree(commit).unwrap();
    let change = ChangeSet::between(&repository, tree(base), tree(head), &Roles::default()).unwrap();
    assert_eq!(change.summary().files, 3);
    let huge = change.files.iter().find(|file| file.path() == &RepoPath::from("huge")).unwrap();
    assert_eq!(change.lines(huge), Err(Unreadable::TooLarge { size, limit: BLOB_LIMIT }));
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
}

#[test]
fn fifty_thousand_changed_files_are_read_in_bounded_time() {
    let test = TestRepository::new();
    let mut stream = String::from("blob\nmark :1\ndata 4\none\n\nblob\nmark :2\ndata 4\ntwo\n\n");
    for mark in [1, 2] {
        stream.push_str("commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata 1\nx\n");
        for n in 0..50_000 {
            // Half of the files change, a quarter is moved, a quarter replaced by files of other names.
            let dir = if mark == 1 || n % 4 < 2 { "same" } else { "moved" };
            let content = if n % 4 == 2 { 1 } else { mark };
            stream.push_str(&format!("M 100644 :{content} {dir}/{:03}/{n}.rs\n", n / 100));
            if mark == 2 && dir == "moved" {
                stream.push_str(&format!("D same/{:03}/{n}.rs\n", n / 100));
            }
        }
    }
    let mut command = scrubbed("git", test.dir());
    let mut child = command.args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let started = Instant::now();
    let repository = test.open();
    let tree = |name| repository.commit_tree(repository.resolve(name).unwrap()).unwrap();
    let change = ChangeSet::between(&repository, tree("main~1"), tree("main"), &Roles::default()).unwrap();
    assert!(change.files.len() >= 50_000, "{}", change.files.len());
    assert!(change.summary().added > 25_000);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

/// What a hook of a test sees: started by git as a program of its own, because variables of the environment decide.
///
/// Does nothing unless a test's hook runs it.
#[test]
fn asked_by_a_hook() {
    let Some(answer) = std::env::var_os("AGENTGATE_TEST_ANSWER") else { return };
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let repository = Repository::open(Path::new(".")).unwrap();
    let seen = match words.as_slice() {
        [old, new, _] => {
            let tree = |id| repository.commit_tree(repository.resolve(id).unwrap()).unwrap();
            let change = ChangeSet::between(&repository, tree(old), tree(new), &Roles::default()).unwrap();
            format!("{} files, {} lines", change.files.len(), change.summary().added)
        }
        _ => {
            let base = repository.commit_tree(repository.resolve("HEAD").unwrap()).unwrap();
            let staged = repository.snapshot(Uncommitted::Staged).unwrap();
            let change = ChangeSet::between(&repository, base, staged, &Roles::default()).unwrap();
            let paths: Vec<_> = change.files.iter().map(|file| file.path().to_text()).collect();
            format!("staged: {}", paths.join(" "))
        }
    };
    std::fs::write(answer, format!("{seen} in {}", repository.git_dir().display())).unwrap();
}

fn install_hook(git_dir: &Path, name: &str, answer: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let program = std::env::current_exe().expect("this test program");
    let script = format!(
        "#!/bin/sh\nAGENTGATE_TEST_ANSWER='{}' exec '{}' --quiet --exact git::asked_by_a_hook\n",
        answer.display(),
        program.display()
    );
    let hook = git_dir.join("hooks").join(name);
    std::fs::write(&hook, script).expect("the hook is written");
    std::fs::set_permissions(hook, std::fs::Permissions::from_mode(0o755)).expect("and executable");
}

#[test]
fn a_pre_receive_hook_sees_the_quarantined_objects() {
    let test = TestRepository::new();
    test.write("a", "1\n").commit("base");
    let server = test.clone_of(&["--bare"]);
    let answer = server.dir().join("answer");
    install_hook(server.dir(), "pre-receive", &answer);
    test.write("b", "1\n2\n").commit("more");
    let url = server.dir().display().to_string();
    test.git(&["push", "--quiet", &url, "main"]);
    let expected = format!("1 files, 2 lines in {}", server.dir().display());
    assert_eq!(std::fs::read_to_string(&answer).unwrap(), expected);
    // Many objects arrive as a pack, whose deltas may lean on objects outside of the quarantine.
    server.git(&["config", "receive.unpackLimit", "1"]);
    test.write("a", "1\n2\n").write("c", "1\n").commit("even more");
    test.git(&["push", "--quiet", &url, "main"]);
    let expected = format!("2 files, 2 lines in {}", server.dir().display());
    assert_eq!(std::fs::read_to_string(&answer).unwrap(), expected);
}

#[test]
fn a_pre_commit_hook_sees_the_index_git_is_about_to_commit() {
    let test = TestRepository::new();
    test.write("a", "1\n").write("b", "1\n").commit("base");
    let answer = test.dir().join(".git/answer");
    install_hook(&test.dir().join(".git"), "pre-commit", &answer);
    test.write("a", "2\n").write("b", "2\n").git(&["add", "b"]);
    // Only `a` is committed: git shows its hooks a temporary index.
    test.git(&["commit", "--quiet", "--message", "one of two", "a"]);
    let expected = format!("staged: a in {}", test.dir().join(".git").display());
    assert_eq!(std::fs::read_to_string(&answer).unwrap(), expected);
}

#[test]
fn a_leaked_git_dir_moves_nobody_who_named_a_repository() {
    let (leaked, named) = (TestRepository::new(), TestRepository::new());
    leaked.commit("leaked");
    named.write("x", "x").commit("named");
    let program = std::env::current_exe().unwrap();
    let output = scrubbed(program, leaked.dir())
        .args(["--exact", "git::opens_what_was_named", "--nocapture"])
        .env("GIT_DIR", leaked.dir().join(".git"))
        .env("GIT_WORK_TREE", leaked.dir())
        .env("AGENTGATE_TEST_NAMED", named.dir())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Does nothing unless [`a_leaked_git_dir_moves_nobody_who_named_a_repository`] runs it.
#[test]
fn opens_what_was_named() {
    let Some(named) = std::env::var_os("AGENTGATE_TEST_NAMED") else { return };
    let named = Path::new(&named);
    let repository = Repository::open_ignoring_environment(named).unwrap();
    assert_eq!((repository.git_dir(), repository.worktree_dir()), (named.join(".git").as_path(), Some(named)));
    let tree = repository.snapshot(Uncommitted::WorkTree).unwrap();
    assert_eq!(tree, repository.commit_tree(repository.resolve("HEAD").unwrap()).unwrap());
    let leaked = Repository::open(named).unwrap();
    assert_ne!(leaked.git_dir(), named.join(".git"));
}
