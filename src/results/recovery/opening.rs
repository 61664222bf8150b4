//! The checks that a run makes before it trains anything into a results folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::{self, spec::Experiment};
use crate::error::{Error, Result};
use crate::fs;
use crate::plan::Trial;
use crate::plan::kernels::Kernels;
use crate::results::format::files;
use crate::results::format::layout::{Layout, TrialLayout};
use crate::results::format::manifest::RunEntry;
use crate::results::format::schema::TrialRecord;
use crate::results::recovery::leases::FolderLeases;
use crate::results::recovery::locks::TrialLocks;
use crate::results::recovery::ownership;
use crate::results::recovery::partials;
use crate::results::recovery::takeover;
use crate::units::hexadecimal;

/// Part of the message on trials of another device, other kernels or other data.
const FINISHED: &str = "finished trials were";
const RUNNING: &str = "trials under way are";

/// What a run does not mix, as its message begins to say it.
const DEVICE: &str = "on device";
const KERNELS: &str = "with kernels";
const DATA: &str = "on data with digest";

/// Refuses a folder in which another run trains another experiment: each would overwrite the other's
/// tables.
pub(in crate::results) fn check_concurrent_runs(
    layout: &Layout,
    experiment: &Experiment,
    claims: &TrialLocks,
) -> Result<()> {
    let there = fs::read_if_exists(&layout.experiment())?;
    let is_same = there.is_none_or(|text| is_same(&text, experiment));
    if is_same || !claims.has_concurrent_runs()? {
        return Ok(());
    }
    Err(Error::Results(format!(
        "a run of another experiment is writing to `{}`; wait for it, or choose another folder with `-o output.dir=…`",
        layout.root().display()
    )))
}

/// Whether a folder's `experiment.toml` is this experiment.
fn is_same(stored: &[u8], experiment: &Experiment) -> bool {
    config::mean_the_same(stored, experiment.resolved.as_bytes())
}

/// Refuses to train finished trials again while other runs are alive: two forced runs would train
/// everything twice.
pub(in crate::results) fn check_force(layout: &Layout, gate: &FolderLeases) -> Result<()> {
    if gate.forced.is_empty() || !gate.claims.has_concurrent_runs()? {
        return Ok(());
    }
    Err(Error::Results(format!(
        "another run is writing to `{}`; wait for it before you `--force` anything",
        layout.root().display()
    )))
}

/// Refuses to run beside others that train on another device, with other kernels or on other data, and declares
/// those of this run: `digests` are by the index of the condition.
pub(in crate::results) fn check_declarations(
    layout: &Layout,
    claims: &TrialLocks,
    run: &RunEntry,
    digests: &BTreeMap<usize, Arc<str>>,
) -> Result<()> {
    let ours = Declaration {
        device: run.device.clone(),
        kernels: run.kernels,
        data: digests.iter().map(|(at, data)| (*at, data.to_string())).collect(),
    };
    for text in claims.declared_by_others()? {
        // A line that cannot be parsed is of another version.
        let Ok(theirs) = serde_json::from_str::<Declaration>(&text) else {
            continue;
        };
        if theirs.device != ours.device {
            return Err(mixed(layout, RUNNING, DEVICE, &theirs.device, &ours.device));
        }
        if theirs.kernels != ours.kernels {
            let (theirs, ours) = (theirs.kernels.name(), ours.kernels.name());
            return Err(mixed(layout, RUNNING, KERNELS, theirs, ours));
        }
        for (at, data) in &ours.data {
            if let Some(other) = theirs.data.get(at).filter(|other| *other != data) {
                return Err(mixed(layout, RUNNING, DATA, other, data));
            }
        }
    }
    let text = serde_json::to_string(&ours)
        .map_err(|e| Error::Results(format!("cannot declare what a run trains on: {e}")))?;
    claims.declare(&text)
}

/// The device, the kernels and the data of a run.
#[derive(Serialize, Deserialize)]
struct Declaration {
    device: String,
    #[serde(default = "Kernels::of_earlier_versions")]
    kernels: Kernels,
    /// Digests of the datasets, by the index of the condition.
    data: BTreeMap<usize, String>,
}

/// Refuses to mix devices, kernels or data: `finished` gives the record of a finished trial, `digest` the
/// digest of the data that this run would train a trial on.
pub(in crate::results) fn check_provenance<'a>(
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
            return Err(mixed(layout, FINISHED, DEVICE, &record.device, &run.device));
        }
        if record.kernels != run.kernels {
            let (theirs, ours) = (record.kernels.name(), run.kernels.name());
            return Err(mixed(layout, FINISHED, KERNELS, theirs, ours));
        }
        if let Some(now) = digest(trial).filter(|now| *now != record.data) {
            return Err(mixed(layout, FINISHED, DATA, &record.data, &now));
        }
    }
    Ok(())
}

/// `who` is, for example, `finished trials were`, and `what` is `on device`.
fn mixed(layout: &Layout, who: &str, what: &str, before: &str, now: &str) -> Error {
    let (who, are) = who.rsplit_once(' ').unwrap_or((who, "are"));
    let same =
        if what == KERNELS { format!("use `--kernels {before}`, or ") } else { String::new() };
    Error::Results(format!(
        "{who} in `{}` {are} trained {what} `{before}`, and this run would use `{now}`\n  hint: {same}choose another folder with `-o output.dir=…`",
        layout.root().display()
    ))
}

/// Deletes partial files of killed runs, their claims, and the folders in which trials were trained that are finished
/// according to `has_result`. Files that others may be writing are kept. Not under the folder's lock: checking all
/// folders of a large plan takes long, and other runs wait for the lock.
pub(in crate::results) fn clear_leftovers(
    layout: &Layout,
    plan: &[Arc<Trial>],
    to_run: &[Arc<Trial>],
    has_result: impl Fn(&Trial) -> bool,
    claims: &TrialLocks,
) -> Result<()> {
    let to_run: BTreeSet<&str> = to_run.iter().map(|trial| trial.id.as_str()).collect();
    partials::remove(layout)?;
    for trial in plan {
        let folder = layout.trial(&trial.id);
        let is_done = has_result(trial) && has_leftovers(&folder)?;
        // Another run may train it again although it is finished (`--force`).
        if !(is_done || fs::is_file(&folder.running())) || !claims.is_free(&trial.id)? {
            continue;
        }
        claims.patiently(|| {
            if !claims.is_free(&trial.id)? {
                return Ok(());
            }
            if is_done {
                // A process that trains it a second time may be about to end.
                let may_end = !to_run.contains(trial.id.as_str());
                clear_finished(layout, &folder, trial, may_end)?;
            }
            fs::remove_if_exists(&folder.running())
        })?;
    }
    Ok(())
}

fn has_leftovers(folder: &TrialLayout) -> Result<bool> {
    Ok(fs::is_file(&folder.state())
        || fs::is_file(&folder.attempts())
        || !takeover::folders(folder)?.is_empty())
}

/// Deletes the folder in which a finished trial was trained, if it is still finished: since it was checked, another
/// run may have begun to train it again and have been interrupted.
fn clear_finished(
    layout: &Layout,
    folder: &TrialLayout,
    trial: &Trial,
    may_end: bool,
) -> Result<()> {
    let record = files::record(layout, trial)?;
    if !record.is_some_and(|record| record.outcome.is_finished()) {
        return Ok(());
    }
    fs::remove_if_exists(&folder.state())?;
    if may_end {
        fs::remove_if_exists(&folder.attempts())?;
    }
    takeover::remove_folders(folder, None)
}

/// Keeps an earlier experiment that differs from this one as `experiment-<digest>.toml`.
pub(in crate::results) fn keep_earlier_experiment(
    layout: &Layout,
    experiment: &Experiment,
) -> Result<Option<PathBuf>> {
    let earlier = fs::read_if_exists(&layout.experiment())?;
    let Some(earlier) = earlier.filter(|text| !is_same(text, experiment)) else {
        return Ok(None);
    };
    let digest = Sha256::digest(&earlier);
    let name = format!("experiment-{}.toml", hexadecimal(&digest[..3]));
    let path = layout.root().join(name);
    ownership::check_files([&path], Some("-o output.dir=DIR"))?;
    fs::replace(&path, &earlier)?;
    Ok(Some(path))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::fs::Lock;
    use crate::plan;
    use crate::results::recovery::survey::{self, Selection};

    #[test]
    fn the_state_of_a_trial_that_another_run_began_anew_since_it_was_looked_at_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "[data]\ndataset = \"glyphs\"\n[train]\nepochs = 1\n";
        let loaded = config::parse(Path::new("x.toml"), text, &[]).expect("valid");
        let plan = plan::trials(&loaded.experiment);
        let layout = Layout::new(folder.path());
        let record = |outcome: &str| {
            format!(
                r#"{{"schema":1,"id":"{}","replicate":1,"seed":0,"settings":{{}},"device":"cpu","data":"","examples":{{"train":1,"validation":0,"test":1}},"parameters":1,"outcome":{{"kind":"{outcome}"}},"files":{{}}}}"#,
                plan[0].id
            )
        };
        let trial = layout.trial(&plan[0].id);
        let write = |path: &Path, text: &str| fs::replace(path, text.as_bytes()).expect("writable");
        fs::create_folder(trial.root()).expect("writable");
        write(&trial.trial(), &record("completed"));
        let seen = survey::survey(&layout, &plan, &Selection::default()).expect("readable");
        assert!(seen.records.contains_key(&plan[0].id), "it is finished");
        let claims = TrialLocks::announce(&layout).expect("writable");
        let has_result = |trial: &Trial| seen.records.contains_key(&trial.id);
        let clear = || clear_leftovers(&layout, &plan, &[], has_result, &claims);
        write(&trial.trial(), &record("interrupted"));
        write(&trial.state(), "a state");
        clear().expect("writable");
        assert!(fs::is_file(&trial.state()), "it is gone on from there");
        write(&trial.trial(), &record("completed"));
        clear().expect("writable");
        assert!(!fs::is_file(&trial.state()));
        // Where there is nothing to clear, the lock is not waited for.
        let _lock = Lock::try_take(&layout.lock()).expect("writable").expect("free");
        clear().expect("writable");
    }
}
