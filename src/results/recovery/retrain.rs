//! A finished trial that was trained again, to record probes or checkpoints that were not
//! requested before. The same trial gives the same numbers, so its metrics are kept, and only what was
//! missing is added.

use std::collections::BTreeMap;

use crate::config::spec::{EVALUATIONS, TRAIN_EVALUATION};
use crate::error::{Error, Result};
use crate::fs::{self, FilePrefix};
use crate::results::format::files;
use crate::results::format::layout::TrialLayout;
use crate::results::format::schema::{EpochRow, PICTURES, PREDICTIONS, TrialRecord, csv_row};
use crate::results::recovery::ownership::Contents;
use crate::results::recovery::takeover;

/// The measurements of the probes.
const LAYERS: &str = "layers.csv";

/// The rows of the epochs, to which a second training may add values.
const EPOCHS: &str = "epochs.csv";

/// The files of a second training that replace those of the first.
const MOVED: [&str; 5] = ["order.bin", "order.csv", LAYERS, PREDICTIONS, PICTURES];

/// Where the numbers differ, keeps the run's `own` folder as `again` for inspection, and returns the message. That
/// concerns this trial only; others continue.
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

/// The error of a sweep with these messages.
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

/// Moves the new files from the run's `own` folder to their places and returns the combined record of both
/// trainings, whose numbers are the same.
pub(in crate::results) fn merge(
    layout: &TrialLayout,
    own: &TrialLayout,
    earlier: &TrialRecord,
    now: TrialRecord,
) -> Result<TrialRecord> {
    let moved: Vec<&str> =
        MOVED.into_iter().filter(|name| fs::is_file(&own.root().join(name))).collect();
    // A process that dies between here and the new record leaves a result that lacks files, not a damaged one.
    files::write_record(layout, &without(earlier, &moved, &now))?;
    takeover::move_checkpoints(layout, own)?;
    let told = told(layout, own, &now)?;
    for name in &moved {
        fs::rename(&own.root().join(name), &layout.root().join(name))?;
    }
    Contents::of(own)?.remove()?;
    Ok(both(earlier, now, moved.contains(&LAYERS), told))
}

/// Whether a second training was to record something that `epochs.csv` holds.
fn adds_to_epochs(now: &TrialRecord) -> bool {
    let is_there = |item: &String| [EVALUATIONS, TRAIN_EVALUATION].contains(&item.as_str());
    now.recording.iter().any(is_there)
}

/// The earlier record without the files that are about to be replaced, and without the probes whose values
/// are among them.
fn without(earlier: &TrialRecord, moved: &[&str], now: &TrialRecord) -> TrialRecord {
    let mut record = earlier.clone();
    record.recording = kept(earlier, moved.contains(&LAYERS));
    let is_replaced = |name: &str| moved.contains(&name) || (name == EPOCHS && adds_to_epochs(now));
    record.files.retain(|name, _| !is_replaced(name));
    record
}

/// The items that the earlier training recorded; without its probes, if `looked`: new ones replace them.
fn kept(earlier: &TrialRecord, looked: bool) -> Vec<String> {
    let is_kept = |item: &&String| !(looked && item.starts_with("probe every"));
    earlier.recording.iter().filter(is_kept).cloned().collect()
}

/// Adds the second training's additional columns to the epochs of the first; `None` where no additional
/// columns were requested.
fn told(
    layout: &TrialLayout,
    again: &TrialLayout,
    now: &TrialRecord,
) -> Result<Option<FilePrefix>> {
    if !adds_to_epochs(now) {
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

/// `row` with the columns that only the `earlier` row of the same epoch has.
fn filled(row: EpochRow, earlier: Option<&EpochRow>) -> EpochRow {
    let Some(earlier) = earlier else { return row };
    EpochRow {
        running_test: row.running_test.or(earlier.running_test),
        precise_test: row.precise_test.or(earlier.precise_test),
        batch_test: row.batch_test.or(earlier.batch_test),
        evaluated_train: row.evaluated_train.or(earlier.evaluated_train),
        ..row
    }
}

/// The combined record of both trainings. New probes replace earlier ones; `told` is the new
/// `epochs.csv`.
fn both(
    earlier: &TrialRecord,
    now: TrialRecord,
    looked: bool,
    told: Option<FilePrefix>,
) -> TrialRecord {
    let mut recording = kept(earlier, looked);
    recording.extend(now.recording);
    recording.sort();
    recording.dedup();
    let mut files = earlier.files.clone();
    let curves = ["steps.csv", EPOCHS];
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
    files.extend(told.map(|grown| (EPOCHS.to_owned(), grown)));
    TrialRecord { recording, last, best, files, ..earlier.clone() }
}

/// Whether both trainings had the same outcome and the same metrics.
fn same_figures(one: &TrialRecord, other: &TrialRecord) -> bool {
    one.outcome == other.outcome
        && figures(one.last.as_ref()) == figures(other.last.as_ref())
        && figures(one.best.as_ref()) == figures(other.best.as_ref())
}

/// Why two trainings of one trial gave different numbers, by the instruction sets in their records.
pub(in crate::results) fn why_other_figures(one: &str, other: &str) -> String {
    if one != other && !one.is_empty() && !other.is_empty() {
        return format!(
            "one was trained with the vector instruction set {one}, the other with {other}, which add numbers in another order"
        );
    }
    "was one trained by another version of the program, or on a processor with another vector instruction set?"
        .to_owned()
}

/// The columns of an epoch that every training records.
pub(in crate::results) fn figures(row: Option<&EpochRow>) -> Option<EpochRow> {
    row.map(|row| EpochRow {
        epoch: row.epoch,
        step: row.step,
        train: row.train,
        validation: row.validation,
        test: row.test,
        ..EpochRow::default()
    })
}
