//! Normalisation layers.
//!
//! For an input `x` of shape `[batch, features, …]` (everything behind the second axis is positions
//! of a feature map, and belongs to its feature), a layer computes
//!
//! ```text
//! x̂ = (x − μ) / √(σ² + ε)
//! y = γ x̂ + β
//! ```
//!
//! with γ and β per feature, trained, each of them optional. The kind determines the values over which `μ` and
//! `σ²` are computed, with one file for each:
//!
//! | kind | in training, over | for evaluation | file |
//! |---|---|---|---|
//! | batch | the batch, per feature | running averages, or the batch's own | `batch.rs` |
//! | batch, with a virtual batch size | sub-batches, per feature | the same | `ghost.rs` |
//! | renorm | the batch, corrected towards running averages | the same | `renorm.rs` |
//! | layer, group, instance | each example, by groups of features | as in training | `group.rs` |
//!
//! The averages are implemented in `running.rs`; γ and β, their regularisation and their constraints in
//! `parameter.rs`. A new kind is one such file and an arm in each match over kinds of this file;
//! its settings are declared in `config/spec/norm.rs`.
//!
//! # Conventions elsewhere
//!
//! | | this layer | Keras | `PyTorch` |
//! |---|---|---|---|
//! | weight on the old running value | `decay` | `momentum` | `1 − momentum` |
//! | its default | by preset | 0.99 | 0.9 |
//! | ε | by preset | 1e-3 | 1e-5 |
//! | variance that feeds the running one | by preset | biased, ÷ m | unbiased, ÷ (m − 1) |
//!
//! # A batch of one example
//!
//! `x − μ` is 0, so a dense layer with batch statistics outputs `β` and passes no gradient to its
//! input, as Keras does; `PyTorch` refuses.

mod batch;
mod ghost;
mod group;
mod parameter;
mod renorm;
mod running;
mod standardised;

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorCreationOptions};

pub use self::ghost::sub_batches;
use self::renorm::Reference;
use self::running::Running;
pub use self::running::decay;
pub use self::standardised::{Observed, bessel};
use self::standardised::{Standardised, along_features};
use crate::config::spec::{Averaging, BatchNorm, NormKind, NormParameter, NormSettings};

/// Which statistics normalise: always given by the caller, never inferred from a device or a flag.
/// A kind that computes its statistics from each example does the same with all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistics {
    /// The batch's own, in optimiser step `step` (from 1).
    Training {
        /// The step's number, for schedules.
        step: usize,
    },
    /// The batch's own, for the whole batch, in an evaluation.
    Batch,
    /// The running averages; the batch's own in a layer that keeps none.
    Running,
}

/// A normalisation layer over `[batch, features, …]`.
#[derive(Module, Debug)]
pub struct NormLayer {
    /// γ, of shape `[features]`.
    gamma: Option<Param<Tensor<1>>>,
    /// β, of shape `[features]`.
    beta: Option<Param<Tensor<1>>>,
    /// The statistics for evaluation.
    running: Option<Running>,
    /// The averages towards which batch renormalisation corrects.
    reference: Option<Reference>,
    #[module(skip)]
    settings: NormSettings,
    /// Its name, as in checkpoints: `norms.0`.
    #[module(skip)]
    name: String,
}

impl NormLayer {
    /// A layer called `name` for `features` features: on a device, in its own precision or in the one
    /// that is given with it.
    pub fn new(
        name: &str,
        features: usize,
        settings: NormSettings,
        on: impl Into<TensorCreationOptions>,
    ) -> Self {
        let on = on.into();
        let device = on.device.clone().without_autodiff();
        let plain = on.clone().with_device(device);
        let keeps = Keeps::of(settings.kind);
        let running = keeps.averages.map(|[mean, variance]| {
            Running::new(
                Tensor::full([features], mean, plain.clone()),
                Tensor::full([features], variance, plain),
            )
        });
        let reference = running.as_ref().filter(|_| keeps.reference);
        let parameter = |settings: NormParameter| parameter::initial(settings, features, &on);
        Self {
            gamma: settings.gamma.map(parameter),
            beta: settings.beta.map(parameter),
            reference: reference.map(|to| Reference::agreeing_with(to, settings.epsilon)),
            running,
            settings,
            name: name.to_owned(),
        }
    }

    /// Its name, as in checkpoints: `norms.0`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Normalises `x` `[batch, features, …]`; with a batch's statistics also returns these. The layer
    /// itself is unchanged: the caller passes the statistics of a training pass to [`NormLayer::observe`].
    pub fn forward<const D: usize>(
        &self,
        x: Tensor<D>,
        statistics: Statistics,
    ) -> (Tensor<D>, Option<Observed>) {
        let (standardised, observed) = self.standardise(x, statistics);
        (self.scale_and_shift(standardised), observed)
    }

    fn standardise<const D: usize>(
        &self,
        x: Tensor<D>,
        statistics: Statistics,
    ) -> (Standardised<D>, Option<Observed>) {
        let (features, epsilon) = (x.dims()[1], self.settings.epsilon);
        if let (Statistics::Running, Some(running)) = (statistics, &self.running) {
            let (mean, variance) = (running.mean.clone(), running.variance.clone());
            return (batch::standardise_with(x, mean, variance, epsilon), None);
        }
        let each_example = |x, groups| (group::standardise(x, groups, epsilon), None);
        let (standardised, observed) = match (self.settings.kind, statistics, &self.reference) {
            (NormKind::Layer, ..) => return each_example(x, 1),
            (NormKind::Group { groups }, ..) => return each_example(x, groups),
            (NormKind::Instance, ..) => return each_example(x, features),
            (
                NormKind::Batch(BatchNorm { virtual_batch_size: Some(size), .. }),
                Statistics::Training { .. },
                _,
            ) => ghost::standardise(x, size, epsilon),
            (NormKind::Renorm(settings), Statistics::Training { step }, Some(reference)) => {
                renorm::standardise(x, reference, &settings, step, epsilon)
            }
            (NormKind::Batch(_) | NormKind::Renorm(_), ..) => batch::standardise(x, epsilon),
        };
        (standardised, Some(observed))
    }

    /// Computes `γ x̂ + β`.
    fn scale_and_shift<const D: usize>(&self, x: Standardised<D>) -> Tensor<D> {
        let gamma = self.gamma.as_ref().map(|gamma| along_features(gamma.val()));
        let beta = self.beta.as_ref().map(|beta| along_features(beta.val()));
        let shift = match (x.shift, gamma.clone()) {
            (Some(shift), Some(gamma)) => Some(shift * gamma),
            (shift, _) => shift,
        };
        let shift = merge(shift, beta, |shift, beta| shift + beta);
        let factor = merge(x.factor, gamma, |factor, gamma| factor * gamma);
        let scaled = match factor {
            Some(factor) => x.values * factor,
            None => x.values,
        };
        match shift {
            Some(shift) => scaled + shift,
            None => scaled,
        }
    }

    /// Updates the running averages with a training batch.
    pub fn observe(&mut self, batch: Observed) {
        let epsilon = self.settings.epsilon;
        let Some(running) = self.running.as_mut() else {
            return;
        };
        match (self.settings.kind, &mut self.reference) {
            (NormKind::Batch(of), _) => {
                if let Some(averages) = of.averages {
                    running.follow(&averages, batch);
                }
            }
            (NormKind::Renorm(settings), Some(reference)) => {
                renorm::follow(running, settings.decay, &batch, epsilon);
                reference.follow(settings.renorm_decay, &batch, epsilon);
            }
            // Layers that share their parameters have no reference.
            (NormKind::Renorm(_), None)
            | (NormKind::Layer | NormKind::Group { .. } | NormKind::Instance, _) => {}
        }
    }

    /// Its settings.
    pub fn settings(&self) -> &NormSettings {
        &self.settings
    }

    /// ε, added to a variance under the root.
    pub fn epsilon(&self) -> f64 {
        self.settings.epsilon
    }

    /// Whether it computes its statistics from batches, not from each example separately.
    pub fn depends_on_batch(&self) -> bool {
        self.settings.kind.depends_on_batch()
    }

    /// The running mean and variance, `[features]` each; `None` for a layer that keeps none.
    pub fn running(&self) -> Option<(Tensor<1>, Tensor<1>)> {
        let running = self.running.as_ref()?;
        Some((running.mean.clone(), running.variance.clone()))
    }

    /// Replaces the mean and variance for evaluation, `[features]` each, also in a layer over
    /// batches that keeps none; a layer that normalises each example on its own ignores them.
    pub fn set_running(&mut self, mean: Tensor<1>, variance: Tensor<1>) {
        match self.running.as_mut() {
            Some(running) => running.replace(mean, variance),
            None if self.settings.kind.depends_on_batch() => {
                self.running = Some(Running::new(mean, variance));
            }
            None => {}
        }
    }

    /// All averages over the batches so far, by name, `[features]` each: values that are not trained but affect
    /// how training and evaluation continue.
    pub fn averages_mut(&mut self) -> Vec<(&'static str, &mut Tensor<1>)> {
        let running = self.running.iter_mut().flat_map(Running::averages_mut);
        let reference = self.reference.iter_mut().flat_map(Reference::averages_mut);
        running.chain(reference).collect()
    }

    /// The number of batches so far, where a cumulative average depends on it.
    pub fn batches_mut(&mut self) -> Option<&mut usize> {
        let NormKind::Batch(batch) = self.settings.kind else {
            return None;
        };
        let counts = batch.averages?.averaging == Averaging::Cumulative;
        let running = self.running.as_mut().filter(|_| counts);
        running.map(Running::batches_mut)
    }

    /// A layer with this layer's γ and β and the running statistics of `other`, a layer of the same settings:
    /// one of several that share their parameters.
    #[must_use]
    pub fn with_statistics_of(&self, other: &Self) -> Self {
        Self { running: other.running.clone(), reference: other.reference.clone(), ..self.clone() }
    }

    /// This layer without running statistics, which other layers keep for it.
    #[must_use]
    pub fn without_statistics(self) -> Self {
        Self { running: None, reference: None, ..self }
    }

    /// γ `[features]`; `None` for a layer that does not scale.
    pub fn gamma(&self) -> Option<&Param<Tensor<1>>> {
        self.gamma.as_ref()
    }

    /// β `[features]`; `None` for a layer that does not shift.
    pub fn beta(&self) -> Option<&Param<Tensor<1>>> {
        self.beta.as_ref()
    }

    /// The penalty on γ and β in the loss, of shape `[1]`; `None` without one.
    pub fn regularisation(&self) -> Option<Tensor<1>> {
        let term = |parameter: &Option<Param<_>>, settings: Option<NormParameter>| {
            parameter::regularisation(parameter.as_ref()?, settings?)
        };
        let gamma = term(&self.gamma, self.settings.gamma);
        let beta = term(&self.beta, self.settings.beta);
        merge(gamma, beta, |gamma, beta| gamma + beta)
    }

    /// Applies the constraints on γ and β; to be called after each update.
    pub fn constrain(&mut self) {
        let bring_back = |parameter: &mut Option<Param<_>>, settings: Option<NormParameter>| {
            if let Some(settings) = settings {
                *parameter = parameter
                    .take()
                    .map(|parameter| parameter::constrain(parameter, settings.constraint));
            }
        };
        bring_back(&mut self.gamma, self.settings.gamma);
        bring_back(&mut self.beta, self.settings.beta);
    }
}

/// The state that a layer of a kind keeps.
struct Keeps {
    /// The running mean and variance before the first batch.
    averages: Option<[f64; 2]>,
    /// Whether it corrects towards a second pair of averages.
    reference: bool,
    /// Number of values kept for the backward pass, for each value that passes in training.
    values: usize,
}

impl Keeps {
    fn of(kind: NormKind) -> Self {
        match kind {
            NormKind::Batch(batch) => Self {
                averages: batch.averages.map(|of| [of.initial_mean, of.initial_variance]),
                reference: false,
                values: 1,
            },
            NormKind::Renorm(renorm) => Self {
                averages: Some([renorm.initial_mean, renorm.initial_variance]),
                reference: true,
                values: 4,
            },
            NormKind::Layer | NormKind::Group { .. } | NormKind::Instance => {
                Self { averages: None, reference: false, values: 4 }
            }
        }
    }
}

/// Number of values that a layer of this kind keeps for the backward pass, for each value that passes in
/// training: 1 where all operations share the centred values, else one for each operation.
pub fn values_kept(kind: NormKind) -> usize {
    Keeps::of(kind).values
}

/// Both combined, or the one that exists.
fn merge<T>(a: Option<T>, b: Option<T>, combine: impl Fn(T, T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(combine(a, b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests;
