//! The figures of a report, each with its caption.

use std::cmp::Ordering;

use super::document::{Block, Figure, Section};
use super::words::Words;
use crate::plot::chart::{Axis, Cell as Field, Chart, Panel, Row, Scale, Series};
use crate::plot::figures::{self as plots, Drawn};
use crate::units::{self, capitalised};

/// The section of figures; `None` where nothing can be drawn yet. `name` is the experiment's, `once` a note that
/// many charts have and that is printed below the first of them only.
pub(super) fn section(charts: Vec<Drawn>, name: &str, once: Option<&str>) -> Option<Section> {
    let mut is_said = false;
    let mut block = |mut drawn: Drawn| {
        let whole = drawn.chart.footnote.clone();
        if let Some(once) = once.filter(|once| whole.contains(once)) {
            if is_said {
                drawn.chart.footnote = whole.replace(once, "").replace("  ", " ");
            }
            is_said = true;
        }
        let mut figure = figure(drawn, name);
        figure.chart.footnote = whole;
        Block::Figure(Box::new(figure))
    };
    let has_overview = charts.iter().any(|drawn| drawn.stem.starts_with("overview"));
    // The first one answers the question, whichever it is.
    let is_part = |(place, drawn): &(usize, Drawn)| {
        has_overview && *place > 0 && plots::is_of_one_curve(&drawn.stem)
    };
    let (parts, shown): (Vec<_>, Vec<_>) = charts.into_iter().enumerate().partition(is_part);
    let mut block = |(_, drawn)| block(drawn);
    let mut blocks: Vec<Block> = shown.into_iter().map(&mut block).collect();
    if !parts.is_empty() {
        blocks.push(Block::Folded {
            summary: "The curves of the overview, each as a figure of its own".to_owned(),
            blocks: parts.into_iter().map(block).collect(),
        });
    }
    (!blocks.is_empty()).then(|| Section {
        id: "figures".to_owned(),
        title: "What it looks like".to_owned(),
        blocks,
    })
}

/// A chart of the experiment `name` with its caption.
pub fn figure(drawn: Drawn, name: &str) -> Figure {
    let Drawn { stem, chart } = drawn;
    let shown = shown(&chart, name);
    Figure {
        caption: caption(&shown, &chart),
        alternative: alternative(&shown, &chart),
        stem,
        chart,
    }
}

/// The axes, and the meaning of the marks.
fn caption(shown: &str, chart: &Chart) -> Words {
    let more = [&chart.band, &chart.footnote].map(|text| match text.as_str() {
        "" => String::new(),
        text => format!(" {text}"),
    });
    Words::new().strong(format!("{shown}.")).and(Words::marked(&more.concat())).plain(
        if is_of_clock(chart) {
            " Seconds are wall-clock times of the machine that trained."
        } else {
            ""
        },
    )
}

/// The quantities of the axes: `Test accuracy against epoch`.
fn shown(chart: &Chart, name: &str) -> String {
    let subtitle = chart.subtitle.trim_end_matches(name).trim_end_matches(" · ");
    let what = if subtitle.is_empty() {
        capitalised(&quantities(chart).to_lowercase())
    } else {
        subtitle.to_owned()
    };
    // Rows with names have no vertical quantity.
    let is_of_rows = chart.rows.iter().any(|row| row.y.scale == Scale::Categorical);
    if chart.x.label.is_empty()
        || is_of_rows
        || [" against ", " by "].iter().any(|word| what.contains(word))
    {
        return what;
    }
    format!("{what} against {}", uncapitalised(&chart.x.label))
}

/// The quantities of the panels, each once.
fn quantities(chart: &Chart) -> String {
    let mut found: Vec<&str> = Vec::new();
    for row in &chart.rows {
        for panel in &row.panels {
            let titles = [&row.heading, &panel.title, &row.y.label];
            let title = titles.into_iter().find(|title| !title.is_empty());
            let title = title.map_or("", String::as_str);
            if !title.is_empty() && !found.contains(&title) {
                found.push(title);
            }
        }
    }
    if found.len() > 4 {
        found = chart.rows.iter().map(|row| row.y.label.as_str()).collect();
        found.dedup();
    }
    found.join(", ")
}

/// The text with its first letter in lower case, unless it begins with an abbreviation.
fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            let rest = &text[first.len_utf8()..];
            first.to_lowercase().to_string() + rest
        }
        _ => text.to_owned(),
    }
}

/// Most panels whose results the alternative text describes.
const MOST_TOLD: usize = 6;

/// The alternative text: what the figure shows, and its results: the first and the last value of each line, the
/// value of each row, or the best field of each heat map.
fn alternative(shown: &str, chart: &Chart) -> String {
    let mut text = format!("Chart: {shown}.");
    let mut told = 0;
    for row in &chart.rows {
        for (column, panel) in row.panels.iter().enumerate() {
            let outcome = outcome(panel, &chart.x, &row.y);
            if outcome.is_empty() || told == MOST_TOLD {
                continue;
            }
            told += 1;
            let name = panel_name(chart, row, column);
            text.push_str(&format!(" {}{}.", name, outcome.join("; ")));
        }
    }
    text
}

/// The results of each line of a panel.
fn outcome(panel: &Panel, x: &Axis, y: &Axis) -> Vec<String> {
    if !panel.told.is_empty() {
        return panel.told.clone();
    }
    if !panel.cells.is_empty() {
        return fields(&panel.cells, x, y);
    }
    let of_series = |series| match y.scale {
        Scale::Categorical => level(series, x, y),
        _ => ends(series, x, y),
    };
    panel.series.iter().filter_map(of_series).collect()
}

/// A panel's name, such as `batch size 16, accuracy (%): `; lower panels have the title of the first in their column.
fn panel_name(chart: &Chart, row: &Row, column: usize) -> String {
    let several_rows = chart.rows.len() > 1;
    let title = |row: &Row| row.panels.get(column).map_or(String::new(), |p| p.title.clone());
    let own = title(row);
    let title = match chart.rows.first() {
        Some(first) if own.is_empty() => title(first),
        _ => own,
    };
    let quantity = if several_rows { uncapitalised(&row.y.label) } else { String::new() };
    let parts = [title, row.heading.clone(), quantity];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("{}: ", capitalised(&parts.join(", ")))
}

/// The ends of a line: `before goes from 0.31 to 0.033`.
fn ends(series: &Series, x: &Axis, y: &Axis) -> Option<String> {
    let (first, last) = (series.points.first()?, series.points.last()?);
    let label = if series.label.is_empty() { "the line" } else { &series.label };
    let (from, to) = (number(first.y, y), number(last.y, y));
    let is_single = series.points.len() == 1 || x.scale == Scale::Categorical;
    let chosen = series.chosen.first();
    let chosen = chosen.map_or(String::new(), |at| format!(", {} where chosen", number(at.y, y)));
    Some(if is_single {
        format!("{label} {to}{chosen}")
    } else {
        format!("{label} goes from {from} to {to}{chosen}")
    })
}

/// The value of a row with a name: `before 4.0, from 3.2 to 4.8`. Where its mean or median is not known, its
/// bound or its values.
fn level(series: &Series, x: &Axis, y: &Axis) -> Option<String> {
    let beyond = series.beyond.first().map(|(point, _)| point);
    let at = series.points.first().or(series.dots.first()).or(beyond)?;
    let tick = y.ticks.iter().find(|tick| (tick.value - at.y).abs() < 0.5);
    let name = tick.map_or(series.label.as_str(), |tick| tick.label.as_str());
    let number = |value: f64| number(value, x);
    let value = match (series.points.first(), series.bars.first()) {
        (Some(point), Some(bar)) => {
            format!("{}, interval {} to {}", number(point.x), number(bar.low), number(bar.high))
        }
        (Some(point), None) => number(point.x),
        (None, _) => match (longest(series), series.dots.len()) {
            (Some(longest), 0) => format!("over {}", number(longest)),
            (Some(longest), reached) => {
                format!("over {}, reached by {reached}", number(longest))
            }
            (None, known) => format!("no middle, {known} known"),
        },
    };
    Some(format!("{name}: {value}"))
}

/// The longest time of a trial that did not reach the target.
fn longest(series: &Series) -> Option<f64> {
    let ends = series.beyond.iter().map(|(point, _)| point.x);
    ends.reduce(f64::max)
}

/// The results of a heat map: `from 84.0 to 97.1`, `framed: 97.1 at learning rate 0.1 and batch size 16`,
/// `a replicate diverged in 2 of 21 fields`.
fn fields(cells: &[Field], x: &Axis, y: &Axis) -> Vec<String> {
    let name = |axis: &Axis, place: f64| {
        let tick = axis.ticks.iter().find(|tick| (tick.value - place).abs() < 0.5);
        let value = tick.map_or("", |tick| tick.label.as_str());
        format!("{} {value}", uncapitalised(&axis.label))
    };
    let mut all: Vec<&Field> = cells.iter().filter(|cell| cell.value.is_some()).collect();
    all.sort_by(|a, b| a.value.partial_cmp(&b.value).unwrap_or(Ordering::Equal));
    let mut told = Vec::new();
    if let [lowest, .., highest] = all[..] {
        told.push(format!("from {} to {}", lowest.label, highest.label));
    }
    let best: Vec<String> = cells
        .iter()
        .filter(|cell| cell.best)
        .map(|cell| format!("{} at {} and {}", cell.label, name(x, cell.at.x), name(y, cell.at.y)))
        .collect();
    if !best.is_empty() {
        told.push(format!("framed: {}", best.join(", ")));
    }
    let hatched = cells.iter().filter(|cell| cell.hatched).count();
    if hatched > 0 {
        told.push(format!("a replicate diverged in {hatched} of {} fields", cells.len()));
    }
    told
}

/// About three digits; by the length of a linear axis.
fn number(value: f64, axis: &Axis) -> String {
    let span = match axis.scale {
        Scale::Logarithmic => value.abs(),
        Scale::Linear | Scale::Categorical => (axis.high - axis.low).abs(),
    };
    if !(1e-6..1e6).contains(&span) {
        return format!("{value:.2e}");
    }
    let places = (2.0 - span.log10().floor()).clamp(0.0, 8.0) as usize;
    units::signed(&format!("{value:.places$}"))
}

/// Whether the chart shows wall-clock times.
fn is_of_clock(chart: &Chart) -> bool {
    let axes = std::iter::once(&chart.x).chain(chart.rows.iter().map(|row| &row.y));
    axes.into_iter().any(|axis| axis.label.to_lowercase().contains("second"))
}
