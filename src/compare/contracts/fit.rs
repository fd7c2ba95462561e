//! Whether callers of an old signature can live with a new one.

use super::types::{Unknown, accepts};
use crate::lang::{Export, Parameter};

/// Why they can't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// A parameter that they give is gone.
    Gone(String),
    /// A parameter that they don't give is asked for.
    Required(String),
    /// They name it, and it has another name.
    Renamed { old: String, new: String },
    /// It takes other values.
    Shape { what: String, old: String, new: String },
}

/// The first thing that does not fit; `None` where every old call still works as far as can be seen.
///
/// `by_name`: callers may name any parameter.
pub fn misfit(old: &Export, new: &Export, by_name: bool) -> Option<Misfit> {
    if let (Some(old), Some(new)) = (&old.parameters, &new.parameters)
        && let Some(misfit) = parameters(old, new, by_name)
    {
        return Some(misfit);
    }
    let (before, after) = (old.shape.as_deref()?, new.shape.as_deref()?);
    // A result may be narrower than it was. Of a value it is not known whether it is given or taken.
    let fits = if old.parameters.is_some() { accepts(before, after, Unknown::Ignored) } else { before == after };
    let what = if old.parameters.is_some() { "returns" } else { "is" };
    (!fits).then(|| Misfit::Shape { what: what.into(), old: before.into(), new: after.into() })
}

fn parameters(old: &[Parameter], new: &[Parameter], by_name: bool) -> Option<Misfit> {
    let positional =
        |all: &[Parameter]| all.iter().filter(|it| !it.is_named && !it.is_rest).cloned().collect::<Vec<_>>();
    let takes_rest = new.iter().any(|it| it.is_rest && !it.is_named);
    let (before, after) = (positional(old), positional(new));
    for (at, was) in before.iter().enumerate() {
        // One that has to be named from now on: old calls by position fail.
        let Some(is) = after.get(at) else {
            if takes_rest {
                break;
            }
            return Some(Misfit::Gone(shown(was)));
        };
        if by_name && was.name != is.name && !was.name.starts_with('_') {
            return Some(if before.len() > after.len() && after.iter().all(|it| it.name != was.name) {
                Misfit::Gone(shown(was))
            } else if before.len() < after.len() && !is.is_optional && before.iter().all(|it| it.name != is.name) {
                Misfit::Required(shown(is))
            } else {
                Misfit::Renamed { old: shown(was), new: shown(is) }
            });
        }
        if was.is_optional && !is.is_optional {
            return Some(Misfit::Required(shown(is)));
        }
        if let (Some(before), Some(after)) = (&was.shape, &is.shape)
            && !accepts(after, before, Unknown::Refused)
        {
            return Some(Misfit::Shape {
                what: format!("takes `{}` as", shown(is)),
                old: before.clone(),
                new: after.clone(),
            });
        }
    }
    if let Some(asked) = after.iter().skip(before.len()).find(|it| !it.is_optional) {
        return Some(Misfit::Required(shown(asked)));
    }
    named(old, new)
}

/// Parameters that can only be given by name, in whatever order.
fn named(old: &[Parameter], new: &[Parameter]) -> Option<Misfit> {
    let takes_any = new.iter().any(|it| it.is_rest);
    for was in old.iter().filter(|it| it.is_named && !it.is_rest) {
        match new.iter().find(|it| it.name == was.name) {
            None if takes_any => {}
            None => return Some(Misfit::Gone(shown(was))),
            Some(is) if was.is_optional && !is.is_optional => return Some(Misfit::Required(shown(is))),
            Some(_) => {}
        }
    }
    let is_new = |it: &&Parameter| it.is_named && !it.is_optional && old.iter().all(|was| was.name != it.name);
    new.iter().find(is_new).map(|it| Misfit::Required(shown(it)))
}

fn shown(parameter: &Parameter) -> String {
    match (&*parameter.name, &parameter.shape) {
        ("", Some(shape)) => shape.clone(),
        (name, _) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(parameters: &[(&str, &str, bool)], result: &str) -> Export {
        let parameters = parameters.iter().map(|(name, shape, is_optional)| Parameter {
            name: (*name).into(),
            shape: (!shape.is_empty()).then(|| (*shape).into()),
            is_optional: *is_optional,
            ..Parameter::default()
        });
        let shape = (!result.is_empty()).then(|| result.into());
        Export { name: "f".into(), parameters: Some(parameters.collect()), shape, ..Export::default() }
    }

    #[test]
    fn old_calls_that_still_work() {
        let old = function(&[("a", "string", false), ("b", "", true)], "string | null");
        for new in [
            function(&[("a", "string", false), ("b", "", true)], "string"),
            function(&[("a", "string | number", false), ("b", "", true), ("c", "", true)], "string | null"),
            function(&[("a", "any", true), ("b", "int", true)], ""),
        ] {
            assert_eq!(misfit(&old, &new, true), None, "{new:?}");
        }
        let (old, new) = (function(&[("a", "str", false)], ""), function(&[("a", "Optional[str]", false)], ""));
        assert_eq!(misfit(&old, &new, true), None);
    }

    #[test]
    fn old_calls_that_fail() {
        let old = function(&[("a", "string", false), ("b", "", true)], "string");
        for (new, why) in [
            (function(&[("a", "string", false)], "string"), Misfit::Gone("b".into())),
            (function(&[("a", "string", false), ("b", "", false)], "string"), Misfit::Required("b".into())),
            (
                function(&[("a", "string", false), ("b", "", true), ("c", "", false)], "string"),
                Misfit::Required("c".into()),
            ),
            (
                function(&[("z", "string", false), ("b", "", true)], "string"),
                Misfit::Renamed { old: "a".into(), new: "z".into() },
            ),
        ] {
            assert_eq!(misfit(&old, &new, true), Some(why));
        }
        let narrowed = function(&[("a", "'x'", false), ("b", "", true)], "string | null");
        assert!(matches!(misfit(&old, &narrowed, true), Some(Misfit::Shape { .. })));
        let wider = function(&[("a", "string", false), ("b", "", true)], "string | null");
        assert!(matches!(misfit(&old, &wider, true), Some(Misfit::Shape { .. })));
    }
}
