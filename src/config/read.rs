//! One condition's settings from its keys. Only keys that mean something in the condition are
//! read, every read is logged, and the log is the condition's identity.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::keys;
use super::spec::{
    Activation, Architecture, BatchNormSettings, Bias, Data, Dataset, Init, InputScaling,
    LastBatch, Length, Model, Norm, Optimizer, Output, Placement, RunningVariance, Settings, Split,
    Train, Validation,
};
use super::value::Value;

/// Hands out given values, or defaults, and remembers which keys were asked for. Values have been
/// checked against their rules before; one of another type gives the default.
pub(super) struct Reader<'a> {
    given: &'a BTreeMap<&'static str, Value>,
    log: BTreeMap<&'static str, Option<Value>>,
}

impl<'a> Reader<'a> {
    /// A reader of these keys.
    pub(super) fn new(given: &'a BTreeMap<&'static str, Value>) -> Self {
        Self {
            given,
            log: BTreeMap::new(),
        }
    }

    /// Every key that was read, with the value it has; `None` for one left open.
    pub(super) fn into_log(self) -> BTreeMap<&'static str, Option<Value>> {
        self.log
    }

    fn optional(&mut self, key: &'static str) -> Option<Value> {
        debug_assert!(
            keys::find(key).is_some(),
            "`{key}` is not in the list of keys"
        );
        let value = self.given.get(key).cloned();
        self.log.insert(key, value.clone());
        value
    }

    fn value(&mut self, key: &'static str, default: Value) -> Value {
        let value = self.optional(key).unwrap_or(default);
        self.log.insert(key, Some(value.clone()));
        value
    }

    fn text(&mut self, key: &'static str, default: &str) -> String {
        match self.value(key, Value::Text(default.to_owned())) {
            Value::Text(text) => text,
            _ => default.to_owned(),
        }
    }

    fn float(&mut self, key: &'static str, default: f64) -> f64 {
        match self.value(key, Value::Float(default)) {
            Value::Float(number) => number,
            _ => default,
        }
    }

    fn flag(&mut self, key: &'static str, default: bool) -> bool {
        match self.value(key, Value::Bool(default)) {
            Value::Bool(flag) => flag,
            _ => default,
        }
    }

    fn number(&mut self, key: &'static str, default: u32) -> u64 {
        let value = self.value(key, Value::Integer(i64::from(default)));
        as_whole(&value).unwrap_or(u64::from(default))
    }

    fn count(&mut self, key: &'static str, default: u32) -> usize {
        as_count(self.number(key, default))
    }

    fn optional_count(&mut self, key: &'static str) -> Option<usize> {
        self.optional(key).as_ref().and_then(as_whole).map(as_count)
    }
}

fn as_whole(value: &Value) -> Option<u64> {
    match value {
        Value::Integer(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn as_count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The keys that stand outside all sections.
pub(super) struct Top {
    /// `name`
    pub(super) name: String,
    /// `question`
    pub(super) question: String,
    /// `replicates`
    pub(super) replicates: u64,
    /// `seed`
    pub(super) seed: u64,
}

/// The keys outside all sections; `file` gives the default name.
pub(super) fn top(reader: &mut Reader<'_>, file: &Path) -> Top {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    Top {
        name: reader.text("name", &stem),
        question: reader.text("question", ""),
        replicates: reader.number("replicates", 3),
        seed: reader.number("seed", 0),
    }
}

/// `[output]`
pub(super) fn output(reader: &mut Reader<'_>, name: &str) -> Output {
    Output {
        dir: PathBuf::from(reader.text("output.dir", &format!("results/{name}"))),
        log_every_steps: reader.count("output.log_every_steps", 50),
        target_accuracy: reader.float("output.target_accuracy", 0.97),
    }
}

/// What the trainer is told in one condition.
pub(super) fn settings(reader: &mut Reader<'_>) -> Settings {
    let data = data(reader);
    let hidden = hidden(reader);
    Settings {
        data,
        norm: norm(reader, &hidden),
        model: model(reader, hidden),
        train: train(reader),
    }
}

fn data(reader: &mut Reader<'_>) -> Data {
    let dataset = match reader.text("data.dataset", "").as_str() {
        "mnist" => Dataset::Mnist,
        "fashion-mnist" => Dataset::FashionMnist,
        _ => Dataset::Glyphs {
            difficulty: reader.float("data.difficulty", 0.5),
            seed: reader.number("data.seed", 0),
        },
    };
    let (train_examples, test_examples) = match dataset {
        Dataset::Glyphs { .. } => (
            Some(reader.count("data.train_examples", Dataset::GLYPHS_TRAIN)),
            Some(reader.count("data.test_examples", Dataset::GLYPHS_TEST)),
        ),
        Dataset::Mnist | Dataset::FashionMnist => (
            reader.optional_count("data.train_examples"),
            reader.optional_count("data.test_examples"),
        ),
    };
    let validation = validation(reader);
    Data {
        dataset,
        train_examples,
        test_examples,
        validation,
        split: split(reader, validation),
        input_scaling: match reader.text("data.input_scaling", "unit").as_str() {
            "standardize" => InputScaling::Standardize,
            "none" => InputScaling::None,
            _ => InputScaling::Unit,
        },
    }
}

fn validation(reader: &mut Reader<'_>) -> Validation {
    match reader.value("data.validation", Value::Float(0.1)) {
        Value::Float(share) => Validation::Fraction(share),
        count => Validation::Count(as_whole(&count).map_or(0, as_count)),
    }
}

/// Without validation examples there is nothing to split, so the key is not read.
fn split(reader: &mut Reader<'_>, validation: Validation) -> Split {
    if validation == Validation::Count(0) {
        return Split::PerReplicate;
    }
    match reader.text("data.split", "per_replicate").as_str() {
        "fixed" => Split::Fixed,
        _ => Split::PerReplicate,
    }
}

fn model(reader: &mut Reader<'_>, hidden: Vec<usize>) -> Model {
    // There is one architecture so far; its name is read so that it counts as part of the identity.
    reader.text("model.kind", "mlp");
    Model {
        activation: activation(reader, &hidden),
        kind: Architecture::Mlp { hidden },
        init: init(reader),
        init_scale: reader.float("model.init_scale", 1.0),
        bias: match reader.text("model.bias", "auto").as_str() {
            "always" => Bias::Always,
            "never" => Bias::Never,
            _ => Bias::Auto,
        },
    }
}

fn hidden(reader: &mut Reader<'_>) -> Vec<usize> {
    let default = Value::List(vec![Value::Integer(128), Value::Integer(64)]);
    match reader.value("model.hidden", default) {
        Value::List(widths) => widths.iter().filter_map(as_whole).map(as_count).collect(),
        _ => Vec::new(),
    }
}

/// A network without hidden layers has nothing to apply one to.
fn activation(reader: &mut Reader<'_>, hidden: &[usize]) -> Activation {
    if hidden.is_empty() {
        return Activation::Identity;
    }
    match reader.text("model.activation", "relu").as_str() {
        "leaky_relu" => Activation::LeakyRelu {
            slope: reader.float("model.negative_slope", 0.01),
        },
        "gelu" => Activation::Gelu,
        "sigmoid" => Activation::Sigmoid,
        "tanh" => Activation::Tanh,
        "identity" => Activation::Identity,
        _ => Activation::Relu,
    }
}

fn init(reader: &mut Reader<'_>) -> Init {
    match reader.text("model.init", "glorot_uniform").as_str() {
        "glorot_normal" => Init::GlorotNormal,
        "he_uniform" => Init::HeUniform,
        "he_normal" => Init::HeNormal,
        "lecun_uniform" => Init::LecunUniform,
        "lecun_normal" => Init::LecunNormal,
        "normal" => Init::Normal {
            std: reader.float("model.init_std", 0.05),
        },
        "orthogonal" => Init::Orthogonal,
        _ => Init::GlorotUniform,
    }
}

fn norm(reader: &mut Reader<'_>, hidden: &[usize]) -> Norm {
    let placement = placement(reader, hidden);
    let on_input = reader.flag("norm.on_input", false);
    let somewhere = on_input || placement != Placement::None;
    Norm {
        placement,
        on_input,
        layer: somewhere.then(|| batch_norm(reader)),
    }
}

/// Relative to the activation of hidden layers, so without any there is nowhere to stand.
fn placement(reader: &mut Reader<'_>, hidden: &[usize]) -> Placement {
    if hidden.is_empty() {
        return Placement::None;
    }
    match reader.text("norm.placement", "before").as_str() {
        "none" => Placement::None,
        "after" => Placement::After,
        _ => Placement::Before,
    }
}

/// The presets are what `BatchNormalization` of Keras 3 and `BatchNorm1d` of `PyTorch` 2 do when
/// nothing is said.
fn batch_norm(reader: &mut Reader<'_>) -> BatchNormSettings {
    let (decay, epsilon, variance) = match reader.text("norm.preset", "keras").as_str() {
        "pytorch" => (0.9, 1e-5, "unbiased"),
        _ => (0.99, 1e-3, "biased"),
    };
    BatchNormSettings {
        decay: reader.float("norm.decay", decay),
        epsilon: reader.float("norm.epsilon", epsilon),
        running_variance: match reader.text("norm.running_variance", variance).as_str() {
            "unbiased" => RunningVariance::Unbiased,
            _ => RunningVariance::Biased,
        },
    }
}

fn train(reader: &mut Reader<'_>) -> Train {
    let length = length(reader);
    let (optimizer, learning_rate) = optimizer(reader);
    Train {
        length,
        batch_size: reader.count("train.batch_size", 32),
        last_batch: match reader.text("train.last_batch", "keep").as_str() {
            "drop" => LastBatch::Drop,
            _ => LastBatch::Keep,
        },
        optimizer,
        learning_rate: reader.float("train.learning_rate", learning_rate),
        divergence_factor: reader.float("train.divergence_factor", 1000.0),
    }
}

fn length(reader: &mut Reader<'_>) -> Length {
    match reader.optional_count("train.steps") {
        Some(steps) => Length::Steps(steps),
        None => Length::Epochs(reader.count("train.epochs", 10)),
    }
}

/// The update rule, and Keras's default learning rate for it.
fn optimizer(reader: &mut Reader<'_>) -> (Optimizer, f64) {
    match reader.text("train.optimizer", "adam").as_str() {
        "sgd" => (Optimizer::Sgd, 0.01),
        "momentum" => {
            let momentum = reader.float("train.momentum", 0.9);
            (Optimizer::Momentum { momentum }, 0.01)
        }
        "rmsprop" => {
            let rho = reader.float("train.rho", 0.9);
            let epsilon = reader.float("train.optimizer_epsilon", 1e-7);
            (Optimizer::RmsProp { rho, epsilon }, 0.001)
        }
        _ => {
            let beta_1 = reader.float("train.beta_1", 0.9);
            let beta_2 = reader.float("train.beta_2", 0.999);
            let epsilon = reader.float("train.optimizer_epsilon", 1e-7);
            (
                Optimizer::Adam {
                    beta_1,
                    beta_2,
                    epsilon,
                },
                0.001,
            )
        }
    }
}
