//! The fused training step of feed-forward networks on the CPU: forward pass, gradients and update over buffers that are
//! reused from step to step, without an autodiff graph. The network's parameters and the running values
//! of the optimiser are kept here, in the layout of the [kernels], and written back where something else
//! needs them.
//!
//! It computes what the composed operations of `model/` compute, in another order of sums; `tests.rs` compares the two. It
//! does not support recurrent networks, normalisations other than batch normalisation, and penalties or constraints on γ
//! and β. These, other devices, and processors without fused multiply-additions use the composed operations.

mod activation;
mod buffer;
mod build;
mod convolution;
mod dense;
mod gradient;
mod input_gradient;
mod layer;
mod loss;
mod norm_activation;
mod normalisation;
mod parameter;
mod reshaping;
mod residual;
mod state;

use std::ops::Range;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};

use self::buffer::{Buffer, Map, Pool, View};
use self::build::{Builder, border};
use self::gradient::{Gradient, Wanted};
use self::layer::{Backward, Chain, Forward};
use self::parameter::Parameter;
use self::state::State;
use super::parameters;
use crate::config::spec::Shape;
use crate::data::batches::Batch;
use crate::error::Result;
use crate::event::{BatchResult, NamedTensor, Prediction};
use crate::kernels;
use crate::model::network::Network;
use crate::model::norm::{Observed, Statistics};
use crate::model::operation::Operation;
use crate::optim::{Update, Updater};
use crate::seed::Stream;

/// Number of examples that are evaluated at a time: with more, the values of a convolutional network leave the cache.
const EVALUATED: usize = 32;

/// A feed-forward network for training or evaluation.
pub(super) struct Fused {
    state: State,
    layers: Chain,
    /// The batch, channels last; `None` if the first layer is fully connected and reads the batch itself.
    inputs: Option<Buffer>,
    shape: Shape,
    pool: Pool,
}

impl Fused {
    /// The fused form of `network`, to be trained with `updater` if there is one; `None` where it has none.
    pub(super) fn new(network: &Network, updater: Option<&Updater>) -> Option<Self> {
        if !kernels::available() {
            return None;
        }
        let (operations, shape) = network.operations()?;
        let input = input_map(&operations, shape);
        let tensors = parameters::plain_tensors(network).into_iter().collect();
        let mut builder = Builder { tensors, updater, state: State::default() };
        let (layers, _) = builder.chain(&operations, input, false)?;
        let is_dense = matches!(operations.first(), Some(Operation::Dense(_)));
        let mut fused = Self {
            state: builder.state,
            layers,
            inputs: (!is_dense).then(|| Buffer::new(input)),
            shape,
            pool: Pool::default(),
        };
        fused.read_averages(network);
        Some(fused)
    }

    /// Takes one optimiser step; see `Learner::step`.
    pub(super) fn step(
        &mut self,
        batch: &Batch,
        pass: (usize, Stream),
        update: &Update,
    ) -> BatchResult {
        if !update.clips() {
            return self.pass(batch, pass, Some(update)).0;
        }
        let (result, _) = self.pass(batch, pass, None);
        self.update(update);
        result
    }

    /// As [`Self::step`] with the update after all gradients, and the seconds of the forward pass, the backward pass and
    /// the update.
    pub(super) fn timed_step(
        &mut self,
        batch: &Batch,
        pass: (usize, Stream),
        update: &Update,
    ) -> (BatchResult, [f64; 3]) {
        let started = Instant::now();
        let (result, forward) = self.pass(batch, pass, None);
        let both = started.elapsed().as_secs_f64();
        self.update(update);
        (result, [forward, both - forward, started.elapsed().as_secs_f64() - both])
    }

    /// Updates all parameters with the gradients that were kept.
    fn update(&mut self, update: &Update) {
        let parameters = &mut self.state.parameters.0;
        let gradients = parameters.iter_mut().map(|parameter| parameter.gradient.as_mut_slice());
        if update.clips() {
            update.clip(&mut gradients.collect::<Vec<_>>());
        }
        for parameter in parameters {
            parameter.update(update);
        }
    }

    /// One forward and backward pass, and the seconds of the forward pass; without an `update`, the gradients are kept.
    fn pass(
        &mut self,
        batch: &Batch,
        (step, dropout): (usize, Stream),
        update: Option<&Update>,
    ) -> (BatchResult, f64) {
        let started = Instant::now();
        let images = batch.labels.len();
        let Self { state, layers, inputs, shape, pool } = self;
        let x = view(inputs, *shape, batch, 0..images);
        let statistics = Statistics::Training { step };
        let (moments, dropout) = (None, Some(dropout));
        let mut forward = Forward { state, images, pool, statistics, moments, dropout };
        layers.forward(x, &mut forward);
        let logits = layers.output(x);
        let mut gradient = Gradient::complete(pool.take(logits.map, images));
        let buffer = Some(&mut gradient.buffer);
        let result = loss::cross_entropy(logits, &batch.labels, buffer, |_| {});
        let forward_seconds = started.elapsed().as_secs_f64();
        let mut backward = Backward { state, images, pool, update };
        layers.backward(x, &mut gradient, Wanted::Nothing, &mut backward);
        pool.give(gradient.buffer);
        (result, forward_seconds)
    }

    /// Loss and correct answers on `batch`, normalised with `statistics`; `answered` is called with the prediction
    /// for every example in turn.
    pub(super) fn evaluate(
        &mut self,
        batch: &Batch,
        statistics: Statistics,
        mut answered: impl FnMut(Prediction),
    ) -> BatchResult {
        let has_running = self.state.norms.iter().all(|norm| norm.running.is_some());
        let is_split = statistics == Statistics::Running && has_running;
        let most = if is_split { EVALUATED } else { usize::MAX };
        let examples = batch.labels.len();
        let Self { state, layers, inputs, shape, pool } = self;
        let mut total = BatchResult { loss: 0.0, correct: 0, examples };
        for start in (0..examples).step_by(most.min(examples.max(1))) {
            let range = start..examples.min(start.saturating_add(most));
            let x = view(inputs, *shape, batch, range.clone());
            let images = range.len();
            let (moments, dropout) = (None, None);
            let mut forward = Forward { state, images, pool, statistics, moments, dropout };
            layers.forward(x, &mut forward);
            let labels = &batch.labels[range];
            let part = loss::cross_entropy(layers.output(x), labels, None, &mut answered);
            total.loss += part.loss * images as f64;
            total.correct += part.correct;
        }
        total.loss /= examples as f64;
        total
    }

    /// The statistics that the last batch had in each norm layer, in the order of the forward pass.
    pub(super) fn observed(&self, device: &Device) -> Vec<Option<Observed>> {
        let norms = self.state.norms.iter();
        let observed = norms.map(|norm| {
            let (statistics, values) = norm.last_batch()?;
            let [mean, variance] = statistics.map(|of| Tensor::from_floats(of, device));
            Some(Observed { mean, variance, values, unbiased: None })
        });
        observed.collect()
    }

    /// The network with the present parameters and running statistics; `network` is an earlier state of it.
    pub(super) fn written_to(&self, network: &Network) -> Network {
        let value = |name: &str| {
            let mut parameters = self.state.parameters.0.iter();
            let found = parameters.find(|parameter| parameter.name == name);
            found.map(Parameter::plain_values).expect("the form was made of this network")
        };
        let mut network = parameters::with_values(network, |name| value(name));
        for norm in network.norms_mut() {
            let Some(own) = self.state.norms.iter().find(|own| own.name == norm.name()) else {
                continue;
            };
            let running = own.running.iter().flatten();
            for ((_, average), values) in norm.averages_mut().into_iter().zip(running) {
                let data = TensorData::new(values[..own.channels].to_vec(), average.shape());
                *average = Tensor::from_data(data, &average.device());
            }
            if let Some(batches) = norm.batches_mut() {
                *batches = own.batches;
            }
        }
        network
    }

    /// Takes over the running statistics of `network`.
    fn read_averages(&mut self, network: &Network) {
        let mut network = network.clone();
        for norm in network.norms_mut() {
            let name = norm.name().to_owned();
            let Some(own) = self.state.norms.iter_mut().find(|own| own.name == name) else {
                continue;
            };
            if let Some((mean, variance)) = norm.running() {
                own.set_running([mean, variance].map(parameters::numbers));
            }
            own.batches = norm.batches_mut().map_or(0, |batches| *batches);
        }
    }

    /// The running values of the optimiser: `layers.0.weight.first`.
    pub(super) fn running_values(&self) -> Vec<NamedTensor> {
        let of = |parameter: &Parameter| {
            let (name, shape) = (parameter.name.clone(), parameter.shape.clone());
            let running = parameter.running().into_iter();
            let named = running.map(move |(field, values)| NamedTensor {
                name: format!("{name}.{field}"),
                shape: shape.clone(),
                values,
            });
            named.collect::<Vec<_>>()
        };
        self.state.parameters.0.iter().flat_map(of).collect()
    }

    /// Sets the running values of the optimiser; `values` gives them by name and shape.
    pub(super) fn set_running_values(
        &mut self,
        mut values: impl FnMut(&str, &[usize]) -> Result<Vec<f32>>,
    ) -> Result<()> {
        for parameter in &mut self.state.parameters.0 {
            let kept = parameter.running().into_iter().map(|(field, _)| field);
            for field in kept.collect::<Vec<_>>() {
                let name = format!("{}.{field}", parameter.name);
                let plain = values(&name, &parameter.shape)?;
                parameter.set_running(field, &plain);
            }
        }
        Ok(())
    }
}

/// The shape in which the first of `operations` reads examples of shape `shape`.
fn input_map(operations: &[Operation<'_>], shape: Shape) -> Map {
    let size = [shape.height, shape.width, shape.channels];
    let padded = Map::new(size).bordered(border(operations));
    match operations.first() {
        // A linear map reads single channels; all else works on whole vectors.
        Some(Operation::Dense(_) | Operation::Convolution(_)) => {
            Map { step: shape.channels, ..padded }
        }
        _ => padded,
    }
}

/// The examples at `range` of a batch as the first layer reads them.
fn view<'a>(
    inputs: &'a mut Option<Buffer>,
    shape: Shape,
    batch: &'a Batch,
    range: Range<usize>,
) -> View<'a> {
    let features = batch.features;
    let rows = &batch.inputs[range.start * features..range.end * features];
    let Some(buffer) = inputs else {
        let map = Map { step: features, ..Map::vector(features) };
        return View { map, values: rows };
    };
    let map = buffer.map;
    let values = buffer.for_images(range.len());
    for (image, row) in rows.chunks_exact(features).enumerate() {
        for (channel, plane) in row.chunks_exact(shape.height * shape.width).enumerate() {
            for (line, pixels) in plane.chunks_exact(shape.width).enumerate() {
                let to = map.at(image, line, 0) + channel;
                for (to, &pixel) in values[to..].iter_mut().step_by(map.step).zip(pixels) {
                    *to = pixel;
                }
            }
        }
    }
    buffer.view()
}

#[cfg(test)]
mod tests;
