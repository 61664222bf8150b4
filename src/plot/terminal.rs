//! Draws a chart with characters in the terminal: lines of braille dots with marks that the legend repeats, or with
//! ASCII every series with its own letter. Colour is added where there is any, and nothing depends on it, so that a chart
//! can be piped or mailed.

mod characters;
mod field;

pub use self::characters::Characters;

use self::characters::ink;
use self::field::{Field, SEVERAL, cell};
use super::chart::{Axis, Chart, Panel, Row, Scale, Symbol};
use crate::streams::{Ink, Painted};
use crate::units::{cut, one_line};

/// Number of lines of a panel.
const HEIGHT: usize = 12;
/// Most panels; with more, `bn-lab plot` is suggested.
const PANELS: usize = 6;

/// A chart as lines of at most `columns` characters, each with a line end.
pub fn chart(chart: &Chart, columns: usize, characters: Characters) -> Painted {
    let mut lines = vec![Painted::default()];
    lines.extend(wrapped(&chart.subtitle, columns).iter().map(|line| plain(line)));
    lines.extend(legend(chart, columns, characters));
    let panels = chart.rows.iter().flat_map(|row| {
        let panels = row.panels.iter();
        panels.map(move |panel| (row, panel))
    });
    let panels: Vec<(&Row, &Panel)> = panels.collect();
    for (row, panel) in panels.iter().take(PANELS) {
        lines.push(Painted::default());
        let titles = [row.heading.as_str(), panel.title.as_str()];
        let titles: Vec<&str> = titles.into_iter().filter(|title| !title.is_empty()).collect();
        lines.extend(wrapped(&titles.join(" · "), columns).iter().map(|line| bold(line)));
        lines.extend(self::panel(&chart.x, &row.y, panel, columns, characters));
    }
    if panels.len() > PANELS {
        let more = panels.len() - PANELS;
        lines.push(Painted::default());
        lines.push(plain(&format!("{more} more panels: `bn-lab plot` draws them")));
    }
    let mut text = Painted::default();
    for line in lines {
        text.append(line);
        text.push("\n");
    }
    text
}

fn plain(text: &str) -> Painted {
    let mut line = Painted::default();
    line.push(text);
    line
}

fn bold(text: &str) -> Painted {
    let mut line = Painted::default();
    line.push_in(Some(Ink::Bold), text);
    line
}

fn legend(chart: &Chart, columns: usize, characters: Characters) -> Vec<Painted> {
    let mut entries: Vec<(Option<Ink>, String, &str)> = Vec::new();
    for entry in &chart.legend {
        let (ink, sample) = match entry.symbol {
            Symbol::Line { key } => (ink(key), characters.sample(key)),
            Symbol::Ended => (None, characters.ended().to_string()),
            _ => continue,
        };
        entries.push((ink, sample, &entry.label));
    }
    if entries.len() > 1 && characters == Characters::Ascii {
        entries.push((None, SEVERAL.to_string(), "several"));
    }
    let mut lines: Vec<Painted> = Vec::new();
    for (ink, sample, label) in entries {
        let room = columns.saturating_sub(width(&sample) + 1);
        let mut parts = wrapped(label, room).into_iter();
        let first = parts.next().unwrap_or_default();
        let needed = width(&sample) + 1 + width(&first);
        if lines.last().is_some_and(|line| width(&line.plain()) + 3 + needed <= columns) {
            lines.last_mut().into_iter().for_each(|line| line.push("   "));
        } else {
            lines.push(Painted::default());
        }
        if let Some(line) = lines.last_mut() {
            line.push_in(ink, &sample);
            line.push(&format!(" {first}"));
        }
        lines.extend(parts.map(|part| plain(&part)));
    }
    lines
}

/// A panel with its axes and their numbers.
fn panel(
    x: &Axis,
    y: &Axis,
    panel: &Panel,
    columns: usize,
    characters: Characters,
) -> Vec<Painted> {
    // At least half of the columns is left for the data.
    let labels: Vec<String> = beside(y).iter().map(|label| for_label(label, columns / 2)).collect();
    let margin = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let across = columns.saturating_sub(margin + 3).max(10);
    let mut field = Field::new(characters, across);
    for (place, series) in panel.series.iter().enumerate() {
        field.draw(x, y, series, place, panel.series.len());
    }
    let mut lines = vec![plain(&for_label(&y.label, columns))];
    for (label, row) in labels.iter().zip(field.rows()) {
        let axis = characters.beside(!label.is_empty());
        let mut line = plain(&format!("{label:>margin$} {axis}"));
        if row != Painted::default() {
            line.push(" ");
            line.append(row);
        }
        lines.push(line);
    }
    let ticks: Vec<usize> = x.ticks.iter().map(|tick| cell(x.share(tick.value), across)).collect();
    lines.push(plain(&format!("{:margin$} {}", "", characters.below(across, &ticks))));
    let below = below(x, across);
    lines.push(plain(format!("{:margin$}   {below}", "").trim_end()));
    let x_label = for_label(&x.label, across);
    let middle = (across.saturating_sub(width(&x_label))) / 2;
    lines.push(plain(format!("{:margin$}   {:middle$}{x_label}", "", "").trim_end()));
    lines
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
    use crate::plot::chart::{LegendEntry, Point, Series, Tick};
    use crate::plot::palette::Key;
    use Characters::{Ascii, Unicode};

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
    fn a_chart_in_the_characters_of_the_terminal() {
        for (characters, name) in [(Ascii, "ascii.txt"), (Unicode, "unicode.txt")] {
            let drawn = chart(&two_lines(), 40, characters).plain();
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plot/terminal");
            let expected = crate::fs::read_text(&folder.join(name)).expect("a file");
            assert_eq!(drawn, expected, "\n{drawn}");
        }
        assert!(chart(&two_lines(), 40, Ascii).plain().lines().skip(2).all(str::is_ascii));
    }

    #[test]
    fn every_series_of_a_legend_has_a_mark_of_its_own() {
        let named =
            [Key::None, Key::Before, Key::After, Key::PreActivation, Key::AfterAddition].to_vec();
        let values: Vec<Key> = (0..crate::plot::palette::VALUES).map(Key::Value).collect();
        for characters in [Ascii, Unicode] {
            for keys in [&named, &values] {
                let marks: std::collections::BTreeSet<char> =
                    keys.iter().map(|key| characters.mark(*key)).collect();
                assert_eq!(marks.len(), keys.len(), "{characters:?} {marks:?}");
            }
        }
    }

    #[test]
    fn lines_have_the_colours_of_their_samples() {
        let drawn = chart(&two_lines(), 40, Unicode);
        assert!(format!("{drawn:?}").contains("(Some(Blue), \"⠒■⠒\")"), "{drawn:?}");
        assert!(format!("{drawn:?}").matches("Some(Blue)").count() > 6, "{drawn:?}");
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
            for characters in [Ascii, Unicode] {
                for drawn in [&two_lines(), &wide] {
                    for line in chart(drawn, columns, characters).plain().lines() {
                        assert!(width(line) <= columns, "{line:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn many_panels_are_left_to_pictures() {
        let mut many = two_lines();
        let panel = many.rows[0].panels[0].clone();
        many.rows[0].panels = vec![panel; PANELS + 3];
        let drawn = chart(&many, 80, Unicode).plain();
        assert_eq!(drawn.matches("batch size 8").count(), PANELS);
        assert!(drawn.ends_with("3 more panels: `bn-lab plot` draws them\n"));
    }
}
