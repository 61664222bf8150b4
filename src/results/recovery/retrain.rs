//! A trial that had its result and was trained again, to leave probes or checkpoints that were not
//! asked for before. The same trial gives the same numbers; so its figures stay, and only what was
//! missing is added.

use std::collections::BTreeMap;

use crate::config::spec::{EVALUATIONS, TRAIN_EVALUATION};
use crate::error::{Error, Result};
use crate::fs::{self, FilePrefix};
use crate::results::format::files;
use crate::results::format::layout::TrialLayout;
use crate::results::format::schema::csv_row;
use crate::results::format::schema::{EpochRow, TrialRecord};
use crate::results::recovery::ownership::Contents;
use crate::results::recovery::takeover;

/// Where the second training gave other numbers: leaves the run's `own` folder as `again` for a look, and says so.
/// That is of this trial alone; others may be under way.
pub(in crate::results) fn keep_other_numbers(
    layout: &TrialLayout,
    own: &TrialLayout,
    earlier: &TrialRecord,
    now: &TrialRecord,
) -> Result<Option<String>> {
    if same_figures(earlier, now) {
        return Ok(None);
    }
    let again = layout.again();
    Contents::of(&again)?.remove()?;
    fs::create_folder(again.root())?;
    takeover::publish(&again, own, false)?;
    Contents::of(own)?.remove()?;
    Ok(Some(format!(
        "a trial that was trained again gave other numbers than before: its files are in `{}`, and the earlier ones stay as they are\n  hint: {}; choose another folder with `-o output.dir=…`",
        again.root().display(),
        why_other_figures(&earlier.instruction_set, &now.instruction_set)
    )))
}

/// The error of a sweep of which this was said.
pub(in crate::results) fn error_of(other_numbers: &[String]) -> Option<Error> {
    Some(Error::Results(match other_numbers {
        [] => return None,
        [only] => only.clone(),
        [first, ..] => format!(
            "{} of the trials that were trained again gave other numbers than before; the first: {first}",
            other_numbers.len()
        ),
    }))
}

/// Moves what was left behind in the run's `own` folder to its place and returns the record of both
/// trainings, which gave the same numbers.
pub(in crate::results) fn merge(
    layout: &TrialLayout,
    own: &TrialLayout,
    earlier: &TrialRecord,
    now: TrialRecord,
) -> Result<TrialRecord> {
    takeover::move_checkpoints(layout, own)?;
    let told = told(layout, own, &now)?;
    let looked = fs::is_file(&own.layers());
    for (from, to) in [
        (own.order_examples(), layout.order_examples()),
        (own.order(), layout.order()),
        (own.layers(), layout.layers()),
    ] {
        if fs::is_file(&from) {
            fs::rename(&from, &to)?;
        }
    }
    Contents::of(own)?.remove()?;
    Ok(both(earlier, now, looked, told))
}

/// Adds what the second training told of each epoch to what the first one did; `None` where it was
/// asked for nothing that it tells there.
fn told(
    layout: &TrialLayout,
    again: &TrialLayout,
    now: &TrialRecord,
) -> Result<Option<FilePrefix>> {
    let tells = |item: &String| [EVALUATIONS, TRAIN_EVALUATION].contains(&item.as_str());
    if !now.recording.iter().any(tells) {
        return Ok(None);
    }
    let earlier: BTreeMap<usize, EpochRow> =
        files::rows(&layout.epochs())?.into_iter().map(|row: EpochRow| (row.epoch, row)).collect();
    let mut bytes = EpochRow::HEADER.as_bytes().to_vec();
    for row in files::rows::<EpochRow>(&again.epochs())? {
        let before = earlier.get(&row.epoch);
        bytes.extend(csv_row(&filled(row, before)));
    }
    fs::replace(&layout.epochs(), &bytes)?;
    Ok(Some(FilePrefix::of(&bytes)))
}

/// `row` with what only the `earlier` one of the same epoch tells.
fn filled(row: EpochRow, earlier: Option<&EpochRow>) -> EpochRow {
    let Some(earlier) = earlier else { return row };
    EpochRow {
        running_test_loss: row.running_test_loss.or(earlier.running_test_loss),
        running_test_accuracy: row.running_test_accuracy.or(earlier.running_test_accuracy),
        precise_test_loss: row.precise_test_loss.or(earlier.precise_test_loss),
        precise_test_accuracy: row.precise_test_accuracy.or(earlier.precise_test_accuracy),
        batch_test_loss: row.batch_test_loss.or(earlier.batch_test_loss),
        batch_test_accuracy: row.batch_test_accuracy.or(earlier.batch_test_accuracy),
        evaluated_train_loss: row.evaluated_train_loss.or(earlier.evaluated_train_loss),
        evaluated_train_accuracy: row.evaluated_train_accuracy.or(earlier.evaluated_train_accuracy),
        ..row
    }
}

/// What the record says of both trainings. New probes replace what earlier ones read; `told` is what
/// became of `epochs.csv`.
fn both(
    earlier: &TrialRecord,
    now: TrialRecord,
    looked: bool,
    told: Option<FilePrefix>,
) -> TrialRecord {
    let is_kept = |item: &&String| !(looked && item.starts_with("probe every"));
    let mut recording: Vec<String> = earlier.recording.iter().filter(is_kept).cloned().collect();
    recording.extend(now.recording);
    recording.sort();
    recording.dedup();
    let mut files = earlier.files.clone();
    let curves = ["steps.csv", "epochs.csv"];
    let others = now.files.into_iter();
    files.extend(others.filter(|(name, _)| !curves.contains(&name.as_str())));
    let [last, best] = if told.is_some() {
        let with = |now: Option<EpochRow>, before: &Option<EpochRow>| {
            now.map(|row| filled(row, before.as_ref()))
        };
        [with(now.last, &earlier.last), with(now.best, &earlier.best)]
    } else {
        [earlier.last.clone(), earlier.best.clone()]
    };
    files.extend(told.map(|grown| ("epochs.csv".to_owned(), grown)));
    TrialRecord { recording, last, best, files, ..earlier.clone() }
}

/// Whether both trainings ended alike, with the same figures.
fn same_figures(one: &TrialRecord, other: &TrialRecord) -> bool {
    one.outcome == other.outcome
        && figures(one.last.as_ref()) == figures(other.last.as_ref())
        && figures(one.best.as_ref()) == figures(other.best.as_ref())
}

/// Why two trainings of one trial have other figures, by the instruction sets of their records.
pub(in crate::results) fn why_other_figures(one: &str, other: &str) -> String {
    if one != other && !one.is_empty() && !other.is_empty() {
        return format!(
            "one was trained with the vector instruction set {one}, the other with {other}, which add numbers in another order"
        );
    }
    "was one trained by another version of the program, or on a processor with another vector instruction set?"
        .to_owned()
}

/// What every training tells of an epoch, whatever else it leaves behind.
pub(in crate::results) fn figures(row: Option<&EpochRow>) -> Option<EpochRow> {
    row.map(|row| EpochRow {
        epoch: row.epoch,
        step: row.step,
        train_loss: row.train_loss,
        train_accuracy: row.train_accuracy,
        validation_loss: row.validation_loss,
        validation_accuracy: row.validation_accuracy,
        test_loss: row.test_loss,
        test_accuracy: row.test_accuracy,
        ..EpochRow::default()
    })
}
