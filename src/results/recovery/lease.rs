//! `running.json`: the claim of a trial by a run.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::fs;
use crate::results::format::layout::Layout;
use crate::results::format::manifest;
use crate::results::format::schema::SCHEMA_VERSION;
use crate::results::recovery::runs::{self, Life, Watcher};

/// The content of `running.json`: the run that trains a trial, and its progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// [`SCHEMA_VERSION`]
    pub schema: u32,
    /// The name of the run's file in `.runs/`.
    pub run: String,
    /// The host's name, for information only.
    pub host: String,
    /// The process's number there, for information only.
    pub process: u32,
    /// Start time, in UTC, RFC 3339.
    pub started: String,
    /// The time of the last heartbeat, in seconds since 1970 by the host's clock, for information only.
    pub heartbeat: u64,
    /// The present epoch, from 1; 0 before the first step.
    pub epoch: usize,
    /// Optimiser steps taken so far.
    pub step: usize,
    /// Optimiser steps in total; 0 until it is known.
    pub steps: usize,
}

impl Running {
    /// A new claim by `run`, which belongs to this process.
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

    /// Counts a further heartbeat.
    pub(in crate::results) fn beat(&mut self) {
        self.heartbeat = now();
    }

    /// Writes the claim of the trial `id`, replacing an existing one.
    pub(in crate::results) fn write(&self, layout: &Layout, id: &str) -> Result<()> {
        fs::replace_unsynced(&layout.trial(id).running(), &self.text()?)
    }

    /// Writes the claim of the trial `id` if there is none; returns `false` where there is one.
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

/// The time by this host's clock, for information only.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = since.map_or(0, |since| since.as_secs());
    fs::apart().map_or(now, |apart| now.saturating_add_signed(apart.fast))
}

/// The claim of a trial, and whether its run is alive; `None` for a truncated claim.
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

/// Whether the claim of a trial belongs to this run. A claim that is missing or truncated counts as its own
/// as long as no other run has recorded the trial's end. An error where it cannot be read: it may be another run's.
pub(in crate::results) fn holds(layout: &Layout, id: &str, run: &str) -> Result<bool> {
    let trial = layout.trial(id);
    let bytes = fs::read_if_exists(&trial.running())?.unwrap_or_default();
    Ok(match parse(&bytes) {
        Some(running) => running.run == run,
        None => fs::read_if_exists(&trial.trial())?.is_none(),
    })
}
