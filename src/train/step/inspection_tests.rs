//! Tests of [`Inspection`] and [`Evaluator`] on a network in training.

use super::*;
use crate::config::spec::{Settings, Shape};
use crate::device::tests::cpu;
use crate::model::norm::Statistics;
use crate::optim::{self, Arithmetic, NormParameters};
use crate::plan;

const SHAPE: Shape = Shape { channels: 1, height: 1, width: 6 };

fn settings(more: &str) -> Settings {
    let text = format!(
        "data.dataset = 'glyphs'\nmodel.hidden = [5, 4]\nmodel.activation = 'tanh'\n{more}"
    );
    plan::tests::settings(&text)
}

fn learner(more: &str) -> Learner {
    let settings = settings(more);
    let device = cpu();
    let streams = Streams::new(3, 1);
    let network = Network::new(&settings, SHAPE, 3, &streams, &device);
    let norm = NormParameters::like_others();
    let updater = optim::build(&settings.train, &norm, 100, Arithmetic::Fused);
    Learner::new(network, updater, streams, device)
}

fn batch(name: &str, examples: usize) -> Batch {
    let mut stream = Streams::shared(1).stream(name);
    Batch {
        inputs: (0..examples * 6).map(|_| (1.0 + 2.0 * stream.normal()) as f32).collect(),
        labels: (0..examples).map(|i| (i % 3) as u8).collect(),
        features: 6,
    }
}

#[test]
fn a_small_step_along_the_gradient_reduces_the_loss_as_expected() {
    for placement in ["none", "before", "after"] {
        let inspection = learner(&format!("norm.placement = '{placement}'")).inspection();
        let batch = batch("slope", 12);
        let slope = inspection.slope(&batch, 1);
        let square: f64 =
            slope.gradients.iter().flat_map(|g| &g.values).map(|&x| f64::from(x).powi(2)).sum();
        let step = 1e-3;
        let there = inspection.descended(&slope, step).slope(&batch, 1);
        let fall = (slope.loss - there.loss) / (step * square);
        assert!((fall - 1.0).abs() < 0.02, "{placement}: {fall}");
    }
}

#[test]
fn an_inspection_is_not_moved_by_the_steps_that_follow_it() {
    let mut learner = learner("");
    let batch = batch("slope", 12);
    let before = learner.inspection();
    let tensors = before.tensors();
    let loss = learner.step(&batch).loss;
    assert_eq!(before.tensors(), tensors);
    assert!((before.slope(&batch, 1).loss - loss).abs() < 1e-12);
    let after = learner.inspection();
    assert_ne!(after.tensors(), tensors);
    let all = before.with_parameters_of(&after, |_| true);
    let same = |a: &[NamedTensor], b: &[NamedTensor], running: bool| {
        let pick = |t: &&NamedTensor| running || !t.name.contains("running");
        assert!(a.iter().filter(pick).eq(b.iter().filter(pick)));
    };
    same(&all.tensors(), &after.tensors(), false);
    same(&before.with_parameters_of(&after, |_| false).tensors(), &tensors, true);
}

#[test]
fn tensors_have_pytorchs_names_and_shapes() {
    let learner = learner("norm.on_input = true\nnorm.placement = 'after'");
    let found: Vec<(String, Vec<usize>)> =
        learner.tensors().into_iter().map(|tensor| (tensor.name, tensor.shape)).collect();
    let expected = [
        ("input_norm.weight", vec![6]),
        ("input_norm.bias", vec![6]),
        ("layers.0.weight", vec![5, 6]),
        ("layers.0.bias", vec![5]),
        ("layers.1.weight", vec![4, 5]),
        ("layers.1.bias", vec![4]),
        ("layers.2.weight", vec![3, 4]),
        ("layers.2.bias", vec![3]),
        ("norms.0.weight", vec![5]),
        ("norms.0.bias", vec![5]),
        ("norms.1.weight", vec![4]),
        ("norms.1.bias", vec![4]),
        ("input_norm.running_mean", vec![6]),
        ("input_norm.running_var", vec![6]),
        ("norms.0.running_mean", vec![5]),
        ("norms.0.running_var", vec![5]),
        ("norms.1.running_mean", vec![4]),
        ("norms.1.running_var", vec![4]),
    ];
    let expected: Vec<(String, Vec<usize>)> =
        expected.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect();
    assert_eq!(found, expected);
}

#[test]
fn precise_statistics_are_those_of_all_examples_together() {
    let evaluator = learner("norm.on_input = true").evaluator();
    let parts = [batch("a", 7), batch("b", 4), batch("c", 9)];
    let mut rest = parts.iter().cloned();
    let precise = evaluator.precise(|| rest.next());
    let found = precise.running().swap_remove(0);
    assert_eq!(found.layer, "input_norm");
    let (mean, variance) = (found.mean, found.variance);
    for feature in 0..6 {
        let values: Vec<f64> = parts
            .iter()
            .flat_map(|part| part.inputs.chunks(6))
            .map(|row| f64::from(row[feature]))
            .collect();
        let count = values.len() as f64;
        let true_mean = values.iter().sum::<f64>() / count;
        let true_variance = values.iter().map(|x| (x - true_mean).powi(2)).sum::<f64>() / count;
        assert!((mean[feature] - true_mean).abs() < 1e-5 * true_mean.abs());
        assert!((variance[feature] - true_variance).abs() < 1e-5 * true_variance);
    }
    // The original evaluator is unchanged.
    assert_eq!(evaluator.running()[0].mean, [0.0; 6]);
    // With the statistics of one batch, that batch gives the same result as with its own.
    let mut one = parts.iter().take(1).cloned();
    let precise = evaluator.precise(|| one.next());
    let running = precise.evaluate(&parts[0], Statistics::Running).loss;
    let own = evaluator.evaluate(&parts[0], Statistics::Batch).loss;
    assert!((running - own).abs() < 1e-5, "{running} ≠ {own}");
}
