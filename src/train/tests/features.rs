//! Every feature that could keep state between steps, with and without its default.

use super::*;
use crate::config;

const RNN: &str = "model.kind = 'rnn'\nmodel.units = 3";
const CONVNET: &str = "model.kind = 'convnet'
model.blocks = [{ channels = 2, pool = 4 }, { channels = 4, stride = 2, pool = 2 }]";
const RESNET: &str = "model.kind = 'resnet'\nmodel.depth = 8\nmodel.width = 2";
const RENORM: &str = "norm.kind = 'renorm'\nnorm.r_max = 2.0\nnorm.d_max = 1.0
norm.relax_from = 1\nnorm.r_relaxed_at = 5\nnorm.d_relaxed_at = 3\nnorm.renorm_decay = 0.8";
const PROBES: &str = "probe.every = 3\nprobe.evaluations = true\nprobe.train_evaluation = true\nprobe.landscape = true
probe.covariate_shift = true";

/// Resumes from the state after the first step, within an epoch, at the end of one, and after the
/// last step.
fn resumes(lines: &[&str]) {
    for arithmetic in [Arithmetic::Fused, Arithmetic::Tensors] {
        let trial = trial(lines);
        let events = undisturbed(&trial, arithmetic);
        let states = states(&events);
        let per_epoch = states.len() / 2;
        for index in [0, 2, per_epoch - 1, states.len() - 1] {
            let (place, state) = &states[index];
            let (outcome, found) = train(&trial, arithmetic, Some(reread(state)), |_| false);
            let what = format!("{lines:?}, {arithmetic:?}, after step {}", index + 1);
            assert_eq!(outcome.expect("no error"), Outcome::Completed, "{what}");
            assert_same(&found, &from_there(&events, *place), &what);
        }
    }
}

#[test]
fn every_optimiser_resumes_to_the_last_bit() {
    let optimisers = [
        "train.optimizer = 'sgd'",
        "train.optimizer = 'momentum'\nmodel.weight_decay = 0.01",
        "train.optimizer = 'nesterov'\ntrain.clip_norm = 0.5",
        "train.optimizer = 'rmsprop'\ntrain.clip_value = 0.1",
        "train.optimizer = 'adam'\nmodel.weight_decay = 0.01\nnorm.decay_parameters = false",
        "train.optimizer = 'adamw'\nmodel.weight_decay = 0.01\nnorm.learning_rate_factor = 2.0",
    ];
    for word in config::tests::words("train.optimizer") {
        let named = format!("train.optimizer = '{word}'");
        assert!(optimisers.iter().any(|lines| lines.starts_with(&named)), "{word}");
    }
    for optimiser in optimisers {
        resumes(&[MLP, optimiser]);
    }
}

#[test]
fn every_norm_resumes_to_the_last_bit() {
    for norm in [
        "norm.placement = 'none'",
        "norm.placement = 'after'\nnorm.decay = 0.7\nnorm.running_variance = 'unbiased'",
        "norm.averaging = 'cumulative'\nnorm.running_variance = 'biased'",
        "norm.averaging = 'cumulative'\nnorm.virtual_batch_size = 6\nnorm.on_input = true",
        "norm.track_running_stats = false\nnorm.gamma_l2 = 0.01\nnorm.beta_constraint = 'unit_norm'",
        "norm.evaluation = 'precise'\nnorm.precise_examples = 30\nnorm.gamma_constraint = 'non_negative'",
        RENORM,
        "norm.kind = 'layer'",
        "norm.kind = 'group'\nnorm.groups = 1\nnorm.on_input = true",
    ] {
        resumes(&[MLP, "train.optimizer = 'adam'", norm]);
    }
}

#[test]
fn every_architecture_resumes_to_the_last_bit() {
    for (network, norm) in [
        (CONVNET, "norm.placement = 'before'"),
        (CONVNET, "norm.kind = 'instance'\nmodel.dropout = 0.3"),
        (RESNET, "norm.placement = 'pre-activation'"),
        (RNN, "norm.recurrent = true\nmodel.cell = 'gru'"),
        (RNN, RENORM),
    ] {
        resumes(&[network, norm, "train.optimizer = 'momentum'"]);
    }
}

#[test]
fn every_schedule_order_and_last_batch_resumes_to_the_last_bit() {
    for training in [
        "train.warmup_steps = 3\ntrain.schedule = 'cosine'\ntrain.order = 'class_sorted'",
        "train.schedule = 'step'\ntrain.schedule_milestones = [0.3, 0.8]\ntrain.order = 'fixed'",
        "train.last_batch = 'drop'\nmodel.dropout = 0.4\ndata.shift = 2\ndata.flip = true",
    ] {
        resumes(&[MLP, training]);
    }
}

#[test]
fn probes_read_the_same_in_a_training_that_resumes() {
    resumes(&[MLP, RENORM, PROBES]);
}
