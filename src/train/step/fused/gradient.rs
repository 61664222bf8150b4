//! Gradients by the outputs of layers.

use std::ops::Range;

use super::buffer::{Buffer, View};
use crate::kernels;

/// The gradient by the output of a layer, without a border. The columns behind the real ones are 0.
pub(super) struct Gradient {
    pub(super) buffer: Buffer,
    /// What is left to be done: then `buffer` is the gradient `d` by the output of a normalisation behind the layer, and the
    /// gradient by the layer's output `x` follows from both; see [`Coefficients`].
    pub(super) pending: Option<Pending>,
}

impl Gradient {
    /// The gradient `buffer`.
    pub(super) fn complete(buffer: Buffer) -> Self {
        Self { buffer, pending: None }
    }

    /// The gradient with its memory; what remains has none.
    pub(super) fn take(&mut self) -> Self {
        Self { buffer: self.buffer.take(), pending: self.pending.take() }
    }
}

/// What is to be computed of the gradient by the input of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing.
    Nothing,
    /// All of it.
    Complete,
    /// The gradient; a normalisation may leave its last pass to the layer before it.
    Pending,
}

/// The last pass of the gradient of a normalisation, for each of its sub-batches.
pub(super) struct Pending(pub(super) Vec<Coefficients>);

impl Pending {
    /// What is to be done for an example.
    pub(super) fn of(&self, image: usize) -> &Coefficients {
        let mut parts = self.0.iter();
        let part = parts.find(|part| part.images.contains(&image));
        part.expect("the sub-batches cover the batch")
    }

    /// Writes the gradient by `x` into `dx`, which have no borders, as `d`.
    pub(super) fn apply(&self, x: View<'_>, d: &Buffer, dx: &mut Buffer) {
        let size = x.map.size();
        for part in &self.0 {
            let range = part.images.start * size..part.images.end * size;
            part.apply(&x.values[range.clone()], &d.values[range.clone()], &mut dx.values[range]);
        }
    }
}

/// `dx = scale · (d − offset) − slope · (x − mean)` for some examples, with numbers for each column.
pub(super) struct Coefficients {
    pub(super) images: Range<usize>,
    pub(super) mean: Vec<f32>,
    pub(super) scale: Vec<f32>,
    pub(super) offset: Vec<f32>,
    pub(super) slope: Vec<f32>,
}

impl Coefficients {
    pub(super) fn apply(&self, x: &[f32], d: &[f32], dx: &mut [f32]) {
        let Self { mean, scale, offset, slope, .. } = self;
        kernels::input_gradient(x, d, [mean, scale, offset, slope], dx);
    }
}
