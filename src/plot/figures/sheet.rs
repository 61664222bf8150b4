//! The frame that all figures share: panels on common axes, with legend and notes.

use super::axes::Quantity;
use super::notes;
use crate::plot::chart::{Axis, Chart, LegendEntry, Panel, Row, Series};
use crate::results::query::Results;

/// A row of panels before its axis is known.
pub(super) struct Strip {
    /// What the panels have in common; may be empty.
    pub(super) heading: String,
    /// What its vertical axis measures.
    pub(super) quantity: Quantity,
    /// The panels, with bands uncut and marks without height.
    pub(super) panels: Vec<Panel>,
}

/// What stands around the panels.
#[derive(Default)]
pub(super) struct Frame {
    /// What is shown.
    pub(super) shown: String,
    /// What the lines have in common.
    pub(super) legend_title: String,
    /// The legend.
    pub(super) legend: Vec<LegendEntry>,
    /// What lines and bands are.
    pub(super) band: String,
    /// What else must be known, in sentences.
    pub(super) notes: Vec<String>,
}

/// Whether rows are measured alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// All on the axis of the first.
    OnOneAxis,
    /// Each on its own.
    EachOnItsOwn,
}

/// Puts the strips on one horizontal axis.
pub(super) fn chart(
    results: &Results,
    frame: Frame,
    x: Axis,
    strips: Vec<Strip>,
    rows: Rows,
) -> Chart {
    let axes: Vec<Axis> = match (rows, strips.first()) {
        (Rows::OnOneAxis, Some(first)) => {
            let panels = strips.iter().flat_map(|strip| &strip.panels);
            vec![first.quantity.axis(panels); strips.len()]
        }
        _ => strips.iter().map(|s| s.quantity.axis(&s.panels)).collect(),
    };
    let mut notes = frame.notes;
    let mut band_is_cut = false;
    let mut rows = Vec::new();
    for (strip, y) in strips.into_iter().zip(axes) {
        let bad_end = if strip.quantity.worse_is_higher { y.high } else { y.low };
        let mut panels = strip.panels;
        for series in panels.iter_mut().flat_map(|panel| &mut panel.series) {
            band_is_cut |= settle(series, &x, &y, bad_end);
        }
        rows.push(Row { heading: strip.heading, y, panels });
    }
    if band_is_cut {
        notes.push("Bands that reach beyond a logarithmic axis are cut there.".to_owned());
    }
    Chart {
        title: notes::title(results),
        subtitle: notes::subtitle(results, &frame.shown),
        legend_title: frame.legend_title,
        legend: frame.legend,
        x,
        rows,
        band: frame.band,
        shade: None,
        footnote: notes.join(" "),
    }
}

/// Cuts bands at the axis and puts marks of diverged trials on its bad end (a high loss, a low
/// accuracy); tells whether a band was cut.
fn settle(series: &mut Series, x: &Axis, y: &Axis, bad_end: f64) -> bool {
    let mut cut = false;
    let bands = series.band.iter_mut().map(|span| (&mut span.low, &mut span.high));
    let bars = series.bars.iter_mut().map(|bar| (&mut bar.low, &mut bar.high));
    for (low, high) in bands.chain(bars) {
        cut |= *low < y.low || *high > y.high;
        *low = low.clamp(y.low, y.high);
        *high = high.clamp(y.low, y.high);
    }
    for point in &mut series.ended {
        point.x = point.x.clamp(x.low, x.high);
        point.y = bad_end;
    }
    cut
}
