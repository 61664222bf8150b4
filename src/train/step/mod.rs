//! One optimiser step: from parameters, optimiser state and a batch to loss and number of correct predictions. It
//! has no policy, files or events. Nothing outside this folder uses automatic differentiation or an
//! optimiser, so that a faster step can replace this one and be checked against it. [`Evaluator`] and
//! [`Inspection`] measure the network that it trains.

mod evaluator;
mod fused;
mod inspection;
mod loss;
pub mod parameters;
mod state;
pub mod trace;

pub use self::evaluator::{Evaluator, RunningStatistics};
pub use self::inspection::{Inspection, Slope};

use std::borrow::Cow;
use std::time::Instant;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Device;

use self::fused::Fused;
use self::loss::{inputs, objective, result};
use crate::config::spec::Settings;
use crate::data::batches::{Batch, Prepared};
use crate::event::{BatchResult, NamedTensor};
use crate::model::network::Network;
use crate::model::pass::Pass;
use crate::optim::{self, Arithmetic, NormParameters, Updater};
use crate::plan::kernels::Kernels;
use crate::seed::{Stream, Streams};

/// Why a learner's network exists: every step puts one back.
const PRESENT: &str = "a network between two steps";

/// A network in training.
pub struct Learner {
    /// `None` only during a composed step. Where steps are fused, an earlier state of the network.
    network: Option<Network>,
    fused: Option<Fused>,
    updater: Updater,
    streams: Streams,
    steps: usize,
    device: Device,
}

impl Learner {
    /// A learner whose `network` is on the differentiable `device`; dropout draws from
    /// `streams`.
    pub fn new(network: Network, updater: Updater, streams: Streams, device: Device) -> Self {
        Self { network: Some(network), fused: None, updater, streams, steps: 0, device }
    }

    /// A learner as a training with these settings has it, which takes `steps` steps on `data`.
    pub fn of(
        settings: &Settings,
        data: &Prepared,
        steps: usize,
        (arithmetic, kernels): (Arithmetic, Kernels),
        streams: Streams,
        device: Device,
    ) -> Self {
        let mut network = Network::new(settings, data.shape(), data.classes(), &streams, &device);
        let updater = updater(settings, &mut network, steps, arithmetic);
        let learner = Self::new(network, updater, streams, device);
        match kernels {
            Kernels::Fused => learner.with_fused_kernels(),
            Kernels::Composed => learner,
        }
    }

    /// The same learner with fused steps, where the network has a fused form; see `fused/`.
    #[must_use]
    pub fn with_fused_kernels(mut self) -> Self {
        self.fused = Fused::new(self.kept_network(), Some(&self.updater));
        self
    }

    /// Takes one optimiser step on `batch` and returns its loss and correct count before the step.
    pub fn step(&mut self, batch: &Batch) -> BatchResult {
        self.steps += 1;
        let dropout = self.streams.stream(&format!("dropout/step.{}", self.steps));
        if let Some(fused) = &mut self.fused {
            let update = self.updater.next_update();
            return fused.step(batch, (self.steps, dropout), &update);
        }
        self.composed_step(batch, dropout).0
    }

    /// As [`Self::step`], with the seconds of the forward pass, the backward pass and the update. A fused step without
    /// clipping updates every parameter as soon as its gradient is known; here all are updated at the end.
    pub fn timed_step(&mut self, batch: &Batch) -> (BatchResult, [f64; 3]) {
        self.steps += 1;
        let dropout = self.streams.stream(&format!("dropout/step.{}", self.steps));
        if let Some(fused) = &mut self.fused {
            let update = self.updater.next_update();
            return fused.timed_step(batch, (self.steps, dropout), &update);
        }
        self.composed_step(batch, dropout)
    }

    fn composed_step(&mut self, batch: &Batch, dropout: Stream) -> (BatchResult, [f64; 3]) {
        let started = Instant::now();
        let mut pass = Pass::training(self.steps, dropout);
        // Taken out and not cloned: with a second reference to the weights, the update would copy them.
        let mut network = self.network.take().expect(PRESENT);
        let logits = network.forward(inputs(batch, &self.device), &mut pass);
        let result = result(&logits, batch);
        let forward = started.elapsed().as_secs_f64();
        let gradients = objective(&mut network, logits, batch, &self.device).backward();
        let gradients = GradientsParams::from_grads(gradients, &network);
        let both = started.elapsed().as_secs_f64();
        let mut network = self.updater.step(network, gradients);
        network.constrain();
        network.observe(pass.into_observed());
        self.network = Some(network);
        (result, [forward, both - forward, started.elapsed().as_secs_f64() - both])
    }

    fn network(&self) -> Cow<'_, Network> {
        let network = self.kept_network();
        match &self.fused {
            Some(fused) => Cow::Owned(fused.written_to(network)),
            None => Cow::Borrowed(network),
        }
    }

    /// The network, whose parameters are old ones where steps are fused.
    fn kept_network(&self) -> &Network {
        self.network.as_ref().expect(PRESENT)
    }

    /// The present network, without gradients.
    pub fn evaluator(&self) -> Evaluator {
        Evaluator::new(self.network().valid(), &self.device).fused(self.fused.is_some())
    }

    /// The present network, for probes.
    pub fn inspection(&self) -> Inspection {
        Inspection::new(self.network().into_owned(), self.device.clone())
    }

    /// The network's weights and running statistics, under their names.
    pub fn tensors(&self) -> Vec<NamedTensor> {
        parameters::named_tensors(&self.network())
    }

    /// Number of trainable parameters.
    pub fn parameters(&self) -> usize {
        self.kept_network().num_params()
    }
}

/// The optimiser of `network` in a training with these settings, of `steps` steps.
fn updater(
    settings: &Settings,
    network: &mut Network,
    steps: usize,
    arithmetic: Arithmetic,
) -> Updater {
    let norm = NormParameters {
        ids: network.norm_parameters(),
        decay: settings.norm.decay_parameters,
        learning_rate_factor: settings.norm.learning_rate_factor,
    };
    optim::build(&settings.train, &norm, steps, arithmetic)
}

#[cfg(test)]
mod inspection_tests;
#[cfg(test)]
mod tests;
