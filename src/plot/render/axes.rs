//! A pair of axes, laid out by plotters: maps values to positions, draws the grid and
//! writes the labels.

use std::cell::RefCell;
use std::convert::Infallible;
use std::ops::Range;
use std::rc::Rc;

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, TRANSPARENT};

use super::backend::{Mark, PIXEL, place, units};
use super::canvas::{Canvas, Place};
use super::layout::{Frame, TICK};
use super::pen::{Stroke, Tone};
use super::text::SMALL;
use super::ticks::Labels;
use crate::plot::chart::{Along, Axis, Point, Scale};
use crate::plot::palette::Role;

/// The result of drawing.
pub(super) type Drawn<T = ()> = Result<T, DrawingAreaErrorKind<Infallible>>;

/// The canvas, which plotters shares among areas.
pub(super) type Paper = Rc<RefCell<Canvas>>;

/// A pair of axes on the canvas.
pub(super) struct Plot<'a> {
    /// The rectangle between the axes.
    pub(super) frame: Frame,
    /// The horizontal axis.
    pub(super) x: &'a Axis,
    /// The vertical axis.
    pub(super) y: &'a Axis,
    paper: Paper,
    chart: ChartContext<'a, Canvas, Cartesian2d<Ruler<'a>, Ruler<'a>>>,
}

impl<'a> Plot<'a> {
    /// Two axes with their labels, in a frame; the labels have all the space left of it and
    /// below.
    pub(super) fn new(
        paper: &Paper,
        frame: Frame,
        (x, x_labels): (&'a Axis, &'a Labels),
        (y, y_labels): (&'a Axis, &'a Labels),
    ) -> Drawn<Self> {
        let sheet = DrawingArea::from(paper);
        let (across, down) = sheet.get_pixel_range();
        // The last unit of an area is one before its end, and axes reach to there.
        let (right, bottom) = (units(frame.right()) + 1, units(frame.bottom()) + 1);
        let chart = ChartBuilder::on(&sheet)
            .margin_top(units(frame.top))
            .margin_right(across.end - right)
            .y_label_area_size(units(frame.left))
            .x_label_area_size(down.end - bottom)
            .build_cartesian_2d(
                Ruler { axis: x, labels: x_labels },
                Ruler { axis: y, labels: y_labels },
            )?;
        Ok(Self { frame, x, y, paper: Rc::clone(paper), chart })
    }

    /// The position of a point.
    pub(super) fn at(&self, point: Point) -> Place {
        place(self.chart.backend_coord(&(point.x, point.y)))
    }

    /// The position of a value of the horizontal axis.
    pub(super) fn across(&self, x: f64) -> f64 {
        self.at(Point { x, y: self.y.low }).0
    }

    /// The position of a value of the vertical axis.
    pub(super) fn up(&self, y: f64) -> f64 {
        self.at(Point { x: self.x.low, y }).1
    }

    /// The positions of the finite points.
    pub(super) fn places(&self, points: &[Point]) -> Vec<Place> {
        points.iter().copied().filter(Point::is_finite).map(|point| self.at(point)).collect()
    }

    /// Calls `draw` with the positions of `points`.
    pub(super) fn draw(&self, points: &[Point], draw: impl FnMut(&mut Canvas, &[Place])) -> Drawn {
        let values = points.iter().map(|point| (point.x, point.y)).collect();
        self.chart.plotting_area().draw(&Mark { values, draw: RefCell::new(draw) })
    }

    /// Calls `draw` with the position of each of the points.
    pub(super) fn each(
        &self,
        points: &[Point],
        mut draw: impl FnMut(&mut Canvas, Place, Point),
    ) -> Drawn {
        self.draw(points, |canvas, places| {
            for (&place, &point) in places.iter().zip(points) {
                draw(canvas, place, point);
            }
        })
    }

    /// Draws into a separate group.
    pub(super) fn group(&self, class: &str, series: &str, draw: impl FnOnce() -> Drawn) -> Drawn {
        self.paper.borrow_mut().open(class, series);
        let drawn = draw();
        self.paper.borrow_mut().close();
        drawn
    }

    /// Draws on the canvas, independently of the axes.
    pub(super) fn on_paper(&self, draw: impl FnOnce(&mut Canvas)) {
        draw(&mut self.paper.borrow_mut());
    }

    /// The lines of the grid; categories have none.
    pub(super) fn grid(&mut self) -> Drawn {
        let mut mesh = self.chart.configure_mesh();
        mesh.disable_axes().bold_line_style(Role::Grid.stroke_width(PIXEL));
        if self.x.scale == Scale::Categorical {
            mesh.disable_x_mesh();
        }
        mesh.draw()?;
        self.chart.plotting_area().present()
    }

    /// The values at the upper left corner and at the lower right one. The first category is at the top.
    pub(super) fn corners(&self) -> [Point; 2] {
        let (top, bottom) = match self.y.scale {
            Scale::Categorical => (self.y.low, self.y.high),
            Scale::Linear | Scale::Logarithmic => (self.y.high, self.y.low),
        };
        [Point { x: self.x.low, y: top }, Point { x: self.x.high, y: bottom }]
    }

    /// The lines of the axes, as one path: the two of plotters would leave a gap in the corner.
    pub(super) fn frame(&self) -> Drawn {
        let [start, end] = self.corners();
        let stroke = Stroke::solid(Tone::Of(Role::Axis), 1.0);
        let corners = [start, Point { y: end.y, ..start }, end];
        self.draw(&corners, |canvas, corners| canvas.line(corners, stroke))
    }

    /// The tick labels below the panel or left of it.
    pub(super) fn labels(&mut self, along: Along) -> Drawn {
        let is_upright = along == Along::X && self.chart.as_coord_spec().x_spec().labels.upright;
        let turn = if is_upright { FontTransform::Rotate270 } else { FontTransform::None };
        let size = SMALL.size * f64::from(PIXEL);
        let font = FontDesc::new(FontFamily::SansSerif, size, FontStyle::Normal).transform(turn);
        let mut mesh = self.chart.configure_mesh();
        mesh.disable_mesh().axis_style(TRANSPARENT).label_style(font.color(&Role::Ink));
        // Plotters places labels at a distance of two tick marks from their axis; the marks themselves are invisible.
        mesh.set_all_tick_mark_size(units(TICK) / 2);
        match along {
            Along::X => mesh.disable_y_axis(),
            Along::Y => mesh.disable_x_axis(),
        };
        mesh.draw()
    }
}

/// Adapts an axis of a chart to plotters, which takes positions and tick labels from it.
struct Ruler<'a> {
    axis: &'a Axis,
    labels: &'a Labels,
}

impl Ranged for Ruler<'_> {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    /// Data are within their axes; a value outside (from a damaged file) is clamped to the frame. The vertical axis
    /// begins at the bottom, which is its higher end in units; its first category is at the top.
    fn map(&self, value: &f64, (begin, end): (i32, i32)) -> i32 {
        let share = self.axis.share(*value);
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        let is_turned = end < begin && self.axis.scale != Scale::Categorical;
        let share = if is_turned { 1.0 - share } else { share };
        let (low, high) = place((begin.min(end), begin.max(end)));
        units(low + (high - low) * share)
    }

    /// The ticks. Plotters requests lines between them, too: there are none.
    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let is_between = hint.weight().allow_light_points();
        let ticks = self.axis.ticks.iter().filter(|_| !is_between);
        ticks.map(|tick| tick.value).collect()
    }

    fn range(&self) -> Range<f64> {
        self.axis.low..self.axis.high
    }
}

impl ValueFormatter<f64> for Ruler<'_> {
    /// The lines of a tick's label; empty where it is left out, since labels would touch.
    fn format_ext(&self, value: &f64) -> String {
        let is_here = |index: &usize| {
            self.axis.ticks.get(*index).is_some_and(|tick| tick.value.total_cmp(value).is_eq())
        };
        let label = self.labels.written.iter().find(|(index, _)| is_here(index));
        label.map(|(_, lines)| lines.join("\n")).unwrap_or_default()
    }
}
