//! The table of conditions: what a run ends with.

use std::collections::BTreeMap;

use super::table::lay_out;
use super::until::Until;
use crate::compare::metric::Metric;
use crate::compare::population;
use crate::results::query::{Results, TrialCurves, short_name};
use crate::stats::{self, Score};

/// One line a condition: its axes, n, test accuracy (mean ± standard deviation over the completed
/// replicates), epochs and seconds of training until the target accuracy was first reached, and
/// how many replicates diverged; below, how the times are to be read.
///
/// The target is looked for in the validation accuracy, or in the test accuracy without a
/// validation set. Times are medians by Kaplan and Meier over all replicates that came to an end: one that
/// ended before it got there, or diverged, counts as taking longer. `> 10` epochs where more than half
/// did, and `4 (2 of 3)` where not all got there. Last stands where running averages tell something else
/// than the population's statistics.
pub fn table(results: &Results) -> String {
    // Rounded, since 0.57 · 100 is 56.99999999999999.
    let target = format!("{} %", (results.target_accuracy * 1e6).round() / 1e4);
    let mut header: Vec<String> =
        results.axes.iter().map(|axis| short_name(axis).to_owned()).collect();
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
    let rows: Vec<Vec<String>> = conditions.values().map(|trials| row(results, trials)).collect();
    let mut table = lay_out(&header, &rows, axes);
    table.push_str(&format!(
        "to {target}: median (Kaplan–Meier); a trial that ended before, or diverged, counts as taking longer\n"
    ));
    for note in population::gaps(results).sentences() {
        table.push_str(&note);
        table.push('\n');
    }
    table
}

fn row(results: &Results, trials: &[&TrialCurves]) -> Vec<String> {
    let completed: Vec<&TrialCurves> =
        trials.iter().copied().filter(|trial| trial.outcome == "completed").collect();
    let diverged = trials.iter().filter(|trial| trial.outcome == "diverged").count();
    let accuracies: Vec<f64> = completed
        .iter()
        .filter_map(|trial| trial.epochs.last())
        .map(|epoch| epoch.test_accuracy * 100.0)
        .collect();
    let mut cells: Vec<String> = trials.first().map(|trial| trial.axes.clone()).unwrap_or_default();
    for cell in &mut cells {
        if cell.is_empty() {
            "–".clone_into(cell);
        }
    }
    cells.extend([
        completed.len().to_string(),
        mean_and_spread(&accuracies),
        until(results, trials, "epochs_to_target"),
        until(results, trials, "seconds_to_target"),
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

/// How long it took these trials to the target, by the metric of this name.
fn until(results: &Results, trials: &[&TrialCurves], metric: &str) -> String {
    let Ok(metric) = Metric::named(metric) else {
        return String::new();
    };
    let by = metric.scorer(results);
    let scores = trials.iter().filter_map(|trial| by.score(trial));
    let scores: Vec<Score> = scores.collect();
    let beyond = scores.iter().filter_map(|score| match score {
        Score::Beyond(end) => Some(*end),
        _ => None,
    });
    let is_reached = |score: &&Score| matches!(score, Score::Value(_));
    Until {
        median: stats::median_time(&scores),
        longest: beyond.reduce(f64::max),
        reached: scores.iter().filter(is_reached).count(),
        all: scores.len(),
        unit: metric.unit,
    }
    .counted()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::format::schema::{EpochRow, TimingRow};

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
        let seconds = |epoch| TimingRow { epoch, train_seconds: 0.5, evaluation_seconds: 9.0 };
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

    fn results(trials: Vec<TrialCurves>) -> Results {
        Results {
            target_accuracy: 0.9,
            axes: vec!["norm.placement".to_owned(), "norm.decay".to_owned()],
            trials,
            ..Results::default()
        }
    }

    #[test]
    fn the_table_says_how_good_how_fast_and_how_often_it_diverged() {
        let results = results(vec![
            trial(1, 1, "completed", &[0.1, 0.5, 0.8]),
            trial(1, 2, "diverged", &[0.1]),
            trial(2, 1, "completed", &[0.1, 0.92, 0.96]),
            trial(2, 2, "completed", &[0.1, 0.6, 0.94]),
        ]);
        let expected = "\
placement  decay  n  test accuracy %  epochs to 90 %  seconds to 90 %  diverged
none       –      1            79.00             > 2           > 1.50    1 of 2
before     –      2     94.00 ± 1.41             1.5             1.25    0 of 2
to 90 %: median (Kaplan–Meier); a trial that ended before, or diverged, counts as taking longer
";
        assert_eq!(table(&results), expected);
    }

    #[test]
    fn times_are_medians_that_count_those_that_never_got_there() {
        let early = [0.1, 0.92, 0.92, 0.92, 0.92];
        let late = [0.1, 0.5, 0.5, 0.5, 0.92];
        let never = [0.1, 0.5, 0.5, 0.5, 0.5];
        let of = |conditions: [(&str, &[f64]); 3]| {
            let trials = conditions.iter().zip(1..);
            let trials = trials.map(|((outcome, accuracies), k)| trial(1, k, outcome, accuracies));
            let table = table(&results(trials.collect()));
            let row = table.lines().nth(1).expect("a row").to_owned();
            let cells: Vec<&str> = row.split("  ").map(str::trim).collect();
            let cells: Vec<&str> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
            [cells[4].to_owned(), cells[5].to_owned()]
        };
        // The mean over those that arrived would be 2.5 epochs, and over those of the second row 1.
        assert_eq!(
            of([("completed", &early), ("completed", &late), ("completed", &never)]),
            ["4 (2 of 3)", "2.50 (2 of 3)"]
        );
        assert_eq!(
            of([("completed", &early), ("diverged", &early), ("completed", &never)]),
            ["> 4 (1 of 3)", "> 2.50 (1 of 3)"]
        );
        assert_eq!(
            of([("completed", &early), ("completed", &late), ("diverged", &early)]),
            ["4 (2 of 3)", "2.50 (2 of 3)"]
        );
        assert_eq!(
            of([("completed", &early), ("diverged", &early), ("diverged", &early)]),
            ["not reached (1 of 3)", "not reached (1 of 3)"]
        );
    }
}
