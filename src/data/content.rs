//! Identifies the content of a dataset's files, however they are packed: by the SHA-256 of their unpacked
//! bytes, from which published files are recognised and changes are detected.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};

use super::cifar10;
use super::idx::{self, GZIP_MAGIC};
use super::locate::Places;
use super::origin::Origin;
use super::published::{Content, SourceFile};
use crate::config::spec;
use crate::description::DatasetFiles;
use crate::error::Result;
use crate::fs;
use crate::units::hexadecimal;

/// Most bytes of an unpacked file that are read: more than any known dataset has.
const MOST_BYTES: u64 = 1 << 31;

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
        let sum = unpacked_sum(&fs::read(&file.path_in(folder))?, file);
        found.published &= sum == file.unpacked;
        let name = file.unpacked_name();
        found.files.insert(name.to_owned(), sum);
    }
    Ok(found)
}

/// The SHA-256 of `bytes`, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The SHA-256 of `bytes` after unpacking. For a damaged packed file it is that of the packed bytes;
/// the reader reports what is wrong.
pub(super) fn unpacked_sum(bytes: &[u8], file: &SourceFile) -> String {
    let packed = sha256(bytes);
    if packed == file.sha256 {
        // Unpacking takes ten times as long.
        return file.unpacked.to_owned();
    }
    if !bytes.starts_with(&GZIP_MAGIC) {
        return packed;
    }
    inflated_sum(GzDecoder::new(bytes).take(MOST_BYTES)).unwrap_or(packed)
}

fn inflated_sum(mut stream: impl Read) -> io::Result<String> {
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&sum.finalize())),
            count => sum.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::published::MNIST;
    use crate::data::tests::gzipped as packed;

    #[test]
    fn a_file_has_one_sum_whether_it_is_packed_or_not() {
        let file = &MNIST.files[0];
        let sum = sha256(b"pixels");
        assert_eq!(unpacked_sum(b"pixels", file), sum);
        assert_eq!(unpacked_sum(&packed(b"pixels"), file), sum);
        assert_ne!(unpacked_sum(&packed(b"Pixels"), file), sum);
        let mut damaged = packed(b"pixels");
        damaged.truncate(12);
        assert_eq!(unpacked_sum(&damaged, file), sha256(&damaged));
    }

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
