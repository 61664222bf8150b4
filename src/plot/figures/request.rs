//! What may be asked of a figure, and what comes of it.

use super::curve::Curve;
use crate::compare::metric::METRICS;
use crate::compare::unknown;
use crate::plot::chart::Chart;
use crate::results::query::{Results, short_name};

/// How a figure is wanted. One that has no use for a wish passes over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The metric by its name; the figure's own choice where none.
    pub metric: Option<String>,
    /// What training is measured by.
    pub x: Horizontal,
    /// The axis of the experiment that the metric is drawn against, by full or short name; the figure's own
    /// choice where none.
    pub along: Option<String>,
    /// Axes that make the panels, by full or short name: columns, then rows. The figure's own choice where
    /// empty.
    pub facets: Vec<String>,
    /// Whether the curve of each replicate is drawn, faintly.
    pub replicates: bool,
    /// Epochs, or rows of `steps.csv`, that are averaged; 1 for none.
    pub smooth: usize,
    /// Whether the horizontal axis is logarithmic; as suits the data where none.
    pub log_x: Option<bool>,
    /// Whether the vertical axis is logarithmic; as suits the data where none.
    pub log_y: Option<bool>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            metric: None,
            x: Horizontal::Epoch,
            along: None,
            facets: Vec::new(),
            replicates: false,
            smooth: 1,
            log_x: None,
            log_y: None,
        }
    }
}

impl Request {
    /// `heatmap`, or of a metric that is asked for `heatmap-test_loss`.
    pub(super) fn named(&self, figure: &str) -> String {
        match &self.metric {
            Some(metric) => format!("{figure}-{metric}"),
            None => figure.to_owned(),
        }
    }

    /// What panels, smoothing and scales that are asked for add to the stem of a file: `-activation-log-y`.
    pub(super) fn suffix(&self) -> String {
        let mut suffix = String::new();
        for axis in &self.facets {
            suffix.push_str(&format!("-{}", short_name(axis)));
        }
        if self.replicates {
            suffix.push_str("-replicates");
        }
        if self.smooth > 1 {
            suffix.push_str(&format!("-smooth-{}", self.smooth));
        }
        for (axis, log) in [("x", self.log_x), ("y", self.log_y)] {
            let scale = log.map(|log| if log { "log" } else { "linear" });
            suffix.extend(scale.map(|scale| format!("-{scale}-{axis}")));
        }
        suffix
    }
}

/// That a name which is asked for means nothing to any figure: one that has no use for a wish passes over it,
/// and a misspelling must not look like one that was heard.
pub fn unheard(results: &Results, request: &Request) -> Option<String> {
    let is_axis = |name: &&String| {
        results.axes.iter().any(|axis| axis == *name || short_name(axis) == name.as_str())
    };
    if let Some(name) = request.facets.iter().find(|name| !is_axis(name)) {
        let axes: Vec<&str> = results.axes.iter().map(String::as_str).collect();
        return Some(unknown("axis", name, &axes));
    }
    let of_curves = Curve::ALL.map(|curve| curve.column);
    let of_scores = METRICS.map(|metric| metric.name);
    let mut known: Vec<&str> = of_scores.to_vec();
    known.extend(of_curves.iter().filter(|name| !of_scores.contains(name)));
    let metric = request.metric.as_deref().filter(|name| !known.contains(name))?;
    Some(unknown("metric", metric, &known))
}

/// What stands before the axis of an experiment in the stem of a file: `final-by-batch_size`.
pub(super) const BY: &str = "-by-";

/// What training is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Horizontal {
    /// Passes over the training set.
    Epoch,
    /// Optimiser steps.
    Step,
    /// Wall-clock seconds of training, excluding evaluation.
    Seconds,
}

impl Horizontal {
    /// Each, with what it adds to the stem of a file.
    pub(super) const ALL: [(Self, &str); 3] =
        [(Self::Epoch, ""), (Self::Step, "-by-step"), (Self::Seconds, "-by-seconds")];

    /// What it adds to the stem of a file: `-by-seconds`; nothing for epochs.
    pub(super) fn by(self) -> &'static str {
        let mut all = Self::ALL.into_iter();
        all.find(|(known, _)| *known == self).map_or("", |(_, by)| by)
    }
}

/// A chart and the stem of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// File name without extension.
    pub stem: String,
    /// The chart.
    pub chart: Chart,
}

/// Why a folder cannot show a figure, and what would make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent(pub String);

impl std::fmt::Display for Absent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
