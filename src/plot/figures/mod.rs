//! Rows → charts: one figure a file, all of them in a catalogue. Nothing here draws.

mod arrangement;
mod curves;
mod metric;
mod notes;
mod overview;
mod request;
mod series;
mod sheet;
#[cfg(test)]
mod tests;

pub use request::{Absent, Drawn, Horizontal, Request};

use super::chart::Chart;
use crate::record::results::{Details, Results};
use metric::Metric;

/// A figure that there can be.
pub struct Figure {
    /// By which it is asked for.
    pub name: &'static str,
    /// What it shows, in a line.
    pub about: &'static str,
    details: fn(&Request) -> Details,
    draw: fn(&Results, &Request) -> Result<Vec<Drawn>, Absent>,
}

impl Figure {
    /// What must be read besides the curves of the epochs before it is drawn so.
    pub fn details(&self, request: &Request) -> Details {
        (self.details)(request)
    }

    /// Its charts, at least one, or why this folder cannot show it.
    pub fn draw(&self, results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
        if !has_drawable(results) {
            return Err(Absent(
                "no trial has come to its end yet; `bn-lab run` trains them".to_owned(),
            ));
        }
        (self.draw)(results, request)
    }
}

/// Every figure, those that most experiments have first.
pub fn catalogue() -> &'static [Figure] {
    CATALOGUE
}

/// The figure of this name.
pub fn named(name: &str) -> Option<&'static Figure> {
    CATALOGUE.iter().find(|figure| figure.name == name)
}

/// What a run draws and a report shows of this experiment, most telling first. Some may turn out to be
/// [`Absent`]: whether probes read what a layer figure needs is only known once its details are read.
pub fn defaults(results: &Results) -> Vec<(&'static Figure, Request)> {
    let wanted = ["overview", "curves"];
    let figures = wanted.into_iter().filter_map(named);
    if has_drawable(results) {
        figures.map(|figure| (figure, Request::default())).collect()
    } else {
        Vec::new()
    }
}

const CATALOGUE: &[Figure] = &[
    Figure {
        name: "overview",
        about: "loss and accuracy against the epoch, training beside evaluation",
        details: |_| Details::default(),
        draw: overview::draw,
    },
    Figure {
        name: "curves",
        about: "one metric against epoch, step or seconds, in small multiples",
        details: curves::details,
        draw: curves::draw,
    },
];

/// Stems of all figures that a run draws.
pub fn stems() -> impl Iterator<Item = &'static str> {
    std::iter::once("overview").chain(Metric::ALL.into_iter().map(Metric::name))
}

/// Every figure that a run draws, with the stem of its file. Empty where no trial has come far enough.
pub fn all(results: &Results) -> Vec<(String, Chart)> {
    let drawn = defaults(results)
        .into_iter()
        .filter_map(|(figure, request)| figure.draw(results, &request).ok());
    drawn
        .flatten()
        .map(|drawn| (drawn.stem, drawn.chart))
        .collect()
}

fn has_drawable(results: &Results) -> bool {
    let drawable = |outcome: &str| matches!(outcome, "completed" | "diverged");
    results.trials.iter().any(|trial| drawable(&trial.outcome))
}
