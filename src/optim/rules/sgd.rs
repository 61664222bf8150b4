//! Gradient descent: `w ← w − η g`.

use burn::optim::{ModuleOptimizer, SgdConfig};

use super::{Apply, Decay, Keeps, Rule, Step, Values, penalty};
use crate::kernels::vectorised;
use crate::optim::groups::Groups;

#[derive(Debug)]
pub(super) struct Sgd;

impl Rule for Sgd {
    fn keeps(&self) -> Keeps {
        Keeps { first: false, second: false }
    }

    fn decouples_weight_decay(&self) -> bool {
        false
    }

    fn at(&self, step: Step) -> Box<dyn Apply> {
        Box::new(SgdStep { rate: step.learning_rate as f32, decay: step.decay })
    }

    fn of_burn(&self, groups: &Groups<'_>) -> ModuleOptimizer {
        groups.build(|decay| SgdConfig::new().with_weight_decay(penalty(decay)).build())
    }
}

/// The constants of one step.
struct SgdStep {
    rate: f32,
    decay: Decay,
}

impl Apply for SgdStep {
    fn apply(&self, Values { weights, gradient, .. }: Values<'_>) {
        let Self { rate, decay } = *self;
        vectorised(|| {
            for (w, g) in weights.iter_mut().zip(gradient) {
                let g = g + decay.penalty * *w;
                *w = decay.keep * *w - rate * g;
            }
        });
    }
}
