//! Every kind of mark: as an element of the SVG, and as pixels of its colour.

use super::*;
use crate::plot::chart::{Along, Bar, Cell, Reference};
use crate::plot::palette;
use crate::plot::palette::Theme;

/// Blue: the colour of `before` on white.
const BLUE: (u8, u8, u8) = (0, 114, 178);

/// A chart of one panel with one series without marks, and no legend.
fn bare() -> Chart {
    let mut chart = chart();
    chart.legend.clear();
    let panel = &mut chart.rows[0].panels[0];
    panel.series =
        vec![Series { label: "before".to_owned(), key: Key::Before, ..Series::default() }];
    chart
}

fn with(change: impl FnOnce(&mut Series)) -> Chart {
    let mut chart = bare();
    change(&mut chart.rows[0].panels[0].series[0]);
    chart
}

fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

fn blue(chart: &Chart) -> usize {
    count(&pixels(chart, &Style::default()), BLUE)
}

/// The hover texts, without the document's own title.
fn hovers(svg: &str) -> Vec<&str> {
    svg.split("<title>").skip(1).filter_map(|rest| Some(rest.split_once("</title>")?.0)).collect()
}

/// The number of elements of a kind in an SVG.
fn elements(svg: &str, name: &str) -> usize {
    svg.matches(&format!("<{name} ")).count()
}

fn categorical(labels: &[&str]) -> Axis {
    let tick =
        |(index, label): (usize, &&str)| Tick { value: index as f64, label: (*label).to_owned() };
    Axis {
        label: "Batch size".to_owned(),
        scale: Scale::Categorical,
        low: -0.5,
        high: labels.len() as f64 - 0.5,
        ticks: labels.iter().enumerate().map(tick).collect(),
    }
}

#[test]
fn a_bare_panel_has_no_mark() {
    assert_eq!(blue(&bare()), 0);
    let svg = svg(&bare()).expect("a picture");
    assert!(!svg.contains("class=\"series\""));
}

#[test]
fn a_line_is_dashed_by_the_svg_itself() {
    let line = |key| {
        with(|series| {
            series.key = key;
            series.points = vec![at(1.0, 1.0), at(3.0, 3.0)];
        })
    };
    let dashed = svg(&line(Key::None)).expect("a picture");
    assert_eq!(dashed.matches("stroke-dasharray=\"6 3\"").count(), 1);
    assert!(!svg(&line(Key::Before)).expect("a picture").contains("dasharray"));
    assert!(blue(&line(Key::Before)) > 100);
}

#[test]
fn points_have_hover_texts() {
    let chart = with(|series| {
        series.points = vec![at(1.0, 3.0), at(3.0, 1.0)];
        series.band = vec![Span { x: 3.0, low: 0.5, high: 1.5 }];
    });
    let svg = svg(&chart).expect("a picture");
    let expected = ["before, epoch 3: 1.000 [0.500, 1.500]", "before, epoch 1: 3.000"];
    assert_eq!(hovers(&svg), expected);
    assert!(svg.contains("<g class=\"series\" data-series=\"before\">"));
}

#[test]
fn loose_points_have_no_line_and_every_one_is_marked() {
    let points: Vec<Point> = (0..40).map(|i| at(f64::from(i) / 10.0, 2.0)).collect();
    let lined = with(|series| series.points.clone_from(&points));
    let loose = with(|series| {
        series.points.clone_from(&points);
        series.loose = true;
    });
    let (lined, loose) = (svg(&lined).expect("one"), svg(&loose).expect("other"));
    assert_eq!(hovers(&lined).len(), 10);
    assert_eq!(hovers(&loose).len(), 40);
    assert_eq!(lined.matches("stroke=\"#0072b2\"").count(), 1);
    assert_eq!(loose.matches("stroke=\"#0072b2\"").count(), 0);
}

#[test]
fn a_legend_shows_loose_points_without_a_line() {
    let mut chart = super::chart();
    let stroked = |chart: &Chart| {
        let svg = svg(chart).expect("a picture");
        let legend = svg.split("class=\"legend-entry\" data-series=\"before\"").nth(1);
        let entry = legend.and_then(|rest| rest.split_once("</g>")).expect("the entry").0;
        entry.matches("stroke=").count()
    };
    assert_eq!(stroked(&chart), 1);
    chart.rows[0].panels[0].series[0].loose = true;
    assert_eq!(stroked(&chart), 0);
}

#[test]
fn intervals_have_ends_along_either_axis() {
    for along in [Along::X, Along::Y] {
        let chart = with(|series| {
            series.points = vec![at(2.0, 2.0)];
            series.loose = true;
            series.bars = vec![Bar { at: at(2.0, 2.0), along, low: 1.0, high: 3.0 }];
        });
        assert!(blue(&chart) > 10);
        let svg = svg(&chart).expect("a picture");
        let path = svg.split("<path ").find(|path| path.contains("stroke=\"#0072b2\""));
        assert_eq!(path.expect("the interval").matches('M').count(), 3);
    }
}

#[test]
fn single_replicates_are_faint_lines_and_dots() {
    let lines = with(|series| series.singles = vec![vec![at(1.0, 1.0), at(3.0, 3.0)]; 2]);
    assert!(svg(&lines).expect("a picture").contains("stroke-opacity=\"0.4\""));
    let dots = with(|series| series.dots = vec![at(2.0, 2.0); 3]);
    let svg = svg(&dots).expect("a picture");
    assert_eq!(elements(&svg, "circle"), 3);
    assert_eq!(hovers(&svg), ["before, epoch 2: 2.000"; 3]);
    let places: Vec<&str> =
        svg.split(" cx=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(places[0] != places[1] && places[1] != places[2] && places[0] != places[2]);
}

#[test]
fn what_is_only_known_from_below_is_an_arrow() {
    for (along, words) in [(Along::X, "right"), (Along::Y, "up")] {
        let chart = with(|series| series.beyond = vec![(at(2.0, 2.0), along)]);
        assert!(blue(&chart) > 40, "{words}");
        let svg = svg(&chart).expect("a picture");
        assert!(hovers(&svg).contains(&"before, epoch 2: more than 2.000"));
    }
}

#[test]
fn a_trial_that_diverged_is_a_cross() {
    let chart = with(|series| series.ended = vec![at(2.0, 4.0)]);
    assert!(blue(&chart) > 20);
    assert_eq!(hovers(&svg(&chart).expect("a picture")), ["before, epoch 2: diverged"]);
}

#[test]
fn references_are_lines_and_zones_with_their_labels() {
    let mut chart = bare();
    let reference =
        |of, low, high, label: &str| Reference { of, low, high, label: label.to_owned() };
    chart.rows[0].panels[0].references =
        vec![reference(Along::Y, 2.0, 2.0, "target"), reference(Along::X, 1.0, 3.0, "margin")];
    let svg = svg(&chart).expect("a picture");
    let texts = texts(&svg);
    assert!(texts.contains(&"target") && texts.contains(&"margin"));
    assert_eq!(svg.matches("stroke-dasharray=\"4 3\"").count(), 1);
    assert_eq!(svg.matches("fill-opacity=\"0.08\"").count(), 1);
    let (plain, marked) = (pixels(&bare(), &Style::default()), pixels(&chart, &Style::default()));
    assert!(count(&plain, (255, 255, 255)) > count(&marked, (255, 255, 255)) + 10_000);
}

fn heat_map() -> Chart {
    let mut chart = bare();
    chart.x = categorical(&["8", "32"]);
    chart.shade = Some(axis("Accuracy (%)"));
    chart.rows[0].y = categorical(&["0.01", "0.1"]);
    let cell = |x: f64, y: f64, value: Option<f64>| Cell {
        at: at(x, y),
        value,
        label: value.map_or("not run".to_owned(), |value| format!("{value:.1}")),
        hatched: false,
        best: false,
    };
    chart.rows[0].panels[0].cells = vec![
        cell(0.0, 0.0, Some(0.0)),
        Cell { best: true, ..cell(1.0, 0.0, Some(4.0)) },
        Cell { hatched: true, ..cell(0.0, 1.0, Some(2.0)) },
        cell(1.0, 1.0, None),
    ];
    chart
}

#[test]
fn fields_have_their_shade_their_number_and_their_marks() {
    let chart = heat_map();
    let svg = svg(&chart).expect("a picture");
    assert_eq!(
        hovers(&svg),
        [
            "batch size 8, batch size 0.01: 0.0",
            "batch size 32, batch size 0.01: 4.0; the best",
            "batch size 8, batch size 0.1: 2.0; a trial diverged",
            "batch size 32, batch size 0.1: not measured",
        ]
    );
    let texts = texts(&svg);
    for text in ["0.0", "2.0", "4.0", "not run", "Accuracy (%)"] {
        assert!(texts.contains(&text), "{texts:?}");
    }
    let pixels = pixels(&chart, &Style::default());
    for share in [0.0, 1.0] {
        assert!(count(&pixels, palette::shade(Theme::Light, share)) > 3000);
    }
    assert_eq!(svg.matches("stroke-opacity=\"0.65\"").count(), 1, "one hatching");
    assert_eq!(svg.matches("stroke-width=\"2.5\"").count(), 1, "one frame");
    let on = |text: &str| {
        let element = svg.split("<text ").find(|element| element.contains(&format!("\n{text}\n")));
        element.expect("the text").contains("fill=\"#000000\"")
    };
    assert!(on("4.0") && !on("0.0"), "black on light, white on dark");
}

#[test]
fn the_first_category_is_at_the_top_and_on_the_left() {
    let svg = svg(&heat_map()).expect("a picture");
    let fields: Vec<(f64, f64)> = svg
        .split("<rect ")
        .filter(|element| element.contains("<title>"))
        .map(|element| (attribute(element, "x"), attribute(element, "y")))
        .collect();
    assert!(fields[0].0 < fields[1].0 && fields[0].1 < fields[2].1);
}

#[test]
fn the_legend_explains_every_symbol() {
    let mut chart = bare();
    for symbol in [Symbol::Ended, Symbol::Beyond, Symbol::Dot, Symbol::Hatched, Symbol::Best] {
        let without = svg(&chart).expect("a picture");
        chart.legend.push(LegendEntry { label: String::new(), symbol });
        let with = svg(&chart).expect("a picture");
        let drawn = |svg: &str| {
            ["path", "rect", "circle"].map(|name| elements(svg, name)).iter().sum::<usize>()
        };
        assert!(drawn(&with) > drawn(&without), "{symbol:?}");
    }
}

#[test]
fn ten_thousand_points_are_drawn_by_a_few_of_them() {
    let points = |count: u32| {
        let point = |i| at(4.0 * f64::from(i) / f64::from(count), 2.0 + (f64::from(i) * 0.3).sin());
        (0..count).map(point).collect::<Vec<Point>>()
    };
    let long = with(|series| series.points = points(10_000));
    let longer = with(|series| series.points = points(100_000));
    let sizes = [&long, &longer].map(|chart| svg(chart).expect("a picture").len());
    assert!(sizes[0] < 120_000 && sizes[1] < 120_000, "{sizes:?}");
}

#[test]
fn what_is_not_a_number_is_not_drawn() {
    let chart = with(|series| {
        series.points = vec![at(1.0, f64::NAN), at(2.0, 2.0), at(f64::INFINITY, 1.0)];
        series.dots = vec![at(1.0, f64::NAN)];
        series.singles = vec![vec![at(f64::NAN, 1.0)]];
    });
    let svg = svg(&chart).expect("a picture");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}
