//! Paired differences, comparison by comparison: how large, how sure, and what may be said.

use super::arrangement::{axis_name, distinct, is_placement, shown, swept};
use super::axes;
use super::notes;
use super::request::{Absent, Drawn, Request};
use super::scored;
use crate::compare::{self, Answer, Comparison, Question, tune};
use crate::plot::chart::{Along, Bar, Chart, Panel, Point, Reference, Row, Series, Symbol};
use crate::plot::palette::Key;
use crate::plot::scale::{self, Data, Extent};
use crate::record::results::{Results, short_name};
use crate::stats::Verdict;

/// Comparisons at most.
const ROWS: usize = 18;

/// The figure `differences`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let chosen = tune::at_chosen(results);
    let tuned = chosen.is_some();
    let results = chosen.as_ref().unwrap_or(results);
    let metric = request.metric.as_deref().unwrap_or("test_accuracy");
    scored::named(metric)?;
    let by = by(results).ok_or_else(|| {
        Absent(
            "there is nothing to compare: no axis has several values; add one to `[sweep]`"
                .to_owned(),
        )
    })?;
    let question = Question {
        metric: metric.to_owned(),
        by: results.axes[by].clone(),
        margin: None,
    };
    let answer = compare::compare(results, &question).map_err(|e| Absent(e.to_string()))?;
    if answer.comparisons.iter().all(|c| c.paired.pairs == 0) {
        return Err(Absent(
            "no replicate has ended on both sides of any comparison; `bn-lab run` trains what is missing"
                .to_owned(),
        ));
    }
    let figure = Differences {
        results,
        by,
        answer,
        tuned,
    };
    Ok(vec![Drawn {
        stem: match &request.metric {
            Some(name) => format!("differences-{name}"),
            None => "differences".to_owned(),
        },
        chart: figure.chart(),
    }])
}

/// The placement where it varies, else the first axis that does.
fn by(results: &Results) -> Option<usize> {
    let swept = swept(results);
    let placement = swept.iter().find(|&&axis| is_placement(results, axis));
    placement.or(swept.first()).copied()
}

struct Differences<'a> {
    results: &'a Results,
    by: usize,
    answer: Answer,
    tuned: bool,
}

impl Differences<'_> {
    fn chart(&self) -> Chart {
        let rows = self.drawn();
        let names: Vec<String> = rows.iter().map(|c| self.name(c)).collect();
        let series = rows.iter().enumerate();
        let series = series.map(|(row, c)| self.series(c, row as f64)).collect();
        let panel = Panel {
            references: self.references(&rows),
            series,
            ..Panel::default()
        };
        let metric = self.answer.metric;
        let mut shown = format!(
            "Paired differences of {}, replicate by replicate",
            scored::words(metric).to_lowercase()
        );
        if self.tuned {
            shown.push_str(", each side at its own tuned value");
        }
        Chart {
            title: notes::title(self.results),
            subtitle: notes::subtitle(self.results, &shown),
            x: self.axis(&panel),
            rows: vec![Row {
                heading: String::new(),
                y: axes::categories("", &names),
                panels: vec![panel],
            }],
            legend: vec![notes::mark(Symbol::Dot, "single replicate")],
            band: "Large mark: mean difference. Bar: its 95 % t interval.".to_owned(),
            footnote: self.footnote(rows.len()),
            ..Chart::default()
        }
    }

    /// Those with a pair; of too many, those with the largest differences, by their intervals.
    fn drawn(&self) -> Vec<&Comparison> {
        let all = self.answer.comparisons.iter().enumerate();
        let mut rated: Vec<(f64, usize, &Comparison)> = all
            .filter(|(_, c)| c.paired.pairs > 0)
            .map(|(index, c)| (c.paired.mean.unwrap_or(0.0).abs(), index, c))
            .collect();
        rated.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        rated.truncate(ROWS);
        rated.sort_by_key(|(_, index, _)| *index);
        rated.into_iter().map(|(.., c)| c).collect()
    }

    /// `batch size 8: before − none · suggests before`
    fn name(&self, c: &Comparison) -> String {
        let cells = c.setting.iter().zip(&self.answer.others);
        let cells = cells.filter(|(cell, axis)| !cell.is_empty() && self.varies(axis));
        let cells: Vec<String> = cells
            .map(|(cell, axis)| format!("{} {}", axis_name(axis), shown(cell)))
            .collect();
        let setting = if cells.is_empty() {
            String::new()
        } else {
            format!("{}: ", cells.join(" · "))
        };
        let diverged = match c.diverged {
            [0, 0] => String::new(),
            [a, 0] => format!(" ({} diverged {a}×)", c.a),
            [0, b] => format!(" ({} diverged {b}×)", c.b),
            [a, b] => format!(" (diverged: {} {a}×, {} {b}×)", c.a, c.b),
        };
        format!(
            "{setting}{} − {}: {}{diverged}",
            shown(&c.a),
            shown(&c.b),
            verdict(c)
        )
    }

    fn varies(&self, axis: &str) -> bool {
        let at = self.results.axes.iter().position(|other| other == axis);
        at.is_some_and(|at| distinct(self.results, at).len() > 1)
    }

    fn series(&self, c: &Comparison, row: f64) -> Series {
        let scale = self.answer.metric.unit.scale();
        let at = |x: f64| Point {
            x: x * scale,
            y: row,
        };
        let mean = c.paired.mean.map(at);
        let bar = mean.zip(c.paired.interval).map(|(at, interval)| Bar {
            at,
            along: Along::X,
            low: interval.low * scale,
            high: interval.high * scale,
        });
        let values = distinct(self.results, self.by);
        let value = values.iter().position(|value| *value == c.a).unwrap_or(0);
        let placement = Key::placement(&c.a).filter(|_| is_placement(self.results, self.by));
        Series {
            label: format!("{} − {}", c.a, c.b),
            key: placement.unwrap_or(Key::Value(value)),
            points: mean.into_iter().collect(),
            loose: true,
            bars: bar.into_iter().collect(),
            dots: c.paired.differences.iter().copied().map(at).collect(),
            ..Series::default()
        }
    }

    /// No difference at all, and around it the margin, where all comparisons have the same.
    fn references(&self, rows: &[&Comparison]) -> Vec<Reference> {
        let zero = Reference {
            of: Along::X,
            low: 0.0,
            high: 0.0,
            label: String::new(),
        };
        let zone = self.margin(rows).map(|margin| Reference {
            of: Along::X,
            low: -margin,
            high: margin,
            label: String::new(),
        });
        zone.into_iter().chain([zero]).collect()
    }

    fn margin(&self, rows: &[&Comparison]) -> Option<f64> {
        let first = rows.first()?.margin;
        let alike = rows.iter().all(|c| (c.margin - first).abs() < 1e-12);
        (alike && first > 0.0).then(|| first * self.answer.metric.unit.scale())
    }

    fn axis(&self, panel: &Panel) -> crate::plot::chart::Axis {
        let points = panel
            .series
            .iter()
            .flat_map(|s| s.points.iter().chain(&s.dots));
        let bars = panel.series.iter().flat_map(|s| &s.bars);
        let references = panel.references.iter().flat_map(|r| [r.low, r.high]);
        let data = Data {
            lines: Extent::of(points.map(|point| point.x)),
            bands: Extent::of(bars.flat_map(|bar| [bar.low, bar.high]).chain(references)),
            marks: false,
        };
        let label = format!(
            "Difference of {} ({})",
            scored::words(self.answer.metric).to_lowercase(),
            self.answer.metric.unit.of_differences()
        );
        let quantity = axes::Quantity::new(&label, axes::Kind::Plain);
        let mut axis = quantity.around(data);
        if data.all().is_none() {
            let (low, high) = (-1.0, 1.0);
            axis = scale::linear(&label, Extent { low, high });
        }
        axis
    }

    fn footnote(&self, drawn: usize) -> String {
        let pairs = self.answer.comparisons.iter().map(|c| c.paired.pairs);
        let (fewest, most) = (pairs.clone().min().unwrap_or(0), pairs.max().unwrap_or(0));
        let n = if fewest == most {
            format!("{most}")
        } else {
            format!("{fewest} to {most}")
        };
        let better = if self.answer.metric.higher_is_better() {
            "Right of 0 the first is better."
        } else {
            "Left of 0 the first is better."
        };
        let all: Vec<&Comparison> = self.answer.comparisons.iter().collect();
        let margin = match self.margin(&all) {
            Some(margin) => format!(
                "Shaded: differences up to {margin:.3} {} do not matter.",
                self.answer.metric.unit.of_differences()
            ),
            None => "Differences up to a twentieth of both sides' mean do not matter.".to_owned(),
        };
        let margin = margin.replace("00 ", " ").replace("0 points", " points");
        let mut notes = vec![
            format!("n = {n} pairs."),
            better.to_owned(),
            margin,
            "Verdicts after Holm's correction; fewer than six pairs only ever suggest.".to_owned(),
        ];
        let comparisons = self.answer.comparisons.len();
        if drawn < comparisons {
            notes.push(format!(
                "{drawn} of {comparisons} comparisons are drawn, those with the largest differences. All: \
                 `bn-lab compare DIR --by {} --metric {}`.",
                short_name(&self.answer.by),
                self.answer.metric.name
            ));
        }
        notes.join(" ")
    }
}

/// The verdict in words.
fn verdict(c: &Comparison) -> String {
    let better = c.better().unwrap_or_default();
    match c.verdict {
        Verdict::Better(_) => format!("{better} is better"),
        Verdict::SuggestsBetter(_) => format!("suggests {better}"),
        Verdict::NoMeaningfulDifference => "no meaningful difference".to_owned(),
        Verdict::SuggestsNoMeaningfulDifference => "suggests no meaningful difference".to_owned(),
        Verdict::Inconclusive => match c.needed {
            Some(needed) => format!("inconclusive, n = {needed} would tell"),
            None => "inconclusive".to_owned(),
        },
    }
}
