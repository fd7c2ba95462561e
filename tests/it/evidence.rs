//! Trailers, against git's own reading of them.

use std::io::Write;
use std::process::Stdio;

use agentgate::evidence::trailers;

use super::repository::{TestRepository, scrubbed};

fn assert_read_as_git_does(test: &TestRepository, message: &[u8]) {
    let mut git = scrubbed("git", test.dir());
    let mut git = git
        .args(["interpret-trailers", "--parse"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git runs");
    git.stdin.take().expect("piped").write_all(message).expect("git reads");
    let theirs = git.wait_with_output().expect("git ends").stdout;
    let message = String::from_utf8_lossy(message);
    let ours: String =
        trailers(&message).iter().map(|trailer| format!("{}: {}\n", trailer.key, trailer.value)).collect();
    assert_eq!(ours, String::from_utf8_lossy(&theirs), "{message:?}");
}

#[test]
fn trailers_are_those_git_reads() {
    let test = TestRepository::new();
    // Every message of four lines out of these, some of them joined: what can stand above, between and below trailers.
    let lines = [
        "text",
        "",
        "A: b",
        " more",
        "# note",
        "---",
        "Signed-off-by: x",
        "a b: c",
        "C :d",
        "Conflicts:",
        "\tp",
        ": e",
        "E:",
        "F: g\r",
        "(cherry picked from commit 1)",
        "# ------------------------ >8 ------------------------",
        "\u{e4}: b",
    ];
    let mut seed = 7u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lines[(seed >> 33) as usize % lines.len()]
    };
    for length in (0..240).map(|number| number % 8) {
        let body: Vec<&str> = (0..length).map(|_| next()).collect();
        assert_read_as_git_does(&test, format!("title\n\n{}\n", body.join("\n")).as_bytes());
        assert_read_as_git_does(&test, body.join("\n").as_bytes());
    }
}

/// For real histories: `AGENTGATE_MESSAGES=/path/to/repository cargo test --test it trailers_of_real`.
#[test]
fn trailers_of_real_messages_are_those_git_reads() {
    let Some(dir) = std::env::var_os("AGENTGATE_MESSAGES") else {
        return println!("not run: AGENTGATE_MESSAGES names no repository");
    };
    let test = TestRepository::at(dir);
    let log = test.try_git(&["log", "--max-count=3000", "-z", "--format=%B"]).stdout;
    let messages: Vec<&[u8]> = log.split(|byte| *byte == 0).collect();
    for message in &messages {
        assert_read_as_git_does(&test, message);
    }
    println!("{} messages", messages.len());
}
