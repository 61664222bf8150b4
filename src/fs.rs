//! The only module that accesses the file system, so that every error states its path, and no file of a
//! results folder is read or written through a link to another place (`place`).
//!
//! Whole files are replaced atomically (a temporary file in the same folder, synced, then renamed);
//! growing files are flushed row by row, so that measured values survive a crash.

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
pub use self::paths::{is_same_folder, physical, seen_from};
pub use self::place::{enclose, is_there};
pub use self::rewriting::rewrite;

use self::place::{Kind, Writing};

use std::borrow::Cow;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Expands `~` and `~/x` to the user's home folder, as a shell does; any other path is returned as it is.
/// `None` where the home folder is not known or is not UTF-8.
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

/// Reads the first `most` bytes of a file, or the whole file if it is shorter.
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

/// Reads a whole file; `None` where the file does not exist.
pub fn read_if_exists(path: &Path) -> Result<Option<Vec<u8>>> {
    match place::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        // A path below something that is not a folder does not exist either.
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(Error::io("read", path, e)),
    }
}

/// Whether `path` is a folder.
pub fn is_folder(path: &Path) -> bool {
    matches!(place::kind(path), Ok(Some(Kind::Folder)))
}

/// Whether `path` is a link, wherever it leads.
pub fn is_link(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink())
}

/// Whether `path` is a file that can be opened.
pub fn is_file(path: &Path) -> bool {
    size(path).is_some()
}

/// The size of a file in bytes; `None` where the file does not exist.
pub fn size(path: &Path) -> Option<u64> {
    match place::kind(path) {
        Ok(Some(Kind::File(bytes))) => Some(bytes),
        _ => None,
    }
}

/// When a file was last written; `None` where it does not exist or the system does not report it.
pub fn written(path: &Path) -> Option<std::time::SystemTime> {
    let data = std::fs::symlink_metadata(path).ok()?;
    data.modified().ok().filter(|_| data.is_file())
}

/// Creates a folder and its parents.
pub fn create_folder(path: &Path) -> Result<()> {
    place::create_folders(path).map_err(|e| Error::io("create the folder", path, e))
}

/// Deletes a file, if it exists.
pub fn remove_if_exists(path: &Path) -> Result<()> {
    match place::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("delete", path, e)),
        _ => Ok(()),
    }
}

/// The files in a folder, sorted by name; none where the folder does not exist.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_file = |path: &Path, kind| match kind {
        Kind::File(_) => Ok(true),
        Kind::Link => place::check_link(path).map(|()| is_file(path)),
        _ => Ok(false),
    };
    entries(folder, is_file)
}

/// The folders in a folder, without links to folders, sorted by name; none where the folder does not
/// exist.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_folder = |path: &Path, kind| match kind {
        Kind::Folder => Ok(true),
        Kind::Link => place::check_link(path).map(|()| false),
        _ => Ok(false),
    };
    entries(folder, is_folder)
}

/// All entries of a folder, of every kind, sorted by name; none where the folder does not exist.
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

/// The total size in bytes of all files in a folder and its subfolders.
pub fn bytes_below(folder: &Path) -> Result<u64> {
    let files = files(folder)?;
    let mut bytes = files.iter().filter_map(|file| size(file)).sum();
    for folder in folders(folder)? {
        bytes += bytes_below(&folder)?;
    }
    Ok(bytes)
}

/// The [`Partial`] files in `folder`, whether abandoned or still being written.
pub fn partials(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, |path, kind| Ok(is_partial(path) && matches!(kind, Kind::File(_))))
}

/// Whether a process is still writing a [`Partial`] file.
pub fn is_being_written(partial: &Path) -> bool {
    abandoned::take(partial).is_none()
}

/// Moves a file to another path in the same file system, atomically; a file at `to` is replaced.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    place::rename(from, to).map_err(|e| Error::io("replace", to, e))
}

/// Waits until the disk holds everything that was written to the file system of `folder`: once for many files
/// that were written without waiting.
pub fn sync_file_system(folder: &Path) -> Result<()> {
    place::sync_file_system(folder).map_err(|e| Error::io("write", folder, e))
}

/// Deletes the [`Partial`] files in `folder` that killed processes left; those that are still being
/// written stay. To be called before writing into the folder.
pub fn remove_partials(folder: &Path) -> Result<()> {
    partials(folder)?.iter().try_for_each(|path| abandoned::remove(path))
}

/// Replaces `path` by `bytes` atomically: a reader sees the old file or the new one, never a part.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut partial = Partial::beside(path)?;
    partial.write(bytes)?;
    partial.persist()
}

/// As [`replace`], without waiting for the disk: a power failure may lose the file.
pub fn replace_unsynced(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut partial = Partial::beside(path)?;
    partial.write(bytes)?;
    partial.persist_unsynced()
}

/// Syncs the folder of `path`, so that a rename survives a power failure. Errors are ignored, since not
/// every file system can do it.
fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        drop(folder.sync_all());
    }
}

/// Deletes a folder if it is empty. Errors are ignored.
pub fn remove_empty_folder(path: &Path) {
    drop(place::remove_empty_folder(path));
}

/// Copies a file in chunks; a reader of `to` sees the old file or the new one, never a part. It does not
/// wait for the disk: a power failure soon after may leave the file empty.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = place::open(from).map_err(|e| Error::io("read", from, e))?;
    let mut partial = Partial::beside(to)?;
    std::io::copy(&mut source, partial.file.as_file_mut())
        .map_err(|e| Error::io("write", to, e))?;
    partial.persist_unsynced()
}

/// Copies the first `bytes` of a file in chunks, and waits until they are on the disk.
pub fn copy_start(from: &Path, bytes: u64, to: &Path) -> Result<()> {
    let source = place::open(from).map_err(|e| Error::io("read", from, e))?;
    let mut partial = Partial::beside(to)?;
    std::io::copy(&mut source.take(bytes), partial.file.as_file_mut())
        .map_err(|e| Error::io("write", to, e))?;
    partial.persist()
}

/// Creates a file with `bytes` atomically. Returns `false` where the file exists already; of several
/// processes that call it at once, one alone gets `true`.
pub fn create_new(path: &Path, bytes: &[u8]) -> Result<bool> {
    let mut partial = Partial::beside(path)?;
    partial.write(bytes)?;
    crash::before_a_change();
    match partial.file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(e) if e.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        // Not every file system supports it.
        Err(_) if !is_there(path) => replace_unsynced(path, bytes).map(|()| true),
        Err(e) => Err(Error::io("create", path, e.error)),
    }
}

/// Whether a file name is that of a [`Partial`].
pub fn is_partial(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let random = name.strip_prefix(PARTIAL);
    // Another file whose name begins in the same way is the user's own.
    random.is_some_and(|random| {
        random.len() == 6 && random.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// Prefix of the temporary names of partial files.
const PARTIAL: &str = ".partial-";

/// A file being written under a temporary name; it appears at its own path only by
/// [`Partial::persist`], and is deleted if dropped before. It is locked until then, so that
/// [`remove_partials`] can distinguish it from what a killed process left.
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

    /// Syncs and renames into place: afterwards a power failure cannot restore the old file.
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
                // The temporary file no longer exists.
                drop(partial.keep());
                if syncs {
                    sync_folder_of(&self.path);
                }
                Ok(())
            }
            // A host that does not see this one's locks deleted it as abandoned; the open file still has its bytes.
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
        // What a killed process, or an earlier version, leaves: no process holds its lock.
        let dead = folder.path().join(".partial-dead12");
        fs::write(&dead, b"ha").unwrap();
        assert!(!is_being_written(&dead) && is_being_written(partial.file.path()));
        remove_partials(folder.path()).unwrap();
        assert!(!dead.exists());
        // A user's own file whose name begins in the same way.
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
