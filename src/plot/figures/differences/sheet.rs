//! Comparisons as rows of one panel.

use crate::compare::Comparison;
use crate::compare::metric::Unit;
use crate::plot::chart::{Along, Axis, Bar, Chart, Panel, Point, Reference, Row, Series};
use crate::plot::figures::axes;
use crate::plot::figures::notes;
use crate::plot::palette::Key;
use crate::plot::scale::{self, Data, Extent};
use crate::results::query::Results;
use crate::units::counted;

/// Most comparisons in a chart.
pub(super) const ROWS: usize = 18;

/// A comparison as a row.
pub(super) struct Line<'a> {
    /// The name of what is compared, with the verdict.
    pub(super) name: String,
    /// The key of its colour and marker.
    pub(super) key: Key,
    /// The comparison.
    pub(super) comparison: &'a Comparison,
}

/// Comparisons with the same unit.
pub(super) struct Sheet<'a> {
    /// The experiment's results.
    pub(super) results: &'a Results,
    /// The title.
    pub(super) shown: String,
    /// The quantity, without its unit: `Difference of test accuracy`.
    pub(super) quantity: String,
    /// The unit of every difference.
    pub(super) unit: Unit,
    /// The rows, from the top.
    pub(super) lines: Vec<Line<'a>>,
    /// Further notes, in sentences: on which side of 0 which value is better, what is left out.
    pub(super) notes: Vec<String>,
}

impl Sheet<'_> {
    /// A chart with the rows one below the other.
    pub(super) fn chart(&self) -> Chart {
        let names: Vec<String> = self.lines.iter().map(|line| line.name.clone()).collect();
        let series = self.lines.iter().enumerate();
        let panel = Panel {
            references: self.references(),
            series: series.map(|(row, line)| series_of(line, self.unit, row as f64)).collect(),
            ..Panel::default()
        };
        Chart {
            title: notes::title(self.results),
            subtitle: notes::subtitle(self.results, &self.shown),
            x: self.axis(&panel),
            rows: vec![Row {
                heading: String::new(),
                y: axes::categories("", &names),
                panels: vec![panel],
            }],
            band: self.band(),
            footnote: self.footnote(),
            ..Chart::default()
        }
    }

    fn band(&self) -> String {
        let is_complete = |line: &Line<'_>| line.comparison.paired.is_complete();
        let means =
            format!("Large mark: mean difference. Bar: its 95 % t interval. {}", notes::DOTS);
        if self.lines.iter().all(is_complete) {
            return means;
        }
        let rows = if self.lines.iter().any(is_complete) { "Rows" } else { "All rows are rows" };
        format!(
            "{means} {rows} with a pair that has no difference, as a side diverged or never got there, have \
             only the dots of their other pairs: wins and losses decide there, since a mean of the survivors \
             would flatter."
        )
    }

    /// References at 0, and the margin around it where all comparisons have the same.
    fn references(&self) -> Vec<Reference> {
        let reference =
            |width: f64| Reference { of: Along::X, low: -width, high: width, label: String::new() };
        let (least, most) = self.margins();
        let zone = (least > 0.0 && alike(least, most)).then(|| reference(most * self.unit.scale()));
        zone.into_iter().chain([reference(0.0)]).collect()
    }

    /// The smallest and the largest margin, in the metric's unit.
    fn margins(&self) -> (f64, f64) {
        let margins = self.lines.iter().map(|line| line.comparison.margin);
        let least = margins.clone().reduce(f64::min).unwrap_or(0.0);
        (least, margins.reduce(f64::max).unwrap_or(0.0))
    }

    fn axis(&self, panel: &Panel) -> Axis {
        let series = || panel.series.iter();
        let points = series().flat_map(|s| s.points.iter().chain(&s.dots));
        let bars = series().flat_map(|s| &s.bars);
        let references = panel.references.iter().flat_map(|r| [r.low, r.high]);
        let data = Data {
            lines: Extent::of(points.map(|point| point.x)),
            bands: Extent::of(bars.flat_map(|bar| [bar.low, bar.high]).chain(references)),
            marks: false,
        };
        let label = match self.unit {
            Unit::Number => self.quantity.clone(),
            unit => format!("{} ({})", self.quantity, unit.of_differences()),
        };
        if data.lines.is_none() {
            let (low, high) = (-1.0, 1.0);
            return scale::linear(&label, Extent { low, high });
        }
        axes::Quantity::new(&label, axes::Kind::Plain).around(data)
    }

    fn footnote(&self) -> String {
        let pairs = self.lines.iter().map(|line| line.comparison.paired.pairs);
        let (fewest, most) = (pairs.clone().min().unwrap_or(0), pairs.max().unwrap_or(0));
        let n = if fewest == most {
            format!("n = {}.", counted(most, "pair", "pairs"))
        } else {
            format!("n = {fewest} to {most} pairs.")
        };
        let mut notes = vec![n];
        notes.extend(self.notes.iter().cloned());
        notes.extend(self.margin());
        notes.join(" ")
    }

    /// The margin in words.
    fn margin(&self) -> Option<String> {
        let (least, most) = self.margins();
        let written = amount(most, self.unit);
        if alike(least, most) {
            return (most > 0.0)
                .then(|| format!("Shaded: differences below {written} do not matter."));
        }
        let least = number(least * self.unit.scale(), self.unit);
        Some(format!(
            "What does not matter differs by row: differences below {least} to {written}."
        ))
    }
}

/// A note on pairs of which some have no difference, and on diverged trainings; empty where
/// every pair has a difference.
pub(super) fn gaps(c: &Comparison) -> String {
    let tally = c.paired.tally;
    let mut gaps = Vec::new();
    match c.diverged {
        [0, 0] => {}
        [a, 0] => gaps.push(format!("{} diverged {a}×", c.a)),
        [0, b] => gaps.push(format!("{} diverged {b}×", c.b)),
        [a, b] => gaps.push(format!("diverged: {} {a}×, {} {b}×", c.a, c.b)),
    }
    if !c.paired.is_complete() {
        gaps.push(format!("won {}, lost {}", tally.wins, tally.losses));
    }
    if gaps.is_empty() { String::new() } else { format!(" ({})", gaps.join("; ")) }
}

/// A difference with its unit: `0.25 points`.
pub(super) fn amount(size: f64, unit: Unit) -> String {
    let number = number(size * unit.scale(), unit);
    match unit {
        Unit::Number => number,
        unit => format!("{number} {}", unit.of_differences()),
    }
}

/// Two decimals for points, else three significant digits, without trailing zeros.
fn number(value: f64, unit: Unit) -> String {
    let digits = match value.abs() {
        _ if unit == Unit::Share => 2,
        100.0.. | 0.0 => 0,
        size => (2.0 - size.log10().floor()).clamp(0.0, 9.0) as usize,
    };
    let written = format!("{value:.digits$}");
    if written.contains('.') {
        let written = written.trim_end_matches('0').trim_end_matches('.');
        return written.to_owned();
    }
    written
}

fn alike(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}

fn series_of(line: &Line<'_>, unit: Unit, row: f64) -> Series {
    let Comparison { a, b, paired, .. } = line.comparison;
    let scale = unit.scale();
    let at = |x: f64| Point { x: x * scale, y: row };
    // The mean of only the surviving pairs would be biased, so none is drawn.
    let mean = paired.mean.filter(|_| paired.is_complete()).map(at);
    let bar = mean.zip(paired.interval).map(|(at, interval)| Bar {
        at,
        along: Along::X,
        low: interval.low * scale,
        high: interval.high * scale,
    });
    Series {
        label: format!("{a} − {b}"),
        key: line.key,
        points: mean.into_iter().collect(),
        loose: true,
        bars: bar.into_iter().collect(),
        dots: paired.differences.iter().copied().map(at).collect(),
        ..Series::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_their_units() {
        for (size, unit, expected) in [
            (0.1, Unit::Share, "10 points"),
            (0.002, Unit::Share, "0.2 points"),
            (0.00255, Unit::Share, "0.26 points"),
            (1.0, Unit::Share, "100 points"),
            (0.1, Unit::Decades, "0.1 decades"),
            (0.01, Unit::Nats, "0.01 nats"),
            (100.0, Unit::Steps, "100 steps"),
            (1234.5, Unit::Steps, "1234 steps"),
            (0.000_5, Unit::Number, "0.0005"),
            (0.0, Unit::Epochs, "0 epochs"),
        ] {
            assert_eq!(amount(size, unit), expected);
        }
    }
}
