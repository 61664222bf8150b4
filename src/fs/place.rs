//! Where a path leads, and the only calls that look, open, list, rename or delete there.
//!
//! A results folder may come from anybody: out of an archive, a repository or a shared disk, and each of
//! these can hold links, pipes and devices. So below a folder that was given to [`enclose`] no link is
//! followed, whoever put it there and whenever: on Unix each folder on the way is opened by itself with
//! `O_NOFOLLOW` and the next name is looked up in it (`openat`), so that a link that appears between two
//! calls is not followed either. The enclosed folder itself may be a link. Wherever a path leads, only
//! regular files are opened: a pipe would wait for ever, and a device has no end.

#[cfg(not(unix))]
mod portable;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use self::portable as system;
#[cfg(unix)]
use self::unix as system;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Component, Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use super::crash::before_a_change;

/// The folders below which no link is followed, from the root of the disk. Few: those that a command works on.
static ENCLOSED: RwLock<Vec<PathBuf>> = RwLock::new(Vec::new());

/// From now on no link below `root` is followed by any function of this module.
pub fn enclose(root: &Path) {
    let root = &absolute(root);
    let is_known = |known: &[PathBuf]| known.iter().any(|known| known == root);
    // Each change is one push: the list is whole whatever happened.
    if is_known(&ENCLOSED.read().unwrap_or_else(PoisonError::into_inner)) {
        return;
    }
    let mut enclosed = ENCLOSED.write().unwrap_or_else(PoisonError::into_inner);
    if !is_known(&enclosed) {
        enclosed.push(root.to_owned());
    }
}

/// The enclosed folder that `path` lies in and the way from there; `None` where it lies in none. Of several
/// it is the innermost, since each may be a link in itself.
fn enclosed(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let path = absolute(path);
    let known = ENCLOSED.read().unwrap_or_else(PoisonError::into_inner);
    let around = known.iter().filter_map(|root| {
        let rest = path.strip_prefix(root).ok()?;
        (rest.components().next().is_some()).then_some((root, rest))
    });
    let (root, rest) = around.max_by_key(|(root, _)| root.components().count())?;
    Some((root.clone(), rest.to_owned()))
}

/// A path from the root of the disk; nothing is looked at, and no link is followed.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The names on the way from an enclosed folder; an error where it would lead out again.
fn names(rest: &Path) -> Result<Vec<&OsStr>> {
    let mut names = Vec::new();
    for part in rest.components() {
        match part {
            Component::Normal(name) => names.push(name),
            Component::CurDir => {}
            _ => {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    "the path leads out of its results folder",
                ));
            }
        }
    }
    Ok(names)
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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
pub(super) enum Writing {
    /// It must be there, and keeps its content.
    Existing,
    /// It may be there, and keeps its content.
    Kept,
    /// It may be there, and is emptied.
    Emptied,
    /// It must not be there; it can be read as well.
    New,
}

/// What stands at `path`; `None` where nothing does.
pub(super) fn kind(path: &Path) -> Result<Option<Kind>> {
    match system::kind(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        // A file stands where the path needs a folder.
        Err(e) if e.kind() == ErrorKind::NotADirectory => Ok(None),
        found => found.map(Some),
    }
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

/// Waits until the disk holds everything that was written to the file system of `folder`, where the system
/// has a call for that.
pub(super) fn sync_file_system(folder: &Path) -> Result<()> {
    system::sync_file_system(folder)
}

/// Gives a file another path in the same file system, in one step; a file that stood there goes.
pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    before_a_change();
    system::rename(from, to)
}

fn kind_of(file: &File) -> Result<Kind> {
    Ok(kind_of_metadata(&file.metadata()?))
}

fn kind_of_metadata(metadata: &std::fs::Metadata) -> Kind {
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

fn regular(kind: Kind) -> Result<()> {
    match kind {
        Kind::File(_) => Ok(()),
        Kind::Folder => Err(Error::new(ErrorKind::IsADirectory, "it is a folder")),
        Kind::Link => Err(not_followed("it")),
        Kind::Other => Err(Error::other(
            "it is a pipe, a socket or a device, and only regular files are opened\n  hint: put a regular file there, or move away what is there",
        )),
    }
}

/// Refuses a link that lies in an enclosed folder.
pub(super) fn check_link(path: &Path) -> Result<()> {
    if enclosed(path).is_some() { Err(link(path)) } else { Ok(()) }
}

/// The error for a link at or on the way to a path.
fn link(path: &Path) -> Error {
    not_followed(&format!("`{}`", path.display()))
}

fn not_followed(what: &str) -> Error {
    Error::other(format!(
        "{what} is a link, and links inside a results folder are not followed\n  hint: put there what it points to, or delete the link"
    ))
}

#[cfg(test)]
mod tests;
