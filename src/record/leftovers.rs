//! What lies in a results folder and is no part of the experiment: trials of an earlier version of
//! it, and what killed runs left behind.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::claims;
use super::layout::Layout;
use super::reader;
use super::schema::TrialRecord;
use crate::error::Result;
use crate::fs;
use crate::plan::Trial;

/// How many characters a trial's id has.
const ID_LENGTH: usize = 16;

/// The ids of the trials that have a folder and are not in `plan`, in alphabetical order. Folders
/// with other names than a trial's are none of this program's.
fn strangers(layout: &Layout, plan: &[Arc<Trial>]) -> Result<Vec<String>> {
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
    let records: Vec<Option<TrialRecord>> = strangers(layout, plan)?
        .par_iter()
        .map(|id| reader::record_of(layout, id))
        .collect::<Result<_>>()?;
    Ok(records.into_iter().flatten().collect())
}

/// A trial on disk that the experiment does not have.
#[derive(Debug, Clone, PartialEq)]
pub struct Stale {
    /// The trial's id.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Bytes of all its files.
    pub bytes: u64,
    /// What it left when it ended; `None` where it never did.
    pub record: Option<TrialRecord>,
    /// Whether a run trains it now.
    pub is_running: bool,
}

/// The trials on disk that are not in `plan`, in the order of their ids.
pub fn stale(layout: &Layout, plan: &[Arc<Trial>]) -> Result<Vec<Stale>> {
    strangers(layout, plan)?
        .into_par_iter()
        .map(|id| {
            let folder = layout.trial(&id).root().to_owned();
            Ok(Stale {
                bytes: fs::bytes_below(&folder)?,
                record: reader::record_of(layout, &id)?,
                is_running: claims::live(layout, &id)?.is_some(),
                folder,
                id,
            })
        })
        .collect()
}
