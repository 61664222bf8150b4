//! Readers of single files of a results folder: a trial's record, the experiment, the table of trials, CSV rows.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::fs;
use crate::plan::Trial;
use crate::results::format::layout::{COMPACT, Layout, TrialLayout};
use crate::results::format::manifest;
use crate::results::format::marker;
use crate::results::format::schema::{TimingRow, TrialRecord, TrialRow};
use crate::results::query::TrialStatus;
use crate::units;

/// The record of a trial; `None` where it has not ended. A record that is truncated or of
/// another trial counts as missing; one that cannot be read, or of a newer format, is an error, so
/// that the trial is not trained again and overwritten.
pub fn record(layout: &Layout, trial: &Trial) -> Result<Option<TrialRecord>> {
    record_of(layout, &trial.id)
}

/// As [`record`], by the trial's id, whether or not it is part of the plan.
pub(in crate::results) fn record_of(layout: &Layout, id: &str) -> Result<Option<TrialRecord>> {
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

/// Replaces the record of the trial in the folder `layout` in one step.
pub(in crate::results) fn write_record(layout: &TrialLayout, record: &TrialRecord) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(record)
        .map_err(|e| Error::Results(format!("cannot write the record of a trial: {e}")))?;
    text.push(b'\n');
    fs::replace(&layout.trial(), &text)
}

/// The base seed of the experiment in the results folder at `root`: trials of the same seed and replicate
/// started with the same random numbers, in whatever folder they are.
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

/// The part of `trial.json` that every version has.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

/// The experiment of the results folder at `root`; an error where it is no results folder.
pub(in crate::results) fn experiment(layout: &Layout) -> Result<Vec<u8>> {
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

/// `experiment.toml`, parsed.
pub(in crate::results) fn experiment_tree(layout: &Layout) -> Result<toml::Table> {
    toml::from_slice(&experiment(layout)?).map_err(|e| damaged(&layout.experiment(), &e))
}

/// The content of `trials.csv`.
pub(in crate::results) struct TrialsTable {
    path: PathBuf,
    header: Vec<String>,
    /// The columns of the axes.
    pub(in crate::results) axes: std::ops::Range<usize>,
    pub(in crate::results) rows: Vec<csv::StringRecord>,
}

impl TrialsTable {
    /// Dotted keys of the axes.
    pub(in crate::results) fn axes(&self) -> Vec<String> {
        self.header[self.axes.clone()].to_vec()
    }

    /// Number of columns after the axes: fewer in tables of earlier versions.
    pub(in crate::results) fn figures(&self) -> usize {
        self.header.len() - self.axes.end
    }

    /// The value of a cell with a whole number.
    pub(in crate::results) fn number(&self, row: &csv::StringRecord, column: usize) -> Result<u64> {
        let cell = row.get(column).unwrap_or_default();
        cell.parse().map_err(|_| damaged(&self.path, &format!("`{cell}` is not a whole number")))
    }

    /// The status of a trial when the table was written.
    pub(in crate::results) fn status(&self, row: &csv::StringRecord) -> Result<TrialStatus> {
        let cell = row.get(self.axes.end).unwrap_or_default();
        cell.parse().map_err(|reason: String| damaged(&self.path, &reason))
    }
}

/// Whether a trial with this outcome has its result.
pub(in crate::results) fn is_finished(outcome: &str) -> bool {
    ["completed", "diverged"].contains(&outcome)
}

/// Reads `trials.csv`, whose columns must be those of this version or of an earlier one, which had
/// fewer at the end: the cells of the missing columns are empty.
pub(in crate::results) fn trials_table(layout: &Layout) -> Result<TrialsTable> {
    experiment(layout)?;
    marker::check_finished(layout)?;
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
    // An id names a folder in `trials/`: a path would lead to files elsewhere.
    let id = |row: &csv::StringRecord| row.get(0).unwrap_or_default().to_owned();
    if let Some(row) = rows.iter().find(|row| !is_name(&id(row))) {
        return Err(damaged(&path, &format!("`{}` is no id of a trial", id(row))));
    }
    // The trial's files are read for each row, so that many repeated rows might take very long.
    if let Some(row) = rows.iter().find(|row| !ids.insert(row.get(0))) {
        let id = row.get(0).unwrap_or_default();
        return Err(damaged(&path, &format!("it has the trial `{id}` twice")));
    }
    Ok(TrialsTable { rows, header: header.iter().map(str::to_owned).collect(), axes, path })
}

/// Whether `text` is the name of an entry of a folder, and no path.
fn is_name(text: &str) -> bool {
    let mut parts = Path::new(text).components();
    let first = parts.next();
    matches!(first, Some(Component::Normal(name)) if name == text) && parts.next().is_none()
}

/// The positions of the axes' columns in the header of a `trials.csv`; `None` where it is of another
/// kind or of a later version.
pub(in crate::results) fn axes_of(header: &csv::StringRecord) -> Option<std::ops::Range<usize>> {
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

/// A row without the apostrophes that protect spreadsheets from formulas.
pub(in crate::results) fn unguarded(row: csv::StringRecord) -> csv::StringRecord {
    if row.iter().any(|cell| cell.starts_with('\'')) {
        row.iter().map(units::from_csv).collect()
    } else {
        row
    }
}

/// The rows of a CSV file that is appended to; none where it does not exist. A last line without
/// line end was truncated by a kill and is left out.
pub(in crate::results) fn rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let bytes = fs::read_if_exists(path)?.unwrap_or_default();
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    csv::Reader::from_reader(&bytes[..whole])
        .deserialize()
        .map(|row| row.map_err(|e| damaged(path, &e)))
        .collect()
}

/// The wall-clock times of a trial's epochs; `None` where the file is damaged, or has rows of several
/// trainings. No result depends on them, so they are left out.
pub(in crate::results) fn timings(files: &TrialLayout) -> Result<Option<Vec<TimingRow>>> {
    let rows: Vec<TimingRow> = match rows(&files.timings()) {
        Ok(rows) => rows,
        Err(Error::Results(_)) => return Ok(None),
        Err(e) => return Err(e),
    };
    let is_in_order = rows.is_sorted_by(|row, next| row.epoch < next.epoch);
    Ok(is_in_order.then_some(rows))
}

/// The error for a file that this program cannot have written.
pub(in crate::results) fn damaged(path: &Path, why: &dyn std::fmt::Display) -> Error {
    let folder = path.parent();
    let is_compact = folder.is_some_and(|folder| fs::is_file(&folder.join(COMPACT)));
    let way_out = if is_compact {
        "`bn-lab publish` makes it again, from the whole folder"
    } else {
        "run the experiment again; finished trials are kept"
    };
    Error::Results(format!("`{}` is damaged: {why}\n  hint: {way_out}", path.display()))
}

/// The error for a file that has changed since its trial was interrupted.
pub(in crate::results) fn changed(path: &Path) -> Error {
    Error::Results(format!("`{}` was modified before its trial could resume", path.display()))
}
