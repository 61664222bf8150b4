//! `mnist` and `fashion-mnist`: four IDX files each, in the same layout; one table entry per
//! dataset, one reader for both.
//!
//! Sizes and sums are those of the files as published; the reader does not insist on them, so that
//! unpacked or packed-again files work, and others in the same layout. What they hold is compared by
//! `bn-lab data verify`, and told by `run` and the report where it is not what was published.

use std::path::Path;

use super::dataset::{Dataset, Examples, Inputs};
use super::idx::{self, Idx};
use super::locate::path_in;
use super::source::{Source, SourceFile};
use crate::config::spec::Shape;
use crate::error::{Error, Result};
use crate::fs;

/// Number of classes of either dataset.
const CLASSES: u8 = 10;
/// Rows and columns of an image.
const SIDE: usize = 28;

/// Handwritten digits.
pub(super) static MNIST: Source = Source {
    name: "mnist",
    // As torchvision keeps it, below the folder that it is given or in it.
    other_folders: &["MNIST/raw", "raw"],
    description: "handwritten digits, 60 000 + 10 000 grey images of 28×28, 10 classes",
    origin: "Y. LeCun, C. Cortes, C. Burges; usually given as CC BY-SA 3.0",
    files: &[
        SourceFile {
            name: "train-images-idx3-ubyte.gz",
            bytes: 9_912_422,
            sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            unpacked: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        },
        SourceFile {
            name: "train-labels-idx1-ubyte.gz",
            bytes: 28_881,
            sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            unpacked: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        },
        SourceFile {
            name: "t10k-images-idx3-ubyte.gz",
            bytes: 1_648_877,
            sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            unpacked: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        },
        SourceFile {
            name: "t10k-labels-idx1-ubyte.gz",
            bytes: 4_542,
            sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            unpacked: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
    ],
    mirrors: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    archive: None,
};

/// Articles of clothing.
pub(super) static FASHION_MNIST: Source = Source {
    name: "fashion-mnist",
    other_folders: &["FashionMNIST/raw", "raw"],
    description: "articles of clothing, 60 000 + 10 000 grey images of 28×28, 10 classes",
    origin: "Zalando SE, MIT",
    files: &[
        SourceFile {
            name: "train-images-idx3-ubyte.gz",
            bytes: 26_421_880,
            sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            unpacked: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        },
        SourceFile {
            name: "train-labels-idx1-ubyte.gz",
            bytes: 29_515,
            sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            unpacked: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        },
        SourceFile {
            name: "t10k-images-idx3-ubyte.gz",
            bytes: 4_422_102,
            sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            unpacked: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        },
        SourceFile {
            name: "t10k-labels-idx1-ubyte.gz",
            bytes: 5_148,
            sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            unpacked: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
    ],
    mirrors: &[
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        // Not encrypted; the sums protect what it serves.
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ],
    archive: None,
};

/// The first training labels of each dataset. The two share file names and shapes, so these tell
/// whether a folder that was pointed at holds the other one.
const FIRST_LABELS: [(&str, [u8; 10]); 2] =
    [("mnist", [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]), ("fashion-mnist", [9, 0, 0, 3, 0, 2, 7, 2, 5, 5])];

/// Reads the files of `source`, one of the two above, from `folder`.
pub(super) fn read(source: &Source, folder: &Path) -> Result<Dataset> {
    let [train_images, train_labels, test_images, test_labels] = source.files else {
        unreachable!("both table entries above have four files");
    };
    let train = examples(source, folder, train_images, train_labels)?;
    refuse_the_other(source, folder, &train.labels)?;
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
    if images.shape[0] == 0 || images.shape[1..] != [SIDE, SIDE] {
        let found = idx::in_words(&images.shape);
        let fault = format!("expected images of {SIDE}×{SIDE}, found {found}");
        return Err(unsuitable(source, folder, images_file, &fault));
    }
    let labels = decoded(source, folder, labels_file, 1)?;
    if labels.shape[0] != images.shape[0] {
        let (expected, found) = (images.shape[0], labels.shape[0]);
        let fault = format!("expected {expected} labels, one for each image, found {found}");
        return Err(unsuitable(source, folder, labels_file, &fault));
    }
    if let Some(at) = labels.elements.iter().position(|&label| label >= CLASSES) {
        let found = labels.elements[at];
        let fault = format!("expected labels from 0 to 9, found {found} at position {at}");
        return Err(unsuitable(source, folder, labels_file, &fault));
    }
    Ok(Examples {
        shape: Shape { channels: 1, height: SIDE, width: SIDE },
        classes: usize::from(CLASSES),
        inputs: Inputs::Bytes(images.elements),
        labels: labels.elements,
    })
}

fn decoded(source: &Source, folder: &Path, file: &SourceFile, rank: u8) -> Result<Idx> {
    let path = path_in(folder, file).unwrap_or_else(|| folder.join(file.name));
    idx::decode(&fs::read(&path)?, rank)
        .map_err(|fault| unusable(source, folder, file, &fault.to_string()))
}

/// The error for a file that is whole, and holds something else. Nobody is told to delete it.
fn unsuitable(source: &Source, folder: &Path, file: &SourceFile, fault: &str) -> Error {
    let path = path_in(folder, file).unwrap_or_else(|| folder.join(file.name));
    let name = source.name;
    Error::Data(format!(
        "the file `{}` holds no data of `{name}`: {fault}\n  hint: `--data-dir DIR` says where the dataset is; `bn-lab data fetch {name}` downloads it into a folder of its own",
        path.display()
    ))
}

fn unusable(source: &Source, folder: &Path, file: &SourceFile, fault: &str) -> Error {
    let path = path_in(folder, file).unwrap_or_else(|| folder.join(file.name));
    Error::Data(format!(
        "the data file `{}` is unusable: {fault}; delete it and run `bn-lab data fetch {}`",
        path.display(),
        source.name
    ))
}

fn refuse_the_other(source: &Source, folder: &Path, labels: &[u8]) -> Result<()> {
    let other =
        FIRST_LABELS.iter().find(|(name, first)| *name != source.name && labels.starts_with(first));
    match other {
        None => Ok(()),
        Some((other, _)) => Err(Error::Data(format!(
            "the files in `{}` are those of `{other}`, not of `{name}`; keep each dataset in a \
             folder of its own, `{other}/` and `{name}/`, or run `bn-lab data fetch {name}`",
            folder.display(),
            name = source.name
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::data::Row;
    use crate::data::source::SOURCES;

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
        write(folder.path(), 10, &FIRST_LABELS[1].1);
        let error = error(folder.path());
        assert!(error.contains("are those of `fashion-mnist`, not of `mnist`"), "{error}");
        assert!(read(&FASHION_MNIST, folder.path()).is_ok());
    }

    /// The folder with the published files, if this machine has it; says so loudly if not.
    fn published(source: &Source) -> Option<PathBuf> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let root = std::env::var_os("BN_LAB_DATA").map_or(beside, PathBuf::from);
        let folder = root.join(source.name);
        if source.files.iter().all(|file| path_in(&folder, file).is_some()) {
            return Some(folder);
        }
        let name = source.name;
        #[expect(clippy::print_stderr, reason = "a skipped test must not look like a passed one")]
        {
            eprintln!("SKIPPED: no {name} files in `{}`; set BN_LAB_DATA", folder.display());
        }
        None
    }

    #[test]
    fn the_published_files_hold_what_the_datasets_are_known_to_hold() {
        let counts =
            [vec![5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], vec![6000; 10]];
        for (source, counts) in SOURCES.into_iter().zip(counts) {
            let Some(folder) = published(source) else {
                continue;
            };
            let dataset = read(source, &folder).unwrap();
            assert_eq!((dataset.train.count(), dataset.test.count()), (60_000, 10_000));
            let Inputs::Bytes(pixels) = &dataset.train.inputs else {
                panic!("images are bytes");
            };
            assert_eq!(pixels.len(), 60_000 * 784);
            assert_eq!(dataset.train.class_counts(), counts);
            let (_, first) = FIRST_LABELS.iter().find(|(name, _)| *name == source.name).unwrap();
            assert_eq!(dataset.train.labels[..10], *first);
            let sum = pixels.iter().map(|&x| f64::from(x)).sum::<f64>();
            let mean = sum / pixels.len() as f64 / 255.0;
            // As every tutorial states them: 0.1307 and 0.2860.
            let expected = if source.name == "mnist" { 0.1307 } else { 0.2860 };
            assert!((mean - expected).abs() < 5e-5, "{}: {mean}", source.name);
        }
    }
}
