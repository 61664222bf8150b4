//! Makes charts from results: one module for each figure, and a catalogue of all. Nothing here draws.

mod along_gradient;
mod arrangement;
mod axes;
mod conditions;
mod curve;
mod curves;
mod differences;
mod evaluations;
mod final_score;
mod gamma_beta;
mod gap;
mod gradients;
mod heatmap;
mod landscape;
mod layers;
mod notes;
mod overview;
mod percentiles;
mod predictiveness;
mod progress;
mod request;
mod scales;
mod scored;
mod series;
mod sheet;
mod shift;
mod smoothness;
mod stems;
mod step_time;
mod task;
#[cfg(test)]
mod tests;
mod to_target;
mod units;

pub use request::{Absent, Drawn, Horizontal, Request};
pub use scales::unmet;
pub use stems::{asked, may_have, no_such, unheard};

use super::chart::Chart;
use crate::results::query::{Details, Results};
use curve::Curve;

/// A kind of figure.
pub struct Figure {
    /// The name by which it is selected.
    pub name: &'static str,
    /// A description in one line.
    pub about: &'static str,
    /// The parts of a [`Request`] that it uses, and that are part of its file name.
    pub(super) heeds: Heeds,
    details: fn(&Results, &Request) -> Details,
    draw: fn(&Results, &Request) -> Result<Vec<Drawn>, Absent>,
}

/// The parts of a [`Request`] that a figure uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heeds {
    /// The unit of training progress.
    pub(super) x: bool,
    /// The swept axis that is horizontal.
    pub(super) along: bool,
    /// The metric.
    pub(super) metric: bool,
}

/// A figure that uses none of these options.
const NOTHING: Heeds = Heeds { x: false, along: false, metric: false };

/// The metric only.
const METRIC: Heeds = Heeds { metric: true, ..NOTHING };

/// The unit of training progress only.
const TRAINING: Heeds = Heeds { x: true, ..NOTHING };

impl Figure {
    /// Whether a swept axis can be its horizontal axis.
    pub fn has_axis(&self) -> bool {
        self.heeds.along
    }

    /// The details that must be read, besides the epochs, before it is drawn.
    pub fn details(&self, results: &Results, request: &Request) -> Details {
        (self.details)(results, request)
    }

    /// Its charts, at least one, or the reason why this folder cannot show it.
    pub fn draw(&self, results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
        if !has_drawable(results) {
            return Err(Absent(
                "no trial has come to its end yet; `bn-lab run` trains them".to_owned(),
            ));
        }
        let mut drawn = (self.draw)(results, request)?;
        for drawn in &mut drawn {
            scales::agree(drawn, request);
            notes::say_part(&mut drawn.chart, results);
        }
        Ok(drawn)
    }
}

/// Every figure, the most common ones first.
pub fn catalogue() -> &'static [Figure] {
    CATALOGUE
}

/// The figure of this name.
pub fn named(name: &str) -> Option<&'static Figure> {
    CATALOGUE.iter().find(|figure| figure.name == name)
}

/// The figures that a run draws and a report shows for this experiment, most relevant first. Some may turn out to be
/// [`Absent`]: whether probes measured what a layer figure needs is only known once its details are read.
pub fn defaults(results: &Results) -> Vec<(&'static Figure, Request)> {
    if !has_drawable(results) {
        return Vec::new();
    }
    let numbers = arrangement::numeric(results).len();
    let varied = !arrangement::swept(results).is_empty();
    let mut names = vec!["overview"];
    let pairs = results.trials.iter().any(|trial| trial.replicate > 1);
    names.extend((numbers > 1).then_some("heatmap"));
    names.extend((numbers > 0).then_some("final"));
    names.extend((varied && pairs).then_some("differences"));
    names.push("curves");
    names.extend(varied.then_some("to-target"));
    names.extend(["step-time", "gap", "evaluations"]);
    names.extend(LAYER_FIGURES);
    names.extend(TASK_FIGURES);
    let figures = names.into_iter().filter_map(named);
    let over_time = ["overview", "curves", "gap"];
    let request = |figure: &Figure| Request {
        x: if over_time.contains(&figure.name) {
            progress::best_measure(results)
        } else {
            Horizontal::Epoch
        },
        ..Request::default()
    };
    figures.map(|figure| (figure, request(figure))).collect()
}

/// The names of the figures of probes' measurements.
const LAYER_FIGURES: [&str; 8] = [
    "percentiles",
    "gamma-beta",
    "gradients",
    "units",
    "landscape",
    "predictiveness",
    "smoothness",
    "shift",
];

/// The names of the figures of what `probe.predictions` keeps, in the order of a report.
pub const TASK_FIGURES: [&str; 5] =
    ["samples", "confusion-differences", "confusion", "mistakes", "weights"];

const CATALOGUE: &[Figure] = &[
    Figure {
        name: "overview",
        about: "loss and accuracy against the epoch, training beside evaluation",
        heeds: TRAINING,
        details: curves::details,
        draw: overview::draw,
    },
    Figure {
        name: "curves",
        about: "one metric against epoch, step or seconds, in small multiples",
        heeds: Heeds { x: true, ..METRIC },
        details: curves::details,
        draw: curves::draw,
    },
    Figure {
        name: "final",
        about: "the final metric against a numeric axis, such as the learning rate",
        heeds: Heeds { along: true, ..METRIC },
        details: plain,
        draw: final_score::draw,
    },
    Figure {
        name: "heatmap",
        about: "a metric over two numeric axes, such as learning rate and batch size",
        heeds: METRIC,
        details: plain,
        draw: heatmap::draw,
    },
    Figure {
        name: "differences",
        about: "paired differences with their intervals, margin and verdicts",
        heeds: METRIC,
        details: differences::details,
        draw: differences::draw,
    },
    Figure {
        name: "to-target",
        about: "epochs, steps or seconds until the target accuracy is reached",
        heeds: TRAINING,
        details: plain,
        draw: to_target::draw,
    },
    Figure {
        name: "step-time",
        about: "what a step costs, relative to the network without a norm",
        heeds: METRIC,
        details: plain,
        draw: step_time::draw,
    },
    Figure {
        name: "gap",
        about: "how much better the network does on what it was trained on",
        heeds: TRAINING,
        details: plain,
        draw: gap::draw,
    },
    Figure {
        name: "evaluations",
        about: "accuracy with running, precise and batch statistics",
        heeds: TRAINING,
        details: plain,
        draw: evaluations::draw,
    },
    Figure {
        name: "percentiles",
        about: "what goes into a unit and into layers, as percentiles over the steps",
        heeds: NOTHING,
        details: percentiles::details,
        draw: percentiles::draw,
    },
    Figure {
        name: "gradients",
        about: "the norm of gradients by layer, early and late",
        heeds: NOTHING,
        details: gradients::details,
        draw: gradients::draw,
    },
    Figure {
        name: "units",
        about: "dead and saturated units over the steps",
        heeds: NOTHING,
        details: units::details,
        draw: units::draw,
    },
    Figure {
        name: "landscape",
        about: "the range of the loss along the gradient",
        heeds: NOTHING,
        details: landscape::details,
        draw: landscape::draw,
    },
    Figure {
        name: "predictiveness",
        about: "how far the gradient moves along the gradient",
        heeds: NOTHING,
        details: predictiveness::details,
        draw: predictiveness::draw,
    },
    Figure {
        name: "smoothness",
        about: "the effective smoothness along the gradient",
        heeds: NOTHING,
        details: smoothness::details,
        draw: smoothness::draw,
    },
    Figure {
        name: "shift",
        about: "internal covariate shift by layer",
        heeds: NOTHING,
        details: shift::details,
        draw: shift::draw,
    },
    Figure {
        name: "gamma-beta",
        about: "γ and β of norm layers over the steps, as percentiles",
        heeds: NOTHING,
        details: gamma_beta::details,
        draw: gamma_beta::draw,
    },
    Figure {
        name: "samples",
        about: "test examples of each class, as pictures",
        heeds: NOTHING,
        details: task::details,
        draw: task::samples,
    },
    Figure {
        name: "confusion",
        about: "which class is taken for which, a matrix for each condition",
        heeds: NOTHING,
        details: task::details,
        draw: task::confusion,
    },
    Figure {
        name: "confusion-differences",
        about: "how the confusions of two conditions differ, and what is noise",
        heeds: NOTHING,
        details: task::details,
        draw: task::confusion_differences,
    },
    Figure {
        name: "mistakes",
        about: "the most confident mistakes, as pictures",
        heeds: NOTHING,
        details: task::details,
        draw: task::mistakes,
    },
    Figure {
        name: "weights",
        about: "the weights of the first layer, as pictures",
        heeds: NOTHING,
        details: task::details,
        draw: task::weights,
    },
];

/// No details: only the epochs are needed.
fn plain(_: &Results, _: &Request) -> Details {
    Details::default()
}

/// The possible stems of the files of [`all`].
pub fn stems() -> impl Iterator<Item = &'static str> {
    std::iter::once("overview").chain(Curve::ALL.into_iter().map(|curve| curve.column))
}

/// Whether a chart of this stem shows one curve: `test_loss`, `test_loss-by-seconds`.
pub fn is_of_one_curve(stem: &str) -> bool {
    let name = stem.split('-').next().unwrap_or_default();
    Curve::ALL.into_iter().any(|curve| curve.column == name)
}

/// The overview and the curves, with the stems of their files. Empty where no trial has got far enough.
pub fn all(results: &Results) -> Vec<(String, Chart)> {
    let figures = ["overview", "curves"].into_iter().filter_map(named);
    let drawn = figures.filter_map(|figure| figure.draw(results, &Request::default()).ok());
    drawn.flatten().map(|drawn| (drawn.stem, drawn.chart)).collect()
}

/// Whether any ended trial has measurements: where all diverged at once there is
/// nothing but their number.
fn has_drawable(results: &Results) -> bool {
    let trials = results.trials.iter().filter(|trial| trial.status.is_finished());
    let mut rows = trials.flat_map(|trial| &trial.epochs);
    rows.any(|row| {
        let mut values = Curve::ALL.into_iter().filter_map(|curve| curve.value(row));
        values.any(f64::is_finite)
    })
}
