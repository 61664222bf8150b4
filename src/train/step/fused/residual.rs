//! A block with a shortcut around its layers.

use super::buffer::{Buffer, Map, View, runs};
use super::layer::{Backward, Chain, Forward, Layer};
use crate::kernels::add;

/// `y = branch(x) + shortcut(x)`; a shortcut without layers is the identity.
pub(super) struct Residual {
    branch: Chain,
    shortcut: Chain,
    output: Buffer,
}

impl Residual {
    /// A block whose branch has an output of the same shape as `output`, without a border.
    pub(super) fn new(branch: Chain, shortcut: Chain, output: Map) -> Self {
        Self { branch, shortcut, output: Buffer::new(output) }
    }
}

impl Layer for Residual {
    fn forward(&mut self, x: View<'_>, pass: &mut Forward<'_>) {
        self.branch.forward(x, pass);
        self.shortcut.forward(x, pass);
        let (branch, shortcut) = (self.branch.output(x), self.shortcut.output(x));
        self.output.for_images(pass.images);
        let (y, step) = (&mut self.output.values, branch.map.step);
        runs(0..pass.images, [shortcut.map, branch.map], usize::MAX, |[from, to], count| {
            let y = &mut y[to..to + count * step];
            y.copy_from_slice(&branch.values[to..to + count * step]);
            add(&shortcut.values[from..from + count * step], step, y);
        });
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
        // Neither the shortcut's last layer nor the branch's is an activation, so both see the same gradient.
        let is_identity = self.shortcut.0.is_empty();
        let of_shortcut =
            if is_identity { None } else { self.shortcut.backward(x, dy, wanted, pass) };
        let mut dx = self.branch.backward(x, dy, wanted, pass)?;
        let other: &Buffer = of_shortcut.as_ref().unwrap_or(dy);
        let step = dx.map.step;
        let (maps, y) = ([other.map, dx.map], &mut dx.values);
        runs(0..pass.images, maps, usize::MAX, |[from, to], count| {
            add(&other.values[from..from + count * step], step, &mut y[to..to + count * step]);
        });
        if let Some(used) = of_shortcut {
            pass.pool.give(used);
        }
        Some(dx)
    }

    fn gradient_border(&self) -> usize {
        self.branch.gradient_border()
    }
}
