//! Rows → charts: which figures an experiment gets, one figure a file. Nothing here draws.

mod arrangement;
mod curves;
mod metric;
mod notes;
mod overview;
mod series;
mod sheet;
#[cfg(test)]
mod tests;

use metric::Metric;

use super::chart::Chart;
use crate::record::results::Results;

/// Stems of all figures that there can be.
pub fn stems() -> impl Iterator<Item = &'static str> {
    std::iter::once("overview").chain(Metric::ALL.into_iter().map(Metric::name))
}

/// Every figure with the stem of its file: `overview`, then one for each metric that was measured.
/// Empty where no trial has come far enough to be drawn.
pub fn all(results: &Results) -> Vec<(String, Chart)> {
    let drawable = |outcome: &str| matches!(outcome, "completed" | "diverged");
    if !results.trials.iter().any(|trial| drawable(&trial.outcome)) {
        return Vec::new();
    }
    let measured: Vec<Metric> = Metric::ALL
        .into_iter()
        .filter(|&metric| is_measured(results, metric))
        .collect();
    if measured.is_empty() {
        return Vec::new();
    }
    let evaluation = if measured.contains(&Metric::ValidationLoss) {
        [Metric::ValidationLoss, Metric::ValidationAccuracy]
    } else {
        [Metric::TestLoss, Metric::TestAccuracy]
    };
    let mut figures = vec![(
        "overview".to_owned(),
        overview::overview(results, evaluation),
    )];
    let single = |metric: Metric| (metric.name().to_owned(), curves::curves(results, metric));
    figures.extend(measured.into_iter().map(single));
    figures
}

fn is_measured(results: &Results, metric: Metric) -> bool {
    results
        .trials
        .iter()
        .flat_map(|trial| &trial.epochs)
        .filter_map(|row| metric.value(row))
        .any(f64::is_finite)
}
