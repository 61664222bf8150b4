//! Determines which of the datasets in the manifest each trial was trained on.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::description::DatasetDescription;
use crate::error::Result;
use crate::results::format::compact;
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::format::manifest::Manifest;

/// The description of the dataset of each of the trials with these `ids`, where the manifest has one
/// for its digest.
pub(in crate::results) fn of_trials(
    layout: &Layout,
    ids: &[&str],
    manifest: Manifest,
) -> Result<Vec<Option<Arc<DatasetDescription>>>> {
    // A run of an earlier version stored no description, and may have used other data.
    let all_described = manifest.runs.iter().all(|run| !run.instruction_set.is_empty());
    let described: BTreeMap<String, Arc<DatasetDescription>> =
        manifest.data.into_iter().map(|(digest, data)| (digest, Arc::new(data))).collect();
    // Nearly all folders have only one, and then no record need be read.
    if described.is_empty() || (described.len() == 1 && all_described) {
        return Ok(vec![described.into_values().next(); ids.len()]);
    }
    let digests = digests(layout, ids)?.into_iter();
    Ok(digests.map(|digest| described.get(&digest?).cloned()).collect())
}

/// The digest of each trial's dataset, for those that ended.
fn digests(layout: &Layout, ids: &[&str]) -> Result<Vec<Option<String>>> {
    if compact::is_compact(layout) {
        let mut digests = vec![None; ids.len()];
        for (trial, facts) in compact::facts_by_trial(layout, ids)? {
            digests[trial] = Some(facts.data);
        }
        return Ok(digests);
    }
    let record = |id: &&str| Ok(files::record_of(layout, id)?.map(|record| record.data));
    ids.iter().map(record).collect()
}
