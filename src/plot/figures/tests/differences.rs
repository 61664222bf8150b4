//! The figure `differences` of an experiment with a claim.

use super::*;
use crate::results::query::{Aggregate, Aggregation, Claim, Expect, Hypothesis, TrialStatus};

/// A completed trial with this test accuracy.
fn scored(axes: &[&str], replicate: u64, accuracy: f64) -> TrialCurves {
    let mut trial = trial(axes, replicate);
    for row in trial.epochs.iter_mut().skip(1) {
        row.test.accuracy = accuracy;
    }
    trial
}

fn numbered(mut results: Results) -> Results {
    let mut known: Vec<Vec<String>> = Vec::new();
    for trial in &mut results.trials {
        let at = known.iter().position(|axes| *axes == trial.axes);
        let at = at.unwrap_or_else(|| {
            known.push(trial.axes.clone());
            known.len() - 1
        });
        trial.condition = at + 1;
    }
    results
}

/// Nine replicates of three placements with three activations: `before` is half a point better than `after`.
fn activations() -> Results {
    let mut trials = Vec::new();
    for (index, activation) in ["relu", "tanh", "gelu"].into_iter().enumerate() {
        for k in 1..=9 {
            let base = 0.9 + 0.01 * index as f64 + 0.0001 * k as f64;
            trials.push(scored(&["none", activation], k, base - 0.1));
            trials.push(scored(&["before", activation], k, base + 0.005));
            trials.push(scored(&["after", activation], k, base + 0.000_01 * k as f64));
        }
    }
    numbered(results(&["norm.placement", "model.activation"], trials))
}

fn test(by: &str, compare: [&str; 2]) -> Hypothesis {
    Hypothesis {
        compare: compare.map(str::to_owned),
        by: by.to_owned(),
        metric: "test_accuracy".to_owned(),
        expect: Expect::Higher,
        margin: None,
        only: Vec::new(),
        aggregate: None,
        label: None,
    }
}

fn claiming(mut results: Results, tests: Vec<Hypothesis>) -> Results {
    results.claim = Some(Claim {
        statement: "It belongs before.".to_owned(),
        source: None,
        figure: Some("differences".to_owned()),
        about_evaluation: false,
        tests,
    });
    results
}

fn names(chart: &Chart) -> Vec<&str> {
    let ticks = chart.rows[0].y.ticks.iter();
    ticks.map(|tick| tick.label.as_str()).collect()
}

#[test]
fn the_comparisons_of_a_claim_are_drawn_with_its_own_family_and_outcomes() {
    let tests = vec![test("norm.placement", ["before", "after"])];
    let results = claiming(activations(), tests);
    let chart = chart(&results, "differences");
    assert_eq!(
        names(&chart),
        ["activation relu: supported", "activation tanh: supported", "activation gelu: supported"]
    );
    assert_eq!(chart.x.label, "Difference of test accuracy, before − after (points)");
    assert!(chart.footnote.contains("for all 3 comparisons of the claim."), "{}", chart.footnote);
    assert!(chart.subtitle.contains("“It belongs before”"));
    let series = &only_panel(&chart).series[0];
    assert_eq!((series.key, series.dots.len()), (Key::Before, 9));
    let asked = Request { metric: Some("test_accuracy".to_owned()), ..Request::default() };
    let asked = drawn(&results, "differences", &asked);
    assert_eq!(names(&asked[0].chart).len(), 9, "every pair of placements");
}

#[test]
fn a_claim_has_its_own_axis_and_settings_and_takes_values_together() {
    let mut only = test("model.activation", ["tanh", "relu"]);
    only.only = vec![("norm.placement".to_owned(), vec!["none".to_owned()])];
    only.label = Some("without a norm".to_owned());
    let mut over = test("norm.placement", ["before", "after"]);
    let how = Aggregation::Worst;
    over.aggregate = Some(Aggregate { axis: "model.activation".to_owned(), how });
    let chart = chart(&claiming(activations(), vec![only, over]), "differences");
    assert_eq!(
        names(&chart),
        [
            "without a norm · activation tanh − relu: supported",
            "the worst test accuracy over activation · before − after: supported"
        ]
    );
    assert_close(only_panel(&chart).series[0].points[0].x, 1.0);
    assert_eq!(chart.x.label, "Difference (points)");
}

#[test]
fn what_has_another_unit_has_a_chart_of_its_own() {
    let mut spread = test("norm.placement", ["before", "after"]);
    spread.metric = "test_loss".to_owned();
    let tests = vec![test("norm.placement", ["before", "after"]), spread];
    let drawn = drawn(&claiming(activations(), tests), "differences", &Request::default());
    let stems: Vec<&str> = drawn.iter().map(|drawn| drawn.stem.as_str()).collect();
    assert_eq!(stems, ["differences", "differences-nats"]);
    assert!(drawn[1].chart.x.label.ends_with("(nats)"));
}

#[test]
fn of_many_comparisons_the_last_are_left_out_and_counted() {
    let mut trials = Vec::new();
    for size in 1..=20 {
        for k in 1..=2 {
            let size = size.to_string();
            trials.push(scored(&["none", &size], k, 0.8));
            trials.push(scored(&["before", &size], k, 0.9 + 0.001 * k as f64));
        }
    }
    let results = numbered(results(&["norm.placement", "train.batch_size"], trials));
    let tests = vec![test("norm.placement", ["before", "none"])];
    let chart = chart(&claiming(results, tests), "differences");
    let names = names(&chart);
    assert_eq!(names.len(), 18);
    assert_eq!(names[0], "batch size 1: suggestive: supported");
    assert!(
        chart.footnote.contains("2 more comparisons are left out; all: `bn-lab claims DIR`."),
        "{}",
        chart.footnote
    );
}

#[test]
fn the_layers_that_a_claim_or_a_metric_needs_are_requested() {
    let mut deep = test("norm.placement", ["before", "after"]);
    deep.metric = "gradient_decades".to_owned();
    let plain = activations();
    let results = claiming(plain.clone(), vec![deep]);
    let figure = named("differences").expect("a figure");
    let asked = Request { metric: Some("gradient_decades".to_owned()), ..Request::default() };
    let needs = figure.details(&results, &Request::default()).layers;
    assert!(!needs.is_empty());
    assert_eq!(figure.details(&plain, &asked).layers, needs);
    assert!(figure.details(&plain, &Request::default()).layers.is_empty());
}

#[test]
fn pairs_with_a_missing_side_leave_dots_and_no_mean() {
    let mut results = activations();
    let lost = results.trials.iter_mut().find(|trial| trial.axes == ["after", "tanh"]);
    lost.expect("a trial").status = TrialStatus::Diverged;
    let tests = vec![test("norm.placement", ["before", "after"])];
    let chart = chart(&claiming(results, tests), "differences");
    assert_eq!(names(&chart)[1], "activation tanh: supported (after diverged 1×; won 9, lost 0)");
    let marks: Vec<[usize; 3]> = only_panel(&chart)
        .series
        .iter()
        .map(|s| [s.points.len(), s.bars.len(), s.dots.len()])
        .collect();
    assert_eq!(marks, [[1, 1, 9], [0, 0, 8], [1, 1, 9]]);
    assert!(chart.band.contains("would flatter"), "{}", chart.band);
}
