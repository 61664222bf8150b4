//! The whole experiment in one chart: loss above accuracy, training beside evaluation.

use super::arrangement::{Arrangement, PANELS, Wanted};
use super::curves;
use super::metric::{self, Metric};
use super::progress::{self, Progress};
use super::request::{Absent, Drawn, Horizontal, Request};
use super::series;
use super::sheet::{self, Rows, Strip};
use crate::plot::chart::Panel;
use crate::results::query::{Results, TrialCurves};

/// Most columns that remain readable on a page.
const COLUMNS: usize = 6;

/// Training curves of single batches are averaged over this share of their points.
const SMOOTHED: usize = 8;

/// Draws two rows of two panels where all axes are lines; with further axes a column for each of their
/// combinations and a row for each metric: with up to three columns all four metrics, with more the two
/// most relevant ones, training loss and accuracy in evaluation.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let usual = progress::best_measure(results);
    let x = match request.x {
        Horizontal::Epoch => usual,
        asked => asked,
    };
    let by = if x == usual { "" } else { x.by() };
    let request = Request { x, ..Request::default() };
    let wanted = Wanted { limit: COLUMNS, crossed: false, ..Wanted::of("curves", &[]) };
    let arrangement = Arrangement::of(results, &wanted)?;
    let progress = Progress::new(results, &request);
    let (metrics, strips) = strips(&progress, &arrangement);
    let mut frame = curves::frame(&progress, &arrangement, &metrics, "");
    let trials = &results.trials;
    if x == Horizontal::Step && trials.iter().any(|trial| !trial.steps.is_empty()) {
        frame.notes.push(format!(
            "Training curves are smoothed: each point is the mean of it and of those in the 1/{SMOOTHED} of the \
             training before it."
        ));
    }
    let x = progress.axis(&strips);
    let mut chart = sheet::chart(results, frame, x, strips, Rows::EachOnItsOwn);
    subtitle(results).clone_into(&mut chart.subtitle);
    Ok(vec![Drawn { stem: format!("overview{by}"), chart }])
}

/// The metrics that are drawn, and the rows of their panels.
fn strips(progress: &Progress<'_>, arrangement: &Arrangement<'_>) -> (Vec<Metric>, Vec<Strip>) {
    let [loss, accuracy] = metric::evaluation(progress.results);
    let all = [Metric::TrainLoss, loss, Metric::TrainAccuracy, accuracy];
    let panel = |metric: Metric, index: usize| {
        let reading = |trial: &TrialCurves| {
            let curve = curves::reading(progress, trial, metric);
            // Only curves of single batches are smoothed, not the epochs' means.
            if metric.is_train() && curve.len() > trial.epochs.len() {
                series::smoothed(&curve, curve.len() / SMOOTHED)
            } else {
                curve
            }
        };
        let facet = &arrangement.facets[index];
        progress.panel(arrangement, facet, &reading, metric.quantity().bounds)
    };
    let strip = |heading: &str, metrics: &[Metric], panels| Strip {
        heading: heading.to_owned(),
        quantity: metrics[0].quantity(),
        panels,
    };
    let columns = arrangement.facets.len();
    if columns == 1 {
        let titled =
            |&metric: &Metric| Panel { title: metric.title().to_owned(), ..panel(metric, 0) };
        let rows = all.chunks(2);
        let rows = rows.map(|pair| strip("", pair, pair.iter().map(titled).collect()));
        (all.to_vec(), rows.collect::<Vec<_>>())
    } else {
        let metrics = if columns * all.len() > PANELS {
            vec![Metric::TrainLoss, accuracy]
        } else {
            all.to_vec()
        };
        let row = |(index, &metric): (usize, &Metric)| {
            let panels = (0..columns).map(|column| said_once(panel(metric, column), index));
            strip(metric.title(), &[metric], panels.collect())
        };
        let rows = metrics.iter().enumerate().map(row).collect();
        (metrics, rows)
    }
}

/// Removes titles and notes from rows below the first, where they would be repeated.
fn said_once(panel: Panel, row: usize) -> Panel {
    if row == 0 {
        return panel;
    }
    Panel { title: String::new(), note: String::new(), ..panel }
}

/// The name, unless it is the title already.
fn subtitle(results: &Results) -> &str {
    if results.question.trim().is_empty() { "" } else { &results.name }
}
