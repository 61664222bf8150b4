//! `[checkpoint]` and `[probe]`: what a trial leaves behind besides its figures. Nothing here decides
//! a number, so nothing here is part of a trial's id.

/// What a trial leaves behind besides its figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    /// `[checkpoint]`
    pub checkpoint: Checkpoint,
    /// `[probe]`; `None` where it is off.
    pub probe: Option<Probe>,
    /// Whether every evaluation also tells the test score under each statistics.
    pub evaluations: bool,
}

impl Recording {
    /// What was asked for, as one line; empty where that is nothing. A finished trial that was
    /// recorded under another line has to be trained again to leave what is asked for now.
    pub fn signature(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        format!("{self:?}")
    }
}

/// `[checkpoint]`: weights and batch order, for others to check and to go on from.
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the file"
)]
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
