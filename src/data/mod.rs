//! Loads datasets by name into memory, and makes batches from them.
//!
//! ```text
//! load ──▶ origin ──▶ glyphs, synthetic                        generated
//!              ├────▶ table                                    a file of the user's
//!              └────▶ published, locate ──▶ (fetch ──▶ download) ──▶ idx_dataset ──▶ idx
//!                                                   └▶ archive  └▶ cifar10
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
mod locate;
#[cfg(test)]
mod loopback;
mod order;
mod origin;
mod published;
mod scaling;
mod size;
mod split;
mod synthetic;
mod table;

pub use self::augment::Move;
pub use self::content::{files, not_given};
pub use self::dataset::{Dataset, Examples, Inputs, Row};
pub use self::describe::{describe, note_held_out, published};
pub use self::download::FetchProgress;
pub use self::fetch::{Fetched, fetch};
pub use self::inventory::{Availability, DatasetStatus, FileCheck, FileState, status, verify};
pub use self::locate::{ENVIRONMENT_VARIABLE, Place, Places};
pub use self::size::DatasetSize;

use std::path::Path;

use self::origin::Origin;
use self::published::{Format, Source, SourceFile};
use crate::config::spec;
use crate::error::Result;

/// Loads a dataset: generates it, or reads its files, which are downloaded first if none of the
/// `places` has them; `progress` is called during a download.
pub fn load(
    settings: &spec::Data,
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Dataset> {
    let mut dataset = match Origin::of(&settings.dataset) {
        Origin::Generated(set) => return (set.generate)(settings),
        Origin::Published(source, files) => {
            let folder = match places.find(source, &files) {
                Some(place) => place.folder,
                None => fetch::into_cache(source, &files, places, progress)?,
            };
            read_published(source, &folder, &files)?
        }
        // Its rows may be sorted, whereas the other sets are in random order already.
        Origin::Table(table) => table::read(table, settings.input_scaling)?.in_random_order(),
    };
    let (name, stratify) = (dataset.name, settings.dataset.stratifies());
    for (part, limit, key) in [
        (&mut dataset.train, settings.train_examples, "data.train_examples"),
        (&mut dataset.test, settings.test_examples, "data.test_examples"),
    ] {
        part.keep(limit, stratify, key, name)?;
    }
    let constant = table::constant_columns(&dataset, settings.input_scaling);
    dataset.notes.extend(constant);
    Ok(dataset)
}

/// Reads `files` of the dataset `source` from `folder`.
fn read_published(source: &Source, folder: &Path, files: &[&SourceFile]) -> Result<Dataset> {
    match source.format {
        Format::Idx { .. } => idx_dataset::read(source, folder),
        Format::Cifar => cifar10::read(source, folder, files),
    }
}

#[cfg(test)]
mod tests;
