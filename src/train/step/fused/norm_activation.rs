//! What follows a linear map: a normalisation, an activation, a normalisation, each of them optional.

use super::activation::{Kind, Smooth};
use super::buffer::{Buffer, Map, View, runs};
use super::layer::{Backward, Forward, Layer};
use super::normalisation::BLOCK;
use super::state::{Id, NormId, State};
use crate::kernels::{self, Piecewise};

/// `y = N₂(f(N₁(x)))`
pub(super) struct NormActivation {
    before: Option<NormId>,
    activation: Kind,
    after: Option<NormId>,
    /// `f(N₁(x))`, where the second normalisation follows.
    hidden: Option<Buffer>,
    output: Buffer,
}

impl NormActivation {
    /// A layer behind an output of shape `input`, whose own output gets a border of `border` zeros.
    pub(super) fn new(
        [before, after]: [Option<NormId>; 2],
        activation: Kind,
        input: Map,
        border: usize,
    ) -> Self {
        debug_assert_eq!(input.border, 0, "only a convolution reads beyond the edge");
        Self {
            before,
            activation,
            hidden: after.is_some().then(|| Buffer::new(input)),
            after,
            output: Buffer::new(input.bordered(border)),
        }
    }
}

impl Layer for NormActivation {
    fn forward(&mut self, x: View<'_>, pass: &mut Forward<'_>) {
        let images = pass.images;
        self.output.for_images(images);
        let first = match &mut self.hidden {
            Some(hidden) => {
                hidden.for_images(images);
                hidden
            }
            None => &mut self.output,
        };
        match self.before {
            Some(norm) => {
                prepare(norm, x, pass);
                pass.state.norms[norm].normalise(x, self.activation.piecewise(), first);
            }
            None => activate(x, images, self.activation.piecewise(), first),
        }
        if let Kind::Smooth(function) = self.activation {
            apply(function, images, first);
        }
        if let (Some(norm), Some(hidden)) = (self.after, &self.hidden) {
            prepare(norm, hidden.view(), pass);
            pass.state.norms[norm].normalise(hidden.view(), Piecewise::IDENTITY, &mut self.output);
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
        let mut of_hidden = None;
        if let (Some(norm), Some(hidden)) = (self.after, &self.hidden) {
            let mut gradient = pass.pool.take(hidden.map, pass.images);
            let norm = &pass.state.norms[norm];
            let found = norm.backward(hidden.view(), dy, |_, _, _| {}, Some(&mut gradient));
            take_gradients(found, pass);
            of_hidden = Some(gradient);
        }
        let d = of_hidden.as_mut().unwrap_or(dy);
        let mut dx = wanted.map(|border| pass.pool.take(x.map.bordered(border), pass.images));
        let activation = self.activation;
        let channels = x.map.channels;
        match (self.before, &mut dx) {
            (Some(norm), dx) => {
                let step = x.map.step;
                let activate =
                    |range: std::ops::Range<usize>, map: kernels::ColumnMap<'_>, d: &mut [f32]| {
                        let x = &x.values[range];
                        match activation {
                            _ if activation.is_identity() => {}
                            Kind::Piecewise(piecewise) => {
                                kernels::activation_gradient(x, Some(map), piecewise, step, d);
                            }
                            Kind::Smooth(function) => {
                                multiply_by_derivative(function, x, Some(map), channels, step, d);
                            }
                        }
                    };
                let norm = &pass.state.norms[norm];
                let found = norm.backward(x, d, activate, dx.as_mut());
                take_gradients(found, pass);
            }
            (None, Some(dx)) => activation_gradient(activation, x, d, dx, pass.images),
            (None, None) => {}
        }
        if let Some(used) = of_hidden {
            pass.pool.give(used);
        }
        dx
    }
}

fn prepare(norm: NormId, x: View<'_>, pass: &mut Forward<'_>) {
    let State { parameters, norms } = &mut *pass.state;
    norms[norm].prepare(x, pass.images, pass.statistics, parameters);
}

fn take_gradients(found: [(Option<Id>, Vec<f32>); 2], pass: &mut Backward<'_>) {
    for (parameter, gradient) in found {
        if let Some(parameter) = parameter {
            pass.state[parameter].gradient = gradient;
            pass.finish(parameter);
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
    runs(0..images, [y.map; 2], usize::MAX, |[at, _], count| {
        for position in y.values[at..at + count * step].chunks_exact_mut(step) {
            for value in &mut position[..channels] {
                *value = function.value(*value);
            }
        }
    });
}

/// `dx = d · f′(x)`
fn activation_gradient(activation: Kind, x: View<'_>, d: &Buffer, dx: &mut Buffer, images: usize) {
    let Map { step, channels, .. } = x.map;
    runs(0..images, [x.map, dx.map], (BLOCK / step).max(1), |[from, to], count| {
        let range = from..from + count * step;
        let dx = &mut dx.values[to..to + count * step];
        dx.copy_from_slice(&d.values[range.clone()]);
        let x = &x.values[range];
        match activation {
            Kind::Piecewise(piecewise) => {
                kernels::activation_gradient(x, None, piecewise, step, dx);
            }
            Kind::Smooth(function) => {
                multiply_by_derivative(function, x, None, channels, step, dx);
            }
        }
    });
}

fn multiply_by_derivative(
    function: Smooth,
    x: &[f32],
    map: Option<kernels::ColumnMap<'_>>,
    channels: usize,
    step: usize,
    d: &mut [f32],
) {
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
