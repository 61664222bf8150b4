//! Access to the file system without following links: the only calls that inspect, open, list, rename or delete.
//!
//! A results folder may come from anyone: from an archive, a repository or a shared disk, and each of
//! these can contain links, pipes and devices. So below a folder that was passed to [`enclose`] no link is
//! followed, whoever created it and whenever: on Unix each folder on the path is opened separately with
//! `O_NOFOLLOW` and the next name is looked up in it (`openat`), so that a link that is created between two
//! calls is not followed either. The enclosed folder itself may be a link. Everywhere, only
//! regular files are opened: a pipe would block for ever, and a device has no end.

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

/// The folders below which no link is followed, as absolute paths. Few: those that a command works on.
static ENCLOSED: RwLock<Vec<PathBuf>> = RwLock::new(Vec::new());

/// From now on no link below `root` is followed by any function of this module.
pub fn enclose(root: &Path) {
    let root = &absolute(root);
    let is_known = |known: &[PathBuf]| known.iter().any(|known| known == root);
    // Each change is one push, so a panic cannot leave the list inconsistent.
    if is_known(&ENCLOSED.read().unwrap_or_else(PoisonError::into_inner)) {
        return;
    }
    let mut enclosed = ENCLOSED.write().unwrap_or_else(PoisonError::into_inner);
    if !is_known(&enclosed) {
        enclosed.push(root.to_owned());
    }
}

/// The enclosed folder that contains `path`, and the relative path from it; `None` where there is none. Of several
/// it is the innermost, since each may itself be a link.
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

/// An absolute path; the file system is not accessed, and no link is followed.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The names on the path from an enclosed folder; an error where it would lead outside.
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

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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
pub(super) enum Writing {
    /// It must exist, and keeps its content.
    Existing,
    /// It may exist, and keeps its content.
    Kept,
    /// It may exist, and is truncated.
    Emptied,
    /// It must not exist; it can be read as well.
    New,
}

/// The kind of entry at `path`; `None` where nothing exists.
pub(super) fn kind(path: &Path) -> Result<Option<Kind>> {
    match system::kind(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        // A file has the path of a folder.
        Err(e) if e.kind() == ErrorKind::NotADirectory => Ok(None),
        found => found.map(Some),
    }
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

/// Refuses a link inside an enclosed folder.
pub(super) fn check_link(path: &Path) -> Result<()> {
    if enclosed(path).is_some() { Err(link(path)) } else { Ok(()) }
}

/// The error for a link at or on a path.
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
