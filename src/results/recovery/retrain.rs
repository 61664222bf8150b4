//! A finished trial that was trained again, to record probes or checkpoints that were not
//! requested before. The same trial gives the same numbers, so its metrics are kept, and only what was
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

/// Moves the new files from the run's `own` folder to their places and returns the combined record of both
/// trainings. Refuses where the numbers differ, and keeps the folder as `again` for inspection.
pub(in crate::results) fn merge(
    layout: &TrialLayout,
    own: &TrialLayout,
    earlier: &TrialRecord,
    now: TrialRecord,
) -> Result<TrialRecord> {
    if !same_figures(earlier, &now) {
        let again = layout.again();
        Contents::of(&again)?.remove()?;
        fs::create_folder(again.root())?;
        takeover::publish(&again, own, false)?;
        Contents::of(own)?.remove()?;
        return Err(Error::Results(format!(
            "a trial that was trained again gave other numbers than before: its files are in `{}`, and the earlier ones stay as they are\n  hint: {}; choose another folder with `-o output.dir=…`",
            layout.again().root().display(),
            why_other_figures(&earlier.instruction_set, &now.instruction_set)
        )));
    }
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

/// Adds the second training's additional columns to the epochs of the first; `None` where no additional
/// columns were requested.
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

/// `row` with the columns that only the `earlier` row of the same epoch has.
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

/// The combined record of both trainings. New probes replace earlier ones; `told` is the new
/// `epochs.csv`.
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
        train_loss: row.train_loss,
        train_accuracy: row.train_accuracy,
        validation_loss: row.validation_loss,
        validation_accuracy: row.validation_accuracy,
        test_loss: row.test_loss,
        test_accuracy: row.test_accuracy,
        ..EpochRow::default()
    })
}
