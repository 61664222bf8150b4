//! Figures with one number for each trial: final scores, heat maps, differences, times.

use super::*;
use crate::plot::chart::{Along, Axis, Cell};
use crate::plot::figures::Absent;
use crate::results::format::schema::TimingRow;
use crate::results::query::{TrialStatus, Tuning};

/// Sets a trial's accuracies from the first trained epoch on.
pub(super) fn scoring(mut trial: TrialCurves, accuracy: f64) -> TrialCurves {
    for row in trial.epochs.iter_mut().skip(1) {
        row.test.accuracy = accuracy;
        row.validation.accuracy = Some(accuracy);
    }
    if let Some(untrained) = trial.epochs.first_mut() {
        untrained.test.accuracy = 0.1;
        untrained.validation.accuracy = Some(0.1);
    }
    trial
}

/// Three replicates of two placements at three learning rates; at the largest one, one network without a norm
/// diverges and the others learn nothing.
pub(super) fn learning_rates() -> Results {
    let mut trials = Vec::new();
    for (index, rate) in ["0.01", "0.1", "1.0"].into_iter().enumerate() {
        for k in 1..=3 {
            let wobble = 0.001 * k as f64;
            let accuracy = if index == 2 { 0.1 } else { 0.8 + 0.05 * index as f64 + wobble };
            trials.push(scoring(trial(&["none", rate], k), accuracy));
            let accuracy = 0.9 + 0.02 * index as f64 + wobble;
            trials.push(scoring(trial(&["before", rate], k), accuracy));
        }
    }
    let last = trials.len() - 2;
    trials[last].status = TrialStatus::Diverged;
    for (index, trial) in trials.iter_mut().enumerate() {
        trial.condition = 1 + index % 2 + 2 * (index / 6);
    }
    results(&["norm.placement", "train.learning_rate"], trials)
}

#[test]
fn the_final_metric_is_drawn_over_the_learning_rate_on_a_logarithmic_axis() {
    let chart = chart(&learning_rates(), "final");
    assert_eq!(chart.x.scale, Scale::Logarithmic);
    assert_eq!(chart.x.label, "Learning rate (log scale)");
    let ticks: Vec<&str> = chart.x.ticks.iter().map(|tick| tick.label.as_str()).collect();
    assert_eq!(ticks, ["0.01", "0.1", "1"]);
    assert_eq!(chart.rows[0].y.label, "Test accuracy (%)");
    let before = line(only_panel(&chart), "before");
    let heights: Vec<f64> = before.points.iter().map(|point| point.y).collect();
    for (height, expected) in heights.iter().zip([90.2, 92.2, 94.2]) {
        assert_close(*height, expected);
    }
    assert_eq!((before.dots.len(), before.bars.len()), (9, 3));
    assert_eq!(before.bars[0].along, Along::Y);
    assert_eq!(chart.subtitle, "Test accuracy by learning rate · an-experiment");
    render::svg(&chart, &render::Style::default()).expect("a picture");
}

#[test]
fn a_rate_at_chance_is_named_and_one_that_diverged_is_marked() {
    let chart = chart(&learning_rates(), "final");
    let panel = only_panel(&chart);
    assert_eq!(panel.note, "stayed at chance: none at 1");
    let untrained = panel.references.iter().find(|r| r.of == Along::Y);
    let untrained = untrained.expect("the accuracy of chance");
    assert_eq!(untrained.label, "untrained: 10 %");
    assert_close(untrained.low, 10.0);
    let none = line(panel, "none");
    assert_eq!(none.ended.len(), 1);
    assert_close(none.ended[0].y, chart.rows[0].y.low);
    assert_eq!(labels(&chart)[0], "none (1 of 9 diverged)");
    let symbols: Vec<Symbol> = chart.legend.iter().map(|entry| entry.symbol).collect();
    assert_eq!(symbols[2..], [Symbol::Ended, Symbol::Dot]);
}

#[test]
fn what_tuning_chose_is_marked_on_the_final_metric() {
    let mut results = learning_rates();
    results.tuning = Some(Tuning {
        key: "train.learning_rate".to_owned(),
        per: vec!["norm.placement".to_owned()],
        metric: "validation_accuracy".to_owned(),
        higher_is_better: true,
    });
    let times = chart(&results, "to-target");
    assert_eq!(titles(&times), [[""]], "each placement at its own rate");
    assert!(
        times
            .footnote
            .contains("Each line is at its own best learning rate, chosen on validation.")
    );
    let chart = chart(&results, "final");
    let ringed = |label: &str| {
        let line = line(only_panel(&chart), label);
        assert_eq!(line.chosen.len(), 1, "{label}");
        let place = line.points.iter().position(|p| *p == line.chosen[0]);
        place.expect("one of its points")
    };
    // Out of 0.01, 0.1 and 1.0.
    assert_eq!((ringed("none"), ringed("before")), (1, 2));
    let rings = chart.legend.iter().filter(|e| e.symbol == Symbol::Chosen);
    assert_eq!(rings.count(), 1);
    assert_eq!(chart.rows[0].y.label, "Validation accuracy (%)");
}

#[test]
fn without_a_numeric_axis_the_final_metric_has_a_row_for_each_placement() {
    let chart = chart(&placements(3), "final");
    let y = &chart.rows[0].y;
    assert_eq!(y.scale, Scale::Categorical);
    let names: Vec<&str> = y.ticks.iter().map(|tick| tick.label.as_str()).collect();
    assert_eq!(names, ["none", "before", "after"]);
    let after = line(only_panel(&chart), "after");
    assert!(after.loose);
    assert_close(after.points[0].y, 2.0);
    assert_eq!(after.dots.len(), 3);
    assert_eq!(chart.x.label, "Test accuracy (%)");
}

/// The learning rates at two batch sizes.
fn two_numeric_axes() -> Results {
    let mut all = learning_rates();
    all.axes.push("train.batch_size".to_owned());
    let small = all.trials.clone();
    for trial in &mut all.trials {
        trial.axes.push("8".to_owned());
    }
    for mut trial in small {
        trial.axes.push("64".to_owned());
        trial.condition += 100;
        all.trials.push(trial);
    }
    all
}

#[test]
fn a_heat_map_has_a_panel_for_each_placement_and_marks_what_is_best_and_what_diverged() {
    let chart = chart(&two_numeric_axes(), "heatmap");
    assert_eq!(titles(&chart), [["none", "before"]]);
    assert_eq!(chart.x.label, "Learning rate");
    let sizes: Vec<&str> = chart.rows[0].y.ticks.iter().map(|tick| tick.label.as_str()).collect();
    assert_eq!(sizes, ["64", "8"], "the largest on top");
    let none = &chart.rows[0].panels[0];
    assert_eq!(none.cells.len(), 6);
    let hatched: Vec<(f64, f64)> =
        none.cells.iter().filter(|cell| cell.hatched).map(|cell| (cell.at.x, cell.at.y)).collect();
    assert_eq!(hatched, [(2.0, 0.0), (2.0, 1.0)]);
    let best = none.cells.iter().filter(|cell| cell.best).collect::<Vec<_>>();
    assert_eq!(best.len(), 1);
    assert_eq!((best[0].at.x, best[0].label.as_str()), (1.0, "85.2"));
    assert_eq!(labels(&chart), ["highest mean of its panel", "a replicate diverged"]);
    assert!(
        chart.footnote.starts_with(
            "Frames: the highest mean on the test set itself: optimistic, selected on the same data"
        ),
        "{}",
        chart.footnote
    );
    let shade = chart.shade.as_ref().expect("a scale of shades");
    assert_eq!(shade.label, "Test accuracy (%)");
    assert!(shade.low <= 10.0 && shade.high >= 94.2);
}

#[test]
fn a_heat_map_frames_what_tuning_chose_by_validation_and_not_what_is_best_on_the_test_set() {
    let mut results = two_numeric_axes();
    for trial in &mut results.trials {
        let is_first = trial.axes[1] == "0.01";
        for row in &mut trial.epochs {
            row.validation.accuracy = Some(if is_first { 0.5 } else { 0.4 });
        }
    }
    for (index, trial) in results.trials.iter_mut().enumerate() {
        trial.id = index.to_string();
    }
    results.tuning = Some(Tuning {
        key: "train.learning_rate".to_owned(),
        per: vec!["norm.placement".to_owned()],
        metric: "validation_accuracy".to_owned(),
        higher_is_better: true,
    });
    let chart = chart(&results, "heatmap");
    for panel in &chart.rows[0].panels {
        let framed = panel.cells.iter().filter(|cell| cell.best);
        let framed: Vec<(f64, f64)> = framed.map(|cell| (cell.at.x, cell.at.y)).collect();
        assert_eq!(framed, [(0.0, 0.0), (0.0, 1.0)], "{}", panel.title);
    }
    assert_eq!(labels(&chart)[0], "chosen by tuning");
    assert!(
        chart.footnote.starts_with("Frames: what tuning chose by validation accuracy"),
        "{}",
        chart.footnote
    );
}

#[test]
fn a_heat_map_of_placement_and_learning_rate_has_a_row_for_each_placement() {
    let chart = chart(&learning_rates(), "heatmap");
    let ticks =
        |axis: &Axis| -> Vec<String> { axis.ticks.iter().map(|tick| tick.label.clone()).collect() };
    assert_eq!(
        (chart.x.label.as_str(), ticks(&chart.x)),
        ("Learning rate", texts(&["0.01", "0.1", "1"]))
    );
    let y = &chart.rows[0].y;
    assert_eq!((y.label.as_str(), ticks(y)), ("Placement", texts(&["none", "before"])));
    let panel = only_panel(&chart);
    assert_eq!((panel.title.as_str(), panel.cells.len()), ("", 6));
    let best: Vec<&Cell> = panel.cells.iter().filter(|cell| cell.best).collect();
    assert_eq!(best.len(), 1, "one of all conditions");
    assert_eq!((best[0].at, best[0].label.as_str()), (Point { x: 2.0, y: 1.0 }, "94.2"));
    assert!(!chart.footnote.contains("All panels"), "{}", chart.footnote);
    assert_eq!(chart.subtitle, "Test accuracy by learning rate and placement · an-experiment");
    render::svg(&chart, &render::Style::default()).expect("a picture");
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_heat_map_shows_the_two_axes_that_are_requested() {
    let results = two_numeric_axes();
    let axes = |along: Option<&str>, up: Option<&str>| {
        let request = Request {
            along: along.map(str::to_owned),
            up: up.map(str::to_owned),
            ..Request::default()
        };
        let figure = named("heatmap").expect("a figure");
        let mut drawn = figure.draw(&results, &request).map_err(|Absent(why)| why)?;
        let Drawn { stem, chart } = drawn.remove(0);
        Ok::<_, String>((
            stem,
            chart.x.label,
            chart.rows[0].y.label.clone(),
            chart.rows[0].panels.len(),
        ))
    };
    let expected = |stem: &str, x: &str, y: &str, panels: usize| {
        Ok((stem.to_owned(), x.to_owned(), y.to_owned(), panels))
    };
    assert_eq!(
        axes(Some("batch_size"), Some("norm.placement")),
        expected("heatmap-by-batch_size-and-placement", "Batch size", "Placement", 3)
    );
    assert_eq!(
        axes(None, Some("placement")),
        expected("heatmap-by-learning_rate-and-placement", "Learning rate", "Placement", 2)
    );
    assert_eq!(
        axes(Some("placement"), None),
        expected("heatmap-by-placement", "Placement", "Learning rate", 2)
    );
    for (along, up, said) in [
        (Some("placement"), Some("norm.placement"), "two different axes"),
        (Some("placemnt"), None, "did you mean"),
    ] {
        let why = axes(along, up).expect_err(said);
        assert!(why.contains(said), "{why}");
    }
}

#[test]
fn panels_of_a_heat_map_without_trials_are_left_out() {
    let mut results = two_numeric_axes();
    results.axes.push("model.activation".to_owned());
    for trial in &mut results.trials {
        let activation = if trial.axes[0] == "none" { "relu" } else { "tanh" };
        trial.axes.push(activation.to_owned());
    }
    let chart = chart(&results, "heatmap");
    assert_eq!(titles(&chart), [["none"], ["before"]]);
    let headings: Vec<&str> = chart.rows.iter().map(|row| row.heading.as_str()).collect();
    assert_eq!(headings, ["activation relu", "activation tanh"]);
}

#[test]
fn a_heat_map_of_one_axis_is_absent_with_the_reason() {
    let figure = named("heatmap").expect("a figure");
    let Absent(why) = figure.draw(&placements(3), &Request::default()).expect_err("one axis");
    assert!(why.contains("`norm.placement` and `train.learning_rate`"), "{why}");
}

#[test]
fn differences_have_a_row_a_comparison_with_its_verdict() {
    let trials = (1..=6)
        .flat_map(|k| {
            let wobble = 0.0001 * k as f64;
            [
                scoring(trial(&["none"], k), 0.9 + wobble),
                scoring(trial(&["before"], k), 0.95 + 2.0 * wobble),
            ]
        })
        .collect::<Vec<_>>();
    let mut results = results(&["norm.placement"], trials);
    for (index, trial) in results.trials.iter_mut().enumerate() {
        trial.condition = 1 + index % 2;
    }
    let chart = chart(&results, "differences");
    let names: Vec<&str> = chart.rows[0].y.ticks.iter().map(|tick| tick.label.as_str()).collect();
    assert_eq!(names, ["before − none: before is better"]);
    assert_eq!(chart.x.label, "Difference of test accuracy (points)");
    let series = &only_panel(&chart).series[0];
    assert_eq!((series.key, series.dots.len()), (Key::Before, 6));
    // 5 points, and 0.01 more for each replicate.
    assert_close(series.points[0].x, 5.035);
    assert_eq!(series.bars[0].along, Along::X);
    let zone = &only_panel(&chart).references[0];
    assert_close(zone.high, 0.2);
    assert!(chart.footnote.contains("differences below 0.2 points do not matter"));
    assert!(chart.footnote.starts_with("n = 6 pairs. Right of 0 the first is better."));
}

#[test]
fn a_replicate_that_did_not_reach_the_target_is_an_arrow() {
    let mut results = placements(3);
    results.target_accuracy = 0.5;
    // One `none` in three does not reach the target.
    results.trials[0] = scoring(trial(&["none"], 1), 0.4);
    let chart = chart(&results, "to-target");
    let none = line(only_panel(&chart), "none");
    assert_eq!(none.beyond, [(Point { x: 4.0, y: 0.0 }, Along::X)]);
    assert_eq!(none.dots.len(), 2);
    // The median of two that reached it and one that did not.
    assert_eq!(none.points.len(), 1);
    assert!(chart.subtitle.starts_with("Epochs to 50 % accuracy"));
    assert_eq!(chart.x.label, "Epochs to target");
}

#[test]
fn the_time_of_a_step_is_relative_to_no_norm() {
    let mut results = placements(3);
    for trial in &mut results.trials {
        let each = if trial.axes[0] == "none" { 1.0 } else { 1.5 };
        trial.seconds = (1..=4)
            .map(|epoch| TimingRow { epoch, train_seconds: each, evaluation_seconds: 0.1 })
            .collect();
    }
    let chart = chart(&results, "step-time");
    assert_close(line(only_panel(&chart), "before").points[0].x, 1.5);
    assert_close(only_panel(&chart).references[0].low, 1.0);
    results.trials.retain(|trial| trial.axes[0] != "none");
    let figure = named("step-time").expect("a figure");
    let Absent(why) =
        figure.draw(&results, &Request::default()).expect_err("nothing to compare with");
    assert!(why.contains("--metric seconds_per_step"), "{why}");
}

#[test]
fn a_difference_below_0_stands_on_its_axis() {
    let mut results = learning_rates();
    for row in results.trials.iter_mut().filter_map(|trial| trial.epochs.last_mut()) {
        row.evaluated_train.accuracy = Some(row.test.accuracy - 0.02);
    }
    let request = Request { metric: Some("accuracy_gap".to_owned()), ..Request::default() };
    let chart = drawn(&results, "final", &request).remove(0).chart;
    let before = line(only_panel(&chart), "before");
    assert_close(before.points[0].y, -2.0);
    assert!(chart.rows[0].y.low < -2.0, "{}", chart.rows[0].y.low);
    assert_close(before.bars[0].high, -2.0);
}
