//! `[checkpoint]` and `[probe]`: what a trial records besides its metrics. Nothing here affects
//! a number, so nothing here is part of a trial's id.

use crate::config::declare::{keys, settings};
use crate::config::key::Applies::{self, Given, Where};
use crate::config::key::DefaultValue::{Computed, Flag, Numbers, Open, Whole};
use crate::config::rule::{List, MOST_LAYERS, Order, POSITIVE, Rule, count};
use crate::config::value::Value;

keys! { CHECKPOINT_KEYS:
    CHECKPOINT_INITIAL: bool = "checkpoint.initial", Rule::Flag, default Flag(false);
        "Whether each trial keeps its untrained network.";
    CHECKPOINT_FINAL: bool = "checkpoint.final", Rule::Flag, default Flag(false);
        "Whether each trial keeps its network at the end.";
    CHECKPOINT_EVERY: Option<usize> = "checkpoint.every", count(1_000_000_000),
        default Open("none");
        "Keep the network after every so many steps, and with it the place from which a training that was killed goes on.";
    CHECKPOINT_ORDER: bool = "checkpoint.order", Rule::Flag,
        default Computed("as `checkpoint.initial`", |point| {
            Some(Value::Bool(point.get(CHECKPOINT_INITIAL)))
        });
        "Whether each trial keeps which example stood where in which batch.";
}

keys! { PROBE_KEYS:
    PROBE_EVALUATIONS: bool = "probe.evaluations", Rule::Flag, default Flag(false);
        "Whether `epochs.csv` gives the test score under running, precise and batch statistics side by side. Costs two more evaluations an epoch, and a pass over 10,000 training examples (`norm.precise_examples`, if the evaluation is precise).";
    PROBE_TRAIN_EVALUATION: bool = "probe.train_evaluation", Rule::Flag, default Flag(false);
        "Whether `epochs.csv` gives the score on training examples after each epoch, evaluated just as the test set is: without augmentation and dropout, and with weights that stand still, where `train_loss` is a mean over batches between which they change. Of the training examples (without validation) it takes the first (of a table: of a random order of its rows), at most as many as the test set has, and so costs one more such evaluation an epoch.";
    PROBE_PREDICTIONS: bool = "probe.predictions", Rule::Flag, default Flag(false);
        "Whether each completed trial keeps what its trained network says of every test example (`predictions.csv`) and a few small pictures (`pictures.csv`: sample inputs, the most confident mistakes, first-layer weights), for the figures `samples`, `confusion`, `confusion-differences`, `mistakes` and `weights`. Costs one more evaluation of the test set and, of 10,000 test examples, 0.3 MB on disk for each trial.";
    PROBE_EVERY: Option<usize> = "probe.every", count(1_000_000_000), default Open("none: no probe");
        "Look inside the network every so many steps, from the untrained network to the last (which no step follows, so only its activations and norms are told), and write `layers.csv`.";
    PROBE_EXAMPLES: usize = "probe.examples", Rule::Whole { least: 2, most: 100_000 },
        default Whole(300), only PROBED;
        "Size of the fixed set on which activations are measured: the first validation examples (of the training examples where there is no validation).";
    PROBE_ACTIVATIONS: bool = "probe.activations", Rule::Flag, default Flag(true), only PROBED;
        "Mean, standard deviation and percentiles of what goes into and comes out of each nonlinearity, and the shares of dead and saturated units. Costs one forward pass, and the memory of all these values at once.";
    PROBE_UNIT: usize = "probe.unit", Rule::Whole { least: 0, most: 1_000_000 }, default Whole(0),
        only Where("with `probe.activations`", |point| point.is_on(PROBE_ACTIVATIONS));
        "The unit of the last hidden layer whose percentiles are told on their own, as in figure 1 of Ioffe & Szegedy (2015).";
    PROBE_GRADIENTS: bool = "probe.gradients", Rule::Flag, default Flag(true), only PROBED;
        "Norms of each layer's weight gradient, of the gradient that flows back to it, and of its update relative to its weights. Costs one step.";
    PROBE_NORMS: bool = "probe.norms", Rule::Flag, default Flag(true), only PROBED;
        "γ and β of each norm layer, and how far its running statistics are from precise ones. Costs a forward pass over 10,000 training examples (`norm.precise_examples`, if the evaluation is precise).";
    PROBE_LANDSCAPE: bool = "probe.landscape", Rule::Flag, default Flag(false), only PROBED;
        "Loss range, relative loss, gradient predictiveness and effective smoothness along the gradient (Santurkar et al. 2018, Bjorck et al. 2018). Costs a step for each of `probe.landscape_steps`.";
    PROBE_LANDSCAPE_STEPS: Vec<f64> = "probe.landscape_steps", Rule::List(&MULTIPLES),
        default Numbers(&[0.5, 1.0, 2.0, 4.0]),
        only Where("with `probe.landscape`", |point| point.is_on(PROBE_LANDSCAPE));
        "How far along the gradient, in multiples of the step's learning rate.";
    PROBE_COVARIATE_SHIFT: bool = "probe.covariate_shift", Rule::Flag,
        default Flag(false), only PROBED;
        "Internal covariate shift of each layer: how the gradient of its weights changes when the layers below it are updated (Santurkar et al. 2018, definition 2.1). Costs a step for each layer.";
}

const PROBED: Applies = Given(PROBE_EVERY.0);

/// Step sizes as multiples of the learning rate.
const MULTIPLES: List = List::new(
    POSITIVE,
    (1, MOST_LAYERS),
    Order::Distinct,
    "a list of 1 to 100 different numbers above 0",
);

/// The item of [`Recording::items`] for evaluations with each kind of statistics.
pub const EVALUATIONS: &str = "probe.evaluations";

/// The item of [`Recording::items`] for evaluations of the training examples.
pub const TRAIN_EVALUATION: &str = "probe.train_evaluation";

/// The item of [`Recording::items`] for the predictions of the trained network.
pub const PREDICTIONS: &str = "probe.predictions";

settings! {
    /// What a trial records besides its metrics.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct Recording {
        /// The section `[checkpoint]`.
        pub checkpoint: Checkpoint => Checkpoint::read,
        /// The section `[probe]`; `None` where no probe is on.
        pub probe: Option<Probe> => |point| {
            point.get(PROBE_EVERY).map(|_| Probe::read(point))
        },
        /// Whether every evaluation also reports the test score with each kind of statistics.
        pub evaluations: bool = PROBE_EVALUATIONS,
        /// Whether every evaluation also reports the score on training examples.
        pub train_evaluation: bool = PROBE_TRAIN_EVALUATION,
        /// Whether the predictions of the trained network are kept, with a few pictures.
        pub predictions: bool = PROBE_PREDICTIONS,
    }
}

impl Recording {
    /// What is recorded, item by item; empty where nothing is. A finished trial whose record
    /// lacks an item has to be trained again to record it.
    pub fn items(&self) -> Vec<String> {
        let mut parts = self.checkpoint.items();
        let flags = [
            (self.evaluations, EVALUATIONS),
            (self.train_evaluation, TRAIN_EVALUATION),
            (self.predictions, PREDICTIONS),
        ];
        let given = flags.into_iter().filter(|(is_on, _)| *is_on);
        parts.extend(given.map(|(_, item)| item.to_owned()));
        if let Some(probe) = &self.probe {
            parts.extend(probe.items());
        }
        parts
    }
}

impl Checkpoint {
    fn items(&self) -> Vec<String> {
        let flags = [
            (self.initial, "checkpoint.initial"),
            (self.last, "checkpoint.final"),
            (self.order, "checkpoint.order"),
        ];
        let every = self.every.map(|steps| format!("checkpoint.every = {steps}"));
        let given = flags.into_iter().filter(|(is_on, _)| *is_on);
        given.map(|(_, key)| key.to_owned()).chain(every).collect()
    }
}

settings! {
    /// `[checkpoint]`: weights and batch order, for verification with other programs.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct Checkpoint {
        /// Record the untrained network.
        pub initial: bool = CHECKPOINT_INITIAL,
        /// Record the trained network.
        pub last: bool = CHECKPOINT_FINAL,
        /// Record the network after every this many steps.
        pub every: Option<usize> = CHECKPOINT_EVERY,
        /// Record the order of examples: which example was at which position of which batch.
        pub order: bool = CHECKPOINT_ORDER,
    }
}

impl Probe {
    fn items(&self) -> Vec<String> {
        let activations = format!("activations of {}, unit {}", self.examples, self.unit);
        let landscape = format!("landscape at {:?}", self.landscape);
        let probes = [
            (self.activations, activations.as_str()),
            (self.gradients, "gradients"),
            (self.norms, "norms"),
            (!self.landscape.is_empty(), landscape.as_str()),
            (self.covariate_shift, "covariate_shift"),
        ];
        let wanted = probes.into_iter().filter(|(is_on, _)| *is_on);
        wanted.map(|(_, probe)| format!("probe every {}: {probe}", self.every)).collect()
    }
}

settings! {
    /// `[probe]`: what is measured inside the network.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Probe {
        /// Number of steps between two measurements, starting with the untrained network; at least 1.
        pub every: usize => |point| point.get(PROBE_EVERY).unwrap_or(1),
        /// Number of examples in the fixed set that activations are measured on; at least 2.
        pub examples: usize = PROBE_EXAMPLES,
        /// Distributions of pre-activations and activations, and shares of dead and saturated units.
        pub activations: bool = PROBE_ACTIVATIONS,
        /// The unit of the last hidden layer whose percentiles are recorded separately.
        pub unit: usize = PROBE_UNIT,
        /// Norms of weight gradients and of back-propagated gradients, and the size of the update.
        pub gradients: bool = PROBE_GRADIENTS,
        /// γ and β, and the running compared with the precise statistics.
        pub norms: bool = PROBE_NORMS,
        /// Loss and gradient along the gradient: the step sizes, as multiples of the learning rate;
        /// empty where this is not measured.
        pub landscape: Vec<f64> => |point| {
            if point.get(PROBE_LANDSCAPE) { point.get(PROBE_LANDSCAPE_STEPS) } else { Vec::new() }
        },
        /// Internal covariate shift, as Santurkar et al. (2018) measure it.
        pub covariate_shift: bool = PROBE_COVARIATE_SHIFT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_empty_by_default_and_reflect_every_setting() {
        let probe = Probe {
            every: 10,
            examples: 300,
            activations: true,
            unit: 0,
            gradients: true,
            norms: true,
            landscape: Vec::new(),
            covariate_shift: false,
        };
        let with = |change: &dyn Fn(&mut Probe)| {
            let mut probe = probe.clone();
            change(&mut probe);
            let recording = Recording { probe: Some(probe), ..Recording::default() };
            recording.items()
        };
        let mut lists = vec![
            with(&|_| ()),
            with(&|probe| probe.every = 11),
            with(&|probe| probe.examples = 3),
            with(&|probe| probe.activations = false),
            with(&|probe| probe.unit = 1),
            with(&|probe| probe.gradients = false),
            with(&|probe| probe.norms = false),
            with(&|probe| probe.landscape = vec![1.0]),
            with(&|probe| probe.covariate_shift = true),
        ];
        for every in [None, Some(5)] {
            for bits in 0..8 {
                let checkpoint = Checkpoint {
                    initial: bits & 1 > 0,
                    last: bits & 2 > 0,
                    order: bits & 4 > 0,
                    every,
                };
                for bits in 0..8 {
                    let recording = Recording {
                        checkpoint,
                        probe: None,
                        evaluations: bits & 1 > 0,
                        train_evaluation: bits & 2 > 0,
                        predictions: bits & 4 > 0,
                    };
                    let nothing = recording == Recording::default();
                    assert_eq!(recording.items().is_empty(), nothing);
                    lists.push(recording.items());
                }
            }
        }
        let count = lists.len();
        lists.sort();
        lists.dedup();
        assert_eq!(lists.len(), count);
    }
}
