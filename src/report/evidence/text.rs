//! The nine items for people.

use super::{Evidence, State};
use crate::report::sanitize;

pub fn render(evidence: &Evidence) -> String {
    let mut text = String::new();
    for item in &evidence.items {
        text.push_str(&format!("{}  {:<33}  {}\n", item.number, item.name, item.state.name()));
        for what in &item.what {
            text.push_str(&format!("   {}\n", sanitize::line(what)));
        }
        if let Some(source) = item.source.as_ref().filter(|_| item.state != State::Missing) {
            text.push_str(&format!("   from {}\n", sanitize::line(source)));
        }
    }
    let count = |state| evidence.items.iter().filter(|item| item.state == state).count();
    let end = match (count(State::Missing), count(State::Contradicted)) {
        (0, 0) => "complete".to_owned(),
        (missing, contradicted) => format!("{missing} missing, {contradicted} contradicted"),
    };
    text + &format!("\n{end}\n")
}
