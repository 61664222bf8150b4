//! RMSprop: `s ← s + a (g² − s)` with `a = 1 − ρ`, then `w ← w − η g / (√s + ε)`.

use burn::optim::{ModuleOptimizer, RmsPropConfig};

use super::{Apply, Decay, Keeps, Rule, Step, Values, flushed, penalty};
use crate::kernels::vectorised;
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

    fn at(&self, step: Step) -> Box<dyn Apply> {
        let constants = [step.learning_rate, 1.0 - self.rho, self.epsilon];
        let [rate, a, epsilon] = constants.map(|x| x as f32);
        // An ε below the smallest number would make a weight without a gradient 0 / 0.
        let epsilon = epsilon.max(f32::MIN_POSITIVE);
        Box::new(RmsPropStep { rate, a, epsilon, decay: step.decay })
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

/// The constants of one step.
struct RmsPropStep {
    rate: f32,
    a: f32,
    epsilon: f32,
    decay: Decay,
}

impl Apply for RmsPropStep {
    fn apply(&self, Values { weights, gradient, second, .. }: Values<'_>) {
        let Self { rate, a, epsilon, decay } = *self;
        vectorised(|| {
            for ((w, g), s) in weights.iter_mut().zip(gradient).zip(second) {
                let g = g + decay.penalty * *w;
                *s = flushed(*s + a * (g * g - *s));
                *w = decay.keep * *w - rate * (g / (s.sqrt() + epsilon));
            }
        });
    }
}
