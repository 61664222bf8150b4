//! How the trials of a plan stand: what each left when it ended, who trains it now, what is to do.
//! From files alone, read several at a time: a folder may hold many thousands.

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

/// What a trial is at.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// It came to an end, good or bad: `completed`, `diverged`, `failed`, `interrupted`.
    Ended(Outcome),
    /// A run trains it now.
    Running(Running),
    /// It has its result, and is asked for something that it did not leave.
    Lacking(Vec<String>),
    /// It had its result, and files of it are missing or torn.
    Damaged,
    /// Nobody has come to it yet.
    ToDo,
}

impl State {
    /// The same without its details.
    pub fn status(&self) -> TrialStatus {
        match self {
            Self::Ended(outcome) => outcome.into(),
            Self::Running(_) => TrialStatus::Running,
            Self::Lacking(_) | Self::Damaged | Self::ToDo => TrialStatus::Pending,
        }
    }

    /// Whether the trial has its result and nothing more is asked of it.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Ended(outcome) if outcome.is_finished())
    }

    /// Whether the next run trains it: not what has its result, what another run trains, or what
    /// failed (that only when asked).
    pub fn is_to_do(&self) -> bool {
        match self {
            Self::Ended(outcome) => matches!(outcome, Outcome::Interrupted),
            Self::Running(_) => false,
            Self::Lacking(_) | Self::Damaged | Self::ToDo => true,
        }
    }
}

/// A trial of the plan as its folder shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it is at.
    pub state: State,
    /// Its last epoch, where it ended.
    pub last: Option<EpochRow>,
    /// Its counts of examples, where it ended.
    pub examples: Option<Examples>,
}

/// How each trial of `plan` stands, in its order.
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
        // Whoever trained it was killed, and left where it was.
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

/// What is asked for and was not recorded.
fn lacking(trial: &Trial, record: &TrialRecord) -> Vec<String> {
    let asked = trial.recording.items().into_iter();
    let is_missing = |item: &String| !record.recording.contains(item);
    asked.filter(is_missing).collect()
}
