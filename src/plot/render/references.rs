//! Values that are marked across a panel, with their names at positions where they cover least.

use super::axes::{Drawn, Plot};
use super::canvas::{Anchor, Place};
use super::font::text_width;
use super::marks::CROSS;
use super::pen::{Pen, Stroke, Tone};
use super::text::{SMALL, wrap};
use crate::plot::chart::{Along, Bar, Panel, Point, Reference, Series};
use crate::plot::palette::Role;

const ZONE_OPACITY: f64 = 0.08;
/// Distance between a name and its line, and between it and the edge of the panel.
const ASIDE: f64 = 4.0;
const EDGE: f64 = 2.0;
/// Number of lines of text from the top and from the bottom that are tried.
const LINES: usize = 3;
/// Distance between two positions of a line that are compared with a name.
const STEP: f64 = 4.0;

/// Draws lines, and areas where there is a range.
pub(super) fn lines(plot: &Plot, references: &[Reference]) -> Drawn {
    let ink = Tone::Of(Role::FaintInk);
    let [start, end] = plot.corners();
    for reference in references {
        let (low, high) = (reference.low, reference.high);
        let ends = match reference.of {
            Along::X => [Point { x: low, ..start }, Point { x: high, ..end }],
            Along::Y => [Point { y: low, ..start }, Point { y: high, ..end }],
        };
        plot.draw(&ends, |canvas, ends| match ends {
            &[from, to] if high > low => {
                canvas.rectangle(from, to, Pen::fill(ink, ZONE_OPACITY), &reference.label);
            }
            ends => {
                let stroke = Stroke { dash: &[4, 3], ..Stroke::solid(ink, 1.0) };
                canvas.lines(&[ends], stroke, &reference.label);
            }
        })?;
    }
    Ok(())
}

/// Writes their names, on top of everything else.
pub(super) fn names(plot: &Plot, panel: &Panel) {
    for area in arranged(plot, panel) {
        for (line, text) in area.lines.iter().enumerate() {
            let place = (area.left, area.top + line as f64 * SMALL.leading);
            plot.on_paper(|canvas| canvas.text_on_lines(text, place, Anchor::TopLeft, SMALL));
        }
    }
}

/// Every name with its position: none over another one, and each where it covers least of the data.
fn arranged(plot: &Plot, panel: &Panel) -> Vec<Area> {
    let named: Vec<&Reference> =
        panel.references.iter().filter(|reference| !reference.label.is_empty()).collect();
    if named.is_empty() {
        return Vec::new();
    }
    let measured: Vec<Place> = panel.series.iter().flat_map(|s| marks(plot, s)).collect();
    let mut placed: Vec<Area> = Vec::new();
    for reference in named {
        let hidden = |area: &Area| {
            let others = placed.iter().filter(|other| area.meets(other));
            let marks = measured.iter().filter(|place| area.holds(place));
            (others.count(), marks.count())
        };
        placed.extend(areas(plot, reference).into_iter().min_by_key(hidden));
    }
    placed
}

/// A possible position of a name.
#[derive(Debug, Clone, PartialEq)]
struct Area {
    /// The name, in lines that fit the panel.
    lines: Vec<String>,
    left: f64,
    top: f64,
    width: f64,
}

impl Area {
    fn height(&self) -> f64 {
        self.lines.len() as f64 * SMALL.leading
    }

    fn meets(&self, other: &Self) -> bool {
        let beside = self.left + self.width + ASIDE <= other.left
            || other.left + other.width + ASIDE <= self.left;
        let below = self.top + self.height() <= other.top + 1.0
            || other.top + other.height() <= self.top + 1.0;
        !(beside || below)
    }

    fn holds(&self, &(x, y): &Place) -> bool {
        (self.left..=self.left + self.width).contains(&x)
            && (self.top..=self.top + self.height()).contains(&y)
    }
}

/// The possible positions of a reference's name, the best first.
fn areas(plot: &Plot, reference: &Reference) -> Vec<Area> {
    let frame = plot.frame;
    let lines = wrap(&reference.label, SMALL, frame.width - 2.0 * EDGE, &text_width);
    let widths = lines.iter().map(|line| text_width(line, SMALL));
    let width = widths.fold(0.0, f64::max);
    let height = lines.len() as f64 * SMALL.leading;
    let area = |left: f64, top: f64| Area {
        left: left.min(frame.right() - EDGE - width).max(frame.left + EDGE),
        top: top.min(frame.bottom() - height).max(frame.top),
        width,
        lines: lines.clone(),
    };
    let (lefts, tops): (Vec<f64>, Vec<f64>) = match reference.of {
        Along::X => {
            let before = plot.across(reference.low) - ASIDE - width;
            let behind = plot.across(reference.high) + ASIDE;
            let fits = behind + width <= frame.right();
            let step = |line: usize| line as f64 * SMALL.leading;
            let from_top = (0..LINES).map(|line| frame.top + EDGE + step(line));
            let from_bottom = (0..LINES).map(|line| frame.bottom() - EDGE - height - step(line));
            let sides = if fits { [behind, before] } else { [before, behind] };
            (sides.into(), from_top.chain(from_bottom).collect())
        }
        Along::Y => {
            let ends = [frame.right() - ASIDE - width, frame.left + ASIDE];
            let middle = frame.left + (frame.width - width) / 2.0;
            let above = plot.up(reference.high) - height;
            let below = plot.up(reference.low) + EDGE;
            let fits = above >= frame.top;
            let sides = if fits { [above, below] } else { [below, above] };
            ([&ends[..], &[middle]].concat(), sides.into())
        }
    };
    let of_row = |top: f64| lefts.iter().map(move |left| (*left, top));
    let places = tops.into_iter().flat_map(of_row);
    places.map(|(left, top)| area(left, top)).collect()
}

/// Positions that a series covers: its points, and its line every few pixels.
fn marks(plot: &Plot, series: &Series) -> Vec<Place> {
    let points = plot.places(&series.points);
    let mut marks = plot.places(&series.dots);
    if !series.loose {
        for ends in points.windows(2) {
            let [(x0, y0), (x1, y1)] = [ends[0], ends[1]];
            let parts = ((x1 - x0).hypot(y1 - y0) / STEP).ceil().clamp(1.0, 100.0);
            let part = |index: usize| {
                let share = index as f64 / parts;
                (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
            };
            marks.extend((1..parts as usize).map(part));
        }
    }
    marks.extend(points);
    let bars = series.bars.iter().flat_map(Bar::ends);
    let beyond = series.beyond.iter().map(|(point, _)| *point);
    marks.extend(plot.places(&bars.chain(beyond).collect::<Vec<_>>()));
    // Crosses are drawn inwards from the edge, one below the other.
    for (x, y) in plot.places(&series.ended) {
        let inwards = if y < plot.frame.top + plot.frame.height / 2.0 { 1.0 } else { -1.0 };
        marks.extend((1..=3).map(|place| (x, y + inwards * f64::from(place) * 2.0 * CROSS)));
    }
    marks
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::axes::Paper;
    use super::*;
    use crate::plot::chart::{Axis, Scale};
    use crate::plot::render::Style;
    use crate::plot::render::canvas::Canvas;
    use crate::plot::render::layout::Frame;
    use crate::plot::render::ticks::below;

    fn axis() -> Axis {
        Axis {
            label: String::new(),
            scale: Scale::Linear,
            low: 0.0,
            high: 100.0,
            ticks: Vec::new(),
        }
    }

    /// The positions of the names of vertical lines at these values, in a panel with these points.
    fn placed(lines: &[(f64, &str)], points: &[Point]) -> Vec<Area> {
        let (x, y) = (axis(), axis());
        let frame = Frame { left: 10.0, top: 20.0, width: 200.0, height: 150.0 };
        let labels = below(&x, frame.width, &text_width);
        let canvas = Canvas::new(&Style::default(), (220.0, 180.0), "", "");
        let paper = Paper::new(RefCell::new(canvas));
        let plot = Plot::new(&paper, frame, (&x, &labels), (&y, &labels)).expect("axes");
        let reference = |&(at, label): &(f64, &str)| Reference {
            of: Along::X,
            low: at,
            high: at,
            label: label.to_owned(),
        };
        let panel = Panel {
            references: lines.iter().map(reference).collect(),
            series: vec![Series { points: points.to_vec(), ..Series::default() }],
            ..Panel::default()
        };
        let areas = arranged(&plot, &panel);
        for area in &areas {
            assert!(area.left >= frame.left && area.left + area.width <= frame.right());
            assert!(area.top >= frame.top && area.top + area.height() <= frame.bottom());
        }
        areas
    }

    #[test]
    fn names_of_neighbouring_lines_do_not_meet() {
        let lines = [
            (50.0, "chosen: before"),
            (55.0, "chosen: none"),
            (58.0, "chosen: after"),
            (99.0, "chosen: all the others"),
        ];
        let areas = placed(&lines, &[]);
        for (index, area) in areas.iter().enumerate() {
            let mut others = areas[index + 1..].iter();
            assert!(!others.any(|other| area.meets(other)), "{areas:?}");
        }
    }

    #[test]
    fn a_name_gives_way_to_what_was_measured() {
        let line = [(50.0, "chosen: before")];
        let free = placed(&line, &[]);
        let curve = [Point { x: 0.0, y: 95.0 }, Point { x: 100.0, y: 95.0 }];
        let evaded = placed(&line, &curve);
        assert!(evaded[0].top > free[0].top, "{evaded:?}");
    }

    #[test]
    fn a_name_that_is_wider_than_its_panel_wraps_within_it() {
        let label = "chosen: activation relu, activation tanh, activation sigmoid, activation gelu";
        let areas = placed(&[(50.0, label)], &[]);
        assert!(areas[0].lines.len() > 1, "{areas:?}");
    }
}
