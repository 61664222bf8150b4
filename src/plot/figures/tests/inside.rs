//! Figures of probes' measurements, and of the kinds of evaluation.

use super::*;
use crate::plot::figures::{Absent, LAYER_FIGURES};
use crate::results::query::LayerSeries;

/// The steps of the measurements.
const STEPS: [usize; 4] = [0, 10, 20, 30];

fn read(layer: &str, quantity: &str, value: f64) -> LayerSeries {
    LayerSeries {
        layer: layer.to_owned(),
        quantity: quantity.to_owned(),
        points: STEPS.iter().map(|&step| (step, value + step as f64)).collect(),
    }
}

/// Three hidden layers, of which the deepest has the largest gradient.
fn probed() -> Results {
    let mut results = placements(3);
    for trial in &mut results.trials {
        let k = trial.replicate as f64;
        for (index, layer) in ["layers.0", "layers.1", "layers.2"].into_iter().enumerate() {
            let depth = index as f64;
            trial.layers.push(read(layer, "backpropagated_gradient_norm", 10_f64.powf(depth)));
            trial.layers.push(read(layer, "weight_gradient_norm", 1.0));
            trial.layers.push(read(layer, "pre_activation_p15", k - 1.0));
            trial.layers.push(read(layer, "pre_activation_p50", k));
            trial.layers.push(read(layer, "pre_activation_p85", k + 2.0));
            trial.layers.push(read(&format!("norms.{index}"), "gamma_mean", 1.0));
            trial.layers.push(read(&format!("norms.{index}"), "gamma_std", 0.25));
            trial.layers.push(read(layer, "covariate_shift_relative", 0.5));
            trial.layers.push(read(layer, "covariate_shift_cosine", 0.0));
        }
        trial.layers.push(LayerSeries {
            points: vec![(0, 0.1), (10, 0.3)],
            ..read("layers.0", "dead", 0.0)
        });
        trial.layers.push(LayerSeries {
            points: vec![(0, 0.3), (10, 0.5)],
            ..read("layers.1", "dead", 0.0)
        });
        for quantity in ["p15", "p50", "p85"] {
            let quantity = format!("unit_pre_activation_{quantity}");
            trial.layers.push(read("layers.2", &quantity, 10.0 * k));
        }
        trial.layers.push(read("all", "loss", 2.0));
        trial.layers.push(read("all", "landscape_loss_min", 1.0));
        trial.layers.push(read("all", "landscape_loss_max", 4.0));
        trial.layers.push(read("all", "gradient_distance_min", 1.0));
        trial.layers.push(read("all", "gradient_distance_max", 3.0));
        trial.layers.push(read("all", "effective_smoothness", 5.0 + k));
    }
    results
}

#[test]
fn every_layer_figure_can_be_drawn_of_probed_networks() {
    for name in LAYER_FIGURES {
        let chart = chart(&probed(), name);
        render::svg(&chart, &render::Style::default()).expect(name);
        assert_eq!(chart.title, "Does it help?");
        assert!(!chart.band.is_empty() && !chart.subtitle.is_empty(), "{name}");
    }
}

#[test]
fn layer_figures_are_absent_without_probes_and_name_the_key() {
    for (name, key) in [
        ("percentiles", "every"),
        ("gamma-beta", "every"),
        ("gradients", "gradients"),
        ("landscape", "landscape"),
        ("shift", "covariate_shift"),
        ("evaluations", "evaluations"),
    ] {
        let figure = named(name).expect("a figure");
        let Absent(why) = figure.draw(&placements(1), &Request::default()).expect_err(name);
        assert!(why.contains("[probe]") && why.contains(key), "{name}: {why}");
    }
}

#[test]
fn figures_request_only_the_quantities_that_they_show() {
    let results = placements(1);
    let details = |name: &str| {
        let figure = named(name).expect("a figure");
        figure.details(&results, &Request::default())
    };
    assert_eq!(details("shift").layers, ["covariate_shift_relative", "covariate_shift_cosine"]);
    assert_eq!(details("units").layers, ["dead", "saturated"]);
    assert!(!details("units").steps && details("final").layers.is_empty());
}

#[test]
fn percentiles_are_those_of_one_training_with_a_column_for_each_placement() {
    let chart = chart(&probed(), "percentiles");
    assert_eq!(titles(&chart)[0], ["none", "before", "after"]);
    let headings: Vec<&str> = chart.rows.iter().map(|row| row.heading.as_str()).collect();
    assert_eq!(headings, ["One unit", "Layer 1", "Layer 2", "Layer 3"]);
    let series = &chart.rows[1].panels[1].series[0];
    // The first replicate: median 1, band from 0 to 3.
    assert_close(series.points[0].y, 1.0);
    let first = Span { x: 0.0, low: 0.0, high: 3.0 };
    assert_eq!(series.band[0], first);
    assert_eq!(series.singles.len(), 2);
}

#[test]
fn gradients_are_drawn_layer_by_layer_early_and_late() {
    let chart = chart(&probed(), "gradients");
    assert_eq!(titles(&chart)[0], ["before step 1", "before step 11", "before step 31"]);
    let headings: Vec<&str> = chart.rows.iter().map(|row| row.heading.as_str()).collect();
    assert_eq!(headings, ["Back-propagated", "Of the weights"]);
    assert_eq!(chart.rows[0].y.scale, Scale::Logarithmic);
    let none = line(&chart.rows[0].panels[0], "none");
    let places: Vec<(f64, f64)> =
        none.points.iter().map(|point| (point.x, point.y.round())).collect();
    assert_eq!(places, [(1.0, 1.0), (2.0, 10.0), (3.0, 100.0)]);
}

#[test]
fn dead_units_are_a_share_of_all_layers() {
    let chart = chart(&probed(), "units");
    assert_eq!(chart.rows.len(), 1, "nothing is saturated where nothing was read");
    let none = line(only_panel(&chart), "none");
    let heights: Vec<f64> = none.points.iter().map(|point| point.y).collect();
    assert_close(heights[0], 20.0);
    assert_close(heights[1], 40.0);
    assert_eq!(chart.rows[0].y.label, "Share (%)");
}

#[test]
fn the_landscape_is_a_band_from_the_smallest_to_the_largest_loss() {
    let chart = chart(&probed(), "landscape");
    let none = line(only_panel(&chart), "none");
    let first = Span { x: 0.0, low: 1.0, high: 4.0 };
    assert_eq!(none.band[0], first);
    assert_close(none.points[0].y, 2.0);
}

#[test]
fn the_shift_of_the_first_layer_is_not_drawn_as_nothing_below_it_moves() {
    let chart = chart(&probed(), "shift");
    assert_eq!(titles(&chart)[0], ["layer 2", "layer 3"]);
    let headings: Vec<&str> = chart.rows.iter().map(|row| row.heading.as_str()).collect();
    assert_eq!(headings, ["Distance", "Cosine"]);
}

#[test]
fn evaluations_are_lines_and_conditions_without_batch_statistics_left_out() {
    let mut results = placements(2);
    for trial in &mut results.trials {
        let with_norm = trial.axes[0] != "none";
        for row in &mut trial.epochs {
            row.running_test.accuracy = Some(0.5);
            row.precise_test.accuracy = Some(if with_norm { 0.7 } else { 0.5 });
            row.batch_test.accuracy = Some(if with_norm { 0.8 } else { 0.5 });
        }
    }
    let chart = chart(&results, "evaluations");
    assert_eq!(titles(&chart), [["before", "after"]]);
    assert_eq!(
        labels(&chart),
        ["running averages", "precise statistics", "statistics of each test batch"]
    );
    assert_close(line(&chart.rows[0].panels[0], "precise statistics").points[0].y, 70.0);
    assert!(chart.footnote.contains("all three are the same there: none."));
}

#[test]
fn the_gap_is_what_is_seen_minus_what_is_not() {
    let chart = chart(&placements(2), "gap");
    // Accuracies of 1 − 0.1 loss, and 0.01 less.
    assert_close(line(only_panel(&chart), "none").points[0].y, 1.0);
    assert_eq!(chart.rows[0].y.label, "Gap of accuracies (points)");
    assert_eq!(chart.subtitle, "Training accuracy minus validation accuracy · an-experiment");
}

#[test]
fn the_gap_is_between_what_was_evaluated_alike_where_that_was_measured() {
    let mut results = placements(2);
    for row in results.trials.iter_mut().flat_map(|trial| &mut trial.epochs) {
        row.evaluated_train.loss = Some(0.1);
        row.evaluated_train.accuracy = row.validation.accuracy.map(|share| share + 0.03);
    }
    let chart = chart(&results, "gap");
    assert_close(line(only_panel(&chart), "none").points[0].y, 3.0);
    assert!(chart.subtitle.starts_with("Evaluated training accuracy minus"));
    assert!(chart.footnote.contains("as the others are."));
}

#[test]
fn gamma_is_a_band_of_percentiles_or_of_one_deviation_where_none_were_recorded() {
    let old = chart(&probed(), "gamma-beta");
    let series = &old.rows[0].panels[0].series[0];
    assert_eq!((series.band[0].low, series.band[0].high), (0.75, 1.25));
    assert!(old.band.starts_with("Line: mean over") && old.rows.len() == 3, "{}", old.band);
    let mut results = probed();
    for trial in &mut results.trials {
        for (percentile, value) in
            [("p2", 0.0), ("p15", 1.0), ("p50", 2.0), ("p85", 3.0), ("p98", 4.0)]
        {
            trial.layers.push(read("norms.0", &format!("beta_{percentile}"), value));
        }
        trial.layers.push(read("norms.0", "beta_mean", 2.5));
    }
    let new = chart(&results, "gamma-beta");
    let of_beta =
        new.rows.iter().find(|row| row.heading == "Layer 1" && row.y.label == "β").expect("a row");
    let series = &of_beta.panels[0].series[0];
    assert_eq!((series.band[0].low, series.band[0].high), (0.0, 4.0));
    assert_eq!((series.points[0].y, series.singles.len()), (2.0, 2));
}
