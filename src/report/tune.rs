//! What tuning chose, as a table and as a file.

use super::table::lay_out;
use crate::compare::tune::{Choice, choices, others};
use crate::results::format::schema::TUNED_COLUMNS;
use crate::results::query::{Results, short_name};
use crate::stats;
use crate::units::for_csv;

/// A line for every setting: the chosen value, how it does, and the largest stable value; then a
/// line for every choice at the end of its grid. `None` where nothing was tuned.
pub fn table(results: &Results) -> Option<String> {
    let tuning = results.tuning.as_ref()?;
    let others = others(results, tuning);
    let name = |axis: &usize| short_name(&results.axes[*axis]).to_owned();
    let mut header: Vec<String> = others.iter().map(name).collect();
    let key = short_name(&tuning.key);
    let metric = tuning.metric.replace('_', " ");
    header.extend([
        format!("best {key}"),
        "largest stable".to_owned(),
        metric.clone(),
        "n".to_owned(),
        "test accuracy %".to_owned(),
        "diverged".to_owned(),
    ]);
    let choices = choices(results, tuning);
    let rows: Vec<Vec<String>> = choices.iter().map(row).collect();
    let mut text = format!("`{}` tuned by {metric}\n", tuning.key);
    text.push_str(&lay_out(&header, &rows, others.len()));
    for choice in &choices {
        let (Some(chosen), true) = (choice.chosen(), !choice.edge().is_empty()) else {
            continue;
        };
        let setting: Vec<&str> = choice.setting.iter().map(|cell| shown(cell)).collect();
        text.push_str(&format!(
            "{}: best at {}, and the grid ends there; extend it\n",
            setting.join(" · "),
            chosen.value
        ));
    }
    Some(text)
}

fn row(choice: &Choice) -> Vec<String> {
    let mut cells: Vec<String> = choice.setting.iter().map(|c| shown(c).to_owned()).collect();
    let Some(chosen) = choice.chosen() else {
        cells.extend(["–"; 6].map(str::to_owned));
        return cells;
    };
    let percent: Vec<f64> = chosen.test.iter().map(|share| share * 100.0).collect();
    cells.extend([
        chosen.value.clone(),
        shown(choice.largest_stable().unwrap_or_default()).to_owned(),
        stats::mean(&chosen.metric).map_or("–".to_owned(), |mean| format!("{mean:.4}")),
        chosen.metric.len().to_string(),
        match (stats::mean(&percent), stats::standard_deviation(&percent)) {
            (Some(mean), Some(std)) => format!("{mean:.2} ± {std:.2}"),
            (Some(mean), None) => format!("{mean:.2}"),
            _ => "–".to_owned(),
        },
        format!("{} of {}", chosen.diverged, chosen.metric.len() + chosen.diverged),
    ]);
    cells
}

fn shown(cell: &str) -> &str {
    if cell.is_empty() { "–" } else { cell }
}

/// The bytes of `tuned.csv`; `None` where nothing was tuned.
pub fn csv(results: &Results) -> Option<Vec<u8>> {
    let tuning = results.tuning.as_ref()?;
    let others = others(results, tuning);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = others.iter().map(|&axis| results.axes[axis].as_str());
    // Writing to memory has no way to fail, and all rows are as long as the header.
    drop(writer.write_record(header.chain(TUNED_COLUMNS)));
    let cell = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    for choice in choices(results, tuning) {
        let chosen = choice.chosen();
        let mut cells = choice.setting.clone();
        cells.extend([
            tuning.key.clone(),
            tuning.metric.clone(),
            choice.tried.len().to_string(),
            chosen.map(|c| c.value.clone()).unwrap_or_default(),
            choice.edge().to_owned(),
            choice.largest_stable().unwrap_or_default().to_owned(),
            cell(chosen.and_then(|c| stats::mean(&c.metric))),
            chosen.map_or(0, |c| c.metric.len()).to_string(),
            chosen.map_or(0, |c| c.diverged).to_string(),
            cell(chosen.and_then(|c| stats::mean(&c.test))),
            cell(chosen.and_then(|c| stats::standard_deviation(&c.test))),
        ]);
        drop(writer.write_record(cells.iter().map(|cell| for_csv(cell).into_owned())));
    }
    Some(writer.into_inner().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::compare::tune::at_chosen;
    use crate::description::{ClassCount, DatasetDescription};
    use crate::results::format::schema::EpochRow;
    use crate::results::query::{TrialCurves, Tuning};

    /// Validation accuracies of the replicates; below 0 one that diverged.
    fn trials(placement: &str, first: usize, grid: &[(&str, &[f64])]) -> Vec<TrialCurves> {
        let trial = |condition: usize, rate: &str, replicate: usize, accuracy: f64| TrialCurves {
            id: format!("{condition}-{replicate}"),
            condition,
            axes: vec![placement.to_owned(), rate.to_owned()],
            replicate: replicate as u64,
            outcome: if accuracy < 0.0 { "diverged" } else { "completed" }.to_owned(),
            diverged_step: None,
            epochs: vec![EpochRow {
                epoch: 1,
                validation_accuracy: Some(accuracy),
                validation_loss: Some(accuracy * 2.0),
                test_accuracy: accuracy - 0.1,
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
    fn the_best_value_is_stable_and_its_place_on_the_grid_is_told() {
        let expected = "\
`train.learning_rate` tuned by validation accuracy
placement  best learning_rate  largest stable  validation accuracy  n  test accuracy %  diverged
none                     0.01            0.01               0.7000  2    60.00 ± 14.14    0 of 2
before                    0.1             0.1               0.7500  1            65.00    0 of 1
before: best at 0.1, and the grid ends there; extend it
";
        assert_eq!(table(&results("validation_accuracy")).as_deref(), Some(expected));
    }

    #[test]
    fn a_value_at_which_nothing_was_learned_is_not_stable() {
        let mut results = results("validation_accuracy");
        results.trials = trials("none", 1, &[("0.01", &[0.5]), ("0.1", &[0.24])]);
        for trial in &mut results.trials {
            let untrained = EpochRow { test_accuracy: 0.1, ..EpochRow::default() };
            trial.epochs.insert(0, untrained);
        }
        // Test accuracies of 0.4 and 0.14, where chance is 0.1 and 0.145 is a twentieth of the way.
        let told = table(&results).expect("tuned");
        assert!(told.contains("\nnone                     0.01            0.01 "), "{told}");
    }

    #[test]
    fn a_value_that_is_no_better_than_always_answering_the_largest_class_is_not_stable() {
        let mut results = results("validation_accuracy");
        // Test accuracies of 0.95 and 0.9; untrained networks have 0.5.
        results.trials = trials("none", 1, &[("0.01", &[1.05]), ("0.1", &[1.0])]);
        for trial in &mut results.trials {
            let untrained = EpochRow { test_accuracy: 0.5, ..EpochRow::default() };
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
    fn the_file_says_the_same_and_a_loss_is_best_where_it_is_lowest() {
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
    fn where_every_value_diverged_somewhere_the_least_bad_is_told_with_its_count() {
        let mut results = results("validation_accuracy");
        results.trials = trials("none", 1, &[("0.1", &[0.9, -1.0]), ("1", &[-1.0, -1.0])]);
        let text = table(&results).expect("tuned");
        assert!(text.contains("none                      0.1               –               0.9000  1            80.00    1 of 2"), "{text}");
        results.trials = trials("none", 1, &[("0.1", &[-1.0]), ("1", &[-1.0])]);
        let text = table(&results).expect("tuned");
        assert!(text.lines().count() == 3 && text.contains("none"), "{text}");
    }
}
