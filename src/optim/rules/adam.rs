//! Adam, and `AdamW`, which differs only in how weight decay enters.
//!
//! `m ← m + a₁ (g − m)` and `s ← s + a₂ (g² − s)` with `a = 1 − β`, then `w ← w − η m̂ / (√ŝ + ε)` with
//! the bias corrections `m̂ = m / b₁` and `ŝ = s / b₂`, `b = 1 − βᵗ`. That is
//! `w ← w − (η √b₂ / b₁) m / (√s + √b₂ ε)`, so the corrections are two numbers of the step and not two
//! operations on each weight.

use burn::optim::{AdamConfig, AdamWConfig, ModuleOptimizer};

use super::{Apply, Decay, Keeps, Rule, Step, Values, flushed, penalty};
use crate::kernels::vectorised;
use crate::optim::groups::Groups;

#[derive(Debug)]
pub(super) struct Adam<const DECOUPLED: bool> {
    pub(super) beta_1: f64,
    pub(super) beta_2: f64,
    pub(super) epsilon: f64,
}

impl<const DECOUPLED: bool> Rule for Adam<DECOUPLED> {
    fn keeps(&self) -> Keeps {
        Keeps { first: true, second: true }
    }

    fn decouples_weight_decay(&self) -> bool {
        DECOUPLED
    }

    fn at(&self, step: Step) -> Box<dyn Apply> {
        let number = i32::try_from(step.number).unwrap_or(i32::MAX);
        let root = (1.0 - self.beta_2.powi(number)).sqrt();
        let rate = step.learning_rate * root / (1.0 - self.beta_1.powi(number));
        let constants = [rate, 1.0 - self.beta_1, 1.0 - self.beta_2, self.epsilon * root];
        let [rate, a_1, a_2, epsilon] = constants.map(|x| x as f32);
        // An ε below the smallest number would make a weight without a gradient 0 / 0.
        let epsilon = epsilon.max(f32::MIN_POSITIVE);
        Box::new(AdamStep { rate, a_1, a_2, epsilon, decay: step.decay })
    }

    fn of_burn(&self, groups: &Groups<'_>) -> ModuleOptimizer {
        let [beta_1, beta_2, epsilon] = [self.beta_1, self.beta_2, self.epsilon].map(|x| x as f32);
        if DECOUPLED {
            let adam_w = AdamWConfig::new().with_beta_1(beta_1).with_beta_2(beta_2);
            let adam_w = adam_w.with_epsilon(epsilon);
            return groups.build(|decay| adam_w.clone().with_weight_decay(decay as f32).build());
        }
        let adam = AdamConfig::new().with_beta_1(beta_1).with_beta_2(beta_2).with_epsilon(epsilon);
        groups.build(|decay| adam.clone().with_weight_decay(penalty(decay)).build())
    }
}

/// Adam's constants of one step.
struct AdamStep {
    rate: f32,
    a_1: f32,
    a_2: f32,
    epsilon: f32,
    decay: Decay,
}

impl Apply for AdamStep {
    fn apply(&self, Values { weights, gradient, first, second }: Values<'_>) {
        let Self { rate, a_1, a_2, epsilon, decay } = *self;
        vectorised(|| {
            for (((w, g), m), s) in weights.iter_mut().zip(gradient).zip(first).zip(second) {
                let g = g + decay.penalty * *w;
                *m = flushed(*m + a_1 * (g - *m));
                *s = flushed(*s + a_2 * (g * g - *s));
                *w = decay.keep * *w - rate * (*m / (s.sqrt() + epsilon));
            }
        });
    }
}
