//! Compiles the git revision and burn's version into the program, for the manifests of its results.

use std::path::Path;
use std::process::Command;

/// The revision, where neither git nor an archive of cargo tells it: set by builds in a container.
const VARIABLE: &str = "BN_LAB_REVISION";

fn main() {
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rerun-if-changed=src");
    // In a linked worktree, `.git` is a file. A path that does not exist would count as changed each time.
    for path in
        [git(&["rev-parse", "--git-path", "HEAD"]), git(&["rev-parse", "--git-path", "refs"])]
    {
        if let Some(path) = path.filter(|path| Path::new(path).exists()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    println!("cargo::rustc-env=BN_LAB_REVISION={}", revision().unwrap_or("unknown".to_owned()));
    println!(
        "cargo::rustc-env=BN_LAB_BURN_VERSION={}",
        burn_version().unwrap_or("unknown".to_owned())
    );
}

fn revision() -> Option<String> {
    let given = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty());
    given.or_else(revision_of_archive).or_else(revision_of_checkout)
}

/// The revision that `cargo package` has written into its archive: `"sha1": "1a2b3c4d5e6f…"`.
fn revision_of_archive() -> Option<String> {
    let text = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let revision = text.split_once("\"sha1\": \"")?.1.get(..12)?;
    let is_dirty = text.contains("\"dirty\": true");
    Some(format!("{revision}{}", if is_dirty { "-dirty" } else { "" }))
}

/// `1a2b3c4d5e6f`, with `-dirty` after it where the work tree differs; `None` in a folder of somebody else's repository.
fn revision_of_checkout() -> Option<String> {
    if !git(&["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    let revision = git(&["rev-parse", "--short=12", "HEAD"])?;
    let dirty = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some(format!("{revision}{}", if dirty { "-dirty" } else { "" }))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The version that `Cargo.toml` pins: `burn = { version = "=0.22.1", …`.
fn burn_version() -> Option<String> {
    let manifest = std::fs::read_to_string("Cargo.toml").ok()?;
    let line = manifest.lines().find(|line| line.starts_with("burn ="))?;
    let version = line.split_once("\"=")?.1.split('"').next()?;
    Some(version.to_owned())
}
