//! Rust: a module can be reached where every module above it is public, and a name where one of those passes it on.

use super::package::Package;
use super::{Offer, Tree, everything_of, join};
use crate::lang::Exports;

pub(super) fn offer(tree: &Tree<'_>, package: &Package, path: &str, exports: Exports) -> Offer {
    let inside = path[package.root.len()..].trim_start_matches('/').trim_start_matches("src/");
    let Some(stem) = inside.strip_suffix(".rs") else { return Offer::default() };
    let mut modules: Vec<&str> = stem.split('/').collect();
    if matches!(modules.last(), Some(&("mod" | "lib"))) {
        modules.pop();
    }
    let view = view(tree, package, &modules);
    let krate = format!("crate {}", package.root);
    let mut offer = Offer { hidden: exports.hidden, ..Offer::default() };
    for export in exports.offered {
        let local = export.name.split('.').next().unwrap_or_default();
        // Exported macros are the crate's, wherever they are written.
        if let Some((_, module, alias)) = view.names.iter().find(|(name, _, _)| name == local) {
            offer.add_as(module, &export, alias);
        } else if let Some(module) = &view.all {
            offer.add(module, export);
        } else {
            offer.hidden.insert(export.name);
        }
    }
    if let Some(module) = &view.all {
        offer.passes_all = everything_of(&exports.passed_on);
        for passed in exports.passed_on {
            if let Some(alias) = passed.alias {
                let export = crate::lang::Export { name: alias, line: passed.line, ..Default::default() };
                let module = if module == "crate" { &krate } else { module };
                offer.add(module, export);
            }
        }
    }
    offer
}

/// Through what a module is seen from outside.
#[derive(Default)]
struct View {
    /// Everything public in it, under this module.
    all: Option<String>,
    /// Single names: here, the module that passes it on, the name there.
    names: Vec<(String, String, String)>,
}

fn view(tree: &Tree<'_>, package: &Package, modules: &[&str]) -> View {
    let mut file = join(&package.root, "src/lib.rs");
    let mut directory = join(&package.root, "src");
    let crate_name = format!("crate {}", package.root);
    let mut view = View { all: Some(crate_name.clone()), names: Vec::new() };
    for (depth, module) in modules.iter().enumerate() {
        let Some(above) = tree.exports(&file) else { return View::default() };
        let here = &modules[..depth];
        let target = &modules[depth..];
        let outer = view.all.take();
        if let Some(outer) = &outer {
            let is_public = above.modules.iter().any(|(name, is_public)| name == module && *is_public);
            view.all = is_public.then(|| format!("{outer}::{module}"));
            for passed in &above.passed_on {
                let from = absolute(&passed.from, here);
                match (&passed.name, &passed.alias) {
                    // `pub use a::*` makes what is in `a` this module's own.
                    (None, _) if from == modules => view.all = Some(outer.clone()),
                    (Some(name), Some(alias)) if from == modules => {
                        view.names.push((name.clone(), outer.clone(), alias.clone()));
                    }
                    // `pub use a::b;` passes a module on.
                    (Some(name), _) if target.len() == 1 && name == module && from == here => {
                        view.all = Some(format!("{outer}::{module}"));
                    }
                    _ => {}
                }
            }
        }
        directory = join(&directory, module);
        let folded = format!("{directory}/mod.rs");
        file = if tree.has(&folded) { folded } else { format!("{directory}.rs") };
    }
    view
}

/// A path of a `use` as modules from the crate's root.
fn absolute<'p>(from: &'p str, here: &[&'p str]) -> Vec<&'p str> {
    let mut at: Vec<&str> = here.to_vec();
    for (index, part) in from.split("::").filter(|part| !part.is_empty()).enumerate() {
        match part {
            "crate" if index == 0 => at.clear(),
            "self" => {}
            "super" => drop(at.pop()),
            part => at.push(part),
        }
    }
    at
}
