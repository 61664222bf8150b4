//! The program's commands, one file for each.

pub mod bench;
mod browser;
pub mod claims;
pub mod clean;
pub mod compare;
pub mod configs;
pub mod data;
mod datasets;
pub mod explain;
pub mod export;
mod instruction_set;
mod interruption;
pub mod keys;
mod memory;
pub mod merge;
pub mod plan;
pub mod plot;
mod present;
mod provenance;
pub mod publish;
pub mod report;
pub mod results;
pub mod run;
mod settling;
pub mod shells;
pub mod show;
mod signals;
pub mod submit;
pub mod watch;

pub(crate) use self::instruction_set::apply as apply_instruction_set;
pub(crate) use self::signals::let_long_files_fail;

use std::path::Path;

use crate::config::{self, spec::Experiment};
use crate::error::{Error, Result};
use crate::fs;
use crate::plot::figures;
use crate::report::selection::Requested;
use crate::results::format::layout::Layout;
use crate::results::query::Results;
use crate::results::recovery::ownership;
use crate::shell;
use crate::streams::{print, say};

/// The option that names another results folder where an experiment names one.
const OUTPUT_DIR: &str = "-o output.dir=DIR";

/// Printed where a folder has no curve yet.
const NOTHING_TO_DRAW: &str = "note: no chart drawn: no trial has been completed yet";

/// Writes the choices of tuning and the comparison that the experiment is about beside the other tables;
/// or deletes those that an earlier experiment left.
fn write_findings(results: &Results, layout: &Layout) -> Result<()> {
    let compared = crate::compare::default_comparison(results)?;
    let compared = compared.map(|answer| crate::report::compare::csv(&answer).into_bytes());
    crate::results::recovery::locks::exclusively(layout, || {
        write_or_remove(&layout.tuned_table(), crate::report::tune::csv(results))?;
        write_or_remove(&layout.comparisons_table(), compared)
    })
}

/// What the command line requests of the conditions.
fn requested(selection: &crate::cli::Selection) -> Requested<'_> {
    Requested {
        filters: &selection.filter,
        orders: &selection.order,
        labels: &selection.labels.label,
    }
}

/// The command line as a person would type it, for files that name the command that made them.
fn command_line() -> String {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let words = words.map(|word| shell::pasted(&word).unwrap_or(word));
    std::iter::once("bn-lab".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

fn write_or_remove(path: &Path, bytes: Option<Vec<u8>>) -> Result<()> {
    match bytes {
        Some(bytes) => fs::replace(path, &bytes),
        None => ownership::remove_ours(path),
    }
}

/// Refuses an experiment whose results folder is a compact copy, since nothing can be trained into one.
fn refuse_compact(experiment: &Experiment) -> Result<()> {
    let layout = Layout::new(&experiment.output.dir);
    crate::results::format::compact::refuse(&layout, "no trial can be trained into it")
}

/// Loads an experiment and prints notes on settings that may be mistakes.
fn load(arguments: &crate::cli::ExperimentArgs, quiet: bool) -> Result<Experiment> {
    let loaded = config::load(&arguments.experiment, &arguments.overrides)?;
    for note in loaded.notes.iter().filter(|_| !quiet) {
        say(&format!("note: {note}"));
    }
    let cautions = config::cautions(&loaded.experiment.conditions);
    for caution in cautions.iter().filter(|_| !quiet) {
        say(&format!("note: {caution}"));
    }
    check_claim(&arguments.experiment, &loaded.experiment)?;
    config::read_back(&loaded.experiment)?;
    Ok(loaded.experiment)
}

/// Refuses a claim whose figure no results folder can show.
fn check_claim(file: &Path, experiment: &Experiment) -> Result<()> {
    let claim = experiment.claim.as_ref();
    let Some(figure) = claim.and_then(|claim| claim.figure.as_deref()) else {
        return Ok(());
    };
    let axes = experiment.axes.iter().map(|axis| axis.key.as_str());
    if figures::may_have(figure, axes) {
        return Ok(());
    }
    Err(Error::Experiment(format!(
        "{}: `claim.figure = \"{figure}\"`: {}",
        file.display(),
        figures::no_such(figure)
    )))
}
