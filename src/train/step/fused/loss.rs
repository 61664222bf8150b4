//! The gradient of the cross-entropy of a batch.

use super::buffer::{Buffer, View};
use crate::event::BatchResult;
use crate::train::step::loss::{Answer, answers_of_rows};

/// Loss and correct answers, and for training the gradient `(softmax(z) − onehot(label)) / batch` by the logits `z`.
/// `answered` is called for every example with its label and whether it is classified correctly.
pub(super) fn cross_entropy(
    logits: View<'_>,
    labels: &[u8],
    mut gradient: Option<&mut Buffer>,
    mut answered: impl FnMut(usize, bool),
) -> BatchResult {
    let (step, classes) = (logits.map.step, logits.map.channels);
    let examples = labels.len() as f64;
    let rows = logits.values.chunks_exact(step).map(|row| &row[..classes]);
    answers_of_rows(rows, labels, |answer| {
        let Answer { example, label, is_correct, exponentials, sum } = answer;
        answered(label, is_correct);
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
