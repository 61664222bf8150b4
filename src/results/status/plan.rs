//! The state of the trials of a plan: how each ended, which run trains it now, which are left. Read from
//! files alone, several at a time, since a folder may contain many thousands.

use std::sync::Arc;

use rayon::prelude::*;

use crate::error::Result;
use crate::event::Examples;
use crate::plan::Trial;
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::format::schema::{EpochRow, TrialRecord};
use crate::results::query::TrialStatus;
use crate::results::recovery::locks::{self, Running};
use crate::results::recovery::survey::{self, Standing};
use crate::results::recovery::takeover;

pub use crate::event::Outcome;

/// The state of a trial.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// It ended in any way: `completed`, `diverged`, `failed`, `interrupted`.
    Ended(Outcome),
    /// A run trains it now.
    Running(Running),
    /// It is finished, without these items that are requested now.
    Lacking(Vec<String>),
    /// It was finished, and files of it are missing or truncated.
    Damaged,
    /// No run has started it yet.
    ToDo,
}

impl State {
    /// The status without details.
    pub fn status(&self) -> TrialStatus {
        match self {
            Self::Ended(outcome) => outcome.into(),
            Self::Running(_) => TrialStatus::Running,
            Self::Lacking(_) | Self::Damaged | Self::ToDo => TrialStatus::Pending,
        }
    }

    /// Whether the trial has its result and everything that is requested.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Ended(outcome) if outcome.is_finished())
    }

    /// Whether the next run trains it: not if it has its result, is being trained by another run, or has
    /// failed (failed trials are retried only on request).
    pub fn is_to_do(&self) -> bool {
        match self {
            Self::Ended(outcome) => matches!(outcome, Outcome::Interrupted),
            Self::Running(_) => false,
            Self::Lacking(_) | Self::Damaged | Self::ToDo => true,
        }
    }
}

/// The state of a trial of the plan, from its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The state.
    pub state: State,
    /// The row of its last epoch, where it ended.
    pub last: Option<EpochRow>,
    /// Its numbers of examples, where it ended.
    pub examples: Option<Examples>,
}

/// The state of each trial of `plan`, in its order.
pub fn look(layout: &Layout, plan: &[Arc<Trial>]) -> Result<Vec<Found>> {
    plan.par_iter().map(|trial| look_at(layout, trial)).collect()
}

fn look_at(layout: &Layout, trial: &Trial) -> Result<Found> {
    let record = files::record(layout, trial)?;
    let standing = match &record {
        Some(record) => Some(survey::standing(record, trial, &layout.trial(&trial.id))?),
        None => None,
    };
    let running = match standing {
        Some(Standing::Done) => None,
        _ => locks::live(layout, &trial.id)?,
    };
    let state = match (running, &record, standing) {
        (Some(running), ..) => State::Running(running),
        (None, Some(_), Some(Standing::Damaged)) => State::Damaged,
        (None, Some(record), Some(Standing::Lacking)) => State::Lacking(lacking(trial, record)),
        (None, Some(record), _) => State::Ended(record.outcome.clone()),
        // The run that trained it was killed, and left a state.
        (None, None, _) if takeover::has_state(&layout.trial(&trial.id))? => {
            State::Ended(Outcome::Interrupted)
        }
        // It may have ended between the two looks, the one for a record and the one for a run.
        (None, None, _) if files::record(layout, trial)?.is_some() => {
            return look_at(layout, trial);
        }
        (None, None, _) => State::ToDo,
    };
    Ok(Found {
        state,
        examples: record.as_ref().map(|record| record.examples),
        last: record.and_then(|record| record.last),
    })
}

/// The requested items that were not recorded.
fn lacking(trial: &Trial, record: &TrialRecord) -> Vec<String> {
    let asked = trial.recording.items().into_iter();
    let is_missing = |item: &String| !record.recording.contains(item);
    asked.filter(is_missing).collect()
}
