//! How many tests ran, by what their runner prints.
//!
//! Which lines say so, of which runner, is data (`counts.toml`); adding a runner is a row there.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
    pub total: u64,
}

/// Numbers under names, as they are gathered from one runner's lines.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    passed: Option<u64>,
    failed: Option<u64>,
    skipped: Option<u64>,
    total: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    Passed,
    Failed,
    Skipped,
    Total,
}

#[derive(Deserialize)]
struct Data {
    words: BTreeMap<String, Part>,
    line: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    runner: String,
    pattern: String,
    reads: Reads,
    /// Only the last of such lines counts: it says what those before said, and more.
    #[serde(default)]
    last: bool,
}

/// What a line's numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reads {
    /// `5 passed`
    Numbers,
    /// `Failures: 5`
    Words,
    /// Groups of the pattern, by their names.
    Groups,
    /// The line is one test; the group `one` says what came of it.
    One,
    /// The line says that there were none.
    Nothing,
}

struct Table {
    words: BTreeMap<String, Part>,
    rows: Vec<(Row, Regex)>,
    any: RegexSet,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let data: Data = serde_json::from_str(table!("record/counts")).expect("a tested file");
    let any = RegexSet::new(data.line.iter().map(|row| &row.pattern)).expect("tested patterns");
    let compile = |row: Row| {
        let pattern = Regex::new(&row.pattern).expect("tested patterns");
        (row, pattern)
    };
    Table { words: data.words, rows: data.line.into_iter().map(compile).collect(), any }
});

/// Numbers, then what they count: `5 passed`, `2 tests`.
static NUMBERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b(\d{1,9})\)? +((?:[a-z]+ )?[a-z]+)\b").expect("tested"));
/// What is counted, then the number: `Failures: 5`, `skipped=2`, `# pass 11`.
static WORDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b([a-z]+(?: [a-z]+)?)\s*[:=]?\s*(\d{1,9})\b").expect("tested"));

/// Reads output line by line.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    /// By runner, in the order in which they were met.
    runners: Vec<(&'static str, Sum)>,
}

/// Longer lines are no runner's summary.
const LONGEST: usize = 2000;

impl Counter {
    /// Takes in a line, and says whether it counts tests.
    pub fn line(&mut self, line: &str) -> bool {
        if line.len() > LONGEST {
            return false;
        }
        let line = without_prefix(line);
        let Some(at) = TABLE.any.matches(&line).iter().next() else { return false };
        let (row, pattern) = &TABLE.rows[at];
        let read = sum(&line, row.reads, pattern);
        match self.runners.iter_mut().find(|(name, _)| *name == row.runner) {
            Some((_, so_far)) if row.last => *so_far = read,
            Some((_, so_far)) => so_far.add(read),
            None => self.runners.push((&row.runner, read)),
        }
        true
    }

    /// What all runners counted together, and their names; `None` where none said anything.
    pub fn finish(&self) -> Option<(Counts, Vec<String>)> {
        let mut all = Counts::default();
        let mut names = Vec::new();
        for (name, sum) in &self.runners {
            let Some(counts) = sum.counts() else { continue };
            all = all.plus(counts);
            names.push((*name).to_owned());
        }
        (!names.is_empty()).then_some((all, names))
    }

    /// Takes in what another one read.
    pub fn merge(&mut self, other: &Self) {
        for (name, sum) in &other.runners {
            match self.runners.iter_mut().find(|(known, _)| known == name) {
                Some((_, so_far)) => so_far.add(*sum),
                None => self.runners.push((name, *sum)),
            }
        }
    }
}

impl Counts {
    pub fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed.saturating_add(other.passed),
            failed: self.failed.saturating_add(other.failed),
            skipped: self.skipped.saturating_add(other.skipped),
            total: self.total.saturating_add(other.total),
        }
    }

    /// `12 passed, 1 failed, 2 skipped`
    pub fn sentence(&self) -> String {
        let mut parts = vec![format!("{} passed", self.passed)];
        parts.extend((self.failed > 0).then(|| format!("{} failed", self.failed)));
        parts.extend((self.skipped > 0).then(|| format!("{} skipped", self.skipped)));
        parts.join(", ")
    }
}

/// Numbers that a sentence of a person names, by what they count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub passed: Option<u64>,
    pub failed: Option<u64>,
    pub skipped: Option<u64>,
    pub total: Option<u64>,
}

/// What a sentence says of how many tests there were: `12 passed`, `12/14 tests`, a pasted summary.
pub fn said(text: &str) -> Said {
    static RATIO: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(\d{1,9}) ?(?:/|of|out of) ?(\d{1,9}) +(?:tests? |specs? |cases? |checks? )?(?:pass|succe|green|ok)")
            .expect("tested")
    });
    let line = without_prefix(text);
    let sum = match TABLE.any.matches(&line).iter().next() {
        Some(at) if TABLE.rows[at].0.reads != Reads::One => sum(&line, TABLE.rows[at].0.reads, &TABLE.rows[at].1),
        _ => match RATIO.captures(&line) {
            Some(ratio) => Sum { passed: ratio[1].parse().ok(), total: ratio[2].parse().ok(), ..Sum::default() },
            None => sum(&line, Reads::Numbers, &NUMBERS),
        },
    };
    Said { passed: sum.passed, failed: sum.failed, skipped: sum.skipped, total: sum.total }
}

impl Sum {
    fn set(&mut self, part: Part, number: u64) {
        let slot = match part {
            Part::Passed => &mut self.passed,
            Part::Failed => &mut self.failed,
            Part::Skipped => &mut self.skipped,
            Part::Total => &mut self.total,
        };
        *slot = Some(slot.unwrap_or(0).saturating_add(number));
    }

    fn add(&mut self, other: Self) {
        let parts = [
            (Part::Passed, other.passed),
            (Part::Failed, other.failed),
            (Part::Skipped, other.skipped),
            (Part::Total, other.total),
        ];
        for (part, number) in parts {
            if let Some(number) = number {
                self.set(part, number);
            }
        }
    }

    /// What was not said follows from the rest.
    fn counts(self) -> Option<Counts> {
        let (failed, skipped) = (self.failed.unwrap_or(0), self.skipped.unwrap_or(0));
        let passed = match (self.passed, self.total) {
            (Some(passed), _) => passed,
            (None, Some(total)) => total.saturating_sub(failed).saturating_sub(skipped),
            // Runners that name only what failed don't say how many there were.
            (None, None) if self.failed.is_some() || self.skipped.is_some() => 0,
            (None, None) => return None,
        };
        let ran = passed.saturating_add(failed).saturating_add(skipped);
        Some(Counts { passed, failed, skipped, total: self.total.unwrap_or(0).max(ran) })
    }
}

fn sum(line: &str, reads: Reads, pattern: &Regex) -> Sum {
    let mut sum = Sum::default();
    let mut named = |word: &str, number: &str| {
        let word = word.to_lowercase();
        // `2 tests failed` names its last word, `expected failures` both.
        let part = TABLE.words.get(&word).or_else(|| {
            let mut words = word.split(' ');
            let (first, second) = (words.next(), words.next());
            let by_second = second.and_then(|second| TABLE.words.get(second));
            let first = first.and_then(|first| TABLE.words.get(first));
            match reads {
                Reads::Words => by_second,
                _ => first.filter(|part| **part != Part::Total).or(by_second).or(first),
            }
        });
        if let (Some(part), Ok(number)) = (part, number.parse()) {
            sum.set(*part, number);
        }
    };
    match reads {
        Reads::Numbers => NUMBERS.captures_iter(line).for_each(|found| named(&found[2], &found[1])),
        Reads::Nothing => sum.total = Some(0),
        Reads::Words => WORDS.captures_iter(line).for_each(|found| named(&found[1], &found[2])),
        Reads::Groups | Reads::One => {
            let Some(found) = pattern.captures(line) else { return sum };
            for name in pattern.capture_names().flatten() {
                let Some(text) = found.name(name) else { continue };
                if reads == Reads::One { named(text.as_str(), "1") } else { named(name, text.as_str()) }
            }
        }
    }
    sum
}

/// A line without colours and without what build tools put in front.
fn without_prefix(line: &str) -> String {
    static PREFIX: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\[(?i:info|warn|warning|error)\]\s").expect("tested"));
    let plain = without_escapes(line);
    let plain = plain.trim_end();
    PREFIX.replace(plain, "").into_owned()
}

/// Text without terminal escape sequences.
pub fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        if rest.next_if_eq(&'[').is_some() {
            // Parameters, then one letter.
            while rest.next_if(|c| !c.is_ascii_alphabetic()).is_some() {}
            rest.next();
        } else {
            rest.next();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(output: &str) -> Option<(u64, u64, u64, u64, String)> {
        let mut counter = Counter::default();
        for line in output.lines() {
            counter.line(line);
        }
        let (counts, names) = counter.finish()?;
        Some((counts.passed, counts.failed, counts.skipped, counts.total, names.join(" ")))
    }

    #[test]
    fn every_runner_is_read() {
        for (output, passed, failed, skipped, total, name) in [
            (
                "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.00s\n\
              test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
                7,
                1,
                1,
                9,
                "cargo test",
            ),
            ("     Summary [   1.2s] 10 tests run: 9 passed (1 slow), 1 failed, 2 skipped", 9, 1, 2, 12, "nextest"),
            ("=== 1 failed, 2 passed, 1 skipped, 1 xfailed, 3 warnings in 0.12s ===", 2, 1, 2, 5, "pytest"),
            ("\u{1b}[32m\u{1b}[1m3 passed\u{1b}[0m\u{1b}[32m in 0.01s\u{1b}[0m", 3, 0, 0, 3, "pytest"),
            ("=== no tests ran in 0.00s ===", 0, 0, 0, 0, "pytest"),
            (
                "Ran 5 tests in 0.010s\n\nFAILED (failures=1, errors=1, skipped=1, expected failures=1)",
                1,
                2,
                2,
                5,
                "unittest",
            ),
            ("Ran 5 tests in 0.010s\n\nOK", 5, 0, 0, 5, "unittest"),
            ("Tests:       1 failed, 2 skipped, 3 passed, 6 total", 3, 1, 2, 6, "jest"),
            ("      Tests  1 failed | 2 passed | 1 skipped (4)", 2, 1, 1, 4, "vitest"),
            ("  12 passing (3s)\n  1 pending\n  2 failing", 12, 2, 1, 15, "mocha"),
            ("# tests 12\n# suites 0\n# pass 11\n# fail 1\n# cancelled 0\n# skipped 0\n# todo 0", 11, 1, 0, 12, "node"),
            (
                "--- PASS: TestA (0.00s)\n    --- PASS: TestA/sub (0.00s)\n--- SKIP: TestB (0.00s)\n--- FAIL: TestC (0.00s)",
                1,
                1,
                1,
                3,
                "go test",
            ),
            (
                "{\"Time\":\"x\",\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"TestA\",\"Elapsed\":0}\n\
              {\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"TestA/sub\"}\n{\"Action\":\"pass\",\"Package\":\"p\"}",
                1,
                0,
                0,
                1,
                "go test",
            ),
            (
                "[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.1 s - in a.B\n\
              [INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1",
                4,
                0,
                1,
                5,
                "maven",
            ),
            ("12 tests completed, 1 failed, 2 skipped", 9, 1, 2, 12, "gradle"),
            (
                "Passed!  - Failed:     0, Passed:    11, Skipped:     1, Total:    12, Duration: 9 ms",
                11,
                0,
                1,
                12,
                "dotnet",
            ),
            ("Total tests: 12\n     Passed: 11\n     Failed: 1", 11, 1, 0, 12, "dotnet"),
            ("12 examples, 1 failure, 2 pending", 9, 1, 2, 12, "rspec"),
            ("12 runs, 20 assertions, 1 failures, 1 errors, 2 skips", 8, 2, 2, 12, "minitest"),
            ("OK (12 tests, 30 assertions)", 12, 0, 0, 12, "phpunit"),
            ("Tests: 12, Assertions: 30, Failures: 1, Errors: 1, Skipped: 2.", 8, 2, 2, 12, "phpunit"),
            ("  Tests:    1 failed, 11 passed (30 assertions)", 11, 1, 0, 12, "pest"),
            ("3 doctests, 12 tests, 1 failure, 2 excluded", 12, 1, 2, 15, "exunit"),
            ("97% tests passed, 1 tests failed out of 30", 29, 1, 0, 30, "ctest"),
            (
                "[  PASSED  ] 11 tests.\n[  SKIPPED ] 1 test, listed below:\n[  FAILED  ] 2 tests, listed below:",
                11,
                2,
                1,
                14,
                "googletest",
            ),
            ("All tests passed (30 assertions in 12 test cases)", 12, 0, 0, 12, "catch2"),
            ("test cases: 12 | 11 passed | 1 failed", 11, 1, 0, 12, "catch2"),
            (
                "   Executed 4 tests, with 0 failures (0 unexpected) in 0.1 seconds\n Executed 9 tests, with 1 failure (0 unexpected) in 0.1",
                8,
                1,
                0,
                9,
                "xctest",
            ),
            ("[info] Tests: succeeded 12, failed 1, canceled 1, ignored 1, pending 0", 12, 1, 2, 15, "scalatest"),
            ("[info] Passed: Total 12, Failed 0, Errors 0, Passed 12", 12, 0, 0, 12, "sbt"),
            ("ok | 12 passed | 1 failed | 2 ignored (1s)", 12, 1, 2, 15, "deno"),
            (" 12 pass\n 1 fail\n 2 skip", 12, 1, 2, 15, "bun"),
            ("  1 failed\n  2 flaky\n  3 skipped\n  12 passed (3.2s)", 14, 1, 3, 18, "playwright"),
            ("12 successes / 1 failures / 1 errors / 2 pending : 0.1 seconds", 12, 2, 2, 16, "busted"),
            ("[ FAIL 1 | WARN 0 | SKIP 2 | PASS 12 ]", 12, 1, 2, 15, "testthat"),
            ("00:05 +12 ~1 -2: Some tests failed.", 12, 2, 1, 15, "flutter"),
            ("All 12 tests passed.", 12, 0, 0, 12, "zig"),
            ("Files=3, Tests=12,  1 wallclock secs", 12, 0, 0, 12, "prove"),
        ] {
            assert_eq!(counted(output), Some((passed, failed, skipped, total, name.to_owned())), "{output}");
        }
    }

    #[test]
    fn what_only_looks_like_counts_is_not() {
        for output in [
            "",
            "Compiling 5 crates",
            "5 passed the review",
            "ok",
            "ok  \texample.org/a\t0.1s",
            "--- a/file\n+++ b/file",
            "Tests are run",
            "    3 warnings",
            "found 12 tests to port",
            "test result pending",
        ] {
            assert_eq!(counted(output), None, "{output}");
        }
    }

    #[test]
    fn people_say_it_in_sentences() {
        let of = |text: &str| {
            let said = said(text);
            (said.passed, said.failed, said.total)
        };
        assert_eq!(of("`pytest`: 12 passed, 1 failed"), (Some(12), Some(1), None));
        assert_eq!(of("12/14 tests passed"), (Some(12), None, Some(14)));
        assert_eq!(of("all 12 tests pass"), (Some(12), None, None));
        assert_eq!(of("412 tests, 0 failures"), (None, Some(0), Some(412)));
        assert_eq!(of("Tests: 3 passed, 3 total"), (Some(3), None, Some(3)));
        assert_eq!(of("passed on Python 3.12 and 3.13"), (None, None, None));
        assert_eq!(of("passed"), (None, None, None));
    }
}
