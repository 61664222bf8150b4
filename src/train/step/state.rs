//! A learner's whole state, saved and restored: the network's parameters, the running averages of its
//! norm layers, the running values of the optimiser.
//!
//! | name | what |
//! |---|---|
//! | `network.layers.0.weight` | a parameter, in the layout in memory |
//! | `network.norms.0.running_mean` | an average over batches |
//! | `network.norms.0.batches` | batches in a cumulative average (a number) |
//! | `optimiser.layers.0.weight.first` | a running value of the update rule for a parameter |
//!
//! The number of steps is saved by the trial. Nothing else is kept between steps: dropout, like the batches, draws
//! from streams that are named by the step or the epoch.

use std::collections::BTreeMap;

use burn::module::ParamId;
use burn::tensor::{Tensor, TensorData};
use serde_json::Value;

use super::fused::Fused;
use super::{Learner, parameters};
use crate::error::Result;
use crate::event::{NamedTensor, TrainingState};
use crate::model::network::Network;
use crate::train::stored::Stored;

impl Learner {
    /// Adds everything that the next steps depend on to `state`, except for the number of steps.
    pub(in crate::train) fn save(&self, state: &mut TrainingState) -> Result<()> {
        let mut names = BTreeMap::new();
        for (id, tensor) in parameters::plain_tensors(&self.network()) {
            names.insert(id.val(), tensor.name.clone());
            let name = format!("network.{}", tensor.name);
            state.tensors.push(NamedTensor { name, ..tensor });
        }
        save_averages(self.network().into_owned(), state);
        let mut of_optimiser: Vec<NamedTensor> = Vec::new();
        if let Some(fused) = &self.fused {
            let values = fused.running_values().into_iter();
            of_optimiser.extend(values.map(|tensor| NamedTensor {
                name: format!("optimiser.{}", tensor.name),
                ..tensor
            }));
        }
        for tensor in self.updater.state()? {
            let values = tensor.values.convert::<f32>();
            of_optimiser.push(NamedTensor {
                name: state_name(&names, tensor.parameter, &tensor.field),
                shape: values.shape().to_vec(),
                values: values.as_slice::<f32>().unwrap_or_default().to_vec(),
            });
        }
        // burn lists them in no particular order.
        of_optimiser.sort_by(|a, b| a.name.cmp(&b.name));
        state.tensors.append(&mut of_optimiser);
        Ok(())
    }

    /// Sets this learner, which has taken no step yet, to a saved `state`, that after `steps` steps.
    pub(in crate::train) fn restore(&mut self, state: &mut Stored, steps: usize) -> Result<()> {
        let mut network = parameters::replaced(&self.network(), |name, shape| {
            state.tensor(&format!("network.{name}"), shape)
        })?;
        restore_averages(&mut network, state, steps)?;
        if self.fused.is_some() {
            self.updater.continue_after(steps);
            self.fused = Fused::new(&network, Some(&self.updater));
        }
        if let Some(fused) = &mut self.fused {
            fused.set_running_values(|name, shape| {
                state.tensor(&format!("optimiser.{name}"), shape)
            })?;
            self.network = Some(network);
            self.steps = steps;
            return Ok(());
        }
        let names = parameters::plain_tensors(&network).into_iter();
        let names = names.map(|(id, tensor)| (id.val(), tensor.name)).collect();
        self.updater.restore(&network, steps, |parameter, field, shape| {
            state.tensor(&state_name(&names, parameter, field), shape)
        })?;
        self.network = Some(network);
        self.steps = steps;
        Ok(())
    }
}

/// The name of a running value, such as `optimiser.layers.0.weight.first`, from the parameters' names by id.
fn state_name(names: &BTreeMap<u64, String>, parameter: ParamId, field: &str) -> String {
    let name = names.get(&parameter.val()).map_or("", String::as_str);
    format!("optimiser.{name}.{field}")
}

fn save_averages(mut network: Network, state: &mut TrainingState) {
    for norm in network.norms_mut() {
        let layer = norm.name().to_owned();
        for (average, values) in norm.averages_mut() {
            let name = format!("network.{layer}.{average}");
            state.tensors.push(parameters::named(name, values.clone()));
        }
        if let Some(&mut batches) = norm.batches_mut() {
            let name = format!("network.{layer}.batches");
            state.numbers.insert(name, Value::from(batches));
        }
    }
}

/// Restores the running averages. A layer processes at most one batch in a step.
fn restore_averages(network: &mut Network, state: &mut Stored, steps: usize) -> Result<()> {
    for norm in network.norms_mut() {
        let layer = norm.name().to_owned();
        for (average, old) in norm.averages_mut() {
            let values = state.tensor(&format!("network.{layer}.{average}"), &old.dims())?;
            let data = TensorData::new(values, old.shape());
            *old = Tensor::from_data(data, &old.device());
        }
        if let Some(batches) = norm.batches_mut() {
            *batches = state.count(&format!("network.{layer}.batches"), 0..=steps)?;
        }
    }
    Ok(())
}
