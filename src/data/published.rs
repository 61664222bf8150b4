//! The datasets that are read from published files: names, sizes, checksums, mirrors and
//! content. A new one is an entry of [`SOURCES`] and an arm of [`Origin::of`](super::origin::Origin::of).
//!
//! Sizes and checksums are those of the published files. The readers do not require them, so that
//! unpacked or repacked files work, and others in the same layout; `bn-lab data verify`, `run` and the
//! report note where the content differs from what was published.

use std::path::Path;

use crate::config::spec::Shape;
use crate::error::Error;

/// A dataset that is read from files.
#[derive(Debug)]
pub(super) struct Source {
    /// The name used in experiment files, folders and messages.
    pub(super) name: &'static str,
    /// Other folders in which its files are searched: the one that its archive unpacks to, and those
    /// that other programs use.
    pub(super) other_folders: &'static [&'static str],
    /// The folders in Keras's folder of datasets in which its versions keep it; the empty path is that folder itself.
    pub(super) keras_folders: &'static [&'static str],
    /// A description in one line.
    pub(super) description: &'static str,
    /// The authors and the licence of the dataset.
    pub(super) origin: &'static str,
    /// The shape of one example.
    pub(super) shape: Shape,
    /// The layout of its files.
    pub(super) format: Format,
    /// The files, in the order that the format requires.
    pub(super) files: &'static [SourceFile],
    /// Addresses that serve the files, each ending with a slash; tried in this order.
    pub(super) mirrors: &'static [&'static str],
    /// The gzipped tar archive that the mirrors serve instead of single files.
    pub(super) archive: Option<Archive>,
    /// Number of training examples of each class, as published.
    pub(super) train: [usize; 10],
    /// Number of test examples of each class, as published.
    pub(super) test: [usize; 10],
}

/// The layout of a dataset's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Four IDX files: training images and labels, test images and labels.
    Idx {
        /// The first training labels. Datasets of this format share file names and shapes, so these
        /// show whether a folder contains another one.
        first_labels: [u8; 10],
    },
    /// The binary version of CIFAR-10: training batches, then the test set.
    Cifar,
}

/// An archive of all files of a dataset. The files are checked, so the archive need not be.
#[derive(Debug)]
pub(super) struct Archive {
    pub(super) name: &'static str,
    pub(super) bytes: u64,
}

/// One published file.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Its name; a packed one ends with `.gz`.
    pub(super) name: &'static str,
    pub(super) content: Content,
    pub(super) bytes: u64,
    /// The SHA-256 of the file, in hexadecimal.
    pub(super) sha256: &'static str,
    /// The SHA-256 of its unpacked bytes, which does not depend on how they are packed.
    pub(super) unpacked: &'static str,
    /// The form in which other programs keep its content.
    pub(super) twin: Option<Twin>,
}

/// Another form of a published file, with the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twin {
    /// An array in an archive of NumPy's.
    Array {
        /// The archive's name.
        file: &'static str,
        /// The array's name in it.
        name: &'static str,
    },
    /// A pickled dictionary, by the file's name.
    Pickle(&'static str),
}

impl Twin {
    /// The name of the file.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Array { file, .. } | Self::Pickle(file) => file,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Images in the IDX format.
    Images,
    /// Labels in the IDX format.
    Labels,
    /// Labels and images in the records of CIFAR-10.
    Records,
}

/// Every dataset that is read from published files.
pub(super) static SOURCES: [&Source; 3] = [&MNIST, &FASHION_MNIST, &CIFAR10];

/// Handwritten digits.
pub(super) static MNIST: Source = Source {
    name: "mnist",
    // Where torchvision puts it, below the given folder or inside it.
    other_folders: &["MNIST/raw", "raw"],
    keras_folders: &[""],
    description: "handwritten digits, 60 000 + 10 000 grey images of 28×28, 10 classes",
    origin: "Y. LeCun, C. Cortes, C. Burges; usually given as CC BY-SA 3.0",
    shape: Shape { channels: 1, height: 28, width: 28 },
    format: Format::Idx { first_labels: [5, 0, 4, 1, 9, 2, 1, 3, 1, 4] },
    files: &idx_files(
        [
            [
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            ],
            [
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ],
            [
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            ],
            [
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ],
        ],
        [9_912_422, 28_881, 1_648_877, 4_542],
        Some("mnist.npz"),
    ),
    mirrors: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    archive: None,
    train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    test: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
};

/// Images of clothing.
pub(super) static FASHION_MNIST: Source = Source {
    name: "fashion-mnist",
    other_folders: &["FashionMNIST/raw", "raw"],
    keras_folders: &["fashion-mnist"],
    description: "articles of clothing, 60 000 + 10 000 grey images of 28×28, 10 classes",
    origin: "Zalando SE, MIT",
    shape: Shape { channels: 1, height: 28, width: 28 },
    format: Format::Idx { first_labels: [9, 0, 0, 3, 0, 2, 7, 2, 5, 5] },
    files: &idx_files(
        [
            [
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ],
            [
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ],
            [
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ],
            [
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ],
        ],
        [26_421_880, 29_515, 4_422_102, 5_148],
        None,
    ),
    mirrors: &[
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        // Not encrypted; checksums protect against modification.
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ],
    archive: None,
    train: [6000; 10],
    test: [1000; 10],
};

/// Photographs of ten kinds of objects.
pub(super) static CIFAR10: Source = Source {
    name: "cifar10",
    // The second is that of the Python version, which torchvision keeps.
    other_folders: &["cifar-10-batches-bin", "cifar-10-batches-py"],
    keras_folders: &[
        "cifar-10-batches-py",
        "cifar-10-batches-py/cifar-10-batches-py",
        "cifar-10-batches-py-target/cifar-10-batches-py",
    ],
    description: "photographs of ten kinds of things, 50 000 + 10 000 colour images of 32×32, 10 classes",
    origin: "A. Krizhevsky, V. Nair, G. Hinton",
    shape: Shape { channels: 3, height: 32, width: 32 },
    format: Format::Cifar,
    files: &[
        records(
            "data_batch_1.bin",
            "data_batch_1",
            "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
        ),
        records(
            "data_batch_2.bin",
            "data_batch_2",
            "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
        ),
        records(
            "data_batch_3.bin",
            "data_batch_3",
            "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
        ),
        records(
            "data_batch_4.bin",
            "data_batch_4",
            "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
        ),
        records(
            "data_batch_5.bin",
            "data_batch_5",
            "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
        ),
        records(
            "test_batch.bin",
            "test_batch",
            "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
        ),
    ],
    mirrors: &["https://www.cs.toronto.edu/~kriz/"],
    archive: Some(Archive { name: "cifar-10-binary.tar.gz", bytes: 170_052_171 }),
    train: [5000; 10],
    test: [1000; 10],
};

/// The four files of a dataset in MNIST's layout, with its file names: the checksums of each, packed and
/// unpacked, the sizes, and the archive of NumPy's in which Keras keeps them.
const fn idx_files(
    sums: [[&'static str; 2]; 4],
    bytes: [u64; 4],
    archive: Option<&'static str>,
) -> [SourceFile; 4] {
    const fn file(
        name: &'static str,
        content: Content,
        [sha256, unpacked]: [&'static str; 2],
        bytes: u64,
        twin: Option<Twin>,
    ) -> SourceFile {
        SourceFile { name, content, bytes, sha256, unpacked, twin }
    }
    const fn array(archive: Option<&'static str>, name: &'static str) -> Option<Twin> {
        match archive {
            Some(file) => Some(Twin::Array { file, name }),
            None => None,
        }
    }
    let [x_train, y_train] = [array(archive, "x_train"), array(archive, "y_train")];
    let [x_test, y_test] = [array(archive, "x_test"), array(archive, "y_test")];
    [
        file("train-images-idx3-ubyte.gz", Content::Images, sums[0], bytes[0], x_train),
        file("train-labels-idx1-ubyte.gz", Content::Labels, sums[1], bytes[1], y_train),
        file("t10k-images-idx3-ubyte.gz", Content::Images, sums[2], bytes[2], x_test),
        file("t10k-labels-idx1-ubyte.gz", Content::Labels, sums[3], bytes[3], y_test),
    ]
}

/// A file of CIFAR-10, which is not packed, and its name in the Python version.
const fn records(name: &'static str, pickled: &'static str, sha256: &'static str) -> SourceFile {
    SourceFile {
        name,
        content: Content::Records,
        bytes: 30_730_000,
        sha256,
        unpacked: sha256,
        twin: Some(Twin::Pickle(pickled)),
    }
}

impl Source {
    /// The dataset called `name`, if it is read from published files.
    pub(super) fn called(name: &str) -> Option<&'static Self> {
        SOURCES.into_iter().find(|source| source.name == name)
    }

    pub(super) fn all_files(&self) -> Vec<&'static SourceFile> {
        self.files.iter().collect()
    }

    /// Size in bytes of a download of all files.
    pub(super) fn download_bytes(&self) -> u64 {
        let files = || self.files.iter().map(|file| file.bytes).sum();
        self.archive.as_ref().map_or_else(files, |archive| archive.bytes)
    }

    /// Numbers of training and test examples in `files` of it, including the test set.
    pub(super) fn examples(&self, files: &[&SourceFile]) -> [usize; 2] {
        let [train, test] = [self.train, self.test].map(|classes| classes.iter().sum::<usize>());
        match self.format {
            Format::Idx { .. } => [train, test],
            // Batches of equal size, and the test set.
            Format::Cifar => [train / (self.files.len() - 1) * (files.len() - 1), test],
        }
    }

    /// The error for a file that is damaged. Those in Keras's folder can stay: what is downloaded comes first.
    pub(super) fn unusable(&self, path: &Path, fault: &str) -> Error {
        Error::Data(format!(
            "the data file `{}` is unusable: {fault}; delete it, unless it is Keras's, and run `bn-lab data fetch {}`",
            path.display(),
            self.name
        ))
    }
}

impl SourceFile {
    /// The name of a packed file after unpacking.
    pub(super) fn unpacked_name(&self) -> &'static str {
        self.name.strip_suffix(".gz").unwrap_or(self.name)
    }

    /// The names that it may have, the published one first: packed, unpacked, and with a dot as in
    /// `train-images.idx3-ubyte`, which other distributions use.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = vec![self.name.to_owned(), self.unpacked_name().to_owned()];
        for name in [self.name, self.unpacked_name()] {
            names.push(name.replace("-idx", ".idx"));
        }
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::spec;

    #[test]
    fn the_table_has_the_datasets_that_the_configuration_calls_published() {
        assert_eq!(SOURCES.map(|source| source.name), spec::Dataset::PUBLISHED);
    }

    #[test]
    fn every_entry_of_the_table_is_well_formed() {
        for source in SOURCES {
            // The archive has a single mirror, its authors'.
            let least = if source.archive.is_some() { 1 } else { 2 };
            assert!(source.mirrors.len() >= least, "{}", source.name);
            assert!(source.mirrors.iter().all(|mirror| mirror.ends_with('/')));
            assert!(source.mirrors[0].starts_with("https://"), "{}", source.name);
            for file in source.files {
                for sum in [file.sha256, file.unpacked] {
                    assert_eq!(sum.len(), 64, "{}", file.name);
                    assert!(sum.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
                }
                assert!(file.bytes > 0);
            }
        }
    }
}
