//! Where and in which form a published file is stored: as published, unpacked, or as other programs keep its content.

use std::path::{Path, PathBuf};

use super::published::{SourceFile, Twin};
use super::sums::{sha256, unpacked_sum};
use super::{npz, pickle};
use crate::error::Result;
use crate::fs;

/// A published file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// The file that contains it.
    pub(super) path: PathBuf,
    /// The form, if it is another program's.
    twin: Option<Twin>,
}

impl Stored {
    /// `file` in `folder`, under one of its names or as its twin; `None` where neither exists.
    pub(super) fn find(file: &SourceFile, folder: &Path) -> Option<Self> {
        let own = file.names().into_iter().map(|name| (name, None));
        let twin = file.twin.map(|twin| (twin.file().to_owned(), Some(twin)));
        let all = own.chain(twin).map(|(name, twin)| Self { path: folder.join(name), twin });
        all.into_iter().find(|stored| fs::is_file(&stored.path))
    }

    /// As [`Stored::find`] of a file that exists; where it does not any more, reading it is the error.
    pub(super) fn existing(file: &SourceFile, folder: &Path) -> Self {
        let published = || Self { path: folder.join(file.name), twin: None };
        Self::find(file, folder).unwrap_or_else(published)
    }

    /// The name of the array in a file that holds several.
    pub(super) fn part(&self) -> Option<&'static str> {
        match self.twin {
            Some(Twin::Array { name, .. }) => Some(name),
            Some(Twin::Pickle(_)) | None => None,
        }
    }

    /// The bytes of the published file, packed or unpacked; the inner error says why the file that was found does not
    /// hold it.
    pub(super) fn read(&self) -> Result<Result<Vec<u8>, String>> {
        let bytes = fs::read(&self.path)?;
        Ok(match self.twin {
            None => Ok(bytes),
            Some(Twin::Array { name, .. }) => npz::as_idx(&bytes, name),
            Some(Twin::Pickle(_)) => pickle::as_records(&bytes),
        })
    }

    /// The SHA-256 of the unpacked bytes of `file`, in hexadecimal; of what is there where that cannot be read.
    pub(super) fn sum(&self, file: &SourceFile) -> Result<String> {
        match self.read()? {
            Ok(bytes) => Ok(unpacked_sum(&bytes, file)),
            Err(_) => Ok(sha256(&fs::read(&self.path)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rawzip::CompressionMethod;

    use super::*;
    use crate::data::npz::tests::{npy, zipped};
    use crate::data::pickle::tests::pickled;
    use crate::data::published::{CIFAR10, Content, MNIST};
    use crate::data::tests::published_folder;
    use crate::data::{cifar10, idx};

    #[test]
    fn a_published_file_precedes_its_twin() {
        let root = tempfile::tempdir().unwrap();
        let file = &MNIST.files[1];
        assert_eq!(Stored::find(file, root.path()), None);
        let labels = npy("|u1", "False", "(3,)", &[7, 0, 9]);
        let archive = zipped(&[("y_train.npy", &labels)], CompressionMethod::DEFLATE);
        fs::replace(&root.path().join("mnist.npz"), &archive).unwrap();
        let stored = Stored::find(file, root.path()).unwrap();
        assert_eq!((stored.part(), stored.path.ends_with("mnist.npz")), (Some("y_train"), true));
        let bytes = stored.read().unwrap().unwrap();
        assert_eq!(bytes, [0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9]);
        assert_eq!(stored.sum(file).unwrap(), sha256(&bytes));
        fs::replace(&root.path().join(file.unpacked_name()), &[1]).unwrap();
        assert_eq!(Stored::existing(file, root.path()).read().unwrap(), Ok(vec![1]));
    }

    #[test]
    fn the_python_version_of_a_batch_is_the_binary_one() {
        let root = tempfile::tempdir().unwrap();
        let file = &CIFAR10.files[0];
        fs::replace(&root.path().join("data_batch_1"), &pickled(&[4, 9])).unwrap();
        let records = Stored::existing(file, root.path()).read().unwrap().unwrap();
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        cifar10::append(&records, &mut images, &mut labels).unwrap();
        assert_eq!((labels, images.len()), (vec![4, 9], 6144));
    }

    #[test]
    fn the_arrays_of_the_published_images_have_the_published_sums() {
        let Some(folder) = published_folder("mnist", MNIST.files[0].name) else {
            return;
        };
        let root = tempfile::tempdir().unwrap();
        for file in MNIST.files {
            let bytes = Stored::existing(file, &folder).read().unwrap().unwrap();
            let rank = if file.content == Content::Images { 3 } else { 1 };
            let idx = idx::decode(&bytes, rank).unwrap();
            let sizes: Vec<String> = idx.shape.iter().map(|size| format!("{size},")).collect();
            let array = npy("|u1", "False", &format!("({})", sizes.concat()), &idx.elements);
            let name = file.twin.map(|twin| match twin {
                Twin::Array { name, .. } => format!("{name}.npy"),
                Twin::Pickle(_) => panic!("MNIST has arrays"),
            });
            let archive = zipped(&[(&name.unwrap(), &array)], CompressionMethod::STORE);
            fs::replace(&root.path().join("mnist.npz"), &archive).unwrap();
            assert_eq!(Stored::existing(file, root.path()).sum(file).unwrap(), file.unpacked);
        }
    }
}
