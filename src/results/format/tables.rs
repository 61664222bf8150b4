//! `trials.csv` and `summary.csv`, written from the trials' records whenever one ends, so that they depend
//! only on the measurements and not on the order in which trials ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::spec::Experiment;
use crate::error::Result;
use crate::event::Outcome;
use crate::fs;
use crate::plan::Trial;
use crate::results::format::layout::Layout;
use crate::results::format::schema::{
    EpochRow, STATISTICS, SUMMARY_METRICS, TrialRecord, TrialRow,
};
use crate::units::for_csv;

/// The axis that every table has, whether or not it is swept.
pub(in crate::results) const PLACEMENT: &str = "norm.placement";

/// Records of the trials that ended, by id.
pub(in crate::results) type Records = BTreeMap<String, TrialRecord>;

/// Columns of the axes: the placement first, then the others in the experiment's order.
pub(in crate::results) fn axis_columns(experiment: &Experiment) -> Vec<&str> {
    let others = experiment.axes.iter().map(|axis| axis.key.as_str());
    std::iter::once(PLACEMENT).chain(others.filter(|&key| key != PLACEMENT)).collect()
}

/// A trial's values for [`axis_columns`]; empty where an axis does not apply in its condition.
pub(in crate::results) fn axis_values(experiment: &Experiment, trial: &Trial) -> Vec<String> {
    let condition = &trial.condition;
    let others = experiment
        .axes
        .iter()
        .zip(&condition.values)
        .filter(|(axis, _)| axis.key != PLACEMENT)
        .map(|(_, value)| value.as_ref().map(ToString::to_string).unwrap_or_default());
    std::iter::once(condition.settings.norm.placement.name().to_owned()).chain(others).collect()
}

/// Replaces both tables.
pub(in crate::results) fn write(
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

/// The bytes of `trials.csv`: a row for every trial of the plan, whether or not it was trained.
fn trials_csv(experiment: &Experiment, plan: &[Arc<Trial>], records: &Records) -> Vec<u8> {
    let mut table = Table::new();
    let header = TrialRow::FIRST.into_iter().chain(axis_columns(experiment)).chain(TrialRow::LAST);
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
        by_condition.entry(trial.condition.index).or_default().push(trial);
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
        .filter_map(|record| Figures::of(record).number(metric))
        .collect();
    STATISTICS.map(|(_, statistic)| cell(statistic(&values)))
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
pub(in crate::results) fn figures(record: &TrialRecord) -> Vec<String> {
    Figures::of(record).cells(record.outcome.name())
}

/// The same columns of a trial under way, after its epoch `last`.
pub(in crate::results) fn figures_so_far(outcome: &str, last: Option<&EpochRow>) -> Vec<String> {
    let figures = Figures { last, ..Figures::default() };
    figures.cells(outcome)
}

/// The parts of a record from which the columns are computed.
#[derive(Default)]
struct Figures<'a> {
    diverged_step: Option<usize>,
    parameters: Option<usize>,
    last: Option<&'a EpochRow>,
    best: Option<&'a EpochRow>,
}

impl<'a> Figures<'a> {
    fn of(record: &'a TrialRecord) -> Self {
        Self {
            diverged_step: match record.outcome {
                Outcome::Diverged { step, .. } => Some(step),
                _ => None,
            },
            parameters: Some(record.parameters),
            last: record.last.as_ref(),
            best: record.best.as_ref(),
        }
    }

    fn cells(&self, outcome: &str) -> Vec<String> {
        let cell = |column| match column {
            "outcome" => outcome.to_owned(),
            column => cell(self.number(column)),
        };
        TrialRow::LAST.into_iter().map(cell).collect()
    }

    /// The number in a column of [`TrialRow::LAST`] or [`SUMMARY_METRICS`]; counts are far below 2⁵³.
    fn number(&self, column: &str) -> Option<f64> {
        let count = |count: usize| count as f64;
        match column {
            "diverged_step" => self.diverged_step.map(count),
            "parameters" => self.parameters.map(count),
            "epochs" => self.last.map(|row| count(row.epoch)),
            "steps" => self.last.map(|row| count(row.step)),
            "best_epoch" => self.best.map(|row| count(row.epoch)),
            column => match column.strip_prefix("best_") {
                Some(column) => self.best?.value(column),
                None => self.last?.value(column),
            },
        }
    }
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
        Self { writer: csv::Writer::from_writer(Vec::new()) }
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        // Writing to memory cannot fail, and all rows are as long as the header.
        let cells = cells.into_iter().map(|cell| for_csv(&cell).into_owned());
        drop(self.writer.write_record(cells));
    }

    fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_default()
    }
}
