//! Reads a results folder for charts, tables and reports, which do not access its files in any other way.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use crate::config;
use crate::description::DatasetDescription;
use crate::error::{Error, Result};
use crate::fs;
use crate::results::agreement;
use crate::results::format::compact;
use crate::results::format::curves::{self, Curves};
use crate::results::format::datasets;
use crate::results::format::files::{TrialsTable, damaged, experiment, trials_table};
use crate::results::format::layout::Layout;
use crate::results::format::manifest;
use crate::results::query::{Claim, Details, Labels, Results, TrialCurves, Tuning};
use crate::units;

/// The parts of `experiment.toml` that charts and reports need.
#[derive(Deserialize)]
struct Header {
    name: String,
    #[serde(default)]
    question: String,
    output: OutputHeader,
    tune: Option<TuneHeader>,
    #[serde(default)]
    norm: toml::Table,
}

#[derive(Deserialize)]
struct TuneHeader {
    key: String,
    per: Vec<String>,
    metric: String,
}

#[derive(Deserialize)]
struct OutputHeader {
    target_accuracy: f64,
}

/// Adds `details` to `results`, which were read from the folder at `root` without them.
pub fn with_details<'r>(
    root: &Path,
    results: Cow<'r, Results>,
    details: &Details,
) -> Result<Cow<'r, Results>> {
    if *details == Details::default() {
        return Ok(results);
    }
    read_with(root, details).map(Cow::Owned)
}

/// Reads the results folder at `root`, without details.
pub fn read(root: &Path) -> Result<Results> {
    read_with(root, &Details::default())
}

/// Reads the results folder at `root` with the requested `details`; they are empty where a trial
/// recorded none.
pub fn read_with(root: &Path, details: &Details) -> Result<Results> {
    let layout = Layout::new(root);
    let bytes = experiment(&layout)?;
    let manifest = manifest::read(&layout)?;
    let header: Header = toml::from_slice(&bytes).map_err(|e| damaged(&layout.experiment(), &e))?;
    let table = checked_table(&layout)?;
    let ids: Vec<&str> = table.rows.iter().filter_map(|row| row.get(0)).collect();
    let curves = curves::read(&layout, &ids, details)?;
    let untimed = curves.iter().filter(|curves| curves.is_untimed).count();
    let datasets = datasets::of_trials(&layout, &ids, manifest)?;
    let rows = table.rows.iter().zip(curves).zip(datasets);
    let trials = rows.map(|((row, curves), data)| trial(&table, row, curves, data));
    Ok(Results {
        name: header.name,
        question: header.question,
        target_accuracy: header.output.target_accuracy,
        trials: trials.collect::<Result<_>>()?,
        norm: header
            .norm
            .iter()
            .map(|(key, value)| (format!("norm.{key}"), shown(value)))
            .collect(),
        axes: table.axes(),
        cautions: cautions(&layout, &bytes),
        untimed,
        labels: Labels::default(),
        whole: None,
        claim: claim_of(&layout, &bytes)?,
        planned: Vec::new(),
        tuning: header.tune.map(|tune| Tuning {
            higher_is_better: tune.metric != "validation_loss",
            key: tune.key,
            per: tune.per,
            metric: tune.metric,
        }),
    })
}

/// A value as text: strings without quotes, everything else as in the file.
pub(in crate::results) fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Warnings about the settings; none where this version cannot read them.
fn cautions(layout: &Layout, experiment: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(experiment);
    let tree: toml::Table = toml::from_str(&text).unwrap_or_default();
    // A large sweep has many conditions, and hardly any experiment has batches of one example.
    if !may_have_batches_of_one(&tree) {
        return Vec::new();
    }
    let loaded = config::parse(&layout.experiment(), &text, &[]);
    loaded.map_or_else(|_| Vec::new(), |loaded| config::cautions(&loaded.experiment.conditions))
}

/// Whether some batch size is 1, or is written in a form that only the experiment's parser resolves.
fn may_have_batches_of_one(tree: &toml::Table) -> bool {
    let is_one = |value: &toml::Value| value.as_integer() == Some(1);
    tree.iter().any(|(key, value)| match value {
        toml::Value::Table(tree) if !key.ends_with("batch_size") => may_have_batches_of_one(tree),
        toml::Value::Array(values) if !key.ends_with("batch_size") => {
            let tables = values.iter().filter_map(toml::Value::as_table);
            tables.into_iter().any(may_have_batches_of_one)
        }
        _ if !key.ends_with("batch_size") => false,
        toml::Value::Array(values) => values.iter().any(is_one),
        toml::Value::Integer(_) => is_one(value),
        _ => true,
    })
}

/// The claim of the experiment in the results folder at `root`, if it has one.
pub fn claim(root: &Path) -> Result<Option<Claim>> {
    let layout = Layout::new(root);
    claim_of(&layout, &experiment(&layout)?)
}

fn claim_of(layout: &Layout, experiment: &[u8]) -> Result<Option<Claim>> {
    let path = layout.experiment();
    let text = String::from_utf8_lossy(experiment);
    config::claim_of(&path, &text).map_err(|e| damaged(&path, &e))
}

/// Reads `trials.csv`, which must agree with the records of trials whose folders still exist.
pub(in crate::results) fn checked_table(layout: &Layout) -> Result<TrialsTable> {
    let table = trials_table(layout)?;
    check_presence(layout, &table)?;
    agreement::current(layout, table)
}

/// Refuses a folder whose table lists finished trials whose folders are gone: their measurements cannot
/// be read any more.
fn check_presence(layout: &Layout, table: &TrialsTable) -> Result<()> {
    if compact::is_compact(layout) {
        return Ok(());
    }
    let outcome = |row: &csv::StringRecord| row.get(table.axes.end) != Some("pending");
    let ended: Vec<&str> =
        table.rows.iter().filter(|row| outcome(row)).filter_map(|row| row.get(0)).collect();
    let mut gone = ended.iter().filter(|id| !fs::is_there(layout.trial(id).root()));
    let Some(first) = gone.next() else {
        return Ok(());
    };
    Err(Error::Results(format!(
        "`{}` is incomplete: `trials.csv` lists {} that ended, and the folders of {} of them are missing, the first `{}`\n  hint: put them back, or run the experiment again: it trains what is missing",
        layout.root().display(),
        units::trials(ended.len()),
        1 + gone.count(),
        layout.trial(first).root().display()
    )))
}

fn trial(
    table: &TrialsTable,
    row: &csv::StringRecord,
    curves: Curves,
    data: Option<Arc<DatasetDescription>>,
) -> Result<TrialCurves> {
    let cell = |column: usize| row.get(column).unwrap_or_default();
    let diverged = table.axes.end + 1;
    Ok(TrialCurves {
        id: cell(0).to_owned(),
        condition: table.number(row, 1)? as usize,
        replicate: table.number(row, 2)?,
        axes: table.axes.clone().map(|column| cell(column).to_owned()).collect(),
        status: table.status(row)?,
        data,
        diverged_step: if cell(diverged).is_empty() {
            None
        } else {
            Some(table.number(row, diverged)? as usize)
        },
        epochs: curves.epochs,
        seconds: curves.seconds,
        steps: curves.steps,
        layers: curves.layers,
        predictions: curves.predictions,
        pictures: curves.pictures,
        norm: None,
    })
}
