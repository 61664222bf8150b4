//! Draws a chart with plain characters in the terminal: every series with its own letter, which
//! the legend repeats; without colour, so that it can be piped or mailed.

use super::chart::{Axis, Chart, Panel, Row, Scale, Series, Symbol};
use super::palette::{Key, Marker, VALUES, look};
use crate::units::{cut, one_line};

/// Number of lines of a panel.
const HEIGHT: usize = 12;
/// Most panels; with more, `bn-lab plot` is suggested.
const PANELS: usize = 6;
/// The character where several series overlap.
const SEVERAL: char = '*';
/// The mark of a trial that diverged.
const ENDED: char = 'x';

/// A chart as lines of at most `columns` characters, each with a line end.
pub fn chart(chart: &Chart, columns: usize) -> String {
    let mut lines = vec![String::new()];
    lines.extend(wrapped(&chart.subtitle, columns));
    lines.extend(legend(chart, columns));
    let panels = chart.rows.iter().flat_map(|row| {
        let panels = row.panels.iter();
        panels.map(move |panel| (row, panel))
    });
    let panels: Vec<(&Row, &Panel)> = panels.collect();
    for (row, panel) in panels.iter().take(PANELS) {
        lines.push(String::new());
        let titles = [row.heading.as_str(), panel.title.as_str()];
        let titles: Vec<&str> = titles.into_iter().filter(|title| !title.is_empty()).collect();
        lines.extend(wrapped(&titles.join(" · "), columns));
        lines.extend(self::panel(&chart.x, &row.y, panel, columns));
    }
    if panels.len() > PANELS {
        let more = panels.len() - PANELS;
        lines.push(String::new());
        lines.push(format!("{more} more panels: `bn-lab plot` draws them"));
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n") + "\n"
}

/// The letter of a series.
fn letter(key: Key) -> char {
    const OF_VALUES: [char; VALUES] = ['o', '#', '^', '+', 'v', '@', '=', '%'];
    match (key, look(key).marker) {
        (Key::Value(value), _) => OF_VALUES[value % VALUES],
        (_, Marker::Circle) => 'o',
        (_, Marker::Square) => '#',
        (_, Marker::Triangle) => '^',
        (_, Marker::Diamond) => '+',
        (_, Marker::TriangleDown) => 'v',
    }
}

fn legend(chart: &Chart, columns: usize) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for entry in &chart.legend {
        let letter = match entry.symbol {
            Symbol::Line { key } => letter(key),
            Symbol::Ended => ENDED,
            _ => continue,
        };
        entries.push(format!("{letter} {}", entry.label));
    }
    if entries.len() > 1 {
        entries.push(format!("{SEVERAL} several"));
    }
    let mut lines: Vec<String> = Vec::new();
    for entry in entries {
        match lines.last_mut() {
            Some(line) if width(line) + 3 + width(&entry) <= columns => {
                line.push_str("   ");
                line.push_str(&entry);
            }
            _ => lines.extend(wrapped(&entry, columns)),
        }
    }
    lines
}

/// A panel with its axes and their numbers.
fn panel(x: &Axis, y: &Axis, panel: &Panel, columns: usize) -> Vec<String> {
    // At least half of the columns is left for the data.
    let labels: Vec<String> = beside(y).iter().map(|label| for_label(label, columns / 2)).collect();
    let margin = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let across = columns.saturating_sub(margin + 3).max(10);
    let mut field = vec![vec![' '; across]; HEIGHT];
    for series in &panel.series {
        draw(&mut field, x, y, series);
    }
    let mut lines = vec![for_label(&y.label, columns)];
    for (label, row) in labels.iter().zip(&field) {
        let row: String = row.iter().collect();
        lines.push(format!("{label:>margin$} | {row}"));
    }
    lines.push(format!("{:margin$} +{}", "", "-".repeat(across + 1)));
    lines.push(format!("{:margin$}   {}", "", below(x, across)));
    let x_label = for_label(&x.label, across);
    let middle = (across.saturating_sub(width(&x_label))) / 2;
    lines.push(format!("{:margin$}   {:middle$}{}", "", "", x_label));
    lines
}

fn draw(field: &mut [Vec<char>], x: &Axis, y: &Axis, series: &Series) {
    let across = field.first().map_or(0, Vec::len);
    let mut places: Vec<(f64, f64)> = Vec::new();
    for point in &series.points {
        let (right, up) = (x.share(point.x), y.share(point.y));
        if right.is_finite() && up.is_finite() {
            places.push((right, if y.scale == Scale::Categorical { 1.0 - up } else { up }));
        }
    }
    let letter = letter(series.key);
    let height = |column: usize| {
        let at = |share: f64| cell(share, across) == column;
        let lone = places.iter().find(|place| at(place.0)).map(|place| place.1);
        let up = lone.or_else(|| between(&places, (column as f64 + 0.5) / across as f64));
        up.filter(|_| lone.is_some() || !series.loose)
    };
    for (column, up) in (0..across).filter_map(|column| Some((column, height(column)?))) {
        let spot = &mut field[HEIGHT - 1 - cell(up, HEIGHT)][column];
        *spot = if *spot == ' ' || *spot == letter { letter } else { SEVERAL };
    }
    for point in &series.ended {
        let (right, up) = (x.share(point.x), y.share(point.y));
        field[HEIGHT - 1 - cell(up, HEIGHT)][cell(right, across)] = ENDED;
    }
}

/// The height of a line at a share of the horizontal axis.
fn between(places: &[(f64, f64)], share: f64) -> Option<f64> {
    let pair = places.windows(2).find(|pair| (pair[0].0..=pair[1].0).contains(&share))?;
    let length = pair[1].0 - pair[0].0;
    let along = if length > 0.0 { (share - pair[0].0) / length } else { 0.0 };
    Some(pair[0].1 + along * (pair[1].1 - pair[0].1))
}

/// The cell at a share of an axis with `cells` cells.
fn cell(share: f64, cells: usize) -> usize {
    ((share.clamp(0.0, 1.0) * cells as f64) as usize).min(cells.saturating_sub(1))
}

/// The numbers beside the lines of a panel, from the top.
fn beside(y: &Axis) -> Vec<String> {
    let mut labels = vec![String::new(); HEIGHT];
    for tick in &y.ticks {
        let up = y.share(tick.value);
        let down = if y.scale == Scale::Categorical { up } else { 1.0 - up };
        let label = &mut labels[cell(down, HEIGHT)];
        if label.is_empty() {
            label.clone_from(&tick.label);
        }
    }
    labels
}

/// The numbers below a panel; those that would touch are left out.
fn below(x: &Axis, across: usize) -> String {
    let mut line = String::new();
    for tick in &x.ticks {
        let middle = cell(x.share(tick.value), across);
        let start = middle.saturating_sub(width(&tick.label).saturating_sub(1) / 2);
        let free = if line.is_empty() { 0 } else { width(&line) + 1 };
        if start >= free && start + width(&tick.label) <= across + 1 {
            line.push_str(&" ".repeat(start - width(&line)));
            line.push_str(&tick.label);
        }
    }
    line
}

/// A label of at most this many columns.
fn for_label(text: &str, columns: usize) -> String {
    cut(&one_line(text), columns).into_owned()
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(for_label(word, columns)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::{LegendEntry, Point, Tick};

    fn axis(label: &str, low: f64, high: f64, ticks: &[f64]) -> Axis {
        let tick = |&value: &f64| Tick { value, label: format!("{value}") };
        Axis {
            label: label.to_owned(),
            scale: Scale::Linear,
            low,
            high,
            ticks: ticks.iter().map(tick).collect(),
        }
    }

    fn two_lines() -> Chart {
        let series = |label: &str, key, from: f64, to: f64| Series {
            label: label.to_owned(),
            key,
            points: vec![Point { x: 1.0, y: from }, Point { x: 4.0, y: to }],
            ..Series::default()
        };
        let mut fallen = series("none", Key::None, 0.0, 6.0);
        fallen.ended = vec![Point { x: 2.0, y: 0.0 }];
        let entry = |label: &str, symbol| LegendEntry { label: label.to_owned(), symbol };
        let line = |key| Symbol::Line { key };
        Chart {
            subtitle: "Test accuracy · small".to_owned(),
            legend: vec![
                entry("none (n = 2)", line(Key::None)),
                entry("before (n = 2)", line(Key::Before)),
                entry("diverged", Symbol::Ended),
            ],
            x: axis("Epoch", 1.0, 4.0, &[1.0, 2.0, 3.0, 4.0]),
            rows: vec![Row {
                heading: String::new(),
                y: axis("Accuracy (%)", 0.0, 12.0, &[0.0, 6.0, 12.0]),
                panels: vec![Panel {
                    title: "batch size 8".to_owned(),
                    series: vec![fallen, series("before", Key::Before, 0.0, 12.0)],
                    ..Panel::default()
                }],
            }],
            ..Chart::default()
        }
    }

    #[test]
    fn a_chart_in_plain_characters() {
        let drawn = chart(&two_lines(), 40);
        let expected = include_str!("terminal.txt");
        assert_eq!(drawn, expected, "\n{drawn}");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [40, 60, 80] {
            let mut wide = two_lines();
            let long = "x".repeat(70_000);
            wide.subtitle.clone_from(&long);
            wide.legend[0].label.clone_from(&long);
            wide.x.label.clone_from(&long);
            for y in wide.rows.iter_mut().map(|row| &mut row.y) {
                y.label.clone_from(&long);
                y.ticks[0].label.clone_from(&long);
            }
            for chart in [chart(&two_lines(), columns), chart(&wide, columns)] {
                for line in chart.lines() {
                    assert!(width(line) <= columns, "{line:?}");
                }
            }
        }
    }

    #[test]
    fn many_panels_are_left_to_pictures() {
        let mut many = two_lines();
        let panel = many.rows[0].panels[0].clone();
        many.rows[0].panels = vec![panel; PANELS + 3];
        let drawn = chart(&many, 80);
        assert_eq!(drawn.matches("batch size 8").count(), PANELS);
        assert!(drawn.ends_with("3 more panels: `bn-lab plot` draws them\n"));
    }
}
