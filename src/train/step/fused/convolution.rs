//! The convolutional layer, channels last.

use rayon::prelude::*;

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
    windows: Vec<usize>,
    /// The weights with rows, columns and channels exchanged, for the gradient of the input.
    flipped: Vec<f32>,
    /// The windows of the gradient of the input.
    flipped_windows: Vec<usize>,
    /// One example's gradient of the output, with zeros between its positions where the stride is above 1.
    spread: Buffer,
    output: Map,
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
            flipped: Vec::new(),
            flipped_windows: windows(spread, [input.height, input.width], 1, side),
            spread: Buffer::new(spread),
            output,
        }
    }

    /// W with its rows and columns in reverse order and its channels exchanged: `[side · side · outputs, inputs]`.
    fn flip(&mut self, weight: &Parameter) {
        let (from, inputs) = (weight.panels(), weight.shape[1]);
        let (step, window) = (from.depth / (self.side * self.side), self.side * self.side);
        let outputs_step = self.output.step;
        let to = Panels::new(window * outputs_step, inputs);
        self.flipped.resize(to.size(), 0.0);
        for at in 0..window {
            for input in 0..inputs {
                let row = at * step + input;
                for output in 0..weight.shape[0] {
                    let flipped = to.position((window - 1 - at) * outputs_step + output, input);
                    self.flipped[flipped] = weight.values[from.position(row, output)];
                }
            }
        }
    }

    /// The gradient by the input, `dx` with `columns` channels, of one example. `spread` is like [`Self::spread`].
    fn input_gradient(
        &self,
        spread: &mut Buffer,
        dy: &Buffer,
        image: usize,
        (dx, columns): (&mut [f32], usize),
    ) {
        let size = dy.map.size();
        let x = if self.stride > 1 {
            set_spread(spread, self.stride, dy, image);
            &spread.values
        } else {
            debug_assert_eq!(dy.map, spread.map, "the border that it asked for");
            &dy.values[image * size..][..size]
        };
        let rows = Rows {
            x,
            offsets: &self.flipped_windows,
            segments: self.side,
            step: spread.map.row(),
            length: self.side * self.output.step,
        };
        Product { rows, weights: &self.flipped, bias: None, columns, result: dx }.run();
    }

    /// The parts of the gradient of the weights that are computed apart: a panel in a row of the kernel.
    fn parts<'a>(&self, panels: Panels, gradient: &'a mut [f32]) -> Vec<(Part, &'a mut [f32])> {
        let rows = panels.depth / self.side;
        let part = |(first, width)| {
            (0..self.side).map(move |kernel_row| Part { first, width, kernel_row, rows })
        };
        let mut rest = gradient;
        let mut parts = Vec::new();
        // In the order of memory.
        for part in panels.panels().flat_map(part) {
            let (own, behind) = rest.split_at_mut(part.rows * part.width);
            parts.push((part, own));
            rest = behind;
        }
        parts
    }

    /// Adds the gradient of a part of the weights over one example; the first example replaces what was there.
    fn part_gradient(&self, x: View<'_>, dy: &Buffer, image: usize, part: Part, sum: &mut [f32]) {
        let output = self.output;
        let cached = self.stride * x.map.row() + output.width * output.step;
        let strip = (CACHED / cached).clamp(1, output.height);
        let outside = x.map.border - (self.side - 1) / 2;
        for start in (0..output.height).step_by(strip) {
            let line = |row: usize| Line {
                input: image * x.map.size()
                    + (row * self.stride + part.kernel_row + outside) * x.map.row()
                    + outside * x.map.step,
                gradient: dy.map.at(image, row, 0),
            };
            let end = output.height.min(start + strip);
            let lines: Vec<Line> = (start..end).map(line).collect();
            Outer {
                x: x.values,
                x_step: self.stride * x.map.step,
                d: &dy.values,
                d_step: dy.map.step,
                lines: &lines,
                count: output.width,
                rows: part.rows,
                adds: image > 0 || start > 0,
                first: part.first,
                width: part.width,
                panel: sum,
            }
            .run();
        }
    }

    /// Both gradients, example by example: the second one finds the example's gradient in the cache.
    fn gradients(
        &mut self,
        x: View<'_>,
        dy: &Buffer,
        parts: &mut [(Part, &mut [f32])],
        mut dx: Option<&mut Buffer>,
        images: usize,
    ) {
        let empty = Buffer::new(self.spread.map);
        let mut spread = std::mem::replace(&mut self.spread, empty);
        for image in 0..images {
            if let Some(dx) = &mut dx {
                let map = dx.map;
                let of_image = &mut dx.values[image * map.size()..][..map.size()];
                self.input_gradient(&mut spread, dy, image, (of_image, map.step));
            }
            for (part, sum) in &mut *parts {
                self.part_gradient(x, dy, image, *part, sum);
            }
        }
        self.spread = spread;
    }

    /// As [`Self::gradients`], with the examples and the parts of the weights spread over the threads of the trial. Every
    /// sum has the same order.
    fn gradients_in_parallel(
        &self,
        x: View<'_>,
        dy: &Buffer,
        parts: &mut [(Part, &mut [f32])],
        dx: Option<&mut Buffer>,
        images: usize,
    ) {
        if let Some(dx) = dx {
            let map = dx.map;
            let all = dx.values[..images * map.size()].par_chunks_exact_mut(map.size());
            all.enumerate().for_each_init(
                || self.spread.clone(),
                |spread, (image, of_image)| {
                    self.input_gradient(spread, dy, image, (of_image, map.step));
                },
            );
        }
        parts.par_iter_mut().for_each(|(part, sum)| {
            for image in 0..images {
                self.part_gradient(x, dy, image, *part, sum);
            }
        });
    }
}

/// A part of the gradient of the weights.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// First column and number of columns of the panel.
    first: usize,
    width: usize,
    kernel_row: usize,
    /// Number of rows of the matrix of weights in it.
    rows: usize,
}

impl Layer for Convolution {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        let (size, map) = (x.map.size(), self.output);
        let weights = &pass.state[self.weight].values;
        let bias = self.bias.map(|bias| pass.state[bias].values.as_slice());
        let z = &mut y.values[..pass.images * map.size()];
        let (segments, windows) = (self.side, &self.windows);
        let of_image = |(image, result): (usize, &mut [f32])| {
            let rows = Rows {
                x: &x.values[image * size..][..size],
                offsets: windows,
                segments,
                step: x.map.row(),
                length: segments * x.map.step,
            };
            Product { rows, weights, bias, columns: map.step, result }.run();
        };
        if rayon::current_num_threads() > 1 {
            z.par_chunks_exact_mut(map.size()).enumerate().for_each(of_image);
        } else {
            z.chunks_exact_mut(map.size()).enumerate().for_each(of_image);
        }
    }

    fn backward(
        &mut self,
        [x, _]: [View<'_>; 2],
        dy: &mut Buffer,
        wanted: Option<usize>,
        pass: &mut Backward<'_>,
    ) -> Option<Buffer> {
        let mut dx = wanted.map(|_| pass.pool.take(x.map.bordered(0), pass.images));
        let weight = &mut pass.state[self.weight];
        if dx.is_some() {
            self.flip(weight);
        }
        let mut parts = self.parts(weight.panels(), weight.gradient_mut());
        if rayon::current_num_threads() > 1 {
            self.gradients_in_parallel(x, dy, &mut parts, dx.as_mut(), pass.images);
        } else {
            self.gradients(x, dy, &mut parts, dx.as_mut(), pass.images);
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
fn windows(map: Map, [height, width]: [usize; 2], stride: usize, side: usize) -> Vec<usize> {
    let outside = map.border - (side - 1) / 2;
    let start = |row: usize, column: usize| {
        (row * stride + outside) * map.row() + (column * stride + outside) * map.step
    };
    let rows = (0..height).flat_map(|row| (0..width).map(move |column| start(row, column)));
    rows.collect()
}

/// Sets `target` to the gradient of one example, its positions `stride` apart.
fn set_spread(target: &mut Buffer, stride: usize, dy: &Buffer, image: usize) {
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
