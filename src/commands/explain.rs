//! `bn-lab explain`: prints every number of one batch in one unit, with its formulas.

use std::path::Path;

use crate::cli::{self, Order, Page, Preset};
use crate::commands::print;
use crate::config;
use crate::config::spec::{Activation, Averaging, NormKind, RunningVariance, Settings};
use crate::device::OpenDevice;
use crate::error::{Error, Result};
use crate::explain::{Estimate, Place, Unit};
use crate::report::explain;
use crate::train::step::trace::{self, Question};

/// Most values in a batch, so that the tables remain readable.
const MOST_VALUES: usize = 32;

/// A minimal experiment: presets and activations are resolved by the keys of experiment files.
const LEAST_EXPERIMENT: &str = "data.dataset = \"glyphs\"\nnorm.placement = \"before\"\n";

/// Prints the numbers of the batch that the command line gives.
pub fn run(arguments: &cli::Explain) -> Result<()> {
    let question = question(arguments)?;
    let device = OpenDevice::open("cpu")?.differentiable();
    let traced = trace::trace(&question, &device);
    if !traced.is_finite() {
        return Err(Error::Usage(
            "these numbers are too large: a square of them leaves the range of 64-bit floats, 1.8e308\n  \
             hint: values and gradients of up to 1e150 are safe"
                .to_owned(),
        ));
    }
    print(&match arguments.format {
        Page::Table => explain::table(&traced),
        Page::Md => explain::markdown(&traced),
        Page::Json => explain::json(&traced),
    })
}

fn question(arguments: &cli::Explain) -> Result<Question> {
    let count = arguments.values.len();
    if count > MOST_VALUES {
        return Err(Error::Usage(format!(
            "`--values` has {count} values; at most {MOST_VALUES} can be followed on a page"
        )));
    }
    let defaults = defaults(arguments)?;
    Ok(Question {
        unit: Unit {
            gamma: arguments.gamma,
            beta: arguments.beta,
            epsilon: arguments.epsilon.unwrap_or(defaults.epsilon),
            decay: arguments.decay.unwrap_or(defaults.decay),
            running_variance: defaults.running_variance,
            activation: arguments.activation.clone(),
            placement: match arguments.placement {
                Order::Before => Place::Before,
                Order::After => Place::After,
            },
        },
        activation: defaults.activation,
        running_mean: arguments.running_mean,
        running_variance: arguments.running_variance,
        x: arguments.values.clone(),
        gradient: gradient(&arguments.gradient, count)?,
    })
}

/// The gradient of each of `count` outputs; `None` where the command line gives none.
fn gradient(given: &[f64], count: usize) -> Result<Option<Vec<f64>>> {
    match *given {
        [] => Ok(None),
        [same] => Ok(Some(vec![same; count])),
        _ if given.len() == count => Ok(Some(given.to_vec())),
        _ => Err(Error::Usage(format!(
            "`--gradient` has {} numbers for {count} values\n  \
             hint: give one for each value, or a single one for all",
            given.len()
        ))),
    }
}

/// The settings that a preset and the name of an activation stand for.
struct Defaults {
    epsilon: f64,
    decay: f64,
    running_variance: Estimate,
    activation: Activation,
}

/// Resolves them as an experiment file's keys are resolved.
fn defaults(arguments: &cli::Explain) -> Result<Defaults> {
    let preset = match arguments.preset {
        Preset::Keras => "keras",
        Preset::Pytorch => "pytorch",
    };
    let activation = arguments.activation.as_deref().unwrap_or("identity");
    let overrides = [format!("norm.preset={preset}"), format!("model.activation={activation}")];
    let loaded = config::parse(Path::new("explain.toml"), LEAST_EXPERIMENT, &overrides)?;
    let condition = loaded.experiment.conditions.first();
    let defaults = condition.and_then(|condition| of_settings(&condition.settings));
    defaults
        .ok_or_else(|| Error::Usage(format!("the preset `{preset}` keeps no exponential averages")))
}

fn of_settings(settings: &Settings) -> Option<Defaults> {
    let layer = settings.norm.layer?;
    let NormKind::Batch(batch) = layer.kind else {
        return None;
    };
    let averages = batch.averages?;
    let Averaging::Exponential { decay } = averages.averaging else {
        return None;
    };
    Some(Defaults {
        epsilon: layer.epsilon,
        decay,
        running_variance: match averages.variance {
            RunningVariance::Biased => Estimate::Biased,
            RunningVariance::Unbiased => Estimate::Unbiased,
        },
        activation: settings.model.activation,
    })
}
