//! The layer against PyTorch's and Keras's numbers (`tests/reference/README.md` says how those
//! were made, and why these tolerances), against finite differences, and against the 2015 paper.

use burn::tensor::{Device, Tensor, TensorData};
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Reference {
    running_variance: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    epsilon: f64,
    decay: f64,
    batch: usize,
    features: usize,
    gamma: Vec<f32>,
    beta: Vec<f32>,
    steps: Vec<Step>,
    evaluate: Evaluation,
}

#[derive(Deserialize)]
struct Step {
    x: Vec<f32>,
    upstream: Vec<f32>,
    y: Vec<f64>,
    grad_x: Vec<f64>,
    grad_gamma: Vec<f64>,
    grad_beta: Vec<f64>,
    running_mean: Vec<f64>,
    running_var: Vec<f64>,
}

#[derive(Deserialize)]
struct Evaluation {
    batch: usize,
    x: Vec<f32>,
    y: Vec<f64>,
}

fn device() -> Device {
    let device = crate::device::OpenDevice::open("cpu");
    device
        .expect("every build has a CPU device")
        .differentiable()
}

fn matrix(values: &[f32], rows: usize) -> Tensor<2> {
    let columns = values.len() / rows;
    Tensor::from_data(TensorData::new(values.to_vec(), [rows, columns]), &device())
}

fn vector(values: &[f32]) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), &device())
}

fn numbers<const D: usize>(tensor: &Tensor<D>) -> Vec<f64> {
    tensor
        .to_data()
        .convert::<f64>()
        .try_to_vec()
        .expect("plain numbers")
}

fn layer(settings: BatchNormSettings, gamma: &[f32], beta: &[f32]) -> NormLayer {
    let mut layer = NormLayer::new("norms.0", gamma.len(), settings, &device());
    layer.gamma = Param::from_tensor(vector(gamma));
    layer.beta = Param::from_tensor(vector(beta));
    layer
}

/// The largest error may be `tolerance` times the largest magnitude of what is expected (times 1
/// where that is all zeros).
fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0, |a: f64, x| a.max(x.abs()));
    let scale = if scale == 0.0 { 1.0 } else { scale };
    for (f, e) in found.iter().zip(expected) {
        assert!(
            (f - e).abs() <= tolerance * scale,
            "{what}: {f} ≠ {e}\n{found:?}\n{expected:?}"
        );
    }
}

/// Runs `x` through the layer in training mode and returns `y` and the gradients of
/// `sum(y · upstream)` with respect to `x`, γ and β.
fn train(layer: &mut NormLayer, x: &[f32], upstream: &[f32], batch: usize) -> [Vec<f64>; 4] {
    let x = matrix(x, batch).require_grad();
    let (y, observed) = layer.forward(x.clone(), Statistics::Training { step: 1 });
    let gradients = (y.clone() * matrix(upstream, batch)).sum().backward();
    layer.observe(observed.expect("a training pass observes its batch"));
    let of_vector = |p: &Param<Tensor<1>>| numbers(&p.val().grad(&gradients).expect("tracked"));
    [
        numbers(&y),
        numbers(&x.grad(&gradients).expect("tracked")),
        of_vector(&layer.gamma),
        of_vector(&layer.beta),
    ]
}

fn check_against(reference: &str) {
    let reference: Reference = serde_json::from_str(reference).expect("a valid reference file");
    let running_variance = match reference.running_variance.as_str() {
        "biased" => RunningVariance::Biased,
        "unbiased" => RunningVariance::Unbiased,
        other => panic!("unknown convention {other}"),
    };
    assert!(reference.cases.len() >= 7);
    for case in &reference.cases {
        let settings = BatchNormSettings {
            decay: case.decay,
            epsilon: case.epsilon,
            running_variance,
        };
        let mut layer = layer(settings, &case.gamma, &case.beta);
        assert_eq!(case.gamma.len(), case.features);
        for (i, step) in case.steps.iter().enumerate() {
            let [y, grad_x, grad_gamma, grad_beta] =
                train(&mut layer, &step.x, &step.upstream, case.batch);
            let what = |name: &str| format!("{}, step {i}, {name}", case.name);
            assert_close(&what("y"), &y, &step.y, 1e-5);
            // With two values per feature the gradient of x cancels almost wholly: there the
            // tolerance is absolute where it is below 1.
            let scale = step.grad_x.iter().fold(0.0, |a: f64, g| a.max(g.abs()));
            let floor = if case.batch == 2 {
                scale.recip().max(1.0)
            } else {
                1.0
            };
            assert_close(&what("grad x"), &grad_x, &step.grad_x, 1e-5 * floor);
            assert_close(&what("grad gamma"), &grad_gamma, &step.grad_gamma, 1e-5);
            assert_close(&what("grad beta"), &grad_beta, &step.grad_beta, 1e-5);
            let (mean, variance) = layer.running().expect("batch normalisation keeps them");
            assert_close(
                &what("running mean"),
                &numbers(&mean),
                &step.running_mean,
                1e-5,
            );
            assert_close(
                &what("running variance"),
                &numbers(&variance),
                &step.running_var,
                1e-5,
            );
        }
        let x = matrix(&case.evaluate.x, case.evaluate.batch);
        let (y, observed) = layer.forward(x, Statistics::Running);
        assert!(observed.is_none());
        assert_close(
            &format!("{}, evaluation", case.name),
            &numbers(&y),
            &case.evaluate.y,
            1e-5,
        );
    }
}

#[test]
fn equals_pytorch_in_forward_gradients_running_statistics_and_evaluation() {
    check_against(include_str!("../../../tests/reference/norm_torch.json"));
}

#[test]
fn equals_keras_in_forward_gradients_running_statistics_and_evaluation() {
    check_against(include_str!("../../../tests/reference/norm_keras.json"));
}

const SETTINGS: BatchNormSettings = BatchNormSettings {
    decay: 0.9,
    epsilon: 1e-3,
    running_variance: RunningVariance::Unbiased,
};
const X: [f32; 12] = [
    0.3, -1.2, 2.0, 0.9, 0.4, -0.7, -1.5, 1.1, 0.2, 0.8, -0.6, 1.9,
];
const UPSTREAM: [f32; 12] = [
    1.0, -0.5, 0.25, 0.75, 1.5, -1.0, -0.25, 0.5, 2.0, -1.25, 0.6, 0.9,
];

/// `Σ upstream · y` by the formula of the module's documentation, in double precision.
fn objective(x: &[f64], gamma: &[f64], beta: &[f64], epsilon: f64) -> f64 {
    let (features, m) = (gamma.len(), x.len() / gamma.len());
    let mut sum = 0.0;
    for f in 0..features {
        let column: Vec<f64> = (0..m).map(|i| x[i * features + f]).collect();
        let mean = column.iter().sum::<f64>() / m as f64;
        let variance = column.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / m as f64;
        for (i, v) in column.iter().enumerate() {
            let y = gamma[f] * (v - mean) / (variance + epsilon).sqrt() + beta[f];
            sum += y * f64::from(UPSTREAM[i * features + f]);
        }
    }
    sum
}

#[test]
fn gradients_agree_with_finite_differences() {
    let (gamma, beta) = ([1.5f32, -0.7, 0.4], [0.1f32, 0.2, -0.3]);
    let mut layer = layer(SETTINGS, &gamma, &beta);
    let [_, grad_x, grad_gamma, grad_beta] = train(&mut layer, &X, &UPSTREAM, 4);
    let wide = |values: &[f32]| values.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>();
    let arguments = [wide(&X), wide(&gamma), wide(&beta)];
    for (which, gradient) in [grad_x, grad_gamma, grad_beta].iter().enumerate() {
        let differences: Vec<f64> = (0..arguments[which].len())
            .map(|i| {
                let at = |h: f64| {
                    let mut moved = arguments.clone();
                    moved[which][i] += h;
                    objective(&moved[0], &moved[1], &moved[2], SETTINGS.epsilon)
                };
                (at(1e-5) - at(-1e-5)) / 2e-5
            })
            .collect();
        assert_close(["x", "gamma", "beta"][which], gradient, &differences, 1e-5);
    }
}

#[test]
fn the_output_and_gradient_do_not_depend_on_the_scale_of_the_input() {
    // Ioffe & Szegedy 2015, section 3.3: BN(a·x) = BN(x), and the gradient with respect to a·x is
    // 1/a of that with respect to x (up to ε, made negligible here).
    let settings = BatchNormSettings {
        epsilon: 1e-12,
        ..SETTINGS
    };
    let scaled: Vec<f32> = X.iter().map(|x| 8.0 * x).collect();
    let (mut plain, mut large) = (
        layer(settings, &[1.0; 3], &[0.0; 3]),
        layer(settings, &[1.0; 3], &[0.0; 3]),
    );
    let [y, grad_x, ..] = train(&mut plain, &X, &UPSTREAM, 4);
    let [y_scaled, grad_scaled, ..] = train(&mut large, &scaled, &UPSTREAM, 4);
    assert_close("y", &y_scaled, &y, 1e-5);
    let eighth: Vec<f64> = grad_x.iter().map(|g| g / 8.0).collect();
    assert_close("gradient", &grad_scaled, &eighth, 1e-5);
}

#[test]
fn a_batch_of_one_gives_beta_and_no_gradient_under_either_convention() {
    for running_variance in [RunningVariance::Biased, RunningVariance::Unbiased] {
        let settings = BatchNormSettings {
            running_variance,
            ..SETTINGS
        };
        let mut layer = layer(settings, &[2.0, 3.0], &[0.5, -0.5]);
        let [y, grad_x, ..] = train(&mut layer, &[4.0, -9.0], &[1.0, 1.0], 1);
        assert_eq!(y, [0.5, -0.5]);
        assert_eq!(grad_x, [0.0, 0.0]);
        let (_, variance) = layer.running().expect("batch normalisation keeps them");
        assert_close("running variance", &numbers(&variance), &[0.9, 0.9], 1e-6);
    }
}

#[test]
fn normalised_values_stay_within_the_root_of_the_batch_size() {
    // With the biased variance |x̂| ≤ √(m − 1): one outlier among m − 1 equal values attains it.
    let mut layer = layer(
        BatchNormSettings {
            epsilon: 1e-12,
            ..SETTINGS
        },
        &[1.0],
        &[0.0],
    );
    let [y, ..] = train(&mut layer, &[100.0, 0.0, 0.0, 0.0, 0.0], &[0.0; 5], 5);
    assert!((y[0] - 2.0).abs() < 1e-5, "{y:?}");
}
