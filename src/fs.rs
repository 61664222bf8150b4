//! The cellar: the only room that touches the file system, so that every error carries its path.
//!
//! Whole files are replaced atomically (a temporary file in the same folder, synced, then renamed);
//! growing files are flushed row by row, so that what was measured survives whatever comes next.

mod apart;
mod growing;
mod lock;
mod machine;
mod paths;

pub use self::apart::apart;
pub use self::growing::{Growing, Grown, whole_lines};
pub use self::lock::{Held, Lock};
pub use self::machine::kernel_and_device;
pub use self::paths::{physical, seen_from};

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
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
    fs::read(path).map_err(|e| Error::io("read", path, e))
}

/// Reads a whole UTF-8 text file.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| Error::io("read", path, e))
}

/// Reads a whole file, or `None` where there is none.
pub fn read_if_exists(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("read", path, e)),
    }
}

/// Whether there is anything at `path`.
pub fn is_there(path: &Path) -> bool {
    path.exists()
}

/// Whether `path` is a file that can be opened.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// The size of a file in bytes, or `None` where there is none.
pub fn size(path: &Path) -> Option<u64> {
    fs::metadata(path)
        .ok()
        .filter(fs::Metadata::is_file)
        .map(|m| m.len())
}

/// Creates a folder and its parents.
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| Error::io("create the folder", path, e))
}

/// Deletes a file, if it is there.
pub fn remove_if_exists(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("delete", path, e)),
        _ => Ok(()),
    }
}

/// The files in a folder, in the order of their names; none where there is no folder.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, Path::is_file)
}

/// The folders in a folder, links to folders left out, in the order of their names; none where
/// there is no folder.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, |path| path.is_dir() && !path.is_symlink())
}

fn entries(folder: &Path, is_wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("list", folder, e)),
    };
    let mut wanted = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::io("list", folder, e))?.path();
        if is_wanted(&path) {
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
    let is_partial = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with(PARTIAL)
    };
    Ok(files(folder)?.into_iter().filter(is_partial).collect())
}

/// Gives a file another path in the same file system, in one step; what stood there goes.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|e| Error::io("replace", to, e))
}

/// Deletes a folder with all that is in it, if it is there.
pub fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("delete", path, e)),
        _ => Ok(()),
    }
}

/// Deletes what a killed process left of [`Partial`] files in `folder`. Only for a folder that
/// nobody else is writing into.
pub fn remove_partials(folder: &Path) -> Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Error::io("list", folder, e)),
    };
    for entry in entries {
        let entry = entry.map_err(|e| Error::io("list", folder, e))?;
        if is_partial(&entry.path()) {
            remove_if_exists(&entry.path())?;
        }
    }
    Ok(())
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
    drop(fs::remove_dir(path));
}

/// Copies a file, piece by piece; a reader of `to` sees the old file or the new one, never a part. A
/// power failure soon after may leave it empty: nothing waits for the disk.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = File::open(from).map_err(|e| Error::io("read", from, e))?;
    let mut partial = Partial::beside(to)?;
    std::io::copy(&mut source, partial.file.as_file_mut())
        .map_err(|e| Error::io("write", to, e))?;
    partial.persist_unsynced()
}

/// Copies the first `bytes` of a file, piece by piece, and waits until they are on the disk.
pub fn copy_start(from: &Path, bytes: u64, to: &Path) -> Result<()> {
    let source = File::open(from).map_err(|e| Error::io("read", from, e))?;
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
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with(PARTIAL)
}

/// How the temporary names of partial files begin.
const PARTIAL: &str = ".partial-";

/// A file being written under a temporary name; it appears at its own path only by
/// [`Partial::persist`], and vanishes if dropped before.
pub struct Partial {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Partial {
    /// Starts a file that will become `path`; its folder must exist.
    pub fn beside(path: &Path) -> Result<Self> {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(PARTIAL);
        #[cfg(unix)]
        {
            // As an ordinary new file: the umask still applies.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder
            .tempfile_in(folder)
            .map_err(|e| Error::io("write", path, e))?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(|e| Error::io("write", &self.path, e))
    }

    /// Syncs and renames into place: afterwards a power failure cannot bring the old file back.
    pub fn persist(self) -> Result<()> {
        self.file
            .as_file()
            .sync_all()
            .map_err(|e| Error::io("write", &self.path, e))?;
        let path = self.path.clone();
        self.persist_unsynced()?;
        sync_folder_of(&path);
        Ok(())
    }

    /// Renames into place; a power failure may leave the file empty.
    fn persist_unsynced(self) -> Result<()> {
        self.file
            .persist(&self.path)
            .map(|_| ())
            .map_err(|e| Error::io("replace", &self.path, e.error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().display().to_string())
            .collect()
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
        // A killed process drops nothing.
        std::mem::forget(Partial::beside(&path).unwrap());
        remove_partials(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["download"]);
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
