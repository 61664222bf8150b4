//! The table of conditions: what a run ends with.

use std::collections::BTreeMap;

use super::table::lay_out;
use crate::compare::population;
use crate::record::results::{Results, TrialCurves, short_name};
use crate::stats;

/// One line a condition: its axes, n, test accuracy (mean ± standard deviation over the completed
/// replicates), epochs and seconds of training until the target accuracy was first reached, and
/// how many replicates diverged.
///
/// The target is looked for in the validation accuracy, or in the test accuracy without a
/// validation set. Replicates that never reach it are censored: `> 10` epochs for all of them,
/// `4.0 (2 of 3)` for some. Below it stands where running averages tell something else than the
/// population's statistics.
pub fn table(results: &Results) -> String {
    // Rounded, since 0.57 · 100 is 56.99999999999999.
    let target = format!("{} %", (results.target_accuracy * 1e6).round() / 1e4);
    let mut header: Vec<String> = results
        .axes
        .iter()
        .map(|axis| short_name(axis).to_owned())
        .collect();
    let axes = header.len();
    header.extend([
        "n".to_owned(),
        "test accuracy %".to_owned(),
        format!("epochs to {target}"),
        format!("seconds to {target}"),
        "diverged".to_owned(),
    ]);
    let mut conditions: BTreeMap<usize, Vec<&TrialCurves>> = BTreeMap::new();
    for trial in &results.trials {
        conditions.entry(trial.condition).or_default().push(trial);
    }
    let rows: Vec<Vec<String>> = conditions
        .values()
        .map(|trials| row(trials, results.target_accuracy))
        .collect();
    let mut table = lay_out(&header, &rows, axes);
    for note in population::gaps(results).sentences() {
        table.push_str(&note);
        table.push('\n');
    }
    table
}

fn row(trials: &[&TrialCurves], target: f64) -> Vec<String> {
    let completed: Vec<&TrialCurves> = trials
        .iter()
        .copied()
        .filter(|trial| trial.outcome == "completed")
        .collect();
    let diverged = trials
        .iter()
        .filter(|trial| trial.outcome == "diverged")
        .count();
    let accuracies: Vec<f64> = completed
        .iter()
        .filter_map(|trial| trial.epochs.last())
        .map(|epoch| epoch.test_accuracy * 100.0)
        .collect();
    let reached: Vec<Option<Reached>> = completed
        .iter()
        .map(|trial| reached(trial, target))
        .collect();
    let longest = |f: fn(&TrialCurves) -> f64| completed.iter().map(|t| f(t)).fold(0.0, f64::max);
    let mut cells: Vec<String> = trials
        .first()
        .map(|trial| trial.axes.clone())
        .unwrap_or_default();
    for cell in &mut cells {
        if cell.is_empty() {
            "–".clone_into(cell);
        }
    }
    cells.extend([
        completed.len().to_string(),
        mean_and_spread(&accuracies),
        until(&reached, |r| r.epochs, longest(last_epoch)),
        until(&reached, |r| r.seconds, longest(train_seconds)),
        format!("{diverged} of {}", completed.len() + diverged),
    ]);
    cells
}

/// `97.84 ± 0.12`; no spread for a single value.
fn mean_and_spread(values: &[f64]) -> String {
    match (stats::mean(values), stats::standard_deviation(values)) {
        (Some(mean), Some(std)) => format!("{mean:.2} ± {std:.2}"),
        (Some(mean), None) => format!("{mean:.2}"),
        _ => "–".to_owned(),
    }
}

/// When a trial first reached the target.
struct Reached {
    epochs: f64,
    seconds: f64,
}

fn reached(trial: &TrialCurves, target: f64) -> Option<Reached> {
    let epoch = trial
        .epochs
        .iter()
        .find(|row| row.validation_accuracy.unwrap_or(row.test_accuracy) >= target)?
        .epoch;
    let until_then = trial.seconds.iter().filter(|row| row.epoch <= epoch);
    Some(Reached {
        epochs: epoch as f64,
        seconds: until_then.map(|row| row.train_seconds).sum(),
    })
}

fn last_epoch(trial: &TrialCurves) -> f64 {
    trial.epochs.last().map_or(0.0, |row| row.epoch as f64)
}

fn train_seconds(trial: &TrialCurves) -> f64 {
    trial.seconds.iter().map(|row| row.train_seconds).sum()
}

/// The mean over the replicates that reached the target, and how many that were if not all.
fn until(reached: &[Option<Reached>], of: fn(&Reached) -> f64, longest: f64) -> String {
    let values: Vec<f64> = reached.iter().flatten().map(of).collect();
    match stats::mean(&values) {
        None if reached.is_empty() => "–".to_owned(),
        None => format!("> {longest:.1}"),
        Some(mean) if values.len() == reached.len() => format!("{mean:.1}"),
        Some(mean) => format!("{mean:.1} ({} of {})", values.len(), reached.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::schema::{EpochRow, TimingRow};

    fn trial(condition: usize, replicate: u64, outcome: &str, accuracies: &[f64]) -> TrialCurves {
        let placement = ["none", "before"][condition - 1];
        let row = |(epoch, &accuracy): (usize, &f64)| EpochRow {
            epoch,
            step: epoch * 10,
            train_loss: None,
            train_accuracy: None,
            validation_loss: Some(0.1),
            validation_accuracy: Some(accuracy),
            test_loss: 0.1,
            test_accuracy: accuracy - 0.01,
            ..EpochRow::default()
        };
        let seconds = |epoch| TimingRow {
            epoch,
            train_seconds: 0.5,
            evaluation_seconds: 9.0,
        };
        TrialCurves {
            id: format!("{condition}-{replicate}"),
            condition,
            axes: vec![placement.to_owned(), String::new()],
            replicate,
            outcome: outcome.to_owned(),
            diverged_step: None,
            epochs: accuracies.iter().enumerate().map(row).collect(),
            seconds: (0..accuracies.len()).map(seconds).collect(),
            ..TrialCurves::default()
        }
    }

    #[test]
    fn the_table_says_how_good_how_fast_and_how_often_it_diverged() {
        let results = Results {
            name: "x".to_owned(),
            question: String::new(),
            target_accuracy: 0.9,
            axes: vec!["norm.placement".to_owned(), "norm.decay".to_owned()],
            trials: vec![
                trial(1, 1, "completed", &[0.1, 0.5, 0.8]),
                trial(1, 2, "diverged", &[0.1]),
                trial(2, 1, "completed", &[0.1, 0.92, 0.96]),
                trial(2, 2, "completed", &[0.1, 0.6, 0.94]),
            ],
            ..Results::default()
        };
        let expected = "\
placement  decay  n  test accuracy %  epochs to 90 %  seconds to 90 %  diverged
none       –      1            79.00           > 2.0            > 1.5    1 of 2
before     –      2     94.00 ± 1.41             1.5              1.2    0 of 2
";
        assert_eq!(table(&results), expected);
    }
}
