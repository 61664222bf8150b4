//! Figures as data. The numbers are small enough to check by hand.

mod differences;
mod final_score;
mod inside;
mod lines;
mod panels;
mod requests;
mod scores;
mod stems;
mod task;

use super::{Drawn, Request, named};
use crate::event::Score;
use crate::plot::chart::{Chart, Panel, Point, Scale, Series, Span, Symbol};
use crate::plot::palette::Key;
use crate::plot::render;
use crate::results::format::schema::EpochRow;
use crate::results::query::{Results, TrialCurves, TrialStatus};

/// An untrained network and epochs whose training loss is 1/epoch, times `factor`.
fn epochs(last: usize, factor: f64) -> Vec<EpochRow> {
    let row = |epoch: usize| {
        let loss = factor / epoch.max(1) as f64;
        let score = |loss: f64, accuracy: f64| Score { loss, accuracy };
        EpochRow {
            epoch,
            step: 10 * epoch,
            train: (epoch > 0).then_some(score(loss, 1.0 - 0.1 * loss)).into(),
            validation: Some(score(loss + 0.01, 1.0 - 0.1 * loss - 0.01)).into(),
            test: score(loss + 0.02, 1.0 - 0.1 * loss - 0.02),
            ..EpochRow::default()
        }
    };
    (0..=last).map(row).collect()
}

fn trial(axes: &[&str], replicate: u64) -> TrialCurves {
    TrialCurves {
        id: format!("{}-{replicate}", axes.join("-")),
        condition: 1,
        axes: axes.iter().map(|&value| value.to_owned()).collect(),
        replicate,
        status: TrialStatus::Completed,
        diverged_step: None,
        epochs: epochs(4, 1.0 + 0.1 * replicate as f64),
        ..TrialCurves::default()
    }
}

fn diverged(axes: &[&str], replicate: u64, step: usize) -> TrialCurves {
    TrialCurves {
        status: TrialStatus::Diverged,
        diverged_step: Some(step),
        epochs: epochs(step / 10, 1.0),
        ..trial(axes, replicate)
    }
}

fn results(axes: &[&str], trials: Vec<TrialCurves>) -> Results {
    Results {
        name: "an-experiment".to_owned(),
        question: "Does it help?".to_owned(),
        target_accuracy: 0.97,
        axes: axes.iter().map(|&key| key.to_owned()).collect(),
        trials,
        ..Results::default()
    }
}

/// Three placements with `replicates` completed trials each.
fn placements(replicates: u64) -> Results {
    let trials = (1..=replicates)
        .flat_map(|k| ["none", "before", "after"].map(|placement| trial(&[placement], k)))
        .collect();
    results(&["norm.placement"], trials)
}

/// Every placement at every batch size, one replicate.
fn batch_sizes(sizes: &[&str]) -> Results {
    let trials = ["none", "before"]
        .into_iter()
        .flat_map(|placement| sizes.iter().map(move |size| trial(&[placement, size], 1)))
        .collect();
    results(&["norm.placement", "train.batch_size"], trials)
}

/// The overview and the curves.
fn all(results: &Results) -> Vec<(String, Chart)> {
    let figures = ["overview", "curves"].map(|name| named(name).expect("a figure of this name"));
    let drawn = figures.into_iter().filter_map(|f| f.draw(results, &Request::default()).ok());
    drawn.flatten().map(|drawn| (drawn.stem, drawn.chart)).collect()
}

fn figure(results: &Results, stem: &str) -> Chart {
    let found = all(results).into_iter().find(|(name, _)| name == stem);
    found.map(|(_, chart)| chart).expect("the figure")
}

/// The charts of a figure of the catalogue with these options.
fn drawn(results: &Results, name: &str, request: &Request) -> Vec<Drawn> {
    let figure = named(name).expect("a figure of this name");
    figure.draw(results, request).expect("a chart")
}

/// The only chart of a figure.
fn chart(results: &Results, name: &str) -> Chart {
    let mut drawn = drawn(results, name, &Request::default());
    assert_eq!(drawn.len(), 1, "{name}");
    drawn.remove(0).chart
}

fn only_panel(chart: &Chart) -> &Panel {
    assert_eq!((chart.rows.len(), chart.rows[0].panels.len()), (1, 1));
    &chart.rows[0].panels[0]
}

fn line<'a>(panel: &'a Panel, label: &str) -> &'a Series {
    let mut series = panel.series.iter();
    series.find(|series| series.label == label).expect("the line")
}

fn labels(chart: &Chart) -> Vec<&str> {
    chart.legend.iter().map(|entry| entry.label.as_str()).collect()
}

/// The titles of all panels, row by row.
fn titles(chart: &Chart) -> Vec<Vec<&str>> {
    let mut titles = Vec::new();
    for row in &chart.rows {
        titles.push(row.panels.iter().map(|panel| panel.title.as_str()).collect());
    }
    titles
}

fn assert_close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
}
