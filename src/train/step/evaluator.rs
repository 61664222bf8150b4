//! A network for evaluation, and the population statistics that it may normalise with.

use std::cell::RefCell;

use burn::tensor::{Device, Tensor};

use super::fused::Fused;
use super::loss::{answers, inputs};
use crate::data::batches::Batch;
use crate::event::{BatchResult, Prediction};
use crate::model::network::Network;
use crate::model::norm::{NormLayer, Observed, Statistics};
use crate::model::pass::Pass;

/// A network for evaluation.
pub struct Evaluator {
    network: Network,
    device: Device,
    /// The same network, where the fused kernels evaluate it.
    fused: Option<RefCell<Fused>>,
}

impl Clone for Evaluator {
    fn clone(&self) -> Self {
        Self::new(self.network.clone(), &self.device).fused(self.fused.is_some())
    }
}

impl Evaluator {
    /// An evaluator of `network`, which has no gradients; `device` may be a differentiable one.
    pub(super) fn new(network: Network, device: &Device) -> Self {
        Self { network, device: device.clone().without_autodiff(), fused: None }
    }

    /// The same evaluator with the fused kernels, if `fused` and where the network has a fused form.
    pub(super) fn fused(mut self, fused: bool) -> Self {
        let form = fused.then(|| Fused::new(&self.network, None)).flatten();
        self.fused = form.map(RefCell::new);
        self
    }

    /// Loss and number of correct predictions on `batch`, normalised with `statistics`.
    pub fn evaluate(&self, batch: &Batch, statistics: Statistics) -> BatchResult {
        self.answer(batch, statistics, |_| {})
    }

    /// As [`Self::evaluate`]; `answered` is called with the prediction for every example in turn.
    pub fn answer(
        &self,
        batch: &Batch,
        statistics: Statistics,
        answered: impl FnMut(Prediction),
    ) -> BatchResult {
        match &self.fused {
            Some(fused) => fused.borrow_mut().evaluate(batch, statistics, answered),
            None => answers(&self.logits(batch, statistics), batch, answered),
        }
    }

    /// Logits `[batch, classes]`, by the composed operations.
    pub fn logits(&self, batch: &Batch, statistics: Statistics) -> Tensor<2> {
        self.network.forward(inputs(batch, &self.device), &mut Pass::new(statistics))
    }

    /// The names of the norm layers, in the order of the forward pass.
    pub fn norm_names(&self) -> Vec<String> {
        self.norms(|norm| norm.name().to_owned())
    }

    /// Whether any layer of the network normalises with the statistics of a batch.
    pub fn depends_on_batch(&self) -> bool {
        self.norms(NormLayer::depends_on_batch).contains(&true)
    }

    /// The same network with population statistics of a set of examples in place of the
    /// running ones ("precise" batch normalisation, Wu & Johnson 2021): with frozen weights, every
    /// batch that `next` returns is passed through with its own statistics; over the batches, each
    /// weighted by its number of values,
    ///
    /// ```text
    /// μ  = E[μ_B]        σ² = E[σ_B² + μ_B²] − μ²        (law of total variance)
    /// ```
    #[must_use]
    pub fn precise(&self, mut next: impl FnMut() -> Option<Batch>) -> Self {
        let mut network = self.network.clone();
        let mut sums: Vec<Option<Moments>> = Vec::new();
        while let Some(batch) = next() {
            let observed = self.observed(&batch);
            sums.resize_with(observed.len(), || None);
            for (sum, observed) in sums.iter_mut().zip(observed) {
                if let Some(observed) = observed {
                    sum.get_or_insert_with(Moments::default).add(&observed);
                }
            }
        }
        for (norm, sum) in network.norms_mut().into_iter().zip(sums) {
            if let Some(sum) = sum {
                let (mean, variance) = sum.statistics(&self.device);
                norm.set_running(mean, variance);
            }
        }
        Self::new(network, &self.device).fused(self.fused.is_some())
    }

    /// The statistics of `batch` in each norm layer, in the order of the forward pass.
    fn observed(&self, batch: &Batch) -> Vec<Option<Observed>> {
        if let Some(fused) = &self.fused {
            let mut fused = fused.borrow_mut();
            fused.evaluate(batch, Statistics::Batch, |_| {});
            return fused.observed(&self.device);
        }
        let mut pass = Pass::new(Statistics::Batch);
        self.network.forward(inputs(batch, &self.device), &mut pass);
        pass.into_observed()
    }

    /// The running statistics of every norm layer that keeps them, in the order of the forward pass.
    pub fn running(&self) -> Vec<RunningStatistics> {
        let running = self.norms(|norm| {
            let (mean, variance) = norm.running()?;
            Some(RunningStatistics {
                layer: norm.name().to_owned(),
                mean: wide(mean),
                variance: wide(variance),
                epsilon: norm.epsilon(),
            })
        });
        running.into_iter().flatten().collect()
    }

    /// A value of each norm layer, in the order of the forward pass.
    fn norms<T>(&self, of: impl Fn(&NormLayer) -> T) -> Vec<T> {
        let mut network = self.network.clone();
        network.norms_mut().into_iter().map(|norm| of(norm)).collect()
    }
}

/// The statistics that a norm layer keeps for evaluation, `[features]` each.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningStatistics {
    /// The layer's name.
    pub layer: String,
    /// The running mean.
    pub mean: Vec<f64>,
    /// The running variance.
    pub variance: Vec<f64>,
    /// The ε that it adds to a variance under the root.
    pub epsilon: f64,
}

/// Sums over batches, in double precision: the variance is a difference of large numbers.
#[derive(Default)]
struct Moments {
    values: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Moments {
    fn add(&mut self, batch: &Observed) {
        let (mean, variance) = (wide(batch.mean.clone()), wide(batch.variance.clone()));
        let weight = batch.values as f64;
        self.values += weight;
        self.first.resize(mean.len(), 0.0);
        self.second.resize(mean.len(), 0.0);
        for (i, (mean, variance)) in mean.into_iter().zip(variance).enumerate() {
            self.first[i] += weight * mean;
            self.second[i] += weight * (variance + mean * mean);
        }
    }

    /// Mean and variance `[features]` over all batches.
    fn statistics(&self, device: &Device) -> (Tensor<1>, Tensor<1>) {
        let mean: Vec<f64> = self.first.iter().map(|sum| sum / self.values).collect();
        let squares = self.second.iter().map(|sum| sum / self.values);
        // Rounding may make a variance of zero slightly negative.
        let variance = squares.zip(&mean).map(|(s, m)| (s - m * m).max(0.0) as f32);
        let variance: Vec<f32> = variance.collect();
        let mean: Vec<f32> = mean.into_iter().map(|m| m as f32).collect();
        (
            Tensor::from_floats(mean.as_slice(), device),
            Tensor::from_floats(variance.as_slice(), device),
        )
    }
}

fn wide(values: Tensor<1>) -> Vec<f64> {
    let data = values.into_data().convert::<f64>();
    data.as_slice::<f64>().map(<[f64]>::to_vec).unwrap_or_default()
}
