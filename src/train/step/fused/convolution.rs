//! The convolutional layer, channels last.

use rayon::prelude::*;

use super::buffer::{Buffer, Map, Pool, View};
use super::dense::bias_gradient;
use super::gradient::{Gradient, Wanted};
use super::layer::{Backward, Forward, Layer};
use super::normalisation::{Moments, determine};
use super::parameter::Parameter;
use super::state::Id;
use crate::kernels::{Line, Outer, Panels, Product, Rows};
use crate::model::convolution::Kernel;
use crate::model::norm::Statistics;

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
    /// The shape of an example's gradient of the output inside a border, as the gradients read it: with zeros between its
    /// positions where the stride is above 1.
    spread: Map,
    output: Map,
    /// Whether a normalisation follows.
    is_normalised: bool,
}

impl Convolution {
    /// A layer behind an output of shape `input`, whose border is at least half a window, perhaps with a normalisation behind.
    pub(super) fn new(
        (weight, bias): (Id, Option<Id>),
        is_normalised: bool,
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
            spread,
            output,
            is_normalised,
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
                    self.flipped[flipped] = weight.values()[from.position(row, output)];
                }
            }
        }
    }

    /// Writes the gradient of example `image` into `spread`, whose border contains zeros.
    fn spread(&self, z: View<'_>, dy: &Gradient, image: usize, spread: &mut [f32]) {
        let (from, to, stride) = (dy.buffer.map, self.spread, self.stride);
        let coefficients = dy.pending.as_ref().map(|pending| pending.of(image));
        let count = if stride > 1 { 1 } else { from.width };
        if stride > 1 {
            spread.fill(0.0);
        }
        for row in 0..from.height {
            for column in (0..from.width).step_by(count) {
                let range = from.at(image, row, column)..from.at(image, row, column + count);
                let start = to.at(0, row * stride, column * stride);
                let (d, target) =
                    (&dy.buffer.values[range.clone()], &mut spread[start..start + range.len()]);
                match coefficients {
                    Some(coefficients) => coefficients.apply(&z.values[range], d, target),
                    None => target.copy_from_slice(d),
                }
            }
        }
    }

    /// The gradient by the input of one example, from its gradient `spread`.
    fn input_gradient(&self, spread: &[f32], columns: usize, dx: &mut [f32]) {
        let rows = Rows {
            x: spread,
            offsets: &self.flipped_windows,
            segments: self.side,
            step: self.spread.row(),
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

    /// Adds the gradient of a part of the weights over one example, from its gradient `spread`; the first example replaces
    /// what was there.
    fn part_gradient(
        &self,
        x: View<'_>,
        spread: &[f32],
        image: usize,
        part: Part,
        sum: &mut [f32],
    ) {
        let (output, map, stride) = (self.output, self.spread, self.stride);
        let cached = stride * (x.map.row() + output.width * output.step);
        let strip = (CACHED / cached).clamp(1, output.height);
        let outside = x.map.border - (self.side - 1) / 2;
        for start in (0..output.height).step_by(strip) {
            let line = |row: usize| Line {
                input: image * x.map.size()
                    + (row * stride + part.kernel_row + outside) * x.map.row()
                    + outside * x.map.step,
                gradient: map.at(0, row * stride, 0),
            };
            let end = output.height.min(start + strip);
            let lines: Vec<Line> = (start..end).map(line).collect();
            Outer {
                x: x.values,
                x_step: stride * x.map.step,
                d: spread,
                d_step: stride * map.step,
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

    /// Both gradients, example by example, which stays in the cache.
    fn gradients(
        &self,
        [x, z]: [View<'_>; 2],
        dy: &Gradient,
        parts: &mut [(Part, &mut [f32])],
        mut dx: Option<&mut Buffer>,
        pass: (usize, &mut Pool),
    ) {
        let (images, pool) = pass;
        let mut spread = pool.take(self.spread, 1);
        let of_example = &mut spread.values[..self.spread.size()];
        for image in 0..images {
            self.spread(z, dy, image, of_example);
            if let Some(dx) = &mut dx {
                let Map { step, .. } = dx.map;
                let dx = &mut dx.values[image * x.map.bordered(0).size()..];
                self.input_gradient(of_example, step, dx);
            }
            for (part, sum) in &mut *parts {
                self.part_gradient(x, of_example, image, *part, sum);
            }
        }
        pool.give(spread);
    }

    /// As [`Self::gradients`], with the examples and the parts of the weights spread over the threads of the trial. Every
    /// sum has the same order.
    fn gradients_in_parallel(
        &self,
        [x, z]: [View<'_>; 2],
        dy: &Gradient,
        parts: &mut [(Part, &mut [f32])],
        dx: Option<&mut Buffer>,
        pass: (usize, &mut Pool),
    ) {
        let (images, pool) = pass;
        let mut spread = pool.take(self.spread, images);
        let size = self.spread.size();
        let examples = spread.values[..images * size].par_chunks_exact_mut(size);
        examples.enumerate().for_each(|(image, spread)| self.spread(z, dy, image, spread));
        let of_example = |image: usize| &spread.values[image * size..][..size];
        if let Some(dx) = dx {
            let Map { step, .. } = dx.map;
            let examples = dx.values.par_chunks_exact_mut(dx.map.size()).take(images);
            examples.enumerate().for_each(|(image, dx)| {
                self.input_gradient(of_example(image), step, dx);
            });
        }
        parts.par_iter_mut().for_each(|(part, sum)| {
            for image in 0..images {
                self.part_gradient(x, of_example(image), image, *part, sum);
            }
        });
        pool.give(spread);
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
        let (size, map, images) = (x.map.size(), self.output, pass.images);
        let weights = &pass.state[self.weight].values();
        let bias = self.bias.map(|bias| pass.state[bias].values());
        let of_image = |(image, z): (usize, &mut [f32])| {
            let rows = Rows {
                x: &x.values[image * size..][..size],
                offsets: &self.windows,
                segments: self.side,
                step: x.map.row(),
                length: self.side * x.map.step,
            };
            Product { rows, weights, bias, columns: map.step, result: z }.run();
        };
        let z = &mut y.values[..images * map.size()];
        if !self.is_normalised || pass.statistics == Statistics::Running {
            return each(z.chunks_exact_mut(map.size()).enumerate(), of_image);
        }
        // While an example is in the cache.
        let mut moments = Moments::new(images, map.positions(), map.step);
        let examples = z.chunks_exact_mut(map.size()).enumerate().zip(moments.groups_mut());
        each(examples, |((image, z), moments)| {
            of_image((image, &mut *z));
            determine(z, map.step, moments);
        });
        pass.moments = Some(moments);
    }

    fn backward(
        &mut self,
        [x, z]: [View<'_>; 2],
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient> {
        let images = pass.images;
        let is_wanted = wanted != Wanted::Nothing;
        let mut dx = is_wanted.then(|| pass.pool.take(x.map.bordered(0), images));
        let weight = &mut pass.state[self.weight];
        if is_wanted {
            self.flip(weight);
        }
        let mut parts = self.parts(weight.panels(), weight.gradient_mut());
        let memory = (images, &mut *pass.pool);
        if rayon::current_num_threads() > 1 {
            self.gradients_in_parallel([x, z], dy, &mut parts, dx.as_mut(), memory);
        } else {
            self.gradients([x, z], dy, &mut parts, dx.as_mut(), memory);
        }
        pass.finish(self.weight);
        if let Some(bias) = self.bias {
            bias_gradient(bias, &dy.buffer, pass);
        }
        dx.map(Gradient::complete)
    }

    fn takes_pending(&self) -> bool {
        // The gradient of a bias is a sum of complete ones.
        self.bias.is_none()
    }
}

/// Does `work` for all `items`, on the threads of the trial.
fn each<T: Send>(items: impl Iterator<Item = T>, work: impl Fn(T) + Send + Sync) {
    if rayon::current_num_threads() > 1 {
        items.collect::<Vec<_>>().into_par_iter().for_each(work);
    } else {
        items.for_each(work);
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
