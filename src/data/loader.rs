//! Loads the datasets of several conditions. The files of a published one are read and unpacked once, even where
//! conditions take different numbers of its examples.

use std::collections::BTreeMap;
use std::path::Path;

use super::dataset::Dataset;
use super::download::FetchProgress;
use super::locate::Places;
use super::origin::Origin;
use super::published::{Format, Source, SourceFile};
use super::{cifar10, fetch, idx_dataset, table};
use crate::config::spec;
use crate::error::Result;

/// Loads one dataset after the other.
#[derive(Default)]
pub struct Loader<'a> {
    /// What is still to be loaded: the datasets, by the settings that determine their content.
    ahead: BTreeMap<String, &'a spec::Dataset>,
    /// Published datasets that are needed again, without limits.
    whole: Vec<(&'a spec::Dataset, Dataset)>,
}

impl<'a> Loader<'a> {
    /// A loader that keeps what it needs for all of these.
    pub fn of(all: impl IntoIterator<Item = &'a spec::Data>) -> Self {
        let ahead = all.into_iter().map(|settings| (settings.content(), &settings.dataset));
        Self { ahead: ahead.collect(), whole: Vec::new() }
    }

    /// Loads a dataset: generates it, or reads its files, which are downloaded first if none of the
    /// `places` has them; `progress` is called during a download.
    pub fn load(
        &mut self,
        settings: &'a spec::Data,
        places: &Places,
        progress: &mut dyn FnMut(FetchProgress<'_>),
    ) -> Result<Dataset> {
        self.ahead.remove(&settings.content());
        let mut dataset = match Origin::of(&settings.dataset) {
            Origin::Generated(set) => return (set.generate)(settings),
            Origin::Published(source, files) => {
                let known = self.whole.iter().position(|(of, _)| **of == settings.dataset);
                let whole = match known {
                    Some(at) => self.whole.swap_remove(at).1,
                    None => read_published(source, &files, places, progress)?,
                };
                self.keep_if_needed(&settings.dataset, &whole);
                whole
            }
            // Its rows may be sorted, whereas the other sets are in random order already.
            Origin::Table(table) => table::read(table, settings.input_scaling)?.in_random_order(),
        };
        limit(&mut dataset, settings)?;
        let constant = table::constant_columns(&dataset, settings.input_scaling);
        dataset.notes.extend(constant);
        Ok(dataset)
    }

    /// Keeps a copy of a `whole` dataset of which other parts are still to be loaded.
    fn keep_if_needed(&mut self, dataset: &'a spec::Dataset, whole: &Dataset) {
        if self.ahead.values().any(|other| *other == dataset) {
            self.whole.push((dataset, whole.clone()));
        }
    }
}

/// Leaves out the examples beyond `data.train_examples` and `data.test_examples`.
fn limit(dataset: &mut Dataset, settings: &spec::Data) -> Result<()> {
    let (name, stratify) = (dataset.name, settings.dataset.stratifies());
    for (part, limit, key) in [
        (&mut dataset.train, settings.train_examples, "data.train_examples"),
        (&mut dataset.test, settings.test_examples, "data.test_examples"),
    ] {
        part.keep(limit, stratify, key, name)?;
    }
    Ok(())
}

/// Reads `files` of the dataset `source`, which are downloaded first if none of the `places` has them.
fn read_published(
    source: &Source,
    files: &[&'static SourceFile],
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Dataset> {
    let folder = match places.find(source, files) {
        Some(place) => place.folder,
        None => fetch::into_cache(source, files, places, progress)?,
    };
    read(source, &folder, files)
}

/// Reads `files` of the dataset `source` from `folder`.
fn read(source: &Source, folder: &Path, files: &[&SourceFile]) -> Result<Dataset> {
    match source.format {
        Format::Idx { .. } => idx_dataset::read(source, folder),
        Format::Cifar => cifar10::read(source, folder, files),
    }
}
