//! burn's `Optimizer` for devices whose memory is the host's: one pass over the weights per step,
//! where burn's own rules make a dozen. Nothing is copied as long as nobody else holds the weights.

use std::borrow::Cow;

use burn::optim::{LearningRate, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Device, Shape, Tensor, TensorData};

use super::kernels::{self, Decay};
use crate::config::spec;

/// One rule for a group of parameters.
#[derive(Debug, Clone)]
pub(super) struct Fused {
    pub(super) rule: spec::Optimizer,
    pub(super) weight_decay: f64,
    /// Factor on the learning rate.
    pub(super) rate_factor: f64,
}

/// What a rule remembers about one parameter.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    /// Steps taken.
    steps: usize,
    /// Running mean of the gradient, or the velocity; empty where the rule keeps none.
    first: Vec<f32>,
    /// Running mean square of the gradient; empty where the rule keeps none.
    second: Vec<f32>,
    /// The parameter's.
    shape: Shape,
}

impl Optimizer for Fused {
    type State<const D: usize> = Memory;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        memory: Option<Memory>,
    ) -> (Tensor<D>, Option<Memory>) {
        let device = tensor.device();
        let shape = tensor.shape();
        let mut memory = memory.unwrap_or_else(|| Memory::new(self.rule, &shape));
        memory.steps += 1;
        let mut weights = owned(tensor.into_data_as::<f32>());
        let gradient = gradient.into_data_as::<f32>();
        self.update(rate, &mut weights, &borrowed(&gradient), &mut memory);
        let data = TensorData::new(weights, shape);
        (Tensor::from_data(data, &device), Some(memory))
    }

    fn to_device<const D: usize>(memory: Memory, _: &Device) -> Memory {
        memory
    }
}

impl Fused {
    fn update(&self, rate: f64, w: &mut [f32], g: &[f32], memory: &mut Memory) {
        let rate = rate * self.rate_factor;
        let decay = self.decay(rate);
        let Memory { first, second, .. } = memory;
        match self.rule {
            spec::Optimizer::Sgd => kernels::descend(w, g, rate as f32, decay),
            spec::Optimizer::Momentum { momentum } => {
                let constants = [rate, momentum].map(|x| x as f32);
                kernels::momentum::<false>(w, g, first, constants, decay);
            }
            spec::Optimizer::Nesterov { momentum } => {
                let constants = [rate, momentum].map(|x| x as f32);
                kernels::momentum::<true>(w, g, first, constants, decay);
            }
            spec::Optimizer::RmsProp { rho, epsilon } => {
                let constants = [rate, 1.0 - rho, epsilon].map(|x| x as f32);
                kernels::rms_prop(w, g, second, constants, decay);
            }
            spec::Optimizer::Adam { beta_1, beta_2, epsilon }
            | spec::Optimizer::AdamW { beta_1, beta_2, epsilon } => {
                // m̂ / (√ŝ + ε) with m̂ = m / b₁ and ŝ = s / b₂ is (√b₂ / b₁) m / (√s + √b₂ ε).
                let steps = i32::try_from(memory.steps).unwrap_or(i32::MAX);
                let root = (1.0 - beta_2.powi(steps)).sqrt();
                let rate = rate * root / (1.0 - beta_1.powi(steps));
                let constants = [rate, 1.0 - beta_1, 1.0 - beta_2, epsilon * root];
                kernels::adam(w, g, [first, second], constants.map(|x| x as f32), decay);
            }
        }
    }

    fn decay(&self, rate: f64) -> Decay {
        if self.rule.decays_apart() {
            Decay { penalty: 0.0, keep: (1.0 - rate * self.weight_decay) as f32 }
        } else {
            Decay { penalty: self.weight_decay as f32, keep: 1.0 }
        }
    }
}

/// The values, without a copy where they are the only handle on memory laid out for floats: always
/// from the second step on, since the first step laid it out so.
fn owned(data: TensorData) -> Vec<f32> {
    let values = data.try_into_vec::<f32>();
    values.expect("values that the caller made 32-bit floats")
}

/// The values, without a copy unless their address does not suit floats.
fn borrowed(data: &TensorData) -> Cow<'_, [f32]> {
    match data.as_slice::<f32>() {
        Ok(values) => Cow::Borrowed(values),
        Err(_) => Cow::Owned(owned(data.clone())),
    }
}

impl Memory {
    /// Zeros, which begin every rule: PyTorch's first velocity is the gradient, `μ · 0 + g`.
    fn new(rule: spec::Optimizer, shape: &Shape) -> Self {
        use spec::Optimizer as Rule;
        let adam = matches!(rule, Rule::Adam { .. } | Rule::AdamW { .. });
        let velocity = matches!(rule, Rule::Momentum { .. } | Rule::Nesterov { .. });
        let squares = matches!(rule, Rule::RmsProp { .. });
        let zeros = |wanted: bool| vec![0.0; if wanted { shape.num_elements() } else { 0 }];
        Self {
            steps: 0,
            first: zeros(adam || velocity),
            second: zeros(adam || squares),
            shape: shape.clone(),
        }
    }
}

/// Written by hand: burn's derive macro names its own crate.
impl RecordState for Memory {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_scalar(prefix, "steps", self.steps.into());
        for (name, values) in [("first", &self.first), ("second", &self.second)] {
            if !values.is_empty() {
                let data = TensorData::new(values.clone(), self.shape.clone());
                out.push_tensor(prefix, name, data);
            }
        }
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, _: &Device) -> Option<Self> {
        let steps = usize::try_from(source.take_scalar(prefix, "steps")?).ok()?;
        let mut take = |name: &str| source.take_tensor(prefix, name);
        let (first, second) = (take("first"), take("second"));
        let shape = first.as_ref().or(second.as_ref()).map(TensorData::shape);
        let shape = shape.cloned().unwrap_or_else(|| Shape::from(Vec::<usize>::new()));
        let values = |data: Option<TensorData>| match data {
            Some(data) => data.try_into_vec::<f32>().ok(),
            None => Some(Vec::new()),
        };
        Some(Self { steps, first: values(first)?, second: values(second)?, shape })
    }
}
