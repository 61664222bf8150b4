//! One row for each condition: every replicate as a dot, with their mean or median. Used for times, costs and
//! the final metric where no axis is numeric.

use super::arrangement::{Arrangement, Facet, Line, Wanted};
use super::axes;
use super::final_score::chance;
use super::notes;
use super::request::{Absent, Drawn, Request};
use super::scored::{self, Scores};
use crate::compare::metric::{Metric, Scorer};
use crate::compare::tune;
use crate::plot::chart::{
    Along, Bar, Chart, LegendEntry, Panel, Point, Reference, Row, Series, Symbol,
};
use crate::plot::scale::{Data, Extent};
use crate::results::query::Results;

/// A chart of the metric with a row for each line.
pub(super) fn draw(
    results: &Results,
    request: &Request,
    metric: Metric,
    figure: &str,
) -> Result<Vec<Drawn>, Absent> {
    // Where something is tuned, each line is at its own best value, unless panels are requested.
    let chosen = match request.facets.as_slice() {
        [] => tune::at_chosen(results),
        _ => None,
    };
    let tuned = results.tuning.as_ref().map(|tuning| tuning.key.clone());
    let tuned = tuned.filter(|_| chosen.is_some());
    let results = chosen.as_ref().unwrap_or(results);
    let arrangement = Arrangement::of(results, &Wanted::of(figure, &request.facets))?;
    let sheet = Conditions { results, arrangement, metric, scorer: metric.scorer(results), tuned };
    if sheet.all().all(|scores| scores.values.is_empty() && scores.beyond.is_empty()) {
        return Err(Absent(format!("`{}` was measured in no trial of this folder", metric.name)));
    }
    Ok(vec![Drawn {
        stem: format!("{}{}", request.named(figure), request.suffix()),
        chart: sheet.chart(request),
    }])
}

struct Conditions<'a> {
    results: &'a Results,
    arrangement: Arrangement<'a>,
    metric: Metric,
    /// Computes the scores of the trials.
    scorer: Scorer<'a>,
    /// The key of which each line has its own best value.
    tuned: Option<String>,
}

impl Conditions<'_> {
    fn scores(&self, line: &Line, facet: &Facet) -> Scores {
        let trials = self.arrangement.trials(line, facet);
        Scores::of(&self.scorer, &trials)
    }

    /// The scores of every line in every panel.
    fn all(&self) -> impl Iterator<Item = Scores> {
        let facets = self.arrangement.facets.iter();
        facets.flat_map(|facet| {
            let lines = self.arrangement.lines.iter();
            lines.map(|line| self.scores(line, facet))
        })
    }

    fn chart(&self, request: &Request) -> Chart {
        let rows = self.arrangement.rows().map(|(heading, facets)| {
            let panels = facets.iter().map(|facet| self.panel(facet)).collect();
            (heading.to_owned(), panels)
        });
        let rows: Vec<(String, Vec<Panel>)> = rows.collect();
        let names: Vec<String> =
            self.arrangement.lines.iter().map(|line| self.name(line)).collect();
        let y = axes::categories(&self.arrangement.legend_title, &names);
        let quantity = scored::quantity(self.metric).on(request.log_x);
        let row = |(heading, panels)| Row { heading, y: y.clone(), panels };
        let legend = self.legend();
        Chart {
            title: notes::title(self.results),
            subtitle: notes::subtitle(self.results, &self.shown()),
            band: self.band(&legend),
            legend,
            x: quantity.around(across(&rows)),
            rows: rows.into_iter().map(row).collect(),
            footnote: self.footnote(),
            ..Chart::default()
        }
    }

    /// Legend entries of marks; lines are named at their rows.
    fn legend(&self) -> Vec<LegendEntry> {
        if self.all().all(|scores| scores.beyond.is_empty()) {
            return Vec::new();
        }
        let marks =
            [(Symbol::Dot, "single replicate"), (Symbol::Beyond, "target not reached (censored)")];
        marks.map(|(symbol, label)| notes::mark(symbol, label)).into()
    }

    /// The name of a line, in a figure of one panel with what happened to its missing replicates.
    fn name(&self, line: &Line) -> String {
        let entries = notes::legend(&self.arrangement);
        let at = self.arrangement.lines.iter().position(|other| std::ptr::eq(other, line));
        let entry = at.and_then(|at| entries.into_iter().nth(at));
        entry.map_or_else(|| line.label.clone(), |entry| entry.label)
    }

    fn panel(&self, facet: &Facet) -> Panel {
        let lines = self.arrangement.lines.iter().enumerate();
        let lines = lines.map(|(row, line)| self.series(line, facet, row as f64));
        let one =
            Reference { of: Along::X, low: 1.0, high: 1.0, label: "as without a norm".to_owned() };
        let trials = self.arrangement.of_panel(facet);
        let constant = chance::constant_answer(self.metric, &trials, Along::X);
        let is_relative = self.metric.name == "relative_seconds_per_step";
        Panel {
            title: facet.title.clone(),
            note: notes::panel(&self.arrangement, facet),
            references: is_relative.then_some(one).into_iter().chain(constant).collect(),
            series: lines.collect(),
            ..Panel::default()
        }
    }

    fn series(&self, line: &Line, facet: &Facet, row: f64) -> Series {
        let scores = self.scores(line, facet);
        let at = |x: f64| Point { x, y: row };
        let middle = scores.middle(self.metric);
        let bar = middle.zip(scores.spread(self.metric)).map(|(middle, (low, high))| Bar {
            at: at(middle),
            along: Along::X,
            low,
            high,
        });
        let beyond = scores.beyond.iter();
        Series {
            label: line.label.clone(),
            key: line.key,
            points: middle.map(at).into_iter().collect(),
            loose: true,
            bars: bar.into_iter().collect(),
            dots: scores.values.iter().copied().map(at).collect(),
            beyond: beyond.map(|&x| (at(x), Along::X)).collect(),
            ..Series::default()
        }
    }

    fn shown(&self) -> String {
        let words = scored::words(self.metric);
        if self.metric.is_waited_for() {
            let target = format!("{:.4}", self.results.target_accuracy * 100.0);
            let target = target.trim_end_matches('0').trim_end_matches('.');
            return words.replace("target", &format!("{target} % accuracy"));
        }
        if self.metric.name == "relative_seconds_per_step" {
            return "Training time of a step, relative to no norm".to_owned();
        }
        words
    }

    fn band(&self, legend: &[LegendEntry]) -> String {
        let marks = if self.metric.is_waited_for() {
            notes::of_times("Large mark", self.all().any(|scores| scores.diverged > 0))
        } else {
            let counts: Vec<usize> = self.all().map(|scores| scores.values.len()).collect();
            notes::band(&counts, "Large mark", "Bar")
        };
        if legend.is_empty() { format!("{marks} {}", notes::DOTS) } else { marks }
    }

    fn footnote(&self) -> String {
        let mut parts = Vec::new();
        if self.metric.is_waited_for() {
            let ns: Vec<usize> = self
                .all()
                .map(|scores| scores.values.len() + scores.beyond.len() + scores.diverged)
                .filter(|n| *n > 0)
                .collect();
            let most = ns.iter().max().copied().unwrap_or(0);
            let fewest = ns.iter().min().copied().unwrap_or(0);
            let n = if most == fewest { most.to_string() } else { format!("{fewest} to {most}") };
            parts.push(format!(
                "n = {n} a row. Reached when an evaluation after an epoch first shows it, on the \
                 validation set where there is one."
            ));
        }
        if self.metric.name.contains("seconds") {
            parts.push(
                "Wall-clock seconds of training, excluding evaluation. Trials that ran side by side \
                 share the machine."
                    .to_owned(),
            );
        }
        parts.extend(self.tuned.as_ref().map(|key| notes::tuned("line", key)));
        parts.extend(self.arrangement.left_out.iter().cloned());
        parts.join(" ")
    }
}

/// The horizontal range of the rows.
fn across(rows: &[(String, Vec<Panel>)]) -> Data {
    let panels = || rows.iter().flat_map(|(_, panels)| panels);
    let series = || panels().flat_map(|panel| &panel.series);
    let points = series().flat_map(|s| s.points.iter().chain(&s.dots));
    let beyond = series().flat_map(|s| &s.beyond).map(|(point, _)| point);
    let bars = series().flat_map(|s| &s.bars);
    let references = panels().flat_map(|panel| &panel.references);
    let references = references.map(|reference| reference.low);
    Data {
        lines: Extent::of(points.chain(beyond).map(|point| point.x)),
        bands: Extent::of(bars.flat_map(|bar| [bar.low, bar.high]).chain(references)),
        // Leaves room for the arrows.
        marks: series().any(|s| !s.beyond.is_empty()),
    }
}
