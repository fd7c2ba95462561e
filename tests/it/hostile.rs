//! Input made to hurt: nesting without end, what is slow to parse, and cases with their bytes mixed up.

use std::time::{Duration, Instant};

use agentgate::change::Memory;
use agentgate::compare::tests::{Surroundings, compare};
use agentgate::evidence::Claims;
use agentgate::facts::tests::{self, Source, TestFile};
use agentgate::policy::Policy;
use agentgate::verdict::{Subject, Verdict};
use agentgate::{RepoPath, lang};

/// A test file of every language.
const TESTS: &[&str] = &[
    "tests/test_a.py",
    "src/a.test.js",
    "src/a.test.ts",
    "src/a.test.tsx",
    "tests/a.rs",
    "a_test.go",
    "src/test/java/ATest.java",
    "src/test/kotlin/ATest.kt",
    "tests/ATests.cs",
    "spec/a_spec.rb",
    "tests/ATest.php",
    "tests/test_a.c",
    "tests/a_test.cpp",
    "Tests/ATests/ATests.swift",
    "src/test/scala/ASpec.scala",
    "test/a_test.exs",
];

/// Manifests, settings, pipelines and scripts: every document format and every reader of our own.
const DOCUMENTS: &[&str] = &[
    "package.json",
    "pnpm-lock.yaml",
    "pyproject.toml",
    "pom.xml",
    "setup.cfg",
    "setup.py",
    "build.gradle",
    "build.gradle.kts",
    "Package.swift",
    "mix.exs",
    "Gemfile",
    "go.mod",
    "Dockerfile",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    "tsconfig.json",
    "eslint.config.js",
    "scripts/ci.sh",
    "Makefile",
    "README.md",
];

fn judge(name: &str, base: &str, head: &str) -> Verdict {
    let change = Memory::change_set([(name, Some(base), Some(head))]);
    let policy = Policy::preset("strict").expect("a preset");
    agentgate::judge(&change, Subject::default(), &policy, &Claims::default())
}

fn read(name: &str, text: &str) -> Option<Vec<TestFile>> {
    let path = RepoPath::from(name);
    let language = lang::of(&path)?;
    let parsed = language.parse(text.as_bytes()).ok()?;
    let source = Source {
        path,
        language,
        text: text.as_bytes().into(),
        root: parsed.root,
        unread: parsed.unread,
        inline: false,
        touched: None,
    };
    Some(tests::read(&[source]))
}

#[test]
fn nesting_without_end_overflows_nothing() {
    const DEPTH: usize = 100_000;
    let closed = |open: &str, close: &str| format!("{}1{}\n", open.repeat(DEPTH), close.repeat(DEPTH));
    for name in TESTS.iter().chain(DOCUMENTS) {
        let before = match *name {
            name if name.ends_with(".toml") => "a = ",
            name if name.ends_with(".php") => "<?php\n",
            _ => "",
        };
        let texts = match *name {
            "pom.xml" => vec![closed("<a>", "</a>"), "<a>".repeat(DEPTH)],
            _ => {
                vec![closed("(", ")"), closed("[", "]"), closed("{", "}"), "([{".repeat(DEPTH / 3), "- ".repeat(DEPTH)]
            }
        };
        for text in texts {
            judge(name, "", &format!("{before}{text}"));
        }
    }
}

/// The string is never closed, so that the rest of the function becomes the body of what `user` is given.
#[test]
fn a_case_that_leads_back_to_itself_is_read_once() {
    let text = "class UserTest {\n    @Test\n    fun user() {\n        val user \"total\") {\n skippedAtest\n      \
        asswrtTrue(invoice.total == 3)\n   da\", user.name)\n        assertEquals(36, user.age)\n    }\n}\n";
    let files = read("src/test/kotlin/UserTest.kt", text).expect("Kotlin is built in");
    assert!(files[0].cases.len() < 10, "{:?}", files[0].cases.len());
}

#[test]
fn a_text_that_is_slow_to_parse_is_given_up_and_said() {
    // The scanner looks for the end of each comment anew.
    let slow = "/*".repeat(3000);
    let started = Instant::now();
    let verdict = judge("Tests/ATests/ATests.swift", "", &slow);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    assert!(verdict.unread.iter().any(|unread| unread.path == RepoPath::from("Tests/ATests/ATests.swift")));
}

#[test]
fn a_heredoc_that_would_abort_the_grammar_is_said() {
    let name = "spec/a_spec.rb";
    let verdict = judge(name, "", &format!("x = <<~{0}\n  text\n{0}\n", "A".repeat(300)));
    assert!(verdict.unread.iter().any(|unread| unread.path == RepoPath::from(name)));
    let verdict = judge(name, "", &format!("x = <<~{0}\n  text\n{0}\n", "A".repeat(200)));
    assert!(verdict.unread.is_empty(), "{:?}", verdict.unread);
}

#[test]
fn constants_that_double_stay_small() {
    let mut text = String::from("a0 = 'xxxxxxxxxxxxxxxx'\n");
    for at in 1..60 {
        text.push_str(&format!("a{at} = a{0} + a{0}\n", at - 1));
    }
    text.push_str("\ndef test_a():\n    assert total() == a59\n");
    let started = Instant::now();
    judge("tests/test_a.py", &text, &text.replace("== a59", "!= a59"));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

/// Rules share comparisons, and what waits for one must not keep it from being made, however many cores there are.
#[test]
fn many_threads_never_wait_for_each_other() {
    const THREADS: usize = 8;
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build().expect("threads");
        for _ in 0..30 {
            let text = |sign: &str| -> Vec<(String, String)> {
                let case = |at| format!("def test_{at}():\n    assert total() {sign} {at}\n").repeat(20);
                (0..40).map(|at| (format!("tests/test_{at}.py"), case(at))).collect()
            };
            let (base, head) = (text("=="), text(">="));
            let files = base.iter().zip(&head).map(|((path, old), (_, new))| (&**path, Some(&**old), Some(&**new)));
            let change = Memory::change_set(files);
            let policy = Policy::preset("strict").expect("a preset");
            pool.install(|| agentgate::judge(&change, Subject::default(), &policy, &Claims::default()));
        }
        done.send(()).expect("somebody waits");
    });
    assert!(is_done.recv_timeout(Duration::from_secs(300)).is_ok(), "rules wait for each other");
}

/// `AGENTGATE_FUZZ_SECONDS=300 cargo test --test it mixed_up -- --nocapture` goes on for so long, from another start
/// with `AGENTGATE_FUZZ_SEED`.
#[test]
fn cases_mixed_up_never_panic_and_a_text_against_itself_finds_nothing() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let mut random = Random(number("AGENTGATE_FUZZ_SEED").unwrap_or(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let until = number("AGENTGATE_FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let seeds = seeds();
    let mut runs = 0;
    while until.map_or(runs < 60, |until| Instant::now() < until) {
        runs += 1;
        let (path, base) = random.of(&seeds);
        let mut head = base.clone().into_bytes();
        for _ in 0..1 + random.below(6) {
            mutate(&mut random, &mut head, &seeds);
        }
        let head = String::from_utf8_lossy(&head);
        let failed = std::panic::catch_unwind(|| {
            judge(path, base, &head);
            judge(path, &head, base);
            if let Some(once) = read(path, &head) {
                let unchanged = Memory::change_set([(&**path, Some(&*head), Some(&*head))]);
                let diff = compare(&once, &once, &Surroundings::of(&unchanged));
                assert!(diff.transitions.is_empty(), "a text against itself: {:?}", diff.transitions);
            }
        });
        assert!(failed.is_ok(), "run {runs}, {path}\n--- base\n{base}\n--- head\n{head}");
    }
    println!("{runs} runs over {} texts", seeds.len());
}

/// The fences of all cases that have a path, as head texts.
fn seeds() -> Vec<(String, String)> {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"))];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("cases").flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut seeds = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("a case is text");
        let mut fence: Option<(String, String, bool)> = None;
        for line in text.lines() {
            if let Some(info) = line.strip_prefix("```") {
                seeds.extend(fence.take().map(|(path, text, _)| (path, text)));
                let path = info.split(' ').find_map(|word| word.strip_prefix("path="));
                fence = path.map(|path| (path.to_owned(), String::new(), info.starts_with("diff")));
            } else if let Some((_, text, is_diff)) = &mut fence
                && !(*is_diff && line.starts_with(['-', '!']))
            {
                text.push_str(if *is_diff { line.get(1..).unwrap_or_default() } else { line });
                text.push('\n');
            }
        }
    }
    seeds
}

/// Xorshift: the same runs everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

fn mutate(random: &mut Random, text: &mut Vec<u8>, seeds: &[(String, String)]) {
    const TOKENS: &[&str] = &[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "`",
        "\\",
        "\n",
        "#",
        "//",
        "/*",
        "*/",
        "<<~A\n",
        "${",
        "#{",
        "=>",
        "->",
        "::",
        "assert ",
        "expect(",
        "skip",
        "not ",
        "!",
        "== ",
        "0x",
        "1e999",
        "-9223372036854775808",
        "99999999999999999999",
        "\u{202e}",
        "é",
        "\u{1f600}",
        "\0",
        "if ",
        "for ",
        "return ",
        "..",
        "<",
        ">",
        ";",
        ",",
        ":",
        "@",
        "%",
        "r#\"",
        "\t",
        "\r\n",
    ];
    let (one, other) = (random.below(text.len() + 1), random.below(text.len() + 1));
    let range = one.min(other)..one.max(other).min(one.min(other) + 80);
    match random.below(6) {
        0 => drop(text.drain(range)),
        1 => {
            let copy = text[range].to_vec();
            text.splice(one..one, copy);
        }
        2 => {
            text.truncate(one);
        }
        3 => {
            let from = random.of(seeds).1.as_bytes();
            let start = random.below(from.len() + 1);
            let piece = &from[start..from.len().min(start + 120)];
            text.splice(one..one, piece.iter().copied());
        }
        _ => {
            let token = *random.of(TOKENS);
            text.splice(one..one, token.bytes());
        }
    }
}
