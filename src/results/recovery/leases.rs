//! Leases a trial to this run before it is trained, and finds the state that an interrupted training
//! left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Result;
use crate::event::{Lease, Leases};
use crate::fs;
use crate::plan::Trial;
use crate::plan::kernels::Kernels;
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::format::manifest;
use crate::results::recovery::attempts;
use crate::results::recovery::locks::TrialLocks;
use crate::results::recovery::ownership::Contents;
use crate::results::recovery::state::{Origin, Saved};
use crate::results::recovery::survey::{self, Standing};
use crate::results::recovery::takeover;
use crate::results::recovery::trial_files::{self, TrialFiles};

/// Leases trials of one results folder.
#[derive(Debug)]
pub struct FolderLeases {
    pub(in crate::results) layout: Layout,
    pub(in crate::results) claims: TrialLocks,
    /// The device that this run trains on.
    pub(in crate::results) device: String,
    /// The kernels that it trains with.
    pub(in crate::results) kernels: Kernels,
    /// Number of steps between two rows of `steps.csv`.
    pub(in crate::results) log_every_steps: usize,
    /// Ids of trials that are trained even if they are finished.
    pub(in crate::results) forced: BTreeSet<String>,
    /// Whether failed trials are trained again.
    pub(in crate::results) retries_failed: bool,
    /// Digests of the datasets, by the index of the condition.
    pub(in crate::results) digests: Mutex<BTreeMap<usize, Arc<str>>>,
    /// States that trials resume from, until their training starts; by id.
    pub(in crate::results) left: Mutex<BTreeMap<String, Saved>>,
    /// Ids of the trials whose files this run has created.
    pub(in crate::results) begun: Mutex<BTreeSet<String>>,
}

impl FolderLeases {
    /// The facts of a trial in this run that must match for a state to be resumed.
    pub(in crate::results) fn origin(&self, trial: &Trial) -> Origin {
        let digests = held(&self.digests);
        let data = digests.get(&trial.condition.index);
        Origin {
            id: trial.id.clone(),
            device: self.device.clone(),
            kernels: self.kernels,
            processor: manifest::instruction_set().to_owned(),
            program: manifest::VERSION.to_owned(),
            data: data.map(ToString::to_string).unwrap_or_default(),
            recording: trial_files::recording(trial),
            log_every_steps: self.log_every_steps,
        }
    }

    /// Stores the digests of the data that this run trains on.
    pub(in crate::results) fn note_digests(&self, digests: BTreeMap<usize, Arc<str>>) {
        *held(&self.digests) = digests;
    }

    /// Calls `look` with the digests of the data that this run trains on.
    pub(in crate::results) fn with_digests<T>(
        &self,
        look: impl FnOnce(&BTreeMap<usize, Arc<str>>) -> T,
    ) -> T {
        look(&held(&self.digests))
    }

    /// Records that the files of a trial are created.
    pub(in crate::results) fn note_begun(&self, id: &str) {
        held(&self.begun).insert(id.to_owned());
    }

    /// Takes the state that a trial resumes from.
    pub(in crate::results) fn take_left(&self, id: &str) -> Option<Saved> {
        held(&self.left).remove(id)
    }

    /// Whether this run still holds a trial and its files. Checked under the folder's lock before anything is
    /// published; on an error nothing is.
    pub(in crate::results) fn is_ours(
        &self,
        trial: &Trial,
        files: Option<&TrialFiles>,
    ) -> Result<bool> {
        Ok(self.holds(trial)? && files.is_none_or(TrialFiles::are_there))
    }

    /// Ignores an error in writing a trial that another run has taken over, and whose files it may have
    /// deleted.
    pub(in crate::results) fn unless_taken<T>(
        &self,
        trial: &Trial,
        written: Result<T>,
    ) -> Result<Option<T>> {
        match written {
            Err(_) if matches!(self.holds(trial), Ok(false)) => Ok(None),
            written => written.map(Some),
        }
    }

    /// Deletes this run's files of a trial that another run has taken over and finished. As long as that run trains the
    /// trial, it may be copying them, and deletes them when it ends the trial.
    pub(in crate::results) fn clear_taken(&self, trial: &Trial) {
        let own = self.layout.trial(&trial.id).of_run(self.claims.run());
        // An error is ignored: the next run deletes what is left of a finished trial.
        drop(self.claims.patiently(|| {
            let record = files::record(&self.layout, trial)?;
            let is_finished = record.is_some_and(|record| record.outcome.is_finished());
            if is_finished && self.claims.is_free(&trial.id)? {
                Contents::of(&own)?.remove()?;
            }
            Ok(())
        }));
    }

    /// Whether the trial is to be trained, and whether it may resume from a state: another run
    /// may have finished it meanwhile.
    fn is_open(&self, trial: &Trial) -> Result<Open> {
        if self.forced.contains(&trial.id) {
            return Ok(Open::Anew);
        }
        let Some(record) = files::record(&self.layout, trial)? else {
            return Ok(Open::FromState);
        };
        let standing = survey::standing(&record, trial, &self.layout.trial(&trial.id))?;
        Ok(match standing {
            Standing::Done => Open::No,
            Standing::Failed if !self.retries_failed => Open::No,
            Standing::Failed | Standing::Unfinished => Open::FromState,
            Standing::Lacking | Standing::Damaged => Open::Anew,
        })
    }

    /// Leases a trial, if it is to be trained. That is checked again once it is claimed: where locks are
    /// not visible, another run may have finished it in between.
    fn claim_if_open(&self, trial: &Trial) -> Result<(Lease, Open)> {
        if self.is_open(trial)? == Open::No {
            return Ok((Lease::Finished, Open::No));
        }
        let claim = self.claims.take(&trial.id)?;
        let open = self.is_open(trial)?;
        if matches!(claim, Lease::Granted(_)) && open == Open::No {
            self.claims.release(&trial.id)?;
            return Ok((Lease::Finished, open));
        }
        if matches!(claim, Lease::Granted(_)) {
            attempts::begin(&self.layout.trial(&trial.id))?;
        }
        Ok((claim, open))
    }
}

/// Whether a trial is to be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Not to be trained.
    No,
    /// To be trained from the start.
    Anew,
    /// To be trained from a state, if there is one.
    FromState,
}

impl Leases for FolderLeases {
    fn claim(&self, trial: &Arc<Trial>) -> Result<Lease> {
        let Some((claim, open)) = self.claims.unless_stopped(|| self.claim_if_open(trial))? else {
            return Ok(Lease::Stopped);
        };
        if !matches!(claim, Lease::Granted(_)) || open != Open::FromState {
            return Ok(claim);
        }
        let layout = self.layout.trial(&trial.id);
        let own = layout.of_run(self.claims.run());
        let left = takeover::take_over(&layout, &own, &self.origin(trial))?;
        Ok(Lease::Granted(left.map(|(saved, state)| {
            held(&self.left).insert(trial.id.clone(), saved);
            state
        })))
    }

    fn taken(&self, trial: &Trial) -> Arc<AtomicBool> {
        self.claims.taken(&trial.id)
    }

    fn holds(&self, trial: &Trial) -> Result<bool> {
        // A run that considered this one dead has deleted its files, and may be dead itself by now.
        let own = self.layout.trial(&trial.id).of_run(self.claims.run());
        let are_there = !held(&self.begun).contains(&trial.id) || fs::is_file(&own.epochs());
        Ok(are_there && self.claims.holds(&trial.id)?)
    }

    fn leave(&self, trial: &Trial) -> Result<()> {
        held(&self.begun).remove(&trial.id);
        self.claims.patiently(|| self.claims.release(&trial.id))
    }
}

/// Each change of these maps is one insertion or removal, so a panic cannot leave them inconsistent.
fn held<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
