//! Recorded output: the entries of a snapshot file, and which test a recording belongs to.
//!
//! An entry is what one assertion is compared with. Formats that hold several (Jest's and its kin, syrupy's) are split;
//! insta's header is told from its body; every other file is one entry without a name.

use crate::RepoPath;

/// What one assertion is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The test's name as the format records it; empty for a file with a single entry.
    pub name: String,
    pub body: String,
    /// One-based line of the first line of the body.
    pub line: u32,
}

/// Whether a file among tests is called a recording: `output-golden-linux.txt`.
pub fn is_called_golden(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    name.split(['-', '_', '.']).any(|part| matches!(part, "golden" | "goldens" | "snapshot" | "cassette" | "approved"))
}

/// The entries of a recording; `None` for bytes that are not text.
pub fn entries(path: &RepoPath, bytes: &[u8]) -> Option<Vec<Entry>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.contains('\0') {
        return None;
    }
    let text = text.replace("\r\n", "\n");
    let text = text.trim_end();
    if text.contains("\nexports[`") || text.starts_with("exports[`") {
        return Some(jest(text));
    }
    Some(match path.extension() {
        Some(b"ambr") => syrupy(text),
        Some(b"snap") if text.starts_with("---\n") => insta(text),
        _ => whole(text, 1),
    })
}

fn whole(text: &str, line: u32) -> Vec<Entry> {
    vec![Entry { name: String::new(), body: text.to_owned(), line }]
}

/// ``exports[`name 1`] = `…`;``
fn jest(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        if let Some((name, rest)) = line.strip_prefix("exports[`").and_then(|rest| rest.split_once("`] = ")) {
            entries.push(Entry { name: name.to_owned(), body: rest.to_owned(), line: number });
        } else if let Some(entry) = entries.last_mut() {
            entry.body.push('\n');
            entry.body.push_str(line);
        }
    }
    trimmed(entries)
}

/// `# name: test_name` up to `# ---`
fn syrupy(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        if let Some(name) = line.strip_prefix("# name: ") {
            entries.push(Entry { name: name.to_owned(), body: String::new(), line: number + 1 });
        } else if let Some(entry) = entries.last_mut() {
            entry.body.push_str(line);
            entry.body.push('\n');
        }
    }
    trimmed(entries)
}

fn trimmed(mut entries: Vec<Entry>) -> Vec<Entry> {
    for entry in &mut entries {
        entry.body.truncate(entry.body.trim_end().len());
    }
    entries
}

/// Header keys of insta that say where a recording comes from, not what was recorded.
const INSTA_BOOKKEEPING: &[&str] =
    &["source:", "assertion_line:", "expression:", "snapshot_kind:", "description:", "created:"];

fn insta(text: &str) -> Vec<Entry> {
    let mut lines = text.lines().enumerate().skip(1);
    let mut kept = Vec::new();
    let mut body_starts = 1;
    for (index, line) in lines.by_ref() {
        if line == "---" {
            body_starts = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(2);
            break;
        }
        if !INSTA_BOOKKEEPING.iter().any(|key| line.starts_with(key)) {
            kept.push(line);
        }
    }
    let line = if kept.is_empty() { body_starts } else { 1 };
    kept.extend(lines.map(|(_, line)| line));
    whole(kept.join("\n").trim_end(), line)
}

/// The file whose tests own a recording, where its place or content tells.
pub fn owner(path: &RepoPath, bytes: &[u8]) -> Option<RepoPath> {
    let text = path.to_text();
    let (folder, name) = text.rsplit_once('/')?;
    if let Some(parent) = folder.strip_suffix("__snapshots__") {
        let stem = name.strip_suffix(".snap").or_else(|| name.strip_suffix(".ambr"))?;
        let stem = if name.ends_with(".ambr") { format!("{stem}.py") } else { stem.to_owned() };
        return Some(RepoPath::new(format!("{parent}{stem}").into_bytes()));
    }
    // A counter-example lies beside the sources, under the path of the file whose property it breaks.
    if let Some((crate_folder, inside)) = text.split_once("proptest-regressions/") {
        let stem = inside.strip_suffix(".txt")?;
        return Some(RepoPath::new(format!("{crate_folder}src/{stem}.rs").into_bytes()));
    }
    if let Some(test) = folder.strip_suffix("-snapshots") {
        return Some(RepoPath::new(test.as_bytes().to_vec()));
    }
    let head = std::str::from_utf8(bytes.get(..bytes.len().min(2000))?).ok()?;
    let source = head
        .strip_prefix("---\n")?
        .lines()
        .take_while(|line| *line != "---")
        .find_map(|l| l.strip_prefix("source: "))?;
    Some(RepoPath::new(source.trim().trim_matches('"').as_bytes().to_vec()))
}

/// Words a test's source must hold while it still records this entry: its name without numbers and prefixes.
pub fn is_mentioned(path: &RepoPath, entry: &str, source: &str) -> bool {
    if entry.is_empty() {
        if path.to_text().contains("proptest-regressions/") {
            return source.contains("proptest");
        }
        let name = String::from_utf8_lossy(path.file_name()).into_owned();
        let stem = name.split('.').next().unwrap_or_default();
        let test = stem.rsplit("__").next().unwrap_or(stem);
        // insta numbers the second and later snapshots of a test: `name-2`.
        let test = test.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
        return source.contains(test) || source.contains(test.trim_start_matches("test_"));
    }
    let title = entry.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    // Titles of nested suites are joined by spaces or ` > `; the innermost is somewhere at the end.
    let words: Vec<&str> = title.split(' ').collect();
    (0..words.len()).any(|from| {
        let tail = words[from..].join(" ");
        tail.len() >= 3
            && [format!("'{tail}'"), format!("\"{tail}\""), format!("`{tail}`")].iter().any(|it| source.contains(it))
    }) || source.contains(&format!("def {}(", title.split(['[', '.']).next().unwrap_or(title)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_with_several_entries_are_split() {
        let jest = b"// Jest Snapshot v1\n\nexports[`a 1`] = `\"x\"`;\n\nexports[`b c 1`] = `\nfirst\nsecond\n`;\n";
        let entries = entries(&"src/__snapshots__/a.test.js.snap".into(), jest).expect("text");
        assert_eq!(entries.iter().map(|e| (e.name.as_str(), e.line)).collect::<Vec<_>>(), [("a 1", 3), ("b c 1", 5)]);
        assert_eq!(entries[1].body, "`\nfirst\nsecond\n`;");
        let ambr = b"# serializer version: 1\n# name: test_a\n  'x'\n# ---\n# name: test_b\n  'y'\n# ---\n";
        let entries = super::entries(&"t/__snapshots__/test_a.ambr".into(), ambr).expect("text");
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1].line, 6);
    }

    #[test]
    fn the_bookkeeping_of_insta_is_not_recorded_output() {
        let path = RepoPath::from("src/snapshots/a__tests__b.snap");
        let one =
            entries(&path, b"---\nsource: src/a.rs\nassertion_line: 4\nexpression: x\n---\nbody\n").expect("text");
        let two =
            entries(&path, b"---\nsource: src/b.rs\nexpression: y\nsnapshot_kind: text\n---\nbody").expect("text");
        assert_eq!(one[0].body, two[0].body);
        assert_eq!((one[0].line, two[0].line), (6, 6));
        let info = entries(&path, b"---\nsource: a\ninfo:\n  env: 1\n---\nbody").expect("text");
        assert_ne!(info[0].body, one[0].body);
    }

    #[test]
    fn owners_by_place_and_by_header() {
        let owner = |path: &str, bytes: &[u8]| owner(&path.into(), bytes).map(|path| path.to_text());
        assert_eq!(owner("a/__snapshots__/x.test.ts.snap", b"").as_deref(), Some("a/x.test.ts"));
        assert_eq!(owner("a/__snapshots__/test_x.ambr", b"").as_deref(), Some("a/test_x.py"));
        assert_eq!(owner("e2e/a.spec.ts-snapshots/b.png", b"").as_deref(), Some("e2e/a.spec.ts"));
        assert_eq!(owner("s/snapshots/a.snap", b"---\nsource: s/a.rs\n---\n").as_deref(), Some("s/a.rs"));
        assert_eq!(owner("golden/a.txt", b"x"), None);
    }

    #[test]
    fn mentions_of_a_test() {
        let path = RepoPath::from("src/snapshots/crate__tests__renders-2.snap");
        assert!(is_mentioned(&path, "", "fn renders() {"));
        assert!(!is_mentioned(&path, "", "fn other() {"));
        let path = RepoPath::from("a/__snapshots__/x.test.ts.snap");
        assert!(is_mentioned(&path, "suite renders a list 1", "it('renders a list', () => {"));
        assert!(!is_mentioned(&path, "suite renders a list 1", "it('renders', () => {"));
    }
}
