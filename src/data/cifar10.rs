//! `cifar10`: small colour photographs, in the binary version of their authors.
//!
//! A file is a row of records, `[label, 1024 red, 1024 green, 1024 blue]`, one byte each, the planes
//! of 32×32 row by row; five files of 10 000 to train on and one to test with. `data.train_batches`
//! says which of the five are used. The reader does not insist on 10 000.
//!
//! Source: A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009), and the
//! dataset's page.

use std::path::Path;

use super::dataset::{Dataset, Examples, Inputs};
use super::source::{Archive, Source, SourceFile};
use crate::config::spec::Shape;
use crate::error::{Error, Result};
use crate::fs;

/// The name used in experiment files, folders and messages.
pub(super) const NAME: &str = "cifar10";
/// Number of classes.
const CLASSES: u8 = 10;
/// What an image looks like.
const SHAPE: Shape = Shape { channels: 3, height: 32, width: 32 };
/// Bytes of a record: the label and the image.
const RECORD: usize = 1 + 3 * 32 * 32;
/// The file that is tested with, the last of the table.
const TEST: usize = 5;

const fn file(name: &'static str, sha256: &'static str) -> SourceFile {
    SourceFile {
        name,
        bytes: 30_730_000,
        sha256,
        // It is not packed.
        unpacked: sha256,
    }
}

/// Photographs of ten kinds of things.
pub(super) static CIFAR10: Source = Source {
    name: NAME,
    other_folders: &["cifar-10-batches-bin"],
    description: "photographs of ten kinds of things, 50 000 + 10 000 colour images of 32×32, 10 classes",
    origin: "A. Krizhevsky, V. Nair, G. Hinton",
    files: &[
        file(
            "data_batch_1.bin",
            "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
        ),
        file(
            "data_batch_2.bin",
            "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
        ),
        file(
            "data_batch_3.bin",
            "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
        ),
        file(
            "data_batch_4.bin",
            "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
        ),
        file(
            "data_batch_5.bin",
            "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
        ),
        file("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
    ],
    mirrors: &["https://www.cs.toronto.edu/~kriz/"],
    archive: Some(Archive { name: "cifar-10-binary.tar.gz", bytes: 170_052_171 }),
};

/// The files of the training batches `batches` (from 1) and of the test set.
pub(super) fn needed(batches: &[u8]) -> Vec<&'static SourceFile> {
    let batches = batches.iter().map(|&batch| usize::from(batch) - 1);
    batches.chain([TEST]).map(|index| &CIFAR10.files[index]).collect()
}

/// The value of `data.train_batches` that does with the files that are here, if there is one.
pub(super) fn without_more(is_here: impl Fn(&SourceFile) -> bool) -> Option<String> {
    let is_here = |index: &usize| is_here(&CIFAR10.files[*index]);
    let batches: Vec<String> =
        (0..TEST).filter(is_here).map(|index| (index + 1).to_string()).collect();
    let enough = is_here(&TEST) && !batches.is_empty();
    enough.then(|| format!("data.train_batches = [{}]", batches.join(", ")))
}

/// Reads the training batches `batches` and the test set from `folder`.
pub(super) fn read(folder: &Path, batches: &[u8]) -> Result<Dataset> {
    let mut files = needed(batches);
    let test = files.split_off(batches.len());
    let train = examples(folder, &files)?;
    Ok(Dataset::new(CIFAR10.name, train, examples(folder, &test)?))
}

fn examples(folder: &Path, files: &[&SourceFile]) -> Result<Examples> {
    let mut inputs = Vec::new();
    let mut labels = Vec::new();
    for file in files {
        let path = folder.join(file.name);
        let bytes = fs::read(&path)?;
        inputs.reserve(bytes.len());
        append(&bytes, &mut inputs, &mut labels).map_err(|fault| unusable(&path, &fault))?;
    }
    Ok(Examples {
        shape: SHAPE,
        classes: usize::from(CLASSES),
        inputs: Inputs::Bytes(inputs),
        labels,
    })
}

/// Appends the records in `bytes`, or says what is wrong with them.
pub(super) fn append(
    bytes: &[u8],
    inputs: &mut Vec<u8>,
    labels: &mut Vec<u8>,
) -> Result<(), String> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(RECORD) {
        let found = bytes.len();
        return Err(format!("expected whole records of {RECORD} bytes, found {found} bytes"));
    }
    for (position, record) in bytes.chunks(RECORD).enumerate() {
        if record[0] >= CLASSES {
            let found = record[0];
            return Err(format!("expected labels from 0 to 9, found {found} in record {position}"));
        }
        labels.push(record[0]);
        inputs.extend_from_slice(&record[1..]);
    }
    Ok(())
}

fn unusable(path: &Path, fault: &str) -> Error {
    Error::Data(format!(
        "the data file `{}` is unusable: {fault}; delete it and run `bn-lab data fetch cifar10`",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::data::Row;

    /// Writes `file` with one record per label; every byte of an image's planes tells the plane.
    fn write(folder: &Path, file: &str, labels: &[u8]) {
        let mut bytes = Vec::new();
        for &label in labels {
            bytes.push(label);
            for plane in 1..=3 {
                bytes.extend([10 * plane + label; 1024]);
            }
        }
        fs::replace(&folder.join(file), &bytes).unwrap();
    }

    #[test]
    fn the_chosen_batches_are_read_in_order_and_no_other_file_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "data_batch_2.bin", &[3, 9]);
        write(folder.path(), "data_batch_5.bin", &[0]);
        write(folder.path(), "test_batch.bin", &[7]);
        let dataset = read(folder.path(), &[2, 5]).unwrap();
        assert_eq!(dataset.train.labels, [3, 9, 0]);
        assert_eq!(dataset.test.labels, [7]);
        assert_eq!(dataset.train.features(), 3072);
        let Row::Bytes(image) = dataset.train.input(1) else {
            panic!("images are bytes");
        };
        let planes: Vec<u8> = image.chunks(1024).map(|plane| plane[1023]).collect();
        assert_eq!(planes, [19, 29, 39]);
        let error = read(folder.path(), &[1]).unwrap_err().to_string();
        assert!(error.contains("data_batch_1.bin"), "{error}");
    }

    #[test]
    fn a_damaged_file_is_named_with_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "test_batch.bin", &[7]);
        let error = || read(folder.path(), &[1]).unwrap_err().to_string();
        let path = folder.path().join("data_batch_1.bin");
        for bytes in [&[0; 3072][..], &[]] {
            fs::replace(&path, bytes).unwrap();
            assert!(error().contains("whole records of 3073 bytes"), "{}", error());
        }
        write(folder.path(), "data_batch_1.bin", &[1, 10]);
        assert!(error().contains("found 10 in record 1"), "{}", error());
        assert!(error().contains(&path.display().to_string()));
    }

    #[test]
    fn what_is_here_decides_which_batches_are_left() {
        let here = |names: &'static [&str]| without_more(move |file| names.contains(&file.name));
        assert_eq!(
            here(&["test_batch.bin", "data_batch_1.bin", "data_batch_4.bin"]).as_deref(),
            Some("data.train_batches = [1, 4]")
        );
        assert_eq!(here(&["data_batch_1.bin"]), None);
        assert_eq!(here(&["test_batch.bin"]), None);
    }

    #[test]
    fn the_published_files_hold_what_the_dataset_is_known_to_hold() {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let root = std::env::var_os("BN_LAB_DATA").map_or(beside, PathBuf::from);
        let folder = root.join("cifar-10-batches-bin");
        if !fs::is_file(&folder.join("data_batch_1.bin")) {
            #[expect(
                clippy::print_stderr,
                reason = "a skipped test must not look like a passed one"
            )]
            {
                eprintln!("SKIPPED: no cifar10 files; set BN_LAB_DATA");
            }
            return;
        }
        let dataset = read(&folder, &[1]).unwrap();
        assert_eq!((dataset.train.count(), dataset.test.count()), (10_000, 10_000));
        assert_eq!(dataset.train.labels[..10], [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
        assert_eq!(dataset.test.class_counts(), [1000; 10]);
        let Inputs::Bytes(pixels) = &dataset.train.inputs else {
            panic!("images are bytes");
        };
        // As every tutorial states them for the whole training set, of which this is a fifth.
        for (channel, expected) in [0.4914, 0.4822, 0.4465].into_iter().enumerate() {
            let planes = pixels.chunks(1024).skip(channel).step_by(3).flatten();
            let mean = planes.map(|&x| f64::from(x)).sum::<f64>() / 10_240_000.0 / 255.0;
            assert!((mean - expected).abs() < 0.003, "{channel}: {mean}");
        }
    }
}
