//! Dead and saturated units during training.

use super::arrangement::{Arrangement, Wanted};
use super::axes::{Kind, Quantity};
use super::layers;
use super::notes;
use super::request::{Absent, Drawn, Request};
use super::sheet::{self, Rows, Strip};
use crate::plot::chart::Point;
use crate::results::query::{Details, Results, TrialCurves};

/// The quantities, with the headings of their rows.
const ROWS: [(&str, &str); 2] = [("dead", "Dead ReLU units"), ("saturated", "Saturated values")];

/// The details that the figure needs.
pub(super) fn details(_: &Results, _: &Request) -> Details {
    layers::details(&ROWS.map(|(quantity, _)| quantity))
}

/// Draws the figure `units`: a row for each of the two that was measured.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let arrangement = Arrangement::of(
        results,
        &Wanted { limit: 6, crossed: false, ..Wanted::of("units", &request.facets) },
    )?;
    let mut strips = Vec::new();
    for (quantity, heading) in ROWS {
        let names = layers::names(results, quantity);
        if names.is_empty() {
            continue;
        }
        let axis = Quantity::new("Share (%)", Kind::FromZero).on(request.log_y);
        let axis = Quantity { bounds: Quantity::new("", Kind::Accuracy).bounds, ..axis };
        let bounds = axis.bounds;
        strips.push(layers::strip(&arrangement, heading, axis, |line, trials| {
            let curves: Vec<Vec<Point>> = layers::probed(trials)
                .into_iter()
                .map(|trial| over_layers(trial, &names, quantity))
                .filter(|curve| !curve.is_empty())
                .collect();
            layers::line(line, &curves, request, bounds)
        }));
    }
    if strips.is_empty() {
        return Err(layers::absent(""));
    }
    say_once(&mut strips);
    let band = notes::band(&notes::counts(&arrangement), "Line", "Band");
    let note = "Means over the hidden layers. Dead: active for none of the probe's fixed examples. \
                Saturated: beyond 99 % of the way from the middle of a sigmoid's or tanh's range to either end.";
    let mut frame = layers::frame(&arrangement, "Dead and saturated units", band, note);
    frame.notes.extend(arrangement.left_out.iter().cloned());
    let x = layers::steps(&strips, request);
    Ok(vec![Drawn {
        stem: "units".to_owned(),
        chart: sheet::chart(results, frame, x, strips, Rows::EachOnItsOwn),
    }])
}

/// Removes repeated titles and notes below the first row; names a quantity that was not measured.
fn say_once(strips: &mut [Strip]) {
    for strip in strips.iter_mut().skip(1) {
        for panel in &mut strip.panels {
            panel.title.clear();
            panel.note.clear();
        }
    }
    for panel in strips.iter_mut().flat_map(|strip| &mut strip.panels) {
        if panel.series.iter().all(|series| series.points.is_empty()) {
            "does not apply".clone_into(&mut panel.note);
        }
    }
}

/// The mean over the layers, in percent, at each step at which the first of them was measured.
fn over_layers(trial: &TrialCurves, names: &[&str], quantity: &str) -> Vec<Point> {
    let curves = names.iter().map(|name| layers::curve(trial, name, quantity));
    let curves: Vec<Vec<Point>> = curves.filter(|curve| !curve.is_empty()).collect();
    let bounds = Quantity::new("", Kind::Accuracy).bounds;
    let mean = super::series::mean_line("", crate::plot::palette::Key::default(), &curves, bounds);
    let points = mean.points.into_iter().map(|point| Point { y: point.y * 100.0, ..point });
    points.collect()
}
