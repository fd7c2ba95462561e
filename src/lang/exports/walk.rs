//! Walks declarations by the tables.

use std::collections::BTreeSet;

use tree_sitter::Node as Syntax;

use super::signature::{self, source};
use super::table::{Names, Table};
use super::visibility::{self, Scope};
use super::{Export, Exports, javascript, passed_on};

/// Deeper than people nest types and namespaces.
const DEPTH: usize = 40;

pub(super) fn exports(language: &str, table: &'static Table, root: Syntax<'_>, text: &str) -> Exports {
    let mut walk = Walk { language, table, text, exports: Exports::default() };
    let mut top = Scope::top();
    let package = package(root, text);
    if let Some(package) = package.as_ref().filter(|_| language != "go") {
        top.prefix = format!("{package}.");
    }
    walk.exports.package = package;
    if super::table::of("typescript").is_some_and(|typescript| std::ptr::eq(typescript, table)) {
        javascript::read(&mut walk, root);
    } else {
        walk.children(root, &top, 0);
        passed_on::read(language, root, text, &mut walk.exports);
    }
    walk.exports
}

/// The package that a whole file belongs to.
fn package(root: Syntax<'_>, text: &str) -> Option<String> {
    let mut cursor = root.walk();
    let clause = root.named_children(&mut cursor).find(|child| {
        matches!(
            child.kind(),
            "package_declaration" | "package_clause" | "package_header" | "file_scoped_namespace_declaration"
        ) || child.kind() == "namespace_definition" && child.child_by_field_name("body").is_none()
    })?;
    let name = clause.child_by_field_name("name").or_else(|| clause.named_child(0))?;
    Some(source(name, text).replace(['\\', '/'], "."))
}

pub(super) struct Walk<'t> {
    pub language: &'t str,
    pub table: &'static Table,
    pub text: &'t str,
    pub exports: Exports,
}

fn has(list: &[String], kind: &str) -> bool {
    list.iter().any(|it| it == kind)
}

impl Walk<'_> {
    pub fn children(&mut self, node: Syntax<'_>, scope: &Scope, depth: usize) {
        if depth > DEPTH {
            return;
        }
        let mut scope = scope.clone();
        let mut cursor = node.walk();
        let mut is_skipped = false;
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                // An attribute before what it is about.
                "attribute_item" => is_skipped |= self.hides(child),
                "access_specifier" => scope.is_section_hidden = !source(child, self.text).starts_with("public"),
                "identifier" if self.language == "ruby" => match &*source(child, self.text) {
                    "private" | "protected" | "private_class_method" => scope.is_section_hidden = true,
                    "public" | "module_function" => scope.is_section_hidden = false,
                    _ => {}
                },
                "call" if self.language == "ruby" => self.ruby_call(child, &scope, depth),
                "alias" if self.language == "ruby" => {
                    let name =
                        child.child_by_field_name("name").map(|name| source(name, self.text)).unwrap_or_default();
                    let is_visible = scope.is_visible && !scope.is_section_hidden;
                    self.push(child, &format!("{}{name}", scope.prefix), &scope, is_visible, Export::default());
                }
                kind if kind.ends_with("comment") => {}
                _ => {
                    if !std::mem::take(&mut is_skipped) {
                        self.declaration(child, &scope, depth);
                    }
                }
            }
        }
    }

    pub fn declaration(&mut self, node: Syntax<'_>, scope: &Scope, depth: usize) {
        let (table, kind) = (self.table, node.kind());
        if has(&table.inside, kind) {
            self.children(node, scope, depth + 1);
        } else if has(&table.scopes, kind) {
            self.scope(node, scope, depth);
        } else if has(&table.types, kind) {
            self.type_declaration(node, scope, depth);
        } else if has(&table.functions, kind) {
            self.declare(node, scope, true);
        } else if has(&table.values, kind) {
            // A struct defined where it is used: `struct A { … } a;`
            if let Some(inner) = node.child_by_field_name("type").filter(|inner| has(&table.types, inner.kind())) {
                self.declaration(inner, scope, depth + 1);
            }
            let calls = node.child_by_field_name("value").is_some_and(|value| {
                matches!(value.kind(), "arrow_function" | "function_expression" | "generator_function")
            });
            self.declare(node, scope, calls || is_prototype(node));
        }
    }

    /// `#[cfg(test)]`, `#[doc(hidden)]`.
    fn hides(&self, attribute: Syntax<'_>) -> bool {
        let text: String = source(attribute, self.text).split_whitespace().collect();
        matches!(&*text, "#[cfg(test)]" | "#[doc(hidden)]")
    }

    fn scope(&mut self, node: Syntax<'_>, scope: &Scope, depth: usize) {
        let Some(body) = node.child_by_field_name("body") else {
            if node.kind() == "mod_item"
                && let Some(name) = node.child_by_field_name("name")
            {
                let name = source(name, self.text);
                let is_visible = visibility::is_visible(self.table, node, &name, scope, self.text);
                self.exports.modules.push((name, is_visible));
            }
            return;
        };
        let name = match node.kind() {
            "impl_item" if node.child_by_field_name("trait").is_some() => return,
            "impl_item" => node.child_by_field_name("type"),
            "singleton_class" => None,
            _ => node.child_by_field_name("name"),
        };
        let name = name.map(|name| base_name(&source(name, self.text))).unwrap_or_default();
        let is_module = node.kind() == "mod_item";
        let is_visible = scope.is_visible
            && !visibility::is_internal(&name)
            && (!is_module || visibility::is_visible(self.table, node, &name, scope, self.text));
        let prefix = if name.is_empty() { scope.prefix.clone() } else { format!("{}{name}.", scope.prefix) };
        // Members of an `impl` are gone where their type is.
        let parent = (node.kind() == "impl_item").then(|| format!("{}{name}", scope.prefix)).or(scope.parent.clone());
        let inner = Scope { prefix, parent, is_visible, is_open: false, is_section_hidden: false };
        self.children(body, &inner, depth + 1);
    }

    fn type_declaration(&mut self, node: Syntax<'_>, scope: &Scope, depth: usize) {
        let Some(name) = node.child_by_field_name("name").or_else(|| signature::names(node).into_iter().next()) else {
            return;
        };
        let name = base_name(&source(name, self.text));
        let is_extension =
            node.child_by_field_name("declaration_kind").is_some_and(|kind| source(kind, self.text) == "extension");
        let is_visible = visibility::is_visible(self.table, node, &name, scope, self.text);
        let full = format!("{}{name}", scope.prefix);
        if !is_extension {
            // Of a type only its being there is compared, and an alias's target.
            let shape = (node.kind() == "type_alias").then(|| signature::shape(node, self.text)).flatten();
            let parameters = signature::parameters(node, self.text).filter(|_| !node.kind().ends_with("_specifier"));
            let is_definition = node.child_by_field_name("body").is_some() || node.kind() != "class_specifier";
            if is_definition {
                self.push(node, &full, scope, is_visible, Export { shape, parameters, ..Export::default() });
            }
        }
        let inner = Scope {
            prefix: format!("{full}."),
            parent: Some(full),
            is_visible: is_visible || (is_extension && scope.is_visible),
            is_open: has(&self.table.open, node.kind())
                || (is_extension && is_visible && !self.table.public.is_empty()),
            is_section_hidden: has(&self.table.private, node.kind()),
        };
        match node.child_by_field_name("body") {
            Some(body) => self.children(body, &inner, depth + 1),
            None => match node.child_by_field_name("type").filter(|_| self.table.names == Names::Capital) {
                Some(shape) => self.children(shape, &inner, depth + 1),
                None if node.kind() != "type_spec" => self.bodies(node, &inner, depth),
                None => {}
            },
        }
    }

    /// The body of a type in grammars that don't call it so.
    fn bodies(&mut self, node: Syntax<'_>, scope: &Scope, depth: usize) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor).filter(|child| has(&self.table.inside, child.kind())) {
            self.children(child, scope, depth + 1);
        }
    }

    /// A function, a value, a member.
    pub fn declare(&mut self, node: Syntax<'_>, scope: &Scope, is_function: bool) {
        let mut names = signature::names(node);
        if is_function {
            names.truncate(1);
        }
        let receiver = node.child_by_field_name("receiver").filter(|_| self.language == "go");
        let receiver = receiver.map(|receiver| go_receiver(&source(receiver, self.text)));
        let is_macro_hidden = node.kind() == "macro_definition" && !self.is_macro_exported(node);
        for name in names {
            let name = source(name, self.text).trim_start_matches('$').to_owned();
            if is_header_guard(node, &name) || (self.language == "ruby" && !is_ruby_name(node, &name)) {
                continue;
            }
            let is_visible = !is_macro_hidden
                && (node.kind() == "macro_definition"
                    || visibility::is_visible(self.table, node, &name, scope, self.text))
                && receiver.as_ref().is_none_or(|receiver| receiver.starts_with(char::is_uppercase));
            let owner = receiver.as_ref().map(|receiver| format!("{receiver}.")).unwrap_or_default();
            let has_body = node.child_by_field_name("body").is_some();
            let export = Export {
                parent: receiver.clone().or_else(|| scope.parent.clone()),
                parameters: is_function.then(|| signature::parameters(node, self.text).unwrap_or_default()),
                shape: signature::shape(node, self.text),
                is_demanded: scope.is_open_type(self.table) && has(&self.table.demands, node.kind()) && !has_body,
                ..Export::default()
            };
            self.push(node, &format!("{}{owner}{name}", scope.prefix), scope, is_visible, export);
        }
    }

    fn is_macro_exported(&self, node: Syntax<'_>) -> bool {
        let mut before = node.prev_named_sibling();
        while let Some(attribute) = before.filter(|it| it.kind() == "attribute_item") {
            if source(attribute, self.text).contains("macro_export") {
                return true;
            }
            before = attribute.prev_named_sibling();
        }
        false
    }

    fn push(&mut self, node: Syntax<'_>, name: &str, scope: &Scope, is_visible: bool, export: Export) {
        if !is_visible {
            self.exports.hidden.insert(name.to_owned());
            return;
        }
        let line = u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX);
        let parent = export.parent.clone().or_else(|| scope.parent.clone());
        self.exports.offered.push(Export { name: name.to_owned(), line, parent, ..export });
    }

    /// `attr_reader :a`, `private :b`, `private def c`, `alias_method :d, :e`.
    fn ruby_call(&mut self, node: Syntax<'_>, scope: &Scope, depth: usize) {
        let Some(method) = node.child_by_field_name("method") else { return };
        let arguments: Vec<Syntax<'_>> = node
            .child_by_field_name("arguments")
            .map(|list| (0..list.named_child_count()).filter_map(|at| list.named_child(at as u32)).collect())
            .unwrap_or_default();
        let symbols = || arguments.iter().filter(|it| it.kind() == "simple_symbol");
        match &*source(method, self.text) {
            "private" | "protected" | "private_class_method" | "private_constant" => {
                let hidden = Scope { is_section_hidden: true, ..scope.clone() };
                for argument in &arguments {
                    self.declaration(*argument, &hidden, depth + 1);
                }
                let names: BTreeSet<String> = symbols()
                    .map(|it| format!("{}{}", scope.prefix, source(*it, self.text).trim_start_matches(':')))
                    .collect();
                self.exports.offered.retain(|offered| !names.contains(&offered.name));
                self.exports.hidden.extend(names);
            }
            "attr_reader" | "attr_accessor" | "attr_writer" | "delegate" | "def_delegators" | "alias_method" => {
                let is_alias = &*source(method, self.text) == "alias_method";
                for symbol in symbols().take(if is_alias { 1 } else { usize::MAX }) {
                    let name = format!("{}{}", scope.prefix, source(*symbol, self.text).trim_start_matches(':'));
                    self.push(node, &name, scope, scope.is_visible && !scope.is_section_hidden, Export::default());
                }
            }
            _ => {}
        }
    }
}

impl Scope {
    fn is_open_type(&self, table: &Table) -> bool {
        self.is_open || (table.names == Names::Capital && self.parent.is_some())
    }
}

/// A name without its type arguments: `S<T>`.
fn base_name(name: &str) -> String {
    name.split(['<', '[']).next().unwrap_or(name).trim().replace("::", ".").replace(['\\', '/'], ".")
}

/// `(s *Set[T])` is about `Set`.
fn go_receiver(written: &str) -> String {
    let inside = written.trim_matches(['(', ')']);
    let shape = inside.split_whitespace().last().unwrap_or_default();
    shape.trim_start_matches('*').split('[').next().unwrap_or_default().to_owned()
}

/// C: a declaration that is a function.
fn is_prototype(node: Syntax<'_>) -> bool {
    let mut declarator = node.child_by_field_name("declarator");
    while let Some(at) = declarator {
        if at.kind() == "function_declarator" {
            return true;
        }
        declarator = at.child_by_field_name("declarator");
    }
    false
}

fn is_header_guard(node: Syntax<'_>, name: &str) -> bool {
    node.kind() == "preproc_def" && node.child_by_field_name("value").is_none() && name.to_ascii_uppercase() == name
}

/// Of Ruby's assignments only those to constants are for others.
fn is_ruby_name(node: Syntax<'_>, name: &str) -> bool {
    node.kind() != "assignment" || name.starts_with(char::is_uppercase)
}
