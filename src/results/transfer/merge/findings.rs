//! The trials in the folders of a merge, collected before anything is written.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Merged;
use crate::error::{Error, Result};
use crate::event::Outcome;
use crate::fs;
use crate::plan::Trial;
use crate::plan::kernels::Kernels;
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::format::schema::{EpochRow, TrialRecord};
use crate::results::recovery::retrain;
use crate::results::recovery::survey::{self, Standing};
use crate::results::recovery::takeover;

/// For each finished trial, the folder to copy it from.
pub(super) struct Findings<'a> {
    trials: HashMap<&'a str, &'a Arc<Trial>>,
    /// The chosen copy, by the trial's id.
    pub(super) chosen: BTreeMap<String, Chosen>,
    /// For each trial that failed, by id, the first folder with its record.
    failed: BTreeMap<String, Layout>,
    /// The device that the trials were trained on, and the record that states it.
    device: Option<(String, PathBuf)>,
    /// The kernels that they were trained with, and the record that states them.
    kernels: Option<(Kernels, PathBuf)>,
    /// The digest of each dataset, by the settings that name it, and the record that states it.
    data: BTreeMap<String, (String, PathBuf)>,
    unplanned: usize,
    /// Records that cannot be used, by the ids of their trials.
    torn: BTreeMap<String, PathBuf>,
}

/// A finished trial.
pub(super) struct Chosen {
    /// The results folder that has it.
    pub(super) folder: Layout,
    /// Whether it has all probes and checkpoints that are requested.
    is_whole: bool,
    instruction_set: String,
    outcome: Outcome,
    last: Option<EpochRow>,
    best: Option<EpochRow>,
}

impl<'a> Findings<'a> {
    pub(super) fn of(trials: &'a [Arc<Trial>]) -> Self {
        Self {
            trials: trials.iter().map(|t| (t.id.as_str(), t)).collect(),
            chosen: BTreeMap::new(),
            failed: BTreeMap::new(),
            device: None,
            kernels: None,
            data: BTreeMap::new(),
            unplanned: 0,
            torn: BTreeMap::new(),
        }
    }

    pub(super) fn look_into_all(&mut self, folders: &[Layout]) -> Result<()> {
        folders.iter().try_for_each(|folder| self.look_into(folder))
    }

    pub(super) fn look_into(&mut self, folder: &Layout) -> Result<()> {
        for path in fs::folders(&folder.trials())? {
            let id = path.file_name().unwrap_or_default().to_string_lossy();
            let Some(&trial) = self.trials.get(id.as_ref()) else {
                self.unplanned += 1;
                continue;
            };
            let layout = folder.trial(&trial.id);
            let Some(record) = files::record(folder, trial)? else {
                if fs::is_file(&layout.trial()) {
                    self.torn.insert(trial.id.clone(), layout.trial());
                }
                continue;
            };
            match survey::standing(&record, trial, &layout)? {
                Standing::Done => self.found(folder, trial, record, true)?,
                Standing::Lacking => self.found(folder, trial, record, false)?,
                Standing::Damaged => {
                    self.torn.insert(trial.id.clone(), layout.trial());
                }
                Standing::Failed => {
                    let id = trial.id.clone();
                    self.failed.entry(id).or_insert_with(|| folder.clone());
                }
                Standing::Unfinished => {}
            }
        }
        Ok(())
    }

    /// Adds a finished trial. The folder that was read first is preferred, unless a
    /// later one has probes and checkpoints that it lacks.
    fn found(
        &mut self,
        folder: &Layout,
        trial: &Trial,
        record: TrialRecord,
        is_whole: bool,
    ) -> Result<()> {
        let path = folder.trial(&trial.id).trial();
        self.check_provenance(&record, &path)?;
        if let Some(earlier) = self.chosen.get(&trial.id) {
            if !earlier.agrees_with(&record) {
                let one = earlier.folder.trial(&trial.id).trial();
                let sets = [&earlier.instruction_set, &record.instruction_set];
                return Err(conflict([&one, &path], sets));
            }
            if earlier.is_whole || !is_whole {
                return Ok(());
            }
        }
        let chosen = Chosen {
            folder: folder.clone(),
            is_whole,
            instruction_set: record.instruction_set,
            outcome: record.outcome,
            last: record.last,
            best: record.best,
        };
        self.chosen.insert(record.id, chosen);
        Ok(())
    }

    /// Trials of different devices or kernels, or of different data under one name, are not paired.
    fn check_provenance(&mut self, record: &TrialRecord, path: &Path) -> Result<()> {
        let (device, one) =
            self.device.get_or_insert_with(|| (record.device.clone(), path.to_owned()));
        if *device != record.device {
            return Err(mixed("on device", (device, one), (&record.device, path)));
        }
        let (kernels, one) = self.kernels.get_or_insert_with(|| (record.kernels, path.to_owned()));
        if *kernels != record.kernels {
            let (one, other) = ((kernels.name(), &**one), (record.kernels.name(), path));
            return Err(mixed("with kernels", one, other));
        }
        let settings = record.settings.iter();
        let data: BTreeMap<_, _> = settings.filter(|(key, _)| key.starts_with("data.")).collect();
        let name = serde_json::json!(data).to_string();
        let (data, one) =
            self.data.entry(name).or_insert_with(|| (record.data.clone(), path.to_owned()));
        if *data != record.data {
            return Err(mixed("on data with digest", (data, one), (&record.data, path)));
        }
        Ok(())
    }

    /// The trials that failed and that no folder has finished, with the folder to copy each from. Where the
    /// target can resume an attempt of its own, that attempt is kept.
    pub(super) fn failed(&self, target: &Layout) -> impl Iterator<Item = (&String, &Layout)> {
        self.failed.iter().filter(move |(id, folder)| {
            // Where it cannot be determined, nothing is deleted.
            let has_state = || takeover::has_state(&target.trial(id)).unwrap_or(true);
            let is_under_way = *folder != target && has_state();
            !self.chosen.contains_key(*id) && !is_under_way
        })
    }

    pub(super) fn merged(self, target: &Layout) -> Merged {
        let failed: Vec<&Layout> = self.failed(target).map(|(_, folder)| folder).collect();
        let finished = self.chosen.values().map(|chosen| &chosen.folder);
        let all = finished.chain(failed.iter().copied());
        let copied = all.filter(|folder| *folder != target).count();
        let failed = failed.len();
        let sets = self.chosen.values().map(|c| c.instruction_set.clone());
        let instruction_sets = sets.filter(|set| !set.is_empty()).collect();
        let is_missed = |(id, _): &(String, PathBuf)| !self.chosen.contains_key(id);
        let torn = self.torn.into_iter().filter(is_missed);
        Merged {
            planned: self.trials.len(),
            copied,
            finished: self.chosen.len(),
            failed,
            unplanned: self.unplanned,
            torn: torn.map(|(_, path)| path).collect(),
            instruction_sets,
        }
    }
}

impl Chosen {
    /// Whether the other copy of the trial has the same metrics.
    fn agrees_with(&self, record: &TrialRecord) -> bool {
        let (last, best) = (record.last.as_ref(), record.best.as_ref());
        self.outcome == record.outcome
            && retrain::figures(self.last.as_ref()) == retrain::figures(last)
            && retrain::figures(self.best.as_ref()) == retrain::figures(best)
    }
}

fn conflict(paths: [&Path; 2], sets: [&String; 2]) -> Error {
    let [one, other] = paths.map(Path::display);
    let why = retrain::why_other_figures(sets[0], sets[1]);
    Error::Results(format!(
        "`{one}` and `{other}` are the same trial with different figures\n  hint: {why}; nothing was written"
    ))
}

/// `what` is, for example, `on device`.
fn mixed(what: &str, one: (&str, &Path), other: (&str, &Path)) -> Error {
    let (on, _) = what.split_once(' ').unwrap_or((what, ""));
    Error::Results(format!(
        "`{}` was trained {what} `{}`, and `{}` {on} `{}`: their numbers are not paired\n  hint: merge only what was trained alike; nothing was written",
        one.1.display(),
        one.0,
        other.1.display(),
        other.0
    ))
}
