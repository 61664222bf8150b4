//! What is known of a dataset that is drawn from a seed, and how it is drawn.

use super::dataset::Dataset;
use crate::config::spec::{Data, Shape};
use crate::error::Result;

/// A dataset that is drawn from a seed. Its size is known before anything is drawn.
pub(super) struct Generated {
    pub(super) shape: Shape,
    pub(super) classes: usize,
    /// Training and test examples where the experiment does not say.
    pub(super) examples: [u32; 2],
    /// Bytes of one value in memory.
    pub(super) value: usize,
    pub(super) generate: Box<Generate>,
}

type Generate = dyn Fn(&Data) -> Result<Dataset>;
