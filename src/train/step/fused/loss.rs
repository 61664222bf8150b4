//! The cross-entropy of a batch and its gradient.

use super::buffer::{Buffer, View};
use crate::event::BatchResult;
use crate::train::step::loss::largest;

/// Mean of `−log softmax(z)[label]` over the batch, number of correct answers, and for training the gradient
/// `(softmax(z) − onehot(label)) / batch` by the logits `z`. In double precision, with the largest logit subtracted so
/// that nothing overflows. `answered` is called for every example with its label and whether it is classified correctly.
pub(super) fn cross_entropy(
    logits: View<'_>,
    labels: &[u8],
    mut gradient: Option<&mut Buffer>,
    mut answered: impl FnMut(usize, bool),
) -> BatchResult {
    let (step, classes) = (logits.map.step, logits.map.channels);
    let examples = labels.len();
    let mut result = BatchResult { loss: 0.0, correct: 0, examples };
    let mut exponentials = vec![0.0; classes];
    for (example, &label) in labels.iter().enumerate() {
        let row = &logits.values[example * step..][..classes];
        let label = usize::from(label);
        let best = largest(row);
        let most = f64::from(row[best]);
        let mut sum = 0.0;
        for (e, &z) in exponentials.iter_mut().zip(row) {
            *e = (f64::from(z) - most).exp();
            sum += *e;
        }
        result.loss += sum.ln() + most - f64::from(row[label]);
        result.correct += usize::from(best == label);
        answered(label, best == label);
        if let Some(gradient) = &mut gradient {
            let to = &mut gradient.values[example * step..][..step];
            to.fill(0.0);
            for (class, (to, e)) in to.iter_mut().zip(&exponentials).enumerate() {
                let target = if class == label { 1.0 } else { 0.0 };
                *to = ((e / sum - target) / examples as f64) as f32;
            }
        }
    }
    result.loss /= examples as f64;
    result
}
