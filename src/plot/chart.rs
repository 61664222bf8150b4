//! A chart as plain data: everything the picture says, and nothing about how it is drawn. Tests
//! compare it; `render` draws it.
//!
//! A chart is a grid of panels. All panels share the horizontal axis and the panels of a row share
//! the vertical one, by construction: a chart with silently different scales cannot be written
//! down.

use super::palette::Key;

/// A grid of panels with their explanation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chart {
    /// What the chart answers; wrapped when drawn.
    pub title: String,
    /// What it shows, in smaller print; may be empty.
    pub subtitle: String,
    /// What the legend's lines have in common: `Batch normalisation`.
    pub legend_title: String,
    /// One entry a line, whether or not any panel could draw it.
    pub legend: Vec<LegendEntry>,
    /// The horizontal axis of every panel.
    pub x: Axis,
    /// The rows of panels, from the top.
    pub rows: Vec<Row>,
    /// What the shades of cells mean, where panels have cells: drawn as a bar beside the legend.
    pub shade: Option<Axis>,
    /// What lines and bands are.
    pub band: String,
    /// Everything else that a reader must know, in sentences.
    pub footnote: String,
}

/// A line of the legend.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    /// Its text.
    pub label: String,
    /// What stands beside it.
    pub symbol: Symbol,
}

/// What stands beside a legend's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// A line with its marker, over its band.
    Line {
        /// Whose.
        key: Key,
        /// Whether any of its lines has a band.
        band: bool,
    },
    /// The mark of a trial that diverged.
    Ended,
    /// The arrow of a value of which only a lower bound is known.
    Beyond,
    /// The dot of a single replicate.
    Dot,
    /// A hatched field of a heat map.
    Hatched,
    /// The heavy frame of the best field.
    Best,
    /// The ring around a chosen point.
    Chosen,
}

/// Panels side by side that share a vertical axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What the panels have in common; empty where their own titles say it.
    pub heading: String,
    /// The vertical axis of each panel.
    pub y: Axis,
    /// From the left.
    pub panels: Vec<Panel>,
}

/// One pair of axes with what is drawn between them, in the order of the fields from the bottom.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// What it shows; may be empty.
    pub title: String,
    /// A remark below the title; may be empty.
    pub note: String,
    /// Fields of a heat map.
    pub cells: Vec<Cell>,
    /// Values that are pointed out: a target, no difference at all, a margin around it.
    pub references: Vec<Reference>,
    /// The lines, in the order of the legend.
    pub series: Vec<Series>,
}

/// A field of a heat map, one unit wide and high on categorical axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its middle.
    pub at: Point,
    /// What its shade shows, on [`Chart::shade`]; `None` where nothing was measured.
    pub value: Option<f64>,
    /// What is written in it.
    pub label: String,
    /// Whether any trial in it diverged: drawn hatched.
    pub hatched: bool,
    /// Whether it is the best of its panel: drawn with a heavy frame.
    pub best: bool,
}

/// A value, or a range of values, that is pointed out across a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The axis that it is a value of.
    pub of: Along,
    /// Lower end; the value itself where there is no range.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Written beside it; may be empty.
    pub label: String,
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// Of the horizontal axis.
    X,
    /// Of the vertical axis.
    Y,
}

/// One line, or the points of one condition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Whose it is.
    pub label: String,
    /// Its look.
    pub key: Key,
    /// Its points, from the left; none where no trial was completed.
    pub points: Vec<Point>,
    /// Whether its points stand alone, without a line through them.
    pub loose: bool,
    /// The band around it; empty where there is none.
    pub band: Vec<Span>,
    /// The interval of single points, drawn as bars with ends.
    pub bars: Vec<Bar>,
    /// The curve of each replicate, drawn faintly behind the mean.
    pub singles: Vec<Vec<Point>>,
    /// Those of its points that something chose: drawn with a ring around them.
    pub chosen: Vec<Point>,
    /// The value of each replicate, drawn as small faint dots.
    pub dots: Vec<Point>,
    /// Values of which only a lower bound is known ("not within 10 epochs"): drawn as arrows that point
    /// on, along this axis.
    pub beyond: Vec<(Point, Along)>,
    /// Where trials ended that diverged, on the edge of the panel: drawn as ×.
    pub ended: Vec<Point>,
}

/// An interval beside a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// The point.
    pub at: Point,
    /// The axis that the interval lies along.
    pub along: Along,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Bar {
    /// The lower end and the upper one.
    pub fn ends(&self) -> [Point; 2] {
        [self.low, self.high].map(|value| match self.along {
            Along::X => Point { x: value, ..self.at },
            Along::Y => Point { y: value, ..self.at },
        })
    }
}

/// A point in the axes' units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// On the horizontal axis.
    pub x: f64,
    /// On the vertical axis.
    pub y: f64,
}

impl Point {
    /// Whether it is anywhere.
    pub fn is_finite(&self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

/// The extent of a band at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// On the horizontal axis.
    pub x: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// An axis: what it measures, from where to where, and what is written beside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// Quantity and unit: `Accuracy (%)`.
    pub label: String,
    /// Even steps or even factors.
    pub scale: Scale,
    /// Its lower end, below [`Axis::high`]; above 0 on a logarithmic scale.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Its marks, from the lower end.
    pub ticks: Vec<Tick>,
}

impl Axis {
    /// Where `value` lies, as a share of the axis: 0 at the lower end, 1 at the upper.
    pub fn share(&self, value: f64) -> f64 {
        let place = |value: f64| match self.scale {
            Scale::Linear | Scale::Categorical => value,
            Scale::Logarithmic => value.ln(),
        };
        (place(value) - place(self.low)) / (place(self.high) - place(self.low))
    }
}

/// How an axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal lengths are equal differences.
    #[default]
    Linear,
    /// The ticks are categories, at 0, 1, 2 …, each with a field of width 1 around it; the first is on
    /// the left or at the top.
    Categorical,
    /// Equal lengths are equal factors.
    Logarithmic,
}

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where.
    pub value: f64,
    /// What is written there.
    pub label: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale, low: f64, high: f64) -> Axis {
        Axis { label: String::new(), scale, low, high, ticks: Vec::new() }
    }

    #[test]
    fn a_linear_axis_is_divided_by_differences() {
        let axis = axis(Scale::Linear, 1.0, 5.0);
        assert!((axis.share(2.0) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_logarithmic_axis_is_divided_by_factors() {
        let axis = axis(Scale::Logarithmic, 0.01, 1.0);
        assert!((axis.share(0.1) - 0.5).abs() < 1e-12);
    }
}
