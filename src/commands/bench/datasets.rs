//! The data of the measured networks: published files where they are here, else random numbers.

use std::sync::Arc;

use crate::commands::say;
use crate::config::spec::{self, Shape};
use crate::data::{self, Availability, Dataset, Examples, Inputs, Places};
use crate::error::Result;

/// Bytes of the random training inputs: as many as MNIST has, far more than caches hold.
const BYTES: usize = 48_000_000;

/// Number of random test examples.
const TESTED: usize = 1000;

/// Number of classes of all datasets.
const CLASSES: usize = 10;

/// A dataset, and where its numbers come from.
#[derive(Clone)]
pub(super) struct Data {
    /// Its examples.
    pub(super) dataset: Arc<Dataset>,
    /// The dataset's name, or `random`.
    pub(super) source: &'static str,
}

/// The datasets that were loaded.
pub(super) struct Datasets {
    places: Places,
    loaded: Vec<(&'static str, Data)>,
}

impl Datasets {
    /// Datasets whose files are looked for in `places`.
    pub(super) fn new(places: Places) -> Self {
        Self { places, loaded: Vec::new() }
    }

    /// The data of these settings, whose examples have this shape.
    pub(super) fn of(&mut self, settings: &spec::Data, shape: Shape) -> Result<Data> {
        let name = settings.dataset.name();
        if let Some((_, data)) = self.loaded.iter().find(|(known, _)| *known == name) {
            return Ok(data.clone());
        }
        let data = if self.is_here(name) {
            let dataset = data::load(settings, &self.places, &mut |_| ())?;
            Data { dataset: Arc::new(dataset), source: name }
        } else {
            say(&format!(
                "note: the files of `{name}` are not here, so that inputs and labels are random; `bn-lab data fetch {name}` downloads them"
            ));
            Data { dataset: Arc::new(random(name, shape)), source: "random" }
        };
        self.loaded.push((name, data.clone()));
        Ok(data)
    }

    /// Whether all files of a published dataset are here.
    fn is_here(&self, name: &str) -> bool {
        let mut all = data::status(&self.places).into_iter();
        let status = all.find(|status| status.name == name);
        status.is_some_and(|status| matches!(status.availability, Availability::Found(_)))
    }
}

/// Random examples in place of those of the dataset `name`.
fn random(name: &'static str, shape: Shape) -> Dataset {
    let mut numbers = Numbers(0);
    let mut part = |count: usize| Examples {
        shape,
        classes: CLASSES,
        inputs: Inputs::Bytes(numbers.bytes(count * shape.features())),
        labels: numbers.bytes(count).into_iter().map(|byte| byte % CLASSES as u8).collect(),
    };
    let [train, test] = [BYTES / shape.features(), TESTED].map(&mut part);
    Dataset {
        name,
        train,
        test,
        class_names: (0..CLASSES).map(|class| class.to_string()).collect(),
        columns: Vec::new(),
        dropped_rows: 0,
        notes: Vec::new(),
    }
}

/// `SplitMix64` (Steele, Lea & Flood 2014): the streams of `seed` would take a second for so many.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        for eight in bytes.chunks_mut(8) {
            eight.copy_from_slice(&self.next().to_le_bytes()[..eight.len()]);
        }
        bytes
    }
}
