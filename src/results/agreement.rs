//! Checks that `trials.csv` agrees with the trials' records. Some commands read numbers from the table, others
//! from the files of the trials: a table that was edited is refused, so that no two commands print different
//! numbers.

use rayon::prelude::*;

use crate::error::Result;
use crate::results::format::compact;
use crate::results::format::curves;
use crate::results::format::files::{self, TrialsTable, damaged};
use crate::results::format::layout::Layout;
use crate::results::format::schema::TrialRow;
use crate::results::format::tables;
use crate::results::query::Details;
use crate::results::recovery::locks::{self, Watcher};
use crate::results::recovery::survey;

/// The table with the numbers of trials that ended after it was written: the table of a run that was killed is older
/// than the records of its trials. Refuses a table whose numbers differ from the records; in a compact copy, which
/// has no records, from `epochs.csv`.
pub(in crate::results) fn current(layout: &Layout, mut table: TrialsTable) -> Result<TrialsTable> {
    let recorded = recorded(layout, &table)?;
    compare(layout, &table, &recorded)?;
    if compact::is_compact(layout) {
        return Ok(table);
    }
    for (row, recorded) in table.rows.iter_mut().zip(recorded) {
        if let Some(now) = since(layout, row, table.axes.end, recorded)? {
            let first = row.iter().take(table.axes.end).map(str::to_owned);
            *row = first.chain(now).collect();
        }
    }
    Ok(table)
}

/// The numbers of a trial whose state changed after the table was written; `None` where the row is current. `outcome` is
/// the column of the outcome.
fn since(
    layout: &Layout,
    row: &csv::StringRecord,
    outcome: usize,
    recorded: Option<Vec<String>>,
) -> Result<Option<Vec<String>>> {
    let was_finished = row.get(outcome).is_some_and(files::is_finished);
    let is_finished = recorded.as_ref().is_some_and(|recorded| files::is_finished(&recorded[0]));
    Ok(match recorded {
        Some(_) if was_finished && is_finished => None,
        // The files of a finished trial may be damaged: then it is pending.
        Some(recorded) if is_finished => {
            let id = row.get(0).unwrap_or_default();
            survey::whole_record(layout, id)?.map(|_| recorded)
        }
        Some(recorded) => Some(recorded),
        // It is being trained again, or was when a run was killed.
        None => was_finished.then(|| tables::figures_so_far("pending", None)),
    })
}

/// The recorded numbers of each trial of the table that ended.
fn recorded(layout: &Layout, table: &TrialsTable) -> Result<Vec<Option<Vec<String>>>> {
    let ids: Vec<&str> = table.rows.iter().filter_map(|row| row.get(0)).collect();
    if compact::is_compact(layout) {
        let curves = curves::read(layout, &ids, &Details::default())?;
        let last = curves.iter().map(|curves| curves.epochs.last());
        return Ok(last
            .map(|last| last.map(|last| tables::figures_so_far("", Some(last))))
            .collect());
    }
    let recorded: Vec<Result<_>> = ids.par_iter().map(|id| of_record(layout, id)).collect();
    // Where several cannot be read, always the same one is reported.
    recorded.into_iter().collect()
}

/// The recorded numbers of a trial, if it ended.
fn of_record(layout: &Layout, id: &str) -> Result<Option<Vec<String>>> {
    Ok(files::record_of(layout, id)?.map(|record| tables::figures(&record)))
}

/// Compares the numbers of finished trials with their records, where `recorded` has one. While a
/// run trains trials again, the table is older than their records.
fn compare(layout: &Layout, table: &TrialsTable, recorded: &[Option<Vec<String>>]) -> Result<()> {
    let rows = table.rows.iter().zip(recorded);
    let mut slips = rows.filter_map(|(row, recorded)| slip(table, row, recorded.as_ref()?));
    let Some(first) = slips.next() else {
        return Ok(());
    };
    if locks::has_runs(&Watcher::of(layout))? {
        return Ok(());
    }
    let more = match slips.count() {
        0 => String::new(),
        more => format!(" (and {more} more trials differ)"),
    };
    Err(damaged(
        &layout.trials_table(),
        &format!("it was changed after it was written: {first}{more}"),
    ))
}

/// The first number in which a row differs from the record; an empty cell is not compared.
fn slip(table: &TrialsTable, row: &csv::StringRecord, recorded: &[String]) -> Option<String> {
    let cell = |column: usize| row.get(table.axes.end + column).unwrap_or_default();
    let [then, now] = [cell(0), recorded[0].as_str()];
    // A trial that is trained again may have failed since.
    if !files::is_finished(then) || !(now.is_empty() || files::is_finished(now)) {
        return None;
    }
    let columns = TrialRow::LAST.iter().take(table.figures()).zip(recorded).enumerate();
    let mut known = columns.filter(|(_, (_, recorded))| !recorded.is_empty());
    let (column, (name, recorded)) =
        known.find(|(column, (_, recorded))| !is_same(cell(*column), recorded))?;
    let (id, cell) = (row.get(0).unwrap_or_default(), cell(column));
    Some(format!("`{name}` of trial `{id}` is `{cell}` there, and `{recorded}` was recorded"))
}

/// Whether two cells have the same value, even if a number is formatted differently.
fn is_same(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    one == other || number(one).is_some_and(|one| number(other) == Some(one))
}
