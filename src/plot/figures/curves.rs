//! Curves of one metric over epochs, steps or seconds: small multiples, one panel for each combination of the
//! further axes, all with the same axes.

use super::arrangement::{Arrangement, Wanted};
use super::curve::{self, Curve};
use super::notes;
use super::progress::Progress;
use super::request::{Absent, Drawn, Horizontal, Request};
use super::sheet::{self, Frame, Rows, Strip};
use crate::plot::chart::{Chart, Point};
use crate::results::query::{Details, Results, TrialCurves, TrialStatus};
use crate::units::counted;

/// Requests the training loss between epochs, where the horizontal axis is in steps.
pub(super) fn details(_: &Results, request: &Request) -> Details {
    Details { steps: request.x == Horizontal::Step, ..Details::default() }
}

/// The figure `curves`: a chart of the requested metric, or else of each that was measured.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let asked = match &request.metric {
        Some(name) => vec![curve::named(results, name)?],
        None => curve::measured(results),
    };
    let arrangement = Arrangement::of(results, &Wanted::of("curves", &request.facets))?;
    let charts = asked.into_iter().map(|curve| Drawn {
        stem: stem(curve.column, request),
        chart: curves(results, request, &arrangement, curve),
    });
    Ok(charts.collect())
}

/// The file name stem, with a suffix for another horizontal axis or other panels: `test_loss-by-seconds`.
pub(super) fn stem(name: &str, request: &Request) -> String {
    format!("{name}{}{}", request.x.by(), request.suffix())
}

/// The chart of one metric.
fn curves(
    results: &Results,
    request: &Request,
    arrangement: &Arrangement<'_>,
    curve: Curve,
) -> Chart {
    let progress = Progress::new(results, request);
    let reading = |trial: &TrialCurves| reading(&progress, trial, curve);
    let quantity = curve.quantity().on(request.log_y);
    let strips: Vec<Strip> = arrangement
        .rows()
        .map(|(heading, facets)| Strip {
            heading: heading.to_owned(),
            quantity: quantity.clone(),
            panels: facets
                .iter()
                .map(|facet| progress.panel(arrangement, facet, &reading, quantity.bounds))
                .collect(),
        })
        .collect();
    let frame = frame(&progress, arrangement, &[curve], curve.title);
    sheet::chart(results, frame, progress.axis(&strips), strips, Rows::OnOneAxis)
}

/// One trial's curve of a metric: from `steps.csv` where steps are counted and it says more.
pub(super) fn reading(progress: &Progress<'_>, trial: &TrialCurves, curve: Curve) -> Vec<Point> {
    let finely = progress.request.x == Horizontal::Step && curve.is_train();
    if !finely || trial.steps.is_empty() {
        return progress.curve(trial, |row| curve.value(row));
    }
    let points = trial.steps.iter().map(|row| Point {
        x: row.step as f64,
        y: if curve.is_loss() { row.loss } else { row.accuracy * 100.0 },
    });
    points.filter(|point| point.y.is_finite()).collect()
}

/// The frame of panels of these metrics.
pub(super) fn frame(
    progress: &Progress<'_>,
    arrangement: &Arrangement<'_>,
    drawn: &[Curve],
    shown: &str,
) -> Frame {
    let mut told = Vec::new();
    let by_step = progress.request.x == Horizontal::Step;
    let has_steps = by_step && progress.results.trials.iter().any(|t| !t.steps.is_empty());
    if drawn.iter().any(|curve| curve.is_train()) {
        told.push(if has_steps {
            "Training curves: of the step's own batch, before its update.".to_owned()
        } else {
            "Training curves: mean over the epoch's batches while the weights change.".to_owned()
        });
    }
    if drawn.iter().any(|curve| !curve.is_train()) {
        told.push(evaluation(progress.first_epoch).to_owned());
        told.extend(notes::running_statistics(progress.results));
    }
    told.extend(progress.notes());
    let lost = lost_values(arrangement, drawn);
    if lost > 0 {
        told.push(format!(
            "{} not finite and left out.",
            counted(lost, "value of completed trials is", "values of completed trials are")
        ));
    }
    told.extend(arrangement.left_out.iter().cloned());
    Frame {
        shown: shown.to_owned(),
        legend_title: arrangement.legend_title.clone(),
        legend: notes::legend(arrangement),
        band: notes::band(&notes::counts(arrangement), "Line", "Band"),
        notes: told,
    }
}

fn evaluation(first_epoch: usize) -> &'static str {
    if first_epoch == 0 {
        "Epoch 0 is the untrained network."
    } else {
        "The untrained network (epoch 0) is not drawn."
    }
}

fn lost_values(arrangement: &Arrangement<'_>, drawn: &[Curve]) -> usize {
    let trials = arrangement.lines.iter().flat_map(|line| arrangement.all_trials(line));
    let completed = trials.filter(|trial| trial.status == TrialStatus::Completed);
    let values = completed.flat_map(|trial| &trial.epochs).flat_map(|row| {
        let value = |curve: &Curve| curve.value(row);
        drawn.iter().filter_map(value)
    });
    values.filter(|value| !value.is_finite()).count()
}
