//! Writes a compact copy of a results folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::config;
use crate::error::{Error, Result};
use crate::fs::{self, Partial};
use crate::results::format::compact::{self, Marker};
use crate::results::format::curves::unreadable;
use crate::results::format::files::{self, TrialsTable, damaged};
use crate::results::format::layout::{Layout, TrialLayout};
use crate::results::format::manifest;
use crate::results::format::numbers;
use crate::results::format::schema::{
    EpochRow, FactRow, LayerRow, PictureRow, PredictionRow, SCHEMA_VERSION, StepRow, TimingRow,
};
use crate::results::reader;
use crate::results::recovery::locks;
use crate::results::recovery::ownership::{self, something};

/// How long to wait for another process that publishes into the same folder; large tables take a while.
const PATIENCE: Duration = Duration::from_mins(10);

/// The content of a compact copy besides the epochs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether it contains `steps.csv`.
    pub steps: bool,
    /// Whether it contains `layers.csv`, where there is one.
    pub layers: bool,
    /// Number of significant digits of the numbers in `layers.csv`; `None` for all.
    pub layer_digits: Option<u8>,
    /// The quantities of `layers.csv` that it contains; all of them where empty.
    pub quantities: Vec<String>,
    /// Whether it contains `predictions.csv` and `pictures.csv`, where there are such files.
    pub predictions: bool,
}

/// The result of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Number of trials of the experiment.
    pub trials: usize,
    /// Size in bytes of all files in the compact copy.
    pub bytes: u64,
}

/// Writes a compact copy of the results folder `from` into the folder `into`: a new one, or an earlier
/// compact copy of the same experiment, whose tables are replaced. Other files in it are kept.
pub fn publish(from: &Path, into: &Path, options: &Options) -> Result<Published> {
    let (source, target) = (Layout::new(from), Layout::new(into));
    compact::refuse(&source, "it cannot be published again; copy it")?;
    let table = reader::checked_table(&source)?;
    manifest::read(&source)?;
    let name = files::name(from)?;
    check_concurrent_runs(&source)?;
    check_up_to_date(&source, &table)?;
    // A refused folder gets no lock file.
    check_target(&target, &name)?;
    let ids: Vec<&str> = table.rows.iter().filter_map(|row| row.get(0)).collect();
    fs::create_folder(target.root())?;
    let guard = locks::hold(&target.lock(), PATIENCE)?;
    let made = make(&source, &target, name, &ids, options);
    // A process that waits for the lock creates a new one.
    if fs::size(&target.lock()) == Some(0) {
        fs::remove_if_exists(&target.lock())?;
    }
    drop(guard);
    made?;
    Ok(Published { trials: ids.len(), bytes: fs::bytes_below(target.root())? })
}

/// Writes all files into the target, under its lock.
fn make(
    source: &Layout,
    target: &Layout,
    name: String,
    ids: &[&str],
    options: &Options,
) -> Result<()> {
    check_target(target, &name)?;
    fs::remove_partials(target.root())?;
    // First: an incomplete copy must be recognised as one, so that it is not read and can be published again.
    let marker = marker(source, name, ids)?;
    mark(target, &marker)?;
    // From the new folder, its tables have other relative paths.
    if let Some(moved) = config::moved(&source.experiment(), target.root())? {
        fs::replace(&target.experiment(), moved.as_bytes())?;
    } else {
        copy_or_remove(&source.experiment(), &target.experiment())?;
    }
    for file in [
        Layout::manifest,
        Layout::trials_table,
        Layout::summary_table,
        Layout::tuned_table,
        Layout::comparisons_table,
    ] {
        copy_or_remove(&file(source), &file(target))?;
    }
    write_curves(source, target, ids, options)?;
    // A run that began meanwhile may have removed trials.
    check_concurrent_runs(source)?;
    if fs::read(&source.trials_table())? != fs::read(&target.trials_table())? {
        return Err(Error::Results(format!(
            "`{}` changed while it was published: publish it again",
            source.root().display()
        )));
    }
    let finished = Marker { unfinished: false, ..marker };
    mark(target, &finished)
}

/// Stacks the tables of the trials.
fn write_curves(source: &Layout, target: &Layout, ids: &[&str], options: &Options) -> Result<()> {
    stack_facts(source, ids, &target.records_table())?;
    let epochs = |id: &str| files::rows::<EpochRow>(&source.trial(id).epochs());
    stack(ids, epochs, EpochRow::HEADER, &target.epochs_table())?;
    let timings = |id: &str| Ok(files::timings(&source.trial(id))?.unwrap_or_default());
    stack(ids, timings, TimingRow::HEADER, &target.timings_table())?;
    if options.steps {
        let steps = |id: &str| files::rows::<StepRow>(&source.trial(id).steps());
        stack(ids, steps, StepRow::HEADER, &target.steps_table())?;
    } else {
        fs::remove_if_exists(&target.steps_table())?;
    }
    let is_there = |id: &&str| fs::is_file(&source.trial(id).layers());
    if options.layers && ids.iter().any(is_there) {
        stack_layers(source, ids, options, &target.layers_table())?;
    } else {
        fs::remove_if_exists(&target.layers_table())?;
    }
    write_predictions(source, target, ids, options)
}

/// Stacks what the trained networks say of the test set, and the pictures.
fn write_predictions(
    source: &Layout,
    target: &Layout,
    ids: &[&str],
    options: &Options,
) -> Result<()> {
    let wanted: Vec<&str> = if options.predictions { ids.to_vec() } else { Vec::new() };
    let has = |of: fn(&TrialLayout) -> PathBuf| {
        wanted.iter().any(|id| fs::is_file(&of(&source.trial(id))))
    };
    if has(TrialLayout::predictions) {
        let rows = |id: &str| files::rows::<PredictionRow>(&source.trial(id).predictions());
        stack(ids, rows, PredictionRow::HEADER, &target.predictions_table())?;
    } else {
        fs::remove_if_exists(&target.predictions_table())?;
    }
    if has(TrialLayout::pictures) {
        let rows = |id: &str| files::rows::<PictureRow>(&source.trial(id).pictures());
        stack(ids, rows, PictureRow::HEADER, &target.pictures_table())
    } else {
        fs::remove_if_exists(&target.pictures_table())
    }
}

/// Refuses tables that are older than the records of their trials: all of them are copied unchanged.
fn check_up_to_date(source: &Layout, current: &TrialsTable) -> Result<()> {
    if files::trials_table(source)?.rows == current.rows {
        return Ok(());
    }
    Err(Error::Results(format!(
        "the tables of `{}` were written before its last trials ended, as a killed run leaves them: nothing was published\n  hint: run the experiment again; it keeps finished trials and writes the tables",
        source.root().display()
    )))
}

/// Refuses a folder that is being written, since a copy of it would be inconsistent.
fn check_concurrent_runs(source: &Layout) -> Result<()> {
    if locks::announced(source)?.is_empty() {
        return Ok(());
    }
    Err(Error::Results(format!(
        "another run is writing to `{}`; wait for it, or stop it, before you publish the folder",
        source.root().display()
    )))
}

/// Refuses to write among files that are not of a compact copy of this experiment, or over files that bn-lab
/// did not write.
fn check_target(target: &Layout, name: &str) -> Result<()> {
    let root = target.root();
    let why = if compact::is_compact(target) {
        match compact::marker(target)? {
            Some(marker) if marker.name == name => return check_files(target),
            Some(marker) => format!("is a compact copy of another experiment, `{}`", marker.name),
            None => "is a compact copy whose `compact.json` is damaged".to_owned(),
        }
    } else if fs::is_file(root) {
        "is a file".to_owned()
    } else {
        match something(root)? {
            None => return check_files(target),
            Some(other) => format!(
                "is not empty, and no compact copy: it holds `{}`",
                other.file_name().unwrap_or_default().display()
            ),
        }
    };
    Err(Error::Results(format!(
        "`{}` {why}\n  hint: choose another folder with `--into DIR`, or delete this one yourself",
        root.display()
    )))
}

/// Refuses to replace or to delete files that bn-lab did not write.
fn check_files(target: &Layout) -> Result<()> {
    let records = [target.compact(), target.experiment(), target.manifest()];
    let tables = target.tables().into_iter().chain(target.stacked_tables());
    ownership::check_files(records.into_iter().chain(tables), Some("--into DIR"))
}

/// The marker of a copy that is not complete.
fn marker(source: &Layout, name: String, ids: &[&str]) -> Result<Marker> {
    // An absolute path may contain a user's name, so only the last part is stored.
    let of: PathBuf = source.root().components().collect();
    let of = match of.file_name() {
        Some(last) if of.is_absolute() => last.into(),
        _ => of,
    };
    Ok(Marker {
        schema: SCHEMA_VERSION,
        name,
        numbers_version: numbers::version(source, ids)?,
        // JSON is UTF-8, and a path may not be.
        of: of.to_string_lossy().into_owned().into(),
        unfinished: true,
    })
}

fn mark(target: &Layout, marker: &Marker) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(marker)
        .map_err(|e| Error::Results(format!("cannot write `compact.json`: {e}")))?;
    text.push(b'\n');
    fs::replace(&target.compact(), &text)
}

fn copy_or_remove(from: &Path, to: &Path) -> Result<()> {
    match fs::read_if_exists(from)? {
        Some(bytes) => fs::replace(to, &bytes),
        None => fs::remove_if_exists(to),
    }
}

/// Combines one table of all trials. Rows of earlier versions, which have fewer columns, get those of
/// this one.
fn stack<T: Serialize>(
    ids: &[&str],
    rows: impl Fn(&str) -> Result<Vec<T>>,
    header: &str,
    into: &Path,
) -> Result<()> {
    let mut table = Stack::new(into, &format!("trial,{header}"))?;
    for id in ids {
        for row in rows(id)? {
            table.row(&(id, row))?;
        }
    }
    table.finish()
}

/// Combines the facts of all records.
fn stack_facts(source: &Layout, ids: &[&str], into: &Path) -> Result<()> {
    let mut table = Stack::new(into, &format!("trial,{}", FactRow::HEADER))?;
    for id in ids {
        if let Some(record) = files::record_of(source, id)? {
            table.row(&(id, FactRow::of(record)))?;
        }
    }
    table.finish()
}

/// Combines `layers.csv`, which has the column of the trial already, and may be too large for memory.
fn stack_layers(source: &Layout, ids: &[&str], options: &Options, into: &Path) -> Result<()> {
    let wanted = &options.quantities;
    let mut table = Stack::new(into, LayerRow::HEADER)?;
    for id in ids {
        let path = source.trial(id).layers();
        let Some(lines) = fs::whole_lines(&path)? else {
            continue;
        };
        for row in csv::Reader::from_reader(lines).into_deserialize() {
            let mut row: LayerRow = row.map_err(|e: csv::Error| unreadable(&path, e))?;
            if row.trial != *id {
                return Err(damaged(&path, &format!("it contains the trial `{}`", row.trial)));
            }
            if !(wanted.is_empty() || wanted.contains(&row.quantity)) {
                continue;
            }
            let digits = options.layer_digits;
            row.value = digits.map_or(row.value, |digits| rounded(row.value, digits));
            table.row(&row)?;
        }
    }
    table.finish()
}

/// A number rounded to this many significant digits, at least one.
fn rounded(value: f64, digits: u8) -> f64 {
    let behind = usize::from(digits.max(1)) - 1;
    // A formatted number can be parsed.
    format!("{value:.behind$e}").parse().unwrap_or(value)
}

/// A table under construction, of which only the latest rows are in memory.
struct Stack {
    file: Partial,
    rows: csv::Writer<Vec<u8>>,
    waiting: usize,
}

impl Stack {
    /// Most rows in memory.
    const MOST: usize = 4096;

    fn new(path: &Path, header: &str) -> Result<Self> {
        let mut file = Partial::beside(path)?;
        file.write(header.as_bytes())?;
        Ok(Self { file, rows: Self::empty(), waiting: 0 })
    }

    fn empty() -> csv::Writer<Vec<u8>> {
        csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new())
    }

    fn row(&mut self, row: &impl Serialize) -> Result<()> {
        // Writing plain numbers to memory: neither serialising nor flushing can fail.
        drop(self.rows.serialize(row));
        self.waiting += 1;
        if self.waiting == Self::MOST {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        let rows = std::mem::replace(&mut self.rows, Self::empty());
        self.waiting = 0;
        self.file.write(&rows.into_inner().unwrap_or_default())
    }

    fn finish(mut self) -> Result<()> {
        self.write()?;
        self.file.persist()
    }
}

#[cfg(test)]
mod tests;
