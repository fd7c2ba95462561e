//! Options of a check under which more values are equal: `check_dtype=False`, `{ ignoreCase: true }`, `.IgnoreCase`.

use super::chain::Chain;
use super::reader::Reader;
use crate::lang::{Kind, Node, Role};

impl<'a> Reader<'_, 'a> {
    /// Notes on the checks from a place on what the options among a call's arguments leave out.
    pub(super) fn note_left_out(&mut self, from: usize, arguments: &[&'a Node]) {
        if self.file().vocabulary.leave_out.is_empty() || from == self.reading.checks.len() {
            return;
        }
        let mut left_out = Vec::new();
        for argument in arguments {
            match argument.kind {
                // `options => options.Excluding(x => x.Id)`
                Kind::Lambda => argument.walk(&mut |node| {
                    if matches!(node.kind, Kind::Member | Kind::Name) && self.leaves_out(&node.text, None) {
                        left_out.push(node.text.to_string());
                    }
                }),
                Kind::Map => argument.nodes().for_each(|entry| left_out.extend(self.option_left_out(entry))),
                _ => left_out.extend(self.option_left_out(argument)),
            }
        }
        self.leave_out(from, &left_out);
    }

    /// The same for the steps of a chain: `Is.EqualTo("a").IgnoreCase`.
    pub(super) fn note_steps(&mut self, from: usize, chain: &Chain<'a>) {
        let steps = chain.segments.iter().filter(|segment| self.leaves_out(segment.name, None));
        let left_out: Vec<String> = steps.map(|segment| segment.name.to_owned()).collect();
        self.leave_out(from, &left_out);
    }

    fn leave_out(&mut self, from: usize, left_out: &[String]) {
        for check in &mut self.reading.checks[from..] {
            check.leaves_out.extend(left_out.iter().cloned());
        }
    }

    fn option_left_out(&self, option: &Node) -> Option<String> {
        let (name, value) = match option.kind {
            Kind::Keyword => (&option.text, option.child(Role::Value)?),
            Kind::Pair => (&option.child(Role::Left)?.text, option.child(Role::Value)?),
            _ => return None,
        };
        let name = name.trim_start_matches(':');
        self.leaves_out(name, Some(value)).then(|| name.to_owned())
    }

    /// Whether an option with this value, or a step without one, is in the table.
    pub(super) fn leaves_out(&self, name: &str, value: Option<&Node>) -> bool {
        let Some(at) = self.file().vocabulary.leave_out.get(name) else { return false };
        match value {
            Some(value) if !at.is_empty() => *self.scope.resolve(value).text == **at,
            Some(_) => true,
            None => at.is_empty(),
        }
    }
}
