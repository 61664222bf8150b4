//! The gradient of the cross-entropy of a batch.

use super::buffer::{Buffer, View};
use crate::event::{BatchResult, Prediction};
use crate::train::step::loss::{Answer, answers_of_rows};

/// Loss and correct answers, and for training the gradient `(softmax(z) − onehot(label)) / batch` by the logits `z`.
/// `answered` is called with the prediction for every example in turn.
pub(super) fn cross_entropy(
    logits: View<'_>,
    labels: &[u8],
    mut gradient: Option<&mut Buffer>,
    mut answered: impl FnMut(Prediction),
) -> BatchResult {
    let (step, classes) = (logits.map.step, logits.map.channels);
    let examples = labels.len() as f64;
    let rows = logits.values.chunks_exact(step).map(|row| &row[..classes]);
    answers_of_rows(rows, labels, |answer| {
        answered(answer.prediction());
        let Answer { example, label, exponentials, sum, .. } = answer;
        if let Some(gradient) = &mut gradient {
            let to = &mut gradient.values[example * step..][..step];
            to.fill(0.0);
            for (class, (to, e)) in to.iter_mut().zip(exponentials).enumerate() {
                let target = if class == label { 1.0 } else { 0.0 };
                *to = ((e / sum - target) / examples) as f32;
            }
        }
    })
}
