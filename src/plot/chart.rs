//! A chart as plain data: its content without how it is drawn. Tests
//! compare it; `render` draws it.
//!
//! A chart is a grid of panels. All panels share the horizontal axis and the panels of a row share
//! the vertical one, by construction: a chart whose panels have different scales cannot be
//! represented.

mod column;
mod tile;

pub use tile::{Content, Image, Tile};

use super::palette::Key;

/// A grid of panels with title, legend and notes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chart {
    /// The question that the chart answers; wrapped when drawn.
    pub title: String,
    /// A description in smaller print; may be empty.
    pub subtitle: String,
    /// Which part of the experiment is shown, as a sentence; empty for all of it. Drawn where the subtitle, which says it,
    /// is left out.
    pub scope: String,
    /// The title of the legend: `Batch normalisation`.
    pub legend_title: String,
    /// One entry for each line, even if no panel has it.
    pub legend: Vec<LegendEntry>,
    /// The horizontal axis of every panel.
    pub x: Axis,
    /// The rows of panels, from the top.
    pub rows: Vec<Row>,
    /// The scale of the cells' shades, where panels have cells: drawn as a bar beside the legend.
    pub shade: Option<Axis>,
    /// The meaning of lines and bands, in a sentence.
    pub band: String,
    /// Further notes, in sentences.
    pub footnote: String,
}

/// An entry of the legend.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    /// The text of the entry.
    pub label: String,
    /// The symbol next to the text.
    pub symbol: Symbol,
}

/// The symbol of a legend's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// A line with its marker, its band and its interval, as far as the chart has them.
    Line {
        /// The key of its colour and dash.
        key: Key,
    },
    /// The mark of a trial that diverged.
    Ended,
    /// The arrow for a value of which only a lower bound is known.
    Beyond,
    /// The dot of a single replicate.
    Dot,
    /// A hatched cell of a heat map.
    Hatched,
    /// The heavy frame of the best cell.
    Best,
    /// The ring around a chosen point.
    Chosen,
}

/// Panels side by side that share a vertical axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The heading of its panels; empty where their own titles suffice.
    pub heading: String,
    /// The vertical axis of each panel.
    pub y: Axis,
    /// The panels, from the left.
    pub panels: Vec<Panel>,
}

/// One pair of axes with its content, in the order of the fields from the bottom.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// The title; may be empty.
    pub title: String,
    /// A remark below the title; may be empty.
    pub note: String,
    /// What it shows, a phrase each, for readers who cannot see it; empty where its lines and cells tell that.
    pub told: Vec<String>,
    /// The cells of a heat map.
    pub cells: Vec<Cell>,
    /// Fields with numbers or pictures.
    pub tiles: Vec<Tile>,
    /// Values that are marked: a target, a difference of 0, a margin around it.
    pub references: Vec<Reference>,
    /// The lines, in the order of the legend.
    pub series: Vec<Series>,
}

impl Panel {
    /// Whether there is nothing measured in it, so that its axes would be empty.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.series.iter().all(Series::is_empty)
    }
}

/// A cell of a heat map, one unit wide and high on categorical axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The centre of the cell.
    pub at: Point,
    /// The value that its shade shows, on [`Chart::shade`]; `None` where nothing was measured.
    pub value: Option<f64>,
    /// The text in the cell.
    pub label: String,
    /// Whether any trial in it diverged: drawn hatched.
    pub hatched: bool,
    /// Whether it is the best of its panel: drawn with a heavy frame.
    pub best: bool,
}

/// A value, or a range of values, that is marked across a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The axis of the value.
    pub of: Along,
    /// The lower end; the value itself where there is no range.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The text beside it; may be empty.
    pub label: String,
}

/// One of the two axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// The horizontal axis.
    X,
    /// The vertical axis.
    Y,
}

/// One line, or the points of one condition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Its name in the legend.
    pub label: String,
    /// The key of its colour, dash and marker.
    pub key: Key,
    /// Its points, from the left; empty where no trial was completed.
    pub points: Vec<Point>,
    /// Whether its points are drawn without a line through them.
    pub loose: bool,
    /// The band around it; empty where there is none.
    pub band: Vec<Span>,
    /// The intervals of single points, drawn as bars with ends.
    pub bars: Vec<Bar>,
    /// The curve of each replicate, drawn faintly behind the mean.
    pub singles: Vec<Vec<Point>>,
    /// Its points that tuning chose: drawn with a ring around them.
    pub chosen: Vec<Point>,
    /// The value of each replicate, drawn as small faint dots.
    pub dots: Vec<Point>,
    /// Values of which only a lower bound is known ("not within 10 epochs"): drawn as arrows
    /// in the direction of this axis.
    pub beyond: Vec<(Point, Along)>,
    /// Positions where trials diverged, on the edge of the panel: drawn as ×.
    pub ended: Vec<Point>,
}

impl Series {
    /// Whether it has neither a value nor the mark of a trial.
    pub fn is_empty(&self) -> bool {
        let has_points =
            [&self.points, &self.dots, &self.ended].iter().any(|points| !points.is_empty());
        !has_points && self.beyond.is_empty() && self.singles.iter().all(Vec::is_empty)
    }
}

/// An interval beside a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// The point.
    pub at: Point,
    /// The axis along which the interval lies.
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
    /// The value on the horizontal axis.
    pub x: f64,
    /// The value on the vertical axis.
    pub y: f64,
}

impl Point {
    /// Whether both values are finite.
    pub fn is_finite(&self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

/// The extent of a band at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The value on the horizontal axis.
    pub x: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// An axis: its quantity, range, scale and ticks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// Quantity and unit: `Accuracy (%)`.
    pub label: String,
    /// Linear, logarithmic or categorical.
    pub scale: Scale,
    /// Its lower end, below [`Axis::high`]; above 0 on a logarithmic scale.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Its ticks, from the lower end.
    pub ticks: Vec<Tick>,
}

impl Axis {
    /// The position of `value` as a share of the axis: 0 at the lower end, 1 at the upper.
    pub fn share(&self, value: f64) -> f64 {
        let place = |value: f64| match self.scale {
            Scale::Linear | Scale::Categorical => value,
            Scale::Logarithmic => value.ln(),
        };
        (place(value) - place(self.low)) / (place(self.high) - place(self.low))
    }
}

/// The scale of an axis.
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

/// A tick on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The value at which it is.
    pub value: f64,
    /// The text of its label.
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
