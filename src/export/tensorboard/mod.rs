//! Event files of `TensorBoard`: one run folder for each trial, named by its condition and its replicate.
//!
//! ```text
//! placement=before,batch_size=32/replicate-1/events.out.tfevents.0.bn-lab
//! ```
//!
//! The file is written as a whole under a fixed name, so that exporting twice leaves one copy. Its first
//! event names this program and the experiment: a file that another program wrote, or that is of another experiment,
//! is never replaced.

mod clock;
mod events;
mod hyperparameters;
mod messages;
mod names;
mod records;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs;
use crate::results::query::{Details, Results, TrialCurves};
use names::Names;

/// The name of an event file. `TensorBoard` reads every file with `tfevents` in its name.
const FILE: &str = "events.out.tfevents.0.bn-lab";

/// Number of bytes that contain the first event of a file, whatever the experiment is named.
const START: u64 = 1 << 16;

/// Everything that was recorded.
pub fn details() -> Details {
    Details { steps: true, all_layers: true, ..Details::default() }
}

/// Writes the event files of all trials that ended into `folder`, removes those that an earlier export of
/// this experiment left for other trials, and returns the number of trials. The [`details`] must have been read.
pub fn write(results: &Results, folder: &Path) -> Result<usize> {
    let names = Names::of(results);
    let ended = results.trials.iter().filter(|trial| trial.status.is_finished());
    let ended: Vec<(&TrialCurves, PathBuf)> =
        ended.map(|trial| (trial, folder.join(names.run(trial)).join(FILE))).collect();
    for (_, file) in &ended {
        check(file, &results.name)?;
    }
    for (trial, file) in &ended {
        let run = file.parent().unwrap_or(folder);
        fs::create_folder(run)?;
        fs::remove_partials(run)?;
        fs::replace(file, &events::of_trial(results, trial, names.condition(trial)))?;
    }
    let written = ended.iter().map(|(_, file)| file.as_path()).collect();
    remove_others(folder, &results.name, &written)?;
    Ok(ended.len())
}

/// Refuses to replace a file that is no export of this experiment.
fn check(file: &Path, name: &str) -> Result<()> {
    if !fs::is_there(file) {
        return Ok(());
    }
    let owner = owner(file)?;
    if owner.as_deref() == Some(name) {
        return Ok(());
    }
    let problem = match owner {
        Some(other) => format!("`{}` is of the experiment `{other}`", file.display()),
        None => format!("`{}` was not written by bn-lab", file.display()),
    };
    Err(Error::Results(format!(
        "{problem} and would be replaced: nothing was written\n  hint: choose another folder with `--output DIR`"
    )))
}

/// The experiment of which a file is an export; `None` for a file of another program.
fn owner(file: &Path) -> Result<Option<String>> {
    if !fs::is_file(file) {
        return Ok(None);
    }
    Ok(events::experiment(&fs::read_start(file, START)?))
}

/// Deletes the exports of this experiment in `folder` that are not among `written`: of conditions or replicates that it
/// no longer has. `TensorBoard` would show them beside the others.
fn remove_others(folder: &Path, name: &str, written: &BTreeSet<&Path>) -> Result<()> {
    for condition in fs::folders(folder)? {
        let mut has_removed = false;
        for run in fs::folders(&condition)? {
            let file = run.join(FILE);
            if !written.contains(file.as_path()) && owner(&file)?.as_deref() == Some(name) {
                fs::remove_if_exists(&file)?;
                fs::remove_empty_folder(&run);
                has_removed = true;
            }
        }
        // An empty folder that held no export is not ours.
        if has_removed {
            fs::remove_empty_folder(&condition);
        }
    }
    Ok(())
}
