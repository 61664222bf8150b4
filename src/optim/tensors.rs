//! burn's own update rules, for devices whose memory is not the host's; also the check on ours.

use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    Adam, AdamConfig, AdamW, AdamWConfig, LearningRate, Optimizer, RmsProp, RmsPropConfig, Sgd,
    SgdConfig,
};
use burn::tensor::{Device, Tensor};

/// A rule of burn's with a factor on its learning rate.
#[derive(Clone)]
pub(super) struct Scaled<O> {
    pub(super) rule: O,
    pub(super) rate_factor: f64,
}

impl<O: Optimizer> Optimizer for Scaled<O> {
    type State<const D: usize> = O::State<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let rate = rate * self.rate_factor;
        self.rule.step(rate, tensor, gradient, state)
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        O::to_device(state, device)
    }
}

fn penalty(weight_decay: f64) -> Option<WeightDecayConfig> {
    (weight_decay != 0.0).then(|| WeightDecayConfig::new(weight_decay as f32))
}

pub(super) fn descent(weight_decay: f64) -> Sgd {
    let config = SgdConfig::new().with_weight_decay(penalty(weight_decay));
    config.build()
}

pub(super) fn momentum(momentum: f64, nesterov: bool, weight_decay: f64) -> Sgd {
    // burn's default dampening of 0.1 is nobody else's.
    let momentum =
        MomentumConfig::new().with_momentum(momentum).with_dampening(0.0).with_nesterov(nesterov);
    let config =
        SgdConfig::new().with_momentum(Some(momentum)).with_weight_decay(penalty(weight_decay));
    config.build()
}

pub(super) fn rms_prop(rho: f64, epsilon: f64, weight_decay: f64) -> RmsProp {
    let config = RmsPropConfig::new()
        .with_alpha(rho as f32)
        .with_epsilon(epsilon as f32)
        .with_momentum(0.0)
        .with_centered(false)
        .with_weight_decay(penalty(weight_decay));
    config.build()
}

pub(super) fn adam([beta_1, beta_2, epsilon]: [f64; 3], weight_decay: f64) -> Adam {
    let config = AdamConfig::new()
        .with_beta_1(beta_1 as f32)
        .with_beta_2(beta_2 as f32)
        .with_epsilon(epsilon as f32)
        .with_weight_decay(penalty(weight_decay));
    config.build()
}

pub(super) fn adam_w([beta_1, beta_2, epsilon]: [f64; 3], weight_decay: f64) -> AdamW {
    let config = AdamWConfig::new()
        .with_beta_1(beta_1 as f32)
        .with_beta_2(beta_2 as f32)
        .with_epsilon(epsilon as f32)
        .with_weight_decay(weight_decay as f32);
    config.build()
}
