//! What other programs write for the gate: `kind`, a line break, the bytes. Scanners, test runners, records and their
//! signatures, git's words to hooks, agents' events, CI payloads, an older report.

#![no_main]

use std::path::PathBuf;

use agentgate::agents;
use agentgate::change::Memory;
use agentgate::ci::{Environment, Provider};
use agentgate::evidence::{self, Claims, Commit};
use agentgate::hook::{push, receipt::Receipt, received};
use agentgate::policy::Policy;
use agentgate::record::{AllowedSigners, Envelope, counts, junit, ledger};
use agentgate::report::store;
use agentgate::verdict::Subject;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let (kind, bytes) = (&input[..end], &input[end + 1..]);
    let text = String::from_utf8_lossy(bytes);
    match kind {
        b"sarif" => drop(evidence::sarif::read(bytes, &["/repo/src".into()])),
        b"junit" => drop(junit::read(&text)),
        b"output" => drop(counts::said(&text)),
        b"record" => record(bytes, &text),
        b"push" => drop((push::parse(bytes), received::parse(bytes))),
        b"receipt" => drop(Receipt::from_json(bytes)),
        b"report" => drop(store::load(&written(bytes))),
        b"gitleaks" => gitleaks(&text),
        b"trailers" => {
            let someone = || "someone".to_owned();
            let (id, author_name, author_email) = (someone(), someone(), someone());
            let commit = Commit { id, author_name, author_email, message: text.into_owned() };
            evidence::review::claimed(&[commit], &Policy::default());
        }
        b"event" => agents::ALL.iter().for_each(|agent| drop(agent.read(bytes))),
        b"push_event" => payload("push", bytes),
        _ => payload(&String::from_utf8_lossy(kind), bytes),
    }
});

/// A note of records, and who may sign them: `signers`, a zero byte, the note.
fn record(bytes: &[u8], text: &str) {
    let at = bytes.iter().position(|byte| *byte == 0).unwrap_or(0);
    let signers = AllowedSigners::parse(&bytes[..at]).ok();
    ledger::read(bytes.get(at + 1..).unwrap_or_default(), signers.as_ref());
    for line in text.lines() {
        if let Some(envelope) = Envelope::from_line(line) {
            ledger::trust(&envelope, signers.as_ref(), 0);
        }
    }
    // The signature alone: a fuzzer does not write base 64.
    let mut envelope = Envelope::new(b"{}");
    envelope.sign("key".into(), bytes);
    ledger::trust(&envelope, signers.as_ref(), 0);
}

/// Somebody's rules for secrets, a zero byte, a file that is looked through with them.
fn gitleaks(text: &str) {
    let (rules, file) = text.split_once('\0').unwrap_or((text, "key = 'abcdefgh12345678'\n"));
    let change = Memory::change_set([(".gitleaks.toml", Some(rules), Some(rules)), ("a.py", None, Some(file))]);
    let policy = Policy::preset("strict").expect("a preset");
    agentgate::judge(&change, Subject::default(), &policy, &Claims::default());
}

/// What GitHub's runner puts into a file; `kind` is the event's name.
fn payload(event: &str, bytes: &[u8]) {
    let path = written(bytes);
    let environment = Environment::from([
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", event),
        ("GITHUB_EVENT_PATH", path.to_str().expect("a plain name")),
        ("GITHUB_SHA", "3333333333333333333333333333333333333333"),
        ("GITHUB_REF_NAME", "agent/T-1-x"),
    ]);
    if let Ok(request) = Provider::of(&environment).request(&environment) {
        evidence::review::told(&request, &request.head, &Policy::default());
    }
}

fn written(bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("agentgate-fuzz-{}.json", std::process::id()));
    std::fs::write(&path, bytes).expect("a temporary file");
    path
}
