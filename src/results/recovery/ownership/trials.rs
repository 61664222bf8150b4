//! The files that bn-lab writes into the folder of a trial, which are recognised by their names; anything else
//! in it belongs to the user. No other code deletes the folder of a trial, or of a run in it.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs;
use crate::results::format::layout::{Layout, OF_RUN, TrialLayout};
use crate::results::format::schema::GROWING;

/// The content of the folder of a trial, or of a run in it.
#[derive(Debug, Default)]
pub(in crate::results) struct Contents {
    /// The files that bn-lab wrote, the record first.
    own: Vec<PathBuf>,
    /// Other files and folders.
    pub(in crate::results) others: Vec<PathBuf>,
    /// Those of them whose path is one of bn-lab's files or folders.
    in_the_way: Vec<PathBuf>,
    /// The folders, each after its subfolders.
    folders: Vec<PathBuf>,
}

impl Contents {
    /// The content of the trial's folder; empty where the folder does not exist.
    pub(in crate::results) fn of(trial: &TrialLayout) -> Result<Self> {
        let mut contents = Self::default();
        if fs::is_folder(trial.root()) {
            contents.add(trial, true)?;
        } else if fs::is_there(trial.root()) {
            contents.others.push(trial.root().to_owned());
            contents.in_the_way.push(trial.root().to_owned());
        }
        contents.own.sort_by_key(|file| *file != trial.trial());
        Ok(contents)
    }

    fn add(&mut self, folder: &TrialLayout, is_trial: bool) -> Result<()> {
        for path in fs::everything(folder.root())? {
            match inner(folder, &path).filter(|_| is_trial) {
                Some(inner) if fs::is_folder(&path) => self.add(&inner, false)?,
                None if path != folder.checkpoints() => self.add_file(path, is_own_file),
                None if fs::is_folder(&path) => self.add_checkpoints(&path)?,
                Some(_) | None => self.add_other(path, true),
            }
        }
        self.folders.push(folder.root().to_owned());
        Ok(())
    }

    fn add_checkpoints(&mut self, folder: &Path) -> Result<()> {
        for path in fs::everything(folder)? {
            self.add_file(path, is_checkpoint);
        }
        self.folders.push(folder.to_owned());
        Ok(())
    }

    fn add_file(&mut self, path: PathBuf, is_own: fn(&Path) -> bool) {
        let is_own = is_own(&path) || fs::is_partial(&path);
        if is_own && fs::is_file(&path) {
            self.own.push(path);
        } else {
            self.add_other(path, is_own);
        }
    }

    fn add_other(&mut self, path: PathBuf, is_in_the_way: bool) {
        if is_in_the_way {
            self.in_the_way.push(path.clone());
        }
        self.others.push(path);
    }

    /// Size in bytes of the files that bn-lab wrote.
    pub(in crate::results) fn bytes(&self) -> u64 {
        self.own.iter().filter_map(|file| fs::size(file)).sum()
    }

    /// Whether there are files of bn-lab, or none at all.
    pub(in crate::results) fn is_ours(&self) -> bool {
        !self.own.is_empty() || self.others.is_empty()
    }

    /// Deletes the files of bn-lab, and the folders that are empty then. The record is deleted first, so that
    /// after an aborted removal the trial counts as never ended.
    pub(in crate::results) fn remove(&self) -> Result<()> {
        self.own.iter().try_for_each(|file| fs::remove_if_exists(file))?;
        self.folders.iter().for_each(|folder| fs::remove_empty_folder(folder));
        Ok(())
    }
}

/// Deletes the checkpoints of a trial.
pub(in crate::results) fn remove_checkpoints(trial: &TrialLayout) -> Result<()> {
    let mut contents = Contents::default();
    contents.add_checkpoints(&trial.checkpoints())?;
    contents.remove()
}

/// Refuses to write into the folders of these trials where a link, a pipe or a folder has the path of a
/// file. To be called with all trials together, before anything is changed in the first of them.
pub fn check_trials<'a>(layout: &Layout, ids: impl IntoIterator<Item = &'a str>) -> Result<()> {
    for id in ids {
        if let Some(path) = Contents::of(&layout.trial(id))?.in_the_way.first() {
            return Err(Error::Results(format!(
                "`{}` stands in the way of what bn-lab writes there, and is no file or folder of its own: nothing was changed\n  hint: move it away",
                path.display()
            )));
        }
    }
    Ok(())
}

/// The folder inside that of a trial which contains the files of a training.
fn inner(trial: &TrialLayout, path: &Path) -> Option<TrialLayout> {
    if path == trial.again().root() {
        return Some(trial.again());
    }
    Some(trial.of_run(name(path).strip_prefix(OF_RUN)?))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether bn-lab writes a file of this name into the folder of a trial.
pub(in crate::results) fn is_own_file(path: &Path) -> bool {
    const OTHERS: [&str; 5] =
        ["trial.json", "running.json", "state.safetensors", "failure.log", "attempts.txt"];
    let name = &*name(path);
    OTHERS.contains(&name) || GROWING.iter().any(|(known, ..)| *known == name)
}

/// Whether bn-lab writes a checkpoint of this name.
pub(in crate::results) fn is_checkpoint(path: &Path) -> bool {
    name(path).strip_suffix(".safetensors").is_some_and(|point| {
        let step = point.strip_prefix("step-").unwrap_or_default();
        let is_number = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        is_number || ["initial", "final"].contains(&point)
    })
}
