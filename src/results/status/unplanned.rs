//! Trials of an earlier version of the experiment, which are in the folder but no longer in the plan.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::error::Result;
use crate::fs;
use crate::plan::Trial;
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::format::schema::TrialRecord;

/// Number of characters in a trial's id.
const ID_LENGTH: usize = 16;

/// The ids of the trials that have a folder and are not in `plan`, in alphabetical order. Folders
/// with other names are ignored.
pub(in crate::results) fn ids(layout: &Layout, plan: &[Arc<Trial>]) -> Result<Vec<String>> {
    let planned: HashSet<&str> = plan.iter().map(|trial| trial.id.as_str()).collect();
    let is_id = |name: &str| {
        let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        name.len() == ID_LENGTH && name.chars().all(is_digit)
    };
    let folders = fs::folders(&layout.trials())?;
    let names = folders
        .iter()
        .filter_map(|path| path.file_name()?.to_str())
        .filter(|name| is_id(name) && !planned.contains(name));
    Ok(names.map(str::to_owned).collect())
}

/// The records of the trials on disk that ended and are not in `plan`.
pub fn records(layout: &Layout, plan: &[Arc<Trial>]) -> Result<Vec<TrialRecord>> {
    let records: Vec<Option<TrialRecord>> = ids(layout, plan)?
        .par_iter()
        .map(|id| files::record_of(layout, id))
        .collect::<Result<_>>()?;
    Ok(records.into_iter().flatten().collect())
}
