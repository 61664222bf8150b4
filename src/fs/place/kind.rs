//! The kinds of entries in a folder, and how a file is opened for writing.

use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind, Result};

use super::enclosure::not_followed;

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fs) enum Kind {
    /// A regular file with this size in bytes.
    File(u64),
    /// A folder.
    Folder,
    /// A link that is not followed.
    Link,
    /// A pipe, a socket or a device.
    Other,
}

/// How a file is opened for writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fs) enum Writing {
    /// It must exist, and keeps its content.
    Existing,
    /// It may exist, and keeps its content.
    Kept,
    /// It may exist, and is truncated.
    Emptied,
    /// It must not exist; it can be read as well.
    New,
}

/// The kind of an open file.
pub(super) fn kind_of(file: &File) -> Result<Kind> {
    Ok(kind_of_metadata(&file.metadata()?))
}

/// The kind that the metadata of an entry state.
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

/// An error where an entry is not a regular file.
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
