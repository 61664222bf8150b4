//! What the legend, the panels' notes and the footnote say about counts, bands and gaps.

use super::arrangement::{Arrangement, Facet};
use super::metric::Metric;
use super::series::{completed, not_finite};
use crate::plot::chart::{LegendEntry, Symbol};
use crate::record::results::TrialCurves;

/// One entry a line with its number of replicates, and one for the mark of diverged trials where
/// there are any.
pub(super) fn legend(arrangement: &Arrangement) -> Vec<LegendEntry> {
    let mut entries = Vec::new();
    let mut diverged = 0;
    for line in &arrangement.lines {
        let panels: Vec<Vec<&TrialCurves>> = arrangement
            .facets
            .iter()
            .map(|facet| arrangement.trials(line, facet))
            .filter(|trials| !trials.is_empty())
            .collect();
        let counts: Vec<usize> = panels
            .iter()
            .map(|trials| completed(trials).count())
            .collect();
        let trials = arrangement.all_trials(line);
        diverged += count(&trials, "diverged");
        let most = panels.iter().map(Vec::len).max().unwrap_or(0);
        entries.push(LegendEntry {
            label: format!("{} ({})", line.label, replicates(&counts, most, &trials)),
            symbol: Symbol::Line {
                key: line.key,
                band: counts.iter().any(|&count| count > 1),
            },
        });
    }
    if diverged > 0 {
        entries.push(LegendEntry {
            label: "diverged (height means nothing)".to_owned(),
            symbol: Symbol::Ended,
        });
    }
    entries
}

/// `n = 3`, `n = 2 of 3, 1 diverged`; over several panels `n = 0 to 3, 4 diverged` or
/// `n = 2 of 3 each, 4 diverged`.
fn replicates(counts: &[usize], most: usize, trials: &[&TrialCurves]) -> String {
    let fewest = counts.iter().min().copied().unwrap_or(0);
    let highest = counts.iter().max().copied().unwrap_or(0);
    let number = if fewest < highest {
        format!("n = {fewest} to {highest}")
    } else if highest < most {
        let each = if counts.len() > 1 { " each" } else { "" };
        format!("n = {highest} of {most}{each}")
    } else {
        format!("n = {highest}")
    };
    let missing = ["diverged", "failed", "interrupted", "pending"]
        .into_iter()
        .map(|outcome| (count(trials, outcome), outcome))
        .filter(|(count, _)| *count > 0)
        .map(|(count, outcome)| format!(", {count} {outcome}"));
    number + &missing.collect::<String>()
}

fn count(trials: &[&TrialCurves], outcome: &str) -> usize {
    trials
        .iter()
        .filter(|trial| trial.outcome == outcome)
        .count()
}

/// The lines of a panel whose replicates are not all completed: `n: none 1/3, after 2/3`. The
/// legend says it where there is only one panel.
pub(super) fn panel(arrangement: &Arrangement, facet: &Facet) -> String {
    if arrangement.facets.len() < 2 {
        return String::new();
    }
    let gaps: Vec<String> = arrangement
        .lines
        .iter()
        .map(|line| (line, arrangement.trials(line, facet)))
        .map(|(line, trials)| (line, completed(&trials).count(), trials.len()))
        .filter(|(_, completed, all)| completed < all)
        .map(|(line, completed, all)| format!("{} {completed}/{all}", line.label))
        .collect();
    if gaps.is_empty() {
        return String::new();
    }
    format!("n: {}", gaps.join(", "))
}

/// What a line and its band are, for the numbers of replicates that occur.
pub(super) fn band(arrangement: &Arrangement) -> String {
    let mut occurs = [false; 4];
    for facet in &arrangement.facets {
        for line in &arrangement.lines {
            let count = completed(&arrangement.trials(line, facet)).count();
            occurs[count.min(3)] = true;
        }
    }
    match occurs {
        [_, false, false, false] => "No trial is completed: there is nothing to average.",
        [_, true, false, false] => {
            "Line: the one completed replicate (n = 1); a single run has no band."
        }
        [_, false, true, false] => {
            "Line: mean over the completed replicates. Band: smallest to largest of the two."
        }
        [_, false, false, true] => {
            "Line: mean over the completed replicates. Band: 95 % t interval of the mean."
        }
        [_, true, true, false] => {
            "Line: mean over the completed replicates. Band: smallest to largest where n = 2, none \
             where n = 1."
        }
        [_, true, false, true] => {
            "Line: mean over the completed replicates. Band: 95 % t interval of the mean, none \
             where n = 1."
        }
        [_, false, true, true] => {
            "Line: mean over the completed replicates. Band: 95 % t interval of the mean, smallest \
             to largest where n = 2."
        }
        [_, true, true, true] => {
            "Line: mean over the completed replicates. Band: 95 % t interval of the mean, smallest \
             to largest where n = 2, none where n = 1."
        }
    }
    .to_owned()
}

/// Everything else that a reader must know.
pub(super) fn footnote(
    arrangement: &Arrangement,
    metrics: &[Metric],
    first_epoch: usize,
    band_is_cut: bool,
) -> String {
    let mut notes = Vec::new();
    if metrics.iter().any(|metric| metric.is_train()) {
        notes.push(
            "Training curves: mean over the epoch's batches while the weights change.".to_owned(),
        );
    }
    if metrics.iter().any(|metric| !metric.is_train()) {
        notes.push(evaluation(first_epoch).to_owned());
    }
    if arrangement
        .facets
        .iter()
        .any(|facet| !panel(arrangement, facet).is_empty())
    {
        notes.push("n: completed of planned trials, where some are missing.".to_owned());
    }
    if band_is_cut {
        notes.push("Bands that reach beyond a logarithmic axis are cut there.".to_owned());
    }
    let lost = lost_values(arrangement, metrics);
    if lost > 0 {
        notes.push(format!(
            "{lost} values of completed trials are not finite and left out."
        ));
    }
    notes.extend(arrangement.left_out.iter().cloned());
    notes.join(" ")
}

fn evaluation(first_epoch: usize) -> &'static str {
    if first_epoch == 0 {
        "Epoch 0 is the untrained network."
    } else {
        "The untrained network (epoch 0) is not drawn."
    }
}

fn lost_values(arrangement: &Arrangement, metrics: &[Metric]) -> usize {
    arrangement
        .lines
        .iter()
        .map(|line| arrangement.all_trials(line))
        .flat_map(|trials| {
            metrics
                .iter()
                .map(move |&metric| not_finite(&trials, metric))
        })
        .sum()
}
