//! Every number of one batch that passes one unit, as plain values: `train` computes them with the layer
//! that networks are made of, and `report` prints them.

use serde::Serialize;

/// Every number of a batch in the forward and backward pass of a normalisation and an activation. All
/// lists are in the order of the batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchTrace {
    /// What the unit is set to.
    pub unit: Unit,
    /// The inputs.
    pub x: Vec<f64>,
    /// The pass in training, with the statistics below.
    pub training: Stages,
    /// The batch's statistics, taken over what goes into the normalisation.
    pub batch: Batch,
    /// What the running averages become.
    pub running: Running,
    /// The pass in evaluation, with the running averages after this batch.
    pub evaluation: Stages,
    /// The backward pass.
    pub gradients: Gradients,
}

/// What a unit is set to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unit {
    /// γ, the factor.
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
    /// Where the normalisation stands relative to the nonlinearity; decides nothing without one.
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

/// What a sum of squares is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimate {
    /// `m`, the values of the batch.
    Biased,
    /// `m − 1`; a single value has variance 0 nevertheless.
    Unbiased,
}

/// What a pass gives at each stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stages {
    /// x̂: normalised.
    pub x_hat: Vec<f64>,
    /// y = γ x̂ + β
    pub y: Vec<f64>,
    /// What leaves the nonlinearity, before or behind the two; `None` without one.
    pub activation: Option<Vec<f64>>,
}

/// The statistics of a batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Batch {
    /// μ
    pub mean: f64,
    /// σ², divided by the number of values, as the batch itself is normalised in every framework.
    pub variance: f64,
    /// σ̂ = √(σ² + ε)
    pub deviation: f64,
}

/// The averages that evaluation normalises with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Running {
    /// The mean before this batch.
    pub old_mean: f64,
    /// The mean after it.
    pub mean: f64,
    /// The variance before this batch.
    pub old_variance: f64,
    /// The variance after it.
    pub variance: f64,
}

/// The gradients of `L = Σ g · out`, where `out` is what leaves the unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gradients {
    /// g, with respect to what leaves the unit.
    pub out: Vec<f64>,
    /// Whether `out` was chosen here: 1 for the first of the largest outputs, else 0.
    pub is_largest_output: bool,
    /// With respect to y, which leaves the normalisation.
    pub y: Vec<f64>,
    /// With respect to γ.
    pub gamma: f64,
    /// With respect to β.
    pub beta: f64,
    /// With respect to what goes into the normalisation.
    pub norm_input: Vec<f64>,
    /// With respect to x.
    pub x: Vec<f64>,
}

impl BatchTrace {
    /// What goes into the normalisation.
    pub fn norm_input(&self) -> &[f64] {
        match (self.unit.placement, &self.training.activation) {
            (Place::After, Some(activated)) => activated,
            _ => &self.x,
        }
    }

    /// Whether every number of it is one: nothing overflowed on the way.
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
