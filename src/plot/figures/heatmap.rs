//! A metric over two swept axes, of numbers or of names, one panel for each combination of the others.

use std::collections::HashSet;

use super::arrangement::{
    Arrangement, Facet, Line, PANELS, Wanted, axis, axis_name, distinct, is_numeric, named, swept,
    swept_axis, value,
};
use super::axes;
use super::notes;
use super::request::{AND, Absent, BY, Drawn, Request};
use super::scored::{self, Scores};
use crate::compare::meeting::Meeting;
use crate::compare::metric::{Metric, Scorer, Unit};
use crate::compare::tune;
use crate::plot::chart::{Axis, Cell, Chart, Panel, Point, Row, Symbol};
use crate::plot::scale::{Data, Extent};
use crate::results::query::{Results, TrialCurves, TrialStatus, short_name};
use crate::units::capitalised;

struct HeatMap<'a> {
    results: &'a Results,
    /// The ids of the trials at the values that tuning chose; `None` where nothing is tuned.
    chosen: Option<HashSet<String>>,
    arrangement: Arrangement<'a>,
    metric: Metric,
    /// Computes the scores of the trials.
    scorer: Scorer<'a>,
    /// The horizontal axis and its values, from the left.
    across: (usize, Vec<String>),
    /// The vertical axis and its values, from the top.
    down: (usize, Vec<String>),
}

/// A cell that may be the best of its panel.
struct Rated {
    /// Its position among the cells.
    cell: usize,
    mean: f64,
    diverged: usize,
    /// Number of replicates that have a score or diverged.
    ended: usize,
}

/// Draws the figure `heatmap`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let metric = scored::named(request.metric.as_deref().unwrap_or("test_accuracy"))?;
    let (across, down) = two_axes(results, request)?;
    let arrangement = Arrangement::of(
        results,
        &Wanted {
            taken: vec![across, down],
            limit: 4,
            crossed: false,
            ..Wanted::of("heatmap", &request.facets)
        },
    )?;
    let mut rows = values(results, down);
    if is_numeric(results, down) {
        // The largest value is at the top, as on any other vertical axis.
        rows.reverse();
    }
    let map = HeatMap {
        across: (across, values(results, across)),
        down: (down, rows),
        chosen: chosen(results),
        results,
        arrangement,
        metric,
        scorer: metric.scorer(results),
    };
    Ok(vec![Drawn { stem: stem(results, request, across), chart: map.chart() }])
}

/// The stem: `heatmap`, `heatmap-test_loss`, `heatmap-by-batch_size`, `heatmap-by-batch_size-and-placement`.
fn stem(results: &Results, request: &Request, across: usize) -> String {
    let by = match (&request.along, &request.up) {
        (None, None) => String::new(),
        (Some(along), None) => format!("{BY}{}", short_name(along)),
        (_, Some(up)) => {
            format!("{BY}{}{AND}{}", short_name(&results.axes[across]), short_name(up))
        }
    };
    format!("{}{by}{}", request.named("heatmap"), request.suffix())
}

/// The ids of the trials at the values that tuning chose, by its validation metric.
fn chosen(results: &Results) -> Option<HashSet<String>> {
    let chosen = tune::at_chosen(results)?;
    Some(chosen.trials.into_iter().map(|trial| trial.id).collect())
}

/// The horizontal and the vertical axis: those that are requested, else the learning rate and the batch size where
/// they vary, else other numbers, else the placement (vertical) and other names.
fn two_axes(results: &Results, request: &Request) -> Result<(usize, usize), Absent> {
    let wanted = |name: &Option<String>, place: &str| {
        let name = name.as_deref();
        name.map(|name| swept_axis(results, name, &request.facets, place)).transpose()
    };
    let (along, up) = (wanted(&request.along, "horizontal")?, wanted(&request.up, "vertical")?);
    let facets = request.facets.iter().map(|name| axis(results, name));
    let facets = facets.collect::<Result<Vec<_>, _>>()?;
    let is_taken = |axis: &usize| [along, up].contains(&Some(*axis)) || facets.contains(axis);
    let mut free: Vec<usize> = swept(results).into_iter().filter(|axis| !is_taken(axis)).collect();
    free.sort_by_key(|&axis| rank(results, axis));
    let mut free = free.into_iter();
    let pair = match (along, up) {
        (Some(along), Some(up)) => (along != up).then_some((along, up)),
        (Some(along), None) => free.next().map(|up| (along, up)),
        (None, Some(up)) => free.next().map(|along| (along, up)),
        (None, None) => free.next().zip(free.next()).map(|(first, second)| {
            // Of two axes of names, the first in rank makes the rows.
            if is_numeric(results, first) { (first, second) } else { (second, first) }
        }),
    };
    pair.ok_or_else(|| {
        Absent(
            "a heat map takes two different axes with several values each: sweep `norm.placement` \
             and `train.learning_rate`"
                .to_owned(),
        )
    })
}

/// The place of an axis among those that a heat map could show, the most informative first.
fn rank(results: &Results, axis: usize) -> usize {
    match results.axes[axis].as_str() {
        "train.learning_rate" => 0,
        "train.batch_size" => 1,
        _ if is_numeric(results, axis) => 2,
        "norm.placement" => 3,
        "norm.kind" => 4,
        _ => 5,
    }
}

/// The values of an axis: numbers from the smallest, names in the order of the plan.
fn values(results: &Results, axis: usize) -> Vec<String> {
    let mut values = distinct(results, axis);
    if is_numeric(results, axis) {
        let number = |text: &String| text.parse::<f64>().unwrap_or(f64::NAN);
        values.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    values
}

impl HeatMap<'_> {
    fn chart(&self) -> Chart {
        let rows = self.rows();
        let cells = || rows.iter().flat_map(|(_, panels)| panels).flat_map(|panel| &panel.cells);
        let values = Extent::of(cells().filter_map(|cell| cell.value));
        let data = Data { lines: values, ..Data::default() };
        let y = self.axis(&self.down);
        let mut legend = Vec::new();
        if cells().any(|cell| cell.best) {
            legend.push(notes::mark(Symbol::Best, self.framed()));
        }
        if cells().any(|cell| cell.hatched) {
            legend.push(notes::mark(Symbol::Hatched, "a replicate diverged"));
        }
        let panels = rows.iter().map(|(_, panels)| panels.len()).sum();
        Chart {
            title: notes::title(self.results),
            subtitle: notes::subtitle(self.results, &self.shown()),
            legend,
            x: self.axis(&self.across),
            rows: rows
                .into_iter()
                .map(|(heading, panels)| Row { heading, y: y.clone(), panels })
                .collect(),
            shade: Some(scored::quantity(self.metric).around(data)),
            band: self.band(),
            footnote: self.footnote(panels),
            ..Chart::default()
        }
    }

    /// A row for each combination of further axes, with its heading; lines side by side, as many as fit. Panels and
    /// rows without trials are left out.
    fn rows(&self) -> Vec<(String, Vec<Panel>)> {
        let lines: Vec<&Line> = self.arrangement.lines.iter().take(PANELS).collect();
        let panels = |facet: &Facet| -> Vec<Panel> {
            lines.iter().filter_map(|line| self.panel(line, facet)).collect()
        };
        if let [facet] = self.arrangement.facets.as_slice() {
            let panels = panels(facet);
            let columns = if panels.len() == 4 { 2 } else { 3 };
            return panels.chunks(columns).map(|row| (String::new(), row.to_vec())).collect();
        }
        let facets = self.arrangement.facets.iter();
        let rows = facets.map(|facet| (facet.title.clone(), panels(facet)));
        rows.filter(|(_, panels)| !panels.is_empty()).collect()
    }

    /// The title of a line's panel. A number needs the name of its axis.
    fn title(&self, line: &Line) -> String {
        if line.label.parse::<f64>().is_ok() {
            format!("{} {}", self.arrangement.legend_title.to_lowercase(), line.label)
        } else {
            line.label.clone()
        }
    }

    /// `None` where there is no trial.
    fn panel(&self, line: &Line, facet: &Facet) -> Option<Panel> {
        let trials = self.arrangement.trials(line, facet);
        if trials.is_empty() {
            return None;
        }
        let place = |trial| vec![value(trial, self.down.0), value(trial, self.across.0)];
        // A trial to which an axis does not apply is at all of its values.
        let mut places: Meeting<'_> = trials.iter().copied().map(place).collect();
        let mut cells = Vec::new();
        let mut rated = Vec::new();
        let mut most = 0;
        for (y, row) in self.down.1.iter().enumerate() {
            for (x, column) in self.across.1.iter().enumerate() {
                let here = places.of(&[row, column]).into_iter();
                let here: Vec<&TrialCurves> = here.map(|at| trials[at]).collect();
                if here.is_empty() {
                    continue;
                }
                let scores = Scores::of(&self.scorer, &here);
                let ended = scores.ended();
                most = most.max(ended);
                rated.extend(scores.middle(self.metric).map(|mean| Rated {
                    cell: cells.len(),
                    mean,
                    diverged: scores.diverged,
                    ended,
                }));
                let at = Point { x: x as f64, y: y as f64 };
                let cell = Cell { best: self.is_chosen(&here), ..self.cell(at, &scores) };
                cells.push(cell);
            }
        }
        // With fewer replicates than others, a cell may be the best by chance.
        rated.retain(|rated| rated.ended == most);
        if let Some(best) = self.best(&rated).filter(|_| self.chosen.is_none()) {
            cells[best].best = true;
        }
        Some(Panel { title: self.title(line), cells, ..Panel::default() })
    }

    fn cell(&self, at: Point, scores: &Scores) -> Cell {
        let mean = scores.middle(self.metric);
        Cell {
            at,
            value: mean,
            label: mean.map_or(String::new(), |mean| {
                let is_coarse = self.metric.unit == Unit::Share || mean.abs() >= 10.0;
                let decimals = if is_coarse { 1 } else { 3 };
                format!("{mean:.decimals$}")
            }),
            hatched: scores.diverged > 0,
            best: false,
        }
    }

    /// Whether these trials have the value that tuning chose.
    fn is_chosen(&self, trials: &[&TrialCurves]) -> bool {
        let chosen = self.chosen.as_ref();
        chosen.is_some_and(|chosen| trials.iter().any(|trial| chosen.contains(&trial.id)))
    }

    /// Of the cells with fewest diverged replicates the one with the best mean of the shown metric. Where
    /// nothing is tuned there is no other choice, and [`HeatMap::flattery`] notes its bias.
    fn best(&self, rated: &[Rated]) -> Option<usize> {
        let sign = if self.metric.higher_is_better() { -1.0 } else { 1.0 };
        let best = rated.iter().min_by(|a, b| {
            let means = (sign * a.mean).total_cmp(&(sign * b.mean));
            a.diverged.cmp(&b.diverged).then(means)
        });
        best.map(|rated| rated.cell)
    }

    fn axis(&self, (axis, values): &(usize, Vec<String>)) -> Axis {
        let name = capitalised(&axis_name(&self.results.axes[*axis]));
        let values = values.iter().map(|value| named(self.results, *axis, value));
        axes::categories(&name, &values.collect::<Vec<_>>())
    }

    fn shown(&self) -> String {
        let name = |axis: usize| axis_name(&self.results.axes[axis]);
        format!(
            "{} by {} and {}",
            scored::words(self.metric),
            name(self.across.0),
            name(self.down.0)
        )
    }

    /// The meaning of the heavy frame.
    fn framed(&self) -> &'static str {
        match (&self.chosen, self.metric.higher_is_better()) {
            (Some(_), _) => "chosen by tuning",
            (None, true) => "highest mean of its panel",
            (None, false) if self.metric.is_waited_for() => "lowest median of its panel",
            (None, false) => "lowest mean of its panel",
        }
    }

    fn band(&self) -> String {
        if self.metric.is_waited_for() {
            let mut trials = self.results.trials.iter();
            let diverges = trials.any(|trial| trial.status == TrialStatus::Diverged);
            return notes::of_times("Cell", diverges);
        }
        let counts: Vec<usize> = self.counts();
        let most = counts.iter().max().copied().unwrap_or(0);
        let fewest = counts.iter().filter(|&&count| count > 0).min().copied().unwrap_or(0);
        let n = if fewest < most { format!("{fewest} to {most}") } else { most.to_string() };
        let untrained = if counts.contains(&0) { ", or not trained" } else { "" };
        format!(
            "Cell: mean over the completed of n = {n} replicates; without a number, all diverged{untrained}."
        )
    }

    /// A note on how the framed cells were selected.
    fn flattery(&self) -> String {
        if let Some(tuning) = self.results.tuning.as_ref().filter(|_| self.chosen.is_some()) {
            return format!(
                "Frames: what tuning chose by {}, for each value of the other axes.",
                axis_name(&tuning.metric)
            );
        }
        let set = match self.metric.name.split('_').next() {
            Some("test") => " on the test set itself: optimistic, selected on the same data",
            Some("validation") => " on the validation set",
            Some("train") => " on the training set",
            _ => "",
        };
        let which = if self.metric.higher_is_better() { "highest" } else { "lowest" };
        let middle = if self.metric.is_waited_for() { "median" } else { "mean" };
        format!("Frames: the {which} {middle}{set}, of the cells with fewest diverged replicates.")
    }

    /// Numbers of trials of each condition that have a score or diverged.
    fn counts(&self) -> Vec<usize> {
        let mut conditions: Vec<(usize, usize)> = Vec::new();
        for trial in &self.results.trials {
            let ended = usize::from(self.scorer.score(trial).is_some());
            match conditions.iter_mut().find(|(c, _)| *c == trial.condition) {
                Some((_, count)) => *count += ended,
                None => conditions.push((trial.condition, ended)),
            }
        }
        conditions.into_iter().map(|(_, count)| count).collect()
    }

    fn footnote(&self, panels: usize) -> String {
        let mut texts = vec![self.flattery()];
        if panels > 1 {
            texts.push("All panels share one scale of shades.".to_owned());
        }
        let is_evaluated = self.metric.is_evaluated();
        texts.extend(is_evaluated.then(|| notes::running_statistics(self.results)).flatten());
        texts.extend(self.arrangement.left_out.iter().cloned());
        texts.join(" ")
    }
}
