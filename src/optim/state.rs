//! The running values of the update rules, saved and restored parameter by parameter.
//!
//! burn does not expose the state of an optimiser except in its own file format, where it is addressed
//! by parameter ids, which differ between processes. So it is converted through that format, in memory;
//! the caller maps the ids of this process to the names of the parameters.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::optim::{GradientsParams, ModuleOptimizer, OptimizerRecord};
use burn::tensor::{Tensor, TensorData};
use burn_pack::{Reader, Scalar, Tensor as Entry, Writer};

use super::Updater;
use crate::error::{Error, Result};

/// Suffix in burn's record of a number that is not part of a rule's state, but the rank of
/// the parameter.
const RANK: &str = ".__rank";

/// Running values of one parameter.
#[derive(Debug, Clone)]
pub struct StateTensor {
    /// The id of the parameter.
    pub parameter: ParamId,
    /// The rule's name for them: `first`, `momentum.velocity`.
    pub field: String,
    /// The values, of the parameter's shape.
    pub values: TensorData,
}

impl Updater {
    /// All running values, in no particular order. The number of steps, which some rules use for corrections,
    /// is left out: it is the updater's for every parameter.
    pub fn state(&self) -> Result<Vec<StateTensor>> {
        let tensors = unpacked(&self.rules)?.into_tensors();
        let tensors = tensors.map_err(|e| unreadable(&e))?.into_iter();
        let state = tensors.map(|tensor| {
            let bytes = tensor.to_bytes().map_err(|e| unreadable(&e))?;
            Ok(StateTensor {
                parameter: parameter(&tensor)?,
                field: field(&tensor).to_owned(),
                values: TensorData::from_bytes(bytes, tensor.shape, tensor.dtype),
            })
        });
        state.collect()
    }

    /// Sets an updater of `module` that has taken no step yet to the state of another one after `steps`
    /// steps. `values` gives the running values by parameter, field and the shape that they must
    /// have; it is called once for each, in the order of the parameters' paths in the module.
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

    /// The rules after a step with gradients of 0: with a state for every parameter, with the right
    /// names and shapes, whatever the rule.
    fn after_a_blank_step<M: Module>(&self, module: &M) -> ModuleOptimizer {
        let mut zeros = ZeroGradients(GradientsParams::new());
        module.visit(&mut zeros);
        let mut rules = self.rules.clone();
        rules.step(0.0, module.clone(), zeros.0);
        rules
    }
}

/// Collects a gradient of zeros for every parameter.
struct ZeroGradients(GradientsParams);

impl ModuleVisitor for ZeroGradients {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let zeros = parameter.val().without_autodiff().zeros_like();
        self.0.register(parameter.id, zeros);
    }
}

/// The record of rules after one step with its values replaced by `values`, and every number of steps by
/// `steps`.
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

/// The field of an entry: `first` of `4711.first`.
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
        "the optimiser's state cannot be moved to or from the trial's state: {why}"
    ))
}
