//! Compact copies of results folders: the data of tables, charts and comparisons, in a few files that are
//! small enough to commit or send. Instead of a folder for each trial it has tables of all trials
//! together, with the trial's id as their first column.

use std::collections::HashMap;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::fs;
use crate::results::format::curves::{Curves, Gathered, finite, unreadable};
use crate::results::format::files::damaged;
use crate::results::format::layout::Layout;
pub(in crate::results) use crate::results::format::marker::{Marker, marker};
pub use crate::results::format::marker::{is_compact, refuse};
use crate::results::format::predictions::{self, Gathering};
use crate::results::format::schema::{FactRow, PictureRow};
use crate::results::query::Details;

/// The facts of the trials with these `ids` from their records, for those that ended.
pub(in crate::results) fn facts(layout: &Layout, ids: &[&str]) -> Result<Vec<FactRow>> {
    let facts = facts_by_trial(layout, ids)?.into_iter();
    Ok(facts.map(|(_, facts)| facts).collect())
}

/// As [`facts`], each with the index of its trial among `ids`.
pub(in crate::results) fn facts_by_trial(
    layout: &Layout,
    ids: &[&str],
) -> Result<Vec<(usize, FactRow)>> {
    let owners = ids.iter().enumerate();
    let owners: HashMap<&str, usize> = owners.map(|(owner, id)| (*id, owner)).collect();
    let mut facts = Vec::new();
    stacked(&layout.records_table(), &owners, |owner, row| {
        facts.push((owner, row));
    })?;
    Ok(facts)
}

/// The rows of the trials with these `ids`, in their order.
pub(in crate::results) fn curves(
    layout: &Layout,
    ids: &[&str],
    details: &Details,
) -> Result<Vec<Curves>> {
    let owners = ids.iter().enumerate();
    let owners: HashMap<&str, usize> = owners.map(|(owner, id)| (*id, owner)).collect();
    let mut curves = vec![Curves::default(); ids.len()];
    stacked(&layout.epochs_table(), &owners, |owner, row| {
        curves[owner].epochs.push(row);
    })?;
    let timed = stacked(&layout.timings_table(), &owners, |owner, row| {
        curves[owner].seconds.push(row);
    });
    match timed {
        // No result depends on wall-clock times, so damaged ones are left out.
        Err(Error::Results(_)) => curves.iter_mut().for_each(|curves| {
            curves.seconds.clear();
            curves.is_untimed = true;
        }),
        timed => timed?,
    }
    if details.steps {
        stacked(&layout.steps_table(), &owners, |owner, row| {
            curves[owner].steps.push(row);
        })?;
        for of_trial in &mut curves {
            of_trial.steps = finite(std::mem::take(&mut of_trial.steps));
        }
    }
    let mut layers = Gathered::default();
    let owner = |id: &str| owners.get(id).copied();
    layers.read(&layout.layers_table(), details, owner)?;
    for (of_trial, series) in curves.iter_mut().zip(layers.series) {
        of_trial.layers = series;
    }
    if details.predictions {
        predictions(layout, &owners, &mut curves)?;
    }
    Ok(curves)
}

/// Adds the predictions and the pictures of the trials.
fn predictions(
    layout: &Layout,
    owners: &HashMap<&str, usize>,
    curves: &mut [Curves],
) -> Result<()> {
    let path = layout.predictions_table();
    let mut gathered = vec![Gathering::default(); curves.len()];
    stacked(&path, owners, |owner, row| gathered[owner].add(row))?;
    for (of_trial, gathering) in curves.iter_mut().zip(gathered) {
        of_trial.predictions = gathering.finish(&of_trial.epochs, &path)?;
    }
    let path = layout.pictures_table();
    let mut rows: Vec<Vec<PictureRow>> = vec![Vec::new(); curves.len()];
    stacked(&path, owners, |owner, row| rows[owner].push(row))?;
    for (of_trial, rows) in curves.iter_mut().zip(rows) {
        of_trial.pictures = predictions::pictures(&rows, &path)?;
    }
    Ok(())
}

/// Passes the rows of a stacked table to `take`, with the index of their trial among `owners`; rows
/// of other trials are skipped. No rows where the file does not exist.
fn stacked<T: DeserializeOwned>(
    path: &Path,
    owners: &HashMap<&str, usize>,
    mut take: impl FnMut(usize, T),
) -> Result<()> {
    let Some(lines) = fs::whole_lines(path)? else {
        return Ok(());
    };
    let mut reader = csv::Reader::from_reader(lines);
    let header = reader.headers().map_err(|e| unreadable(path, e))?.clone();
    if header.get(0).is_some_and(|first| first != "trial") {
        return Err(damaged(path, &"its first column is not `trial`"));
    }
    let header: csv::StringRecord = header.iter().skip(1).collect();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| unreadable(path, e))? {
        let Some(&owner) = record.get(0).and_then(|id| owners.get(id)) else {
            continue;
        };
        let mut rest: csv::StringRecord = record.iter().skip(1).collect();
        rest.set_position(record.position().cloned());
        let row = rest.deserialize(Some(&header));
        take(owner, row.map_err(|e| damaged(path, &e))?);
    }
    Ok(())
}
