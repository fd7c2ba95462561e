//! What may be shown of a secret.

/// The first characters, which say what it is, and how long it is.
pub fn masked(secret: &str) -> String {
    let length = secret.chars().count();
    let shown = if length >= 20 { 4 } else { 0 };
    let start: String = secret.chars().take(shown).collect();
    format!("{start}…({length} characters)")
}
