//! The fully connected layer.

use super::buffer::{Buffer, Map, View};
use super::gradient::{Gradient, Wanted};
use super::layer::{Backward, Forward, Layer};
use super::normalisation::block_rows;
use super::parameter::beside;
use super::state::Id;
use crate::kernels::{Line, Outer, PANEL, Panels, Product, Rows, sums};
use crate::optim::ALIASES;

/// Rows of weights whose gradient is computed and used before the next ones': with 16 columns, gradient, weights and
/// running values of a part of a panel take 12 kB.
const ROWS: usize = 48;

/// `y = x W + b`
pub(super) struct Dense {
    weight: Id,
    bias: Option<Id>,
    /// Number of inputs.
    depth: usize,
    /// The start of each example's row in the input.
    offsets: Vec<usize>,
    /// Wᵀ, for the gradient of the input.
    transposed: Vec<f32>,
    /// Memory for a part of the gradient of the weights.
    part: Vec<f32>,
    output: Map,
}

impl Dense {
    /// A layer with W `[inputs, outputs]` and perhaps b.
    pub(super) fn new(weight: Id, bias: Option<Id>, [depth, outputs]: [usize; 2]) -> Self {
        let output = Map::vector(outputs);
        let part = vec![0.0; ROWS * PANEL + ALIASES];
        Self { weight, bias, depth, offsets: Vec::new(), transposed: Vec::new(), part, output }
    }

    fn offsets(&mut self, images: usize, step: usize) {
        self.offsets.clear();
        self.offsets.extend((0..images).map(|image| image * step));
    }

    /// The gradient by the input: `dx = dy Wᵀ`.
    fn input_gradient(&mut self, map: Map, dy: &Buffer, pass: &mut Backward<'_>) -> Buffer {
        let (depth, outputs) = (self.depth, self.output.channels);
        let weight = &pass.state[self.weight];
        let target = Panels::new(outputs, depth);
        self.transposed.resize(target.size(), 0.0);
        weight.panels().transpose(weight.values(), outputs, &mut self.transposed);
        self.offsets(pass.images, dy.map.step);
        let rows =
            Rows { x: &dy.values, offsets: &self.offsets, segments: 1, step: 0, length: outputs };
        let mut dx = pass.pool.take(map.bordered(0), pass.images);
        let weights = &self.transposed;
        let result = &mut dx.values;
        let columns = target.columns;
        Product { rows, weights, bias: None, columns, result, step: columns }.run();
        dx
    }

    /// The gradient of the weights, `xᵀ dy`, part by part; updates each at once if the pass does.
    fn weight_gradient(&mut self, x: View<'_>, dy: &Buffer, pass: &mut Backward<'_>) {
        let weight = &mut pass.state[self.weight];
        let panels = weight.panels();
        for row in (0..panels.depth).step_by(ROWS) {
            let rows = ROWS.min(panels.depth - row);
            for (first, width) in panels.panels() {
                let start = first * panels.depth + row * width;
                let range = start..start + rows * width;
                let part = beside(&mut self.part, &weight.values()[start..]);
                let panel = match pass.update {
                    Some(_) => &mut part[..rows * width],
                    None => &mut weight.gradient_mut()[range.clone()],
                };
                let (x, x_step) = (x.values, x.map.step);
                let (d, d_step) = (&dy.values[..], dy.map.step);
                let lines = &[Line { input: row, gradient: 0 }];
                let (count, adds) = (pass.images, false);
                Outer { x, x_step, d, d_step, lines, count, rows, adds, first, width, panel }.run();
                if let Some(update) = pass.update {
                    weight.update_part(range, &part[..rows * width], update);
                }
            }
        }
    }
}

impl Layer for Dense {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        debug_assert_eq!(x.map.size(), x.map.step, "features");
        self.offsets(pass.images, x.map.step);
        let rows =
            Rows { x: x.values, offsets: &self.offsets, segments: 1, step: 0, length: self.depth };
        Product {
            rows,
            weights: pass.state[self.weight].values(),
            bias: self.bias.map(|bias| pass.state[bias].values()),
            columns: self.output.step,
            result: &mut y.values,
            step: self.output.step,
        }
        .run();
    }

    fn backward(
        &mut self,
        [x, _]: [View<'_>; 2],
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient> {
        let dy = &dy.buffer;
        let is_wanted = wanted != Wanted::Nothing;
        let dx = is_wanted.then(|| self.input_gradient(x.map, dy, pass));
        self.weight_gradient(x, dy, pass);
        if let Some(bias) = self.bias {
            bias_gradient(bias, dy, pass);
        }
        dx.map(Gradient::complete)
    }
}

/// The gradient of a bias: the sum of `dy` over examples and positions.
pub(super) fn bias_gradient(bias: Id, dy: &Buffer, pass: &mut Backward<'_>) {
    let gradient = pass.state[bias].gradient_mut();
    gradient.fill(0.0);
    super::buffer::runs(0..pass.images, [dy.map], block_rows(dy.map.step), |[at], count| {
        sums(&dy.values[at..][..count * dy.map.step], gradient);
    });
    pass.finish(bias);
}
