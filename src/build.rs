//! Compiles the git revision and burn's version into the program, for the manifests of its results.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=.git/refs");
    println!("cargo::rustc-env=BN_LAB_REVISION={}", revision().unwrap_or("unknown".to_owned()));
    println!(
        "cargo::rustc-env=BN_LAB_BURN_VERSION={}",
        burn_version().unwrap_or("unknown".to_owned())
    );
}

/// `1a2b3c4d5e6f`, with `-dirty` after it where the work tree differs.
fn revision() -> Option<String> {
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
