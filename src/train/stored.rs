//! A trial's state while it is restored: each value is taken once, by its name and with its expected shape or
//! range; a mismatch is an error with a message.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::event::{NamedTensor, TrainingState};

/// The values of a state that were not taken yet.
pub(super) struct Stored {
    tensors: BTreeMap<String, NamedTensor>,
    numbers: BTreeMap<String, Value>,
}

impl Stored {
    pub(super) fn new(state: TrainingState) -> Self {
        let tensors = state.tensors.into_iter();
        Self {
            tensors: tensors.map(|tensor| (tensor.name.clone(), tensor)).collect(),
            numbers: state.numbers,
        }
    }

    /// The values of the tensor called `name`, which must have `shape`.
    pub(super) fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let Some(tensor) = self.tensors.remove(name) else {
            return Err(unusable(&format!("it has no `{name}`")));
        };
        if tensor.shape != shape || tensor.values.len() != shape.iter().product::<usize>() {
            return Err(unusable(&format!(
                "its `{name}` has {} values in the shape {:?}, where the shape {shape:?} is needed",
                tensor.values.len(),
                tensor.shape
            )));
        }
        Ok(tensor.values)
    }

    /// The whole number called `name`, which must be in `range`.
    pub(super) fn count(&mut self, name: &str, range: RangeInclusive<usize>) -> Result<usize> {
        let value = self.value(name)?;
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        count.filter(|count| range.contains(count)).ok_or_else(|| {
            let needed = match range.into_inner() {
                (least, most) if least == most => least.to_string(),
                (least, most) => format!("a whole number from {least} to {most}"),
            };
            unusable(&format!("its `{name}` is {value}, where {needed} is needed"))
        })
    }

    pub(super) fn number(&mut self, name: &str) -> Result<f64> {
        let value = self.value(name)?;
        let number = value.as_f64().filter(|number| number.is_finite());
        number.ok_or_else(|| unusable(&format!("its `{name}` is {value}, which is no number")))
    }

    fn value(&mut self, name: &str) -> Result<Value> {
        let value = self.numbers.remove(name);
        value.ok_or_else(|| unusable(&format!("it has no `{name}`")))
    }

    /// Refuses values that were not taken, since the resumed training would ignore them.
    pub(super) fn finish(self) -> Result<()> {
        let tensors = self.tensors.into_keys();
        match tensors.chain(self.numbers.into_keys()).next() {
            Some(name) => Err(unusable(&format!("it has `{name}`, which is not known here"))),
            None => Ok(()),
        }
    }
}

fn unusable(why: &str) -> Error {
    Error::Results(format!(
        "the state that the trial should resume from does not fit it: {why}\n  hint: `--force` trains it anew from the start"
    ))
}
