//! Where everything on the sheet goes: boxes in pixels, from the upper left corner. Nothing is
//! drawn here; the legend has a strip of its own, so that it never covers data.

use super::text::{Face, HEADING, Measure, PLAIN, SMALL, TITLE, wrap, wrap_parts};
use crate::plot::chart::{Chart, Panel, Row, Symbol};

/// White border of the sheet.
const MARGIN: f64 = 16.0;
/// Between two panels side by side.
const GUTTER: f64 = 18.0;
/// Between a panel and the text above it.
const TITLE_GAP: f64 = 5.0;
/// The rotated label of a vertical axis.
const LABEL: f64 = 18.0;
/// Between tick labels and their axis.
pub(super) const TICK: f64 = 6.0;
/// What stands in front of a legend's text, and the space behind it.
const LINE_SAMPLE: f64 = 36.0;
const MARK_SAMPLE: f64 = 12.0;
const AFTER_SAMPLE: f64 = 7.0;
const AFTER_ENTRY: f64 = 20.0;

/// Lines of text from a place downwards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// The lines.
    pub(super) lines: Vec<String>,
    /// Left edge, or the middle of centred text.
    pub(super) left: f64,
    /// Upper edge.
    pub(super) top: f64,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    /// Left edge.
    pub(super) left: f64,
    /// Upper edge.
    pub(super) top: f64,
    /// From left to right.
    pub(super) width: f64,
    /// From top to bottom.
    pub(super) height: f64,
}

/// A legend's entry: its sample begins at `left`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EntryBox {
    /// Left edge of the sample.
    pub(super) left: f64,
    /// Right edge of the sample.
    pub(super) right: f64,
    /// The text beside it.
    pub(super) text: Block,
}

/// A row of panels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RowBox {
    /// The panels.
    pub(super) panels: Vec<PanelBox>,
}

/// A panel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PanelBox {
    /// Title, centred over the frame.
    pub(super) title: Block,
    /// Note, centred below the title.
    pub(super) note: Block,
    /// The pair of axes.
    pub(super) frame: Frame,
}

/// The sheet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// Width and height.
    pub(super) size: (f64, f64),
    /// The chart's title.
    pub(super) title: Block,
    /// Its subtitle.
    pub(super) subtitle: Block,
    /// The legend's own title.
    pub(super) legend_title: Block,
    /// Its entries.
    pub(super) legend: Vec<EntryBox>,
    /// The rows.
    pub(super) rows: Vec<RowBox>,
    /// Middle of the rows' headings, from the left.
    pub(super) heading: f64,
    /// Middle of the vertical axes' labels, from the left.
    pub(super) y_label: f64,
    /// Middle of the upper edge of the horizontal axis's label.
    pub(super) x_label: (f64, f64),
    /// Bands and footnote.
    pub(super) footnote: Block,
}

/// Lays out a chart.
pub(super) fn layout(chart: &Chart, measure: &Measure) -> Layout {
    let columns = chart
        .rows
        .iter()
        .map(|row| row.panels.len())
        .max()
        .unwrap_or(0)
        .max(1);
    let panel = panel_size(columns);
    let has_headings = chart.rows.iter().any(|row| !row.heading.is_empty());
    let label = MARGIN + if has_headings { LABEL } else { 0.0 };
    let left = label + LABEL + tick_width(chart, measure) + TICK;
    let panels_width = columns as f64 * (panel.0 + GUTTER) - GUTTER;
    let width = left + panels_width + MARGIN;
    let text_width = width - 2.0 * MARGIN;

    let mut top = MARGIN - 2.0;
    let title = block(&chart.title, TITLE, text_width, MARGIN, &mut top, measure);
    let subtitle = block(
        &chart.subtitle,
        PLAIN,
        text_width,
        MARGIN,
        &mut top,
        measure,
    );
    top += 6.0;
    let (legend_title, legend) = legend(chart, text_width, &mut top, measure);
    top += 8.0;
    let mut rows = Vec::new();
    for row in &chart.rows {
        rows.push(row_box(row, left, panel, &mut top, measure));
    }
    let x_label = (left + panels_width / 2.0, top - 4.0);
    top += PLAIN.leading + 8.0;
    let notes = format!("{} {}", chart.band, chart.footnote);
    let footnote = block(&notes, SMALL, text_width, MARGIN, &mut top, measure);
    Layout {
        size: (width, top + MARGIN - 4.0),
        title,
        subtitle,
        legend_title,
        legend,
        rows,
        heading: MARGIN + HEADING.size / 2.0,
        y_label: label + SMALL.size / 2.0,
        x_label,
        footnote,
    }
}

/// Width and height of a panel: the more there are, the smaller, so that the sheet still fits the
/// width of a page in readable print.
fn panel_size(columns: usize) -> (f64, f64) {
    match columns {
        1 => (560.0, 330.0),
        2 => (320.0, 210.0),
        3 => (215.0, 175.0),
        4 => (165.0, 165.0),
        5 => (136.0, 165.0),
        _ => (118.0, 165.0),
    }
}

fn tick_width(chart: &Chart, measure: &Measure) -> f64 {
    let ticks = chart.rows.iter().flat_map(|row| &row.y.ticks);
    ticks
        .map(|tick| measure(&tick.label, SMALL))
        .fold(0.0, f64::max)
}

/// Breaks a text into a block at `top` and moves `top` below it.
fn block(text: &str, face: Face, width: f64, left: f64, top: &mut f64, measure: &Measure) -> Block {
    let lines = wrap(text, face, width, measure);
    let block = Block {
        lines,
        left,
        top: *top,
    };
    *top += block.lines.len() as f64 * face.leading;
    block
}

/// Entries from left to right, in as many lines as they need.
fn legend(chart: &Chart, width: f64, top: &mut f64, measure: &Measure) -> (Block, Vec<EntryBox>) {
    let mut left = MARGIN;
    let title = Block {
        lines: wrap(&chart.legend_title, HEADING, width, measure),
        left,
        top: *top,
    };
    let title_width = title
        .lines
        .iter()
        .map(|line| measure(line, HEADING))
        .fold(0.0, f64::max);
    if title_width > 0.0 {
        left += title_width + AFTER_ENTRY * 0.8;
    }
    let mut entries = Vec::new();
    let mut lines_below = title.lines.len().max(1);
    for entry in &chart.legend {
        let sample = match entry.symbol {
            Symbol::Line { .. } => LINE_SAMPLE,
            Symbol::Ended => MARK_SAMPLE,
        };
        let before_text = sample + AFTER_SAMPLE;
        let lines = wrap(&entry.label, PLAIN, width - before_text, measure);
        let text_width = lines
            .iter()
            .map(|line| measure(line, PLAIN))
            .fold(0.0, f64::max);
        if left > MARGIN && left + before_text + text_width > MARGIN + width {
            *top += lines_below as f64 * PLAIN.leading;
            left = MARGIN;
            lines_below = 1;
        }
        lines_below = lines_below.max(lines.len());
        let text = Block {
            lines,
            left: left + before_text,
            top: *top,
        };
        entries.push(EntryBox {
            left,
            right: left + sample,
            text,
        });
        left += before_text + text_width + AFTER_ENTRY;
    }
    *top += lines_below as f64 * PLAIN.leading;
    (title, entries)
}

/// A row from `top`, which moves below its tick labels. Titles end at the same height, however
/// many lines they have, and so do the notes below them.
fn row_box(row: &Row, left: f64, size: (f64, f64), top: &mut f64, measure: &Measure) -> RowBox {
    // Titles of neighbours must not touch.
    let width = size.0 + GUTTER - 8.0;
    let lines = |panel: &Panel| {
        let title = wrap_parts(&panel.title, HEADING, width, measure);
        (title, wrap(&panel.note, SMALL, width, measure))
    };
    let (titles, notes): (Vec<_>, Vec<_>) = row.panels.iter().map(lines).unzip();
    let title_bottom = *top + tallest(&titles) * HEADING.leading;
    let note_top = title_bottom;
    let frame_top = note_top + tallest(&notes) * SMALL.leading + TITLE_GAP;
    let panel_box = |(index, (title, note)): (usize, (Vec<String>, Vec<String>))| {
        let left = left + index as f64 * (size.0 + GUTTER);
        let middle = left + size.0 / 2.0;
        let title_top = title_bottom - title.len() as f64 * HEADING.leading;
        PanelBox {
            title: Block {
                lines: title,
                left: middle,
                top: title_top,
            },
            note: Block {
                lines: note,
                left: middle,
                top: note_top,
            },
            frame: Frame {
                left,
                top: frame_top,
                width: size.0,
                height: size.1,
            },
        }
    };
    let panels = titles
        .into_iter()
        .zip(notes)
        .enumerate()
        .map(panel_box)
        .collect();
    *top = frame_top + size.1 + TICK + SMALL.leading + 10.0;
    RowBox { panels }
}

/// The most lines of any text.
fn tallest(texts: &[Vec<String>]) -> f64 {
    texts.iter().map(Vec::len).max().unwrap_or(0) as f64
}
