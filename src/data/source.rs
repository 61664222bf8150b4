//! What a dataset made of files consists of: their names, sizes and sums, and who serves them.
//!
//! Tables only; the entries stand beside the reader of each dataset.

use super::mnist::{FASHION_MNIST, MNIST};

/// A dataset that is read from files.
#[derive(Debug)]
pub(super) struct Source {
    /// The name used in experiment files, folders and messages.
    pub(super) name: &'static str,
    /// What it shows, in a line.
    pub(super) description: &'static str,
    /// Who made it, and under which licence.
    pub(super) origin: &'static str,
    /// The files; all are needed.
    pub(super) files: &'static [SourceFile],
    /// Addresses that serve the files, each ending with a slash; tried in this order.
    pub(super) mirrors: &'static [&'static str],
}

/// One file as its authors published it.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Its name, which ends with `.gz`.
    pub(super) name: &'static str,
    /// Its size.
    pub(super) bytes: u64,
    /// Its SHA-256 sum, in hexadecimal.
    pub(super) sha256: &'static str,
}

impl SourceFile {
    /// The name that the file has once somebody unpacked it.
    pub(super) fn unpacked_name(&self) -> &'static str {
        self.name.strip_suffix(".gz").unwrap_or(self.name)
    }
}

/// Every dataset that is read from files.
pub(super) static SOURCES: [&Source; 2] = [&MNIST, &FASHION_MNIST];

/// The dataset called `name`, if it is one that is read from files.
pub(super) fn source(name: &str) -> Option<&'static Source> {
    SOURCES.into_iter().find(|source| source.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_the_tables_is_well_formed() {
        for source in SOURCES {
            assert!(source.mirrors.len() >= 2, "{}", source.name);
            assert!(source.mirrors.iter().all(|mirror| mirror.ends_with('/')));
            for file in source.files {
                assert_eq!(file.sha256.len(), 64, "{}", file.name);
                assert!(
                    file.sha256
                        .bytes()
                        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
                );
                assert_ne!(file.name, file.unpacked_name());
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
