//! The layout of the legend: a strip above the panels, so that it never covers data; entries from left
//! to right, in as many lines as they need, and the bar of shades below them.

use super::layout::{Block, Frame, MARGIN};
use super::text::{HEADING, Measure, PLAIN, SMALL, wrap};
use super::ticks::{self, Labels};
use crate::plot::chart::{Chart, Series, Symbol};
use crate::plot::palette::Key;

/// Width of the sample before a legend's text, and the distance after it.
const LINE_SAMPLE: f64 = 36.0;
const MARK_SAMPLE: f64 = 12.0;
const FIELD_SAMPLE: f64 = 20.0;
const AFTER_SAMPLE: f64 = 7.0;
const AFTER_ENTRY: f64 = 20.0;
/// Width and height of the bar of shades.
const BAR: (f64, f64) = (220.0, 12.0);

/// An entry of the legend with its sample.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EntryBox {
    /// Left edge of the sample.
    pub(super) left: f64,
    /// Right edge of the sample.
    pub(super) right: f64,
    /// The text beside the sample.
    pub(super) text: Block,
}

/// The bar of shades with its labels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ShadeBox {
    /// The quantity's name.
    pub(super) title: Block,
    /// The bar.
    pub(super) bar: Frame,
    /// The labels of values below it.
    pub(super) labels: Labels,
}

/// The layout of title and entries; `top` moves below them.
pub(super) fn entries(
    chart: &Chart,
    width: f64,
    top: &mut f64,
    measure: &Measure,
) -> (Block, Vec<EntryBox>) {
    let mut left = MARGIN;
    let title =
        Block { lines: wrap(&chart.legend_title, HEADING, width, measure), left, top: *top };
    let title_width = title.lines.iter().map(|line| measure(line, HEADING));
    let title_width = title_width.fold(0.0, f64::max);
    if title_width > 0.0 {
        left += title_width + AFTER_ENTRY * 0.8;
    }
    let mut entries = Vec::new();
    let mut lines_below = title.lines.len();
    for entry in &chart.legend {
        let sample = sample(chart, entry.symbol);
        let before_text = sample + AFTER_SAMPLE;
        let lines = wrap(&entry.label, PLAIN, width - before_text, measure);
        let text_width = lines.iter().map(|line| measure(line, PLAIN));
        let text_width = text_width.fold(0.0, f64::max);
        if left > MARGIN && left + before_text + text_width > MARGIN + width {
            *top += lines_below as f64 * PLAIN.leading;
            left = MARGIN;
            lines_below = 1;
        }
        lines_below = lines_below.max(lines.len());
        let text = Block { lines, left: left + before_text, top: *top };
        entries.push(EntryBox { left, right: left + sample, text });
        left += before_text + text_width + AFTER_ENTRY;
    }
    *top += lines_below as f64 * PLAIN.leading;
    (title, entries)
}

/// The layout of the bar of shades beside its quantity; `top` moves below it.
pub(super) fn shades(
    chart: &Chart,
    width: f64,
    top: &mut f64,
    measure: &Measure,
) -> Option<ShadeBox> {
    let axis = chart.shade.as_ref()?;
    if !chart.legend.is_empty() {
        *top += 4.0;
    }
    let lines = wrap(&axis.label, PLAIN, width, measure);
    let title_width = lines.iter().map(|line| measure(line, PLAIN));
    let title_width = title_width.fold(0.0, f64::max);
    let title = Block { lines, left: MARGIN, top: *top };
    let mut left = MARGIN + title_width + AFTER_ENTRY * 0.8;
    let bar_width = BAR.0.min(width * 0.9);
    if left + bar_width > MARGIN + width {
        left = MARGIN + 10.0;
        *top += title.lines.len() as f64 * PLAIN.leading;
    }
    let bar = Frame { left, top: *top, width: bar_width, height: BAR.1 };
    *top += BAR.1 + 4.0 + SMALL.leading;
    Some(ShadeBox { title, bar, labels: ticks::below(axis, bar_width, measure) })
}

/// Every series.
pub(super) fn all_series(chart: &Chart) -> impl Iterator<Item = &Series> {
    chart.rows.iter().flat_map(|row| &row.panels).flat_map(|panel| &panel.series)
}

/// Every series with this key.
pub(super) fn series_of(chart: &Chart, key: Key) -> impl Iterator<Item = &Series> {
    all_series(chart).filter(move |series| series.key == key)
}

/// Whether a key has points without a line, so that its sample has none either.
pub(super) fn is_loose(chart: &Chart, key: Key) -> bool {
    let mut series = series_of(chart, key).peekable();
    series.peek().is_some() && series.all(|series| series.loose)
}

fn sample(chart: &Chart, symbol: Symbol) -> f64 {
    match symbol {
        Symbol::Line { key } if is_loose(chart, key) => MARK_SAMPLE,
        Symbol::Line { .. } => LINE_SAMPLE,
        Symbol::Ended | Symbol::Dot | Symbol::Chosen => MARK_SAMPLE,
        Symbol::Beyond | Symbol::Hatched | Symbol::Best => FIELD_SAMPLE,
    }
}
