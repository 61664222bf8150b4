//! One optimiser step: from parameters, optimiser state and a batch to loss and number of correct predictions. It
//! has no policy, files or events. Nothing outside this folder uses automatic differentiation or an
//! optimiser, so that a faster step can replace this one and be checked against it. [`Evaluator`] and
//! [`Inspection`] measure the network that it trains.

mod evaluator;
mod inspection;
pub mod parameters;
mod state;
pub mod trace;

pub use self::evaluator::{Evaluator, RunningStatistics};
pub use self::inspection::{Inspection, Slope};

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};

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

/// The inputs as a tensor `[batch, features]`.
fn inputs(batch: &Batch, device: &Device) -> Tensor<2> {
    let shape = [batch.labels.len(), batch.features];
    Tensor::from_data(TensorData::new(batch.inputs.clone(), shape), device)
}

/// The function that is minimised: the mean cross-entropy of the batch, plus the penalties on γ and β.
/// Reported losses are the cross-entropy alone.
fn objective(
    network: &mut Network,
    logits: Tensor<2>,
    batch: &Batch,
    device: &Device,
) -> Tensor<1> {
    let loss = cross_entropy(logits, batch, device);
    match network.regularisation() {
        Some(penalty) => loss + penalty,
        None => loss,
    }
}

/// Cross-entropy in nats: the mean over the batch of `−log softmax(logits)[label]`.
fn cross_entropy(logits: Tensor<2>, batch: &Batch, device: &Device) -> Tensor<1> {
    let labels: Vec<i32> = batch.labels.iter().map(|&label| i32::from(label)).collect();
    let shape = [labels.len(), 1];
    let labels = Tensor::<2, Int>::from_data(TensorData::new(labels, shape), device);
    activation::log_softmax(logits, 1).gather(1, labels).mean().neg()
}

/// Loss and number of correct predictions, computed on the host in double precision from the logits
/// `[batch, classes]`: one transfer from the device, and the same sum on every backend.
fn result(logits: &Tensor<2>, batch: &Batch) -> BatchResult {
    answers(logits, batch, |_, _| {})
}

/// As [`result`]; `answered` is called for every example in turn, with its label and whether it is classified
/// correctly.
fn answers(
    logits: &Tensor<2>,
    batch: &Batch,
    mut answered: impl FnMut(usize, bool),
) -> BatchResult {
    let [examples, classes] = logits.dims();
    let values = logits.to_data().convert::<f32>();
    let values = values.as_slice::<f32>().unwrap_or(&[]);
    let mut result = BatchResult { loss: 0.0, correct: 0, examples };
    for (row, &label) in values.chunks_exact(classes).zip(&batch.labels) {
        let label = usize::from(label);
        result.loss += negative_log_likelihood(row, label);
        let is_correct = largest(row) == label;
        result.correct += usize::from(is_correct);
        answered(label, is_correct);
    }
    result.loss /= examples as f64;
    result
}

/// `log Σ exp(z) − z[label]`, with the largest logit subtracted so that nothing overflows.
fn negative_log_likelihood(logits: &[f32], label: usize) -> f64 {
    let largest = logits.iter().fold(f64::NEG_INFINITY, |a, &z| a.max(f64::from(z)));
    let sum: f64 = logits.iter().map(|&z| (f64::from(z) - largest).exp()).sum();
    sum.ln() + largest - f64::from(logits[label])
}

/// The position of the largest logit; in a tie, the first.
fn largest(logits: &[f32]) -> usize {
    let mut best = 0;
    for (position, &logit) in logits.iter().enumerate() {
        if logit > logits[best] {
            best = position;
        }
    }
    best
}

#[cfg(test)]
mod inspection_tests;
#[cfg(test)]
mod tests;
