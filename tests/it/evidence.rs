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

/// For real histories, and what becomes of them when something slips: `scripts/compare-trailers DIR...`.
#[test]
fn trailers_of_real_messages_are_those_git_reads() {
    let Some(dirs) = std::env::var_os("AGENTGATE_MESSAGES") else {
        return println!("not run: AGENTGATE_MESSAGES names no repositories");
    };
    let nowhere = TestRepository::new();
    let (mut real, mut slipped, mut with_trailers) = (0, 0, 0);
    let mut random = Random(7);
    for dir in std::env::split_paths(&dirs) {
        let test = TestRepository::at(dir);
        let log = test.try_git(&["log", "--all", "--max-count=400", "-z", "--format=%B"]).stdout;
        for message in log.split(|byte| *byte == 0).filter(|message| !message.is_empty()) {
            assert_read_as_git_does(&nowhere, message);
            (real, with_trailers) =
                (real + 1, with_trailers + usize::from(!trailers(&String::from_utf8_lossy(message)).is_empty()));
            let text = random.slip(&String::from_utf8_lossy(message));
            assert_read_as_git_does(&nowhere, text.as_bytes());
            slipped += 1;
        }
    }
    println!("{real} messages, {with_trailers} with trailers; {slipped} altered ones");
    assert!(real > 0, "no messages there");
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    /// A message in which a few lines went missing, were doubled, joined, cut, indented or taken from elsewhere.
    fn slip(&mut self, message: &str) -> String {
        const ELSEWHERE: [&str; 10] =
            ["", "---", "Signed-off-by: A <a@b>", "# note", " more", "Key : v", "Key:", "a b: c", "\tx", "text"];
        let mut lines: Vec<String> = message.lines().map(str::to_owned).collect();
        for _ in 0..=self.below(4) {
            let at = self.below(lines.len());
            match (self.below(6), lines.len()) {
                (0, 2..) => drop(lines.remove(at)),
                (1, 1..) => lines.insert(at, lines[at].clone()),
                (2, 2..) if at > 0 => {
                    let line = lines.remove(at);
                    lines[at - 1].push_str(&line);
                }
                (3, 1..) => {
                    let cut = lines[at].char_indices().nth(self.below(12)).map_or(0, |(cut, _)| cut);
                    lines[at].truncate(cut);
                }
                (4, 1..) => lines[at].insert(0, ' '),
                _ => lines.insert(at, ELSEWHERE[self.below(ELSEWHERE.len())].to_owned()),
            }
        }
        let end = ["", "\n", "\n\n"][self.below(3)];
        lines.join("\n") + end
    }
}
