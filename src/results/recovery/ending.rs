//! Writes the result of a trial that ended: its files under their final names, its record, and the log of
//! a failure.

use std::collections::BTreeMap;

use crate::config::value::Value;
use crate::error::{Error, Result};
use crate::event::Outcome;
use crate::fs;
use crate::plan::kernels::Kernels;
use crate::plan::{NUMBERS_VERSION, Trial};
use crate::results::format::files;
use crate::results::format::layout::TrialLayout;
use crate::results::format::schema::{SCHEMA_VERSION, TrialRecord};
use crate::results::recovery::retrain;
use crate::results::recovery::takeover;
use crate::results::recovery::trial_files::{Closed, TrialFiles, recording};

/// A trial whose end has been recorded.
pub(in crate::results) struct Ended {
    /// Its record.
    pub(in crate::results) record: TrialRecord,
    /// Of a second training with other numbers than the first: the message that says so.
    pub(in crate::results) other_numbers: Option<String>,
}

/// A trial that ended.
pub(in crate::results) struct Ending<'a> {
    /// The trial's folder.
    pub(in crate::results) layout: &'a TrialLayout,
    /// The trial.
    pub(in crate::results) trial: &'a Trial,
    /// The kernels that trained it.
    pub(in crate::results) kernels: Kernels,
    /// The outcome of the trial.
    pub(in crate::results) outcome: &'a Outcome,
    /// For a failure, where it happened, as far as that is known.
    pub(in crate::results) details: Option<&'a str>,
    /// The record of a trial that was finished before: it is kept, and gains what was recorded now.
    pub(in crate::results) earlier: Option<&'a TrialRecord>,
}

impl Ending<'_> {
    /// Writes everything. `grown` is `None` if the trial failed before it started. Only under the folder's lock, by
    /// the run that holds the trial.
    pub(in crate::results) fn record(&self, grown: Option<TrialFiles>) -> Result<Ended> {
        let own = grown.as_ref().map(|files| files.layout().clone());
        fs::create_folder(self.layout.root())?;
        if let (Outcome::Failed { message }, None) = (self.outcome, self.earlier) {
            self.log_failure(message)?;
        }
        let record = self.record_of(grown.map(TrialFiles::close).unwrap_or_default())?;
        let is_interrupted = matches!(self.outcome, Outcome::Interrupted);
        let record = match (self.earlier, &own) {
            (Some(earlier), Some(own)) if self.outcome.is_finished() => {
                let other = retrain::keep_other_numbers(self.layout, own, earlier, &record)?;
                if other.is_some() {
                    return Ok(Ended { record: earlier.clone(), other_numbers: other });
                }
                retrain::merge(self.layout, own, earlier, record)?
            }
            (Some(earlier), _) => {
                takeover::remove_folders(self.layout, None)?;
                return Ok(Ended { record: earlier.clone(), other_numbers: None });
            }
            (None, Some(own)) => {
                takeover::publish(self.layout, own, is_interrupted)?;
                record
            }
            (None, None) => record,
        };
        files::write_record(self.layout, &record)?;
        // Last: a trial with a state but no record is resumed, one with a record but no state is trained again. A
        // failure before the start (on a machine that is too small) leaves an earlier state in place.
        if own.is_some() {
            if !is_interrupted {
                fs::remove_if_exists(&self.layout.state())?;
            }
            takeover::remove_folders(self.layout, None)?;
        }
        Ok(Ended { record, other_numbers: None })
    }

    /// Writes why a trial failed into its log.
    fn log_failure(&self, message: &str) -> Result<()> {
        let trial = self.trial;
        let mut text = format!(
            "trial {} ({}, replicate {}) failed\n\n{message}\n",
            trial.id, trial.label, trial.replicate
        );
        if let Some(details) = self.details {
            text.push_str(&format!("\n{details}\n"));
        }
        text.push_str("\nsettings\n");
        for (key, value) in trial.condition.keys.iter() {
            text.push_str(&format!("  {key} = {}\n", value.to_toml()));
        }
        fs::replace(&self.layout.failure_log(), text.as_bytes())
    }

    fn record_of(&self, closed: Closed) -> Result<TrialRecord> {
        let trial = self.trial;
        let Closed { facts, last, best, files } = closed;
        Ok(TrialRecord {
            schema: SCHEMA_VERSION,
            id: trial.id.clone(),
            numbers_version: NUMBERS_VERSION,
            replicate: trial.replicate,
            seed: trial.seed,
            settings: settings(trial)?,
            device: facts.device,
            kernels: self.kernels,
            instruction_set: facts.instruction_set,
            data: facts.data,
            examples: facts.examples,
            parameters: facts.parameters,
            recording: recording(trial),
            outcome: self.outcome.clone(),
            last,
            best,
            files,
        })
    }
}

fn settings(trial: &Trial) -> Result<BTreeMap<String, serde_json::Value>> {
    let to_json = |(key, value): (&str, &Value)| {
        serde_json::to_value(value)
            .map(|value| (key.to_owned(), value))
            .map_err(|e| Error::Results(format!("cannot write `{key}`: {e}")))
    };
    trial.condition.keys.iter().map(to_json).collect()
}
