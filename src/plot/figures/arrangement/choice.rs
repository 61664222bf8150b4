//! Selects lines and panels where there is no room for all, and names the command that draws the rest.

use super::facets::columns;
use super::{Arrangement, Facet, Line, value};
use crate::compare::meeting::Meeting;
use crate::plot::palette::Key;
use crate::results::query::{Results, TrialCurves, TrialStatus, short_name};
use crate::stats;

/// Most omitted lines that are named.
const NAMED: usize = 4;

/// Selects at most this many lines, from the first to the last at equal distances.
pub(super) fn lines(lines: Vec<Line>, limit: usize, left_out: &mut Vec<String>) -> Vec<Line> {
    let all = lines.len();
    if all <= limit {
        return lines;
    }
    let kept: Vec<usize> = (0..limit).map(|i| i * (all - 1) / (limit - 1)).collect();
    let mut dropped = Vec::new();
    let mut chosen = Vec::new();
    for (index, mut line) in lines.into_iter().enumerate() {
        if kept.contains(&index) {
            // The selected lines get distinct colours.
            if let Key::Value(look) = &mut line.key {
                *look = chosen.len();
            }
            chosen.push(line);
        } else {
            dropped.push(line.label);
        }
    }
    let more = dropped.len().saturating_sub(NAMED);
    dropped.truncate(NAMED);
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} others"),
    };
    left_out.push(format!(
        "{limit} of {all} lines are drawn, without {}{more}: no more can be told apart. More axes for \
         `--facet` leave fewer lines a panel.",
        dropped.join(", ")
    ));
    chosen
}

/// Selects at most this many panels: those in which the last values of the lines differ most.
pub(super) fn panels(
    arrangement: &mut Arrangement<'_>,
    limit: usize,
    figure: &str,
    axes: &[usize],
) {
    let all = arrangement.facets.len();
    let mut rated: Vec<(f64, usize)> = members(arrangement)
        .into_iter()
        .enumerate()
        .map(|(index, trials)| (distance(&arrangement.lines, &trials), index))
        .collect();
    // In a tie, the first.
    rated.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut kept: Vec<usize> = rated.iter().take(limit).map(|(_, index)| *index).collect();
    kept.sort_unstable();
    arrangement.facets = kept.iter().map(|&index| arrangement.facets[index].clone()).collect();
    arrangement.columns = columns(limit).min(limit);
    arrangement.headings = Vec::new();
    let command = all_panels(arrangement.results, figure, axes);
    arrangement.left_out.push(format!(
        "{limit} of {all} panels are drawn: those whose lines end furthest apart in test accuracy. \
         All: `{command}`."
    ));
}

/// The trials of each panel, in the order of the plan: those that match its values.
fn members<'a>(arrangement: &Arrangement<'a>) -> Vec<Vec<&'a TrialCurves>> {
    let facets = &arrangement.facets;
    let axes: Vec<usize> = facets.first().into_iter().flat_map(Facet::axes).collect();
    let mut panels: Meeting<'_> = facets.iter().map(Facet::cells).collect();
    let mut members = vec![Vec::new(); facets.len()];
    for trial in &arrangement.results.trials {
        let cells: Vec<&str> = axes.iter().map(|&axis| value(trial, axis)).collect();
        for at in panels.of(&cells) {
            members[at].push(trial);
        }
    }
    members
}

/// The command that draws every panel.
fn all_panels(results: &Results, figure: &str, axes: &[usize]) -> String {
    let facets = axes.iter().take(2).map(|&axis| {
        let name = short_name(&results.axes[axis]);
        format!(" --facet {name}")
    });
    format!("bn-lab plot DIR --figure {figure}{}", facets.collect::<String>())
}

/// How far the last test accuracies of a panel's lines are apart; a line without completed trials counts as 0.
fn distance(lines: &[Line], trials: &[&TrialCurves]) -> f64 {
    let last = |trial: &&TrialCurves| match trial.status {
        TrialStatus::Completed => trial.epochs.last().map(|row| row.test.accuracy),
        TrialStatus::Diverged => Some(0.0),
        _ => None,
    };
    let ends: Vec<f64> = lines
        .iter()
        .filter_map(|line| {
            let trials = trials.iter().filter(|trial| line.holds(trial));
            let ends: Vec<f64> = trials.filter_map(last).collect();
            stats::mean(&ends)
        })
        .collect();
    let span = stats::maximum(&ends).zip(stats::minimum(&ends));
    span.map_or(0.0, |(high, low)| high - low)
}
