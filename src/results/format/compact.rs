//! A compact copy of a results folder: what tables, charts and comparisons are made from, in a few
//! files that are fit to be committed or sent. Instead of a folder for each trial it has tables of
//! all trials, one stacked upon the other, with the trial's id as their first column.

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
use crate::results::format::schema::FactRow;
use crate::results::query::Details;

/// What the records of the trials with these `ids` said, of those that ended.
pub(in crate::results) fn facts(layout: &Layout, ids: &[&str]) -> Result<Vec<FactRow>> {
    let facts = facts_by_trial(layout, ids)?.into_iter();
    Ok(facts.map(|(_, facts)| facts).collect())
}

/// Likewise, each with the place of its trial among `ids`.
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
        // Nothing depends on them.
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
    Ok(curves)
}

/// Hands the rows of a stacked table to `take`, with the number of their trial among `owners`; those
/// of other trials are left out. None where there is no file.
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
