//! Internal covariate shift as Santurkar et al. (2018, definition 2.1) measure it: how the gradient of a
//! layer's weights changes when the layers below it are updated.

use super::arrangement::{Arrangement, Facet, Wanted};
use super::axes::{Kind, Quantity};
use super::layers;
use super::notes;
use super::request::{Absent, Drawn, Request};
use super::sheet::{Frame, Strip};
use crate::plot::chart::{Axis, Panel};
use crate::plot::scale::Extent;
use crate::results::query::{Details, Results};

/// Most layers side by side.
const LAYERS: usize = 4;

const RELATIVE: &str = "covariate_shift_relative";
const COSINE: &str = "covariate_shift_cosine";

/// The details that the figure needs.
pub(super) fn details(_: &Results, _: &Request) -> Details {
    layers::details(&[RELATIVE, COSINE])
}

/// Draws the figure `shift`: a column for each of some layers; a chart for each combination of further axes.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let names = layers::names(results, RELATIVE);
    // The first layer has no layers below it.
    let above: Vec<&str> = names.iter().skip(1).copied().collect();
    let names = if above.is_empty() { names } else { above };
    if names.is_empty() {
        return Err(layers::absent("covariate_shift"));
    }
    let columns = layers::spaced(&names, LAYERS);
    let wanted =
        Wanted { limit: usize::MAX, crossed: false, ..Wanted::of("shift", &request.facets) };
    let arrangement = Arrangement::of(results, &wanted)?;
    let sheet = Sheet { columns: &columns, all: names.len(), arrangement: &arrangement, request };
    Ok(layers::sheets(results, &arrangement, "shift", |facet| sheet.rows(facet)))
}

struct Sheet<'s> {
    columns: &'s [&'s str],
    all: usize,
    arrangement: &'s Arrangement<'s>,
    request: &'s Request,
}

impl Sheet<'_> {
    fn rows(&self, facet: &Facet) -> Option<(Frame, Axis, Vec<Strip>)> {
        let log = self.request.log_y.or(Some(true));
        let relative = Quantity::new("Distance, relative", Kind::Loss).on(log);
        let cosine = Quantity {
            bounds: Extent { low: -1.0, high: 1.0 },
            worse_is_higher: false,
            ..Quantity::new("Cosine", Kind::Plain)
        };
        let strips = vec![
            self.strip(facet, RELATIVE, "Distance", relative),
            self.strip(facet, COSINE, "Cosine", cosine),
        ];
        let series = strips[0].panels.iter().flat_map(|panel| &panel.series);
        if series.clone().all(|series| series.points.is_empty()) {
            return None;
        }
        let band = notes::band(&notes::counts(self.arrangement), "Line", "Band");
        let mut note = "Of distances the geometric mean. Between the gradient of a layer's weights before and after all layers below are \
                        updated: L2 distance by the gradient's norm, and cosine. Without any shift they would \
                        be 0 and 1."
            .to_owned();
        if self.columns.len() < self.all {
            note.push_str(&format!(
                " {} of {} layers are drawn; `layers.csv` holds all.",
                self.columns.len(),
                self.all
            ));
        }
        let frame = layers::frame(self.arrangement, "Internal covariate shift", band, &note);
        let x = layers::steps(&strips, self.request);
        Some((frame, x, strips))
    }

    fn strip(&self, facet: &Facet, quantity: &str, heading: &str, axis: Quantity) -> Strip {
        let bounds = axis.bounds;
        let panel = |layer: &&str| {
            let lines = self.arrangement.lines.iter().map(|line| {
                let trials = self.arrangement.trials(line, facet);
                let curves = layers::curves(&trials, layer, quantity);
                let name = (line.label.as_str(), line.key);
                if quantity == COSINE {
                    layers::line(name, &curves, self.request, bounds)
                } else {
                    layers::geometric_line(name, &curves, self.request)
                }
            });
            Panel {
                title: if quantity == RELATIVE { layers::shown(layer) } else { String::new() },
                series: lines.collect(),
                ..Panel::default()
            }
        };
        Strip {
            heading: heading.to_owned(),
            quantity: axis,
            panels: self.columns.iter().map(panel).collect(),
        }
    }
}
