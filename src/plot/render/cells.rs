//! The cells of a heat map: a shade, a text in black or white, hatching where a
//! trial diverged, and a heavy frame around the best.

use super::axes::{Drawn, Plot};
use super::canvas::{Anchor, Canvas, Place};
use super::pen::{Pen, Stroke, Tone};
use super::text::{Face, SMALL, wrap};
use super::{font, words};
use crate::plot::chart::{Axis, Cell, Point};
use crate::plot::palette::{Colour, Role, shade, text_on};

/// Distance between two lines of a hatching.
const HATCH: f64 = 7.0;
/// Distance between two lines of a cell's text.
const LEADING: f64 = 13.0;
/// Distance between a cell's text and its edge.
const EDGE: f64 = 3.0;

/// Draws all cells; frames come last, so that no adjacent cell covers them.
pub(super) fn cells(plot: &Plot, cells: &[Cell], shades: Option<&Axis>) -> Drawn {
    plot.group("cells", "", || {
        for cell in cells {
            plot.draw(&corners(cell), |canvas, at| field(canvas, plot, cell, shades, at))?;
        }
        let mut chosen = cells.iter().filter(|cell| cell.best);
        chosen.try_for_each(|cell| plot.draw(&corners(cell), best))
    })
}

fn corners(cell: &Cell) -> [Point; 2] {
    [-0.5, 0.5].map(|aside| Point { x: cell.at.x + aside, y: cell.at.y + aside })
}

/// A heavy frame with an edge in the background's colour, visible on light and dark cells.
fn best(canvas: &mut Canvas, corners: &[Place]) {
    let &[from, to] = corners else { return };
    for (role, width) in [(Role::Paper, 5.0), (Role::Ink, 2.5)] {
        let pen = Pen::stroke(Stroke::solid(Tone::Of(role), width));
        canvas.rectangle(from, to, pen, "");
    }
}

/// Rising lines across a rectangle.
pub(super) fn hatching(canvas: &mut Canvas, from: Place, to: Place, tone: Tone) {
    let (left, right) = (from.0.min(to.0), from.0.max(to.0));
    let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
    let mut lines: Vec<[Place; 2]> = Vec::new();
    // The lines x + y = sum that cross the rectangle, on one raster for the whole chart.
    let mut sum = ((left + top) / HATCH).ceil() * HATCH;
    while sum < right + bottom && lines.len() < 1000 {
        let start = (sum - bottom).max(left);
        let end = (sum - top).min(right);
        lines.push([(start, sum - start), (end, sum - end)]);
        sum += HATCH;
    }
    let stroke = Stroke { opacity: 0.65, ..Stroke::solid(tone, 1.0) };
    canvas.lines(&lines, stroke, "");
}

fn field(canvas: &mut Canvas, plot: &Plot, cell: &Cell, shades: Option<&Axis>, at: &[Place]) {
    let &[from, to] = at else { return };
    let theme = canvas.style().theme;
    let colour = match (cell.value, shades) {
        (Some(value), Some(axis)) if value.is_finite() => Some(shade(theme, axis.share(value))),
        _ => None,
    };
    // Where nothing was measured, the background is visible.
    let tone = colour.map_or(Tone::Of(Role::Paper), Tone::Fixed);
    let edge = colour.map_or(Role::Grid, |_| Role::Paper);
    let ink = colour.map_or(Tone::Of(Role::FaintInk), |colour| Tone::Fixed(text_on(colour)));
    let pen = Pen { fill: Some((tone, 1.0)), stroke: Some(Stroke::solid(Tone::Of(edge), 1.0)) };
    canvas.rectangle(from, to, pen, &words::cell(cell, plot.x, plot.y, shades));
    if cell.hatched {
        hatching(canvas, from, to, ink);
    }
    let size = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
    let middle = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
    label(canvas, cell, middle, size, (tone, ink));
}

/// The text of a cell, in as many lines as fit; a text that does not fit appears only as hover text.
/// Hatching leaves room around it.
fn label(canvas: &mut Canvas, cell: &Cell, middle: Place, size: Place, (field, ink): (Tone, Tone)) {
    let lines = wrap(&cell.label, SMALL, size.0 - 2.0 * EDGE, &font::text_width);
    let height = lines.len() as f64 * LEADING;
    let whole: usize = cell.label.split_whitespace().count();
    let words: usize = lines.iter().map(|line| line.split(' ').count()).sum();
    if lines.is_empty() || height > size.1 || words != whole {
        return;
    }
    let widths = lines.iter().map(|line| font::text_width(line, SMALL));
    let width = widths.fold(0.0, f64::max);
    if cell.hatched {
        let (across, down) = (width / 2.0 + 2.0, height / 2.0);
        let from = (middle.0 - across, middle.1 - down);
        let to = (middle.0 + across, middle.1 + down);
        canvas.rectangle(from, to, Pen::fill(field, 1.0), "");
    }
    let face = Face { bold: cell.best, ..SMALL };
    for (index, line) in lines.iter().enumerate() {
        let y = middle.1 - height / 2.0 + (index as f64 + 0.5) * LEADING;
        canvas.text(line, (middle.0, y), Anchor::Middle, face, ink);
    }
}

/// The shades of the bar in the legend, from its lower end.
pub(super) fn stops(canvas: &Canvas) -> Vec<Colour> {
    const STOPS: usize = 16;
    let theme = canvas.style().theme;
    let stop = |index| shade(theme, index as f64 / STOPS as f64);
    (0..=STOPS).map(stop).collect()
}
