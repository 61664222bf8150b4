//! Access to the file system without following links: the only calls that inspect, open, list, rename or delete.
//!
//! A results folder may come from anyone: from an archive, a repository or a shared disk, and each of
//! these can contain links, pipes and devices. So below a folder that was passed to [`enclose`] no link is
//! followed, whoever created it and whenever: on Unix each folder on the path is opened separately with
//! `O_NOFOLLOW` and the next name is looked up in it (`openat`), so that a link that is created between two
//! calls is not followed either. The enclosed folder itself may be a link. Everywhere, only
//! regular files are opened: a pipe would block for ever, and a device has no end.

mod enclosure;
mod kind;
#[cfg(not(unix))]
mod portable;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use self::portable as system;
#[cfg(unix)]
use self::unix as system;

pub(super) use self::enclosure::check_link;
pub use self::enclosure::enclose;
pub(super) use self::kind::{Kind, Writing};
use self::kind::{kind_of, regular};

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Path, PathBuf};

use super::crash::before_a_change;

/// The kind of entry at `path`; `None` where nothing exists.
pub(super) fn kind(path: &Path) -> Result<Option<Kind>> {
    match system::kind(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        // A file has the path of a folder.
        Err(e) if e.kind() == ErrorKind::NotADirectory => Ok(None),
        found => found.map(Some),
    }
}

/// Whether anything exists at `path`.
pub fn is_there(path: &Path) -> bool {
    kind(path).is_ok_and(|kind| kind.is_some())
}

/// Opens a regular file for reading. Its kind is checked before, since opening alone can have an effect on a
/// device or block, and again afterwards, since it may have been replaced.
pub(super) fn open(path: &Path) -> Result<File> {
    let file = system::open(path)?;
    regular(kind_of(&file)?)?;
    Ok(file)
}

/// Opens a regular file for writing, with the same two checks.
pub(super) fn open_to_write(path: &Path, writing: Writing) -> Result<File> {
    before_a_change();
    let file = system::open_to_write(path, writing)?;
    regular(kind_of(&file)?)?;
    Ok(file)
}

/// Reads a whole regular file, unless it is longer than files of its kind ever are.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let most = longest(path);
    let file = open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    if length <= most {
        // A file that is being written may grow meanwhile.
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        // A file may be larger than memory: that is an error like others.
        let reserved = bytes.try_reserve_exact(length.saturating_add(1));
        reserved.map_err(|_| ErrorKind::OutOfMemory)?;
        file.take(most + 1).read_to_end(&mut bytes)?;
    }
    if length > most || bytes.len() as u64 > most {
        return Err(Error::new(
            ErrorKind::FileTooLarge,
            format!(
                "it has {} MB, and no file of its kind has more than {}",
                length >> 20,
                most >> 20
            ),
        ));
    }
    Ok(bytes)
}

/// Most bytes that are read of a file: files that describe an experiment or a trial are short, tables and
/// networks have no limit and must fit into memory.
fn longest(path: &Path) -> u64 {
    let extension = path.extension().unwrap_or_default();
    match extension.to_str() {
        Some("json" | "toml" | "log") => 256 << 20,
        Some("md" | "html" | "svg") => 1 << 30,
        _ => 64 << 30,
    }
}

/// All entries of a folder with their kinds, without following links; an error where the folder does not exist.
pub(super) fn entries(folder: &Path) -> Result<Vec<(PathBuf, Kind)>> {
    system::entries(folder)
}

/// Creates a folder and its parents.
pub(super) fn create_folders(path: &Path) -> Result<()> {
    before_a_change();
    system::create_folders(path)
}

/// Deletes a file.
pub(super) fn remove_file(path: &Path) -> Result<()> {
    before_a_change();
    system::remove_file(path)
}

/// Deletes an empty folder.
pub(super) fn remove_empty_folder(path: &Path) -> Result<()> {
    before_a_change();
    system::remove_empty_folder(path)
}

/// Waits until the disk holds everything that was written to the file system of `folder`, where the system
/// has a call for that.
pub(super) fn sync_file_system(folder: &Path) -> Result<()> {
    system::sync_file_system(folder)
}

/// Moves a file to another path in the same file system, atomically; a file at `to` is replaced.
pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    before_a_change();
    system::rename(from, to)
}

#[cfg(test)]
mod tests;
