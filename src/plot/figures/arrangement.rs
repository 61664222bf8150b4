//! Which trials make which line of which panel.
//!
//! The placements are the lines; where the placement is not swept, the values of the first axis
//! that is. Every combination of the other swept axes is a panel. A trial for which an axis means
//! nothing (ε without normalisation) belongs to the panels of all its values, as a reference.

use crate::plot::palette::{Key, VALUES};
use crate::record::results::{Results, TrialCurves, short_name};

/// Lines and panels of an experiment.
pub(super) struct Arrangement<'a> {
    /// What the lines have in common.
    pub(super) legend_title: String,
    /// One a placement, or one a value of another axis.
    pub(super) lines: Vec<Line>,
    /// The combinations of the other axes; a single one without title where there are none.
    pub(super) facets: Vec<Facet>,
    /// Lines and panels that found no room, in words.
    pub(super) left_out: Vec<String>,
    results: &'a Results,
    line_axis: usize,
}

/// One line, in as many panels as there are.
pub(super) struct Line {
    /// Its value, in words.
    pub(super) label: String,
    /// Its look.
    pub(super) key: Key,
    value: String,
}

/// One combination of the axes that are not lines.
pub(super) struct Facet {
    /// The combination in words: `batch size 32 · lr 0.01`.
    pub(super) title: String,
    /// Axis and value; an empty value stands for any.
    values: Vec<(usize, String)>,
}

impl<'a> Arrangement<'a> {
    /// Arranges the trials in at most `limit` panels.
    pub(super) fn of(results: &'a Results, limit: usize) -> Self {
        let swept: Vec<usize> = (0..results.axes.len())
            .filter(|&axis| distinct(results, axis).len() > 1)
            .collect();
        let line_axis = swept.first().copied().unwrap_or(0);
        let others: Vec<usize> = swept
            .into_iter()
            .filter(|&axis| axis != line_axis)
            .collect();
        let mut lines = lines(results, line_axis);
        let mut facets = facets(results, &others);
        let mut left_out = Vec::new();
        let names = lines.iter().skip(VALUES).map(|line| line.label.clone());
        note_left_out("lines", &names.collect::<Vec<_>>(), &mut left_out);
        let titles = facets.iter().skip(limit).map(|facet| facet.title.clone());
        note_left_out("panels", &titles.collect::<Vec<_>>(), &mut left_out);
        lines.truncate(VALUES);
        facets.truncate(limit);
        Self {
            legend_title: legend_title(results, line_axis),
            lines,
            facets,
            left_out,
            results,
            line_axis,
        }
    }

    /// The trials of a line in a panel, whatever became of them.
    pub(super) fn trials(&self, line: &Line, facet: &Facet) -> Vec<&'a TrialCurves> {
        let results = self.results;
        results
            .trials
            .iter()
            .filter(|trial| value(trial, self.line_axis) == line.value && facet.holds(trial))
            .collect()
    }

    /// The trials of a line in all panels, each once.
    pub(super) fn all_trials(&self, line: &Line) -> Vec<&'a TrialCurves> {
        let results = self.results;
        results
            .trials
            .iter()
            .filter(|trial| value(trial, self.line_axis) == line.value)
            .filter(|trial| self.facets.iter().any(|facet| facet.holds(trial)))
            .collect()
    }
}

impl Facet {
    fn holds(&self, trial: &TrialCurves) -> bool {
        self.values.iter().all(|(axis, wanted)| {
            let value = value(trial, *axis);
            value.is_empty() || wanted.is_empty() || value == wanted
        })
    }
}

fn value(trial: &TrialCurves, axis: usize) -> &str {
    trial.axes.get(axis).map_or("", String::as_str)
}

/// The values of an axis that occur, in the order of the plan; "does not apply" is none.
fn distinct(results: &Results, axis: usize) -> Vec<String> {
    let values = results.trials.iter().map(|trial| value(trial, axis));
    unique(values.filter(|value| !value.is_empty()).map(str::to_owned))
}

fn unique<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

fn lines(results: &Results, axis: usize) -> Vec<Line> {
    let values = unique(
        results
            .trials
            .iter()
            .map(|trial| value(trial, axis).to_owned()),
    );
    let is_placement = is_placement(results, axis);
    let line = |(index, value): (usize, String)| Line {
        label: if value.is_empty() {
            "does not apply".to_owned()
        } else {
            value.clone()
        },
        key: Key::placement(&value)
            .filter(|_| is_placement)
            .unwrap_or(Key::Value(index)),
        value,
    };
    values.into_iter().enumerate().map(line).collect()
}

/// Combinations without gaps first make panels; one with a gap makes a panel of its own only
/// where no other would show it.
fn facets(results: &Results, axes: &[usize]) -> Vec<Facet> {
    let combination = |trial: &TrialCurves| -> Facet {
        let values: Vec<(usize, String)> = axes
            .iter()
            .map(|&axis| (axis, value(trial, axis).to_owned()))
            .collect();
        let parts = values.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<String> = parts
            .map(|(axis, value)| format!("{} {value}", axis_name(&results.axes[*axis])))
            .collect();
        Facet {
            title: parts.join(" · "),
            values,
        }
    };
    let has_gap = |trial: &TrialCurves| axes.iter().any(|&axis| value(trial, axis).is_empty());
    let mut facets: Vec<Facet> = Vec::new();
    for gaps in [false, true] {
        for trial in results.trials.iter().filter(|trial| has_gap(trial) == gaps) {
            if !facets.iter().any(|facet| facet.holds(trial)) {
                facets.push(combination(trial));
            }
        }
    }
    facets
}

fn is_placement(results: &Results, axis: usize) -> bool {
    results
        .axes
        .get(axis)
        .is_some_and(|key| key == "norm.placement")
}

fn legend_title(results: &Results, axis: usize) -> String {
    if is_placement(results, axis) {
        return "Normalisation".to_owned();
    }
    let key = results.axes.get(axis).map_or("", String::as_str);
    let name = axis_name(key);
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A dotted key in words: `train.batch_size` → `batch size`.
fn axis_name(key: &str) -> String {
    short_name(key).replace(['_', '.'], " ")
}

fn note_left_out(what: &str, names: &[String], notes: &mut Vec<String>) {
    if !names.is_empty() {
        let count = names.len();
        notes.push(format!(
            "{count} {what} left out for want of room: {}.",
            names.join("; ")
        ));
    }
}
