//! Alternative texts of figures.

use super::*;
use crate::plot::chart::{Along, Axis, Bar, Cell, Chart, Panel, Point, Row, Scale, Series, Tick};
use crate::plot::figures::Drawn;

fn axis(label: &str, scale: Scale, names: &[&str]) -> Axis {
    let tick =
        |(index, name): (usize, &&str)| Tick { value: index as f64, label: (*name).to_owned() };
    Axis {
        label: label.to_owned(),
        scale,
        low: 0.0,
        high: 10.0,
        ticks: names.iter().enumerate().map(tick).collect(),
    }
}

fn said(x: Axis, y: Axis, panel: Panel) -> String {
    let chart = Chart {
        subtitle: "Something".to_owned(),
        x,
        rows: vec![Row { heading: String::new(), y, panels: vec![panel] }],
        ..Chart::default()
    };
    let stem = "final".to_owned();
    figures::figure(Drawn { stem, chart }, "x").alternative
}

fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

#[test]
fn rows_are_described_by_their_names_and_by_the_values_on_the_other_axis() {
    let row = |y: f64, points: Vec<Point>| Series {
        label: "none".to_owned(),
        points,
        dots: vec![at(1.0, y)],
        loose: true,
        ..Series::default()
    };
    let bar = Bar { at: at(-2.5, 0.0), along: Along::X, low: -3.0, high: -2.0 };
    let with_bar = Series { bars: vec![bar], ..row(0.0, vec![at(-2.5, 0.0)]) };
    let waited =
        Series { dots: Vec::new(), beyond: vec![(at(8.0, 3.0), Along::X)], ..Series::default() };
    let by_few = Series { beyond: vec![(at(8.0, 4.0), Along::X)], ..row(4.0, Vec::new()) };
    let panel = Panel {
        series: vec![with_bar, row(1.0, vec![at(4.0, 1.0)]), row(2.0, Vec::new()), waited, by_few],
        ..Panel::default()
    };
    let names = ["relu: supported", "tanh", "gelu", "elu", "selu"];
    let told =
        said(axis("Difference", Scale::Linear, &[]), axis("", Scale::Categorical, &names), panel);
    assert_eq!(
        told,
        "Chart: Something. relu: supported: −2.5, interval −3.0 to −2.0; tanh: 4.0; \
         gelu: no middle, 1 known; elu: over 8.0; selu: over 8.0, reached by 1."
    );
}

#[test]
fn fields_are_described_by_their_range_the_framed_one_and_how_many_have_diverged() {
    let cell = |x: f64, y: f64, value: Option<f64>| Cell {
        at: at(x, y),
        value,
        label: value.map_or(String::new(), |value| format!("{value:.1}")),
        hatched: value.is_none(),
        best: value == Some(97.5),
    };
    let panel = Panel {
        title: "none".to_owned(),
        cells: vec![
            cell(0.0, 0.0, Some(90.0)),
            cell(1.0, 0.0, Some(97.5)),
            cell(0.0, 1.0, Some(11.0)),
            cell(1.0, 1.0, None),
        ],
        ..Panel::default()
    };
    let told = said(
        axis("Learning rate", Scale::Categorical, &["0.1", "1"]),
        axis("Batch size", Scale::Categorical, &["16", "64"]),
        panel,
    );
    assert_eq!(
        told,
        "Chart: Something. None: from 11.0 to 97.5; framed: 97.5 at learning rate 1 and batch size 16; \
         a replicate diverged in 1 of 4 fields."
    );
}
