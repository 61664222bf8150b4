//! What is inside a pair of axes: fields and grid below, bands below lines, marks on top. The parts
//! of a series stand in groups that bear its name, so that a page can hide and show it.

use super::canvas::{Anchor, Canvas, Pen, Place, Stroke, Tone};
use super::layout::{Frame, TICK};
use super::marks::{self, CROSS, Crowd};
use super::text::SMALL;
use super::thin::thin;
use super::ticks::Labels;
use super::{cells, references, words};
use crate::plot::chart::{Along, Axis, Panel, Point, Scale, Series};
use crate::plot::palette::{Role, look};

const LINE_WIDTH: f64 = 2.0;
const SINGLE_WIDTH: f64 = 1.0;
const SINGLE_OPACITY: f64 = 0.4;
pub(super) const BAND_OPACITY: f64 = 0.17;
/// Half the width of the band around a single point.
const LONE_BAND: f64 = 4.0;
/// Markers on a line, at most about.
const MARKERS: usize = 12;

/// Draws what is between the axes.
pub(super) fn panel(canvas: &mut Canvas, plot: &Plot, panel: &Panel, shade: Option<&Axis>) {
    if panel.cells.is_empty() {
        plot.grid(canvas);
    } else {
        cells::cells(canvas, plot, &panel.cells, shade);
    }
    plot.frame(canvas);
    references::lines(canvas, plot, &panel.references);
    for series in &panel.series {
        canvas.group("series", &series.label, |canvas| {
            plot.behind(canvas, series);
        });
    }
    let mut dots = Crowd::default();
    for series in &panel.series {
        canvas.group("series", &series.label, |canvas| {
            plot.dots(canvas, series, &mut dots);
            plot.line(canvas, series);
            plot.points(canvas, series);
        });
    }
    let mut taken = Vec::new();
    for (index, series) in panel.series.iter().enumerate() {
        canvas.group("series", &series.label, |canvas| {
            plot.ended(canvas, index, series, &mut taken);
        });
    }
    references::names(canvas, plot, panel);
}

/// A pair of axes on the paper.
pub(super) struct Plot<'a> {
    /// Where.
    pub(super) frame: Frame,
    /// The horizontal axis.
    pub(super) x: &'a Axis,
    /// The vertical axis.
    pub(super) y: &'a Axis,
}

impl Plot<'_> {
    /// Where a point is on the paper. Data lie within their axes; what does not (a damaged file)
    /// stays inside the frame.
    pub(super) fn at(&self, point: Point) -> Place {
        (self.across(point.x), self.up(point.y))
    }

    /// Where a value of the horizontal axis is.
    pub(super) fn across(&self, x: f64) -> f64 {
        self.frame.left + self.frame.width * share(self.x, x)
    }

    /// Where a value of the vertical axis is. The first category stands at the top.
    pub(super) fn up(&self, y: f64) -> f64 {
        let share = share(self.y, y);
        let down = match self.y.scale {
            Scale::Categorical => share,
            Scale::Linear | Scale::Logarithmic => 1.0 - share,
        };
        self.frame.top + self.frame.height * down
    }

    /// Where the points are that are anywhere.
    pub(super) fn places(&self, points: &[Point]) -> Vec<Place> {
        let finite = |point: &&Point| point.x.is_finite() && point.y.is_finite();
        points.iter().filter(finite).map(|&point| self.at(point)).collect()
    }

    fn grid(&self, canvas: &mut Canvas) {
        let frame = self.frame;
        let stroke = Stroke::solid(Tone::Of(Role::Grid), 1.0);
        let mut lines: Vec<[Place; 2]> = Vec::new();
        if self.x.scale != Scale::Categorical {
            let across = self.x.ticks.iter().map(|tick| self.across(tick.value));
            lines.extend(across.map(|x| [(x, frame.top), (x, frame.bottom())]));
        }
        let up = self.y.ticks.iter().map(|tick| self.up(tick.value));
        lines.extend(up.map(|y| [(frame.left, y), (frame.right(), y)]));
        let lines: Vec<&[Place]> = lines.iter().map(<[Place; 2]>::as_slice).collect();
        canvas.lines(&lines, stroke, "");
    }

    fn frame(&self, canvas: &mut Canvas) {
        let frame = self.frame;
        let corner = (frame.left, frame.bottom());
        let axes = [(frame.left, frame.top), corner, (frame.right(), frame.bottom())];
        canvas.line(&axes, Stroke::solid(Tone::Of(Role::Axis), 1.0));
    }

    /// The numbers or names below the panel.
    pub(super) fn x_labels(&self, canvas: &mut Canvas, labels: &Labels) {
        let ink = Tone::Of(Role::Ink);
        let top = self.frame.bottom() + TICK;
        for (index, lines) in &labels.written {
            let Some(tick) = self.x.ticks.get(*index) else {
                continue;
            };
            let x = self.across(tick.value);
            let middle = (lines.len() as f64 - 1.0) / 2.0;
            for (line, text) in lines.iter().enumerate() {
                let line = line as f64;
                if labels.upright {
                    let place = (x + (line - middle) * SMALL.leading, top);
                    canvas.text(text, place, Anchor::UpwardsEnd, SMALL, ink);
                } else {
                    let place = (x, top + line * SMALL.leading);
                    canvas.text(text, place, Anchor::TopMiddle, SMALL, ink);
                }
            }
        }
    }

    /// The numbers or names left of the panel.
    pub(super) fn y_labels(&self, canvas: &mut Canvas, labels: &Labels) {
        for (index, lines) in &labels.written {
            let Some(tick) = self.y.ticks.get(*index) else {
                continue;
            };
            let middle = (lines.len() as f64 - 1.0) / 2.0;
            for (line, text) in lines.iter().enumerate() {
                let y = self.up(tick.value) + (line as f64 - middle) * SMALL.leading;
                let place = (self.frame.left - TICK, y);
                canvas.text(text, place, Anchor::RightMiddle, SMALL, Tone::Of(Role::Ink));
            }
        }
    }

    fn behind(&self, canvas: &mut Canvas, series: &Series) {
        let tone = Tone::Of(Role::Series(series.key));
        self.band(canvas, series, tone);
        let stroke = Stroke { opacity: SINGLE_OPACITY, ..Stroke::solid(tone, SINGLE_WIDTH) };
        let singles: Vec<Vec<Place>> =
            series.singles.iter().map(|points| thin(self.places(points))).collect();
        let singles: Vec<&[Place]> = singles.iter().map(Vec::as_slice).collect();
        canvas.lines(&singles, stroke, "");
    }

    fn band(&self, canvas: &mut Canvas, series: &Series, tone: Tone) {
        let edge = |end: fn(&crate::plot::chart::Span) -> f64| {
            let points = series.band.iter().map(|span| Point { x: span.x, y: end(span) });
            thin(self.places(&points.collect::<Vec<_>>()))
        };
        let (low, mut outline) = (edge(|span| span.low), edge(|span| span.high));
        outline.extend(low.into_iter().rev());
        // A single epoch has no area: its band is a bar.
        if let &[(x, top), (_, bottom)] = outline.as_slice() {
            let (left, right) = (x - LONE_BAND, x + LONE_BAND);
            outline = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
        }
        if !outline.is_empty() {
            canvas.polygon(&outline, Pen::fill(tone, BAND_OPACITY), "");
        }
    }

    fn dots(&self, canvas: &mut Canvas, series: &Series, crowd: &mut Crowd) {
        let tone = Tone::Of(Role::Series(series.key));
        let is_upright = self.y.scale != Scale::Categorical;
        let bare = Series { label: series.label.clone(), ..Series::default() };
        for &point in &series.dots {
            let value = if is_upright { point.y } else { point.x };
            if !value.is_finite() {
                continue;
            }
            let place = crowd.place(self.at(point), is_upright);
            marks::dot(canvas, place, tone, &words::point(&bare, self.x, self.y, point));
        }
    }

    fn line(&self, canvas: &mut Canvas, series: &Series) {
        if series.loose {
            return;
        }
        let places = thin(self.places(&series.points));
        if places.len() < 2 {
            return;
        }
        let stroke = Stroke {
            dash: look(series.key).dash,
            ..Stroke::solid(Tone::Of(Role::Series(series.key)), LINE_WIDTH)
        };
        canvas.line(&places, stroke);
    }

    /// Intervals, markers and arrows. A line bears a dozen markers at most, counted from its end;
    /// points without a line are all marked.
    fn points(&self, canvas: &mut Canvas, series: &Series) {
        let tone = Tone::Of(Role::Series(series.key));
        let marker = look(series.key).marker;
        for bar in &series.bars {
            let end = |value: f64| match bar.along {
                Along::X => Point { x: value, y: bar.at.y },
                Along::Y => Point { x: bar.at.x, y: value },
            };
            marks::bar(canvas, self.at(end(bar.low)), self.at(end(bar.high)), tone);
        }
        let every = match series.points.len().div_ceil(MARKERS) {
            0 => 1,
            _ if series.loose => 1,
            every => every,
        };
        for &point in series.points.iter().rev().step_by(every) {
            if point.x.is_finite() && point.y.is_finite() {
                let words = words::point(series, self.x, self.y, point);
                marks::marker(canvas, self.at(point), marker, tone, &words);
            }
        }
        for &point in &series.chosen {
            let words = words::chosen(series, self.x, self.y, point);
            marks::ring(canvas, self.at(point), &words);
        }
        for &(point, along) in &series.beyond {
            let words = words::beyond(series, self.x, self.y, point);
            let place = self.at(point);
            marks::arrow(canvas, place, along == Along::Y, tone, &words);
            marks::marker(canvas, place, marker, tone, &words);
        }
    }

    /// One mark for all trials of a series that ended at the same place, as their number stands in
    /// legend and note; marks of different series stand below each other, each at its epoch.
    fn ended(
        &self,
        canvas: &mut Canvas,
        index: usize,
        series: &Series,
        taken: &mut Vec<(usize, Place)>,
    ) {
        let tone = Tone::Of(Role::Series(series.key));
        for &point in &series.ended {
            let (x, y) = self.at(point);
            let near = |other: &&(usize, Place)| (other.1.0 - x).abs() < 2.0 * CROSS;
            if taken.iter().filter(near).any(|(other, _)| *other == index) {
                continue;
            }
            let below = taken.iter().filter(near).count() as f64;
            let inwards = CROSS + 3.0 + below * (2.0 * CROSS + 3.0);
            let is_top = y < self.frame.top + self.frame.height / 2.0;
            let x = x.clamp(self.frame.left + CROSS + 3.0, self.frame.right() - CROSS);
            let place = (x, if is_top { y + inwards } else { y - inwards });
            marks::cross(canvas, place, tone, &words::ended(series, self.x, self.y, point));
            taken.push((index, place));
        }
    }
}

fn share(axis: &Axis, value: f64) -> f64 {
    let share = axis.share(value);
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}
