//! The trials or the conditions of a results folder as a table, with counts by status.

mod latex;

use std::collections::BTreeMap;

use super::sheet::Sheet;
use crate::results::format::schema::{STATISTICS, SUMMARY_METRICS};
use crate::results::query::TrialStatus;
use crate::results::status::live::{Live, LiveTrial};
use crate::units;

pub use latex::{Shown, latex};

/// One row for each trial: the present content of `trials.csv`.
pub fn by_trial(live: &Live) -> Sheet {
    Sheet {
        columns: live.columns.clone(),
        rows: live.trials.iter().map(|trial| trial.cells.clone()).collect(),
    }
}

/// The columns of [`by_trial`] that fit on a screen.
pub fn columns_by_trial(live: &Live) -> Vec<String> {
    let metrics = [
        "replicate",
        "outcome",
        "epochs",
        "train_accuracy",
        "validation_accuracy",
        "test_loss",
        "test_accuracy",
    ];
    [&live.axes[..], &metrics.map(str::to_owned)].concat()
}

/// One row for each condition: the present content of `summary.csv`, and counts of trials without a
/// result.
pub fn by_condition(live: &Live) -> Sheet {
    let counts = ["trials", "n", "diverged", "failed", "interrupted", "running", "pending"];
    let mut columns = vec!["condition".to_owned()];
    columns.extend(live.axes.iter().cloned());
    columns.extend(counts.map(str::to_owned));
    for metric in SUMMARY_METRICS {
        columns.extend(STATISTICS.map(|(statistic, _)| format!("{metric}_{statistic}")));
    }
    let mut conditions: BTreeMap<usize, Vec<&LiveTrial>> = BTreeMap::new();
    for trial in &live.trials {
        conditions.entry(trial.condition).or_default().push(trial);
    }
    let rows = conditions.iter().map(|(index, trials)| condition(live, *index, trials));
    Sheet { rows: rows.collect(), columns }
}

fn condition(live: &Live, index: usize, trials: &[&LiveTrial]) -> Vec<String> {
    let mut cells = vec![index.to_string()];
    let axes = live.first..live.first + live.axes.len();
    let first = trials.first().and_then(|trial| trial.cells.get(axes));
    cells.extend(first.unwrap_or_default().iter().cloned());
    cells.push(trials.len().to_string());
    let count = |status| trials.iter().filter(|trial| trial.status == status).count();
    cells.extend(TrialStatus::ALL.map(|status| count(status).to_string()));
    for metric in SUMMARY_METRICS {
        cells.extend(statistics(live, metric, trials));
    }
    cells
}

/// The [`STATISTICS`] of a column over the completed trials.
fn statistics(live: &Live, metric: &str, trials: &[&LiveTrial]) -> [String; STATISTICS.len()] {
    let column = live.columns.iter().position(|name| name == metric);
    let completed = trials.iter().filter(|trial| trial.status == TrialStatus::Completed);
    let values: Vec<f64> =
        completed.filter_map(|trial| trial.cells.get(column?)?.parse().ok()).collect();
    let cell = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    STATISTICS.map(|(_, statistic)| cell(statistic(&values)))
}

/// The columns of [`by_condition`] that fit on a screen: counts that are 0 in all rows are left out,
/// but never those that identify a row.
pub fn columns_by_condition(live: &Live) -> Vec<String> {
    let mut columns = live.axes.clone();
    columns.extend(["trials", "n", "diverged"].map(str::to_owned));
    let counts = TrialStatus::count(live.trials.iter().map(|trial| trial.status)).into_iter();
    let counts = counts.filter(|(status, _)| !status.is_finished());
    columns.extend(counts.map(|(status, _)| status.to_string()));
    let metrics = ["test_accuracy_mean", "test_accuracy_std", "test_loss_mean", "best_epoch_mean"];
    columns.extend(metrics.map(str::to_owned));
    columns
}

/// A line such as `6 trials: 4 completed, 1 diverged, 1 pending`.
pub fn tally(live: &Live) -> String {
    let counts = TrialStatus::count(live.trials.iter().map(|trial| trial.status)).into_iter();
    let counts: Vec<String> = counts.map(|(status, trials)| format!("{trials} {status}")).collect();
    format!("{}: {}", units::trials(live.trials.len()), counts.join(", "))
}
