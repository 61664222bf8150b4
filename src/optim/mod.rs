//! Update rules, by burn, with the constants that the experiment names.

use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, ModuleOptimizer, RmsPropConfig, SgdConfig};

use crate::config::spec::Optimizer;

/// An optimiser without state yet. The formulas stand at [`Optimizer`]; they are PyTorch's, and
/// Keras's up to where ε stands (Keras's RMSprop adds it under the root).
pub fn build(optimizer: Optimizer) -> ModuleOptimizer {
    match optimizer {
        Optimizer::Sgd => SgdConfig::new().init(),
        Optimizer::Momentum { momentum } => {
            // burn's default dampening of 0.1 is nobody else's.
            let momentum = MomentumConfig::new()
                .with_momentum(momentum)
                .with_dampening(0.0);
            SgdConfig::new().with_momentum(Some(momentum)).init()
        }
        Optimizer::RmsProp { rho, epsilon } => RmsPropConfig::new()
            .with_alpha(rho as f32)
            .with_epsilon(epsilon as f32)
            .with_momentum(0.0)
            .with_centered(false)
            .init(),
        Optimizer::Adam {
            beta_1,
            beta_2,
            epsilon,
        } => AdamConfig::new()
            .with_beta_1(beta_1 as f32)
            .with_beta_2(beta_2 as f32)
            .with_epsilon(epsilon as f32)
            .init(),
    }
}
