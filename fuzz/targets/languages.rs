//! A file of a language, read as tests: `path`, a line break, the text. A text against itself finds nothing.

#![no_main]

use agentgate::change::Memory;
use agentgate::compare::tests::{Surroundings, compare};
use agentgate::facts::tests::{self, Source, TestFile};
use agentgate::{RepoPath, lang};

libfuzzer_sys::fuzz_target!(|input: &str| {
    let Some((name, text)) = input.split_once('\n') else { return };
    let Some(once) = read(name, text) else { return };
    let unchanged = Memory::change_set([(name, Some(text), Some(text))]);
    let diff = compare(&once, &once, &Surroundings::of(&unchanged));
    assert!(diff.transitions.is_empty(), "a text against itself: {:?}", diff.transitions);
});

fn read(name: &str, text: &str) -> Option<Vec<TestFile>> {
    let path = RepoPath::from(name);
    let language = lang::of(&path)?;
    let parsed = language.parse(text.as_bytes()).ok()?;
    let source = Source { path, language, text: text.as_bytes().into(), root: parsed.root, unread: parsed.unread, inline: false, touched: None };
    Some(tests::read(&[source]))
}
