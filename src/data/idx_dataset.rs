//! Datasets in MNIST's layout: four IDX files of images and labels.

use std::path::Path;

use super::dataset::{Dataset, Examples, Inputs};
use super::idx::{self, Idx};
use super::published::{Format, SOURCES, Source, SourceFile};
use super::stored::Stored;
use crate::error::{Error, Result};

/// Reads the files of `source` from `folder`.
pub(super) fn read(source: &Source, folder: &Path) -> Result<Dataset> {
    let [train_images, train_labels, test_images, test_labels] = source.files else {
        unreachable!("entries of this format have four files");
    };
    let train = examples(source, folder, train_images, train_labels)?;
    refuse_others(source, folder, &train.labels)?;
    let test = examples(source, folder, test_images, test_labels)?;
    Ok(Dataset::new(source.name, train, test))
}

fn examples(
    source: &Source,
    folder: &Path,
    images_file: &SourceFile,
    labels_file: &SourceFile,
) -> Result<Examples> {
    let images = decoded(source, folder, images_file, 3)?;
    let (height, width, classes) = (source.shape.height, source.shape.width, source.train.len());
    if images.shape[0] == 0 || images.shape[1..] != [height, width] {
        let found = idx::in_words(&images.shape);
        let fault = format!("expected images of {height}×{width}, found {found}");
        return Err(unsuitable(source, folder, images_file, &fault));
    }
    let labels = decoded(source, folder, labels_file, 1)?;
    if labels.shape[0] != images.shape[0] {
        let (expected, found) = (images.shape[0], labels.shape[0]);
        let fault = format!("expected {expected} labels, one for each image, found {found}");
        return Err(unsuitable(source, folder, labels_file, &fault));
    }
    if let Some(at) = labels.elements.iter().position(|&label| usize::from(label) >= classes) {
        let (last, found) = (classes - 1, labels.elements[at]);
        let fault = format!("expected labels from 0 to {last}, found {found} at position {at}");
        return Err(unsuitable(source, folder, labels_file, &fault));
    }
    let (inputs, labels) = (Inputs::Bytes(images.elements), labels.elements);
    Ok(Examples { shape: source.shape, classes, inputs, labels })
}

fn decoded(source: &Source, folder: &Path, file: &SourceFile, rank: u8) -> Result<Idx> {
    let stored = Stored::existing(file, folder);
    let decoded = stored.read()?.and_then(|bytes| idx::decode(&bytes, rank));
    decoded.map_err(|fault| source.unusable(&stored.path, &fault))
}

/// The error for an undamaged file with other content: the message does not suggest to
/// delete it.
fn unsuitable(source: &Source, folder: &Path, file: &SourceFile, fault: &str) -> Error {
    let name = source.name;
    Error::Data(format!(
        "the file `{}` holds no data of `{name}`: {fault}\n  hint: `--data-dir DIR` says where the dataset is; `bn-lab data fetch {name}` downloads it into a folder of its own",
        Stored::existing(file, folder).path.display()
    ))
}

/// Refuses the files of another dataset under the same names.
fn refuse_others(source: &Source, folder: &Path, labels: &[u8]) -> Result<()> {
    let begins = |other: &&Source| match other.format {
        Format::Idx { first_labels } => labels.starts_with(&first_labels),
        Format::Cifar => false,
    };
    let mut others = SOURCES.into_iter().filter(|other| other.name != source.name);
    others.find(begins).map_or(Ok(()), |other| {
        let (other, name) = (other.name, source.name);
        Err(Error::Data(format!(
            "the files in `{}` are those of `{other}`, not of `{name}`; keep each dataset in a \
             folder of its own, `{other}/` and `{name}/`, or run `bn-lab data fetch {name}`",
            folder.display(),
        )))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Row;
    use crate::data::published::{FASHION_MNIST, MNIST};
    use crate::data::tests::published_folder;
    use crate::fs;

    /// Writes a tiny dataset, unpacked: `images` of 28×28 and their labels, for both splits.
    fn write(folder: &Path, images: u32, labels: &[u8]) {
        let mut image_bytes = vec![0, 0, 8, 3];
        for size in [images, 28, 28] {
            image_bytes.extend(size.to_be_bytes());
        }
        image_bytes.resize(16 + images as usize * 784, 7);
        let mut label_bytes = vec![0, 0, 8, 1];
        label_bytes.extend((labels.len() as u32).to_be_bytes());
        label_bytes.extend(labels);
        for (file, bytes) in MNIST.files.iter().zip([&image_bytes, &label_bytes].repeat(2)) {
            fs::replace(&folder.join(file.unpacked_name()), bytes).unwrap();
        }
    }

    fn error(folder: &Path) -> String {
        read(&MNIST, folder).unwrap_err().to_string()
    }

    #[test]
    fn unpacked_files_of_any_count_are_read() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 3, &[0, 9, 4]);
        let dataset = read(&MNIST, folder.path()).unwrap();
        assert_eq!((dataset.train.count(), dataset.test.count()), (3, 3));
        assert_eq!(dataset.train.labels, [0, 9, 4]);
        assert_eq!(dataset.train.input(2), Row::Bytes(&[7; 784]));
    }

    #[test]
    fn a_label_above_nine_is_refused_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 3, &[0, 9, 10]);
        let error = error(folder.path());
        assert!(error.contains("train-labels-idx1-ubyte"), "{error}");
        assert!(error.contains("found 10 at position 2"), "{error}");
        assert!(error.contains("`bn-lab data fetch mnist`"), "{error}");
        assert!(!error.contains("delete"), "the file is whole: {error}");
    }

    #[test]
    fn different_counts_of_images_and_labels_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 3, &[0, 9]);
        let error = error(folder.path());
        assert!(error.contains("expected 3 labels, one for each image, found 2"), "{error}");
    }

    #[test]
    fn a_set_without_images_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 0, &[]);
        assert!(error(folder.path()).contains("found 0×28×28"));
    }

    #[test]
    fn a_damaged_file_is_named_with_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 3, &[0, 9, 4]);
        let path = folder.path().join("t10k-images-idx3-ubyte.gz");
        fs::replace(&path, b"<html>not found</html>").unwrap();
        let error = error(folder.path());
        assert!(error.contains(&path.display().to_string()), "{error}");
        assert!(error.contains("`00 00 08 03`"), "{error}");
    }

    #[test]
    fn the_files_of_the_other_dataset_are_never_taken_for_this_one() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 10, &first_labels(&FASHION_MNIST));
        let error = error(folder.path());
        assert!(error.contains("are those of `fashion-mnist`, not of `mnist`"), "{error}");
        assert!(read(&FASHION_MNIST, folder.path()).is_ok());
    }

    fn first_labels(source: &Source) -> [u8; 10] {
        match source.format {
            Format::Idx { first_labels } => first_labels,
            Format::Cifar => panic!("no IDX files"),
        }
    }

    #[test]
    fn the_published_files_hold_what_the_datasets_are_known_to_hold() {
        // As published in many tutorials.
        for (source, expected) in [(&MNIST, 0.1307), (&FASHION_MNIST, 0.2860)] {
            let Some(folder) = published_folder(source.name, source.files[0].name) else {
                continue;
            };
            let dataset = read(source, &folder).unwrap();
            assert_eq!((dataset.train.count(), dataset.test.count()), (60_000, 10_000));
            let Inputs::Bytes(pixels) = &dataset.train.inputs else {
                panic!("images are bytes");
            };
            assert_eq!(pixels.len(), 60_000 * 784);
            assert_eq!(dataset.train.class_counts(), source.train);
            assert_eq!(dataset.test.class_counts(), source.test);
            assert_eq!(dataset.train.labels[..10], first_labels(source));
            let sum = pixels.iter().map(|&x| f64::from(x)).sum::<f64>();
            let mean = sum / pixels.len() as f64 / 255.0;
            assert!((mean - expected).abs() < 5e-5, "{}: {mean}", source.name);
        }
    }
}
