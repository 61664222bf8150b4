//! One verb, one file. Commands are the only place that prints to stdout.

pub mod claims;
pub mod clean;
pub mod compare;
pub mod data;
pub mod explain;
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
pub mod show;
pub mod submit;
pub mod watch;

use std::io::Write;
use std::path::Path;

use crate::config::{self, spec::Experiment};
use crate::error::{Error, Result};
use crate::fs;
use crate::plot::figures;
use crate::record;
use crate::record::layout::Layout;
use crate::record::ownership;
use crate::record::results::Results;
use crate::units::for_markup;

/// The option that names another results folder where an experiment names one.
const OUTPUT_DIR: &str = "-o output.dir=DIR";

/// Said where a folder has no curve yet.
const NOTHING_TO_DRAW: &str = "note: no chart drawn: no trial has been completed yet";

/// Prints results to stdout, without characters that would steer a terminal. A reader that closed the
/// pipe (`| head`) has seen enough: no error.
fn print(text: &str) -> Result<()> {
    print_if_open(&for_markup(text)).map(|_| ())
}

/// Likewise, as it is; `false` once nobody reads any more.
fn print_if_open(text: &str) -> Result<bool> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(Error::io("write to", Path::new("stdout"), e)),
    }
}

/// Says something on stderr; a closed stderr is no reason to stop.
fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{}", for_markup(text)));
}

/// Writes what tuning chose, and the comparison that the experiment is about, beside the other tables;
/// or deletes what an earlier experiment left.
fn write_findings(results: &Results, layout: &Layout) -> Result<()> {
    let compared = crate::compare::usual(results)?;
    let compared = compared.map(|answer| crate::report::compare::csv(&answer).into_bytes());
    record::claims::exclusively(layout, || {
        write_or_remove(&layout.tuned_table(), crate::report::tune::csv(results))?;
        write_or_remove(&layout.comparisons_table(), compared)
    })
}

fn write_or_remove(path: &Path, bytes: Option<Vec<u8>>) -> Result<()> {
    match bytes {
        Some(bytes) => fs::replace(path, &bytes),
        None => ownership::remove_ours(path),
    }
}

/// Refuses an experiment whose results folder is a compact copy: nothing can be trained into it.
fn refuse_compact(experiment: &Experiment) -> Result<()> {
    let layout = Layout::new(&experiment.output.dir);
    record::compact::refuse(&layout, "no trial can be trained into it")
}

/// Loads an experiment and passes on what its author may not have meant.
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

/// Refuses a claim whose figure no folder can have.
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
