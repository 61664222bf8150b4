//! Datasets that are generated from a seed.

use super::dataset::Dataset;
use crate::config::spec::{Data, Shape};
use crate::error::Result;

/// A dataset that is generated from a seed. Its size is known before it is generated.
pub(super) struct Generated {
    pub(super) shape: Shape,
    pub(super) classes: usize,
    /// Default numbers of training and test examples.
    pub(super) examples: [u32; 2],
    /// Number of bytes of one value in memory.
    pub(super) value: usize,
    pub(super) generate: Box<Generate>,
}

type Generate = dyn Fn(&Data) -> Result<Dataset>;
