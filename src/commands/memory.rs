//! Notes on the memory that training needs, printed before it starts.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::data::DatasetSize;
use crate::plan::Trial;
use crate::results::status::overview::Memory;
use crate::train::BurnTrainer;
use crate::train::memory::{self, Estimate};
use crate::units;

/// A note where a single trial does not fit into memory.
pub(super) fn too_large(trainer: &BurnTrainer, trials: &[Arc<Trial>]) -> Option<String> {
    let too_large = trials.iter().filter(|trial| trainer.too_large(trial).is_some());
    let (count, first) = (too_large.clone().count(), too_large.clone().next()?);
    Some(format!(
        "note: {} are not trained here; of the first, `{}`: {}",
        units::counted(count, "trial", "trials"),
        first.label,
        trainer.too_large(first)?
    ))
}

/// A note where fewer trials than `jobs` fit into memory at a time.
pub(super) fn note(
    trainer: &BurnTrainer,
    trials: &[Arc<Trial>],
    jobs: usize,
    memory: Option<u64>,
) -> Option<String> {
    let (jobs, memory) = (jobs.min(trials.len()) as u64, memory?);
    let fits = |estimate: &Estimate| estimate.alone() <= memory;
    let estimates = conditions(trials).filter_map(|trial| trainer.estimate(trial));
    let largest = estimates.filter(fits).max_by_key(|estimate| estimate.trial)?;
    let together =
        largest.alone().saturating_add(largest.trial.saturating_mul(jobs.saturating_sub(1)));
    (together > memory).then(|| {
        format!(
            "note: the largest trials take about {} of memory each, and there is {}: fewer than {jobs} of them are trained at a time",
            units::size(largest.trial),
            units::size(memory)
        )
    })
}

/// A note where the amount that `--memory` states is more than the machine has.
pub(super) fn note_of_more(asked: Option<u64>, there_is: Option<u64>) -> Option<String> {
    let (asked, there_is) = (asked?, there_is?);
    (asked > there_is).then(|| {
        format!(
            "note: `--memory` says {}, and this machine or container has {}: trials that take more than that are killed",
            units::size(asked),
            units::size(there_is)
        )
    })
}

/// The memory that the trials of a plan need, and how many conditions need more than `limit`; `tables` has the
/// sizes of the tables that were read, by the settings that determine their content. `None` where nothing is known.
pub(super) fn outlook(
    trials: &[Arc<Trial>],
    tables: &BTreeMap<String, DatasetSize>,
    limit: Option<u64>,
) -> Option<Memory> {
    let estimate = |trial: &Arc<Trial>| {
        let settings = &trial.condition.settings;
        let table = tables.get(&settings.data.content()).copied();
        let facts = table.or_else(|| DatasetSize::of_settings(&settings.data))?;
        let estimate = memory::estimate(settings, &trial.recording, facts);
        Some((estimate.alone(), trial.label.clone()))
    };
    let all: Vec<(u64, String)> = conditions(trials).filter_map(estimate).collect();
    let too_large = all.iter().filter(|(bytes, _)| limit.is_some_and(|limit| *bytes > limit));
    let too_large = too_large.count();
    // In a tie, the first condition.
    let largest = all.into_iter().rev().max_by_key(|(bytes, _)| *bytes);
    largest.map(|(bytes, label)| Memory { bytes, label, limit, too_large })
}

/// One trial of each condition.
fn conditions(trials: &[Arc<Trial>]) -> impl Iterator<Item = &Arc<Trial>> {
    let mut known = HashSet::new();
    trials.iter().filter(move |trial| known.insert(trial.condition.index))
}
