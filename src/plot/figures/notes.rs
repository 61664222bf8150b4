//! Texts of the legend, the panels' notes and the footnote on counts, bands and missing trials.

use super::arrangement::{Arrangement, Facet, Line, axis_name};
use crate::compare::population;
use crate::plot::chart::{Chart, LegendEntry, Symbol};
use crate::plot::figures::series::completed;
use crate::results::query::{Results, TrialCurves, TrialStatus};

/// The title: the question where there is one, else the name.
pub(super) fn title(results: &Results) -> String {
    let question = results.question.trim();
    if question.is_empty() { results.name.clone() } else { question.to_owned() }
}

/// The subtitle: what is shown, with the experiment's name where the title does not contain it.
pub(super) fn subtitle(results: &Results, shown: &str) -> String {
    if results.question.trim().is_empty() {
        shown.to_owned()
    } else {
        format!("{shown} · {}", results.name)
    }
}

/// States in the subtitle which conditions are shown, where these are not all of the experiment.
pub(super) fn say_part(chart: &mut Chart, results: &Results) {
    if let Some(scope) = results.scope_of_part() {
        let between = if chart.subtitle.is_empty() { "" } else { " · " };
        chart.subtitle.push_str(&format!("{between}shown: {scope}"));
        chart.scope = format!("Shown: {scope}.");
    }
}

/// A note where the scores of a figure depend more on running averages than on the networks.
pub(super) fn running_statistics(results: &Results) -> Option<String> {
    population::gaps(results).summary()
}

/// A note that each `mark` of a figure is at its own best value of the tuned key.
pub(super) fn tuned(mark: &str, key: &str) -> String {
    format!("Each {mark} is at its own best {}, chosen on validation.", axis_name(key))
}

/// One entry for each line, and one for the mark of diverged trials where there are any. In a figure of one panel
/// the legend states which lines lack replicates; in others the panels do.
pub(super) fn legend(arrangement: &Arrangement<'_>) -> Vec<LegendEntry> {
    // A single line without a name needs none.
    let named = arrangement.lines.iter().filter(|line| !line.label.is_empty());
    let mut entries: Vec<LegendEntry> = named.map(|line| entry(arrangement, line)).collect();
    let mut lines = arrangement.lines.iter();
    let has_diverged = |trial: &&TrialCurves| trial.status == TrialStatus::Diverged;
    if lines.any(|line| arrangement.all_trials(line).iter().any(has_diverged)) {
        entries.push(diverged());
    }
    entries
}

/// The legend entry of a trial that diverged.
pub(super) fn diverged() -> LegendEntry {
    LegendEntry {
        label: "diverged (vertical position arbitrary)".to_owned(),
        symbol: Symbol::Ended,
    }
}

/// The sentence on the dots of single replicates where a legend would have nothing else.
pub(super) const DOTS: &str = "Small dots: single replicates.";

/// The legend entry of a kind of mark.
pub(super) fn mark(symbol: Symbol, label: &str) -> LegendEntry {
    LegendEntry { label: label.to_owned(), symbol }
}

fn entry(arrangement: &Arrangement<'_>, line: &Line) -> LegendEntry {
    let gaps = match arrangement.facets.as_slice() {
        [facet] => gaps(&arrangement.trials(line, facet)),
        _ => None,
    };
    LegendEntry {
        label: gaps.map_or_else(|| line.label.clone(), |gaps| format!("{} ({gaps})", line.label)),
        symbol: Symbol::Line { key: line.key },
    }
}

/// A note on the trials that were not completed: `1 of 3 diverged`.
fn gaps(trials: &[&TrialCurves]) -> Option<String> {
    let all = trials.len();
    let counts = TrialStatus::count(trials.iter().map(|trial| trial.status)).into_iter();
    let missing = counts.filter(|(status, _)| *status != TrialStatus::Completed);
    let missing = missing.map(|(status, count)| match (count, all) {
        (1, 1) => status.to_string(),
        _ if count == all => format!("all {all} {status}"),
        _ => format!("{count} of {all} {status}"),
    });
    let missing: Vec<String> = missing.collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// A note on the lines of a panel that lack replicates: `none: 2 of 3 diverged`. Where there is
/// only one panel, the legend has it.
pub(super) fn panel(arrangement: &Arrangement<'_>, facet: &Facet) -> String {
    if arrangement.facets.len() < 2 {
        return String::new();
    }
    let trials = |line| arrangement.trials(line, facet);
    if arrangement.lines.iter().all(|line| trials(line).is_empty()) {
        return "not in this experiment".to_owned();
    }
    let gaps = arrangement.lines.iter().filter_map(|line| {
        let gaps = gaps(&trials(line))?;
        Some(format!("{}: {gaps}", line.label))
    });
    gaps.collect::<Vec<_>>().join("; ")
}

/// The numbers of completed replicates of the lines, by panel.
pub(super) fn counts(arrangement: &Arrangement<'_>) -> Vec<usize> {
    let lines = |facet| {
        let trials = move |line| arrangement.trials(line, facet);
        arrangement.lines.iter().map(trials)
    };
    let trials = arrangement.facets.iter().flat_map(lines);
    trials.filter(|trials| !trials.is_empty()).map(|trials| completed(&trials).count()).collect()
}

/// The meaning of a `mark` (a line, a point) and of the `spread` around it (a band, a bar), for the numbers of
/// replicates that occur.
pub(super) fn band(counts: &[usize], mark: &str, spread: &str) -> String {
    let some = || counts.iter().copied().filter(|&count| count > 0);
    let (Some(fewest), Some(most)) = (some().min(), some().max()) else {
        return "No trial is completed: there is nothing to average.".to_owned();
    };
    if most == 1 {
        return format!(
            "{mark}: the one completed replicate (n = 1); a single run has no {}.",
            spread.to_lowercase()
        );
    }
    let n = if fewest == most { format!("n = {most}") } else { format!("n = {fewest} to {most}") };
    let what = match (fewest, most) {
        (2, 2) => "smallest to largest of the two",
        (1, 2) => "smallest to largest where n = 2, none where n = 1",
        (1, _) if some().any(|count| count == 2) => {
            "95 % t interval of the mean, smallest to largest where n = 2, none where n = 1"
        }
        (1, _) => "95 % t interval of the mean, none where n = 1",
        (2, _) => "95 % t interval of the mean, smallest to largest where n = 2",
        _ => "95 % t interval of the mean",
    };
    format!("{mark}: mean over the {n} completed replicates. {spread}: {what}.")
}

/// The meaning of a median of times to a target that some replicates did not reach.
pub(super) fn of_times(mark: &str, diverges: bool) -> String {
    let never = if diverges { "; one that diverged never gets there" } else { "" };
    format!(
        "{mark}: median (Kaplan and Meier: a replicate that has not got there by its end takes longer than \
         that{never})."
    )
}
