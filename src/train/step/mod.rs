//! One optimiser step: from parameters, optimiser state and a batch to loss and number of correct predictions. It
//! has no policy, files or events. Nothing outside this folder uses automatic differentiation or an
//! optimiser, so that a faster step can replace this one and be checked against it. [`Evaluator`] and
//! [`Inspection`] measure the network that it trains.

mod evaluator;
mod inspection;
mod loss;
pub mod parameters;
mod state;
pub mod trace;

pub use self::evaluator::{Evaluator, RunningStatistics};
pub use self::inspection::{Inspection, Slope};

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Device;

use self::loss::{inputs, objective, result};
use crate::data::batches::Batch;
use crate::event::{BatchResult, NamedTensor};
use crate::model::network::Network;
use crate::model::pass::Pass;
use crate::optim::Updater;
use crate::seed::Streams;

/// Why a learner's network exists: every step puts one back.
const PRESENT: &str = "a network between two steps";

/// A network in training.
pub struct Learner {
    /// `None` only during a step.
    network: Option<Network>,
    updater: Updater,
    streams: Streams,
    steps: usize,
    device: Device,
}

impl Learner {
    /// A learner whose `network` is on the differentiable `device`; dropout draws from
    /// `streams`.
    pub fn new(network: Network, updater: Updater, streams: Streams, device: Device) -> Self {
        Self { network: Some(network), updater, streams, steps: 0, device }
    }

    /// Takes one optimiser step on `batch` and returns its loss and correct count before the step.
    #[expect(
        clippy::missing_panics_doc,
        reason = "it cannot: every step that takes the network puts one back"
    )]
    pub fn step(&mut self, batch: &Batch) -> BatchResult {
        self.steps += 1;
        let dropout = self.streams.stream(&format!("dropout/step.{}", self.steps));
        let mut pass = Pass::training(self.steps, dropout);
        // Taken out and not cloned: with a second reference to the weights, the update would copy them.
        let mut network = self.network.take().expect(PRESENT);
        let logits = network.forward(inputs(batch, &self.device), &mut pass);
        let result = result(&logits, batch);
        let gradients = objective(&mut network, logits, batch, &self.device).backward();
        let gradients = GradientsParams::from_grads(gradients, &network);
        let mut network = self.updater.step(network, gradients);
        network.constrain();
        network.observe(pass.into_observed());
        self.network = Some(network);
        result
    }

    fn network(&self) -> &Network {
        self.network.as_ref().expect(PRESENT)
    }

    /// The present network, without gradients.
    pub fn evaluator(&self) -> Evaluator {
        Evaluator::new(self.network().valid(), &self.device)
    }

    /// The present network, for probes.
    pub fn inspection(&self) -> Inspection {
        Inspection::new(self.network().clone(), self.device.clone())
    }

    /// The network's weights and running statistics, under their names.
    pub fn tensors(&self) -> Vec<NamedTensor> {
        parameters::named_tensors(self.network())
    }

    /// Number of trainable parameters.
    pub fn parameters(&self) -> usize {
        self.network().num_params()
    }
}

#[cfg(test)]
mod inspection_tests;
#[cfg(test)]
mod tests;
