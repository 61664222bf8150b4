//! Determines which trials of a plan a results folder already has, and which are left to train.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::error::Result;
use crate::event::Outcome;
use crate::fs;
use crate::plan::Trial;
use crate::plan::shard::Shard;
use crate::results::format::files;
use crate::results::format::layout::{Layout, TrialLayout};
use crate::results::format::schema::TrialRecord;
use crate::results::format::tables::Records;
use crate::results::recovery::attempts;
use crate::results::recovery::locks::{Watcher, live_by};

/// Which trials are trained besides those without a result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Also those that failed before.
    pub retry_failed: bool,
    /// Also finished ones whose id begins with this text or whose label contains it. Their
    /// results are replaced.
    pub force: Option<String>,
    /// Only those of this part.
    pub shard: Option<Shard>,
}

impl Selection {
    fn has(&self, trial: &Trial) -> bool {
        self.shard.is_none_or(|shard| shard.has(trial))
    }

    fn forces(&self, trial: &Trial) -> bool {
        let pattern = self.force.as_deref();
        pattern.is_some_and(|p| trial.id.starts_with(p) || trial.label.contains(p))
    }
}

/// The trials that exist and those to train.
#[derive(Debug, Default)]
pub struct Survey {
    /// The records of trials that are not trained again.
    pub(in crate::results) records: Records,
    /// The trials to train, in the plan's order, with those counted in [`Survey::last`] at the end.
    pub to_run: Vec<Arc<Trial>>,
    /// Number of finished trials without probes or checkpoints that are requested now; they are trained again
    /// and keep their results.
    pub lacking: usize,
    /// Number of finished trials with files that are missing or truncated; they are trained again.
    pub damaged: usize,
    /// Number of trials that failed before and are not trained again.
    pub failed: usize,
    /// Number of trials to train after all others and one at a time: their processes ended twice during training.
    pub last: usize,
    /// Number of unfinished trials of other parts.
    pub others: usize,
    /// Ids of trials that are trained because of `--force`.
    pub(in crate::results) forced: BTreeSet<String>,
    /// Ids of trials whose records do not count: the forced and the damaged ones.
    pub(in crate::results) anew: BTreeSet<String>,
}

/// Checks every trial of `plan`, without changing anything.
pub fn survey(layout: &Layout, plan: &[Arc<Trial>], selection: &Selection) -> Result<Survey> {
    let mut survey = Survey::default();
    // Reading the files takes most of the time.
    let found: Result<Vec<Found>> = plan.par_iter().map(|trial| find(layout, trial)).collect();
    for (trial, (record, standing)) in plan.iter().zip(found?) {
        if !selection.has(trial) {
            survey.pass_over(record, standing);
            continue;
        }
        if selection.forces(trial) {
            survey.forced.insert(trial.id.clone());
            survey.anew.insert(trial.id.clone());
            survey.to_run.push(Arc::clone(trial));
            continue;
        }
        let (Some(record), Some(standing)) = (record, standing) else {
            survey.to_run.push(Arc::clone(trial));
            continue;
        };
        match standing {
            Standing::Done => {}
            Standing::Failed if !selection.retry_failed => survey.failed += 1,
            Standing::Failed | Standing::Unfinished => survey.to_run.push(Arc::clone(trial)),
            Standing::Lacking => {
                survey.lacking += 1;
                survey.to_run.push(Arc::clone(trial));
            }
            Standing::Damaged => {
                survey.damaged += 1;
                survey.anew.insert(trial.id.clone());
                survey.to_run.push(Arc::clone(trial));
                continue;
            }
        }
        survey.keep(record);
    }
    survey.put_last(layout)?;
    Ok(survey)
}

impl Survey {
    /// Number of trials that are trained because of `--force`.
    pub fn forced(&self) -> usize {
        self.forced.len()
    }

    /// The vector instruction sets that the finished trials were trained with, where records state them.
    pub fn instruction_sets(&self) -> BTreeSet<String> {
        let finished = self.records.values().filter(|r| r.outcome.is_finished());
        let sets = finished.map(|record| record.instruction_set.clone());
        sets.filter(|set| !set.is_empty()).collect()
    }

    /// Counts a trial of another part: its record counts, and if it is unfinished, it is left to others.
    fn pass_over(&mut self, record: Option<TrialRecord>, standing: Option<Standing>) {
        self.others += usize::from(standing != Some(Standing::Done));
        if let Some(record) = record.filter(|_| standing != Some(Standing::Damaged)) {
            self.keep(record);
        }
    }

    /// Moves trials that ended their processes behind all others, those that did so most often last: of
    /// trials that were under way together, only the one that caused it will do so again.
    fn put_last(&mut self, layout: &Layout) -> Result<()> {
        let to_run = self.to_run.par_iter();
        let watcher = Watcher::of(layout);
        let suspicions: Vec<Option<u32>> = to_run
            .map(|trial| {
                // An attempt that is under way has not failed.
                let is_live = || Ok(live_by(&watcher, layout, &trial.id)?.is_some());
                attempts::suspicion(&layout.trial(&trial.id), is_live)
            })
            .collect::<Result<_>>()?;
        self.last = suspicions.iter().flatten().count();
        let mut trials: Vec<_> =
            std::mem::take(&mut self.to_run).into_iter().zip(suspicions).collect();
        trials.sort_by_key(|(_, suspicion)| *suspicion);
        self.to_run = trials.into_iter().map(|(trial, _)| trial).collect();
        Ok(())
    }

    fn keep(&mut self, record: TrialRecord) {
        self.records.insert(record.id.clone(), record);
    }
}

/// The record of a trial, reduced to what tables need.
type Found = (Option<TrialRecord>, Option<Standing>);

fn find(layout: &Layout, trial: &Trial) -> Result<Found> {
    let Some(mut record) = files::record(layout, trial)? else {
        return Ok((None, None));
    };
    let standing = standing(&record, trial, &layout.trial(&trial.id))?;
    record.forget_details();
    Ok((Some(record), Some(standing)))
}

/// Those of the given trials that have no result now.
pub(in crate::results) fn unfinished(
    layout: &Layout,
    trials: &[Arc<Trial>],
) -> Result<Vec<Arc<Trial>>> {
    let mut unfinished = Vec::new();
    for trial in trials {
        let record = files::record(layout, trial)?;
        if !record.is_some_and(|record| record.outcome.is_finished()) {
            unfinished.push(Arc::clone(trial));
        }
    }
    Ok(unfinished)
}

/// Whether a trial with a record is to be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::results) enum Standing {
    /// Finished, with everything that is requested.
    Done,
    /// Finished, without something that is requested now.
    Lacking,
    /// Finished, but files that belong to it are missing or truncated.
    Damaged,
    /// The trial failed.
    Failed,
    /// The trial was interrupted.
    Unfinished,
}

pub(in crate::results) fn standing(
    record: &TrialRecord,
    trial: &Trial,
    layout: &TrialLayout,
) -> Result<Standing> {
    Ok(match record.outcome {
        Outcome::Failed { .. } => Standing::Failed,
        Outcome::Interrupted => Standing::Unfinished,
        Outcome::Completed | Outcome::Diverged { .. } => {
            let asked = trial.recording.items();
            if !is_whole(record, layout)? {
                Standing::Damaged
            } else if asked.iter().all(|item| record.recording.contains(item)) {
                Standing::Done
            } else {
                Standing::Lacking
            }
        }
    })
}

/// The record of a trial that ended; `None` also for a finished trial with damaged files, which is pending.
pub(in crate::results) fn whole_record(layout: &Layout, id: &str) -> Result<Option<TrialRecord>> {
    let Some(record) = files::record_of(layout, id)? else {
        return Ok(None);
    };
    let counts = !record.outcome.is_finished() || is_whole(&record, &layout.trial(id))?;
    Ok(counts.then_some(record))
}

/// Whether the files of a trial are unchanged since it ended. Of checkpoints and batch orders, which
/// may be large, only the lengths are compared.
fn is_whole(record: &TrialRecord, layout: &TrialLayout) -> Result<bool> {
    for (name, grown) in &record.files {
        let path = layout.root().join(name);
        let is_table = path.extension().is_some_and(|extension| extension == "csv");
        if fs::size(&path) != Some(grown.bytes) || (is_table && !grown.begins(&path)?) {
            return Ok(false);
        }
    }
    Ok(true)
}
