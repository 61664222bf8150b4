//! The assignment of trials to panels, and the notes on those that are missing.

use super::*;

#[test]
fn every_measured_metric_has_its_figure() {
    let figures = all(&placements(3));
    let stems: Vec<&str> = figures.iter().map(|(stem, _)| stem.as_str()).collect();
    assert_eq!(
        stems,
        [
            "overview",
            "train_loss",
            "validation_loss",
            "train_accuracy",
            "validation_accuracy",
            "test_loss",
            "test_accuracy"
        ]
    );
}

#[test]
fn the_overview_of_placements_is_two_by_two() {
    let chart = figure(&placements(3), "overview");
    assert_eq!(
        titles(&chart),
        [["Training loss", "Validation loss"], ["Training accuracy", "Validation accuracy"]]
    );
    assert_eq!(chart.title, "Does it help?");
    assert_eq!(chart.subtitle, "an-experiment");
    assert_eq!(chart.legend_title, "Normalisation");
    assert_eq!(chart.x.label, "Epoch");
    assert_eq!(chart.rows[0].y.label, "Cross-entropy loss (nats)");
    assert!(chart.footnote.contains("Training curves"));
    assert!(chart.footnote.contains("untrained network"));
}

#[test]
fn without_a_validation_set_the_overview_shows_the_test_set() {
    let mut results = placements(1);
    for row in results.trials.iter_mut().flat_map(|trial| &mut trial.epochs) {
        row.validation.loss = None;
        row.validation.accuracy = None;
    }
    let chart = figure(&results, "overview");
    assert_eq!(
        titles(&chart),
        [["Training loss", "Test loss"], ["Training accuracy", "Test accuracy"]]
    );
    assert!(all(&results).iter().all(|(stem, _)| !stem.starts_with("validation")));
}

#[test]
fn a_second_axis_makes_columns_and_the_metrics_rows() {
    let chart = figure(&batch_sizes(&["8", "32"]), "overview");
    let headings: Vec<&str> = chart.rows.iter().map(|row| row.heading.as_str()).collect();
    assert_eq!(
        headings,
        ["Training loss", "Validation loss", "Training accuracy", "Validation accuracy"]
    );
    assert_eq!(titles(&chart)[0], ["batch size 8", "batch size 32"]);
    assert_eq!(titles(&chart)[3], ["", ""]);
    assert_eq!(chart.rows[3].panels[1].series.len(), 2);
}

#[test]
fn of_too_many_panels_those_whose_lines_end_furthest_apart_are_drawn() {
    let sizes = ["1", "2", "4", "8", "16", "32", "64", "128"];
    let mut results = batch_sizes(&sizes);
    // Without a norm, batches of 1 and 2 are as good as with one; elsewhere they are worse.
    for trial in &mut results.trials {
        let is_alike = ["1", "2"].contains(&trial.axes[1].as_str());
        if trial.axes[0] == "none" && !is_alike {
            trial.epochs[4].test.accuracy -= 0.1;
        }
    }
    let chart = figure(&results, "overview");
    assert_eq!(
        titles(&chart)[0],
        ["4", "8", "16", "32", "64", "128"].map(|size| format!("batch size {size}"))
    );
    assert!(chart.footnote.contains(
        "6 of 8 panels are drawn: those whose lines end furthest apart in test accuracy. All: \
         `bn-lab plot DIR --figure curves --facet batch_size`."
    ));
    // With more columns there are two metrics.
    assert_eq!(chart.rows.len(), 2);
    let single = figure(&results, "train_loss");
    let panels: Vec<usize> = single.rows.iter().map(|row| row.panels.len()).collect();
    assert_eq!(panels, [4, 4]);
    assert!(!single.footnote.contains("are drawn"));
}

#[test]
fn two_further_axes_are_combined() {
    let trials = ["8", "32"]
        .into_iter()
        .flat_map(|size| ["0.1", "0.01"].map(|rate| trial(&["none", size, rate], 1)))
        .chain([trial(&["after", "8", "0.1"], 1)])
        .collect();
    let axes = ["norm.placement", "train.batch_size", "train.learning_rate"];
    let results = results(&axes, trials);
    let chart = figure(&results, "overview");
    assert_eq!(
        titles(&chart)[0],
        [
            "batch size 8 · learning rate 0.1",
            "batch size 8 · learning rate 0.01",
            "batch size 32 · learning rate 0.1",
            "batch size 32 · learning rate 0.01"
        ]
    );
    let curves = figure(&results, "train_loss");
    assert_eq!(titles(&curves), [["batch size 8", "batch size 32"]; 2]);
    let headings = curves.rows.iter().map(|row| row.heading.as_str());
    assert_eq!(headings.collect::<Vec<_>>(), ["learning rate 0.1", "learning rate 0.01"]);
}

#[test]
fn where_the_placement_is_not_swept_the_next_axis_makes_the_lines() {
    let trials = ["8", "32"].map(|size| trial(&["before", size], 1)).into();
    let results = results(&["norm.placement", "train.batch_size"], trials);
    let chart = figure(&results, "train_loss");
    assert_eq!(chart.legend_title, "Batch size");
    assert_eq!(labels(&chart), ["8", "32"]);
    assert_eq!(only_panel(&chart).series[1].key, Key::Value(1));
}

#[test]
fn a_trial_to_which_an_axis_does_not_apply_is_in_every_panel() {
    let trials =
        vec![trial(&["none", ""], 1), trial(&["before", "0.001"], 1), trial(&["before", "0.1"], 1)];
    let results = results(&["norm.placement", "norm.epsilon"], trials);
    let chart = figure(&results, "train_loss");
    assert_eq!(titles(&chart), [["epsilon 0.001", "epsilon 0.1"]]);
    for panel in &chart.rows[0].panels {
        assert_eq!(line(panel, "none").points.len(), 4);
        assert_eq!(line(panel, "before").points.len(), 4);
    }
    assert_eq!(labels(&chart), ["none", "before"]);
}

#[test]
fn panels_note_which_replicates_are_missing() {
    let mut results = batch_sizes(&["8", "32"]);
    results.trials[0] = diverged(&["none", "8"], 1, 25);
    let chart = figure(&results, "train_loss");
    assert_eq!(chart.rows[0].panels[0].note, "none: diverged");
    assert_eq!(chart.rows[0].panels[1].note, "");
    assert_eq!(labels(&chart)[0], "none");
}

#[test]
fn nothing_to_draw_gives_no_figure() {
    assert!(all(&results(&["norm.placement"], Vec::new())).is_empty());
    let mut pending = placements(1);
    for trial in &mut pending.trials {
        trial.status = TrialStatus::Pending;
        trial.epochs.clear();
    }
    assert!(all(&pending).is_empty());
}

#[test]
fn a_row_without_its_axis_values_does_not_panic() {
    let mut results = placements(1);
    results.trials[0].axes.clear();
    results.axes.push("train.batch_size".to_owned());
    for (_, chart) in all(&results) {
        render::svg(&chart, &render::Style::default()).expect("a picture");
    }
}

#[test]
fn replicates_missing_from_every_panel_are_named_in_each() {
    let mut results = batch_sizes(&["8", "32"]);
    results.trials[0] = diverged(&["none", "8"], 1, 25);
    results.trials[1] = diverged(&["none", "32"], 1, 25);
    let chart = figure(&results, "train_loss");
    let notes: Vec<&str> = chart.rows[0].panels.iter().map(|panel| panel.note.as_str()).collect();
    assert_eq!(notes, ["none: diverged", "none: diverged"]);
}
