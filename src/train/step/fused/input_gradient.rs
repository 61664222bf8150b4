//! The gradient of a convolution by its input.

use super::buffer::Map;
use super::parameter::Parameter;
use crate::kernels::{Panels, Product, Rows};

/// The gradient by the input `x` of a convolution with windows of `side` rows and columns,
///
/// ```text
/// dx[r, c] = Σ dy[i, j] · W[k, l]    over all i · stride + k − border = r and j · stride + l − border = c
/// ```
///
/// With a stride of 1 it is a convolution of `dy` with the weights in reverse order. Otherwise the rows of `x` differ in which
/// rows of the weights reach them, and so do the columns: the positions of each [`Phase`] form a convolution of their own.
pub(super) struct InputGradient {
    phases: Vec<Phase>,
    side: usize,
    stride: usize,
    /// The shape of `x`, without a border.
    input: Map,
    /// The shape of `dy`, with a border.
    output: Map,
}

/// Positions of the input that the same rows and columns of the weights reach.
struct Phase {
    /// Those of the rows, and those of the columns.
    ends: [Taps; 2],
    /// The weights that reach them, `[rows · columns · outputs, inputs]`, in panels.
    weights: Vec<f32>,
    /// The first value of each position's window in `dy`.
    windows: Vec<usize>,
}

/// Rows of the input `first`, `first + stride`, …, and the rows of the weights `tap`, `tap + stride`, … that reach them; or
/// columns.
#[derive(Clone, Copy)]
struct Taps {
    first: usize,
    /// Number of rows of the input.
    count: usize,
    tap: usize,
    /// Number of rows of the weights.
    taps: usize,
}

impl Taps {
    /// Those of weights `tap`, …, for an input of `size` rows.
    fn new(tap: usize, [side, stride, size]: [usize; 3]) -> Self {
        let border = (side - 1) / 2;
        let first = (tap + stride - border % stride) % stride;
        let count = size.saturating_sub(first).div_ceil(stride);
        Self { first, count, tap, taps: side.saturating_sub(tap).div_ceil(stride) }
    }

    /// The first row of `dy`, from the start of its border, that reaches each row of the input.
    fn starts(self, side: usize, stride: usize) -> impl Iterator<Item = usize> {
        let border = (side - 1) / 2;
        // The row of the input that the last row of the weights reaches first.
        let last = move |row: usize| (row + border - self.tap) / stride;
        (0..self.count).map(move |i| last(self.first + i * stride) + border + 1 - self.taps)
    }
}

impl InputGradient {
    /// That of a convolution of an input of shape `input`; the gradient of its output has the shape `output`, with a border of
    /// half a window.
    pub(super) fn new(side: usize, stride: usize, input: Map, output: Map) -> Self {
        let along = |size: usize| (0..stride).map(move |tap| Taps::new(tap, [side, stride, size]));
        let phase = |ends: [Taps; 2]| {
            let [rows, columns] = ends;
            let windows = rows.starts(side, stride).flat_map(|row| {
                let columns = columns.starts(side, stride);
                columns.map(move |column| row * output.row() + column * output.step)
            });
            let windows = if rows.taps * columns.taps > 0 { windows.collect() } else { Vec::new() };
            Phase { ends, weights: Vec::new(), windows }
        };
        let rows = along(input.height);
        let phases = rows.flat_map(|row| along(input.width).map(move |column| [row, column]));
        let phases = phases.map(phase).collect();
        Self { phases, side, stride, input: input.bordered(0), output }
    }

    /// Takes over the weights `[side · side · inputs, outputs]`.
    pub(super) fn prepare(&mut self, weight: &Parameter) {
        let (from, [outputs, inputs]) = (weight.panels(), [weight.shape[0], weight.shape[1]]);
        let step = from.depth / (self.side * self.side);
        for Phase { ends: [rows, columns], weights, .. } in &mut self.phases {
            let to = Panels::new(rows.taps * columns.taps * self.output.step, inputs);
            weights.resize(to.size(), 0.0);
            for at in 0..rows.taps * columns.taps {
                // In the order of dy, in which the weights are reversed.
                let row = rows.tap + (rows.taps - 1 - at / columns.taps) * self.stride;
                let column = columns.tap + (columns.taps - 1 - at % columns.taps) * self.stride;
                for input in 0..inputs {
                    let source = (row * self.side + column) * step + input;
                    for output in 0..outputs {
                        weights[to.position(at * self.output.step + output, input)] =
                            weight.values()[from.position(source, output)];
                    }
                }
            }
        }
    }

    /// Writes the gradient of one example into `dx`, from that of its output, `dy`.
    pub(super) fn of_example(&self, dy: &[f32], dx: &mut [f32]) {
        let (columns, step) = (self.input.step, self.stride * self.input.step);
        for phase in &self.phases {
            let [rows, of_row] = phase.ends;
            if phase.windows.is_empty() {
                for i in 0..rows.count {
                    for j in 0..of_row.count {
                        let [row, column] =
                            [rows.first + i * self.stride, of_row.first + j * self.stride];
                        dx[self.input.at(0, row, column)..][..columns].fill(0.0);
                    }
                }
                continue;
            }
            // With a stride of 1, all positions lie one behind the other.
            let count = if self.stride == 1 { phase.windows.len() } else { of_row.count };
            for (i, offsets) in phase.windows.chunks(count).enumerate() {
                let start = self.input.at(0, rows.first + i * self.stride, of_row.first);
                Product {
                    rows: Rows {
                        x: dy,
                        offsets,
                        segments: rows.taps,
                        step: self.output.row(),
                        length: of_row.taps * self.output.step,
                    },
                    weights: &phase.weights,
                    bias: None,
                    columns,
                    result: &mut dx[start..],
                    step,
                }
                .run();
            }
        }
    }
}
