//! Tests of loading, and helpers of the tests of this module.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::published::MNIST;
use super::*;
use crate::config::spec::{Augmentation, InputScaling, Split, Validation};
use crate::fs;

pub(super) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The folder with real datasets.
pub(super) fn data_root() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    std::env::var_os("BN_LAB_DATA").map_or(beside, PathBuf::from)
}

/// The folder `name` of real files, including `file`, if this machine has it; prints a note if not.
pub(super) fn published_folder(name: &str, file: &str) -> Option<PathBuf> {
    let folder = data_root().join(name);
    if fs::is_file(&folder.join(file)) || fs::is_file(&folder.join(file.trim_end_matches(".gz"))) {
        return Some(folder);
    }
    #[expect(clippy::print_stderr, reason = "a skipped test must not look like a passed one")]
    {
        eprintln!("SKIPPED: no `{file}` in `{}`; set BN_LAB_DATA", folder.display());
    }
    None
}

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
    for (file, bytes) in MNIST.files.iter().zip([&images[..], &labels[..]].repeat(2)) {
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

#[test]
fn the_files_of_a_dataset_are_read_once_for_all_of_its_parts() {
    let root = tempfile::tempdir().unwrap();
    write_five(&root.path().join("mnist"));
    let places = Places { data_dir: Some(root.path().into()), ..Places::default() };
    let mut silent = |_: FetchProgress<'_>| panic!("nothing is missing");
    let mnist = |train_examples| settings(spec::Dataset::Mnist, train_examples);
    let mut all = [mnist(2), mnist(4), mnist(5), mnist(2)];
    // Neither a validation set nor the scaling is part of what is loaded.
    (all[3].validation, all[3].input_scaling) = (Validation::Count(1), InputScaling::None);
    let alone = all.each_ref().map(|data| load(data, &places, &mut silent).unwrap());
    assert_eq!(alone[0], alone[3]);
    let mut loader = Loader::of(&all);
    let mut counts = Vec::new();
    for (data, alone) in all[..3].iter().zip(&alone) {
        let part = loader.load(data, &places, &mut silent).unwrap();
        assert_eq!(part, *alone);
        counts.push(part.train.count());
        drop(std::fs::remove_dir_all(root.path().join("mnist")));
    }
    assert_eq!(counts, [2, 4, 5]);
}

/// Settings of a table whose 60 training rows and 30 test rows are sorted by class, and its folder.
fn sorted_table() -> (tempfile::TempDir, spec::Data) {
    let folder = tempfile::tempdir().unwrap();
    for (name, rows) in [("train.csv", 60), ("test.csv", 30)] {
        let row = |row: usize| format!("{}.5,{}\n", row * 7 % 11, ["a", "b", "c"][row * 3 / rows]);
        let text = format!("x,class\n{}", (0..rows).map(row).collect::<String>());
        fs::replace(&folder.path().join(name), text.as_bytes()).unwrap();
    }
    let text = format!(
        "[data]\ndataset = 'csv'\nfile = '{0}/train.csv'\ntest_file = '{0}/test.csv'",
        folder.path().display()
    );
    (folder, crate::plan::tests::settings(&text).data)
}

#[test]
fn no_part_of_a_sorted_table_holds_one_class_alone() {
    let (_folder, mut settings) = sorted_table();
    let load = |settings: &spec::Data| {
        load(settings, &Places::default(), &mut |_| panic!("no download")).unwrap()
    };
    let whole = load(&settings);
    assert_eq!(whole.train.class_counts(), [20, 20, 20]);
    // Every batch or part that is cut off contains every class.
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
