//! The choices of tuning, as a table and as a file.

use super::page::document::Cell;
use super::sheet::{Columns, Sheet, digits, program_columns};
use crate::compare::tune::{Choice, Tried, choices, others};
use crate::results::format::schema::TUNED_COLUMNS;
use crate::results::query::{Results, Tuning, short_name};
use crate::stats;
use crate::wording::numbers::{dashed, mean_and_deviation, of};

/// One row for every setting: the chosen value, its scores, and the largest stable value; then a
/// line for every choice at the end of its grid. `None` where nothing was tuned.
pub fn table(results: &Results) -> Option<String> {
    let tuning = results.tuning.as_ref()?;
    let choices = choices(results, tuning);
    let key = short_name(&tuning.key);
    let columns = columns(results, tuning, [&format!("best {key}"), "test accuracy %"], "");
    let metric = tuning.metric.replace('_', " ");
    let mut text = format!("`{}` tuned by {metric}\n{}", tuning.key, columns.text(&choices));
    for choice in choices.iter().filter(|choice| !choice.edge().is_empty()) {
        let Some(chosen) = choice.chosen() else {
            continue;
        };
        let setting: Vec<&str> = choice.setting.iter().map(|cell| dashed(cell)).collect();
        text.push_str(&format!(
            "{}: best at {}, and the grid ends there; extend it\n",
            setting.join(" · "),
            chosen.value
        ));
    }
    Some(text)
}

/// The columns of the choices; `at_edge` marks a value at an end of the grid.
pub(super) fn columns<'a>(
    results: &'a Results,
    tuning: &Tuning,
    [best, accuracy]: [&str; 2],
    at_edge: &'a str,
) -> Columns<'a, Choice> {
    Columns::new()
        .labelled_axes(&setting_axes(results, tuning), &results.labels, |choice: &Choice| {
            &choice.setting
        })
        .number(best, move |choice| {
            let mark = if choice.edge().is_empty() { "" } else { at_edge };
            of_chosen(choice, |chosen| {
                Cell::ordered(format!("{}{mark}", chosen.value), chosen.value.parse().ok())
            })
        })
        .number("largest stable", |choice| choice.largest_stable().unwrap_or_default().to_owned())
        .number(&tuning.metric.replace('_', " "), |choice| {
            of_chosen(choice, |chosen| {
                let mean = stats::mean(&chosen.metric);
                Cell::ordered(mean.map(|mean| format!("{mean:.4}")).unwrap_or_default(), mean)
            })
        })
        .number("n", |choice| of_chosen(choice, |c| Cell::of(c.metric.len().to_string())))
        .number(accuracy, |choice| of_chosen(choice, test_accuracy))
        .number("diverged", |choice| {
            of_chosen(choice, |chosen| {
                let all = chosen.metric.len() + chosen.diverged;
                Cell::ordered(of(chosen.diverged, all), Some(chosen.diverged as f64))
            })
        })
}

/// The cell of a choice; empty in a setting in which no trial was completed.
fn of_chosen(choice: &Choice, cell: impl Fn(&Tried) -> Cell) -> Cell {
    choice.chosen().map(cell).unwrap_or_default()
}

fn test_accuracy(chosen: &Tried) -> Cell {
    let percent: Vec<f64> = chosen.test.iter().map(|share| share * 100.0).collect();
    let (mean, deviation) = (stats::mean(&percent), stats::standard_deviation(&percent));
    Cell::ordered(mean_and_deviation(mean, deviation, |number| format!("{number:.2}")), mean)
}

/// All axes but the tuned one; those that are compared come first.
fn setting_axes(results: &Results, tuning: &Tuning) -> Vec<String> {
    others(results, tuning).iter().map(|&axis| results.axes[axis].clone()).collect()
}

/// The bytes of `tuned.csv`; `None` where nothing was tuned.
pub fn csv(results: &Results) -> Option<Vec<u8>> {
    let tuning = results.tuning.as_ref()?;
    let row = |choice: &Choice| {
        let chosen = choice.chosen();
        let test = chosen.map_or(&[][..], |chosen| &chosen.test);
        let cells = [
            tuning.key.clone(),
            tuning.metric.clone(),
            choice.tried.len().to_string(),
            chosen.map(|chosen| chosen.value.clone()).unwrap_or_default(),
            choice.edge().to_owned(),
            choice.largest_stable().unwrap_or_default().to_owned(),
            digits(chosen.and_then(|chosen| stats::mean(&chosen.metric))),
            chosen.map_or(0, |chosen| chosen.metric.len()).to_string(),
            chosen.map_or(0, |chosen| chosen.diverged).to_string(),
            digits(stats::mean(test)),
            digits(stats::standard_deviation(test)),
        ];
        [&choice.setting[..], &cells].concat()
    };
    let sheet = Sheet {
        columns: program_columns(&setting_axes(results, tuning), &TUNED_COLUMNS),
        rows: choices(results, tuning).iter().map(row).collect(),
    };
    Some(sheet.csv().into_bytes())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::compare::tune::at_chosen;
    use crate::description::{ClassCount, DatasetDescription};
    use crate::event::Score;
    use crate::report::snapshot;
    use crate::results::format::schema::EpochRow;
    use crate::results::query::TrialStatus;
    use crate::results::query::{TrialCurves, Tuning};

    /// Trials with these validation accuracies, one for each replicate; below 0 for one that diverged.
    fn trials(placement: &str, first: usize, grid: &[(&str, &[f64])]) -> Vec<TrialCurves> {
        let trial = |condition: usize, rate: &str, replicate: usize, accuracy: f64| TrialCurves {
            id: format!("{condition}-{replicate}"),
            condition,
            axes: vec![placement.to_owned(), rate.to_owned()],
            replicate: replicate as u64,
            status: if accuracy < 0.0 { TrialStatus::Diverged } else { TrialStatus::Completed },
            diverged_step: None,
            epochs: vec![EpochRow {
                epoch: 1,
                validation: Some(Score { loss: accuracy * 2.0, accuracy }).into(),
                test: Score { accuracy: accuracy - 0.1, ..Score::default() },
                ..EpochRow::default()
            }],
            ..TrialCurves::default()
        };
        let mut all = Vec::new();
        for (index, (rate, accuracies)) in grid.iter().enumerate() {
            for (replicate, &accuracy) in accuracies.iter().enumerate() {
                all.push(trial(first + index, rate, replicate + 1, accuracy));
            }
        }
        all
    }

    fn results(metric: &str) -> Results {
        let none = trials(
            "none",
            1,
            &[("0.01", &[0.6, 0.8]), ("0.1", &[0.9, -1.0]), ("1e-3", &[0.5, 0.5])],
        );
        let before = trials("before", 4, &[("0.01", &[0.5]), ("0.1", &[0.75]), ("1e-3", &[-1.0])]);
        Results {
            name: "x".to_owned(),
            question: String::new(),
            target_accuracy: 0.9,
            axes: vec!["norm.placement".to_owned(), "train.learning_rate".to_owned()],
            trials: [none, before].concat(),
            tuning: Some(Tuning {
                key: "train.learning_rate".to_owned(),
                per: vec!["norm.placement".to_owned()],
                metric: metric.to_owned(),
                higher_is_better: metric == "validation_accuracy",
            }),
            ..Results::default()
        }
    }

    #[test]
    fn the_best_value_is_stable_and_its_position_on_the_grid_is_printed() {
        let table = table(&results("validation_accuracy"));
        snapshot::check("tuned.txt", &table.expect("tuned"));
    }

    #[test]
    fn a_value_at_which_nothing_was_learned_is_not_stable() {
        let mut results = results("validation_accuracy");
        results.trials = trials("none", 1, &[("0.01", &[0.5]), ("0.1", &[0.24])]);
        for trial in &mut results.trials {
            let test = Score { accuracy: 0.1, ..Score::default() };
            let untrained = EpochRow { test, ..EpochRow::default() };
            trial.epochs.insert(0, untrained);
        }
        // Test accuracies of 0.4 and 0.14, where chance is 0.1 and 0.145 is 5 % of the way.
        let told = table(&results).expect("tuned");
        assert!(told.contains("\nnone                     0.01            0.01 "), "{told}");
    }

    #[test]
    fn a_value_that_is_no_better_than_always_answering_the_largest_class_is_not_stable() {
        let mut results = results("validation_accuracy");
        // Test accuracies of 0.95 and 0.9; untrained networks have 0.5.
        results.trials = trials("none", 1, &[("0.01", &[1.05]), ("0.1", &[1.0])]);
        for trial in &mut results.trials {
            let test = Score { accuracy: 0.5, ..Score::default() };
            let untrained = EpochRow { test, ..EpochRow::default() };
            trial.epochs.insert(0, untrained);
        }
        let told = |results: &Results| {
            let bytes = csv(results).expect("tuned");
            let text = String::from_utf8(bytes).expect("text");
            text.lines().nth(1).expect("a row").to_owned()
        };
        assert!(told(&results).contains(",0.01,low,0.1,"), "{}", told(&results));
        let class = |name: &str, test| ClassCount { name: name.to_owned(), train: test, test };
        let data = Arc::new(DatasetDescription {
            classes: vec![class("no", 183), class("yes", 17)],
            ..DatasetDescription::default()
        });
        for trial in &mut results.trials {
            trial.data = Some(Arc::clone(&data));
        }
        // 0.915 is the share of the largest class: 0.9 is below it.
        assert!(told(&results).contains(",0.01,low,0.01,"), "{}", told(&results));
    }

    #[test]
    fn what_was_chosen_is_left_without_its_axis() {
        let chosen = at_chosen(&results("validation_accuracy")).expect("tuned");
        assert_eq!(chosen.axes, ["norm.placement"]);
        let left: Vec<(&str, usize)> =
            chosen.trials.iter().map(|trial| (trial.axes[0].as_str(), trial.condition)).collect();
        assert_eq!(left, [("none", 1), ("none", 1), ("before", 5)]);
        assert_eq!(at_chosen(&chosen), None, "nothing is tuned any more");
    }

    #[test]
    fn the_file_has_the_same_choices_and_a_loss_is_best_where_it_is_lowest() {
        let bytes = csv(&results("validation_loss")).expect("tuned");
        let text = String::from_utf8(bytes).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "norm.placement,tuned,metric,values,chosen,edge,largest_stable,metric_mean,n,diverged,test_accuracy_mean,test_accuracy_std"
        );
        assert_eq!(
            lines[1],
            "none,train.learning_rate,validation_loss,3,1e-3,low,0.01,1,2,0,0.4,0"
        );
        assert!(
            lines[2]
                .starts_with("before,train.learning_rate,validation_loss,3,0.01,,0.1,1,1,0,0.4,")
        );
    }

    #[test]
    fn where_every_value_diverged_the_one_with_fewest_is_printed_with_its_count() {
        let mut results = results("validation_accuracy");
        results.trials = trials("none", 1, &[("0.1", &[0.9, -1.0]), ("1", &[-1.0, -1.0])]);
        let text = table(&results).expect("tuned");
        assert!(text.contains("none                      0.1               –               0.9000  1            80.00    1 of 2"), "{text}");
        results.trials = trials("none", 1, &[("0.1", &[-1.0]), ("1", &[-1.0])]);
        let text = table(&results).expect("tuned");
        assert!(text.lines().count() == 3 && text.contains("none"), "{text}");
    }
}
