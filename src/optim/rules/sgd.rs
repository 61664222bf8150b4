//! Gradient descent: `w ← w − η g`.

use burn::optim::{ModuleOptimizer, SgdConfig};
use pulp::Arch;

use super::{Keeps, Rule, Step, penalty};
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

    fn step(&self, step: Step<'_>) {
        let Step { weights, gradient, decay, learning_rate, .. } = step;
        let rate = learning_rate as f32;
        Arch::new().dispatch(|| {
            for (w, g) in weights.iter_mut().zip(gradient) {
                let g = g + decay.penalty * *w;
                *w = decay.keep * *w - rate * g;
            }
        });
    }

    fn of_burn(&self, groups: &Groups<'_>) -> ModuleOptimizer {
        groups.build(|decay| SgdConfig::new().with_weight_decay(penalty(decay)).build())
    }
}
