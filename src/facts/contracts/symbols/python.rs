//! Python: a module can be imported unless a part of its path says that it is private; a package passes on what it imports
//! from within.

use super::package::Package;
use super::{Offer, Tree, everything_of, join, parent};
use crate::lang::{Export, Exports};

pub(super) fn offer(tree: &Tree<'_>, package: &Package, path: &str, exports: Exports) -> Offer {
    let inside = path[package.root.len()..].trim_start_matches('/');
    let inside = inside.strip_prefix("src/").unwrap_or(inside);
    let Some(stem) = inside.strip_suffix(".py").or_else(|| inside.strip_suffix(".pyi")) else {
        return Offer::default();
    };
    let is_package = stem == "__init__" || stem.ends_with("/__init__");
    let module = stem.trim_end_matches("__init__").trim_end_matches('/').replace('/', ".");
    let is_private = module.split('.').any(|part| part.starts_with('_'));
    let mut offer = Offer { hidden: exports.hidden, ..Offer::default() };
    let above = passed_on_above(tree, package, path, &module);
    for export in exports.offered {
        let local = export.name.split('.').next().unwrap_or_default().to_owned();
        match above.iter().find(|(name, _, _)| name.as_deref().is_none_or(|name| name == local)) {
            Some((_, module, alias)) => offer.add_as(module, &export, alias.as_deref().unwrap_or(&local)),
            None if !is_private => offer.add(&module, export),
            None => drop(offer.hidden.insert(export.name)),
        }
    }
    offer.passes_all = everything_of(&exports.passed_on);
    // In other modules an import is for the module's own use, until somebody looks for what was there.
    for passed in exports.passed_on.into_iter().filter(|it| is_package && it.from.starts_with('.')) {
        if let Some(alias) = passed.alias {
            offer.add(&module, Export { name: alias, line: passed.line, ..Export::default() });
        }
    }
    offer
}

/// Name here, package that passes it on, name there.
type Passed = (Option<String>, String, Option<String>);

/// What the packages above a module import from it.
fn passed_on_above(tree: &Tree<'_>, package: &Package, path: &str, module: &str) -> Vec<Passed> {
    let mut all = Vec::new();
    let mut directory = parent(path);
    while directory.len() > package.root.len() {
        let file = join(directory, "__init__.py");
        let inside = directory[package.root.len()..].trim_start_matches('/');
        let here = inside.strip_prefix("src/").unwrap_or(inside).replace('/', ".");
        if file != path
            && !here.split('.').any(|part| part.starts_with('_'))
            && let Some(exports) = tree.exports(&file)
        {
            for passed in &exports.passed_on {
                if absolute(&passed.from, &here) == module {
                    all.push((passed.name.clone(), here.clone(), passed.alias.clone()));
                }
            }
        }
        directory = parent(directory);
    }
    // The outermost is where users look.
    all.reverse();
    all
}

/// `.b` in the package `a` is `a.b`.
fn absolute(from: &str, package: &str) -> String {
    let dots = from.len() - from.trim_start_matches('.').len();
    if dots == 0 {
        return from.to_owned();
    }
    let mut parts: Vec<&str> = package.split('.').collect();
    parts.truncate(parts.len().saturating_sub(dots - 1));
    parts.extend(from.trim_start_matches('.').split('.').filter(|part| !part.is_empty()));
    parts.join(".")
}
