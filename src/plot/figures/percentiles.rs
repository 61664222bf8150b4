//! The distribution of the nonlinearities' inputs during training: percentiles of one unit, as in
//! figure 1 of Ioffe & Szegedy (2015), and of whole layers.

use super::arrangement::{Arrangement, Facet, Line, Wanted};
use super::axes::{ANY, Kind, Quantity};
use super::layers;
use super::request::{Absent, Drawn, Request};
use super::sheet::{Frame, Strip};
use crate::plot::chart::{Axis, Panel, Point, Series};
use crate::results::query::{Details, Results, TrialCurves};
use crate::units::capitalised;
use crate::units::counted;

/// Most layers drawn below the unit.
const LAYERS: usize = 3;

const UNIT: [&str; 3] =
    ["unit_pre_activation_p15", "unit_pre_activation_p50", "unit_pre_activation_p85"];
const LAYER: [&str; 3] = ["pre_activation_p15", "pre_activation_p50", "pre_activation_p85"];

/// The details that the figure needs.
pub(super) fn details(_: &Results, _: &Request) -> Details {
    layers::details(&[UNIT, LAYER].concat())
}

/// Draws the figure `percentiles`: a column for each line; a chart for each combination of further axes.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let unit = layers::names(results, UNIT[1]);
    let all = layers::names(results, LAYER[1]);
    if unit.is_empty() && all.is_empty() {
        return Err(layers::absent(""));
    }
    let wanted =
        Wanted { limit: usize::MAX, crossed: false, ..Wanted::of("percentiles", &request.facets) };
    let arrangement = Arrangement::of(results, &wanted)?;
    let rows = layers::spaced(&all, LAYERS);
    let mut strips: Vec<(String, &str, [&str; 3])> = Vec::new();
    strips.extend(unit.iter().map(|layer| ("One unit".to_owned(), *layer, UNIT)));
    let heading = |layer: &str| capitalised(&layers::shown(layer));
    strips.extend(rows.iter().map(|layer| (heading(layer), *layer, LAYER)));
    let sheet = Sheet {
        rows: strips,
        left_out: all.len() - rows.len(),
        arrangement: &arrangement,
        request,
    };
    Ok(layers::sheets(results, &arrangement, "percentiles", |facet| sheet.draw(facet)))
}

struct Sheet<'s> {
    /// Heading, layer and percentiles of each row.
    rows: Vec<(String, &'s str, [&'s str; 3])>,
    left_out: usize,
    arrangement: &'s Arrangement<'s>,
    request: &'s Request,
}

impl Sheet<'_> {
    fn draw(&self, facet: &Facet) -> Option<(Frame, Axis, Vec<Strip>)> {
        let mut strips: Vec<Strip> = Vec::new();
        for (heading, layer, percentiles) in &self.rows {
            let lines = self.arrangement.lines.iter();
            let lines = lines.filter(|line| !self.arrangement.trials(line, facet).is_empty());
            let panel = |line: &Line| Panel {
                title: if strips.is_empty() { line.label.clone() } else { String::new() },
                series: vec![self.series(line, facet, layer, percentiles)],
                ..Panel::default()
            };
            strips.push(Strip {
                heading: heading.clone(),
                quantity: Quantity::new("Into the nonlinearity", Kind::Plain)
                    .on(self.request.log_y),
                panels: lines.map(panel).collect(),
            });
        }
        let mut series = strips.iter().flat_map(|s| &s.panels).flat_map(|p| &p.series);
        if series.all(|series| series.points.is_empty()) {
            return None;
        }
        let band = "Line: median. Band: 15th to 85th percentile, over the probe's fixed examples (of a layer, \
                    over its units as well)."
            .to_owned();
        let mut note = "One training: the first replicate that was completed. One unit: `probe.unit` of the last \
                        hidden layer, as in figure 1 of Ioffe & Szegedy (2015). Layer 1 is next to the input."
            .to_owned();
        if self.left_out > 0 {
            note.push_str(&format!(
                " {} not drawn; `layers.csv` holds all.",
                counted(self.left_out, "layer is", "layers are")
            ));
        }
        let shown = "Distribution of what goes into the nonlinearity";
        let mut frame = layers::frame(self.arrangement, shown, band, &note);
        frame.legend.clear();
        frame.legend_title.clear();
        let x = layers::steps(&strips, self.request);
        Some((frame, x, strips))
    }

    /// The series of one training: a mean over replicates would smooth it.
    fn series(&self, line: &Line, facet: &Facet, layer: &str, percentiles: &[&str; 3]) -> Series {
        let trials = layers::probed(&self.arrangement.trials(line, facet));
        let of = |trial: &TrialCurves, quantity: &str| -> Vec<Vec<Point>> {
            let curve = layers::curve(trial, layer, quantity);
            [curve].into_iter().filter(|curve| !curve.is_empty()).collect()
        };
        let Some(trial) = trials.first() else {
            return Series { label: line.label.clone(), key: line.key, ..Series::default() };
        };
        let name = (line.label.as_str(), line.key);
        let one = |quantity| layers::line(name, &of(trial, quantity), self.request, ANY);
        let [low, middle, high] = percentiles.map(one);
        Series {
            band: layers::between(&low, &high),
            singles: vec![low.points, high.points],
            ..middle
        }
    }
}
