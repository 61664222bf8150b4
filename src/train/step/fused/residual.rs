//! A block with a shortcut around its layers.

use super::buffer::{Buffer, Map, View, runs};
use super::gradient::{Gradient, Wanted};
use super::layer::{Backward, Chain, Forward, Layer};
use super::state::NormId;
use crate::kernels::{self, ColumnMap, Piecewise};

/// `y = f(N(branch(x)) + shortcut(x))`, normalisation and activation being optional; a shortcut without layers is the
/// identity.
pub(super) struct Residual {
    branch: Chain,
    norm: Option<NormId>,
    shortcut: Chain,
    activation: Piecewise,
    output: Map,
    /// Mean, factor and shift of a branch without a normalisation.
    identity: [Vec<f32>; 3],
}

impl Residual {
    /// A block whose output has the shape `output`. The derivative of its activation follows from the output. Without a
    /// normalisation, the branch ends with a convolution.
    pub(super) fn new(
        (branch, norm): (Chain, Option<NormId>),
        shortcut: Chain,
        activation: Piecewise,
        output: Map,
    ) -> Self {
        debug_assert!(activation.derivative_follows_from_output(), "the sum is not kept");
        let identity = [0.0, 1.0, 0.0].map(|value| vec![value; output.step]);
        Self { branch, norm, shortcut, activation, output, identity }
    }
}

impl Layer for Residual {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        self.branch.forward(x, pass);
        // For the normalisation of the branch, not of the shortcut.
        let moments = pass.moments.take();
        self.shortcut.forward(x, pass);
        pass.moments = moments;
        let (branch, shortcut) = (self.branch.output(x), self.shortcut.output(x));
        if let Some(norm) = self.norm {
            pass.prepare(norm, branch);
            pass.state.norms[norm].normalise(branch, Some(shortcut), self.activation, y);
        } else {
            let [mean, scale, shift] = &self.identity;
            let (map, step) = (ColumnMap { mean, scale, shift }, y.map.step);
            let maps = [branch.map, shortcut.map, y.map];
            runs(0..pass.images, maps, usize::MAX, |[of_branch, of_shortcut, to], count| {
                let branch = &branch.values[of_branch..of_branch + count * step];
                let shortcut = &shortcut.values[of_shortcut..of_shortcut + count * step];
                let y = &mut y.values[to..to + count * step];
                kernels::normalise(branch, map, Some(shortcut), self.activation, y);
            });
        }
        self.branch.release(pass);
        self.shortcut.release(pass);
    }

    fn backward(
        &mut self,
        [x, y]: [View<'_>; 2],
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient> {
        let (activation, step) = (self.activation, y.map.step);
        // Turns a gradient by y into one by the sum.
        let activate = |at: usize, d: &mut [f32]| {
            if activation != Piecewise::IDENTITY {
                let y = &y.values[at..at + d.len()];
                kernels::activation_gradient(y, None, activation, step, d);
            }
        };
        let d = &mut dy.buffer;
        let mut pending = None;
        if let Some(norm) = self.norm {
            let activate = |[_, at]: [usize; 2], _: ColumnMap<'_>, d: &mut [f32]| activate(at, d);
            let branch = self.branch.output(x);
            let (last, found) = pass.state.norms[norm].backward(branch, d, (y.map, activate));
            pass.finish_norm(found);
            pending = Some(last);
        } else {
            runs(0..pass.images, [y.map, d.map], usize::MAX, |[at, of_gradient], count| {
                activate(at, &mut d.values[of_gradient..of_gradient + count * step]);
            });
        }
        // Only a complete gradient can be added to.
        let complete = if wanted == Wanted::Nothing { wanted } else { Wanted::Complete };
        let of_shortcut = self.shortcut_gradient(x, d, complete, pass);
        let dx = match pending {
            // The last layer leaves the gradient as it is.
            Some(pending) if self.branch.takes_pending() => {
                dy.pending = Some(pending);
                let dx = self.branch.backward(x, dy, complete, pass);
                dy.pending = None;
                dx
            }
            Some(pending) => {
                let mut last = pass.completed(&pending, self.branch.output(x), &dy.buffer);
                let dx = self.branch.backward(x, &mut last, complete, pass);
                pass.pool.give(last.buffer);
                dx
            }
            None => self.branch.backward(x, dy, complete, pass),
        };
        let mut dx = dx?;
        let other = of_shortcut.as_ref().unwrap_or(&dy.buffer);
        let size = pass.images * dx.buffer.map.size();
        kernels::add(&other.values[..size], x.map.step, &mut dx.buffer.values[..size]);
        if let Some(used) = of_shortcut {
            pass.pool.give(used);
        }
        Some(dx)
    }
}

impl Residual {
    /// The gradient by `x` from the gradient `d` of the sum; `None` where it is the same.
    fn shortcut_gradient(
        &mut self,
        x: View<'_>,
        d: &Buffer,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Buffer> {
        if self.shortcut.is_identity() {
            return None;
        }
        let mut copy = pass.pool.take(d.map, pass.images);
        let size = pass.images * d.map.size();
        copy.values[..size].copy_from_slice(&d.values[..size]);
        let mut copy = Gradient::complete(copy);
        let dx = self.shortcut.backward(x, &mut copy, wanted, pass);
        pass.pool.give(copy.buffer);
        dx.map(|dx| dx.buffer)
    }
}
