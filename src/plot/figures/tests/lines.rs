//! Means, bands and marks.

use super::*;

#[test]
fn a_line_is_the_mean_from_the_first_trained_epoch_on() {
    let chart = figure(&placements(2), "validation_loss");
    let points = &line(only_panel(&chart), "before").points;
    assert_eq!(points.iter().map(|point| point.x).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
    // The replicates have 1.1/2 + 0.01 and 1.2/2 + 0.01.
    assert_close(points[1].y, 0.585);
    assert!(chart.footnote.contains("untrained network (epoch 0) is not drawn"));
}

#[test]
fn accuracies_are_per_cent() {
    let chart = figure(&placements(2), "train_accuracy");
    assert_eq!(chart.rows[0].y.label, "Accuracy (%)");
    // The accuracies are 1 − 0.11 and 1 − 0.12.
    assert_close(line(only_panel(&chart), "none").points[0].y, 88.5);
    assert!(chart.rows[0].y.low > 80.0 && chart.rows[0].y.high <= 100.0);
}

#[test]
fn one_replicate_has_no_band_and_a_note() {
    let chart = figure(&placements(1), "train_loss");
    assert!(line(only_panel(&chart), "none").band.is_empty());
    assert_eq!(chart.band, "Line: the one completed replicate (n = 1); a single run has no band.");
    assert_eq!(labels(&chart), ["none", "before", "after"]);
}

#[test]
fn two_replicates_are_the_edges_of_their_band() {
    let chart = figure(&placements(2), "train_loss");
    let band = &line(only_panel(&chart), "none").band;
    assert_eq!(band[0], Span { x: 1.0, low: 1.1, high: 1.2 });
    assert!(chart.band.contains("smallest to largest of the two"));
}

#[test]
fn three_replicates_have_a_t_interval() {
    let chart = figure(&placements(3), "train_loss");
    let span = line(only_panel(&chart), "none").band[0];
    // Mean 1.2, s = 0.1, t = 4.3027 for two degrees of freedom.
    let half = 4.302_652_729_749_462 * 0.1 / 3_f64.sqrt();
    assert_close(span.low, 1.2 - half);
    assert_close(span.high, 1.2 + half);
    assert_eq!(
        chart.band,
        "Line: mean over the n = 3 completed replicates. Band: 95 % t interval of the mean."
    );
    assert_eq!(chart.legend[0].symbol, Symbol::Line { key: Key::None });
}

#[test]
fn bands_end_where_the_metric_ends() {
    let mut results = placements(3);
    for (trial, accuracy) in results.trials.iter_mut().step_by(3).zip([1.0, 1.0, 0.7]) {
        trial.epochs[1].test.accuracy = accuracy;
    }
    let chart = figure(&results, "test_accuracy");
    let span = line(only_panel(&chart), "none").band[0];
    assert_close(span.high, 100.0);
    assert!(span.low < 70.0);
}

#[test]
fn a_band_that_reaches_zero_is_cut_on_a_logarithmic_axis() {
    let mut results = placements(3);
    for (trial, loss) in results.trials.iter_mut().step_by(3).zip([0.01, 0.01, 0.1]) {
        trial.epochs[4].test.loss = loss;
    }
    let chart = figure(&results, "test_loss");
    let axis = &chart.rows[0].y;
    assert_eq!(axis.scale, Scale::Logarithmic);
    let span = line(only_panel(&chart), "none").band[3];
    assert!(span.low > 0.0);
    assert_close(span.low, axis.low);
    assert!(chart.footnote.contains("are cut there"));
}

#[test]
fn diverged_trials_are_counted_and_marked_where_they_ended() {
    let mut results = placements(3);
    results.trials[0] = diverged(&["none"], 1, 25);
    let loss = figure(&results, "train_loss");
    assert_eq!(
        labels(&loss),
        ["none (1 of 3 diverged)", "before", "after", "diverged (vertical position arbitrary)"]
    );
    assert_eq!(loss.legend[3].symbol, Symbol::Ended);
    // Step 25 with 10 steps an epoch, at the upper edge; for an accuracy at the lower.
    let expected = |y: f64| vec![Point { x: 2.5, y }];
    assert_eq!(line(only_panel(&loss), "none").ended, expected(loss.rows[0].y.high));
    let accuracy = figure(&results, "train_accuracy");
    assert_eq!(line(only_panel(&accuracy), "none").ended, expected(accuracy.rows[0].y.low));
    // The line is the mean of the two that were completed.
    assert_close(line(only_panel(&loss), "none").points[0].y, 1.25);
}

#[test]
fn a_condition_without_completed_trials_is_still_in_the_legend() {
    let mut results = placements(1);
    results.trials[0] = diverged(&["none"], 1, 3);
    results.trials[2].status = TrialStatus::Pending;
    results.trials[2].epochs.clear();
    let chart = figure(&results, "validation_loss");
    assert_eq!(labels(&chart)[..3], ["none (diverged)", "before", "after (pending)"]);
    assert!(line(only_panel(&chart), "none").points.is_empty());
    let ended = &line(only_panel(&chart), "none").ended;
    assert_close(ended[0].x, chart.x.low);
}

#[test]
fn an_experiment_in_which_everything_diverged_has_charts() {
    let trials = vec![diverged(&["none"], 1, 25), diverged(&["after"], 1, 3)];
    let results = results(&["norm.placement"], trials);
    let chart = figure(&results, "overview");
    assert_eq!(chart.band, "No trial is completed: there is nothing to average.");
    assert!(chart.x.low < chart.x.high);
    render::svg(&chart, &render::Style::default()).expect("a picture");
}

#[test]
fn values_that_are_not_finite_are_left_out_and_counted() {
    let mut results = placements(1);
    results.trials[0].epochs[2].test.loss = f64::NAN;
    results.trials[1].epochs[2].test.loss = f64::INFINITY;
    let chart = figure(&results, "test_loss");
    assert_eq!(line(only_panel(&chart), "none").points.len(), 3);
    assert!(chart.footnote.contains("2 values of completed trials are not finite and left out."));
    let svg = render::svg(&chart, &render::Style::default()).expect("a picture");
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn one_epoch_is_a_point_in_the_middle() {
    let mut results = placements(1);
    for trial in &mut results.trials {
        trial.epochs.truncate(2);
    }
    let chart = figure(&results, "train_loss");
    assert_eq!(line(only_panel(&chart), "none").points.len(), 1);
    assert_close(chart.x.share(1.0), 0.5);
    let svg = render::svg(&chart, &render::Style::default()).expect("a picture");
    assert!(svg.contains("<circle"));
}
