//! The frame of all figures: panels on common axes, with legend and notes.

use super::axes::Quantity;
use super::notes;
use crate::plot::chart::{Axis, Chart, LegendEntry, Panel, Row, Series};
use crate::results::query::Results;

/// A row of panels before its axis is known.
pub(super) struct Strip {
    /// The heading; may be empty.
    pub(super) heading: String,
    /// The quantity of its vertical axis.
    pub(super) quantity: Quantity,
    /// The panels, with bands not yet cut and marks not yet placed.
    pub(super) panels: Vec<Panel>,
}

/// The texts around the panels.
#[derive(Default)]
pub(super) struct Frame {
    /// The title.
    pub(super) shown: String,
    /// The title of the legend.
    pub(super) legend_title: String,
    /// The legend's entries.
    pub(super) legend: Vec<LegendEntry>,
    /// The meaning of lines and bands.
    pub(super) band: String,
    /// Further notes, in sentences.
    pub(super) notes: Vec<String>,
}

/// Whether rows share a vertical axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// All have the axis of the first.
    OnOneAxis,
    /// Each has its own axis.
    EachOnItsOwn,
}

/// A chart of the strips with a common horizontal axis.
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
        scope: String::new(),
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

/// Cuts bands at the axis and places marks of diverged trials at its bad end (a high loss, a low
/// accuracy); returns whether a band was cut.
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
