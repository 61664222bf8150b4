//! Activation functions (nonlinearities).

use burn::tensor::{Tensor, activation};

use crate::config::spec::Activation;

/// SELU's constants (Klambauer et al. 2017): under them, mean 0 and variance 1 are a fixed point.
pub const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
/// SELU's α.
pub const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;

/// Applies the nonlinearity to every element; the shape is unchanged.
///
/// GELU is the exact `x Φ(x)`, as in Keras and PyTorch by default, not the tanh approximation. At
/// exactly 0 the derivative of ReLU is 0, as in all frameworks; that of leaky ReLU is 1 (burn's), where
/// PyTorch takes the slope: both are subgradients.
pub fn apply<const D: usize>(kind: Activation, x: Tensor<D>) -> Tensor<D> {
    match kind {
        Activation::Relu => activation::relu(x),
        Activation::LeakyRelu { slope } => activation::leaky_relu(x, slope),
        Activation::Elu { alpha } => elu(x, 1.0, alpha),
        Activation::Selu => elu(x, SELU_SCALE, SELU_ALPHA),
        Activation::Gelu => activation::gelu(x),
        Activation::Swish => activation::silu(x),
        Activation::Softplus => activation::softplus(x, 1.0),
        Activation::Sigmoid => activation::sigmoid(x),
        Activation::Tanh => activation::tanh(x),
        Activation::Identity => x,
    }
}

/// `scale · x` above 0, `scale · α (eˣ − 1)` up to 0. Not burn's: it computes the exponential of
/// positive inputs as well, and where that overflows (`x > 88`) the gradient becomes `0 · ∞`.
fn elu<const D: usize>(x: Tensor<D>, scale: f64, alpha: f64) -> Tensor<D> {
    let positive = x.clone().greater_elem(0.0);
    let below = (x.clone().mask_fill(positive.clone(), 0.0).exp() - 1.0) * (scale * alpha);
    below.mask_where(positive, x * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::tests::cpu;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Reference {
        leaky_relu_slope: f64,
        points: Vec<f32>,
        activations: Vec<Recorded>,
    }

    #[derive(Deserialize)]
    struct Recorded {
        name: String,
        value: Vec<f64>,
        derivative: Vec<f64>,
    }

    fn assert_close(what: &str, found: &Tensor<1>, expected: &[f64]) {
        let found: Vec<f64> = found.to_data().convert::<f64>().try_to_vec().expect("plain numbers");
        assert_eq!(found.len(), expected.len());
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() <= 1e-6 * e.abs().max(1.0), "{what}: {f} ≠ {e}");
        }
    }

    #[test]
    fn values_and_derivatives_equal_pytorchs() {
        let text = include_str!("../../tests/reference/activations_torch.json");
        let reference: Reference = serde_json::from_str(text).expect("a valid reference file");
        let device = cpu();
        assert_eq!(reference.activations.len(), 11);
        for recorded in &reference.activations {
            let kind = match recorded.name.as_str() {
                "relu" => Activation::Relu,
                "leaky_relu" => Activation::LeakyRelu { slope: reference.leaky_relu_slope },
                "elu" => Activation::Elu { alpha: 1.0 },
                "elu_half" => Activation::Elu { alpha: 0.5 },
                "selu" => Activation::Selu,
                "gelu" => Activation::Gelu,
                "swish" => Activation::Swish,
                "softplus" => Activation::Softplus,
                "sigmoid" => Activation::Sigmoid,
                "tanh" => Activation::Tanh,
                "identity" => Activation::Identity,
                other => panic!("unknown activation {other}"),
            };
            let x = Tensor::<1>::from_floats(reference.points.as_slice(), &device).require_grad();
            let y = apply(kind, x.clone());
            let gradient = x.grad(&y.clone().sum().backward()).expect("tracked");
            assert_close(&recorded.name, &y, &recorded.value);
            let mut derivative = recorded.derivative.clone();
            if let Activation::LeakyRelu { .. } = kind {
                let zero =
                    reference.points.iter().position(|&x| x == 0.0).expect("0 is among them");
                derivative[zero] = 1.0;
            }
            assert_close(&recorded.name, &gradient, &derivative);
        }
    }
}
