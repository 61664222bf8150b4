//! The convolutional layer, channels last.

use std::ops::Range;

use super::buffer::{Buffer, Map, View};
use super::dense::bias_gradient;
use super::layer::{Backward, Forward, Layer};
use super::parameter::Parameter;
use super::state::Id;
use crate::kernels::{Line, Outer, Panels, Product, Rows};
use crate::model::convolution::Kernel;

/// Values of the input and of the gradient that are read again and again for a part of the weights' gradient: three
/// quarters of a first-level cache of 32 kB.
const CACHED: usize = 6 * 1024;

/// A convolution over square windows, padded with zeros by half a window on each side; see `model/convolution.rs`.
pub(super) struct Convolution {
    weight: Id,
    bias: Option<Id>,
    side: usize,
    stride: usize,
    /// The first value of each output position's window, from the start of an example.
    windows: Vec<u32>,
    /// The weights with rows, columns and channels exchanged, for the gradient of the input.
    turned: Vec<f32>,
    /// The windows of the gradient of the input.
    turned_windows: Vec<u32>,
    /// One example's gradient of the output, with zeros between its positions where the stride is above 1.
    spread: Buffer,
    output: Buffer,
}

impl Convolution {
    /// A layer behind an output of shape `input`, whose border is at least half a window.
    pub(super) fn new(
        weight: Id,
        bias: Option<Id>,
        Kernel { outputs, side, stride, .. }: Kernel,
        input: Map,
    ) -> Self {
        let [height, width] = [input.height, input.width].map(|size| size.div_ceil(stride));
        let output = Map::new([height, width, outputs]);
        let spread = Map::new([input.height, input.width, outputs]).bordered((side - 1) / 2);
        Self {
            weight,
            bias,
            side,
            stride,
            windows: windows(input, [height, width], stride, side),
            turned: Vec::new(),
            turned_windows: windows(spread, [input.height, input.width], 1, side),
            spread: Buffer::new(spread),
            output: Buffer::new(output),
        }
    }

    /// W with its rows and columns in reverse order and its channels exchanged: `[side · side · outputs, inputs]`.
    fn turn(&mut self, weight: &Parameter) {
        let (from, inputs) = (weight.panels(), weight.shape[1]);
        let (step, window) = (from.depth / (self.side * self.side), self.side * self.side);
        let outputs_step = self.output.map.step;
        let to = Panels::new(window * outputs_step, inputs);
        self.turned.resize(to.size(), 0.0);
        for at in 0..window {
            for input in 0..inputs {
                let row = at * step + input;
                for output in 0..weight.shape[0] {
                    let turned = to.position((window - 1 - at) * outputs_step + output, input);
                    self.turned[turned] = weight.values[from.position(row, output)];
                }
            }
        }
    }

    /// The gradient by the input of one example.
    fn input_gradient(&mut self, dy: &Buffer, image: usize, dx: &mut Buffer) {
        let (size, map) = (self.spread.map.size(), dx.map);
        let is_spread = self.stride > 1;
        if is_spread {
            spread(&mut self.spread, self.stride, dy, image);
        }
        let x = if is_spread { &self.spread.values } else { &dy.values[image * size..][..size] };
        let rows = Rows {
            x,
            offsets: &self.turned_windows,
            segments: self.side,
            step: self.spread.map.row(),
            length: self.side * self.output.map.step,
        };
        let result = &mut dx.values[image * map.size()..][..map.size()];
        Product { rows, weights: &self.turned, bias: None, columns: map.step, result }.run();
    }

    /// Adds the gradient of the weights over one example; the first example replaces what was there.
    fn weight_gradient(&self, x: View<'_>, dy: &Buffer, image: usize, weight: &mut Parameter) {
        let output = self.output.map;
        let cached = self.stride * x.map.row() + output.width * output.step;
        let strip = (CACHED / cached).clamp(1, output.height);
        for row in (0..output.height).step_by(strip) {
            let rows = row..output.height.min(row + strip);
            for kernel_row in 0..self.side {
                self.strip_gradient(x, dy, (image, rows.clone()), kernel_row, weight);
            }
        }
    }

    /// The gradient of the weights in one row of the kernel over some rows of the output of one example.
    fn strip_gradient(
        &self,
        x: View<'_>,
        dy: &Buffer,
        (image, output_rows): (usize, Range<usize>),
        kernel_row: usize,
        weight: &mut Parameter,
    ) {
        let panels = weight.panels();
        let rows = self.side * x.map.step;
        let outside = x.map.border - (self.side - 1) / 2;
        let adds = image > 0 || output_rows.start > 0;
        let line = |row: usize| Line {
            input: image * x.map.size()
                + (row * self.stride + kernel_row + outside) * x.map.row()
                + outside * x.map.step,
            gradient: dy.map.at(image, row, 0),
        };
        let lines: Vec<Line> = output_rows.map(line).collect();
        for (first, width) in panels.panels() {
            let start = first * panels.depth + kernel_row * rows * width;
            Outer {
                x: x.values,
                x_step: self.stride * x.map.step,
                d: &dy.values,
                d_step: dy.map.step,
                lines: &lines,
                count: self.output.map.width,
                rows,
                adds,
                first,
                width,
                panel: &mut weight.gradient_mut()[start..start + rows * width],
            }
            .run();
        }
    }
}

impl Layer for Convolution {
    fn forward(&mut self, x: View<'_>, pass: &mut Forward<'_>) {
        let (size, map) = (x.map.size(), self.output.map);
        let z = self.output.for_images(pass.images);
        for (image, result) in z.chunks_exact_mut(map.size()).enumerate() {
            let rows = Rows {
                x: &x.values[image * size..][..size],
                offsets: &self.windows,
                segments: self.side,
                step: x.map.row(),
                length: self.side * x.map.step,
            };
            let bias = self.bias.map(|bias| pass.state[bias].values.as_slice());
            let weights = &pass.state[self.weight].values;
            Product { rows, weights, bias, columns: map.step, result }.run();
        }
    }

    fn output(&self) -> View<'_> {
        self.output.view()
    }

    fn backward(
        &mut self,
        x: View<'_>,
        dy: &mut Buffer,
        wanted: Option<usize>,
        pass: &mut Backward<'_>,
    ) -> Option<Buffer> {
        let mut dx = wanted.map(|_| pass.pool.take(x.map.bordered(0), pass.images));
        if dx.is_some() {
            self.turn(&pass.state[self.weight]);
        }
        // Both read an example's gradient, which the second one finds in the cache.
        for image in 0..pass.images {
            if let Some(dx) = &mut dx {
                self.input_gradient(dy, image, dx);
            }
            self.weight_gradient(x, dy, image, &mut pass.state[self.weight]);
        }
        pass.finish(self.weight);
        if let Some(bias) = self.bias {
            bias_gradient(bias, dy, pass);
        }
        dx
    }

    fn gradient_border(&self) -> usize {
        if self.stride > 1 { 0 } else { (self.side - 1) / 2 }
    }
}

/// The first value of the window of each of `[height, width]` positions, from the start of an example of `map`.
fn windows(map: Map, [height, width]: [usize; 2], stride: usize, side: usize) -> Vec<u32> {
    let outside = map.border - (side - 1) / 2;
    let start = |row: usize, column: usize| {
        (row * stride + outside) * map.row() + (column * stride + outside) * map.step
    };
    let rows = (0..height).flat_map(|row| (0..width).map(move |column| start(row, column)));
    rows.map(|at| at as u32).collect()
}

/// Sets `target` to the gradient of one example, its positions `stride` apart.
fn spread(target: &mut Buffer, stride: usize, dy: &Buffer, image: usize) {
    let map = target.map;
    let values = target.for_images(1);
    for row in 0..dy.map.height {
        for column in 0..dy.map.width {
            let (from, to) =
                (dy.map.at(image, row, column), map.at(0, row * stride, column * stride));
            values[to..to + map.step].copy_from_slice(&dy.values[from..from + map.step]);
        }
    }
}
