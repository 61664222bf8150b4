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
pub use stems::{asked, is_of_run, may_have, no_such, of_every_run, unheard};

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
    /// How many swept axes can be chosen: none, the horizontal one, or the vertical one, too.
    pub(super) axes: u8,
    /// The metric.
    pub(super) metric: bool,
}

/// A figure that uses none of these options.
const NOTHING: Heeds = Heeds { x: false, axes: 0, metric: false };

/// The metric only.
const METRIC: Heeds = Heeds { metric: true, ..NOTHING };

/// The unit of training progress only.
const TRAINING: Heeds = Heeds { x: true, ..NOTHING };

impl Figure {
    /// Whether a swept axis can be its horizontal axis.
    pub fn has_axis(&self) -> bool {
        self.heeds.axes > 0
    }

    /// Whether a swept axis can be its vertical axis.
    pub fn has_vertical_axis(&self) -> bool {
        self.heeds.axes > 1
    }

    /// Whether it uses the metric and the unit of training that are requested.
    pub fn follows(&self, request: &Request) -> bool {
        (request.metric.is_none() || self.heeds.metric)
            && (request.x == Horizontal::Epoch || self.heeds.x)
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

/// The figures that suit this experiment, most relevant first. Some may turn out to be
/// [`Absent`]: whether probes measured what a layer figure needs is only known once its details are read.
pub fn defaults(results: &Results) -> Vec<(&'static Figure, Request)> {
    if !has_drawable(results) {
        return Vec::new();
    }
    let varied = arrangement::swept(results).len();
    let mut names = vec!["overview"];
    let pairs = results.trials.iter().any(|trial| trial.replicate > 1);
    names.extend((varied > 1).then_some("heatmap"));
    names.extend((varied > 0).then_some("final"));
    names.extend((varied > 0 && pairs).then_some("differences"));
    names.push("curves");
    names.extend((varied > 0).then_some("to-target"));
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

/// The figures that a run draws: of [`defaults`] those that show what was swept or probed. Times depend on the
/// machine, so that their charts would differ from run to run.
pub fn of_run(results: &Results) -> Vec<(&'static Figure, Request)> {
    let is_gap_measured = || curve::measured(results).contains(&Curve::EVALUATED_TRAIN_LOSS);
    let mut figures = defaults(results);
    figures.retain(|(figure, _)| match figure.name {
        "to-target" | "step-time" => false,
        "gap" => is_gap_measured(),
        _ => true,
    });
    figures
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
        about: "the final metric against a swept axis, such as the learning rate",
        heeds: Heeds { axes: 1, ..METRIC },
        details: plain,
        draw: final_score::draw,
    },
    Figure {
        name: "heatmap",
        about: "a metric over two swept axes, such as placement and learning rate",
        heeds: Heeds { axes: 2, ..METRIC },
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

/// The details that these figures need.
pub fn details(results: &Results, figures: &[(&'static Figure, Request)]) -> Details {
    let mut details = Details::default();
    for (figure, request) in figures {
        details.add(figure.details(results, request));
    }
    details
}

/// Whether a chart of this stem shows one curve: `test_loss`, `test_loss-by-seconds`.
pub fn is_of_one_curve(stem: &str) -> bool {
    let name = stem.split('-').next().unwrap_or_default();
    Curve::ALL.into_iter().any(|curve| curve.column == name)
}

/// The charts of these figures, without those that this folder cannot show.
pub fn drawn(results: &Results, figures: &[(&'static Figure, Request)]) -> Vec<Drawn> {
    let drawn = figures.iter().filter_map(|(figure, request)| figure.draw(results, request).ok());
    drawn.flatten().collect()
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
