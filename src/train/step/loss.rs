//! The input of a network from a batch, and the loss and number of correct answers from its output.

use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use crate::data::batches::Batch;
use crate::event::{BatchResult, Prediction};
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
    answers(logits, batch, |_| {})
}

/// Loss and correct answers; `answered` is called with the prediction for every example in turn.
pub(super) fn answers(
    logits: &Tensor<2>,
    batch: &Batch,
    mut answered: impl FnMut(Prediction),
) -> BatchResult {
    let classes = logits.dims()[1];
    let values = logits.to_data().convert::<f32>();
    let values = values.as_slice::<f32>().unwrap_or(&[]);
    let rows = values.chunks_exact(classes);
    answers_of_rows(rows, &batch.labels, |answer| answered(answer.prediction()))
}

/// The answer of a network to one example.
pub(super) struct Answer<'a> {
    /// Its position in the batch.
    pub(super) example: usize,
    pub(super) label: usize,
    /// The class of the largest logit.
    predicted: usize,
    /// `exp(z − max z)` of each logit z, and their sum.
    pub(super) exponentials: &'a [f64],
    pub(super) sum: f64,
}

impl Answer<'_> {
    /// The class that the network predicts, with its probability by the softmax.
    pub(super) fn prediction(&self) -> Prediction {
        Prediction {
            label: self.label,
            predicted: self.predicted,
            probability: self.exponentials[self.predicted] / self.sum,
            label_probability: self.exponentials[self.label] / self.sum,
        }
    }
}

/// Loss and correct answers from the logits of every example. The loss of one is `log Σ exp(z) − z[label]`, with the
/// largest logit subtracted so that nothing overflows.
pub(super) fn answers_of_rows<'a>(
    rows: impl Iterator<Item = &'a [f32]>,
    labels: &[u8],
    mut answered: impl FnMut(Answer<'_>),
) -> BatchResult {
    let mut result = BatchResult { loss: 0.0, correct: 0, examples: labels.len() };
    let mut exponentials = Vec::new();
    for (example, (row, &label)) in rows.zip(labels).enumerate() {
        let (label, best) = (usize::from(label), largest(row));
        let most = f64::from(row[best]);
        exponentials.clear();
        exponentials.extend(row.iter().map(|&z| (f64::from(z) - most).exp()));
        let sum: f64 = exponentials.iter().sum();
        result.loss += sum.ln() + most - f64::from(row[label]);
        result.correct += usize::from(best == label);
        answered(Answer { example, label, predicted: best, exponentials: &exponentials, sum });
    }
    result.loss /= labels.len() as f64;
    result
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
