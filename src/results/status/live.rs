//! The rows of `trials.csv` as they would be at this moment: with the trials that ended since it was written,
//! and those that are being trained.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use crate::error::Result;
use crate::results::format::compact;
use crate::results::format::files::{self, TrialsTable};
use crate::results::format::layout::Layout;
use crate::results::format::schema::{EpochRow, TrialRow};
use crate::results::format::tables;
use crate::results::query::{TrialStatus, short_name};
use crate::results::reader;
use crate::results::recovery::locks::{self, Running, Watcher};
use crate::results::recovery::survey;
use crate::stats;

/// The present state of the trials of a results folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// The columns of the rows: those of `trials.csv`.
    pub columns: Vec<String>,
    /// Number of columns before the axes.
    pub first: usize,
    /// Dotted keys of the axes.
    pub axes: Vec<String>,
    /// The trials, in the order of the plan.
    pub trials: Vec<LiveTrial>,
    /// Whether any run into the folder is alive.
    pub has_run: bool,
}

/// The present state of one trial.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveTrial {
    /// The trial's id.
    pub id: String,
    /// The condition in words and the replicate: `before · batch_size 32 #1`.
    pub label: String,
    /// The condition's number, from 1.
    pub condition: usize,
    /// The status of the trial.
    pub status: TrialStatus,
    /// The test accuracy after its last epoch so far, from 0 to 1.
    pub accuracy: Option<f64>,
    /// The epoch of that evaluation, from 1; 0 is the untrained network.
    pub evaluated: Option<usize>,
    /// The claim of the run that trains it.
    pub running: Option<Running>,
    /// While it is trained, its epochs so far.
    pub epochs: Vec<EpochRow>,
    /// The cells of its row.
    pub cells: Vec<String>,
}

/// Reads the results folder at `root` once.
pub fn read(root: &Path) -> Result<Live> {
    let layout = Layout::new(root);
    let table = reader::checked_table(&layout)?;
    of_table(&layout, &table, &Watcher::of(&layout))
}

/// Refuses a `trials.csv` that disagrees with the records; [`read_by`] does not check it again.
pub fn check(root: &Path) -> Result<()> {
    reader::checked_table(&Layout::new(root)).map(drop)
}

/// As [`read`], with a watcher that is kept between reads, and so knows which runs are alive.
pub fn read_by(root: &Path, watcher: &Watcher) -> Result<Live> {
    let layout = Layout::new(root);
    of_table(&layout, &files::trials_table(&layout)?, watcher)
}

fn of_table(layout: &Layout, table: &TrialsTable, watcher: &Watcher) -> Result<Live> {
    let axes = table.axes();
    // A compact copy does not change.
    let is_whole = !compact::is_compact(layout);
    let trials: Vec<LiveTrial> = table
        .rows
        .par_iter()
        .map(|row| trial(is_whole.then_some((layout, watcher)), table, &axes, row))
        .collect::<Result<_>>()?;
    let columns = TrialRow::FIRST.into_iter();
    let columns = columns.chain(axes.iter().map(String::as_str)).chain(TrialRow::LAST);
    Ok(Live {
        columns: columns.map(str::to_owned).collect(),
        first: table.axes.start,
        has_run: trials.iter().any(|trial| trial.running.is_some()) || locks::has_runs(watcher)?,
        axes,
        trials,
    })
}

/// A trial from its row and, where there is a `folder`, from its files.
fn trial(
    folder: Option<(&Layout, &Watcher)>,
    table: &TrialsTable,
    axes: &[String],
    row: &csv::StringRecord,
) -> Result<LiveTrial> {
    let cells: Vec<String> = row.iter().map(str::to_owned).collect();
    let mut trial = LiveTrial {
        id: cells[0].clone(),
        label: label(axes, &cells[table.axes.clone()], &cells[2]),
        condition: table.number(row, 1)? as usize,
        status: table.status(row)?,
        accuracy: None,
        evaluated: None,
        running: None,
        epochs: Vec::new(),
        cells,
    };
    if let Some((layout, watcher)) = folder.filter(|_| !trial.status.is_finished()) {
        let figures = since(layout, watcher, &mut trial)?;
        trial.cells.splice(table.axes.end.., figures);
    }
    let cell = |name: &str| {
        let place = TrialRow::LAST.iter().position(|column| *column == name)?;
        trial.cells.get(table.axes.end + place)
    };
    let accuracy = cell("test_accuracy").and_then(|cell| cell.parse().ok());
    let evaluated = cell("epochs").and_then(|cell| cell.parse().ok());
    Ok(LiveTrial { accuracy, evaluated, ..trial })
}

/// Updates a trial with what happened since `trials.csv` was written.
fn since(layout: &Layout, watcher: &Watcher, trial: &mut LiveTrial) -> Result<Vec<String>> {
    trial.running = locks::live_by(watcher, layout, &trial.id)?;
    if let Some(running) = &trial.running {
        let files = layout.trial(&trial.id).of_run(&running.run);
        let epochs: Vec<EpochRow> = files::rows(&files.epochs())?;
        trial.status = TrialStatus::Running;
        let figures = tables::figures_so_far(trial.status.name(), epochs.last());
        trial.epochs = epochs;
        return Ok(figures);
    }
    let record = survey::whole_record(layout, &trial.id)?;
    trial.status = record.as_ref().map_or(TrialStatus::Pending, |r| (&r.outcome).into());
    Ok(match &record {
        Some(record) => tables::figures(record),
        None => tables::figures_so_far(trial.status.name(), None),
    })
}

/// The trial's label as in the plan, from its row.
fn label(axes: &[String], values: &[String], replicate: &str) -> String {
    let named = |(index, (key, value)): (usize, (&String, &String))| {
        let value = if value.is_empty() { "–" } else { value };
        match index {
            0 => value.to_owned(),
            _ => format!("{} {value}", short_name(key)),
        }
    };
    let axes = axes.iter().zip(values).enumerate().map(named);
    format!("{} #{replicate}", axes.collect::<Vec<_>>().join(" · "))
}

impl LiveTrial {
    /// The share of its steps that is trained, from 0 to 1.
    pub fn share(&self) -> f64 {
        let running = self.running.as_ref().filter(|running| running.steps > 0);
        running.map_or(0.0, |running| (running.step as f64 / running.steps as f64).min(1.0))
    }
}

/// How long trials took, kept between two reads.
#[derive(Debug, Default)]
pub struct Durations {
    /// The seconds of each finished trial, by its id.
    of_trials: HashMap<String, f64>,
    /// Their mean by condition, and over all conditions.
    means: (HashMap<usize, f64>, Option<f64>),
}

impl Durations {
    /// Seconds until all trials of `live` are trained, with as many at a time as now: estimated from finished
    /// trials of the same condition, else from all finished ones. `None` where none is finished or
    /// none is being trained.
    pub fn seconds_left(&mut self, root: &Path, live: &Live) -> Result<Option<f64>> {
        let layout = Layout::new(root);
        let mut by_condition: HashMap<usize, Vec<f64>> = HashMap::new();
        for trial in live.trials.iter().filter(|trial| trial.status.is_finished()) {
            let seconds = self.of(&layout, &trial.id)?;
            by_condition.entry(trial.condition).or_default().push(seconds);
        }
        let all: Vec<f64> = by_condition.values().flatten().copied().collect();
        let mean =
            |(condition, seconds): (&usize, &Vec<f64>)| Some((*condition, stats::mean(seconds)?));
        self.means = (by_condition.iter().filter_map(mean).collect(), stats::mean(&all));
        let at_a_time = live.trials.iter().filter(|trial| trial.running.is_some()).count();
        let left = live.trials.iter().filter(|trial| trial.status.is_left());
        let left: Option<f64> = left.map(|trial| self.left_of(trial)).sum();
        Ok(left.filter(|_| at_a_time > 0 && !all.is_empty()).map(|left| left / at_a_time as f64))
    }

    /// Seconds that a trial still takes, from its start or from where it is; `None` before
    /// [`Self::seconds_left`] has seen a finished trial.
    pub fn left_of(&self, trial: &LiveTrial) -> Option<f64> {
        let (by_condition, mean) = &self.means;
        let whole = by_condition.get(&trial.condition).copied().or(*mean)?;
        Some(whole * (1.0 - trial.share()))
    }

    fn of(&mut self, layout: &Layout, id: &str) -> Result<f64> {
        if let Some(&seconds) = self.of_trials.get(id) {
            return Ok(seconds);
        }
        let rows = files::timings(&layout.trial(id))?.unwrap_or_default();
        let seconds = rows.iter().map(|row| row.train_seconds + row.evaluation_seconds);
        let seconds = seconds.sum();
        self.of_trials.insert(id.to_owned(), seconds);
        Ok(seconds)
    }
}
