//! Stems of file names, and the options that they determine.

use super::*;
use crate::plot::figures::{Horizontal, may_have};
use crate::results::format::schema::TimingRow;

#[test]
fn the_stem_of_a_file_selects_the_figure_that_it_shows() {
    let asked = |stem: &str| {
        let found = crate::plot::figures::asked(stem, &Request::default());
        found.map(|(figure, request)| {
            let along = request.along.unwrap_or_default();
            (figure.name, request.metric.unwrap_or_default(), request.x, along)
        })
    };
    let expected =
        |name, metric: &str, x, along: &str| Some((name, metric.to_owned(), x, along.to_owned()));
    let epoch = Horizontal::Epoch;
    for (stem, found) in [
        ("heatmap", expected("heatmap", "", epoch, "")),
        ("to-target-by-seconds", expected("to-target", "", Horizontal::Seconds, "")),
        ("final-test_loss", expected("final", "test_loss", epoch, "")),
        ("final-by-batch_size", expected("final", "", epoch, "batch_size")),
        ("final-test_loss-by-batch_size", expected("final", "test_loss", epoch, "batch_size")),
        ("test_loss", expected("curves", "test_loss", epoch, "")),
        ("test_loss-by-step", expected("curves", "test_loss", Horizontal::Step, "")),
        ("step-time-seconds_per_step", expected("step-time", "seconds_per_step", epoch, "")),
    ] {
        assert_eq!(asked(stem), found, "{stem}");
    }
    let found = crate::plot::figures::asked(
        "heatmap-test_loss-by-batch_size-and-placement",
        &Request::default(),
    );
    let request = found.expect("a heat map").1;
    assert_eq!(request.along.as_deref(), Some("batch_size"));
    assert_eq!(request.up.as_deref(), Some("placement"));
    assert_eq!(request.metric.as_deref(), Some("test_loss"));
    for stem in [
        "to-target-by-secnds",
        // No file has these names: the figure does not use that option.
        "final-by-step",
        "heatmap-by-step",
        "differences-by-seconds",
        "overview-test_loss",
        "to-target-test_loss",
        "curves-test_loss",
        "test_loss-by-batch_size",
        "",
        "histogram",
        "final-",
        "final-test_lost",
        "-by-step",
        "finale",
    ] {
        assert_eq!(asked(stem), None, "{stem}");
    }
}

#[test]
fn every_drawn_figure_has_the_stem_that_selects_it() {
    let mut results = batch_sizes(&["8", "64"]);
    for trial in &mut results.trials {
        trial.seconds = (1..=4)
            .map(|epoch| TimingRow { epoch, train_seconds: 1.0, evaluation_seconds: 1.0 })
            .collect();
    }
    for stem in [
        "overview",
        "final",
        "final-by-batch_size",
        "final-test_loss-by-batch_size",
        "to-target",
        "to-target-by-step",
        "to-target-by-seconds",
        "test_loss-by-seconds",
        "step-time-seconds_per_step",
    ] {
        let (figure, request) =
            crate::plot::figures::asked(stem, &Request::default()).expect("a figure");
        let drawn = figure.draw(&results, &request).expect("a chart");
        let stems: Vec<&str> = drawn.iter().map(|drawn| drawn.stem.as_str()).collect();
        assert_eq!(stems, [stem]);
    }
}

#[test]
fn options_in_a_stem_override_other_options() {
    let request = Request {
        x: Horizontal::Step,
        along: Some("batch_size".to_owned()),
        metric: Some("test_loss".to_owned()),
        ..Request::default()
    };
    let asked = |stem: &str| crate::plot::figures::asked(stem, &request).expect("a figure").1;
    let seconds = asked("to-target-by-seconds");
    assert_eq!((seconds.x, seconds.along), (Horizontal::Seconds, None));
    assert_eq!(asked("final-by-epochs").along.as_deref(), Some("epochs"));
    assert_eq!(asked("final-train_loss").metric.as_deref(), Some("train_loss"));
    assert_eq!(asked("final"), request);
}

#[test]
fn a_chart_that_no_folder_of_the_experiment_can_have_is_refused_before_training() {
    let axes = ["norm.placement", "train.batch_size"];
    let may_have = |stem: &str| may_have(stem, axes.into_iter());
    for stem in [
        "final",
        "final-by-batch_size",
        "final-by-train.batch_size",
        "gradients-activation-tanh-learning-rate-0.001",
        "differences-share",
        "test_loss-by-seconds",
        "heatmap-by-batch_size-and-placement",
    ] {
        assert!(may_have(stem), "{stem}");
    }
    for stem in [
        "to-traget",
        "final-",
        "final-test_lost",
        "final-by-learning_rate",
        "heatmap-by-batch_size-and-learning_rate",
        "overview-foo",
        "heatmap-xyz",
        "differences-by-seconds",
        "gradients-",
    ] {
        assert!(!may_have(stem), "{stem}");
    }
}
