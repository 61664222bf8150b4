//! `bn-lab clean`: lists what lies in a results folder and does not belong to the experiment. Deletes it
//! only with `--remove`.

use std::path::Path;

use crate::cli;
use crate::commands::{OUTPUT_DIR, load, print, provenance, say};
use crate::config::spec::Experiment;
use crate::error::{Error, Result};
use crate::fs;
use crate::plan;
use crate::report::sheet::Sheet;
use crate::results::format::compact;
use crate::results::format::layout::Layout;
use crate::results::recovery::locks;
use crate::results::recovery::ownership;
use crate::results::status::stored;
use crate::results::transfer::clean::{self, Leftover};
use crate::units;

/// Lists such trials and files, or lists and removes them.
pub fn run(arguments: &cli::Clean) -> Result<()> {
    let experiment = experiment(arguments)?;
    let layout = Layout::new(&experiment.output.dir);
    compact::refuse(&layout, "there is nothing in it to clean")?;
    // The kinds that options select, or both.
    let (stale, debris) = match (arguments.stale, arguments.debris) {
        (false, false) => (true, true),
        chosen => chosen,
    };
    if arguments.remove {
        ownership::check_folder(&layout, OUTPUT_DIR)?;
        locks::settle(&layout, say)?;
    }
    let mut found = Vec::new();
    if stale {
        found.extend(clean::stale(&layout, &experiment, &plan::trials(&experiment))?);
    }
    let trials = found.len();
    if debris {
        found.extend(clean::debris(&layout)?);
    }
    if found.is_empty() {
        return print(&format!("nothing to clean in {}\n", layout.root().display()));
    }
    print(&listed(&found))?;
    for other in found.iter().flat_map(|leftover| &leftover.others) {
        print(&format!("stays, since bn-lab did not write it: {}\n", other.display()))?;
    }
    let counted = counted(trials, found.len() - trials);
    if arguments.remove {
        let bytes = clean::remove(&layout, &found)?;
        let kept = found.iter().filter(|leftover| leftover.is_in_use).count();
        let kept = if kept > 0 { format!("; {kept} in use were kept") } else { String::new() };
        return print(&format!("removed {counted}: {}{kept}\n", units::size(bytes)));
    }
    let bytes = found.iter().map(|leftover| leftover.bytes).sum();
    print(&format!(
        "{counted}: {}; the same command with `{} --remove` deletes {}\n",
        units::size(bytes),
        if trials > 0 { "--stale" } else { "--debris" },
        if found.len() == 1 { "it" } else { "them" },
    ))
}

/// The experiment that determines what is needed, with the results folder that the command line names.
fn experiment(arguments: &cli::Clean) -> Result<Experiment> {
    let target = &arguments.target;
    let is_folder = fs::is_folder(target);
    let file = if is_folder { resolved(target)? } else { target.clone() };
    if is_folder {
        let mut experiment = stored::experiment(target, &arguments.overrides)?;
        // A results folder may have been moved since: it is the one on the command line that is cleaned.
        experiment.output.dir.clone_from(target);
        return Ok(experiment);
    }
    let experiment = load(
        &cli::ExperimentArgs { experiment: file, overrides: arguments.overrides.clone() },
        false,
    )?;
    for table in &experiment.tables {
        provenance::check_presence(table, &Layout::new(&experiment.output.dir))?;
    }
    Ok(experiment)
}

fn resolved(folder: &Path) -> Result<std::path::PathBuf> {
    let file = Layout::new(folder).experiment();
    // Whoever reads a link or a pipe here reports it.
    if fs::is_there(&file) {
        return Ok(file);
    }
    Err(Error::Results(format!(
        "`{}` is not a results folder: it has no `experiment.toml`\n  hint: give the experiment file, or a folder that `bn-lab run` made",
        folder.display()
    )))
}

fn listed(found: &[Leftover]) -> String {
    let row = |leftover: &Leftover| {
        let why = if leftover.is_in_use {
            format!("in use, stays: {}", leftover.why)
        } else {
            leftover.why.clone()
        };
        vec![leftover.name.clone(), units::size(leftover.bytes), why]
    };
    let sheet = Sheet {
        columns: ["name", "size", "why it is not needed"].map(str::to_owned).to_vec(),
        rows: found.iter().map(row).collect(),
    };
    sheet.table()
}

/// Counts in words: `3 stale trials`, `3 stale trials and 1 leftover`.
fn counted(trials: usize, debris: usize) -> String {
    let trials = (trials > 0).then(|| units::counted(trials, "stale trial", "stale trials"));
    let debris = (debris > 0).then(|| units::counted(debris, "leftover", "leftovers"));
    let parts: Vec<String> = trials.into_iter().chain(debris).collect();
    parts.join(" and ")
}
