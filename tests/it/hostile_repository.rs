//! Repositories made to hurt: the right verdict or a word on why there is none, in bounded time and memory.
//!
//! `cargo test --test it hostile_repository -- --nocapture` prints what each took; `--ignored` adds those of full size.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::program::{self, Run, finished};
use crate::repository::{TestRepository, scrubbed};

/// No repository here may take more, unoptimised and beside other tests.
const SECONDS: u64 = 90;
const MEBIBYTES: u64 = 700;

const TEST: &str = "from total import total\n\n\ndef test_total():\n    assert total() == 7\n";
const LOOSER: &str = "from total import total\n\n\ndef test_total():\n    assert total() > 0\n";

/// A repository with a test on `main`, and `agent/x` checked out, which loosens it.
fn branch() -> TestRepository {
    let test = TestRepository::new();
    on_branch(&test);
    test
}

fn on_branch(test: &TestRepository) {
    test.write("total.py", "def total():\n    return 7\n").write("test_total.py", TEST).commit("base");
    test.branch("agent/x").write("test_total.py", LOOSER).commit("looser");
}

/// Runs the program, watching what memory it takes, and holds it to the ceilings.
#[track_caller]
fn judged(test: &TestRepository, what: &str, arguments: &[&str]) -> Run {
    let (started, mut peak) = (Instant::now(), 0);
    let mut command = program::command(test.dir());
    command.args([&["check", "--base", "main", "--head", "agent/x"], arguments].concat());
    // Files, not pipes: nobody reads while it runs.
    let files = [tempfile::tempfile().expect("a file"), tempfile::tempfile().expect("a file")];
    let clone = |file: &std::fs::File| file.try_clone().expect("a handle");
    let mut child = command.stdout(clone(&files[0])).stderr(clone(&files[1])).spawn().expect("it starts");
    let status = loop {
        peak = peak.max(high_water(child.id()));
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        if started.elapsed() > Duration::from_secs(2 * SECONDS) {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let took = started.elapsed();
    let read = |mut file: &std::fs::File| {
        let mut bytes = Vec::new();
        std::io::Seek::rewind(&mut file).expect("it is a file");
        std::io::Read::read_to_end(&mut file, &mut bytes).expect("it is read");
        bytes
    };
    let run = finished(&std::process::Output { status, stdout: read(&files[0]), stderr: read(&files[1]) });
    println!("{what}: exit {}, {:.1} s, {peak} MiB", run.code, took.as_secs_f64());
    let shown: String = run.all().chars().take(2000).collect();
    assert!(matches!(run.code, 0..=2) && !run.all().contains("panicked"), "{what}: {} {shown}", run.code);
    assert!(run.code != 2 || !run.stderr.trim().is_empty(), "{what}: it says why");
    assert!(took < Duration::from_secs(SECONDS), "{what}: {took:?}");
    assert!(peak < MEBIBYTES, "{what}: {peak} MiB");
    run
}

/// The most memory a process has had so far, in MiB; 0 where the system doesn't tell.
fn high_water(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

#[track_caller]
fn assert_seen(run: &Run) {
    let shown: String = run.all().chars().take(2000).collect();
    assert!(run.code == 1 && run.stdout.contains("loosened-assertion"), "{shown}");
}

#[track_caller]
fn assert_refused(run: &Run, why: &str) {
    assert!(run.code == 2 && run.stdout.is_empty() && run.stderr.contains(why), "{run:?}");
}

/// A commit on `agent/x` with these commands of `git fast-import`.
fn import(test: &TestRepository, commands: &[u8]) {
    let mut stream = b"commit refs/heads/agent/x\ncommitter A <a@b> 1700000000 +0000\ndata 1\nx\n".to_vec();
    stream.extend_from_slice(b"from refs/heads/agent/x^0\n");
    stream.extend_from_slice(commands);
    stream_in(test, &stream);
}

fn stream_in(test: &TestRepository, stream: &[u8]) {
    let mut command = scrubbed("git", test.dir());
    command.args(["fast-import", "--quiet", "--force"]).stdin(Stdio::piped());
    let mut child = command.spawn().expect("git runs");
    child.stdin.take().expect("a pipe").write_all(stream).expect("it reads");
    assert!(child.wait().expect("it ends").success());
}

fn file(path: &str, content: &str) -> String {
    format!("M 100644 inline {path}\ndata {}\n{content}\n", content.len())
}

/// Trees of these entries (`mode type name`), each the only content of the next: `name` repeated for every `copies`.
fn nested(test: &TestRepository, levels: usize, copies: usize) -> String {
    let blob = test.git(&["rev-parse", "agent/x:total.py"]);
    let mut entry = format!("100644 blob {blob}");
    let mut command = scrubbed("git", test.dir());
    command.args(["mktree", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("git runs");
    let (mut input, mut answers) =
        (child.stdin.take().expect("a pipe"), std::io::BufReader::new(child.stdout.take().expect("a pipe")));
    let mut tree = String::new();
    for _ in 0..levels {
        let mut lines = String::new();
        for copy in 0..copies {
            writeln!(lines, "{entry}\td{copy}").expect("text");
        }
        writeln!(lines).expect("text");
        input.write_all(lines.as_bytes()).expect("it reads");
        tree.clear();
        std::io::BufRead::read_line(&mut answers, &mut tree).expect("it answers");
        entry = format!("040000 tree {}", tree.trim());
    }
    drop(input);
    assert!(child.wait().expect("it ends").success());
    tree.trim().to_owned()
}

fn with_tree(test: &TestRepository, name: &str, tree: &str) {
    import(test, format!("M 040000 {tree} {name}\n").as_bytes());
}

#[test]
fn trees_that_are_deep() {
    let test = branch();
    with_tree(&test, "deep", &nested(&test, 1500, 1));
    assert_seen(&judged(&test, "1,500 levels", &[]));
    with_tree(&test, "deeper", &nested(&test, 5000, 1));
    assert_refused(&judged(&test, "5,000 levels", &[]), "deep");
}

/// A few small objects that describe more files than there are atoms.
#[test]
fn trees_that_multiply() {
    let test = branch();
    with_tree(&test, "bomb", &nested(&test, 12, 10));
    assert_refused(&judged(&test, "10^12 files in twelve trees", &[]), "files");
    // Where it was there before, it is nobody's change; what looks at all files must not open it out either.
    test.git(&["branch", "--quiet", "--force", "main", "agent/x"]);
    import(&test, file("test_total.py", "from total import total\n\n\ndef test_total():\n    pass\n").as_bytes());
    let run = judged(&test, "10^12 files, as before", &[]);
    assert!(run.code == 1 && run.stdout.contains("removed-assertion"), "{run:?}");
}

#[test]
fn a_hundred_thousand_references() {
    let test = branch();
    let id = test.id("main").to_string();
    test.git(&["pack-refs", "--all"]);
    let mut packed = std::fs::read_to_string(test.dir().join(".git/packed-refs")).expect("packed");
    for at in 0..100_000 {
        writeln!(packed, "{id} refs/heads/z/{:02}/branch-{at:06}", at / 5000).expect("text");
    }
    std::fs::write(test.dir().join(".git/packed-refs"), packed).expect("written");
    assert_eq!(test.git(&["for-each-ref", "--count=100001", "--format=x"]).len(), 200_001);
    assert_seen(&judged(&test, "100,000 references", &[]));
    let unknown = test.agentgate(&["check", "--base", "z/00/branch-00000"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("unknown revision"), "{unknown:?}");
}

#[test]
fn references_in_a_circle_or_with_nonsense_in_them() {
    let test = branch();
    let git_dir = test.dir().join(".git");
    std::fs::write(git_dir.join("refs/heads/one"), "ref: refs/heads/two\n").expect("written");
    std::fs::write(git_dir.join("refs/heads/two"), "ref: refs/heads/one\n").expect("written");
    std::fs::write(git_dir.join("refs/heads/junk"), "no id at all\u{1b}[31m\n").expect("written");
    assert_seen(&judged(&test, "references in a circle", &[]));
    for name in ["one", "junk"] {
        let run = test.agentgate(&["check", "--base", name]);
        assert!(run.code == 2 && !run.stderr.contains('\u{1b}') && !run.stderr.trim().is_empty(), "{run:?}");
    }
}

/// Small as stored, large as read: each is below the limit for one, all together are not.
#[test]
fn blobs_that_swell() {
    let test = branch();
    let line = "x = 1  # all the same line, which packs to nothing\n";
    for at in 0..24 {
        test.write(format!("data/big{at}.txt"), format!("{at}\n{}", line.repeat((6 << 20) / line.len())));
    }
    test.git(&["config", "core.looseCompression", "1"]);
    test.commit("big");
    assert_seen(&judged(&test, "24 files of 6 MiB of text", &[]));
}

#[test]
fn files_of_one_line() {
    for (name, piece) in [
        ("data.json", "{\"a\":[1,2,3,\"x\"]},"),
        ("src/bundle.js", "function a(b){return b+1};"),
        ("tests/test_long.py", "assert total() == 7; "),
        (".github/workflows/ci.yml", "{a: [b, c]}, "),
        ("notes.md", "**word** [link](x) "),
        ("style.css", "a{b:c}"),
    ] {
        let test = branch();
        let long = match name {
            "data.json" => format!("[{}0]", piece.repeat((2 << 20) / piece.len())),
            _ => piece.repeat((2 << 20) / piece.len()),
        };
        test.write(name, long).commit("one line");
        assert_seen(&judged(&test, &format!("a line of 2 MiB in {name}"), &[]));
    }
}

#[test]
fn links_in_circles_and_out_of_the_tree() {
    let test = branch();
    let mut commands = String::new();
    for (path, target) in [
        ("loop", "loop"),
        ("tests/a", "b"),
        ("tests/b", "a"),
        ("up", "../../../../../../etc/passwd"),
        ("root", "/"),
        ("test_link.py", "test_total.py"),
        (".agentgate/policy.toml", "/etc/passwd"),
        ("package.json", "/dev/zero"),
        (".gitleaks.toml", "loop"),
    ] {
        write!(commands, "M 120000 inline {path}\ndata {}\n{target}\n", target.len()).expect("text");
    }
    import(&test, commands.as_bytes());
    let run = judged(&test, "links", &[]);
    assert_seen(&run);
    assert!(!run.stdout.contains("root:"), "{run:?}");
    test.git(&["reset", "--quiet", "--hard"]);
    let run = test.agentgate(&["check", "--base", "main", "--worktree"]);
    assert!(run.code == 1 && !run.all().contains("panicked"), "{run:?}");
    // The same as the base's policy: what is no file is no policy, and not an empty one.
    test.git(&["branch", "--quiet", "--force", "main", "agent/x"]);
    import(&test, file("total.py", "def total():\n    return 8\n").as_bytes());
    assert_refused(&judged(&test, "a link as policy", &[]), "policy.toml");
}

#[test]
fn names_that_collide_or_look_like_git_s_own() {
    let test = branch();
    let tree = test.git(&["rev-parse", "agent/x^{tree}"]);
    let blob = test.git(&["rev-parse", "main:test_total.py"]);
    let mut listing = test.git(&["ls-tree", &tree]) + "\n";
    for name in
        ["TEST_TOTAL.py", "Total.py", ".GIT", "git~1", ".git\u{200c}", ".Gitattributes", "con", "a\\b", "c:x", "-rf"]
    {
        writeln!(listing, "100644 blob {blob}\t{name}").expect("text");
    }
    let mut command = scrubbed("git", test.dir());
    let mut child = command.arg("mktree").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git runs");
    child.stdin.take().expect("a pipe").write_all(listing.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let made = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let commit = test.git(&["commit-tree", &made, "-p", "agent/x", "-m", "names"]);
    test.git(&["update-ref", "refs/heads/agent/x", &commit]);
    assert_seen(&judged(&test, "names that collide", &[]));
}

#[cfg(unix)]
#[test]
fn names_with_every_byte() {
    let test = branch();
    let mut commands = Vec::new();
    for byte in (1..=255u8).filter(|byte| *byte != b'/') {
        commands.extend_from_slice(b"M 100644 inline \"tests/test_");
        commands.extend_from_slice(format!("\\{byte:03o}.py\"\ndata 6\nx = 1\n\n").as_bytes());
    }
    import(&test, &commands);
    let run = judged(&test, "names with every byte", &[]);
    assert_seen(&run);
    assert!(!run.stdout.contains(['\u{1b}', '\u{7f}', '\r']), "{run:?}");
}

#[test]
fn a_message_without_end_and_many_commits() {
    let test = branch();
    let mut stream = Vec::new();
    let long = "Signed-off-by: A <a@b>\nReviewed-by: x\n## Summary\n- [ ] a\n".repeat((8 << 20) / 58);
    let mut commit = |message: &str, from: &str, content: usize| {
        stream.extend_from_slice(b"commit refs/heads/agent/x\ncommitter A <a@b> 1700000000 +0000\n");
        stream.extend_from_slice(format!("data {}\n{message}\n{from}", message.len()).as_bytes());
        stream.extend_from_slice(file("other.py", &format!("x = {content}\n")).as_bytes());
    };
    commit(&long, "from refs/heads/agent/x^0\n", 0);
    for at in 1..=3000 {
        commit("fix: x\n\nCo-authored-by: B <b@example.org>\n", "", at);
    }
    stream_in(&test, &stream);
    assert_seen(&judged(&test, "a message of 8 MiB and 3,000 commits", &[]));
}

#[test]
fn many_files() {
    let test = branch();
    let mut commands = String::new();
    for at in 0..30_000 {
        commands.push_str(&file(&format!("src/d{}/f{at}.py", at / 100), "x = 1\n"));
    }
    import(&test, commands.as_bytes());
    let run = judged(&test, "30,000 added files", &[]);
    assert_seen(&run);
    test.git(&["branch", "--quiet", "--force", "main", "agent/x"]);
    import(&test, file("test_total.py", "").as_bytes());
    let run = judged(&test, "one change among 30,000 files", &[]);
    assert!(run.code == 1 && run.stdout.contains("deleted-test"), "{run:?}");
}

/// Minutes of making, seconds of judging.
#[test]
#[ignore = "of full size"]
fn a_hundred_thousand_files_and_a_gibibyte() {
    let test = branch();
    let mut commands = String::new();
    for at in 0..100_000 {
        commands.push_str(&file(&format!("src/d{}/f{at}.py", at / 100), "x = 1\n"));
    }
    import(&test, commands.as_bytes());
    assert_seen(&judged(&test, "100,000 added files", &[]));
    test.git(&["branch", "--quiet", "--force", "main", "agent/x"]);
    import(&test, file("test_total.py", "").as_bytes());
    assert_eq!(judged(&test, "one change among 100,000 files", &[]).code, 1);
    let test = branch();
    test.git(&["config", "core.looseCompression", "1"]);
    let huge = std::fs::File::create(test.dir().join("huge.py")).expect("a file");
    huge.set_len(1 << 30).expect("a sparse file");
    test.commit("huge");
    let run = judged(&test, "a file of 1 GiB", &[]);
    assert!(run.code == 1 && run.stdout.contains("unreadable-change"), "{run:?}");
}

#[test]
fn submodules_that_are_no_submodules() {
    let test = branch();
    let commands = format!(
        "M 160000 {0} sub\nM 160000 {0} tests/test_sub.py\nM 160000 {0} .agentgate\n{1}",
        "1".repeat(40),
        file(
            ".gitmodules",
            "[submodule \"../../x\"]\n\tpath = ../../x\n\turl = -u./payload\n[submodule \"sub\"]\n\tpath = sub\n\turl = ext::sh -c id\n"
        )
    );
    import(&test, commands.as_bytes());
    let run = judged(&test, "submodules", &[]);
    assert_seen(&run);
}

/// What git would run for a file by the branch's attributes and this machine's configuration is not run to judge commits.
#[cfg(unix)]
#[test]
fn attributes_run_nothing() {
    let test = branch();
    for (key, value) in [
        ("filter.evil.clean", "touch ran-clean; cat"),
        ("filter.evil.smudge", "touch ran-smudge; cat"),
        ("filter.evil.process", "touch ran-process"),
        ("diff.evil.textconv", "touch ran-textconv; cat"),
        ("diff.evil.command", "touch ran-diff"),
        ("merge.evil.driver", "touch ran-merge"),
        ("core.fsmonitor", "touch ran-monitor"),
        ("core.hooksPath", "hooks"),
        ("core.pager", "touch ran-pager"),
        ("core.sshCommand", "touch ran-ssh"),
    ] {
        test.git(&["config", key, value]);
    }
    import(
        &test,
        [
            file(
                ".gitattributes",
                "* filter=evil diff=evil merge=evil -text export-ignore linguist-generated\n*.py binary\n",
            ),
            file("hooks/post-index-change", "#!/bin/sh\ntouch ran-hook\n"),
        ]
        .concat()
        .as_bytes(),
    );
    assert_seen(&judged(&test, "attributes", &[]));
    let ran: Vec<_> = std::fs::read_dir(test.dir())
        .expect("it is there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("ran-"))
        .collect();
    assert_eq!(ran, [""; 0]);
}

#[test]
fn damaged_packs_are_said() {
    let test = branch();
    test.git(&["repack", "-adq"]);
    let folder = test.dir().join(".git/objects/pack");
    let mut files = std::fs::read_dir(&folder).expect("packs").filter_map(|entry| Some(entry.ok()?.path()));
    let pack = files.find(|path| path.extension().is_some_and(|end| end == "pack")).expect("a pack");
    let whole = std::fs::read(&pack).expect("it is read");
    let index = pack.with_extension("idx");
    let whole_index = std::fs::read(&index).expect("it is read");
    let put = |path: &std::path::Path, bytes: &[u8]| {
        let _ = std::fs::remove_file(path);
        std::fs::write(path, bytes).expect("written");
    };
    for at in (12..whole.len()).step_by((whole.len() / 24).max(1)) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        put(&pack, &damaged);
        let run = judged(&test, &format!("a pack with byte {at} flipped"), &[]);
        assert_ne!(run.code, 0, "never a silent pass: {run:?}");
        put(&pack, &whole[..at]);
        assert_ne!(judged(&test, &format!("a pack cut at {at}"), &[]).code, 0);
    }
    put(&pack, &whole);
    for at in (0..whole_index.len()).step_by((whole_index.len() / 24).max(1)) {
        let mut damaged = whole_index.clone();
        damaged[at] ^= 0xff;
        put(&index, &damaged);
        assert_ne!(judged(&test, &format!("an index with byte {at} flipped"), &[]).code, 0);
    }
}

/// A loose object that says one size and holds another.
#[test]
fn objects_that_lie_about_their_size() {
    let test = branch();
    let id = test.git(&["rev-parse", "agent/x:test_total.py"]);
    let path = test.dir().join(".git/objects").join(&id[..2]).join(&id[2..]);
    for content in [
        [&b"blob 10\0"[..], &vec![b'x'; 8 << 20]].concat(),
        [&b"blob 99999999999999999999\0"[..], b"x"].concat(),
        [&b"blob 4294967295\0"[..], b"x"].concat(),
        b"blob -1\0x".to_vec(),
        b"tree 1\0x".to_vec(),
        Vec::new(),
    ] {
        let _ = std::fs::remove_file(&path);
        std::fs::write(&path, stored(&content)).expect("written");
        let run = judged(&test, "an object that lies", &[]);
        assert_ne!(run.code, 0, "{run:?}");
    }
}

/// Bytes as a zlib stream that compresses nothing.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut pieces = bytes.chunks(0xffff).peekable();
    if bytes.is_empty() {
        stream.extend_from_slice(&[1, 0, 0, 0xff, 0xff]);
    }
    while let Some(piece) = pieces.next() {
        let length = u16::try_from(piece.len()).expect("a piece");
        stream.push(u8::from(pieces.peek().is_none()));
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(piece);
    }
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    stream.extend_from_slice(&(b << 16 | a).to_be_bytes());
    stream
}

#[test]
fn alternates_in_a_circle_or_nowhere() {
    let test = branch();
    let info = test.dir().join(".git/objects/info");
    std::fs::create_dir_all(&info).expect("a folder");
    for content in ["../objects\n", "/nowhere/objects\n", "\0\n", "/proc/self/fd\n/dev/null\n"] {
        std::fs::write(info.join("alternates"), content).expect("written");
        let run = judged(&test, &format!("alternates {content:?}"), &[]);
        if run.code != 2 {
            assert_seen(&run);
        }
    }
}

/// A graft exists only on this machine; what is pushed is the real history.
#[test]
fn grafts_change_no_verdict() {
    let test = branch();
    let (main, head) = (test.id("main"), test.id("agent/x"));
    test.switch("main").write("other.py", "x = 1\n").commit("onward");
    let onward = test.id("main");
    assert_ne!(main, onward);
    // As if the branch came after everything, or from nowhere.
    for graft in [format!("{onward} {head}\n"), format!("{head}\n"), "nonsense\n".to_owned()] {
        std::fs::write(test.dir().join(".git/info/grafts"), graft).expect("written");
        let run = judged(&test, "grafts", &[]);
        if run.code != 2 {
            assert_seen(&run);
        }
    }
}

#[test]
fn configuration_that_includes_itself() {
    let test = branch();
    let path = test.dir().join(".git/config");
    let usual = std::fs::read_to_string(&path).expect("it is there");
    for more in
        ["[include]\n\tpath = config\n".to_owned(), format!("[x]\n{}", "\ty = z\n".repeat(200_000)), "[".to_owned()]
    {
        std::fs::write(&path, format!("{usual}{more}")).expect("written");
        let run = judged(&test, "configuration", &[]);
        if run.code != 2 {
            assert_seen(&run);
        }
    }
}

#[test]
fn all_of_it_with_the_other_hash() {
    let test = TestRepository::init(&["--object-format=sha256"]);
    on_branch(&test);
    assert_seen(&judged(&test, "SHA-256", &[]));
    with_tree(&test, "deeper", &nested(&test, 2500, 1));
    assert_refused(&judged(&test, "SHA-256, 2,500 levels", &[]), "deep");
}
