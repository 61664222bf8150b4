//! The archive's gate: before a trial is trained, it is claimed for this run, and the state that an
//! interrupted training left is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::attempts;
use super::claims::Claims;
use super::layout::Layout;
use super::manifest;
use super::reader;
use super::state::{self, Origin, Saved};
use super::survey::{self, Standing};
use super::trial_files;
use crate::error::Result;
use crate::event::{Claim, Gate};
use crate::plan::Trial;

/// Claims trials of one results folder.
#[derive(Debug)]
pub struct FolderGate {
    pub(super) layout: Layout,
    pub(super) claims: Claims,
    /// The device of this run.
    pub(super) device: String,
    /// Steps from one row of `steps.csv` to the next.
    pub(super) log_every_steps: usize,
    /// Ids of trials that are trained whatever the folder has of them.
    pub(super) forced: BTreeSet<String>,
    /// Whether failed trials are trained again.
    pub(super) retries_failed: bool,
    /// Digests of the datasets, by the index of the condition.
    pub(super) digests: Mutex<BTreeMap<usize, Arc<str>>>,
    /// How far the files of trials that go on had grown, until their training starts; by id.
    pub(super) saved: Mutex<BTreeMap<String, Saved>>,
}

impl FolderGate {
    /// What a trial of this run is, for a state to be gone on with.
    pub(super) fn origin(&self, trial: &Trial) -> Origin {
        let digests = held(&self.digests);
        let data = digests.get(&trial.condition.index);
        Origin {
            id: trial.id.clone(),
            device: self.device.clone(),
            processor: manifest::instruction_set().to_owned(),
            program: manifest::VERSION.to_owned(),
            data: data.map(ToString::to_string).unwrap_or_default(),
            recording: trial_files::recording(trial),
            log_every_steps: self.log_every_steps,
        }
    }

    /// Takes note of the data that this run trains on.
    pub(super) fn note_digests(&self, digests: BTreeMap<usize, Arc<str>>) {
        *held(&self.digests) = digests;
    }

    /// Looks at the data that this run trains on.
    pub(super) fn with_digests<T>(&self, look: impl FnOnce(&BTreeMap<usize, Arc<str>>) -> T) -> T {
        look(&held(&self.digests))
    }

    /// How far the files had grown of a trial that goes on.
    pub(super) fn take_saved(&self, id: &str) -> Option<Saved> {
        held(&self.saved).remove(id)
    }

    /// Whether the trial is to be trained at all: another run may have finished it meanwhile.
    fn is_open(&self, trial: &Trial) -> Result<bool> {
        if self.forced.contains(&trial.id) {
            return Ok(true);
        }
        let Some(record) = reader::record(&self.layout, trial)? else {
            return Ok(true);
        };
        let standing = survey::standing(&record, trial, &self.layout.trial(&trial.id))?;
        Ok(match standing {
            Standing::Done => false,
            Standing::Failed => self.retries_failed,
            _ => true,
        })
    }
}

impl Gate for FolderGate {
    fn claim(&self, trial: &Arc<Trial>) -> Result<Claim> {
        let claimed = self.claims.exclusively(|| {
            if !self.is_open(trial)? {
                return Ok(None);
            }
            self.claims.take(&trial.id).map(Some)
        })?;
        match claimed {
            None => return Ok(Claim::Finished),
            Some(false) => return Ok(Claim::Elsewhere),
            Some(true) => attempts::begin(&self.layout.trial(&trial.id))?,
        }
        if self.forced.contains(&trial.id) {
            return Ok(Claim::Granted(None));
        }
        let left = state::read(&self.layout.trial(&trial.id), &self.origin(trial))?;
        Ok(Claim::Granted(left.map(|(saved, state)| {
            held(&self.saved).insert(trial.id.clone(), saved);
            state
        })))
    }
}

/// Each change of these maps is one insertion or removal: they are whole whatever happened.
fn held<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
