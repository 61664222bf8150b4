//! The content of a pair of axes: cells and grid below, bands below lines, marks on top. The parts
//! of a series are in groups with its name, so that a page can hide and show it.

use super::axes::{Drawn, Plot};
use super::canvas::{Canvas, Place};
use super::marks::{self, CROSS, Crowd};
use super::pen::{Pen, Stroke, Tone};
use super::thin::thin;
use super::{cells, references, tiles, words};
use crate::plot::chart::{Along, Axis, Panel, Point, Scale, Series, Span};
use crate::plot::palette::{Role, look};

const LINE_WIDTH: f64 = 2.0;
const SINGLE_WIDTH: f64 = 1.0;
const SINGLE_OPACITY: f64 = 0.4;
pub(super) const BAND_OPACITY: f64 = 0.17;
/// Half the width of the band around a single point.
const LONE_BAND: f64 = 4.0;
/// Approximate number of markers on a line.
const MARKERS: usize = 12;

/// Draws the content of the axes.
pub(super) fn panel(plot: &mut Plot, panel: &Panel, shade: Option<&Axis>) -> Drawn {
    if !panel.cells.is_empty() {
        cells::cells(plot, &panel.cells, shade)?;
    } else if panel.tiles.is_empty() {
        plot.grid()?;
    }
    if panel.tiles.is_empty() {
        plot.frame()?;
    }
    tiles::tiles(plot, &panel.tiles)?;
    references::lines(plot, &panel.references)?;
    let plot = &*plot;
    for series in &panel.series {
        plot.group("series", &series.label, || behind(plot, series))?;
    }
    let mut crowd = Crowd::default();
    for series in &panel.series {
        plot.group("series", &series.label, || {
            dots(plot, series, &mut crowd)?;
            line(plot, series)?;
            points(plot, series)
        })?;
    }
    let mut taken = Vec::new();
    for (index, series) in panel.series.iter().enumerate() {
        plot.group("series", &series.label, || ended(plot, index, series, &mut taken))?;
    }
    references::names(plot, panel);
    Ok(())
}

/// The band, and the curves of replicates.
fn behind(plot: &Plot, series: &Series) -> Drawn {
    let tone = Tone::Of(Role::Series(series.key));
    let edge = |end: fn(&Span) -> f64| {
        let points = series.band.iter().map(|span| Point { x: span.x, y: end(span) });
        points.collect::<Vec<Point>>()
    };
    lines(plot, &[edge(|span| span.high), edge(|span| span.low)], |canvas, edges| {
        if let [high, low] = edges {
            band(canvas, high, low, tone);
        }
    })?;
    let stroke = Stroke { opacity: SINGLE_OPACITY, ..Stroke::solid(tone, SINGLE_WIDTH) };
    lines(plot, &series.singles, |canvas, singles| canvas.lines(singles, stroke, ""))
}

/// Draws several lines as one element, each without points that are not finite and with no more points than it needs.
fn lines(
    plot: &Plot,
    lines: &[Vec<Point>],
    mut draw: impl FnMut(&mut Canvas, &[Vec<Place>]),
) -> Drawn {
    let finite = |line: &Vec<Point>| line.iter().copied().filter(Point::is_finite).collect();
    let lines: Vec<Vec<Point>> = lines.iter().map(finite).collect();
    plot.draw(&lines.concat(), |canvas, places| {
        let mut places = places.iter().copied();
        let of = |line: &Vec<Point>| thin(places.by_ref().take(line.len()).collect());
        let lines: Vec<Vec<Place>> = lines.iter().map(of).collect();
        draw(canvas, &lines);
    })
}

fn band(canvas: &mut Canvas, high: &[Place], low: &[Place], tone: Tone) {
    let mut outline: Vec<Place> = high.iter().chain(low.iter().rev()).copied().collect();
    // A single epoch has no area, so its band is a bar.
    if let &[(x, top), (_, bottom)] = outline.as_slice() {
        let (left, right) = (x - LONE_BAND, x + LONE_BAND);
        outline = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
    }
    if !outline.is_empty() {
        canvas.polygon(&outline, Pen::fill(tone, BAND_OPACITY), "");
    }
}

fn dots(plot: &Plot, series: &Series, crowd: &mut Crowd) -> Drawn {
    let tone = Tone::Of(Role::Series(series.key));
    let is_upright = plot.y.scale != Scale::Categorical;
    let is_measured = |dot: &Point| if is_upright { dot.y } else { dot.x }.is_finite();
    let dots: Vec<Point> = series.dots.iter().copied().filter(is_measured).collect();
    let bare = Series { label: series.label.clone(), ..Series::default() };
    plot.each(&dots, |canvas, place, dot| {
        let place = crowd.place(place, is_upright);
        marks::dot(canvas, place, tone, &words::point(&bare, plot.x, plot.y, dot));
    })
}

fn line(plot: &Plot, series: &Series) -> Drawn {
    if series.loose {
        return Ok(());
    }
    let tone = Tone::Of(Role::Series(series.key));
    let stroke = Stroke { dash: look(series.key).dash, ..Stroke::solid(tone, LINE_WIDTH) };
    lines(plot, std::slice::from_ref(&series.points), |canvas, lines| {
        for places in lines.iter().filter(|places| places.len() > 1) {
            canvas.line(places, stroke);
        }
    })
}

/// Intervals, markers and arrows. A line has about a dozen markers at most, counted from its end;
/// points without a line all have markers.
fn points(plot: &Plot, series: &Series) -> Drawn {
    let tone = Tone::Of(Role::Series(series.key));
    let marker = look(series.key).marker;
    for bar in &series.bars {
        plot.draw(&bar.ends(), |canvas, ends| marks::bar(canvas, ends, tone))?;
    }
    let many = series.points.len().div_ceil(MARKERS).max(1);
    let every = if series.loose { 1 } else { many };
    let shown = series.points.iter().rev().step_by(every).copied();
    let shown: Vec<Point> = shown.filter(Point::is_finite).collect();
    plot.each(&shown, |canvas, place, point| {
        let words = words::point(series, plot.x, plot.y, point);
        marks::marker(canvas, place, marker, tone, &words);
    })?;
    plot.each(&series.chosen, |canvas, place, point| {
        marks::ring(canvas, place, &words::chosen(series, plot.x, plot.y, point));
    })?;
    for &(point, along) in &series.beyond {
        plot.each(&[point], |canvas, place, point| {
            let words = words::beyond(series, plot.x, plot.y, point);
            marks::arrow(canvas, place, along == Along::Y, tone, &words);
            marks::marker(canvas, place, marker, tone, &words);
        })?;
    }
    Ok(())
}

/// One mark for all trials of a series that ended at the same position, since legend and note state their
/// number; marks of different series are below each other, each at its epoch.
fn ended(plot: &Plot, index: usize, series: &Series, taken: &mut Vec<(usize, Place)>) -> Drawn {
    let (frame, tone) = (plot.frame, Tone::Of(Role::Series(series.key)));
    plot.each(&series.ended, |canvas, (x, y), point| {
        let near = |other: &&(usize, Place)| (other.1.0 - x).abs() < 2.0 * CROSS;
        if taken.iter().filter(near).any(|(other, _)| *other == index) {
            return;
        }
        let below = taken.iter().filter(near).count() as f64;
        let inwards = CROSS + 3.0 + below * (2.0 * CROSS + 3.0);
        let is_top = y < frame.top + frame.height / 2.0;
        let x = x.clamp(frame.left + CROSS + 3.0, frame.right() - CROSS);
        let place = (x, if is_top { y + inwards } else { y - inwards });
        marks::cross(canvas, place, tone, &words::ended(series, plot.x, plot.y, point));
        taken.push((index, place));
    })
}
