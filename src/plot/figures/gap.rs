//! The gap between training and test (or validation) metrics during training.

use super::arrangement::{Arrangement, Wanted};
use super::axes::{Kind, Quantity};
use super::curve::{self, Curve};
use super::curves;
use super::notes;
use super::progress::Progress;
use super::request::{Absent, Drawn, Request};
use super::sheet::{self, Frame, Rows, Strip};
use crate::plot::chart::{Along, Panel, Reference};
use crate::results::query::{Results, TrialCurves};

/// Draws the figure `gap`: of accuracies, or of losses where the requested metric is one.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let of_loss = request.metric.as_deref().is_some_and(|name| name.ends_with("loss"));
    let measured = curve::measured(results);
    let evaluated = measured.contains(&Curve::EVALUATED_TRAIN_LOSS);
    let (seen, unseen) = sides(results, of_loss, evaluated);
    if !measured.contains(&seen) {
        return Err(Absent("no epoch of training is recorded yet".to_owned()));
    }
    let arrangement = Arrangement::of(results, &Wanted::of("gap", &request.facets))?;
    let progress = Progress::new(results, request);
    let reading = |trial: &TrialCurves| {
        progress.curve(trial, |row| {
            let (seen, unseen) = (seen.value(row)?, unseen.value(row)?);
            Some(if of_loss { unseen - seen } else { seen - unseen })
        })
    };
    let (label, shown) = words(seen, unseen);
    let quantity = Quantity::new(label, Kind::Plain);
    let panel = |facet: &_| {
        let panel = progress.panel(&arrangement, facet, &reading, quantity.bounds);
        Panel {
            references: vec![Reference { of: Along::Y, low: 0.0, high: 0.0, label: String::new() }],
            ..panel
        }
    };
    let rows = arrangement.rows().map(|(heading, facets)| Strip {
        heading: heading.to_owned(),
        quantity: quantity.clone(),
        panels: facets.iter().map(panel).collect(),
    });
    let strips: Vec<Strip> = rows.collect();
    let mut told = vec![note(evaluated).to_owned()];
    told.extend(progress.notes());
    told.extend(notes::running_statistics(results));
    told.extend(arrangement.left_out.iter().cloned());
    let frame = Frame {
        shown,
        legend_title: arrangement.legend_title.clone(),
        legend: notes::legend(&arrangement),
        band: notes::band(&notes::counts(&arrangement), "Line", "Band"),
        notes: told,
    };
    let x = progress.axis(&strips);
    let name = if of_loss { "gap-loss" } else { "gap" };
    Ok(vec![Drawn {
        stem: curves::stem(name, request),
        chart: sheet::chart(results, frame, x, strips, Rows::OnOneAxis),
    }])
}

fn note(evaluated: bool) -> &'static str {
    if evaluated {
        "Above 0 the network does better on what it has seen. Training examples are evaluated after the epoch \
         as the others are."
    } else {
        "Above 0 the network does better on what it has seen. Training figures are means over the epoch's \
         batches while the weights change, with the batches' own statistics and any dropout, which alone can \
         put them below the others; `[probe] train_evaluation = true` measures both alike."
    }
}

/// What is seen, and what is not.
fn sides(results: &Results, of_loss: bool, evaluated: bool) -> (Curve, Curve) {
    let [loss, accuracy] = curve::evaluation(results);
    match (of_loss, evaluated) {
        (true, true) => (Curve::EVALUATED_TRAIN_LOSS, loss),
        (true, false) => (Curve::TRAIN_LOSS, loss),
        (false, true) => (Curve::EVALUATED_TRAIN_ACCURACY, accuracy),
        (false, false) => (Curve::TRAIN_ACCURACY, accuracy),
    }
}

/// The axis, and what is shown.
fn words(seen: Curve, unseen: Curve) -> (&'static str, String) {
    let minus =
        |one: Curve, other: Curve| format!("{} minus {}", one.title, other.title.to_lowercase());
    if seen.is_loss() {
        ("Gap of losses (nats)", minus(unseen, seen))
    } else {
        ("Gap of accuracies (points)", minus(seen, unseen))
    }
}
