//! What the update rules remember of the steps they took, told and put back parameter by parameter.
//!
//! burn keeps it behind closed doors and opens them for its own file format only, by parameters'
//! ids, which are other ones in every process. So it goes through that format, in memory; the
//! caller, who has the names of the parameters, knows them by their ids of today.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::optim::{GradientsParams, ModuleOptimizer, OptimizerRecord};
use burn::tensor::{Tensor, TensorData};
use burn_pack::{Reader, Scalar, Tensor as Entry, Writer};

use super::Updater;
use crate::error::{Error, Result};

/// How burn's record ends the name of a number that is no part of a rule's memory, but the rank of
/// the parameter.
const RANK: &str = ".__rank";

/// Something that a rule remembers about one parameter.
#[derive(Debug, Clone)]
pub struct Remembered {
    /// Which parameter.
    pub parameter: ParamId,
    /// What, in the rule's own word: `first`, `momentum.velocity`.
    pub field: String,
    /// The values, of the parameter's shape.
    pub values: TensorData,
}

impl Updater {
    /// What the rules remember, in no particular order. The count of steps, which some rules
    /// correct by, is that of the updater for every parameter, and is not told.
    pub fn memory(&self) -> Result<Vec<Remembered>> {
        let tensors = unpacked(&self.rules)?.into_tensors();
        let tensors = tensors.map_err(|e| unreadable(&e))?.into_iter();
        let told = tensors.map(|tensor| {
            let bytes = tensor.to_bytes().map_err(|e| unreadable(&e))?;
            Ok(Remembered {
                parameter: parameter(&tensor)?,
                field: field(&tensor).to_owned(),
                values: TensorData::from_bytes(bytes, tensor.shape, tensor.dtype),
            })
        });
        told.collect()
    }

    /// Puts an updater of `module` that took no step yet where another one was after `steps` steps.
    /// `values` gives what that one remembered: it is asked by parameter, field and the shape that the
    /// values must have, for each once, in the order of the parameters' paths in the module.
    pub fn restore<M: Module>(
        &mut self,
        module: &M,
        steps: usize,
        values: impl FnMut(ParamId, &str, &[usize]) -> Result<Vec<f32>>,
    ) -> Result<()> {
        let blank = unpacked(&self.after_a_blank_step(module))?;
        let record = filled(blank, steps, values)?;
        self.rules = self.rules.clone().load_record(record);
        self.steps = steps;
        Ok(())
    }

    /// The rules after a step without slope: with a memory for every parameter, of the right names
    /// and shapes, whatever the rule.
    fn after_a_blank_step<M: Module>(&self, module: &M) -> ModuleOptimizer {
        let mut level = Level(GradientsParams::new());
        module.visit(&mut level);
        let mut rules = self.rules.clone();
        rules.step(0.0, module.clone(), level.0);
        rules
    }
}

/// Collects a gradient of zeros for every parameter.
struct Level(GradientsParams);

impl ModuleVisitor for Level {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let zeros = parameter.val().without_autodiff().zeros_like();
        self.0.register(parameter.id, zeros);
    }
}

/// The record of rules after one step with `values` in the place of its own, and `steps` in the
/// place of every count.
fn filled(
    blank: Reader,
    steps: usize,
    mut values: impl FnMut(ParamId, &str, &[usize]) -> Result<Vec<f32>>,
) -> Result<OptimizerRecord> {
    let (scalars, paths) = (blank.scalars().clone(), blank.metadata().clone());
    let mut entries = blank.into_tensors().map_err(|e| unreadable(&e))?;
    let path = |of: &Entry| paths.get(&of.param_id?.to_string());
    entries.sort_by_cached_key(|entry| (path(entry).cloned(), field(entry).to_owned()));
    let mut tensors = Vec::new();
    for entry in entries {
        let values = values(parameter(&entry)?, field(&entry), &entry.shape)?;
        let (bytes, shape, kind) = TensorData::new(values, entry.shape).into_parts();
        tensors.push(Entry::new(entry.name, kind, shape, entry.param_id, bytes));
    }
    let mut writer = Writer::new(tensors);
    for (name, own) in scalars {
        let is_rank = name.ends_with(RANK);
        let value = if is_rank { own } else { Scalar::from(steps) };
        writer = writer.with_scalar(&name, value);
    }
    for (name, path) in paths {
        writer = writer.with_metadata(&name, &path);
    }
    let bytes = writer.into_bytes().map_err(|e| unreadable(&e))?;
    OptimizerRecord::from_bytes(bytes).map_err(|e| unreadable(&e))
}

fn unpacked(rules: &ModuleOptimizer) -> Result<Reader> {
    let bytes = rules.into_bytes().map_err(|e| unreadable(&e))?;
    Reader::from_bytes(bytes).map_err(|e| unreadable(&e))
}

/// `first` of `4711.first`.
fn field(entry: &Entry) -> &str {
    let field = entry.name.split_once('.');
    field.map_or(entry.name.as_str(), |(_, field)| field)
}

fn parameter(entry: &Entry) -> Result<ParamId> {
    let id = entry.param_id;
    let id = id.ok_or_else(|| unreadable(&"it belongs to no parameter"))?;
    Ok(ParamId::from(id))
}

fn unreadable(why: &dyn std::fmt::Display) -> Error {
    Error::Results(format!(
        "the optimiser's memory cannot be moved to or from the trial's state: {why}"
    ))
}
