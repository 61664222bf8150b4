//! `cifar10`: small colour photographs, in the binary version published by their authors, into which the Python version is
//! read.
//!
//! A file is a sequence of records, `[label, 1024 red, 1024 green, 1024 blue]`, one byte each, the planes
//! of 32×32 row by row; five files of 10 000 for training and one for testing. `data.train_batches`
//! selects which of the five are used. The reader does not require 10 000.
//!
//! Source: A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009), and the
//! dataset's page.

use std::path::Path;

use super::dataset::{Dataset, Examples, Inputs};
use super::published::{CIFAR10, Source, SourceFile};
use super::stored::Stored;
use crate::error::Result;

const CLASSES: u8 = 10;
/// Number of bytes in a record: the label and the image.
const RECORD: usize = 1 + 3 * 32 * 32;
/// The index of the test set among the files.
const TEST: usize = 5;

/// The files of the training batches `batches` (from 1) and of the test set.
pub(super) fn needed(batches: &[u8]) -> Vec<&'static SourceFile> {
    let batches = batches.iter().map(|&batch| usize::from(batch) - 1);
    batches.chain([TEST]).map(|index| &CIFAR10.files[index]).collect()
}

/// The value of `data.train_batches` that needs only files that exist here; `None` where there is none.
pub(super) fn without_more(is_here: impl Fn(&SourceFile) -> bool) -> Option<String> {
    let is_here = |index: &usize| is_here(&CIFAR10.files[*index]);
    let batches: Vec<String> =
        (0..TEST).filter(is_here).map(|index| (index + 1).to_string()).collect();
    let enough = is_here(&TEST) && !batches.is_empty();
    enough.then(|| format!("data.train_batches = [{}]", batches.join(", ")))
}

/// Reads `files` from `folder`: training batches, then the test set.
pub(super) fn read(source: &Source, folder: &Path, files: &[&SourceFile]) -> Result<Dataset> {
    let (train, test) = files.split_at(files.len() - 1);
    let examples = |files| examples(source, folder, files);
    Ok(Dataset::new(source.name, examples(train)?, examples(test)?))
}

fn examples(source: &Source, folder: &Path, files: &[&SourceFile]) -> Result<Examples> {
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    for file in files {
        let stored = Stored::existing(file, folder);
        let unusable = |fault: String| source.unusable(&stored.path, &fault);
        let bytes = stored.read()?.map_err(unusable)?;
        inputs.reserve(bytes.len());
        append(&bytes, &mut inputs, &mut labels).map_err(unusable)?;
    }
    let classes = usize::from(CLASSES);
    Ok(Examples { shape: source.shape, classes, inputs: Inputs::Bytes(inputs), labels })
}

/// Appends the records in `bytes`, or returns a description of what is wrong with them.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Row;
    use crate::data::tests::published_folder;
    use crate::fs;

    fn read(folder: &Path, batches: &[u8]) -> Result<Dataset> {
        super::read(&CIFAR10, folder, &needed(batches))
    }

    /// Writes `file` with one record per label; every byte of an image's planes is the number of the plane.
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
    fn the_chosen_batches_are_read_in_order_and_no_other_file_is_needed() {
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
        let Some(folder) = published_folder("cifar-10-batches-bin", "data_batch_1.bin") else {
            return;
        };
        let dataset = read(&folder, &[1]).unwrap();
        assert_eq!((dataset.train.count(), dataset.test.count()), (10_000, 10_000));
        assert_eq!(dataset.train.labels[..10], [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
        assert_eq!(dataset.test.class_counts(), [1000; 10]);
        let Inputs::Bytes(pixels) = &dataset.train.inputs else {
            panic!("images are bytes");
        };
        // As published in many tutorials for the whole training set, of which this is a fifth.
        for (channel, expected) in [0.4914, 0.4822, 0.4465].into_iter().enumerate() {
            let planes = pixels.chunks(1024).skip(channel).step_by(3).flatten();
            let mean = planes.map(|&x| f64::from(x)).sum::<f64>() / 10_240_000.0 / 255.0;
            assert!((mean - expected).abs() < 0.003, "{channel}: {mean}");
        }
    }
}
