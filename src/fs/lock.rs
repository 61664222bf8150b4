//! Locks between processes, which the system releases when their holder dies.

use std::fs::{File, TryLockError};
#[cfg(not(unix))]
use std::io::Seek;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::abandoned::is_at;
use super::apart::apart;
use super::place::{self, Writing};
use crate::error::{Error, Result};

/// Least and greatest time between two attempts to take a lock that another process holds.
const ATTEMPTS: (Duration, Duration) = (Duration::from_micros(200), Duration::from_millis(20));

/// A wait that is shorter is not reported.
const SILENCE: Duration = Duration::from_secs(2);

/// The function that reports waits.
static TELL: OnceLock<fn(&str)> = OnceLock::new();

/// From now on, reports with `tell` what is waited for, where that takes longer than a moment.
pub fn tell_of_waits(tell: fn(&str)) {
    // Only the first call has an effect.
    TELL.get_or_init(|| tell);
}

/// How long a lock is waited for.
#[derive(Clone, Copy)]
pub enum Patience<'a> {
    /// For at most so long. Only where a request to stop ends the process.
    AtMost(Duration),
    /// Until it is free or this returns `true`. For where a first request to stop only sets a flag.
    Unless(&'a dyn Fn() -> bool),
}

impl Patience<'_> {
    fn is_over(self, waited: Duration) -> bool {
        match self {
            Self::AtMost(most) => waited > most,
            Self::Unless(is_to_end) => is_to_end(),
        }
    }

    fn tell(self, path: &Path) {
        let Some(tell) = TELL.get() else { return };
        let path = path.display();
        tell(&match self {
            Self::AtMost(most) => {
                let most = crate::units::duration(most.as_secs_f64());
                format!(
                    "waiting for another run that holds `{path}`, at most {most}; Ctrl-C ends the wait"
                )
            }
            Self::Unless(_) => format!(
                "waiting for another run that holds `{path}`; it may be suspended. Measurements are written when it resumes or ends; Ctrl-C ends the wait within seconds, a second Ctrl-C at once"
            ),
        });
    }
}

/// An exclusive lock that lasts as long as the value; the system frees it when the process dies.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Whether a process holds a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A process holds the lock.
    Yes,
    /// No process does; and processes that use this file system through this machine's kernel see each
    /// other's locks.
    Free,
    /// No process is seen to; but locks may not be visible here at all.
    Unseen,
    /// The lock file does not exist.
    Absent,
}

impl Lock {
    /// Takes the lock, or `None` where another process holds it.
    pub fn try_take(path: &Path) -> Result<Option<Self>> {
        let file = open(path)?;
        if apart().is_some() {
            return Ok(Some(Self { file }));
        }
        match file.try_lock() {
            // The previous holder may have deleted it: then the next attempt creates a new one.
            Ok(()) => Ok(is_at(&file, path).then_some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(no_locks(path, &e)),
        }
    }

    /// Takes the lock, waiting for it if necessary; `None` where it was not free for all of `patience`.
    pub fn take(path: &Path, patience: Patience<'_>) -> Result<Option<Self>> {
        let started = Instant::now();
        let (mut pause, longest) = ATTEMPTS;
        let mut is_told = false;
        loop {
            let lock = Self::try_take(path)?;
            if lock.is_some() || patience.is_over(started.elapsed()) {
                return Ok(lock);
            }
            if !is_told && started.elapsed() > SILENCE {
                is_told = true;
                patience.tell(path);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(longest);
        }
    }

    /// Takes a lock at a unique path, which no other process takes, and writes `text` into its file,
    /// for information.
    pub fn take_own(path: &Path, text: &str) -> Result<Self> {
        let mut file = open(path)?;
        if apart().is_none() {
            // A process that calls `is_held` at this moment shares it briefly.
            file.lock().map_err(|e| no_locks(path, &e))?;
        }
        file.write_all(text.as_bytes()).map_err(|e| Error::io("write", path, e))?;
        Ok(Self { file })
    }

    /// Replaces the text in the file of a lock that is held by one that is no shorter; `false` where
    /// the file no longer exists.
    pub fn rewrite(&self, path: &Path, text: &str) -> Result<bool> {
        match overwrite(&self.file, path, text) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
            Err(e) => Err(Error::io("write", path, e)),
        }
    }

    /// Whether the lock at `path` is held. Concurrent calls do not affect each other.
    pub fn is_held(path: &Path) -> Result<Held> {
        let Some(file) = open_to_ask(path)? else {
            return Ok(Held::Absent);
        };
        if apart().is_some() {
            return Ok(Held::Unseen);
        }
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => return Ok(Held::Yes),
            // Where the file system has no locks, they cannot be checked.
            Err(TryLockError::Error(_)) => return Ok(Held::Unseen),
            Ok(()) => {}
        }
        // It is shared now: an exclusive lock must be refused, or locks have no effect here.
        let other = open_to_ask(path)?.map(|other| other.try_lock());
        Ok(match other {
            Some(Err(TryLockError::WouldBlock)) => Held::Free,
            Some(_) => Held::Unseen,
            None => Held::Absent,
        })
    }
}

/// Opens the file again: network file systems show other hosts what was written when a file is closed.
#[cfg(unix)]
fn overwrite(_: &File, path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = place::open_to_write(path, Writing::Existing)?;
    file.write_all(text.as_bytes())
}

/// On other systems a locked file can be written only through the file that holds its lock.
#[cfg(not(unix))]
fn overwrite(mut locked: &File, path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::metadata(path)?;
    locked.rewind()?;
    locked.write_all(text.as_bytes())
}

fn open_to_ask(path: &Path) -> Result<Option<File>> {
    match place::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("read", path, e)),
    }
}

fn open(path: &Path) -> Result<File> {
    place::open_to_write(path, Writing::Kept).map_err(|e| match e.kind() {
        ErrorKind::PermissionDenied if place::is_there(path) => not_ours(path, &e),
        _ => Error::io("create", path, e),
    })
}

/// The error for a lock that exists, and that this user may not write to.
fn not_ours(path: &Path, e: &std::io::Error) -> Error {
    Error::Folder {
        problem: format!("cannot use the lock `{}`: {e}", path.display()),
        hint: "it seems to be another user's: ask for the right to write in that folder, or choose another one"
            .to_owned(),
    }
}

/// The error for a file that the system cannot lock, for another reason than that it is locked.
fn no_locks(path: &Path, e: &std::io::Error) -> Error {
    Error::Folder {
        problem: format!("cannot lock `{}`: {e}", path.display()),
        hint: "its file system seems to have no locks, which keep runs from disturbing each other: choose a folder on a local disk"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_free_again_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".lock");
        assert_eq!(Lock::is_held(&path).unwrap(), Held::Absent);
        let lock = Lock::try_take(&path).unwrap();
        assert!(lock.is_some());
        assert_eq!(Lock::is_held(&path).unwrap(), Held::Yes);
        assert!(Lock::try_take(&path).unwrap().is_none());
        for patience in [Patience::AtMost(Duration::from_millis(1)), Patience::Unless(&|| true)] {
            assert!(Lock::take(&path, patience).unwrap().is_none());
        }
        drop(lock);
        assert_eq!(Lock::is_held(&path).unwrap(), Held::Free);
        assert!(Lock::try_take(&path).unwrap().is_some());
    }

    #[test]
    fn a_file_system_without_locks_has_a_way_out() {
        let refused = std::io::Error::from(ErrorKind::Unsupported);
        assert_eq!(
            no_locks(Path::new("x/.lock"), &refused).told(Some("-o output.dir=DIR")),
            "cannot lock `x/.lock`: unsupported\n  hint: its file system seems to have no locks, \
             which keep runs from disturbing each other: choose a folder on a local disk \
             (`-o output.dir=DIR`)"
        );
    }

    #[test]
    fn a_lock_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".lock");
        let lock = Lock::take_own(&path, "mine").unwrap();
        let waiting = std::thread::spawn({
            let path = path.clone();
            move || Lock::take(&path, Patience::Unless(&|| false)).unwrap().is_some()
        });
        drop(lock);
        assert!(waiting.join().unwrap());
    }
}
