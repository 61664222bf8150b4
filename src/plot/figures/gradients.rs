//! The norms of gradients by layer: whether they vanish or explode towards the input.
//! Weight gradients and back-propagated gradients behave differently: with Glorot initialisation, one kind
//! vanishes while the other does not (Glorot & Bengio 2010).

use super::arrangement::{Arrangement, Facet, Wanted, unique};
use super::axes::{Kind, Quantity};
use super::layers;
use super::notes;
use super::request::{Absent, Drawn, Request};
use super::sheet::{Frame, Strip};
use crate::plot::chart::{Axis, Panel, Point};
use crate::plot::scale::{self, Extent};
use crate::results::query::{Details, Results, TrialCurves};

/// Most probes side by side.
const PROBES: usize = 3;

const ROWS: [(&str, &str); 2] = [
    ("backpropagated_gradient_norm", "Back-propagated"),
    ("weight_gradient_norm", "Of the weights"),
];

/// The details that the figure needs.
pub(super) fn details(_: &Results, _: &Request) -> Details {
    layers::details(&ROWS.map(|(quantity, _)| quantity))
}

/// Draws the figure `gradients`: the first, a middle and the last probe side by side; a chart for each
/// combination of further axes.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    if ROWS.iter().all(|(quantity, _)| layers::names(results, quantity).is_empty()) {
        return Err(layers::absent("gradients"));
    }
    let wanted =
        Wanted { limit: usize::MAX, crossed: false, ..Wanted::of("gradients", &request.facets) };
    let arrangement = Arrangement::of(results, &wanted)?;
    Ok(layers::sheets(results, &arrangement, "gradients", |facet| {
        sheet(results, &arrangement, facet, request)
    }))
}

fn sheet(
    results: &Results,
    arrangement: &Arrangement<'_>,
    facet: &Facet,
    request: &Request,
) -> Option<(Frame, Axis, Vec<Strip>)> {
    let steps = layers::spaced(&probed_steps(arrangement, facet), PROBES);
    if steps.is_empty() {
        return None;
    }
    // Values of different layers are not smoothed.
    let of_layers = Request { smooth: 1, ..request.clone() };
    let mut deepest = 1;
    let mut strips = Vec::new();
    for (quantity, heading) in ROWS {
        let names = layers::names(results, quantity);
        deepest = deepest.max(names.len());
        let panel = |&step: &usize| {
            let lines = arrangement.lines.iter().map(|line| {
                let trials = layers::probed(&arrangement.trials(line, facet)).into_iter();
                let curves: Vec<Vec<Point>> = trials
                    .map(|trial| by_layer(trial, &names, quantity, step))
                    .filter(|curve| !curve.is_empty())
                    .collect();
                layers::geometric_line((&line.label, line.key), &curves, &of_layers)
            });
            Panel {
                title: if strips_is_first(quantity) {
                    format!("before step {}", step + 1)
                } else {
                    String::new()
                },
                series: lines.collect(),
                ..Panel::default()
            }
        };
        strips.push(Strip {
            heading: heading.to_owned(),
            quantity: Quantity::new("L2 norm", Kind::Loss).on(request.log_y.or(Some(true))),
            panels: steps.iter().map(panel).collect(),
        });
    }
    let band = layers::geometric_band(&notes::counts(arrangement));
    let note = "Layer 1 is next to the input. Back-propagated: of the loss with respect to what goes into a \
                layer's nonlinearity; of the weights: with respect to the layer's weights. Gradients that are 0 \
                have no place on a logarithmic axis.";
    let frame = layers::frame(arrangement, "Norm of gradients by layer", band, note);
    Some((frame, by_depth(deepest), strips))
}

fn strips_is_first(quantity: &str) -> bool {
    quantity == ROWS[0].0
}

/// The steps at which any trial of a facet was probed.
fn probed_steps(arrangement: &Arrangement<'_>, facet: &Facet) -> Vec<usize> {
    let trials = arrangement.lines.iter().flat_map(|line| arrangement.trials(line, facet));
    let layers = trials.flat_map(|trial| &trial.layers);
    let layers =
        layers.filter(|series| ROWS.iter().any(|(quantity, _)| series.quantity == *quantity));
    let mut steps: Vec<usize> =
        layers.flat_map(|series| series.points.iter().map(|(step, _)| *step)).collect();
    steps.sort_unstable();
    unique(steps.into_iter())
}

/// The norm in each layer, counted from 1, at one step; 0 is left out, since it has no logarithm.
fn by_layer(trial: &TrialCurves, names: &[&str], quantity: &str, step: usize) -> Vec<Point> {
    let at = |(index, name): (usize, &&str)| {
        let curve = layers::curve(trial, name, quantity);
        let point = curve.iter().find(|point| (point.x - step as f64).abs() < 0.5)?;
        (point.y > 0.0).then_some(Point { x: index as f64 + 1.0, y: point.y })
    };
    names.iter().enumerate().filter_map(at).collect()
}

fn by_depth(layers: usize) -> Axis {
    let extent = Extent { low: 1.0, high: layers as f64 };
    Axis { label: "Layer, counted from the input".to_owned(), ..scale::epochs(Some(extent), 6) }
}
