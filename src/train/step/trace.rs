//! The numbers of one batch in one unit, with the layer and the activation that networks use,
//! in 64-bit floats (training itself computes in 32), for `bn-lab explain`.
//!
//! Nothing is computed by formula here except `√(σ² + ε)`: tests compare the formulas that are printed with the
//! numbers.

use burn::module::Param;
use burn::tensor::{DType, Device, Tensor, TensorData};

use crate::config::spec::{
    Activation, Averages, Averaging, BatchNorm, NormKind, NormParameter, NormSettings, Placement,
    RunningVariance,
};
use crate::explain::{Batch, BatchTrace, Estimate, Gradients, Place, Running, Stages, Unit};
use crate::model::norm::{NormLayer, Observed, Statistics};
use crate::model::pass::{Pass, Site};
use crate::model::{activation, placement};

/// Why an observation exists.
const OVER_BATCHES: &str = "a layer over batches returns the statistics of a training batch";

/// The only step that is traced.
const TRAINING: Statistics = Statistics::Training { step: 1 };

/// A unit with its batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The unit's settings.
    pub unit: Unit,
    /// Its nonlinearity; the identity where the unit has none.
    pub activation: Activation,
    /// The running mean before the batch.
    pub running_mean: f64,
    /// The running variance before the batch.
    pub running_variance: f64,
    /// The batch; at least one value.
    pub x: Vec<f64>,
    /// The gradient of the loss with respect to the unit's output, as long as `x`; `None` for that
    /// of the largest output.
    pub gradient: Option<Vec<f64>>,
}

/// Passes the batch through the unit, forward and backward, on the differentiable `device`.
#[expect(
    clippy::missing_panics_doc,
    reason = "it cannot: the layer is over batches, and returns their statistics"
)]
pub fn trace(question: &Question, device: &Device) -> BatchTrace {
    let mut tracer = Tracer::new(question, device);
    let (training, observed) = tracer.pass(TRAINING);
    let observed = observed.expect(OVER_BATCHES);
    let batch = batch(&observed, question.unit.epsilon);
    let gradients = tracer.backward(&training);
    let [old_mean, old_variance] = tracer.running();
    tracer.layer.observe(observed);
    let [mean, variance] = tracer.running();
    let (evaluation, _) = tracer.pass(Statistics::Running);
    BatchTrace {
        unit: question.unit.clone(),
        x: question.x.clone(),
        training,
        batch,
        running: Running { old_mean, mean, old_variance, variance },
        evaluation,
        gradients,
    }
}

/// The unit as layers on a device.
struct Tracer<'a> {
    question: &'a Question,
    device: &'a Device,
    layer: NormLayer,
}

impl<'a> Tracer<'a> {
    fn new(question: &'a Question, device: &'a Device) -> Self {
        let layer = NormLayer::new("unit", 1, settings(question), (device, DType::F64));
        Self { question, device, layer }
    }

    fn placement(&self) -> Placement {
        match self.question.unit.placement {
            Place::Before => Placement::Before,
            Place::After => Placement::After,
        }
    }

    /// A tensor of shape `[batch, 1]`.
    fn tensor(&self, values: &[f64]) -> Tensor<2> {
        let data = TensorData::new(values.to_vec(), [values.len(), 1]);
        Tensor::from_data(data, (self.device, DType::F64))
    }

    /// The unit as in a network.
    fn unit(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let kind = self.question.activation;
        placement::apply(self.placement(), Some(&self.layer), kind, "unit", x, pass)
    }

    /// The outputs of each stage, and the statistics of the batch.
    fn pass(&self, statistics: Statistics) -> (Stages, Option<Observed>) {
        let mut pass = Pass::new(statistics).recording(false);
        let out = self.unit(self.tensor(&self.question.x), &mut pass);
        let taps = pass.take_taps();
        let recorded = |site| {
            let tap = taps.iter().find(|tap| tap.site == site);
            tap.map(|tap| numbers(&tap.values)).unwrap_or_default()
        };
        let (y, activated, norm_input) = match self.question.unit.placement {
            Place::Before => {
                (recorded(Site::PreActivation), numbers(&out), self.question.x.clone())
            }
            Place::After => (numbers(&out), recorded(Site::Activation), recorded(Site::Activation)),
        };
        let bare = self.without_parameters();
        let (x_hat, _) = bare.forward(self.tensor(&norm_input), statistics);
        let stages = Stages {
            x_hat: numbers(&x_hat),
            y,
            activation: self.question.unit.activation.as_ref().map(|_| activated),
        };
        (stages, pass.into_observed().into_iter().flatten().next())
    }

    /// The layer without γ and β, with the same statistics.
    fn without_parameters(&self) -> NormLayer {
        let settings = NormSettings { gamma: None, beta: None, ..settings(self.question) };
        NormLayer::new("unit", 1, settings, (self.device, DType::F64))
            .with_statistics_of(&self.layer)
    }

    /// Gradients from the unit's output backwards; each from its own pass that starts there.
    fn backward(&self, training: &Stages) -> Gradients {
        let question = self.question;
        let is_before = question.unit.placement == Place::Before;
        let activated = training.activation.as_ref();
        let leaving = activated.filter(|_| is_before).unwrap_or(&training.y);
        let out = question.gradient.clone();
        let out = out.unwrap_or_else(|| of_the_largest(leaving));
        let unit = |x| self.unit(x, &mut Pass::new(TRAINING));
        let activate = |x| activation::apply(question.activation, x);
        let normalise = |x| self.layer.forward(x, TRAINING).0;
        let x = self.gradient(&question.x, &out, unit);
        let (y, norm_input) = if is_before {
            (self.gradient(&training.y, &out, activate), x.clone())
        } else {
            let entering = activated.unwrap_or(&question.x);
            (out.clone(), self.gradient(entering, &out, normalise))
        };
        let [gamma, beta] = self.gradients_of_parameters(&out);
        Gradients {
            out,
            is_largest_output: question.gradient.is_none(),
            y,
            gamma,
            beta,
            norm_input,
            x,
        }
    }

    /// The gradient of `Σ out · f(values)` with respect to the values.
    fn gradient(
        &self,
        values: &[f64],
        out: &[f64],
        f: impl Fn(Tensor<2>) -> Tensor<2>,
    ) -> Vec<f64> {
        let leaf = self.tensor(values).require_grad();
        let loss = (f(leaf.clone()) * self.tensor(out)).sum();
        let gradient = leaf.grad(&loss.backward());
        gradient.map_or_else(|| vec![0.0; values.len()], |gradient| numbers(&gradient))
    }

    /// The gradients of `Σ out · unit(x)` with respect to γ and β.
    fn gradients_of_parameters(&self, out: &[f64]) -> [f64; 2] {
        let left = self.unit(self.tensor(&self.question.x), &mut Pass::new(TRAINING));
        let gradients = (left * self.tensor(out)).sum().backward();
        let of = |parameter: Option<&Param<Tensor<1>>>| {
            let gradient = parameter.and_then(|parameter| parameter.val().grad(&gradients));
            gradient.map_or(0.0, |gradient| number(&gradient))
        };
        [of(self.layer.gamma()), of(self.layer.beta())]
    }

    /// The present running mean and variance.
    fn running(&self) -> [f64; 2] {
        let (mean, variance) = self.layer.running().unzip();
        [mean, variance].map(|of| of.as_ref().map_or(0.0, number))
    }
}

fn settings(question: &Question) -> NormSettings {
    let unit = &question.unit;
    let averages = Averages {
        averaging: Averaging::Exponential { decay: unit.decay },
        variance: match unit.running_variance {
            Estimate::Biased => RunningVariance::Biased,
            Estimate::Unbiased => RunningVariance::Unbiased,
        },
        initial_mean: question.running_mean,
        initial_variance: question.running_variance,
    };
    NormSettings {
        kind: NormKind::Batch(BatchNorm { averages: Some(averages), virtual_batch_size: None }),
        epsilon: unit.epsilon,
        gamma: Some(NormParameter::starting_at(unit.gamma)),
        beta: Some(NormParameter::starting_at(unit.beta)),
    }
}

fn batch(observed: &Observed, epsilon: f64) -> Batch {
    let variance = number(&observed.variance);
    Batch { mean: number(&observed.mean), variance, deviation: (variance + epsilon).sqrt() }
}

/// The gradient of the largest value; in a tie, of the first. Unlike a gradient that is the same for
/// all, it does not vanish in the normalisation.
fn of_the_largest(values: &[f64]) -> Vec<f64> {
    let mut largest = 0;
    for (position, &value) in values.iter().enumerate() {
        if value > values[largest] {
            largest = position;
        }
    }
    let mut gradient = vec![0.0; values.len()];
    if let Some(of_largest) = gradient.get_mut(largest) {
        *of_largest = 1.0;
    }
    gradient
}

fn numbers<const D: usize>(tensor: &Tensor<D>) -> Vec<f64> {
    // Reading back what burn computed on a working device cannot fail.
    tensor.to_data().convert::<f64>().try_to_vec().unwrap_or_default()
}

/// The only element of a tensor.
fn number(tensor: &Tensor<1>) -> f64 {
    numbers(tensor).first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
