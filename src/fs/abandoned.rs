//! Whether a partial file is still being written. Its writer holds its lock, which the system releases
//! when the writer's process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use super::place::{self, Writing};
use crate::error::{Error, Result};

/// Where the file system has no locks, a file that was not written to for this long is abandoned.
const SILENCE: Duration = Duration::from_hours(1);

/// Marks a new partial file as being written, for as long as it is open. `false` where another process
/// considered it abandoned just before: then it is deleted, or about to be.
pub(super) fn mark(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Ok(()) => is_at(file, path),
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => true,
    }
}

/// Whether `path` refers to this open file.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let key = |data: fs::Metadata| (data.dev(), data.ino());
        let open = file.metadata().map(key);
        let there = fs::symlink_metadata(path).map(key);
        matches!((open, there), (Ok(open), Ok(there)) if open == there)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Deletes a partial file unless it is being written. Partial files of earlier versions, which took
/// no lock, count as abandoned. One that this user may not delete is left, since it does no harm.
pub(super) fn remove(path: &Path) -> Result<()> {
    // While the lock is held, a writer that starts now sees that the file was given up.
    let Some(_file) = take(path) else {
        return Ok(());
    };
    match place::remove_file(path) {
        Err(e) if !matches!(e.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            Err(Error::io("delete", path, e))
        }
        _ => Ok(()),
    }
}

/// Opens the file, if it is abandoned; locked where locks are supported.
pub(super) fn take(path: &Path) -> Option<File> {
    // A lock on a network file system needs a file that is open for writing.
    let open = place::open_to_write(path, Writing::Existing);
    let file = open.or_else(|_| place::open(path)).ok()?;
    match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock) => None,
        Err(TryLockError::Error(_)) => {
            let written = file.metadata().and_then(|data| data.modified()).ok()?;
            let is_silent = written.elapsed().is_ok_and(|since| since > SILENCE);
            is_silent.then_some(file)
        }
    }
}
