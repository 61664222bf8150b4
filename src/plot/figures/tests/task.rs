//! Figures of what `probe.predictions` keeps.

use super::*;
use crate::plot::chart::{Content, Tile};
use crate::plot::figures::{Absent, TASK_FIGURES};
use crate::results::format::schema::PredictionRow;
use crate::results::query::{Picture, PictureKind, Predictions};

/// Predictions for ten examples of each class, of which the first `wrong` of class 0 are taken for class 1.
fn predictions(classes: u8, wrong: usize) -> Predictions {
    let mut predictions = Predictions::default();
    for class in 0..classes {
        for index in 0..10 {
            let is_wrong = class == 0 && index < wrong;
            let [probability, label_probability] = if is_wrong { [0.9, 0.05] } else { [0.9, 0.9] };
            predictions.add(PredictionRow {
                example: usize::from(class) * 10 + index,
                label: class,
                predicted: if is_wrong { 1 } else { class },
                probability,
                label_probability,
            });
        }
    }
    predictions
}

fn picture(kind: PictureKind, number: usize, label: Option<usize>) -> Picture {
    let (channels, height, width) = (1, 2, 2);
    let pixels = vec![0, 255, 0, 255];
    Picture { kind, number, label, channels, height, width, low: -0.5, high: 0.5, pixels }
}

/// Three placements: without a norm, two more of class 0 are taken for class 1.
fn predicted(replicates: u64) -> Results {
    let mut results = placements(replicates);
    for trial in &mut results.trials {
        let wrong = if trial.axes[0] == "none" { 4 } else { 2 };
        trial.predictions = Some(predictions(3, wrong));
        trial.pictures = vec![
            picture(PictureKind::Sample, 5, Some(0)),
            picture(PictureKind::Sample, 6, Some(0)),
            picture(PictureKind::Sample, 12, Some(1)),
            picture(PictureKind::Mistake, 0, Some(0)),
            picture(PictureKind::Mistake, 1, Some(0)),
            picture(PictureKind::Weights, 0, None),
        ];
    }
    results
}

fn tile(panel: &Panel, x: f64, y: f64) -> &Tile {
    let mut tiles = panel.tiles.iter();
    tiles.find(|tile| tile.at == Point { x, y }).expect("a tile")
}

#[test]
fn every_figure_of_the_task_is_drawn_and_told_in_words() {
    for name in TASK_FIGURES {
        let chart = chart(&predicted(3), name);
        let svg = render::svg(&chart, &render::Style::default()).expect(name);
        render::png(&svg, 96.0).expect(name);
        assert_eq!(chart.title, "Does it help?");
        assert!(!chart.band.is_empty() && !chart.subtitle.is_empty(), "{name}");
        let panels = chart.rows.iter().flat_map(|row| &row.panels);
        assert!(panels.into_iter().all(|panel| !panel.told.is_empty()), "{name}");
    }
}

#[test]
fn without_predictions_they_are_absent_and_name_the_key() {
    for name in TASK_FIGURES {
        let figure = named(name).expect("a figure");
        let Absent(why) = figure.draw(&placements(2), &Request::default()).expect_err(name);
        assert!(why.contains("`[probe] predictions = true`"), "{name}: {why}");
    }
    let mut table = predicted(1);
    table.trials.iter_mut().for_each(|trial| trial.pictures.clear());
    for (name, says) in [("samples", "no images"), ("mistakes", "no images"), ("weights", "images")]
    {
        let figure = named(name).expect("a figure");
        let Absent(why) = figure.draw(&table, &Request::default()).expect_err(name);
        assert!(why.contains(says) && !why.contains("[probe]"), "{name}: {why}");
    }
}

#[test]
fn a_matrix_has_true_classes_down_and_shares_of_each_summed_over_replicates() {
    let chart = chart(&predicted(3), "confusion");
    let panels: Vec<&Panel> = chart.rows.iter().flat_map(|row| &row.panels).collect();
    let titles: Vec<&str> = panels.iter().map(|panel| panel.title.as_str()).collect();
    assert_eq!(titles, ["none", "before", "after"]);
    assert_eq!(chart.x.label, "Predicted class");
    assert_eq!(chart.rows[0].y.label, "True class");
    // True 0, predicted 1: column 1, row 0.
    let confused = tile(panels[0], 1.0, 0.0);
    assert_eq!(confused.lines, ["40.0"]);
    assert!(confused.hover.ends_with("40.00 %, 12 of 30"), "{}", confused.hover);
    assert_eq!(tile(panels[0], 0.0, 0.0).lines, ["60.0"]);
    assert_eq!(tile(panels[0], 0.0, 0.0).content, Content::Plain);
    assert!(tile(panels[0], 0.0, 1.0).lines.is_empty(), "nothing is taken for 0");
    assert_eq!(tile(panels[0], 1.0, 1.0).lines, ["100"]);
    assert_eq!(panels[0].told, ["0 is taken for 1 in 40.0 %"]);
    assert!(chart.band.contains("n = 3"), "{}", chart.band);
}

#[test]
fn differences_are_paired_and_framed_only_where_replicates_suffice() {
    for (replicates, is_clear) in [(3, false), (6, true)] {
        let chart = chart(&predicted(replicates), "confusion-differences");
        let panels: Vec<&Panel> = chart.rows.iter().flat_map(|row| &row.panels).collect();
        let titles: Vec<&str> = panels.iter().map(|panel| panel.title.as_str()).collect();
        assert_eq!(titles, ["before − none", "after − none"]);
        let [fewer, more] = [tile(panels[0], 1.0, 0.0), tile(panels[0], 0.0, 0.0)];
        assert_eq!((fewer.lines[0].as_str(), more.lines[0].as_str()), ("−20", "+20"));
        assert_eq!((fewer.framed, more.framed), (is_clear, is_clear));
        assert_eq!(fewer.content, Content::Tint { key: Key::None, share: 1.0 });
        assert_eq!(more.content, Content::Tint { key: Key::Before, share: 1.0 });
        assert!(tile(panels[0], 1.0, 1.0).lines.is_empty());
        assert_eq!(chart.band.contains("Fewer than 6 pairs"), !is_clear, "{}", chart.band);
        let sure = if is_clear { "more than noise" } else { "may be noise" };
        assert!(panels[0].told[0].ends_with(sure), "{:?}", panels[0].told);
    }
    let one = results(&["norm.placement"], vec![predicted(1).trials.remove(0)]);
    let figure = named("confusion-differences").expect("a figure");
    let Absent(why) = figure.draw(&one, &Request::default()).expect_err("one condition");
    assert!(why.contains("two conditions"), "{why}");
}

#[test]
fn mistakes_state_what_was_predicted_and_in_how_many_replicates() {
    let mut results = predicted(3);
    // One replicate without a norm classifies example 1 correctly.
    results.trials[3].predictions = Some(predictions(3, 1));
    let chart = chart(&results, "mistakes");
    let panel = only_panel(&chart);
    assert_eq!(chart.rows[0].y.ticks.len(), 3);
    assert_eq!(tile(panel, 0.0, 0.0).lines, ["1", "not 0", "90 %", "3 of 3"]);
    assert_eq!(tile(panel, 1.0, 0.0).lines, ["1", "not 0", "90 %", "2 of 3"]);
    assert!(matches!(tile(panel, 0.0, 0.0).content, Content::Image(_)));
}

#[test]
fn diverged_trials_are_left_out_and_named() {
    let mut results = predicted(2);
    for trial in results.trials.iter_mut().filter(|trial| trial.axes[0] == "after") {
        trial.status = TrialStatus::Diverged;
        (trial.predictions, trial.pictures) = (None, Vec::new());
    }
    let chart = chart(&results, "confusion");
    let titles: Vec<&str> =
        chart.rows.iter().flat_map(|row| &row.panels).map(|panel| panel.title.as_str()).collect();
    assert_eq!(titles, ["none", "before"]);
    assert!(chart.footnote.contains("Nothing is shown of after"), "{}", chart.footnote);
}

#[test]
fn of_many_classes_those_with_most_mistakes_are_shown() {
    let mut results = predicted(1);
    for trial in &mut results.trials {
        trial.predictions = Some(predictions(30, 3));
    }
    let chart = chart(&results, "confusion");
    assert_eq!(chart.x.ticks.len(), 20);
    let labels: Vec<&str> = chart.x.ticks.iter().map(|tick| tick.label.as_str()).collect();
    assert_eq!(labels[..3], ["0", "1", "2"]);
    assert!(chart.footnote.contains("20 of 30 classes"), "{}", chart.footnote);
    assert_eq!(chart.rows.len(), 3, "one panel in each row");
}
