//! How the files of a trial pass from one run to another, and from a run's own folder to their final places.
//!
//! While a run trains a trial, its files grow in `trials/<id>/.run-<run>/`. A run that takes the trial over
//! copies them, since a process that was only suspended may still have them open, and then deletes the
//! folder. When the trial ends they are moved to `trials/<id>/`, where earlier versions wrote them
//! from the start: so a state is searched in all of these places.

use crate::error::Result;
use crate::event::TrainingState;
use crate::fs;
use crate::results::format::files::changed;
use crate::results::format::layout::{OF_RUN, TrialLayout};
use crate::results::format::schema::{GROWING, TIMINGS};
use crate::results::recovery::ownership::{self, Contents};
use crate::results::recovery::state::{self, Origin, Saved};

/// The state that an unfinished training left.
#[derive(Debug)]
struct Left {
    /// The state without its tensors.
    saved: Saved,
    /// The folder in which it is.
    place: TrialLayout,
}

/// The folders of runs that train this trial, or did.
pub(in crate::results) fn folders(trial: &TrialLayout) -> Result<Vec<TrialLayout>> {
    let folders = fs::folders(trial.root())?;
    let names = folders.iter().filter_map(|path| path.file_name()?.to_str());
    let runs = names.filter_map(|name| name.strip_prefix(OF_RUN));
    Ok(runs.map(|run| trial.of_run(run)).collect())
}

/// Whether a training left a state, usable or not.
pub(in crate::results) fn has_state(trial: &TrialLayout) -> Result<bool> {
    let mut places = folders(trial)?.into_iter().chain([trial.clone()]);
    Ok(places.any(|place| fs::is_file(&place.state())))
}

/// The state to resume from: of several usable ones the one of the longest training.
fn find(trial: &TrialLayout, origin: &Origin) -> Result<Option<(Left, TrainingState)>> {
    let mut best: Option<(Left, TrainingState)> = None;
    for place in folders(trial)?.into_iter().chain([trial.clone()]) {
        let Some((saved, state)) = state::read(&place, trial, origin)? else {
            continue;
        };
        let best_yet = best.as_ref().map(|(left, _)| left.saved.bytes());
        if best_yet.is_none_or(|bytes| bytes < saved.bytes()) {
            best = Some((Left { saved, place }, state));
        }
    }
    Ok(best)
}

/// Finds the state to resume from, and copies it with its files into the run's own folder. Requires that the
/// run has claimed the trial.
pub(in crate::results) fn take_over(
    trial: &TrialLayout,
    own: &TrialLayout,
    origin: &Origin,
) -> Result<Option<(Saved, TrainingState)>> {
    loop {
        let Some((left, state)) = find(trial, origin)? else {
            return Ok(None);
        };
        match adopt(&left, trial, own) {
            Ok(()) => return Ok(Some((left.saved, state))),
            // It was deleted meanwhile, for example by a process that was only suspended: the next one is tried.
            Err(_) if !fs::is_file(&left.place.state()) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Copies a state, and its files with the lengths that they had then, into the run's own folder.
fn adopt(left: &Left, trial: &TrialLayout, own: &TrialLayout) -> Result<()> {
    fs::create_folder(own.root())?;
    for (name, grown) in &left.saved.files {
        let to = own.root().join(name);
        match state::source(&left.place, trial, name, grown)? {
            // Files that this run left itself, before another one took the trial over and died.
            Some(from) if from == to => {}
            Some(from) => {
                to.parent().map_or(Ok(()), fs::create_folder)?;
                fs::copy_start(&from, grown.bytes, &to)?;
            }
            // It is started again.
            None if name == TIMINGS => {}
            None => return Err(changed(&to)),
        }
    }
    // Last: a state that exists must have all its files.
    let state = left.place.state();
    if state == own.state() {
        return Ok(());
    }
    let bytes = fs::size(&state).unwrap_or_default();
    fs::copy_start(&state, bytes, &own.state())
}

/// Deletes the files of earlier trainings, their record first, except the files of a trial that
/// `has_result`. Requires the folder's lock, and that the run has claimed the trial.
pub(in crate::results) fn clear(
    trial: &TrialLayout,
    own: &TrialLayout,
    has_result: bool,
) -> Result<()> {
    if !has_result {
        for stale in [trial.trial(), trial.failure_log(), trial.state()] {
            fs::remove_if_exists(&stale)?;
        }
        for (name, ..) in GROWING {
            fs::remove_if_exists(&trial.root().join(name))?;
        }
        ownership::remove_checkpoints(trial)?;
    }
    Contents::of(&trial.again())?.remove()?;
    fs::remove_partials(trial.root())?;
    remove_folders(trial, Some(own))
}

/// Deletes the folders of runs except `kept`. A folder with open files on a network file system may remain for
/// a while; the next run deletes it.
pub(in crate::results) fn remove_folders(
    trial: &TrialLayout,
    kept: Option<&TrialLayout>,
) -> Result<()> {
    for folder in folders(trial)? {
        if kept != Some(&folder) {
            drop(Contents::of(&folder).and_then(|contents| contents.remove()));
        }
    }
    Ok(())
}

/// Moves the files of a training that ended to their final names; its state only if it is kept. Requires
/// the folder's lock, and that the run has claimed the trial.
pub(in crate::results) fn publish(
    trial: &TrialLayout,
    own: &TrialLayout,
    keeps_state: bool,
) -> Result<()> {
    fs::remove_partials(own.root())?;
    fs::remove_partials(&own.checkpoints())?;
    for file in fs::files(own.root())? {
        if file != own.state() {
            let name = file.file_name().unwrap_or_default();
            fs::rename(&file, &trial.root().join(name))?;
        }
    }
    if fs::is_there(&own.checkpoints()) {
        ownership::remove_checkpoints(trial)?;
        move_checkpoints(trial, own)?;
    }
    if keeps_state && fs::is_file(&own.state()) {
        fs::rename(&own.state(), &trial.state())?;
    }
    Ok(())
}

/// Moves the checkpoints of a run one by one, since the folder may contain other files.
pub(in crate::results) fn move_checkpoints(trial: &TrialLayout, own: &TrialLayout) -> Result<()> {
    for file in fs::files(&own.checkpoints())? {
        fs::create_folder(&trial.checkpoints())?;
        let name = file.file_name().unwrap_or_default();
        fs::rename(&file, &trial.checkpoints().join(name))?;
    }
    Ok(())
}
