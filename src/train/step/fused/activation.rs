//! Activations: piecewise linear ones are part of other passes, all others are computed value by value.

use std::f32::consts::{FRAC_1_SQRT_2, PI};

use crate::config::spec::Activation;
use crate::kernels::Piecewise;
use crate::model::activation::{SELU_ALPHA, SELU_SCALE};

/// An activation, by how it is computed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Two linear pieces.
    Piecewise(Piecewise),
    /// Any other function.
    Smooth(Smooth),
}

/// A function and its derivative.
#[derive(Debug, Clone, Copy)]
pub(super) enum Smooth {
    /// `scale · v` above 0, `scale · α (eᵛ − 1)` below.
    Elu {
        scale: f32,
        alpha: f32,
    },
    Gelu,
    Swish,
    Softplus,
    Sigmoid,
    Tanh,
}

impl Kind {
    pub(super) fn of(activation: Activation) -> Self {
        let piecewise =
            |slope: f64, at_zero| Self::Piecewise(Piecewise { slope: slope as f32, at_zero });
        match activation {
            Activation::Relu => piecewise(0.0, 0.0),
            Activation::LeakyRelu { slope } => piecewise(slope, 1.0),
            Activation::Identity => Self::Piecewise(Piecewise::IDENTITY),
            Activation::Elu { alpha } => {
                Self::Smooth(Smooth::Elu { scale: 1.0, alpha: alpha as f32 })
            }
            Activation::Selu => {
                Self::Smooth(Smooth::Elu { scale: SELU_SCALE as f32, alpha: SELU_ALPHA as f32 })
            }
            Activation::Gelu => Self::Smooth(Smooth::Gelu),
            Activation::Swish => Self::Smooth(Smooth::Swish),
            Activation::Softplus => Self::Smooth(Smooth::Softplus),
            Activation::Sigmoid => Self::Smooth(Smooth::Sigmoid),
            Activation::Tanh => Self::Smooth(Smooth::Tanh),
        }
    }

    /// The piecewise linear activation; for a smooth one the identity, which is then applied by itself.
    pub(super) fn piecewise(self) -> Piecewise {
        match self {
            Self::Piecewise(piecewise) => piecewise,
            Self::Smooth(_) => Piecewise::IDENTITY,
        }
    }

    /// Whether a backward pass needs no more than the output.
    pub(super) fn derivative_follows_from_output(self) -> bool {
        matches!(self, Self::Piecewise(piecewise) if piecewise.derivative_follows_from_output())
    }

    /// Whether it is the identity.
    pub(super) fn is_identity(self) -> bool {
        matches!(self, Self::Piecewise(Piecewise::IDENTITY))
    }
}

impl Smooth {
    pub(super) fn value(self, v: f32) -> f32 {
        match self {
            Self::Elu { scale, .. } if v > 0.0 => scale * v,
            Self::Elu { scale, alpha } => scale * alpha * v.exp_m1(),
            Self::Gelu => v * normal_distribution(v),
            Self::Swish => v * sigmoid(v),
            // Neither exponential overflows.
            Self::Softplus => v.max(0.0) + (-v.abs()).exp().ln_1p(),
            Self::Sigmoid => sigmoid(v),
            Self::Tanh => v.tanh(),
        }
    }

    pub(super) fn derivative(self, v: f32) -> f32 {
        match self {
            Self::Elu { scale, .. } if v > 0.0 => scale,
            Self::Elu { scale, alpha } => scale * alpha * v.exp(),
            Self::Gelu => {
                let density = (-0.5 * v * v).exp() / (2.0 * PI).sqrt();
                normal_distribution(v) + v * density
            }
            Self::Swish => {
                let s = sigmoid(v);
                s + v * s * (1.0 - s)
            }
            Self::Softplus => sigmoid(v),
            Self::Sigmoid => {
                let s = sigmoid(v);
                s * (1.0 - s)
            }
            Self::Tanh => {
                let t = v.tanh();
                1.0 - t * t
            }
        }
    }
}

fn sigmoid(v: f32) -> f32 {
    1.0 / (1.0 + (-v).exp())
}

/// Φ, the distribution function of the standard normal distribution.
fn normal_distribution(v: f32) -> f32 {
    0.5 * (1.0 + libm::erff(v * FRAC_1_SQRT_2))
}
