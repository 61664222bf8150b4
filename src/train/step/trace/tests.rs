//! Compares the trace, whose numbers come from the layer and from automatic differentiation, with the
//! printed formulas and with finite differences. `tests/explain.rs` compares it
//! with `PyTorch` and Keras.

use super::*;
use crate::device::tests::cpu;
use crate::seed::{Stream, Streams};

const ACTIVATIONS: [(&str, Activation); 9] = [
    ("relu", Activation::Relu),
    ("leaky_relu", Activation::LeakyRelu { slope: 0.01 }),
    ("elu", Activation::Elu { alpha: 1.0 }),
    ("selu", Activation::Selu),
    ("gelu", Activation::Gelu),
    ("swish", Activation::Swish),
    ("softplus", Activation::Softplus),
    ("sigmoid", Activation::Sigmoid),
    ("tanh", Activation::Tanh),
];

fn bare(x: &[f64]) -> Question {
    Question {
        unit: Unit {
            gamma: 1.5,
            beta: 0.2,
            epsilon: 1e-3,
            decay: 0.9,
            running_variance: Estimate::Unbiased,
            activation: None,
            placement: Place::Before,
        },
        activation: Activation::Identity,
        running_mean: 0.3,
        running_variance: 2.0,
        x: x.to_vec(),
        gradient: None,
    }
}

/// Every activation and none, before and after the norm, on a batch of 2 to 9 values.
fn each_unit(name: &str, mut check: impl FnMut(&Question)) {
    let mut stream = Streams::shared(2015).stream(name);
    let named = ACTIVATIONS.map(|(name, kind)| (Some(name.to_owned()), kind));
    let all = named.into_iter().chain([(None, Activation::Identity)]);
    for (activation, kind) in all {
        for placement in [Place::Before, Place::After] {
            let draw = |stream: &mut Stream| -> Vec<f64> {
                let count = 2 + stream.below(8);
                (0..count).map(|_| 2.0 * stream.normal()).collect()
            };
            let x = draw(&mut stream);
            let gradient = x.iter().map(|_| stream.normal()).collect();
            let mut question = bare(&x);
            question.unit.activation.clone_from(&activation);
            question.unit.placement = placement;
            question.unit.gamma = stream.normal();
            question.unit.running_variance =
                if stream.below(2) == 0 { Estimate::Biased } else { Estimate::Unbiased };
            question.activation = kind;
            question.gradient = Some(gradient);
            check(&question);
        }
    }
}

fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (f, e) in found.iter().zip(expected) {
        let scale = e.abs().max(1.0);
        assert!((f - e).abs() <= tolerance * scale, "{what}: {found:?} ≠ {expected:?}");
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

#[test]
fn the_layer_agrees_with_the_printed_formulas() {
    each_unit("formulas", |question| {
        let trace = trace(question, &cpu());
        let (unit, batch, back) = (&trace.unit, &trace.batch, &trace.gradients);
        let z = trace.norm_input().to_vec();
        let m = z.len() as f64;
        let mu = mean(z.iter().copied());
        let variance = mean(z.iter().map(|z| (z - mu).powi(2)));
        let sigma = (variance + unit.epsilon).sqrt();
        let found = [batch.mean, batch.variance, batch.deviation];
        assert_close("batch", &found, &[mu, variance, sigma], 1e-12);

        let x_hat: Vec<f64> = z.iter().map(|z| (z - mu) / sigma).collect();
        let scaled = |x: &f64| unit.gamma * x + unit.beta;
        let y: Vec<f64> = x_hat.iter().map(scaled).collect();
        assert_close("x̂", &trace.training.x_hat, &x_hat, 1e-12);
        assert_close("y", &trace.training.y, &y, 1e-12);

        let gamma: f64 = back.y.iter().zip(&x_hat).map(|(dy, x)| dy * x).sum();
        let beta: f64 = back.y.iter().sum();
        assert_close("dγ, dβ", &[back.gamma, back.beta], &[gamma, beta], 1e-12);
        let through = |(dy, x): (&f64, &f64)| unit.gamma / sigma * (dy - (beta + x * gamma) / m);
        let norm_input: Vec<f64> = back.y.iter().zip(&x_hat).map(through).collect();
        let scale = back.y.iter().map(|dy| dy.abs()).sum::<f64>() / sigma;
        let tolerance = 1e-12 * scale.max(1.0);
        assert_close("dz", &back.norm_input, &norm_input, tolerance);

        let fed = match unit.running_variance {
            Estimate::Biased => variance,
            Estimate::Unbiased => variance * m / (m - 1.0),
        };
        let expected = [0.9 * 0.3 + 0.1 * mu, 0.9 * 2.0 + 0.1 * fed];
        let running = [trace.running.mean, trace.running.variance];
        assert_close("running", &running, &expected, 1e-12);
        let old = [trace.running.old_mean, trace.running.old_variance];
        assert_close("old", &old, &[0.3, 2.0], 0.0);
    });
}

#[test]
fn evaluation_uses_the_running_averages_after_the_batch() {
    each_unit("evaluation", |question| {
        let trace = trace(question, &cpu());
        let unit = &trace.unit;
        let sigma = (trace.running.variance + unit.epsilon).sqrt();
        let normalised = |z: &f64| (z - trace.running.mean) / sigma;
        let x_hat: Vec<f64> = trace.norm_input().iter().map(normalised).collect();
        let y: Vec<f64> = x_hat.iter().map(|x| unit.gamma * x + unit.beta).collect();
        assert_close("x̂", &trace.evaluation.x_hat, &x_hat, 1e-12);
        assert_close("y", &trace.evaluation.y, &y, 1e-12);
        if unit.placement == Place::After {
            let of = |stages: &Stages| stages.activation.clone();
            assert_eq!(of(&trace.evaluation), of(&trace.training));
        }
    });
}

/// `Σ g · out`
fn loss(question: &Question) -> f64 {
    let trace = trace(question, &cpu());
    let stages = &trace.training;
    let activated = stages.activation.as_ref();
    let is_last = trace.unit.placement == Place::Before;
    let out = activated.filter(|_| is_last).unwrap_or(&stages.y);
    out.iter().zip(&trace.gradients.out).map(|(out, g)| out * g).sum()
}

#[test]
fn gradients_are_the_slopes_of_the_loss() {
    const STEP: f64 = 1e-5;
    each_unit("slopes", |question| {
        let trace = trace(question, &cpu());
        let slope = |move_by: &dyn Fn(&mut Question, f64)| {
            let [up, down] = [STEP, -STEP].map(|by| {
                let mut moved = question.clone();
                move_by(&mut moved, by);
                loss(&moved)
            });
            (up - down) / (2.0 * STEP)
        };
        let slopes: Vec<f64> = (0..question.x.len())
            .map(|i| slope(&move |question, by| question.x[i] += by))
            .collect();
        let what = format!("{:?}", question.unit);
        assert_close(&what, &trace.gradients.x, &slopes, 1e-5);
        let parameters = [
            slope(&|question, by| question.unit.gamma += by),
            slope(&|question, by| question.unit.beta += by),
        ];
        let found = [trace.gradients.gamma, trace.gradients.beta];
        assert_close(&what, &found, &parameters, 1e-5);
    });
}

#[test]
fn without_a_given_gradient_it_is_that_of_the_first_largest_output() {
    let trace = trace(&bare(&[-1.0, 2.1, 0.4, 2.1]), &cpu());
    assert_eq!(trace.gradients.out, [0.0, 1.0, 0.0, 0.0]);
    assert!(trace.gradients.is_largest_output);
    assert!(trace.gradients.x.iter().all(|gradient| gradient.abs() > 1e-3));
}

#[test]
fn a_gradient_that_is_the_same_for_all_vanishes() {
    let question = Question { gradient: Some(vec![3.0; 4]), ..bare(&[-1.0, 2.1, 0.4, 5.0]) };
    let trace = trace(&question, &cpu());
    assert_close("dx", &trace.gradients.x, &[0.0; 4], 1e-14);
    assert_close("dβ", &[trace.gradients.beta], &[12.0], 1e-14);
}

#[test]
fn a_batch_of_one_gives_beta_and_no_gradient() {
    let trace = trace(&bare(&[7.0]), &cpu());
    assert_close("σ²", &[trace.batch.variance], &[0.0], 0.0);
    assert_eq!(trace.training.y, [0.2]);
    assert_eq!(trace.gradients.x, [0.0]);
    assert_close("running", &[trace.running.variance], &[1.8], 1e-12);
    assert!(trace.is_finite());
}

#[test]
fn values_whose_squares_leave_the_range_are_noticed() {
    assert!(!trace(&bare(&[1e200, -1e200]), &cpu()).is_finite());
    assert!(trace(&bare(&[1e150, -1e150]), &cpu()).is_finite());
}
