//! One verb, one file. Commands are the only place that prints to stdout.

pub mod data;
pub mod plan;
pub mod plot;
pub mod run;

use std::io::Write;
use std::path::Path;

use crate::config::{self, spec::Experiment};
use crate::error::{Error, Result};
use crate::fs;
use crate::record::layout::Layout;
use crate::record::results::Results;
use crate::report;

/// Said where a folder has no curve yet.
const NOTHING_TO_DRAW: &str = "note: no chart drawn: no trial has been evaluated yet";

/// Prints results to stdout. A reader that closed the pipe (`| head`) has seen enough: no error.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::io("write to", Path::new("stdout"), e))
        }
        _ => Ok(()),
    }
}

/// Says something on stderr; a closed stderr is no reason to stop.
fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Writes what tuning chose beside the other tables, or deletes what an earlier experiment left, and
/// gives it in words.
fn write_tuned(results: &Results, layout: &Layout) -> Result<Option<String>> {
    match report::tune::csv(results) {
        Some(bytes) => fs::replace(&layout.tuned_table(), &bytes)?,
        None => fs::remove_if_exists(&layout.tuned_table())?,
    }
    Ok(report::tune::table(results))
}

/// Loads an experiment and passes on what its author may not have meant.
fn load(arguments: &crate::cli::ExperimentArgs, quiet: bool) -> Result<Experiment> {
    let loaded = config::load(&arguments.experiment, &arguments.overrides)?;
    for note in loaded.notes.iter().filter(|_| !quiet) {
        say(&format!("note: {note}"));
    }
    Ok(loaded.experiment)
}
