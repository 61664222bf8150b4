//! What is published on crates.io: enough to build the program, and no more.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::Lab;

/// Most bytes of the archive.
const MOST_BYTES: u64 = 1_500_000;

/// Most files that the archive may have; results and tests are hundreds more.
const MOST_FILES: usize = 900;

fn packed() -> BTreeSet<PathBuf> {
    let listed = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8_lossy(&listed.stdout).lines().map(PathBuf::from).collect()
}

/// The size of the archive in bytes.
fn size() -> u64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let packed = Command::new(env!("CARGO"))
        .args(["package", "--no-verify", "--allow-dirty", "--offline", "--target-dir"])
        .arg(folder.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    let name = concat!("package/bn-lab-", env!("CARGO_PKG_VERSION"), ".crate");
    std::fs::metadata(folder.path().join(name)).expect("the archive").len()
}

/// The files that a source file compiles in outside of its tests, from the repository's root.
fn embedded(file: &Path, text: &str) -> Vec<PathBuf> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let macros = ["include_str!(\"", "include_bytes!(\""];
    let starts = macros.iter().flat_map(|start| code.split(start).skip(1));
    let paths = starts.filter_map(|rest| rest.split('"').next());
    paths.map(|path| plain(&file.parent().expect("a folder").join(path))).collect()
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        if part == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
        plain
    })
}

#[test]
fn the_archive_has_what_the_program_is_built_of_and_no_results() {
    let (packed, size) = (packed(), size());
    assert!(size <= MOST_BYTES, "{size} bytes");
    assert!(packed.len() <= MOST_FILES, "{} files", packed.len());
    let of_others = packed.iter().filter(|path| {
        ["results", "tests", "benches", "docs"].iter().any(|folder| path.starts_with(folder))
    });
    assert_eq!(of_others.collect::<Vec<_>>(), Vec::<&PathBuf>::new());
    for built_in in bn_lab::config::built_in::ALL {
        let path = PathBuf::from(format!("configs/{}.toml", built_in.name));
        assert!(packed.contains(&path), "{}", path.display());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for file in packed.iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        if file.components().any(|part| part.as_os_str().to_string_lossy().starts_with("tests")) {
            continue;
        }
        let text = std::fs::read_to_string(root.join(file)).expect("a source file");
        for path in embedded(file, &text) {
            assert!(packed.contains(&path), "{} needs {}", file.display(), path.display());
            count += 1;
        }
    }
    assert!(count > 0, "files are embedded");
}

#[test]
fn completion_scripts_are_accepted_by_their_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Lab::new().bn_lab(&["completions", shell]).stdout;
        let started =
            Command::new(shell).arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
        // A shell that is not installed here.
        let Ok(mut checked) = started else { continue };
        let mut input = checked.stdin.take().expect("a pipe");
        input.write_all(script.as_bytes()).expect("the shell reads");
        drop(input);
        let ended = checked.wait_with_output().expect("it ends");
        let errors = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success() && errors.is_empty(), "{shell}: {errors}");
    }
}
