//! Momentum: `v ← μ v + g`, then `w ← w − η v` or, with Nesterov momentum, `w ← w − η (g + μ v)`.

use burn::optim::momentum::MomentumConfig;
use burn::optim::{ModuleOptimizer, SgdConfig};
use pulp::Arch;

use super::{Keeps, Rule, Step, flushed, penalty};
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

    fn step(&self, step: Step<'_>) {
        let Step { weights, gradient, first: velocity, decay, .. } = step;
        let [rate, mu] = [step.learning_rate, self.factor].map(|x| x as f32);
        Arch::new().dispatch(|| {
            for ((w, g), v) in weights.iter_mut().zip(gradient).zip(velocity) {
                let g = g + decay.penalty * *w;
                *v = flushed(mu * *v + g);
                let step = if NESTEROV { g + mu * *v } else { *v };
                *w = decay.keep * *w - rate * step;
            }
        });
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
