//! `running.json`: the claim of a trial.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::fs;
use crate::results::format::layout::Layout;
use crate::results::format::manifest;
use crate::results::format::schema::SCHEMA_VERSION;
use crate::results::recovery::runs::{self, Life, Watcher};

/// `running.json`: who trains a trial, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// [`SCHEMA_VERSION`]
    pub schema: u32,
    /// The run's file in `.runs/`.
    pub run: String,
    /// The host's name, for people.
    pub host: String,
    /// The process's number there, for people.
    pub process: u32,
    /// When it began, UTC, RFC 3339.
    pub started: String,
    /// The last sign of life, in seconds since 1970 by the host's clock, for people.
    pub heartbeat: u64,
    /// The epoch that it is in, from 1; 0 before its first step.
    pub epoch: usize,
    /// Optimiser steps taken.
    pub step: usize,
    /// Optimiser steps that it will take; 0 until it knows.
    pub steps: usize,
}

impl Running {
    /// A new claim of `run`, which is this process's.
    pub(in crate::results) fn by(run: &str) -> Self {
        Self {
            schema: SCHEMA_VERSION,
            run: run.to_owned(),
            host: runs::host(),
            process: std::process::id(),
            started: manifest::now(),
            heartbeat: now(),
            epoch: 0,
            step: 0,
            steps: 0,
        }
    }

    /// A further sign of life.
    pub(in crate::results) fn beat(&mut self) {
        self.heartbeat = now();
    }

    /// Writes the claim of the trial `id`, whatever stands there.
    pub(in crate::results) fn write(&self, layout: &Layout, id: &str) -> Result<()> {
        fs::replace_unsynced(&layout.trial(id).running(), &self.text()?)
    }

    /// Likewise, where there is none; `false` where there is one.
    pub(in crate::results) fn write_first(&self, layout: &Layout, id: &str) -> Result<bool> {
        fs::create_new(&layout.trial(id).running(), &self.text()?)
    }

    fn text(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec(self)
            .map_err(|e| Error::Results(format!("cannot write who trains a trial: {e}")))?;
        text.push(b'\n');
        Ok(text)
    }
}

/// By this host's clock, for people who look.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = since.map_or(0, |since| since.as_secs());
    fs::apart().map_or(now, |apart| now.saturating_add_signed(apart.fast))
}

/// The claim of a trial, and how its run is; a torn claim is none.
pub(in crate::results) fn look(
    watcher: &Watcher,
    layout: &Layout,
    id: &str,
) -> Result<(Option<Running>, Life)> {
    let bytes = fs::read_if_exists(&layout.trial(id).running())?.unwrap_or_default();
    let Some(running) = parse(&bytes) else {
        return Ok((None, Life::Dead));
    };
    let life = watcher.look(&running.run)?;
    Ok((Some(running), life))
}

fn parse(bytes: &[u8]) -> Option<Running> {
    let running: Running = serde_json::from_slice(bytes).ok()?;
    runs::is_name(&running.run).then_some(running)
}

/// Whether the claim of a trial is this run's. One that is gone or torn is nobody else's, as long as
/// no other run has recorded the trial's end. One that cannot be read may be anybody's: an error.
pub(in crate::results) fn holds(layout: &Layout, id: &str, run: &str) -> Result<bool> {
    let trial = layout.trial(id);
    let bytes = fs::read_if_exists(&trial.running())?.unwrap_or_default();
    Ok(match parse(&bytes) {
        Some(running) => running.run == run,
        None => fs::read_if_exists(&trial.trial())?.is_none(),
    })
}
