//! Whether `trials.csv` says what was recorded. Some verbs take figures from the table, others from the
//! files of the trials: a table that somebody edited is refused, so that no two verbs tell different
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

/// The table with the figures that were recorded since it was written: a run that is killed leaves it behind the
/// records of its trials. Refuses one with other figures than the records of its trials have; in a compact copy,
/// which has no records, with others than `epochs.csv` has.
pub(in crate::results) fn current(layout: &Layout, mut table: TrialsTable) -> Result<TrialsTable> {
    let recorded = recorded(layout, &table)?;
    compare(layout, &table, &recorded)?;
    if compact::is_compact(layout) {
        return Ok(table);
    }
    for (row, recorded) in table.rows.iter_mut().zip(recorded) {
        let is_finished = row.get(table.axes.end).is_some_and(files::is_finished);
        if let Some(recorded) = recorded.filter(|_| !is_finished) {
            let first = row.iter().take(table.axes.end).map(str::to_owned);
            *row = first.chain(recorded).collect();
        }
    }
    Ok(table)
}

/// What was recorded of each trial of the table that ended.
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
    // Of several that cannot be read, the same is told of every time.
    recorded.into_iter().collect()
}

/// The figures of a trial that ended.
fn of_record(layout: &Layout, id: &str) -> Result<Option<Vec<String>>> {
    Ok(files::record_of(layout, id)?.map(|record| tables::figures(&record)))
}

/// Holds the figures of finished trials against what was `recorded` of them, where that is known. While a
/// run trains trials anew, its table is behind their records.
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

/// The first figure in which a row differs from what was recorded; an empty cell there is not known.
fn slip(table: &TrialsTable, row: &csv::StringRecord, recorded: &[String]) -> Option<String> {
    let cell = |column: usize| row.get(table.axes.end + column).unwrap_or_default();
    let [then, now] = [cell(0), recorded[0].as_str()];
    // A trial that is trained anew may have failed since.
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

/// Whether two cells say the same, however a number is written.
fn is_same(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    one == other || number(one).is_some_and(|one| number(other) == Some(one))
}
