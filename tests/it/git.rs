//! Questions to a repository: names, history, trees.

use agentgate::RepoPath;
use agentgate::change::{ChangeSet, Roles};
use agentgate::git::{GitError, Head};

use crate::repository::TestRepository;

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
