//! `[checkpoint]` and `[probe]`: what a trial leaves behind besides its figures. Nothing here decides
//! a number, so nothing here is part of a trial's id.

/// The item of [`Recording::items`] that says that every evaluation was told under each statistics.
pub const EVALUATIONS: &str = "probe.evaluations";

/// The item of [`Recording::items`] that says that the training examples were evaluated as well.
pub const TRAIN_EVALUATION: &str = "probe.train_evaluation";

/// What a trial leaves behind besides its figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    /// `[checkpoint]`
    pub checkpoint: Checkpoint,
    /// `[probe]`; `None` where it is off.
    pub probe: Option<Probe>,
    /// Whether every evaluation also tells the test score under each statistics.
    pub evaluations: bool,
    /// Whether every evaluation also tells the score on training examples.
    pub train_evaluation: bool,
}

impl Recording {
    /// What was asked for, item by item; empty where that is nothing. A finished trial whose record
    /// lacks an item has to be trained again to leave it.
    pub fn items(&self) -> Vec<String> {
        let mut parts = self.checkpoint.items();
        if self.evaluations {
            parts.push(EVALUATIONS.to_owned());
        }
        if self.train_evaluation {
            parts.push(TRAIN_EVALUATION.to_owned());
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_none_for_nothing_and_tell_every_difference() {
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
                for bits in 0..4 {
                    let recording = Recording {
                        checkpoint,
                        probe: None,
                        evaluations: bits & 1 > 0,
                        train_evaluation: bits & 2 > 0,
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

/// `[checkpoint]`: weights and batch order, for others to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checkpoint {
    /// The untrained network.
    pub initial: bool,
    /// The network at the end.
    pub last: bool,
    /// The network after every so many steps.
    pub every: Option<usize>,
    /// Which example stood where in which batch.
    pub order: bool,
}

/// `[probe]`: what is measured inside the network.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the file")]
pub struct Probe {
    /// Measure after every so many steps, from the untrained network on; at least 1.
    pub every: usize,
    /// Examples of the fixed set that activations are measured on; at least 2.
    pub examples: usize,
    /// Distribution of pre-activations and activations, dead and saturated units.
    pub activations: bool,
    /// The unit of the last hidden layer whose percentiles are told on their own.
    pub unit: usize,
    /// Norms of weight gradients and of back-propagated gradients, and the size of the update.
    pub gradients: bool,
    /// γ and β, and the running against the precise statistics.
    pub norms: bool,
    /// Loss and gradient along the gradient: the step sizes, as multiples of the learning rate;
    /// empty where this is off.
    pub landscape: Vec<f64>,
    /// Internal covariate shift, as Santurkar et al. (2018) measure it.
    pub covariate_shift: bool,
}
