//! Options of figures.

use super::*;
use crate::plot::figures::{Absent, Horizontal, catalogue, defaults, is_of_run, of_run, unmet};
use crate::results::format::schema::{StepRow, TimingRow};

fn asked(results: &Results, name: &str, request: &Request) -> Chart {
    let mut drawn = drawn(results, name, request);
    assert_eq!(drawn.len(), 1);
    drawn.remove(0).chart
}

fn of(metric: &str) -> Request {
    Request { metric: Some(metric.to_owned()), ..Request::default() }
}

#[test]
fn figures_are_known_by_different_names() {
    let mut names: Vec<&str> = catalogue().iter().map(|figure| figure.name).collect();
    assert!(names.iter().all(|name| named(name).is_some()));
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(named("histogram").is_none());
}

#[test]
fn steps_show_the_training_loss_between_epochs() {
    let mut results = placements(1);
    for trial in &mut results.trials {
        trial.steps = (1..=20)
            .map(|step| StepRow { step, epoch: 1, loss: 1.0 / step as f64, accuracy: 0.5 })
            .collect();
    }
    let request = Request { x: Horizontal::Step, ..of("train_loss") };
    assert!(named("curves").expect("a figure").details(&placements(1), &request).steps);
    let chart = asked(&results, "curves", &request);
    assert_eq!(line(only_panel(&chart), "none").points.len(), 20);
    assert_eq!(chart.x.label, "Optimiser step");
    assert!(chart.footnote.contains("of the step's own batch"));
    assert_eq!(drawn(&results, "curves", &request)[0].stem, "train_loss-by-step");
    // Other metrics are measured after epochs only.
    let request = Request { x: Horizontal::Step, ..of("test_loss") };
    let chart = asked(&results, "curves", &request);
    let places = &line(only_panel(&chart), "none").points;
    assert_close(places[0].x, 10.0);
}

#[test]
fn replicates_that_took_different_times_are_compared_at_equal_times() {
    let mut results = placements(2);
    for trial in &mut results.trials {
        let each = trial.replicate as f64;
        trial.seconds = (1..=4)
            .map(|epoch| TimingRow { epoch, train_seconds: each, evaluation_seconds: 9.0 })
            .collect();
    }
    let request = Request { x: Horizontal::Seconds, ..of("train_loss") };
    let chart = asked(&results, "curves", &request);
    let points = &line(only_panel(&chart), "none").points;
    // From the first epoch of the slower one to the last of the faster one.
    assert_close(points[0].x, 2.0);
    assert_close(points[points.len() - 1].x, 4.0);
    // 1.1 / 2 of the first one at its second epoch, 1.2 of the second one at its first.
    assert_close(points[0].y, 0.875);
    assert!(chart.footnote.contains("evaluation not among them"));
}

#[test]
fn smoothing_averages_backwards_and_is_stated() {
    let request = Request { smooth: 2, ..of("train_loss") };
    let chart = asked(&placements(1), "curves", &request);
    let points = &line(only_panel(&chart), "none").points;
    assert_close(points[0].y, 1.1);
    assert_close(points[1].y, 0.825);
    assert!(chart.footnote.contains("the mean of it and up to 1 before it"));
}

#[test]
fn replicates_are_drawn_on_request() {
    let request = Request { replicates: true, ..of("train_loss") };
    let chart = asked(&placements(3), "curves", &request);
    assert_eq!(line(only_panel(&chart), "none").singles.len(), 3);
    let plain = asked(&placements(3), "curves", &of("train_loss"));
    assert!(line(only_panel(&plain), "none").singles.is_empty());
}

#[test]
fn a_logarithmic_axis_is_made_on_request() {
    let request = Request { log_y: Some(true), log_x: Some(true), ..of("train_loss") };
    let chart = asked(&placements(1), "curves", &request);
    assert_eq!(chart.rows[0].y.scale, Scale::Logarithmic);
    assert_eq!(chart.rows[0].y.label, "Cross-entropy loss (nats, log scale)");
    assert_eq!(chart.x.scale, Scale::Logarithmic);
}

/// `final` against the dropout rates, on logarithmic axes.
fn final_by_dropout(rates: &[&str]) -> (Drawn, Vec<String>) {
    let trials = ["none", "before"]
        .into_iter()
        .flat_map(|placement| rates.iter().map(move |rate| trial(&[placement, rate], 1)))
        .collect();
    let results = results(&["norm.placement", "model.dropout"], trials);
    let request = Request { log_x: Some(true), ..Request::default() };
    let mut drawn = drawn(&results, "final", &request);
    let unmet = unmet(&drawn[0], &request);
    (drawn.remove(0), unmet)
}

#[test]
fn an_impossible_scale_is_reported_and_not_part_of_the_file_name() {
    let (drawn, unmet) = final_by_dropout(&["0.0", "0.25", "0.5"]);
    assert_eq!(drawn.chart.x.scale, Scale::Linear);
    assert_eq!(drawn.stem, "final");
    assert_eq!(
        unmet,
        [
            "`--log-x` has no effect on `final`: it shows 0 or less, which has no logarithm; its axis is linear"
        ]
    );
    let (drawn, unmet) = final_by_dropout(&["0.125", "0.25", "0.5"]);
    assert_eq!(drawn.chart.x.scale, Scale::Logarithmic);
    assert_eq!((&drawn.stem[..], unmet), ("final-log-x", Vec::new()));
}

#[test]
fn an_impossible_vertical_scale_is_reported_and_not_part_of_the_file_name() {
    let mut results = placements(1);
    for trial in &mut results.trials {
        trial.epochs[1].train.loss = Some(0.0);
    }
    let request = Request { log_y: Some(true), ..of("train_loss") };
    let drawn = drawn(&results, "curves", &request).remove(0);
    assert_eq!(drawn.chart.rows[0].y.scale, Scale::Linear);
    assert_eq!(drawn.stem, "train_loss");
    assert_eq!(unmet(&drawn, &request).len(), 1);
}

#[test]
fn epoch_0_is_on_the_edge_of_a_logarithmic_axis_with_a_note() {
    let request = Request { log_x: Some(true), ..of("test_loss") };
    let mut results = placements(1);
    for trial in &mut results.trials {
        // With a single epoch, epoch 0 is drawn, too.
        trial.epochs.truncate(2);
    }
    let chart = asked(&results, "curves", &request);
    assert_eq!(chart.x.scale, Scale::Logarithmic);
    assert!(
        chart
            .footnote
            .ends_with("What is 0 or less has no logarithm and stands on the edge of its panel.")
    );
}

#[test]
fn panels_are_made_by_the_requested_axes_and_the_others_become_lines() {
    let request = Request { facets: vec!["placement".to_owned()], ..of("train_loss") };
    let chart = asked(&batch_sizes(&["8", "32"]), "curves", &request);
    assert_eq!(titles(&chart), [["placement none", "placement before"]]);
    assert_eq!(chart.legend_title, "Batch size");
    assert_eq!(labels(&chart), ["8", "32"]);
}

#[test]
fn an_axis_or_a_metric_that_does_not_exist_is_answered_with_one_that_does() {
    let results = batch_sizes(&["8", "32"]);
    let figure = named("curves").expect("a figure");
    let request = Request { facets: vec!["batchsize".to_owned()], ..Request::default() };
    let Absent(why) = figure.draw(&results, &request).expect_err("no axis");
    assert!(why.contains("did you mean `train.batch_size`?"), "{why}");
    let Absent(why) = figure.draw(&results, &of("tset_loss")).expect_err("no metric");
    assert!(why.contains("did you mean `test_loss`?"), "{why}");
}

#[test]
fn the_kinds_of_norm_are_the_lines_where_the_placement_is_fixed() {
    let trials = ["8", "32"]
        .into_iter()
        .flat_map(|size| ["batch", "layer"].map(|kind| trial(&["before", size, kind], 1)))
        .collect();
    let axes = ["norm.placement", "train.batch_size", "norm.kind"];
    let chart = asked(&results(&axes, trials), "curves", &of("train_loss"));
    assert_eq!(labels(&chart), ["batch", "layer"]);
    assert_eq!(titles(&chart), [["batch size 8", "batch size 32"]]);
}

#[test]
fn of_too_many_lines_the_ends_and_some_between_are_drawn() {
    let sizes: Vec<String> = (1..=15).map(|size| size.to_string()).collect();
    let trials = sizes.iter().map(|size| trial(&["before", size], 1)).collect();
    let results = results(&["norm.placement", "train.batch_size"], trials);
    let chart = asked(&results, "curves", &of("train_loss"));
    assert_eq!(labels(&chart), ["1", "3", "5", "7", "9", "11", "13", "15"]);
    assert!(
        chart.footnote.contains("8 of 15 lines are drawn, without 2, 4, 6, 8 and 3 others"),
        "{}",
        chart.footnote
    );
    let looks: std::collections::HashSet<Key> =
        only_panel(&chart).series.iter().map(|s| s.key).collect();
    assert_eq!(looks.len(), 8, "no two of them look alike");
}

#[test]
fn replicates_without_a_time_in_common_have_no_mean() {
    let mut results = placements(2);
    for trial in &mut results.trials {
        // The first replicate has ended before the second one's first epoch.
        let each = if trial.replicate == 1 { 1.0 } else { 100.0 };
        trial.seconds = (1..=4)
            .map(|epoch| TimingRow { epoch, train_seconds: each, evaluation_seconds: 0.0 })
            .collect();
    }
    let request = Request { x: Horizontal::Seconds, ..of("train_loss") };
    let chart = asked(&results, "curves", &request);
    let none = line(only_panel(&chart), "none");
    assert_eq!((none.points.len(), none.band.len()), (0, 0));
    assert_eq!(none.singles.len(), 2, "each by itself");
    assert!(chart.x.high >= 400.0, "they have room");
}

#[test]
fn the_default_figures_are_those_that_the_experiment_can_show() {
    let names = |results: &Results| -> Vec<&str> {
        let defaults = defaults(results).into_iter();
        defaults.map(|(figure, _)| figure.name).collect()
    };
    let few = names(&placements(3));
    assert_eq!(few[..4], ["overview", "final", "differences", "curves"]);
    assert!(few.contains(&"to-target") && !few.contains(&"heatmap"));
    assert_eq!(names(&batch_sizes(&["8", "32"]))[..3], ["overview", "heatmap", "final"]);
    assert!(names(&results(&["norm.placement"], Vec::new())).is_empty());
}

#[test]
fn a_run_draws_what_was_swept_and_nothing_that_depends_on_the_clock() {
    let stems = |results: &Results| -> Vec<String> {
        let drawn = super::super::drawn(results, &of_run(results)).into_iter();
        drawn.map(|drawn| drawn.stem).filter(|stem| !stem.ends_with("loss")).collect()
    };
    let curves = ["train_accuracy", "validation_accuracy", "test_accuracy"];
    assert_eq!(stems(&batch_sizes(&["8"])), [&["overview", "final"], &curves[..]].concat());
    let mut swept = batch_sizes(&["8", "32"]);
    assert_eq!(stems(&swept), [&["overview", "heatmap", "final"], &curves[..]].concat());
    for row in swept.trials.iter_mut().filter_map(|trial| trial.epochs.last_mut()) {
        row.evaluated_train.loss = Some(0.1);
        row.evaluated_train.accuracy = Some(0.9);
    }
    assert_eq!(stems(&swept).last().map(String::as_str), Some("gap"));
    for stem in stems(&swept) {
        assert!(is_of_run(&stem), "{stem}");
    }
    for stem in ["gradients-batch-size-8", "train_loss-by-step", "percentiles", "heatmap"] {
        assert!(is_of_run(stem), "{stem}");
    }
    for stem in
        ["final-test_loss", "step-time", "differences-test_loss", "mine", "heatmap-by-placement"]
    {
        assert!(!is_of_run(stem), "{stem}");
    }
}

#[test]
fn every_figure_is_explained_to_users() {
    let page = include_str!("../../../../results/README.md");
    let (_, section) = page.split_once("## The figures").expect("the section");
    for figure in catalogue() {
        assert!(section.contains(&format!("`{}`", figure.name)), "{}", figure.name);
    }
}
