//! The table of conditions that is printed at the end of a run.

use super::sheet::Columns;
use crate::compare::metric::Metric;
use crate::compare::population;
use crate::results::query::{Results, TrialCurves, TrialStatus};
use crate::stats::{self, Score};
use crate::wording::numbers::{mean_and_deviation, of, share};
use crate::wording::until::Until;

/// One row for each condition: its axes, n, test accuracy (mean ± standard deviation over the completed
/// replicates), epochs and seconds of training until the target accuracy was first reached, and
/// how many replicates diverged; below the table, how to read the times.
///
/// The target applies to the validation accuracy, or to the test accuracy without a
/// validation set. Times are medians by Kaplan and Meier over all replicates that ended: one that
/// did not reach the target, or diverged, counts as taking longer. `> 10` epochs where more than half
/// did, and `4 (2 of 3)` where not all reached it. The last lines list the conditions in which running
/// averages give another accuracy than population statistics.
pub fn table(results: &Results) -> String {
    let target = share(results.target_accuracy);
    let until = |metric: &str| {
        let metric = Metric::named(metric).map(|metric| metric.scorer(results));
        move |trials: &Vec<&TrialCurves>| {
            metric.as_ref().map_or(String::new(), |by| {
                let scores = trials.iter().filter_map(|trial| by.score(trial));
                Until::of(&scores.collect::<Vec<Score>>(), by.metric().unit).counted()
            })
        }
    };
    let columns = Columns::new()
        .labelled_axes(&results.axes, &results.labels, |trials: &Vec<&TrialCurves>| &trials[0].axes)
        .number("n", |trials| completed(trials).count().to_string())
        .number("test accuracy %", |trials| accuracy(trials))
        .number(&format!("epochs to {target}"), until("epochs_to_target"))
        .number(&format!("seconds to {target}"), until("seconds_to_target"))
        .number("diverged", |trials| {
            let diverged = trials.iter().filter(|trial| trial.status == TrialStatus::Diverged);
            let diverged = diverged.count();
            of(diverged, completed(trials).count() + diverged)
        });
    let conditions: Vec<Vec<&TrialCurves>> = results.conditions().into_values().collect();
    let mut table = columns.text(&conditions);
    table.push_str(&format!(
        "to {target}: median (Kaplan–Meier); a trial that did not reach it (censored), or diverged, counts as taking longer\n"
    ));
    let notes = population::gaps(results).sentences();
    table.extend(notes.iter().map(|note| format!("{note}\n")));
    table
}

fn completed<'a>(trials: &[&'a TrialCurves]) -> impl Iterator<Item = &'a TrialCurves> {
    trials.iter().copied().filter(|trial| trial.status == TrialStatus::Completed)
}

fn accuracy(trials: &[&TrialCurves]) -> String {
    let last = completed(trials).filter_map(|trial| trial.epochs.last());
    let values: Vec<f64> = last.map(|epoch| epoch.test.accuracy * 100.0).collect();
    let (mean, deviation) = (stats::mean(&values), stats::standard_deviation(&values));
    mean_and_deviation(mean, deviation, |number| format!("{number:.2}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Score;
    use crate::report::snapshot;
    use crate::results::format::schema::{EpochRow, TimingRow};
    use TrialStatus::{Completed, Diverged};

    fn trial(
        condition: usize,
        replicate: u64,
        status: TrialStatus,
        accuracies: &[f64],
    ) -> TrialCurves {
        let placement = ["none", "before"][condition - 1];
        let row = |(epoch, &accuracy): (usize, &f64)| EpochRow {
            epoch,
            step: epoch * 10,
            validation: Some(Score { loss: 0.1, accuracy }).into(),
            test: Score { loss: 0.1, accuracy: accuracy - 0.01 },
            ..EpochRow::default()
        };
        let seconds = |epoch| TimingRow { epoch, train_seconds: 0.5, evaluation_seconds: 9.0 };
        TrialCurves {
            id: format!("{condition}-{replicate}"),
            condition,
            axes: vec![placement.to_owned(), String::new()],
            replicate,
            status,
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
    fn the_table_has_accuracies_times_and_divergences() {
        let results = results(vec![
            trial(1, 1, Completed, &[0.1, 0.5, 0.8]),
            trial(1, 2, Diverged, &[0.1]),
            trial(2, 1, Completed, &[0.1, 0.92, 0.96]),
            trial(2, 2, Completed, &[0.1, 0.6, 0.94]),
        ]);
        snapshot::check("conditions.txt", &table(&results));
    }

    #[test]
    fn times_are_medians_that_count_those_that_never_got_there() {
        let early = [0.1, 0.92, 0.92, 0.92, 0.92];
        let late = [0.1, 0.5, 0.5, 0.5, 0.92];
        let never = [0.1, 0.5, 0.5, 0.5, 0.5];
        let of = |conditions: [(TrialStatus, &[f64]); 3]| {
            let trials = conditions.iter().zip(1..);
            let trials = trials.map(|((status, accuracies), k)| trial(1, k, *status, accuracies));
            let table = table(&results(trials.collect()));
            let row = table.lines().nth(1).expect("a row").to_owned();
            let cells: Vec<&str> = row.split("  ").map(str::trim).collect();
            let cells: Vec<&str> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
            [cells[4].to_owned(), cells[5].to_owned()]
        };
        // The mean over those that reached it would be 2.5 epochs, and over those of the second row 1.
        assert_eq!(
            of([(Completed, &early), (Completed, &late), (Completed, &never)]),
            ["4 (2 of 3)", "2.50 (2 of 3)"]
        );
        assert_eq!(
            of([(Completed, &early), (Diverged, &early), (Completed, &never)]),
            ["> 4 (1 of 3)", "> 2.50 (1 of 3)"]
        );
        assert_eq!(
            of([(Completed, &early), (Completed, &late), (Diverged, &early)]),
            ["4 (2 of 3)", "2.50 (2 of 3)"]
        );
        assert_eq!(
            of([(Completed, &early), (Diverged, &early), (Diverged, &early)]),
            ["not reached (1 of 3)", "not reached (1 of 3)"]
        );
    }
}
