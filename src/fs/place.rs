//! Where a path leads, and the only calls that look, open, list, rename or delete there.
//!
//! A results folder may come from anybody: out of an archive, a repository or a shared disk, and each of
//! these can hold links, pipes and devices. So below a folder that was given to [`enclose`] no link is
//! followed, whoever put it there and whenever: on Unix each folder on the way is opened by itself with
//! `O_NOFOLLOW` and the next name is looked up in it (`openat`), so that a link that appears between two
//! calls is not followed either. The enclosed folder itself may be a link. Wherever a path leads, only
//! regular files are opened: a pipe would wait for ever, and a device has no end.

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

/// What stands at `path`; `None` where nothing does.
pub(super) fn kind(path: &Path) -> Result<Option<Kind>> {
    match system::kind(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        // A file stands where the path needs a folder.
        Err(e) if e.kind() == ErrorKind::NotADirectory => Ok(None),
        found => found.map(Some),
    }
}

/// Whether there is anything at `path`.
pub fn is_there(path: &Path) -> bool {
    kind(path).is_ok_and(|kind| kind.is_some())
}

/// Opens a regular file for reading. The system looks at it before, since opening alone can move a tape
/// or wait for a line, and it is looked at again, since another may have come to stand there.
pub(super) fn open(path: &Path) -> Result<File> {
    let file = system::open(path)?;
    regular(kind_of(&file)?)?;
    Ok(file)
}

/// Opens a regular file for writing, looked at twice likewise.
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
        // What is being written may grow meanwhile.
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        // A file may be longer than memory: that is an error like others.
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

/// The most bytes that are read of a file: what describes an experiment or a trial is short, tables and
/// networks need what they need and must fit into memory.
fn longest(path: &Path) -> u64 {
    let extension = path.extension().unwrap_or_default();
    match extension.to_str() {
        Some("json" | "toml" | "log") => 256 << 20,
        Some("md" | "html" | "svg") => 1 << 30,
        _ => 64 << 30,
    }
}

/// Everything in a folder with what it is, no link followed; an error where there is no such folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<(PathBuf, Kind)>> {
    system::entries(folder)
}

/// Makes a folder and those above it.
pub(super) fn create_folders(path: &Path) -> Result<()> {
    before_a_change();
    system::create_folders(path)
}

/// Deletes a file.
pub(super) fn remove_file(path: &Path) -> Result<()> {
    before_a_change();
    system::remove_file(path)
}

/// Deletes a folder that is empty.
pub(super) fn remove_empty_folder(path: &Path) -> Result<()> {
    before_a_change();
    system::remove_empty_folder(path)
}

/// Deletes a folder with all that is in it; links in it are deleted, and what they point to stays.
pub(super) fn remove_tree(path: &Path) -> Result<()> {
    before_a_change();
    system::remove_tree(path)
}

/// Gives a file another path in the same file system, in one step; a file that stood there goes.
pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    before_a_change();
    system::rename(from, to)
}

#[cfg(test)]
mod tests;
