//! The data room: from a dataset's name to inputs and labels in memory, and from there to batches.
//!
//! ```text
//! load ──▶ glyphs, synthetic                           generated
//!      ├─▶ table                                       read from a file of the user's
//!      └─▶ locate ──▶ (fetch ──▶ download) ──▶ mnist ──▶ idx    read from files
//!                               └▶ archive  └▶ cifar10
//! ```
//!
//! Nothing here knows tensors. A loaded [`Dataset`] is what its files hold; what a trial makes of
//! it (validation, scaling, order) is [`batches::Prepared`]'s.

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
mod glyphs;
mod idx;
mod inventory;
mod locate;
#[cfg(test)]
mod loopback;
mod mnist;
mod order;
mod scaling;
mod source;
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

use std::path::PathBuf;

use self::source::{Source, SourceFile};
use self::synthetic::{badly_scaled, linear_teacher, two_spirals};
use crate::config::spec;
use crate::error::Result;

/// Loads a dataset: generates it, or reads its files, which are downloaded first if they are in
/// none of the `places`; `progress` hears of that.
pub fn load(
    settings: &spec::Data,
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Dataset> {
    let (train, test) = (settings.train_examples, settings.test_examples);
    let mut dataset = match &settings.dataset {
        spec::Dataset::Glyphs { difficulty, seed } => {
            return glyphs::generate(*difficulty, *seed, train, test);
        }
        spec::Dataset::Mnist => read_mnist(&mnist::MNIST, places, progress)?,
        spec::Dataset::FashionMnist => read_mnist(&mnist::FASHION_MNIST, places, progress)?,
        spec::Dataset::Cifar10 { train_batches } => {
            let needed = cifar10::needed(train_batches);
            let folder = folder(&cifar10::CIFAR10, &needed, places, progress)?;
            cifar10::read(&folder, train_batches)?
        }
        // Its rows may be sorted, where the other sets have a random order of their own.
        spec::Dataset::Csv(table) => table::read(table, settings.input_scaling)?.in_random_order(),
        spec::Dataset::BadlyScaled { columns, classes, scale_decades, seed } => {
            return badly_scaled::generate(*columns, *classes, *scale_decades, *seed, settings);
        }
        spec::Dataset::TwoSpirals { difficulty, seed } => {
            return two_spirals::generate(*difficulty, *seed, settings);
        }
        spec::Dataset::LinearTeacher { columns, classes, seed } => {
            return linear_teacher::generate(*columns, *classes, *seed, settings);
        }
    };
    let (name, stratify) = (dataset.name, settings.dataset.stratifies());
    for (part, limit, key) in [
        (&mut dataset.train, train, "data.train_examples"),
        (&mut dataset.test, test, "data.test_examples"),
    ] {
        part.keep(limit, stratify, key, name)?;
    }
    let constant = table::constant_columns(&dataset, settings.input_scaling);
    dataset.notes.extend(constant);
    Ok(dataset)
}

fn read_mnist(
    source: &Source,
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Dataset> {
    let folder = folder(source, &source.all_files(), places, progress)?;
    mnist::read(source, &folder)
}

/// The folder that holds `needed` files of `source`, downloaded if it must be.
fn folder(
    source: &Source,
    needed: &[&'static SourceFile],
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<PathBuf> {
    match places.find(source, needed) {
        Some(place) => Ok(place.folder),
        None => fetch::into_cache(source, needed, places, progress),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::spec::{Augmentation, InputScaling, Split, Validation};
    use crate::fs;

    fn settings(dataset: spec::Dataset, train_examples: usize) -> spec::Data {
        spec::Data {
            dataset,
            train_examples: Some(train_examples),
            test_examples: None,
            validation: Validation::Count(0),
            split: Split::Fixed,
            input_scaling: InputScaling::Unit,
            test_offset: 0.0,
            augmentation: Augmentation::default(),
        }
    }

    /// Five images per split, unpacked, in `folder`.
    fn write_five(folder: &Path) {
        fs::create_folder(folder).unwrap();
        let mut images = vec![0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 28, 0, 0, 0, 28];
        images.resize(16 + 5 * 784, 9);
        let labels = [0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3, 4, 5];
        for (file, bytes) in mnist::MNIST.files.iter().zip([&images[..], &labels[..]].repeat(2)) {
            fs::replace(&folder.join(file.unpacked_name()), bytes).unwrap();
        }
    }

    #[test]
    fn files_that_are_here_are_read_without_a_download_and_limits_apply() {
        let root = tempfile::tempdir().unwrap();
        write_five(&root.path().join("mnist"));
        let places = Places { data_dir: Some(root.path().into()), ..Places::default() };
        let mut silent = |_: FetchProgress<'_>| panic!("nothing is missing");
        let dataset = load(&settings(spec::Dataset::Mnist, 2), &places, &mut silent).unwrap();
        assert_eq!((dataset.name, dataset.train.count(), dataset.test.count()), ("mnist", 2, 5));
        assert_eq!(dataset.train.labels, [1, 2]);
        let error = load(&settings(spec::Dataset::Mnist, 6), &places, &mut silent).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`data.train_examples = 6` is more than the dataset `mnist` has; the most is 5"
        );
    }

    /// Settings of a table whose 60 training rows and 30 test rows are sorted by class, and its folder.
    fn sorted_table() -> (tempfile::TempDir, spec::Data) {
        let folder = tempfile::tempdir().unwrap();
        for (name, rows) in [("train.csv", 60), ("test.csv", 30)] {
            let row =
                |row: usize| format!("{}.5,{}\n", row * 7 % 11, ["a", "b", "c"][row * 3 / rows]);
            let text = format!("x,class\n{}", (0..rows).map(row).collect::<String>());
            fs::replace(&folder.path().join(name), text.as_bytes()).unwrap();
        }
        let text = format!(
            "[data]\ndataset = 'csv'\nfile = '{0}/train.csv'\ntest_file = '{0}/test.csv'",
            folder.path().display()
        );
        let loaded = crate::config::parse("x.toml".as_ref(), &text, &[]).unwrap();
        let settings = loaded.experiment.conditions[0].settings.data.clone();
        (folder, settings)
    }

    #[test]
    fn no_part_of_a_sorted_table_holds_one_class_alone() {
        let (_folder, mut settings) = sorted_table();
        let load = |settings: &spec::Data| {
            load(settings, &Places::default(), &mut |_| panic!("no download")).unwrap()
        };
        let whole = load(&settings);
        assert_eq!(whole.train.class_counts(), [20, 20, 20]);
        // What is cut off as a batch or a part holds every class.
        for part in [&whole.train, &whole.test] {
            for batch in part.labels.chunks(10) {
                assert!((0..3).all(|class| batch.contains(&class)), "{batch:?}");
            }
        }
        (settings.train_examples, settings.test_examples) = (Some(20), Some(7));
        let part = load(&settings);
        assert_eq!(part.train.class_counts(), [6, 7, 7]);
        assert_eq!(part.test.class_counts(), [2, 2, 3]);
        assert_eq!(part, load(&settings));
        if let spec::Dataset::Csv(table) = &mut settings.dataset {
            table.stratify = false;
        }
        let part = load(&settings);
        for (examples, count) in [(&part.train, 20), (&part.test, 7)] {
            let counts = examples.class_counts();
            assert_eq!(counts.iter().sum::<usize>(), count);
            assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
        }
    }

    #[test]
    fn glyphs_need_no_places() {
        let glyphs = spec::Dataset::Glyphs { difficulty: 0.5, seed: 1 };
        let dataset = load(&settings(glyphs, 30), &Places::default(), &mut |_| {}).unwrap();
        assert_eq!((dataset.name, dataset.train.count()), ("glyphs", 30));
        assert_eq!((dataset.train.features(), dataset.train.classes), (784, 10));
    }
}
