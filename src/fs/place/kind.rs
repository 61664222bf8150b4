//! What stands at a path, and how a file is opened for writing.

use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind, Result};

use super::enclosure::not_followed;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fs) enum Kind {
    /// A regular file of so many bytes.
    File(u64),
    /// A folder.
    Folder,
    /// A link that is not followed here.
    Link,
    /// A pipe, a socket or a device.
    Other,
}

/// What to do with a file that is opened for writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fs) enum Writing {
    /// It must be there, and keeps its content.
    Existing,
    /// It may be there, and keeps its content.
    Kept,
    /// It may be there, and is emptied.
    Emptied,
    /// It must not be there; it can be read as well.
    New,
}

/// What an open file is.
pub(super) fn kind_of(file: &File) -> Result<Kind> {
    Ok(kind_of_metadata(&file.metadata()?))
}

/// What stands where the system found this.
pub(super) fn kind_of_metadata(metadata: &Metadata) -> Kind {
    let kind = metadata.file_type();
    if kind.is_file() {
        Kind::File(metadata.len())
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link
    } else {
        Kind::Other
    }
}

/// An error for whatever is no regular file.
pub(super) fn regular(kind: Kind) -> Result<()> {
    match kind {
        Kind::File(_) => Ok(()),
        Kind::Folder => Err(Error::new(ErrorKind::IsADirectory, "it is a folder")),
        Kind::Link => Err(not_followed("it")),
        Kind::Other => Err(Error::other(
            "it is a pipe, a socket or a device, and only regular files are opened\n  hint: put a regular file there, or move away what is there",
        )),
    }
}
