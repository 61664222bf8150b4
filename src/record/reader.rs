//! Reads a results folder back: the only way from files to charts, tables and reports.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::compact;
use super::curves::{self, Curves};
use super::datasets;
use super::layout::{Layout, TrialLayout};
use super::manifest;
use super::results::{Claim, Details, Results, TrialCurves, TrialStatus, Tuning};
use super::schema::{TimingRow, TrialRecord, TrialRow};
use crate::config;
use crate::description::DatasetDescription;
use crate::error::{Error, Result};
use crate::fs;
use crate::plan::Trial;
use crate::units;

/// What a trial left when it ended; `None` where it has not ended. A record that is torn or of
/// another trial counts as none; one that cannot be read, or of a newer format, is an error, so
/// that its trial is not trained over it.
pub fn record(layout: &Layout, trial: &Trial) -> Result<Option<TrialRecord>> {
    record_of(layout, &trial.id)
}

/// Likewise, of the trial with this id, whether or not it is planned.
pub(super) fn record_of(layout: &Layout, id: &str) -> Result<Option<TrialRecord>> {
    let path = layout.trial(id).trial();
    let Some(bytes) = fs::read_if_exists(&path)? else {
        return Ok(None);
    };
    let record: Option<TrialRecord> = serde_json::from_slice(&bytes).ok();
    let schema = match &record {
        Some(record) => Some(record.schema),
        None => serde_json::from_slice(&bytes).ok().map(|version: Version| version.schema),
    };
    if let Some(schema) = schema {
        manifest::check_schema(&path, schema)?;
    }
    Ok(record.filter(|record| record.id == id))
}

/// What every version of `trial.json` has.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

/// The base seed of the experiment in the results folder at `root`: trials of the same seed and replicate
/// began with the same random numbers, in whatever folder they are.
pub fn seed(root: &Path) -> Result<u64> {
    let layout = Layout::new(root);
    let header: SeedHeader =
        toml::from_slice(&experiment(&layout)?).map_err(|e| damaged(&layout.experiment(), &e))?;
    Ok(header.seed)
}

#[derive(Deserialize)]
struct SeedHeader {
    seed: u64,
}

/// The name of the experiment in the results folder at `root`.
pub fn name(root: &Path) -> Result<String> {
    let layout = Layout::new(root);
    let header: NameHeader =
        toml::from_slice(&experiment(&layout)?).map_err(|e| damaged(&layout.experiment(), &e))?;
    Ok(header.name)
}

#[derive(Deserialize)]
struct NameHeader {
    name: String,
}

/// What the gallery needs of `experiment.toml`.
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

/// The experiment of the results folder at `root`; an error where that is none.
fn experiment(layout: &Layout) -> Result<Vec<u8>> {
    let bytes =
        if fs::is_file(layout.root()) { None } else { fs::read_if_exists(&layout.experiment())? };
    bytes.ok_or_else(|| {
        let root = layout.root();
        let why = if fs::is_file(root) {
            "it is a file"
        } else if fs::is_there(root) {
            "it has no `experiment.toml`"
        } else {
            "there is no such folder"
        };
        Error::Results(format!(
            "`{}` is not a results folder: {why}; `bn-lab run` makes one",
            root.display()
        ))
    })
}

/// `experiment.toml` as a tree.
pub(super) fn experiment_tree(layout: &Layout) -> Result<toml::Table> {
    toml::from_slice(&experiment(layout)?).map_err(|e| damaged(&layout.experiment(), &e))
}

/// `results`, which were read from the folder at `root` without details, with these.
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

/// Reads the results folder at `root`, with the `details` that are asked for. Where a trial left none,
/// there are none.
pub fn read_with(root: &Path, details: &Details) -> Result<Results> {
    let layout = Layout::new(root);
    let bytes = experiment(&layout)?;
    let manifest = manifest::read(&layout)?;
    let header: Header = toml::from_slice(&bytes).map_err(|e| damaged(&layout.experiment(), &e))?;
    let table = trials_table(&layout)?;
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
        claim: claim_of(&layout, &bytes)?,
        tuning: header.tune.map(|tune| Tuning {
            higher_is_better: tune.metric != "validation_loss",
            key: tune.key,
            per: tune.per,
            metric: tune.metric,
        }),
    })
}

/// Text without its quotes, everything else as in the file.
pub(super) fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a reader should know of the settings; nothing where this version cannot read them.
fn cautions(layout: &Layout, experiment: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(experiment);
    let tree: toml::Table = toml::from_str(&text).unwrap_or_default();
    // All conditions of a large sweep are many, and nearly no experiment has batches of one.
    if !may_have_batches_of_one(&tree) {
        return Vec::new();
    }
    let loaded = config::parse(&layout.experiment(), &text, &[]);
    loaded.map_or_else(|_| Vec::new(), |loaded| config::cautions(&loaded.experiment.conditions))
}

/// Whether some size of batches is 1, or is written in a way that only the experiment's reader knows.
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

/// What the experiment of the results folder at `root` claims, if anything.
pub fn claim(root: &Path) -> Result<Option<Claim>> {
    let layout = Layout::new(root);
    claim_of(&layout, &experiment(&layout)?)
}

fn claim_of(layout: &Layout, experiment: &[u8]) -> Result<Option<Claim>> {
    let path = layout.experiment();
    let text = String::from_utf8_lossy(experiment);
    config::claim_of(&path, &text).map_err(|e| damaged(&path, &e))
}

/// `trials.csv`
pub(super) struct TrialsTable {
    path: PathBuf,
    header: Vec<String>,
    /// The columns of the axes.
    pub(super) axes: std::ops::Range<usize>,
    pub(super) rows: Vec<csv::StringRecord>,
}

impl TrialsTable {
    /// Dotted keys of the axes.
    pub(super) fn axes(&self) -> Vec<String> {
        self.header[self.axes.clone()].to_vec()
    }

    /// A cell that holds a whole number.
    pub(super) fn number(&self, row: &csv::StringRecord, column: usize) -> Result<u64> {
        let cell = row.get(column).unwrap_or_default();
        cell.parse().map_err(|_| damaged(&self.path, &format!("`{cell}` is not a whole number")))
    }

    /// What had become of a trial when the table was written.
    pub(super) fn status(&self, row: &csv::StringRecord) -> Result<TrialStatus> {
        let cell = row.get(self.axes.end).unwrap_or_default();
        cell.parse().map_err(|reason: String| damaged(&self.path, &reason))
    }
}

/// Reads `trials.csv`, whose columns must be those of this version or of an earlier one, which had
/// fewer at the end: their cells are empty here.
pub(super) fn trials_table(layout: &Layout) -> Result<TrialsTable> {
    experiment(layout)?;
    compact::check_finished(layout)?;
    let path = layout.trials_table();
    let bytes = fs::read(&path)?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().map_err(|e| damaged(&path, &e))?.clone();
    let Some(axes) = axes_of(&header) else {
        return Err(damaged(&path, &"its columns are not those of this version"));
    };
    let columns = axes.end + TrialRow::LAST.len();
    let whole = |row: csv::Result<csv::StringRecord>| {
        let mut row = unguarded(row.map_err(|e| damaged(&path, &e))?);
        row.extend(vec![""; columns.saturating_sub(row.len())]);
        Ok(row)
    };
    let rows: Vec<csv::StringRecord> = reader.records().map(whole).collect::<Result<_>>()?;
    let mut ids = HashSet::new();
    // Each row is followed to the trial's files: the same ones again and again might be a lot.
    if let Some(row) = rows.iter().find(|row| !ids.insert(row.get(0))) {
        let id = row.get(0).unwrap_or_default();
        return Err(damaged(&path, &format!("it has the trial `{id}` twice")));
    }
    Ok(TrialsTable { rows, header: header.iter().map(str::to_owned).collect(), axes, path })
}

/// Where the columns of the axes stand in the header of a `trials.csv`; `None` where it is of another
/// kind or of a later version.
fn axes_of(header: &csv::StringRecord) -> Option<std::ops::Range<usize>> {
    let first = TrialRow::FIRST.len();
    let names = header.iter().enumerate();
    let (end, _) = names.filter(|(_, name)| *name == TrialRow::LAST[0]).last()?;
    let last: Vec<&str> = header.iter().skip(end).collect();
    let is_ours = end > first
        && header.iter().take(first).eq(TrialRow::FIRST)
        && last.len() >= TrialRow::LAST_OF_OLDEST
        && TrialRow::LAST.starts_with(&last);
    is_ours.then_some(first..end)
}

/// A row whose cells say what they said before they were guarded against spreadsheets.
fn unguarded(row: csv::StringRecord) -> csv::StringRecord {
    if row.iter().any(|cell| cell.starts_with('\'')) {
        row.iter().map(units::from_csv).collect()
    } else {
        row
    }
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
        norm: None,
    })
}

/// The rows of a CSV file that grew row by row; none where there is no file. A last line without
/// its line end was torn by a kill and is left out.
pub(super) fn rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let bytes = fs::read_if_exists(path)?.unwrap_or_default();
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    csv::Reader::from_reader(&bytes[..whole])
        .deserialize()
        .map(|row| row.map_err(|e| damaged(path, &e)))
        .collect()
}

/// The seconds of a trial's epochs; `None` where the file is damaged, or its rows are of several
/// trainings at once: nothing depends on them, so they are left out.
pub(super) fn timings(files: &TrialLayout) -> Result<Option<Vec<TimingRow>>> {
    let rows: Vec<TimingRow> = match rows(&files.timings()) {
        Ok(rows) => rows,
        Err(Error::Results(_)) => return Ok(None),
        Err(e) => return Err(e),
    };
    let is_in_order = rows.is_sorted_by(|row, next| row.epoch < next.epoch);
    Ok(is_in_order.then_some(rows))
}

/// The error for a file that is not what this program wrote.
pub(super) fn damaged(path: &Path, why: &dyn std::fmt::Display) -> Error {
    let folder = path.parent();
    let is_compact = folder.is_some_and(|folder| compact::is_compact(&Layout::new(folder)));
    let way_out = if is_compact {
        "`bn-lab publish` makes it again, from the whole folder"
    } else {
        "run the experiment again; finished trials are kept"
    };
    Error::Results(format!("`{}` is damaged: {why}\n  hint: {way_out}", path.display()))
}
