//! JavaScript and TypeScript: what can be reached from the entry files that `package.json` names.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::package::Package;
use super::{FOLLOWED, Offer, Tree, everything_of, join, parent};
use crate::facts::document::{self, Format, Node};
use crate::lang::{Export, Exports};

/// Which names of a file an entry passes on, and as what.
pub(super) type Reached = BTreeMap<String, Names>;

#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    is_all: bool,
    some: Vec<(String, String)>,
}

pub(super) fn offer(tree: &Tree<'_>, package: &Package, path: &str, exports: Exports) -> Offer {
    let reached = tree.reached(&package.root);
    let module = format!("package {}", package.root);
    let mut offer = Offer { hidden: exports.hidden, ..Offer::default() };
    let Some(names) = reached.get(path) else { return offer };
    for export in exports.offered {
        let local = export.name.split('.').next().unwrap_or_default().to_owned();
        let publics: Vec<&str> = names
            .some
            .iter()
            .filter(|(name, _)| *name == local)
            .map(|(_, public)| public.as_str())
            .chain(names.is_all.then_some(local.as_str()))
            .collect();
        publics.iter().for_each(|public| offer.add_as(&module, &export, public));
        if publics.is_empty() {
            offer.hidden.insert(export.name);
        }
    }
    if names.is_all {
        offer.passes_all = everything_of(&exports.passed_on);
    }
    for passed in exports.passed_on.into_iter().filter(|_| names.is_all) {
        if let Some(alias) = passed.alias {
            offer.add(&module, Export { name: alias, line: passed.line, ..Export::default() });
        }
    }
    offer
}

impl Tree<'_> {
    fn reached(&self, root: &str) -> Arc<Reached> {
        let known = self.reached.lock().ok().and_then(|reached| reached.get(root).cloned());
        known.unwrap_or_else(|| {
            let found = Arc::new(self.reach(root));
            if let Ok(mut reached) = self.reached.lock() {
                reached.insert(root.to_owned(), Arc::clone(&found));
            }
            found
        })
    }

    fn reach(&self, root: &str) -> Reached {
        let mut reached = Reached::new();
        let mut waiting: VecDeque<(String, Option<(String, String)>)> =
            self.entries(root).into_iter().map(|entry| (entry, None)).collect();
        let mut read: BTreeMap<String, Option<Arc<Exports>>> = BTreeMap::new();
        while let Some((path, name)) = waiting.pop_front() {
            let names = reached.entry(path.clone()).or_default();
            match &name {
                None if names.is_all => continue,
                None => names.is_all = true,
                Some(pair) if names.some.contains(pair) => continue,
                Some(pair) => names.some.push(pair.clone()),
            }
            if read.len() >= FOLLOWED && !read.contains_key(&path) {
                continue;
            }
            let exports = read.entry(path.clone()).or_insert_with(|| self.passing(&path));
            for passed in exports.iter().flat_map(|exports| &exports.passed_on) {
                let next = match (&name, &passed.name, &passed.alias) {
                    (None, Some(inner), Some(alias)) => Some((inner.clone(), alias.clone())),
                    (None, ..) => None,
                    (Some((wanted, public)), Some(inner), Some(alias)) if wanted == alias => {
                        Some((inner.clone(), public.clone()))
                    }
                    // `export *` may be where a name comes from.
                    (Some(pair), None, _) => Some(pair.clone()),
                    _ => continue,
                };
                if let Some(target) = self.resolve(parent(&path), &passed.from) {
                    waiting.push_back((target, next));
                }
            }
        }
        reached
    }

    /// A file that passes something on; others need no reading.
    fn passing(&self, path: &str) -> Option<Arc<Exports>> {
        let bytes = self.read(path)?;
        let text = String::from_utf8_lossy(&bytes);
        (text.contains("export") && text.contains("from")).then(|| self.exports(path))?
    }

    fn entries(&self, root: &str) -> Vec<String> {
        let manifest = self.read(&join(root, "package.json"));
        let manifest = manifest.and_then(|bytes| document::read(Format::Json, &bytes).ok()).unwrap_or_default();
        let mut written: Vec<String> = Vec::new();
        for key in ["main", "module", "browser", "types", "typings", "exports"] {
            if let Some(value) = manifest.get(key) {
                leaves(value, 0, &mut written);
            }
        }
        if written.is_empty() {
            written.extend(["src/index", "index"].map(str::to_owned));
        }
        let mut entries: Vec<String> = written.iter().filter_map(|it| self.entry(root, it)).collect();
        if entries.is_empty() {
            entries.extend(self.resolve(&join(root, "src"), "./index"));
        }
        entries.sort();
        entries.dedup();
        entries
    }

    /// The source of what `package.json` names, which is usually what a build makes of it.
    fn entry(&self, root: &str, written: &str) -> Option<String> {
        let plain = written.trim_start_matches("./");
        self.resolve(root, plain).or_else(|| {
            let (first, rest) = plain.split_once('/')?;
            const BUILT: [&str; 9] = ["dist", "lib", "build", "out", "es", "esm", "cjs", "types", "umd"];
            let rest = BUILT.iter().find_map(|it| rest.strip_prefix(&format!("{it}/"))).unwrap_or(rest);
            BUILT.contains(&first).then(|| self.resolve(&join(root, "src"), rest))?
        })
    }

    /// A module by its path, with the endings that are left out or stand for a source's.
    fn resolve(&self, directory: &str, from: &str) -> Option<String> {
        if from.starts_with('@') || from.contains("node:") {
            return None;
        }
        let path = normal(&join(directory, from))?;
        let stem = [".d.ts", ".d.mts", ".d.cts", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts"]
            .iter()
            .find_map(|ending| path.strip_suffix(ending))
            .unwrap_or(&path);
        let endings = [
            ".ts",
            ".tsx",
            ".mts",
            ".cts",
            ".js",
            ".mjs",
            ".cjs",
            ".jsx",
            ".d.ts",
            "/index.ts",
            "/index.tsx",
            "/index.js",
            "/index.mjs",
        ];
        endings.iter().map(|ending| format!("{stem}{ending}")).find(|path| self.has(path))
    }
}

fn leaves(value: &Node, depth: usize, written: &mut Vec<String>) {
    if depth > 8 {
        return;
    }
    if let Some(text) =
        value.text().filter(|text| !text.contains('*') && !text.ends_with(".json") && !text.ends_with(".css"))
    {
        written.push(text.to_owned());
    }
    value.members().for_each(|member| leaves(&member.value, depth + 1, written));
    value.items().for_each(|item| leaves(item, depth + 1, written));
}

fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
