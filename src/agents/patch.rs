//! The paths of a patch in the form that `apply_patch` tools take.

/// Paths that the text of a patch adds, changes, moves or deletes; none where it is no patch.
pub fn paths(text: &str) -> Vec<String> {
    const MARKS: &[&str] = &["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "];
    let named = text.lines().filter_map(|line| MARKS.iter().find_map(|mark| line.strip_prefix(mark)));
    named.map(|path| path.trim().to_owned()).filter(|path| !path.is_empty()).collect()
}
