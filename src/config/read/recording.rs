//! `[checkpoint]` and `[probe]`

use super::Reader;
use crate::config::spec::{Checkpoint, Probe, Recording};
use crate::config::value::Value;

/// What every trial leaves behind besides its figures.
pub(in crate::config) fn recording(reader: &mut Reader<'_>) -> Recording {
    Recording {
        checkpoint: checkpoint(reader),
        evaluations: reader.flag("probe.evaluations", false),
        train_evaluation: reader.flag("probe.train_evaluation", false),
        probe: reader.optional_count("probe.every").map(|every| probe(reader, every)),
    }
}

fn checkpoint(reader: &mut Reader<'_>) -> Checkpoint {
    let initial = reader.flag("checkpoint.initial", false);
    Checkpoint {
        initial,
        last: reader.flag("checkpoint.final", false),
        every: reader.optional_count("checkpoint.every"),
        order: reader.flag("checkpoint.order", initial),
    }
}

fn probe(reader: &mut Reader<'_>, every: usize) -> Probe {
    let activations = reader.flag("probe.activations", true);
    Probe {
        every,
        examples: reader.count("probe.examples", 300),
        activations,
        unit: if activations { reader.count("probe.unit", 0) } else { 0 },
        gradients: reader.flag("probe.gradients", true),
        norms: reader.flag("probe.norms", true),
        landscape: landscape(reader),
        covariate_shift: reader.flag("probe.covariate_shift", false),
    }
}

fn landscape(reader: &mut Reader<'_>) -> Vec<f64> {
    if !reader.flag("probe.landscape", false) {
        return Vec::new();
    }
    let default = [0.5, 1.0, 2.0, 4.0].map(Value::Float);
    match reader.value("probe.landscape_steps", Value::List(default.into())) {
        Value::List(steps) => steps.iter().filter_map(as_float).collect(),
        _ => Vec::new(),
    }
}

fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        _ => None,
    }
}
