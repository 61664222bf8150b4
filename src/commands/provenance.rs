//! Checks whether the present data are those that results were trained on, before anything is shown as
//! current.

use std::sync::Arc;

use crate::config;
use crate::config::spec::{self, Experiment, TableFile};
use crate::data::{self, Places};
use crate::error::{Error, Result};
use crate::fs;
use crate::plan::Trial;
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::format::manifest::{self, RunEntry};
use crate::results::format::schema::TrialRecord;
use crate::results::status::unplanned;

/// Refuses data that are missing or have changed since trials were trained on them. With `forces`, trials
/// that were trained on other data are trained again.
pub(super) fn check(
    experiment: &Experiment,
    trials: &[Arc<Trial>],
    places: &Places,
    forces: bool,
) -> Result<()> {
    let layout = Layout::new(&experiment.output.dir);
    for table in &experiment.tables {
        check_presence(table, &layout)?;
    }
    if forces {
        return Ok(());
    }
    for table in &experiment.tables {
        check_stored(table)?;
        check_results(table, &layout, trials)?;
    }
    check_published(experiment, &layout, places)
}

/// Refuses a table that is missing: it is needed for training and for the ids of its trials.
pub(super) fn check_presence(table: &TableFile, layout: &Layout) -> Result<()> {
    if table.now.is_some() {
        return Ok(());
    }
    let TableFile { key, path, stored, .. } = table;
    let path = path.display();
    let trained_on = stored.clone().or(kept_sum(table, layout)?);
    let Some(sum) = trained_on else {
        return Err(Error::Data(format!(
            "there is no file `{path}`, which `{key}` names{}",
            elsewhere(table)
        )));
    };
    let results = layout.root().display();
    Err(Error::Data(format!(
        "the table `{path}` (`{key}`) is not there any more; trials were trained on it when its SHA-256 was {sum}\n  hint: bring that file along, or say where it is with `-o {key}=PATH`; with another table `bn-lab run --force` trains anew. What was trained can be read without it: `bn-lab results {results}`"
    )))
}

/// A hint with the place of the file where an earlier version would have found it.
fn elsewhere(table: &TableFile) -> String {
    let key = table.key;
    let mut rest = table.path.components();
    let mut found = None;
    while found.is_none() && rest.next().is_some() {
        found = Some(rest.as_path()).filter(|path| fs::is_file(path));
    }
    let rule = format!(
        "\n  hint: a path in an experiment file is relative to the file's folder, one in `-o {key}=PATH` to the working directory"
    );
    match found {
        Some(path) => format!("{rule}; there is `{}` here", path.display()),
        None => rule,
    }
}

/// Compares a table with the checksum in the experiment file.
fn check_stored(table: &TableFile) -> Result<()> {
    match (&table.stored, &table.now) {
        (Some(was), Some(is)) if was != is => Err(Error::Data(format!(
            "the table `{}` (`{}`) has changed since this experiment was trained on it: its SHA-256 was {was}, is {is}\n  hint: say where the earlier table is with `-o {}=PATH`, or train anew on this one with `bn-lab run --force`",
            table.path.display(),
            table.key,
            table.key
        ))),
        _ => Ok(()),
    }
}

/// Compares a table with the checksum that the results folder recorded when its trials were trained.
fn check_results(table: &TableFile, layout: &Layout, trials: &[Arc<Trial>]) -> Result<()> {
    let (Some(was), Some(is)) = (kept_sum(table, layout)?, &table.now) else {
        return Ok(());
    };
    let has_results = |trial: &Arc<Trial>| Ok::<_, Error>(files::record(layout, trial)?.is_some());
    if was == *is || trials.iter().map(has_results).any(|has| !matches!(has, Ok(false))) {
        return Ok(());
    }
    let content = format!("{}{was}", config::CONTENT);
    let is_of_it = |record: &TrialRecord| {
        let value = record.settings.get(table.key);
        record.outcome.is_finished() && value.and_then(|v| v.as_str()) == Some(&content)
    };
    let records = unplanned::records(layout, trials)?;
    let finished = records.iter().filter(|record| is_of_it(record)).count();
    if finished == 0 {
        return Ok(());
    }
    Err(Error::Data(format!(
        "the table `{}` (`{}`) has changed since {} in `{}` were trained on it: its SHA-256 was {was}, is {is}\n  hint: `bn-lab run --force` trains anew on the table as it is now; `-o output.dir=DIR` does so in another folder; `bn-lab results {}` shows what was trained",
        table.path.display(),
        table.key,
        crate::units::trials(finished),
        layout.root().display(),
        layout.root().display()
    )))
}

/// The checksum of the table in the experiment that the results folder stores.
fn kept_sum(table: &TableFile, layout: &Layout) -> Result<Option<String>> {
    let Some(text) = fs::read_if_exists(&layout.experiment())? else {
        return Ok(None);
    };
    let Ok(experiment) = toml::from_slice::<toml::Table>(&text) else {
        return Ok(None);
    };
    let wanted = fs::physical(&table.path);
    let is_it = |path: &String| fs::physical(&layout.root().join(path)) == wanted;
    let mut sums = config::sums_of(&experiment).into_iter();
    Ok(sums.find(|(path, _)| is_it(path)).map(|(_, sum)| sum))
}

/// Compares the files of published datasets with the checksums in the manifest.
fn check_published(experiment: &Experiment, layout: &Layout, places: &Places) -> Result<()> {
    let manifest = manifest::read(layout)?;
    let mut looked: Vec<&spec::Dataset> = Vec::new();
    for condition in &experiment.conditions {
        let dataset = &condition.settings.data.dataset;
        if looked.contains(&dataset) {
            continue;
        }
        looked.push(dataset);
        let known = |file: &str| trained_on(&manifest.runs, dataset.name(), file);
        // Without a record there is nothing to compare with, so the files are not read.
        if !manifest.runs.iter().any(|run| run.datasets.contains_key(dataset.name())) {
            continue;
        }
        let Some((_, now)) = data::files(dataset, places)? else {
            continue;
        };
        for (file, is) in &now.files {
            if let Some(was) = known(file).filter(|was| *was != is) {
                return Err(Error::Data(format!(
                    "`{file}` of the dataset `{}` has changed since trials in `{}` were trained on it: the SHA-256 of its unpacked bytes was {was}, is {is}\n  hint: `--data-dir DIR` says where the earlier files are; `bn-lab run --force` trains anew on these; `-o output.dir=DIR` does so in another folder",
                    dataset.name(),
                    layout.root().display()
                )));
            }
        }
    }
    Ok(())
}

/// The checksum of a dataset's file when a run last trained on it.
fn trained_on<'a>(runs: &'a [RunEntry], dataset: &str, file: &str) -> Option<&'a String> {
    let runs = runs.iter().rev();
    let mut trained = runs.filter(|run| run.trained > 0 || run.finished.is_empty());
    trained.find_map(|run| run.datasets.get(dataset)?.files.get(file))
}

/// Why finished trials of an earlier version are trained again; `None` where there are none.
pub(super) fn named_by_path(
    experiment: &Experiment,
    trials: &[Arc<Trial>],
) -> Result<Option<String>> {
    if experiment.tables.is_empty() {
        return Ok(None);
    }
    let layout = Layout::new(&experiment.output.dir);
    let is_earlier = |record: &&TrialRecord| {
        let file = record.settings.get("data.file").and_then(|v| v.as_str());
        record.outcome.is_finished() && file.is_some_and(|file| !file.starts_with(config::CONTENT))
    };
    let records = unplanned::records(&layout, trials)?;
    let count = records.iter().filter(is_earlier).count();
    Ok((count > 0).then(|| {
        format!(
            "note: {} here were trained by an earlier version, which knew a table by its path; a trial is now known by what its table holds, so they are trained again. The earlier ones stay until `bn-lab clean --remove`",
            crate::units::trials(count)
        )
    }))
}
