//! What every layer of a fused network does, and a sequence of layers.

use super::buffer::{Buffer, Map, Pool, View};
use super::gradient::{Gradient, Pending, Wanted};
use super::normalisation::{Moments, NormGradients};
use super::state::{Id, NormId, State};
use crate::model::norm::Statistics;
use crate::optim::Update;
use crate::seed::Stream;

/// A forward pass.
pub(super) struct Forward<'a> {
    /// Parameters and normalisations.
    pub(super) state: &'a mut State,
    /// Number of examples.
    pub(super) images: usize,
    /// Memory for outputs.
    pub(super) pool: &'a mut Pool,
    /// The statistics that normalise.
    pub(super) statistics: Statistics,
    /// Moments of the output of the layer before, if a normalisation follows it and it has determined them.
    pub(super) moments: Option<Moments>,
    /// The source of dropped units, in training.
    pub(super) dropout: Option<Stream>,
}

impl Forward<'_> {
    /// Whether a backward pass follows; otherwise no output is kept longer than the next layer needs it.
    fn trains(&self) -> bool {
        matches!(self.statistics, Statistics::Training { .. })
    }

    /// Gives the memory of an output back, in an evaluation.
    fn release(&mut self, output: Option<&mut Buffer>) {
        if let (false, Some(output)) = (self.trains(), output) {
            self.pool.give(output.take());
        }
    }

    /// Determines the statistics that `norm` normalises `x` with.
    pub(super) fn prepare(&mut self, norm: NormId, x: View<'_>) {
        let State { parameters, norms } = &mut *self.state;
        let moments = self.moments.take();
        norms[norm].prepare(x, (self.images, self.statistics), moments, parameters);
    }
}

/// A backward pass.
pub(super) struct Backward<'a> {
    /// Parameters and normalisations.
    pub(super) state: &'a mut State,
    /// Number of examples.
    pub(super) images: usize,
    /// Buffers for gradients.
    pub(super) pool: &'a mut Pool,
    /// The update that follows at once, while a gradient is in the cache; without one, gradients are kept.
    pub(super) update: Option<&'a Update>,
}

impl Backward<'_> {
    /// Updates the parameter, whose gradient is complete, if updates follow at once.
    pub(super) fn finish(&mut self, parameter: Id) {
        if let Some(update) = self.update {
            self.state[parameter].update(update);
        }
    }

    /// The complete gradient by `x`, without a border, from the gradient `d` of the normalisation behind it.
    pub(super) fn completed(&mut self, pending: &Pending, x: View<'_>, d: &Buffer) -> Gradient {
        let mut dx = self.pool.take(x.map, self.images);
        pending.apply(x, d, &mut dx);
        Gradient::complete(dx)
    }

    /// Takes the gradients of γ and β, and updates them if updates follow at once.
    pub(super) fn finish_norm(&mut self, gradients: NormGradients) {
        for (parameter, gradient) in gradients {
            if let Some(parameter) = parameter {
                self.state[parameter].gradient = gradient;
                self.finish(parameter);
            }
        }
    }
}

/// A layer.
pub(super) trait Layer: Send {
    /// The shape of the output. It has a border only where normalisations, activations, poolings or sums write it, since a
    /// convolution comes behind nothing else.
    fn output(&self) -> Map;

    /// Computes the output `y` from the input `x`.
    fn forward(&mut self, x: View<'_>, y: &mut Buffer, pass: &mut Forward<'_>);

    /// Computes the gradients of the parameters, and that of the input as far as it is `wanted`, from the same input and
    /// output `[x, y]` and the gradient `dy` of the output. The gradient of the input is computed with the weights from before
    /// their update. `dy` may be changed or taken, but not by a convolution.
    fn backward(
        &mut self,
        xy: [View<'_>; 2],
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient>;

    /// Whether the gradient of its output may be a pending one; such a layer leaves it as it is.
    fn takes_pending(&self) -> bool {
        false
    }
}

/// Layers one after the other, each with its output; without any, the identity.
#[derive(Default)]
pub(super) struct Chain(Vec<(Box<dyn Layer>, Buffer)>);

impl Chain {
    /// Adds a layer at the end.
    pub(super) fn push(&mut self, layer: Box<dyn Layer>) {
        let output = Buffer::new(layer.output());
        self.0.push((layer, output));
    }

    pub(super) fn is_identity(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn forward(&mut self, x: View<'_>, pass: &mut Forward<'_>) {
        for at in 0..self.0.len() {
            let (before, rest) = self.0.split_at_mut(at);
            let x = before.last().map_or(x, |(_, output)| output.view());
            let (layer, y) = &mut rest[0];
            if y.values.is_empty() {
                *y = pass.pool.take(y.map, pass.images);
            }
            y.for_images(pass.images);
            layer.forward(x, y, pass);
            pass.release(before.last_mut().map(|(_, output)| output));
        }
    }

    /// The output of the last forward pass; that of a chain without layers is its input `x`.
    pub(super) fn output<'a>(&'a self, x: View<'a>) -> View<'a> {
        self.0.last().map_or(x, |(_, output)| output.view())
    }

    /// Gives the memory of the output back, in an evaluation.
    pub(super) fn release(&mut self, pass: &mut Forward<'_>) {
        pass.release(self.0.last_mut().map(|(_, output)| output));
    }

    /// As [`Layer::backward`], for at least one layer.
    pub(super) fn backward(
        &mut self,
        x: View<'_>,
        dy: &mut Gradient,
        wanted: Wanted,
        pass: &mut Backward<'_>,
    ) -> Option<Gradient> {
        let mut gradient: Option<Gradient> = None;
        for at in (0..self.0.len()).rev() {
            let (before, rest) = self.0.split_at_mut(at);
            let (x, wanted) = match before.last() {
                Some((layer, output)) if layer.takes_pending() => (output.view(), Wanted::Pending),
                Some((_, output)) => (output.view(), Wanted::Complete),
                None => (x, wanted),
            };
            let (layer, y) = &mut rest[0];
            let dy = gradient.as_mut().unwrap_or(&mut *dy);
            debug_assert!(dy.pending.is_none() || layer.takes_pending(), "it was asked for");
            let result = layer.backward([x, y.view()], dy, wanted, pass);
            if let Some(used) = std::mem::replace(&mut gradient, result) {
                pass.pool.give(used.buffer);
            }
        }
        gradient
    }

    /// As [`Layer::takes_pending`].
    pub(super) fn takes_pending(&self) -> bool {
        self.0.last().is_some_and(|(layer, _)| layer.takes_pending())
    }
}
