//! Loads datasets by name into memory, and makes batches from them.
//!
//! ```text
//! loader ▶ origin ──▶ glyphs, synthetic                        generated
//!              ├────▶ table                                    a file of the user's
//!              └────▶ published, locate ──▶ (fetch ──▶ download) ──▶ idx_dataset ──▶ idx
//!                                                   └▶ archive  └▶ cifar10
//!                                              (stored ▶ npz, pickle: as other programs keep the files)
//! ```
//!
//! Nothing here uses tensors. A loaded [`Dataset`] is the content of its files; validation, scaling and order
//! belong to [`batches::Prepared`], which each trial has separately.

mod archive;
mod augment;
pub mod batches;
mod cifar10;
mod content;
mod dataset;
mod describe;
mod download;
mod fetch;
#[cfg(test)]
mod fuzz_tests;
mod generated;
mod glyphs;
mod idx;
mod idx_dataset;
mod inventory;
mod loader;
mod locate;
#[cfg(test)]
mod loopback;
mod npz;
mod order;
mod origin;
mod pickle;
mod published;
mod scaling;
mod size;
mod split;
mod stored;
mod sums;
mod synthetic;
mod table;

pub use self::augment::Move;
pub use self::content::{files, not_given};
pub use self::dataset::{Dataset, Examples, Inputs, Row};
pub use self::describe::{describe, note_held_out, published};
pub use self::download::FetchProgress;
pub use self::fetch::{Fetched, fetch};
pub use self::inventory::{Availability, DatasetStatus, FileCheck, FileState, status, verify};
pub use self::loader::Loader;
pub use self::locate::{ENVIRONMENT_VARIABLE, Place, Places};
pub use self::size::DatasetSize;

use crate::config::spec;
use crate::error::Result;

/// Loads a single dataset; see [`Loader::load`].
pub fn load(
    settings: &spec::Data,
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Dataset> {
    Loader::default().load(settings, places, progress)
}

#[cfg(test)]
mod tests;
