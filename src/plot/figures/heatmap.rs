//! A metric over two numeric axes, one panel for each line.

use std::collections::HashSet;

use super::arrangement::{
    Arrangement, Facet, Line, PANELS, Wanted, axis_name, distinct, named, numeric, value,
};
use super::axes;
use super::notes;
use super::request::{Absent, Drawn, Request};
use super::scored::{self, Scores};
use crate::compare::meeting::Meeting;
use crate::compare::metric::{Metric, Scorer, Unit};
use crate::compare::tune;
use crate::plot::chart::{Axis, Cell, Chart, Panel, Point, Row, Symbol};
use crate::plot::scale::{Data, Extent};
use crate::results::query::{Results, TrialCurves, TrialStatus};
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

/// Draws the figure `heatmap`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let metric = scored::named(request.metric.as_deref().unwrap_or("test_accuracy"))?;
    let (across, down) = two_axes(results)?;
    let arrangement = Arrangement::of(
        results,
        &Wanted {
            taken: vec![across, down],
            limit: 4,
            crossed: false,
            ..Wanted::of("heatmap", &request.facets)
        },
    )?;
    let mut rows = ascending(results, down);
    // The largest value is at the top, as on any other vertical axis.
    rows.reverse();
    let map = HeatMap {
        across: (across, ascending(results, across)),
        down: (down, rows),
        chosen: chosen(results),
        results,
        arrangement,
        metric,
        scorer: metric.scorer(results),
    };
    Ok(vec![Drawn {
        stem: format!("{}{}", request.named("heatmap"), request.suffix()),
        chart: map.chart(),
    }])
}

/// The ids of the trials at the values that tuning chose, by its validation metric.
fn chosen(results: &Results) -> Option<HashSet<String>> {
    let chosen = tune::at_chosen(results)?;
    Some(chosen.trials.into_iter().map(|trial| trial.id).collect())
}

/// The learning rate (horizontal) and the batch size (vertical) where they vary, else the first two numeric axes.
fn two_axes(results: &Results) -> Result<(usize, usize), Absent> {
    let mut numeric = numeric(results);
    let rank = |&axis: &usize| match results.axes[axis].as_str() {
        "train.learning_rate" => 0,
        "train.batch_size" => 1,
        _ => 2,
    };
    numeric.sort_by_key(rank);
    match numeric.as_slice() {
        [across, down, ..] => Ok((*across, *down)),
        _ => Err(Absent(
            "a heat map takes two axes with several numbers each: sweep `train.learning_rate` and \
             `train.batch_size`"
                .to_owned(),
        )),
    }
}

fn ascending(results: &Results, axis: usize) -> Vec<String> {
    let number = |text: &String| text.parse::<f64>().unwrap_or(f64::NAN);
    let mut values = distinct(results, axis);
    values.sort_by(|a, b| number(a).total_cmp(&number(b)));
    values
}

impl HeatMap<'_> {
    fn chart(&self) -> Chart {
        let rows: Vec<Vec<Panel>> = self.rows();
        let cells = rows.iter().flatten().flat_map(|panel| &panel.cells);
        let values = Extent::of(cells.filter_map(|cell| cell.value));
        let data = Data { lines: values, ..Data::default() };
        let y = self.axis(&self.down);
        let headings: Vec<String> = if self.arrangement.facets.len() > 1 {
            let facets = self.arrangement.facets.iter();
            facets.map(|facet| facet.title.clone()).collect()
        } else {
            Vec::new()
        };
        let row = |(index, panels): (usize, Vec<Panel>)| Row {
            heading: headings.get(index).cloned().unwrap_or_default(),
            y: y.clone(),
            panels,
        };
        let cells = || rows.iter().flatten().flat_map(|panel| &panel.cells);
        let mut legend = Vec::new();
        if cells().any(|cell| cell.best) {
            legend.push(notes::mark(Symbol::Best, self.framed()));
        }
        if cells().any(|cell| cell.hatched) {
            legend.push(notes::mark(Symbol::Hatched, "a replicate diverged"));
        }
        Chart {
            title: notes::title(self.results),
            subtitle: notes::subtitle(self.results, &self.shown()),
            legend,
            x: self.axis(&self.across),
            rows: rows.into_iter().enumerate().map(row).collect(),
            shade: Some(scored::quantity(self.metric).around(data)),
            band: self.band(),
            footnote: self.footnote(),
            ..Chart::default()
        }
    }

    /// A row for each combination of further axes; lines side by side, as many as fit.
    fn rows(&self) -> Vec<Vec<Panel>> {
        let lines = self.arrangement.lines.iter().take(PANELS);
        let lines: Vec<&Line> = lines.collect();
        if let [facet] = self.arrangement.facets.as_slice() {
            let columns = if lines.len() == 4 { 2 } else { 3 };
            let panel = |line: &&Line| self.panel(line, facet);
            let rows = lines.chunks(columns);
            return rows.map(|lines| lines.iter().map(panel).collect()).collect();
        }
        let row = |facet: &Facet| lines.iter().map(|line| self.panel(line, facet)).collect();
        self.arrangement.facets.iter().map(row).collect()
    }

    fn panel(&self, line: &Line, facet: &Facet) -> Panel {
        let trials = self.arrangement.trials(line, facet);
        let place = |trial| vec![value(trial, self.down.0), value(trial, self.across.0)];
        // A trial to which an axis does not apply is at all of its values.
        let mut places: Meeting<'_> = trials.iter().copied().map(place).collect();
        let mut cells = Vec::new();
        let mut rated = Vec::new();
        for (y, row) in self.down.1.iter().enumerate() {
            for (x, column) in self.across.1.iter().enumerate() {
                let here = places.of(&[row, column]).into_iter();
                let here: Vec<&TrialCurves> = here.map(|at| trials[at]).collect();
                if here.is_empty() {
                    continue;
                }
                let scores = Scores::of(&self.scorer, &here);
                rated.extend(
                    scores.middle(self.metric).map(|mean| (scores.diverged, mean, cells.len())),
                );
                let at = Point { x: x as f64, y: y as f64 };
                let cell = Cell { best: self.is_chosen(&here), ..self.cell(at, &scores) };
                cells.push(cell);
            }
        }
        if let Some(best) = self.best(&rated).filter(|_| self.chosen.is_none()) {
            cells[best].best = true;
        }
        Panel {
            title: line.label.clone(),
            note: if trials.is_empty() {
                "not in this experiment".to_owned()
            } else {
                String::new()
            },
            cells,
            ..Panel::default()
        }
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
    fn best(&self, rated: &[(usize, f64, usize)]) -> Option<usize> {
        let sign = if self.metric.higher_is_better() { -1.0 } else { 1.0 };
        let best = rated.iter().min_by(|a, b| {
            let means = (sign * a.1).total_cmp(&(sign * b.1));
            a.0.cmp(&b.0).then(means)
        });
        best.map(|(.., index)| *index)
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
        format!(
            "Cell: mean over the completed of n = {most} replicates; without a number, all diverged."
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

    /// Numbers of trials planned in each cell.
    fn counts(&self) -> Vec<usize> {
        let mut conditions: Vec<(usize, usize)> = Vec::new();
        for trial in &self.results.trials {
            match conditions.iter_mut().find(|(c, _)| *c == trial.condition) {
                Some((_, count)) => *count += 1,
                None => conditions.push((trial.condition, 1)),
            }
        }
        conditions.into_iter().map(|(_, count)| count).collect()
    }

    fn footnote(&self) -> String {
        let mut texts = vec![self.flattery(), "All panels share one scale of shades.".to_owned()];
        let is_evaluated = self.metric.is_evaluated();
        texts.extend(is_evaluated.then(|| notes::running_statistics(self.results)).flatten());
        texts.extend(self.arrangement.left_out.iter().cloned());
        texts.join(" ")
    }
}
