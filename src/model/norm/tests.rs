//! Compares the layers with reference implementations and with finite differences in 64 bits, and tests
//! theoretical properties.

mod differences;
mod parameters;
mod properties;
mod references;
mod state;

use burn::tensor::{DType, TensorData};

use super::*;
use crate::config::spec::{Averages, Averaging, Renorm, RunningVariance};

/// A tensor of 64-bit floats where `double`, else of 32-bit ones.
fn tensor<const D: usize>(values: &[f64], shape: [usize; D], double: bool) -> Tensor<D> {
    let device = crate::device::tests::cpu();
    let precision = if double { DType::F64 } else { DType::F32 };
    Tensor::from_data(TensorData::new(values.to_vec(), shape), (&device, precision))
}

fn numbers<const D: usize>(tensor: &Tensor<D>) -> Vec<f64> {
    tensor.to_data().convert::<f64>().try_to_vec().expect("plain numbers")
}

/// A layer with these parameters and initial statistics, all in one precision.
fn layer(settings: NormSettings, gamma: &[f64], beta: &[f64], double: bool) -> NormLayer {
    let features = gamma.len();
    let device = tensor(&[0.0], [1], false).device();
    let mut layer = NormLayer::new("norms.0", features, settings, &device);
    let vector = |values: &[f64]| Param::from_tensor(tensor(values, [features], double));
    layer.gamma = layer.gamma.map(|_| vector(gamma));
    layer.beta = layer.beta.map(|_| vector(beta));
    if double && let Some(running) = layer.running.as_mut() {
        let again = |of: &Tensor<1>| tensor(&numbers(of), [features], true).without_autodiff();
        running.replace(again(&running.mean), again(&running.variance));
        let reference = Reference::agreeing_with(running, settings.epsilon);
        layer.reference = layer.reference.map(|_| reference);
    }
    layer
}

/// The result of a training pass: `y`, and the gradients of `sum(y · upstream)`.
struct Trained {
    y: Vec<f64>,
    grad_x: Vec<f64>,
    grad_gamma: Option<Vec<f64>>,
    grad_beta: Option<Vec<f64>>,
    observed: Option<Observed>,
}

fn train<const D: usize>(
    layer: &NormLayer,
    x: Tensor<D>,
    upstream: Tensor<D>,
    step: usize,
) -> Trained {
    let x = x.require_grad();
    let (y, observed) = layer.forward(x.clone(), Statistics::Training { step });
    let gradients = (y.clone() * upstream).sum().backward();
    let of = |parameter: Option<&Param<Tensor<1>>>| {
        parameter.map(|p| numbers(&p.val().grad(&gradients).expect("tracked")))
    };
    Trained {
        y: numbers(&y),
        grad_x: numbers(&x.grad(&gradients).expect("tracked")),
        grad_gamma: of(layer.gamma()),
        grad_beta: of(layer.beta()),
        observed,
    }
}

/// Asserts that the largest error is at most `tolerance` times the largest expected magnitude (times 1
/// where all expected values are 0).
fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0, |a: f64, x| a.max(x.abs()));
    let scale = if scale == 0.0 { 1.0 } else { scale };
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= tolerance * scale, "{what}: {f} ≠ {e}\n{found:?}\n{expected:?}");
    }
}

fn batch_norm(epsilon: f64) -> NormSettings {
    NormSettings::batch(0.9, epsilon, RunningVariance::Unbiased)
}

fn with_method(kind: NormKind) -> NormSettings {
    NormSettings { kind, ..batch_norm(1e-3) }
}

fn ghost_norm(size: usize) -> NormSettings {
    with_method(NormKind::Batch(BatchNorm { averages: None, virtual_batch_size: Some(size) }))
}

fn renorm(r_max: f64, d_max: f64) -> Renorm {
    Renorm {
        decay: 0.9,
        renorm_decay: 0.9,
        initial_mean: 0.0,
        initial_variance: 1.0,
        r_min: r_max.recip(),
        r_max,
        d_max,
        relax_from: 0,
        r_relaxed_at: 0,
        d_relaxed_at: 0,
    }
}
