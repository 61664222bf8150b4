//! Robustness of runs: kills at any moment, full and read-only disks, damaged files, panics, and
//! other runs. Afterwards every file must be, to the byte, as after an uninterrupted run, or one
//! clear error must state what to do.
//!
//! `make test` runs a short form; `make faults` sets `BN_LAB_KILLS` and runs the long one.

mod apart;
mod concurrent;
mod crashes;
mod damage;
mod disk;
mod kills;
mod machine;
mod panics;
mod partials;

use std::collections::BTreeMap;
use std::path::Path;

use crate::harness::{Lab, SMALL};

/// The results folder.
const RESULTS: &str = "results/small";

/// Records everything that a trial can record, often.
const LOOKING: &str = "\n[checkpoint]\nfinal = true\nevery = 20\norder = true\n\
                       [probe]\nevery = 25\n";

/// Six trials of `epochs` epochs, 8 steps each.
fn lab(epochs: usize) -> Lab {
    let text = SMALL.replace("epochs = 2", &format!("epochs = {epochs}"));
    Lab::with(&format!("{text}{LOOKING}"))
}

/// A number from the environment, for the long form.
fn asked(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// The records of the trials that are finished, by the names of their files.
fn finished(lab: &Lab) -> BTreeMap<String, Vec<u8>> {
    if !lab.path(RESULTS).is_dir() {
        return BTreeMap::new();
    }
    let mut files = lab.files(RESULTS);
    files.retain(|name, bytes| {
        let text = String::from_utf8_lossy(bytes);
        Path::new(name).ends_with("trial.json") && text.contains("\"completed\"")
    });
    files
}

/// Pseudorandom numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    /// A number from 0 to `below` − 1.
    fn roll(&mut self, below: u64) -> u64 {
        // Knuth's multiplier; the high bits are the better ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % below
    }
}
