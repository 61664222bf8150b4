//! burn's `Optimizer` for devices that use host memory: one pass over the weights per step,
//! where burn's own rules make a dozen. Nothing is copied unless there is another reference to the weights.

use std::borrow::Cow;
use std::sync::Arc;

use burn::optim::{LearningRate, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Device, Shape, Tensor, TensorData};

use super::rules::{Apply, Decay, Keeps, Rule, Step, Values};

/// One rule for a group of parameters.
#[derive(Debug, Clone)]
pub(super) struct Fused {
    pub(super) rule: Arc<dyn Rule>,
    pub(super) weight_decay: f64,
}

/// The running values of one parameter.
#[derive(Debug, Clone)]
pub(super) struct ParameterState {
    steps: usize,
    /// See [`Keeps`]; empty where the rule keeps none.
    first: Vec<f32>,
    second: Vec<f32>,
    /// The shape of the parameter.
    shape: Shape,
}

impl Optimizer for Fused {
    type State<const D: usize> = ParameterState;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<ParameterState>,
    ) -> (Tensor<D>, Option<ParameterState>) {
        let device = tensor.device();
        let shape = tensor.shape();
        let mut state = state.unwrap_or_else(|| ParameterState::new(self.rule.keeps(), &shape));
        state.steps += 1;
        let mut weights = owned(tensor.into_data_as::<f32>());
        let gradient = gradient.into_data_as::<f32>();
        self.at(rate, state.steps).apply(Values {
            weights: &mut weights,
            gradient: &borrowed(&gradient),
            first: &mut state.first,
            second: &mut state.second,
        });
        let data = TensorData::new(weights, shape);
        (Tensor::from_data(data, &device), Some(state))
    }

    fn to_device<const D: usize>(state: ParameterState, _: &Device) -> ParameterState {
        state
    }
}

impl Fused {
    /// The update of step `number` (from 1) with the learning rate `rate`.
    pub(super) fn at(&self, rate: f64, number: usize) -> Box<dyn Apply> {
        self.rule.at(Step { learning_rate: rate, decay: self.decay(rate), number })
    }

    fn decay(&self, rate: f64) -> Decay {
        if self.rule.decouples_weight_decay() {
            Decay { penalty: 0.0, keep: (1.0 - rate * self.weight_decay) as f32 }
        } else {
            Decay { penalty: self.weight_decay as f32, keep: 1.0 }
        }
    }
}

/// The values, without a copy where this is the only reference to memory laid out for floats: always
/// from the second step on, since the first step laid it out so.
fn owned(data: TensorData) -> Vec<f32> {
    let values = data.try_into_vec::<f32>();
    values.expect("values that the caller made 32-bit floats")
}

/// The values, without a copy unless their address is not aligned for floats.
fn borrowed(data: &TensorData) -> Cow<'_, [f32]> {
    match data.as_slice::<f32>() {
        Ok(values) => Cow::Borrowed(values),
        Err(_) => Cow::Owned(owned(data.clone())),
    }
}

impl ParameterState {
    /// Zeros, the initial state of every rule.
    fn new(keeps: Keeps, shape: &Shape) -> Self {
        let zeros = |kept: bool| vec![0.0; if kept { shape.num_elements() } else { 0 }];
        Self {
            steps: 0,
            first: zeros(keeps.first),
            second: zeros(keeps.second),
            shape: shape.clone(),
        }
    }
}

/// Written by hand: burn's derive macro names its own crate.
impl RecordState for ParameterState {
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
