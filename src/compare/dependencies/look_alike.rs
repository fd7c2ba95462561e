//! Names that read nearly alike: what a typing mistake, or somebody who waits for one, makes of a known name.

use crate::facts::dependencies::{Dependency, Manifest};

/// Shorter names are all near each other.
const SHORTEST: usize = 5;

/// The dependency of the base's manifest that a new one could be taken for.
pub(super) fn of(new: &Dependency, base: &Manifest) -> Option<String> {
    let name = last(&new.name);
    let old = base.dependencies.iter().filter(|old| old.ecosystem == new.ecosystem && old.name != new.name);
    old.map(|old| old.name.as_str())
        .find(|old| are_alike(name, last(old)) && !is_same_house(&new.name, old))
        .map(str::to_owned)
}

/// The part of a name that its publisher chose: without scope, group or owner.
fn last(name: &str) -> &str {
    name.rsplit(['/', ':']).next().unwrap_or(name)
}

/// Whether both have the same scope, group or owner: nobody else can publish there.
fn is_same_house(one: &str, other: &str) -> bool {
    match (one.rsplit_once(['/', ':']), other.rsplit_once(['/', ':'])) {
        (Some((one, _)), Some((other, _))) => one == other,
        _ => false,
    }
}

fn are_alike(one: &str, other: &str) -> bool {
    if one.len().min(other.len()) < SHORTEST || one == other {
        return false;
    }
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let letters = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == 'v').to_owned();
    // `junit4` and `junit5` differ in a version, not by mistake.
    plain(one) == plain(other) || (letters(one) != letters(other) && strsim::damerau_levenshtein(one, other) == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_alike_and_not() {
        for (one, other) in [("lodahs", "lodash"), ("cross-env", "crossenv"), ("requestss", "requests")] {
            assert!(are_alike(one, other), "{one} {other}");
        }
        for (one, other) in [("junit4", "junit5"), ("rack", "rake"), ("react-dom", "react-is"), ("serde", "serde-json")]
        {
            assert!(!are_alike(one, other), "{one} {other}");
        }
    }
}
