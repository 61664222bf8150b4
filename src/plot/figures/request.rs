//! The options of a figure, and its result.

use crate::plot::chart::Chart;
use crate::results::query::short_name;

/// The options of a figure. A figure ignores those that do not apply to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The metric by its name; where `None`, the figure's default.
    pub metric: Option<String>,
    /// The unit of training progress.
    pub x: Horizontal,
    /// The swept axis that is horizontal, by full or short name; where `None`, the figure's
    /// default.
    pub along: Option<String>,
    /// The swept axis that is vertical, by full or short name; where `None`, the figure's default.
    pub up: Option<String>,
    /// Axes that make the panels, by full or short name: columns, then rows. Where empty, the figure's
    /// default.
    pub facets: Vec<String>,
    /// Whether the curve of each replicate is drawn, faintly.
    pub replicates: bool,
    /// Number of epochs, or rows of `steps.csv`, that are averaged; 1 for none.
    pub smooth: usize,
    /// Whether the horizontal axis is logarithmic; where `None`, it depends on the data.
    pub log_x: Option<bool>,
    /// Whether the vertical axis is logarithmic; where `None`, it depends on the data.
    pub log_y: Option<bool>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            metric: None,
            x: Horizontal::Epoch,
            along: None,
            up: None,
            facets: Vec::new(),
            replicates: false,
            smooth: 1,
            log_x: None,
            log_y: None,
        }
    }
}

impl Request {
    /// The stem without suffix: `heatmap`, or with a requested metric `heatmap-test_loss`.
    pub(super) fn named(&self, figure: &str) -> String {
        match &self.metric {
            Some(metric) => format!("{figure}-{metric}"),
            None => figure.to_owned(),
        }
    }

    /// The suffix of the stem for requested panels, smoothing and scales: `-activation-log-y`.
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

/// The separator before the swept axis in the stem of a file: `final-by-batch_size`.
pub(super) const BY: &str = "-by-";

/// The separator between the horizontal axis and the vertical one: `heatmap-by-learning_rate-and-placement`.
pub(super) const AND: &str = "-and-";

/// The unit of training progress on the horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Horizontal {
    /// Passes over the training set.
    Epoch,
    /// Optimiser steps.
    Step,
    /// Wall-clock seconds of training, without evaluation.
    Seconds,
}

impl Horizontal {
    /// Each unit, with its suffix in the stem of a file.
    pub(super) const ALL: [(Self, &str); 3] =
        [(Self::Epoch, ""), (Self::Step, "-by-step"), (Self::Seconds, "-by-seconds")];

    /// Its suffix in the stem of a file: `-by-seconds`; empty for epochs.
    pub(super) fn by(self) -> &'static str {
        let mut all = Self::ALL.into_iter();
        all.find(|(known, _)| *known == self).map_or("", |(_, by)| by)
    }
}

/// A chart with the stem of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// File name without extension.
    pub stem: String,
    /// The chart.
    pub chart: Chart,
}

/// Why a folder cannot show a figure, and what it would need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent(pub String);

impl std::fmt::Display for Absent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
