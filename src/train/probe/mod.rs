//! Measures a network while it trains, without changing it: one file per probe, one line per probe in
//! [`PROBES`].

mod activations;
mod covariate_shift;
mod gradients;
mod landscape;
mod norms;

use std::cell::OnceCell;

use super::evaluation::Population;
use super::step::{Evaluator, Inspection, Slope};
use crate::config::spec::{Activation, Probe, Settings};
use crate::data::batches::{Batch, Part, Prepared};
use crate::event::Reading;

/// A network at one moment of its training, with the data and settings of the probes.
struct Moment<'a> {
    settings: &'a Probe,
    activation: Activation,
    /// The network before the step.
    network: &'a Inspection,
    examples: &'a Batch,
    evaluator: &'a Evaluator,
    data: &'a Prepared,
    population: Population,
    /// The next step; `None` at the end of training.
    next: Option<Next<'a>>,
    /// Computed when the first probe needs it, and shared by all.
    slope: OnceCell<Slope>,
}

impl<'a> Moment<'a> {
    /// The next step, and the gradient that it follows; `None` at the end of training.
    fn next(&self) -> Option<(Next<'a>, &Slope)> {
        let next = self.next?;
        let slope = || self.network.slope(next.batch, next.step);
        Some((next, self.slope.get_or_init(slope)))
    }
}

/// The optimiser step after a moment.
#[derive(Clone, Copy)]
pub(super) struct Next<'a> {
    /// The number of the step, from 1.
    pub(super) step: usize,
    pub(super) batch: &'a Batch,
    pub(super) learning_rate: f64,
    /// The network after the step.
    pub(super) network: &'a Inspection,
}

type IsWanted = fn(&Probe) -> bool;
type Measure = fn(&Moment<'_>, &mut Readings);

/// The probes, each with the setting that switches it on.
const PROBES: [(IsWanted, Measure); 5] = [
    (|probe| probe.activations, activations::measure),
    (|probe| probe.gradients, gradients::measure),
    (|probe| probe.norms, norms::measure),
    (|probe| !probe.landscape.is_empty(), landscape::measure),
    (|probe| probe.covariate_shift, covariate_shift::measure),
];

/// The measurements, in order.
#[derive(Debug, Default)]
struct Readings(Vec<Reading>);

impl Readings {
    /// Adds a value, unless it is not finite, as in a diverging network.
    fn push(&mut self, layer: &str, quantity: &str, value: f64) {
        if value.is_finite() {
            self.0.push(Reading { layer: layer.to_owned(), quantity: quantity.to_owned(), value });
        }
    }
}

/// The probes of one trial.
pub(super) struct Probes {
    settings: Probe,
    activation: Activation,
    population: Population,
    examples: Batch,
}

impl Probes {
    /// Probes for a trial on `data`. The fixed examples are the first of the validation set, or of
    /// the training set where there is no validation.
    pub(super) fn new(
        settings: &Probe,
        trial: &Settings,
        population: Population,
        data: &Prepared,
    ) -> Self {
        let mut examples = Batch::default();
        let held_out = data.positions(Part::Validation);
        let held_out = &held_out[..held_out.len().min(settings.examples)];
        if held_out.is_empty() {
            let train = data.train();
            data.fill(&train[..train.len().min(settings.examples)], &mut examples);
        } else {
            data.fill_part(Part::Validation, held_out, &mut examples);
        }
        Self {
            settings: settings.clone(),
            activation: trial.model.activation,
            population,
            examples,
        }
    }

    /// Whether to measure the network after `steps` steps.
    pub(super) fn are_due(&self, steps: usize) -> bool {
        steps.is_multiple_of(self.settings.every)
    }

    /// Measures `network`, the one before the step `next`, if there is one.
    pub(super) fn measure(
        &self,
        network: &Inspection,
        next: Option<Next<'_>>,
        data: &Prepared,
    ) -> Vec<Reading> {
        let moment = Moment {
            settings: &self.settings,
            activation: self.activation,
            network,
            evaluator: &network.evaluator(),
            examples: &self.examples,
            data,
            population: self.population,
            next,
            slope: OnceCell::new(),
        };
        let mut readings = Readings::default();
        for (is_wanted, measure) in PROBES {
            if is_wanted(&self.settings) {
                measure(&moment, &mut readings);
            }
        }
        readings.0
    }
}

/// `part / whole`; NaN, which is left out of the measurements, where `whole` is only rounding error, up to
/// `least`: the quotient would be random.
fn quotient(part: f64, whole: f64, least: f64) -> f64 {
    if whole > least { part / whole } else { f64::NAN }
}

/// The rounding error of a mean cross-entropy in 32 bits, due to its logits.
const LOSS_ROUNDING: f64 = f32::EPSILON as f64;

/// Gradients and weights below this have lost digits in 32 bits. Above it they keep their relative
/// precision: a gradient of 1e-12 in the first layer of a deep network is a valid measurement.
const LEAST_NORM: f64 = f32::MIN_POSITIVE as f64;

/// The L2 norm of numbers.
fn norm(values: &[f32]) -> f64 {
    values.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt()
}

/// The L2 norm of a difference.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b);
    squares.map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiple_of_nothing_is_no_reading() {
        let mut readings = Readings::default();
        for (quantity, part, whole, least) in [
            ("a loss brought down to 0", 0.5, 0.0, LOSS_ROUNDING),
            ("a loss of rounding", 0.5, 6e-8, LOSS_ROUNDING),
            ("nothing by nothing", 0.0, 0.0, LEAST_NORM),
            ("a gradient without digits", 1e-3, 1e-40, LEAST_NORM),
            ("a small loss", 1e-3, 1e-5, LOSS_ROUNDING),
            ("a small gradient", 2e-30, 1e-30, LEAST_NORM),
        ] {
            readings.push("all", quantity, quotient(part, whole, least));
        }
        let read: Vec<(&str, f64)> = readings
            .0
            .iter()
            .map(|reading| (&reading.quantity[..], reading.value.round()))
            .collect();
        assert_eq!(read, [("a small loss", 100.0), ("a small gradient", 2.0)]);
    }
}
