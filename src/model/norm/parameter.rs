//! γ and β: initial values, penalties and constraints.
//!
//! Both follow Keras's `regularizers` and `constraints`; a constraint applies to the vector as a whole
//! (`axis=0`).

use burn::module::Param;
use burn::tensor::{Tensor, TensorCreationOptions};

use super::merge;
use crate::config::spec::{Constraint, NormParameter};

/// Keras's `epsilon()`: prevents division by the length of a vector of zeros.
const LENGTH_EPSILON: f64 = 1e-7;

/// A parameter of `features` elements with its initial value.
pub(super) fn initial(
    settings: NormParameter,
    features: usize,
    on: &TensorCreationOptions,
) -> Param<Tensor<1>> {
    Param::from_tensor(Tensor::full([features], settings.init, on.clone()))
}

/// `l1 · Σ|θ| + l2 · Σθ²`, of shape `[1]`; `None` where both factors are 0.
pub(super) fn regularisation(
    parameter: &Param<Tensor<1>>,
    settings: NormParameter,
) -> Option<Tensor<1>> {
    let value = parameter.val();
    let l1 = (settings.l1 > 0.0).then(|| value.clone().abs().sum() * settings.l1);
    let l2 = (settings.l2 > 0.0).then(|| value.square().sum() * settings.l2);
    merge(l1, l2, |l1, l2| l1 + l2)
}

/// Applies the constraint to the parameter, which keeps its id, and with it the
/// optimiser's state.
pub(super) fn constrain(parameter: Param<Tensor<1>>, constraint: Constraint) -> Param<Tensor<1>> {
    if constraint == Constraint::None {
        return parameter;
    }
    parameter.map(|value| {
        let (differentiable, trained) = (value.is_autodiff(), value.is_require_grad());
        let value = project(value.without_autodiff(), constraint);
        if differentiable { value.autodiff().set_require_grad(trained) } else { value }
    })
}

fn project(value: Tensor<1>, constraint: Constraint) -> Tensor<1> {
    let length = || value.clone().square().sum().sqrt();
    match constraint {
        Constraint::None => value,
        Constraint::NonNegative => value.clamp_min(0.0),
        Constraint::MaxNorm { limit } => {
            let length = length();
            let allowed = length.clone().clamp_max(limit);
            value * (allowed / (length + LENGTH_EPSILON))
        }
        Constraint::UnitNorm => {
            let length = length();
            value / (length + LENGTH_EPSILON)
        }
    }
}
