//! The layout of a chart: boxes in pixels, from the upper left corner. Nothing is
//! drawn here.

use super::Style;
use super::legend::{self, EntryBox, ShadeBox};
use super::text::{Face, HEADING, Measure, PLAIN, SMALL, TITLE, longest, wrap, wrap_parts};
use super::ticks::{self, Labels};
use crate::plot::chart::{Chart, Panel, Row, Scale, Tile};

/// Empty border of the chart.
pub(super) const MARGIN: f64 = 16.0;
/// Least distance between two panels side by side.
const GUTTER: f64 = 18.0;
/// Least distance between a tick label and the edge of the chart.
const EDGE: f64 = 4.0;
/// Distance between a panel and the text above it.
const TITLE_GAP: f64 = 5.0;
/// Distance between two blocks of text.
const GAP: f64 = 8.0;
/// Distance between tick labels and their axis.
pub(super) const TICK: f64 = 6.0;
/// Height of a category on a vertical axis: of a heat map, and of points.
const FIELDS: (f64, f64) = (34.0, 28.0);
/// The smallest panel that is readable.
const SMALLEST: (f64, f64) = (60.0, 40.0);

/// Lines of text from a place downwards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// The lines of text.
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
    /// Width.
    pub(super) width: f64,
    /// Height.
    pub(super) height: f64,
}

impl Frame {
    /// Its right edge.
    pub(super) fn right(self) -> f64 {
        self.left + self.width
    }

    /// Its lower edge.
    pub(super) fn bottom(self) -> f64 {
        self.top + self.height
    }
}

/// A row of panels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RowBox {
    /// The lines of the heading.
    pub(super) heading: Vec<String>,
    /// The panels.
    pub(super) panels: Vec<PanelBox>,
    /// The lines of the vertical axis's label.
    pub(super) y_label: Vec<String>,
    /// The tick labels of the vertical axis.
    pub(super) y_ticks: Labels,
}

/// A panel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PanelBox {
    /// Title, centred over the frame.
    pub(super) title: Block,
    /// Note, centred below the title.
    pub(super) note: Block,
    /// The rectangle between the axes.
    pub(super) frame: Frame,
}

/// The layout of a whole chart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// Width and height in pixels.
    pub(super) size: (f64, f64),
    /// The chart's title.
    pub(super) title: Block,
    /// Its subtitle.
    pub(super) subtitle: Block,
    /// The legend's title.
    pub(super) legend_title: Block,
    /// The legend's entries.
    pub(super) legend: Vec<EntryBox>,
    /// The bar of shades.
    pub(super) shades: Option<ShadeBox>,
    /// The rows.
    pub(super) rows: Vec<RowBox>,
    /// The tick labels below every panel.
    pub(super) x_ticks: Labels,
    /// Horizontal position of the middle of the headings' first lines.
    pub(super) heading: f64,
    /// Left edge of the vertical axes' labels.
    pub(super) y_label: f64,
    /// The horizontal axis's label, centred.
    pub(super) x_label: Block,
    /// The texts on bands, and the footnote.
    pub(super) footnote: Block,
}

/// Lays out a chart in the requested size, or returns the reason why there is no room.
pub(super) fn layout(chart: &Chart, style: &Style, measure: &Measure) -> Result<Layout, String> {
    let natural = sheet(chart, style, 1.0, measure)?;
    let Some(height) = style.height else {
        return Ok(natural);
    };
    // Only the panels can shrink, so their share of the height decides how much.
    let panels = panels_height(&natural);
    let stretch = (panels + height - natural.size.1) / panels.max(1.0);
    let mut stretched = sheet(chart, style, stretch.max(0.0), measure)?;
    stretched.size.1 = height;
    Ok(stretched)
}

fn panels_height(layout: &Layout) -> f64 {
    let first = |row: &RowBox| row.panels.first().map_or(0.0, |panel| panel.frame.height);
    layout.rows.iter().map(first).sum()
}

/// The layout with panels `stretch` times their natural height.
fn sheet(chart: &Chart, style: &Style, stretch: f64, measure: &Measure) -> Result<Layout, String> {
    let grid = Grid::new(chart, style, stretch, measure)?;
    let text_width = grid.width - 2.0 * MARGIN;
    let mut top = MARGIN - 2.0;
    let text = |text: &str, face: Face, top: &mut f64| {
        let lines = wrap(text, face, text_width, measure);
        let block = Block { lines, left: MARGIN, top: *top };
        *top += block.lines.len() as f64 * face.leading;
        block
    };
    let title = text(if style.title { &chart.title } else { "" }, TITLE, &mut top);
    let subtitle = text(if style.title { &chart.subtitle } else { "" }, PLAIN, &mut top);
    top += GAP - 2.0;
    let (legend_title, legend) = legend::entries(chart, text_width, &mut top, measure);
    let shades = legend::shades(chart, text_width, &mut top, measure);
    top += GAP;
    let x_ticks = ticks::below(&chart.x, grid.panel, measure);
    let mut rows = Vec::new();
    for (row, &height) in chart.rows.iter().zip(&grid.heights) {
        rows.push(grid.row(row, height, x_ticks.room, &mut top, measure));
    }
    top -= 4.0;
    let x_label = grid.x_label(&chart.x.label, &mut top, measure);
    top += GAP + 4.0;
    // Backticks mark code in Markdown; in a chart they would be visible.
    let notes =
        if style.caption { format!("{} {}", chart.band, chart.footnote) } else { String::new() };
    // Without the subtitle, nothing else would say that the chart shows a part.
    let scope = if style.title { "" } else { &chart.scope };
    let notes = format!("{scope} {notes}").replace('`', "");
    let footnote = text(notes.trim(), SMALL, &mut top);
    Ok(Layout {
        size: (grid.width, (top + MARGIN - 4.0).ceil()),
        title,
        subtitle,
        legend_title,
        legend,
        shades,
        rows,
        x_ticks,
        heading: MARGIN + HEADING.size / 2.0,
        y_label: grid.label,
        x_label,
        footnote,
    })
}

/// The sizes that all panels share.
struct Grid {
    /// Number of panels side by side.
    columns: usize,
    /// Width of a panel.
    panel: f64,
    /// Distance between two panels side by side.
    gutter: f64,
    /// Height of each row's panels.
    heights: Vec<f64>,
    /// Left edge of the first panel.
    left: f64,
    /// Left edge of the vertical axes' labels.
    label: f64,
    /// Width of the sheet.
    width: f64,
}

impl Grid {
    fn new(chart: &Chart, style: &Style, stretch: f64, measure: &Measure) -> Result<Self, String> {
        let columns = chart.rows.iter().map(|row| row.panels.len()).max();
        let columns = columns.unwrap_or(0).max(1);
        let natural = panel_size(columns);
        let limit = names_limit(style, natural.0);
        let ticks = chart.rows.iter().map(|row| ticks::beside(&row.y, f64::MAX, limit, measure));
        let ticks: Vec<Labels> = ticks.collect();
        let tick_width = ticks.iter().map(|labels| labels.room).fold(0.0, f64::max);
        let heights = |width: f64| -> Vec<f64> {
            let of = |(row, labels)| panel_height(row, labels, natural, width) * stretch;
            chart.rows.iter().zip(&ticks).map(of).collect()
        };
        let at_width = |panel: f64| {
            let heights = heights(panel);
            let rows = || chart.rows.iter().zip(&heights);
            let most = |lines: &mut dyn Iterator<Item = usize>| lines.max().unwrap_or(0) as f64;
            let headings =
                most(&mut rows().map(|(row, &height)| heading(row, height, measure).len()));
            let labels =
                most(&mut rows().map(|(row, &height)| y_label(row, height, measure).len()));
            let label = MARGIN + room(headings, HEADING, 2.0);
            let left = (label + room(labels, SMALL, 3.0) + tick_width + TICK).ceil();
            let (before, beyond) = overhang(chart, panel, measure);
            let gutter = (before + beyond + ticks::APART).ceil().max(GUTTER);
            let gutters = (columns - 1) as f64 * gutter;
            let right = MARGIN.max((beyond + EDGE).ceil());
            let width = style.width.unwrap_or(left + columns as f64 * panel + gutters + right);
            Self {
                columns,
                panel: (width - left - right - gutters) / columns as f64,
                gutter,
                heights,
                left,
                label,
                width,
            }
        };
        // Narrower panels are lower, and texts beside them then take more lines.
        let mut grid = at_width(natural.0);
        for _ in 0..2 {
            grid = at_width(grid.panel.max(1.0));
        }
        grid.check()?;
        Ok(grid)
    }

    fn check(&self) -> Result<(), String> {
        let lowest = self.heights.iter().copied().fold(f64::MAX, f64::min);
        if self.panel >= SMALLEST.0 && lowest >= SMALLEST.1 {
            return Ok(());
        }
        let cm = |pixels: f64| pixels / 96.0 * 2.54;
        Err(format!(
            "its {} × {} panels would be smaller than {:.1} × {:.1} cm\n  \
             hint: a larger `--size`, or `--facet` with an axis of few values",
            self.columns,
            self.heights.len(),
            cm(SMALLEST.0),
            cm(SMALLEST.1),
        ))
    }

    fn panels_width(&self) -> f64 {
        self.columns as f64 * (self.panel + self.gutter) - self.gutter
    }

    /// Below the middle of the panels, and no wider than they are.
    fn x_label(&self, text: &str, top: &mut f64, measure: &Measure) -> Block {
        let width = self.panels_width().max(longest(text, PLAIN, measure));
        let lines = wrap(text, PLAIN, width, measure);
        let block = Block { left: self.left + self.panels_width() / 2.0, top: *top, lines };
        *top += block.lines.len().max(1) as f64 * PLAIN.leading;
        block
    }

    /// A row from `top`, which moves below its tick labels. Titles end at the same height, however
    /// many lines they have, and so do the notes below them.
    fn row(&self, row: &Row, height: f64, ticks: f64, top: &mut f64, measure: &Measure) -> RowBox {
        // Titles of adjacent panels must not touch.
        let width = self.panel + self.gutter - 8.0;
        let lines = |panel: &Panel| {
            let title = wrap_parts(&panel.title, HEADING, width, measure);
            (title, wrap(&panel.note, SMALL, width, measure))
        };
        let (titles, notes): (Vec<_>, Vec<_>) = row.panels.iter().map(lines).unzip();
        let note_top = *top + tallest(&titles) * HEADING.leading;
        let frame_top = note_top + tallest(&notes) * SMALL.leading + TITLE_GAP;
        let panel_box = |(index, (title, note)): (usize, (Vec<String>, Vec<String>))| {
            let left = self.left + index as f64 * (self.panel + self.gutter);
            let middle = left + self.panel / 2.0;
            let block = |lines, top| Block { lines, left: middle, top };
            let title_top = note_top - title.len() as f64 * HEADING.leading;
            PanelBox {
                title: block(title, title_top),
                note: block(note, note_top),
                frame: Frame { left, top: frame_top, width: self.panel, height },
            }
        };
        let panels = titles.into_iter().zip(notes).enumerate().map(panel_box).collect();
        *top = frame_top + height + TICK + ticks + 10.0;
        let names = self.left - TICK - self.label;
        RowBox {
            panels,
            heading: heading(row, height, measure),
            y_label: y_label(row, height, measure),
            y_ticks: ticks::beside(&row.y, height, names, measure),
        }
    }
}

/// How far the first tick label below a panel of `width` extends beyond it on the left, and the last one on the
/// right.
fn overhang(chart: &Chart, width: f64, measure: &Measure) -> (f64, f64) {
    if chart.x.scale == Scale::Categorical {
        return (0.0, 0.0);
    }
    let labels = ticks::below(&chart.x, width, measure);
    let out = |(index, lines): &(usize, Vec<String>)| {
        let half = lines.iter().map(|line| measure(line, SMALL) / 2.0);
        let half = half.fold(0.0, f64::max);
        let tick = chart.x.ticks.get(*index);
        let middle = tick.map_or(0.0, |tick| chart.x.share(tick.value) * width);
        (half - middle, middle + half - width)
    };
    let left = labels.written.first().map_or(0.0, |label| out(label).0);
    let right = labels.written.last().map_or(0.0, |label| out(label).1);
    (left.max(0.0), right.max(0.0))
}

/// Width and height of a panel: the more there are, the smaller, so that the chart still fits the
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

/// The height of a row's panels of `width`: by the number of categories, or in the proportion of `natural`.
fn panel_height(row: &Row, labels: &Labels, natural: (f64, f64), width: f64) -> f64 {
    if row.y.scale == Scale::Categorical {
        let has_cells = row.panels.iter().any(|panel| !panel.cells.is_empty());
        let tiles = row.panels.iter().flat_map(|panel| &panel.tiles);
        let tile = tiles.map(Tile::height).reduce(f64::max);
        let field = tile.unwrap_or(if has_cells { FIELDS.0 } else { FIELDS.1 });
        let lines = labels.written.iter().map(|(_, lines)| lines.len());
        let lines = lines.max().unwrap_or(1) as f64 * SMALL.leading;
        let fields = (row.y.high - row.y.low).clamp(1.0, 500.0);
        return (fields * field.max(lines + 6.0)).max(SMALLEST.1);
    }
    (width * natural.1 / natural.0).clamp(120.0, natural.1 * 1.5)
}

/// Greatest width of names beside an axis: a third of the chart.
fn names_limit(style: &Style, panel: f64) -> f64 {
    style.width.map_or(panel.max(200.0) * 0.45, |width| width / 3.0)
}

/// The width of lines of text beside a panel, with a gap; 0 where there are none.
fn room(lines: f64, face: Face, gap: f64) -> f64 {
    if lines > 0.0 { lines * face.leading + gap } else { 0.0 }
}

/// The heading of a row, as high as the row and its titles.
fn heading(row: &Row, height: f64, measure: &Measure) -> Vec<String> {
    wrap_parts(&row.heading, HEADING, height.max(60.0) + 24.0, measure)
}

/// The label of a vertical axis, no longer than its panel.
fn y_label(row: &Row, height: f64, measure: &Measure) -> Vec<String> {
    wrap(&row.y.label, SMALL, height.max(longest(&row.y.label, SMALL, measure)), measure)
}

/// The greatest number of lines.
fn tallest(texts: &[Vec<String>]) -> f64 {
    texts.iter().map(Vec::len).max().unwrap_or(0) as f64
}
