//! The content of a dataset's files: whether it is what was published, and whether a file is damaged.

use std::path::{Path, PathBuf};

use super::cifar10;
use super::idx;
use super::locate::Places;
use super::origin::Origin;
use super::published::{Content, SourceFile};
use super::stored::Stored;
use crate::config::spec;
use crate::description::DatasetFiles;
use crate::error::Result;

/// The checksums of the files of `dataset` and their folder, where they are in one of the `places`; `None`
/// where they are not, and for a dataset without published files. Nothing is
/// downloaded.
pub fn files(dataset: &spec::Dataset, places: &Places) -> Result<Option<(PathBuf, DatasetFiles)>> {
    let Origin::Published(source, needed) = Origin::of(dataset) else {
        return Ok(None);
    };
    let Some(place) = places.find(source, &needed) else {
        return Ok(None);
    };
    let sums = sums(&needed, &place.folder)?;
    Ok(Some((place.folder, sums)))
}

/// Why `dataset` is not read from the folder that `--data-dir` names, to complete "`DIR` …"; `None`
/// where it is, or no folder was given.
pub fn not_given(dataset: &spec::Dataset, places: &Places) -> Option<String> {
    let is_given = places.data_dir.is_some();
    match Origin::of(dataset) {
        Origin::Published(source, needed) => places.not_given(source, &needed),
        Origin::Table(_) => {
            is_given.then_some("is not looked at: `data.file` says where the table is".to_owned())
        }
        Origin::Generated(_) => {
            is_given.then_some("is not looked at: the dataset is generated".to_owned())
        }
    }
}

/// Why a file does not have the format of `file`, the published one; `None` where
/// it has, whatever its content is.
pub(super) fn fault(bytes: &[u8], file: &SourceFile) -> Option<String> {
    let rank = match file.content {
        Content::Images => 3,
        Content::Labels => 1,
        Content::Records => return cifar10::append(bytes, &mut Vec::new(), &mut Vec::new()).err(),
    };
    idx::decode(bytes, rank).err()
}

fn sums(needed: &[&'static SourceFile], folder: &Path) -> Result<DatasetFiles> {
    let mut found = DatasetFiles { published: true, ..DatasetFiles::default() };
    for file in needed {
        let sum = Stored::existing(file, folder).sum(file)?;
        found.published &= sum == file.unpacked;
        let name = file.unpacked_name();
        found.files.insert(name.to_owned(), sum);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::published::MNIST;
    use crate::data::sums::sha256;
    use crate::fs;

    #[test]
    fn files_that_are_not_the_published_ones_are_known_for_that() {
        let root = tempfile::tempdir().unwrap();
        let places = Places { data_dir: Some(root.path().into()), ..Places::default() };
        assert_eq!(files(&spec::Dataset::Mnist, &places).unwrap(), None);
        for file in MNIST.files {
            fs::replace(&root.path().join(file.unpacked_name()), b"x").unwrap();
        }
        let (folder, found) = files(&spec::Dataset::Mnist, &places).unwrap().unwrap();
        assert_eq!(folder, root.path());
        assert!(!found.published);
        assert_eq!(found.files.len(), 4);
        assert_eq!(found.files["t10k-labels-idx1-ubyte"], sha256(b"x"));
        let glyphs = spec::Dataset::Glyphs { difficulty: 0.5, seed: 0 };
        assert_eq!(files(&glyphs, &places).unwrap(), None);
    }
}
