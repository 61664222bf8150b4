//! Compares whole training runs with PyTorch's, step by step (`tests/reference/README.md`), and losses
//! and activations with its numbers.

mod backends;
mod networks;

use std::collections::BTreeMap;

use burn::tensor::{Tensor, TensorData};
use serde::Deserialize;

use super::loss::{cross_entropy, largest};
use super::*;
use crate::config::spec::{
    Activation, Architecture, Bias, Evaluation, Init, Model, Norm, NormLayers, NormSettings,
    Optimizer, Placement, RunningVariance, Train,
};
use crate::device::tests::cpu;
use crate::kernels;
use crate::model::builder::Builder;
use crate::model::mlp::Mlp;
use crate::model::norm::Statistics;
use crate::optim::{self, Arithmetic, NormParameters};
use crate::seed::Streams;

/// Training runs: error relative to the largest magnitude of the array. Plain 32-bit numpy attains
/// 1e-6; every plausible mistake in a formula causes at least 8e-4.
const TOLERANCE: f64 = 2e-5;

#[derive(Deserialize)]
struct Reference {
    sizes: Vec<usize>,
    epsilon: f64,
    decay: f64,
    layers: Vec<Layer>,
    batches: Vec<Recorded>,
    optimizers: BTreeMap<String, Recipe>,
    runs: Vec<Training>,
}

/// The settings of a run's optimiser; missing ones are left out.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Recipe {
    rule: String,
    learning_rate: f64,
    momentum: f64,
    rho: f64,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    weight_decay: f64,
    clip_norm: Option<f64>,
    clip_value: Option<f64>,
    schedule: String,
    milestones: Vec<f64>,
    factor: f64,
    final_share: f64,
    warmup_steps: usize,
    norm_decay: bool,
    norm_rate_factor: f64,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            rule: String::new(),
            learning_rate: 0.0,
            momentum: 0.0,
            rho: 0.0,
            beta_1: 0.0,
            beta_2: 0.0,
            epsilon: 0.0,
            weight_decay: 0.0,
            clip_norm: None,
            clip_value: None,
            schedule: "constant".to_owned(),
            milestones: Vec::new(),
            factor: 1.0,
            final_share: 0.0,
            warmup_steps: 0,
            norm_decay: true,
            norm_rate_factor: 1.0,
        }
    }
}

impl Recipe {
    fn train(&self) -> Train {
        Train {
            batch_size: 8,
            learning_rate: self.learning_rate,
            schedule: optim::tests::schedule(
                &self.schedule,
                &self.milestones,
                self.factor,
                self.final_share,
            ),
            warmup_steps: self.warmup_steps,
            clip_norm: self.clip_norm,
            clip_value: self.clip_value,
            ..optim::tests::train(self.optimizer(), self.weight_decay)
        }
    }

    fn optimizer(&self) -> Optimizer {
        let Self { momentum, rho, beta_1, beta_2, epsilon, .. } = *self;
        match self.rule.as_str() {
            "sgd" => Optimizer::Sgd,
            "momentum" => Optimizer::Momentum { momentum },
            "nesterov" => Optimizer::Nesterov { momentum },
            "rmsprop" => Optimizer::RmsProp { rho, epsilon },
            "adam" => Optimizer::Adam { beta_1, beta_2, epsilon },
            "adamw" => Optimizer::AdamW { beta_1, beta_2, epsilon },
            other => panic!("unknown optimiser {other}"),
        }
    }
}

#[derive(Deserialize)]
struct Layer {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

#[derive(Deserialize)]
struct Recorded {
    inputs: Vec<f32>,
    labels: Vec<u8>,
}

impl Recorded {
    fn batch(&self, features: usize) -> Batch {
        Batch { inputs: self.inputs.clone(), labels: self.labels.clone(), features }
    }
}

#[derive(Deserialize)]
struct Training {
    placement: String,
    optimizer: String,
    activation: String,
    losses: Vec<f64>,
    final_logits: Vec<f64>,
}

fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0, |a: f64, x| a.max(x.abs()));
    let error = found.iter().zip(expected).fold(0.0, |a: f64, (f, e)| a.max((f - e).abs()));
    assert!(
        error <= tolerance * scale,
        "{what}: error {error} of {scale}\n{found:?}\n{expected:?}"
    );
}

fn numbers<const D: usize>(tensor: &Tensor<D>) -> Vec<f64> {
    tensor.to_data().convert::<f64>().try_to_vec().expect("plain numbers")
}

fn placement(name: &str) -> Placement {
    [Placement::None, Placement::Before, Placement::After]
        .into_iter()
        .find(|placement| placement.name() == name)
        .expect("a known placement")
}

/// Every way of taking a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Way {
    FusedKernels,
    FusedRules,
    BurnsRules,
}

impl Way {
    /// `learner` with the kernels of this way.
    pub(super) fn of(self, learner: Learner) -> Learner {
        match self {
            Self::FusedKernels => {
                let learner = learner.with_fused_kernels();
                assert!(learner.fused.is_some() || !kernels::available(), "it has a fused form");
                learner
            }
            Self::FusedRules | Self::BurnsRules => learner,
        }
    }
}

fn learner(reference: &Reference, run: &Training, way: Way) -> Learner {
    let placement = placement(&run.placement);
    let (inputs, classes) = (reference.sizes[0], reference.sizes[reference.sizes.len() - 1]);
    let hidden = reference.sizes[1..reference.sizes.len() - 1].to_vec();
    let model = Model {
        kind: Architecture::Mlp { hidden: hidden.clone(), dropout: 0.0 },
        activation: if run.activation == "relu" { Activation::Relu } else { Activation::Tanh },
        init: Init::GlorotUniform,
        init_scale: 1.0,
        bias: Bias::Auto,
    };
    let layer = NormSettings::batch(reference.decay, reference.epsilon, RunningVariance::Unbiased);
    let norm = Norm {
        placement,
        layers: NormLayers::All,
        recurrent: false,
        on_input: false,
        layer: (placement != Placement::None).then_some(layer),
        evaluation: Evaluation::Running,
        decay_parameters: true,
        learning_rate_factor: 1.0,
    };
    let device = cpu();
    let streams = Streams::new(0, 1);
    let builder = Builder { model: &model, norm: &norm, streams: &streams, device: &device };
    let network = Network::Mlp(Mlp::new(&hidden, 0.0, [inputs, classes], &builder));
    // Biases that normalisation would cancel are recorded and do not exist in the network.
    let (mut network, _) = networks::with_weights(network, recorded_weights(reference));
    let arithmetic = match way {
        Way::BurnsRules => Arithmetic::Tensors,
        Way::FusedRules | Way::FusedKernels => Arithmetic::Fused,
    };
    let recipe = &reference.optimizers[&run.optimizer];
    let norm = NormParameters {
        ids: network.norm_parameters(),
        decay: recipe.norm_decay,
        learning_rate_factor: recipe.norm_rate_factor,
    };
    let updater = optim::build(&recipe.train(), &norm, run.losses.len(), arithmetic);
    way.of(Learner::new(network, updater, streams, device))
}

/// The recorded weights by their names in checkpoints.
fn recorded_weights(reference: &Reference) -> BTreeMap<String, networks::Array> {
    let mut weights = BTreeMap::new();
    for (i, layer) in reference.layers.iter().enumerate() {
        let mut add = |part: &str, shape: &[usize], values: &[f32]| {
            let (shape, values) = (shape.to_vec(), values.to_vec());
            weights.insert(format!("layers.{i}.{part}"), networks::Array { shape, values });
        };
        add("weight", &reference.sizes[i..i + 2], &layer.weight);
        add("bias", &reference.sizes[i + 1..i + 2], &layer.bias);
    }
    weights
}

#[test]
fn thirty_steps_equal_pytorchs_with_the_fused_rules() {
    compare_runs(Way::FusedRules);
}

#[test]
fn thirty_steps_equal_pytorchs_with_the_fused_kernels() {
    compare_runs(Way::FusedKernels);
}

#[test]
fn thirty_steps_equal_pytorchs_with_burns_own_rules() {
    compare_runs(Way::BurnsRules);
}

fn compare_runs(way: Way) {
    let text = include_str!("../../../tests/reference/train_torch.json");
    let reference: Reference = serde_json::from_str(text).expect("a valid reference file");
    let batches: Vec<Batch> =
        reference.batches.iter().map(|recorded| recorded.batch(reference.sizes[0])).collect();
    assert_eq!(
        reference.runs.len(),
        24 + 42,
        "3 placements × 4 optimisers × 2 activations, and 14 variants in 3 networks"
    );
    for run in &reference.runs {
        let what = format!("{} {} {}", run.placement, run.optimizer, run.activation);
        let mut learner = learner(&reference, run, way);
        let losses: Vec<f64> = (0..run.losses.len())
            .map(|step| learner.step(&batches[step % batches.len()]).loss)
            .collect();
        assert_close(&what, &losses, &run.losses, TOLERANCE);
        let logits = learner.evaluator().logits(&batches[0], Statistics::Running);
        assert_close(
            &format!("{what}, evaluation"),
            &numbers(&logits),
            &run.final_logits,
            TOLERANCE,
        );
    }
}

#[derive(Deserialize)]
struct LossReference {
    cases: Vec<LossCase>,
}

#[derive(Deserialize)]
struct LossCase {
    name: String,
    batch: usize,
    classes: usize,
    logits: Vec<f32>,
    labels: Vec<u8>,
    loss: f64,
    grad_logits: Vec<f64>,
}

#[test]
fn the_loss_and_its_gradient_equal_pytorchs_for_extreme_logits_too() {
    let text = include_str!("../../../tests/reference/loss_torch.json");
    let reference: LossReference = serde_json::from_str(text).expect("a valid reference file");
    let device = cpu();
    for case in &reference.cases {
        let batch = Batch { inputs: Vec::new(), labels: case.labels.clone(), features: 0 };
        let data = TensorData::new(case.logits.clone(), [case.batch, case.classes]);
        let logits = Tensor::<2>::from_data(data, &device).require_grad();
        assert_close(&case.name, &[result(&logits, &batch).loss], &[case.loss], 1e-6);
        let loss = cross_entropy(logits.clone(), &batch, &device);
        assert_close(&case.name, &numbers(&loss), &[case.loss], 1e-6);
        let gradient = logits.grad(&loss.backward()).expect("tracked");
        assert_close(&case.name, &numbers(&gradient), &case.grad_logits, 1e-6);
    }
}

#[test]
fn ties_and_counts_of_correct_answers_are_as_stated() {
    assert_eq!(largest(&[1.0, 3.0, 3.0]), 1, "of equals, the first");
    let device = cpu();
    let logits = Tensor::<2>::from_floats([[0.0, 2.0], [5.0, 1.0], [0.0, 1.0]], &device);
    let batch = Batch { inputs: Vec::new(), labels: vec![1, 0, 0], features: 0 };
    assert_eq!(result(&logits, &batch).correct, 2);
}
