//! The convolutional layer, channels last.

use rayon::prelude::*;

use super::buffer::{Buffer, Map, Pool, View, runs};
use super::dense::bias_gradient;
use super::gradient::{Gradient, Wanted};
use super::input_gradient::InputGradient;
use super::layer::{Backward, Forward, Layer};
use super::normalisation::{Moments, determine};
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
    input_gradient: InputGradient,
    /// The shape of an example's gradient of the output inside a border, as the gradients read it.
    bordered: Map,
    output: Map,
    /// Whether a normalisation follows.
    is_normalised: bool,
}

impl Convolution {
    /// A layer behind an output of shape `input`, whose border is at least half a window, perhaps with a normalisation behind.
    pub(super) fn new(
        (weight, bias): (Id, Option<Id>),
        is_normalised: bool,
        kernel: Kernel,
        input: Map,
    ) -> Self {
        let Kernel { outputs, side, stride, .. } = kernel;
        debug_assert!(
            side % 2 == 1 && input.border >= kernel.padding(),
            "it reads beyond the edge"
        );
        let [height, width] = [input.height, input.width].map(|size| size.div_ceil(stride));
        let output = Map::new([height, width, outputs]);
        let bordered = output.bordered(kernel.padding());
        Self {
            weight,
            bias,
            side,
            stride,
            windows: windows(input, [height, width], stride, input.border - kernel.padding()),
            input_gradient: InputGradient::new(kernel, input, bordered),
            bordered,
            output,
            is_normalised,
        }
    }

    /// Writes the gradient of example `image` into `bordered`, whose border contains zeros.
    fn gradient_of(&self, z: View<'_>, dy: &Gradient, image: usize, bordered: &mut [f32]) {
        let coefficients = dy.pending.as_ref().map(|pending| pending.of(image));
        runs(image..image + 1, [dy.buffer.map, self.bordered], usize::MAX, |[at, to], count| {
            let range = at..at + count * self.output.step;
            let to = to - image * self.bordered.size();
            let (d, target) =
                (&dy.buffer.values[range.clone()], &mut bordered[to..to + range.len()]);
            match coefficients {
                Some(coefficients) => coefficients.apply(&z.values[range], d, target),
                None => target.copy_from_slice(d),
            }
        });
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

    /// Adds the gradient of a part of the weights over one example, from its gradient `d`; the first example replaces
    /// what was there.
    fn part_gradient(&self, x: View<'_>, d: &[f32], image: usize, part: Part, sum: &mut [f32]) {
        let (output, map, stride) = (self.output, self.bordered, self.stride);
        let cached = stride * x.map.row() + output.width * output.step;
        let strip = (CACHED / cached).clamp(1, output.height);
        let outside = x.map.border - map.border;
        for start in (0..output.height).step_by(strip) {
            let line = |row: usize| Line {
                input: image * x.map.size()
                    + (row * stride + part.kernel_row + outside) * x.map.row()
                    + outside * x.map.step,
                gradient: map.at(0, row, 0),
            };
            let end = output.height.min(start + strip);
            let lines: Vec<Line> = (start..end).map(line).collect();
            Outer {
                x: x.values,
                x_step: stride * x.map.step,
                d,
                d_step: map.step,
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
        let mut gradients = pool.take(self.bordered, 1);
        let of_example = &mut gradients.values[..self.bordered.size()];
        for image in 0..images {
            self.gradient_of(z, dy, image, of_example);
            if let Some(dx) = &mut dx {
                let dx = &mut dx.values[image * x.map.bordered(0).size()..];
                self.input_gradient.of_example(of_example, dx);
            }
            for (part, sum) in &mut *parts {
                self.part_gradient(x, of_example, image, *part, sum);
            }
        }
        pool.give(gradients);
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
        let mut gradients = pool.take(self.bordered, images);
        let size = self.bordered.size();
        let examples = gradients.values[..images * size].par_chunks_exact_mut(size);
        examples.enumerate().for_each(|(image, bordered)| self.gradient_of(z, dy, image, bordered));
        let of_example = |image: usize| &gradients.values[image * size..][..size];
        if let Some(dx) = dx {
            let examples = dx.values.par_chunks_exact_mut(dx.map.size()).take(images);
            examples.enumerate().for_each(|(image, dx)| {
                self.input_gradient.of_example(of_example(image), dx);
            });
        }
        parts.par_iter_mut().for_each(|(part, sum)| {
            for image in 0..images {
                self.part_gradient(x, of_example(image), image, *part, sum);
            }
        });
        pool.give(gradients);
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
            Product { rows, weights, bias, columns: map.step, result: z, step: map.step }.run();
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
            self.input_gradient.prepare(weight);
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
        // The gradient of a bias is the sum of the complete gradient.
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

/// The first value of the window of each of `[height, width]` positions, from the start of an example of `map`, of whose
/// border the outermost `outside` rows and columns are not read.
fn windows(map: Map, [height, width]: [usize; 2], stride: usize, outside: usize) -> Vec<usize> {
    let start = |row: usize, column: usize| {
        (row * stride + outside) * map.row() + (column * stride + outside) * map.step
    };
    let rows = (0..height).flat_map(|row| (0..width).map(move |column| start(row, column)));
    rows.collect()
}
