//! What follows a linear map or a sum: a normalisation and an activation, each of them optional.

use super::activation::{Kind, Smooth};
use super::buffer::{Buffer, Map, View, runs};
use super::gradient::{Gradient, Wanted};
use super::layer::{Backward, Forward, Layer};
use super::normalisation::block_rows;
use super::state::NormId;
use crate::kernels::{self, ColumnMap, Piecewise};

/// `y = f(N(x))`
pub(super) struct NormActivation {
    norm: Option<NormId>,
    activation: Kind,
    output: Map,
}

impl NormActivation {
    /// A layer behind an output of shape `input`, whose own output gets a border of `border` zeros.
    pub(super) fn new(norm: Option<NormId>, activation: Kind, input: Map, border: usize) -> Self {
        debug_assert_eq!(input.border, 0, "only a convolution reads beyond the edge");
        Self { norm, activation, output: input.bordered(border) }
    }
}

impl Layer for NormActivation {
    fn output(&self) -> Map {
        self.output
    }

    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>) {
        match self.norm {
            Some(norm) => {
                pass.prepare(norm, x);
                pass.state.norms[norm].normalise(x, None, self.activation.piecewise(), y);
            }
            None => activate(x, pass.images, self.activation.piecewise(), y),
        }
        if let Kind::Smooth(function) = self.activation {
            apply(function, pass.images, y);
        }
    }

    fn backward(
        &mut self,
        [x, _]: [View<'_>; 2],
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient> {
        let activation = self.activation;
        let Some(norm) = self.norm else {
            runs(0..pass.images, [x.map], block_rows(x.map.step), |[at], count| {
                let range = at..at + count * x.map.step;
                let d = &mut dy.buffer.values[range.clone()];
                multiply_by_derivative(activation, &x.values[range], None, x.map, d);
            });
            return Some(dy.take());
        };
        let activate = |[at, _]: [usize; 2], map: ColumnMap<'_>, d: &mut [f32]| {
            multiply_by_derivative(activation, &x.values[at..at + d.len()], Some(map), x.map, d);
        };
        let norm = &pass.state.norms[norm];
        let (pending, found) = norm.backward(x, &mut dy.buffer, (x.map, activate));
        pass.finish_norm(found);
        match wanted {
            Wanted::Nothing => None,
            Wanted::Pending => Some(Gradient { pending: Some(pending), ..dy.take() }),
            Wanted::Complete => Some(pass.completed(&pending, x, &dy.buffer)),
        }
    }
}

fn activate(x: View<'_>, images: usize, activation: Piecewise, y: &mut Buffer) {
    let step = x.map.step;
    runs(0..images, [x.map, y.map], usize::MAX, |[from, to], count| {
        let x = &x.values[from..from + count * step];
        kernels::activate(x, activation, step, &mut y.values[to..to + count * step]);
    });
}

/// Replaces the values of the real channels by those of `function`; the padding stays 0.
fn apply(function: Smooth, images: usize, y: &mut Buffer) {
    let Map { step, channels, .. } = y.map;
    runs(0..images, [y.map], usize::MAX, |[at], count| {
        for position in y.values[at..at + count * step].chunks_exact_mut(step) {
            for value in &mut position[..channels] {
                *value = function.value(*value);
            }
        }
    });
}

/// `d ← d · f′(v)` with `v` the mapped `x`, or `x` itself.
fn multiply_by_derivative(
    activation: Kind,
    x: &[f32],
    map: Option<ColumnMap<'_>>,
    Map { step, channels, .. }: Map,
    d: &mut [f32],
) {
    let function = match activation {
        _ if activation.is_identity() => return,
        Kind::Piecewise(piecewise) => {
            return kernels::activation_gradient(x, map, piecewise, step, d);
        }
        Kind::Smooth(function) => function,
    };
    for (x, d) in x.chunks_exact(step).zip(d.chunks_exact_mut(step)) {
        for column in 0..channels {
            let v = match map {
                Some(map) => (x[column] - map.mean[column]) * map.scale[column] + map.shift[column],
                None => x[column],
            };
            d[column] *= function.derivative(v);
        }
    }
}
