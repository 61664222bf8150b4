//! Compares every backend of the build with the CPU and its fused update rules, which experiments use by
//! default and which are compared with PyTorch's numbers: from the same weights and
//! over the same batches, 50 steps must give the same losses, weights and running statistics.
//!
//! The default build has one backend. There, burn's own arithmetic of the
//! update, which all other backends use, is compared with the fused one. `make test-backends` builds the others and
//! prints how far apart the trainings are.

use std::io::Write;

use super::*;
use crate::config::spec::{Settings, Shape};
use crate::device::{self, OpenDevice};

const STEPS: usize = 50;
const CLASSES: usize = 3;
const EXAMPLES: usize = 12;
const IMAGE: Shape = Shape { channels: 1, height: 8, width: 8 };

/// How far a step's loss may be from the CPU's, relative to it. On the CPU itself, burn's own Adam,
/// which keeps 1 − β in 32 bits, is up to 1.4e-5 away, and its gradient descent with momentum not at
/// all; an ε of 1e-5 in the place of 1e-3 moves the losses by 4e-4 and more.
const OF_LOSSES: f64 = 1e-4;

/// How far a weight or running statistic may be from the CPU's after the last step, relative to the
/// largest magnitude of its tensor.
const OF_TENSORS: f64 = 1e-3;

/// The networks, with the features that each of them tests. They are tiny because burn's `ndarray` takes forty
/// times as long for a convolution as its `flex`.
const NETWORKS: [(&str, &[&str]); 10] = [
    ("mlp none", &[MLP, "norm.placement='none'"]),
    ("mlp before", &[MLP, "norm.placement='before'"]),
    ("mlp after", &[MLP, "norm.placement='after'"]),
    ("mlp renorm", &[MLP, "norm.kind='renorm'", "norm.r_max=2", "norm.d_max=1", "norm.decay=0.9"]),
    ("mlp ghost batches", &[MLP, "norm.virtual_batch_size=4"]),
    (
        "convnet before",
        &[
            "model.kind='convnet'",
            "model.blocks=[{ channels = 2, pool = 2 }, { channels = 3, stride = 2, pool = 1 }]",
            "norm.placement='before'",
        ],
    ),
    (
        "convnet after, groups",
        &[
            "model.kind='convnet'",
            "model.blocks=[{ channels = 2, pool = 2 }, { channels = 4, pool = 1 }]",
            "norm.placement='after'",
            "norm.kind='group'",
            "norm.groups=2",
        ],
    ),
    ("resnet before", &["model.kind='resnet'", "model.depth=8", "model.width=2"]),
    ("elman before", &["model.kind='rnn'", "model.units=5"]),
    (
        "gru before, recurrent",
        &["model.kind='rnn'", "model.cell='gru'", "model.units=5", "norm.recurrent=true"],
    ),
];

const MLP: &str = "model.hidden=[10, 6]";

/// Update rules with learning rates at which every network learns without large jumps.
const RULES: [(&str, f64); 2] = [("momentum", 0.05), ("adam", 0.005)];

/// A device, and how networks are updated on it.
struct Backend {
    name: String,
    device: Device,
    arithmetic: Arithmetic,
}

impl Backend {
    fn new(device: &OpenDevice, arithmetic: Arithmetic) -> Self {
        Self {
            name: format!("{} ({arithmetic:?})", device.name()),
            device: device.differentiable(),
            arithmetic,
        }
    }

    fn cpu(arithmetic: Arithmetic) -> Self {
        let device = OpenDevice::open("cpu").expect("every build has a CPU device");
        Self::new(&device, arithmetic)
    }
}

/// The result of a training.
struct Trajectory {
    losses: Vec<f64>,
    tensors: Vec<NamedTensor>,
}

/// The settings of a network, under an update rule.
fn settings(network: &[&str], (rule, rate): (&str, f64)) -> Settings {
    let mut keys: Vec<String> = network.iter().map(ToString::to_string).collect();
    // ReLU has a kink, at which a rounding error becomes another gradient. A GRU has its own activation.
    if !network.contains(&"model.cell='gru'") {
        keys.push("model.activation='tanh'".to_owned());
    }
    keys.push(format!("train.optimizer='{rule}'"));
    keys.push(format!("train.learning_rate={rate}"));
    let text = format!("data.dataset='glyphs'\n{}", keys.join("\n"));
    crate::plan::tests::settings(&text)
}

/// Images of noise in which the row of the class is brighter.
fn batch(index: usize) -> Batch {
    let mut noise = Streams::shared(1).stream(&format!("batch {index}"));
    let mut batch = Batch { features: IMAGE.height * IMAGE.width, ..Batch::default() };
    for example in 0..EXAMPLES {
        let label = example % CLASSES;
        batch.labels.push(label as u8);
        for pixel in 0..batch.features {
            let light = f64::from(u8::from(pixel / IMAGE.width == 2 * label));
            batch.inputs.push((light + noise.normal()) as f32);
        }
    }
    batch
}

fn trained(settings: &Settings, backend: &Backend) -> Trajectory {
    let streams = Streams::new(0, 1);
    let device = backend.device.clone();
    let network = Network::new(settings, IMAGE, CLASSES, &streams, &device);
    let norm = NormParameters::like_others();
    let updater = optim::build(&settings.train, &norm, STEPS, backend.arithmetic);
    let mut learner = Learner::new(network, updater, streams, device);
    let batches: Vec<Batch> = (0..4).map(batch).collect();
    let losses = (0..STEPS).map(|step| learner.step(&batches[step % batches.len()]).loss);
    Trajectory { losses: losses.collect(), tensors: learner.tensors() }
}

impl Trajectory {
    /// The greatest distance of a step's loss from `expected`'s, relative to that.
    fn distance_of_losses(&self, expected: &Self) -> f64 {
        assert_eq!(self.losses.len(), expected.losses.len());
        let pairs = self.losses.iter().zip(&expected.losses);
        greatest(pairs.map(|(found, expected)| (found - expected).abs() / expected))
    }

    /// The greatest distance of a value from `expected`'s, relative to the largest magnitude of the
    /// tensor.
    fn distance_of_tensors(&self, expected: &Self) -> f64 {
        assert_eq!(self.tensors.len(), expected.tensors.len());
        let pairs = self.tensors.iter().zip(&expected.tensors);
        greatest(pairs.map(|(found, expected)| {
            assert_eq!((&found.name, &found.shape), (&expected.name, &expected.shape));
            let largest = greatest(expected.values.iter().map(|&value| f64::from(value.abs())));
            let values = found.values.iter().zip(&expected.values);
            let distance = greatest(values.map(|(f, e)| f64::from((f - e).abs())));
            // The first state of a recurrent layer is 0, and so is its running mean.
            if distance == 0.0 { 0.0 } else { distance / largest }
        }))
    }
}

/// The greatest magnitude; infinity where one is not a number, so that it is within no tolerance.
fn greatest(magnitudes: impl Iterator<Item = f64>) -> f64 {
    magnitudes.fold(
        0.0,
        |greatest, magnitude| {
            if magnitude.is_nan() { f64::INFINITY } else { greatest.max(magnitude) }
        },
    )
}

/// Trains every network under every rule on `backend` and on the CPU.
fn assert_trains_as_the_cpu(backend: &Backend) {
    let cpu = Backend::cpu(Arithmetic::Fused);
    for (network, keys) in NETWORKS {
        for rule in RULES {
            let settings = settings(keys, rule);
            let expected = trained(&settings, &cpu);
            let found = trained(&settings, backend);
            let losses = found.distance_of_losses(&expected);
            let tensors = found.distance_of_tensors(&expected);
            let what = format!(
                "{}: {network}, {}: losses {losses:.1e}, weights {tensors:.1e} from the CPU's",
                backend.name, rule.0
            );
            tell(&what);
            assert!(losses <= OF_LOSSES && tensors <= OF_TENSORS, "{what}");
        }
    }
}

/// Prints a line that appears with `--nocapture`.
#[expect(clippy::print_stderr, reason = "the figures that are attained")]
fn tell(what: &str) {
    eprintln!("{what}");
}

/// Prints a line even where the test harness hides the output of a passing test.
fn tell_loudly(what: &str) {
    let line = format!("\n{what}\n");
    std::io::stderr().write_all(line.as_bytes()).expect("an open stderr");
}

#[test]
fn fifty_steps_with_burns_own_update_rules_are_those_with_the_fused_ones() {
    assert_trains_as_the_cpu(&Backend::cpu(Arithmetic::Tensors));
}

#[test]
fn fifty_steps_on_every_other_backend_of_the_build_are_those_on_the_cpu() {
    let others: Vec<&str> = device::available().into_iter().filter(|&name| name != "cpu").collect();
    if others.is_empty() {
        tell_loudly("SKIPPED: this build has no backend but `cpu`; `make test-backends` has more");
    }
    for name in others {
        match OpenDevice::open(name) {
            Ok(device) => assert_trains_as_the_cpu(&Backend::new(&device, Arithmetic::Tensors)),
            // Only a graphics device may be absent from a machine.
            Err(reason) if name == "wgpu" => tell_loudly(&format!("SKIPPED: {reason}")),
            Err(reason) => panic!("{reason}"),
        }
    }
}

#[test]
fn a_training_that_differs_by_a_hundredth_of_the_learning_rate_is_far_out_of_tolerance() {
    let cpu = Backend::cpu(Arithmetic::Fused);
    for (network, keys) in NETWORKS {
        for (rule, rate) in RULES {
            let expected = trained(&settings(keys, (rule, rate)), &cpu);
            let found = trained(&settings(keys, (rule, 1.01 * rate)), &cpu);
            let losses = found.distance_of_losses(&expected);
            let tensors = found.distance_of_tensors(&expected);
            assert!(losses > 3.0 * OF_LOSSES, "{network}, {rule}: {losses:.1e}");
            assert!(tensors > 3.0 * OF_TENSORS, "{network}, {rule}: {tensors:.1e}");
        }
    }
}
