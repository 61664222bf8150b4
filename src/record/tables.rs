//! `trials.csv` and `summary.csv`, made anew from the trials' records whenever one ends, so that
//! they depend on what was measured and not on the order in which it came.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::layout::Layout;
use super::schema::{EpochRow, STATISTICS, SUMMARY_METRICS, TrialRecord, TrialRow};
use crate::config::spec::Experiment;
use crate::error::Result;
use crate::event::Outcome;
use crate::fs;
use crate::plan::Trial;

/// The axis that every table has, swept or not.
pub(super) const PLACEMENT: &str = "norm.placement";

/// Records of the trials that ended, by id.
pub(super) type Records = BTreeMap<String, TrialRecord>;

/// Columns of the axes: the placement first, then the others in the experiment's order.
pub(super) fn axis_columns(experiment: &Experiment) -> Vec<&str> {
    let others = experiment.axes.iter().map(|axis| axis.key.as_str());
    std::iter::once(PLACEMENT)
        .chain(others.filter(|&key| key != PLACEMENT))
        .collect()
}

/// A trial's values for [`axis_columns`]; empty where an axis means nothing in its condition.
pub(super) fn axis_values(experiment: &Experiment, trial: &Trial) -> Vec<String> {
    let condition = &trial.condition;
    let others = experiment
        .axes
        .iter()
        .zip(&condition.values)
        .filter(|(axis, _)| axis.key != PLACEMENT)
        .map(|(_, value)| value.as_ref().map(ToString::to_string).unwrap_or_default());
    std::iter::once(condition.settings.norm.placement.name().to_owned())
        .chain(others)
        .collect()
}

/// Replaces both tables.
pub(super) fn write(
    layout: &Layout,
    experiment: &Experiment,
    plan: &[Arc<Trial>],
    records: &Records,
) -> Result<()> {
    let trials = trials_csv(experiment, plan, records);
    fs::replace(&layout.trials_table(), &trials)?;
    let summary = summary_csv(experiment, plan, records);
    fs::replace(&layout.summary_table(), &summary)
}

/// The bytes of `trials.csv`: a row for every trial of the plan, run or not.
fn trials_csv(experiment: &Experiment, plan: &[Arc<Trial>], records: &Records) -> Vec<u8> {
    let mut table = Table::new();
    let header = TrialRow::FIRST
        .into_iter()
        .chain(axis_columns(experiment))
        .chain(TrialRow::LAST);
    table.row(header.map(str::to_owned));
    for trial in plan {
        let row = TrialRow {
            trial: trial.id.clone(),
            condition: trial.condition.index + 1,
            replicate: trial.replicate,
            seed: trial.seed,
            axes: axis_values(experiment, trial),
            record: records.get(&trial.id),
        };
        table.row(row.cells());
    }
    table.into_bytes()
}

/// The bytes of `summary.csv`: a row for every condition.
fn summary_csv(experiment: &Experiment, plan: &[Arc<Trial>], records: &Records) -> Vec<u8> {
    let mut table = Table::new();
    let mut header: Vec<String> = ["condition".to_owned()].into();
    header.extend(axis_columns(experiment).into_iter().map(str::to_owned));
    header.extend(["trials", "n", "diverged", "failed"].map(str::to_owned));
    for metric in SUMMARY_METRICS {
        header.extend(STATISTICS.map(|(statistic, _)| format!("{metric}_{statistic}")));
    }
    table.row(header);
    let mut by_condition: BTreeMap<usize, Vec<&Arc<Trial>>> = BTreeMap::new();
    for trial in plan {
        by_condition
            .entry(trial.condition.index)
            .or_default()
            .push(trial);
    }
    for (condition, trials) in by_condition {
        let Some(first) = trials.first() else {
            continue;
        };
        let ended: Vec<&TrialRecord> = trials.iter().filter_map(|t| records.get(&t.id)).collect();
        let count =
            |wanted: fn(&Outcome) -> bool| ended.iter().filter(|r| wanted(&r.outcome)).count();
        let mut cells = vec![(condition + 1).to_string()];
        cells.extend(axis_values(experiment, first));
        cells.push(trials.len().to_string());
        cells.push(count(|o| matches!(o, Outcome::Completed)).to_string());
        cells.push(count(|o| matches!(o, Outcome::Diverged { .. })).to_string());
        cells.push(count(|o| matches!(o, Outcome::Failed { .. })).to_string());
        for metric in SUMMARY_METRICS {
            cells.extend(statistics(metric, &ended));
        }
        table.row(cells);
    }
    table.into_bytes()
}

/// The [`STATISTICS`] of a metric over the completed trials.
fn statistics(metric: &str, ended: &[&TrialRecord]) -> [String; STATISTICS.len()] {
    let values: Vec<f64> = ended
        .iter()
        .filter(|record| record.outcome == Outcome::Completed)
        .filter_map(|record| metric_of(metric, record))
        .collect();
    STATISTICS.map(|(_, statistic)| cell(statistic(&values)))
}

/// A metric of [`SUMMARY_METRICS`] in one record.
fn metric_of(metric: &str, record: &TrialRecord) -> Option<f64> {
    let (last, best) = (record.last.as_ref(), record.best.as_ref());
    match metric {
        "train_loss" => last?.train_loss,
        "train_accuracy" => last?.train_accuracy,
        "validation_loss" => last?.validation_loss,
        "validation_accuracy" => last?.validation_accuracy,
        "test_loss" => Some(last?.test_loss),
        "test_accuracy" => Some(last?.test_accuracy),
        "best_epoch" => Some(best?.epoch as f64),
        "best_test_accuracy" => Some(best?.test_accuracy),
        _ => None,
    }
}

impl TrialRow<'_> {
    /// The row's cells, in the order of the header.
    fn cells(&self) -> Vec<String> {
        let mut cells = vec![
            self.trial.clone(),
            self.condition.to_string(),
            self.replicate.to_string(),
            self.seed.to_string(),
        ];
        cells.extend(self.axes.iter().cloned());
        cells.extend(match self.record {
            Some(record) => figures(record),
            None => figures_so_far("pending", None),
        });
        cells
    }
}

/// The columns [`TrialRow::LAST`] of a trial that ended.
pub(super) fn figures(record: &TrialRecord) -> Vec<String> {
    let diverged_step = match record.outcome {
        Outcome::Diverged { step, .. } => Some(step),
        _ => None,
    };
    let mut cells = figures_so_far(record.outcome.name(), record.last.as_ref());
    let best = record.best.as_ref();
    let known = [
        (1, cell(diverged_step)),
        (2, cell(Some(record.parameters))),
        (11, cell(best.map(|row| row.epoch))),
        (12, cell(best.and_then(|row| row.validation_accuracy))),
        (13, cell(best.map(|row| row.test_loss))),
        (14, cell(best.map(|row| row.test_accuracy))),
    ];
    for (column, figure) in known {
        cells[column] = figure;
    }
    cells
}

/// The same of one that did not, after its epoch `last`.
pub(super) fn figures_so_far(outcome: &str, last: Option<&EpochRow>) -> Vec<String> {
    let mut cells = vec![String::new(); TrialRow::LAST.len()];
    let known = [
        outcome.to_owned(),
        String::new(),
        String::new(),
        cell(last.map(|row| row.epoch)),
        cell(last.map(|row| row.step)),
        cell(last.and_then(|row| row.train_loss)),
        cell(last.and_then(|row| row.train_accuracy)),
        cell(last.and_then(|row| row.validation_loss)),
        cell(last.and_then(|row| row.validation_accuracy)),
        cell(last.map(|row| row.test_loss)),
        cell(last.map(|row| row.test_accuracy)),
    ];
    cells[..known.len()].clone_from_slice(&known);
    cells
}

/// A number, or an empty cell.
fn cell<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A CSV text under construction.
struct Table {
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    fn new() -> Self {
        Self {
            writer: csv::Writer::from_writer(Vec::new()),
        }
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        // Writing to memory has no way to fail, and all rows are as long as the header.
        drop(self.writer.write_record(cells));
    }

    fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_default()
    }
}
