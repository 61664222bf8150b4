//! One forward pass: which statistics it normalises with, and what its norm layers saw.

use burn::tensor::Tensor;

use super::norm::{BatchNorm, Observed, Statistics};

/// Carried through a network's layers in order.
#[derive(Debug)]
pub struct Pass {
    statistics: Statistics,
    observed: Vec<Observed>,
}

impl Pass {
    /// A pass that normalises with `statistics`.
    pub fn new(statistics: Statistics) -> Self {
        Self {
            statistics,
            observed: Vec::new(),
        }
    }

    /// Sends `x` `[batch, features]` through a norm layer, if there is one.
    pub fn normalise(&mut self, norm: Option<&BatchNorm>, x: Tensor<2>) -> Tensor<2> {
        let Some(norm) = norm else { return x };
        let (y, observed) = norm.forward(x, self.statistics);
        self.observed.extend(observed);
        y
    }

    /// What the norm layers saw, in the order of the pass; empty with running statistics.
    pub fn into_observed(self) -> Vec<Observed> {
        self.observed
    }
}
