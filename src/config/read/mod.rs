//! One condition's settings from its keys. Only keys that mean something in the condition are
//! read, every read is logged, and the log is the condition's identity.
//!
//! Each section is read by itself, from its own keys and from what an earlier section says, so that
//! conditions which agree about a section share it.

mod claim;
mod data;
mod model;
mod norm;
mod recording;
mod train;
mod tune;

pub(in crate::config) use self::claim::claim;
pub(in crate::config) use self::recording::recording;
pub(in crate::config) use self::tune::tune;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::keys;
use super::spec::{Data, Model, Norm, Output, Train};
use super::value::Value;

/// Hands out given values, or defaults, and remembers which keys were asked for. Values have been
/// checked against their rules before; one of another type gives the default.
pub(in crate::config) struct Reader<'a> {
    given: &'a BTreeMap<&'static str, Value>,
    log: BTreeMap<&'static str, Option<Value>>,
}

impl<'a> Reader<'a> {
    /// A reader of these keys.
    pub(in crate::config) fn new(given: &'a BTreeMap<&'static str, Value>) -> Self {
        Self { given, log: BTreeMap::new() }
    }

    /// Every key that was read, with the value it has; `None` for one left open.
    pub(in crate::config) fn into_log(self) -> BTreeMap<&'static str, Option<Value>> {
        self.log
    }

    fn optional(&mut self, key: &'static str) -> Option<Value> {
        debug_assert!(keys::find(key).is_some(), "`{key}` is not in the list of keys");
        let value = self.given.get(key).cloned();
        self.log.insert(key, value.clone());
        value
    }

    fn value(&mut self, key: &'static str, default: Value) -> Value {
        let value = self.given.get(key).cloned().unwrap_or(default);
        self.log.insert(key, Some(value.clone()));
        value
    }

    fn text(&mut self, key: &'static str, default: &str) -> String {
        match self.value(key, Value::Text(default.to_owned())) {
            Value::Text(text) => text,
            _ => default.to_owned(),
        }
    }

    fn optional_text(&mut self, key: &'static str) -> Option<String> {
        match self.optional(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn float(&mut self, key: &'static str, default: f64) -> f64 {
        match self.value(key, Value::Float(default)) {
            Value::Float(number) => number,
            _ => default,
        }
    }

    fn floats(&mut self, key: &'static str, default: &[f64]) -> Vec<f64> {
        let default = default.iter().copied().map(Value::Float).collect();
        let Value::List(items) = self.value(key, Value::List(default)) else {
            return Vec::new();
        };
        let number = |item: Value| match item {
            Value::Float(number) => Some(number),
            _ => None,
        };
        items.into_iter().filter_map(number).collect()
    }

    fn optional_texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.optional(key).map(texts)
    }

    /// Whether the experiment says anything of a key.
    fn is_given(&self, key: &str) -> bool {
        self.given.contains_key(key)
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

    fn optional_float(&mut self, key: &'static str) -> Option<f64> {
        match self.optional(key)? {
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    fn optional_count(&mut self, key: &'static str) -> Option<usize> {
        self.optional(key).as_ref().and_then(as_whole).map(as_count)
    }
}

fn texts(value: Value) -> Vec<String> {
    let Value::List(items) = value else {
        return Vec::new();
    };
    let text = |item: Value| match item {
        Value::Text(text) => Some(text),
        _ => None,
    };
    items.into_iter().filter_map(text).collect()
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
pub(in crate::config) struct Top {
    /// `name`
    pub(in crate::config) name: String,
    /// `question`
    pub(in crate::config) question: String,
    /// `replicates`
    pub(in crate::config) replicates: u64,
    /// `seed`
    pub(in crate::config) seed: u64,
}

/// The name of an experiment that says none.
pub(in crate::config) fn default_name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// The results folder of an experiment that says none.
pub(in crate::config) fn default_folder(name: &str) -> String {
    format!("results/{name}")
}

/// The keys outside all sections; `file` gives the default name.
pub(in crate::config) fn top(reader: &mut Reader<'_>, file: &Path) -> Top {
    Top {
        name: reader.text("name", &default_name(file)),
        question: reader.text("question", ""),
        replicates: reader.number("replicates", 3),
        seed: reader.number("seed", 0),
    }
}

/// `[output]`
pub(in crate::config) fn output(reader: &mut Reader<'_>, name: &str) -> Output {
    Output {
        dir: PathBuf::from(reader.text("output.dir", &default_folder(name))),
        log_every_steps: reader.count("output.log_every_steps", 50),
        target_accuracy: reader.float("output.target_accuracy", 0.97),
    }
}

/// `[data]` of one condition.
pub(in crate::config) fn data(reader: &mut Reader<'_>) -> Data {
    data::data(reader)
}

/// `[model]` of one condition: the network, and how hard its weights decay.
pub(in crate::config) fn model(reader: &mut Reader<'_>) -> (Model, f64) {
    let model = model::model(reader);
    (model, reader.float("model.weight_decay", 0.0))
}

/// `[norm]` of one condition.
pub(in crate::config) fn norm(reader: &mut Reader<'_>, model: &Model) -> Norm {
    norm::norm(reader, model)
}

/// `[train]` of one condition.
pub(in crate::config) fn train(reader: &mut Reader<'_>, weight_decay: f64) -> Train {
    train::train(reader, weight_decay)
}
