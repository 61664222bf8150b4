//! All marks in all themes, for visual inspection: `cargo test --lib specimens -- --ignored` writes them to
//! the folder `bn-lab-specimens` among the system's temporary files.

use super::*;
use crate::fs;
use crate::plot::chart::{Along, Bar, Cell, Reference};
use crate::plot::palette::Theme;

fn tick(value: f64, label: &str) -> Tick {
    Tick { value, label: label.to_owned() }
}

fn names(label: &str, names: &[&str]) -> Axis {
    let ticks = names.iter().enumerate();
    Axis {
        label: label.to_owned(),
        scale: Scale::Categorical,
        low: -0.5,
        high: names.len() as f64 - 0.5,
        ticks: ticks.map(|(index, name)| tick(index as f64, name)).collect(),
    }
}

fn numbers(label: &str, low: f64, high: f64, step: f64) -> Axis {
    let count = ((high - low) / step).round() as usize;
    let values = (0..=count).map(|index| low + index as f64 * step);
    Axis {
        label: label.to_owned(),
        scale: Scale::Linear,
        low,
        high,
        ticks: values.map(|value| tick(value, &format!("{value:.0}"))).collect(),
    }
}

const KEYS: [(&str, Key); 5] = [
    ("none", Key::None),
    ("before", Key::Before),
    ("after", Key::After),
    ("pre-activation", Key::PreActivation),
    ("after-addition", Key::AfterAddition),
];

fn legend(keys: &[(&str, Key)]) -> Vec<LegendEntry> {
    let entry = |(label, key): &(&str, Key)| LegendEntry {
        label: format!("{label} (n = 6)"),
        symbol: Symbol::Line { key: *key },
    };
    keys.iter().map(entry).collect()
}

/// A curve that rises towards 100, with a wave that differs between replicates.
fn curve(which: f64, replicate: f64) -> Vec<Point> {
    let rise = |epoch: u32| {
        let x = f64::from(epoch);
        let wave = 0.8 * (x * 0.7 + replicate * 2.1 + which).sin();
        Point { x, y: 97.0 - which - (12.0 + which) / x + wave * replicate.min(1.0) }
    };
    (1..=20).map(rise).collect()
}

fn curves(panels: usize) -> Chart {
    let series = |(index, (label, key)): (usize, &(&str, Key))| {
        let points = curve(index as f64, 0.0);
        let span = |point: &Point| Span { x: point.x, low: point.y - 1.2, high: point.y + 1.2 };
        Series {
            label: (*label).to_owned(),
            key: *key,
            band: points.iter().map(span).collect(),
            points,
            singles: (1..=6).map(|k| curve(index as f64, f64::from(k))).collect(),
            ended: vec![Point { x: 3.0 + index as f64, y: 80.0 }; usize::from(index > 2)],
            ..Series::default()
        }
    };
    let panel = |index: usize| Panel {
        title: format!("batch size {}", 8 << index),
        series: KEYS.iter().enumerate().map(series).collect(),
        references: vec![Reference {
            of: Along::Y,
            low: 95.0,
            high: 95.0,
            label: "target 95 %".to_owned(),
        }],
        ..Panel::default()
    };
    let mut legend = legend(&KEYS);
    legend.push(LegendEntry {
        label: "diverged (vertical position arbitrary)".to_owned(),
        symbol: Symbol::Ended,
    });
    Chart {
        title: "Does batch normalisation help, and where does it belong?".to_owned(),
        subtitle: "Test accuracy · specimens".to_owned(),
        legend_title: "Normalisation".to_owned(),
        legend,
        x: numbers("Epoch", 0.0, 20.0, 2.0),
        rows: vec![Row {
            heading: "learning rate 0.1".to_owned(),
            y: numbers("Accuracy (%)", 80.0, 100.0, 5.0),
            panels: (0..panels).map(panel).collect(),
        }],
        band: "Line: mean. Band: 95 % t interval. Thin lines: replicates.".to_owned(),
        ..Chart::default()
    }
}

fn differences() -> Chart {
    let rows = [
        "before − none · relu · batch size 8",
        "after − none · relu · batch size 8",
        "before − none · sigmoid · batch size 8",
        "before − none · a rather long condition whose name does not fit any line at all · batch size 256",
    ];
    let series = |(index, (label, key)): (usize, &(&str, Key))| {
        let y = index as f64;
        let middle = -0.6 + 0.7 * y;
        let at = Point { x: middle, y };
        let dot = |k: i32| Point { x: middle + 0.35 * (f64::from(k % 3) - 1.0), y };
        Series {
            label: (*label).to_owned(),
            key: *key,
            points: vec![at; usize::from(index < 3)],
            loose: true,
            bars: vec![
                Bar { at, along: Along::X, low: middle - 0.5, high: middle + 0.5 };
                usize::from(index < 3)
            ],
            dots: (0..7).map(dot).collect(),
            beyond: vec![(at, Along::X); usize::from(index == 3)],
            ..Series::default()
        }
    };
    let mut legend = legend(&KEYS[..4]);
    for (label, symbol) in [("one replicate", Symbol::Dot), ("at least", Symbol::Beyond)] {
        legend.push(LegendEntry { label: label.to_owned(), symbol });
    }
    let reference = |low: f64, high: f64, label: &str| Reference {
        of: Along::X,
        low,
        high,
        label: label.to_owned(),
    };
    Chart {
        title: "How much does it help?".to_owned(),
        legend,
        x: numbers("Difference in test accuracy (percentage points)", -2.0, 3.0, 1.0),
        rows: vec![Row {
            heading: String::new(),
            y: names("", &rows),
            panels: vec![Panel {
                series: KEYS[..4].iter().enumerate().map(series).collect(),
                references: vec![reference(0.0, 0.0, ""), reference(-0.2, 0.2, "does not matter")],
                ..Panel::default()
            }],
        }],
        ..Chart::default()
    }
}

fn heat_map(panels: usize) -> Chart {
    let rates = ["0.001", "0.01", "0.1", "1"];
    let sizes = ["4", "16", "64", "256", "1024"];
    let cell = |panel: usize, index: usize| {
        let (x, y) = (index % sizes.len(), index / sizes.len());
        let value = 60.0 + 2.0 * index as f64 + panel as f64;
        Cell {
            at: Point { x: x as f64, y: y as f64 },
            value: (index != 7).then_some(value),
            label: if index == 7 { String::new() } else { format!("{value:.1}") },
            hatched: index % 5 == 4,
            best: index == 18,
        }
    };
    let panel = |index: usize| Panel {
        title: KEYS[index].0.to_owned(),
        cells: (0..20).map(|place| cell(index, place)).collect(),
        ..Panel::default()
    };
    let entry = |label: &str, symbol: Symbol| LegendEntry { label: label.to_owned(), symbol };
    Chart {
        title: "Which learning rate at which batch size?".to_owned(),
        legend: vec![entry("a trial diverged", Symbol::Hatched), entry("best", Symbol::Best)],
        x: names("Batch size", &sizes),
        rows: vec![Row {
            heading: String::new(),
            y: names("Learning rate", &rates),
            panels: (0..panels).map(panel).collect(),
        }],
        shade: Some(numbers("Test accuracy (%)", 60.0, 100.0, 10.0)),
        footnote: "Nothing was measured in empty fields.".to_owned(),
        ..Chart::default()
    }
}

#[test]
#[ignore = "writes pictures for people to look at"]
fn all_marks_are_drawn() {
    let folder = std::env::temp_dir().join("bn-lab-specimens");
    fs::create_folder(&folder).expect("a folder");
    let charts = [
        ("curves", curves(1)),
        ("curves-3", curves(3)),
        ("differences", differences()),
        ("heat-map", heat_map(1)),
        ("heat-map-3", heat_map(3)),
    ];
    let themes = [("light", Theme::Light), ("dark", Theme::Dark), ("print", Theme::Print)];
    for (stem, chart) in charts {
        for (name, theme) in themes {
            for (size, width) in [("", None), ("-8cm", Some(302.4))] {
                let style = Style { theme, width, ..Style::default() };
                let Ok(svg) = super::super::svg(&chart, &style) else {
                    continue;
                };
                let png = png(&svg, crate::plot::render::DPI).expect("a picture");
                let path = |kind: &str| folder.join(format!("{stem}{size}-{name}.{kind}"));
                fs::replace(&path("svg"), svg.as_bytes()).expect("written");
                fs::replace(&path("png"), &png).expect("written");
            }
        }
    }
}
