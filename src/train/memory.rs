//! Estimates the memory that a training needs, before it allocates any.
//!
//! All numbers are 32-bit floats, 4 bytes each. With P trainable parameters, a batch of B examples, and F
//! values in each hidden layer's output for one example (units; channels times positions of a map; units
//! times steps of a recurrent layer), a training holds at a time
//!
//! | what | values | source |
//! |---|---|---|
//! | parameters | P | the shapes of the layers, as `model/` builds them |
//! | their gradients | P | one for each parameter, by backpropagation |
//! | the optimiser's state | 0, P or 2 P | SGD; momentum, Nesterov, `RMSprop`; Adam, `AdamW` |
//! | the step | the largest layer's parameters, twice | a gradient and the new values, before the old ones are freed |
//! | what the forward pass keeps for the backward pass | B · Σ F · k | each operation keeps its output: 2 of the linear map and the nonlinearity, 1 of a norm over the batch (its operations share the centred values), 4 of any other, 3 of dropout |
//! | the backward pass itself | 2 B · max F | gradients of a layer's values, until those of the one before it are known |
//! | the unfolded windows of a convolution | B · 9 · channels · positions / 4, the largest | the convolution as a product of matrices, in parts |
//! | with fused kernels | less than the three rows above | the values between two layers, with channels padded to a multiple of 8; a few gradients at a time; no windows |
//! | inputs of a batch | 2 B · features | on the host and as a tensor |
//! | an evaluation | E · (2 features + 4 max F), and windows | E = 500 examples, or B with the statistics of each batch; no backward pass, so a layer at a time, and a step of a recurrent one |
//! | parameters of an evaluation | 4 P | the network as burn's and as the fused kernels', and what they are converted from |
//! | probes | 4 P, and X · Σ F · 4 | the network before and after the step, its gradient and a copy one step along it; the outputs of the layers on X examples |
//! | checkpoints | 2 P, and 2 for each value of the optimiser's state | the values as they are emitted, and as the bytes of a file; not at the same time as the backward pass |
//!
//! Training and evaluation do not happen at the same time, but are added: the allocator keeps freed memory
//! in pieces that do not fit the other. The dataset is in memory once for all trials: a byte for a pixel, 4
//! or 8 bytes for a number of a table; its splits take 4 bytes an example in each trial. [`PROGRAM`] is the
//! program itself with its charts.
//!
//! `tests/memory.rs` compares the estimate with the peak memory of real trainings: it is at least 0.8 times and
//! at most twice as much.

use crate::config::spec::{
    Architecture, Cell, Convnet, Evaluation, Head, Recording, Resnet, Rnn, Settings, Shape,
    Shortcut,
};
use crate::data::DatasetSize;
use crate::kernels;
use crate::model::norm;
use crate::optim;

const FLOAT: f64 = 4.0;

/// Bytes of the program, its threads, and of the charts that it draws.
pub const PROGRAM: u64 = 72 << 20;

/// Bytes of memory that trainings of a condition need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Estimate {
    /// Bytes of the dataset, which all trials with the same data settings share.
    pub dataset: u64,
    /// Bytes of each trial.
    pub trial: u64,
}

impl Estimate {
    /// Bytes of one trial with its dataset and the program.
    pub fn alone(self) -> u64 {
        PROGRAM.saturating_add(self.dataset).saturating_add(self.trial)
    }
}

/// The estimate for a trial of these settings, on a dataset of this size.
pub fn estimate(settings: &Settings, recording: &Recording, size: DatasetSize) -> Estimate {
    let layers = layers(&settings.model.kind, size.shape, size.classes);
    let features = size.shape.features() as f64;
    let parts = Parts::of(&layers, features);
    let values = parts.peak(settings, recording);
    Estimate { dataset: size.bytes(), trial: bytes(values * FLOAT + size.examples as f64 * FLOAT) }
}

/// A number of bytes; clamped to 64 bits.
fn bytes(count: f64) -> u64 {
    count.ceil() as u64
}

/// A layer with weights, with the size of its outputs.
#[derive(Debug, Clone, Copy, Default)]
struct Layer {
    /// Number of weights and biases, γ and β.
    parameters: f64,
    /// Number of output values for one example.
    values: f64,
    /// Number of those that exist at the same time without a backward pass.
    held: f64,
    /// Number of values for one example in the unfolded windows of a convolution.
    windows: f64,
}

impl Layer {
    /// A layer without windows, whose output values all exist at the same time.
    fn new(parameters: f64, values: f64) -> Self {
        Self { parameters, values, held: values, windows: 0.0 }
    }
}

/// Numbers of values that a training keeps in memory.
struct Parts {
    parameters: f64,
    /// Number of parameters of the largest layer.
    largest: f64,
    /// Σ F and max F.
    values: [f64; 2],
    /// max F during evaluation.
    held: f64,
    windows: f64,
    features: f64,
}

impl Parts {
    fn of(layers: &[Layer], features: f64) -> Self {
        let sum = |of: fn(&Layer) -> f64| layers.iter().map(of).sum::<f64>();
        let most = |of: fn(&Layer) -> f64| layers.iter().map(of).fold(0.0, f64::max);
        Self {
            parameters: sum(|layer| layer.parameters),
            largest: most(|layer| layer.parameters),
            values: [sum(|layer| layer.values), most(|layer| layer.values)],
            held: most(|layer| layer.held),
            windows: most(|layer| layer.windows) / 4.0,
            features,
        }
    }

    /// The greatest number of values at a time.
    fn peak(&self, settings: &Settings, recording: &Recording) -> f64 {
        let (batch, copies) =
            (settings.train.batch_size as f64, optim::values_kept(settings.train.optimizer) as f64);
        let state = self.parameters * (1.0 + copies);
        let probe = recording.probe.as_ref();
        let probed = probe.map_or(0.0, |probe| {
            4.0 * self.parameters + 4.0 * probe.examples as f64 * self.values[0]
        });
        let backward = self.parameters + 2.0 * self.largest + self.of_pass(settings, batch);
        let by_batch = settings.norm.evaluation == Evaluation::Batch;
        let evaluated = self.of_evaluation(if by_batch { batch } else { EVALUATED });
        let checkpoint = &recording.checkpoint;
        let keeps = checkpoint.initial || checkpoint.last || checkpoint.every.is_some();
        let kept = if keeps { 2.0 * state } else { 0.0 };
        state + (backward + probed).max(kept) + evaluated + 4.0 * self.parameters
    }

    /// Values of a forward and backward pass over this many examples.
    fn of_pass(&self, settings: &Settings, examples: f64) -> f64 {
        let of_norm = settings.norm.layer.map_or(0, |layer| norm::values_kept(layer.kind)) as f64;
        let each = 2.0 + of_norm + if drops(settings) { 3.0 } else { 0.0 };
        let [all, most] = self.values;
        examples * (2.0 * self.features + all * each + most * 2.0 + self.windows)
    }

    fn of_evaluation(&self, examples: f64) -> f64 {
        examples * (2.0 * self.features + 4.0 * self.held + self.windows)
    }
}

/// Number of examples in an evaluation batch.
const EVALUATED: f64 = super::evaluation::EVALUATION_BATCH as f64;

fn drops(settings: &Settings) -> bool {
    match &settings.model.kind {
        Architecture::Mlp { dropout, .. } => *dropout > 0.0,
        Architecture::Convnet(net) => net.dropout > 0.0,
        Architecture::Resnet(_) | Architecture::Rnn(_) => false,
    }
}

/// The layers of a network, starting at the input, each with bias, γ and β, which are few compared with the weights.
fn layers(kind: &Architecture, shape: Shape, classes: usize) -> Vec<Layer> {
    match kind {
        Architecture::Mlp { hidden, .. } => dense(shape.features(), hidden, classes),
        Architecture::Convnet(net) => convnet(net, shape, classes),
        Architecture::Resnet(net) => resnet(*net, shape, classes),
        Architecture::Rnn(net) => rnn(*net, shape, classes),
    }
}

fn dense(inputs: usize, hidden: &[usize], classes: usize) -> Vec<Layer> {
    let outputs = hidden.iter().copied().chain([classes]);
    let inputs = std::iter::once(inputs).chain(hidden.iter().copied());
    let layer = |(inputs, outputs): (usize, usize)| {
        Layer::new(outputs as f64 * (inputs as f64 + 3.0), outputs as f64)
    };
    inputs.zip(outputs).map(layer).collect()
}

/// A 3 × 3 convolution from this many channels to a map of this shape.
fn convolution(channels: usize, to: Shape) -> Layer {
    let window = 9.0 * channels as f64;
    let positions = (to.height * to.width) as f64;
    let values = kernels::padded(to.channels) as f64 * positions;
    let layer = Layer::new(to.channels as f64 * (window + 3.0), values);
    Layer { windows: window * positions, ..layer }
}

fn convnet(net: &Convnet, image: Shape, classes: usize) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut map = image;
    for block in &net.blocks {
        let to = Shape {
            channels: block.channels,
            height: map.height.div_ceil(block.stride),
            width: map.width.div_ceil(block.stride),
        };
        layers.push(convolution(map.channels, to));
        map = Shape {
            height: (to.height / block.pool).max(1),
            width: (to.width / block.pool).max(1),
            ..to
        };
    }
    let inputs = match net.head {
        Head::GlobalAverage => map.channels,
        Head::Flatten => map.features(),
    };
    layers.extend(dense(inputs, &net.dense, classes));
    layers
}

fn resnet(net: Resnet, image: Shape, classes: usize) -> Vec<Layer> {
    let map = |stage: usize| Shape {
        channels: net.width << stage,
        height: image.height.div_ceil(1 << stage),
        width: image.width.div_ceil(1 << stage),
    };
    let mut layers = vec![convolution(image.channels, map(0))];
    let mut channels = net.width;
    for stage in 0..3 {
        for block in 0..net.blocks_per_stage() {
            let to = map(stage);
            layers.extend([convolution(channels, to), convolution(to.channels, to)]);
            if block == 0 && stage > 0 {
                layers.push(shortcut(net.shortcut, channels, to));
            }
            channels = to.channels;
        }
    }
    layers.extend(dense(channels, &[], classes));
    layers
}

fn shortcut(kind: Shortcut, channels: usize, to: Shape) -> Layer {
    let parameters = match kind {
        Shortcut::A => 0.0,
        Shortcut::B => to.channels as f64 * (channels as f64 + 3.0),
    };
    Layer::new(parameters, to.features() as f64)
}

/// The map of the inputs, for all steps at once, and that of the state, step by step; a gated unit has three
/// gates, each with a few values of its own.
fn rnn(net: Rnn, image: Shape, classes: usize) -> Vec<Layer> {
    let (gates, units) = (net.cell.gates() as f64, net.units as f64);
    let steps = image.height as f64;
    let row = (image.channels * image.width) as f64;
    let of_step = match net.cell {
        Cell::Elman => 2.0,
        Cell::Gru => 6.0,
    };
    let from_inputs = Layer::new(gates * units * (row + 3.0), steps * gates * units);
    let from_state = Layer {
        held: of_step * units,
        ..Layer::new(gates * units * (units + 3.0), steps * of_step * units)
    };
    let output = dense(net.units, &[], classes);
    [vec![from_inputs, from_state], output].concat()
}
