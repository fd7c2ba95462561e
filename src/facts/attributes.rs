//! What `.gitattributes` keeps from whoever reviews: hosts fold what a program is said to write, and a diff shows nothing of
//! what is said to be binary.

/// A line that hides what its pattern fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hiding {
    pub pattern: String,
    /// The attribute that does it.
    pub attribute: &'static str,
    pub line: u32,
}

/// Attributes that hide, however a host spells them.
const HIDING: &[&str] = &["linguist-generated", "gitlab-generated", "-diff", "binary"];

/// Every line that hides something.
pub fn hiding(text: &str) -> Vec<Hiding> {
    let lines = (1u32..).zip(text.lines());
    lines
        .filter_map(|(line, text)| {
            let (pattern, attributes) = split(text.trim())?;
            let attribute = attributes.split_ascii_whitespace().filter_map(attribute).next_back()?;
            Some(Hiding { pattern, attribute, line })
        })
        .collect()
}

/// The attribute as it is known; nothing where it is unset or says anything else.
fn attribute(written: &str) -> Option<&'static str> {
    let (name, value) = written.split_once('=').unwrap_or((written, "true"));
    HIDING.iter().copied().find(|known| *known == name && value.eq_ignore_ascii_case("true"))
}

/// A pattern, quoted or not, and what is said of it.
fn split(line: &str) -> Option<(String, &str)> {
    if line.is_empty() || line.starts_with(['#', '[']) {
        return None;
    }
    let (pattern, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => line.split_once(|letter: char| letter.is_ascii_whitespace())?,
    };
    Some((pattern.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_hide() {
        let text = "# all\n* text=auto\n*.pb.go linguist-generated\n\"a b/**\" -diff\n*.png binary\n*.rs diff=rust\nsrc/** -linguist-generated\ngen/** linguist-generated=true text\nnow/** linguist-generated=false\n[attr]x -diff\n";
        let found = hiding(text);
        let found: Vec<(&str, &str, u32)> =
            found.iter().map(|it| (it.pattern.as_str(), it.attribute, it.line)).collect();
        assert_eq!(
            found,
            [
                ("*.pb.go", "linguist-generated", 3),
                ("a b/**", "-diff", 4),
                ("*.png", "binary", 5),
                ("gen/**", "linguist-generated", 8)
            ]
        );
    }
}
