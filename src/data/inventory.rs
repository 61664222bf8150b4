//! Lists datasets with the location and state of their files, for
//! `bn-lab data list` and `bn-lab data verify`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::content::fault;
use super::glyphs;
use super::locate::{Place, Places};
use super::published::{SOURCES, Source, SourceFile};
use super::stored::Stored;
use super::sums::{sha256, unpacked_sum};
use super::synthetic::{badly_scaled, linear_teacher, two_spirals};
use crate::error::Result;
use crate::fs;

/// One dataset with its location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetStatus {
    /// The name used in experiment files.
    pub name: &'static str,
    /// A description in one line.
    pub description: &'static str,
    /// The authors and the licence of the dataset.
    pub origin: &'static str,
    /// Where the files of the dataset are.
    pub availability: Availability,
    /// The size of its files here, or of the download where some are missing; 0 where it is
    /// generated.
    pub bytes: u64,
}

/// Where the files of a dataset are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// It is generated and needs no files.
    Generated,
    /// All its files are here.
    Found(Place),
    /// Some of its files are here.
    Incomplete {
        /// The place of the files that exist.
        place: Place,
        /// The names of the missing files.
        missing: Vec<&'static str>,
    },
    /// None of its files is here; a run that needs it downloads it.
    Missing,
}

/// One file of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCheck {
    /// The dataset's name.
    pub dataset: &'static str,
    /// The path where the file is or should be.
    pub path: PathBuf,
    /// The name of its content in a file that holds several.
    pub part: Option<&'static str>,
    /// The result of the check.
    pub state: FileState,
}

/// Whether a file is the published one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// It is identical to the published one.
    Sound,
    /// It has the published content, unpacked or packed differently.
    Repacked,
    /// The file is missing.
    Missing,
    /// It is undamaged, but its content differs from what was published under its name.
    Other {
        /// The dataset that was published with this content, if it is known.
        of: Option<&'static str>,
        /// The SHA-256 of its unpacked bytes.
        found: String,
    },
    /// It cannot be read as a file of its kind.
    Damaged {
        /// A description of the defect.
        fault: String,
    },
}

/// The generated datasets, with a description.
const GENERATED: [(&str, &str); 4] = [
    (
        glyphs::NAME,
        "generated digits in many hands, any number of grey images of 28×28, 10 classes",
    ),
    (
        badly_scaled::NAME,
        "a table whose columns differ in scale by orders of magnitude, any number of columns and classes",
    ),
    (two_spirals::NAME, "points on two spirals, 2 columns, 2 classes"),
    (
        linear_teacher::NAME,
        "a table that a linear classifier can learn, any number of columns and classes",
    ),
];

/// Every named dataset, the generated ones first; a user's own table is not included.
pub fn status(places: &Places) -> Vec<DatasetStatus> {
    let generated = |(name, description)| DatasetStatus {
        name,
        description,
        origin: "drawn by bn-lab from a seed; no files, no download",
        availability: Availability::Generated,
        bytes: 0,
    };
    GENERATED
        .into_iter()
        .map(generated)
        .chain(SOURCES.into_iter().map(|source| source_status(source, places)))
        .collect()
}

fn source_status(source: &'static Source, places: &Places) -> DatasetStatus {
    let (availability, bytes) = match places.nearest(source, &source.all_files()) {
        None => (Availability::Missing, source.download_bytes()),
        Some((place, missing)) if missing.is_empty() => {
            let bytes = bytes_in(source, &place);
            (Availability::Found(place), bytes)
        }
        Some((place, missing)) => {
            let missing = missing.iter().map(|file| file.name).collect();
            let incomplete = Availability::Incomplete { place, missing };
            (incomplete, source.download_bytes())
        }
    };
    DatasetStatus {
        name: source.name,
        description: source.description,
        origin: source.origin,
        availability,
        bytes,
    }
}

/// The size of the files of `source` in `place`.
fn bytes_in(source: &Source, place: &Place) -> u64 {
    let stored = source.files.iter().filter_map(|file| Stored::find(file, &place.folder));
    // An archive holds several.
    let paths: BTreeSet<PathBuf> = stored.map(|stored| stored.path).collect();
    paths.iter().filter_map(|path| fs::size(path)).sum()
}

/// Compares the content of every file with what was published: in the folder with most of the dataset, or in the
/// one that a download would use.
pub fn verify(places: &Places) -> Result<Vec<FileCheck>> {
    let mut checks = Vec::new();
    for source in SOURCES {
        let found = places.nearest(source, &source.all_files());
        let found = found.map(|(place, _)| place.folder);
        let folder = found.or_else(|| places.fetch_folder(source.name)).unwrap_or_default();
        for file in source.files {
            let stored = Stored::existing(file, &folder);
            checks.push(FileCheck {
                dataset: source.name,
                state: state(&stored, file)?,
                part: stored.part(),
                path: stored.path,
            });
        }
    }
    Ok(checks)
}

fn state(stored: &Stored, file: &SourceFile) -> Result<FileState> {
    if !fs::is_file(&stored.path) {
        return Ok(FileState::Missing);
    }
    let bytes = match stored.read()? {
        Ok(bytes) => bytes,
        Err(fault) => return Ok(FileState::Damaged { fault }),
    };
    if sha256(&bytes) == file.sha256 {
        return Ok(FileState::Sound);
    }
    let found = unpacked_sum(&bytes, file);
    if found == file.unpacked {
        return Ok(FileState::Repacked);
    }
    if let Some(fault) = fault(&bytes, file) {
        return Ok(FileState::Damaged { fault });
    }
    let of = SOURCES.into_iter().find(|source| {
        let mut files = source.files.iter();
        files.any(|file| file.unpacked == found)
    });
    Ok(FileState::Other { of: of.map(|source| source.name), found })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::data::published::MNIST;
    use crate::data::tests::{data_root, published_folder};

    fn cache(root: &Path) -> Places {
        Places { cache: Some(root.to_owned()), ..Places::default() }
    }

    #[test]
    fn what_is_generated_is_always_there_and_missing_datasets_show_the_size_of_their_download() {
        let root = tempfile::tempdir().unwrap();
        let shown: Vec<_> = status(&cache(root.path()))
            .into_iter()
            .map(|status| (status.name, status.availability, status.bytes))
            .collect();
        assert_eq!(
            shown,
            [
                ("glyphs", Availability::Generated, 0),
                ("badly-scaled", Availability::Generated, 0),
                ("two-spirals", Availability::Generated, 0),
                ("linear-teacher", Availability::Generated, 0),
                ("mnist", Availability::Missing, 11_594_722),
                ("fashion-mnist", Availability::Missing, 30_878_645),
                ("cifar10", Availability::Missing, 170_052_171),
            ]
        );
    }

    #[test]
    fn files_are_distinguished_by_their_content() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("mnist");
        fs::create_folder(&folder).unwrap();
        fs::replace(&folder.join(MNIST.files[0].name), b"damaged").unwrap();
        // The labels of another set in the same format: undamaged, and not to be deleted.
        let others = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9];
        fs::replace(&folder.join(MNIST.files[1].unpacked_name()), &others).unwrap();
        let checks = verify(&cache(root.path())).unwrap();
        assert_eq!(checks.len(), 14);
        assert!(
            matches!(&checks[0].state, FileState::Damaged { fault } if fault.contains("begin"))
        );
        assert_eq!(checks[1].state, FileState::Other { of: None, found: sha256(&others) });
        assert_eq!(checks[2].state, FileState::Missing);
        assert_eq!(checks[2].path, folder.join(MNIST.files[2].name));
    }

    #[test]
    fn the_published_files_are_sound() {
        let places = Places { data_dir: Some(data_root()), ..Places::default() };
        for source in SOURCES {
            let folder =
                if source.archive.is_some() { source.other_folders[0] } else { source.name };
            if published_folder(folder, source.files[0].name).is_none() {
                continue;
            }
            let checks = verify(&places).unwrap();
            let of_source = checks.iter().filter(|check| check.dataset == source.name);
            // For CIFAR-10, some files suffice.
            assert!(
                of_source
                    .clone()
                    .all(|check| matches!(check.state, FileState::Sound | FileState::Missing)),
                "{checks:?}"
            );
            assert_eq!(of_source.count(), source.files.len());
        }
    }
}
