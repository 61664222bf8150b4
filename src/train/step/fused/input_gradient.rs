//! The gradient of a convolution by its input.

use super::buffer::Map;
use super::parameter::Parameter;
use crate::kernels::{Panels, Product, Rows};
use crate::model::convolution::Kernel;

/// The gradient by the input `x` of a convolution, of windows of `side` rows and columns and a padding of `p`, see `model/convolution.rs`:
///
/// ```text
/// dx[r, c, i] = Σ dy[u, v, o] · W[o, i, k, l]        over all o, and u · stride + k − p = r, v · stride + l − p = c
/// ```
///
/// a transposed convolution. With a stride of 1 it is a convolution of `dy` with the kernel rotated by 180°. Otherwise the rows
/// of `x` differ in which rows of the kernel reach them, and so do the columns: the positions of each [`Phase`] form a
/// convolution of their own.
pub(super) struct InputGradient {
    phases: Vec<Phase>,
    kernel: Kernel,
    /// The shape of `x`, without a border.
    input: Map,
    /// The shape of `dy`, with a border of `p`.
    output: Map,
}

/// Positions of the input that the same rows and columns of the kernel reach.
struct Phase {
    rows: Axis,
    columns: Axis,
    /// The weights that reach them, `[rows · columns · outputs, inputs]`, in panels.
    weights: Vec<f32>,
    /// The first value of each position's window in `dy`; empty where no weight reaches them.
    windows: Vec<usize>,
}

/// Rows of the input `first_input`, `first_input + stride`, …, and the rows of the kernel `first_weight`,
/// `first_weight + stride`, … that reach them; or columns.
#[derive(Clone, Copy)]
struct Axis {
    first_input: usize,
    /// Number of rows of the input.
    inputs: usize,
    first_weight: usize,
    /// Number of rows of the kernel.
    weights: usize,
}

impl Axis {
    /// That of row `first_weight` of the kernel, for an input of `size` rows.
    fn new(first_weight: usize, kernel: Kernel, size: usize) -> Self {
        let Kernel { side, stride, .. } = kernel;
        let first_input = (first_weight + stride - kernel.padding() % stride) % stride;
        Self {
            first_input,
            inputs: size.saturating_sub(first_input).div_ceil(stride),
            first_weight,
            weights: side.saturating_sub(first_weight).div_ceil(stride),
        }
    }

    /// For each row of the input, the first row of `dy` that reaches it, counted from the start of the border.
    fn starts(self, kernel: Kernel) -> impl Iterator<Item = usize> {
        let Kernel { stride, .. } = kernel;
        let padding = kernel.padding();
        // The last one reaches it through the first row of the kernel.
        let last = move |row: usize| (row + padding - self.first_weight) / stride;
        let rows = (0..self.inputs).map(move |i| self.first_input + i * stride);
        rows.map(move |row| last(row) + padding + 1 - self.weights)
    }
}

impl InputGradient {
    /// That of a convolution of an input of shape `input`; the gradient of its output has the shape `output`, with a border of
    /// its padding.
    pub(super) fn new(kernel: Kernel, input: Map, output: Map) -> Self {
        let along =
            |size: usize| (0..kernel.stride).map(move |first| Axis::new(first, kernel, size));
        let phase = |[rows, columns]: [Axis; 2]| {
            let windows = if rows.weights * columns.weights == 0 {
                Vec::new()
            } else {
                let row = rows.starts(kernel).flat_map(|row| {
                    let columns = columns.starts(kernel);
                    columns.map(move |column| row * output.row() + column * output.step)
                });
                row.collect()
            };
            Phase { rows, columns, weights: Vec::new(), windows }
        };
        let rows = along(input.height);
        let phases = rows.flat_map(|row| along(input.width).map(move |column| [row, column]));
        Self { phases: phases.map(phase).collect(), kernel, input: input.bordered(0), output }
    }

    /// Takes over the weights `[side · side · inputs, outputs]`.
    pub(super) fn prepare(&mut self, weight: &Parameter) {
        let Kernel { inputs, outputs, side, stride } = self.kernel;
        let from = weight.panels();
        let step = from.depth / (side * side);
        for Phase { rows, columns, weights, .. } in &mut self.phases {
            let count = rows.weights * columns.weights;
            let to = Panels::new(count * self.output.step, inputs);
            weights.resize(to.size(), 0.0);
            for at in 0..count {
                // In the order of dy, in which those of the kernel are reversed.
                let row = rows.first_weight + (rows.weights - 1 - at / columns.weights) * stride;
                let column =
                    columns.first_weight + (columns.weights - 1 - at % columns.weights) * stride;
                for input in 0..inputs {
                    let source = (row * side + column) * step + input;
                    for output in 0..outputs {
                        weights[to.position(at * self.output.step + output, input)] =
                            weight.values()[from.position(source, output)];
                    }
                }
            }
        }
    }

    /// Writes the gradient of one example into `dx`, `[height, width, step]`, from that of its output, `dy`,
    /// `[height + 2 p, width + 2 p, step]`.
    pub(super) fn of_example(&self, dy: &[f32], dx: &mut [f32]) {
        let (columns, stride) = (self.input.step, self.kernel.stride);
        if self.phases.iter().any(|phase| phase.windows.is_empty()) {
            dx[..self.input.size()].fill(0.0);
        }
        for phase in self.phases.iter().filter(|phase| !phase.windows.is_empty()) {
            // With a stride of 1, all positions lie one behind the other.
            let count = if stride == 1 { phase.windows.len() } else { phase.columns.inputs };
            for (i, offsets) in phase.windows.chunks(count).enumerate() {
                let row = phase.rows.first_input + i * stride;
                let start = self.input.at(0, row, phase.columns.first_input);
                Product {
                    rows: Rows {
                        x: dy,
                        offsets,
                        segments: phase.rows.weights,
                        step: self.output.row(),
                        length: phase.columns.weights * self.output.step,
                    },
                    weights: &phase.weights,
                    bias: None,
                    columns,
                    result: &mut dx[start..],
                    step: stride * columns,
                }
                .run();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameter::Layout;
    use super::*;
    use crate::event::NamedTensor;
    use crate::kernels::padded;
    use crate::optim::Group;

    fn numbers(count: usize, step: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * step % 23) as f32 - 11.0) / 8.0).collect()
    }

    /// The gradient of one example, by the definition.
    fn compare(side: usize, stride: usize, [height, width]: [usize; 2]) {
        let (inputs, outputs, border) = (3, 9, (side - 1) / 2);
        let input = Map::new([height, width, inputs]);
        let outputs_of = [height, width].map(|size| size.div_ceil(stride));
        let output = Map::new([outputs_of[0], outputs_of[1], outputs]).bordered(border);
        let values = numbers(outputs * inputs * side * side, 7);
        let tensor = NamedTensor {
            name: "weight".to_owned(),
            shape: vec![outputs, inputs, side, side],
            values: values.clone(),
        };
        let layout = Layout::Kernel { step: padded(inputs) };
        let weight = Parameter::new(&tensor, layout, Group::Other, [false; 2]);
        let plain = numbers(outputs_of[0] * outputs_of[1] * outputs, 5);
        let mut dy = vec![0.0; output.size()];
        let mut expected = vec![0.0; height * width * inputs];
        for i in 0..outputs_of[0] {
            for j in 0..outputs_of[1] {
                for o in 0..outputs {
                    let d = plain[(i * outputs_of[1] + j) * outputs + o];
                    dy[output.at(0, i, j) + o] = d;
                    for (c, k, l) in (0..inputs).flat_map(|c| {
                        (0..side).flat_map(move |k| (0..side).map(move |l| (c, k, l)))
                    }) {
                        let (r, s) = (i * stride + k, j * stride + l);
                        if (border..border + height).contains(&r)
                            && (border..border + width).contains(&s)
                        {
                            let w = values[((o * inputs + c) * side + k) * side + l];
                            expected[((r - border) * width + s - border) * inputs + c] += d * w;
                        }
                    }
                }
            }
        }
        let kernel = Kernel { inputs, outputs, side, stride };
        let mut gradient = InputGradient::new(kernel, input, output);
        gradient.prepare(&weight);
        // Every value is written.
        let mut dx = vec![f32::NAN; input.size()];
        gradient.of_example(&dy, &mut dx);
        for (position, expected) in expected.chunks_exact(inputs).enumerate() {
            let (found, padding) = dx[position * input.step..][..input.step].split_at(inputs);
            let is_close = found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-4);
            let what = format!("side {side}, stride {stride}, {height} × {width}, {position}");
            assert!(is_close, "{what}: {found:?} instead of {expected:?}");
            assert!(padding.iter().all(|&value| value == 0.0), "{what}");
        }
    }

    #[test]
    fn the_gradient_is_that_of_the_definition_for_any_window_stride_and_size() {
        if !crate::kernels::available() {
            return;
        }
        for side in [1, 3, 5] {
            for stride in [1, 2, 3, 4] {
                for size in [[1, 1], [2, 3], [5, 6], [8, 8], [9, 4]] {
                    compare(side, stride, size);
                }
            }
        }
    }
}
