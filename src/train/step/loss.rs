//! The input of a network from a batch, and the loss and number of correct answers from its output.

use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use crate::data::batches::Batch;
use crate::event::BatchResult;
use crate::model::network::Network;

/// The inputs of `batch`, `[batch, features]`.
pub(super) fn inputs(batch: &Batch, device: &Device) -> Tensor<2> {
    let shape = [batch.labels.len(), batch.features];
    Tensor::from_data(TensorData::new(batch.inputs.clone(), shape), device)
}

/// The function that is minimised: the mean cross-entropy of the batch, plus the penalties on γ and β.
/// Reported losses are the cross-entropy alone.
pub(super) fn objective(
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
pub(super) fn cross_entropy(logits: Tensor<2>, batch: &Batch, device: &Device) -> Tensor<1> {
    let labels: Vec<i32> = batch.labels.iter().map(|&label| i32::from(label)).collect();
    let shape = [labels.len(), 1];
    let labels = Tensor::<2, Int>::from_data(TensorData::new(labels, shape), device);
    activation::log_softmax(logits, 1).gather(1, labels).mean().neg()
}

/// Loss and correct answers, computed on the host in double precision from the logits
/// `[batch, classes]`: one transfer from the device, and the same sum on every backend.
pub(super) fn result(logits: &Tensor<2>, batch: &Batch) -> BatchResult {
    answers(logits, batch, |_, _| {})
}

/// Loss and correct answers; `answered` is called for every example in turn, with its label and whether it is classified
/// correctly.
pub(super) fn answers(
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
pub(super) fn largest(logits: &[f32]) -> usize {
    let mut best = 0;
    for (position, &logit) in logits.iter().enumerate() {
        if logit > logits[best] {
            best = position;
        }
    }
    best
}
