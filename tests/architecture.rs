//! The architecture of `src/lib.rs`, enforced: which module may import which, which file alone may use a
//! word, and that files do not import each other in large circles.

mod circles;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What every module may import.
const SUPPORT: [&str; 4] = ["fs", "error", "units", "shell"];

/// A module, and the modules that it may import besides [`SUPPORT`]. The modules of `results` are listed separately.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("fs", &[]),
    ("error", &[]),
    ("units", &[]),
    ("shell", &[]),
    ("threads", &[]),
    ("machine", &[]),
    ("seed", &[]),
    ("stats", &[]),
    ("config", &[]),
    ("plan", &["config", "seed"]),
    ("event", &["plan"]),
    ("explain", &[]),
    ("description", &[]),
    ("device", &["event"]),
    ("data", &["config", "seed", "event", "description", "kernels"]),
    ("model", &["config", "seed"]),
    ("kernels", &[]),
    ("optim", &["config", "kernels"]),
    (
        "train",
        &[
            "config",
            "seed",
            "plan",
            "event",
            "explain",
            "description",
            "device",
            "data",
            "model",
            "optim",
            "kernels",
        ],
    ),
    ("panics", &["event"]),
    ("fault", &["event"]),
    ("runner", &["plan", "event", "panics", "fault"]),
    ("scripted", &["config", "plan", "event"]),
    ("streams", &[]),
    ("progress", &["plan", "event", "streams"]),
    ("results/query", &["results/format", "config", "plan", "event", "description"]),
    ("results/format", &["results/query", "config", "plan", "event", "stats", "description"]),
    ("results/recovery", &["results/format", "config", "plan", "event"]),
    (
        "results/reader",
        &["results/format", "results/query", "results/agreement", "config", "description"],
    ),
    ("results/agreement", &["results/format", "results/query", "results/recovery"]),
    (
        "results/writer",
        &["results/format", "results/recovery", "config", "plan", "event", "description"],
    ),
    (
        "results/status",
        &[
            "results/format",
            "results/query",
            "results/recovery",
            "results/reader",
            "config",
            "plan",
            "event",
            "stats",
            "description",
        ],
    ),
    (
        "results/transfer",
        &[
            "results/format",
            "results/query",
            "results/recovery",
            "results/reader",
            "results/status",
            "config",
            "plan",
            "event",
            "description",
        ],
    ),
    ("compare", &["results", "stats", "seed", "description"]),
    ("wording", &["results", "stats", "compare"]),
    ("plot", &["results", "stats", "compare", "wording", "streams"]),
    (
        "report",
        &["results", "stats", "explain", "seed", "compare", "wording", "plot", "description"],
    ),
    ("export", &["results"]),
    ("submit", &[]),
    ("cli", &["config", "plan", "submit", "plot", "streams"]),
];

/// Modules that may import all others.
const APPLICATION: [&str; 3] = ["lib", "main", "commands"];

/// A word, and the only files that may use it (outside tests and documentation).
const ONLY_IN: &[(&str, &[&str])] = &[
    ("svg::node", &["plot/render/canvas.rs"]),
    ("plotters", &["plot/render/axes.rs", "plot/render/backend.rs"]),
    (
        "skrifa",
        &[
            "plot/render/font.rs",
            "plot/render/glyph.rs",
            "plot/render/system.rs",
            "plot/render/pdf/fonts.rs",
        ],
    ),
    ("pdf_writer", &["plot/render/pdf"]),
    ("maud", &["report/page/html/"]),
    ("png::", &["plot/render/raster.rs"]),
    ("shlex", &["shell.rs"]),
    ("prost", &["export/tensorboard/"]),
    ("crc32c", &["export/tensorboard/records.rs"]),
    ("resvg", &["plot/render"]),
    ("dejavu", &["plot/render"]),
    ("Device::flex", &["device.rs"]),
    ("Device::wgpu", &["device.rs"]),
    ("Device::ndarray", &["device.rs"]),
    (" println!", &["build.rs"]),
    // All output is filtered in one place.
    ("stdout()", &["streams.rs", "streams/ink.rs"]),
    ("stderr()", &["streams.rs", "streams/ink.rs", "progress/screen.rs"]),
    ("Term::", &["progress/screen.rs", "streams/ink.rs"]),
    ("DrawTarget", &["progress/screen.rs"]),
    ("MultiProgress::", &["progress/screen.rs"]),
    ("error.print()", &["cli/reading.rs"]),
    ("\\x1b", &["streams.rs", "streams/ink.rs"]),
    ("std::fs", &["fs.rs", "fs/", "build.rs"]),
    // These ignore links.
    (".is_dir()", &["fs.rs", "fs/"]),
    (".exists()", &["build.rs", "fs.rs", "fs/"]),
    (".backward()", &["train/step/"]),
    ("burn::optim", &["optim/", "train/step/"]),
    ("burn_pack", &["optim/state.rs"]),
    ("indicatif", &["progress/"]),
    ("ureq", &["data/download.rs", "data/fetch.rs"]),
];

struct Source {
    /// Path below `src`, with forward slashes.
    path: String,
    /// Code without tests and comments.
    code: String,
    is_test: bool,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    assert!(paths.len() > 30, "there are more files than {}", paths.len());
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable source");
            let relative = path.strip_prefix(&root).expect("below src");
            let path = relative.display().to_string().replace('\\', "/");
            Source {
                is_test: path.contains("tests") || path.ends_with("loopback.rs"),
                code: without_tests_and_comments(&text),
                path,
            }
        })
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Unit tests are at the end of a file, after `#[cfg(test)] mod tests {`.
fn without_tests_and_comments(text: &str) -> String {
    let starts_tests = |(at, mark): &(usize, &str)| {
        let line = text[at + mark.len()..].lines().next();
        line.is_some_and(|line| line.ends_with("mod tests {"))
    };
    let end = text.match_indices("#[cfg(test)]\n").find(starts_tests);
    let code = &text[..end.map_or(text.len(), |(at, _)| at)];
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    code.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

/// The module of a file: `config` for `config/wire.rs`, `results/format` for `results/format/layout.rs`.
fn module(path: &str) -> String {
    let depth = if path.starts_with("results/") { 2 } else { 1 };
    let parts: Vec<&str> = path.split('/').take(depth).collect();
    parts.join("/").trim_end_matches(".rs").to_owned()
}

/// The modules that `code` names in `crate::…` paths, grouped imports included.
fn imports(code: &str) -> BTreeSet<String> {
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        })
        .map(|path| {
            let is_part_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let path = path.trim().split(|c| !is_part_of_path(c)).next().unwrap_or_default();
            module(&path.replace("::", "/"))
        })
        // `pub(in crate::results)` is not an import.
        .filter(|name| !name.is_empty() && name != "results")
        .collect()
}

/// Whether `module` is, or is part of, one of `allowed`.
fn is_among(module: &str, allowed: &[&str]) -> bool {
    allowed.iter().any(|allowed| {
        module == *allowed || module.strip_prefix(allowed).is_some_and(|rest| rest.starts_with('/'))
    })
}

#[test]
fn no_module_imports_more_than_it_may() {
    for source in sources().iter().filter(|source| !source.is_test) {
        let module = module(&source.path);
        if APPLICATION.contains(&module.as_str()) || ["build", "results/mod"].contains(&&*module) {
            continue;
        }
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("src/{} is in no module of this table", source.path));
        for import in imports(&source.code) {
            let may = import == module || is_among(&import, &SUPPORT) || is_among(&import, allowed);
            assert!(may, "src/{} (module `{module}`) must not import `{import}`", source.path);
        }
    }
}

#[test]
fn what_belongs_to_one_file_is_named_nowhere_else() {
    for source in sources().iter().filter(|source| !source.is_test) {
        for (word, homes) in ONLY_IN {
            let at_home = homes.iter().any(|home| source.path.starts_with(home));
            assert!(
                at_home || !source.code.contains(word),
                "src/{} must not name `{word}`",
                source.path
            );
        }
    }
}

#[test]
fn every_rule_still_guards_something() {
    let sources = sources();
    for (word, homes) in ONLY_IN {
        let used = sources
            .iter()
            .any(|s| homes.iter().any(|home| s.path.starts_with(home)) && s.code.contains(word));
        assert!(used, "`{word}` is used nowhere any more; drop its rule");
    }
}

/// Two files that belong together may import each other; larger circles can only be read as a whole.
#[test]
fn no_import_circle_has_more_than_two_files() {
    let sources = sources();
    let circles = circles::of(&sources);
    let large = circles.iter().filter(|circle| circle.len() > 2);
    let large: Vec<String> = large.map(|circle| circle.join(", ")).collect();
    assert!(
        large.is_empty(),
        "files of src that import each other in a circle:\n  {}\nimport an item from the file that defines it, or move it to a file that needs none of the others",
        large.join("\n  ")
    );
}

#[test]
fn no_file_is_too_long() {
    for source in sources() {
        let lines = source.code.lines().count();
        assert!(lines <= 400, "src/{} has {lines} lines of code", source.path);
    }
}
