//! What a results folder already has of a plan, and what is left to do.

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

/// Which trials are trained besides those that have no result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Those that failed before.
    pub retry_failed: bool,
    /// Finished ones too: those whose id begins with this text or whose label contains it. Their
    /// results are replaced.
    pub force: Option<String>,
    /// None but those of this part.
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

/// What is there and what is to do.
#[derive(Debug, Default)]
pub struct Survey {
    /// The records that count.
    pub(in crate::results) records: Records,
    /// The trials to train, in the plan's order, but for the [`Survey::last`] ones.
    pub to_run: Vec<Arc<Trial>>,
    /// Finished, but without probes or checkpoints that are asked for now; trained again beside
    /// their results.
    pub lacking: usize,
    /// Finished once, but files of them are missing or torn; trained anew.
    pub damaged: usize,
    /// Failed before, and not to be trained again.
    pub failed: usize,
    /// To train after all others, and one at a time: their processes ended twice while they were trained.
    pub last: usize,
    /// Not finished, and of other parts.
    pub others: usize,
    /// The ids of those that are trained because that is forced.
    pub(in crate::results) forced: BTreeSet<String>,
    /// The ids of those whose records do not count: the forced and the damaged.
    pub(in crate::results) anew: BTreeSet<String>,
}

/// Looks at every trial of `plan`. Reads only.
pub fn survey(layout: &Layout, plan: &[Arc<Trial>], selection: &Selection) -> Result<Survey> {
    let mut survey = Survey::default();
    // Reading is what takes the time.
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
    /// How many trials are trained because that is forced.
    pub fn forced(&self) -> usize {
        self.forced.len()
    }

    /// The vector instruction sets that the finished trials were trained with, where records say so.
    pub fn instruction_sets(&self) -> BTreeSet<String> {
        let finished = self.records.values().filter(|r| r.outcome.is_finished());
        let sets = finished.map(|record| record.instruction_set.clone());
        sets.filter(|set| !set.is_empty()).collect()
    }

    /// A trial of another part: what it left counts, and whatever it lacks is others' work.
    fn pass_over(&mut self, record: Option<TrialRecord>, standing: Option<Standing>) {
        self.others += usize::from(standing != Some(Standing::Done));
        if let Some(record) = record.filter(|_| standing != Some(Standing::Damaged)) {
            self.keep(record);
        }
    }

    /// Puts trials that ended their processes behind all others, those that did so most often last: of
    /// trials that were under way together, the one that is to blame goes on to do so.
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

/// What a folder has of a trial, without what no table needs.
type Found = (Option<TrialRecord>, Option<Standing>);

fn find(layout: &Layout, trial: &Trial) -> Result<Found> {
    let Some(mut record) = files::record(layout, trial)? else {
        return Ok((None, None));
    };
    let standing = standing(&record, trial, &layout.trial(&trial.id))?;
    record.forget_details();
    Ok((Some(record), Some(standing)))
}

/// Those of some trials that have no result now.
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

/// What a record says about whether its trial is to be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::results) enum Standing {
    /// It has its result, and left everything that is asked for.
    Done,
    /// It has its result, but not everything that is asked for now.
    Lacking,
    /// It has its result, but files that belong to it are missing or torn.
    Damaged,
    /// It failed.
    Failed,
    /// It was interrupted.
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

/// Whether the files of a trial are what they were when it ended. Of networks and batch orders, which
/// may be large, only the lengths are looked at.
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
