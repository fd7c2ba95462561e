//! Named scripts that pipelines call: package scripts, Makefiles, justfiles, task files, tox, nox, shell files.

use super::commands::Shape;
use super::{nox, powershell};
use crate::RepoPath;
use crate::facts::document::{self, Format, Malformed, Node};
use crate::facts::shell::{self, Command, Failure, Script, Start, Swallow};

/// A script with a name, or a whole file (an empty name).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipe {
    pub name: String,
    /// One-based line of its name.
    pub line: u32,
    /// Commands; their lines are absolute and one-based.
    pub commands: Vec<Command>,
}

/// Whether [`read`] knows the file.
pub fn is_scripts(path: &RepoPath) -> bool {
    family(path).is_some()
}

#[derive(Clone, Copy, PartialEq)]
enum Family {
    Package,
    Composer,
    Make,
    Just,
    Task,
    Tox,
    Nox,
    Shell,
    PowerShell,
}

fn family(path: &RepoPath) -> Option<Family> {
    let text = path.to_text();
    let name = text.rsplit('/').next().unwrap_or(&text);
    Some(match name {
        "package.json" | "deno.json" | "deno.jsonc" => Family::Package,
        "composer.json" => Family::Composer,
        "Makefile" | "makefile" | "GNUmakefile" => Family::Make,
        "justfile" | "Justfile" | ".justfile" => Family::Just,
        "Taskfile.yml" | "Taskfile.yaml" | "taskfile.yml" => Family::Task,
        "tox.ini" => Family::Tox,
        "noxfile.py" => Family::Nox,
        _ if name.ends_with(".mk") => Family::Make,
        _ if name.ends_with(".sh") || name.ends_with(".bash") => Family::Shell,
        _ if name.ends_with(".ps1") => Family::PowerShell,
        _ if is_hook(&text) => Family::Shell,
        _ => return None,
    })
}

/// `.husky/pre-push`, `.githooks/pre-commit`
fn is_hook(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folders = [".husky", ".githooks", "githooks", ".hooks"];
    folders.contains(&folder)
        && ["pre-", "post-", "commit-msg", "prepare-"].iter().any(|prefix| name.starts_with(prefix))
}

/// Why the document that holds scripts can't be read; programs and lines are read as far as they go.
pub fn malformed(path: &RepoPath, bytes: &[u8]) -> Option<Malformed> {
    match family(path)? {
        Family::Package | Family::Composer => document::read(Format::Json, bytes).err(),
        Family::Task => document::read(Format::Yaml, bytes).err(),
        Family::Tox => document::read(Format::Ini, bytes).err(),
        Family::Make | Family::Just | Family::Shell | Family::PowerShell => document::lines(bytes).err(),
        Family::Nox => None,
    }
}

/// The recipes of a file; empty where it can't be read.
pub fn read(path: &RepoPath, bytes: &[u8]) -> Vec<Recipe> {
    let Some(family) = family(path) else { return Vec::new() };
    let Ok(text) = document::text(bytes) else { return Vec::new() };
    match family {
        Family::Package => object(document::read(Format::Json, bytes).ok(), &["scripts", "tasks"]),
        Family::Composer => object(document::read(Format::Json, bytes).ok(), &["scripts"]),
        Family::Make => makefile(&text),
        Family::Just => justfile(&text),
        Family::Task => taskfile(document::read(Format::Yaml, bytes).ok()),
        Family::Tox => tox(document::read(Format::Ini, bytes).ok()),
        Family::Nox => nox::recipes(bytes),
        Family::Shell => {
            vec![Recipe { name: String::new(), line: 1, commands: placed(shell::read(&text, of_shebang(&text)), 1) }]
        }
        Family::PowerShell => {
            vec![Recipe { name: String::new(), line: 1, commands: placed(powershell::read(&text), 1) }]
        }
    }
}

/// Commands with absolute lines.
fn placed(script: Script, first: u32) -> Vec<Command> {
    script.commands.into_iter().map(|command| Command { line: command.line.saturating_add(first), ..command }).collect()
}

fn of_shebang(text: &str) -> Start {
    let shebang = text.lines().next().filter(|line| line.starts_with("#!")).unwrap_or_default();
    Start { errexit: shebang.contains(" -e") || shebang.contains(" -xe"), pipefail: shebang.contains("pipefail") }
}

fn object(root: Option<Node>, sections: &[&str]) -> Vec<Recipe> {
    let Some(root) = root else { return Vec::new() };
    let scripts = sections.iter().filter_map(|section| root.get(section)).flat_map(Node::members);
    scripts
        .map(|member| {
            let lines: Vec<(&str, u32)> = match member.value.text() {
                Some(text) => vec![(text, member.value.line)],
                None => member.value.items().filter_map(|item| Some((item.text()?, item.line))).collect(),
            };
            let commands = lines
                .into_iter()
                .flat_map(|(text, line)| {
                    // Composer calls its own scripts as `@name`.
                    let text = text.strip_prefix('@').map_or(text.to_owned(), |name| match name.strip_prefix("php ") {
                        Some(command) => format!("php {command}"),
                        None => format!("composer {name}"),
                    });
                    let script = shell::read(&text, Start::PLAIN);
                    script.commands.into_iter().map(move |command| Command { line, ..command })
                })
                .collect();
            Recipe { name: member.name.clone(), line: member.line, commands }
        })
        .collect()
}

/// Every line of a recipe is a shell of its own; `-` before it ignores its failure.
fn recipe_line(line: &str, number: u32) -> Vec<Command> {
    let command = line.trim_start().trim_start_matches(['@', '+', '-']);
    let prefix = &line.trim_start()[..line.trim_start().len() - command.len()];
    let mut commands = placed(shell::read(command.trim_start(), Start::PLAIN), number);
    if prefix.contains('-') {
        for command in &mut commands {
            command.failure = Failure::Swallowed(Swallow::Ignored);
        }
    }
    commands
}

fn makefile(text: &str) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut ignoring = false;
    let mut current: Vec<usize> = Vec::new();
    for (number, line) in logical_lines(text) {
        if line.starts_with('\t') {
            let expanded = expand(line.trim(), &variables);
            let commands = recipe_line(&expanded, number);
            for at in &current {
                recipes[*at].commands.extend(commands.iter().cloned());
            }
            continue;
        }
        let line = line.split(" #").next().unwrap_or(&line).trim_end();
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = make_assignment(line) {
            variables.push((name.to_owned(), expand(value, &variables)));
            continue;
        }
        let Some((targets, rest)) = line.split_once(':') else { continue };
        if targets.trim() == ".IGNORE" {
            ignoring = true;
        }
        if targets.starts_with(['.', ' ']) || targets.contains(['=', '%']) {
            current.clear();
            continue;
        }
        let rest = rest.trim_start_matches(':');
        let (needs, inline) = rest.split_once(';').map_or((rest, None), |(needs, inline)| (needs, Some(inline)));
        current.clear();
        for target in targets.split_whitespace() {
            let mut commands: Vec<Command> = needs
                .split_whitespace()
                .filter(|need| *need != "|")
                .flat_map(|need| placed(shell::read(&format!("make {need}"), Start::PLAIN), number))
                .collect();
            commands.extend(inline.into_iter().flat_map(|line| recipe_line(&expand(line, &variables), number)));
            let at = recipes.iter().position(|recipe| recipe.name == target).unwrap_or_else(|| {
                recipes.push(Recipe { name: target.to_owned(), line: number, commands: Vec::new() });
                recipes.len() - 1
            });
            recipes[at].commands.extend(commands);
            current.push(at);
        }
    }
    if ignoring {
        for command in recipes.iter_mut().flat_map(|recipe| &mut recipe.commands) {
            command.failure = Failure::Swallowed(Swallow::Ignored);
        }
    }
    recipes
}

/// Lines with continuations joined; the number is that of the first.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut continues = false;
    for (number, line) in (1u32..).zip(text.lines()) {
        match lines.last_mut().filter(|_| continues) {
            Some((_, last)) => {
                last.truncate(last.len() - 1);
                last.push_str(line.trim_start());
            }
            None => lines.push((number, line.to_owned())),
        }
        continues = line.ends_with('\\');
    }
    lines
}

fn make_assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name
        .trim_end_matches([':', '?', '+', '!'])
        .trim()
        .trim_start_matches("export ")
        .trim_start_matches("override ");
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    plain.then_some((name, value.trim()))
}

fn expand(text: &str, variables: &[(String, String)]) -> String {
    let mut text = text.replace("$$", "\u{1}");
    for (name, value) in variables.iter().rev() {
        if text.len() > 10_000 {
            break;
        }
        text = text.replace(&format!("$({name})"), value).replace(&format!("${{{name}}}"), value);
    }
    // What is not defined here stands for a word.
    text.replace("$(MAKE)", "make").replace("$(", "${{").replace('\u{1}', "$")
}

fn justfile(text: &str) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    let mut body: Vec<(u32, String)> = Vec::new();
    let finish = |recipes: &mut Vec<Recipe>, body: &mut Vec<(u32, String)>| {
        let Some(recipe) = recipes.last_mut() else { return };
        let first = body.first().map_or(1, |(number, _)| *number);
        if body.first().is_some_and(|(_, line)| line.trim_start().starts_with("#!")) {
            let script: Vec<&str> = body.iter().map(|(_, line)| line.trim_start()).collect();
            recipe.commands.extend(placed(shell::read(&script.join("\n"), of_shebang(script[0])), first));
        } else {
            recipe.commands.extend(body.iter().flat_map(|(number, line)| recipe_line(line, *number)));
        }
        body.clear();
    };
    for (number, line) in logical_lines(text) {
        if line.starts_with([' ', '\t']) {
            if !recipes.is_empty() {
                body.push((number, line));
            }
            continue;
        }
        if line.trim().is_empty() || line.starts_with('#') || line.starts_with('[') {
            continue;
        }
        let Some((head, needs)) = line.split_once(':').filter(|(_, rest)| !rest.starts_with('=')) else { continue };
        finish(&mut recipes, &mut body);
        let name = head.split_whitespace().next().unwrap_or_default().trim_start_matches('@').to_owned();
        let needs = needs.split_whitespace().filter(|need| *need != "&&").map(|need| need.trim_matches(['(', ')']));
        let commands =
            needs.flat_map(|need| placed(shell::read(&format!("just {need}"), Start::PLAIN), number)).collect();
        recipes.push(Recipe { name, line: number, commands });
    }
    finish(&mut recipes, &mut body);
    recipes
}

fn taskfile(root: Option<Node>) -> Vec<Recipe> {
    let Some(root) = root else { return Vec::new() };
    let tasks = root.get("tasks").into_iter().flat_map(Node::members);
    tasks
        .map(|task| {
            let lines = task.value.get("cmds").unwrap_or(&task.value);
            let ignored = task.value.get("ignore_error").is_some_and(Node::is_true);
            let single = task.value.get("cmd").or_else(|| lines.text().map(|_| lines));
            let commands = single.into_iter().chain(lines.items()).flat_map(|item| {
                let (text, swallowed) = match item.get("cmd").or_else(|| item.get("task")) {
                    Some(text) => (Some(text), item.get("ignore_error").is_some_and(Node::is_true)),
                    None => (Some(item), false),
                };
                let call = item.get("task").is_some();
                let text =
                    text.and_then(Node::text).map(|text| if call { format!("task {text}") } else { text.to_owned() });
                let mut commands =
                    text.map(|text| placed(shell::read(&text, Start::PLAIN), item.line)).unwrap_or_default();
                if swallowed || ignored {
                    commands.iter_mut().for_each(|command| command.failure = Failure::Swallowed(Swallow::Ignored));
                }
                commands
            });
            Recipe { name: task.name.clone(), line: task.line, commands: commands.collect() }
        })
        .collect()
}

/// `[testenv:lint]` is the recipe `lint`; `[testenv]` has no name.
fn tox(root: Option<Node>) -> Vec<Recipe> {
    let Some(root) = root else { return Vec::new() };
    let sections = root.members().filter(|section| section.name.starts_with("testenv"));
    sections
        .map(|section| {
            let name = section.name.strip_prefix("testenv:").unwrap_or_default().to_owned();
            let ignored =
                ["ignore_outcome", "ignore_errors"].iter().any(|key| section.value.get(key).is_some_and(Node::is_true));
            let commands = section.value.get("commands");
            let lines: Vec<(&str, u32)> = match commands.and_then(|it| Some((it.text()?, it.line))) {
                Some(one) => vec![one],
                None => commands
                    .into_iter()
                    .flat_map(Node::items)
                    .filter_map(|item| Some((item.text()?, item.line)))
                    .collect(),
            };
            let commands = lines.iter().flat_map(|(text, line)| {
                let mut commands = recipe_line(text, *line);
                if ignored {
                    commands.iter_mut().for_each(|command| command.failure = Failure::Swallowed(Swallow::Ignored));
                }
                commands
            });
            Recipe { name, line: section.line, commands: commands.collect() }
        })
        .collect()
}

/// Which file and recipe a command runs, as candidates in order; `directory` is where it runs.
pub fn called(shape: &Shape, words: &[String], directory: &str) -> Vec<(RepoPath, String)> {
    let flag = |names: &[&str]| {
        shape.flags.iter().find(|flag| names.contains(&flag.name.as_str())).and_then(|flag| flag.value.clone())
    };
    let folder = flag(&["-C", "--prefix", "--cwd", "--dir"])
        .map_or_else(|| directory.to_owned(), |inner| join(directory, &inner));
    let named = |file: &str, recipe: &str| vec![(path_in(&folder, file), recipe.to_owned())];
    let target = shape.target.as_deref().unwrap_or_default();
    match shape.tool.as_str() {
        "npm" | "npm run" | "npm run-script" | "pnpm" | "pnpm run" | "yarn" | "yarn run" | "bun run" => {
            let target = if target == "t" { "test" } else { target };
            let hooks = [format!("pre{target}"), target.to_owned(), format!("post{target}")];
            hooks.into_iter().map(|name| (path_in(&folder, "package.json"), name)).collect()
        }
        "deno task" => named("deno.json", target),
        "composer" | "composer run" | "composer run-script" => named("composer.json", target),
        "make" | "gmake" => {
            let file = flag(&["-f"]).unwrap_or_else(|| "Makefile".into());
            let mut targets: Vec<String> =
                shape.target.clone().into_iter().chain(shape.operands.iter().cloned()).collect();
            targets.retain(|target| !target.contains('='));
            targets.into_iter().map(|target| (path_in(&folder, &file), target)).collect()
        }
        "just" => named("justfile", target),
        "task" | "go-task" => named("Taskfile.yml", target),
        "tox" => {
            let environments = flag(&["-e"]).unwrap_or_default();
            environments
                .split(',')
                .map(|environment| (path_in(&folder, "tox.ini"), environment.trim().to_owned()))
                .collect()
        }
        "nox" => {
            let sessions = flag(&["-s", "--session", "--sessions", "-e"]).unwrap_or_default();
            named("noxfile.py", sessions.split('-').next().unwrap_or_default())
        }
        "bash" | "sh" | "zsh" | "pwsh" | "powershell" | "source" | "." => {
            let script = shape.operands.first().into_iter();
            script.map(|script| (path_in(&folder, script), String::new())).collect()
        }
        _ => {
            let first =
                words.iter().find(|word| word.ends_with(".sh") || word.ends_with(".ps1") || word.starts_with("./"));
            first.map(|script| (path_in(&folder, script), String::new())).into_iter().collect()
        }
    }
}

fn join(folder: &str, inner: &str) -> String {
    path_in(folder, inner).to_text()
}

/// A path below a folder, `.` and `..` resolved.
fn path_in(folder: &str, file: &str) -> RepoPath {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part if part.contains("${") => {}
            part => parts.push(part),
        }
    }
    RepoPath::new(parts.join("/").into_bytes())
}
