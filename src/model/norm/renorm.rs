//! Batch renormalisation (Ioffe 2017, Algorithm 1): batch normalisation whose training output is
//! moved towards what evaluation will give, so that small or unbalanced batches matter less.
//!
//! With `μ_B` and `σ_B = √(σ² + ε)` of the batch and running averages `μ` and `σ` **from before**
//! this batch,
//!
//! ```text
//! r = clip(σ_B / σ, r_min, r_max)
//! d = clip((μ_B − μ) / σ, −d_max, d_max)
//! x̂ = (x − μ_B) / σ_B · r + d
//! ```
//!
//! `r` and `d` are constants to the gradient; it flows through `μ_B` and `σ_B` as in batch
//! normalisation. Unclipped, `x̂` is `(x − μ) / σ`, the evaluation's; with r = 1 and d = 0 it is
//! batch normalisation's. Afterwards
//!
//! ```text
//! μ ← decay · μ + (1 − decay) · μ_B        σ ← decay · σ + (1 − decay) · σ_B
//! ```
//!
//! The limits open linearly from `r = 1, d = 0` at step `relax_from` to their final values at
//! steps `r_relaxed_at` and `d_relaxed_at` (where `r` goes below 1, `1 / r_min` grows linearly, so
//! that `r_min = 1 / r_max` holds all the way). Ioffe (2017, section 4) ends at `r_max = 3`
//! and `d_max = 5`, opened from step 5000 to 40000 and 25000, with a decay of 0.99.
//!
//! Choices where sources differ:
//!
//! - As in the paper the average is of the deviation `σ_B`, ε included, biased; evaluation
//!   normalises with `(x − μ) / σ`. The layer takes and returns it as the variance `σ² − ε`, so
//!   that the rest of its interface is that of batch normalisation.
//! - Keras 2 keeps a second pair of averages with a decay of its own (`renorm_momentum`) for `r`
//!   and `d`. So does this layer; with equal decays, the default, the pairs are the paper's one.
//! - Both start from the configured initial mean and from `σ = √(initial variance + ε)`.
//! - The paper limits `r` from below by `1 / r_max`, which is the default here; Keras 2 leaves it
//!   open where `rmin` is not given.
//! - An evaluation with the batch's own statistics is plain batch normalisation.

use burn::module::Module;
use burn::tensor::Tensor;

use super::batch;
use super::running::{Running, blend};
use super::standardised::{Observed, Standardised, along_features};
use crate::config::spec::Renorm;

/// The averages that `r` and `d` correct towards, `[features]` each; not trained.
#[derive(Module, Debug)]
pub(super) struct Reference {
    mean: Tensor<1>,
    /// `σ`, including ε.
    deviation: Tensor<1>,
}

impl Reference {
    /// A reference with the same values as `running`.
    pub(super) fn agreeing_with(running: &Running, epsilon: f64) -> Self {
        Self { mean: running.mean.clone(), deviation: deviation(&running.variance, epsilon) }
    }

    /// Both averages by name, for the state that training resumes from.
    pub(super) fn averages_mut(&mut self) -> [(&'static str, &mut Tensor<1>); 2] {
        [("reference_mean", &mut self.mean), ("reference_deviation", &mut self.deviation)]
    }

    /// Updates the averages with a training batch.
    pub(super) fn follow(&mut self, decay: f64, batch: &Observed, epsilon: f64) {
        let new = deviation(&batch.variance, epsilon);
        self.mean = blend(self.mean.clone(), batch.mean.clone(), decay);
        self.deviation = blend(self.deviation.clone(), new, decay);
    }
}

/// Updates the averages for evaluation with a training batch: their deviation, as a variance.
pub(super) fn follow(running: &mut Running, decay: f64, batch: &Observed, epsilon: f64) {
    let mut averages = Reference::agreeing_with(running, epsilon);
    averages.follow(decay, batch, epsilon);
    running.mean = averages.mean;
    running.variance = (averages.deviation.square() - epsilon).clamp_min(0.0);
}

/// Standardises `x` `[batch, features, …]` as optimiser step `step` (from 1) does.
pub(super) fn standardise<const D: usize>(
    x: Tensor<D>,
    reference: &Reference,
    settings: &Renorm,
    step: usize,
    epsilon: f64,
) -> (Standardised<D>, Observed) {
    let (plain, observed) = batch::standardise(x, epsilon);
    let limits = Limits::at(step, settings);
    let r = deviation(&observed.variance, epsilon) / reference.deviation.clone();
    let d = (observed.mean.clone() - reference.mean.clone()) / reference.deviation.clone();
    let r = along_features(r.clamp(limits.r_min, limits.r_max));
    let d = along_features(d.clamp(-limits.d_max, limits.d_max));
    let standardised =
        Standardised { factor: plain.factor.map(|factor| factor * r), shift: Some(d), ..plain };
    (standardised, observed)
}

/// The deviation `√(variance + ε)`.
fn deviation(variance: &Tensor<1>, epsilon: f64) -> Tensor<1> {
    (variance.clone() + epsilon).sqrt()
}

/// The limits of `r` and `d` at one step.
#[derive(Debug, PartialEq)]
struct Limits {
    r_min: f64,
    r_max: f64,
    d_max: f64,
}

impl Limits {
    fn at(step: usize, settings: &Renorm) -> Self {
        let r = opened(step, settings.relax_from, settings.r_relaxed_at);
        let d = opened(step, settings.relax_from, settings.d_relaxed_at);
        Self {
            r_min: (1.0 + r * (settings.r_min.recip() - 1.0)).recip(),
            r_max: 1.0 + r * (settings.r_max - 1.0),
            d_max: d * settings.d_max,
        }
    }
}

/// The position of `step` between `from` (0) and `to` (1).
fn opened(step: usize, from: usize, to: usize) -> f64 {
    if step >= to {
        return 1.0;
    }
    step.saturating_sub(from) as f64 / (to - from) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_open_as_in_ioffes_training() {
        let settings = Renorm {
            decay: 0.99,
            renorm_decay: 0.99,
            initial_mean: 0.0,
            initial_variance: 1.0,
            r_min: 1.0 / 3.0,
            r_max: 3.0,
            d_max: 5.0,
            relax_from: 5_000,
            r_relaxed_at: 40_000,
            d_relaxed_at: 25_000,
        };
        for (step, r_max, d_max) in [
            (1, 1.0, 0.0),
            (5_000, 1.0, 0.0),
            (15_000, 1.0 + 2.0 * 10.0 / 35.0, 2.5),
            (25_000, 1.0 + 2.0 * 20.0 / 35.0, 5.0),
            (40_000, 3.0, 5.0),
            (160_000, 3.0, 5.0),
        ] {
            let limits = Limits::at(step, &settings);
            assert!((limits.r_max - r_max).abs() < 1e-12, "{step}: {limits:?}");
            assert!((limits.r_min * r_max - 1.0).abs() < 1e-12, "{step}: {limits:?}");
            assert!((limits.d_max - d_max).abs() < 1e-12, "{step}: {limits:?}");
        }
        let at_once = Renorm { relax_from: 0, r_relaxed_at: 0, d_relaxed_at: 0, ..settings };
        let limits = Limits::at(1, &at_once);
        assert_eq!((limits.r_max, limits.d_max), (3.0, 5.0));
    }
}
