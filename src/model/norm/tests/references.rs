//! `tests/reference/README.md` describes how the numbers were computed, and the reasons for these tolerances.

use serde::Deserialize;

use super::*;

const TOLERANCE: f64 = 1e-5;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    settings: Told,
    shape: Vec<usize>,
    first_step: usize,
    gamma: Option<Vec<f64>>,
    beta: Option<Vec<f64>>,
    steps: Vec<Step>,
    evaluate: Evaluation,
}

/// Settings by the names of experiment files; missing ones have their defaults.
#[derive(Deserialize)]
struct Told {
    method: String,
    epsilon: f64,
    #[serde(default)]
    decay: f64,
    #[serde(default)]
    averaging: String,
    #[serde(default)]
    running_variance: String,
    track_running_stats: Option<bool>,
    virtual_batch_size: Option<usize>,
    scale: Option<bool>,
    center: Option<bool>,
    #[serde(default)]
    mean_init: f64,
    variance_init: Option<f64>,
    #[serde(default)]
    groups: usize,
    #[serde(default)]
    r_max: f64,
    r_min: Option<f64>,
    #[serde(default)]
    d_max: f64,
    #[serde(default)]
    relax_from: usize,
    #[serde(default)]
    r_relaxed_at: usize,
    #[serde(default)]
    d_relaxed_at: usize,
    renorm_decay: Option<f64>,
}

#[derive(Deserialize)]
struct Step {
    batch: usize,
    x: Vec<f64>,
    upstream: Vec<f64>,
    y: Vec<f64>,
    grad_x: Vec<f64>,
    grad_gamma: Option<Vec<f64>>,
    grad_beta: Option<Vec<f64>>,
    running_mean: Option<Vec<f64>>,
    running_var: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Evaluation {
    batch: usize,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Told {
    fn settings(&self) -> NormSettings {
        let wanted = |told: Option<bool>, init: f64| {
            told.unwrap_or(true).then(|| NormParameter::starting_at(init))
        };
        NormSettings {
            kind: self.method(),
            epsilon: self.epsilon,
            gamma: wanted(self.scale, 1.0),
            beta: wanted(self.center, 0.0),
        }
    }

    fn method(&self) -> NormKind {
        match self.method.as_str() {
            "batch" => NormKind::Batch(self.batch()),
            "renorm" => NormKind::Renorm(self.renorm()),
            "layer" => NormKind::Layer,
            "group" => NormKind::Group { groups: self.groups },
            "instance" => NormKind::Instance,
            other => panic!("unknown method {other}"),
        }
    }

    fn batch(&self) -> BatchNorm {
        let averages = Averages {
            averaging: match self.averaging.as_str() {
                "cumulative" => Averaging::Cumulative,
                _ => Averaging::Exponential { decay: self.decay },
            },
            variance: match self.running_variance.as_str() {
                "biased" => RunningVariance::Biased,
                "unbiased" => RunningVariance::Unbiased,
                other => panic!("unknown convention {other}"),
            },
            initial_mean: self.mean_init,
            initial_variance: self.variance_init.unwrap_or(1.0),
        };
        BatchNorm {
            averages: self.track_running_stats.unwrap_or(true).then_some(averages),
            virtual_batch_size: self.virtual_batch_size,
        }
    }

    fn renorm(&self) -> Renorm {
        Renorm {
            decay: self.decay,
            renorm_decay: self.renorm_decay.unwrap_or(self.decay),
            r_min: self.r_min.unwrap_or(self.r_max.recip()),
            relax_from: self.relax_from,
            r_relaxed_at: self.r_relaxed_at,
            d_relaxed_at: self.d_relaxed_at,
            ..renorm(self.r_max, self.d_max)
        }
    }
}

fn check_all(reference: &str, cases: usize) {
    let reference: Reference = serde_json::from_str(reference).expect("a valid reference file");
    assert_eq!(reference.cases.len(), cases);
    for case in &reference.cases {
        match *case.shape {
            [features] => check(case, |batch| [batch, features]),
            [features, height, width] => check(case, |batch| [batch, features, height, width]),
            _ => panic!("{}: shape {:?}", case.name, case.shape),
        }
    }
}

fn check<const D: usize>(case: &Case, shape: impl Fn(usize) -> [usize; D]) {
    let unused = vec![0.0; case.shape[0]];
    let gamma = case.gamma.as_ref().unwrap_or(&unused);
    let beta = case.beta.as_ref().unwrap_or(&unused);
    let mut layer = layer(case.settings.settings(), gamma, beta, false);
    for (i, step) in case.steps.iter().enumerate() {
        let at = |values: &[f64]| tensor(values, shape(step.batch), false);
        let number = case.first_step + i;
        let found = train(&layer, at(&step.x), at(&step.upstream), number);
        if let Some(observed) = found.observed {
            layer.observe(observed);
        }
        let what = |name: &str| format!("{}, step {i}, {name}", case.name);
        assert_close(&what("y"), &found.y, &step.y, TOLERANCE);
        let tolerance = tolerance_of_grad_x(step);
        assert_close(&what("grad x"), &found.grad_x, &step.grad_x, tolerance);
        let (mean, variance) = layer.running().unzip();
        for (name, found, expected) in [
            ("grad gamma", found.grad_gamma, &step.grad_gamma),
            ("grad beta", found.grad_beta, &step.grad_beta),
            ("running mean", mean.as_ref().map(numbers), &step.running_mean),
            ("running variance", variance.as_ref().map(numbers), &step.running_var),
        ] {
            let name = what(name);
            assert_eq!(found.is_some(), expected.is_some(), "{name}");
            let found = found.unwrap_or_default();
            assert_close(&name, &found, &expected.clone().unwrap_or_default(), TOLERANCE);
        }
    }
    let x = tensor(&case.evaluate.x, shape(case.evaluate.batch), false);
    let (y, _) = layer.forward(x, Statistics::Running);
    let what = format!("{}, evaluation", case.name);
    assert_close(&what, &numbers(&y), &case.evaluate.y, TOLERANCE);
}

/// Where a few values are normalised together, the gradient of `x` cancels almost completely, and the
/// rest is rounding error of the terms: there the tolerance is relative to the upstream gradient.
fn tolerance_of_grad_x(step: &Step) -> f64 {
    let largest = |of: &[f64]| of.iter().fold(0.0, |a: f64, g| a.max(g.abs()));
    let (result, terms) = (largest(&step.grad_x), largest(&step.upstream));
    if result == 0.0 {
        return TOLERANCE;
    }
    TOLERANCE * (terms / result).max(1.0)
}

#[test]
fn every_switch_and_method_equals_pytorch() {
    let text = include_str!("../../../../tests/reference/norm_modules_torch.json");
    check_all(text, 19);
}

#[test]
fn every_switch_and_method_equals_keras() {
    let text = include_str!("../../../../tests/reference/norm_options_keras.json");
    check_all(text, 9);
}

#[test]
fn renormalisation_equals_its_formulas_in_64_bits() {
    let text = include_str!("../../../../tests/reference/norm_renorm.json");
    check_all(text, 7);
}

#[test]
fn ghost_batches_equal_sub_batches_normalised_one_by_one() {
    let text = include_str!("../../../../tests/reference/norm_ghost.json");
    check_all(text, 9);
}

#[derive(Deserialize)]
struct First {
    running_variance: String,
    cases: Vec<FirstCase>,
}

/// A case of the first two files, whose steps have fewer fields.
#[derive(Deserialize)]
struct FirstCase {
    name: String,
    epsilon: f64,
    decay: f64,
    batch: usize,
    features: usize,
    gamma: Vec<f64>,
    beta: Vec<f64>,
    steps: Vec<serde_json::Value>,
    evaluate: Evaluation,
}

fn check_first(reference: &str) {
    let reference: First = serde_json::from_str(reference).expect("a valid reference file");
    assert!(reference.cases.len() >= 7);
    for first in reference.cases {
        let step = |mut step: serde_json::Value| {
            step["batch"] = first.batch.into();
            serde_json::from_value(step).expect("a valid step")
        };
        let settings = serde_json::json!({
            "method": "batch",
            "epsilon": first.epsilon,
            "decay": first.decay,
            "running_variance": reference.running_variance,
        });
        let case = Case {
            name: first.name,
            settings: serde_json::from_value(settings).expect("valid settings"),
            shape: vec![first.features],
            first_step: 1,
            gamma: Some(first.gamma),
            beta: Some(first.beta),
            steps: first.steps.into_iter().map(step).collect(),
            evaluate: first.evaluate,
        };
        check(&case, |batch| [batch, first.features]);
    }
}

#[test]
fn equals_pytorch_in_forward_gradients_running_statistics_and_evaluation() {
    check_first(include_str!("../../../../tests/reference/norm_torch.json"));
}

#[test]
fn equals_keras_in_forward_gradients_running_statistics_and_evaluation() {
    check_first(include_str!("../../../../tests/reference/norm_keras.json"));
}
