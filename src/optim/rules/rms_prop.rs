//! RMSprop: `s ← s + a (g² − s)` with `a = 1 − ρ`, then `w ← w − η g / (√s + ε)`.

use burn::optim::{ModuleOptimizer, RmsPropConfig};
use pulp::Arch;

use super::{Keeps, Rule, Step, flushed, penalty};
use crate::optim::groups::Groups;

#[derive(Debug)]
pub(super) struct RmsProp {
    pub(super) rho: f64,
    pub(super) epsilon: f64,
}

impl Rule for RmsProp {
    fn keeps(&self) -> Keeps {
        Keeps { first: false, second: true }
    }

    fn decouples_weight_decay(&self) -> bool {
        false
    }

    fn step(&self, step: Step<'_>) {
        let Step { weights, gradient, second, decay, .. } = step;
        let [rate, a, epsilon] =
            [step.learning_rate, 1.0 - self.rho, self.epsilon].map(|x| x as f32);
        Arch::new().dispatch(|| {
            for ((w, g), s) in weights.iter_mut().zip(gradient).zip(second) {
                let g = g + decay.penalty * *w;
                *s = flushed(*s + a * (g * g - *s));
                *w = decay.keep * *w - rate * (g / (s.sqrt() + epsilon));
            }
        });
    }

    fn of_burn(&self, groups: &Groups<'_>) -> ModuleOptimizer {
        groups.build(|decay| {
            RmsPropConfig::new()
                .with_alpha(self.rho as f32)
                .with_epsilon(self.epsilon as f32)
                .with_momentum(0.0)
                .with_centered(false)
                .with_weight_decay(penalty(decay))
                .build()
        })
    }
}
