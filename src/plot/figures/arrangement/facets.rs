//! The panels of a figure: one for each combination of some axes.

use super::{axis_name, distinct, value};
use crate::compare::meeting::Meeting;
use crate::plot::figures::arrangement::PANELS;
use crate::results::query::{Results, TrialCurves};

/// One combination of the axes that are not lines.
#[derive(Clone)]
pub(in crate::plot::figures) struct Facet {
    /// The combination in words: `batch size 32 · lr 0.01`.
    pub(in crate::plot::figures) title: String,
    /// Axes with their values; an empty value matches any.
    values: Vec<(usize, String)>,
}

impl Facet {
    /// Its values, as cells that match those of the trials in this panel.
    pub(super) fn cells(&self) -> Vec<&str> {
        self.values.iter().map(|(_, value)| value.as_str()).collect()
    }

    /// The axes of its values.
    pub(super) fn axes(&self) -> impl Iterator<Item = usize> {
        self.values.iter().map(|(axis, _)| *axis)
    }

    /// Whether a trial belongs to this panel.
    pub(in crate::plot::figures) fn holds(&self, trial: &TrialCurves) -> bool {
        self.values.iter().all(|(axis, wanted)| {
            let value = value(trial, *axis);
            value.is_empty() || wanted.is_empty() || value == wanted
        })
    }
}

/// The panels of a figure, in rows.
pub(super) struct Grid {
    /// The panels, row by row.
    pub(super) facets: Vec<Facet>,
    /// Number of panels in a row.
    pub(super) columns: usize,
    /// The headings of the rows; empty where there are none.
    pub(super) headings: Vec<String>,
}

/// The panels of these axes: with two, the first makes the columns and the second the rows, if no panel would be
/// empty or if they are requested (`crossed`).
pub(super) fn grid(results: &Results, axes: &[usize], crossed: Option<bool>) -> Grid {
    if let (&[across, down], Some(asked)) = (axes, crossed) {
        let (columns, rows) = (distinct(results, across), distinct(results, down));
        let cells = columns.len() * rows.len();
        if cells > 0 && (asked || cells <= PANELS && columns.len() <= 6) {
            let grid = table(results, (across, &columns), (down, &rows));
            let is_filled = |facet: &Facet| results.trials.iter().any(|trial| facet.holds(trial));
            if asked || grid.facets.iter().all(is_filled) {
                return grid;
            }
        }
    }
    let facets = combinations(results, axes);
    Grid { columns: columns(facets.len()), facets, headings: Vec::new() }
}

/// Four panels are arranged as a square rather than as three and one.
pub(in crate::plot::figures) fn columns(panels: usize) -> usize {
    match panels {
        0..=3 => panels.max(1),
        4 => 2,
        5..=6 | 9 => 3,
        _ => 4,
    }
}

fn table(results: &Results, across: (usize, &[String]), down: (usize, &[String])) -> Grid {
    let mut facets = Vec::new();
    for row in down.1 {
        for column in across.1 {
            facets.push(Facet {
                title: named(results, across.0, column),
                values: vec![(across.0, column.clone()), (down.0, row.clone())],
            });
        }
    }
    Grid {
        facets,
        columns: across.1.len(),
        headings: down.1.iter().map(|row| named(results, down.0, row)).collect(),
    }
}

/// A value with the name of its axis: `batch size 32`.
fn named(results: &Results, axis: usize, value: &str) -> String {
    format!("{} {}", axis_name(&results.axes[axis]), super::named(results, axis, value))
}

/// Combinations without gaps come first; one with a gap gets a panel only
/// where no other panel would show its trials.
fn combinations(results: &Results, axes: &[usize]) -> Vec<Facet> {
    let combination = |trial: &TrialCurves| -> Facet {
        let values: Vec<(usize, String)> =
            axes.iter().map(|&axis| (axis, value(trial, axis).to_owned())).collect();
        let parts = values.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<String> = parts.map(|(axis, value)| named(results, *axis, value)).collect();
        Facet { title: parts.join(" · "), values }
    };
    let cells = |trial| -> Vec<&str> { axes.iter().map(|&axis| value(trial, axis)).collect() };
    let has_gap = |trial: &TrialCurves| axes.iter().any(|&axis| value(trial, axis).is_empty());
    let mut facets: Vec<Facet> = Vec::new();
    let mut known = Meeting::default();
    for gaps in [false, true] {
        for trial in results.trials.iter().filter(|trial| has_gap(trial) == gaps) {
            if known.of(&cells(trial)).is_empty() {
                known.push(cells(trial));
                facets.push(combination(trial));
            }
        }
    }
    facets
}
