//! The only module that touches the file system, so that every error carries its path, and no
//! file of a results folder leads elsewhere (`place`).
//!
//! Whole files are replaced atomically (a temporary file in the same folder, synced, then renamed);
//! growing files are flushed row by row, so that what was measured survives whatever comes next.

mod abandoned;
mod apart;
mod append;
mod crash;
mod lock;
mod machine;
mod paths;
mod place;
mod rewriting;

pub use self::apart::apart;
pub use self::append::{AppendFile, FilePrefix, whole_lines};
pub use self::lock::{Held, Lock, Patience, tell_of_waits};
pub use self::machine::kernel_and_device;
pub use self::paths::{physical, seen_from};
pub use self::place::enclose;
pub use self::rewriting::rewrite;

use self::place::{Kind, Writing};

use std::borrow::Cow;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A path as a shell reads it: `~` and `~/x` begin at the home folder, any other path is left as it is.
/// None where the home folder is not known, or is no text.
pub fn from_home(path: &str) -> Option<Cow<'_, str>> {
    let rest = match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(std::path::is_separator) => rest,
        _ => return Some(path.into()),
    };
    let home = etcetera::home_dir().ok()?;
    let home = home.to_str()?.trim_end_matches(std::path::is_separator);
    Some(format!("{home}{rest}").into())
}

/// Reads a whole file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    place::read(path).map_err(|e| Error::io("read", path, e))
}

/// Reads the first `most` bytes of a file, or all that it has.
pub fn read_start(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    place::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|e| Error::io("read", path, e))?;
    Ok(bytes)
}

/// Reads a whole UTF-8 text file.
pub fn read_text(path: &Path) -> Result<String> {
    let text = String::from_utf8(read(path)?);
    text.map_err(|e| {
        let end = e.utf8_error().valid_up_to();
        let whole = e.as_bytes()[..end].split(|&byte| byte == b'\n');
        let line = whole.count();
        let fault = std::io::Error::new(
            ErrorKind::InvalidData,
            format!("it is no UTF-8 text (line {line})"),
        );
        Error::io("read", path, fault)
    })
}

/// Reads a whole file, or `None` where there is none.
pub fn read_if_exists(path: &Path) -> Result<Option<Vec<u8>>> {
    match place::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        // Nor is there one below what is no folder.
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(Error::io("read", path, e)),
    }
}

/// Whether there is anything at `path`.
pub fn is_there(path: &Path) -> bool {
    place::kind(path).is_ok_and(|kind| kind.is_some())
}

/// Whether `path` is a folder.
pub fn is_folder(path: &Path) -> bool {
    matches!(place::kind(path), Ok(Some(Kind::Folder)))
}

/// Whether `path` is a file that can be opened.
pub fn is_file(path: &Path) -> bool {
    size(path).is_some()
}

/// The size of a file in bytes, or `None` where there is none.
pub fn size(path: &Path) -> Option<u64> {
    match place::kind(path) {
        Ok(Some(Kind::File(bytes))) => Some(bytes),
        _ => None,
    }
}

/// When a file was last written; `None` where there is none or the system does not tell.
pub fn written(path: &Path) -> Option<std::time::SystemTime> {
    let data = std::fs::symlink_metadata(path).ok()?;
    data.modified().ok().filter(|_| data.is_file())
}

/// Creates a folder and its parents.
pub fn create_folder(path: &Path) -> Result<()> {
    place::create_folders(path).map_err(|e| Error::io("create the folder", path, e))
}

/// Deletes a file, if it is there.
pub fn remove_if_exists(path: &Path) -> Result<()> {
    match place::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("delete", path, e)),
        _ => Ok(()),
    }
}

/// The files in a folder, in the order of their names; none where there is no folder.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_file = |path: &Path, kind| match kind {
        Kind::File(_) => Ok(true),
        Kind::Link => place::check_link(path).map(|()| is_file(path)),
        _ => Ok(false),
    };
    entries(folder, is_file)
}

/// The folders in a folder, links to folders left out, in the order of their names; none where
/// there is no folder.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_folder = |path: &Path, kind| match kind {
        Kind::Folder => Ok(true),
        Kind::Link => place::check_link(path).map(|()| false),
        _ => Ok(false),
    };
    entries(folder, is_folder)
}

/// All that is in a folder, of whatever kind, in the order of the names; none where there is no folder.
pub fn everything(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, |_, _| Ok(true))
}

fn entries(
    folder: &Path,
    is_wanted: impl Fn(&Path, Kind) -> std::io::Result<bool>,
) -> Result<Vec<PathBuf>> {
    let entries = match place::entries(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("list", folder, e)),
    };
    let mut wanted = Vec::new();
    for (path, kind) in entries {
        if is_wanted(&path, kind).map_err(|e| Error::io("list", folder, e))? {
            wanted.push(path);
        }
    }
    wanted.sort();
    Ok(wanted)
}

/// The bytes of all files in a folder and below.
pub fn bytes_below(folder: &Path) -> Result<u64> {
    let files = files(folder)?;
    let mut bytes = files.iter().filter_map(|file| size(file)).sum();
    for folder in folders(folder)? {
        bytes += bytes_below(&folder)?;
    }
    Ok(bytes)
}

/// The [`Partial`] files in `folder` that nobody finished, or not yet.
pub fn partials(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, |path, kind| Ok(is_partial(path) && matches!(kind, Kind::File(_))))
}

/// Whether somebody is still writing a [`Partial`] file.
pub fn is_being_written(partial: &Path) -> bool {
    abandoned::take(partial).is_none()
}

/// Gives a file another path in the same file system, in one step; what stood there goes.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    place::rename(from, to).map_err(|e| Error::io("replace", to, e))
}

/// Deletes a folder with all that is in it, if it is there.
pub fn remove_folder(path: &Path) -> Result<()> {
    match place::remove_tree(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("delete", path, e)),
        _ => Ok(()),
    }
}

/// Deletes what killed processes left of [`Partial`] files in `folder`; those that somebody is still
/// writing stay. For whoever is about to write into the folder.
pub fn remove_partials(folder: &Path) -> Result<()> {
    partials(folder)?.iter().try_for_each(|path| abandoned::remove(path))
}

/// Replaces `path` by `bytes` in one step: a reader sees the old file or the new one, never a part.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut partial = Partial::beside(path)?;
    partial.write(bytes)?;
    partial.persist()
}

/// As [`replace`], for what a power failure may take: nothing waits for the disk.
pub fn replace_unsynced(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut partial = Partial::beside(path)?;
    partial.write(bytes)?;
    partial.persist_unsynced()
}

/// Makes a rename in the folder of `path` last. Not every file system can, and those need not.
fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        drop(folder.sync_all());
    }
}

/// Deletes a folder if it is empty; whether it was is nobody's business.
pub fn remove_empty_folder(path: &Path) {
    drop(place::remove_empty_folder(path));
}

/// Copies a file, piece by piece; a reader of `to` sees the old file or the new one, never a part. A
/// power failure soon after may leave it empty: nothing waits for the disk.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = place::open(from).map_err(|e| Error::io("read", from, e))?;
    let mut partial = Partial::beside(to)?;
    std::io::copy(&mut source, partial.file.as_file_mut())
        .map_err(|e| Error::io("write", to, e))?;
    partial.persist_unsynced()
}

/// Copies the first `bytes` of a file, piece by piece, and waits until they are on the disk.
pub fn copy_start(from: &Path, bytes: u64, to: &Path) -> Result<()> {
    let source = place::open(from).map_err(|e| Error::io("read", from, e))?;
    let mut partial = Partial::beside(to)?;
    std::io::copy(&mut source.take(bytes), partial.file.as_file_mut())
        .map_err(|e| Error::io("write", to, e))?;
    partial.persist()
}

/// Makes a new file of `bytes` in one step; `false` where there is one already, of two processes that
/// ask at once for all but one.
pub fn create_new(path: &Path, bytes: &[u8]) -> Result<bool> {
    let mut partial = Partial::beside(path)?;
    partial.write(bytes)?;
    crash::before_a_change();
    match partial.file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(e) if e.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        // Not every file system can tell.
        Err(_) if !is_there(path) => replace_unsynced(path, bytes).map(|()| true),
        Err(e) => Err(Error::io("create", path, e.error)),
    }
}

/// Whether a file is what a killed process left of a [`Partial`].
pub fn is_partial(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let random = name.strip_prefix(PARTIAL);
    // Another file that begins so is somebody's own.
    random.is_some_and(|random| {
        random.len() == 6 && random.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// How the temporary names of partial files begin.
const PARTIAL: &str = ".partial-";

/// A file being written under a temporary name; it appears at its own path only by
/// [`Partial::persist`], and vanishes if dropped before. It is locked until then, so that
/// [`remove_partials`] knows it from what a killed process left.
pub struct Partial {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Partial {
    /// Starts a file that will become `path`; its folder must exist.
    pub fn beside(path: &Path) -> Result<Self> {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        loop {
            let file = tempfile::Builder::new()
                .prefix(PARTIAL)
                .make_in(folder, |path| place::open_to_write(path, Writing::New))
                .map_err(|e| Error::io("write", path, e))?;
            if abandoned::mark(file.as_file(), file.path()) {
                let path = path.to_owned();
                return Ok(Self { file, path });
            }
        }
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| Error::io("write", &self.path, e))
    }

    /// Syncs and renames into place: afterwards a power failure cannot bring the old file back.
    pub fn persist(self) -> Result<()> {
        self.finish(true)
    }

    /// Renames into place; a power failure may leave the file empty.
    fn persist_unsynced(self) -> Result<()> {
        self.finish(false)
    }

    fn finish(self, syncs: bool) -> Result<()> {
        if syncs {
            let synced = self.file.as_file().sync_all();
            synced.map_err(|e| Error::io("write", &self.path, e))?;
        }
        let (file, partial) = self.file.into_parts();
        match place::rename(&partial, &self.path) {
            Ok(()) => {
                // Nothing stands at its temporary name any more.
                drop(partial.keep());
                if syncs {
                    sync_folder_of(&self.path);
                }
                Ok(())
            }
            // A host that does not see this one's locks took it for abandoned; the open file has its bytes.
            Err(e) if e.kind() == ErrorKind::NotFound => Self::once_more(&self.path, file, syncs),
            Err(e) => Err(Error::io("replace", &self.path, e)),
        }
    }

    /// Writes what `lost` holds to a new partial file.
    fn once_more(path: &Path, mut lost: File, syncs: bool) -> Result<()> {
        let mut again = Self::beside(path)?;
        lost.rewind()
            .and_then(|()| std::io::copy(&mut lost, again.file.as_file_mut()))
            .map_err(|e| Error::io("write", path, e))?;
        again.finish(syncs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().display().to_string()).collect()
    }

    #[test]
    fn a_replaced_file_is_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        replace(&path, b"old").unwrap();
        replace(&path, b"new and longer").unwrap();
        assert_eq!(read(&path).unwrap(), b"new and longer");
        assert_eq!(names(folder.path()), ["table.csv"]);
    }

    #[test]
    fn a_partial_file_that_is_given_up_never_appears() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("download");
        replace(&path, b"old").unwrap();
        let mut partial = Partial::beside(&path).unwrap();
        partial.write(b"half of the n").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop(partial);
        assert_eq!(read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["download"]);
    }

    #[test]
    fn partial_files_of_the_dead_go_and_those_that_are_being_written_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let mut partial = Partial::beside(&path).unwrap();
        partial.write(b"half").unwrap();
        // As a killed process, and an earlier version, leaves it: nobody holds its lock.
        let dead = folder.path().join(".partial-dead12");
        fs::write(&dead, b"ha").unwrap();
        assert!(!is_being_written(&dead) && is_being_written(partial.file.path()));
        remove_partials(folder.path()).unwrap();
        assert!(!dead.exists());
        // Somebody's own file, by a name that only begins alike.
        let own = folder.path().join(".partial-thesis.md");
        fs::write(&own, b"chapter 1").unwrap();
        remove_partials(folder.path()).unwrap();
        assert_eq!(fs::read(&own).unwrap(), b"chapter 1");
        fs::remove_file(&own).unwrap();
        partial.write(b" and half").unwrap();
        partial.persist().unwrap();
        assert_eq!(read(&path).unwrap(), b"half and half");
        assert_eq!(names(folder.path()), ["table.csv"]);
    }

    #[test]
    fn a_partial_file_that_was_deleted_by_whoever_saw_no_lock_is_written_once_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let mut partial = Partial::beside(&path).unwrap();
        partial.write(b"whole").unwrap();
        fs::remove_file(partial.file.path()).unwrap();
        partial.persist().unwrap();
        assert_eq!(read(&path).unwrap(), b"whole");
        assert_eq!(names(folder.path()), ["table.csv"]);
    }

    #[test]
    fn errors_name_the_path_and_the_action() {
        let missing = Path::new("no/such/file");
        assert!(read_if_exists(missing).unwrap().is_none());
        let error = read(missing).unwrap_err().to_string();
        assert!(error.starts_with("cannot read `no/such/file`: "), "{error}");
        let error = replace(missing, b"").unwrap_err().to_string();
        assert!(error.contains("`no/such/file`"), "{error}");
    }
}
