//! A block with a shortcut around its layers.

use super::buffer::{Buffer, Map, View, runs};
use super::layer::{Backward, Chain, Forward, Layer};
use super::norm_activation::{prepare, take_gradients};
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
    /// A block whose output has the shape `output`, and the derivative of whose activation is known from its value.
    pub(super) fn new(
        (branch, norm): (Chain, Option<NormId>),
        shortcut: Chain,
        activation: Piecewise,
        output: Map,
    ) -> Self {
        debug_assert!(activation.is_known_from_its_value(), "the sum is not kept");
        let identity = [0.0, 1.0, 0.0].map(|value| vec![value; output.step]);
        Self { branch, norm, shortcut, activation, output, identity }
    }

    /// Whether an activation follows the sum, and no normalisation ends the branch.
    fn has_only_an_activation(&self) -> bool {
        self.norm.is_none() && self.activation != Piecewise::IDENTITY
    }
}

impl Layer for Residual {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        self.branch.forward(x, pass);
        self.shortcut.forward(x, pass);
        let (branch, shortcut) = (self.branch.output(x), self.shortcut.output(x));
        if let Some(norm) = self.norm {
            prepare(norm, branch, pass);
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
        dy: &mut Buffer,
        wanted: Option<usize>,
        pass: &mut Backward<'_>,
    ) -> Option<Buffer> {
        let (activation, step) = (self.activation, y.map.step);
        // Turns a gradient by y into one by the sum.
        let activate = |at: usize, d: &mut [f32]| {
            if activation != Piecewise::IDENTITY {
                let y = &y.values[at..at + d.len()];
                kernels::activation_gradient(y, None, activation, step, d);
            }
        };
        let border = self.branch.gradient_border();
        let mut of_sum = self.has_only_an_activation().then(|| {
            let mut gradient = pass.pool.take(y.map.bordered(border), pass.images);
            let maps = [y.map, dy.map, gradient.map];
            runs(0..pass.images, maps, usize::MAX, |[at, from, to], count| {
                let d = &mut gradient.values[to..to + count * step];
                d.copy_from_slice(&dy.values[from..from + count * step]);
                activate(at, d);
            });
            gradient
        });
        let d = of_sum.as_mut().unwrap_or(dy);
        let mut of_branch = self.norm.map(|norm| {
            let branch = self.branch.output(x);
            let mut gradient = pass.pool.take(branch.map.bordered(border), pass.images);
            let activate = |[_, at]: [usize; 2], _: ColumnMap<'_>, d: &mut [f32]| activate(at, d);
            let norm = &pass.state.norms[norm];
            let found = norm.backward(branch, d, (y.map, activate), Some(&mut gradient));
            take_gradients(found, pass);
            gradient
        });
        // From here on, d is the gradient by the sum. No layer of the shortcut changes it.
        let is_identity = self.shortcut.is_identity();
        let of_shortcut =
            if is_identity { None } else { self.shortcut.backward(x, d, wanted, pass) };
        let of_end = of_branch.as_mut().unwrap_or(&mut *d);
        let mut dx = self.branch.backward(x, of_end, wanted, pass)?;
        let other: &Buffer = of_shortcut.as_ref().unwrap_or(d);
        let step = dx.map.step;
        let (maps, y) = ([other.map, dx.map], &mut dx.values);
        runs(0..pass.images, maps, usize::MAX, |[from, to], count| {
            let other = &other.values[from..from + count * step];
            kernels::add(other, step, &mut y[to..to + count * step]);
        });
        for used in [of_sum, of_branch, of_shortcut].into_iter().flatten() {
            pass.pool.give(used);
        }
        Some(dx)
    }

    fn gradient_border(&self) -> usize {
        match self.norm {
            None if !self.has_only_an_activation() => self.branch.gradient_border(),
            _ => 0,
        }
    }
}
