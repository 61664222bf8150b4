//! Which file of `src` imports which, and the circles among them.
//!
//! A file imports those that its `use` declarations, re-exports among them, and its paths from `crate`,
//! `self` or `super` name. `mod child;` alone is no import.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;

/// For each file those that it imports, itself left out.
type Imports<'s> = BTreeMap<&'s str, BTreeSet<&'s str>>;

/// The files of each circle: every one of them leads to every other, by way of any number of imports.
pub fn of(sources: &[Source]) -> BTreeSet<Vec<&str>> {
    let imports = imports(sources);
    let reached: Imports<'_> =
        imports.keys().map(|file| (*file, reached(file, &imports))).collect();
    let circle = |file: &&str| {
        let others = reached[file].iter().copied();
        others.filter(|other| reached[other].contains(file)).collect()
    };
    imports.keys().map(circle).filter(|circle: &Vec<_>| !circle.is_empty()).collect()
}

/// The imports of all files but `lib.rs`, which holds nothing that others import.
fn imports(sources: &[Source]) -> Imports<'_> {
    let files = || sources.iter().filter(|source| !source.is_test && source.path != "lib.rs");
    let modules: BTreeMap<String, &str> =
        files().map(|source| (module(&source.path), source.path.as_str())).collect();
    let imported = |source: &Source| {
        let module = module(&source.path);
        let paths = paths(&source.code);
        let named = paths.iter().filter_map(|path| file(path, &module, &modules));
        named.filter(|path| *path != source.path).collect()
    };
    files().map(|source| (source.path.as_str(), imported(source))).collect()
}

/// The files that `file` leads to; itself, where it is in a circle.
fn reached<'s>(file: &str, imports: &Imports<'s>) -> BTreeSet<&'s str> {
    let mut reached = BTreeSet::new();
    let mut ahead: Vec<&str> = imports[file].iter().copied().collect();
    while let Some(next) = ahead.pop() {
        if reached.insert(next) {
            ahead.extend(&imports[next]);
        }
    }
    reached
}

/// `data::table` for `data/table.rs`, `data` for `data/mod.rs`.
fn module(path: &str) -> String {
    let path = path.trim_end_matches(".rs");
    path.strip_suffix("/mod").unwrap_or(path).replace('/', "::")
}

/// The file that holds what `path` names within `module`; `None` where none of `modules` does.
fn file<'s>(path: &str, module: &str, modules: &BTreeMap<String, &'s str>) -> Option<&'s str> {
    let mut way: Vec<&str> = module.split("::").collect();
    let names: Vec<&str> = path.split("::").filter(|name| !name.is_empty()).collect();
    let mut names = names.as_slice();
    match names.split_first()? {
        (&"crate", rest) => (way, names) = (Vec::new(), rest),
        (&"self", rest) => names = rest,
        (&"super", _) => {
            while let Some((&"super", rest)) = names.split_first() {
                way.pop();
                names = rest;
            }
        }
        (child, _) if modules.contains_key(&format!("{module}::{child}")) => {}
        _ => return None,
    }
    way.extend(names);
    // The innermost module on the way holds it.
    (1..=way.len()).rev().find_map(|depth| modules.get(&way[..depth].join("::")).copied())
}

/// All paths that may lead to another file.
fn paths(code: &str) -> Vec<String> {
    let is_declaration = |at: &usize| {
        let line = code[..*at].rsplit('\n').next().unwrap_or_default().trim_start();
        line.is_empty() || line == "pub " || (line.starts_with("pub(") && line.ends_with(") "))
    };
    let declarations = code.match_indices("use ").filter(|(at, _)| is_declaration(at));
    let declarations = declarations.map(|(at, word)| at + word.len());
    let is_start = |at: &usize| {
        let before = &code[..*at];
        let within_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        // `pub(in crate::data)` imports nothing.
        !before.ends_with(within_path) && !before.ends_with("(in ")
    };
    let roots = ["crate::", "self::", "super::"].into_iter();
    let roots = roots.flat_map(|root| code.match_indices(root).map(|(at, _)| at));
    let starts = declarations.chain(roots.filter(is_start));
    starts.flat_map(|at| expanded(&code[at..])).collect()
}

/// The paths of the tree that `text` begins with: one for each leaf of its groups.
fn expanded(text: &str) -> Vec<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let (path, rest) = text.split_at(end.unwrap_or(text.len()));
    match rest.strip_prefix('{').filter(|_| path.ends_with("::")) {
        Some(group) => {
            let leaves = branches(group).into_iter().flat_map(expanded);
            leaves.map(|leaf| format!("{path}{leaf}")).collect()
        }
        None => vec![path.to_owned()],
    }
}

/// The parts of the group that `group` begins with, behind its opening brace.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0, 0);
    let mut parts = Vec::new();
    for (at, sign) in group.char_indices() {
        if depth == 0 && matches!(sign, ',' | '}') {
            parts.push(group[start..at].trim());
            start = at + 1;
        }
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
    }
    // Nothing stands behind a comma at the end.
    parts.retain(|part| !part.is_empty());
    parts
}

#[test]
fn a_group_within_a_group_is_expanded() {
    let paths =
        paths("pub use crate::{\n    a::{B, c::*},\n    d as e,\n};\nlet f = super::g::H {};");
    assert_eq!(paths[..3], ["crate::a::B", "crate::a::c::", "crate::d"]);
    assert_eq!(paths.last().map(String::as_str), Some("super::g::H"));
}
