//! Every number of one batch that passes through one unit, as plain values: `train` computes them with the
//! layer that networks use, and `report` prints them.

use serde::Serialize;

/// Every number of a batch in the forward and backward pass of a normalisation and an activation. All
/// lists are in the order of the batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchTrace {
    /// The unit's settings.
    pub unit: Unit,
    /// The inputs, one for each example.
    pub x: Vec<f64>,
    /// The forward pass in training, with the batch's statistics.
    pub training: Stages,
    /// The batch's statistics, computed over the normalisation's input.
    pub batch: Batch,
    /// The running averages before and after this batch.
    pub running: Running,
    /// The forward pass in evaluation, with the running averages after this batch.
    pub evaluation: Stages,
    /// The gradients of the backward pass.
    pub gradients: Gradients,
}

/// The settings of a unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unit {
    /// γ, the scale.
    pub gamma: f64,
    /// β, the shift.
    pub beta: f64,
    /// ε, added to the variance under the root.
    pub epsilon: f64,
    /// Weight on the old value of the running averages.
    pub decay: f64,
    /// Which variance enters the running one.
    pub running_variance: Estimate,
    /// The nonlinearity by its name in experiment files; `None` for none.
    pub activation: Option<String>,
    /// Where the normalisation stands relative to the nonlinearity; without a nonlinearity it has no effect.
    pub placement: Place,
}

/// Where the normalisation stands relative to the nonlinearity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// norm → activation
    Before,
    /// activation → norm
    After,
}

/// The divisor of a variance estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimate {
    /// `m`, the number of values in the batch.
    Biased,
    /// `m − 1`; a single value still has variance 0.
    Unbiased,
}

/// The values at each stage of a forward pass.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stages {
    /// x̂, the normalised values.
    pub x_hat: Vec<f64>,
    /// y = γ x̂ + β
    pub y: Vec<f64>,
    /// The nonlinearity's output, whether it stands before or after the normalisation; `None` without one.
    pub activation: Option<Vec<f64>>,
}

/// The statistics of a batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Batch {
    /// μ, the mean.
    pub mean: f64,
    /// σ², divided by the number of values: batches are normalised so in every framework.
    pub variance: f64,
    /// σ̂ = √(σ² + ε)
    pub deviation: f64,
}

/// The averages that evaluation normalises with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Running {
    /// The mean before this batch.
    pub old_mean: f64,
    /// The mean after this batch.
    pub mean: f64,
    /// The variance before this batch.
    pub old_variance: f64,
    /// The variance after this batch.
    pub variance: f64,
}

/// The gradients of `L = Σ g · out`, where `out` is the unit's output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gradients {
    /// g, the gradient with respect to the unit's output.
    pub out: Vec<f64>,
    /// Whether `out` was chosen by default: 1 for the first of the largest outputs, else 0.
    pub is_largest_output: bool,
    /// With respect to y, the normalisation's output.
    pub y: Vec<f64>,
    /// With respect to γ.
    pub gamma: f64,
    /// With respect to β.
    pub beta: f64,
    /// With respect to the normalisation's input.
    pub norm_input: Vec<f64>,
    /// With respect to x, the unit's input.
    pub x: Vec<f64>,
}

impl BatchTrace {
    /// The normalisation's input.
    pub fn norm_input(&self) -> &[f64] {
        match (self.unit.placement, &self.training.activation) {
            (Place::After, Some(activated)) => activated,
            _ => &self.x,
        }
    }

    /// Whether every number of it is finite: no computation overflowed.
    pub fn is_finite(&self) -> bool {
        let (batch, running, back) = (&self.batch, &self.running, &self.gradients);
        let single = [
            batch.mean,
            batch.variance,
            batch.deviation,
            running.mean,
            running.variance,
            back.gamma,
            back.beta,
        ];
        let ways = [&back.y, &back.norm_input, &back.x];
        let passes = [&self.training, &self.evaluation].into_iter();
        let stages =
            passes.flat_map(|pass| [&pass.x_hat, &pass.y].into_iter().chain(&pass.activation));
        let lists = ways.into_iter().chain(stages);
        lists.flatten().chain(&single).all(|number| number.is_finite())
    }
}
