//! The data of a run's trials: loaded before any of them starts, and identified by checksums of the files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::commands::{data, say};
use crate::config::spec;
use crate::data::{Loader, Places};
use crate::description::DatasetFiles;
use crate::error::Result;
use crate::plan::Trial;
use crate::train::BurnTrainer;

/// Loads the datasets that the trials need, downloading them if necessary, and checks that the trials can
/// be trained on them, before any of them starts.
pub(super) fn provide(
    trainer: &BurnTrainer,
    trials: &[Arc<Trial>],
    places: &Places,
    quiet: bool,
) -> Result<()> {
    let Some(first) = trials.first() else {
        return Ok(());
    };
    let mut loader = Loader::of(trials.iter().map(|trial| &trial.condition.settings.data));
    for trial in trials {
        // Such a trial is not trained, so its dataset needs no memory either.
        if trainer.too_large(trial).is_some() {
            continue;
        }
        trainer.provide(&trial.condition, || {
            data::load(&mut loader, &trial.condition.settings.data, places, quiet)
        })?;
        // All replicates have the same number of examples.
        if trial.replicate == first.replicate && trainer.too_large(trial).is_none() {
            trainer.check(trial)?;
        }
    }
    Ok(())
}

/// The files of the published datasets that these trials are trained on, by the datasets' names. Prints a
/// note on those that differ from what was published.
pub(super) fn files(
    trials: &[Arc<Trial>],
    places: &Places,
    quiet: bool,
) -> Result<BTreeMap<String, DatasetFiles>> {
    let mut all: BTreeMap<String, DatasetFiles> = BTreeMap::new();
    for dataset in datasets(trials) {
        let Some((folder, found)) = crate::data::files(dataset, places)? else {
            continue;
        };
        let name = dataset.name();
        if !found.published && !quiet {
            say(&format!(
                "note: the files in `{}` do not hold what was published as `{name}`: results name them by their digest, and the report says so; `bn-lab data verify` says which they are",
                folder.display()
            ));
        }
        // Conditions may read different files of one dataset.
        let files = all
            .entry(name.to_owned())
            .or_insert(DatasetFiles { published: true, ..DatasetFiles::default() });
        files.published &= found.published;
        files.files.extend(found.files);
    }
    Ok(all)
}

/// The distinct datasets of these trials.
fn datasets(trials: &[Arc<Trial>]) -> Vec<&spec::Dataset> {
    let mut known: Vec<&spec::Dataset> = Vec::new();
    for trial in trials {
        let dataset = &trial.condition.settings.data.dataset;
        if !known.contains(&dataset) {
            known.push(dataset);
        }
    }
    known
}

/// Prints a note where `--data-dir` names a folder that a dataset is not read from.
pub(super) fn tell_of_unused_folder(trials: &[Arc<Trial>], places: &Places) {
    let Some(folder) = &places.data_dir else {
        return;
    };
    for dataset in datasets(trials) {
        if let Some(why) = crate::data::not_given(dataset, places) {
            say(&format!(
                "note: `--data-dir {}` is not used for `{}`: it {why}",
                folder.display(),
                dataset.name()
            ));
        }
    }
}
