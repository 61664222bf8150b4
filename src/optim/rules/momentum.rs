//! Momentum: `v ← μ v + g`, then `w ← w − η v` or, with Nesterov momentum, `w ← w − η (g + μ v)`.

use burn::optim::momentum::MomentumConfig;
use burn::optim::{ModuleOptimizer, SgdConfig};

use super::{Apply, Decay, Keeps, Rule, Step, Values, flushed, penalty};
use crate::kernels::vectorised;
use crate::optim::groups::Groups;

#[derive(Debug)]
pub(super) struct Momentum<const NESTEROV: bool> {
    /// μ, the momentum.
    pub(super) factor: f64,
}

impl<const NESTEROV: bool> Rule for Momentum<NESTEROV> {
    /// The velocity starts at 0; PyTorch's first one is the gradient, which is `μ · 0 + g`.
    fn keeps(&self) -> Keeps {
        Keeps { first: true, second: false }
    }

    fn decouples_weight_decay(&self) -> bool {
        false
    }

    fn at(&self, step: Step) -> Box<dyn Apply> {
        let [rate, mu] = [step.learning_rate, self.factor].map(|x| x as f32);
        Box::new(MomentumStep::<NESTEROV> { rate, mu, decay: step.decay })
    }

    fn of_burn(&self, groups: &Groups<'_>) -> ModuleOptimizer {
        // burn's default dampening of 0.1 is not that of PyTorch or Keras.
        let momentum = MomentumConfig::new()
            .with_momentum(self.factor)
            .with_dampening(0.0)
            .with_nesterov(NESTEROV);
        groups.build(|decay| {
            SgdConfig::new()
                .with_momentum(Some(momentum.clone()))
                .with_weight_decay(penalty(decay))
                .build()
        })
    }
}

/// The constants of one step.
struct MomentumStep<const NESTEROV: bool> {
    rate: f32,
    mu: f32,
    decay: Decay,
}

impl<const NESTEROV: bool> Apply for MomentumStep<NESTEROV> {
    fn apply(&self, Values { weights, gradient, first: velocity, .. }: Values<'_>) {
        let Self { rate, mu, decay } = *self;
        vectorised(|| {
            for ((w, g), v) in weights.iter_mut().zip(gradient).zip(velocity) {
                let g = g + decay.penalty * *w;
                *v = flushed(mu * *v + g);
                let step = if NESTEROV { g + mu * *v } else { *v };
                *w = decay.keep * *w - rate * step;
            }
        });
    }
}
