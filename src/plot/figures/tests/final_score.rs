//! The figure `final` along a requested axis, and of times to a target that was not reached.

use super::scores::{learning_rates, scoring};
use super::*;
use std::sync::Arc;

use crate::description::{ClassCount, DatasetDescription};
use crate::plot::chart::{Along, Reference};
use crate::results::query::Tuning;

#[test]
fn along_another_axis_than_the_tuned_one_each_point_is_at_its_own_best() {
    // Two batch sizes with three rates each; validation chooses 0.1 at 8 and 1.0 at 64.
    let mut trials = Vec::new();
    for (size, accuracies) in [("8", [0.8, 0.9, 0.85]), ("64", [0.7, 0.8, 0.95])] {
        for (rate, accuracy) in ["0.01", "0.1", "1.0"].into_iter().zip(accuracies) {
            for k in 1..=2 {
                for placement in ["none", "before"] {
                    trials.push(scoring(trial(&[placement, size, rate], k), accuracy));
                }
            }
        }
    }
    for (index, trial) in trials.iter_mut().enumerate() {
        trial.condition = 1 + index % 2 + 2 * (index / 4);
    }
    let axes = ["norm.placement", "train.batch_size", "train.learning_rate"];
    let mut results = results(&axes, trials);
    results.tuning = Some(Tuning {
        key: "train.learning_rate".to_owned(),
        per: vec!["norm.placement".to_owned(), "train.batch_size".to_owned()],
        metric: "validation_accuracy".to_owned(),
        higher_is_better: true,
    });
    let along = |axis: &str| Request { along: Some(axis.to_owned()), ..Request::default() };
    let chart = drawn(&results, "final", &along("batch_size")).remove(0).chart;
    assert_eq!(chart.x.label, "Batch size (log scale)");
    assert_eq!(chart.rows[0].y.label, "Test accuracy (%)", "what it comes to");
    let none = line(only_panel(&chart), "none");
    let heights: Vec<f64> = none.points.iter().map(|point| point.y).collect();
    assert_eq!(heights.len(), 2);
    for (height, expected) in heights.iter().zip([90.0, 95.0]) {
        assert_close(*height, expected);
    }
    assert!(chart.footnote.contains("Each point is at its own best learning rate"));

    // Along the tuned axis, or with a panel for each of its values, all trials are shown.
    for request in [
        along("learning_rate"),
        Request { facets: vec!["train.learning_rate".to_owned()], ..along("batch_size") },
    ] {
        let chart = drawn(&results, "final", &request).remove(0).chart;
        assert!(!chart.footnote.contains("Each point is at"));
    }
    let figure = named("final").expect("a figure");
    let refused = |request: &Request| figure.draw(&results, request).expect_err("absent").0;
    assert!(refused(&along("batch_sise")).contains("did you mean"));
    let both = Request { facets: vec!["batch_size".to_owned()], ..along("train.batch_size") };
    assert!(refused(&both).contains("cannot be both"));
}

#[test]
fn along_an_axis_of_names_points_stand_side_by_side_without_lines() {
    let results = learning_rates();
    let request = Request { along: Some("placement".to_owned()), ..Request::default() };
    let Drawn { stem, chart } = drawn(&results, "final", &request).remove(0);
    assert_eq!(stem, "final-by-placement");
    assert_eq!((chart.x.scale, chart.x.label.as_str()), (Scale::Categorical, "Placement"));
    let names: Vec<&str> = chart.x.ticks.iter().map(|tick| tick.label.as_str()).collect();
    assert_eq!(names, ["none", "before"]);
    assert_eq!(chart.legend_title, "Learning rate");
    let panel = only_panel(&chart);
    for (index, label) in ["0.01", "0.1", "1"].into_iter().enumerate() {
        let line = line(panel, label);
        assert!(line.loose, "names have no order");
        let aside = (index as f64 - 1.0) * 0.2;
        let places: Vec<f64> = line.points.iter().map(|point| point.x).collect();
        assert_eq!(places.len(), 2);
        assert_close(places[0], aside);
        assert_close(places[1], 1.0 + aside);
    }
    render::svg(&chart, &render::Style::default()).expect("a picture");
    let alone = drawn(&placements(3), "final", &request).remove(0).chart;
    assert!(labels(&alone).is_empty(), "a single line has no name");
    assert!(alone.band.ends_with("Small dots: single replicates."), "{}", alone.band);
    let request = Request { along: Some("batch_size".to_owned()), ..Request::default() };
    let figure = named("final").expect("a figure");
    let constant = figure.draw(&batch_sizes(&["8"]), &request).expect_err("one value").0;
    assert!(constant.contains("those that have are `norm.placement`"), "{constant}");
}

#[test]
fn a_target_that_was_not_reached_is_an_arrow_along_the_axis_and_has_no_mean() {
    let mut results = learning_rates();
    results.target_accuracy = 0.93;
    let request = Request { metric: Some("epochs_to_target".to_owned()), ..Request::default() };
    let chart = drawn(&results, "final", &request).remove(0).chart;
    let none = line(only_panel(&chart), "none");
    assert!(none.points.is_empty(), "{:?}", none.points);
    // Two rates with three replicates, and two replicates of the third rate: one of those diverged.
    assert_eq!((none.beyond.len(), none.ended.len()), (8, 1));
    assert!(
        none.beyond
            .iter()
            .all(|(point, along)| { *along == Along::Y && (point.y - 4.0).abs() < 1e-9 })
    );
    assert!(labels(&chart).contains(&"target not reached (censored)"));
    assert!(chart.footnote.contains("there is no median"));
    let steps: Vec<f64> = chart.rows[0].y.ticks.iter().map(|tick| tick.value).collect();
    assert!(
        steps.len() > 1 && steps.iter().all(|step| step.fract() == 0.0),
        "{steps:?}: epochs are counted"
    );
    assert!(
        chart.band.starts_with("Point: median (Kaplan and Meier")
            && chart.band.contains("one that diverged never gets there"),
        "{}",
        chart.band
    );
}

#[test]
fn where_one_class_fills_the_test_set_the_line_of_always_answering_it_is_drawn() {
    let class = |name: &str, test| ClassCount { name: name.to_owned(), train: test, test };
    let of = |classes: Vec<ClassCount>| {
        Arc::new(DatasetDescription { classes, ..DatasetDescription::default() })
    };
    let rare = of(vec![class("no", 183), class("yes", 17)]);
    let even = of(vec![class("no", 100), class("yes", 100)]);
    for (mut results, along) in [(learning_rates(), Along::Y), (placements(2), Along::X)] {
        let mut lines = |data: &Arc<DatasetDescription>| -> Vec<(Along, f64, String)> {
            for trial in &mut results.trials {
                trial.data = Some(Arc::clone(data));
            }
            let chart = chart(&results, "final");
            let references = only_panel(&chart).references.iter();
            let always = references.filter(|reference| reference.label.starts_with("always"));
            let line = |line: &Reference| (line.of, line.low, line.label.clone());
            always.map(line).collect()
        };
        assert_eq!(lines(&even), []);
        let found = lines(&rare);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, along);
        assert_close(found[0].1, 91.5);
        assert_eq!(found[0].2, "always “no”: 91.5 %");
    }
}
