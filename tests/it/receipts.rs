//! What `agentgate ci` says about the receipt of the push, in a clone that only knows the remote.

use crate::program::Run;
use crate::push::{Pair, push_from};
use crate::repository::TestRepository;

/// A pair that publishes receipts.
fn pair() -> Pair {
    let pair = Pair::new();
    pair.local.git(&["config", "agentgate.publishReceipts", "true"]);
    pair
}

/// `agentgate ci` on a branch, in a fresh clone of the remote.
fn ci(pair: &Pair, branch: &str) -> Run {
    let clone = pair.remote.clone_of(&[]);
    let head = clone.id(&format!("origin/{branch}")).to_string();
    let arguments = ["ci", "--base", "origin/main", "--head", &head, "--branch", branch, "--receipts-from", "origin"];
    clone.agentgate(&arguments)
}

/// Replaces what the receipt of a commit says.
fn forge(remote: &TestRepository, head: &str, from: &str, to: &str) {
    let reference = format!("refs/agentgate/receipts/{head}");
    let text = remote.git(&["cat-file", "blob", &reference]);
    assert!(text.contains(from), "{text}");
    remote.write("forged", text.replace(from, to) + "\n");
    let id = remote.git(&["hash-object", "-w", "forged"]);
    remote.git(&["update-ref", &reference, &id]);
}

#[test]
fn the_same_policy_and_verdict() {
    let pair = pair();
    pair.good("agent/T-1-x");
    assert_eq!(pair.push(&["origin", "HEAD"]).code, 0);
    let run = ci(&pair, "agent/T-1-x");
    assert!(run.code == 0 && run.stderr.contains("under the same policy, with the same verdict"), "{run:?}");
}

/// A block leaves its receipt too: whoever pushes around it is seen to have known.
#[test]
fn a_block_that_was_pushed_around() {
    let pair = pair();
    pair.good("agent/T-1-x").spoil();
    assert_ne!(pair.push(&["origin", "HEAD"]).code, 0);
    assert_eq!(pair.push(&["--no-verify", "origin", "HEAD"]).code, 0);
    let run = ci(&pair, "agent/T-1-x");
    assert!(run.code == 1 && run.stderr.contains("under the same policy, with the same verdict"), "{run:?}");
}

#[test]
fn none() {
    let pair = pair();
    pair.good("agent/T-1-x");
    assert_eq!(pair.push(&["--no-verify", "origin", "HEAD"]).code, 0);
    let run = ci(&pair, "agent/T-1-x");
    assert!(run.code == 0 && run.stderr.contains("no pre-push receipt for this commit"), "{run:?}");
}

#[test]
fn another_policy() {
    let pair = pair();
    pair.good("agent/T-1-x");
    assert_eq!(pair.push(&["origin", "HEAD"]).code, 0);
    let other = pair.remote.clone_of(&["--branch=main"]);
    let policy = std::fs::read_to_string(other.dir().join(".agentgate/policy.toml")).expect("it is there");
    other.write(".agentgate/policy.toml", policy.replace("secret/**", "src/**")).commit("another policy");
    assert_eq!(push_from(&other, &["origin", "main"]).code, 0);
    let run = ci(&pair, "agent/T-1-x");
    assert!(run.code == 1 && run.stderr.contains("under another policy or from another base"), "{run:?}");
}

#[test]
fn another_verdict() {
    let pair = pair();
    pair.good("agent/T-1-x").spoil();
    assert_ne!(pair.push(&["origin", "HEAD"]).code, 0);
    assert_eq!(pair.push(&["--no-verify", "origin", "HEAD"]).code, 0);
    forge(&pair.remote, &pair.local.id("HEAD").to_string(), "\"block\"", "\"pass\"");
    let run = ci(&pair, "agent/T-1-x");
    assert!(run.code == 1 && run.stderr.contains("under the same policy with another verdict"), "{run:?}");
}

/// A receipt is somebody's word: what is none decides nothing.
#[test]
fn what_is_no_receipt() {
    let pair = pair();
    pair.good("agent/T-1-x");
    assert_eq!(pair.push(&["origin", "HEAD"]).code, 0);
    forge(&pair.remote, &pair.local.id("HEAD").to_string(), "{", "[");
    let run = ci(&pair, "agent/T-1-x");
    assert!(run.code == 0 && run.stderr.contains("no pre-push receipt for this commit"), "{run:?}");
}
