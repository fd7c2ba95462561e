//! Commands that go around git's hooks.

use super::inventory::{Inventory, Run};
use super::{Kind, Weakening};
use crate::facts::ci::commands::Shape;

pub(super) fn compare(base: &Inventory, head: &Inventory) -> Vec<Weakening> {
    let known = |run: &Run| base.runs.iter().any(|old| old.shape == run.shape);
    let new = head.runs.iter().filter(|run| run.caller.is_none() && !known(run));
    let found = new.filter_map(|run| {
        let (what, sure) = bypasses(&run.shape)?;
        Some(Weakening {
            kind: if sure { Kind::Setting } else { Kind::WithoutHooks },
            what,
            spot: run.spot.clone(),
            base_spot: None,
            before: None,
            after: Some(run.text.clone()),
            sure,
        })
    });
    found.collect()
}

/// Why a command is a way around hooks, and whether nobody does it for another reason.
fn bypasses(shape: &Shape) -> Option<(String, bool)> {
    if shape.tool != "git" {
        return None;
    }
    let words = || shape.target.iter().chain(&shape.operands).map(String::as_str);
    let has = |word: &str| words().any(|it| it == word);
    if let Some(path) = words().skip_while(|word| *word != "core.hooksPath").nth(1)
        && has("config")
        && matches!(path, "/dev/null" | "" | "/tmp" | "/nonexistent")
    {
        return Some((format!("`core.hooksPath` is set to `{path}`: no hook runs any more"), true));
    }
    let off = |flag: &crate::facts::ci::commands::Flag| {
        flag.name == "-c" && flag.value.as_deref().is_some_and(|value| value.starts_with("core.hooksPath="))
    };
    if shape.flags.iter().any(off) {
        return Some(("`core.hooksPath` is set for a command: its hooks don't run".to_owned(), true));
    }
    // Machines commit in releases, where the hooks have nothing to say.
    let skips = shape.flags.iter().any(|flag| flag.name == "--no-verify");
    (skips && (has("commit") || has("push") || has("merge")))
        .then(|| ("`--no-verify` keeps the hooks from running".to_owned(), false))
}
