//! Compares the fused rules with burn's own, and tests what a step does besides its rule. Whole trainings are
//! compared with PyTorch's in `train/step/tests.rs`.

use burn::module::{Param, ParamId};
use burn::optim::Optimizer as _;
use burn::tensor::{Device, Tensor, TensorData};

use super::*;
use crate::config;
use crate::config::spec::{LastBatch, Length, Order, Schedule};
use crate::plan;
use crate::seed::{Stream, Streams};

const WEIGHTS: [usize; 2] = [7, 5];

/// A weight and a γ, as in a network.
#[derive(Module, Debug)]
struct Tiny {
    weight: Param<Tensor<2>>,
    gamma: Param<Tensor<1>>,
}

impl Tiny {
    fn new() -> Self {
        let device = device().autodiff();
        let mut stream = Streams::shared(1).stream("weights");
        let [inputs, outputs] = WEIGHTS;
        let weight = TensorData::new(normal(&mut stream, inputs * outputs), WEIGHTS);
        let gamma = TensorData::new(normal(&mut stream, outputs), [outputs]);
        Self { weight: Param::from_data(weight, &device), gamma: Param::from_data(gamma, &device) }
    }

    /// The same values in parameters with other ids.
    fn with_ids_of_its_own(&self) -> Self {
        let device = device().autodiff();
        Self {
            weight: Param::from_data(self.weight.val().to_data(), &device),
            gamma: Param::from_data(self.gamma.val().to_data(), &device),
        }
    }

    fn gradients(&self, stream: &mut Stream) -> GradientsParams {
        let [inputs, outputs] = WEIGHTS;
        let weight = TensorData::new(normal(stream, inputs * outputs), WEIGHTS);
        let gamma = TensorData::new(normal(stream, outputs), [outputs]);
        let mut gradients = GradientsParams::new();
        gradients.register(self.weight.id, Tensor::<2>::from_data(weight, &device()));
        gradients.register(self.gamma.id, Tensor::<1>::from_data(gamma, &device()));
        gradients
    }

    fn values(&self) -> Vec<f32> {
        let values = |data: TensorData| data.try_into_vec::<f32>().expect("32-bit floats");
        let weight = values(self.weight.val().to_data());
        [weight, values(self.gamma.val().to_data())].concat()
    }

    /// The settings of γ with these values.
    fn norm(&self, decay: bool, learning_rate_factor: f64) -> NormParameters {
        NormParameters { ids: vec![self.gamma.id], decay, learning_rate_factor }
    }
}

fn device() -> Device {
    crate::device::tests::cpu().without_autodiff()
}

fn normal(stream: &mut Stream, length: usize) -> Vec<f32> {
    (0..length).map(|_| stream.normal() as f32).collect()
}

/// Every optimiser that an experiment may name, with its default constants.
fn rules() -> Vec<spec::Optimizer> {
    let named = |word: &&str| {
        let text = format!("data.dataset = 'glyphs'\ntrain.optimizer = '{word}'");
        plan::tests::settings(&text).train.optimizer
    };
    config::tests::words("train.optimizer").iter().map(named).collect()
}

/// A training at a constant rate.
pub(crate) fn train(optimizer: spec::Optimizer, weight_decay: f64) -> Train {
    Train {
        length: Length::Epochs(1),
        batch_size: 1,
        last_batch: LastBatch::Keep,
        order: Order::Reshuffled,
        optimizer,
        learning_rate: 0.01,
        schedule: Schedule::Constant,
        warmup_steps: 0,
        weight_decay,
        clip_norm: None,
        clip_value: None,
        divergence_factor: 1000.0,
    }
}

/// The schedule that a reference file names.
pub(crate) fn schedule(name: &str, milestones: &[f64], factor: f64, final_share: f64) -> Schedule {
    match name {
        "constant" => Schedule::Constant,
        "step" => Schedule::Step { milestones: milestones.to_vec(), factor },
        "cosine" => Schedule::Cosine { final_share },
        other => panic!("unknown schedule {other}"),
    }
}

/// The parameters after 50 steps on the same gradients, from the same start.
fn trained(train: &Train, decay: bool, factor: f64, arithmetic: Arithmetic) -> Vec<f32> {
    let mut module = Tiny::new();
    let norm = module.norm(decay, factor);
    let mut updater = build(train, &norm, 50, arithmetic);
    let mut stream = Streams::shared(1).stream("gradients");
    for _ in 0..50 {
        let gradients = module.gradients(&mut stream);
        module = updater.step(module, gradients);
    }
    module.values()
}

#[test]
fn fifty_steps_of_a_fused_rule_equal_burns_own() {
    for rule in rules() {
        for (weight_decay, decay, factor) in [(0.0, true, 1.0), (0.1, true, 1.0), (0.1, false, 2.5)]
        {
            let train = train(rule, weight_decay);
            let fused = trained(&train, decay, factor, Arithmetic::Fused);
            let burns = trained(&train, decay, factor, Arithmetic::Tensors);
            let largest = burns.iter().fold(0.0, |a: f32, x| a.max(x.abs()));
            let differences = fused.iter().zip(&burns).map(|(f, b)| (f - b).abs());
            let error = differences.fold(0.0, f32::max) / largest;
            assert!(error <= 1e-6, "{rule:?}, decay {weight_decay}: {error}");
        }
    }
}

#[test]
fn every_rule_and_every_setting_of_the_norms_parameters_ends_elsewhere() {
    let mut ends: Vec<Vec<f32>> = Vec::new();
    for rule in rules() {
        for (weight_decay, decay, factor) in
            [(0.1, true, 1.0), (0.2, true, 1.0), (0.1, false, 1.0), (0.1, true, 2.5)]
        {
            let train = train(rule, weight_decay);
            ends.push(trained(&train, decay, factor, Arithmetic::Fused));
        }
    }
    for (index, end) in ends.iter().enumerate() {
        assert!(ends[..index].iter().all(|other| other != end), "{index}");
    }
}

#[test]
fn an_updater_of_other_parameters_resumes_from_a_saved_state() {
    for (rule, arithmetic) in rules()
        .into_iter()
        .flat_map(|rule| [(rule, Arithmetic::Fused), (rule, Arithmetic::Tensors)])
    {
        let train = train(rule, 0.1);
        let mut module = Tiny::new();
        let mut updater = build(&train, &module.norm(false, 2.0), 50, arithmetic);
        let mut stream = Streams::shared(1).stream("gradients");
        for _ in 0..3 {
            let gradients = module.gradients(&mut stream);
            module = updater.step(module, gradients);
        }
        let copy = module.with_ids_of_its_own();
        assert_ne!(copy.weight.id, module.weight.id);
        let mut restored = build(&train, &copy.norm(false, 2.0), 50, arithmetic);
        let state = updater.state().expect("a state");
        let values = |parameter: ParamId, field: &str, shape: &[usize]| {
            let is_gamma = parameter == copy.gamma.id;
            let found = state.iter().find(|of: &&StateTensor| {
                of.field == field && (of.parameter == module.gamma.id) == is_gamma
            });
            let values = &found.expect("in the state").values;
            assert_eq!(values.shape().as_slice(), shape);
            Ok(values.try_to_vec::<f32>().expect("32-bit floats"))
        };
        restored.restore(&copy, 3, values).expect("it fits");
        for _ in 0..2 {
            let gradients = module.gradients(&mut stream.clone());
            module = updater.step(module, gradients);
        }
        let mut copy = copy;
        for _ in 0..2 {
            let gradients = copy.gradients(&mut stream.clone());
            copy = restored.step(copy, gradients);
        }
        assert_eq!(copy.values(), module.values(), "{rule:?}, {arithmetic:?}");
    }
}

#[test]
fn the_fused_step_writes_where_the_weights_are() {
    let address = |data: &TensorData| data.as_slice::<f32>().map(<[f32]>::as_ptr).ok();
    let data = TensorData::new(vec![1.0_f32; 64], [64]);
    let before = address(&data);
    let fused = Fused { rule: rules::of(spec::Optimizer::Sgd), weight_decay: 0.0 };
    let weights = Tensor::<1>::from_data(data, &device());
    let (weights, _) = fused.step(0.5, weights, Tensor::ones([64], &device()), None);
    let after = weights.into_data();
    assert_eq!(after.as_slice::<f32>().ok(), Some([0.5; 64].as_slice()));
    assert_eq!(address(&after), before);
}

#[test]
fn gradients_below_the_limits_are_not_touched() {
    let mut clipped = train(spec::Optimizer::Sgd, 0.0);
    clipped.clip_norm = Some(1e3);
    clipped.clip_value = Some(1e2);
    let plain = train(spec::Optimizer::Sgd, 0.0);
    let run = |train| trained(train, true, 1.0, Arithmetic::Fused);
    assert_eq!(run(&clipped), run(&plain));
}

#[test]
fn a_clipped_step_is_no_longer_than_its_limit() {
    let mut settings = train(spec::Optimizer::Sgd, 0.0);
    settings.learning_rate = 1.0;
    settings.clip_norm = Some(0.25);
    let start = Tiny::new();
    let mut updater = build(&settings, &start.norm(true, 1.0), 1, Arithmetic::Fused);
    let gradients = start.gradients(&mut Streams::shared(1).stream("gradients"));
    let before = start.values();
    let after = updater.step(start, gradients).values();
    let squares = before.iter().zip(&after).map(|(b, a)| f64::from(b - a).powi(2));
    let length = squares.sum::<f64>().sqrt();
    assert!((length - 0.25).abs() < 1e-5, "{length}");
}

#[test]
fn the_running_values_of_a_dead_unit_become_0_and_not_denormal_numbers() {
    let rule = rules::of(spec::Optimizer::Adam { beta_1: 0.9, beta_2: 0.9, epsilon: 1e-7 });
    let mut weights = vec![1.0_f32; 8];
    let (mut mean, mut squares) = (vec![1e-3_f32; 8], vec![1e-6_f32; 8]);
    for number in 1..=1000 {
        let decay = rules::Decay { penalty: 0.0, keep: 1.0 };
        rule.at(rules::Step { learning_rate: 0.0, decay, number }).apply(Values {
            weights: &mut weights,
            gradient: &[0.0; 8],
            first: &mut mean,
            second: &mut squares,
        });
    }
    assert_eq!((mean[0], squares[0]), (0.0, 0.0));
}
