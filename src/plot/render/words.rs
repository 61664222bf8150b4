//! Texts on marks and charts: hover texts for points, and descriptions for screen
//! readers.

use crate::plot::chart::{Axis, Cell, Chart, Panel, Point, Scale, Series};

/// A point with its interval: `before, epoch 3: 97.61 [97.20, 98.02]`.
pub(super) fn point(series: &Series, x: &Axis, y: &Axis, point: Point) -> String {
    let whose = whose(&series.label);
    if y.scale == Scale::Categorical {
        let place = position(y, point.y);
        let value = value(x, point.x);
        return format!("{whose}{place}: {value}{}", interval(series, x, point, true));
    }
    let (place, value) = (position(x, point.x), value(y, point.y));
    format!("{whose}{place}: {value}{}", interval(series, y, point, false))
}

/// A point that tuning chose: `before, learning rate 0.1: 97.61 [97.20, 98.02]; chosen`.
pub(super) fn chosen(series: &Series, x: &Axis, y: &Axis, at: Point) -> String {
    format!("{}; chosen", point(series, x, y, at))
}

/// A value of which only a lower bound is known: `before, batch size 8: beyond 10`.
pub(super) fn beyond(series: &Series, x: &Axis, y: &Axis, at: Point) -> String {
    let words = point(&Series { band: Vec::new(), bars: Vec::new(), ..series.clone() }, x, y, at);
    match words.rsplit_once(": ") {
        Some((place, value)) => format!("{place}: more than {value}"),
        None => words,
    }
}

/// A trial that diverged: `before, epoch 3: diverged`.
pub(super) fn ended(series: &Series, x: &Axis, y: &Axis, at: Point) -> String {
    let place = if y.scale == Scale::Categorical { position(y, at.y) } else { position(x, at.x) };
    format!("{}{place}: diverged", whose(&series.label))
}

/// A cell of a heat map: `learning rate 0.1, batch size 8: 97.6; a trial diverged; the best`.
pub(super) fn cell(cell: &Cell, x: &Axis, y: &Axis, shade: Option<&Axis>) -> String {
    let place = format!("{}, {}", position(x, cell.at.x), position(y, cell.at.y));
    let mut words = match (cell.value, shade) {
        (None, _) => format!("{place}: not measured"),
        (Some(_), _) if !cell.label.is_empty() => format!("{place}: {}", cell.label),
        (Some(shown), Some(axis)) => format!("{place}: {}", value(axis, shown)),
        (Some(shown), None) => format!("{place}: {shown}"),
    };
    if cell.hatched {
        words.push_str("; a trial diverged");
    }
    if cell.best {
        words.push_str("; the best");
    }
    words
}

/// The whole chart: its axes, panels and lines.
pub(super) fn chart(chart: &Chart) -> String {
    let mut sentences = vec![chart.subtitle.clone()];
    let panels: Vec<&Panel> = chart.rows.iter().flat_map(|row| &row.panels).collect();
    let titles = panels.iter().map(|panel| panel.title.as_str());
    sentences.push(list("Panels", titles));
    sentences.push(list("Horizontal axis", [chart.x.label.as_str()]));
    sentences.push(list("Vertical axis", chart.rows.iter().map(|row| row.y.label.as_str())));
    sentences.push(list("Shade", chart.shade.iter().map(|axis| axis.label.as_str())));
    let title = if chart.legend_title.is_empty() { "Legend" } else { &chart.legend_title };
    sentences.push(list(title, chart.legend.iter().map(|entry| entry.label.as_str())));
    sentences.push(chart.band.replace('`', ""));
    sentences.push(chart.footnote.replace('`', ""));
    sentences.retain(|sentence| !sentence.trim().is_empty());
    for sentence in &mut sentences {
        if !sentence.ends_with(['.', '?', '!']) {
            sentence.push('.');
        }
    }
    sentences.join(" ")
}

/// Every text that is drawn.
pub(super) fn all(chart: &Chart) -> impl Iterator<Item = &str> {
    let rows = || chart.rows.iter();
    let panels = || rows().flat_map(|row| &row.panels);
    let axes = rows().map(|row| &row.y).chain([&chart.x]).chain(&chart.shade);
    let of_axes = axes.flat_map(|axis| {
        let ticks = axis.ticks.iter().map(|tick| tick.label.as_str());
        ticks.chain([axis.label.as_str()])
    });
    [&chart.title, &chart.subtitle, &chart.legend_title, &chart.band, &chart.footnote]
        .into_iter()
        .chain(chart.legend.iter().map(|entry| &entry.label))
        .chain(rows().map(|row| &row.heading))
        .chain(panels().flat_map(|panel| [&panel.title, &panel.note]))
        .chain(panels().flat_map(|panel| &panel.references).map(|reference| &reference.label))
        .chain(panels().flat_map(|panel| &panel.cells).map(|cell| &cell.label))
        .map(String::as_str)
        .chain(of_axes)
}

/// A list such as `Panels: Training loss; Test loss`, each once; empty where there are none.
fn list<'t>(what: &str, texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for text in texts {
        if !text.is_empty() && !kept.contains(&text) {
            kept.push(text);
        }
    }
    if kept.is_empty() {
        return String::new();
    }
    format!("{what}: {}", kept.join("; "))
}

fn whose(label: &str) -> String {
    if label.is_empty() { String::new() } else { format!("{label}, ") }
}

/// A position on an axis: `epoch 3`, `batch size 32`.
fn position(axis: &Axis, at: f64) -> String {
    let quantity = quantity(&axis.label);
    let near = |tick: &&crate::plot::chart::Tick| (tick.value - at).abs() < 0.5;
    let place = match axis.scale {
        Scale::Categorical => axis.ticks.iter().find(near).map(|tick| tick.label.clone()),
        Scale::Linear | Scale::Logarithmic => None,
    };
    let place = place.unwrap_or_else(|| short(at));
    if quantity.is_empty() { place } else { format!("{quantity} {place}") }
}

/// `Cross-entropy loss (nats)` within a sentence: `cross-entropy loss`.
fn quantity(label: &str) -> String {
    let name = label.split(" (").next().unwrap_or(label).trim();
    let mut letters = name.chars();
    let first = letters.next();
    let is_acronym = letters.clone().next().is_some_and(char::is_uppercase);
    match first {
        Some(first) if !is_acronym => first.to_lowercase().chain(letters).collect(),
        _ => name.to_owned(),
    }
}

fn interval(series: &Series, axis: &Axis, point: Point, sideways: bool) -> String {
    let same = |one: f64, other: f64| (one - other).abs() <= 1e-9 * one.abs().max(1.0);
    let bar = series.bars.iter().find(|bar| same(bar.at.x, point.x) && same(bar.at.y, point.y));
    let span = series.band.iter().find(|span| !sideways && same(span.x, point.x));
    let ends = bar.map(|bar| (bar.low, bar.high)).or(span.map(|span| (span.low, span.high)));
    match ends {
        Some((low, high)) => format!(" [{}, {}]", value(axis, low), value(axis, high)),
        None => String::new(),
    }
}

/// A value with the digits that its axis can show.
fn value(axis: &Axis, value: f64) -> String {
    match axis.scale {
        Scale::Categorical => short(value),
        Scale::Linear => {
            let span = (axis.high - axis.low).abs();
            if !(1e-6..1e5).contains(&span) || value.abs() >= 1e6 {
                return significant(value);
            }
            let decimals = (-(span / 500.0).log10()).ceil().max(0.0) as usize;
            format!("{value:.decimals$}")
        }
        Scale::Logarithmic => significant(value),
    }
}

/// A number with three significant digits.
fn significant(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    if !(1e-4..1e6).contains(&size) {
        return format!("{value:.2e}");
    }
    let decimals = (2.0 - size.log10().floor()).max(0.0) as usize;
    format!("{value:.decimals$}")
}

/// A number with at most four digits: `3`, `0.01`, `12.5`.
fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e6).contains(&size) {
        return format!("{value:e}");
    }
    let digits = if size >= 1.0 { size.log10().floor() } else { 0.0 };
    let decimals = (3.0 - digits).max(0.0) as usize;
    let decimals = if size < 0.01 { 6 } else { decimals };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let written = [3.0, 0.01, 12.5, 0.0003, 1234.0, 0.0].map(short);
        assert_eq!(written, ["3", "0.01", "12.5", "0.0003", "1234", "0"]);
        assert_eq!(significant(0.012_345), "0.0123");
        assert_eq!(significant(1234.5), "1234");
    }

    #[test]
    fn a_quantity_is_named_without_its_unit() {
        assert_eq!(quantity("Cross-entropy loss (nats)"), "cross-entropy loss");
        assert_eq!(quantity("ICS"), "ICS");
        assert_eq!(quantity(""), "");
    }
}
