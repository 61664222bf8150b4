//! Puts a chart on paper: frame and grid, bands below lines, marks on top.

use super::canvas::{Anchor, Canvas, Drawn, Place, paint, text_width};
use super::layout::{Block, EntryBox, Frame, Layout, PanelBox, RowBox, TICK, layout};
use super::text::{Face, HEADING, PLAIN, SMALL, TITLE};
use crate::plot::chart::{Axis, Chart, LegendEntry, Panel, Point, Row, Series, Symbol};
use crate::plot::palette::{self, Colour, Marker};

const INK: Colour = (26, 26, 26);
const FAINT_INK: Colour = (84, 84, 84);
const AXIS: Colour = (120, 120, 120);
const GRID: Colour = (230, 230, 230);
const PAPER: Colour = (255, 255, 255);
const LINE_WIDTH: f64 = 2.0;
const BAND_OPACITY: f64 = 0.17;
const MARKER_RADIUS: f64 = 3.0;
/// Half the side of the mark of a diverged trial.
const CROSS: f64 = 4.5;
/// Markers on a line, at most about.
const MARKERS: usize = 12;

/// Draws a chart as an SVG document, or says why not.
pub(super) fn draw(chart: &Chart) -> Result<String, String> {
    let sheet = layout(chart, &text_width);
    paint(sheet.size, &chart.title, |canvas| {
        texts(canvas, &sheet)?;
        for (entry, place) in chart.legend.iter().zip(&sheet.legend) {
            legend_entry(canvas, entry, place)?;
        }
        for (row, place) in chart.rows.iter().zip(&sheet.rows) {
            self::row(canvas, &chart.x, row, place, &sheet)?;
        }
        let anchor = Anchor::TopMiddle;
        canvas.text(&chart.x.label, sheet.x_label, anchor, PLAIN, INK)
    })
}

fn texts(canvas: &mut Canvas, sheet: &Layout) -> Drawn {
    block(canvas, &sheet.title, Anchor::TopLeft, TITLE, INK)?;
    block(canvas, &sheet.subtitle, Anchor::TopLeft, PLAIN, FAINT_INK)?;
    block(canvas, &sheet.legend_title, Anchor::TopLeft, HEADING, INK)?;
    block(canvas, &sheet.footnote, Anchor::TopLeft, SMALL, FAINT_INK)
}

fn block(canvas: &mut Canvas, block: &Block, anchor: Anchor, face: Face, colour: Colour) -> Drawn {
    for (index, line) in block.lines.iter().enumerate() {
        let top = block.top + index as f64 * face.leading;
        canvas.text(line, (block.left, top), anchor, face, colour)?;
    }
    Ok(())
}

fn legend_entry(canvas: &mut Canvas, entry: &LegendEntry, place: &EntryBox) -> Drawn {
    let middle = place.text.top + PLAIN.size / 2.0;
    let (left, right) = (place.left, place.right);
    match entry.symbol {
        Symbol::Line { key, band } => {
            let style = palette::style(key);
            if band {
                let (top, bottom) = (middle - 6.0, middle + 6.0);
                let swatch = [(left, top), (right, top), (right, bottom), (left, bottom)];
                canvas.polygon(&swatch, style.colour, BAND_OPACITY)?;
            }
            dashed(
                canvas,
                &[(left, middle), (right, middle)],
                style.dash,
                style.colour,
            )?;
            marker(
                canvas,
                (f64::midpoint(left, right), middle),
                style.marker,
                style.colour,
            )?;
        }
        Symbol::Ended => cross(canvas, (f64::midpoint(left, right), middle), INK)?,
    }
    block(canvas, &place.text, Anchor::TopLeft, PLAIN, INK)
}

fn row(canvas: &mut Canvas, x: &Axis, row: &Row, place: &RowBox, sheet: &Layout) -> Drawn {
    for (index, (panel, place)) in row.panels.iter().zip(&place.panels).enumerate() {
        let plot = Plot {
            frame: place.frame,
            x,
            y: &row.y,
        };
        if index == 0 {
            plot.y_labels(canvas)?;
            let middle = place.frame.top + place.frame.height / 2.0;
            let upwards = Anchor::Upwards;
            canvas.text(&row.heading, (sheet.heading, middle), upwards, HEADING, INK)?;
            canvas.text(&row.y.label, (sheet.y_label, middle), upwards, SMALL, INK)?;
        }
        self::panel(canvas, &plot, panel, place)?;
    }
    Ok(())
}

fn panel(canvas: &mut Canvas, plot: &Plot, panel: &Panel, place: &PanelBox) -> Drawn {
    block(canvas, &place.title, Anchor::TopMiddle, HEADING, INK)?;
    block(canvas, &place.note, Anchor::TopMiddle, SMALL, FAINT_INK)?;
    plot.grid(canvas)?;
    plot.x_labels(canvas)?;
    for series in &panel.series {
        plot.band(canvas, series)?;
    }
    for series in &panel.series {
        plot.line(canvas, series)?;
    }
    plot.ended(canvas, &panel.series)
}

/// A pair of axes on the paper.
struct Plot<'a> {
    frame: Frame,
    x: &'a Axis,
    y: &'a Axis,
}

impl Plot<'_> {
    fn at(&self, point: Point) -> Place {
        (self.across(point.x), self.up(point.y))
    }

    /// Data lie within their axes; what does not (a damaged file) stays inside the frame.
    fn across(&self, x: f64) -> f64 {
        self.frame.left + self.frame.width * self.x.share(x).clamp(0.0, 1.0)
    }

    fn up(&self, y: f64) -> f64 {
        self.frame.top + self.frame.height * (1.0 - self.y.share(y).clamp(0.0, 1.0))
    }

    fn right(&self) -> f64 {
        self.frame.left + self.frame.width
    }

    fn bottom(&self) -> f64 {
        self.frame.top + self.frame.height
    }

    fn grid(&self, canvas: &mut Canvas) -> Drawn {
        let (left, right, top, bottom) =
            (self.frame.left, self.right(), self.frame.top, self.bottom());
        for tick in &self.x.ticks {
            let x = self.across(tick.value);
            canvas.line(&[(x, top), (x, bottom)], GRID, 1.0)?;
        }
        for tick in &self.y.ticks {
            let y = self.up(tick.value);
            canvas.line(&[(left, y), (right, y)], GRID, 1.0)?;
        }
        canvas.line(&[(left, top), (left, bottom), (right, bottom)], AXIS, 1.0)
    }

    fn x_labels(&self, canvas: &mut Canvas) -> Drawn {
        for tick in &self.x.ticks {
            let place = (self.across(tick.value), self.bottom() + TICK);
            canvas.text(&tick.label, place, Anchor::TopMiddle, SMALL, INK)?;
        }
        Ok(())
    }

    fn y_labels(&self, canvas: &mut Canvas) -> Drawn {
        for tick in &self.y.ticks {
            let place = (self.frame.left - TICK, self.up(tick.value));
            canvas.text(&tick.label, place, Anchor::RightMiddle, SMALL, INK)?;
        }
        Ok(())
    }

    fn band(&self, canvas: &mut Canvas, series: &Series) -> Drawn {
        let colour = palette::style(series.key).colour;
        let low = series.band.iter().map(|span| Point {
            x: span.x,
            y: span.low,
        });
        let high = series.band.iter().map(|span| Point {
            x: span.x,
            y: span.high,
        });
        let mut outline: Vec<Place> = high.chain(low.rev()).map(|point| self.at(point)).collect();
        // A single epoch has no area: its band is a bar.
        if let &[(x, top), (_, bottom)] = outline.as_slice() {
            outline = [(-4.0, top), (4.0, top), (4.0, bottom), (-4.0, bottom)]
                .map(|(aside, y)| (x + aside, y))
                .into();
        }
        if outline.is_empty() {
            return Ok(());
        }
        canvas.polygon(&outline, colour, BAND_OPACITY)
    }

    fn line(&self, canvas: &mut Canvas, series: &Series) -> Drawn {
        let style = palette::style(series.key);
        let places: Vec<Place> = series.points.iter().map(|&point| self.at(point)).collect();
        dashed(canvas, &places, style.dash, style.colour)?;
        let every = places.len().div_ceil(MARKERS).max(1);
        for &place in places.iter().rev().step_by(every) {
            marker(canvas, place, style.marker, style.colour)?;
        }
        Ok(())
    }

    /// One mark for all trials of a line that ended at the same place, as their number stands in
    /// legend and note; marks of different lines stand below each other, each at its epoch.
    fn ended(&self, canvas: &mut Canvas, series: &[Series]) -> Drawn {
        let mut taken: Vec<(usize, Place)> = Vec::new();
        for (index, series) in series.iter().enumerate() {
            let colour = palette::style(series.key).colour;
            for &point in &series.ended {
                let (x, y) = self.at(point);
                let near = |other: &&(usize, Place)| (other.1.0 - x).abs() < 2.0 * CROSS;
                if taken.iter().filter(near).any(|(other, _)| *other == index) {
                    continue;
                }
                let below = taken.iter().filter(near).count() as f64;
                let inwards = CROSS + 3.0 + below * (2.0 * CROSS + 3.0);
                let is_top = y < self.frame.top + self.frame.height / 2.0;
                let x = x.clamp(self.frame.left + CROSS + 3.0, self.right() - CROSS);
                let place = (x, if is_top { y + inwards } else { y - inwards });
                cross(canvas, place, colour)?;
                taken.push((index, place));
            }
        }
        Ok(())
    }
}

fn marker(canvas: &mut Canvas, (x, y): Place, marker: Marker, colour: Colour) -> Drawn {
    let radius = MARKER_RADIUS;
    let corners: &[Place] = match marker {
        Marker::Circle => return canvas.disc((x, y), radius, colour),
        Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Marker::Triangle => &[(0.0, -1.25), (1.2, 0.9), (-1.2, 0.9)],
        Marker::TriangleDown => &[(0.0, 1.25), (1.2, -0.9), (-1.2, -0.9)],
        Marker::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
    };
    let corners: Vec<Place> = corners
        .iter()
        .map(|(right, down)| (x + right * radius, y + down * radius))
        .collect();
    canvas.polygon(&corners, colour, 1.0)
}

/// × with a white edge, so that it stands out from lines below it.
fn cross(canvas: &mut Canvas, (x, y): Place, colour: Colour) -> Drawn {
    for (colour, width, reach) in [(PAPER, 4.5, CROSS + 0.8), (colour, 2.0, CROSS)] {
        canvas.line(
            &[(x - reach, y - reach), (x + reach, y + reach)],
            colour,
            width,
        )?;
        canvas.line(
            &[(x - reach, y + reach), (x + reach, y - reach)],
            colour,
            width,
        )?;
    }
    Ok(())
}

/// A line through all places in dashes, whose pattern runs on around corners; the drawing library
/// knows no dashed lines.
fn dashed(canvas: &mut Canvas, places: &[Place], dash: &[u32], colour: Colour) -> Drawn {
    for stretch in stretches(places, dash) {
        canvas.line(&stretch, colour, LINE_WIDTH)?;
    }
    Ok(())
}

/// The inked stretches of a path under a pattern of dash and gap lengths.
fn stretches(places: &[Place], dash: &[u32]) -> Vec<Vec<Place>> {
    let Some(&first) = places.first() else {
        return Vec::new();
    };
    if dash.is_empty() {
        return vec![places.to_vec()];
    }
    let mut stretches = Vec::new();
    let mut stretch = vec![first];
    let mut part = 0;
    let mut left = f64::from(dash[0]);
    for ends in places.windows(2) {
        let (from, to) = (ends[0], ends[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let mut gone = 0.0;
        while length - gone > left {
            gone += left;
            let share = gone / length;
            let place = (
                from.0 + share * (to.0 - from.0),
                from.1 + share * (to.1 - from.1),
            );
            if part % 2 == 0 {
                stretch.push(place);
                stretches.push(std::mem::take(&mut stretch));
            } else {
                stretch = vec![place];
            }
            part = (part + 1) % dash.len();
            left = f64::from(dash[part].max(1));
        }
        left -= length - gone;
        if part % 2 == 0 {
            stretch.push(to);
        }
    }
    stretches.push(stretch);
    stretches.retain(|stretch| stretch.len() > 1);
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solid_line_is_one_stretch() {
        let places = [(0.0, 0.0), (3.0, 4.0), (6.0, 0.0)];
        assert_eq!(stretches(&places, &[]), [places.to_vec()]);
    }

    #[test]
    fn dashes_and_gaps_take_turns() {
        assert_eq!(
            stretches(&[(0.0, 0.0), (10.0, 0.0)], &[3, 2]),
            [[(0.0, 0.0), (3.0, 0.0)], [(5.0, 0.0), (8.0, 0.0)]]
        );
    }

    #[test]
    fn a_dash_runs_on_around_a_corner() {
        assert_eq!(
            stretches(&[(0.0, 0.0), (2.0, 0.0), (2.0, 10.0)], &[4, 20]),
            [[(0.0, 0.0), (2.0, 0.0), (2.0, 2.0)]]
        );
    }

    #[test]
    fn a_single_place_has_no_line() {
        assert!(stretches(&[(1.0, 1.0)], &[3, 2]).is_empty());
        assert!(stretches(&[], &[3, 2]).is_empty());
    }
}
