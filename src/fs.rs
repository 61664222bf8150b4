//! The cellar: the only room that touches the file system, so that every error carries its path.
//!
//! Whole files are replaced atomically (a temporary file in the same folder, synced, then renamed);
//! growing files are flushed row by row, so that what was measured survives whatever comes next.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

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
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("list", folder, e)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::io("list", folder, e))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
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
        if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
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

    /// Syncs and renames into place.
    pub fn persist(self) -> Result<()> {
        self.file
            .as_file()
            .sync_all()
            .map_err(|e| Error::io("write", &self.path, e))?;
        self.file
            .persist(&self.path)
            .map(|_| ())
            .map_err(|e| Error::io("replace", &self.path, e.error))
    }
}

/// A file that grows row by row; each [`Growing::append`] reaches the system before it returns.
pub struct Growing {
    file: File,
    path: PathBuf,
}

impl Growing {
    /// Starts the file anew: a trial that is trained again writes its rows again.
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|e| Error::io("create", path, e))?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    /// Appends bytes in one write.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(|e| Error::io("write", &self.path, e))
    }
}

/// An exclusive lock that lasts as long as the value; the system frees it when the process dies.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, or `None` where another process holds it.
    pub fn try_take(path: &Path) -> Result<Option<Self>> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(|e| Error::io("create", path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(e)) => Err(Error::io("lock", path, e)),
        }
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
    fn what_was_appended_is_on_disk_before_the_next_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        let mut growing = Growing::create(&path).unwrap();
        for rows in 1..=3 {
            growing.append(b"1,2\n").unwrap();
            assert_eq!(read(&path).unwrap().len(), 4 * rows);
        }
    }

    #[test]
    fn a_lock_is_held_by_one_and_free_again_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".lock");
        let lock = Lock::try_take(&path).unwrap();
        assert!(lock.is_some());
        assert!(Lock::try_take(&path).unwrap().is_none());
        drop(lock);
        assert!(Lock::try_take(&path).unwrap().is_some());
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
