//! A network with frozen weights, for probes: the values in its layers, and the gradient of the loss.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};

use super::evaluator::Evaluator;
use super::loss::{inputs, objective, result};
use super::parameters;
use crate::data::batches::Batch;
use crate::event::NamedTensor;
use crate::model::network::Network;
use crate::model::norm::Statistics;
use crate::model::pass::{Pass, Site, Tap};

/// A network with frozen weights. Nothing here changes the one in training.
#[derive(Clone)]
pub struct Inspection {
    network: Network,
    device: Device,
}

/// The loss of a batch and its gradient.
pub struct Slope {
    /// Mean cross-entropy of the batch, in nats.
    pub loss: f64,
    /// By parameter, in the memory layout.
    pub gradients: Vec<NamedTensor>,
    /// For each layer with a nonlinearity, in the order of the forward pass: the L2 norm of the gradient of
    /// the loss with respect to the nonlinearity's input, over batch and features.
    pub back_propagated: Vec<(String, f64)>,
    direction: GradientsParams,
}

impl Inspection {
    /// An inspection of `network`, which is on the differentiable `device`.
    pub(super) fn new(network: Network, device: Device) -> Self {
        Self { network, device }
    }

    /// The values at every site of the network on `batch`, normalised with the batch's statistics.
    pub fn record(&self, batch: &Batch) -> Vec<Tap> {
        let mut pass = Pass::new(Statistics::Batch).recording(false);
        self.network.forward(inputs(batch, &self.device), &mut pass);
        pass.take_taps()
    }

    /// The loss of `batch` in step `step`, without dropout, and the gradient of the function that this step
    /// minimises.
    pub fn slope(&self, batch: &Batch, step: usize) -> Slope {
        let mut pass = Pass::new(Statistics::Training { step }).recording(true);
        let logits = self.network.forward(inputs(batch, &self.device), &mut pass);
        let loss = result(&logits, batch).loss;
        let mut gradients =
            objective(&mut self.network.clone(), logits, batch, &self.device).backward();
        let norm = |zero: &Tensor<1>| {
            let gradient = zero.grad(&gradients)?;
            let square = gradient.square().sum().into_scalar::<f32>();
            Some(f64::from(square).sqrt())
        };
        let back_propagated = pass
            .take_taps()
            .iter()
            .filter(|tap| tap.site == Site::PreActivation)
            .filter_map(|tap| Some((tap.layer.clone(), norm(tap.zero.as_ref()?)?)))
            .collect();
        let direction = GradientsParams::from_module(&mut gradients, &self.network);
        Slope {
            loss,
            gradients: parameters::named_gradients(&self.network, &direction),
            back_propagated,
            direction,
        }
    }

    /// The network after a step of `size` along the negative gradient: `θ − size · g`.
    #[must_use]
    pub fn descended(&self, slope: &Slope, size: f64) -> Self {
        Self {
            network: parameters::moved(&self.network, &slope.direction, -size),
            device: self.device.clone(),
        }
    }

    /// This network with those parameters of `later`, the same network some steps later, whose names `takes`
    /// accepts.
    #[must_use]
    pub fn with_parameters_of(&self, later: &Self, takes: impl Fn(&str) -> bool) -> Self {
        Self {
            network: parameters::blended(&self.network, &later.network, takes),
            device: self.device.clone(),
        }
    }

    /// The same network without gradients.
    pub fn evaluator(&self) -> Evaluator {
        Evaluator::new(self.network.valid(), &self.device)
    }

    /// Weights and running statistics, by name, in the layout of checkpoints.
    pub fn tensors(&self) -> Vec<NamedTensor> {
        parameters::named_tensors(&self.network)
    }
}
