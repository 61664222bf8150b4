//! The fused step against the composed one, over networks, options and batch sizes drawn at random. Both are compared with
//! PyTorch's recorded trainings in `train/step/tests`.

use burn::optim::GradientsParams;

use super::*;
use crate::config::spec::Settings;
use crate::device::tests::cpu;
use crate::model::pass::Pass;
use crate::optim::Arithmetic;
use crate::seed::Streams;
use crate::train::step::loss::{inputs, objective, result};
use crate::train::step::{self, Learner};

const CLASSES: usize = 3;

/// What is drawn for one comparison.
struct Case {
    text: String,
    image: Shape,
}

fn one_of<'a>(stream: &mut Stream, choices: &[&'a str]) -> &'a str {
    choices[stream.below(choices.len())]
}

/// The lines of an experiment with a network, a norm and an optimiser.
fn case(number: u64) -> Case {
    let mut stream = Streams::new(number, 0).stream("case");
    let s = &mut stream;
    let mut image =
        Shape { channels: 1 + s.below(3), height: 5 + s.below(5), width: 5 + s.below(5) };
    let kind = one_of(s, &["mlp", "convnet", "resnet"]);
    let mut lines = vec![format!("model.kind = '{kind}'")];
    let width = 1 + s.below(20);
    let mut placements = vec!["none", "before", "after"];
    match kind {
        "mlp" => {
            lines.push(format!("model.hidden = [{width}, {}]", 1 + s.below(20)));
            lines.push(format!("model.dropout = {}", one_of(s, &["0.0", "0.4"])));
        }
        "convnet" => {
            let pool = one_of(s, &["1", "2"]);
            let stride = one_of(s, &["1", "2"]);
            let more = 1 + s.below(20);
            lines.push(format!(
                "model.blocks = [{{ channels = {width}, pool = {pool} }}, {{ channels = {more}, pool = 1, stride = {stride} }}]"
            ));
            lines.push(format!("model.head = '{}'", one_of(s, &["flatten", "global_average"])));
            lines.push(format!("model.dense = {}", one_of(s, &["[]", "[7]"])));
            lines.push(format!("model.dropout = {}", one_of(s, &["0.0", "0.4"])));
        }
        _ => {
            image = Shape { height: 8, width: 8, ..image };
            lines.push(format!("model.depth = 8\nmodel.width = {}", 1 + s.below(9)));
            lines.push(format!("model.shortcut = '{}'", one_of(s, &["a", "b"])));
            placements.extend(["pre-activation", "after-addition"]);
        }
    }
    let activations = [
        "relu",
        "leaky_relu",
        "elu",
        "selu",
        "gelu",
        "swish",
        "softplus",
        "sigmoid",
        "tanh",
        "identity",
    ];
    lines.push(format!("model.activation = '{}'", one_of(s, &activations)));
    lines.push(format!("model.bias = '{}'", one_of(s, &["auto", "always", "never"])));
    let placement = one_of(s, &placements);
    lines.push(format!("norm.placement = '{placement}'"));
    if placement != "none" {
        lines.push(format!("norm.scale = {}", one_of(s, &["true", "false"])));
        lines.push(format!("norm.center = {}", one_of(s, &["true", "false"])));
        lines.push(format!("norm.on_input = {}", one_of(s, &["true", "false"])));
        if s.below(4) == 0 {
            lines.push("norm.track_running_stats = false\nnorm.evaluation = 'batch'".to_owned());
        } else {
            lines.push(format!("norm.running_variance = '{}'", one_of(s, &["biased", "unbiased"])));
            lines.push(format!("norm.averaging = '{}'", one_of(s, &["exponential", "cumulative"])));
        }
        if s.below(3) == 0 {
            lines.push("norm.virtual_batch_size = 4".to_owned());
        }
    }
    let optimizers = ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"];
    lines.push(format!(
        "train.optimizer = '{}'\ntrain.learning_rate = 0.01",
        one_of(s, &optimizers)
    ));
    lines.push(format!("model.weight_decay = {}", one_of(s, &["0.0", "0.01"])));
    match s.below(4) {
        0 => lines.push("train.clip_norm = 0.5".to_owned()),
        1 => lines.push("train.clip_value = 0.01".to_owned()),
        _ => {}
    }
    Case { text: format!("data.dataset = 'glyphs'\n{}", lines.join("\n")), image }
}

fn batch(case: &Case, size: usize, number: u64) -> Batch {
    let mut stream = Streams::new(number, 1).stream("batch");
    let features = case.image.features();
    Batch {
        inputs: (0..size * features).map(|_| stream.normal() as f32).collect(),
        labels: (0..size).map(|_| stream.below(CLASSES) as u8).collect(),
        features,
    }
}

fn network(settings: &Settings, case: &Case) -> Network {
    Network::new(settings, case.image, CLASSES, &Streams::new(3, 1), &cpu())
}

fn updater(settings: &Settings, network: &mut Network) -> Updater {
    step::updater(settings, network, 100, Arithmetic::Fused)
}

/// The largest difference between two lists, relative to the largest number.
fn difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let most = expected.iter().fold(1e-3, |most: f32, e| most.max(e.abs()));
    let differences = found.iter().zip(expected).map(|(f, e)| (f - e).abs());
    differences.fold(0.0, |most: f32, d| if d.is_nan() { f32::INFINITY } else { most.max(d) })
        / most
}

/// Loss and gradients of one pass, composed and fused.
fn assert_equal_gradients(settings: &Settings, case: &Case, size: usize, number: u64) {
    let mut network = network(settings, case);
    let updater = updater(settings, &mut network);
    let batch = batch(case, size, number);
    let streams = Streams::new(5, 1);
    let mut pass = Pass::training(1, streams.stream("dropout"));
    let logits = network.forward(inputs(&batch, &cpu()), &mut pass);
    let expected = result(&logits, &batch);
    let gradients = objective(&mut network.clone(), logits, &batch, &cpu()).backward();
    let gradients = GradientsParams::from_grads(gradients, &network);
    let gradients = parameters::named_gradients(&network, &gradients);
    let mut fused = Fused::new(&network, Some(&updater)).expect("it has a fused form");
    let (found, _) = fused.pass(&batch, (1, streams.stream("dropout")), None);
    let what = format!("batch {size} of\n{}", case.text);
    assert!((found.loss - expected.loss).abs() < 1e-5 * expected.loss.max(1.0), "{what}");
    // In the smallest batches, normalised logits can all be 0, and rounding decides.
    if size > 3 {
        assert_eq!(found.correct, expected.correct, "{what}");
    }
    let norm: f32 = gradients.iter().flat_map(|g| &g.values).map(|g| g * g).sum::<f32>().sqrt();
    for parameter in &fused.state.parameters.0 {
        let expected = gradients.iter().find(|gradient| gradient.name == parameter.name);
        let expected = &expected.expect("every parameter has a gradient").values;
        let found = parameter.plain_gradient();
        let differences = found.iter().zip(expected).map(|(f, e)| (f - e).abs());
        let most = differences
            .fold(0.0_f32, |most, d| if d.is_nan() { f32::INFINITY } else { most.max(d) });
        assert!(most <= 2e-5 * norm.max(1e-3), "{}: {most} of {norm}, {what}", parameter.name);
    }
}

/// Many steps, composed and fused: parameters and running statistics.
fn assert_equal_training(settings: &Settings, case: &Case, size: usize, steps: usize) {
    let learner = || {
        let mut network = network(settings, case);
        let updater = updater(settings, &mut network);
        Learner::new(network, updater, Streams::new(7, 1), cpu())
    };
    let (mut composed, mut fused) = (learner(), learner().with_fused_kernels());
    assert!(fused.fused.is_some());
    let what = format!("batch {size} of\n{}", case.text);
    for step in 0..steps {
        // Smaller batches follow larger ones, which leave values behind.
        let size = if step % 3 == 2 { size / 2 } else { size };
        let batch = batch(case, size, step as u64 % 4);
        let (expected, found) = (composed.step(&batch), fused.step(&batch));
        let error = (found.loss - expected.loss).abs();
        assert!(error < 2e-3 * expected.loss.max(1.0), "step {step}: {error}, {what}");
    }
    let (expected, found) = (composed.tensors(), fused.tensors());
    assert_eq!(found.len(), expected.len());
    // Where a normalisation cancels a parameter, its gradient is rounding, which adaptive rules make steps of.
    let has_cancelled =
        ["bias = 'always'", "on_input = true"].iter().any(|t| case.text.contains(t));
    for (found, expected) in found.iter().zip(&expected).filter(|_| !has_cancelled) {
        assert_eq!((&found.name, &found.shape), (&expected.name, &expected.shape));
        let error = difference(&found.values, &expected.values);
        assert!(error < 2e-2, "{}: {error}, {what}", found.name);
    }
    let (expected, found) = (composed.evaluator(), fused.evaluator());
    for statistics in [Statistics::Running, Statistics::Batch] {
        // The first is more than are evaluated at a time.
        for size in [EVALUATED + 9, 7] {
            let batch = batch(case, size, 77);
            let (expected, found) =
                (expected.evaluate(&batch, statistics), found.evaluate(&batch, statistics));
            let error = (found.loss - expected.loss).abs();
            assert!(error < 2e-2 * expected.loss.max(1.0), "evaluation: {error}, {what}");
        }
    }
}

#[test]
fn gradients_equal_the_composed_ones_for_any_network_and_batch_size() {
    if !kernels::available() {
        return;
    }
    for number in 0..60 {
        let case = case(number);
        let settings = crate::plan::tests::settings(&case.text);
        for size in [1, 2, 3, 17, 32] {
            assert_equal_gradients(&settings, &case, size, number);
        }
    }
}

#[test]
fn fifty_steps_equal_the_composed_ones() {
    if !kernels::available() {
        return;
    }
    for number in 60..90 {
        let case = case(number);
        let settings = crate::plan::tests::settings(&case.text);
        assert_equal_training(&settings, &case, 17, 50);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    if !kernels::available() {
        return;
    }
    for network in [
        "model.kind = 'resnet'\nmodel.depth = 8\nmodel.width = 9\nmodel.shortcut = 'b'",
        "model.kind = 'resnet'\nmodel.depth = 8\nmodel.width = 9\nmodel.shortcut = 'a'\nmodel.bias = 'always'\nnorm.virtual_batch_size = 3\ntrain.batch_size = 6",
        "model.kind = 'convnet'\nmodel.blocks = [{ channels = 9, stride = 2, pool = 1 }, { channels = 20, pool = 2 }]",
    ] {
        assert_same_bytes_with_threads(network);
    }
}

fn assert_same_bytes_with_threads(network_text: &str) {
    let text = format!("data.dataset = 'glyphs'\n{network_text}\nnorm.placement = 'before'");
    let case = Case { text, image: Shape { channels: 3, height: 9, width: 7 } };
    let settings = crate::plan::tests::settings(&case.text);
    let train = || {
        let mut network = network(&settings, &case);
        let updater = updater(&settings, &mut network);
        let learner = Learner::new(network, updater, Streams::new(7, 1), cpu());
        let mut learner = learner.with_fused_kernels();
        for step in 0..5 {
            learner.step(&batch(&case, 6, step));
        }
        let values = learner.tensors().into_iter().flat_map(|tensor| tensor.values);
        values.map(f32::to_bits).collect::<Vec<u32>>()
    };
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("a pool").install(train)
    };
    assert!(with(1) == with(3), "{network_text}");
}

#[derive(serde::Deserialize)]
struct LossReference {
    cases: Vec<LossCase>,
}

#[derive(serde::Deserialize)]
struct LossCase {
    classes: usize,
    logits: Vec<f32>,
    labels: Vec<u8>,
    loss: f64,
    grad_logits: Vec<f64>,
}

#[test]
fn the_loss_and_its_gradient_equal_pytorchs() {
    let text = include_str!("../../../../tests/reference/loss_torch.json");
    let reference: LossReference = serde_json::from_str(text).expect("a valid reference file");
    for case in reference.cases {
        let map = Map::vector(case.classes);
        let mut logits = Buffer::new(map);
        let rows = logits.for_images(case.labels.len()).chunks_exact_mut(map.step);
        for (row, given) in rows.zip(case.logits.chunks_exact(case.classes)) {
            row[..case.classes].copy_from_slice(given);
        }
        let mut gradient = Buffer::new(map);
        gradient.for_images(case.labels.len());
        let result = loss::cross_entropy(logits.view(), &case.labels, Some(&mut gradient), |_| {});
        assert!((result.loss - case.loss).abs() <= 1e-6 * case.loss.abs().max(1.0));
        let rows = gradient.values.chunks_exact(map.step);
        for (row, expected) in rows.zip(case.grad_logits.chunks_exact(case.classes)) {
            for (found, expected) in row[..case.classes].iter().zip(expected) {
                assert!((f64::from(*found) - expected).abs() <= 1e-6);
            }
            assert!(row[case.classes..].iter().all(|&padding| padding == 0.0));
        }
    }
}

#[test]
fn a_network_without_a_fused_form_is_trained_composed() {
    for text in [
        "model.kind = 'rnn'",
        "norm.kind = 'layer'\nnorm.placement = 'before'",
        "norm.kind = 'renorm'\nnorm.placement = 'before'\nnorm.r_max = 3\nnorm.d_max = 5",
        "norm.placement = 'before'\nnorm.gamma_l2 = 0.1",
        "norm.placement = 'before'\nnorm.beta_constraint = 'non_negative'",
    ] {
        let case = Case {
            text: format!("data.dataset = 'glyphs'\n{text}"),
            image: Shape { channels: 1, height: 6, width: 6 },
        };
        let settings = crate::plan::tests::settings(&case.text);
        let mut network = network(&settings, &case);
        let updater = updater(&settings, &mut network);
        assert!(Fused::new(&network, Some(&updater)).is_none(), "{text}");
        let mut learner = Learner::new(network, updater, Streams::new(7, 1), cpu());
        learner = learner.with_fused_kernels();
        assert!(learner.step(&batch(&case, 5, 1)).loss.is_finite());
    }
}
