//! Every error that a user can meet, with its exit code.
//!
//! An error here is caused from outside the program: by an experiment file, a data file, a disk, a device.
//! Its message names the object, the value and the remedy, and it has no backtrace.

use std::path::{Path, PathBuf};

/// The result of everything that depends on files, devices or the command line.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that a user can act on. The variant decides the exit code; the message is complete.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("cannot {action} `{}`: {source}{}", path.display(), way_out(source))]
    Io {
        /// What was tried: `read`, `create`, `replace` …
        action: &'static str,
        /// The file or folder concerned.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// There is no such file as the command line names.
    #[error("{0}")]
    NoFile(String),
    /// The command line requests something that does not exist or cannot be combined.
    #[error("{0}")]
    Usage(String),
    /// An experiment file (or an override of it) is wrong. Holds every problem found, rendered.
    #[error("{0}")]
    Experiment(String),
    /// A dataset is missing, damaged or not the one that its name states.
    #[error("{0}")]
    Data(String),
    /// A device was requested that this build or this machine does not have.
    #[error("{0}")]
    Device(String),
    /// The machine has run out of something that every trial needs: threads, memory, descriptors. Not caused
    /// by a trial, and never recorded as the result of one.
    #[error("{0}")]
    Machine(String),
    /// A results folder is locked, damaged or of another version.
    #[error("{0}")]
    Results(String),
    /// A folder cannot be used as it is, and another one could.
    #[error("{problem}\n  hint: {hint}")]
    Folder {
        /// Why it cannot be used.
        problem: String,
        /// What to do about it; its last words name another folder.
        hint: String,
    },
    /// A chart could not be drawn.
    #[error("cannot draw `{chart}`: {reason}")]
    Chart {
        /// The chart's name.
        chart: String,
        /// The drawing library's error.
        reason: String,
    },
    /// Some trials ended with an error; everything else is recorded.
    #[error("{failed} of {total} trials failed{}; the others are recorded\n  hint: fix the causes shown above, then run the same command with `--retry-failed`", if *is_cut_short { ", and the sweep was stopped for that" } else { "" })]
    TrialsFailed {
        /// Number of trials that failed.
        failed: usize,
        /// Number of trials in the experiment.
        total: usize,
        /// Whether trials were left out because so many failed.
        is_cut_short: bool,
    },
    /// Some trials do not fit into this machine's memory, and were not trained; everything else is recorded.
    #[error(
        "{trials} of {total} trials were not trained: {reason}\n  hint: make the network, `train.batch_size` or the dataset smaller, or run the same command on a machine with more memory (`--memory` says how much may be taken)"
    )]
    TooLarge {
        /// Number of trials that were not trained.
        trials: usize,
        /// Number of trials in the experiment.
        total: usize,
        /// The memory that the first of them needs, and the memory that there is.
        reason: String,
    },
    /// The user stopped the sweep; everything measured is recorded. Holds how it stands and how to go on.
    #[error("interrupted: {0}")]
    Interrupted(String),
}

/// The remedy for a full disk, or for a file that reached its size limit.
fn way_out(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::StorageFull => {
            "\n  hint: make room and run the same command again; finished trials are kept"
        }
        // Reading never fails with this error.
        std::io::ErrorKind::FileTooLarge if source.raw_os_error().is_some() => {
            "\n  hint: the limit on the size of files was reached (`ulimit -f` shows it); raise it and run the same command again; finished trials are kept"
        }
        _ => "",
    }
}

/// Whether another folder would help where `action` failed.
fn is_of_the_folder(action: &str, source: &std::io::Error) -> bool {
    use std::io::ErrorKind::{
        AlreadyExists, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem,
    };
    let kinds = [AlreadyExists, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem];
    action != "read" && kinds.contains(&source.kind())
}

impl Error {
    /// An [`Error::Io`] with its path.
    pub fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    /// The error of a sweep that the user stopped, where nothing more is known about it.
    pub fn interrupted() -> Self {
        Self::Interrupted("run the same command again to complete the rest".to_owned())
    }

    /// The whole message, for a command whose option `elsewhere` names another folder: `-o output.dir=DIR`,
    /// `--into DIR`. A hint never names an option that the command lacks.
    pub fn told(&self, elsewhere: Option<&str>) -> String {
        match (self, elsewhere) {
            (Self::Folder { .. }, Some(option)) => format!("{self} (`{option}`)"),
            (Self::Io { action, source, .. }, Some(option)) if is_of_the_folder(action, source) => {
                format!("{self}\n  hint: choose another folder (`{option}`)")
            }
            _ => self.to_string(),
        }
    }

    /// The error where no thread could be started for `what`.
    pub fn no_thread(what: &str, why: &dyn std::fmt::Display) -> Self {
        Self::Machine(format!(
            "cannot start a thread for {what}: {why}\n  hint: the machine, the user or the container may start no more of them: raise that limit (`ulimit -u`) or end other programs, and run the same command again; finished trials are kept"
        ))
    }

    /// The word that begins the message when it is printed: a request of the user is no error.
    pub fn beginning(&self) -> &'static str {
        if matches!(self, Self::Interrupted(_)) { "" } else { "error: " }
    }

    /// Whether the machine caused this, not the trial in which it occurred.
    pub fn is_of_machine(&self) -> bool {
        matches!(self, Self::Machine(_) | Self::Io { .. } | Self::Folder { .. })
    }

    /// The process's exit code. Documented in `README.md`; clap itself uses 2 as well.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Io { .. }
            | Self::NoFile(_)
            | Self::Machine(_)
            | Self::Results(_)
            | Self::Folder { .. }
            | Self::Chart { .. } => 1,
            Self::Usage(_) => 2,
            Self::Experiment(_) => 3,
            Self::Data(_) => 4,
            Self::TrialsFailed { .. } | Self::TooLarge { .. } => 5,
            Self::Device(_) => 6,
            Self::Interrupted(_) => 130,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn hints_name_the_option_that_the_command_has() {
        let denied = Error::io("create", Path::new("x"), ErrorKind::PermissionDenied.into());
        let held = Error::Folder {
            problem: "it is held".to_owned(),
            hint: "end it, or choose another folder".to_owned(),
        };
        assert_eq!(
            denied.told(Some("--into DIR")),
            "cannot create `x`: permission denied\n  hint: choose another folder (`--into DIR`)"
        );
        assert_eq!(denied.told(None), "cannot create `x`: permission denied");
        assert_eq!(
            held.told(Some("--output DIR")),
            "it is held\n  hint: end it, or choose another folder (`--output DIR`)"
        );
        assert_eq!(held.told(None), "it is held\n  hint: end it, or choose another folder");
    }
}
