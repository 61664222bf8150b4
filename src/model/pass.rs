//! One forward pass: the statistics that it normalises with, those that its norm layers computed, the units
//! that it drops, and the values that it records for probes.

use burn::tensor::{Tensor, TensorData};

use super::norm::{NormLayer, Observed, Statistics};
use crate::seed::Stream;

/// A position in a layer at which values are recorded for probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// The input of the nonlinearity.
    PreActivation,
    /// The output of the nonlinearity.
    Activation,
}

/// The values at a site of a layer.
#[derive(Debug, Clone)]
pub struct Tap {
    /// The layer's name, as in checkpoints: `layers.0`.
    pub layer: String,
    /// The position in the layer.
    pub site: Site,
    /// The values, `[batch · positions, features]`, outside the gradient's graph.
    pub values: Tensor<2>,
    /// A zero that was added to them, in the layer's own shape flattened to one axis: its gradient
    /// is the gradient at this site.
    pub zero: Option<Tensor<1>>,
}

/// The state of a forward pass, passed through a network's layers in order.
#[derive(Debug)]
pub struct Pass {
    statistics: Statistics,
    observed: Vec<Option<Observed>>,
    dropout: Option<Stream>,
    taps: Option<Vec<Tap>>,
    with_gradients: bool,
}

impl Pass {
    /// A pass that normalises with `statistics` and without dropout.
    pub fn new(statistics: Statistics) -> Self {
        Self { statistics, observed: Vec::new(), dropout: None, taps: None, with_gradients: false }
    }

    /// The pass of optimiser step `step` (from 1); dropout draws from `dropout`.
    pub fn training(step: usize, dropout: Stream) -> Self {
        Self { dropout: Some(dropout), ..Self::new(Statistics::Training { step }) }
    }

    /// The same pass, which also records the values at the sites of every layer. With `gradients`, the
    /// gradient at each site can be taken from [`Tap::zero`].
    #[must_use]
    pub fn recording(mut self, gradients: bool) -> Self {
        self.taps = Some(Vec::new());
        self.with_gradients = gradients;
        self
    }

    /// Passes `x` `[batch, features, …]` through a norm layer, if there is one.
    pub fn normalise<const D: usize>(
        &mut self,
        norm: Option<&NormLayer>,
        x: Tensor<D>,
    ) -> Tensor<D> {
        let Some(norm) = norm else { return x };
        let (y, observed) = norm.forward(x, self.statistics);
        self.observed.push(observed);
        y
    }

    /// Sets each value of `x` to 0 with the `probability`, independently, and divides the others
    /// by `1 − probability` (inverted dropout, Srivastava et al. 2014); in training only.
    pub fn drop_out<const D: usize>(&mut self, probability: f64, x: Tensor<D>) -> Tensor<D> {
        let Some(stream) = self.dropout.as_mut().filter(|_| probability > 0.0) else {
            return x;
        };
        let kept = (1.0 / (1.0 - probability)) as f32;
        let shape = x.shape();
        let mask: Vec<f32> = (0..shape.num_elements())
            .map(|_| if stream.uniform() < probability { 0.0 } else { kept })
            .collect();
        let mask = Tensor::from_data(TensorData::new(mask, shape), &x.device());
        x * mask
    }

    /// Records `x` `[batch, features, …]` at a site of the layer called `layer`, if this pass records.
    pub fn tap<const D: usize>(&mut self, layer: &str, site: Site, x: Tensor<D>) -> Tensor<D> {
        let Some(all) = self.taps.as_mut() else {
            return x;
        };
        let shape = x.shape();
        let features = shape[1];
        let rows = shape.num_elements() / features;
        let positions = x.clone().without_autodiff().swap_dims(1, D - 1);
        let mut entry = Tap {
            layer: layer.to_owned(),
            site,
            values: positions.reshape([rows, features]),
            zero: None,
        };
        let x = if self.with_gradients {
            let zero = Tensor::<1>::zeros([shape.num_elements()], &x.device()).require_grad();
            entry.zero = Some(zero.clone());
            x + zero.reshape(shape)
        } else {
            x
        };
        all.push(entry);
        x
    }

    /// The statistics of the norm layers, in the order of the pass; `None` for layers without any.
    pub fn into_observed(self) -> Vec<Option<Observed>> {
        self.observed
    }

    /// The recorded values, in the order of the pass.
    pub fn take_taps(&mut self) -> Vec<Tap> {
        self.taps.take().unwrap_or_default()
    }
}
