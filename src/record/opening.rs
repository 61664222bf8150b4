//! What a run makes sure of before it trains anything into a results folder.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::claims::{self, Claims};
use super::layout::Layout;
use super::manifest::RunEntry;
use super::schema::TrialRecord;
use super::tables::Records;
use crate::config::spec::Experiment;
use crate::error::{Error, Result};
use crate::fs;
use crate::plan::Trial;

/// Refuses a folder in which another run trains another experiment: they would replace each other's
/// tables.
pub(super) fn check_company(
    layout: &Layout,
    experiment: &Experiment,
    claims: &Claims,
) -> Result<()> {
    let there = fs::read_if_exists(&layout.experiment())?;
    let is_same = there.is_none_or(|text| text == experiment.resolved.as_bytes());
    if is_same || !claims.has_company()? {
        return Ok(());
    }
    Err(Error::Results(format!(
        "another bn-lab is running another experiment into `{}`; wait for it, or choose another folder with `-o output.dir=…`",
        layout.root().display()
    )))
}

/// Refuses to mix devices or data: `finished` gives the record of a finished trial, `digest` the
/// digest of the data that this run would train a trial on.
pub(super) fn check_provenance<'a>(
    layout: &Layout,
    plan: &[Arc<Trial>],
    run: &RunEntry,
    finished: impl Fn(&Trial) -> Option<&'a TrialRecord>,
    digest: impl Fn(&Trial) -> Option<String>,
) -> Result<()> {
    for trial in plan {
        let Some(record) = finished(trial) else {
            continue;
        };
        if record.device != run.device {
            return Err(mixed(layout, "device", &record.device, &run.device));
        }
        if let Some(now) = digest(trial).filter(|now| *now != record.data) {
            return Err(mixed(layout, "data with digest", &record.data, &now));
        }
    }
    Ok(())
}

fn mixed(layout: &Layout, what: &str, before: &str, now: &str) -> Error {
    Error::Results(format!(
        "finished trials in `{}` were trained on {what} `{before}`, and this run would use `{now}`\n  hint: choose another folder with `-o output.dir=…`",
        layout.root().display()
    ))
}

/// Deletes what killed runs left half-written, their claims, and the states of trials that are
/// finished.
pub(super) fn clear_leftovers(
    layout: &Layout,
    plan: &[Arc<Trial>],
    records: &Records,
    claims: &Claims,
) -> Result<()> {
    fs::remove_partials(layout.root())?;
    if !claims.has_company()? {
        fs::remove_partials(&layout.charts())?;
    }
    for trial in plan {
        claims::clear_if_dead(layout, &trial.id)?;
        let record = records.get(&trial.id);
        if record.is_some_and(|record| record.outcome.is_finished()) {
            fs::remove_if_exists(&layout.trial(&trial.id).state())?;
        }
    }
    Ok(())
}

/// An experiment that differs from this one is kept as `experiment-<digest>.toml`.
pub(super) fn keep_earlier_experiment(
    layout: &Layout,
    experiment: &Experiment,
) -> Result<Option<PathBuf>> {
    let earlier = fs::read_if_exists(&layout.experiment())?;
    let Some(earlier) = earlier.filter(|text| text != experiment.resolved.as_bytes()) else {
        return Ok(None);
    };
    let digest = Sha256::digest(&earlier);
    let name = format!(
        "experiment-{:02x}{:02x}{:02x}.toml",
        digest[0], digest[1], digest[2]
    );
    let path = layout.root().join(name);
    fs::replace(&path, &earlier)?;
    Ok(Some(path))
}
