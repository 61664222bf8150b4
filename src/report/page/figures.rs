//! The figures that answer the question, each with what it shows in words.

use super::document::{Block, Figure, Section};
use super::words::Words;
use crate::plot::chart::{Axis, Chart, Panel, Scale, Series};

/// The section; none where nothing can be drawn yet.
pub(super) fn section(charts: Vec<(String, Chart)>) -> Option<Section> {
    let blocks: Vec<Block> = charts
        .into_iter()
        .map(|(stem, chart)| Block::Figure(figure(stem, chart)))
        .collect();
    (!blocks.is_empty()).then(|| Section {
        id: "figures",
        title: "What it looks like".to_owned(),
        blocks,
    })
}

/// A chart with its words.
pub fn figure(stem: String, chart: Chart) -> Figure {
    Figure {
        caption: caption(&stem, &chart),
        alternative: alternative(&stem, &chart),
        stem,
        chart,
    }
}

/// What is drawn against what, and what its marks are.
fn caption(stem: &str, chart: &Chart) -> Words {
    let more = [&chart.band, &chart.footnote]
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| format!(" {text}"))
        .collect::<String>();
    Words::new()
        .strong(format!("{}.", shown(stem, chart)))
        .plain(more)
        .plain(if is_of_clock(chart) {
            " Seconds are wall-clock times of the machine that trained."
        } else {
            ""
        })
}

/// `Training loss, test accuracy (%) against epoch`
fn shown(stem: &str, chart: &Chart) -> String {
    let mut quantities: Vec<String> = Vec::new();
    let panels = || {
        chart
            .rows
            .iter()
            .flat_map(|row| row.panels.iter().map(move |p| (row, p)))
    };
    for (row, panel) in panels() {
        let title = if panel.title.is_empty() {
            &row.y.label
        } else {
            &panel.title
        };
        if !title.is_empty() && !quantities.contains(title) {
            quantities.push(title.clone());
        }
    }
    let what = match quantities.len() {
        0 => stem.replace('_', " "),
        1..=4 => quantities.join(", ").to_lowercase(),
        count => format!("{} in {count} panels", first_label(chart).to_lowercase()),
    };
    let what = super::answer::capitalised(&what);
    match chart.x.label.is_empty() {
        true => what,
        false => format!("{what} against {}", chart.x.label.to_lowercase()),
    }
}

fn first_label(chart: &Chart) -> &str {
    chart.rows.first().map_or("", |row| &row.y.label)
}

/// Panels whose outcome is told to readers who do not see them.
const MOST_TOLD: usize = 6;

/// The caption, and where each line ends.
fn alternative(stem: &str, chart: &Chart) -> String {
    let mut text = format!("Chart: {}.", shown(stem, chart));
    let panels = chart
        .rows
        .iter()
        .flat_map(|row| row.panels.iter().map(move |panel| (&row.y, panel)));
    let several = panels.clone().count() > 1;
    for (y, panel) in panels.take(MOST_TOLD) {
        let ends: Vec<String> = panel
            .series
            .iter()
            .filter_map(|s| end(s, &chart.x, y))
            .collect();
        if ends.is_empty() {
            continue;
        }
        let name = name(y, panel, several);
        text.push_str(&format!(" {name}{}.", ends.join("; ")));
    }
    text
}

fn name(y: &Axis, panel: &Panel, several: bool) -> String {
    match (&panel.title, several) {
        (title, true) if !title.is_empty() => format!("{title}: "),
        _ if !y.label.is_empty() => format!("{}: ", y.label),
        _ => String::new(),
    }
}

/// `before goes from 0.31 to 0.033`
fn end(series: &Series, x: &Axis, y: &Axis) -> Option<String> {
    let (first, last) = (series.points.first()?, series.points.last()?);
    let label = if series.label.is_empty() {
        "the line"
    } else {
        &series.label
    };
    let (from, to) = (number(first.y, y), number(last.y, y));
    Some(
        if series.points.len() == 1 || x.scale == Scale::Categorical {
            format!("{label} {to}")
        } else {
            format!("{label} goes from {from} to {to}")
        },
    )
}

/// As many digits as the axis is long.
fn number(value: f64, axis: &Axis) -> String {
    let span = (axis.high - axis.low).abs();
    let places = if span > 0.0 && span.is_finite() {
        (2.0 - span.log10().floor()).clamp(0.0, 6.0) as usize
    } else {
        3
    };
    match axis.scale {
        Scale::Logarithmic => format!("{value:.2e}"),
        _ => format!("{value:.places$}"),
    }
}

/// Whether it shows how long something took.
fn is_of_clock(chart: &Chart) -> bool {
    let axes = std::iter::once(&chart.x).chain(chart.rows.iter().map(|row| &row.y));
    axes.into_iter()
        .any(|axis| axis.label.to_lowercase().contains("second"))
}
