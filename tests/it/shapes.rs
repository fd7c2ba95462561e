//! Every shape of repository people have: the same changes as git sees, or a clear word on why not.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use agentgate::change::{ChangeSet, Role, Roles, Status, Unreadable};
use agentgate::git::{GitError, Head, Repository, Uncommitted};
use agentgate::{RepoPath, Side};

use crate::repository::{TestRepository, scrubbed};

#[allow(dead_code, reason = "the example's own main")]
#[path = "../../examples/changes.rs"]
mod changes;

/// Asserts that both see the same files, statuses, renames and line counts.
#[track_caller]
fn assert_same_as_git(test: &TestRepository, base: &str, head: &str) {
    let empty_tree = test.git(&["hash-object", "-t", "tree", "/dev/null"]);
    let (attributes, range) = (format!("--attr-source={empty_tree}"), format!("{base}...{head}"));
    let flags = ["diff", "--raw", "--numstat", "--no-abbrev", "-M", "-z", "--submodule=short", &range];
    let expected = test.try_git(&[&[attributes.as_str()], &flags[..]].concat());
    assert!(expected.status.success(), "{}", String::from_utf8_lossy(&expected.stderr));
    let ours = changes::render(&test.open(), base, head).expect("the range can be read");
    assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&expected.stdout));
}

#[track_caller]
fn change(repository: &Repository, base: &str, head: &str) -> ChangeSet {
    let tree = |name| repository.resolve(name).and_then(|commit| repository.commit_tree(commit));
    let (base, head) = (tree(base).expect("the base's tree"), tree(head).expect("the head's tree"));
    ChangeSet::between(repository, base, head, &Roles::default()).expect("the trees can be compared")
}

fn paths(change: &ChangeSet) -> Vec<String> {
    change.files.iter().map(|file| file.path().to_text()).collect()
}

fn lines(range: std::ops::Range<u32>) -> String {
    range.map(|n| format!("line {n}\n")).collect()
}

/// A repository where `agent/x` edits, adds, deletes, renames and moves files.
fn with_branch(test: TestRepository) -> TestRepository {
    test.write("src/a.rs", lines(0..40)).write("src/b.rs", lines(100..140)).write("old/name.txt", lines(200..240));
    test.write("gone.txt", "gone\n").write("deep/er/file.py", "x = 1\n").commit("base");
    test.branch("agent/x");
    test.write("src/a.rs", lines(0..30) + "new\n").write("new/name.txt", lines(200..238) + "moved\n");
    test.write("moved.rs", lines(100..140)).write("added.txt", "a\nb\n").write("deep/er/file.py", "x = 2\n");
    test.remove("old/name.txt").remove("src/b.rs").remove("gone.txt").commit("work");
    test
}

#[test]
fn normal() {
    let test = with_branch(TestRepository::new());
    assert_same_as_git(&test, "main", "agent/x");
    let change = change(&test.open(), "main", "agent/x");
    let renamed: Vec<_> = change.files.iter().filter(|f| matches!(f.status, Status::Renamed(_))).collect();
    assert_eq!(renamed.len(), 2);
}

#[test]
fn linked_work_tree_opened_from_a_subfolder() {
    let test = with_branch(TestRepository::new());
    let place = tempfile::tempdir().unwrap();
    let linked = place.path().canonicalize().unwrap().join("linked");
    test.git(&["worktree", "add", "--quiet", linked.to_str().unwrap(), "main"]);
    let repository = Repository::open(&linked.join("deep/er")).unwrap();
    assert_eq!(repository.head().unwrap(), Head::Branch("main".into(), test.id("main")));
    assert_eq!(repository.worktree_dir(), Some(linked.as_path()));
    assert_eq!(repository.common_dir(), test.dir().join(".git"));
    assert_eq!(repository.git_dir(), test.dir().join(".git/worktrees/linked"));
    assert_eq!(repository.hooks_dir(), test.dir().join(".git/hooks"));
    assert_same_as_git(&TestRepository::at(&linked), "main", "agent/x");
    std::fs::write(linked.join("gone.txt"), "changed\n").unwrap();
    let tree = repository.snapshot(Uncommitted::WorkTree).unwrap();
    let base = repository.commit_tree(test.id("main")).unwrap();
    assert_eq!(paths(&ChangeSet::between(&repository, base, tree, &Roles::default()).unwrap()), ["gone.txt"]);
}

#[test]
fn bare() {
    let test = with_branch(TestRepository::new());
    let bare = test.clone_of(&["--bare"]);
    assert_same_as_git(&bare, "main", "agent/x");
    let repository = bare.open();
    assert_eq!(repository.worktree_dir(), None);
    assert!(matches!(repository.snapshot(Uncommitted::Staged), Err(GitError::NoWorktree)));
}

#[test]
fn submodule_seen_from_outside_and_from_inside() {
    let inner = with_branch(TestRepository::new());
    let outer = TestRepository::new();
    outer.commit("base");
    let url = inner.dir().display().to_string();
    outer.branch("agent/x");
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--branch", "main", &url, "lib"]);
    outer.commit("with a submodule");
    assert_same_as_git(&outer, "main", "agent/x");
    outer.git(&["-C", "lib", "checkout", "--quiet", "origin/agent/x"]);
    outer.branch("agent/y").commit("newer submodule");
    assert_same_as_git(&outer, "agent/x", "agent/y");
    let change = change(&outer.open(), "agent/x", "agent/y");
    assert_eq!(change.content(&change.files[0], Side::Head).unwrap().unwrap().len(), 0);
    let inside = Repository::open(&outer.dir().join("lib")).unwrap();
    assert_eq!(inside.worktree_dir(), Some(outer.dir().join("lib").as_path()));
    assert!(inside.git_dir().ends_with(".git/modules/lib"));
    assert_same_as_git(&TestRepository::at(outer.dir().join("lib")), "origin/main", "origin/agent/x");
}

#[test]
fn alternates() {
    let test = with_branch(TestRepository::new());
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("shared");
    test.git(&["clone", "--quiet", "--shared", ".", to.to_str().unwrap()]);
    assert_same_as_git(&TestRepository::at(&to), "origin/main", "origin/agent/x");
}

#[test]
fn packed_with_commit_graph_and_multi_pack_index() {
    let test = with_branch(TestRepository::new());
    test.git(&["-c", "pack.threads=1", "repack", "-adq", "--write-midx", "--write-bitmap-index"]);
    test.git(&["commit-graph", "write", "--reachable"]);
    test.git(&["pack-refs", "--all"]);
    assert_same_as_git(&test, "main", "agent/x");
}

#[test]
fn sha256() {
    let test = with_branch(TestRepository::init(&["--object-format=sha256"]));
    assert_same_as_git(&test, "main", "agent/x");
    assert_eq!(test.open().zero_id().to_string(), "0".repeat(64));
    assert_eq!(test.open().resolve(&test.id("main").to_string()).unwrap(), test.id("main"));
}

#[test]
fn reftable() {
    let test = with_branch(TestRepository::init(&["--ref-format=reftable"]));
    assert_same_as_git(&test, "main", "agent/x");
    let repository = test.open();
    assert_eq!(repository.head().unwrap(), Head::Branch("agent/x".into(), test.id("agent/x")));
    assert_eq!(repository.refs("refs/heads/agent/").unwrap(), [("refs/heads/agent/x".into(), test.id("agent/x"))]);
    assert_eq!(repository.default_base(None).unwrap().name, "main");
    let error = repository.resolve("agent/y").unwrap_err().to_string();
    assert!(error.contains("did you mean `agent/x`"), "{error}");
    let empty = TestRepository::init(&["--ref-format=reftable"]);
    assert_eq!(empty.open().head().unwrap(), Head::Unborn("main".into()));
}

/// A clone without blobs except those of the checked out branch.
fn partial_clone(test: &TestRepository) -> TestRepository {
    test.git(&["config", "uploadpack.allowFilter", "true"]);
    test.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    test.clone_of(&["--filter=blob:none", "--branch=main"])
}

#[test]
fn partial_clone_fetches_what_is_needed() {
    let test = with_branch(TestRepository::new());
    let partial = partial_clone(&test);
    let blob = test.id("agent/x:added.txt");
    assert!(!partial.open().objects().contains(blob));
    let change = change(&partial.open(), "origin/main", "origin/agent/x");
    assert!(change.files.iter().all(|file| change.lines(file).is_ok()));
    assert!(partial.open().objects().contains(blob));
    assert_same_as_git(&partial, "origin/main", "origin/agent/x");
}

#[test]
fn partial_clone_out_of_reach_names_the_missing_blob() {
    let test = with_branch(TestRepository::new());
    let partial = partial_clone(&test);
    partial.git(&["remote", "set-url", "origin", "/nowhere"]);
    let change = change(&partial.open(), "origin/main", "origin/agent/x");
    let added = change.files.iter().find(|file| file.path() == &RepoPath::from("added.txt")).unwrap();
    let missing = Unreadable::Missing { id: test.id("agent/x:added.txt").to_string() };
    assert_eq!(change.lines(added), Err(missing));
    // What the checked out branch has is here.
    let gone = change.files.iter().find(|file| file.path() == &RepoPath::from("gone.txt")).unwrap();
    assert_eq!(change.lines(gone).unwrap().deleted(), 1);
}

#[test]
fn shallow_with_enough_history_is_trusted() {
    let test = TestRepository::new();
    for n in 0..5 {
        test.write("a", format!("{n}")).commit("earlier");
    }
    test.branch("agent/x").write("b", "1").commit("work");
    let shallow = test.clone_of(&["--depth=4", "--no-single-branch"]);
    assert_same_as_git(&shallow, "origin/main", "origin/agent/x");
    // main went on: the boundary is below the fork, on both sides.
    test.switch("main").write("a", "later").commit("later");
    let shallow = test.clone_of(&["--depth=4", "--no-single-branch"]);
    assert_same_as_git(&shallow, "origin/main", "origin/agent/x");
}

#[test]
fn shallow_where_a_better_base_may_be_cut_off_is_refused() {
    // `old` and `new` are both common ancestors; the clone sees only `old`, because on one side `new` was cut off.
    let test = TestRepository::new();
    let old = test.write("a", "old").commit("old");
    let new = test.write("a", "new").commit("new");
    test.write("a", "newest").commit("newest");
    test.git(&["switch", "--quiet", "--detach", &old.to_string()]);
    test.branch("side").write("side", "1").commit("side");
    test.git(&["merge", "--quiet", "--no-edit", &new.to_string()]);
    assert_eq!(test.open().merge_base(test.id("main"), test.id("side")).unwrap().best, new);
    let clone = test.clone_of(&[]);
    // As a fetch of depth 1 of main, and of everything of the side branch's first parent, would leave it.
    std::fs::write(clone.dir().join(".git/shallow"), format!("{}\n", test.id("main"))).unwrap();
    let repository = clone.open();
    let error = repository.merge_base(test.id("main"), test.id("side")).unwrap_err();
    assert!(matches!(error, GitError::Shallow { .. }), "{error}");
    assert!(matches!(repository.is_ancestor(old, test.id("main")), Err(GitError::Shallow { .. })));
    assert!(repository.is_ancestor(test.id("main"), test.id("main")).unwrap());
}

#[test]
fn criss_cross_merges_take_the_base_git_takes() {
    let test = TestRepository::new();
    let commit_at = |test: &TestRepository, time: u32, message: &str| {
        let date = format!("{} +0000", 1_700_000_000 + time);
        test.git(&["add", "--all"]);
        let mut command = scrubbed("git", test.dir());
        command.env("GIT_COMMITTER_DATE", &date).args(["commit", "--quiet", "--allow-empty", "-m", message]);
        assert!(command.status().unwrap().success());
        test.id("HEAD")
    };
    commit_at(test.write("a", "0").write("b", "0"), 0, "root");
    test.branch("left").write("a", "left");
    let left = commit_at(&test, 10, "left");
    test.switch("main").branch("right").write("b", "right");
    let right = commit_at(&test, 20, "right");
    test.git(&["merge", "--quiet", "--no-edit", "left"]);
    test.switch("left").git(&["merge", "--quiet", "--no-edit", &right.to_string()]);
    test.write("a", "left again").commit("left again");
    let bases = test.open().merge_base(test.id("left"), test.id("right")).unwrap();
    assert_eq!(std::collections::BTreeSet::from([bases.best, bases.others[0]]), [left, right].into());
    assert_same_as_git(&test, "left", "right");
    assert_same_as_git(&test, "right", "left");
}

#[test]
fn no_common_ancestor() {
    let test = with_branch(TestRepository::new());
    test.git(&["switch", "--quiet", "--orphan", "apart"]);
    test.write("x", "x").commit("apart");
    let error = test.open().merge_base(test.id("main"), test.id("apart")).unwrap_err();
    assert!(matches!(error, GitError::NoCommonAncestor { .. }), "{error}");
    assert!(!test.open().is_ancestor(test.id("main"), test.id("apart")).unwrap());
}

#[test]
fn default_base_is_the_configured_branch_on_the_remote_then_the_remotes_head_then_main() {
    let test = with_branch(TestRepository::new());
    test.git(&["branch", "develop", "main"]);
    let error = test.open().default_base(Some("trunk")).unwrap_err().to_string();
    assert!(error.contains("trunk") && error.contains("--base"), "{error}");
    assert_eq!(test.open().default_base(None).unwrap().name, "main");
    test.switch("main");
    let clone = test.clone_of(&[]);
    assert_eq!(clone.open().default_base(None).unwrap().name, "origin/main");
    assert_eq!(clone.open().default_base(Some("develop")).unwrap().name, "origin/develop");
    clone.git(&["remote", "rename", "origin", "upstream"]);
    assert_eq!(clone.open().default_base(Some("main")).unwrap().name, "upstream/main");
}

#[test]
fn files_that_are_hard_to_compare_compare_as_git_compares_them() {
    let test = TestRepository::new();
    let long_line = "x".repeat(500);
    test.write("mode.sh", "echo\n")
        .write("file-to-link", "target")
        .write("file-to-dir", "1\n")
        .write("dir-to-file/a", "1\n");
    test.write("crlf.txt", "a\r\nb\r\nc\r\n")
        .write("lf.txt", lines(0..20))
        .write("binary", b"a\0b\n")
        .write("empty", "");
    test.write("moved-binary", b"\0binary\0")
        .write("no-newline", "a\nb")
        .write("long", format!("{long_line}\n{long_line}y\n"));
    test.write("same-a", "same\n")
        .write("same-b", "same\n")
        .write(".gitattributes", "*.txt text eol=lf\n")
        .commit("base");
    std::os::unix::fs::symlink("elsewhere", test.dir().join("link")).unwrap();
    test.commit("with a link");
    test.branch("agent/x");
    std::os::unix::fs::symlink("target", test.dir().join("was-file")).unwrap();
    test.remove("file-to-link").remove("link").remove("file-to-dir").remove("empty").remove("moved-binary");
    std::os::unix::fs::symlink("target", test.dir().join("file-to-link")).unwrap();
    std::os::unix::fs::symlink("elsewhere", test.dir().join("moved-link")).unwrap();
    std::fs::remove_dir_all(test.dir().join("dir-to-file")).unwrap();
    test.git(&["mv", "mode.sh", "moved.sh"]);
    test.git(&["update-index", "--chmod=+x", "moved.sh"]);
    test.write("dir-to-file", "1\n").write("file-to-dir/a", "1\n").write("binary", b"a\0c\n").write("also-empty", "");
    test.write("binary-moved", b"\0binary\0")
        .write("no-newline", "a\nb\n")
        .write("lf.txt", lines(0..20).replace('\n', "\r\n"));
    test.write("long", format!("{long_line}\n{long_line}z\n"))
        .write("same-c", "same\n")
        .remove("same-a")
        .remove("same-b");
    test.write("dir/same-b", "same\n").write("\u{fc}ml\u{e4}ut \"quoted\"\t.txt", "x\n");
    test.git(&["-c", "core.autocrlf=false", "add", "--all"]);
    test.git(&["update-index", "--chmod=+x", "moved.sh"]);
    test.git(&["commit", "--quiet", "-m", "work"]);
    assert_same_as_git(&test, "main", "agent/x");
    assert_same_as_git(&test, "main~1", "main");
}

#[test]
fn line_ends_converted_in_a_moved_file_leave_it_the_same_file() {
    let test = TestRepository::new();
    test.write("a/old.txt", lines(0..60)).write("a/b.txt", lines(100..160)).commit("base");
    test.branch("agent/x").write("c/new.txt", lines(0..60).replace('\n', "\r\n")).remove("a/old.txt").commit("work");
    assert_same_as_git(&test, "main", "agent/x");
}

#[test]
fn names_that_are_not_text() {
    let test = TestRepository::new();
    test.commit("base");
    test.branch("agent/x");
    let blob = test.write("x", "x\n").git(&["hash-object", "-w", "x"]);
    test.remove("x");
    let mut command = scrubbed("git", test.dir());
    let mut child = command.args(["update-index", "-z", "--index-info"]).stdin(Stdio::piped()).spawn().unwrap();
    let names: [&[u8]; 3] = [b"caf\xe9/\xff.py", b"line\nbreak.rs", b"\x1b[31mred\x1b[0m.txt"];
    for name in names {
        let line = [format!("100644 {blob}\t").as_bytes(), name, b"\0"].concat();
        child.stdin.as_mut().unwrap().write_all(&line).unwrap();
    }
    assert!(child.wait().unwrap().success());
    test.git(&["commit", "--quiet", "-m", "odd names"]);
    assert_same_as_git(&test, "main", "agent/x");
    let change = change(&test.open(), "main", "agent/x");
    assert_eq!(paths(&change), ["\x1b[31mred\x1b[0m.txt", "caf\\xe9/\\xff.py", "line\nbreak.rs"]);
    let entry = change.source().entry(Side::Head, &RepoPath::new(names[0])).unwrap();
    assert_eq!(&*change.source().read(&entry).unwrap(), b"x\n");
}

#[test]
fn attributes_of_the_branch_hide_nothing() {
    let test = TestRepository::new();
    test.write("src/a.rs", "one\ntwo\n").write("tests/a.rs", "assert\n").commit("base");
    test.branch("agent/x").write(".gitattributes", "*.rs -diff linguist-generated\n* binary\n");
    test.write("src/a.rs", "one\n").write("tests/a.rs", "nothing\n").commit("work");
    let hidden = test.git(&["diff", "--numstat", "main...agent/x", "--", "tests/a.rs"]);
    assert_eq!(hidden, "-\t-\ttests/a.rs", "git's own diff is misled, or this test shows nothing");
    let change = change(&test.open(), "main", "agent/x");
    let test_file = change.files.iter().find(|file| file.role == Role::Test).unwrap();
    assert_eq!(
        change.lines(test_file).map(|lines| (lines.added(), lines.deleted(), lines.is_binary)),
        Ok((1, 1, false))
    );
    assert_same_as_git(&test, "main", "agent/x");
}

#[test]
fn large_file_pointers_are_text_like_any_other() {
    let pointer = |digit: char| {
        let digest = digit.to_string().repeat(64);
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 12345\n")
    };
    let test = TestRepository::new();
    test.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
        .write("a.bin", pointer('a'))
        .commit("base");
    test.branch("agent/x").write("a.bin", pointer('b')).commit("work");
    assert_same_as_git(&test, "main", "agent/x");
    let change = change(&test.open(), "main", "agent/x");
    assert_eq!(change.summary().added, 1);
}

#[test]
fn replacements_of_this_machine_are_not_looked_at() {
    let test = with_branch(TestRepository::new());
    let before = paths(&change(&test.open(), "main", "agent/x"));
    test.git(&["replace", &test.id("agent/x").to_string(), &test.id("main").to_string()]);
    assert_eq!(paths(&change(&test.open(), "main", "agent/x")), before);
}

/// Everything in the git directory: names, sizes, times. Nothing may change, but that git touches objects it finds again.
fn state_of(dir: &Path) -> Vec<String> {
    let mut state = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a directory").flatten() {
        let (path, about) = (entry.path(), entry.metadata().expect("metadata"));
        if about.is_dir() {
            state.extend(state_of(&path));
        } else if path.components().any(|part| part.as_os_str() == "objects") {
            state.push(format!("{} {}", path.display(), about.len()));
        } else {
            state.push(format!("{} {} {:?}", path.display(), about.len(), about.modified()));
        }
    }
    state.sort();
    state
}

#[test]
fn staged_and_work_tree_changes_leave_the_repository_as_it_was() {
    let test = TestRepository::new();
    test.write("staged", "0\n")
        .write("edited", "0\n")
        .write("deleted", "0\n")
        .write("old-name", lines(0..30))
        .write(".gitignore", "*.log\n")
        .commit("base");
    test.write("staged", "1\n").write("staged-new", "1\n").git(&["add", "staged", "staged-new"]);
    test.git(&["mv", "old-name", "new-name"]);
    test.write("edited", "1\n").write("untracked/file", "1\n").write("noise.log", "1\n").remove("deleted");
    // Same size and time as before: only racily clean, so that git must look at the content.
    test.write("staged", "2\n");
    let before = state_of(&test.dir().join(".git"));
    let repository = test.open();
    let base = repository.commit_tree(test.id("HEAD")).unwrap();
    let seen = |what| {
        let tree = repository.snapshot(what).unwrap();
        ChangeSet::between(&repository, base, tree, &Roles::default()).unwrap()
    };
    let staged = seen(Uncommitted::Staged);
    assert_eq!(paths(&staged), ["new-name", "staged", "staged-new"]);
    assert_eq!(staged.files[0].status, Status::Renamed(100));
    let content = |change: &ChangeSet, at: usize| change.content(&change.files[at], Side::Head).unwrap().unwrap();
    assert_eq!(&*content(&staged, 1), b"1\n");
    let work_tree = seen(Uncommitted::WorkTree);
    assert_eq!(paths(&work_tree), ["deleted", "edited", "new-name", "staged", "staged-new", "untracked/file"]);
    assert_eq!(&*content(&work_tree, 3), b"2\n");
    assert_eq!(state_of(&test.dir().join(".git")), before);
}

#[test]
fn work_tree_line_ends_are_those_git_would_commit() {
    let test = TestRepository::new();
    test.write(".gitattributes", "*.txt text=auto\n").write("a.txt", "a\nb\n").commit("base");
    test.git(&["config", "core.autocrlf", "true"]);
    test.write("a.txt", "a\r\nb\r\n").write("b.txt", "new\r\n");
    let repository = test.open();
    let base = repository.commit_tree(test.id("HEAD")).unwrap();
    let tree = repository.snapshot(Uncommitted::WorkTree).unwrap();
    assert_eq!(paths(&ChangeSet::between(&repository, base, tree, &Roles::default()).unwrap()), ["b.txt"]);
}

#[test]
fn the_first_commit_can_be_judged_before_it_exists() {
    let test = TestRepository::new();
    test.write("a", "1\n");
    let repository = test.open();
    let staged = repository.snapshot(Uncommitted::Staged).unwrap();
    assert_eq!(staged, repository.empty_tree());
    let tree = repository.snapshot(Uncommitted::WorkTree).unwrap();
    let change = ChangeSet::between(&repository, repository.empty_tree(), tree, &Roles::default()).unwrap();
    assert_eq!(paths(&change), ["a"]);
}

#[test]
fn an_index_with_conflicts_is_named_not_judged() {
    let test = TestRepository::new();
    test.write("a", "0\n").commit("base");
    test.branch("other").write("a", "1\n").commit("other");
    test.switch("main").write("a", "2\n").commit("main");
    test.try_git(&["merge", "other"]);
    for what in [Uncommitted::Staged, Uncommitted::WorkTree] {
        let error = test.open().snapshot(what).unwrap_err();
        assert!(matches!(&error, GitError::Unmerged { paths } if paths == &["a"]), "{error}");
    }
}
