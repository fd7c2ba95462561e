//! Rows found by dotted path.

use hashbrown::HashMap;

/// Rows by the last segment of their pattern.
pub struct Table<T> {
    exact: HashMap<String, Vec<(Vec<String>, T)>>,
    globs: Vec<(Vec<String>, T)>,
}

impl<T: Clone> Table<T> {
    pub(super) fn new(rows: impl Iterator<Item = (String, T)>) -> Self {
        let (mut exact, mut globs) = (HashMap::<String, Vec<_>>::new(), Vec::new());
        let rows =
            rows.flat_map(|(pattern, value)| alternatives(&pattern).into_iter().map(move |one| (one, value.clone())));
        for (pattern, value) in rows {
            let pattern: Vec<String> =
                pattern.replace("::", ".").replace("->", ".").split('.').map(str::to_owned).collect();
            match pattern.last() {
                Some(last) if !last.contains('*') => exact.entry(last.clone()).or_default().push((pattern, value)),
                _ => globs.push((pattern, value)),
            }
        }
        Self { exact, globs }
    }

    /// The most specific row that fits a path.
    pub fn get(&self, path: &[&str]) -> Option<&T> {
        let last = path.last()?;
        let exact = self.exact.get(*last).into_iter().flatten();
        let best = exact.filter(|(pattern, _)| fits(pattern, path)).max_by_key(|(pattern, _)| specificity(pattern));
        best.or_else(|| {
            self.globs.iter().filter(|(pattern, _)| fits(pattern, path)).max_by_key(|(pattern, _)| specificity(pattern))
        })
        .map(|(_, value)| value)
    }

    pub fn word(&self, name: &str) -> Option<&T> {
        self.get(&[name])
    }
}

/// A pattern for each of its `{a,b}`.
fn alternatives(pattern: &str) -> Vec<String> {
    let Some((head, (inner, tail))) =
        pattern.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?)))
    else {
        return vec![pattern.to_owned()];
    };
    inner.split(',').flat_map(|one| alternatives(&format!("{head}{one}{tail}"))).collect()
}

fn specificity(pattern: &[String]) -> usize {
    pattern.iter().map(|segment| if segment == "*" || segment == "**" { 0 } else { 10 + segment.len() }).sum()
}

fn fits(pattern: &[String], path: &[&str]) -> bool {
    match pattern.split_first() {
        Some((first, rest)) if first == "**" => {
            path.len() >= rest.len() && rest.iter().zip(&path[path.len() - rest.len()..]).all(|(p, s)| glob(p, s))
        }
        Some((first, rest)) if first == "*" && !rest.is_empty() => {
            path.len() > rest.len() && rest.iter().zip(&path[path.len() - rest.len()..]).all(|(p, s)| glob(p, s))
        }
        _ => pattern.len() == path.len() && pattern.iter().zip(path).all(|(p, s)| glob(p, s)),
    }
}

/// `*` stands for any letters.
pub fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(head) else { return false };
    if tail.is_empty() {
        return true;
    }
    rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| glob(tail, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_rows_of_their_own() {
        assert_eq!(
            alternatives("{assert,require}.Equal{,f}"),
            ["assert.Equal", "assert.Equalf", "require.Equal", "require.Equalf"]
        );
        assert_eq!(alternatives("it"), ["it"]);
    }

    #[test]
    fn patterns_prefer_the_specific_row() {
        let rows = [("*.skip", 1), ("pytest.skip", 2), ("t.Skip*", 3)];
        let table = Table::new(rows.into_iter().map(|(p, v)| (p.to_owned(), v)));
        assert_eq!(table.get(&["pytest", "skip"]), Some(&2));
        assert_eq!(table.get(&["it", "skip"]), Some(&1));
        assert_eq!(table.get(&["skip"]), None);
        assert_eq!(table.get(&["t", "SkipNow"]), Some(&3));
    }
}
