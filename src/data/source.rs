//! What a dataset made of files consists of: their names, sizes and sums, and who serves them.
//!
//! Tables only; the entries stand beside the reader of each dataset.

use super::cifar10::{self, CIFAR10};
use super::mnist::{FASHION_MNIST, MNIST};
use crate::config::spec::Dataset;

/// A dataset that is read from files.
#[derive(Debug)]
pub(super) struct Source {
    /// The name used in experiment files, folders and messages.
    pub(super) name: &'static str,
    /// Other folders that its files are looked for in: the one that its archive unpacks to, and where
    /// other programs put them.
    pub(super) other_folders: &'static [&'static str],
    /// What it shows, in a line.
    pub(super) description: &'static str,
    /// Who made it, and under which licence.
    pub(super) origin: &'static str,
    /// The files.
    pub(super) files: &'static [SourceFile],
    /// Addresses that serve the files, each ending with a slash; tried in this order.
    pub(super) mirrors: &'static [&'static str],
    /// The gzipped tar archive that the mirrors serve instead of single files.
    pub(super) archive: Option<Archive>,
}

impl Source {
    /// All its files.
    pub(super) fn all_files(&self) -> Vec<&'static SourceFile> {
        self.files.iter().collect()
    }

    /// Bytes that a download of everything has.
    pub(super) fn download_bytes(&self) -> u64 {
        let files = || self.files.iter().map(|file| file.bytes).sum();
        self.archive.as_ref().map_or_else(files, |archive| archive.bytes)
    }
}

/// An archive that holds all files of a dataset; these are checked, so it need not be.
#[derive(Debug)]
pub(super) struct Archive {
    /// Its name.
    pub(super) name: &'static str,
    /// Its size.
    pub(super) bytes: u64,
}

/// One file as its authors published it.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Its name; a packed one ends with `.gz`.
    pub(super) name: &'static str,
    /// Its size.
    pub(super) bytes: u64,
    /// Its SHA-256 sum, in hexadecimal.
    pub(super) sha256: &'static str,
    /// The SHA-256 sum of its bytes once unpacked, however somebody packed them again.
    pub(super) unpacked: &'static str,
}

impl SourceFile {
    /// The name that a packed file has once somebody unpacked it.
    pub(super) fn unpacked_name(&self) -> &'static str {
        self.name.strip_suffix(".gz").unwrap_or(self.name)
    }

    /// The names that it may have, the published one first: packed, unpacked, and with a dot as in
    /// `train-images.idx3-ubyte`, under which others hand it on.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = vec![self.name.to_owned(), self.unpacked_name().to_owned()];
        for name in [self.name, self.unpacked_name()] {
            names.push(name.replace("-idx", ".idx"));
        }
        names.dedup();
        names
    }
}

/// Every dataset that is read from files.
pub(super) static SOURCES: [&Source; 3] = [&MNIST, &FASHION_MNIST, &CIFAR10];

/// The dataset called `name`, if it is one that is read from files.
pub(super) fn source(name: &str) -> Option<&'static Source> {
    SOURCES.into_iter().find(|source| source.name == name)
}

/// The source of a dataset and the files of it that are read; `None` where it is generated or the
/// user's own.
pub(super) fn needed(dataset: &Dataset) -> Option<(&'static Source, Vec<&'static SourceFile>)> {
    match dataset {
        Dataset::Mnist => Some((&MNIST, MNIST.all_files())),
        Dataset::FashionMnist => Some((&FASHION_MNIST, FASHION_MNIST.all_files())),
        Dataset::Cifar10 { train_batches } => Some((&CIFAR10, cifar10::needed(train_batches))),
        Dataset::Glyphs { .. }
        | Dataset::Csv(_)
        | Dataset::BadlyScaled { .. }
        | Dataset::TwoSpirals { .. }
        | Dataset::LinearTeacher { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_the_tables_is_well_formed() {
        for source in SOURCES {
            // Nobody but its authors serves the archive.
            let least = if source.archive.is_some() { 1 } else { 2 };
            assert!(source.mirrors.len() >= least, "{}", source.name);
            assert!(source.mirrors.iter().all(|mirror| mirror.ends_with('/')));
            for file in source.files {
                for sum in [file.sha256, file.unpacked] {
                    assert_eq!(sum.len(), 64, "{}", file.name);
                    assert!(sum.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
                }
                assert!(file.bytes > 0);
            }
        }
    }

    #[test]
    fn the_first_mirror_of_every_dataset_is_encrypted() {
        for source in SOURCES {
            assert!(source.mirrors[0].starts_with("https://"), "{}", source.name);
        }
    }
}
