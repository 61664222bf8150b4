//! Assigns trials to lines and panels.
//!
//! The placements are the lines; where the placement is not swept, the kinds of norm, or else the values
//! of the first axis that is. The panels are the combinations of the other swept axes, or of those that
//! were requested. A trial to which an axis does not apply (ε without normalisation) belongs to the panels
//! of all its values, as a reference.

mod choice;
mod facets;

use std::collections::HashSet;
use std::hash::Hash;

use super::request::Absent;
use crate::compare::unknown;
use crate::plot::palette::{Key, VALUES};
use crate::results::query::{Results, TrialCurves, short_name};
use crate::units;
use crate::units::capitalised;
pub(super) use facets::{Facet, columns};

/// Most panels on a page.
pub(super) const PANELS: usize = 12;

/// Most panels where they are requested by the names of axes.
const ASKED_FOR: usize = 60;

/// Options of the arrangement.
pub(super) struct Wanted<'w> {
    /// The figure's name, for the command that shows what is left out.
    pub(super) figure: &'w str,
    /// Axes that the figure shows in another way, such as along its horizontal axis.
    pub(super) taken: Vec<usize>,
    /// Axes that make the panels: columns, then rows; all that are left where empty.
    pub(super) facets: &'w [String],
    /// Most panels, unless they are requested.
    pub(super) limit: usize,
    /// Whether two axes make columns and rows, rather than a list of their combinations.
    pub(super) crossed: bool,
}

impl<'w> Wanted<'w> {
    /// The default options for this figure.
    pub(super) fn of(figure: &'w str, facets: &'w [String]) -> Self {
        Self { figure, taken: Vec::new(), facets, limit: PANELS, crossed: true }
    }
}

/// Lines and panels of an experiment.
pub(super) struct Arrangement<'a> {
    /// The title of the legend.
    pub(super) legend_title: String,
    /// The lines: one for each placement, or for each value of another axis.
    pub(super) lines: Vec<Line>,
    /// The panels, row by row; a single one without title where nothing else varies.
    pub(super) facets: Vec<Facet>,
    /// Number of panels in a row.
    pub(super) columns: usize,
    /// The headings of the rows; empty where the panels' titles suffice.
    pub(super) headings: Vec<String>,
    /// Lines and panels that are left out, in words.
    pub(super) left_out: Vec<String>,
    results: &'a Results,
}

/// A line, which is in every panel.
pub(super) struct Line {
    /// The name of its value.
    pub(super) label: String,
    /// The key of its colour, dash and marker.
    pub(super) key: Key,
    values: Vec<(usize, String)>,
}

impl<'a> Arrangement<'a> {
    /// Arranges the trials; an error where a requested axis does not exist.
    pub(super) fn of(results: &'a Results, wanted: &Wanted<'_>) -> Result<Self, Absent> {
        let by =
            wanted.facets.iter().map(|name| axis(results, name)).collect::<Result<Vec<_>, _>>()?;
        let swept = swept(results);
        let free = |axis: &usize| !wanted.taken.contains(axis) && !by.contains(axis);
        let line_axis = line_axis(results, &swept, free);
        let is_other = |axis: &usize| free(axis) && Some(*axis) != line_axis;
        let others: Vec<usize> = swept.iter().copied().filter(is_other).collect();
        let (of_lines, of_panels): (Vec<usize>, Vec<usize>) = if by.is_empty() {
            (line_axis.into_iter().collect(), others)
        } else {
            (line_axis.into_iter().chain(others).collect(), by)
        };
        let mut left_out = Vec::new();
        let lines = lines(results, &of_lines, &wanted.taken);
        let lines = choice::lines(lines, VALUES, &mut left_out);
        let asked = !wanted.facets.is_empty();
        let grid = facets::grid(results, &of_panels, wanted.crossed.then_some(asked));
        let mut arrangement = Self {
            legend_title: legend_title(results, &of_lines, &wanted.taken),
            lines,
            facets: grid.facets,
            columns: grid.columns,
            headings: grid.headings,
            left_out,
            results,
        };
        let limit = if asked { ASKED_FOR } else { wanted.limit };
        if arrangement.facets.len() > limit {
            choice::panels(&mut arrangement, limit, wanted.figure, &of_panels);
        }
        Ok(arrangement)
    }

    /// The trials of a line in a panel, of any status.
    pub(super) fn trials(&self, line: &Line, facet: &Facet) -> Vec<&'a TrialCurves> {
        let trials = self.results.trials.iter();
        trials.filter(|trial| line.holds(trial) && facet.holds(trial)).collect()
    }

    /// The trials of all lines in a panel.
    pub(super) fn of_panel(&self, facet: &Facet) -> Vec<&'a TrialCurves> {
        let lines = self.lines.iter();
        lines.flat_map(|line| self.trials(line, facet)).collect()
    }

    /// The trials of a line in all panels, each once.
    pub(super) fn all_trials(&self, line: &Line) -> Vec<&'a TrialCurves> {
        let trials = self.results.trials.iter().filter(|trial| line.holds(trial));
        trials.filter(|trial| self.facets.iter().any(|facet| facet.holds(trial))).collect()
    }

    /// The panels, row by row.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&str, &[Facet])> {
        let rows = self.facets.chunks(self.columns.max(1)).enumerate();
        rows.map(|(row, facets)| {
            let heading = self.headings.get(row).map_or("", String::as_str);
            (heading, facets)
        })
    }
}

impl Line {
    fn holds(&self, trial: &TrialCurves) -> bool {
        let mut values = self.values.iter();
        values.all(|(axis, wanted)| value(trial, *axis) == wanted)
    }
}

/// The value of a trial on an axis; empty where the axis does not apply.
pub(super) fn value(trial: &TrialCurves, axis: usize) -> &str {
    trial.axes.get(axis).map_or("", String::as_str)
}

/// The values of an axis that occur, in the order of the plan, without the empty one.
pub(super) fn distinct(results: &Results, axis: usize) -> Vec<String> {
    results.values(axis).into_iter().map(str::to_owned).collect()
}

/// Distinct items, in the order of their first occurrence.
pub(super) fn unique<T: Eq + Hash + Clone>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut known = HashSet::new();
    items.filter(|item| known.insert(item.clone())).collect()
}

/// The axes with several values.
pub(super) fn swept(results: &Results) -> Vec<usize> {
    results.varied().collect()
}

/// The axes with several values that are all numbers.
pub(super) fn numeric(results: &Results) -> Vec<usize> {
    let mut axes = swept(results);
    axes.retain(|&axis| is_numeric(results, axis));
    axes
}

/// Whether all values of an axis are numbers.
pub(super) fn is_numeric(results: &Results, axis: usize) -> bool {
    let is_number = |value: &String| value.parse::<f64>().is_ok_and(f64::is_finite);
    distinct(results, axis).iter().all(is_number)
}

/// The axis of this name, which has several values and makes no panels; `place` says what it is to be.
pub(super) fn swept_axis(
    results: &Results,
    name: &str,
    facets: &[String],
    place: &str,
) -> Result<usize, Absent> {
    let wanted = axis(results, name)?;
    for facet in facets {
        if axis(results, facet)? == wanted {
            return Err(Absent(format!(
                "`{name}` cannot be both the {place} axis and what makes the panels"
            )));
        }
    }
    let swept = swept(results);
    if swept.contains(&wanted) {
        return Ok(wanted);
    }
    let names = swept.iter().map(|&axis| format!("`{}`", results.axes[axis]));
    let others = match names.collect::<Vec<_>>().as_slice() {
        [] => "no axis has".to_owned(),
        names => format!("those that have are {}", names.join(", ")),
    };
    Err(Absent(format!("`{name}` does not have several values; {others}")))
}

/// The axis of this full or short name.
pub(super) fn axis(results: &Results, name: &str) -> Result<usize, Absent> {
    results.axis(name).ok_or_else(|| {
        let known: Vec<&str> = results.axes.iter().map(String::as_str).collect();
        Absent(unknown("axis", name, &known))
    })
}

/// A dotted key in words: `train.batch_size` → `batch size`.
pub(super) fn axis_name(key: &str) -> String {
    short_name(key).replace(['_', '.'], " ")
}

/// A value of an axis as text: three digits of 0.0316227766017, 10 rather than 10.0, and 6 × 64
/// for a list of six times 64.
pub(super) fn shown(value: &str) -> String {
    if let Some(list) = units::alike(value) {
        return list;
    }
    let is_number = value.parse::<f64>().is_ok_and(f64::is_finite);
    let whole = value.strip_suffix(".0").unwrap_or(value);
    let digits = whole.trim_start_matches(['-', '0', '.']);
    match value.parse::<f64>() {
        Ok(number) if is_number && digits.len() > 5 && whole.contains('.') => {
            let magnitude = number.abs().log10().floor();
            let decimals = (2.0 - magnitude).clamp(0.0, 12.0) as usize;
            let rounded = format!("{number:.decimals$}");
            rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Ok(_) if is_number => whole.to_owned(),
        _ => value.to_owned(),
    }
}

/// The label of a value of an axis, or else the value as text.
pub(super) fn named(results: &Results, axis: usize, value: &str) -> String {
    let label = results.axes.get(axis).and_then(|axis| results.labels.get(axis, value));
    label.map_or_else(|| shown(value), str::to_owned)
}

/// Whether the axis is the placement.
pub(super) fn is_placement(results: &Results, axis: usize) -> bool {
    let key = results.axes.get(axis);
    key.is_some_and(|key| key == "norm.placement")
}

/// The placement if it varies, else the kind of norm, else the first axis that varies.
fn line_axis(results: &Results, swept: &[usize], free: impl Fn(&usize) -> bool) -> Option<usize> {
    let preferred = ["norm.placement", "norm.kind"].into_iter();
    let preferred = preferred.filter_map(|key| results.axis(key));
    preferred.filter(|axis| swept.contains(axis)).chain(swept.iter().copied()).find(free)
}

fn lines(results: &Results, axes: &[usize], taken: &[usize]) -> Vec<Line> {
    // Where nothing varies, the line is still named by its placement.
    let axes = if axes.is_empty() && !taken.contains(&0) { &[0] } else { axes };
    let of = |trial| -> Vec<&str> { axes.iter().map(|&axis| value(trial, axis)).collect() };
    let found = unique(results.trials.iter().map(of));
    let line = |(index, values): (usize, Vec<&str>)| {
        let values = axes.iter().zip(values);
        let values: Vec<(usize, String)> = values.map(|(&axis, v)| (axis, v.to_owned())).collect();
        let is_placement = matches!(values.as_slice(), [(only, _)] if is_placement(results, *only));
        let placement = values.first().and_then(|(_, value)| Key::placement(value));
        Line {
            label: label(results, &values),
            key: placement.filter(|_| is_placement).unwrap_or(Key::Value(index)),
            values,
        }
    };
    found.into_iter().enumerate().map(line).collect()
}

/// The first value without the name of its axis, which is the legend's title; the others with theirs.
fn label(results: &Results, values: &[(usize, String)]) -> String {
    let parts = values.iter().enumerate().filter_map(|(index, (axis, value))| {
        match (index, value.as_str()) {
            (0, "") => Some("does not apply".to_owned()),
            (_, "") => None,
            (0, value) => Some(named(results, *axis, value)),
            (_, value) => {
                let name = axis_name(&results.axes[*axis]);
                Some(format!("{name} {}", named(results, *axis, value)))
            }
        }
    });
    parts.collect::<Vec<_>>().join(" · ")
}

fn legend_title(results: &Results, axes: &[usize], taken: &[usize]) -> String {
    if axes.is_empty() && taken.contains(&0) {
        return String::new();
    }
    let first = axes.first().copied().unwrap_or(0);
    if is_placement(results, first) {
        return "Normalisation".to_owned();
    }
    capitalised(&axis_name(results.axes.get(first).map_or("", String::as_str)))
}
