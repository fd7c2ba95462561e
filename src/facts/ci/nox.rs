//! `noxfile.py`: sessions are functions, and what they run is the arguments of a call.

use super::scripts::Recipe;
use crate::facts::shell::{Command, Failure, Swallow};
use crate::lang::{self, Kind, Node, Role};

/// A session by its function's name; one without a name that runs all of them.
pub(super) fn recipes(bytes: &[u8]) -> Vec<Recipe> {
    let Some(Ok(parsed)) = lang::by_name("python").map(|python| python.parse(bytes)) else { return Vec::new() };
    let sessions = parsed.root.nodes().filter(|node| node.is(Kind::Function) && is_session(node));
    sessions
        .map(|session| {
            let mut commands = Vec::new();
            session.walk(&mut |node| commands.extend(command(node)));
            Recipe { name: session.text.to_string(), line: session.span.line, commands }
        })
        .collect()
}

fn is_session(function: &Node) -> bool {
    function.children_in(Role::Attribute).any(|attribute| attribute.words().contains(&"session"))
}

/// `session.run("pytest", "-x", success_codes=[0, 1])`
fn command(node: &Node) -> Option<Command> {
    let callee = node.child(Role::Callee).filter(|callee| node.is(Kind::Call) && callee.is(Kind::Member))?;
    if !matches!(&*callee.text, "run" | "run_always" | "run_install") {
        return None;
    }
    let arguments = || node.children_in(Role::Argument);
    let words: Vec<String> =
        arguments().filter(|argument| argument.is(Kind::Text)).map(|argument| argument.text.to_string()).collect();
    if words.is_empty() {
        return None;
    }
    // More statuses than success that count as one.
    let forgives = arguments()
        .any(|argument| argument.is(Kind::Keyword) && &*argument.text == "success_codes" && argument.words().len() > 2);
    Some(Command {
        text: words.join(" "),
        words,
        variables: Vec::new(),
        line: node.span.line,
        failure: if forgives { Failure::Swallowed(Swallow::Ignored) } else { Failure::Stops },
        guards: Vec::new(),
    })
}
