//! Failures that are noted first and reported later: `if a != b { failed = true }`, then `if failed { panic!() }`.

use super::Reader;
use crate::facts::tests::emit::Draft;
use crate::facts::tests::model::Hurdle;
use crate::lang::{Kind, Node, Role, Span};

/// A condition under which a name was told that something is wrong.
pub struct Noted {
    name: String,
    condition: Node,
    hurdles: Vec<Hurdle>,
    row: Option<u32>,
    file: usize,
    span: Span,
}

impl Reader<'_, '_> {
    /// Remembers the condition of a branch that notes it in a variable.
    pub(super) fn note(&mut self, condition: &Node, then: &Node, otherwise: &[&Node], span: Span) {
        if !compares(condition) {
            return;
        }
        let Some(name) = statements(then).into_iter().find_map(notes) else { return };
        // A value that is chosen either way says nothing of a failure.
        if otherwise.iter().any(|branch| statements(branch).into_iter().any(|other| notes(other) == Some(name))) {
            return;
        }
        let condition = self.scope.resolve(condition);
        let (hurdles, row, file) = (self.hurdles.clone(), self.row, self.file);
        self.noted.push(Noted { name: name.to_owned(), condition, hurdles, row, file, span });
    }

    /// Keeps, as checks of their own, the conditions that were noted in what a check looks at.
    pub(in crate::facts::tests) fn report_noted(&mut self, draft: &Draft) {
        let looked_at = draft.subject.words();
        if looked_at.len() > 2 {
            return;
        }
        let file = self.file;
        let (reported, kept) = std::mem::take(&mut self.noted)
            .into_iter()
            .partition(|noted| noted.file == file && looked_at.contains(&noted.name.as_str()));
        self.noted = kept;
        let reported: Vec<Noted> = reported;
        for noted in reported {
            let hurdles = std::mem::replace(&mut self.hurdles, noted.hurdles);
            let row = std::mem::replace(&mut self.row, noted.row);
            self.condition_owned(&noted.condition, false, noted.span);
            (self.hurdles, self.row) = (hurdles, row);
        }
    }
}

fn statements(branch: &Node) -> Vec<&Node> {
    if branch.is(Kind::Block) { branch.nodes().collect() } else { vec![branch] }
}

fn compares(condition: &Node) -> bool {
    match condition.kind {
        Kind::Binary => matches!(&*condition.text, "==" | "!=" | "===" | "!==" | "<" | "<=" | ">" | ">="),
        Kind::Unary => condition.nodes().next().is_some_and(|inner| inner.is(Kind::Call) || compares(inner)),
        _ => false,
    }
}

/// The variable that a statement tells of a failure: `failed = true`, `errors.push(…)`, `errors << …`.
fn notes(statement: &Node) -> Option<&str> {
    match statement.kind {
        Kind::Assign => {
            statement.child(Role::Target).filter(|target| target.is(Kind::Name)).map(|target| &*target.text)
        }
        Kind::Call => {
            let callee = statement.child(Role::Callee).filter(|callee| callee.is(Kind::Member))?;
            let adds =
                matches!(&*callee.text, "append" | "push" | "push_back" | "add" | "Add" | "insert" | "emplace_back");
            callee.child(Role::Receiver).filter(|list| adds && list.is(Kind::Name)).map(|list| &*list.text)
        }
        Kind::Binary if &*statement.text == "<<" => {
            statement.child(Role::Left).filter(|list| list.is(Kind::Name)).map(|list| &*list.text)
        }
        _ => None,
    }
}
