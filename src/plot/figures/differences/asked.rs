//! One metric by one axis, in every setting of the others.

use super::no_pair;
use super::sheet::{Line, ROWS, Sheet, gaps};
use crate::compare::metric::Unit;
use crate::compare::{self, Answer, Comparison, Question, tune};
use crate::plot::figures::arrangement::{axis_name, distinct, is_placement, shown};
use crate::plot::figures::request::{Absent, Drawn, Request};
use crate::plot::figures::scored;
use crate::plot::palette::Key;
use crate::results::query::{Results, short_name};
use crate::stats::Verdict;
use crate::units;
use crate::wording::verdicts;

/// The chart of the requested metric, or of test accuracy.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let chosen = tune::at_chosen(results);
    let tuned = chosen.is_some();
    let results = chosen.as_ref().unwrap_or(results);
    let metric = request.metric.as_deref().unwrap_or("test_accuracy");
    scored::named(metric)?;
    let by = compare::subject(results).ok_or_else(|| {
        Absent(
            "there is nothing to compare: no axis has several values; add one to `[sweep]`"
                .to_owned(),
        )
    })?;
    let question =
        Question { metric: metric.to_owned(), by: results.axes[by].clone(), margin: None };
    let answer = compare::compare(results, &question).map_err(|e| Absent(e.to_string()))?;
    if answer.comparisons.iter().all(|c| c.paired.pairs == 0) {
        return Err(no_pair());
    }
    let figure = Differences { results, by, answer: &answer, tuned };
    Ok(vec![Drawn {
        stem: match &request.metric {
            Some(name) => format!("differences-{name}"),
            None => "differences".to_owned(),
        },
        chart: figure.sheet().chart(),
    }])
}

struct Differences<'a> {
    results: &'a Results,
    by: usize,
    answer: &'a Answer,
    tuned: bool,
}

impl<'a> Differences<'a> {
    fn sheet(&self) -> Sheet<'a> {
        let metric = self.answer.metric;
        let words = scored::words(metric).to_lowercase();
        let mut shown = format!("Paired differences of {words}, replicate by replicate");
        if self.tuned {
            shown.push_str(", each side at its own tuned value");
        }
        let drawn = self.drawn();
        let notes = self.notes(drawn.len());
        let line = |comparison: &'a Comparison| Line {
            name: self.name(comparison),
            key: self.key(comparison),
            comparison,
        };
        Sheet {
            results: self.results,
            shown,
            quantity: format!("Difference of {words}"),
            unit: metric.unit,
            lines: drawn.into_iter().map(line).collect(),
            notes,
        }
    }

    /// The comparisons with a pair; of too many, those with the largest differences. A comparison with a missing
    /// number on one side counts as the largest.
    fn drawn(&self) -> Vec<&'a Comparison> {
        let all = self.answer.comparisons.iter().enumerate();
        let mut rated: Vec<(f64, usize, &Comparison)> = all
            .filter(|(_, c)| c.paired.pairs > 0)
            .map(|(index, c)| {
                let mean = c.paired.mean.filter(|_| c.paired.is_complete());
                (mean.map_or(f64::INFINITY, f64::abs), index, c)
            })
            .collect();
        rated.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        rated.truncate(ROWS);
        rated.sort_by_key(|(_, index, _)| *index);
        rated.into_iter().map(|(.., c)| c).collect()
    }

    /// The name of a row: `batch size 8: before − none · suggests before`.
    fn name(&self, c: &Comparison) -> String {
        let c = &c.labelled(&self.answer.by, &self.answer.others, &self.results.labels);
        let cells = c.setting.iter().zip(&self.answer.others);
        let cells = cells.filter(|(cell, axis)| !cell.is_empty() && self.varies(axis));
        let cells: Vec<String> =
            cells.map(|(cell, axis)| format!("{} {}", axis_name(axis), shown(cell))).collect();
        let setting =
            if cells.is_empty() { String::new() } else { format!("{}: ", cells.join(" · ")) };
        format!(
            "{setting}{} − {}: {}{}",
            shown(&c.a),
            shown(&c.b),
            verdict(c, self.answer.metric.unit),
            gaps(c)
        )
    }

    fn varies(&self, axis: &str) -> bool {
        let at = self.results.axis(axis);
        at.is_some_and(|at| self.results.values(at).len() > 1)
    }

    fn key(&self, c: &Comparison) -> Key {
        let values = distinct(self.results, self.by);
        let value = values.iter().position(|value| *value == c.a).unwrap_or(0);
        let placement = Key::placement(&c.a).filter(|_| is_placement(self.results, self.by));
        placement.unwrap_or(Key::Value(value))
    }

    fn notes(&self, drawn: usize) -> Vec<String> {
        let better = if self.answer.metric.higher_is_better() {
            "Right of 0 the first is better."
        } else {
            "Left of 0 the first is better."
        };
        let mut notes = vec![
            better.to_owned(),
            format!(
                "Verdicts after Holm's correction{}; below six pairs a verdict is at most suggestive.",
                if self.results.whole.is_some() { " for the whole experiment" } else { "" }
            ),
        ];
        notes.extend(self.answer.gaps.summary());
        let comparisons = self.answer.comparisons.len();
        if drawn < comparisons {
            notes.push(format!(
                "{drawn} of {comparisons} comparisons are drawn, those with the largest differences. All: \
                 `bn-lab compare DIR --by {} --metric {}`.",
                short_name(&self.answer.by),
                self.answer.metric.name
            ));
        }
        notes
    }
}

/// The verdict in words.
fn verdict(c: &Comparison, unit: Unit) -> String {
    let population = c.population.as_deref().and_then(|p| p.paired.mean);
    let more = match (c.verdict, verdicts::needed_pairs(c), population) {
        (Verdict::Inconclusive, Some(needed), _) => format!("; {needed} pairs needed"),
        (Verdict::EffectOfEvaluation, _, Some(mean)) => {
            let mean = units::signed(&format!("{:.2}", mean * unit.scale()));
            format!(", {mean} with the population's statistics")
        }
        _ => String::new(),
    };
    verdicts::short(c) + &more
}
