//! Compares every architecture with every placement with PyTorch: the first prediction, ten steps, and the
//! resulting tensors. Weights are set by their paths in the network.

use std::collections::BTreeMap;

use burn::module::{ModuleMapper, Param};
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;
use serde::Deserialize;

use super::*;
use crate::config::spec::{Settings, Shape};

#[derive(Deserialize)]
struct Reference {
    weights_are_multiples_of: f32,
    runs: Vec<Training>,
}

#[derive(Deserialize)]
struct Training {
    name: String,
    config: Vec<String>,
    image: [usize; 3],
    classes: usize,
    weights: BTreeMap<String, Array>,
    batches: Vec<Recorded>,
    first_logits: Vec<f64>,
    losses: Vec<f64>,
    final_logits: Vec<f64>,
    running: BTreeMap<String, Running>,
}

/// A recorded weight.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Array {
    /// Its shape.
    pub(super) shape: Vec<usize>,
    /// Its values, row-major.
    pub(super) values: Vec<f32>,
}

#[derive(Deserialize)]
struct Running {
    mean: Vec<f64>,
    variance: Vec<f64>,
}

/// Sets weights by the names of parameters; γ and β keep their initial values.
struct Named {
    path: Vec<String>,
    weights: BTreeMap<String, Array>,
}

impl ModuleMapper for Named {
    fn enter_module(&mut self, name: &str, container: &str) {
        // The architecture itself is not part of a parameter's name.
        let name = if container == "Enum:Network" { "" } else { name };
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        let name = name.trim_start_matches('.');
        let Some(given) = self.weights.remove(name) else {
            let kept = ["gamma", "beta"].iter().any(|end| name.ends_with(end));
            assert!(kept, "no value for `{name}`");
            return param;
        };
        param.map(|old| {
            assert_eq!(old.dims().as_slice(), given.shape, "{name}");
            let data = TensorData::new(given.values, given.shape);
            Tensor::from_data(data, &old.device()).require_grad()
        })
    }
}

/// `network` with these weights, and those that do not exist in it.
pub(super) fn with_weights(
    network: Network,
    weights: BTreeMap<String, Array>,
) -> (Network, BTreeMap<String, Array>) {
    let path = Vec::new();
    let mut named = Named { path, weights };
    (network.map(&mut named), named.weights)
}

fn settings(run: &Training) -> Settings {
    let text = format!("data.dataset = 'glyphs'\n{}", run.config.join("\n"));
    crate::plan::tests::settings(&text)
}

fn learner(run: &Training, way: Way) -> Learner {
    let settings = settings(run);
    let [channels, height, width] = run.image;
    let shape = Shape { channels, height, width };
    let (streams, device) = (Streams::new(0, 1), cpu());
    let network = Network::new(&settings, shape, run.classes, &streams, &device);
    let (network, left) = with_weights(network, run.weights.clone());
    let left: Vec<&String> = left.keys().collect();
    assert_eq!(left, Vec::<&String>::new(), "{}", run.name);
    let norm = NormParameters::like_others();
    let updater = optim::build(&settings.train, &norm, run.losses.len(), Arithmetic::Fused);
    way.of(Learner::new(network, updater, streams, device))
}

fn assert_trains_as_recorded(run: &Training, way: Way) {
    let batches: Vec<Batch> =
        run.batches.iter().map(|recorded| recorded.batch(run.image.iter().product())).collect();
    let mut learner = learner(run, way);
    // The fused kernels add in another order than PyTorch and burn, and these trainings amplify it.
    let tolerance = if way == Way::FusedKernels { 5.0 * TOLERANCE } else { TOLERANCE };
    let check = |what: &str, found: &[f64], expected: &[f64]| {
        let what = format!("{}, {what}", run.name);
        assert_close(&what, found, expected, tolerance);
    };
    let first = learner.evaluator().logits(&batches[0], Statistics::Batch);
    check("first logits", &numbers(&first), &run.first_logits);
    let losses: Vec<f64> = (0..run.losses.len())
        .map(|step| learner.step(&batches[step % batches.len()]).loss)
        .collect();
    check("losses", &losses, &run.losses);
    let last = learner.evaluator().logits(&batches[0], Statistics::Running);
    check("evaluation", &numbers(&last), &run.final_logits);
    let mut running = learner.network().into_owned();
    let norms: BTreeMap<String, (Vec<f64>, Vec<f64>)> = running
        .norms_mut()
        .iter()
        .filter_map(|norm| {
            let (mean, variance) = norm.running()?;
            let name = norm.name().to_owned();
            Some((name, (numbers(&mean), numbers(&variance))))
        })
        .collect();
    assert_eq!(norms.len(), run.running.len(), "{}", run.name);
    for (name, expected) in &run.running {
        let (mean, variance) = &norms[name];
        check(&format!("{name} mean"), mean, &expected.mean);
        check(&format!("{name} variance"), variance, &expected.variance);
    }
}

fn assert_all_train_as_recorded(text: &str, count: usize, ways: &[Way]) {
    let runs = runs(text);
    assert_eq!(runs.len(), count);
    for run in &runs {
        for &way in ways {
            assert_trains_as_recorded(run, way);
        }
    }
}

fn runs(text: &str) -> Vec<Training> {
    let mut reference: Reference = serde_json::from_str(text).expect("a valid reference file");
    let weights = reference.runs.iter_mut().flat_map(|run| run.weights.values_mut());
    for value in weights.flat_map(|array| &mut array.values) {
        *value *= reference.weights_are_multiples_of;
    }
    reference.runs
}

#[test]
fn resnets_train_as_in_pytorch_under_every_placement_and_shortcut() {
    let text = include_str!("../../../../tests/reference/resnet_torch.json");
    assert_all_train_as_recorded(text, 10, &[Way::FusedRules, Way::FusedKernels]);
}

#[test]
fn convnets_train_as_in_pytorch_under_every_placement() {
    let text = include_str!("../../../../tests/reference/convnet_torch.json");
    assert_all_train_as_recorded(text, 6, &[Way::FusedRules, Way::FusedKernels]);
}

#[test]
fn recurrent_networks_train_as_in_pytorch_under_every_placement() {
    let text = include_str!("../../../../tests/reference/rnn_torch.json");
    assert_all_train_as_recorded(text, 8, &[Way::FusedRules]);
}

#[derive(Deserialize)]
struct PoolReference {
    max_pool_ties: Ties,
}

#[derive(Deserialize)]
struct Ties {
    shape: [usize; 4],
    x: Vec<f32>,
    upstream: Vec<f32>,
    y: Vec<f64>,
    grad_x: Vec<f64>,
}

#[test]
fn of_equal_values_in_a_pooling_window_the_first_is_the_largest_as_in_pytorch() {
    let text = include_str!("../../../../tests/reference/convnet_torch.json");
    let reference: PoolReference = serde_json::from_str(text).expect("a valid reference file");
    let ties = reference.max_pool_ties;
    let x = Tensor::<4>::from_data(TensorData::new(ties.x, ties.shape), &cpu()).require_grad();
    let y = max_pool2d(x.clone(), MaxPoolOptions::new([2, 2]));
    assert_close("y", &numbers(&y), &ties.y, 0.0);
    let upstream = Tensor::from_data(TensorData::new(ties.upstream, y.dims()), &cpu());
    let gradient = x.grad(&(y * upstream).sum().backward()).expect("tracked");
    assert_close("gradient", &numbers(&gradient), &ties.grad_x, 0.0);
}

#[test]
fn dropout_is_for_training_and_for_nothing_else() {
    let text = include_str!("../../../../tests/reference/convnet_torch.json");
    for mut run in runs(text) {
        let batch = run.batches[0].batch(run.image.iter().product());
        run.config.push("model.dropout = 0.5".to_owned());
        let mut losses = Vec::new();
        for way in [Way::FusedRules, Way::FusedKernels] {
            let mut learner = learner(&run, way);
            let logits = learner.evaluator().logits(&batch, Statistics::Batch);
            assert_close(&run.name, &numbers(&logits), &run.first_logits, TOLERANCE);
            let loss = learner.step(&batch).loss;
            assert!((loss - run.losses[0]).abs() > 1e-3, "{}: {loss}", run.name);
            losses.push(loss);
        }
        assert_close(&run.name, &losses[..1], &losses[1..], TOLERANCE);
    }
}
