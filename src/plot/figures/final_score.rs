//! The final metric over a swept axis: where each line is best, how wide its best range is, and
//! where training fails. Where no axis is numeric and none is requested, one row for each line.

pub(super) mod chance;

use std::collections::HashMap;

use super::arrangement::{
    Arrangement, Facet, Line, Wanted, axis, axis_name, distinct, is_numeric, named, numeric,
    swept_axis, value,
};
use super::axes;
use super::notes;
use super::request::{Absent, BY, Drawn, Request};
use super::scored::{self, Scores};
use super::sheet::{self, Frame, Rows, Strip};
use crate::compare::metric::{Metric, Scorer};
use crate::compare::tune;
use crate::plot::chart::{
    Along, Axis, Bar, LegendEntry, Panel, Point, Reference, Scale, Series, Symbol,
};
use crate::results::query::{Results, TrialCurves, short_name};
use crate::units::capitalised;

/// Horizontal distance between lines, as a share of the axis.
const APART: f64 = 0.011;

/// The part of a name's field on the horizontal axis in which the points of all lines are.
const FIELD: f64 = 0.6;

/// The content of the figure.
struct Final<'a> {
    results: &'a Results,
    arrangement: Arrangement<'a>,
    metric: Metric,
    /// Computes the scores of the trials.
    scorer: Scorer<'a>,
    along: usize,
    /// The values of the horizontal axis, in the order of the plan.
    names: Vec<String>,
    /// The choices of tuning; empty where another axis is horizontal.
    choices: Vec<tune::Choice>,
    /// The tuned key, of which each point is at its own best value, where it is not the axis.
    tuned: Option<String>,
    x: Axis,
    /// Number of replicates of each point.
    counts: Vec<usize>,
    /// Whether any replicate diverged.
    diverges: bool,
    /// Whether any replicate did not reach the target.
    waits: bool,
}

/// Draws the figure `final`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    if let Some(name) = &request.along {
        swept_axis(results, name, &request.facets, "horizontal")?;
    }
    let chosen = at_chosen(results, request);
    let tuned_key = results.tuning.as_ref().map(|tuning| tuning.key.clone());
    let tuned = tuned_key.filter(|_| chosen.is_some());
    let results = chosen.as_ref().unwrap_or(results);
    // The tuning metric where its choice is shown; else the test metric.
    let metric = results.tuning.as_ref().map(|tuning| tuning.metric.as_str());
    let name = request.metric.as_deref().or(metric);
    let metric = scored::named(name.unwrap_or("test_accuracy"))?;
    let along = match &request.along {
        Some(name) => Some(axis(results, name)?),
        None => horizontal(results, &request.facets)?,
    };
    let Some(along) = along else {
        return super::conditions::draw(results, request, metric, "final");
    };
    let wanted = Wanted { taken: vec![along], ..Wanted::of("final", &request.facets) };
    let arrangement = Arrangement::of(results, &wanted)?;
    let name = capitalised(&axis_name(&results.axes[along]));
    let names = distinct(results, along);
    let x = if is_numeric(results, along) {
        let values =
            names.iter().filter_map(|text| Some((text.parse().ok()?, named(results, along, text))));
        axes::values(&name, &values.collect::<Vec<_>>(), request.log_x)
    } else {
        let names = names.iter().map(|text| named(results, along, text));
        axes::categories(&name, &names.collect::<Vec<_>>())
    };
    let figure = Final {
        results,
        arrangement,
        metric,
        scorer: metric.scorer(results),
        along,
        choices: choices(results, along),
        tuned,
        names,
        x,
        counts: Vec::new(),
        diverges: false,
        waits: false,
    };
    Ok(vec![Drawn { stem: stem(request), chart: figure.seen().chart(request) }])
}

/// The stem: `final`, `final-test_loss`, `final-by-batch_size`, `final-test_loss-by-batch_size-log-y`.
fn stem(request: &Request) -> String {
    let along = request.along.as_ref();
    let along = along.map_or(String::new(), |axis| format!("{BY}{}", short_name(axis)));
    format!("{}{along}{}", request.named("final"), request.suffix())
}

/// The choices of tuning, where the tuned key is the horizontal axis.
fn choices(results: &Results, along: usize) -> Vec<tune::Choice> {
    let tuning = results.tuning.as_ref();
    let tuning = tuning.filter(|tuning| results.axes[along] == tuning.key);
    tuning.map_or_else(Vec::new, |tuning| tune::choices(results, tuning))
}

/// Where another axis than the tuned one is horizontal: the trials at the chosen values, so that each
/// point is at its own best.
fn at_chosen(results: &Results, request: &Request) -> Option<Results> {
    let along = request.along.as_ref()?;
    let key = results.tuning.as_ref()?.key.as_str();
    let is_key = |name: &String| name == key || name == short_name(key);
    let is_shown = is_key(along) || request.facets.iter().any(is_key);
    tune::at_chosen(results).filter(|_| !is_shown)
}

/// The horizontal axis: the tuned one, or else the numeric one with most values (in a tie
/// the learning rate) that makes no panels.
pub(super) fn horizontal(results: &Results, facets: &[String]) -> Result<Option<usize>, Absent> {
    let facets = facets.iter().map(|name| axis(results, name));
    let facets = facets.collect::<Result<Vec<_>, _>>()?;
    let mut numeric = numeric(results);
    numeric.retain(|axis| !facets.contains(axis));
    let tuned = results.tuning.as_ref().map(|tuning| tuning.key.as_str());
    let rank = |&axis: &usize| {
        let key = results.axes[axis].as_str();
        let values = distinct(results, axis).len();
        (tuned == Some(key), values, key == "train.learning_rate")
    };
    numeric.reverse();
    Ok(numeric.into_iter().max_by_key(rank))
}

impl Final<'_> {
    /// Collects the facts that the notes report of all panels.
    fn seen(mut self) -> Self {
        let facets = self.arrangement.facets.iter();
        let scores: Vec<Scores> =
            facets.flat_map(|facet| self.by_value(facet)).map(|(.., scores)| scores).collect();
        let with_middle = scores.iter().filter(|scores| scores.middle(self.metric).is_some());
        self.counts = with_middle.map(|scores| scores.values.len()).collect();
        self.diverges = scores.iter().any(|scores| scores.diverged > 0);
        self.waits = scores.iter().any(|scores| !scores.beyond.is_empty());
        self
    }

    fn chart(&self, request: &Request) -> crate::plot::chart::Chart {
        let quantity = scored::quantity(self.metric).on(request.log_y);
        let rows = self.arrangement.rows().map(|(heading, facets)| Strip {
            heading: heading.to_owned(),
            quantity: quantity.clone(),
            panels: facets.iter().map(|facet| self.panel(facet)).collect(),
        });
        let strips: Vec<Strip> = rows.collect();
        let by = axis_name(&self.results.axes[self.along]);
        let mut legend = self.legend(&strips);
        let mut band = if self.metric.is_waited_for() {
            notes::of_times("Point", self.diverges)
        } else {
            notes::band(&self.counts, "Point", "Bar")
        };
        if let [LegendEntry { symbol: Symbol::Dot, .. }] = legend[..] {
            legend.clear();
            band = format!("{band} {}", notes::DOTS);
        }
        let frame = Frame {
            shown: format!("{} by {by}", scored::words(self.metric)),
            legend_title: self.arrangement.legend_title.clone(),
            legend,
            band,
            notes: self.notes(),
        };
        sheet::chart(self.results, frame, self.x.clone(), strips, Rows::OnOneAxis)
    }

    fn legend(&self, strips: &[Strip]) -> Vec<LegendEntry> {
        let mut legend = notes::legend(&self.arrangement);
        if self.counts.iter().any(|count| *count > 1) {
            legend.push(notes::mark(Symbol::Dot, "single replicate"));
        }
        let panels = strips.iter().flat_map(|strip| &strip.panels);
        let mut series = panels.flat_map(|panel| &panel.series);
        if series.any(|series| !series.chosen.is_empty()) {
            legend.push(notes::mark(Symbol::Chosen, "chosen by tuning"));
        }
        if self.waits {
            legend.push(notes::mark(Symbol::Beyond, "target not reached (censored)"));
        }
        legend
    }

    fn panel(&self, facet: &Facet) -> Panel {
        let lines = &self.arrangement.lines;
        let middle = (lines.len() as f64 - 1.0) / 2.0;
        let lines = lines.iter().enumerate();
        let lines = lines.map(|(index, line)| self.line(line, facet, index as f64 - middle));
        let mut references = self.without_axis(facet);
        let at_chance = chance::of(self.results, self.metric, &self.by_value(facet));
        references.extend(at_chance.iter().map(chance::AtChance::reference));
        let trials = self.arrangement.of_panel(facet);
        references.extend(chance::constant_answer(self.metric, &trials, Along::Y));
        Panel {
            title: facet.title.clone(),
            note: at_chance.map_or(String::new(), |found| found.note),
            references,
            series: lines.collect(),
            ..Panel::default()
        }
    }

    /// The scores of each line at each value of the axis.
    fn by_value(&self, facet: &Facet) -> Vec<(String, String, Scores)> {
        let mut all = Vec::new();
        for line in &self.arrangement.lines {
            for (text, trials) in self.at_values(line, facet) {
                let scores = Scores::of(&self.scorer, &trials);
                let name = named(self.results, self.along, &text);
                all.push((line.label.clone(), name, scores));
            }
        }
        all
    }

    fn at_values(&self, line: &Line, facet: &Facet) -> Vec<(String, Vec<&TrialCurves>)> {
        let mut there: HashMap<&str, Vec<&TrialCurves>> = HashMap::new();
        for trial in self.arrangement.trials(line, facet) {
            there.entry(value(trial, self.along)).or_default().push(trial);
        }
        let names = self.names.iter();
        names.filter_map(|name| Some((name.clone(), there.remove(name.as_str())?))).collect()
    }

    fn line(&self, line: &Line, facet: &Facet, aside: f64) -> Series {
        let mut series = Series {
            label: line.label.clone(),
            key: line.key,
            // Names have no order that a line could show.
            loose: self.x.scale == Scale::Categorical,
            ..Series::default()
        };
        let chosen = self.chosen(line, facet);
        for (text, trials) in self.at_values(line, facet) {
            let Some(value) = self.place(&text) else {
                continue;
            };
            let x = self.aside(value, aside);
            let scores = Scores::of(&self.scorer, &trials);
            let end = Point { x, y: 0.0 };
            series.ended.extend(std::iter::repeat_n(end, scores.diverged));
            let beyond = scores.beyond.iter();
            series.beyond.extend(beyond.map(|&y| (Point { x, y }, Along::Y)));
            let middle = scores.middle(self.metric);
            if middle.is_none() || scores.values.len() > 1 {
                let dots = scores.values.iter();
                series.dots.extend(dots.map(|&y| Point { x, y }));
            }
            let Some(y) = middle else { continue };
            let at = Point { x, y };
            series.points.push(at);
            if chosen.is_some_and(|chosen| chosen.total_cmp(&value).is_eq()) {
                series.chosen.push(at);
            }
            series.bars.extend(scores.spread(self.metric).map(|(low, high)| Bar {
                at,
                along: Along::Y,
                low,
                high,
            }));
        }
        series.points.sort_by(|a, b| a.x.total_cmp(&b.x));
        series
    }

    /// The position of a value on the horizontal axis.
    fn place(&self, value: &str) -> Option<f64> {
        match self.x.scale {
            Scale::Categorical => {
                let at = self.names.iter().position(|name| name == value)?;
                Some(at as f64)
            }
            Scale::Linear | Scale::Logarithmic => value.parse().ok(),
        }
    }

    /// Moves a point sideways a little, so that the bars of lines do not overlap.
    fn aside(&self, x: f64, places: f64) -> f64 {
        let by = places * APART;
        match self.x.scale {
            Scale::Logarithmic => x * (self.x.high / self.x.low).powf(by),
            Scale::Linear => x + (self.x.high - self.x.low) * by,
            Scale::Categorical => x + places * FIELD / self.arrangement.lines.len() as f64,
        }
    }

    /// References for lines to which the axis does not apply.
    fn without_axis(&self, facet: &Facet) -> Vec<Reference> {
        let level = |line: &Line| {
            let mut trials = self.arrangement.trials(line, facet);
            trials.retain(|trial| value(trial, self.along).is_empty());
            let middle = Scores::of(&self.scorer, &trials).middle(self.metric)?;
            Some(Reference { of: Along::Y, low: middle, high: middle, label: line.label.clone() })
        };
        self.arrangement.lines.iter().filter_map(level).collect()
    }

    /// The value that tuning chose for a line in a panel, where the tuned key is the axis.
    fn chosen(&self, line: &Line, facet: &Facet) -> Option<f64> {
        let tuning = self.results.tuning.as_ref()?;
        let trials = self.arrangement.trials(line, facet);
        let trial = trials.first()?;
        let setting: Vec<&String> =
            tune::others(self.results, tuning).into_iter().map(|axis| &trial.axes[axis]).collect();
        let mut choices = self.choices.iter();
        let choice = choices.find(|choice| setting.iter().copied().eq(&choice.setting))?;
        self.place(&choice.chosen()?.value)
    }

    fn notes(&self) -> Vec<String> {
        let mut told = Vec::new();
        if self.arrangement.lines.len() > 1 {
            told.push("Points are offset horizontally for legibility.".to_owned());
        }
        if self.waits {
            told.push(
                "Where more than half of the replicates did not get there, there is no median."
                    .to_owned(),
            );
        }
        let tuning = self.results.tuning.as_ref();
        if let Some(tuning) = tuning.filter(|_| !self.choices.is_empty()) {
            told.push(format!(
                "Chosen: the best {} of those at which fewest replicates diverged.",
                tuning.metric.replace('_', " ")
            ));
        }
        told.extend(self.tuned.as_ref().map(|key| notes::tuned("point", key)));
        let is_evaluated = self.metric.is_evaluated();
        told.extend(is_evaluated.then(|| notes::running_statistics(self.results)).flatten());
        told.extend(self.arrangement.left_out.iter().cloned());
        told
    }
}
