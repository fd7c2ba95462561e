//! Helpers: a check counts where the test calls it.

use super::Reader;
use crate::facts::tests::rows::parameter_pattern;
use crate::lang::{Kind, Node, Role};

/// Deeper chains of helpers are not followed.
const HELPER_DEPTH: usize = 5;

impl<'a> Reader<'_, 'a> {
    /// Runs through a helper whose body is known.
    pub(super) fn follow(&mut self, name: &'a str, arguments: &[&'a Node], length: usize) -> bool {
        if self.via.len() >= HELPER_DEPTH || self.via.contains(&name) {
            return false;
        }
        if let Some((node, called)) = self.local.get_mut(name) {
            *called = true;
            let node = *node;
            self.run_function(name, node, arguments, self.file, false);
            return true;
        }
        let Some((file, node)) = self.library.function(self.file, name) else { return false };
        // A method of some object that happens to share a name with a function of another file.
        if file != self.file && length > 2 {
            return false;
        }
        if file == self.file {
            self.reading.followed.insert(name);
        }
        self.run_function(name, node, arguments, file, true);
        true
    }

    fn run_function(&mut self, name: &'a str, node: &'a Node, arguments: &[&'a Node], file: usize, fresh: bool) {
        let mut inner = if fresh { self.library.files[file].constants.clone() } else { self.scope.clone() };
        let parameters: Vec<&Node> = node.children_in(Role::Parameter).map(parameter_pattern).collect();
        let parameters: Vec<&Node> = match parameters.first() {
            Some(first) if matches!(&*first.text, "self" | "cls" | "this" | "&self" | "&mut self") => {
                parameters[1..].to_vec()
            }
            _ => parameters,
        };
        for parameter in node.children_in(Role::Parameter) {
            if let Some(default) = parameter.child(Role::Value) {
                inner.bind(&parameter.text, default.clone());
            }
        }
        let mut position = 0;
        for argument in arguments {
            let value = self.scope.resolve(argument);
            if argument.is(Kind::Keyword) {
                if let Some(value) = argument.child(Role::Value) {
                    inner.bind(&argument.text, self.scope.resolve(value));
                }
                continue;
            }
            if let Some(parameter) = parameters.get(position) {
                inner.bind_pattern(parameter, Some(&value));
            }
            position += 1;
        }
        let outer = std::mem::replace(&mut self.scope, inner);
        let outer_file = std::mem::replace(&mut self.file, file);
        self.via.push(name);
        self.run.push(node);
        self.depth += 1;
        for body in node.children_in(Role::Body) {
            self.visit(body);
        }
        self.depth -= 1;
        self.via.pop();
        self.file = outer_file;
        self.scope = outer;
    }
}
