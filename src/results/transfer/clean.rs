//! Files in a results folder that are not part of the experiment: trials of an earlier version of
//! it, and files that killed runs left.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::spec::Experiment;
use crate::error::Result;
use crate::fs;
use crate::plan::Trial;
use crate::results::format::files;
use crate::results::format::layout::{Layout, TrialLayout};
use crate::results::format::schema::TrialRecord;
use crate::results::recovery::locks::{self, Watcher};
use crate::results::recovery::ownership::Contents;
use crate::results::recovery::takeover;
use crate::results::status::{differences, unplanned};

/// Something in a results folder that the experiment does not need.
#[derive(Debug, Clone, PartialEq)]
pub struct Leftover {
    /// The trial's id, or the name of a file.
    pub name: String,
    /// The path of the file or folder.
    pub path: PathBuf,
    /// Size in bytes of all its files that bn-lab wrote.
    pub bytes: u64,
    /// Files in it that bn-lab did not write, which are kept.
    pub others: Vec<PathBuf>,
    /// Why it is not needed.
    pub why: String,
    /// Whether a run is using it; then it is kept.
    pub is_in_use: bool,
}

/// The trials on disk that are not in `plan`, in the order of their ids.
pub fn stale(
    layout: &Layout,
    experiment: &Experiment,
    plan: &[Arc<Trial>],
) -> Result<Vec<Leftover>> {
    let ids = unplanned::ids(layout, plan)?;
    let records: Vec<Option<TrialRecord>> =
        ids.par_iter().map(|id| files::record_of(layout, id)).collect::<Result<_>>()?;
    let reasons = reasons(experiment, plan, &records);
    let stale: Vec<Option<Leftover>> = ids
        .into_par_iter()
        .zip(reasons)
        .map(|(id, why)| {
            let is_in_use = locks::live(layout, &id)?.is_some();
            of_folder(id.clone(), &layout.trial(&id), why, is_in_use)
        })
        .collect::<Result<_>>()?;
    Ok(stale.into_iter().flatten().collect())
}

/// The folder of a trial or of a training; `None` where everything in it belongs to the user.
fn of_folder(
    name: String,
    folder: &TrialLayout,
    why: String,
    is_in_use: bool,
) -> Result<Option<Leftover>> {
    let contents = Contents::of(folder)?;
    Ok(contents.is_ours().then(|| Leftover {
        name,
        path: folder.root().to_owned(),
        bytes: contents.bytes(),
        others: contents.others,
        why,
        is_in_use,
    }))
}

/// Why each of these trials is not part of the experiment.
fn reasons(
    experiment: &Experiment,
    plan: &[Arc<Trial>],
    records: &[Option<TrialRecord>],
) -> Vec<String> {
    let known: Vec<TrialRecord> = records.iter().flatten().cloned().collect();
    let planned: Vec<&Trial> = plan.iter().map(Arc::as_ref).collect();
    let mut differences = differences::to_nearest_planned(&planned, &known).into_iter();
    let reason = |record: &Option<TrialRecord>| {
        let Some(record) = record else {
            return "it never ended; its settings are not known".to_owned();
        };
        match differences.next().flatten() {
            Some(difference) => difference.to_string(),
            None if record.replicate > experiment.replicates => {
                format!(
                    "`replicates` was {} or more, is {}",
                    record.replicate, experiment.replicates
                )
            }
            None => "the experiment has nothing like it".to_owned(),
        }
    };
    records.iter().map(reason).collect()
}

/// Files that killed runs left: partial files, and second trainings that did not end.
pub fn debris(layout: &Layout) -> Result<Vec<Leftover>> {
    let is_live = locks::has_runs(&Watcher::of(layout))?;
    let mut debris = Vec::new();
    for folder in [layout.root().to_owned(), layout.charts()] {
        debris.extend(partials(&folder, is_live)?);
    }
    let of_trials: Vec<Vec<Leftover>> = fs::folders(&layout.trials())?
        .par_iter()
        .map(|folder| debris_of_trial(layout, folder))
        .collect::<Result<_>>()?;
    debris.extend(of_trials.into_iter().flatten());
    Ok(debris)
}

fn debris_of_trial(layout: &Layout, folder: &Path) -> Result<Vec<Leftover>> {
    let id = folder.file_name().unwrap_or_default().to_string_lossy();
    let trial = layout.trial(&id);
    let is_in_use = locks::live(layout, &id)?.is_some();
    let mut debris = partials(trial.root(), is_in_use)?;
    debris.extend(partials(&trial.checkpoints(), is_in_use)?);
    let mut seconds = vec![trial.again()];
    seconds.retain(|again| fs::is_folder(again.root()));
    let record = files::record_of(layout, &id)?;
    // An unfinished trial resumes from there.
    if record.is_some_and(|record| record.outcome.is_finished()) {
        seconds.extend(takeover::folders(&trial)?);
    }
    for folder in seconds {
        let name = folder.root().file_name().unwrap_or_default().to_string_lossy();
        let name = format!("trials/{id}/{name}");
        let why = "a second training for more probes or checkpoints did not end".to_owned();
        debris.extend(of_folder(name, &folder, why, is_in_use)?);
    }
    Ok(debris)
}

fn partials(folder: &Path, is_in_use: bool) -> Result<Vec<Leftover>> {
    let partial = |path: PathBuf| Leftover {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: fs::size(&path).unwrap_or_default(),
        others: Vec::new(),
        why: "a killed run left it half-written".to_owned(),
        is_in_use: is_in_use || fs::is_being_written(&path),
        path,
    };
    Ok(fs::partials(folder)?.into_iter().map(partial).collect())
}

/// Deletes what is not in use, and returns the number of bytes. Refuses while a run into the
/// folder is alive: what is stale for one experiment may be needed by the other.
pub fn remove(layout: &Layout, leftovers: &[Leftover]) -> Result<u64> {
    locks::while_nobody_runs(layout, || {
        let mut bytes = 0;
        for leftover in leftovers.iter().filter(|leftover| !leftover.is_in_use) {
            if fs::is_file(&leftover.path) {
                fs::remove_if_exists(&leftover.path)?;
            } else {
                Contents::of(&TrialLayout::at(leftover.path.clone()))?.remove()?;
            }
            bytes += leftover.bytes;
        }
        Ok(bytes)
    })
}
