//! What people read when nothing could be judged: what was wrong, where, what to do next.

use std::error::Error;

/// Why a command could not do its work. Ends the program with exit code 2.
#[derive(Debug)]
pub struct Failure {
    what: String,
    help: Vec<String>,
}

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: Vec::new() }
    }

    /// An error with its causes, each said once.
    pub fn from_error(error: &dyn Error) -> Self {
        let mut what = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !what.contains(&text) {
                what = format!("{what}: {text}");
            }
            source = cause.source();
        }
        Self::new(what)
    }

    /// Says what to do next; every line may hold several.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }

    /// Puts what was attempted in front.
    #[must_use]
    pub fn during(mut self, what: &str) -> Self {
        self.what = format!("{what}: {}", self.what);
        self
    }

    pub fn show(&self) {
        super::note(&self.text());
    }

    fn text(&self) -> String {
        let indented = |text: &str| text.replace('\n', "\n  ");
        let mut text = format!("agentgate: {}", indented(self.what.trim_end()));
        for help in &self.help {
            text.push_str(&format!("\n  help: {}", indented(&indented(help.trim_end()))));
        }
        text
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::from_error(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_then_help() {
        let failure = Failure::new("unknown revision `mian`\nsecond line").help("did you mean `main`?");
        assert_eq!(failure.text(), "agentgate: unknown revision `mian`\n  second line\n  help: did you mean `main`?");
    }

    #[test]
    fn causes_are_said_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer: {0}")]
        struct Outer(#[source] std::io::Error);
        let failure = Failure::from(Outer(std::io::Error::other("inner")));
        assert_eq!(failure.text(), "agentgate: outer: inner");
    }
}
