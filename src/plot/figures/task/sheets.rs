//! Shared parts of the figures of the task: their trials, their sheets and the texts on evaluation and counts.

use super::super::arrangement::{Arrangement, Facet, Line, Wanted};
use super::super::request::{Absent, Drawn, Request};
use super::super::{layers, notes, series};
use super::classes::Classes;
use crate::plot::chart::Chart;
use crate::results::query::{Details, Results, TrialCurves};

/// Most charts of one figure: one for each combination of the axes that are not lines.
const SHEETS: usize = 6;

/// The details that these figures need.
pub(in crate::plot::figures) fn details(_: &Results, _: &Request) -> Details {
    Details { predictions: true, ..Details::default() }
}

/// The reason why these figures are absent.
pub(super) fn absent() -> Absent {
    Absent("not recorded: add `[probe] predictions = true`".to_owned())
}

/// The completed trials with predictions.
pub(super) fn predicted<'a>(trials: &[&'a TrialCurves]) -> Vec<&'a TrialCurves> {
    series::completed(trials).filter(|trial| trial.predictions.is_some()).collect()
}

/// The lines of an experiment, with a chart for each combination of its other axes that `draw` can show.
pub(super) fn sheets(
    results: &Results,
    request: &Request,
    stem: &str,
    draw: impl Fn(&Arrangement<'_>, &Facet) -> Option<Chart>,
) -> Result<Vec<Drawn>, Absent> {
    let wanted = Wanted { limit: usize::MAX, crossed: false, ..Wanted::of(stem, &request.facets) };
    let arrangement = Arrangement::of(results, &wanted)?;
    let charts = arrangement.facets.iter().filter_map(|facet| {
        let mut chart = draw(&arrangement, facet)?;
        if !facet.title.is_empty() {
            chart.subtitle = format!("{} · {}", chart.subtitle, facet.title);
        }
        chart.subtitle = notes::subtitle(results, &chart.subtitle);
        chart.title = notes::title(results);
        let left_out = arrangement.left_out.iter().map(String::as_str);
        let texts: Vec<&str> = [chart.footnote.as_str()].into_iter().chain(left_out).collect();
        chart.footnote = texts.join(" ");
        let stem = match layers::slug(&facet.title) {
            slug if slug.is_empty() => stem.to_owned(),
            slug => format!("{stem}-{slug}"),
        };
        Some(Drawn { stem, chart })
    });
    Ok(charts.take(SHEETS).collect())
}

/// The lines of a chart that have predictions, each with its trials.
pub(super) fn lines<'l, 'a>(
    arrangement: &'l Arrangement<'a>,
    facet: &Facet,
) -> Vec<(&'l Line, Vec<&'a TrialCurves>)> {
    let lines = arrangement.lines.iter();
    let lines = lines.map(|line| (line, predicted(&arrangement.trials(line, facet))));
    lines.filter(|(_, trials)| !trials.is_empty()).collect()
}

/// A sentence on the lines that have no predictions, though their trials ended; empty where all have some.
pub(super) fn without(arrangement: &Arrangement<'_>, facet: &Facet) -> String {
    let lines = arrangement.lines.iter().filter(|line| {
        let trials = arrangement.trials(line, facet);
        trials.iter().any(|trial| trial.status.is_finished()) && predicted(&trials).is_empty()
    });
    let names: Vec<&str> = lines.map(|line| line.label.as_str()).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(
        " Nothing is shown of {}: only completed trials have predictions, and only those trained with \
         `probe.predictions`.",
        names.join(", ")
    )
}

/// The evaluation that predictions were made with, within a sentence.
pub(super) fn evaluation(results: &Results, trials: &[&TrialCurves]) -> String {
    let of = |trial: &&TrialCurves| results.norm_of(trial, "norm.evaluation").map(str::to_owned);
    let mut known: Vec<String> = trials.iter().filter_map(of).collect();
    known.sort();
    known.dedup();
    match known.as_slice() {
        [] => "evaluated after the last step".to_owned(),
        [only] => format!("evaluated after the last step (`norm.evaluation = \"{only}\"`)"),
        _ => "evaluated after the last step, as `norm.evaluation` says".to_owned(),
    }
}

/// The number of replicates, within a sentence: `n = 3`, `n = 2 to 3`.
pub(super) fn n(counts: impl Iterator<Item = usize> + Clone) -> String {
    match (counts.clone().min(), counts.max()) {
        (Some(fewest), Some(most)) if fewest < most => format!("n = {fewest} to {most}"),
        (_, most) => format!("n = {}", most.unwrap_or(0)),
    }
}

/// The classes of the test set of these trials.
pub(super) fn classes_of(trials: &[&TrialCurves]) -> Classes {
    Classes::of(trials)
}
