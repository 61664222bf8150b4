//! `bn-lab plan`: the trials that `run` would train, and which are already done. Runs nothing and
//! writes nothing.

use crate::cli;
use crate::commands::{load, print};
use crate::error::Result;
use crate::plan::{self, Trial};
use crate::record::layout::Layout;
use crate::record::reader;

/// Prints one line a trial, in the order in which they would run, and a line of counts.
pub fn run(arguments: &cli::Plan) -> Result<()> {
    let experiment = load(&arguments.experiment, false)?;
    let trials = plan::trials(&experiment);
    let layout = Layout::new(&experiment.output.dir);
    let states: Result<Vec<&str>> = trials.iter().map(|trial| state(&layout, trial)).collect();
    let states = states?;
    let mut text = String::new();
    let widest = trials
        .iter()
        .map(|t| t.label.chars().count())
        .max()
        .unwrap_or(0);
    for (trial, state) in trials.iter().zip(&states) {
        let Trial {
            id,
            label,
            replicate,
            ..
        } = trial.as_ref();
        text.push_str(&format!(
            "{id}  {label:<widest$}  replicate {replicate}  {state}\n"
        ));
    }
    let done = states
        .iter()
        .filter(|s| matches!(**s, "completed" | "diverged"))
        .count();
    text.push_str(&format!(
        "{} trials ({} conditions × {} replicates) into {}: {done} done, {} to run\n",
        trials.len(),
        experiment.conditions.len(),
        experiment.replicates,
        layout.root().display(),
        trials.len() - done,
    ));
    print(&text)
}

/// `completed`, `diverged`: kept. `failed`, `interrupted`: trained again. `to run`: not there yet.
fn state(layout: &Layout, trial: &Trial) -> Result<&'static str> {
    let record = reader::record(layout, trial)?;
    Ok(record.map_or("to run", |record| record.outcome.name()))
}
